"""Posts: who decides on one, and how an official takes it or leaves it."""

from __future__ import annotations

import numpy as np

from sim.engines.compiled.layout import (
    ACTING,
    APPOINTED,
    AT,
    AUTHORITY,
    KIND,
    NOBODY,
    POINT,
    READING,
    REASON,
    SEATS,
    committee,
    dossier,
    office,
    official,
    opening,
    person,
)
from sim.engines.compiled.people import blur_of_voters, draw, is_outsider, note, validity
from sim.engines.compiled.quarrels import inherit
from sim.engines.compiled.seats import leave_seat, note_secretary, take_seat
from sim.engines.readings import MOVES_FOR
from sim.kernel import kernel
from sim.mechanisms import skloki
from sim.registry.outcomes import OUTCOME_INDEX

CLAIM, BUREAU_DRAW = POINT["claim"], POINT["bureau"]
LEFT, TOOK = KIND["left"], KIND["took"]
CENTRE, BUREAU, GUBKOM, CONFERENCE = (AUTHORITY[name] for name in ("centre", "bureau", "gubkom", "conference"))
#: Reasons for which an acting man leaves without a departure: another takes over, or he comes to stay (first in 0.1).
RELIEVED, STAYS, PERMANENT = REASON["relieved"], REASON["confirmed"], REASON["permanent"]
WEAR, UNFIT, NEED, LATERAL, TRANSFER, REQUEST, EXTRAORDINARY, LOST_CONTEST, LOST_REVIEW = (
    REASON[name]
    for name in (
        "wear", "unfit", "need", "lateral", "transfer", "request", "extraordinary", "lost_contest", "lost_review")
)
#: What an official took his seat for, by how he was installed.
TAKEN = (0, REASON["elected"], REASON["recommended"], REASON["appointed"], REASON["acting"])
#: Which outcome counts a move for its reason, by the reason's number; -1 for none.
COUNTED = np.array([OUTCOME_INDEX[MOVES_FOR[name]] if name in MOVES_FOR else -1 for name in REASON])
COUNTED.setflags(write=False)  # compiled code holds what it is now
INFINITE = float("inf")

imposed_grievance, race_grievance = skloki.imposed_grievance, skloki.race_grievance


# ---------------------------------------------------------------- who decides
@kernel
def decider(s, i, above):  # type: ignore[no-untyped-def]
    """Return the number of the body that decides."""
    if not above:
        return CONFERENCE
    return CENTRE if office(s, i).head < 0 else GUBKOM


@kernel
def reserve_above(s, i):  # type: ignore[no-untyped-def]
    """Return the list where the superior body keeps those whom it has moved from a committee."""
    head = office(s, i).head
    return s.reserve if head < 0 else s.number + head


@kernel
def claims(s, i, index):  # type: ignore[no-untyped-def]
    """Tell whether the superior body claims a decision."""
    share = office(s, i).claimed
    if share <= 0.0 or share >= 1.0:  # a draw is never 0 or 1
        return share >= 1.0
    return draw(s, CLAIM, committee(s, i).key, index) < share


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


# ---------------------------------------------------------------- taking a post
@kernel
def install(s, man, i, seat, installed, authority, margin):  # type: ignore[no-untyped-def]
    """Install an official: his ties begin with part of the feud and what his coming added."""
    c, m = committee(s, i), person(s, man)
    outsider, added = float(is_outsider(s, man, i)), 0.0
    take_seat(s, i, seat, man, installed, outsider)
    if installed == APPOINTED and s.first_version:
        added = imposed_grievance(outsider, c.discussion, c.clarity, s.a_imp)
    elif installed != ACTING and margin != INFINITE:  # somebody was passed over
        lead = s.RACE_WIDTH if margin != margin else margin
        added = race_grievance(lead, c.clarity, s.RACE_WIDTH, s.a_imp if installed == APPOINTED else s.a_con)
    pass_on(s, i, seat, added, installed != ACTING)
    c.changes += 1.0
    if authority == CENTRE and draw(s, BUREAU_DRAW, c.key, seat) < s.BUREAU_SHARE:
        m.by_bureau, authority = 1, BUREAU
    if seat == 0:
        note_secretary(s, i)
    note(s, TOOK, i, seat, man, NOBODY, TAKEN[installed], authority, margin)


@kernel
def pass_on(s, i, seat, added, lasting):  # type: ignore[no-untyped-def]
    """Pass the feud on: once a departure, also to an acting man; or whenever somebody arrives who is not acting."""
    o = office(s, i)
    if s.succession == READING.succession_at_arrival:
        if lasting:
            inherit(s, i, seat, added, True)
    elif not o.shed & (1 << seat):
        inherit(s, i, seat, added, True)
        o.shed |= 1 << seat
    elif lasting:
        inherit(s, i, seat, added, False)


# ---------------------------------------------------------------- leaving it
@kernel
def vacate(s, man, reason, authority):  # type: ignore[no-untyped-def]
    """Take an official from his seat and note why; he is nowhere until he is put somewhere."""
    m, d = person(s, man), dossier(s, man)
    i, seat, acting = m.post, m.seat, m.installed == ACTING
    tenure = official(s, i, seat).tenure
    leave_seat(s, man)
    if reason != RELIEVED and reason != STAYS and reason != PERMANENT:
        office(s, i).shed &= ~(1 << seat)
    if seat == 0:
        note_secretary(s, i)
        if office(s, i).head < 0 and not acting:
            count_move(s, 0, reason, authority)
            count_move(s, office(s, i).unit_class, reason, authority)
    note(s, LEFT, i, seat, man, NOBODY, reason, authority, tenure)
    d.former, d.former_until, d.former_months = i, s.month, int(tenure)


@kernel
def count_move(s, scope, reason, authority):  # type: ignore[no-untyped-def]
    """Count a guberniia secretary who leaves his post, in one scope."""
    sums = s.sums[scope]
    sums[AT.moves] += 1.0
    if COUNTED[reason] >= 0:
        sums[COUNTED[reason]] += 1.0
    if (authority == CENTRE or authority == GUBKOM) and reason != REQUEST:
        sums[AT.moves_centre] += 1.0
        if reason == UNFIT or (reason == LOST_REVIEW and s.lost_review_is_unfit == READING.lost_review_is_unfit_yes):
            sums[AT.moves_unfit] += 1.0
    elif reason == LOST_CONTEST or reason == UNFIT:
        sums[AT.moves_voted] += 1.0


@kernel
def is_moved(cause):  # type: ignore[no-untyped-def]
    """Tell whether the superior body moves the embattled: it claims the case, or the place has asked for it."""
    return cause == TRANSFER or cause == REQUEST


@kernel
def remove(s, man):  # type: ignore[no-untyped-def]
    """Note from where an official is removed: for a year he is no candidate there."""
    dossier(s, man).removed_from, dossier(s, man).removed = person(s, man).post, s.month
