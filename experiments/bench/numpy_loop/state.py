"""What the month works on: arrays over committees, seats and persons, and the few acts that change them."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.bench.numpy_loop.draws import Addresses, Draws, uniforms
from sim.world.build import World
from sim.world.places import PERSON_BITS

NONE, ELECTED, RECOMMENDED, APPOINTED, ACTING = range(5)
NOBODY = -1
LONG_AGO = -(10**6)
#: Below this number draws are made one by one.
FEW = 12
#: The pairs of seats whose ties have grievances, in order; the last row of ties is the secretary's with the superior.
PAIRS = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
ABOVE = len(PAIRS)
SEATS = 4
#: Rows of ties of each level's committees, and those in which a seat stands.
TIES = {True: tuple(range(ABOVE + 1)), False: (0, ABOVE)}
TIES_OF = {
    True: ((0, 1, 2, ABOVE), (0, 3, 4), (1, 3, 5), (2, 4, 5)),
    False: ((0, ABOVE), (0,)),
}


class State:
    """The state of one replicate; ``month.begin`` fills it.

    Committees are columns: G guberniias, then their uezds in turn. An uezd has two seats of four
    and two rows of ties of seven; the other entries stay 0. A person's row is his home's first
    row plus his slot, so that arrays never grow; the last row stands for nobody.

    Attributes
    ----------
    who, installed, by_bureau, tenure, outsider
        Shape (4, n): who sits (a person's row) and what belongs to his being there.
    at
        Per person, where he learns: a committee's column on its bench, n in a seat, n + 1 elsewhere.
    waits
        Per person, the list in which he waits, or None.
    monthly, recorder
        The addresses of what is drawn every month, and what keeps the outcomes.
    """

    monthly: Addresses
    recorder: Any

    def __init__(self, world: World, replicate: int) -> None:
        self.world, self.p, self.options = world, world.p, world.scenario.options
        self.draws = Draws(world.scenario.run.seed, replicate)
        self.t, self.month = -1, world.first - 1
        self.candidates, self.term = int(self.p.n_cand + 0.5), int(self.p.term + 0.5)
        self._places()
        self._committees()
        self._persons()
        self._nation()

    # ------------------------------------------------------------------ what does not change
    def _places(self) -> None:
        places = self.world.committees
        self.n, self.g = len(places), self.world.guberniias
        self.key = [place.key for place in places]
        self.keys = np.array(self.key, dtype=np.uint64)
        self.head = [place.parent for place in places]
        self.heads = np.array(self.head[self.g :], dtype=np.intp)
        self.uezds_of = np.bincount(self.heads, minlength=self.g)
        first = self.g + np.cumsum(self.uezds_of) - self.uezds_of
        self.uezds = [range(a, a + b) for a, b in zip(first.tolist(), self.uezds_of.tolist(), strict=True)]
        alone = np.flatnonzero(self.uezds_of == 0)
        self.bases = np.concatenate([alone, np.arange(self.g, self.n)])
        self.base_of = np.concatenate([alone, self.heads])
        self.seats = np.where(np.arange(self.n) < self.g, 4, 2)
        self.bench_places = np.array([place.bench for place in places])
        self.home_skill = np.array(self.world.skill)
        self.blocks = [place.block for place in places]
        claimed = [[rule.claimed for rule in row] for row in self.world.rules]
        self.claimed_by_rule = np.array(claimed, dtype=np.float64)
        self.rules = [[rule.rule for rule in row] for row in self.world.rules]
        self.recall = np.array([[rule.recall for rule in row] for row in self.world.rules], dtype=bool)

    def _committees(self) -> None:
        n, p, places = self.n, self.p, self.world.committees
        self.literacy = np.array([place.literacy for place in places])
        self.members = np.array([place.members for place in places])
        self.clarity, self.discussion, self.unity = (
            np.full(n, start) for start in (p.CLARITY_START, p.DEBATE_START, p.UNITY_START)
        )
        self.recovery, self.misfit = np.full(n, p.RECOVERY_START), np.full(n, p.MISFIT_START)
        self.performance, self.result, self.team_skill, self.conflict = (np.zeros(n) for _ in range(4))
        self.credit, self.felt, self.voice, self.free_voice, self.courses = (np.zeros(n) for _ in range(5))
        self.claimed, self.changes, self.appointed, self.elected = (np.zeros(n) for _ in range(4))
        self.opposition, self.delegates = np.zeros(self.g), np.zeros(self.g)
        self.phase = np.zeros(n, dtype=np.int64)
        self.last_open, self.transferred, self.voted = (np.full(n, LONG_AGO) for _ in range(3))
        self.open, self.paralysed = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        self.ties = np.zeros((ABOVE + 1, n))
        self.tie_weights = [p.TIE_WEIGHT] + [p.TIE_WEIGHT * p.TIE_OTHER] * ABOVE
        self.benches: list[list[int]] = [[] for _ in range(n)]
        self.pools: list[list[int]] = [[] for _ in range(self.g)]
        self.reserve: list[int] = []
        self.slots: list[set[int]] = [set() for _ in range(n)]

    def _persons(self) -> None:
        self.base = [0, *np.cumsum(self.blocks).tolist()]
        rows = self.nobody = self.base[-1]
        homes = np.repeat(np.arange(self.n), self.blocks)
        slot = np.arange(rows) - np.array(self.base[:-1])[homes]
        self.low = np.append((self.keys[homes] << np.uint64(PERSON_BITS)) | slot.astype(np.uint64), np.uint64(0))
        self.home, self.homes = homes.tolist(), homes
        self.skill, self.temper, self.pliancy, self.loyalty, self.clique = (np.zeros(rows + 1) for _ in range(5))
        self.at = np.full(rows + 1, self.n + 1)
        self.generation = [0] * rows
        self.identity = self.low.tolist()
        self.post, self.seat_of = [NOBODY] * rows, [NOBODY] * rows
        self.waits: list[list[int] | None] = [None] * rows
        self.sent_from, self.removed_from, self.removed = [NOBODY] * rows, [NOBODY] * rows, [0] * rows
        self.people = 0
        self.who = np.full((SEATS, self.n), rows)
        self.installed = np.zeros((SEATS, self.n), dtype=np.int8)
        self.by_bureau = np.zeros((SEATS, self.n), dtype=bool)
        self.tenure, self.outsider = np.zeros((SEATS, self.n)), np.zeros((SEATS, self.n))

    def _nation(self) -> None:
        p, known = self.p, self.world.calendar
        self.threat_noise = self.joined = self.news = self.dispute = self.opposition_nation = 0.0
        self.task = 1.0
        self.threat = float(known.objective[0])
        self.perceived = float(known.perceived[0]) * p.omega + self.threat * (1.0 - p.omega)
        self.national_error, self.national_claims = p.MISFIT_START, self.world.claims
        self.mean_performance = {True: 0.0, False: 0.0}
        self.left = {True: 0.0, False: 0.0}
        self.assignments = 0
        self.openings: dict[tuple[int, int], Any] = {}
        self.strengthened: set[int] = set()

    # ------------------------------------------------------------------ acts
    def take_slot(self, home: int) -> int:
        """Give a new person the lowest free slot of his home; return his row."""
        slots = self.slots[home]
        slot = next(i for i in range(self.blocks[home]) if i not in slots)
        slots.add(slot)
        man = self.base[home] + slot
        self.identity[man] = (self.generation[man] << 32) | int(self.low[man])
        self.generation[man] += 1
        self.post[man] = self.seat_of[man] = self.removed_from[man] = NOBODY
        self.removed[man], self.sent_from[man], self.waits[man] = 0, home, None
        self.people += 1
        return man

    def leave_stock(self, man: int) -> None:
        """Let a person leave the stock for good."""
        home = self.home[man]
        self.slots[home].discard(man - self.base[home])
        self.people -= 1

    def wait_in(self, man: int, pool: list[int], at: int | None = None) -> None:
        """Put a person without a post on a bench (then ``at`` is its committee), into a pool or the reserve."""
        pool.append(man)
        self.waits[man] = pool
        self.at[man] = self.n + 1 if at is None else at

    def send_home(self, man: int) -> None:
        """Put a person without a post on his home's bench."""
        home = self.home[man]
        self.wait_in(man, self.benches[home], home)

    def call_up(self, man: int) -> None:
        """Take a person from where he waits."""
        pool = self.waits[man]
        if pool is not None:
            pool.remove(man)
            self.waits[man] = None
        self.at[man] = self.n + 1

    def vacate(self, man: int, reason: str, authority: str) -> None:
        """Take an official from his seat; he is nowhere until he is put somewhere."""
        c, seat = self.post[man], self.seat_of[man]
        acting = self.installed.item(seat, c) == ACTING
        self.who[seat, c] = self.nobody
        self.installed[seat, c], self.by_bureau[seat, c], self.tenure[seat, c] = NONE, False, 0.0
        if seat == 0:
            self.note_secretary(c)
            if c < self.g and not acting:
                self.recorder.count_move(c, reason, authority)
        self.post[man] = self.seat_of[man] = NOBODY
        self.at[man] = self.n + 1

    def put(self, man: int, c: int, seat: int, installed: int, tenure: float = 0.0) -> None:
        """Put a person into a seat."""
        home = self.home[man]
        own = home == c or (c < self.g and self.head[home] == c)
        self.who[seat, c], self.installed[seat, c], self.tenure[seat, c] = man, installed, tenure
        self.outsider[seat, c] = 0.0 if own else 1.0
        self.post[man], self.seat_of[man], self.at[man] = c, seat, self.n
        if seat == 0:
            self.note_secretary(c)

    def note_secretary(self, c: int) -> None:
        """Note how a committee's secretary was installed."""
        installed = self.installed.item(0, c)
        self.appointed[c] = 1.0 if installed == APPOINTED else 0.0
        self.elected[c] = 1.0 if installed in (ELECTED, RECOMMENDED) else 0.0

    def remove(self, man: int) -> None:
        """Note from where an official is removed."""
        self.removed_from[man], self.removed[man] = self.post[man], self.month

    def barred(self, man: int, c: int) -> bool:
        """Tell whether a person was removed from a committee within the last year."""
        return self.removed_from[man] == c and self.month - self.removed[man] < self.p.REMOVED_BAR

    def uniform(self, point: str, entity: int, index: int) -> float:
        """Return one draw of this month."""
        return self.draws.uniform(point, self.month, entity, index)

    def lots(self, people: list[int], index: int) -> list[float]:
        """Return the lots of some persons at an index."""
        if len(people) < FEW:
            return [self.uniform("lot", self.identity[man], index) for man in people]
        addresses = Addresses(lot=("lot", self.low[people], index // 4))
        drawn: list[float] = uniforms(self.draws.words(addresses, self.month)["lot"][index % 4]).tolist()
        return drawn
