"""Who is considered for a seat: locals and outsiders, by lot, as in the reference engine's selection."""

from __future__ import annotations

from sim.draws.addressed import uniforms
from sim.engines.compiled.layout import ACTING, POINT, bin_at, committee, dossier, line, office, person
from sim.engines.compiled.people import draw, identity
from sim.engines.compiled.waiting import LOT, bin_of, make_ring
from sim.kernel import kernel

BALLOT, SEARCH, RECOMMENDATION = (POINT[name] for name in ("ballot", "search", "recommended"))
#: Blocks of four draws per seat at the decision point "ballot", one for each candidate; searches per seat.
BLOCKS_PER_SEAT, PER_SEARCH = 16, 16
#: Number of the recommended candidate, beyond all others.
RECOMMENDED_ONE = 13
#: Where a candidate is looked for, beside the numbers of lists of people who wait.
NOWHERE = -1


@kernel
def gather(s, i, seat, above, going):  # type: ignore[no-untyped-def]
    """Note the holder, if any and not on his way out, and those drawn from elsewhere; return their number."""
    c = committee(s, i)
    number = 0
    if office(s, i).held[seat] >= 0 and not going:
        s.chosen[0], number = office(s, i).held[seat], 1
    s.recommended = -1
    for k in range(s.candidates):
        # the four draws of a candidate are one block
        side, where, pick, further = uniforms(
            s.seed, s.replicate, BALLOT, s.month, c.key, BLOCKS_PER_SEAT * seat + k
        )
        local, before = (side < s.cross) == above, number
        if local:
            number = add_local(s, i, where, pick, number)
        if not local or (number == before and not s.first_version):
            number = add_outsider(s, i, seat, above, k, where, pick, further, number)
        if not local and number == before and not s.first_version:
            number = add_local(s, i, where, pick, number)
    claimed = office(s, i).claimed
    if not above and 0.0 < claimed and claimed < 1.0:
        if draw(s, RECOMMENDATION, c.key, seat) < s.RECOMMENDED:
            before = number
            _, where, pick, further = uniforms(
                s.seed, s.replicate, BALLOT, s.month, c.key, BLOCKS_PER_SEAT * seat + RECOMMENDED_ONE
            )
            number = add_outsider(s, i, seat, True, RECOMMENDED_ONE, where, pick, further, number)
            if number > before:
                s.recommended = s.chosen[before]
    return number


@kernel
def add(s, man, number):  # type: ignore[no-untyped-def]
    """Add a candidate if there is one; return how many there are."""
    if man < 0:
        return number
    s.chosen[number] = man
    return number + 1


@kernel
def may_stand(s, i, man, number):  # type: ignore[no-untyped-def]
    """Tell whether a person is no candidate yet, and was not removed from here within the last year."""
    for k in range(number):
        if s.chosen[k] == man:
            return False
    return not barred(s, i, man)


@kernel
def barred(s, i, man):  # type: ignore[no-untyped-def]
    """Tell whether a person was removed from this committee within the last year."""
    return dossier(s, man).removed_from == i and s.month - dossier(s, man).removed < s.REMOVED_BAR


# ---------------------------------------------------------------- where they are looked for
@kernel
def add_local(s, i, where, pick, number):  # type: ignore[no-untyped-def]
    """Add a local: from the own bench, or the secretary of an own uezd (ladder)."""
    c = office(s, i)
    if c.uezds > 0 and where < s.LADDER:
        uezd = c.first_uezd + int(pick * c.uezds)
        man = secretary_of(s, i, number, uezd)
        if man != -2:
            return add(s, man, number)
    return add(s, first_of(s, i, i, NOWHERE, number), number)


@kernel
def add_outsider(s, i, seat, above, k, where, pick, further, number):  # type: ignore[no-untyped-def]
    """Add somebody from elsewhere, of the reserve for the centre."""
    if office(s, i).head >= 0:
        return add(s, first_below(s, i, above, where, pick, number), number)
    others = s.guberniias
    at = int(pick * (others - 1)) if others > 1 else 0
    other = at if at < i else min(at + 1, others - 1)
    if other == i:
        return add(s, search(s, i, seat, k, number), number) if above else number
    o = office(s, other)
    if o.uezds > 0 and where < s.LADDER:
        uezd = o.first_uezd + int(further * o.uezds)
        return add(s, max(secretary_of(s, i, number, uezd), -1), number)
    if above and line(s, s.reserve).count > 0 and further >= s.PULL:
        return add(s, search(s, i, seat, k, number), number)
    return add(s, first_of(s, i, other, NOWHERE, number), number)


@kernel
def first_below(s, i, above, where, pick, number):  # type: ignore[no-untyped-def]
    """Return an uezd's outsider: of a sister's bench, or of its gubkom's pool."""
    c = office(s, i)
    head = office(s, c.head)
    sisters = head.uezds - 1
    pool = s.number + c.head
    if above and s.first_version and (where >= s.PULL or sisters == 0):
        return first_of(s, i, c.head, pool, number)
    if above and not s.first_version and (sisters == 0 or (where >= s.PULL and line(s, pool).count > 0)):
        return first_of(s, i, pool, NOWHERE, number)
    if sisters == 0:
        return -1
    sister = head.first_uezd + int(pick * sisters)
    return first_of(s, i, sister if sister < i else sister + 1, NOWHERE, number)


@kernel
def secretary_of(s, i, number, uezd):  # type: ignore[no-untyped-def]
    """Return an uezd's secretary if he may stand; -2 if there is none but an acting one."""
    man = office(s, uezd).held[0]
    if man < 0 or person(s, man).installed == ACTING:
        return -2
    return man if may_stand(s, i, man, number) else -1


@kernel
def first_of(s, i, one, other, number):  # type: ignore[no-untyped-def]
    """Return who of one or two lists comes first, by lot, and may stand; -1 if nobody."""
    chosen, lowest = -1, 2.0
    where = one
    while where >= 0:
        man = line(s, where).first
        while man >= 0:
            if may_stand(s, i, man, number):
                lot = lot_for(s, man, i)
                if lot < lowest or (lot == lowest and identity(s, man) < identity(s, chosen)):
                    chosen, lowest = man, lot
            man = person(s, man).next
        where = other if where == one else NOWHERE
    return chosen


@kernel
def lot_for(s, man, i):  # type: ignore[no-untyped-def]
    """Return a person's lot for a committee this month; it is drawn once, however often he is looked at."""
    d = dossier(s, man)
    once = s.t * s.number + i
    if d.lot_of != once:
        d.lot_of, d.lot = once, draw(s, LOT, person(s, man).address, committee(s, i).key)
    return d.lot


@kernel
def search(s, i, seat, k, number):  # type: ignore[no-untyped-def]
    """Return who comes first in the reserve's ring of lots and may stand, from a point of this search's own."""
    if line(s, s.reserve).count == 0:
        return -1
    make_ring(s)
    start = draw(s, SEARCH, committee(s, i).key, PER_SEARCH * seat + k)
    bins = s.number_of_bins
    first = bin_of(start, bins)
    man = first_in_bin(s, i, first, start, 2.0, number)
    for step in range(1, bins):
        if man >= 0:
            return man
        at = first + step
        man = first_in_bin(s, i, at if at < bins else at - bins, -1.0, 2.0, number)
    return man if man >= 0 else first_in_bin(s, i, first, -1.0, start, number)


@kernel
def first_in_bin(s, i, at, low, high, number):  # type: ignore[no-untyped-def]
    """Return who in a bin has the lowest lot from ``low`` to below ``high`` and may stand; -1 if nobody."""
    chosen, lowest, man = -1, high, bin_at(s, at).ring
    while man >= 0:
        lot = dossier(s, man).lot
        if low <= lot and (lot < lowest or (lot == lowest and chosen >= 0 and identity(s, man) < identity(s, chosen))):
            if may_stand(s, i, man, number):
                chosen, lowest = man, lot
        man = dossier(s, man).ring_next
    return chosen
