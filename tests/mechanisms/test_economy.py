"""Step 3, economy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given

from sim.mechanisms.economy import recover
from tests.mechanisms.ranges import of, share, within


def grown(start: float, months: int, growth: float, ceiling: float = 1.4) -> float:
    recovery = start
    for _ in range(months):
        recovery = recover(recovery, 1.0, growth, ceiling, 0.0)
    return recovery


def test_a_month_by_hand() -> None:
    """0.7 is half of 1.4: growth 0.2 x 0.5 x 0.7 x 1/2 = 0.035; famine takes 0.1 x 0.7."""
    assert recover(0.7, 0.5, 0.2, 1.4, 0.0) == pytest.approx(0.735, abs=1e-15)
    assert recover(0.7, 0.5, 0.2, 1.4, 0.1) == pytest.approx(0.665, abs=1e-15)


def test_small_economies_grow_at_the_full_rate() -> None:
    assert recover(1e-9, 0.5, 0.2, 1.4, 0.0) == pytest.approx(1e-9 * 1.1, rel=1e-8)


def test_growth_follows_the_logistic_curve() -> None:
    """Y(t) = c / (1 + (c / Y_0 - 1) exp(-g t)), which small steps approach."""
    growth, months = 0.002, 2000
    exact = 1.4 / (1.0 + (1.4 / 0.15 - 1.0) * math.exp(-growth * months))
    assert exact == pytest.approx(1.215, abs=0.001)
    assert grown(0.15, months, growth) == pytest.approx(exact, rel=2e-3)


def test_growth_ends_at_the_ceiling_from_either_side() -> None:
    assert grown(0.15, 400, 0.3) == pytest.approx(1.4, abs=1e-9)
    assert grown(1.9, 400, 0.3) == pytest.approx(1.4, abs=1e-9)
    assert recover(1.4, 1.0, 0.3, 1.4, 0.0) == 1.4


def test_famine_ends_where_it_balances_growth() -> None:
    """g A (1 - Y / c) = f at Y = c (1 - f / g A)."""
    recovery = 1.0
    for _ in range(2000):
        recovery = recover(recovery, 0.5, 0.3, 1.4, 0.03)
    assert recovery == pytest.approx(1.4 * (1.0 - 0.03 / 0.15), abs=1e-9)


@given(recovery=within(0.0, 2.0), result=share, ceiling=within(1.0, 2.0))
def test_nothing_moves_at_rates_of_zero(recovery: float, result: float, ceiling: float) -> None:
    assert recover(recovery, result, 0.0, ceiling, 0.0) == recovery
    assert recover(recovery, 0.0, 0.3, ceiling, 0.0) == recovery
    assert recover(0.0, result, 0.3, ceiling, 0.5) == 0.0


@given(recovery=share, result=share, growth=of("g_y"), famine=share, more=share)
def test_recovery_stays_between_ruin_and_the_ceiling_and_grows_with_performance(
    recovery: float, result: float, growth: float, famine: float, more: float
) -> None:
    found = recover(1.4 * recovery, result, growth, 1.4, famine)
    assert 0.0 <= found <= 1.4 * (1.0 + 1e-15)
    assert found <= recover(1.4 * recovery, max(result, more), growth, 1.4, famine) + 1e-15
    assert found >= recover(1.4 * recovery, result, growth, 1.4, max(famine, more)) - 1e-15


def test_a_ruined_economy_does_not_fall_below_nothing() -> None:
    assert recover(2.0, 1.0, 1.0, 0.5, 1.0) == 0.0
