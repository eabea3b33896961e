"""Step 9: those who wait learn, benches get newly trained people, superior bodies keep people in waiting."""

from __future__ import annotations

from sim.draws.addressed import uniform
from sim.engines.compiled.layout import (
    FLOAT,
    INTEGER,
    KIND,
    NOBODY,
    POINT,
    READING,
    REASON,
    STOCK,
    committee,
    dossier,
    line,
    office,
    person,
    slot,
)
from sim.engines.compiled.memory import SHIFT, WIDTH, record_at
from sim.engines.compiled.people import NAN, born, draw, identity, leave_stock, note
from sim.engines.compiled.waiting import LOT, call_up, send_home, wait_in
from sim.kernel import inlined, kernel
from sim.mechanisms import arithmetic, education

DEPARTURE, RESERVE, POOL = (POINT[name] for name in ("departure", "reserve", "pool"))
TRAINED, DEPARTED, JOINED = (KIND[name] for name in ("trained", "departed", "joined_reserve"))
OVERFULL = REASON["overfull bench"]
#: Index of lots for entry into the reserve, beyond every committee's key.
FOR_RESERVE = 1 << 29

practised, unit = education.practised, arithmetic.unit


# ---------------------------------------------------------------- benches
@kernel
def practise_on_benches(s):  # type: ignore[no-untyped-def]
    """Let those who wait on a bench learn by its courses: at home, but where a variant has men sent down wait."""
    train, width = s.train, s.width
    for i in range(s.number):
        first, courses = office(s, i).first_person >> SHIFT, committee(s, i).courses
        for q in range(first, first + ((office(s, i).block + WIDTH - 1) >> SHIFT)):
            practise_at_home(record_at(STOCK, s.stock, q), i, train, courses, width)
        if s.need_displaces != READING.need_displaces_yes:
            practise_elsewhere(s, i)


@inlined
@kernel
def practise_at_home(eight_slots, i, train, courses, width):  # type: ignore[no-untyped-def]
    """Let those of eight slots learn who wait on the bench of their home.

    ``width`` is eight, which the compiler must not know: a short loop of known length it takes apart before it
    makes vectors.
    """
    for k in range(width):
        skill = eight_slots.skill[k]
        eight_slots.skill[k] = practised(skill, train, courses) if eight_slots.waits_in[k] == i else skill


@kernel
def practise_elsewhere(s, i):  # type: ignore[no-untyped-def]
    """Let those learn who wait on a bench that is not their home's."""
    man = line(s, i).first
    while man >= 0:
        if dossier(s, man).home != i:
            slot(s, man).skill = practised(slot(s, man).skill, s.train, committee(s, i).courses)
        man = person(s, man).next


@kernel
def train(s):  # type: ignore[no-untyped-def]
    """Fill empty bench places with newly trained persons; let somebody leave an overfull bench."""
    for i in range(s.number):
        o, bench = office(s, i), line(s, i)
        chance = unit(s.TRAINING * (o.places - bench.count)) if o.alive < o.block else 0.0
        if committee(s, i).training_lot < chance:
            man = born(s, i, s.looked_at)
            wait_in(s, man, i)
            note(s, TRAINED, i, NOBODY, man, NOBODY, 0, 0, NAN)
        while bench.count > o.places + s.bench_slack:
            man = last_by_departure(s, bench.first)
            call_up(s, man)
            note(s, DEPARTED, i, NOBODY, man, NOBODY, OVERFULL, 0, NAN)
            leave_stock(s, man)
        pool = line(s, s.number + i)
        while s.first_version and pool.count > o.places:
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


# ---------------------------------------------------------------- the reserve and pools
@kernel
def keep_reserve(s):  # type: ignore[no-untyped-def]
    """Let superior bodies keep people in waiting; where they claim nothing, all go home."""
    number = 0
    for where in range(s.number, s.number + s.guberniias):
        number = practise_waiting(s, where, number)
    number = practise_waiting(s, s.reserve, number)
    if not s.first_version:
        draw_departures(s, number)
    claimed, at = False, 0
    for i in range(s.guberniias):
        claimed = claimed or office(s, i).claimed > 0.0
        if not s.first_version:
            waiting = line(s, s.number + i).count
            keep_pool(s, i, at)
            at += waiting
    if not claimed:
        send_all_home(s, s.reserve)
    else:
        fill(s, s.reserve, RESERVE, 0, 0, s.guberniias, s.guberniias * 4, at, draw(s, RESERVE, 0, 0))


@kernel
def keep_pool(s, g, at):  # type: ignore[no-untyped-def]
    """Let a gubkom keep a pool for its uezds as the centre keeps its reserve for guberniias: one rule for both."""
    o = office(s, g)
    if o.uezds == 0:
        return
    if office(s, o.first_uezd).claimed <= 0.0:
        send_all_home(s, s.number + g)
    else:
        c = committee(s, g)
        fill(s, s.number + g, POOL, c.key, o.first_uezd, o.uezds, o.uezds * 2, at, c.pool_lot)


@kernel
def send_all_home(s, where):  # type: ignore[no-untyped-def]
    """Send everybody who waits in a reserve or pool home."""
    while line(s, where).first >= 0:
        man = line(s, where).first
        call_up(s, man)
        send_home(s, man)


@kernel
def fill(s, where, point, key, first_home, homes, seats, at, lot):  # type: ignore[no-untyped-def]
    """Fill part of the gap to what a superior body wants in waiting, from benches by lot; ``at``: see `rotate`."""
    wanted = max(0.0, (s.res_d * seats - line(s, where).count) / s.RESERVE_STEP)
    if not s.first_version:
        wanted += float(rotate(s, where, at))
    number = int(wanted)
    if lot < wanted - number:
        number += 1
    for place in range(number):
        home = first_home + int(draw(s, point, key, 4 + place) * homes)
        man = first_by_lot(s, line(s, home).first, FOR_RESERVE + place)
        if man >= 0:
            call_up(s, man)
            wait_in(s, man, where)
            note(s, JOINED, home, NOBODY, man, NOBODY, 0, 0, NAN)


@kernel
def rotate(s, where, at):  # type: ignore[no-untyped-def]
    """Let some of those who wait for the superior body go home, by their lots from ``at`` on; return how many went."""
    gone, man = 0, line(s, where).first
    while man >= 0:
        after = person(s, man).next
        if record_at(FLOAT, s.lots, at).x * s.RESERVE_STAY < 1.0:
            call_up(s, man)
            send_home(s, man)
            gone += 1
        man, at = after, at + 1
    return gone


@kernel
def practise_waiting(s, where, number):  # type: ignore[no-untyped-def]
    """Let those who wait for the superior body learn as their homes do; note who they are, after so many others."""
    man = line(s, where).first
    while man >= 0:
        m, here = person(s, man), slot(s, man)
        here.skill = practised(here.skill, s.train, committee(s, dossier(s, man).home).courses)
        record_at(INTEGER, s.waiting, number).x = m.address
        man, number = m.next, number + 1
    return number


@kernel
def draw_departures(s, number):  # type: ignore[no-untyped-def]
    """Draw the lots of those noted as waiting for superior bodies: whole eights, of which some may be nobody."""
    seed, replicate, month, waiting, lots = s.seed, s.replicate, s.month, s.waiting, s.lots
    for at in range((number + WIDTH - 1) // WIDTH * WIDTH):
        address = record_at(INTEGER, waiting, at).x
        record_at(FLOAT, lots, at).x = uniform(seed, replicate, DEPARTURE, month, address, 1)


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
