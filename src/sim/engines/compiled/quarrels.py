"""Step 5: incidents in ties, what they leave, where a sklok is open; and what a change of holder does to a feud."""

from __future__ import annotations

from sim.draws.addressed import uniform
from sim.engines.compiled.layout import (
    EMPTY,
    FIRST,
    KIND,
    NOBODY,
    POINT,
    READING,
    SECOND,
    SUPERIOR,
    TIES,
    committee,
    dossier,
    eight,
    office,
    official,
    person,
    tie,
)
from sim.engines.compiled.memory import WIDTH
from sim.engines.compiled.people import note
from sim.kernel import inlined, kernel
from sim.mechanisms import congress, record, remedies, skloki

PLATFORM = POINT["platform"]
HAPPENED, OPENED, CLOSED = KIND["incident"], KIND["sklok_opened"], KIND["sklok_closed"]

members_vote, platform_friction, acquaintance = congress.members_vote, skloki.platform_friction, skloki.acquaintance
quarrel_rate, place_friction, incident_chance, cooled, peace_left, of_several, inherited = (
    skloki.quarrel_rate, skloki.place_friction, skloki.incident_chance, skloki.cooled, skloki.peace_left,
    skloki.of_several, skloki.inherited,
)  # fmt: skip
is_open, with_ends = remedies.is_open, record.with_ends


@kernel
def face_skloki(s):  # type: ignore[no-untyped-def]
    """Step 5: quarrels everywhere, then find where a sklok is open, before anybody does something about it."""
    if s.dispute > 0.0 and s.ties == READING.ties_persons_and_platforms:
        for i in range(s.number):
            take_sides(s, i)
    for b in range(s.number_of_eights):
        quarrel(s, eight(s, b), b)
    if s.keep_events:
        for i in range(s.number):
            c = committee(s, i)
            if c.turned:
                note(s, OPENED if c.open else CLOSED, i, NOBODY, NOBODY, NOBODY, 0, 0, c.conflict)


@kernel
def take_sides(s, i):  # type: ignore[no-untyped-def]
    """Find which officials stand against the majority's line, as likely as the members of their place."""
    c, o = committee(s, i), office(s, i)
    for seat in range(c.seats):
        man = o.held[seat]
        if man >= 0:
            lot = uniform(s.seed, s.replicate, PLATFORM, 0, person(s, man).address, dossier(s, man).generation)
            against = lot < members_vote(c.discussion, c.unity, s.b0, c.credit, 0.0, s.VOTE_SLOPE)
            official(s, i, seat).opposed = 1.0 if against else 0.0


@kernel
def quarrel(s, e, b):  # type: ignore[no-untyped-def]
    """Let eight committees quarrel in each tie; then grievances cool, and what is left of them is conflict."""
    for k in range(WIDTH):
        e.peace[k] = 1.0
        e.happened[k] = 0
    quarrel_between(s, e, 0, 0, 1)
    if e.most_seats > 2:
        quarrel_between(s, e, 1, 0, 2)
        quarrel_between(s, e, 2, 0, 3)
        quarrel_between(s, e, 3, 1, 2)
        quarrel_between(s, e, 4, 1, 3)
        quarrel_between(s, e, 5, 2, 3)
    quarrel_above(s, e)
    if s.keep_events:
        note_incidents(s, e, b)


@inlined
@kernel
def quarrel_between(s, e, row, a, b):  # type: ignore[no-untyped-def]
    """Quarrel in a tie between two seats."""
    a_out, a_clq, know, a_plat, first_version = s.a_out, s.a_clq, s.know_place, s.a_plat, s.first_version
    disputed = s.dispute if s.ties == READING.ties_persons_and_platforms else 0.0
    dispute, a_temp, a_amp, from_above, escalation = s.dispute, s.a_temp, s.a_amp, s.above, s.escalation
    jump, cool, in_guberniia, in_uezd = s.JUMP, s.cool, s.tie_weights[0, row], s.tie_weights[1, row]
    for k in range(WIDTH):
        tenure_a, tenure_b = e.tenure[a, k], e.tenure[b, k]
        together = acquaintance(tenure_a, tenure_b)
        friction = place_friction(
            e.outsider[a, k], e.outsider[b, k], e.clique[a, k], e.clique[b, k],
            tenure_a if first_version else together, tenure_b if first_version else together, a_out, a_clq, know,
        )  # fmt: skip
        friction += platform_friction(e.opposed[a, k], e.opposed[b, k], disputed, a_plat)
        rate = friction + quarrel_rate(
            e.temper[a, k], e.temper[b, k], e.clarity[k], e.recovery[k], e.grievance[row, k], e.above[k], dispute,
            a_temp, a_amp, from_above, escalation,
        )  # fmt: skip
        met = (e.standing[a, k] != EMPTY) & (e.standing[b, k] != EMPTY)
        suffer(e, row, k, met, rate, jump, cool, in_uezd if e.level[k] else in_guberniia)


@inlined
@kernel
def quarrel_above(s, e):  # type: ignore[no-untyped-def]
    """Quarrel in the last tie, between secretaries and their superiors; then see what is left of peace."""
    uezd_ties, theta, paralysis, month = s.uezd_ties, s.theta, s.theta + s.PARALYSIS_STEP, s.month
    dispute, a_temp, a_amp, from_above, escalation = s.dispute, s.a_temp, s.a_amp, s.above, s.escalation
    jump, cool, in_guberniia, in_uezd = s.JUMP, s.cool, s.tie_weights[0, SUPERIOR], s.tie_weights[1, SUPERIOR]
    for k in range(WIDTH):
        rate = 0.0 + quarrel_rate(
            e.temper[0, k], e.superior[k], e.clarity[k], e.recovery[k], e.grievance[SUPERIOR, k], e.above[k], dispute,
            a_temp, a_amp, from_above, escalation,
        )  # fmt: skip
        met = e.standing[0, k] != EMPTY
        suffer(e, SUPERIOR, k, met, rate, jump, cool, in_uezd if e.level[k] else in_guberniia)
        settle(e, k, uezd_ties, theta, paralysis, month)


@inlined
@kernel
def suffer(e, row, k, met, rate, jump, cool, weight):  # type: ignore[no-untyped-def]
    """Let an incident happen in a tie, or not; let the grievance cool, and count it against peace."""
    grievance = e.grievance[row, k]
    happens = met & (e.incident_lot[row, k] < incident_chance(rate, grievance, jump))
    risen = min(grievance + jump, 1.0) if happens else grievance
    left = cooled(risen, cool, e.clarity[k], e.skill[0, k])
    e.happened[k] = e.happened[k] | (1 << row if happens else 0)
    e.risen[row, k] = risen
    e.grievance[row, k] = left
    e.peace[k] = peace_left(e.peace[k], weight, left)


@kernel
def note_incidents(s, e, b):  # type: ignore[no-untyped-def]
    """Note the incidents of eight committees, if there were any: of one after another, tie by tie."""
    some = 0
    for k in range(WIDTH):
        some = some | e.happened[k]
    if some == 0:
        return
    for k in range(WIDTH):
        i = WIDTH * b + k
        for row in range(TIES):
            if e.happened[k] & (1 << row):
                note_incident(s, i, row, e.risen[row, k])


@kernel
def note_incident(s, i, row, grievance):  # type: ignore[no-untyped-def]
    """Note an incident between two officials, or between a secretary and his superior."""
    held, head = office(s, i).held, office(s, i).head
    if row < SUPERIOR:
        note(s, HAPPENED, i, NOBODY, held[FIRST[row]], held[SECOND[row]], 0, 0, grievance)
    else:
        superior = office(s, head).held[0] if head >= 0 else NOBODY
        note(s, HAPPENED, i, NOBODY, held[0], superior, 0, 0, grievance)


@inlined
@kernel
def settle(e, k, uezd_ties, theta, paralysis, month):  # type: ignore[no-untyped-def]
    """Find conflict, and whether a sklok has opened or ended."""
    peace, last, since, ends, before = e.peace[k], e.last_open[k], e.open_since[k], e.ends[k], e.open[k]
    several = of_several(peace, uezd_ties)
    conflict = 1.0 - (several if e.level[k] else peace)
    now = 1 if is_open(conflict, theta) else 0
    e.conflict[k] = conflict
    e.paralysed[k] = 1 if is_open(conflict, paralysis) else 0
    e.last_open[k] = month if now else last
    e.open_since[k] = month if now > before else since
    e.ends[k] = with_ends(ends, now < before)
    e.turned[k] = now - before
    e.open[k] = now


@kernel
def conflict_of(s, i):  # type: ignore[no-untyped-def]
    """Return conflict from grievances: C = 1 - prod (1 - w G^2); a tie that a committee has not weighs nothing."""
    c, peace = committee(s, i), 1.0
    for row in range(TIES):
        peace = peace_left(peace, s.tie_weights[c.level, row], tie(s, i, row).grievance)
    if c.level:
        peace = of_several(peace, s.uezd_ties)
    return 1.0 - peace


@kernel
def grievance_of(s, i, seat):  # type: ignore[no-untyped-def]
    """Return the sum of the grievances in which a seat's holder stands."""
    total = 0.0
    for row in range(SUPERIOR):
        if pair_has(committee(s, i).seats, row, seat):
            total += tie(s, i, row).grievance
    return total + (tie(s, i, SUPERIOR).grievance if seat == 0 else 0.0)


@kernel
def pair_has(seats, row, seat):  # type: ignore[no-untyped-def]
    """Tell whether a seat stands in a tie between seats, and a committee of so many has it."""
    return SECOND[row] < seats and (FIRST[row] == seat or SECOND[row] == seat)


@kernel
def inherit(s, i, seat, added, sheds):  # type: ignore[no-untyped-def]
    """Change the ties of a seat for its new holder: part of the feud if he sheds the rest, and new grievance."""
    c = committee(s, i)
    for row in range(TIES):
        if (row < SUPERIOR and pair_has(c.seats, row, seat)) or (row == SUPERIOR and seat == 0):
            left = tie(s, i, row).grievance
            if sheds:
                left = inherited(left, official(s, i, seat).outsider, s.inh_l, s.inh_o)
            tie(s, i, row).grievance = min(left + added, 1.0)
    c.conflict = conflict_of(s, i)
