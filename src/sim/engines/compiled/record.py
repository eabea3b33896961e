"""Step 12: outcomes per class and nation, and each committee's state if asked for."""

from __future__ import annotations

import numpy as np

from sim.engines.compiled.layout import (
    ACTING,
    APPOINTED,
    ELECTED,
    NOT,
    NUMBER_OF_SCOPES,
    RECOMMENDED,
    committee,
    foresee_home,
    line,
    person,
    row_at,
    state_at,
)
from sim.engines.readings import MOVES, READ, YEAR
from sim.kernel import kernel
from sim.mechanisms import discussion, record
from sim.registry.outcomes import OUTCOME_INDEX

#: Columns of what is read and of what is counted.
READ_AT = np.array([OUTCOME_INDEX[name] for name in READ])
MOVES_AT = np.array([OUTCOME_INDEX[name] for name in MOVES])
SINGLE = READ.index("bench_skill")
MEMBERS, CLAIMED, APPOINTED_READ = READ.index("members"), READ.index("claimed"), READ.index("appointed")
ALL, CENTRAL = MOVES.index("moves"), MOVES.index("moves_centre")
CENTRALISATION, MEMBERS_AT = OUTCOME_INDEX["centralisation"], OUTCOME_INDEX["members"]
NATIONAL_AT = np.array([OUTCOME_INDEX[name] for name in (
    "opposition_nation", "threat_objective", "threat_perceived", "complexity", "national_error", "assignments",
    "reserve", "people")])  # fmt: skip
for _frozen in (READ_AT, MOVES_AT, NATIONAL_AT):
    _frozen.setflags(write=False)  # compiled code holds what they are now
NUMBER_READ, NUMBER_OF_MOVES = len(READ), len(MOVES)

mean_of, centralisation = record.mean_of, record.centralisation
felt_misfit = discussion.felt_misfit


@kernel
def record_month(s):  # type: ignore[no-untyped-def]
    """Add this month's row of every scope, and the committees' states."""
    for scope in range(NUMBER_OF_SCOPES):
        for k in range(NUMBER_READ):
            s.sums[scope, k] = s.counts[scope, k] = 0.0
    for g in range(s.guberniias):
        foresee_home(s, g)
        read_singles(s, g, 0)
        read_singles(s, g, committee(s, g).unit_class)
        read_several(s, g)
    for scope in range(NUMBER_OF_SCOPES):
        write_scope(s, scope)
    write_nation(s)
    for scope in range(NUMBER_OF_SCOPES):
        for k in range(NUMBER_OF_MOVES):
            s.moves[scope, k] = 0
    if s.keep_states:
        for i in range(s.number):
            write_state(s, state_at(s, s.t, i), i)


@kernel
def flag(condition):  # type: ignore[no-untyped-def]
    """Return 1 or 0."""
    return 1.0 if condition else 0.0


@kernel
def read_singles(s, g, scope):  # type: ignore[no-untyped-def]
    """Add a guberniia's readings, in the order of ``READ``, to a scope's sums."""
    c, sums, counts = committee(s, g), s.sums[scope], s.counts[scope]
    man = committee(s, g).held[0]
    installed = person(s, man).installed if man >= 0 else NOT
    sums[0] += c.result
    sums[1] += c.performance
    sums[2] += c.recovery
    sums[3] += c.conflict
    sums[4] += flag(c.open)
    sums[5] += flag(c.last_open > s.month - YEAR)
    sums[6] += flag(c.paralysed)
    sums[7] += c.team_skill
    sums[8] += felt_misfit(c.misfit, s.national_error, s.nu)
    sums[9] += c.discussion
    sums[10] += c.unity
    sums[11] += c.credit
    sums[12] += c.clarity
    sums[13] += c.literacy
    sums[14] += c.members
    sums[15] += c.claimed
    sums[16] += float(line(s, g).count)
    sums[17] += c.opposition
    sums[18] += c.opposition_delegates
    sums[19] += flag(installed == APPOINTED)
    sums[20] += flag(installed == RECOMMENDED)
    sums[21] += flag(installed == ELECTED)
    sums[22] += flag(installed == ACTING)
    sums[23] += flag(installed == APPOINTED and not person(s, man).by_bureau)
    for k in range(SINGLE):
        counts[k] += 1.0


@kernel
def read_several(s, g):  # type: ignore[no-untyped-def]
    """Add what a guberniia has several of, or none, to the nation's sums and its class's."""
    c, man = committee(s, g), committee(s, g).held[0]
    skill = work = quarrels = appointed = 0.0
    waiting = line(s, g).first
    while waiting >= 0:
        skill += person(s, waiting).skill
        waiting = person(s, waiting).next
    for i in range(c.first_uezd, c.first_uezd + c.uezds):
        work += committee(s, i).performance
        quarrels += flag(committee(s, i).open)
        appointed += committee(s, i).appointed
    moved, voted = flag(c.transferred > s.month - YEAR), flag(c.voted > s.month - YEAR)
    tenure = person(s, man).tenure if man >= 0 else 0.0
    bench, uezds = float(line(s, g).count), float(c.uezds)
    add(s, c.unit_class, SINGLE, skill, bench)
    add(s, c.unit_class, SINGLE + 1, work, uezds)
    add(s, c.unit_class, SINGLE + 2, quarrels, uezds)
    add(s, c.unit_class, SINGLE + 3, appointed, uezds)
    add(s, c.unit_class, SINGLE + 4, c.conflict * moved, moved)
    add(s, c.unit_class, SINGLE + 5, c.conflict * voted, voted)
    add(s, c.unit_class, SINGLE + 6, tenure * c.appointed, c.appointed)
    add(s, c.unit_class, SINGLE + 7, tenure * c.elected, c.elected)


@kernel
def add(s, scope, k, value, number):  # type: ignore[no-untyped-def]
    """Add a sum of several values to the nation's and a class's."""
    s.sums[0, k] += value
    s.counts[0, k] += number
    s.sums[scope, k] += value
    s.counts[scope, k] += number


@kernel
def write_scope(s, scope):  # type: ignore[no-untyped-def]
    """Write a scope's row: means over its guberniias, members summed, moves per post."""
    row, moves = row_at(s, s.t, scope), s.moves[scope]
    number = s.counts[scope, 0]
    for k in range(NUMBER_READ):
        row[READ_AT[k]] = mean_of(s.sums[scope, k], s.counts[scope, k])
    if number > 0.0:
        row[MEMBERS_AT] = s.sums[scope, MEMBERS]
        for k in range(NUMBER_OF_MOVES):
            row[MOVES_AT[k]] = moves[k] / number
    s.recent[scope, s.t % YEAR, 0] = moves[CENTRAL]
    s.recent[scope, s.t % YEAR, 1] = moves[ALL]
    central = moved = 0
    for past in range(YEAR):
        central += s.recent[scope, past, 0]
        moved += s.recent[scope, past, 1]
    row[CENTRALISATION] = centralisation(
        row[READ_AT[CLAIMED]], row[READ_AT[APPOINTED_READ]], central / moved if moved > 0 else 0.0
    )


@kernel
def write_nation(s):  # type: ignore[no-untyped-def]
    """Write what only the nation has."""
    row = row_at(s, s.t, 0)
    row[NATIONAL_AT[0]] = s.opposition
    row[NATIONAL_AT[1]] = s.threat
    row[NATIONAL_AT[2]] = s.perceived
    row[NATIONAL_AT[3]] = s.task
    row[NATIONAL_AT[4]] = s.national_error
    row[NATIONAL_AT[5]] = float(s.assignments)
    row[NATIONAL_AT[6]] = float(line(s, s.reserve).count)
    row[NATIONAL_AT[7]] = float(s.people)


@kernel
def write_state(s, row, i):  # type: ignore[no-untyped-def]
    """Write a committee's state, in the order of ``COMMITTEE_FIELDS``."""
    c = committee(s, i)
    row[0], row[1], row[2] = c.result, c.recovery, c.conflict
    row[3] = felt_misfit(c.misfit, s.national_error, s.nu)
    row[4], row[5], row[6], row[7] = c.discussion, c.unity, c.clarity, c.literacy
    row[8], row[9] = c.claimed, c.team_skill
    row[10], row[11], row[12] = flag(c.open), flag(c.paralysed), c.appointed
