"""An order of service without sorting: chains on bins of the key, each kept in order as it grows.

With an eighth as many bins as committees a chain is short, so that the cost stays proportional to
the number of items at any size; the order is exactly that of (key, tie).
"""

from __future__ import annotations

from sim.engines.compiled.layout import bin_at, queued
from sim.engines.compiled.waiting import bin_of
from sim.kernel import kernel


@kernel
def enqueue(s, key, tie, committee, incumbent, seat, above, cause):  # type: ignore[no-untyped-def]
    """Put an item into the queue; keys lie in [0, 1], equal ones follow ``tie``."""
    new = s.queued
    s.queued = new + 1
    o = queued(s, new)
    o.key, o.tie, o.committee, o.incumbent = key, tie, committee, incumbent
    o.seat, o.above, o.cause = seat, above, cause
    at = bin_of(key, s.number_of_bins)
    before, j = -1, bin_at(s, at).first
    while j >= 0 and (queued(s, j).key < key or (queued(s, j).key == key and queued(s, j).tie < tie)):
        before, j = j, queued(s, j).next
    o.next = j
    if before < 0:
        bin_at(s, at).first = new
    else:
        queued(s, before).next = new


@kernel
def chain(s):  # type: ignore[no-untyped-def]
    """Make one chain of those of all bins, and empty these; return its first item, -1 if there is none."""
    first = last = -1
    for at in range(s.number_of_bins):
        j = bin_at(s, at).first
        if j < 0:
            continue
        bin_at(s, at).first = -1
        if last < 0:
            first = j
        else:
            queued(s, last).next = j
        while j >= 0:
            last, j = j, queued(s, j).next
    s.queued = 0
    return first
