"""Step 12: outcomes per class and nation, and each committee's state if asked for."""

from __future__ import annotations

import numpy as np

from sim.engines.compiled.congress import ready_at, vote_of_secretary
from sim.engines.compiled.layout import (
    ACTING,
    APPOINTED,
    AT,
    CONFIRMED,
    ELECTED,
    FLOAT,
    NOT,
    NUMBER_OF_SCOPES,
    OF,
    RECOMMENDED,
    committee,
    foresee_home,
    line,
    office,
    official,
    person,
    row_at,
    slot,
    state_at,
)
from sim.engines.compiled.memory import record_at
from sim.engines.compiled.people import NAN
from sim.engines.readings import MOVES, YEAR
from sim.kernel import kernel
from sim.mechanisms import discussion, record
from sim.registry.outcomes import OUTCOMES

NUMBER_OF_OUTCOMES = len(OUTCOMES)
SUMMED = np.array([outcome.summed for outcome in OUTCOMES.values()])
#: Outcomes of which every guberniia has one value: how many these are need not be counted.
ONE_EACH = (
    *MOVES,
    "performance", "recovery_months", "effort", "committee_performance", "recovery", "conflict", "open_skloki",
    "skloki_year", "paralysed", "team_skill", "misfit", "discussion", "unity", "credit", "clarity", "literacy",
    "members", "claimed", "opposition_members", "opposition_guberniia", "appointed", "appointed_cc", "recommended",
    "elected", "acting", "confirmed", "bench", "ready",
)
ONE = np.array([name in ONE_EACH for name in OUTCOMES])
for _frozen in (SUMMED, ONE):
    _frozen.setflags(write=False)  # compiled code holds what they are now

mean_of, centralisation, half_life = record.mean_of, record.centralisation, record.half_life
has_returned, ended_a_year_ago = record.has_returned, record.ended_a_year_ago
felt_misfit = discussion.felt_misfit


@kernel
def record_month(s):  # type: ignore[no-untyped-def]
    """Add this month's row of every scope, and the committees' states; then nothing is summed up or counted."""
    for g in range(s.guberniias):
        foresee_home(s, g)
        read_committee(s, g)
        read_secretary(s, g)
        read_bench_and_uezds(s, g)
    for scope in range(NUMBER_OF_SCOPES):
        write_scope(s, scope)
    write_nation(s)
    for scope in range(NUMBER_OF_SCOPES):
        for k in range(NUMBER_OF_OUTCOMES):
            s.sums[scope, k] = s.counts[scope, k] = 0.0
    if s.keep_states:
        for i in range(s.number):
            write_state(s, state_at(s, s.t, i), i)


@kernel
def flag(condition):  # type: ignore[no-untyped-def]
    """Return 1 or 0."""
    return 1.0 if condition else 0.0


@kernel
def add_one(s, scope, k, value):  # type: ignore[no-untyped-def]
    """Add a guberniia's value of an outcome of which each has one to the nation's and a class's."""
    s.sums[0, k] += value
    s.sums[scope, k] += value


@kernel
def add(s, scope, k, value, number):  # type: ignore[no-untyped-def]
    """Add what a guberniia has of an outcome, and how many values that sums, to the nation's and a class's."""
    s.sums[0, k] += value
    s.counts[0, k] += number
    s.sums[scope, k] += value
    s.counts[scope, k] += number


@kernel
def read_committee(s, g):  # type: ignore[no-untyped-def]
    """Read a guberniia's committee; of moves, counted as they happened, there is one post more."""
    c, o = committee(s, g), office(s, g)
    of = o.unit_class
    moved, voted = flag(o.transferred > s.month - YEAR), flag(o.voted > s.month - YEAR)
    add_one(s, of, AT.performance, c.result)
    add_one(s, of, AT.recovery_months, c.recovery)
    add_one(s, of, AT.effort, c.result * s.task)
    add_one(s, of, AT.committee_performance, c.performance)
    add_one(s, of, AT.recovery, c.recovery)
    add_one(s, of, AT.conflict, c.conflict)
    add(s, of, AT.conflict_after_transfer, c.conflict * moved, moved)
    add(s, of, AT.conflict_after_election, c.conflict * voted, voted)
    add_one(s, of, AT.open_skloki, flag(c.open))
    add_one(s, of, AT.skloki_year, flag(c.last_open > s.month - YEAR))
    add_one(s, of, AT.paralysed, flag(c.paralysed))
    open_now = flag(c.open)
    add(s, of, AT.sklok_duration, (s.month - c.open_since + 1.0) * open_now, open_now)
    add(s, of, AT.sklok_returns, has_returned(c.ends, c.open != 0), ended_a_year_ago(c.ends))
    add_one(s, of, AT.team_skill, c.team_skill)
    add_one(s, of, AT.misfit, felt_misfit(c.misfit, s.national_error, s.nu))
    add_one(s, of, AT.discussion, c.discussion)
    add_one(s, of, AT.unity, c.unity)
    add_one(s, of, AT.credit, c.credit)
    add_one(s, of, AT.clarity, c.clarity)
    add_one(s, of, AT.literacy, c.literacy)
    add_one(s, of, AT.members, c.members)
    add_one(s, of, AT.claimed, o.claimed)
    add_one(s, of, AT.opposition_members, c.opposition)
    add_one(s, of, AT.opposition_guberniia, c.opposition_delegates)


@kernel
def read_secretary(s, g):  # type: ignore[no-untyped-def]
    """Read how a guberniia's secretary came to his post, and how long he has held it."""
    o, man = office(s, g), office(s, g).held[0]
    of, installed, tenure, by_bureau = o.unit_class, NOT, 0.0, False
    if man >= 0:
        installed, tenure, by_bureau = person(s, man).installed, official(s, g, 0).tenure, person(s, man).by_bureau != 0
    add_one(s, of, AT.appointed, flag(installed == APPOINTED))
    add_one(s, of, AT.appointed_cc, flag(installed == APPOINTED and not by_bureau))
    add_one(s, of, AT.recommended, flag(installed == RECOMMENDED))
    add_one(s, of, AT.elected, flag(installed == ELECTED))
    add_one(s, of, AT.acting, flag(installed == ACTING))
    add_one(s, of, AT.confirmed, flag(installed == CONFIRMED))
    chosen = flag(installed == ELECTED or installed == RECOMMENDED or installed == CONFIRMED)
    filled = flag(installed != NOT and installed != ACTING)
    add(s, of, AT.tenure, tenure * filled, filled)
    by_centre = flag(installed == APPOINTED)
    opinion, loyalty = vote_of_secretary(s, g), person(s, man).loyalty if man >= 0 else 0.0
    add(s, of, AT.tenure_appointed, tenure * by_centre, by_centre)
    add(s, of, AT.tenure_elected, tenure * chosen, chosen)
    add(s, of, AT.vote_appointed, opinion * by_centre, by_centre)
    add(s, of, AT.vote_elected, opinion * chosen, chosen)
    add(s, of, AT.loyalty_appointed, loyalty * by_centre, by_centre)


@kernel
def read_bench_and_uezds(s, g):  # type: ignore[no-untyped-def]
    """Read what a guberniia has several of, or none."""
    c = office(s, g)
    skill = work = quarrels = appointed = stopped = 0.0
    waiting = line(s, g).first
    while waiting >= 0:
        skill += slot(s, waiting).skill
        waiting = person(s, waiting).next
    for i in range(c.first_uezd, c.first_uezd + c.uezds):
        work += committee(s, i).performance
        quarrels += flag(committee(s, i).open)
        stopped += flag(committee(s, i).paralysed)
        appointed += flag(committee(s, i).appointed > 0.5)
    of, bench, uezds = c.unit_class, float(line(s, g).count), float(c.uezds)
    add_one(s, of, AT.bench, bench)
    add_one(s, of, AT.ready, ready_at(s, g))
    add(s, of, AT.bench_skill, skill, bench)
    add(s, of, AT.uezd_performance, work, uezds)
    add(s, of, AT.uezd_open_skloki, quarrels, uezds)
    add(s, of, AT.uezd_appointed, appointed, uezds)
    add(s, of, AT.uezd_paralysed, stopped, uezds)


@kernel
def write_scope(s, scope):  # type: ignore[no-untyped-def]
    """Write a scope's row: sums or means of what was read, and the index of centralisation."""
    row, sums, counts, places = row_at(s, s.t, scope), s.sums[scope], s.counts[scope], s.places_in[scope]
    for k in range(NUMBER_OF_OUTCOMES):
        number = places if ONE[k] else counts[k]
        row[k] = sums[k] if SUMMED[k] and number > 0.0 else mean_of(sums[k], number)
    row[AT.performance_p10] = worst_tenth(s, scope)
    recent = s.recent[scope]
    recent[s.t % YEAR, 0], recent[s.t % YEAR, 1] = sums[AT.moves_centre], sums[AT.moves]
    central = moved = 0.0
    for past in range(YEAR):
        central += recent[past, 0]
        moved += recent[past, 1]
    row[AT.centralisation] = centralisation(
        row[AT.claimed], row[AT.appointed], central / moved if moved > 0.0 else 0.0
    )


@kernel
def worst_tenth(s, scope):  # type: ignore[no-untyped-def]
    """Return the performance of the guberniia a tenth of the way up."""
    number = 0
    for g in range(s.guberniias):
        if scope == 0 or office(s, g).unit_class == scope:
            record_at(FLOAT, s.ordered, number).x = committee(s, g).result
            number += 1
    if number == 0:
        return NAN
    return smallest(s, number, (number + 9) // 10 - 1)


@kernel
def smallest(s, number, rank):  # type: ignore[no-untyped-def]
    """Return the value of a rank among the first numbers of that memory, which are put in another order (Hoare)."""
    low, high = 0, number - 1
    while low < high:
        pivot, i, j = record_at(FLOAT, s.ordered, rank).x, low, high
        while i <= j:
            while record_at(FLOAT, s.ordered, i).x < pivot:
                i += 1
            while pivot < record_at(FLOAT, s.ordered, j).x:
                j -= 1
            if i <= j:
                one, two = record_at(FLOAT, s.ordered, i), record_at(FLOAT, s.ordered, j)
                one.x, two.x = two.x, one.x
                i += 1
                j -= 1
        if j < rank:
            low = i
        if rank < i:
            high = j
    return record_at(FLOAT, s.ordered, rank).x


@kernel
def write_nation(s):  # type: ignore[no-untyped-def]
    """Write what only the nation has."""
    row = row_at(s, s.t, 0)
    row[AT.opposition_nation] = s.opposition
    row[AT.threat_objective] = s.threat
    row[AT.threat_perceived] = s.perceived
    row[AT.complexity] = s.task
    row[AT.national_error] = s.national_error
    row[AT.assignments] = float(s.assignments)
    row[AT.assignments_asked] = float(s.assignments_asked)
    row[AT.reserve] = float(line(s, s.reserve).count)
    row[AT.people] = float(s.people)
    if s.moscow >= 0:
        row[AT.moscow_raions] = committee(s, s.moscow).opposition
        row[AT.moscow_conference] = committee(s, s.moscow).opposition_delegates
    row[AT.error_half_life] = half_life(s.task, s.mu, s.corrected)


@kernel
def write_state(s, state, i):  # type: ignore[no-untyped-def]
    """Write a committee's state."""
    c = committee(s, i)
    state[OF.performance] = c.result
    state[OF.recovery] = c.recovery
    state[OF.conflict] = c.conflict
    state[OF.misfit] = felt_misfit(c.misfit, s.national_error, s.nu)
    state[OF.discussion] = c.discussion
    state[OF.unity] = c.unity
    state[OF.clarity] = c.clarity
    state[OF.literacy] = c.literacy
    state[OF.claimed] = office(s, i).claimed
    state[OF.team_skill] = c.team_skill
    state[OF.open_sklok] = flag(c.open)
    state[OF.paralysed] = flag(c.paralysed)
    state[OF.appointed] = flag(c.appointed > 0.5)
