"""Step 12, record: outcomes per class and nation, and each committee's state if asked for."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engines.reference.committee import Committee
from sim.engines.reference.official import Official
from sim.engines.trace import COMMITTEE_FIELDS
from sim.mechanisms.record import centralisation, mean_of
from sim.mechanisms.remedies import is_open
from sim.scenario.outcomes import OUTCOMES
from sim.scenario.registry import SCOPES

if TYPE_CHECKING:
    from sim.engines.reference.model import PartyModel

COLUMN = {outcome.name: i for i, outcome in enumerate(OUTCOMES)}
YEAR = 12
#: Columns of the count of moves, and the reasons counted in each.
MOVES = ("moves", "moves_centre", "moves_unfit", "moves_need", "moves_lateral", "moves_conflict", "moves_voted", "moves_wear")
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
        self._note_skloki()
        totals: dict[str, dict[str, list[float]]] = {scope: {} for scope in SCOPES}
        numbers = dict.fromkeys(SCOPES, 0)
        for committee in m.guberniia_list:
            scopes = (totals["nation"], totals[committee.unit_class])
            for name, value, count in _readings(committee, m):
                for total in scopes:
                    pair = total.setdefault(name, [0.0, 0.0])
                    pair[0] += value
                    pair[1] += count
            numbers["nation"] += 1
            numbers[committee.unit_class] += 1
        self.rows.append([self._scope(scope, totals[scope], numbers[scope]) for scope in SCOPES])
        if m.world.scenario.run.committees:
            self.committee_rows.append([_state(c, m) for c in m.committee_list])
        self._new_month()

    def _note_skloki(self) -> None:
        """Date open skloki, and log their opening and closing."""
        m = self.model
        for committee in m.committee_list:
            now = bool(is_open(committee.conflict, m.p.theta))
            if now:
                committee.last_open = m.month
            if now != committee.was_open:
                kind = "sklok_opened" if now else "sklok_closed"
                m.log(kind, committee, "", None, None, value=committee.conflict)
            committee.was_open = now

    def _scope(self, scope: str, totals: dict[str, list[float]], number: int) -> list[float]:
        """Return one scope's row: means over its guberniias, members summed, moves per post."""
        row = [math.nan] * len(OUTCOMES)
        for name, (total, count) in totals.items():
            row[COLUMN[name]] = total if name == "members" else mean_of(total, count)
        if number:
            for name, count in self.moves[scope].items():
                row[COLUMN[name]] = count / number
        self.recent[scope].append((self.moves[scope]["moves_centre"], self.moves[scope]["moves"]))
        central = moved = 0
        for by_centre, in_all in self.recent[scope]:
            central, moved = central + by_centre, moved + in_all
        row[COLUMN["centralisation"]] = centralisation(
            row[COLUMN["claimed"]], row[COLUMN["appointed"]], central / moved if moved else 0.0
        )
        if scope == "nation":
            for name, value in self._national().items():
                row[COLUMN[name]] = value
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
        return self.rows[-1][0][COLUMN[name]]

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


def _readings(committee: Committee, m: PartyModel) -> list[tuple[str, float, float]]:
    """Return one guberniia's contributions to the means of its scopes: name, sum, number summed."""
    paralysis = m.p.theta + m.p.PARALYSIS_STEP
    own = [
        ("performance", committee.result),
        ("committee_performance", committee.performance),
        ("recovery", committee.recovery),
        ("conflict", committee.conflict),
        ("open_skloki", _flag(is_open(committee.conflict, m.p.theta))),
        ("skloki_year", _flag(committee.last_open > m.month - YEAR)),
        ("paralysed", _flag(is_open(committee.conflict, paralysis))),
        ("team_skill", committee.team_skill),
        ("misfit", committee.felt_misfit()),
        ("discussion", committee.discussion),
        ("unity", committee.unity),
        ("credit", committee.credit),
        ("clarity", committee.clarity),
        ("literacy", committee.literacy),
        ("members", committee.members),
        ("claimed", committee.claimed),
        ("bench", float(len(committee.bench))),
        ("opposition_members", committee.opposition),
        ("opposition_guberniia", committee.opposition_delegates),
    ]
    out = [(name, value, 1.0) for name, value in own]
    skill = 0.0
    for man in committee.bench:
        skill += man.skill
    out.append(("bench_skill", skill, float(len(committee.bench))))
    work = quarrels = appointed = 0.0
    for uezd in committee.uezds:
        work += uezd.performance
        quarrels += _flag(is_open(uezd.conflict, m.p.theta))
        appointed += uezd.appointed
    number = float(len(committee.uezds))
    out += [("uezd_performance", work, number), ("uezd_open_skloki", quarrels, number)]
    out.append(("uezd_appointed", appointed, number))
    if committee.transferred > m.month - YEAR:
        out.append(("conflict_after_transfer", committee.conflict, 1.0))
    if committee.voted > m.month - YEAR:
        out.append(("conflict_after_election", committee.conflict, 1.0))
    return out + _secretary(committee, committee.seats[0])


def _secretary(committee: Committee, man: Official | None) -> list[tuple[str, float, float]]:
    installed = man.installed if man is not None else ""
    out = [(how, _flag(installed == how), 1.0) for how in ("appointed", "recommended", "elected", "acting")]
    by_cc = man is not None and installed == "appointed" and not man.by_bureau
    out.append(("appointed_cc", _flag(by_cc), 1.0))
    if man is not None and installed != "acting":
        out.append(("tenure_appointed", man.tenure * committee.appointed, committee.appointed))
        out.append(("tenure_elected", man.tenure * committee.elected, committee.elected))
    return out


def _state(committee: Committee, m: PartyModel) -> tuple[float, ...]:
    """Return one committee's state, in the order of ``COMMITTEE_FIELDS``."""
    return (
        committee.result, committee.recovery, committee.conflict, committee.felt_misfit(),
        committee.discussion, committee.unity, committee.clarity, committee.literacy,
        committee.claimed, committee.team_skill, _flag(is_open(committee.conflict, m.p.theta)),
        _flag(is_open(committee.conflict, m.p.theta + m.p.PARALYSIS_STEP)), committee.appointed,
    )  # fmt: skip
