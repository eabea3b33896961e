"""Forms shared by the rooms: bounds, the algebraic link, learning curves."""

from __future__ import annotations

import pytest
from hypothesis import given

from sim.mechanisms.arithmetic import fresh, link, unit
from tests.mechanisms.ranges import positive, tenure, within


@pytest.mark.parametrize(
    ("x", "expected"), [(-0.1, 0.0), (0.0, 0.0), (0.3, 0.3), (1.0, 1.0), (1.1, 1.0), (-1e300, 0.0), (1e300, 1.0)]
)
def test_unit_bounds_to_zero_and_one(x: float, expected: float) -> None:
    assert unit(x) == expected


@given(x=within(0.0, 1.0))
def test_unit_leaves_shares_alone(x: float) -> None:
    assert unit(x) == x


def test_link_by_hand() -> None:
    """At 3/4 the root is 5/4, at 4/3 it is 5/3: 1/2 + 3/10 and 1/2 + 4/10."""
    assert link(0.0) == 0.5
    assert link(0.75) == pytest.approx(0.8, abs=1e-15)
    assert link(4.0 / 3.0) == pytest.approx(0.9, abs=1e-15)
    assert link(-0.75) == pytest.approx(0.2, abs=1e-15)


def test_link_has_slope_one_half_at_zero_and_goes_to_its_ends() -> None:
    assert (link(1e-4) - link(-1e-4)) / 2e-4 == pytest.approx(0.5, abs=1e-7)
    assert link(1e3) == pytest.approx(1.0, abs=1e-6)
    assert link(-1e3) == pytest.approx(0.0, abs=1e-6)


@given(h=within(-1e6, 1e6), more=within(0.0, 1e3))
def test_link_rises_is_symmetric_and_stays_within_its_ends(h: float, more: float) -> None:
    assert 0.0 <= link(h) <= link(h + more) + 1e-15 <= 1.0 + 1e-15
    assert link(h) + link(-h) == pytest.approx(1.0, abs=1e-15)


@given(h=within(-100.0, 100.0))
def test_link_solves_its_inverse(h: float) -> None:
    """With u = 2 p - 1: h = u / sqrt(1 - u^2), so u^2 (1 + h^2) = h^2."""
    u = 2.0 * link(h) - 1.0
    assert u * u * (1.0 + h * h) == pytest.approx(h * h, abs=1e-11)


def test_fresh_by_hand() -> None:
    assert fresh(0.0, 10.0) == 1.0
    assert fresh(10.0, 10.0) == 0.5
    assert fresh(30.0, 10.0) == 0.25


@given(months=tenure, more=tenure, half=positive)
def test_fresh_falls_with_tenure(months: float, more: float, half: float) -> None:
    assert 1.0 >= fresh(months, half) >= fresh(months + more, half) > 0.0
