"""A stored result that was never run: plausible curves with the shape of a real one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.engines.trace import COMMITTEE_FIELDS
from sim.errors import UserError
from sim.scenario.outcomes import OUTCOMES
from sim.scenario.registry import SCOPES

EVENTS = {
    "tenth_congress": {"kind": "congress", "start": "1921-03"},
    "eleventh_congress": {"kind": "congress", "start": "1922-03"},
    "twelfth_congress": {"kind": "congress", "start": "1923-04"},
    "thirteenth_congress": {"kind": "congress", "start": "1924-05"},
    "fourteenth_congress": {"kind": "congress", "start": "1925-12"},
    "fifteenth_congress": {"kind": "congress", "start": "1927-12"},
    "thirteenth_conference": {"kind": "conference", "start": "1924-01"},
    "trade_union_dispute": {"kind": "dispute", "start": "1920-12", "end": "1921-03"},
    "new_course": {"kind": "dispute", "start": "1923-10", "end": "1924-01"},
    "new_opposition": {"kind": "dispute", "start": "1925-10", "end": "1926-01"},
    "united_opposition": {"kind": "dispute", "start": "1926-07", "end": "1927-12"},
    "right_deviation": {"kind": "dispute", "start": "1928-09", "end": "1929-11"},
    "verification_purge": {"kind": "levy", "start": "1921-08", "end": "1922-03", "size": -0.2},
    "lenin_levy": {"kind": "levy", "start": "1924-02", "end": "1924-05", "size": 0.5},
    "october_levy": {"kind": "levy", "start": "1927-11", "end": "1928-01", "size": 0.1},
    "famine": {"kind": "famine", "start": "1921-07", "end": "1922-08", "enabled": True},
    "bad_harvest": {"kind": "famine", "start": "1924-07", "end": "1925-06"},
    "never": {"kind": "famine", "start": "1926-07", "end": "1926-08", "enabled": False},
}
POSTS = {"appointed": 0.40, "recommended": 0.25, "elected": 0.30, "acting": 0.05}
REASONS = {"moves_unfit": 0.11, "moves_need": 0.23, "moves_lateral": 0.07, "moves_conflict": 0.12, "moves_voted": 0.06, "moves_wear": 0.1}


class Fake:
    """What the figures ask of a result, answered by smooth curves with noise."""

    def __init__(
        self, replicates: int = 10, months: int = 108, places: list[tuple[str, str]] = (), scenario: dict[str, Any] | None = None
    ) -> None:
        self.path = Path("fake")
        self.manifest = {"scenario": {"title": "The documented world", "events": EVENTS} | (scenario or {})}
        self.months = pd.date_range("1921-01-01", periods=months, freq="MS")
        self.random = np.random.Generator(np.random.Philox(7))
        self.frame = self._monthly(replicates)
        self.places = self._committees(replicates, places) if places else None

    def monthly(self, columns: list[str] | None = None) -> pd.DataFrame:
        return self.frame if columns is None else self.frame[columns]

    def committees(self, columns: list[str] | None = None) -> pd.DataFrame:
        if self.places is None:
            raise UserError("this run stored no committees")
        return self.places if columns is None else self.places[columns]

    def targets(self) -> pd.DataFrame:
        rows = [
            ("T01", "Dec 1923", 0.373, 0.30, 0.45, "A", 0.36, 0.33, 0.41),
            ("T02", "Dec 1923", 0.277, 0.22, 0.34, "A", 0.27, 0.24, 0.30),
            ("T03", "Apr 1923 - May 1924", 0.73, 0.50, 0.90, "B", 0.77, 0.70, 0.85),
            ("T14a", "Jan 1924", 0.36, 0.24, 0.54, "B", 0.31, 0.25, 0.37),
            ("T14b", "Jan 1924", 0.158, 0.105, 0.237, "B", 0.20, 0.12, 0.30),
            ("T14c", "Jan 1924", 0.0234, 0.0156, 0.0352, "B", 0.03, 0.015, 0.06),
        ]
        names = ["id", "period", "recorded", "low", "high", "grade", "median", "p10", "p90"]
        return pd.DataFrame(rows, columns=names).assign(description="as recorded")

    def _monthly(self, replicates: int) -> pd.DataFrame:
        parts = []
        for replicate in range(replicates):
            for scope in SCOPES:
                values = {outcome.name: self._series(outcome, scope) for outcome in OUTCOMES}
                values["appointed_cc"] = 0.74 * values["appointed"]
                values["moves"] = sum(values[name] for name in REASONS) + 0.002
                parts.append(pd.DataFrame({"replicate": replicate, "month": self.months.date, "scope": scope} | values))
        return pd.concat(parts, ignore_index=True)

    def _series(self, outcome: Any, scope: str) -> np.ndarray:
        t = np.arange(len(self.months)) / 108
        if scope != "nation" and not outcome.by_class:
            return np.full(len(t), np.nan)
        noise = np.convolve(self.random.normal(0, 0.25, len(t) + 11), np.ones(12) / 12, "valid")
        noise = noise * (2.0 if scope == "capital" else 1.0) / (2.0 if scope == "nation" else 1.0)
        shift = 0.06 * (2 - SCOPES.index(scope)) if scope != "nation" else 0.0
        if outcome.name in POSTS:
            share = {"appointed": 0.15 + 0.6 * t - 0.2 * t * t, "recommended": 0.2 + 0.1 * t, "acting": 0.05 + 0 * t}
            share["elected"] = 1 - sum(share.values())
            tilt = 0.35 * noise * (1 if outcome.name == "appointed" else -1 if outcome.name == "elected" else 0)
            return np.clip(share[outcome.name] + tilt, 0, 1)
        if outcome.name in REASONS or outcome.name in ("moves", "moves_centre"):
            rate = REASONS.get(outcome.name, 0.73 if outcome.name == "moves" else 0.41) / 12
            return self.random.poisson(rate * 85 * (1.3 - 0.6 * t)) / 85
        if outcome.name.startswith("opposition"):
            scale = {"members": 0.32, "guberniia": 0.2, "nation": 0.04}[outcome.name.split("_")[1]]
            return np.clip(scale * (1 + 2 * shift + noise - 0.5 * t + 0.4 * np.exp(-((t - 0.33) ** 2) / 0.004)), 0, 1)
        if outcome.high is None:
            scale = {"recovery": 1.0, "members": 900.0, "bench": 4.0, "people": 4800.0}.get(outcome.name, 10.0)
            return scale * (0.2 + 0.9 * t + shift + 0.3 * noise)
        falls = outcome.better == "lower"
        return np.clip(0.45 + shift + noise * 0.6 + (-0.25 if falls else 0.2) * t, 0, 1)

    def _committees(self, replicates: int, places: list[tuple[str, str]]) -> pd.DataFrame:
        parts = []
        for replicate in range(replicates):
            for at, (name, kind) in enumerate(places):
                level = 0.2 + 0.6 * at / len(places)
                values = {f: np.clip(level + self.random.normal(0, 0.03, len(self.months)), 0, 1) for f in COMMITTEE_FIELDS}
                values["appointed"] = (self.random.random(len(self.months)) < level).astype(float)
                head = {"replicate": replicate, "month": self.months.date, "committee": name, "level": "guberniia", "unit_class": kind}
                parts.append(pd.DataFrame(head | values))
        uezd = parts[0].assign(level="uezd", performance=99.0)
        return pd.concat([*parts, uezd], ignore_index=True)
