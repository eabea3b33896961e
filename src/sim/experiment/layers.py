"""An experiment file while it is read: what it says, the scenario below it, and what is wrong so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.errors import Problem, nearest
from sim.experiment.experiment import Factor
from sim.experiment.fields import ExperimentFile
from sim.scenario.contradictions import Review
from sim.scenario.files import OWN_KEYS, Reader
from sim.scenario.form import Fault, drop
from sim.scenario.format import FORM
from sim.scenario.layers import SETS, Layer, Stack, leaves, merge
from sim.scenario.lines import KeyPath, dotted
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
class InlineLayer(Layer):
    """Tables of a scenario that stand inside an experiment file.

    Attributes
    ----------
    file
        The experiment file.
    root
        Where in it they stand.
    single
        Whether there is but one value, which stands at the root itself.
    """

    file: Layer = field(default_factory=lambda: Layer("", {}))
    root: KeyPath = ()
    single: bool = False

    def where(self, path: KeyPath) -> str:
        """Return file and line of a key of the tables."""
        return self.file.where(self.named(path))

    def named(self, path: KeyPath) -> KeyPath:
        """Return the path in the experiment file of a key of the tables."""
        return self.root if self.single else (*self.root, *path)


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


@dataclass
class Draft:
    """An experiment while it is read.

    Attributes
    ----------
    own
        The file's tables, with their lines.
    file
        What is sound of them.
    base
        Layers of the scenario below, and what ``[set]`` lays over them.
    sound
        Whether the scenario below could be read.
    """

    path: Path
    own: Layer
    file: ExperimentFile
    problems: list[Problem]
    base: list[Layer] = field(default_factory=list)
    sound: bool = True
    _done: set[str] = field(default_factory=set)
    _broken: list[tuple[Layer, KeyPath]] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = self.file.scenario
        stack = Stack()
        reader = Reader(stack)
        for i, name in enumerate(names if isinstance(names, list) else [names]):
            where: KeyPath = ("scenario", i) if isinstance(names, list) else ("scenario",)
            reader.extend(self.own, where, name, (self.path,), dotted(where))
        self.problems += stack.problems
        self.sound = stack.complete and bool(stack.layers)
        if names == [] and not any(problem.field == "scenario" for problem in self.problems):
            self.refuse(("scenario",), "an empty array", "at least one scenario")
        self._done = reader.done
        for layer in stack.layers:
            self._own_removed(layer)
            self._clean(layer)
        self.base = [*stack.layers, self.part(("set",), self._set())]

    def _set(self) -> dict[str, Any]:
        for key in NOT_VARIED.keys() - {"period"}:
            if key in self.file.set:
                self.refuse(("set", key), f'"{key}"', NOT_VARIED[key])
        return {key: value for key, value in self.file.set.items() if key == "period" or key not in NOT_VARIED}

    @property
    def set(self) -> Layer:
        """What the experiment lays over the scenario."""
        return self.base[-1]

    def refuse(self, where: KeyPath, found: str, allowed: str, suggestion: str = "") -> None:
        """Note a problem at a key of the file."""
        self.problems.append(Problem(self.own.where(where), dotted(where), found, allowed, suggestion))

    def unknown(self, where: KeyPath, name: str, allowed: str, known: Iterable[str]) -> None:
        """Note a name that is not known, with the nearest one."""
        self.refuse(where, f'"{name}"', allowed, nearest(name, known))

    def part(self, root: KeyPath, table: dict[str, Any], *, single: bool = False) -> InlineLayer:
        """Return tables of the file as a layer, wrong values noted and left out."""
        part = InlineLayer(self.own.label, table, {}, self.own, root, single)
        self._clean(part)
        return part

    def world(self, where: KeyPath, name: str) -> list[Layer] | None:
        """Return the layers of a scenario that are not below already, less what ``[set]`` has the last word on."""
        stack = Stack()
        reader = Reader(stack, self._done)
        reader.extend(self.own, where, name, (self.path,), dotted(where))
        self.problems += stack.problems
        for layer in stack.layers:
            self._own_removed(layer)
            layer.table.pop("run", None)
            self._clean(layer)
            for path, _ in leaves(self.set.table):
                drop(layer.table, path)
        return stack.layers if stack.complete else None

    def _own_removed(self, layer: Layer) -> None:
        for key in OWN_KEYS:
            layer.table.pop(key, None)

    def _clean(self, layer: Layer) -> None:
        before = dict(leaves(layer.table))
        for fault in FORM.take_out_faults(layer.table):
            self._note(fault, layer, before)
            self._broken.append((layer, fault.path))

    def _note(self, fault: Fault, layer: Layer, values: Collection[KeyPath]) -> None:
        named, found = fault.path, fault.found
        if isinstance(layer, InlineLayer):
            named = layer.named(fault.path)
            if layer.single and fault.path not in values:
                found += f" for {dotted(fault.path)}"
        problem = replace(fault, path=named, found=found).at(layer.where(fault.path))
        if not any((problem.where, problem.field) == (known.where, known.field) for known in self.problems):
            self.problems.append(problem)

    def below(self) -> Scenario:
        """Return the scenario without any lever, as far as it goes: a lever may be what makes it whole."""
        return FORM.sound({**merge(self.base)[0], "title": "?"})[0]

    def judge(self, above: Sequence[Layer]) -> None:
        """Note what is wrong between the values of the scenario with further layers on top."""
        # below, a title, which no layer has; the last is where a command line would stand
        layers = [Layer("", {"title": "?"}), *self.base, *above, Layer(SETS, {})]
        ranks = {id(layer): rank for rank, layer in enumerate(layers)}
        review = Review.of(layers, {path: ranks[id(layer)] for layer, path in self._broken if id(layer) in ranks})
        for fault in review.faults:
            around = (review.rank(fault.path[:length]) for length in range(len(fault.path), 0, -1))
            layer = layers[next((rank for rank in around if rank >= 0), 1)]
            self._note(fault, layer, dict(leaves(layer.table)))
