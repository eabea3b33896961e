"""Step 12, record: outcomes per class and nation, and each committee's state if asked for."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engines.readings import MOVES, READ, YEAR
from sim.engines.reference.committee import Committee
from sim.engines.reference.rooms import record as indices
from sim.engines.trajectory import COMMITTEE_FIELDS
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOME_INDEX, OUTCOMES

if TYPE_CHECKING:
    from sim.engines.reference.model import PartyModel

CENTRAL = ("centre", "gubkom")
REASONS = {
    "moves_need": ("need",),
    "moves_lateral": ("lateral",),
    "moves_conflict": ("transfer", "extraordinary"),
    "moves_wear": ("wear",),
}


class Recorder:
    """Keeps the monthly outcomes of a run; sums run over committees in their order."""

    def __init__(self, model: PartyModel) -> None:
        self.model = model
        self.rows: list[list[list[float]]] = []
        self.committee_rows: list[list[tuple[float, ...]]] = []
        self.moves: dict[str, dict[str, int]] = {}
        self.recent: dict[str, deque[tuple[int, int]]] = {scope: deque(maxlen=YEAR) for scope in SCOPES}
        self._new_month()

    def _new_month(self) -> None:
        self.moves = {scope: dict.fromkeys(MOVES, 0) for scope in SCOPES}

    def count_move(self, committee: Committee, reason: str, authority: str) -> None:
        """Count a guberniia secretary who leaves his post."""
        columns = ["moves", *(column for column, reasons in REASONS.items() if reason in reasons)]
        if authority in CENTRAL:
            columns.append("moves_centre")
            unfit = reason == "unfit" or (reason == "lost_review" and self.model.options.lost_review_is_unfit)
            columns += ["moves_unfit"] if unfit else []
        elif reason in ("lost_contest", "unfit"):
            columns.append("moves_voted")
        for column in columns:
            self.moves["nation"][column] += 1
            self.moves[committee.unit_class][column] += 1

    def record(self) -> None:
        """Add this month's row."""
        m = self.model
        totals = {scope: [[0.0] * len(READ), [0.0] * len(READ)] for scope in SCOPES}
        numbers = dict.fromkeys(SCOPES, 0)
        for committee in m.guberniia_list:
            values, counts = _readings(committee, m)
            for scope in ("nation", committee.unit_class):
                numbers[scope] += 1
                sums, summed = totals[scope]
                for i, value in enumerate(values):
                    sums[i] += value
                    summed[i] += counts[i]
        self.rows.append([self._scope(scope, totals[scope], numbers[scope]) for scope in SCOPES])
        if m.world.scenario.run.committees:
            self.committee_rows.append([_state(c) for c in m.committee_list])
        self._new_month()

    def _scope(self, scope: str, totals: list[list[float]], number: int) -> list[float]:
        """Return one scope's row: means over its guberniias, members summed, moves per post."""
        row = [math.nan] * len(OUTCOMES)
        for name, total, count in zip(READ, *totals, strict=True):
            row[OUTCOME_INDEX[name]] = indices.mean_of(total, count)
        if number:
            row[OUTCOME_INDEX["members"]] = totals[0][READ.index("members")]
            for name, count in self.moves[scope].items():
                row[OUTCOME_INDEX[name]] = count / number
        self.recent[scope].append((self.moves[scope]["moves_centre"], self.moves[scope]["moves"]))
        central = moved = 0
        for by_centre, in_all in self.recent[scope]:
            central, moved = central + by_centre, moved + in_all
        row[OUTCOME_INDEX["centralisation"]] = indices.centralisation(
            row[OUTCOME_INDEX["claimed"]], row[OUTCOME_INDEX["appointed"]], central / moved if moved else 0.0
        )
        if scope == "nation":
            for name, value in self._national().items():
                row[OUTCOME_INDEX[name]] = value
        return row

    def _national(self) -> dict[str, float]:
        m = self.model
        return {
            "opposition_nation": m.opposition,
            "threat_objective": m.threat,
            "threat_perceived": m.perceived,
            "complexity": m.task,
            "national_error": m.national_error,
            "assignments": float(m.assignments),
            "reserve": float(len(m.reserve)),
            "people": float(len(m.officials())),
        }

    def nation(self, name: str) -> float:
        """Return the nation's latest value of an outcome."""
        return self.rows[-1][0][OUTCOME_INDEX[name]]

    def values(self) -> NDArray[np.float64]:
        """Return months x scopes x outcomes."""
        return np.array(self.rows, dtype=np.float64).reshape(len(self.rows), len(SCOPES), len(OUTCOMES))

    def states(self) -> NDArray[np.float64]:
        """Return months x committees x fields; empty unless asked for."""
        if not self.committee_rows:
            return np.empty((0, 0, len(COMMITTEE_FIELDS)))
        return np.array(self.committee_rows, dtype=np.float64)


def _flag(condition: bool) -> float:
    return 1.0 if condition else 0.0


def _readings(committee: Committee, m: PartyModel) -> tuple[list[float], list[float]]:
    """Return one guberniia's sums, and how many values each sums, in the order of ``READ``."""
    skill = work = quarrels = appointed = 0.0
    for man in committee.bench:
        skill += man.skill
    for uezd in committee.uezds:
        work += uezd.performance
        quarrels += _flag(uezd.open)
        appointed += uezd.appointed
    moved = _flag(committee.transferred > m.month - YEAR)
    voted = _flag(committee.voted > m.month - YEAR)
    secretary = committee.seats[0]
    installed = secretary.installed if secretary is not None else ""
    tenure = secretary.tenure if secretary is not None else 0.0
    by_cc = installed == "appointed" and secretary is not None and not secretary.by_bureau
    own = [
        committee.result, committee.performance, committee.recovery, committee.conflict,
        _flag(committee.open), _flag(committee.last_open > m.month - YEAR),
        _flag(committee.paralysed),
        committee.team_skill, committee.felt_misfit(), committee.discussion, committee.unity,
        committee.credit, committee.clarity, committee.literacy, committee.members, committee.claimed,
        float(len(committee.bench)), committee.opposition, committee.opposition_delegates,
        _flag(installed == "appointed"), _flag(installed == "recommended"), _flag(installed == "elected"),
        _flag(installed == "acting"), _flag(by_cc),
    ]  # fmt: skip
    bench, uezds = float(len(committee.bench)), float(len(committee.uezds))
    some = [skill, work, quarrels, appointed, committee.conflict * moved, committee.conflict * voted,
            tenure * committee.appointed, tenure * committee.elected]  # fmt: skip
    counts = [bench, uezds, uezds, uezds, moved, voted, committee.appointed, committee.elected]
    return own + some, [1.0] * len(own) + counts


def _state(committee: Committee) -> tuple[float, ...]:
    """Return one committee's state, in the order of ``COMMITTEE_FIELDS``."""
    return (
        committee.result, committee.recovery, committee.conflict, committee.felt_misfit(),
        committee.discussion, committee.unity, committee.clarity, committee.literacy,
        committee.claimed, committee.team_skill, _flag(committee.open), _flag(committee.paralysed), committee.appointed,
    )  # fmt: skip
