"""Where people without a post wait: benches, pools and the reserve; how somebody joins them and leaves them.

They are lists in the order of arrival. The reserve is a ring of this month's lots as well, so that a
search looks at a few people and not at all of them.
"""

from __future__ import annotations

from sim.engines.compiled.layout import NOBODY, POINT, bin_at, dossier, line, person, slot
from sim.engines.compiled.people import draw
from sim.kernel import kernel

LOT = POINT["lot"]
#: Index of lots for the order in the reserve, beyond every committee's key.
IN_RESERVE = 1 << 28


# ---------------------------------------------------------------- lists
@kernel
def wait_in(s, man, where):  # type: ignore[no-untyped-def]
    """Put a person without a post at the end of a bench, a pool or the reserve."""
    m, d, queue = person(s, man), dossier(s, man), line(s, where)
    slot(s, man).waits_in, d.previous, m.next = where, queue.last, -1
    if queue.last >= 0:
        person(s, queue.last).next = man
    else:
        queue.first = man
    queue.last = man
    queue.count += 1
    if where == s.reserve and s.ring_month == s.month:
        enter_ring(s, man)


@kernel
def call_up(s, man):  # type: ignore[no-untyped-def]
    """Take a person from where he waits, if he waits."""
    m, d = person(s, man), dossier(s, man)
    where = slot(s, man).waits_in
    if where < 0:
        return
    queue = line(s, where)
    if d.previous >= 0:
        person(s, d.previous).next = m.next
    else:
        queue.first = m.next
    if m.next >= 0:
        dossier(s, m.next).previous = d.previous
    else:
        queue.last = d.previous
    queue.count -= 1
    slot(s, man).waits_in = m.next = d.previous = -1
    if where == s.reserve and s.ring_month == s.month:
        leave_ring(s, man)


@kernel
def send_home(s, man):  # type: ignore[no-untyped-def]
    """Put a person without a post on his home's bench."""
    wait_in(s, man, dossier(s, man).home)


@kernel
def mean_skill_waiting(s, where, places):  # type: ignore[no-untyped-def]
    """Return the sum of skills on a bench over a number, in the order of arrival."""
    total = 0.0
    man = line(s, where).first
    while man >= 0:
        total += slot(s, man).skill
        man = person(s, man).next
    return total / places


# ---------------------------------------------------------------- the reserve's ring of lots
@kernel
def bin_of(lot, bins):  # type: ignore[no-untyped-def]
    """Return the bin of a number in [0, 1); numbers beyond fall into the last."""
    at = int(lot * bins)
    if at < 0:
        return 0
    return at if at < bins else bins - 1


@kernel
def enter_ring(s, man):  # type: ignore[no-untyped-def]
    """Hang a member of the reserve into the bin of his lot of this month."""
    d = dossier(s, man)
    d.lot_of, d.lot = NOBODY, draw(s, LOT, person(s, man).address, IN_RESERVE)
    at = bin_of(d.lot, s.number_of_bins)
    d.ring_next = bin_at(s, at).ring
    bin_at(s, at).ring = man


@kernel
def leave_ring(s, man):  # type: ignore[no-untyped-def]
    """Take a member of the reserve out of his bin."""
    at = bin_of(dossier(s, man).lot, s.number_of_bins)
    if bin_at(s, at).ring == man:
        bin_at(s, at).ring = dossier(s, man).ring_next
        return
    before = bin_at(s, at).ring
    while dossier(s, before).ring_next != man:
        before = dossier(s, before).ring_next
    dossier(s, before).ring_next = dossier(s, man).ring_next


@kernel
def make_ring(s):  # type: ignore[no-untyped-def]
    """Draw this month's lots of the reserve, once, when the first search begins."""
    if s.ring_month == s.month:
        return
    s.ring_month = s.month
    for at in range(s.number_of_bins):
        bin_at(s, at).ring = -1
    man = line(s, s.reserve).first
    while man >= 0:
        enter_ring(s, man)
        man = person(s, man).next
