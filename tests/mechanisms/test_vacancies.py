"""Step 7, vacancies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.mechanisms.vacancies import is_due, shortfall, unfit_chance, wear_chance
from tests.mechanisms.ranges import of, share, within


def test_wear_by_hand() -> None:
    assert wear_chance(0.01, 0.0) == 0.01
    assert wear_chance(0.01, 0.5) == pytest.approx(0.015, abs=1e-15)
    assert wear_chance(0.0, 1.0) == 0.0
    assert wear_chance(1.0, 1.0) == 1.0


@given(wear=of("w0"), conflict=share, more=share)
def test_wear_is_a_chance_that_conflict_at_most_doubles(wear: float, conflict: float, more: float) -> None:
    chance = wear_chance(wear, conflict)
    assert wear <= chance <= min(2.0 * wear, 1.0)
    assert chance <= wear_chance(wear, max(conflict, more))


@given(first=st.integers(20_000, 24_000), phase=st.integers(0, 60), term=st.integers(1, 60))
def test_posts_fall_due_once_a_term(first: int, phase: int, term: int) -> None:
    due = [month for month in range(first, first + 3 * term) if is_due(month, phase, term)]
    assert len(due) == 3
    assert due[1] - due[0] == due[2] - due[1] == term


@given(month=st.integers(20_000, 24_000), term=st.integers(2, 60))
def test_phases_spread_the_terms_over_the_months(month: int, term: int) -> None:
    assert sum(is_due(month, phase, term) for phase in range(term)) == 1
    assert is_due(24 * term, 0, term) is True
    assert is_due(24 * term + 1, 0, term) is False
    assert is_due(24 * term - 1, 1, term) is True


def test_the_shortfall_by_hand() -> None:
    """A fifth of the mean is one s.d.: 10 per cent below is half a s.d."""
    assert shortfall(0.36, 0.4) == pytest.approx(0.5, abs=1e-14)
    assert shortfall(0.48, 0.4) == pytest.approx(-1.0, abs=1e-14)
    assert shortfall(0.4, 0.4) == 0.0
    assert shortfall(0.0, 0.4) == 3.0
    assert shortfall(1.0, 0.4) == -3.0
    assert (shortfall(0.144, 0.4), shortfall(0.656, 0.4)) == (3.0, -3.0), "3.2 s.d. count as 3"
    assert shortfall(0.4, 0.0) == 0.0


@given(result=share, mean=share, scale=within(0.1, 10.0), more=share)
def test_the_shortfall_is_bounded_relative_and_falls_with_the_result(
    result: float, mean: float, scale: float, more: float
) -> None:
    lag = shortfall(result, mean)
    assert -3.0 <= lag <= 3.0
    assert shortfall(max(result, more), mean) <= lag + 1e-12
    if mean > 1e-6:
        assert shortfall(scale * result, scale * mean) == pytest.approx(lag, abs=1e-9)


def test_recall_by_hand() -> None:
    """Judged to lag 3/8 s.d., at slope 2: link(3/4) = 0.8."""
    assert unfit_chance(0.02, 2.0, 0.0) == 0.01
    assert unfit_chance(0.02, 2.0, 0.375) == pytest.approx(0.016, abs=1e-15)
    assert unfit_chance(0.02, 2.0, -0.375) == pytest.approx(0.004, abs=1e-15)
    assert unfit_chance(0.02, 0.0, 3.0) == 0.01
    assert unfit_chance(0.0, 2.0, 3.0) == 0.0


@given(hazard=of("h_unf"), slope=within(0.0, 10.0), lag=within(-3.0, 3.0), more=within(0.0, 3.0))
def test_recall_never_exceeds_its_hazard_and_rises_with_the_lag(
    hazard: float, slope: float, lag: float, more: float
) -> None:
    """The engine draws before it judges, which is right only while the hazard is the upper bound."""
    chance = unfit_chance(hazard, slope, lag)
    assert 0.0 <= chance <= hazard
    assert chance <= unfit_chance(hazard, slope, lag + more) + 1e-15
