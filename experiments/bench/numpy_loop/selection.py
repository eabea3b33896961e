"""Step 8: candidates, judgement, installation, post after post."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterable, Iterator

from experiments.bench.numpy_loop.ballots import Ballot, Known, Pool, Ring, ballots_of, in_order, judge_alone, secretary
from experiments.bench.numpy_loop.state import ACTING, APPOINTED, ELECTED, NOBODY, RECOMMENDED, State
from experiments.bench.numpy_loop.turnover import Lots, Opening, decider, has_capacity, install, reserve_above
from sim.kernel import interpreted_room
from sim.mechanisms import selection

one = interpreted_room(selection)


def select(s: State, lots: Lots) -> None:
    """Decide on all openings, neediest committee first; promotions open posts that are decided on last."""
    ring = Ring(s)
    while s.openings:
        ballots = ballots_of(s, lots, in_order(s), ring)
        s.openings = {}
        for ballot in ballots:
            _decide(s, lots, ring, ballot)


def _decide(s: State, lots: Lots, ring: Ring, ballot: Ballot) -> None:
    opening = ballot.opening
    c, seat, above, _, incumbent = opening
    if incumbent != NOBODY and (s.post[incumbent] != c or s.seat_of[incumbent] != seat):
        incumbent = NOBODY  # promoted from this seat earlier in the month
    holder = s.who.item(seat, c)
    if incumbent == NOBODY and holder != s.nobody and s.installed.item(seat, c) != ACTING:
        return  # filled since by a man sent down
    recommended, ranked = NOBODY, []
    if has_capacity(s, c, above):
        chosen = [] if holder == s.nobody else [holder]
        for pool in ballot.pools:
            _add_first(s, lots, ring, ballot, pool, chosen)
        if ballot.recommended:
            recommended = _add_first(s, lots, ring, ballot, ballot.recommended, chosen)
        ranked = _rank(s, lots, ballot, chosen, incumbent)
    if not ranked:
        if incumbent == NOBODY:
            _hold(s, lots, ballot)
        return
    winner = ranked[0][2]
    if winner == incumbent:
        if not above and s.installed.item(seat, c) == APPOINTED:
            s.installed[seat, c], s.by_bureau[seat, c] = RECOMMENDED, False
            s.note_secretary(c)
        return
    if c < s.g:
        s.left[above] -= 1.0
        s.assignments += int(above)
    margin = ranked[1][0] - ranked[0][0] if len(ranked) > 1 else math.inf
    _make_way(s, lots, ring, opening, winner)
    install(s, winner, c, seat, APPOINTED if above else RECOMMENDED if winner == recommended else ELECTED, margin)
    if above and c < s.g:
        s.by_bureau[seat, c] = ballot.bureau < s.p.BUREAU_SHARE


def _add_first(s: State, lots: Lots, ring: Ring, ballot: Ballot, pool: Pool, chosen: list[int]) -> int:
    """Add the first person of a pool, by lot, who is not a candidate yet and may be one; return him."""
    c = ballot.opening.committee
    people = secretary(s, pool.ladder) if pool.ladder != NOBODY else []
    if not people and pool.reserve and ring.members:
        man = next(_able(s, c, ring.round(pool.start), chosen), NOBODY)
    else:
        able = list(_able(s, c, people or pool.people(), chosen))
        man = min(_known(s, lots, ballot, able))[2] if len(able) > 1 else able[0] if able else NOBODY
    if man != NOBODY:
        chosen.append(man)
    return man


def _able(s: State, c: int, people: Iterable[int], chosen: list[int]) -> Iterator[int]:
    """Yield who of some people is no candidate yet and was not removed from here within a year."""
    removed_from = s.removed_from
    return (man for man in people if man not in chosen and (removed_from[man] != c or not s.barred(man, c)))


def _known(s: State, lots: Lots, ballot: Ballot, people: list[int]) -> list[Known]:
    """Return what is known of some people; find it out for those who were not foreseen."""
    known = ballot.known
    for man in people:
        if man not in known:
            known[man] = judge_alone(s, lots, ballot.opening, man)
    return [known[man] for man in people]


def _rank(
    s: State, lots: Lots, ballot: Ballot, chosen: list[int], incumbent: int
) -> list[tuple[float, int, int]]:
    """Return (minus score, identity, candidate), best first."""
    ranked = []
    for _, identity, man, score in _known(s, lots, ballot, chosen):
        if man == incumbent:
            c, advantage = ballot.opening.committee, s.p.inc_f if ballot.opening.above else s.p.inc_v
            score += one.incumbent_advantage(advantage, s.performance.item(c), s.mean_performance[c < s.g])
        ranked.append((-score, identity, man))
    return sorted(ranked)


def _hold(s: State, lots: Lots, ballot: Ballot) -> None:
    """Let a local hold an unfilled post, if anybody waits."""
    c, seat = ballot.opening[:2]
    if s.who.item(seat, c) == s.nobody and (waiting := list(_able(s, c, s.benches[c], []))):
        man = min(_known(s, lots, ballot, waiting))[2]
        s.call_up(man)
        install(s, man, c, seat, ACTING, math.inf)


def _make_way(s: State, lots: Lots, ring: Ring, opening: Opening, winner: int) -> None:
    """Free the seat and the winner; whoever held it goes where losers go."""
    c, seat, above, cause, _ = opening
    holder, authority = s.who.item(seat, c), decider(s, c, above)
    if cause == "transfer":
        s.transferred[c] = s.month
    elif cause in ("contest", "extraordinary"):
        s.voted[c] = s.month
    if holder not in (s.nobody, winner):
        _remove_loser(s, ring, opening, holder)
    if winner == holder:  # an acting local comes to stay
        s.vacate(winner, "confirmed", authority)
    elif (was := s.post[winner]) != NOBODY:
        vacated = s.seat_of[winner]
        s.vacate(winner, "promotion", authority)
        s.openings[was, vacated] = Opening(was, vacated, lots.claims(s, was, vacated), "vacancy")
    else:
        if s.waits[winner] is s.reserve:
            ring.members.remove(ring.place(winner))
        s.call_up(winner)


def _remove_loser(s: State, ring: Ring, opening: Opening, holder: int) -> None:
    c, seat, above, cause, _ = opening
    reason = {"contest": "lost_contest", "review": "lost_review"}.get(cause, cause)
    if s.installed.item(seat, c) == ACTING:
        reason = "relieved"
    if reason in ("transfer", "extraordinary"):
        s.remove(holder)
    s.vacate(holder, reason, decider(s, c, above))
    if reason != "transfer":
        s.send_home(holder)
        return
    pool = reserve_above(s, c)
    s.wait_in(holder, pool)
    if pool is s.reserve:
        insort(ring.members, ring.place(holder))
