"""Step 12: outcomes per class and nation, sums in the order of the committees."""

from __future__ import annotations

from collections import deque
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from experiments.bench.numpy_loop import formulas
from experiments.bench.numpy_loop.draws import Floats
from experiments.bench.numpy_loop.state import ACTING, APPOINTED, ELECTED, RECOMMENDED
from sim.engines.readings import COLUMN, MOVES, READ, YEAR
from sim.engines.reference.record import CENTRAL, REASONS
from sim.kernel import interpreted_room
from sim.mechanisms import record
from sim.scenario.outcomes import OUTCOMES
from sim.scenario.registry import SCOPES

if TYPE_CHECKING:
    from experiments.bench.numpy_loop.state import State

indices = interpreted_room(record)
COLUMNS = [COLUMN[name] for name in READ]
COUNTED = np.array([COLUMN[name] for name in MOVES])
#: Readings that sum one value per guberniia; the others sum several, or none.
OWN = READ.index("bench_skill")


class Recorder:
    """Keeps the monthly outcomes of a run."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.values = np.full((len(state.world.months), len(SCOPES), len(OUTCOMES)), np.nan)
        classes = [place.unit_class for place in state.world.committees[: state.g]]
        self.scope_of = [SCOPES.index(name) for name in classes]
        everybody = np.arange(state.g)
        self.members = [everybody, *(everybody[[name == scope for name in classes]] for scope in SCOPES[1:])]
        self.numbers = np.array([[len(members)] for members in self.members], dtype=np.float64)
        self.moves = np.zeros((len(SCOPES), len(MOVES)), dtype=np.int64)
        self.recent: list[deque[tuple[int, int]]] = [deque(maxlen=YEAR) for _ in SCOPES]

    def count_move(self, c: int, reason: str, authority: str) -> None:
        """Count a guberniia secretary who leaves his post."""
        columns = ["moves", *(column for column, reasons in REASONS.items() if reason in reasons)]
        if authority in CENTRAL:
            columns.append("moves_centre")
            if reason == "unfit" or (reason == "lost_review" and self.state.options.lost_review_is_unfit):
                columns.append("moves_unfit")
        elif reason in ("lost_contest", "unfit"):
            columns.append("moves_voted")
        for column in columns:
            self.moves[0, MOVES.index(column)] += 1
            self.moves[self.scope_of[c], MOVES.index(column)] += 1

    def record(self) -> None:
        """Add this month's row."""
        s, rows = self.state, self.values[self.state.t]
        values, counts = self._readings()
        summed = np.array([np.add.accumulate(values[:, members], axis=1)[:, -1] if len(members) else np.zeros(len(READ))
                           for members in self.members])  # fmt: skip
        some = np.array([counts[:, members].sum(axis=1) for members in self.members])  # of whole numbers: any order
        counted = np.concatenate([np.broadcast_to(self.numbers, (len(SCOPES), OWN)), some], axis=1)
        rows[:, COLUMNS] = np.divide(summed, counted, out=np.full_like(summed, np.nan), where=counted > 0.0)
        filled = self.numbers[:, 0] > 0
        rows[filled, COLUMN["members"]] = summed[filled, READ.index("members")]
        rows[np.ix_(np.flatnonzero(filled), COUNTED)] = (self.moves / np.maximum(self.numbers, 1.0))[filled]
        for scope, (moved, by_centre) in enumerate(self.moves[:, :2].tolist()):
            recent = self.recent[scope]
            recent.append((by_centre, moved))
            central, moves = (sum(column) for column in zip(*recent, strict=True))
            rows[scope, COLUMN["centralisation"]] = indices.centralisation(
                rows.item(scope, COLUMN["claimed"]), rows.item(scope, COLUMN["appointed"]),
                central / moves if moves else 0.0,
            )  # fmt: skip
        for name, value in {
            "opposition_nation": s.opposition_nation, "threat_objective": s.threat, "threat_perceived": s.perceived,
            "complexity": s.task, "national_error": s.national_error, "assignments": s.assignments,
            "reserve": len(s.reserve), "people": s.people,
        }.items():  # fmt: skip
            rows[0, COLUMN[name]] = value
        self.moves[:] = 0

    def _readings(self) -> tuple[Floats, Floats]:
        """Return readings x guberniias, and how many values each of the last readings sums."""
        s, g = self.state, self.state.g
        installed, tenure, conflict = s.installed[0, :g], s.tenure[0, :g], s.conflict[:g]
        bench = np.array([len(waiting) for waiting in s.benches[:g]])
        waiting = np.fromiter(chain.from_iterable(s.benches[:g]), dtype=np.intp, count=int(bench.sum()))
        skill = np.bincount(np.repeat(np.arange(g), bench), s.skill[waiting], g)
        work, quarrels, below = (
            np.bincount(s.heads, of[g:], g) for of in (s.performance, s.open.astype(np.float64), s.appointed)
        )
        moved, voted = s.transferred[:g] > s.month - YEAR, s.voted[:g] > s.month - YEAR
        felt = formulas.discussion.felt_misfit(s.misfit[:g], s.national_error, s.p.nu)
        values = np.array([
            s.result[:g], s.performance[:g], s.recovery[:g], conflict, s.open[:g], s.last_open[:g] > s.month - YEAR,
            s.paralysed[:g], s.team_skill[:g], felt, s.discussion[:g], s.unity[:g], s.credit[:g], s.clarity[:g],
            s.literacy[:g], s.members[:g], s.claimed[:g], bench, s.opposition, s.delegates, installed == APPOINTED,
            installed == RECOMMENDED, installed == ELECTED, installed == ACTING,
            (installed == APPOINTED) & ~s.by_bureau[0, :g],
            skill, work, quarrels, below, conflict * moved, conflict * voted,
            tenure * s.appointed[:g], tenure * s.elected[:g],
        ], dtype=np.float64)  # fmt: skip
        uezds = s.uezds_of
        counts = np.array([bench, uezds, uezds, uezds, moved, voted, s.appointed[:g], s.elected[:g]], dtype=np.float64)
        return values, counts
