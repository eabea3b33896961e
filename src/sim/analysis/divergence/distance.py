"""How far two worlds are apart, month by month and committee by committee."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.divergence.alignment import Alignment
from sim.analysis.divergence.persons import holders
from sim.engines.trajectory import COMMITTEE_FIELDS, Trajectory
from sim.registry.entries import SCOPES
from sim.world.places import SEATS, Place

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]

#: A difference in performance or conflict that can be seen; both are shares, in steps of a hundredth.
VISIBLE = 0.01
#: A committee's state, without the share claimed: that is the rule itself.
STATE = tuple(name for name in COMMITTEE_FIELDS if name != "claimed")
FIELD = {name: number for number, name in enumerate(COMMITTEE_FIELDS)}
LEVELS = ("all", "guberniia", "uezd")


class MonthRow(NamedTuple):
    """One month, scope and level: in how many committees the worlds differ, and by how much."""

    month: str
    scope: str
    level: str
    committees: int
    parted: int  #: committees where something has happened by now in one world only
    #: committees whose state differs this month at all, and by more than ``VISIBLE`` in performance or conflict
    differ: int
    visible: int
    #: seats, and those held by different persons at the month's end
    seats: int
    seats_differ: int
    #: root mean square and mean of the difference in performance, second world minus first
    rms_performance: float
    mean_performance: float


@dataclass(frozen=True)
class Spread:
    """Two worlds' states side by side; arrays are months x committees, differences second minus first."""

    #: the committees, and the names of the months
    places: tuple[Place, ...]
    months: tuple[str, ...]
    states: tuple[Numbers, Numbers]  #: float64 of shape (months, committees, ``COMMITTEE_FIELDS``), of each world
    #: who holds each seat, int64 of shape (months, committees, seats), of each world
    holders: tuple[NDArray[np.int64], NDArray[np.int64]]
    #: month in which something first happened in one world only; the number of months where nothing did
    parted: NDArray[np.int64]

    def difference(self, name: str) -> Numbers:
        """Return the difference in one field of the committees' state."""
        one, two = (state[:, :, FIELD[name]] for state in self.states)
        return two - one

    @cached_property
    def differ(self) -> Flags:
        """Whether the state differs at all."""
        one, two = (state[:, :, [FIELD[name] for name in STATE]] for state in self.states)
        return np.asarray((one != two).any(axis=2))

    @cached_property
    def visible(self) -> Flags:
        """Whether performance or conflict differs by more than ``VISIBLE``."""
        found = [np.abs(self.difference(name)) > VISIBLE for name in ("performance", "conflict")]
        return np.asarray(found[0] | found[1])

    @cached_property
    def seats_differ(self) -> NDArray[np.int64]:
        """How many seats different persons hold."""
        return np.asarray((self.holders[0] != self.holders[1]).sum(axis=2))

    def first(self, flags: Flags) -> NDArray[np.int64]:
        """Return the first month of each committee in which flags are set; the number of months for never."""
        return np.where(flags.any(axis=0), flags.argmax(axis=0), len(self.months))

    def rows(self) -> Iterator[MonthRow]:
        """Yield a row for every month, scope and level that has committees."""
        apart = self.difference("performance")
        seats = np.array([len(SEATS[place.level]) for place in self.places])
        groups = [(scope, level, self._members(scope, level)) for scope in SCOPES for level in LEVELS]
        for month, name in enumerate(self.months):
            for scope, level, members in groups:
                if len(members):
                    here = apart[month, members]
                    yield MonthRow(
                        name, scope, level, len(members), int((self.parted[members] <= month).sum()),
                        int(self.differ[month, members].sum()), int(self.visible[month, members].sum()),
                        int(seats[members].sum()), int(self.seats_differ[month, members].sum()),
                        float(np.sqrt(np.mean(here * here))), float(np.mean(here)),
                    )  # fmt: skip

    def _members(self, scope: str, level: str) -> NDArray[np.intp]:
        return np.flatnonzero([
            scope in ("nation", place.unit_class) and level in ("all", place.level) for place in self.places
        ])  # fmt: skip


def spread(places: list[Place], trajectories: tuple[Trajectory, Trajectory], alignment: Alignment) -> Spread:
    """Return how far two worlds of the same places and months are apart."""
    months = len(trajectories[0].months)
    parted = np.full(len(places), months, dtype=np.int64)
    for alone in alignment.in_order:
        month, committee = alone.position[0], alone.position[3]
        parted[committee] = min(parted[committee], month)
    one, two = (holders(places, trajectory.events, months) for trajectory in trajectories)
    states = (trajectories[0].committees, trajectories[1].committees)
    return Spread(tuple(places), tuple(trajectories[0].months), states, (one, two), parted)
