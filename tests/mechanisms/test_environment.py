"""Step 1, environment."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given

from sim.draws.addressed import normal
from sim.mechanisms.environment import complexity, perceive, persistent_noise, threat_level
from tests.mechanisms.ranges import of, score, share, within


def test_noise_by_hand() -> None:
    """sqrt(1 - 0.6^2) = 0.8."""
    assert persistent_noise(0.5, 0.6, 0.1, 2.0) == pytest.approx(0.6 * 0.5 + 0.1 * 0.8 * 2.0, abs=1e-15)
    assert persistent_noise(0.5, 0.6, 0.1, -1.0) == pytest.approx(0.3 - 0.08, abs=1e-15)


@given(noise=within(-1.0, 1.0), spread=share, z=score)
def test_noise_without_and_with_full_memory(noise: float, spread: float, z: float) -> None:
    assert persistent_noise(noise, 0.0, spread, z) == spread * z
    assert persistent_noise(noise, 1.0, spread, z) == noise


@given(memory=share, spread=share)
def test_the_spread_of_noise_is_stationary(memory: float, spread: float) -> None:
    """The map is linear, a noise + b z; with both of s.d. s its variance stays (a s)^2 + b^2 = s^2."""
    a, b = persistent_noise(1.0, memory, spread, 0.0), persistent_noise(0.0, memory, spread, 1.0)
    assert (a * spread) * (a * spread) + b * b == pytest.approx(spread * spread, abs=1e-14)


def test_long_noise_has_the_stated_spread_and_memory() -> None:
    series = [0.0]
    for month in range(20_000):
        series.append(persistent_noise(series[-1], 0.8, 0.05, normal(1, 0, 1, 0, month, 0)))
    assert statistics.pstdev(series) == pytest.approx(0.05, rel=0.05)
    assert statistics.fmean(series) == pytest.approx(0.0, abs=0.005)
    assert statistics.correlation(series[:-1], series[1:]) == pytest.approx(0.8, abs=0.03)
    assert statistics.correlation(series[:-5], series[5:]) == pytest.approx(0.8**5, abs=0.05)


def test_threat_by_hand() -> None:
    assert threat_level(0.2, 0.6, 0.25, 0.05) == pytest.approx(0.35, abs=1e-15)
    assert threat_level(0.2, 0.6, 0.0, 0.0) == 0.2
    assert threat_level(0.2, 0.6, 1.0, 0.0) == 0.6
    assert threat_level(0.1, 0.1, 0.5, -0.4) == 0.0
    assert threat_level(0.9, 0.9, 0.5, 0.4) == 1.0


@given(objective=share, perceived=share, weight=of("omega"), noise=within(-1.0, 1.0), more=share)
def test_threat_is_a_share_that_rises_with_its_series_and_with_noise(
    objective: float, perceived: float, weight: float, noise: float, more: float
) -> None:
    level = threat_level(objective, perceived, weight, noise)
    assert 0.0 <= level <= 1.0
    assert level <= threat_level(max(objective, more), perceived, weight, noise) + 1e-15
    assert level <= threat_level(objective, max(perceived, more), weight, noise) + 1e-15
    assert level <= threat_level(objective, perceived, weight, noise + more)


def test_perception_rises_fast_and_falls_slowly() -> None:
    assert perceive(0.2, 0.6, 0.5, 0.1) == pytest.approx(0.4, abs=1e-15)
    assert perceive(0.6, 0.2, 0.5, 0.1) == pytest.approx(0.56, abs=1e-15)
    assert perceive(0.3, 0.3, 0.5, 0.1) == pytest.approx(0.3, abs=1e-15)


@given(perceived=share, target=share)
def test_perception_at_rates_zero_and_one(perceived: float, target: float) -> None:
    assert perceive(perceived, target, 0.0, 0.0) == perceived
    assert perceive(perceived, target, 1.0, 1.0) == target, "off, perceived threat is objective threat to the last bit"


@given(perceived=share, target=share, rise=share, fall=of("p_dn"))
def test_perception_moves_towards_its_target_and_not_beyond(
    perceived: float, target: float, rise: float, fall: float
) -> None:
    found = perceive(perceived, target, rise, fall)
    assert min(perceived, target) - 1e-15 <= found <= max(perceived, target) + 1e-15


def test_perceived_threat_falls_with_its_half_life() -> None:
    """After n months (1 - p)^n of a vanished threat is left."""
    perceived = 0.8
    for _ in range(12):
        perceived = perceive(perceived, 0.0, 0.5, 0.09)
    assert perceived == pytest.approx(0.8 * 0.91**12, abs=1e-14)


@given(ramp=share, growth=of("q_max"), more=share)
def test_complexity_runs_from_one_to_one_plus_growth(ramp: float, growth: float, more: float) -> None:
    assert complexity(0.0, growth) == 1.0
    assert complexity(1.0, growth) == 1.0 + growth
    assert complexity(ramp, 0.0) == 1.0
    assert complexity(ramp, growth) <= complexity(max(ramp, more), growth)
    assert complexity(0.5, 0.3) == pytest.approx(1.15, abs=1e-15)
