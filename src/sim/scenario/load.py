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
from sim.scenario.files import locate, read_files, shipped
from sim.scenario.layers import Stack, merge
from sim.scenario.lines import KeyPath, dotted
from sim.scenario.schema import Scenario
from sim.scenario.sets import add_sets

__all__ = ["Loaded", "Sets", "Source", "load", "loaded", "shipped"]


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
        The file.
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
        values["mechanisms"] = {m.name: True for m in MECHANISMS} | values["mechanisms"]
        values["parameters"] = {p.name: p.default for p in PARAMETERS} | values["parameters"]
        return [(dotted(path), value, self.layers.get(dotted(path), "default")) for path, value in _leaves(values)]


Source: TypeAlias = str | Path | Loaded
"""A scenario: a file, the name of one that comes with the package, or one that was loaded before."""
Sets: TypeAlias = Iterable[str] | Mapping[str, Any]
"""Values to override: ``{"parameters.g_y": 0.2}`` or ``["parameters.g_y=0.2"]``."""


def _leaves(table: Mapping[str, Any], path: KeyPath = ()) -> Iterable[tuple[KeyPath, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def load(path_or_name: str | Path, sets: Iterable[str] = ()) -> Loaded:
    """Read a scenario file, or a shipped scenario by name, with all layers below it.

    Parameters
    ----------
    path_or_name
        A file, or a name out of `shipped`.
    sets
        Items ``name=value`` of the command line: dotted fields, parameters or mechanisms.

    Raises
    ------
    UserError
        With every problem of every layer.
    """
    path = locate(path_or_name)
    stack = read_files(path)
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


def loaded(*sources: Source, sets: Sets = ()) -> tuple[Loaded, ...]:
    """Return scenarios, each loaded if it is not yet, with the same values overridden; all faults of all are told.

    Raises
    ------
    UserError
        With every problem of every scenario, each once.
    """
    items = [f"{name}={json.dumps(value)}" for name, value in sets.items()] if isinstance(sets, Mapping) else [*sets]
    found, problems = [], dict[Problem, None]()
    for source in sources:
        if isinstance(source, Loaded) and items:
            raise TypeError("values can be overridden when a scenario is loaded, not afterwards")
        try:
            found.append(source if isinstance(source, Loaded) else load(source, items))
        except UserError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise UserError(problems)
    return tuple(found)


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
