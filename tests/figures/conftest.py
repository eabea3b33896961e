"""A stored result that was never run: plausible curves in the shape of a real one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sim.analysis.sweep import Sweep, open_sweep
from sim.data.tables import guberniias
from sim.errors import UserError
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.results.result import Trajectories
from sim.results.run_rows import PLACE_OUTCOMES
from tests.figures.sweep_cases import CASES
from tests.made_sweep import experiment, made

EVENTS = {
    "tenth_congress": {"kind": "congress", "start": "1921-03"},
    "twelfth_congress": {"kind": "congress", "start": "1923-04"},
    "thirteenth_congress": {"kind": "congress", "start": "1924-05"},
    "thirteenth_conference": {"kind": "conference", "start": "1924-01"},
    "discussion_1923": {"kind": "dispute", "start": "1923-10", "end": "1924-01"},
    "new_opposition": {"kind": "dispute", "start": "1925-09", "end": "1925-12"},
    "united_opposition_1926": {"kind": "dispute", "start": "1926-04", "end": "1926-12"},
    "united_opposition_1927": {"kind": "dispute", "start": "1927-05", "end": "1927-12"},
    "right_deviation": {"kind": "dispute", "start": "1928-07", "end": "1929-11"},
    "lenin_levy": {"kind": "levy", "start": "1924-02", "end": "1924-05", "size": 0.5},
    "recruits_1925": {"kind": "levy", "start": "1925-01", "end": "1925-12", "size": 0.3},
    "recruits_1926": {"kind": "levy", "start": "1926-01", "end": "1926-12", "size": 0.1},
    "famine_1921": {"kind": "famine", "start": "1921-06", "end": "1922-09"},
    "famine_1921_margins": {"kind": "famine", "start": "1921-06", "end": "1922-09"},
    "never": {"kind": "famine", "start": "1926-07", "end": "1926-08", "enabled": False},
    "grain_crisis": {"kind": "policy_error", "start": "1927-10", "end": "1928-06"},
}
TARGETS = [
    ("T01", "Dec 1923", 0.373, 0.30, 0.45, "A", 0.36, 0.33, 0.41),
    ("T02", "Dec 1923", 0.277, 0.22, 0.34, "A", 0.27, 0.24, 0.30),
    ("T03", "Apr 1923 - May 1924", 0.73, 0.50, 0.90, "B", 0.77, 0.70, 0.85),
    ("T14a", "Jan 1924", 0.36, 0.24, 0.54, "B", 0.31, 0.25, 0.37),
    ("T14b", "Jan 1924", 0.158, 0.105, 0.237, "B", 0.20, 0.12, 0.30),
    ("T14c", "Jan 1924", 0.0234, 0.0156, 0.0352, "B", 0.03, 0.015, 0.06),
]
POSTS = ("appointed", "recommended", "elected", "acting", "confirmed")
REASONS = {
    "moves_unfit": 0.11, "moves_need": 0.23, "moves_lateral": 0.07,
    "moves_conflict": 0.12, "moves_asked": 0.0, "moves_voted": 0.06, "moves_wear": 0.10,
}  # fmt: skip


class Fake:
    """What the figures ask of a result, answered by smooth curves with noise."""

    path = Path("fake")

    def __init__(self, replicates: int = 4, months: int = 108, committees: bool = False, **scenario: Any) -> None:
        plain = {"title": "The documented world", "events": EVENTS, "run": {"committees": committees}}
        self.format = SimpleNamespace(name="skloki-result")
        self.tables = ("monthly", *(["places"] if committees else []))
        self.manifest = {"scenario": plain | scenario}
        self.months = pd.date_range("1921-01-01", periods=months, freq="MS")
        self.random = np.random.Generator(np.random.Philox(7))
        self.frame = pd.concat([self._scope(r, s) for r in range(replicates) for s in SCOPES], ignore_index=True)
        self.states = self._places() if committees else None

    def trajectories(self) -> Trajectories:
        def read(name: str) -> np.ndarray:
            table = self.frame.pivot(index="replicate", columns=["month", "scope"], values=name)
            return table[[(month, scope) for month in self.months for scope in SCOPES]].to_numpy(float)

        return Trajectories(self.months.to_numpy().astype("datetime64[M]"), self.frame["replicate"].unique(), read)

    def places(self, outcomes: list[str], month: date | None = None) -> pd.DataFrame:
        if self.states is None:
            raise UserError("this run stored no places")
        chosen = self.states["month"].notna() if month is None else self.states["month"] == pd.Timestamp(month)
        return self.states.loc[chosen, ["month", "committee", "unit_class", *outcomes]]

    def targets(self) -> pd.DataFrame:
        names = ["id", "period", "recorded", "low", "high", "grade", "median", "p10", "p90"]
        return pd.DataFrame(TARGETS, columns=names).assign(description="as recorded")

    def _scope(self, replicate: int, scope: str) -> pd.DataFrame:
        n = len(self.months)
        t = np.arange(n) / 108
        values: dict[str, Any] = {}
        for outcome in OUTCOMES.values():
            noise = np.convolve(self.random.normal(0, 0.2, n + 11), np.ones(12) / 12, "valid")
            scale = 1.0 if outcome.high is not None else 10.0
            falls = -0.2 if outcome.better == "lower" else 0.3
            values[outcome.name] = scale * np.clip(0.4 + 0.03 * SCOPES.index(scope) + falls * t + noise, 0, 1)
            if scope != "nation" and not outcome.by_class:
                values[outcome.name] = np.full(n, np.nan)
        parts = np.array([0.1 + 0.4 * t, 0.2 + 0 * t, 0.5 - 0.4 * t, 0.1 + 0 * t, 0.1 + 0 * t])
        values |= dict(zip(POSTS, parts, strict=True))
        values |= {reason: self.random.poisson(rate * 7, n) / 85 for reason, rate in REASONS.items()}
        values["moves"] = sum(values[reason] for reason in REASONS) + 0.002
        values["appointed_cc"] = 0.74 * values["appointed"]
        return pd.DataFrame({"replicate": replicate, "month": self.months, "scope": scope} | values)

    def _places(self) -> pd.DataFrame:
        """Return guberniias at the value (place + 1) / 100."""
        parts = []
        for at, place in enumerate(guberniias()):
            head = {"month": self.months, "committee": place.name, "unit_class": place.unit_class}
            parts.append(pd.DataFrame(head | dict.fromkeys(PLACE_OUTCOMES, (at + 1) / 100) | {"appointed": 0.5}))
        return pd.concat(parts).sort_values("month", kind="stable", ignore_index=True)


@pytest.fixture(autouse=True)
def coarse() -> None:
    """Have pictures written as they are."""


@pytest.fixture(scope="session")
def fake() -> type[Fake]:
    return Fake


@pytest.fixture(scope="session")
def result() -> Fake:
    return Fake(committees=True)


def texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Return every text that a reader sees, with its place in pixels."""
    figure.draw_without_rendering()
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    ticks = {label for axes in figure.findobj(Axes) for axis in (axes.xaxis, axes.yaxis) for label in _all_labels(axis)}
    shown = {
        label
        for axes in figure.findobj(Axes)
        if axes.axison
        for axis in (axes.xaxis, axes.yaxis)
        for place, label in zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=False)
        if min(axis.get_view_interval()) <= place <= max(axis.get_view_interval())
    }
    return [(text.get_text(), text.get_window_extent()) for text in found if text not in ticks or text in shown]


def _all_labels(axis: Axis) -> list[Text]:
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    return [label for tick in ticks for label in (tick.label1, tick.label2)]


def untidy(figure: Figure) -> list[str]:
    """Return what a reader would stumble over: text off the page or over text, legends over panels."""
    shown = texts(figure)
    page = figure.bbox.padded(1)
    faults = [f"{text!r} off the page" for text, box in shown if not _within(page, box)]
    faults += [f"{shown[a][0]!r} over {shown[b][0]!r}" for a, b in _overlapping([box for _, box in shown])]
    for legend in figure.legends:
        box = legend.get_window_extent()
        faults += [] if _within(page, box) else ["a legend off the page"]
        over = [_overlapping([box, axes.get_window_extent()]) for axes in figure.axes]
        faults += ["a legend over a panel"] * sum(map(bool, over))
    return faults


def _within(page: Bbox, box: Bbox) -> bool:
    return bool(page.contains(*box.min) and page.contains(*box.max))


def _overlapping(boxes: list[Bbox]) -> list[tuple[int, int]]:
    """Return the pairs of boxes that share more than a rim of a pixel, by their numbers."""
    ends = np.sort([box.padded(-0.5).get_points() for box in boxes], axis=1) if boxes else np.empty((0, 2, 2))
    low, high = ends[:, 0], ends[:, 1]
    share = ((low[:, None] <= high) & (low <= high[:, None])).all(axis=2)
    return [(int(a), int(b)) for a, b in zip(*np.nonzero(np.triu(share, 1)), strict=True)]


@pytest.fixture(scope="session", name="untidy")
def _untidy() -> Callable[[Figure], list[str]]:
    return untidy


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Sweep]:
    """Give the sweep of a case, or of other changes to the experiment, made once."""
    known: dict[str, Sweep] = {}

    def give(name: str, **changes: Any) -> Sweep:
        if name not in known:
            keep = {key: changes.pop(key) for key in ("truth", "fail", "parts", "count") if key in changes}
            keep |= {"part_units": 7} if "parts" in keep else {}
            of = experiment(**({"points": 60} | CASES.get(name, {}) | changes))
            known[name] = open_sweep(made(tmp_path_factory.mktemp("sweep") / "sweep", of, **keep))
        return known[name]

    return give
