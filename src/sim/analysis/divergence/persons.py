"""Persons: what they are called, who holds which seat, and what a log tells of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.engines.trajectory import KINDS, SEAT_NAMES, Event, EventLog
from sim.world.places import PERSON_BITS, SEATS, Place

#: Bits of an identity below the generation.
HOME_AND_SLOT = 32
NOBODY = -1
MOST_SEATS = max(len(seats) for seats in SEATS.values())
#: What changes who holds a seat, and what changes where a person is.
SEAT_MOVES = ("left", "took")
#: Reasons for which an acting local leaves who comes to stay; the first was the word of version 0.1.
STAYED = ("confirmed", "permanent")
BENCH = ("joined_reserve", "trained", "departed")
MOVES = (*SEAT_MOVES, *BENCH)


def home_key(identity: int) -> int:
    """Return the key of a person's home."""
    return (identity & (1 << HOME_AND_SLOT) - 1) >> PERSON_BITS


class Names:
    """Readable names of persons: ``Tver #3``, and ``Tver #3, generation 2`` for the second who bears it."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._homes = {place.key: place.name for place in places}

    def of(self, identity: int) -> str:
        """Return a person's name: home, number in its stock of people, and generation from the second on."""
        generation, slot = identity >> HOME_AND_SLOT, identity & (1 << PERSON_BITS) - 1
        name = f"{self._homes[home_key(identity)]} #{slot + 1}"
        return name + (f", generation {generation + 1}" if generation else "")


def holders(places: Sequence[Place], log: EventLog, months: int) -> NDArray[np.int64]:
    """Return who holds each seat at the end of each month: identities of shape (months, committees, seats).

    It is -1 for an empty seat, and for a seat that a committee does not have.
    """
    now = np.full((len(places), MOST_SEATS), NOBODY, dtype=np.int64)
    for number, place in enumerate(places):
        for seat in range(len(place.seats)):
            # at the founding the first of a home's people fill its seats, in this order
            now[number, seat] = place.key << PERSON_BITS | seat
    took = KINDS.index("took")
    moves = log.codes[np.isin(log.codes["kind"], [KINDS.index(kind) for kind in SEAT_MOVES])]
    ends = np.searchsorted(moves["month"], np.arange(months), side="right")
    found = np.empty((months, *now.shape), dtype=np.int64)
    begin = 0
    for month, end in enumerate(ends):
        part = moves[begin:end]
        # where a seat changes hands more than once, the last assignment stays
        now[part["committee"], part["seat"]] = np.where(part["kind"] == took, part["person"], NOBODY)
        found[month], begin = now, end
    return found


class Chronicle:
    """One world's events in their order, found by seat or by person."""

    def __init__(self, log: EventLog) -> None:
        self.events = list(log)
        self._codes = log.codes
        self._moves: dict[int, list[int]] = {}
        for index in np.flatnonzero(np.isin(log.codes["kind"], [KINDS.index(kind) for kind in MOVES])).tolist():
            self._moves.setdefault(self.events[index].person, []).append(index)

    def at_seat(self, month: int, committee: int, seat: str) -> list[int]:
        """Return the indices of the moves into and out of a seat in a month."""
        first, end = np.searchsorted(self._codes["month"], [month, month + 1])
        part = self._codes[first:end]
        there = (part["committee"] == committee) & (part["seat"] == SEAT_NAMES.index(seat))
        return (first + np.flatnonzero(there)).tolist()

    def last_move(self, index: int) -> Event | None:
        """Return what last changed where the person of an event was before it."""
        moves = self._moves.get(self.events[index].person, [])
        before = bisect_left(moves, index)
        return self.events[moves[before - 1]] if before else None

    def origin(self, index: int) -> str:
        """Return where somebody came from who took a seat, in words; nothing for the bench at his home."""
        before = self.last_move(index)
        if before is None or self.events[index].kind != "took":
            return ""
        if before.kind == "joined_reserve":
            return "from the reserve" if before.level == "guberniia" else "from the gubkom's pool"
        ways = {
            "promotion": f"promoted from {before.committee}", **dict.fromkeys(STAYED, "acting there before"),
            "need": f"sent down from {before.committee}", "followed": f"brought along from {before.committee}",
            **dict.fromkeys(("transfer", "request", "lateral"), f"moved from {before.committee}"),
        }  # fmt: skip
        return ways.get(before.reason, "")

    def from_reserve(self, index: int, *, transferred: bool = False) -> bool:
        """Tell whether somebody who took a seat came from the centre's reserve.

        Who was moved laterally waits there; who was transferred out of a sklok (``transferred``) did so in version 0.1,
        and goes to his home's bench since.
        """
        before = self.last_move(index)
        if before is None or self.events[index].kind != "took":
            return False
        moved = before.level == "guberniia" and before.reason in ("lateral", *["transfer"] * transferred)
        return moved or (before.kind == "joined_reserve" and before.level == "guberniia")


def told(event: Event, names: Names, came: str = "") -> str:
    """Return an event in words; ``came`` says where somebody came from who took a seat."""
    if event.kind in SEAT_MOVES:
        how = ", ".join(word for word in (event.reason.replace("_", " "), event.authority) if word)
        way = "in" if event.kind == "took" else "out"
        return f"{way}: {names.of(event.person)} ({'; '.join(word for word in (how, came) if word)})"
    who, rival = parties(event, names)
    words = {
        "incident": f"{who} quarrels with {rival}",
        "sklok_opened": "a sklok opens", "sklok_closed": "a sklok closes", "mediated": "a quarrel is mediated",
        "trained": f"{who} is trained", "departed": f"{who} departs", "joined_reserve": f"{who} joins the reserve",
    }  # fmt: skip
    return words.get(event.kind, event.kind)


def parties(event: Event, names: Names) -> tuple[str, str]:
    """Return the names of those between whom something happened; the superior body where the other is nobody."""
    rival = names.of(event.other) if event.other >= 0 else "the superior body"
    return names.of(event.person) if event.person >= 0 else "", rival


def briefly(event: Event, names: Names) -> str:
    """Return whom an event that concerns no seat was about."""
    who, rival = parties(event, names)
    return f"{who} / {rival}" if event.kind == "incident" else who or "yes"
