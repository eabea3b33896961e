"""What a run leaves for an archive: of each guberniia's committee its states, and the events of its secretary.

Never what nobody could have written down: see `sim.analysis.observables`, whose figures are counted in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.engines.trajectory import COMMITTEE_FIELDS, KINDS, REASONS, SEAT_NAMES, Trajectory
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.outcomes import OUTCOME_INDEX
from sim.world.places import PERSON_BITS, UEZD_BITS

if TYPE_CHECKING:
    from sim.world.places import Place

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]
T = TypeVar("T")
Moment = Literal["took", "left"]

NOBODY, APPOINTED, CHOSEN = 0, 1, 2
"""How a place's secretary came in: none or an acting one; appointed; elected, with recommendation or without."""
#: Place of the secretary's seat, and of an event's kinds, in their labels.
SECRETARY = SEAT_NAMES.index("secretary")
TOOK, LEFT = KINDS.index("took"), KINDS.index("left")


class Span(NamedTuple):
    """Rows of a run: from ``first``, ``end`` not among them."""

    first: int
    end: int

    @property
    def rows(self) -> slice:
        """As an index."""
        return slice(self.first, self.end)

    def holds(self, at: Integers) -> Mask:
        """Tell which rows lie in it."""
        found: Mask = (at >= self.first) & (at < self.end)
        return found


class Changes(NamedTuple):
    """Events of guberniia secretaries: rows of months, numbers of guberniias, and the rest as events have it."""

    month: Integers
    place: Integers
    person: Integers
    reason: NDArray[np.int8]
    authority: NDArray[np.int8]
    value: Floats

    def where(self, chosen: Mask) -> Changes:
        """Return some of them."""
        return Changes(self.month[chosen], self.place[chosen], self.person[chosen], self.reason[chosen],
                       self.authority[chosen], self.value[chosen])  # fmt: skip


class Archive:
    """One run, as a historian could count in it: guberniia committees by month, and how their secretaries came in."""

    def __init__(self, trajectory: Trajectory, places: Sequence[Place]) -> None:
        self._run = trajectory
        self.months = trajectory.months
        heads = [place for place in places if place.parent < 0]
        self.classes = np.array([CLASSES.index(place.unit_class) for place in heads])
        self._homes = np.array([place.key >> UEZD_BITS for place in heads])
        self.number = len(heads)
        self._found: dict[Any, Any] = {}

    def once(self, key: Any, find: Callable[[], T]) -> T:
        """Return what is found under a key: it is looked for once in a run."""
        if key not in self._found:
            self._found[key] = find()
        found: T = self._found[key]
        return found

    def span(self, first: str, last: str) -> Span | None:
        """Return the rows of a span of months; None where the run lacks one of them."""
        if not self.months or first < self.months[0] or last > self.months[-1]:
            return None
        return Span(self.months.index(first), self.months.index(last) + 1)

    def series(self, outcome: str, scope: str, span: Span) -> Floats:
        """Return a monthly outcome."""
        found: Floats = self._run.values[span.rows, SCOPES.index(scope), OUTCOME_INDEX[outcome]]
        return found

    @property
    def states(self) -> Floats:
        """States of every guberniia's committee: months, places, fields."""
        return self._run.committees[:, : self.number]

    def of(self, field: str) -> Floats:
        """Return a field of every guberniia's committee, months by places, a place's months side by side."""
        number = COMMITTEE_FIELDS.index(field)
        return self.once(field, lambda: np.asfortranarray(self._run.committees[:, : self.number, number]))

    def apart(self, field: str) -> Floats:
        """Return how far each guberniia stands from its class's mean, month by month."""
        return self.once(("apart", field), lambda: self._apart(self.of(field)))

    def _apart(self, values: Floats) -> Floats:
        found = values.T.copy()
        for of_class in self._places:
            if len(of_class):
                found[of_class] -= found[of_class].sum(axis=0) / len(of_class)
        return found.T

    def summed(self, field: str, *, apart: bool = False) -> Floats:
        """Return a field, or its distance from the class's mean, summed over all months before each, and in all."""
        values = self.apart if apart else self.of
        return self.once(("summed", field, apart),
                         lambda: np.vstack([np.zeros(self.number), np.cumsum(values(field).T, axis=1).T]))  # fmt: skip

    @cached_property
    def _places(self) -> list[Integers]:
        return [np.flatnonzero(self.classes == number) for number in range(len(CLASSES))]

    def places(self, scope: str) -> list[Integers]:
        """Return the guberniias of each class of a scope."""
        return self._places if scope == "nation" else [self._places[CLASSES.index(scope)]]

    def within(self, scope: str) -> Mask:
        """Tell which guberniias belong to a scope."""
        found: Mask = np.ones(self.number, bool) if scope == "nation" else self.classes == CLASSES.index(scope)
        return found

    @cached_property
    def _heads(self) -> NDArray[np.void]:
        """Events of guberniia committees, secretaries and others."""
        codes = self._run.events.codes
        return codes[(codes["committee"] >= 0) & (codes["committee"] < self.number)]

    def events(self, kind: int) -> NDArray[np.void]:
        """Return the events of a kind in guberniia committees."""
        return self.once(("events", kind), lambda: self._heads[self._heads["kind"] == kind])

    @cached_property
    def _secretaries(self) -> NDArray[np.void]:
        kinds, seats = self._heads["kind"], self._heads["seat"]
        return self._heads[(seats == SECRETARY) & ((kinds == TOOK) | (kinds == LEFT))]

    def changes(self, moment: Moment) -> Changes:
        """Return who took the post of a guberniia's secretary, or left it; acting men did neither."""
        return self.once(moment, lambda: self._changes(moment))

    def _changes(self, moment: Moment) -> Changes:
        found, acting = self._secretaries, REASONS.index("acting")
        if moment == "took":
            chosen = (found["kind"] == TOOK) & (found["reason"] != acting)
        else:
            chosen = (found["kind"] == LEFT) & ~self._was_acting
        some = found[chosen]
        return Changes(some["month"].astype(np.int64), some["committee"].astype(np.int64), some["person"],
                       some["reason"], some["authority"], some["value"])  # fmt: skip

    @cached_property
    def _was_acting(self) -> Mask:
        """Tell of which events of secretaries the man had been acting: whoever took the post before as such."""
        found, before = self._secretaries, np.zeros(self.number, bool)
        acting = np.zeros(len(found), bool)
        took = (found["kind"] == TOOK) & (found["reason"] == REASONS.index("acting"))
        for number, place in enumerate(found["committee"].tolist()):
            acting[number] = before[place]
            before[place] = took[number]
        return acting

    @cached_property
    def _latest(self) -> Integers:
        """Number of the last event of each place's secretary, by the end of each month; -1 before the first."""
        found = self._secretaries
        latest = np.full((len(self.months), self.number), -1)
        latest[found["month"], found["committee"]] = np.arange(len(found))  # of a month the last stays
        return np.maximum.accumulate(latest, axis=0)

    @cached_property
    def came(self) -> NDArray[np.int8]:
        """How each place's secretary came in, by the end of each month; those of the start by what they are then."""
        found = self._secretaries
        kind = np.where((found["kind"] == LEFT) | (found["reason"] == REASONS.index("acting")), NOBODY, CHOSEN)
        after = np.append(kind, CHOSEN)[self._latest]
        return np.asfortranarray(np.where(self.of("appointed") > 0.5, APPOINTED, after), dtype=np.int8)

    @cached_property
    def _first_left(self) -> tuple[Integers, Floats]:
        """Of the secretaries of the start, those who left: home's number and the month they had begun; -1 and nan."""
        persons, begun = np.full(self.number, -1), np.full(self.number, np.nan)
        left = self.changes("left")
        for number in range(len(left.month) - 1, -1, -1):  # the earliest stays
            place = left.place[number]
            persons[place], begun[place] = left.person[number], left.month[number] - left.value[number]
        return persons, np.where(begun <= 0, begun, np.nan)

    def _of_holder(self, of_event: Floats, of_first: Floats) -> Floats:
        """Spread what belongs to the men who took posts over the months in which they held them."""
        return np.asfortranarray(np.where(self._latest < 0, of_first, np.append(of_event, np.nan)[self._latest]))

    @cached_property
    def since(self) -> Floats:
        """Months in post of each place's secretary; nan where he is none, acting, or of the start and never left."""
        begun = self._of_holder(self._secretaries["month"].astype(np.float64), self._first_left[1])
        found = np.arange(len(self.months))[:, None] - begun
        return np.where(self.came == NOBODY, np.nan, found)

    @cached_property
    def outside(self) -> Floats:
        """Whether a place's secretary came from another guberniia, 1 or 0; nan where that is not known."""
        first = self._first_left[0]
        begun = np.where((first < 0) | np.isnan(self._first_left[1]), np.nan, 1.0 * (home(first) != self._homes))
        found = self._secretaries
        came = 1.0 * (home(found["person"]) != self._homes[found["committee"]])
        return np.where(self.came == NOBODY, np.nan, self._of_holder(came, begun))


def home(persons: NDArray[Any]) -> Integers:
    """Return the number of the guberniia that persons are from."""
    return ((persons & 0xFFFFFFFF) >> (PERSON_BITS + UEZD_BITS)).astype(np.int64)
