"""Step 12, record."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.mechanisms.record import centralisation, mean_of
from tests.mechanisms.ranges import share, within


@given(values=st.lists(within(-10.0, 10.0), min_size=1, max_size=20))
def test_a_mean_lies_between_its_values(values: list[float]) -> None:
    total = 0.0
    for value in values:
        total += value
    found = mean_of(total, float(len(values)))
    assert min(values) - 1e-12 <= found <= max(values) + 1e-12
    assert found * len(values) == pytest.approx(total, abs=1e-12)


def test_the_mean_of_nothing_is_unknown_and_not_zero() -> None:
    assert math.isnan(mean_of(0.0, 0.0))
    assert mean_of(0.0, 3.0) == 0.0
    assert mean_of(3.0, 4.0) == 0.75
    assert mean_of(0.125, 0.25) == 0.5


@given(claimed=share, appointed=share, central=share, more=share)
def test_centralisation_is_the_mean_of_three_shares(
    claimed: float, appointed: float, central: float, more: float
) -> None:
    found = centralisation(claimed, appointed, central)
    assert min(claimed, appointed, central) - 1e-15 <= found <= max(claimed, appointed, central) + 1e-15
    assert found == pytest.approx(centralisation(central, claimed, appointed), abs=1e-15)
    assert found <= centralisation(max(claimed, more), appointed, central)


def test_centralisation_by_hand() -> None:
    assert centralisation(0.0, 0.0, 0.0) == 0.0
    assert centralisation(1.0, 1.0, 1.0) == 1.0
    assert centralisation(0.6, 0.3, 0.0) == pytest.approx(0.3, abs=1e-15)
    assert centralisation(0.0, 0.3, 0.6) == pytest.approx(0.3, abs=1e-15)
