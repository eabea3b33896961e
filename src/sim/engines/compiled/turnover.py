"""Steps 6 and 7: remedies and vacancies, as in the reference engine's room of the same name."""

from __future__ import annotations

import numpy as np

from sim.engines.compiled.committee import conflict_of, grievance_of, inherit
from sim.engines.compiled.layout import (
    ACTING,
    APPOINTED,
    AUTHORITY,
    ELECTED,
    KIND,
    MEDIATION_LOT,
    NOBODY,
    POINT,
    REASON,
    RECOMMENDED,
    SEATS,
    UNFIT_LOT,
    ZERO,
    bin_at,
    committee,
    lot_at,
    opening,
    person,
    queued,
    rule_at,
    seat_lot,
)
from sim.engines.compiled.order import empty, enqueue
from sim.engines.compiled.people import (
    NAN,
    blur_of_voters,
    draw,
    draw_normal,
    identity,
    is_outsider,
    leave_stock,
    note,
    note_secretary,
    remove,
    seat_man,
    send_home,
    vacate,
    validity,
    wait_in,
)
from sim.kernel import kernel
from sim.mechanisms import remedies, selection, skloki, vacancies

MEDIATION, CLAIM, REMEDY_DRAW, WEAR_DRAW, UNFIT_DRAW, NEED_DRAW, NEED_TARGET, LATERAL_DRAW, DUE, BUREAU_DRAW = (
    POINT[name]
    for name in ("mediation", "claim", "remedy", "wear", "unfit", "need", "need_target", "lateral", "due", "bureau")
)
#: Index of claims that do not concern one seat: remedies, and judgement of fitness.
REMEDY, FITNESS = np.int64(8), np.int64(9)
MEDIATED, TOOK = KIND["mediated"], KIND["took"]
WEAR, UNFIT, NEED, LATERAL, DISPLACED, TRANSFER, EXTRAORDINARY, VACANCY = (
    REASON[name]
    for name in ("wear", "unfit", "need", "lateral", "displaced", "transfer", "extraordinary", "vacancy")
)
#: A due post with an incumbent: what the loser leaves for is known from the cause.
REVIEW, CONTEST = REASON["lost_review"], REASON["lost_contest"]
CENTRE, BUREAU, GUBKOM, CONFERENCE = (AUTHORITY[name] for name in ("centre", "bureau", "gubkom", "conference"))
#: What an official took his seat for, by how he was installed.
TAKEN = (0, REASON["elected"], REASON["recommended"], REASON["appointed"], REASON["acting"])
INFINITE = float("inf")

mediated, remedy_chance = remedies.mediated, remedies.remedy_chance
wear_chance, is_due, shortfall, unfit_chance = (
    vacancies.wear_chance, vacancies.is_due, vacancies.shortfall, vacancies.unfit_chance
)  # fmt: skip
seen = selection.seen
imposed_grievance, race_grievance = skloki.imposed_grievance, skloki.race_grievance

# ---------------------------------------------------------------- what several steps ask
@kernel
def decider(s, i, above):  # type: ignore[no-untyped-def]
    """Return the number of the body that decides."""
    if not above:
        return CONFERENCE
    return CENTRE if committee(s, i).head < 0 else GUBKOM

@kernel
def reserve_above(s, i):  # type: ignore[no-untyped-def]
    """Return the list where the superior body keeps those whom it has moved from a committee."""
    head = committee(s, i).head
    return s.reserve if head < 0 else s.number + head

@kernel
def claims(s, i, index):  # type: ignore[no-untyped-def]
    """Tell whether the superior body claims a decision."""
    return draw(s, CLAIM, committee(s, i).key, index) < committee(s, i).claimed

@kernel
def validity_of_judges(s, i, above):  # type: ignore[no-untyped-def]
    """Return the validity of the centre's files, or of a place's voters."""
    if above:
        return validity(s.r_f, s.blur_of_files)
    return validity(s.r_v, blur_of_voters(s, i))

@kernel
def has_capacity(s, above):  # type: ignore[no-untyped-def]
    """Tell whether the centre (or the conferences) can fill another guberniia seat this month."""
    return (s.left_centre if above else s.left_conferences) >= 1.0

@kernel
def open_seat(s, i, seat, above, cause, incumbent):  # type: ignore[no-untyped-def]
    """Put a seat on the list of this month's openings, or change what is known of its opening."""
    c, at = committee(s, i), i * SEATS + seat
    if not c.opened & (1 << seat):
        c.opened |= 1 << seat
        opening(s, s.openings).listed = at
        s.openings += 1
    o = opening(s, at)
    o.committee, o.seat, o.above, o.cause, o.incumbent = i, seat, above, cause, incumbent


@kernel
def install(s, man, i, seat, installed, authority, margin):  # type: ignore[no-untyped-def]
    """Install an official: his ties begin with part of the feud and what his coming added."""
    c, m = committee(s, i), person(s, man)
    m.outsider = is_outsider(s, man, i)
    added = 0.0
    seat_man(s, i, seat, man)
    if installed == APPOINTED:
        added = imposed_grievance(float(m.outsider), c.discussion, c.clarity, s.a_imp)
    elif (installed == ELECTED or installed == RECOMMENDED) and margin < INFINITE:
        added = race_grievance(margin, c.clarity, s.RACE_WIDTH, s.a_con)
    if installed != ACTING:
        inherit(s, i, seat, man, added)
    c.changes += 1.0
    m.post, m.seat, m.installed, m.tenure = i, seat, installed, 0.0
    if authority == CENTRE and draw(s, BUREAU_DRAW, c.key, seat) < s.BUREAU_SHARE:
        m.by_bureau, authority = 1, BUREAU
    if seat == 0:
        note_secretary(s, i)
    note(s, TOOK, i, seat, man, NOBODY, TAKEN[installed], authority, margin)

# ---------------------------------------------------------------- step 6
@kernel
def remedy(s):  # type: ignore[no-untyped-def]
    """Step 6: mediate the worst quarrels and break up open skloki."""
    for i in range(s.number):
        c = committee(s, i)
        if lot_at(s, MEDIATION_LOT, i) < s.MEDIATION:
            worst = 0
            for tie in range(1, c.ties):
                if committee(s, i).grievance[tie] > committee(s, i).grievance[worst]:
                    worst = tie
            committee(s, i).grievance[worst] = mediated(committee(s, i).grievance[worst])
            c.conflict = conflict_of(s, i)
            note(s, MEDIATED, i, NOBODY, NOBODY, NOBODY, ZERO, ZERO, committee(s, i).grievance[worst])
        if c.open:
            above = claims(s, i, REMEDY)
            if above and c.head < 0 and not has_capacity(s, True):
                continue
            if draw(s, REMEDY_DRAW, c.key, ZERO) < remedy_chance(above, s.tr_p, s.x_el):
                break_up(s, i, above)

@kernel
def break_up(s, i, above):  # type: ignore[no-untyped-def]
    """Move the most embattled official, or put his seat to an extraordinary conference."""
    seat, worst = -1, -1.0
    for other in range(committee(s, i).seats):
        if committee(s, i).held[other] >= 0:
            grievance = grievance_of(s, i, other)
            if grievance > worst:
                seat, worst = other, grievance
    if seat < 0:
        return
    man = committee(s, i).held[seat]
    reason = TRANSFER if above else EXTRAORDINARY
    if s.embattled_may_stand:
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
    for i in range(s.number):
        c = committee(s, i)
        wear = wear_chance(s.w0, c.conflict)
        due = is_due(s.month, c.phase, s.term_months)
        for seat in range(c.seats):
            if c.opened & (1 << seat):
                continue
            man = committee(s, i).held[seat]
            worn = man >= 0 and seat_lot(s, c.first_seat + seat) < wear
            if man < 0 or person(s, man).installed == ACTING:
                if worn:
                    wear_out(s, man)
                open_seat(s, i, seat, claims(s, i, seat), VACANCY, NOBODY)
            elif not stays(s, i, seat, man, worn, due):
                open_seat(s, i, seat, claims(s, i, seat), VACANCY, NOBODY)
    send_all_down(s)

@kernel
def stays(s, i, seat, man, worn, due):  # type: ignore[no-untyped-def]
    """Let an official stay, go, be called away, or have his post fall due; tell whether he stays."""
    if worn:
        wear_out(s, man)
        return False
    if seat == 0 and is_unfit(s, i):
        remove(s, man)
        vacate(s, man, UNFIT, decider(s, i, claims(s, i, FITNESS)))
        send_home(s, man)
        return False
    if seat == 0 and committee(s, i).head < 0 and called_away(s, i, man):
        return False
    if due:
        above = claims(s, i, seat)
        share = s.rev if above else s.cont
        if draw(s, DUE, committee(s, i).key, seat) < share:
            open_seat(s, i, seat, above, REVIEW if above else CONTEST, man)
    return True

@kernel
def wear_out(s, man):  # type: ignore[no-untyped-def]
    """Let an official leave his seat and the stock."""
    vacate(s, man, WEAR, ZERO)
    leave_stock(s, man)

@kernel
def is_unfit(s, i):  # type: ignore[no-untyped-def]
    """Judge a secretary by his place's work, with the validity of whoever judges."""
    c = committee(s, i)
    lot = lot_at(s, UNFIT_LOT, i)
    if lot >= s.h_unf:
        return False
    r = validity_of_judges(s, i, claims(s, i, FITNESS))
    mean = s.mean_guberniia if c.head < 0 else s.mean_uezd
    judged = seen(shortfall(c.performance, mean), r, draw_normal(s, UNFIT_DRAW, c.key, 2))
    return lot < unfit_chance(s.h_unf, s.FIT_SLOPE, judged)

@kernel
def called_away(s, i, man):  # type: ignore[no-untyped-def]
    """Send a guberniia secretary down to an uezd, or transfer him, on the centre's initiative."""
    c = committee(s, i)
    if not rule_at(s, s.t, i).recall:
        return False
    if draw(s, NEED_DRAW, c.key, ZERO) < s.NEED_RATE:
        remove(s, man)
        vacate(s, man, NEED, CENTRE)
        enqueue(s, c.result, identity(s, man), i, man, ZERO, ZERO, ZERO)
        return True
    if draw(s, LATERAL_DRAW, c.key, ZERO) < s.LATERAL_RATE:
        remove(s, man)
        vacate(s, man, LATERAL, CENTRE)
        wait_in(s, man, s.reserve)
        return True
    return False

@kernel
def send_all_down(s):  # type: ignore[no-untyped-def]
    """Send those called away for need to uezds: from the weakest guberniia first."""
    if s.queued == 0:
        return
    for at in range(s.number_of_bins):
        j = bin_at(s, at).first
        while j >= 0:
            send_down(s, queued(s, j).incumbent, queued(s, j).committee)
            j = queued(s, j).next
    empty(s)

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
        if committee(s, i).strengthened != s.month and (target < 0 or weaker(s, i, target)):
            target = i
    if target < 0:
        send_home(s, man)
        return
    committee(s, target).strengthened = s.month
    if not s.need_displaces:
        wait_in(s, man, target)
        return
    displaced = committee(s, target).held[0]
    if displaced >= 0:
        vacate(s, displaced, DISPLACED, CENTRE)
        send_home(s, displaced)
    committee(s, target).opened &= ~1
    install(s, man, target, ZERO, APPOINTED, CENTRE, NAN)

@kernel
def weaker(s, a, b):  # type: ignore[no-untyped-def]
    """Tell whether one committee works less well than another; ties by key."""
    one, two = committee(s, a), committee(s, b)
    if one.performance != two.performance:
        return one.performance < two.performance
    return one.key < two.key

