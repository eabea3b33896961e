"""Posts: who decides on one, and how an official takes it or leaves it."""

from __future__ import annotations

import numpy as np

from sim.engines.compiled.committee import inherit
from sim.engines.compiled.layout import (
    ACTING,
    APPOINTED,
    AT,
    AUTHORITY,
    CONFIRMED,
    ELECTED,
    INTEGER,
    KIND,
    NOBODY,
    NOT,
    POINT,
    READING,
    REASON,
    RECOMMENDED,
    SEATS,
    committee,
    dossier,
    opening,
    person,
)
from sim.engines.compiled.memory import record_at
from sim.engines.compiled.people import blur_of_voters, draw, is_outsider, note, validity
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
    return CENTRE if committee(s, i).head < 0 else GUBKOM


@kernel
def reserve_above(s, i):  # type: ignore[no-untyped-def]
    """Return the list where the superior body keeps those whom it has moved from a committee."""
    head = committee(s, i).head
    return s.reserve if head < 0 else s.number + head


@kernel
def claims(s, i, index):  # type: ignore[no-untyped-def]
    """Tell whether the superior body claims a decision."""
    share = committee(s, i).claimed
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
def seat_man(s, i, seat, man):  # type: ignore[no-untyped-def]
    """Give a seat its holder."""
    c = committee(s, i)
    c.held[seat] = man
    record_at(INTEGER, s.seated, c.first_seat + seat).x = person(s, man).address


@kernel
def note_secretary(s, i):  # type: ignore[no-untyped-def]
    """Note how a committee's secretary was installed."""
    c, man = committee(s, i), committee(s, i).held[0]
    installed = NOT
    if man >= 0:
        installed = person(s, man).installed
    c.appointed = 1.0 if installed == APPOINTED else 0.0
    c.elected = 1.0 if installed == ELECTED or installed == RECOMMENDED else 0.0
    if not s.first_version and (installed == RECOMMENDED or installed == CONFIRMED):
        c.appointed = c.elected = 0.5  # he owes his post to both
    c.acting = 0.5 if installed == ACTING and s.acting_voice == READING.acting_voice_half else 0.0


@kernel
def install(s, man, i, seat, installed, authority, margin):  # type: ignore[no-untyped-def]
    """Install an official: his ties begin with part of the feud and what his coming added."""
    c, m = committee(s, i), person(s, man)
    m.outsider = is_outsider(s, man, i)
    added = 0.0
    seat_man(s, i, seat, man)
    if installed == APPOINTED and s.first_version:
        added = imposed_grievance(float(m.outsider), c.discussion, c.clarity, s.a_imp)
    elif installed != ACTING and margin != INFINITE:  # somebody was passed over
        lead = s.RACE_WIDTH if margin != margin else margin
        added = race_grievance(lead, c.clarity, s.RACE_WIDTH, s.a_imp if installed == APPOINTED else s.a_con)
    m.post, m.seat, m.installed, m.tenure = i, seat, installed, 0.0
    pass_on(s, i, seat, man, added)
    c.changes += 1.0
    if authority == CENTRE and draw(s, BUREAU_DRAW, c.key, seat) < s.BUREAU_SHARE:
        m.by_bureau, authority = 1, BUREAU
    if seat == 0:
        note_secretary(s, i)
    note(s, TOOK, i, seat, man, NOBODY, TAKEN[installed], authority, margin)


@kernel
def pass_on(s, i, seat, man, added):  # type: ignore[no-untyped-def]
    """Pass the feud on: once a departure, also to an acting man; or whenever somebody arrives who is not acting."""
    c, lasting = committee(s, i), person(s, man).installed != ACTING
    if s.succession == READING.succession_at_arrival:
        if lasting:
            inherit(s, i, seat, man, added, True)
    elif not c.shed & (1 << seat):
        inherit(s, i, seat, man, added, True)
        c.shed |= 1 << seat
    elif lasting:
        inherit(s, i, seat, man, added, False)


# ---------------------------------------------------------------- leaving it
@kernel
def vacate(s, man, reason, authority):  # type: ignore[no-untyped-def]
    """Take an official from his seat and note why; he is nowhere until he is put somewhere."""
    m = person(s, man)
    i, seat = m.post, m.seat
    committee(s, i).held[seat] = -1
    if reason != RELIEVED and reason != STAYS and reason != PERMANENT:
        committee(s, i).shed &= ~(1 << seat)
    if seat == 0:
        note_secretary(s, i)
        if committee(s, i).head < 0 and m.installed != ACTING:
            count_move(s, 0, reason, authority)
            count_move(s, committee(s, i).unit_class, reason, authority)
    note(s, LEFT, i, seat, man, NOBODY, reason, authority, m.tenure)
    d = dossier(s, man)
    d.former, d.former_until, d.former_months = i, s.month, int(m.tenure)
    m.post, m.seat, m.installed, m.by_bureau, m.tenure = -1, -1, NOT, 0, 0.0


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
