"""Step 8, what can be foreseen of it: where candidates come from, their lots, how they would be judged.

Drawn and computed for all openings at once; whoever is met and was not foreseen, because he came
onto a bench or into the reserve by an earlier decision, is drawn for alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.bench.numpy_loop import formulas
from experiments.bench.numpy_loop.draws import Addresses, normals, uniforms
from experiments.bench.numpy_loop.state import ACTING, NOBODY, State
from experiments.bench.numpy_loop.turnover import Lots, Opening
from sim.kernel import interpreted_room
from sim.mechanisms import selection

one = interpreted_room(selection)
#: Blocks of draws per seat at "ballot" and at "search"; the recommended candidate; indices of lots in the reserve.
BALLOT_BLOCKS, SEARCH_BLOCKS, RECOMMENDED_AT, IN_RESERVE = 16, 4, 13, 1 << 28
#: A candidate's lot, identity, row, and the score that he would have.
Known = tuple[float, int, int, float]


class Pool(NamedTuple):
    """Where a candidate comes from.

    A ladder's pool is an uezd's secretary; ``reserve`` tells that the reserve is looked at first; if there is
    nobody, the people of ``benches``.
    """

    benches: tuple[list[int], ...]
    ladder: int = NOBODY
    reserve: bool = False
    start: float = 0.0

    def people(self) -> list[int]:
        """Return those on the benches."""
        return self.benches[0] if len(self.benches) == 1 else [man for bench in self.benches for man in bench]


class Ballot(NamedTuple):
    """What was drawn for one opening: pools of candidates and of a recommended one, whether a bureau appoints."""

    opening: Opening
    pools: list[Pool]
    recommended: Pool | None
    bureau: float
    known: dict[int, Known]


class Ring:
    """The reserve in the order of its members' lots of the month."""

    def __init__(self, s: State) -> None:
        self.s = s
        drawn = s.lots(s.reserve, IN_RESERVE) if s.reserve else []
        self.members = sorted((lot, s.identity[man], man) for lot, man in zip(drawn, s.reserve, strict=True))

    def round(self, start: float) -> Iterator[int]:
        """Yield all members, beginning with the first whose lot is at least ``start``."""
        first, number = bisect_left(self.members, (start, -1)), len(self.members)
        return (self.members[place % number][2] for place in range(first, first + number))

    def place(self, man: int) -> tuple[float, int, int]:
        """Return what a person is sorted by."""
        identity = self.s.identity[man]
        return self.s.uniform("lot", identity, IN_RESERVE), identity, man


def secretary(s: State, c: int) -> list[int]:
    """Return an uezd's secretary, if there is one who came to stay."""
    man = s.who.item(0, c)
    return [man] if man != s.nobody and s.installed.item(0, c) != ACTING else []


def in_order(s: State) -> list[Opening]:
    """Return the openings, neediest committee first or in random order."""
    openings = list(s.openings.values())
    at = [opening.committee for opening in openings]
    if s.options.order == "random":
        need = uniforms(s.draws.words(Addresses(order=("order", s.keys[at], 0)), s.month)["order"][0])
    else:
        need = s.performance[at]
    order = sorted((n, s.key[o.committee], o.seat, o) for n, o in zip(need.tolist(), openings, strict=True))
    return [opening for *_, opening in order]


def ballots_of(s: State, lots: Lots, waiting: list[Opening], ring: Ring) -> list[Ballot]:
    """Draw where the candidates of each opening come from, and foresee how they would be judged."""
    keys = s.keys[[opening.committee for opening in waiting]]
    seats = np.array([opening.seat for opening in waiting])
    number, last = len(waiting), s.candidates
    blocks = np.array([*range(last), RECOMMENDED_AT])
    searches = sorted({k // 4 for k in blocks.tolist()})

    def repeated(point: str, of_each: NDArray[np.int64]) -> tuple[str, NDArray[np.uint64], NDArray[np.int64]]:
        return point, np.repeat(keys, of_each.shape[1]), of_each.ravel()

    drawn = s.draws.words(Addresses(
        ballot=repeated("ballot", BALLOT_BLOCKS * seats[:, None] + blocks),
        search=repeated("search", SEARCH_BLOCKS * seats[:, None] + np.array(searches)),
        recommended=("recommended", keys, 0), bureau=("bureau", keys, 0),
    ), s.month)  # fmt: skip
    ballot = uniforms(drawn["ballot"]).T.reshape(number, len(blocks), 4).tolist()
    search = uniforms(drawn["search"]).T.reshape(number, 4 * len(searches)).tolist()
    of_seat = seats, np.arange(number)
    stands, bureau = (uniforms(drawn[name][of_seat]).tolist() for name in ("recommended", "bureau"))
    start = [4 * searches.index(k // 4) + k % 4 for k in blocks.tolist()]
    ballots = []
    for i, opening in enumerate(waiting):
        c, _, above, _, _ = opening
        pools = []
        for k in range(last):
            draws = ballot[i][k]
            local = (draws[0] < s.p.cross) == above
            pools.append(_local(s, c, draws) if local else _outside(s, c, draws, above, search[i][start[k]]))
        recommended = None
        if not above and stands[i] < s.p.RECOMMENDED and 0.0 < s.claimed.item(c) < 1.0:
            recommended = _outside(s, c, ballot[i][last], True, search[i][start[last]])
        ballots.append(Ballot(opening, pools, recommended, bureau[i], {}))
    _foresee(s, lots, ballots, ring)
    return ballots


def _local(s: State, c: int, draws: list[float]) -> Pool:
    """Return a pool of local people: own bench, or the secretary of an own uezd (ladder)."""
    bench = (s.benches[c],)
    if c < s.g and s.uezds[c] and draws[1] < s.p.LADDER:
        return Pool(bench, ladder=s.uezds[c][int(draws[2] * len(s.uezds[c]))])
    return Pool(bench)


def _outside(s: State, c: int, draws: list[float], above: bool, start: float) -> Pool:
    """Return a pool of people from elsewhere, of the reserve for the centre."""
    if c >= s.g:
        head = s.head[c]
        sisters = s.uezds[head]
        if above and (draws[1] >= s.p.PULL or len(sisters) < 2):
            return Pool((s.benches[head], s.pools[head]))
        if len(sisters) < 2:
            return Pool(())
        picked = sisters[int(draws[2] * (len(sisters) - 1))]
        return Pool((s.benches[picked if picked < c else picked + 1],))
    number = int(draws[2] * (s.g - 1)) if s.g > 1 else 0
    other = number if number < c else min(number + 1, s.g - 1)
    if other == c:
        return Pool((), reserve=above, start=start)
    if s.uezds[other] and draws[1] < s.p.LADDER:
        return Pool((), ladder=s.uezds[other][int(draws[3] * len(s.uezds[other]))])
    return Pool((s.benches[other],), reserve=above and draws[3] >= s.p.PULL, start=start)


def _foresee(s: State, lots: Lots, ballots: list[Ballot], ring: Ring) -> None:
    """Note lots and scores of all who are in the pools now, and of those who hold the seats."""
    people: list[int] = []
    ends = [0]
    for ballot in ballots:
        people.append(s.who.item(ballot.opening.seat, ballot.opening.committee))
        for pool in ballot.pools:
            people += _likely(s, pool, ring)
        if ballot.recommended:
            people += _likely(s, ballot.recommended, ring)
        ends.append(len(people))
    repeats = np.diff(ends)
    at = np.repeat([ballot.opening.committee for ballot in ballots], repeats)
    above = np.repeat([ballot.opening.above for ballot in ballots], repeats)
    drawn, scores = judge(s, lots, np.array(people), at, above)
    known = list(zip(drawn, [s.identity[man] for man in people], people, scores, strict=True))
    for i, ballot in enumerate(ballots):
        its = slice(ends[i], ends[i + 1])
        ballot.known.update(zip(people[its], known[its], strict=True))


def _likely(s: State, pool: Pool, ring: Ring) -> list[int]:
    """Return the persons of a pool as it stands, of the reserve the first."""
    if pool.ladder != NOBODY and (found := secretary(s, pool.ladder)):
        return found
    if pool.reserve and ring.members:
        return [next(ring.round(pool.start))]
    return pool.people()


def judge(
    s: State, lots: Lots, who: NDArray[np.intp], at: NDArray[np.intp], above: NDArray[np.bool_]
) -> tuple[list[float], list[float]]:
    """Return persons' lots at committees, and the scores that those who decide there would give them."""
    p, low, keys = s.p, s.low[who], s.keys[at].astype(np.int64)
    drawn = s.draws.words(Addresses(lot=("lot", low, keys // 4), noise=("judgement", low, keys // 2)), s.month)
    odd, words = keys % 2 == 1, drawn["noise"]
    noise = normals(np.where(odd, words[2], words[0]), np.where(odd, words[3], words[1]))
    trait = np.where(above, s.pliancy[who] - p.PLIANCY_MEAN, s.temper[who] - p.TEMPER_MEAN) / p.TEMPER_SD
    scores = formulas.selection.judged(
        (s.skill[who] - p.SKILL_MEAN) / p.sk_sd, np.where(above, lots.files, lots.voters[at]), noise,
        np.where(above, p.flat, p.dem), trait, s.loyalty[who], np.where(above, p.pack, 0.0),
    )  # fmt: skip
    return uniforms(drawn["lot"][keys % 4, np.arange(len(keys))]).tolist(), scores.tolist()


def judge_alone(s: State, lots: Lots, opening: Opening, man: int) -> Known:
    """Return what is known of one person at an opening, in plain Python: cheaper for one than arrays."""
    p, above, key = s.p, opening.above, s.key[opening.committee]
    trait = s.pliancy.item(man) - p.PLIANCY_MEAN if above else s.temper.item(man) - p.TEMPER_MEAN
    score = one.judged(
        (s.skill.item(man) - p.SKILL_MEAN) / p.sk_sd, lots.judges(opening.committee, above),
        s.draws.normal("judgement", s.month, s.identity[man], key), p.flat if above else p.dem,
        trait / p.TEMPER_SD, s.loyalty.item(man), p.pack if above else 0.0,
    )  # fmt: skip
    return s.uniform("lot", s.identity[man], key), s.identity[man], man, score
