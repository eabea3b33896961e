"""How a difference came to each committee: attributed by simple rules, not proven.

A committee is judged by the first thing that happened there in one world only. The rules are
tried in the order of ``WAYS``; those that name another committee need it to have parted before.
What a rule finds was there in time to carry the difference. That the difference would not have
come without it is not shown.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.divergence.alignment import Alignment
from sim.analysis.divergence.distance import FIELD, VISIBLE, Spread
from sim.analysis.divergence.inputs import Inputs
from sim.analysis.divergence.persons import (
    BENCH,
    MOVES,
    NOBODY,
    SEAT_MOVES,
    STAYED,
    Chronicle,
    Names,
    briefly,
    home_key,
    told,
)
from sim.draws.addressed import uniform
from sim.engines.trajectory import SEAT_NAMES, Trajectory
from sim.registry.decision_points import DECISION_POINTS
from sim.registry.outcomes import OUTCOME_INDEX
from sim.world.build import World

#: How a difference comes to a committee, in the order in which the rules are tried.
WAYS = {
    "rule": "the rule of filling posts differs here, and with it who makes this decision",
    "person": "somebody concerned had fared differently before, elsewhere",
    "place": "famine or the starting values of the place differ",
    "above": "the superior committee had parted: another secretary, or visibly more or less conflict",
    "below": "an uezd had parted, and the guberniia's state differed visibly",
    "capacity": "the centre filled a guberniia's seat in one world, and in the other could fill no more that month",
    "reserve": "a new holder came from the centre's reserve, on which all places draw, or somebody was drawn into it",
    "bench": "the bench concerned had been drawn upon otherwise, from elsewhere",
    "input": "an input that concerns all places differs",
    "nation": "none of these: through what all places share",
}
ASSIGNMENTS = OUTCOME_INDEX["assignments"]
CLAIM = DECISION_POINTS["claim"].number
#: Indices of claims that concern no single seat; see the decision point's use in step 6 and 7.
REMEDY, FITNESS = 8, 9
#: What is told of a world in which something did not happen.
NOTHING = "–"
#: Who decides for the centre.
CENTRE = ("centre", "bureau")


@dataclass(frozen=True)
class Step:
    """Something that happened in one world only, and what happened in the other."""

    #: when and where, by number
    month: int
    committee: int
    #: the kind of event, and the seat if it concerns one
    kind: str
    seat: str
    #: what happened in each world, in words, and who has the seat in the end
    told: tuple[str, str]
    brief: tuple[str, str]
    persons: tuple[int, ...]  #: identities of those whom it concerns
    way: str  #: one of ``WAYS``
    source: int = -1  #: number of the committee from which it came, -1 where the way names none
    carrier: int = -1  #: identity of the person who brought it, -1 for none


class Cascade:
    """Finds the first step of each committee, and how the difference came there."""

    def __init__(
        self, inputs: Inputs, alignment: Alignment, spread: Spread, trajectories: tuple[Trajectory, Trajectory],
        replicate: int,
    ) -> None:  # fmt: skip
        self.inputs, self.spread, self.replicate = inputs, spread, replicate
        self.world = inputs.worlds[0]
        one, two = (trajectory.values[:, 0, ASSIGNMENTS] for trajectory in trajectories)
        self.exhausted = (exhausted(inputs.worlds[0], one), exhausted(inputs.worlds[1], two))
        self.uezds: dict[int, list[int]] = {}
        for number, place in enumerate(self.world.committees):
            self.uezds.setdefault(place.parent, []).append(number)
        self.names = Names(self.world.committees)
        self.chronicles = tuple(Chronicle(log) for log in alignment.logs)
        self.alone = alignment.in_order  #: events that happened in one world only
        self.events = [self.chronicles[alone.side].events[alone.row] for alone in self.alone]
        self.first_move = next((i for i, event in enumerate(self.events) if event.kind in MOVES), len(self.events))
        #: The first of them at each committee, and those that moved a person, by person and by home.
        self.first: dict[int, int] = {}
        self._there: dict[tuple[int, int], list[int]] = {}
        self._moved: dict[int, list[int]] = {}
        self._moved_from: dict[int, list[int]] = {}
        for number, (alone, event) in enumerate(zip(self.alone, self.events, strict=True)):
            month, committee = alone.position[0], alone.position[3]
            self.first.setdefault(committee, number)
            self._there.setdefault((month, committee), []).append(number)
            # who goes from one seat to another is told of by the seat that he took
            if event.kind in MOVES and event.reason not in ("promotion", "followed"):
                self._moved.setdefault(event.person, []).append(number)
                self._moved_from.setdefault(home_key(event.person), []).append(number)

    def steps(self) -> Iterator[Step]:
        """Yield the first step of each committee that has parted, in their order."""
        for number in self.first.values():
            yield self.step(number)

    def first_decision(self) -> Step | None:
        """Return the first change of a post that came out differently."""
        number = next((i for i, event in enumerate(self.events) if event.kind in SEAT_MOVES), None)
        return None if number is None else self.step(number)

    def step(self, number: int) -> Step:
        """Return an event that happened in one world only, with what belongs to it."""
        month, committee = self.alone[number].position[0], self.alone[number].position[3]
        event = self.events[number]
        group = self._group(number)
        (one, brief_one), (two, brief_two) = (self._told(side, number, group) for side in (0, 1))
        persons = [person for i in group for person in (self.events[i].person, self.events[i].other) if person >= 0]
        way, source, carrier = self._way(number, group)
        return Step(
            month, committee, event.kind, event.seat, (one, two), (brief_one, brief_two),
            tuple(dict.fromkeys(persons)), way, source, carrier,
        )  # fmt: skip

    def _group(self, number: int) -> list[int]:
        """Return the events that belong to one decision: on its seat, or of its kind, in its place and month."""
        month, committee = self.alone[number].position[0], self.alone[number].position[3]
        event = self.events[number]
        field = "seat" if event.kind in SEAT_MOVES else "kind"
        return [i for i in self._there[month, committee] if getattr(self.events[i], field) == getattr(event, field)]

    def _told(self, side: int, number: int, group: list[int]) -> tuple[str, str]:
        """Return what happened in one world, at length and briefly: the whole story of a seat, or the event."""
        chronicle, event = self.chronicles[side], self.events[number]
        month, committee = self.alone[number].position[0], self.alone[number].position[3]
        if event.kind not in SEAT_MOVES:
            mine = [self.events[i] for i in group if self.alone[i].side == side]
            whole, brief = ("; ".join(words(event, self.names) for event in mine) for words in (told, briefly))
            return whole or NOTHING, brief or NOTHING
        moves = chronicle.at_seat(month, committee, event.seat)
        # an acting local who comes to stay is told of as he comes in
        parts = [
            told(chronicle.events[i], self.names, chronicle.origin(i))
            for i in moves
            if chronicle.events[i].reason not in STAYED
        ]
        holder = int(self.spread.holders[side][month, committee, SEAT_NAMES.index(event.seat)])
        if holder < 0:
            return "; ".join(parts) or "the seat stays empty", "empty"
        last = chronicle.events[moves[-1]].reason if moves else "stays"
        return "; ".join(parts) or f"{self.names.of(holder)} stays", f"{self.names.of(holder)}, {last}"

    # ------------------------------------------------------------------ how it came
    def _way(self, number: int, group: list[int]) -> tuple[str, int, int]:
        """Return how a difference came, from which committee, and by which person."""
        month, committee = self.alone[number].position[0], self.alone[number].position[3]
        kind, above = self.events[number].kind, self.world.committees[committee].parent
        moved = kind in SEAT_MOVES
        if moved and self._other_body(number):
            return "rule", NOBODY, NOBODY
        brought, drawn = self._brought(number, group), self._drawn(number, group)
        for way, carried in (("person", brought), ("bench", drawn if kind in BENCH else None)):
            if carried is not None:
                return way, self.alone[carried].position[3], self.events[carried].person
        if self.inputs.famine[: month + 1, committee].any() or self.inputs.beginnings[committee]:
            return "place", NOBODY, NOBODY
        if self.inputs.parameters:
            return "input", NOBODY, NOBODY
        if above >= 0 and self._parted_before(above, number) and self._weighs(above, month):
            return "above", above, NOBODY
        below = [i for i in self.uezds.get(committee, ()) if self._parted_before(i, number)]
        if below and month and self.spread.visible[month - 1, committee]:
            return "below", min(below, key=lambda i: self.first[i]), NOBODY
        if moved and above < 0 and self._no_capacity(group, month):
            return "capacity", NOBODY, NOBODY
        if number > self.first_move and (kind == "joined_reserve" or self._from_reserve(group)):
            return "reserve", NOBODY, NOBODY
        if drawn is not None:
            return "bench", self.alone[drawn].position[3], self.events[drawn].person
        return "input" if self.inputs.national(month) else "nation", NOBODY, NOBODY

    def _parted_before(self, committee: int, number: int) -> bool:
        return self.first.get(committee, number) < number

    def _weighs(self, above: int, month: int) -> bool:
        """Tell whether a superior committee was another at the end of the month before."""
        if month == 0:
            return False
        one, two = (holders[month - 1, above, 0] for holders in self.spread.holders)
        return bool(one != two or abs(self.spread.difference("conflict")[month - 1, above]) > VISIBLE)

    def _brought(self, number: int, group: list[int]) -> int | None:
        """Return the latest earlier event, elsewhere and in one world only, that moved a person concerned."""
        persons = {p for i in group for p in (self.events[i].person, self.events[i].other) if p >= 0}
        return self._latest(number, (self._moved.get(person, []) for person in persons))

    def _drawn(self, number: int, group: list[int]) -> int | None:
        """Return the latest earlier event, elsewhere and in one world only, that moved somebody of a home concerned.

        That is the home of a new holder, whose bench others might have left before him; or the
        place itself where its bench is filled or drawn upon.
        """
        keys = {home_key(self.events[i].person) for i in group if self.events[i].kind == "took"}
        if self.events[number].kind in BENCH:
            keys = {self.world.committees[self.alone[number].position[3]].key}
        return self._latest(number, (self._moved_from.get(key, []) for key in keys))

    def _latest(self, number: int, lists: Iterable[list[int]]) -> int | None:
        committee = self.alone[number].position[3]
        earlier = (i for moves in lists for i in moves[: bisect_left(moves, number)])
        return max((i for i in earlier if self.alone[i].position[3] != committee), default=None)

    def _other_body(self, number: int) -> bool:
        """Tell whether another body decides in the other world, because the rule is another there.

        The lot that settles it has the same address in both worlds, so it can be drawn again.
        """
        month, committee = self.alone[number].position[0], self.alone[number].position[3]
        place, seat = self.world.committees[committee], self.events[number].seat
        reasons = {
            chronicle.events[i].reason
            for chronicle in self.chronicles
            for i in chronicle.at_seat(month, committee, seat)
        }
        if place.parent < 0 and self.inputs.recall[month, committee] and reasons & {"need", "lateral"}:
            return True
        if not self.inputs.rule[month, committee]:
            return False
        indices = [REMEDY] if reasons & {"transfer", "extraordinary"} else [SEAT_NAMES.index(seat)]
        indices += [FITNESS] if "unfit" in reasons else []
        one, two = (state[month, committee, FIELD["claimed"]] for state in self.spread.states)
        address = (self.world.scenario.run.seed, self.replicate, CLAIM, self.world.first + month, place.key)
        lots = [uniform(*address, index) for index in indices]
        return "recommended" in reasons or any((lot < one) != (lot < two) for lot in lots)

    def _no_capacity(self, group: list[int], month: int) -> bool:
        """Tell whether the centre filled a seat in one world, and in the other could fill no more this month."""
        took = [i for i in group if self.events[i].kind == "took" and self.events[i].authority in CENTRE]
        filled = {self.alone[i].side for i in took}
        return len(filled) == 1 and bool(self.exhausted[1 - filled.pop()][month])

    def _from_reserve(self, group: list[int]) -> bool:
        first = self.world.first_version
        found = (self.alone[i] for i in group)
        return any(self.chronicles[each.side].from_reserve(each.row, transferred=first) for each in found)


def exhausted(world: World, assigned: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether the centre could fill no more guberniia seats, by month, from those that it filled.

    What it can fill is renewed as in step 1.
    """
    limit, left = world.scenario.options.capacity, 0.0
    if limit == "unlimited":
        return np.zeros(len(assigned), dtype=bool)
    renewed = world.p.cap_fr * world.calendar.capacity if limit == "recorded" else np.full(len(assigned), limit)
    found = []
    for month, filled in zip(renewed.tolist(), assigned.tolist(), strict=True):
        left = month + min(max(left, 0.0), 1.0) - filled
        found.append(left < 1.0)
    return np.array(found)
