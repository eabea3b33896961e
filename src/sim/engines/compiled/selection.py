"""Step 8: candidates, judgement, installation, as in the reference engine's room of the same name."""

from __future__ import annotations

import numpy as np

from sim.draws.addressed import uniforms
from sim.engines.compiled.layout import (
    ACTING,
    APPOINTED,
    ELECTED,
    NOBODY,
    POINT,
    REASON,
    RECOMMENDED,
    ZERO,
    bin_at,
    committee,
    line,
    opening,
    person,
    queued,
)
from sim.engines.compiled.order import empty, enqueue
from sim.engines.compiled.people import (
    LOT,
    NAN,
    bin_of,
    call_up,
    draw,
    draw_normal,
    identity,
    make_ring,
    note_secretary,
    remove,
    send_home,
    standard_score,
    vacate,
    wait_in,
)
from sim.engines.compiled.turnover import (
    CONTEST,
    EXTRAORDINARY,
    INFINITE,
    TRANSFER,
    VACANCY,
    claims,
    decider,
    has_capacity,
    install,
    open_seat,
    reserve_above,
    validity_of_judges,
)
from sim.kernel import kernel
from sim.mechanisms import selection

ORDER, BALLOT, SEARCH, JUDGEMENT, RECOMMENDATION = (
    POINT[name] for name in ("order", "ballot", "search", "judgement", "recommended")
)
PROMOTION, CONFIRMED, RELIEVED = (REASON[name] for name in ("promotion", "confirmed", "relieved"))
#: Blocks of four draws per seat at the decision point "ballot", one for each candidate; searches per seat.
BLOCKS_PER_SEAT, PER_SEARCH = 16, 16
#: Number of the recommended candidate, beyond all others.
RECOMMENDED_ONE = np.int64(13)
#: Where a candidate is looked for, beside the numbers of lists of people who wait.
NOWHERE = np.int64(-1)

judged, incumbent_advantage = selection.judged, selection.incumbent_advantage


@kernel
def select(s):  # type: ignore[no-untyped-def]
    """Decide on all openings: neediest committee first (or in random order); promotions open posts decided on last."""
    while s.openings > 0:
        queue_openings(s)
        for at in range(s.number_of_bins):
            j = bin_at(s, at).first
            while j >= 0:
                o = queued(s, j)
                decide(s, o.committee, o.seat, o.above, o.cause, o.incumbent)
                j = o.next
        empty(s)


@kernel
def queue_openings(s):  # type: ignore[no-untyped-def]
    """Put the openings so far into the order of service, and begin a new list of openings."""
    for k in range(s.openings):
        o = opening(s, opening(s, k).listed)
        c = committee(s, o.committee)
        if c.opened & (1 << o.seat):
            c.opened &= ~(1 << o.seat)
            need = draw(s, ORDER, c.key, ZERO) if s.random_order else c.performance
            enqueue(s, need, c.key * 4 + o.seat, o.committee, o.incumbent, o.seat, o.above, o.cause)
    s.openings = 0


@kernel
def decide(s, i, seat, above, cause, incumbent):  # type: ignore[no-untyped-def]
    """Fill a seat, let its incumbent stay, or let a local hold it."""
    c = committee(s, i)
    if incumbent >= 0 and (person(s, incumbent).post != i or person(s, incumbent).seat != seat):
        incumbent = -1
    holder = committee(s, i).held[seat]
    if incumbent < 0 and holder >= 0 and person(s, holder).installed != ACTING:
        return
    if c.head < 0 and not has_capacity(s, above):
        if incumbent < 0:
            hold(s, i, seat)
        return
    number = gather(s, i, seat, above)
    if number == 0:
        if incumbent < 0:
            hold(s, i, seat)
        return
    winner, margin = judge(s, i, above, incumbent, number)
    if winner == incumbent:
        m = person(s, winner)
        if not above and m.installed == APPOINTED:
            m.installed, m.by_bureau = RECOMMENDED, 0
            note_secretary(s, i)
        return
    if c.head < 0:
        if above:
            s.left_centre -= 1.0
            s.assignments += 1
        else:
            s.left_conferences -= 1.0
    seat_winner(s, i, seat, above, cause, winner, margin)


@kernel
def judge(s, i, above, incumbent, number):  # type: ignore[no-untyped-def]
    """Return the best candidate, ties by identity, and his lead over the next."""
    c = committee(s, i)
    r = validity_of_judges(s, i, above)
    taste, packing = (s.flat_, s.pack) if above else (s.dem, 0.0)
    best, highest, second = -1, -INFINITE, -INFINITE
    for k in range(number):
        man = s.chosen[k]
        m = person(s, man)
        noise = draw_normal(s, JUDGEMENT, m.address, c.key)
        trait = m.pliancy - s.PLIANCY_MEAN if above else m.temper - s.TEMPER_MEAN
        score = judged(standard_score(s, m.skill), r, noise, taste, trait / s.TEMPER_SD, m.loyalty, packing)
        if man == incumbent:
            mean = s.mean_guberniia if c.head < 0 else s.mean_uezd
            score += incumbent_advantage(s.inc_f if above else s.inc_v, c.performance, mean)
        if score > highest or (score == highest and identity(s, man) < identity(s, best)):
            best, highest, second = man, score, highest
        elif score > second:
            second = score
    return best, (highest - second if number > 1 else INFINITE)


@kernel
def gather(s, i, seat, above):  # type: ignore[no-untyped-def]
    """Note the holder of the seat, if any, and those drawn from benches, uezds and the reserve; return their number."""
    c = committee(s, i)
    number = 0
    if committee(s, i).held[seat] >= 0:
        s.chosen[0], number = committee(s, i).held[seat], 1
    s.recommended = -1
    for k in range(s.candidates):
        # the four draws of a candidate are one block
        side, where, pick, further = uniforms(
            s.seed, s.replicate, BALLOT, s.month, c.key, BLOCKS_PER_SEAT * seat + k
        )
        if (side < s.cross) == above:
            number = add_local(s, i, where, pick, number)
        else:
            number = add_outsider(s, i, seat, above, k, where, pick, further, number)
    if not above and 0.0 < c.claimed and c.claimed < 1.0:
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
    return person(s, man).removed_from == i and s.month - person(s, man).removed < s.REMOVED_BAR


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
    m = person(s, man)
    once = s.t * s.number + i
    if m.lot_of != once:
        m.lot_of, m.lot = once, draw(s, LOT, m.address, committee(s, i).key)
    return m.lot


@kernel
def secretary_of(s, i, own, number, uezd):  # type: ignore[no-untyped-def]
    """Return an uezd's secretary if he may stand; -2 if there is none but an acting one."""
    man = committee(s, uezd).held[0]
    if man < 0 or person(s, man).installed == ACTING:
        return -2
    return man if may_stand(s, i, man, number) else -1


@kernel
def add_local(s, i, where, pick, number):  # type: ignore[no-untyped-def]
    """Add a local: from the own bench, or the secretary of an own uezd (ladder)."""
    c = committee(s, i)
    if c.uezds > 0 and where < s.LADDER:
        uezd = c.first_uezd + int(pick * c.uezds)
        man = secretary_of(s, i, c.key, number, uezd)
        if man != -2:
            return add(s, man, number)
    return add(s, first_of(s, i, i, NOWHERE, number), number)


@kernel
def add_outsider(s, i, seat, above, k, where, pick, further, number):  # type: ignore[no-untyped-def]
    """Add somebody from elsewhere, of the reserve for the centre."""
    c = committee(s, i)
    if c.head >= 0:
        return add(s, first_below(s, i, above, where, pick, number), number)
    others = s.guberniias
    at = int(pick * (others - 1)) if others > 1 else 0
    other = at if at < i else min(at + 1, others - 1)
    if other == i:
        return add(s, search(s, i, seat, k, number), number) if above else number
    o = committee(s, other)
    if o.uezds > 0 and where < s.LADDER:
        uezd = o.first_uezd + int(further * o.uezds)
        return add(s, max(secretary_of(s, i, c.key, number, uezd), -1), number)
    if above and line(s, s.reserve).count > 0 and further >= s.PULL:
        return add(s, search(s, i, seat, k, number), number)
    return add(s, first_of(s, i, other, NOWHERE, number), number)


@kernel
def first_below(s, i, above, where, pick, number):  # type: ignore[no-untyped-def]
    """Return an uezd's outsider: of a sister's bench, or of its guberniia's bench and pool."""
    c = committee(s, i)
    head = committee(s, c.head)
    sisters = head.uezds - 1
    if above and (where >= s.PULL or sisters == 0):
        return first_of(s, i, c.head, s.number + c.head, number)
    if sisters == 0:
        return -1
    sister = head.first_uezd + int(pick * sisters)
    return first_of(s, i, sister if sister < i else sister + 1, NOWHERE, number)


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
        lot = person(s, man).lot
        if low <= lot and (lot < lowest or (lot == lowest and chosen >= 0 and identity(s, man) < identity(s, chosen))):
            if may_stand(s, i, man, number):
                chosen, lowest = man, lot
        man = person(s, man).ring_next
    return chosen


@kernel
def hold(s, i, seat):  # type: ignore[no-untyped-def]
    """Let a local hold an unfilled post: one unselected draw from the bench, if anybody waits."""
    if committee(s, i).held[seat] >= 0:
        return
    man = first_of(s, i, i, NOWHERE, 0)
    if man >= 0:
        call_up(s, man)
        install(s, man, i, seat, ACTING, ZERO, NAN)


@kernel
def seat_winner(s, i, seat, above, cause, winner, margin):  # type: ignore[no-untyped-def]
    """Put the winner into the seat; whoever held it goes where losers go."""
    holder, authority = committee(s, i).held[seat], decider(s, i, above)
    if cause == TRANSFER:
        committee(s, i).transferred = s.month
    elif cause == CONTEST or cause == EXTRAORDINARY:
        committee(s, i).voted = s.month
    if holder >= 0 and winner != holder:
        remove_loser(s, i, above, cause, holder)
    m = person(s, winner)
    if winner == holder:
        vacate(s, winner, CONFIRMED, authority)
    elif m.post >= 0:
        uezd, was = m.post, m.seat
        vacate(s, winner, PROMOTION, authority)
        open_seat(s, uezd, was, claims(s, uezd, was), VACANCY, NOBODY)
    else:
        call_up(s, winner)
    elected = RECOMMENDED if winner == s.recommended else ELECTED
    install(s, winner, i, seat, APPOINTED if above else elected, authority, margin)


@kernel
def remove_loser(s, i, above, cause, holder):  # type: ignore[no-untyped-def]
    """Take whoever lost his seat out of it, and send him where his reason leads."""
    reason = RELIEVED if person(s, holder).installed == ACTING else cause
    if reason == TRANSFER or reason == EXTRAORDINARY:
        remove(s, holder)
    vacate(s, holder, reason, decider(s, i, above))
    if reason == TRANSFER:
        wait_in(s, holder, reserve_above(s, i))
    else:
        send_home(s, holder)
