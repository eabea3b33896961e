"""Step 12, record: outcomes per class and nation, and each committee's state if asked for."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from sim.engines.readings import MOSCOW, MOVES, MOVES_FOR, YEAR
from sim.engines.reference import congress
from sim.engines.reference.agents import ELECTED, Committee
from sim.engines.reference.model import PartyState
from sim.engines.reference.rooms import record as indices
from sim.engines.trajectory import COMMITTEE_FIELDS
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOME_INDEX, OUTCOMES

CENTRAL = ("centre", "gubkom")
Totals = dict[str, tuple[float, float]]
"""Of outcomes by name, a sum and of how many values."""


class Recorder:
    """Keeps the monthly outcomes of a run; sums run over committees in their order."""

    def __init__(self, model: PartyState) -> None:
        self.model = model
        self.rows: list[list[list[float]]] = []
        self.committee_rows: list[list[list[float]]] = []
        self.recent: dict[str, deque[tuple[int, int]]] = {scope: deque(maxlen=YEAR) for scope in SCOPES}

    def record(self) -> None:
        """Add this month's row."""
        m = self.model
        totals: dict[str, Totals] = {scope: {} for scope in SCOPES}
        for committee in m.guberniia_list:
            for name, (value, number) in _readings(committee, m).items():
                for scope in ("nation", committee.unit_class):
                    total, count = totals[scope].get(name, (0.0, 0.0))
                    totals[scope][name] = total + value, count + number
        moves = self._moves()
        self.rows.append([self._row(scope, totals[scope], moves[scope]) for scope in SCOPES])
        if m.world.scenario.run.committees:
            self.committee_rows.append([_state(c) for c in m.committee_list])

    def _moves(self) -> dict[str, dict[str, int]]:
        """Return this month's moves of guberniia secretaries, by scope and outcome."""
        counts = {scope: dict.fromkeys(MOVES, 0) for scope in SCOPES}
        for committee, reason, authority in self.model.moves:
            names = ["moves", *([MOVES_FOR[reason]] if reason in MOVES_FOR else [])]
            if authority in CENTRAL and reason != "request":
                names.append("moves_centre")
                lost_is_unfit = self.model.variants["lost_review_is_unfit"] == "yes"
                unfit = reason == "unfit" or (reason == "lost_review" and lost_is_unfit)
                names += ["moves_unfit"] if unfit else []
            elif reason in ("lost_contest", "unfit"):
                names.append("moves_voted")
            for name in names:
                counts["nation"][name] += 1
                counts[committee.unit_class][name] += 1
        self.model.moves = []
        return counts

    def _row(self, scope: str, totals: Totals, moves: dict[str, int]) -> list[float]:
        """Return one scope's row: sums or means over its guberniias, moves per post; nan of what there is none."""
        for name in MOVES:
            totals[name] = float(moves[name]), totals.get("performance", (0.0, 0.0))[1]
        row = {
            name: total if count and OUTCOMES[name].summed else indices.mean_of(total, count)
            for name, (total, count) in totals.items()
        }
        row["performance_p10"] = self._worst_tenth(scope)
        self.recent[scope].append((moves["moves_centre"], moves["moves"]))
        central, moved = (sum(counted) for counted in zip(*self.recent[scope], strict=True))
        row["centralisation"] = indices.centralisation(
            row.get("claimed", math.nan), row.get("appointed", math.nan), central / moved if moved else 0.0
        )
        if scope == "nation":
            row |= self._national()
        return [row.get(name, math.nan) for name in OUTCOMES]

    def _worst_tenth(self, scope: str) -> float:
        """Return the performance of the guberniia a tenth of the way up."""
        results = sorted(c.result for c in self.model.guberniia_list if scope in ("nation", c.unit_class))
        return results[(len(results) + 9) // 10 - 1] if results else math.nan

    def _national(self) -> dict[str, float]:
        m = self.model
        moscow = next((c for c in m.guberniia_list if c.name == MOSCOW), None)
        return {
            "moscow_raions": math.nan if moscow is None else moscow.opposition,
            "moscow_conference": math.nan if moscow is None else moscow.opposition_delegates,
            "opposition_nation": m.opposition,
            "threat_objective": m.threat,
            "threat_perceived": m.perceived,
            "complexity": m.task,
            "national_error": m.national_error,
            "assignments": float(m.assignments),
            "assignments_asked": float(m.assignments_asked),
            "reserve": float(len(m.reserve)),
            "people": float(len(m.officials())),
            "error_half_life": indices.half_life(m.task, m.p.mu, m.corrected),
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


def _readings(committee: Committee, m: PartyState) -> Totals:
    """Return what one guberniia has of each outcome: the sum, and of how many values."""
    moved = _flag(committee.transferred > m.month - YEAR)
    voted = _flag(committee.voted > m.month - YEAR)
    secretary = committee.seats[0]
    installed = secretary.installed if secretary is not None else ""
    tenure = secretary.tenure if secretary is not None else 0.0
    filled = _flag(secretary is not None and installed != "acting")
    by_cc = installed == "appointed" and secretary is not None and not secretary.by_bureau
    open_now = _flag(committee.open)
    bench, uezds = float(len(committee.bench)), float(len(committee.uezds))
    skill = work = quarrels = uezds_appointed = stopped = 0.0
    for man in committee.bench:
        skill += man.skill
    for uezd in committee.uezds:
        work += uezd.performance
        quarrels += _flag(uezd.open)
        stopped += _flag(uezd.paralysed)
        uezds_appointed += _flag(uezd.appointed > 0.5)
    one = {
        # of the whole guberniia, its uezds counted in; the committee's own stands below
        "performance": committee.result,
        "recovery_months": committee.recovery,
        "effort": committee.result * m.task,
        "committee_performance": committee.performance,
        "recovery": committee.recovery,
        "conflict": committee.conflict,
        "open_skloki": _flag(committee.open),
        "skloki_year": _flag(committee.last_open > m.month - YEAR),
        "paralysed": _flag(committee.paralysed),
        "team_skill": committee.team_skill,
        "misfit": committee.felt_misfit(),
        "discussion": committee.discussion,
        "unity": committee.unity,
        "credit": committee.credit,
        "clarity": committee.clarity,
        "literacy": committee.literacy,
        "members": committee.members,
        "claimed": committee.claimed,
        "opposition_members": committee.opposition,
        "opposition_guberniia": committee.opposition_delegates,
        "appointed": _flag(installed == "appointed"),
        "appointed_cc": _flag(by_cc),
        "recommended": _flag(installed == "recommended"),
        "elected": _flag(installed == "elected"),
        "acting": _flag(installed == "acting"),
        "confirmed": _flag(installed == "confirmed"),
        "bench": bench,
        "ready": congress.is_ready(m, committee),
    }
    opinion = congress.secretary_vote(m, committee)
    loyalty = secretary.loyalty if secretary is not None else 0.0
    chosen, by_centre = _flag(installed in (*ELECTED, "confirmed")), one["appointed"]
    return {name: (value, 1.0) for name, value in one.items()} | {
        "bench_skill": (skill, bench),
        "tenure": (tenure * filled, filled),
        "uezd_performance": (work, uezds),
        "uezd_open_skloki": (quarrels, uezds),
        "uezd_appointed": (uezds_appointed, uezds),
        "uezd_paralysed": (stopped, uezds),
        "sklok_duration": ((m.month - committee.open_since + 1.0) * open_now, open_now),
        "sklok_returns": (
            indices.has_returned(committee.ends, committee.open), indices.ended_a_year_ago(committee.ends)
        ),
        "conflict_after_transfer": (committee.conflict * moved, moved),
        "conflict_after_election": (committee.conflict * voted, voted),
        "tenure_appointed": (tenure * by_centre, by_centre),
        "tenure_elected": (tenure * chosen, chosen),
        "vote_appointed": (opinion * by_centre, by_centre),
        "vote_elected": (opinion * chosen, chosen),
        "loyalty_appointed": (loyalty * by_centre, by_centre),
    }


def _state(committee: Committee) -> list[float]:
    """Return one committee's state, in the order of ``COMMITTEE_FIELDS``."""
    state = {
        "performance": committee.result,
        "recovery": committee.recovery,
        "conflict": committee.conflict,
        "misfit": committee.felt_misfit(),
        "discussion": committee.discussion,
        "unity": committee.unity,
        "clarity": committee.clarity,
        "literacy": committee.literacy,
        "claimed": committee.claimed,
        "team_skill": committee.team_skill,
        "open_sklok": _flag(committee.open),
        "paralysed": _flag(committee.paralysed),
        "appointed": _flag(committee.appointed > 0.5),
    }
    return [state[name] for name in COMMITTEE_FIELDS]
