"""Kernels of targets against closed forms, and what is scored once."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from sim.analysis.kernels import (
    LOGARITHMIC,
    MASS,
    ONE_SIDED,
    TOGETHER,
    compared,
    log_kernel,
    log_kernels,
    log_score,
    weights,
)
from sim.analysis.targets import PRODUCED
from tests.analysis.test_targets import run

NORMAL = [name for name, target in compared().items() if target.count is None]
RATES = [name for name, target in compared().items() if target.count is not None]


def best(name):
    return 0.0 if name in ONE_SIDED else compared()[name].value


def test_rates_are_those_with_counts():
    assert RATES == ["T03", "T24", "T30", "T33"]


@pytest.mark.parametrize("name", compared())
def test_the_recorded_figure_scores_highest(name):
    target = compared()[name]
    top = target.count / target.exposure if name in RATES else best(name)
    assert log_kernel(target, top) == pytest.approx(0.0, abs=1e-12)
    for factor in (0.2, 0.9, 0.999, 1.001, 1.1, 3.0):
        if (other := top * factor) != top:
            assert log_kernel(target, other) < 0.0
    assert log_kernel(target, top + 0.01) < 0.0


@pytest.mark.parametrize("name", NORMAL)
def test_the_band_has_the_mass_of_its_grade(name):
    target = compared()[name]
    low, high, middle = target.low, target.high, best(name)
    if name in LOGARITHMIC:
        low, high, middle = math.log(low), math.log(high), math.log(middle)

    def density(x):
        return math.exp(log_kernel(target, math.exp(x) if name in LOGARITHMIC else x))

    def mass(begin, end):
        return integrate.quad(density, begin, end)[0]

    width = 12 * (high - low)
    inside = mass(low, middle) + mass(middle, high)
    below = 0.0 if name in ONE_SIDED else mass(low - width, low)
    assert inside / (inside + below + mass(high, high + width)) == pytest.approx(MASS[target.confidence], rel=1e-6)


def test_sides_are_normal():
    target = compared()["T26"]  # grade A: 22, 12 to 34
    for value, edge in ((15.0, 12.0), (30.0, 34.0)):
        sd = abs(edge - 22.0) / stats.norm.ppf(0.975)
        expected = stats.norm.logpdf(value, 22.0, sd) - stats.norm.logpdf(22.0, 22.0, sd)
        assert log_kernel(target, value) == pytest.approx(expected)
    raions = compared()["T14a"]  # grade B: a factor of 1.5
    sd = math.log(1.5) / stats.norm.ppf(0.9)
    expected = stats.norm.logpdf(math.log(0.2), math.log(0.36), sd) - stats.norm.logpdf(0.0, 0.0, sd)
    assert log_kernel(raions, 0.2) == pytest.approx(expected)
    assert log_kernel(raions, 0.0) == -math.inf


@pytest.mark.parametrize("name", RATES)
def test_rates_are_poisson(name):
    target = compared()[name]
    for rate in (0.1, 0.5, 1.0, 2.0):
        expected = stats.poisson.logpmf(target.count, rate * target.exposure) - stats.poisson.logpmf(
            target.count, target.count
        )
        assert log_kernel(target, rate) == pytest.approx(expected)
    assert log_kernel(target, 0.0) == -math.inf


def test_figures_written_twice_are_scored_once():
    values = {name: target.value for name, target in compared().items()} | dict.fromkeys(ONE_SIDED, 0.0)
    whole = log_score(values)
    assert whole == pytest.approx(0.0, abs=1e-3)  # counts over exposure are rounded
    for group in TOGETHER:
        worse = values | {name: 0.8 * values[name] for name in group}
        lost = np.mean([log_kernel(compared()[n], worse[n]) - log_kernel(compared()[n], values[n]) for n in group])
        assert log_score(worse) - whole == pytest.approx(lost)
    alone = values | {"T29": 0.8}
    assert log_score(alone) - whole == pytest.approx(log_kernel(compared()["T29"], 0.8))
    assert math.isnan(log_score(values | {"T05": math.nan}))


def test_what_has_nothing_to_be_divided_by_is_impossible():
    """Nobody moved in 1927-29, or no sklok was open in 1921-22: infinite, and no longer unknown."""
    still = run({"moves": lambda year, month: 0.0 if year > 1926 else 0.1, "open_skloki": 0.0, "uezd_open_skloki": 0.1})
    values = {name: PRODUCED[name].value(still) for name in ("T25", "T28")}
    assert values == {"T25": math.inf, "T28": math.inf}
    assert log_score(values | {"T24": 1.31}) == -math.inf
    assert math.isnan(PRODUCED["T25"].value(run({"moves": 0.0}, last=1926)))


@pytest.mark.parametrize("name", compared())
def test_many_values_are_scored_as_each(name):
    values = np.array([math.nan, -0.1, 0.0, 0.1, compared()[name].value, 3.0, math.inf])
    each = [log_kernel(compared()[name], value) for value in values]
    np.testing.assert_array_equal(log_kernels(compared()[name], values), each)
    assert math.isnan(each[0]) and each[-1] == -math.inf


def test_weights_are_those_of_the_figures_that_are_scored():
    assert weights(["T01", "T24", "T25", "T29"]) == {"T01": 1.0, "T24": 0.5, "T25": 0.5, "T29": 1.0}
