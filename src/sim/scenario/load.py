"""A scenario file read, layered and checked: the way into the program.

``load("historical")`` or ``load("mine.toml", ["policy.rule=election"])`` gives a `Loaded`: the
scenario, and for every value the layer that set it. All that is wrong, in all files, is reported
at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from sim.errors import Problem, UserError, several
from sim.registry.mechanisms import MECHANISMS
from sim.registry.versions import parameter_defaults, variant_defaults
from sim.scenario.contradictions import Review
from sim.scenario.files import DICT, locate, read_files, shipped
from sim.scenario.format import FORM
from sim.scenario.layers import Layer, dotted, drop, in_order, leaves
from sim.scenario.schema import Scenario
from sim.scenario.sets import add_sets

__all__ = ["Loaded", "Sets", "Source", "load", "load_all", "shipped"]

NOT_COMPARED = ("title", "why", "run.replicates", "run.seed", "run.committees")
"""Fields that make no difference between worlds on the same accidents."""
UNSET: tuple[Any, ...] = (None, "", [])
Sets: TypeAlias = Iterable[str] | Mapping[str, Any]


@dataclass(frozen=True)
class Loaded:
    """A scenario and where it comes from."""

    scenario: Scenario  # the world that was asked for
    #: dotted key of each value that a layer set -> ``"historical.toml:12"`` or ``"--set"``; every other value is a
    #: default
    layers: Mapping[str, str]
    path: Path  # the file; of a dict, its name in problems
    warnings: tuple[Problem, ...] = field(default=())  # what is allowed and may still not be meant
    below: tuple[Layer, ...] = field(default=())  # of the files that it extends, from the bottom up

    def effective(self) -> list[tuple[str, Any, str]]:
        """Return every effective value as (dotted key, value, layer), parameters and mechanisms all listed.

        Values are what JSON can hold; the layer of a default is ``"default"``.
        """
        values = complete(self.scenario, exclude_none=False)
        values["mechanisms"] = dict.fromkeys(MECHANISMS, True) | values["mechanisms"]
        if rows := values["tree"].get("places"):
            values["tree"]["places"] = {
                row["name"]: {key: cell for key, cell in row.items() if key != "name" and cell not in UNSET}
                for row in rows
            }  # fmt: skip
        taken = {"tree.places": self.layers.get("tree.places", "default")}
        return [
            (dotted(path), value, taken.get(dotted(path[:2])) or self.layers.get(dotted(path), "default"))
            for path, value in leaves(values)
        ]  # fmt: skip


Source: TypeAlias = str | Path | Mapping[str, Any] | Loaded
"""A file, a name out of `shipped`, as a dict what could stand in a file, or what was loaded."""


def load(source: Source, sets: Sets = ()) -> Loaded:
    """Read a scenario with all layers below it; every problem of every layer is reported at once.

    What was loaded before is returned. ``sets`` are dotted fields, parameters or mechanisms with a value: items
    ``name=value`` as of the command line, or a mapping.
    """
    if isinstance(source, Loaded):
        if sets:
            raise TypeError("values can be overridden when a scenario is loaded, not afterwards")
        return source
    path = Path(DICT) if isinstance(source, Mapping) else locate(source)
    stack = read_files(source if isinstance(source, Mapping) else path)
    add_sets(several(sets), stack)
    for layer in stack.layers:
        FORM.clean(layer)
        stack.problems += layer.problems()
    review = Review.of(stack.layers) if stack.complete else None
    if review is not None:
        stack.problems += review.problems()
    if review is None or stack.problems:
        raise UserError(in_order(stack.problems, [layer.label for layer in stack.layers]))
    layers = {
        dotted(key): layer.where(key) for key, layer in review.origin.items()
        if not any(key[: len(idle)] == idle for idle in review.idle)
    }  # fmt: skip
    remarks = [remark for layer in stack.layers for remark in layer.remarks]
    return Loaded(_scenario(review), layers, path, (*remarks, *review.warnings), tuple(stack.layers[:-2]))


def _scenario(review: Review) -> Scenario:
    for idle in review.idle:
        drop(review.table, idle)
    return Scenario.model_validate(review.table)


def extended(loaded: Loaded) -> tuple[Loaded, str]:
    """Return the world that a scenario extends, and the names of its files; the defaults where these are no world."""
    review = Review.of([Layer("", {"title": "?"}), *loaded.below, Layer("", {})]) if loaded.below else None
    if review is None or review.problems():
        return Loaded(Scenario(title="?"), {}, loaded.path), "the defaults"
    return Loaded(_scenario(review), {}, loaded.path), " + ".join(layer.label for layer in loaded.below)


def differences(base: Loaded, other: Loaded, ignoring: Collection[str] = NOT_COMPARED) -> list[dict[str, Any]]:
    """Return what another world sets otherwise than a baseline, field by field."""
    one, two = ({name: value for name, value, _ in world.effective()} for world in (base, other))
    rows = [len(world.scenario.tree.places) for world in (base, other)]
    if rows[0] != rows[1]:  # of two tables cells are told, but not all of one
        for known, number in zip((one, two), rows, strict=True):
            for name in [name for name in known if name.startswith("tree.places.")]:
                del known[name]
            known["tree.places"] = f"{number} committees" if number else None
    found = []
    for name in dict.fromkeys([*one, *two]):
        values = one.get(name), two.get(name)
        # An entry that only one world has need not say what it leaves open, nor that it holds.
        idle = all(value in UNSET for value in values) or (name.endswith(".enabled") and set(values) == {None, True})
        if values[0] != values[1] and not idle and name not in ignoring and not name.endswith(".source"):
            found.append({"field": name, "base": values[0], "other": values[1]})
    return found


def complete(scenario: Scenario, exclude_none: bool = True) -> dict[str, Any]:
    """Return every effective value as nested tables that JSON can hold; what is not set is left out."""
    values = scenario.model_dump(mode="json", exclude_none=exclude_none)
    values["variants"] = variant_defaults(scenario.defaults) | values["variants"]
    values["parameters"] = parameter_defaults(scenario.defaults) | values["parameters"]
    return values


def load_all(sources: Iterable[Source], sets: Sets = ()) -> list[Loaded]:
    """Read scenarios with the same values overridden; every problem of all is reported at once."""
    sets = sets if isinstance(sets, Mapping) else tuple(several(sets))
    found, problems = [], dict[Problem, None]()
    for source in sources:
        try:
            found.append(load(source, sets))
        except UserError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise UserError(problems)
    return found
