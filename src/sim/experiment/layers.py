"""An experiment file read, with all scenarios that it names: what lies below its worlds, and what is wrong so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import Problem
from sim.experiment.experiment import Factor
from sim.experiment.schema import FORM, ExperimentFile, unknown_names
from sim.scenario import files, format
from sim.scenario.layers import Fault, KeyPath, Layer, drop, leaves, merge
from sim.scenario.schema import Scenario

NOT_VARIED = {
    "period": "fields that leave the months alone: all runs of an experiment have the same",
    "run": "fields of a world: replicates and seed stand in [run] of the experiment",
    "title": "fields of a world: an experiment has its own title",
    "why": "fields of a world: an experiment has its own reasons",
    "extends": "fields of a world: scenarios that lie below stand in `scenario` or `worlds`",
}
"""Tables of a scenario that no lever and no uncertainty may set, and what they may set instead."""


@dataclass(frozen=True)
class LayeredFactor:
    """A factor, and where its settings stand in the file.

    Attributes
    ----------
    where
        Path of the factor.
    layers
        What each option lays over the base; of a number, its lowest and its highest value.
    """

    factor: Factor
    where: KeyPath
    layers: list[list[Layer]]

    def fields(self) -> Iterator[KeyPath]:
        """Yield the fields that it sets."""
        for layers in self.layers:
            for layer in layers:
                yield from (path for path, _ in leaves(layer.table))


@dataclass(frozen=True)
class Draft:
    """An experiment file that has been read.

    Attributes
    ----------
    own
        The file's tables, with their lines.
    file
        What is sound of them.
    base
        Layers of the scenario below, and last what ``[set]`` lays over them.
    table
        The base merged.
    scenario
        What the base comes to without any lever, as far as it goes: a lever may be what makes it whole.
    worlds
        By where they are named, what the worlds of levers and uncertainties lay over the base; none where a file
        could not be read.
    problems
        What is wrong with the file's own tables and with the scenarios.
    complete
        Whether the scenario below could be read.
    """

    path: Path
    own: Layer
    file: ExperimentFile
    base: list[Layer]
    table: dict[str, Any]
    scenario: Scenario
    worlds: Mapping[KeyPath, list[Layer] | None]
    problems: list[Problem]
    complete: bool


def read(path: Path) -> Draft:
    """Read an experiment file, and all scenarios that it names."""
    own = files.read_experiment(path, FORM)
    file, faults = FORM.sound(own.table)
    faults += unknown_names(file)
    names = file.scenario
    asked: dict[KeyPath, str] = (
        {("scenario", i): name for i, name in enumerate(names)} if isinstance(names, list) else {("scenario",): names}
    )
    below = files.read_named(own, path, asked)
    if names == [] and not any(fault.path == ("scenario",) for fault in faults):
        faults.append(Fault(("scenario",), "an empty array", "at least one scenario"))
    barred = [key for key in file.set if key in NOT_VARIED and key != "period"]
    faults += [Fault(("set", key), f'"{key}"', NOT_VARIED[key]) for key in barred]
    above = inline(own, ("set",), {key: value for key, value in file.set.items() if key not in barred})
    problems = [*map(own.problem, faults), *below.problems, *above.problems()]
    worlds: dict[KeyPath, list[Layer] | None] = {}
    choices = {("levers", name): lever for name, lever in file.levers.items()}
    choices |= {("uncertainties", name): each for name, each in file.uncertainties.own.items()}
    for root, choice in choices.items():
        for i, name in enumerate(choice.worlds or ()):
            where: KeyPath = (*root, "worlds", i)
            stack = files.read_named(own, path, {where: name}, below.done)
            problems += stack.problems
            for layer in stack.layers:
                layer.table.pop("run", None)
                for field, _ in leaves(above.table):  # [set] has the last word
                    drop(layer.table, field)
            worlds[where] = stack.layers if stack.complete else None
    base = [*below.layers, above]
    table, _ = merge(base)
    scenario, _ = format.FORM.sound({**table, "title": "?"})
    return Draft(path, own, file, base, table, scenario, worlds, problems, below.complete and bool(below.layers))


def inline(own: Layer, root: KeyPath, table: dict[str, Any], single: KeyPath = ()) -> Layer:
    """Return tables that stand in an experiment file as a layer, wrong values noted and left out."""
    layer = Layer(own.label, table, own.lines, root, single)
    format.FORM.clean(layer)
    return layer
