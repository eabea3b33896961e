"""What a run leaves behind, whichever engine made it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from sim.world.places import SEATS

if TYPE_CHECKING:
    from sim.world.places import Place


class Event(NamedTuple):
    """A thing that happened, with its reason.

    Attributes
    ----------
    month
        ``YYYY-MM``.
    kind
        One of ``KINDS``.
    committee, level, seat
        Where: name of the committee, ``guberniia`` or ``uezd`` (or ``centre``), and the seat
        (``secretary``, ``ispolkom``, ``bureau1``, ``bureau2``; empty where none is meant).
    person, other
        Identities of the official and, for an incident, of the other side; -1 for none.
    reason
        Why: one of ``REASONS``.
    authority
        Who decided: one of ``AUTHORITIES``.
    value
        A number that belongs to it (grievance after an incident, margin of a contest, new
        share of claims); nan where there is none.
    """

    month: str
    kind: str
    committee: str
    level: str
    seat: str = ""
    person: int = -1
    other: int = -1
    reason: str = ""
    authority: str = ""
    value: float = float("nan")


KINDS = (
    "left", "took", "incident", "mediated", "sklok_opened", "sklok_closed", "joined_reserve", "trained", "departed",
    "conference", "congress",
)  # fmt: skip
REASONS = (
    "", "wear", "unfit", "need", "lateral", "transfer", "extraordinary", "lost_review", "lost_contest", "relieved",
    "promotion", "confirmed", "displaced", "vacancy", "elected", "recommended", "appointed", "acting",
    "overfull bench", "raion", "guberniia", "nation", "claims", "permanent", "request", "followed",
)  # fmt: skip
AUTHORITIES = ("", "centre", "bureau", "gubkom", "conference")
LEVELS = ("guberniia", "uezd", "centre")
SEAT_NAMES = (*SEATS["guberniia"], "")
#: One event in numbers: indices into the labels above, and into the world's months and committees (-1: none).
CODES = np.dtype([
    ("value", "f8"), ("person", "i8"), ("other", "i8"), ("month", "i4"), ("committee", "i4"),
    ("kind", "i1"), ("seat", "i1"), ("reason", "i1"), ("authority", "i1"),
], align=True)  # fmt: skip

COMMITTEE_FIELDS = (
    "performance", "recovery", "conflict", "misfit", "discussion", "unity", "clarity",
    "literacy", "claimed", "team_skill", "open_sklok", "paralysed", "appointed",
)


class EventLog(Sequence[Event]):
    """Events in the order in which they happened, kept as numbers, read as :class:`Event`.

    Attributes
    ----------
    codes
        Structured array of dtype ``CODES``.
    """

    def __init__(self, codes: NDArray[np.void], months: Sequence[str], places: Sequence[Place]) -> None:
        self.codes = codes
        self._months, self._places = months, places

    # Both when they are asked for: a sweep has a log for each of its runs and reads none.
    @cached_property
    def labels(self) -> dict[str, Sequence[str]]:
        """Return for each field of an event that is text what its numbers mean."""
        return {
            "month": self._months, "kind": KINDS, "committee": [*(place.name for place in self._places), ""],
            "level": LEVELS, "seat": SEAT_NAMES, "reason": REASONS, "authority": AUTHORITIES,
        }  # fmt: skip

    @cached_property
    def _level(self) -> NDArray[np.int8]:
        levels = [*(place.level for place in self._places), "centre"]
        return np.array([LEVELS.index(level) for level in levels], dtype=np.int8)

    def numbers(self, name: str) -> NDArray[Any]:
        """Return one field's numbers; those of a text are indices into its labels, never negative."""
        if name == "level":
            return self._level[self.codes["committee"]]
        numbers: NDArray[Any] = self.codes[name]
        if name in ("committee", "seat"):
            return np.where(numbers < 0, len(self.labels[name]) - 1, numbers)
        return numbers

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> EventLog: ...
    def __getitem__(self, index: int | slice) -> Event | EventLog:
        if isinstance(index, slice):
            part = copy(self)
            part.codes = self.codes[index]
            return part
        return next(iter(self[index : index + 1 or None]))

    def __iter__(self) -> Iterator[Event]:
        columns = []
        for name in Event._fields:
            numbers = self.numbers(name).tolist()
            labels = self.labels.get(name)
            columns.append(numbers if labels is None else [labels[number] for number in numbers])
        return map(Event._make, zip(*columns, strict=True))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EventLog):
            return NotImplemented
        return self.codes.tobytes() == other.codes.tobytes() and self.labels == other.labels

    __hash__ = None  # type: ignore[assignment]


def encode(events: Iterable[Event], months: Sequence[str], places: Sequence[Place]) -> EventLog:
    """Return events of a world's months and committees as a log."""
    events = list(events)
    log = EventLog(np.zeros(len(events), dtype=CODES), months, places)
    for name in CODES.names or ():
        values = [getattr(event, name) for event in events]
        if name in log.labels:
            number = {label: i for i, label in enumerate(log.labels[name])}
            if name in ("committee", "seat"):
                number[""] = -1
            values = [number[value] for value in values]
        log.codes[name] = values
    return log


@dataclass
class Trajectory:
    """One replicate's record.

    Attributes
    ----------
    months
        Names of the months, ``YYYY-MM``.
    values
        Float64 of shape (months, scopes, outcomes), in the order of ``SCOPES`` and
        ``OUTCOMES``; nan where an outcome is not defined.
    events
        In the order in which they happened.
    committees
        Empty, or float64 of shape (months, committees, ``COMMITTEE_FIELDS``).
    """

    months: list[str]
    values: NDArray[np.float64]
    events: EventLog = field(default_factory=lambda: EventLog(np.zeros(0, dtype=CODES), (), ()))
    committees: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0, 0)))
