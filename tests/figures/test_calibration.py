"""Pictures of a calibration claim no more than its readings."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from sim.analysis.selection import Selection
from sim.figures.calibration import decided, draw_decided, draw_met, met

MANIFEST = {"title": "A record", "given": "2 recorded figures", "converged": True}


@pytest.mark.parametrize(("readings", "said"), [
    (("open", "leans towards"), "What the recorded figures do not decide, by open skloki"),
    (("better", "same"), "What the recorded figures decide, by open skloki"),
    (("worse", "open"), "What the recorded figures decide, and what they leave open, by open skloki"),
])  # fmt: skip
def test_the_title_decides_no_more_than_readings(readings: tuple[str, str], said: str) -> None:
    of = {"option": "election", "baseline": "historical", "outcome": "open_skloki", "better": "lower",
          "horizon": "after", "prior_better": 0.6, "given_better": 0.7, "error": 0.02, "given_ahead": 0.3,
          "given_behind": 0.1}  # fmt: skip
    rows = [of | {"scope": scope, "reading": one} for scope, one in zip(("nation", "capital"), readings, strict=True)]
    stored: Any = SimpleNamespace(manifest=MANIFEST, effects=lambda: pd.DataFrame(rows))
    table = decided(stored, Selection())
    assert table.title == said
    (axes,) = draw_decided(table).axes
    assert "does better by open skloki" in axes.get_xlabel()
    marks = {line.get_marker(): line.get_xdata()[0] for line in axes.lines if line.get_marker() in ("D", "x")}
    assert marks == {"D": 0.3, "x": 0.1}


def test_the_recorded_value_is_marked_and_no_name_is_cut() -> None:
    row = {"id": "T03", "description": "moves per guberniia secretary post per year", "period": "Apr 1923 - May 1924",
           "recorded": 0.65, "low": 0.5, "high": 0.9, "used": True,
           **{f"{which}_{name}": 0.7 for which in ("prior", "given") for name in ("p05", "p50", "p95")}}  # fmt: skip
    stored: Any = SimpleNamespace(manifest=MANIFEST, targets=lambda: pd.DataFrame([row]))
    (axes,) = draw_met(met(stored, Selection())).axes
    (mark,) = (line for line in axes.lines if line.get_marker() == "|")
    assert list(mark.get_xdata()) == pytest.approx([-0.25])
    (name,) = axes.get_yticklabels()
    assert name.get_text().replace("\n", " ") == f"T03 {row['description']}, {row['period']}"
