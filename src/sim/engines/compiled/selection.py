"""Step 8: order of service, judgement, installation, as in the reference engine's room of the same name."""

from __future__ import annotations

from sim.engines.compiled.candidates import NOWHERE, first_of, gather
from sim.engines.compiled.layout import (
    ACTING,
    APPOINTED,
    CONFIRMED,
    DOSSIER,
    ELECTED,
    LINE,
    NOBODY,
    OFFICE,
    PERSON,
    POINT,
    READING,
    REASON,
    RECOMMENDED,
    committee,
    office,
    opening,
    person,
    queued,
)
from sim.engines.compiled.memory import prefetch
from sim.engines.compiled.networks import bring_along
from sim.engines.compiled.order import chain, enqueue
from sim.engines.compiled.people import NAN, draw, draw_normal, identity, standard_score
from sim.engines.compiled.posts import (
    EXTRAORDINARY,
    INFINITE,
    LATERAL,
    NEED,
    PERMANENT,
    RELIEVED,
    REQUEST,
    STAYS,
    UNFIT,
    claims,
    decider,
    has_capacity,
    install,
    is_moved,
    open_seat,
    remove,
    reserve_above,
    vacate,
    validity_of_judges,
)
from sim.engines.compiled.seats import note_secretary, skill_of
from sim.engines.compiled.turnover import CONTEST, DUE, REVIEW, VACANCY, call_away, send_down
from sim.engines.compiled.waiting import call_up, send_home, wait_in
from sim.kernel import kernel
from sim.mechanisms import selection, vacancies

ORDER, JUDGEMENT = POINT["order"], POINT["judgement"]
PROMOTION = REASON["promotion"]
#: No cause: nobody decides.
NOTHING = -1

judged, incumbent_advantage, clique_vote = selection.judged, selection.incumbent_advantage, selection.clique_vote
is_due = vacancies.is_due


@kernel
def select(s):  # type: ignore[no-untyped-def]
    """Decide on all openings: neediest committee first (or in random order); promotions open posts decided on last."""
    while s.openings > 0:
        queue_openings(s)
        j = chain(s)
        while j >= 0:
            o = queued(s, j)
            foresee_next(s, o.next)
            decide(s, o.committee, o.seat, o.above, o.cause, o.incumbent)
            j = o.next


@kernel
def foresee_next(s, j):  # type: ignore[no-untyped-def]
    """Begin to load what the next decision will read, and the committee of the one after it."""
    if j < 0:
        return
    o = queued(s, j)
    c = office(s, o.committee)
    prefetch(LINE, s.lines, o.committee)
    for man in range(c.first_person, c.first_person + c.block):
        prefetch(PERSON, s.men, man)
        prefetch(DOSSIER, s.dossiers, man)
    if o.next >= 0:
        prefetch(OFFICE, s.offices, queued(s, o.next).committee)


@kernel
def queue_openings(s):  # type: ignore[no-untyped-def]
    """Put the openings so far into the order of service, and begin a new list of openings."""
    for k in range(s.openings):
        o = opening(s, opening(s, k).listed)
        c = committee(s, o.committee)
        if c.opened & (1 << o.seat):
            c.opened &= ~(1 << o.seat)
            need = draw(s, ORDER, c.key, 0) if s.random_order else c.performance
            enqueue(s, need, c.key * 4 + o.seat, o.committee, o.incumbent, o.seat, o.above, o.cause)
    s.openings = 0


@kernel
def decide(s, i, seat, above, cause, incumbent):  # type: ignore[no-untyped-def]
    """Fill a seat, let its incumbent stay, or let a local hold it."""
    if incumbent >= 0 and (person(s, incumbent).post != i or person(s, incumbent).seat != seat):
        incumbent = -1
    holder = office(s, i).held[seat]
    if incumbent < 0 and holder >= 0 and person(s, holder).installed != ACTING:
        return
    if not has_room(s, i, seat, above, cause):
        cause = passes_down(s, i, seat, above, cause, incumbent)
        if cause == NOTHING:
            if incumbent < 0:
                hold(s, i, seat)
            return
        above = 0
    going = incumbent >= 0 and is_removal(s, cause)
    number = gather(s, i, seat, above, going)
    if number == 0 and incumbent < 0 and passes_down(s, i, seat, above, cause, incumbent) != NOTHING:
        above = 0
        number = gather(s, i, seat, above, going)
    if number == 0:
        if incumbent < 0:
            hold(s, i, seat)
        return
    plenum = by_plenum(s, i, seat, above, cause)
    winner, margin = judge(s, i, above, incumbent, number, plenum, seat)
    if winner == incumbent:
        m = person(s, winner)
        if not above and m.installed == APPOINTED:
            m.installed, m.by_bureau = RECOMMENDED, 0
            note_secretary(s, i)
        elif above and m.installed == ELECTED and not s.first_version:
            m.installed = CONFIRMED
            note_secretary(s, i)
        return
    if office(s, i).head < 0:
        if above:
            s.left_centre -= 1.0
            s.assignments += 1
            if cause == REQUEST:
                s.assignments_asked += 1
        elif not plenum:
            s.left_conferences -= 1.0
    seat_winner(s, i, seat, above, cause, winner, margin)


@kernel
def has_room(s, i, seat, above, cause):  # type: ignore[no-untyped-def]
    """Tell whether the centre or a conference can fill the seat; a plenum that co-opts needs no conference."""
    return office(s, i).head >= 0 or by_plenum(s, i, seat, above, cause) or has_capacity(s, above)


@kernel
def passes_down(s, i, seat, above, cause, incumbent):  # type: ignore[no-untyped-def]
    """Return for what the place itself decides on a seat that the superior body claimed in vain; NOTHING if not."""
    own = lapsed(s, i, seat, cause, incumbent) if above else NOTHING
    return own if own != NOTHING and has_room(s, i, seat, 0, own) else NOTHING


@kernel
def lapsed(s, i, seat, cause, incumbent):  # type: ignore[no-untyped-def]
    """Return what would be left to the place by the variants unfilled and unserved; NOTHING if nothing."""
    if incumbent < 0:
        return cause if s.unfilled == READING.unfilled_lapse else NOTHING
    if s.unserved != READING.unserved_lapses or is_call(cause):
        return NOTHING
    if is_moved(cause):
        return EXTRAORDINARY
    if cause == REVIEW:
        return CONTEST if draw(s, DUE, committee(s, i).key, seat) < s.cont else NOTHING
    return cause


@kernel
def is_call(cause):  # type: ignore[no-untyped-def]
    """Tell whether a seat is opened because the centre wants its holder elsewhere."""
    return cause == NEED or cause == LATERAL


@kernel
def is_removal(s, cause):  # type: ignore[no-untyped-def]
    """Tell whether the holder leaves a seat that is opened for this cause, and is no candidate for it."""
    if cause == UNFIT or is_call(cause):
        return True
    embattled = is_moved(cause) or cause == EXTRAORDINARY
    return embattled and s.embattled_may_stand == READING.embattled_may_stand_no


@kernel
def by_plenum(s, i, seat, above, cause):  # type: ignore[no-untyped-def]
    """Tell whether a guberniia committee's own officials elect: as the variants electorate and conferences say."""
    c = committee(s, i)
    if above or office(s, i).head >= 0:
        return False
    if seat == 0 and s.electorate == READING.electorate_plenum:
        return True
    meets = cause == EXTRAORDINARY or is_due(s.month, c.phase, s.term_months)
    return s.conferences == READING.conferences_yearly and not meets


@kernel
def lead_of_clique(s, i, seat):  # type: ignore[no-untyped-def]
    """Return how many more of a committee's other officials are of clique 1 than of clique 0."""
    lead = 0
    for other in range(committee(s, i).seats):
        man = office(s, i).held[other]
        if other != seat and man >= 0:
            lead += 1 if person(s, man).clique else -1
    return lead


@kernel
def judge(s, i, above, incumbent, number, plenum, seat):  # type: ignore[no-untyped-def]
    """Return the best candidate, ties by identity, and his lead over the next."""
    c = committee(s, i)
    r = s.r_p if plenum else validity_of_judges(s, i, above)
    taste, packing = (s.flat_, s.pack) if above else (0.0 if plenum else s.dem, 0.0)
    lead = lead_of_clique(s, i, seat) if plenum else 0
    best, highest, second = -1, -INFINITE, -INFINITE
    for k in range(number):
        man = s.chosen[k]
        m = person(s, man)
        noise = draw_normal(s, JUDGEMENT, m.address, c.key)
        trait = m.pliancy - s.PLIANCY_MEAN if above else m.temper - s.TEMPER_MEAN
        score = judged(standard_score(s, skill_of(s, man)), r, noise, taste, trait / s.TEMPER_SD, m.loyalty, packing)
        if plenum:
            score += clique_vote(s.own_clique, lead, float(m.clique))
        if man == incumbent:
            mean = s.mean_guberniia if c.level == 0 else s.mean_uezd
            score += incumbent_advantage(s.inc_f if above else s.inc_v, c.performance, mean)
        if score > highest or (score == highest and identity(s, man) < identity(s, best)):
            best, highest, second = man, score, highest
        elif score > second:
            second = score
    return best, (highest - second if number > 1 else INFINITE)


@kernel
def hold(s, i, seat):  # type: ignore[no-untyped-def]
    """Let a local hold an unfilled post: one unselected draw from the bench, if anybody waits."""
    if office(s, i).held[seat] >= 0:
        return
    man = first_of(s, i, i, NOWHERE, 0)
    if man >= 0:
        call_up(s, man)
        install(s, man, i, seat, ACTING, 0, NAN)


@kernel
def seat_winner(s, i, seat, above, cause, winner, margin):  # type: ignore[no-untyped-def]
    """Put the winner into the seat; whoever held it goes where losers go."""
    holder, authority = office(s, i).held[seat], decider(s, i, above)
    if is_moved(cause):
        office(s, i).transferred = s.month
    elif cause == CONTEST or cause == EXTRAORDINARY:
        office(s, i).voted = s.month
    if holder >= 0 and winner != holder:
        remove_loser(s, i, above, cause, holder)
    m = person(s, winner)
    if winner == holder:
        vacate(s, winner, STAYS if s.first_version else PERMANENT, authority)
    elif m.post >= 0:
        uezd, was = m.post, m.seat
        vacate(s, winner, PROMOTION, authority)
        open_seat(s, uezd, was, claims(s, uezd, was), VACANCY, NOBODY)
    else:
        call_up(s, winner)
    elected = RECOMMENDED if winner == s.recommended else ELECTED
    install(s, winner, i, seat, APPOINTED if above else elected, authority, margin)
    if above and seat == 0:
        bring_along(s, winner, authority)
    if cause == NEED and holder >= 0:
        send_down(s, holder, i)


@kernel
def remove_loser(s, i, above, cause, holder):  # type: ignore[no-untyped-def]
    """Take whoever lost his seat out of it, and send him where his reason leads."""
    if is_call(cause):
        call_away(s, i, holder, cause)
        return
    acting = person(s, holder).installed == ACTING
    reason = RELIEVED if acting and (s.first_version or not is_removal(s, cause)) else cause
    if is_moved(reason) or reason == EXTRAORDINARY or reason == UNFIT:
        remove(s, holder)
    vacate(s, holder, reason, decider(s, i, above))
    if s.first_version and is_moved(reason):
        wait_in(s, holder, reserve_above(s, i))
    else:
        send_home(s, holder)
