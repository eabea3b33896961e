"""The stock of people, as in the reference engine's room of the same name."""

from __future__ import annotations

import math

import numpy as np

from sim.draws.addressed import normal, uniform
from sim.engines.compiled.layout import (
    ACTING,
    APPOINTED,
    AUTHORITY,
    ELECTED,
    INTEGER,
    KIND,
    NOBODY,
    NOT,
    POINT,
    REASON,
    RECOMMENDED,
    TRAINING_LOT,
    ZERO,
    bin_at,
    committee,
    event_at,
    line,
    lot_at,
    person,
)
from sim.engines.compiled.memory import record_at
from sim.engines.readings import MOVES
from sim.kernel import kernel
from sim.mechanisms import arithmetic, education, selection

BIRTH, LOT, DEPARTURE, RESERVE = (POINT[name] for name in ("birth", "lot", "departure", "reserve"))
TRAINED, DEPARTED, JOINED, LEFT = (KIND[name] for name in ("trained", "departed", "joined_reserve", "left"))
OVERFULL = REASON["overfull bench"]
WEAR, UNFIT, NEED, LATERAL, TRANSFER, EXTRAORDINARY, LOST_CONTEST, LOST_REVIEW = (
    REASON[name]
    for name in ("wear", "unfit", "need", "lateral", "transfer", "extraordinary", "lost_contest", "lost_review")
)
CENTRE, GUBKOM = AUTHORITY["centre"], AUTHORITY["gubkom"]
IN_ALL, BY_CENTRE, AS_UNFIT, BY_NEED, SIDEWAYS, IN_CONFLICT, VOTED, WORN = range(len(MOVES))
LOWEST, HIGHEST = 0.02, 0.98
#: Indices of lots beyond every committee's key: for entry into the reserve, and for the order in it.
FOR_RESERVE, IN_RESERVE = np.int64(1 << 29), np.int64(1 << 28)
NAN = float("nan")

blur, validity, seen = selection.blur, selection.validity, selection.seen
practised, unit = education.practised, arithmetic.unit


@kernel
def identity(s, man):  # type: ignore[no-untyped-def]
    """Return a person's identity; -1 for nobody."""
    if man < 0:
        return -1
    return (np.int64(person(s, man).generation) << 32) | person(s, man).address


@kernel
def note(s, kind, committee, seat, man, other, reason, authority, value):  # type: ignore[no-untyped-def]
    """Add an event; what finds no room is counted, so that the run can be begun again with more."""
    if s.keep_events == 0:
        return
    at = s.logged
    s.logged = at + 1
    if at >= s.room:
        return
    event = event_at(s, at)
    event.month, event.kind, event.committee, event.seat = max(s.t, 0), kind, committee, seat
    event.person, event.other = identity(s, man), identity(s, other)
    event.reason, event.authority, event.value = reason, authority, value


@kernel
def draw(s, point, entity, index):  # type: ignore[no-untyped-def]
    """Return this month's uniform draw at an address."""
    return uniform(s.seed, s.replicate, point, s.month, entity, index)


@kernel
def draw_normal(s, point, entity, index):  # type: ignore[no-untyped-def]
    """Return this month's normal draw at an address."""
    return normal(s.seed, s.replicate, point, s.month, entity, index)


@kernel
def standard_score(s, skill):  # type: ignore[no-untyped-def]
    """Return a skill as a standard score."""
    return (skill - s.SKILL_MEAN) / s.sk_sd


@kernel
def blur_of_voters(s, i):  # type: ignore[no-untyped-def]
    """Return how far illiteracy multiplies the variance of voters' error."""
    return blur((1.0 - committee(s, i).literacy) / s.ILLITERACY_REF, s.err_ctx)


@kernel
def is_outsider(s, man, i):  # type: ignore[no-untyped-def]
    """Tell whether a person comes from elsewhere, 1 or 0."""
    home = person(s, man).home
    if home == i or (committee(s, i).head < 0 and committee(s, home).head == i):
        return 0
    return 1


@kernel
def note_secretary(s, i):  # type: ignore[no-untyped-def]
    """Note how a committee's secretary was installed."""
    c, man = committee(s, i), committee(s, i).held[0]
    installed = NOT
    if man >= 0:
        installed = person(s, man).installed
    c.appointed = 1.0 if installed == APPOINTED else 0.0
    c.elected = 1.0 if installed == ELECTED or installed == RECOMMENDED else 0.0


@kernel
def seat_man(s, i, seat, man):  # type: ignore[no-untyped-def]
    """Give a seat its holder."""
    c = committee(s, i)
    c.held[seat] = man
    record_at(INTEGER, s.seated, c.first_seat + seat).x = person(s, man).address


# ---------------------------------------------------------------- where people wait
@kernel
def wait_in(s, man, where):  # type: ignore[no-untyped-def]
    """Put a person without a post at the end of a bench, a pool or the reserve."""
    m, queue = person(s, man), line(s, where)
    m.waits_in, m.previous, m.next = where, queue.last, -1
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
    m = person(s, man)
    where = m.waits_in
    if where < 0:
        return
    queue = line(s, where)
    if m.previous >= 0:
        person(s, m.previous).next = m.next
    else:
        queue.first = m.next
    if m.next >= 0:
        person(s, m.next).previous = m.previous
    else:
        queue.last = m.previous
    queue.count -= 1
    m.waits_in = m.next = m.previous = -1
    if where == s.reserve and s.ring_month == s.month:
        leave_ring(s, man)


@kernel
def send_home(s, man):  # type: ignore[no-untyped-def]
    """Put a person without a post on his home's bench."""
    wait_in(s, man, person(s, man).home)


@kernel
def mean_skill_waiting(s, where, places):  # type: ignore[no-untyped-def]
    """Return the sum of skills on a bench over a number, in the order of arrival."""
    total = 0.0
    man = line(s, where).first
    while man >= 0:
        total += person(s, man).skill
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
    m = person(s, man)
    m.lot_of, m.lot = NOBODY, draw(s, LOT, m.address, IN_RESERVE)
    at = bin_of(m.lot, s.number_of_bins)
    m.ring_next = bin_at(s, at).ring
    bin_at(s, at).ring = man


@kernel
def leave_ring(s, man):  # type: ignore[no-untyped-def]
    """Take a member of the reserve out of his bin."""
    at = bin_of(person(s, man).lot, s.number_of_bins)
    if bin_at(s, at).ring == man:
        bin_at(s, at).ring = person(s, man).ring_next
        return
    before = bin_at(s, at).ring
    while person(s, before).ring_next != man:
        before = person(s, before).ring_next
    person(s, before).ring_next = person(s, man).ring_next


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


# ---------------------------------------------------------------- into the stock, and out of it
@kernel
def give_attributes(s, man, trainee):  # type: ignore[no-untyped-def]
    """Draw a person's attributes; ``trainee`` numbers those among whom he was chosen."""
    m = person(s, man)
    address, first = m.address, 4 * trainee
    skill = committee(s, m.home).skill + s.sk_sd * draw_normal(s, BIRTH, address, 2 * (first + 1))
    m.skill = min(max(skill, LOWEST), HIGHEST)
    m.loyalty = draw_normal(s, BIRTH, address, 2 * (first + 1) + 1)
    temper, pliancy = draw(s, BIRTH, address, 4 * first), draw(s, BIRTH, address, 4 * first + 1)
    m.temper = temper * math.sqrt(temper)
    m.pliancy = pliancy * math.sqrt(pliancy)
    m.clique = 1 if draw(s, BIRTH, address, 4 * first + 2) < 0.5 else 0


@kernel
def born(s, home, looked_at):  # type: ignore[no-untyped-def]
    """Bring a trained person into a home's lowest free slot: the best seen of some trainees."""
    c = committee(s, home)
    man = c.first_person
    while person(s, man).alive:
        man += 1
    m = person(s, man)
    m.generation += 1
    m.alive, m.post, m.waits_in, m.next, m.previous, m.seat = 1, -1, -1, -1, -1, -1
    m.installed, m.by_bureau, m.outsider, m.tenure = NOT, 0, 0, 0.0
    m.removed_from, m.removed = -1, 0
    c.alive += 1
    s.people += 1
    best, chosen = -1e300, 0
    if looked_at > 1:
        r = validity(s.r_v, blur_of_voters(s, home))
        for trainee in range(looked_at):
            give_attributes(s, man, trainee)
            noise = draw_normal(s, BIRTH, m.address, 2 * (4 * trainee + 2))
            score = seen(standard_score(s, m.skill), r, noise)
            if score > best:
                best, chosen = score, trainee
    give_attributes(s, man, chosen)
    return man


@kernel
def leave_stock(s, man):  # type: ignore[no-untyped-def]
    """Let a person leave the stock for good; his slot at home becomes free."""
    person(s, man).alive = 0
    committee(s, person(s, man).home).alive -= 1
    s.people -= 1


@kernel
def count_move(s, scope, reason, authority):  # type: ignore[no-untyped-def]
    """Count a guberniia secretary who leaves his post, in one scope."""
    moves = s.moves[scope]
    moves[IN_ALL] += 1
    if reason == NEED:
        moves[BY_NEED] += 1
    elif reason == LATERAL:
        moves[SIDEWAYS] += 1
    elif reason == TRANSFER or reason == EXTRAORDINARY:
        moves[IN_CONFLICT] += 1
    elif reason == WEAR:
        moves[WORN] += 1
    if authority == CENTRE or authority == GUBKOM:
        moves[BY_CENTRE] += 1
        if reason == UNFIT or (reason == LOST_REVIEW and s.lost_review_is_unfit):
            moves[AS_UNFIT] += 1
    elif reason == LOST_CONTEST or reason == UNFIT:
        moves[VOTED] += 1


@kernel
def vacate(s, man, reason, authority):  # type: ignore[no-untyped-def]
    """Take an official from his seat and note why; he is nowhere until he is put somewhere."""
    m = person(s, man)
    i, seat = m.post, m.seat
    committee(s, i).held[seat] = -1
    if seat == 0:
        note_secretary(s, i)
        if committee(s, i).head < 0 and m.installed != ACTING:
            count_move(s, ZERO, reason, authority)
            count_move(s, committee(s, i).unit_class, reason, authority)
    note(s, LEFT, i, seat, man, NOBODY, reason, authority, m.tenure)
    m.post, m.seat, m.installed, m.by_bureau, m.tenure = -1, -1, NOT, 0, 0.0


@kernel
def remove(s, man):  # type: ignore[no-untyped-def]
    """Note from where an official is removed: for a year he is no candidate there."""
    person(s, man).removed_from, person(s, man).removed = person(s, man).post, s.month


@kernel
def train(s):  # type: ignore[no-untyped-def]
    """Fill empty bench places with newly trained persons; let somebody leave an overfull bench."""
    for i in range(s.number):
        c, bench = committee(s, i), line(s, i)
        chance = unit(s.TRAINING * (c.places - bench.count)) if c.alive < c.block else 0.0
        if lot_at(s, TRAINING_LOT, i) < chance:
            man = born(s, i, s.looked_at)
            wait_in(s, man, i)
            note(s, TRAINED, i, NOBODY, man, NOBODY, ZERO, ZERO, NAN)
        while bench.count > c.places + s.bench_slack:
            man = last_by_departure(s, bench.first)
            call_up(s, man)
            note(s, DEPARTED, i, NOBODY, man, NOBODY, OVERFULL, ZERO, NAN)
            leave_stock(s, man)
        pool = line(s, s.number + i)
        while pool.count > c.places:
            man = pool.first
            call_up(s, man)
            send_home(s, man)


@kernel
def last_by_departure(s, first):  # type: ignore[no-untyped-def]
    """Return who of a bench has drawn the highest lot for leaving."""
    leaver, highest, man = -1, -1.0, first
    while man >= 0:
        lot = draw(s, DEPARTURE, person(s, man).address, 0)
        if lot > highest or (lot == highest and identity(s, man) > identity(s, leaver)):
            leaver, highest = man, lot
        man = person(s, man).next
    return leaver


@kernel
def practise_waiting(s, first):  # type: ignore[no-untyped-def]
    """Let those who wait for the superior body learn as their homes do."""
    man = first
    while man >= 0:
        m = person(s, man)
        m.skill = practised(m.skill, s.train, committee(s, m.home).courses)
        man = m.next


@kernel
def keep_reserve(s):  # type: ignore[no-untyped-def]
    """Let the centre draw its reserve from guberniia benches, by lot; where it claims nothing, all go home."""
    reserve = line(s, s.reserve)
    practise_waiting(s, reserve.first)
    claimed = False
    for i in range(s.guberniias):
        practise_waiting(s, line(s, s.number + i).first)
        claimed = claimed or committee(s, i).claimed > 0.0
    if not claimed:
        while reserve.first >= 0:
            man = reserve.first
            call_up(s, man)
            send_home(s, man)
        return
    wanted = max(0.0, (s.res_d * (s.guberniias * 4) - reserve.count) / s.RESERVE_STEP)
    number = int(wanted)
    if draw(s, RESERVE, ZERO, ZERO) < wanted - number:
        number += 1
    for place in range(number):
        home = int(draw(s, RESERVE, ZERO, 4 + place) * s.guberniias)
        man = first_by_lot(s, line(s, home).first, FOR_RESERVE + place)
        if man >= 0:
            call_up(s, man)
            wait_in(s, man, s.reserve)
            note(s, JOINED, home, NOBODY, man, NOBODY, ZERO, ZERO, NAN)


@kernel
def first_by_lot(s, first, index):  # type: ignore[no-untyped-def]
    """Return who of a list comes first by lots that are addressed by person and ``index``; -1 if nobody waits."""
    chosen, lowest, man = -1, 2.0, first
    while man >= 0:
        lot = draw(s, LOT, person(s, man).address, index)
        if lot < lowest or (lot == lowest and identity(s, man) < identity(s, chosen)):
            chosen, lowest = man, lot
        man = person(s, man).next
    return chosen
