"""Two logs of events laid side by side: what happened in both, and what in one of them only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines.trajectory import KINDS, REASONS, EventLog

Indices = NDArray[np.intp]

#: What makes two events the same happening. The number that belongs to it may differ.
IDENTITY = ("month", "kind", "committee", "seat", "person", "other", "reason", "authority")
#: The process of the month in which a kind of event happens, counted from the first that has any.
STAGES = {
    "incident": 0, "sklok_opened": 1, "sklok_closed": 1, "mediated": 2, "left": 2, "took": 3,
    "trained": 4, "departed": 4, "joined_reserve": 5,
}  # fmt: skip
#: What meets by the calendar, an input: that it meets in one world only is no happening at a committee.
MEETINGS = ("conference", "congress")
assert {*STAGES, *MEETINGS} == set(KINDS)


class Alone(NamedTuple):
    """An event that happened in one world only."""

    #: the world, 0 or 1, and the event's place in its log
    side: int
    row: int
    #: when it happened, for a comparison with events of the other world: month, number of events that happened in both
    #: worlds before it in this month, process of the month, committee and seat by number
    position: tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Alignment:
    """Two logs of the same months and committees, and which of their events answer each other."""

    logs: tuple[EventLog, EventLog]  #: of the first and of the second world
    #: indices of the events that happened in both worlds, in each log; the n-th answer each other
    both: tuple[Indices, Indices]

    @cached_property
    def only(self) -> tuple[Indices, Indices]:
        """Indices of the events that happened in one world only, in each log."""
        return self._rest(0), self._rest(1)

    def _rest(self, side: int) -> Indices:
        alone = np.ones(len(self.logs[side]), dtype=bool)
        alone[self.both[side]] = False
        return np.flatnonzero(alone)

    @cached_property
    def in_order(self) -> list[Alone]:
        """Every event that happened in one world only, meetings left out.

        Those of one world keep their order. Between the worlds the earlier position goes first.
        """
        queues = [self._alone(0)[::-1], self._alone(1)[::-1]]
        merged: list[Alone] = []
        while queues[0] and queues[1]:
            one, two = queues[0][-1].position, queues[1][-1].position
            merged += [queue.pop() for queue, goes in zip(queues, (one <= two, two <= one), strict=True) if goes]
        return merged + queues[0][::-1] + queues[1][::-1]

    def _alone(self, side: int) -> list[Alone]:
        """Return one world's events that happened there only, in their order."""
        codes, alone = self.logs[side].codes, self.only[side]
        shared = np.ones(len(codes), dtype=np.int64)
        shared[alone] = 0
        alone = alone[~np.isin(codes["kind"][alone], [KINDS.index(kind) for kind in MEETINGS])]
        before = np.concatenate(([0], np.cumsum(shared)))
        began = np.searchsorted(codes["month"], codes["month"])
        # a man leaves his seat for a better one because he was chosen there, which is logged next
        later = 1.5 * (codes["reason"][alone] == REASONS.index("promotion"))
        alone = alone[np.lexsort((alone + later, codes["month"][alone]))]
        rows = codes[alone]
        columns = (
            rows["month"], before[alone] - before[began[alone]],
            np.array([STAGES.get(kind, -1) for kind in KINDS])[rows["kind"]], rows["committee"], rows["seat"],
        )  # fmt: skip
        positions = zip(*(column.tolist() for column in columns), strict=True)
        return [Alone(side, index, position) for index, position in zip(alone.tolist(), positions, strict=True)]

    @property
    def other_numbers(self) -> int:
        """How many events happened in both worlds with another number: a grievance, a margin, a share."""
        one, two = (log.codes["value"][both] for log, both in zip(self.logs, self.both, strict=True))
        return int(((one != two) & ~(np.isnan(one) & np.isnan(two))).sum())


def align(one: EventLog, two: EventLog) -> Alignment:
    """Lay two logs side by side, month by month.

    Events answer each other where all that is in ``IDENTITY`` is equal, whatever their order
    within the month; of several alike, the first answers the first.
    """
    import pandas as pd

    frame = pd.DataFrame({name: np.concatenate([one.codes[name], two.codes[name]]) for name in IDENTITY})
    side = np.repeat([0, 1], [len(one), len(two)])
    alike = frame.groupby(list(IDENTITY), sort=False).ngroup()
    nth = pd.DataFrame({"side": side, "alike": alike}).groupby(["side", "alike"]).cumcount()
    pair = alike.to_numpy(np.int64) * (len(frame) + 1) + nth.to_numpy(np.int64)
    _, first, second = np.intersect1d(pair[side == 0], pair[side == 1], assume_unique=True, return_indices=True)
    return Alignment((one, two), (first, second))
