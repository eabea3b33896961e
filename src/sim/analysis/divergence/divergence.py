"""Where two worlds part: the first difference in inputs, in numbers, in what happened; then the cascade.

Draws are addressed, so two worlds that differ in one rule share every other accident, and all
that lies before the first difference is equal to the last bit.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.divergence.alignment import align
from sim.analysis.divergence.cascade import WAYS, Cascade, Step
from sim.analysis.divergence.distance import STATE, Spread, spread
from sim.analysis.divergence.inputs import Dated, Inputs
from sim.analysis.divergence.persons import Names
from sim.engines.trajectory import Trajectory
from sim.registry.outcomes import OUTCOME_INDEX
from sim.world.build import World
from sim.world.places import Place

#: Outcomes that hold the share claimed, and so differ wherever the rules do.
OF_THE_RULE = ("claimed", "centralisation")


class FirstNumbers(NamedTuple):
    """The first month in which a recorded number differs."""

    month: str
    committees: list[str]  #: names of the committees whose state differs then
    fields: dict[str, float]  #: the fields of their state that do, with the largest difference
    nation: list[str]  #: the nation's outcomes that differ


@dataclass(frozen=True)
class Divergence:
    """Two worlds of the same period, tree and seed, compared in one replicate."""

    inputs: tuple[Dated, ...]  #: what differs in what was put in, by its first month
    numbers: FirstNumbers | None  #: the first difference in recorded numbers, rules aside; None if there is none
    decision: Step | None  #: the first change of a post that came out differently; None if there is none
    #: the first thing that happened in one world only, for each committee that has parted, in their order: the cascade
    steps: tuple[Step, ...]
    spread: Spread  #: how far the worlds are apart, by month and committee
    alone: tuple[int, int]  #: how many events happened in the first world only, and in the second only
    #: how many happened in both, and how many of these with another number
    both: int
    other_numbers: int

    @property
    def places(self) -> tuple[Place, ...]:
        """The committees."""
        return self.spread.places

    @property
    def months(self) -> tuple[str, ...]:
        """The months' names."""
        return self.spread.months

    @property
    def event(self) -> Step | None:
        """The first thing that happened in one world only."""
        return self.steps[0] if self.steps else None

    @property
    def same(self) -> bool:
        """Whether nothing that is recorded differs, whatever was put in."""
        return self.numbers is None and self.alone == (0, 0)

    @property
    def began(self) -> int:
        """Number of the first month in which anything differs, inputs included; that of months if nothing does."""
        found = [dated.month for dated in self.inputs] + [step.month for step in self.steps]
        found += [self.months.index(self.numbers.month)] if self.numbers is not None else []
        return min(found, default=len(self.months))

    @cached_property
    def names(self) -> Names:
        """How persons are called."""
        return Names(self.places)

    def largest(self) -> dict[str, tuple[float, str, str]]:
        """Return the largest difference in each field of the committees' state that differs, where and when."""
        found = {}
        for name in STATE:
            sizes = np.abs(self.spread.difference(name))
            month, committee = np.unravel_index(int(sizes.argmax()), sizes.shape)
            if sizes[month, committee] > 0.0:
                found[name] = (float(sizes[month, committee]), self.places[committee].name, self.months[month])
        return found

    def ways(self) -> dict[str, int]:
        """Return how many committees each way is taken to have reached."""
        counted = Counter(step.way for step in self.steps)
        return {way: counted[way] for way in WAYS if counted[way]}

    def describe(self, step: Step) -> dict[str, Any]:
        """Return a step with names instead of numbers."""
        place = self.places[step.committee]
        return {
            "month": self.months[step.month], "committee": place.name, "level": place.level,
            "unit_class": place.unit_class, "kind": step.kind, "seat": step.seat, "a": step.told[0], "b": step.told[1],
            "persons": [self.names.of(person) for person in step.persons], "way": step.way,
            "source": self.places[step.source].name if step.source >= 0 else "",
            "carrier": self.names.of(step.carrier) if step.carrier >= 0 else "",
        }  # fmt: skip

    def first(self) -> dict[str, Any]:
        """Return the first differences, by what differs; None where nothing does."""
        steps = {"event": self.event, "decision": self.decision}
        return {
            "inputs": self.months[self.inputs[0].month] if self.inputs else None,
            "numbers": None if self.numbers is None else self.numbers._asdict(),
            **{name: None if step is None else self.describe(step) for name, step in steps.items()},
        }

    def cascade(self) -> list[dict[str, Any]]:
        """Return every committee: those that have parted in their order, then the rest.

        ``state``, ``visible`` and ``seats`` are the first months in which its state differs, in
        which its performance or conflict differs visibly, and in which somebody else holds a seat.
        """
        firsts = {
            "state": self.spread.first(self.spread.differ), "visible": self.spread.first(self.spread.visible),
            "seats": self.spread.first(self.spread.seats_differ > 0),
        }  # fmt: skip
        named = [*self.months, ""]
        dated = [{name: named[first[c]] for name, first in firsts.items()} for c in range(len(self.places))]
        rows = [self.describe(step) | dated[step.committee] for step in self.steps]
        for number in np.flatnonzero(self.spread.parted == len(self.months)).tolist():
            place = self.places[number]
            rows.append({"committee": place.name, "level": place.level, "unit_class": place.unit_class} | dated[number])
        return rows


def compare(worlds: tuple[World, World], trajectories: tuple[Trajectory, Trajectory], replicate: int) -> Divergence:
    """Find where two worlds of the same months and committees part, and how the difference spreads.

    Of each one replicate with its events and committees; ``replicate`` is its number.
    """
    inputs = Inputs(worlds)
    alignment = align(trajectories[0].events, trajectories[1].events)
    apart = spread(worlds[0].committees, trajectories, alignment)
    cascade = Cascade(inputs, alignment, apart, trajectories, replicate)
    one, two = (len(only) for only in alignment.only)
    return Divergence(
        tuple(inputs.dated), _first_numbers(trajectories, apart), cascade.first_decision(), tuple(cascade.steps()),
        apart, (one, two), len(alignment.both[0]), alignment.other_numbers,
    )  # fmt: skip


def _first_numbers(trajectories: tuple[Trajectory, Trajectory], apart: Spread) -> FirstNumbers | None:
    """Return the first difference in recorded numbers, without those that hold the rule itself."""
    one, two = (trajectory.values[:, 0] for trajectory in trajectories)
    nation = (one != two) & ~(np.isnan(one) & np.isnan(two))
    nation[:, [OUTCOME_INDEX[name] for name in OF_THE_RULE]] = False
    months = np.flatnonzero(nation.any(axis=1) | apart.differ.any(axis=1))
    if not len(months):
        return None
    month = int(months[0])
    largest = {name: float(np.abs(apart.difference(name)[month]).max()) for name in STATE}
    return FirstNumbers(
        apart.months[month],
        [apart.places[number].name for number in np.flatnonzero(apart.differ[month])],
        {name: size for name, size in largest.items() if size > 0.0},
        [name for name, index in OUTCOME_INDEX.items() if nation[month, index]],
    )
