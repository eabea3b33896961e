"""The month loop, and what comes before the first month."""

from __future__ import annotations

from sim.draws.addressed import normal
from sim.engines.compiled.committee import learn, work
from sim.engines.compiled.congress import meet, vote
from sim.engines.compiled.layout import (
    APPOINTED,
    ELECTED,
    ENDOGENOUS,
    NUMBER_OF_SCOPES,
    POINT,
    READINESS,
    READING,
    SUPERIOR,
    S,
    committee,
    month_at,
    office,
    official,
    person,
    rule_at,
    tie,
)
from sim.engines.compiled.lots import draw_lots
from sim.engines.compiled.memory import record_at
from sim.engines.compiled.people import blur, born, draw
from sim.engines.compiled.quarrels import conflict_of, face_skloki
from sim.engines.compiled.record import record_month
from sim.engines.compiled.reserve import keep_reserve, train
from sim.engines.compiled.seats import note_secretary, take_seat
from sim.engines.compiled.selection import select
from sim.engines.compiled.turnover import remedy, vacate_posts
from sim.engines.compiled.waiting import mean_skill_waiting, wait_in
from sim.kernel import announced, kernel
from sim.mechanisms import attitudes, discussion, environment, selection, vacancies

INITIAL, THREAT = POINT["initial"], POINT["threat"]
#: Indices of initial draws beside those of seats: how the secretary came to his post, the term, ties, outsiders.
POST, PHASE, GRIEVANCES, OUTSIDERS = 8, 12, 16, 32

persistent_noise, threat_level, perceive, complexity = (
    environment.persistent_noise, environment.threat_level, environment.perceive, environment.complexity
)  # fmt: skip
news, dispute_step = discussion.news, attitudes.dispute_step
learned, recall_factor = selection.learned, vacancies.recall_factor


@kernel
def found(s):  # type: ignore[no-untyped-def]
    """Set the nation's state before the first month, and man all committees from their own people."""
    s.t, s.month = -1, s.first_month - 1
    s.threat = month_at(s, 0).objective
    s.perceived = month_at(s, 0).perceived * s.omega + s.threat * (1.0 - s.omega)
    s.task, s.national_error = 1.0, s.MISFIT_START
    for scope in range(NUMBER_OF_SCOPES):
        s.wanted_claims[scope] = s.start_claims
    for i in range(s.number):
        committee(s, i).superior = s.TEMPER_MEAN
    for i in range(s.number):
        man_committee(s, i)


@kernel
def man_committee(s, i):  # type: ignore[no-untyped-def]
    """Fill seats and bench from the home's own people, with grievances from before."""
    c = committee(s, i)
    c.recovery, c.clarity, c.misfit = s.recovery_start, s.CLARITY_START, s.MISFIT_START
    c.discussion, c.unity = s.debate_start, s.UNITY_START
    for seat in range(c.seats):
        outsider = 1.0 if draw(s, INITIAL, c.key, OUTSIDERS + seat) < s.first_outsiders else 0.0
        take_seat(s, i, seat, born(s, i, 1), ELECTED, outsider)
        official(s, i, seat).tenure = float(int(12.0 * draw(s, INITIAL, c.key, seat)))
    if draw(s, INITIAL, c.key, POST) < s.first_appointed:
        person(s, office(s, i).held[0]).installed = APPOINTED
    note_secretary(s, i)
    for _ in range(office(s, i).places):
        wait_in(s, born(s, i, 1), i)
    for number in range(c.ties):
        row = number if number < c.ties - 1 else SUPERIOR
        tie(s, i, row).grievance = 2.0 * s.GRIEVANCE_START * draw(s, INITIAL, c.key, GRIEVANCES + number)
    c.phase = int(s.term_months * draw(s, INITIAL, c.key, PHASE))
    c.conflict = conflict_of(s, i)


@kernel
def change_environment(s):  # type: ignore[no-untyped-def]
    """Step 1: threat, task, dated events, claims and capacity of the month."""
    month = month_at(s, s.t)
    z = normal(s.seed, s.replicate, THREAT, s.month, 0, 0)
    s.threat_noise = persistent_noise(s.threat_noise, s.THREAT_MEMORY, s.THREAT_NOISE, z)
    s.threat = threat_level(month.objective, month.perceived, 0.0, s.threat_noise)
    target = threat_level(month.objective, month.perceived, s.omega, s.threat_noise)
    s.perceived = perceive(s.perceived, target, s.PERCEPTION_RISE, s.p_dn)
    s.task = complexity(month.ramp, s.q_max)
    s.news = news(month.economic, s.NEWS_BASE)
    s.dispute, s.joined, s.assignments = month.dispute, month.joined, 0
    s.assignments_asked = 0
    s.held_step = dispute_step(s.held, month.disputed, s.rho)
    s.held += s.held_step
    s.blur_of_files = blur(month.capacity / s.LOAD_REF, s.err_ctx)
    if s.judges_learn == READING.judges_learn_yes:
        s.blur_of_files = learned(s.blur_of_files, s.learn, month.files)
    s.recall = recall_factor(month.recall_period, month.recall, s.rec_21, s.rec_22, s.rec_mid, s.rec_late)
    fixed = s.cap_fr * month.capacity if s.capacity_recorded else s.capacity
    s.left_centre = fixed + min(max(s.left_centre, 0.0), 1.0)
    s.left_conferences = s.conference_capacity + min(max(s.left_conferences, 0.0), 1.0)
    for g in range(s.guberniias):
        claimed = claimed_in(s, g)
        head = office(s, g)
        head.claimed = claimed
        if s.uezd_claims >= 0:
            claimed = float(s.uezd_claims)
        for i in range(head.first_uezd, head.first_uezd + head.uezds):
            office(s, i).claimed = claimed


@kernel
def claimed_in(s, g):  # type: ignore[no-untyped-def]
    """Return the share of vacancies that the superior body claims in a guberniia this month."""
    c = committee(s, g)
    rule = rule_at(s, s.t, g)
    if rule.rule == ENDOGENOUS:
        return s.wanted_claims[office(s, g).unit_class]
    if rule.rule == READINESS:
        enough = mean_skill_waiting(s, g, office(s, g).places)
        return 0.0 if c.literacy >= s.literacy_at_least and enough >= s.bench_at_least else 1.0
    return rule.claimed


@announced("the engine")
@kernel
def advance_at(address, begin, end):  # type: ignore[no-untyped-def]
    """Run some months of the replicate whose record ``s`` stands at an address; to find that, numba takes its time."""
    advance(record_at(S, address, 0), begin, end)


@kernel
def advance(s, begin, end):  # type: ignore[no-untyped-def]
    """Run some months: twelve processes, one after another, each over all committees."""
    if begin == 0:
        found(s)
    for t in range(begin, end):
        s.t = t
        s.month += 1
        change_environment(s)  # 1
        draw_lots(s)
        work(s)  # 2 to 4
        face_skloki(s)  # 5
        remedy(s)  # 6
        vacate_posts(s)  # 7
        select(s)  # 8
        learn(s)  # 9 and 10
        train(s)
        keep_reserve(s)
        vote(s)  # 11
        meet(s)
        record_month(s)  # 12


@kernel
def nothing(s):  # type: ignore[no-untyped-def]
    """Do nothing: what a call costs."""


#: The phases of ``advance`` in their order, to be timed one by one.
PHASES = (
    change_environment, draw_lots, work, face_skloki, remedy, vacate_posts, select, learn, train, keep_reserve, vote,
    meet, record_month,
)  # fmt: skip
