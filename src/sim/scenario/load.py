"""A scenario file read, layered and checked: the way into the program.

``load("historical")`` or ``load("mine.toml", ["policy.rule=election"])`` gives a `Loaded`: the
scenario, and for every value the layer that set it. All that is wrong, in all files, is reported
at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from sim.errors import Problem, UserError
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.scenario.check import Fault, drop, value_faults, whole
from sim.scenario.contradictions import Review
from sim.scenario.files import DICT, locate, read_files, shipped
from sim.scenario.layers import Stack, merge
from sim.scenario.lines import KeyPath, dotted
from sim.scenario.schema import Scenario
from sim.scenario.sets import add_sets

__all__ = ["Loaded", "Sets", "Source", "load", "load_all", "shipped"]

Sets: TypeAlias = Iterable[str] | Mapping[str, Any]


@dataclass(frozen=True)
class Loaded:
    """A scenario and where it comes from.

    Attributes
    ----------
    scenario
        The world that was asked for.
    layers
        Dotted key of each value that a layer set -> ``"historical.toml:12"`` or ``"--set"``;
        every other value is a default.
    path
        The file; of a dict, its name in problems.
    warnings
        What is allowed and may still not be meant.
    """

    scenario: Scenario
    layers: Mapping[str, str]
    path: Path
    warnings: tuple[Problem, ...] = field(default=())

    def effective(self) -> list[tuple[str, Any, str]]:
        """Return every effective value as (dotted key, value, layer), parameters and mechanisms all listed.

        Values are what JSON can hold; the layer of a default is ``"default"``.
        """
        values = self.scenario.model_dump(mode="json")
        values["mechanisms"] = dict.fromkeys(MECHANISMS, True) | values["mechanisms"]
        values["parameters"] = {name: entry.default for name, entry in PARAMETERS.items()} | values["parameters"]
        return [(dotted(path), value, self.layers.get(dotted(path), "default")) for path, value in _leaves(values)]


Source: TypeAlias = str | Path | Mapping[str, Any] | Loaded
"""A file, a name out of `shipped`, as a dict what could stand in a file, or what was loaded."""


def _leaves(table: Mapping[str, Any], path: KeyPath = ()) -> Iterable[tuple[KeyPath, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def load(source: Source, sets: Sets = ()) -> Loaded:
    """Read a scenario with all layers below it; every problem of every layer is reported at once.

    Parameters
    ----------
    source
        What was loaded before is returned.
    sets
        Dotted fields, parameters or mechanisms with a value: items ``name=value`` as of the command line, or a mapping.
    """
    if isinstance(source, Loaded):
        if sets:
            raise TypeError("values can be overridden when a scenario is loaded, not afterwards")
        return source
    path = Path(DICT) if isinstance(source, Mapping) else locate(source)
    stack = read_files(source if isinstance(source, Mapping) else path)
    if isinstance(sets, Mapping):
        sets = [f"{name}={json.dumps(value)}" for name, value in sets.items()]
    add_sets(sets, stack)
    broken = _take_out_faults(stack)
    if not stack.complete:
        raise UserError(_in_order(stack))
    table, origin = merge(stack.layers)
    scenario, lacking = whole(table)
    # what was taken out as wrong is not missing
    sound = Review(scenario, origin, stack.layers, broken).sound
    missing = [fault for fault in lacking if sound(fault.path, fault.depends or fault.path)]
    broken |= {fault.path: len(stack.layers) for fault in lacking}
    review = Review(scenario, origin, stack.layers, broken).run()
    for fault in missing + review.faults:
        stack.problems.append(_problem(fault, review.where(fault.path)))
    if stack.problems:
        raise UserError(_in_order(stack))
    for idle in review.idle:
        drop(table, idle)
    kept = {key: layer for key, layer in origin.items() if not any(key[: len(idle)] == idle for idle in review.idle)}
    layers = {dotted(key): layer.where(key) for key, layer in kept.items()}
    return Loaded(Scenario.model_validate(table), layers, path, tuple(review.warnings))


def load_all(sources: Iterable[Source], sets: Sets = ()) -> list[Loaded]:
    """Read scenarios with the same values overridden; every problem of all is reported at once."""
    sets = sets if isinstance(sets, Mapping) else tuple(sets)
    found, problems = [], dict[Problem, None]()
    for source in sources:
        try:
            found.append(load(source, sets))
        except UserError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise UserError(problems)
    return found


def _take_out_faults(stack: Stack) -> dict[KeyPath, int]:
    """Note every wrong value of every layer, leave it out and return where it stood, and in which layer."""
    broken = {}
    for rank, layer in enumerate(stack.layers):
        for fault in value_faults(layer.table):
            stack.problems.append(_problem(fault, layer.where(fault.path)))
            broken[fault.path] = rank
            drop(layer.table, fault.path)
    return broken


def _in_order(stack: Stack) -> list[Problem]:
    """Return the problems layer by layer and line by line, each once."""
    labels = [layer.label for layer in stack.layers]

    def position(problem: Problem) -> tuple[int, int]:
        label, _, line = problem.where.rpartition(":")
        return (labels.index(label), int(line)) if label in labels else (len(labels), 0)

    return sorted(dict.fromkeys(stack.problems), key=position)


def _problem(fault: Fault, where: str) -> Problem:
    return Problem(where, dotted(fault.path), fault.found, fault.allowed, fault.suggestion)
