"""Steps 6 and 7: remedies and vacancies, as in the reference engine's room of the same name."""

from __future__ import annotations

from sim.draws.addressed import uniforms
from sim.engines.compiled.layout import (
    ACTING,
    APPOINTED,
    FULL,
    KIND,
    NOBODY,
    POINT,
    READING,
    REASON,
    TIES,
    committee,
    eight,
    office,
    official,
    person,
    queued,
    rule_at,
    tie,
)
from sim.engines.compiled.memory import WIDTH
from sim.engines.compiled.networks import bring_along
from sim.engines.compiled.order import chain, enqueue
from sim.engines.compiled.people import NAN, draw, draw_normal, identity, leave_stock, note
from sim.engines.compiled.posts import (
    CENTRE,
    EXTRAORDINARY,
    LATERAL,
    NEED,
    REQUEST,
    TRANSFER,
    UNFIT,
    WEAR,
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
from sim.engines.compiled.quarrels import conflict_of, grievance_of
from sim.engines.compiled.waiting import send_home, wait_in
from sim.kernel import inlined, kernel
from sim.mechanisms import remedies, selection, vacancies

REMEDY_DRAW, UNFIT_DRAW, NEED_TARGET, DUE, ASKED = (
    POINT[name] for name in ("remedy", "unfit", "need_target", "due", "request")
)
#: Index of claims that do not concern one seat: remedies, and judgement of fitness.
REMEDY, FITNESS = 8, 9
MEDIATED = KIND["mediated"]
DISPLACED, VACANCY = REASON["displaced"], REASON["vacancy"]
#: A due post with an incumbent: what the loser leaves for is known from the cause.
REVIEW, CONTEST = REASON["lost_review"], REASON["lost_contest"]

mediated, remedy_chance, request_chance = remedies.mediated, remedies.remedy_chance, remedies.request_chance
wear_chance, is_due, shortfall, unfit_chance = (
    vacancies.wear_chance, vacancies.is_due, vacancies.shortfall, vacancies.unfit_chance
)  # fmt: skip
seen = selection.seen


# ---------------------------------------------------------------- step 6
@kernel
def remedy(s):  # type: ignore[no-untyped-def]
    """Step 6: mediate the worst quarrels and break up open skloki."""
    for i in range(s.number):
        c = committee(s, i)
        if c.mediation_lot < s.envoys:
            mediate(s, i)
        if c.open:
            act(s, i)


@kernel
def mediate(s, i):  # type: ignore[no-untyped-def]
    """Let the worst quarrel of a committee be mediated."""
    c, worst = committee(s, i), tie(s, i, 0)
    for row in range(1, TIES):
        if tie(s, i, row).grievance > worst.grievance:
            worst = tie(s, i, row)
    worst.grievance = mediated(worst.grievance)
    c.conflict = conflict_of(s, i)
    note(s, MEDIATED, i, NOBODY, NOBODY, NOBODY, 0, 0, worst.grievance)


@kernel
def act(s, i):  # type: ignore[no-untyped-def]
    """Break up an open sklok, or not: at the place's own wish, by transfer or by an extraordinary conference."""
    c = committee(s, i)
    asking, lot = request_chance(c.open != 0, s.ask_above), draw(s, REMEDY_DRAW, c.key, 0)
    asked = asking > 0.0 and draw(s, ASKED, c.key, 0) < asking
    if not asked and lot >= max(remedy_chance(True, s.tr_p, s.x_el), remedy_chance(False, s.tr_p, s.x_el)):
        return  # whoever decides
    above = asked or claims(s, i, REMEDY)
    if s.first_version and above and c.level == 0 and not has_capacity(s, True):
        return
    if asked or lot < remedy_chance(above, s.tr_p, s.x_el):
        break_up(s, i, REQUEST if asked else (TRANSFER if above else EXTRAORDINARY))


@kernel
def break_up(s, i, reason):  # type: ignore[no-untyped-def]
    """Open the most embattled official's seat, which he keeps till then, to somebody from above or to a conference."""
    seat, worst = -1, -1.0
    for other in range(committee(s, i).seats):
        if office(s, i).held[other] >= 0:
            grievance = grievance_of(s, i, other)
            if grievance > worst:
                seat, worst = other, grievance
    if seat < 0:
        return
    man, above = office(s, i).held[seat], is_moved(reason)
    if not s.first_version or s.embattled_may_stand == READING.embattled_may_stand_yes:
        open_seat(s, i, seat, above, reason, man)
        return
    remove(s, man)
    vacate(s, man, reason, decider(s, i, above))
    if above:
        wait_in(s, man, reserve_above(s, i))
    else:
        send_home(s, man)
    open_seat(s, i, seat, above, reason, NOBODY)


# ---------------------------------------------------------------- step 7
@kernel
def vacate_posts(s):  # type: ignore[no-untyped-def]
    """Step 7: wear, recall, and posts that fall due; then men sent down take their new posts."""
    due = phase_due(s)
    for b in range(s.number_of_eights):
        if mark_seats(s, eight(s, b), due):
            for i in range(WIDTH * b, min(WIDTH * b + WIDTH, s.number)):
                if committee(s, i).marked:
                    vacate_marked(s, i, due)
    send_all_down(s)


@kernel
def phase_due(s):  # type: ignore[no-untyped-def]
    """Return the phase of the committees whose posts fall due this month."""
    phase = 0
    while not is_due(s.month, phase, s.term_months):
        phase += 1
    return phase


@kernel
def mark_seats(s, e, due):  # type: ignore[no-untyped-def]
    """Mark the seats of eight committees that somebody may leave or that may be opened; tell whether there are any."""
    if e.most_seats > 2:
        return mark_of(s, e, due, 4)
    return mark_of(s, e, due, 2)


@inlined
@kernel
def mark_of(s, e, due, seats):  # type: ignore[no-untyped-def]
    """Mark the seats of eight committees, of which none has more than so many."""
    needed, moved, h_unf, w0, some = s.NEED_RATE * s.recall, s.LATERAL_RATE * s.recall, s.h_unf, s.w0, 0
    for k in range(WIDTH):
        wear, over = wear_chance(w0, e.conflict[k]), e.phase[k] == due
        called = (e.level[k] == 0) & ((e.need_lot[k] < needed) | (e.lateral_lot[k] < moved))
        marked = 1 if called | (e.unfit_lot[k] < h_unf) else 0
        marked = marked | mark(e, k, 0, wear, over) | mark(e, k, 1, wear, over)
        if seats > 2:
            marked = marked | mark(e, k, 2, wear, over) | mark(e, k, 3, wear, over)
        marked = marked & ~e.opened[k]
        e.marked[k] = marked
        some = some | marked
    return some


@inlined
@kernel
def mark(e, k, seat, wear, over):  # type: ignore[no-untyped-def]
    """Return the mark of a seat that is not filled for good, whose holder is worn or whose term is over."""
    leaves = over | (e.wear_lot[seat, k] < wear) | (e.standing[seat, k] != FULL)
    return 1 << seat if leaves & (seat < e.seats[k]) else 0


@kernel
def vacate_marked(s, i, due):  # type: ignore[no-untyped-def]
    """Let the holders of a committee's marked seats leave or stay; open what falls vacant or due.

    The lots of posts that fall due are one block; where none does they are never small enough.
    """
    c = committee(s, i)
    wear, lots = wear_chance(s.w0, c.conflict), (2.0, 2.0, 2.0, 2.0)
    if c.phase == due:
        lots = uniforms(s.seed, s.replicate, DUE, s.month, c.key, 0)
    for seat in range(c.seats):
        if not c.marked & (1 << seat):
            continue
        man = office(s, i).held[seat]
        worn = man >= 0 and official(s, i, seat).wear_lot < wear
        if man < 0 or person(s, man).installed == ACTING:
            if worn:
                wear_out(s, man)
            open_seat(s, i, seat, claims(s, i, seat), VACANCY, NOBODY)
        elif not stays(s, i, seat, man, worn, lots[seat]):
            open_seat(s, i, seat, claims(s, i, seat), VACANCY, NOBODY)


@kernel
def stays(s, i, seat, man, worn, lot):  # type: ignore[no-untyped-def]
    """Let an official stay, go, be called away, or have his post fall due, by lot; tell whether he stays."""
    if worn:
        wear_out(s, man)
        return False
    if seat == 0 and is_unfit(s, i):
        if not s.first_version:
            open_seat(s, i, seat, claims(s, i, FITNESS), UNFIT, man)
            return True
        remove(s, man)
        vacate(s, man, UNFIT, decider(s, i, claims(s, i, FITNESS)))
        send_home(s, man)
        return False
    wanted = called_away(s, i) if seat == 0 and office(s, i).head < 0 else 0
    if wanted and s.first_version:
        call_away(s, i, man, wanted)
        return False
    if wanted:
        open_seat(s, i, seat, claims(s, i, seat), wanted, man)
    elif lot < max(s.rev, s.cont):  # whoever decides: so seldom that it is asked only then
        above = claims(s, i, seat)
        if lot < (s.rev if above else s.cont):
            open_seat(s, i, seat, above, REVIEW if above else CONTEST, man)
    return True


@kernel
def wear_out(s, man):  # type: ignore[no-untyped-def]
    """Let an official leave his seat and the stock."""
    vacate(s, man, WEAR, 0)
    leave_stock(s, man)


@kernel
def is_unfit(s, i):  # type: ignore[no-untyped-def]
    """Judge a secretary by his place's work, with the validity of whoever judges."""
    c = committee(s, i)
    lot = c.unfit_lot
    if lot >= s.h_unf:
        return False
    r = validity_of_judges(s, i, claims(s, i, FITNESS))
    mean = s.mean_guberniia if c.level == 0 else s.mean_uezd
    judged = seen(shortfall(c.performance, mean), r, draw_normal(s, UNFIT_DRAW, c.key, 2))
    return lot < unfit_chance(s.h_unf, s.FIT_SLOPE, judged)


@kernel
def called_away(s, i):  # type: ignore[no-untyped-def]
    """Return for what the centre wants a guberniia's secretary elsewhere; 0 if it does not."""
    c = committee(s, i)
    if not rule_at(s, s.t, i).recall:
        return 0
    if c.need_lot < s.NEED_RATE * s.recall:
        return NEED
    return LATERAL if c.lateral_lot < s.LATERAL_RATE * s.recall else 0


@kernel
def call_away(s, i, man, reason):  # type: ignore[no-untyped-def]
    """Take a secretary from his post; a transferred one waits in the reserve, one sent down is told where later."""
    remove(s, man)
    vacate(s, man, reason, CENTRE)
    if reason == LATERAL:
        wait_in(s, man, s.reserve)
    elif s.first_version:
        enqueue(s, committee(s, i).result, identity(s, man), i, man, 0, 0, 0)


@kernel
def send_all_down(s):  # type: ignore[no-untyped-def]
    """Send those called away for need to uezds: from the weakest guberniia first."""
    if s.queued == 0:
        return
    j = chain(s)
    while j >= 0:
        send_down(s, queued(s, j).incumbent, queued(s, j).committee)
        j = queued(s, j).next


@kernel
def send_down(s, man, origin):  # type: ignore[no-untyped-def]
    """Give a man sent down the secretary's seat of the weakest of some uezds."""
    uezds = s.number - s.guberniias
    if uezds == 0:
        leave_stock(s, man)
        return
    target = -1
    for k in range(s.need_look):
        u = draw(s, NEED_TARGET, committee(s, origin).key, k)
        i = s.guberniias + int(u * uezds)
        if office(s, i).strengthened != s.month and (target < 0 or weaker(s, i, target)):
            target = i
    if target < 0:
        send_home(s, man)
        return
    office(s, target).strengthened = s.month
    if s.need_displaces != READING.need_displaces_yes:
        wait_in(s, man, target)
        return
    displaced = office(s, target).held[0]
    if displaced >= 0:
        vacate(s, displaced, DISPLACED, CENTRE)
        send_home(s, displaced)
    committee(s, target).opened &= ~1
    install(s, man, target, 0, APPOINTED, CENTRE, NAN)
    bring_along(s, man, CENTRE)


@kernel
def weaker(s, a, b):  # type: ignore[no-untyped-def]
    """Tell whether one committee works less well than another; ties by key."""
    one, two = committee(s, a), committee(s, b)
    if one.performance != two.performance:
        return one.performance < two.performance
    return one.key < two.key
