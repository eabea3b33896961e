"""How a sweep under way is told in a line."""

from __future__ import annotations

import math

import pytest

from sim.doors import sweepbar
from sim.runner.progress import State


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (99, "99 s"), (120, "2 min"), (6_000, "1.7 h"), (1e6, "11.6 days")]
)
def test_durations(seconds, said):
    assert sweepbar.duration(seconds) == said


def test_a_line_of_progress():
    state = State(999, 1_000, 2, 250.4, 61.0, "x", 0.00123, 0.0004, 7)
    assert sweepbar.line(state) == "999 of 1,000 runs (99 %), 2 failed, 250 runs/s, 61 s left"
    assert sweepbar.headline(state) == "x: +0.00123 (standard error 0.0004), 7 points"
    alike = State(9, 9, 0, math.nan, math.nan, "x", 0.5, 0.01, 7, shared=True)
    assert sweepbar.headline(alike) == "x: +0.500 (standard error 0.01, given these accidents), 7 points"
    one = State(1, 9, 0, math.nan, math.nan, "x", 0.5, math.nan, 1)
    assert sweepbar.headline(one) == "x: +0.5000, 1 point"
    assert sweepbar.headline(State(0, 1, 0, math.nan, math.nan, "x", math.nan, math.nan, 0)) == ""
