"""The layers of a scenario, and how they are laid over one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.errors import Problem
from sim.scenario.lines import KeyPath

SETS = "--set"


@dataclass(frozen=True)
class Layer:
    """One file, or what the command line sets, or a dict: its values and, of a file, where they stand."""

    label: str
    table: dict[str, Any]
    lines: Mapping[KeyPath, int] | None = None

    def where(self, path: KeyPath) -> str:
        """Return file and line of a key, or of the nearest table around it."""
        if self.lines is None:
            return self.label
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 1)
        return f"{self.label}:{line}"


@dataclass
class Stack:
    """Layers from the bottom up, and the problems met in reading them.

    ``complete`` is false where a layer could not be read, so that nothing can be said of the whole.
    """

    layers: list[Layer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True

    def refuse(self, problem: Problem) -> None:
        """Note that a layer could not be read."""
        self.problems.append(problem)
        self.complete = False


def leaves(table: Mapping[str, Any], path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Yield the paths of all values in nested tables, and the values."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def nested(name: str, value: Any) -> dict[str, Any]:
    """Return the tables in which the field of a dotted name has a value."""
    for key in reversed(name.split(".")):
        value = {key: value}
    return value


def in_order(problems: Iterable[Problem], labels: Iterable[str]) -> list[Problem]:
    """Return problems each once, layer by layer and line by line; those of other files last."""
    ranks = {label: rank for rank, label in reversed([*enumerate(labels)])}

    def position(problem: Problem) -> tuple[int, float]:
        label, _, line = problem.where.rpartition(":")
        if not (label and line.isdecimal()):
            label, line = problem.where, "inf"
        return ranks.setdefault(label, len(ranks)), float(line)

    return sorted(dict.fromkeys(problems), key=position)


def merge(layers: Iterable[Layer]) -> tuple[dict[str, Any], dict[KeyPath, Layer]]:
    """Lay tables over one another: tables merge, any other value replaces what lay below.

    Returns
    -------
    table, origin
        The merged table, and for each value in it the layer that it comes from.
    """
    table: dict[str, Any] = {}
    origin: dict[KeyPath, Layer] = {}
    for layer in layers:
        _lay(table, layer.table, layer, (), origin)
    return table, origin


def _lay(
    below: dict[str, Any], above: Mapping[str, Any], layer: Layer, path: KeyPath, origin: dict[KeyPath, Layer]
) -> None:
    for key, value in above.items():
        here = (*path, key)
        if isinstance(value, Mapping):
            if not isinstance(below.get(key), dict):
                below[key] = {}
                origin.pop(here, None)
            _lay(below[key], value, layer, here, origin)
        else:
            if isinstance(below.get(key), dict):
                for covered in [other for other in origin if other[: len(here)] == here]:
                    del origin[covered]
            below[key] = value
            origin[here] = layer
