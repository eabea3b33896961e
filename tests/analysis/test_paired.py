"""The statistics of pairs: by hand, by symmetry, and against made-up worlds whose truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from sim.analysis import paired
from sim.analysis.paired import effects

BASE, OTHER = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([[2.0], [2.0], [5.0], [3.0]])
numbers = st.floats(-100, 100, allow_subnormal=False).map(lambda value: round(value, 3))
worlds = st.integers(2, 9).flatmap(
    lambda n: st.tuples(*[arrays(float, (n, 2), elements=numbers | st.just(float("nan")))] * 2)
)


def one(name: str, *arguments, **options) -> float:
    return getattr(effects(*arguments, **options), name)[0]


def test_four_pairs_by_hand():
    found = effects(BASE, OTHER, [1.0], 1.0)
    sd = math.sqrt(5 / 3)  # of the differences 1, 0, 2, -1
    expected = {
        "pairs": 4, "base": 2.5, "other": 3.0, "effect": 0.5, "sd": sd, "error": sd / 2,
        "low": 0.5 - 3.182446305 * sd / 2, "high": 0.5 + 3.182446305 * sd / 2,
        "sd_base": math.sqrt(5 / 3), "sd_other": math.sqrt(2.0), "standardised": 0.5 / math.sqrt(5 / 3),
        "pair_low": -0.7, "pair_high": 1.7, "superiority": 2.5 / 4, "correlation": 3 / math.sqrt(30),
        "ratio": (5 / 3 + 2) / (5 / 3), "saved": 8 * 1.2, "within": 0.75, "smallest": 1.0,
    }  # fmt: skip
    assert {name: getattr(found, name)[0] for name in expected} == pytest.approx(expected)
    assert found.reading[0] == "undecided"


def test_where_less_is_better_the_lower_world_is_superior():
    assert one("superiority", BASE, OTHER, [-1.0], 1.0) == 1.5 / 4
    assert one("effect", BASE, OTHER, [-1.0], 1.0) == 0.5, "the effect itself is not turned round"


def test_few_equal_differences_are_no_certainty():
    assert paired.reading([0.02] * 2, [0.02] * 2, 0.01, np.array([29, 30])).tolist() == ["undecided", "above"]
    assert paired.reading(0.02, 0.03, 0.01, 2) == "above"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.02, 0.05, "above"), (0.0, 0.05, "undecided"), (0.005, 0.02, "undecided"), (-0.01, 0.01, "within"),
        (0.002, 0.009, "within"), (-0.05, -0.02, "below"), (-0.05, 0.0, "undecided"), (-0.5, 0.5, "undecided"),
        (math.nan, math.nan, "undecided"),
    ],
)  # fmt: skip
def test_the_reading_is_where_the_interval_lies(low, high, said):
    assert paired.reading(np.array([low]), np.array([high]), np.array([0.01])) == [said]


@pytest.mark.parametrize(("better", "n"), [(0, 5), (3, 10), (17, 20), (40, 40)])
def test_the_interval_of_superiority_is_wilsons(better, n):
    gain = np.array([1.0] * better + [-1.0] * (n - better))[:, None]
    expected = stats.binomtest(better, n).proportion_ci(method="wilson")
    found = [values[0] for values in paired.superiority(gain)]
    assert found == pytest.approx([better / n, expected.low, expected.high])


@given(worlds, st.floats(0.001, 10))
def test_exchanging_the_worlds_turns_every_effect_round(pair, smallest):
    base, other = pair
    one, two = effects(base, other, 1.0, smallest), effects(other, base, 1.0, smallest)
    same = dict(rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(two.effect, -one.effect, **same)
    np.testing.assert_allclose((two.low, two.high), (-one.high, -one.low), **same)
    np.testing.assert_allclose((two.pair_low, two.pair_high), (-one.pair_high, -one.pair_low), **same)
    np.testing.assert_allclose(two.superiority, 1 - one.superiority, **same)
    np.testing.assert_allclose(two.superiority_low, 1 - one.superiority_high, **same)
    for name in ("pairs", "sd", "error", "correlation", "within"):
        np.testing.assert_allclose(getattr(two, name), getattr(one, name), **same)
    np.testing.assert_allclose(two.ratio, one.ratio, rtol=1e-6)
    turned = {"above": "below", "below": "above"}
    assert [turned.get(word, word) for word in one.reading] == list(two.reading)


@given(worlds)
def test_worlds_that_are_the_same_have_no_effect(pair):
    base = pair[0]
    found = effects(base, base, 1.0, 0.01)
    defined = found.pairs > 0
    assert (found.pairs == np.isfinite(base).sum(axis=0)).all()
    for name, value in (("effect", 0.0), ("superiority", 0.5), ("within", 1.0)):
        assert (getattr(found, name)[defined] == value).all()
        assert np.isnan(getattr(found, name)[~defined]).all()
    several = found.pairs > 1
    assert (found.error[several] == 0).all() and (found.reading[several] == "within").all()
    assert set(found.reading[~several]) <= {"undecided"}, "one pair says nothing of chance"


@given(worlds)
def test_only_pairs_defined_in_both_worlds_count(pair):
    base, other = pair
    found = effects(base, other, 1.0, 0.5)
    for column in range(2):
        both = np.isfinite(base[:, column]) & np.isfinite(other[:, column])
        assert found.pairs[column] == both.sum()
        if both.any():
            alone = effects(base[both, column], other[both, column], 1.0, 0.5)
            for name in ("base", "other", "effect", "error", "superiority", "pair_low", "within", "correlation"):
                np.testing.assert_allclose(getattr(found, name)[column], getattr(alone, name), rtol=1e-9, atol=1e-9)


def test_what_cannot_be_known_is_nan():
    nothing = effects(np.full((3, 1), np.nan), np.zeros((3, 1)), 1.0, 0.01)
    assert nothing.pairs == [0] and nothing.reading == ["undecided"]
    for name in ("base", "effect", "low", "error", "sd", "superiority", "superiority_low", "correlation", "saved"):
        assert np.isnan(getattr(nothing, name)).all(), name
    single = effects(np.array([[1.0]]), np.array([[1.5]]), 1.0, 0.01)
    assert (single.effect, single.superiority) == (0.5, 1.0)
    assert 0.0 < single.superiority_low[0] < 0.5, "one pair is no certainty"
    for name in ("low", "high", "error", "sd", "correlation", "ratio"):
        assert np.isnan(getattr(single, name)).all(), name
    assert np.isnan(one("correlation", BASE[:2], OTHER[:2], 1.0, 0.1)), "two points always lie on a line"


def test_a_constant_difference_saves_all_runs_and_rounding_is_not_chance():
    base = np.linspace(0.1, 0.7, 7)[:, None]
    found = effects(base, base + 0.1, 1.0, 0.05)
    assert found.sd == [0.0] and found.ratio == [np.inf] and found.saved == [np.inf]
    assert found.low == found.high == found.effect and found.reading == ["above"]
    flat = effects(np.full((4, 1), 0.3), np.full((4, 1), 0.3), 1.0, 0.05)
    assert np.isnan(flat.ratio).all() and np.isnan(flat.standardised).all() and flat.reading == ["within"]


def correlated(shape: tuple[int, int], rho: float, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (replicates, experiments) of two worlds whose accidents are shared in part."""
    random = np.random.default_rng(5)
    shared = random.standard_normal(shape) * math.sqrt(rho)
    return tuple(
        shared + random.standard_normal(shape) * math.sqrt(1 - rho) + by for by in (0.0, shift)
    )  # type: ignore[return-value]


@pytest.mark.parametrize("n", [4, 15])
def test_intervals_cover_the_truth_as_often_as_they_say(n):
    base, other = correlated((n, 8000), 0.7, 0.4)
    found = effects(base, other, 1.0, 0.1)
    assert np.mean((found.low <= 0.4) & (found.high >= 0.4)) == pytest.approx(0.95, abs=0.01)
    truth = stats.norm.cdf(0.4 / math.sqrt(2 * 0.3))
    covered = (found.superiority_low <= truth) & (found.superiority_high >= truth)
    assert 0.93 < np.mean(covered) < (0.98 if n > 10 else 0.995), "few pairs allow few shares"


def test_the_saving_is_what_an_independent_design_would_need():
    """With as many more independent replicates as the ratio says, the error is the same."""
    n, rho = 24, 0.75
    base, other = correlated((n, 4000), rho, 0.0)
    found = effects(base, other, 1.0, 0.1)
    ratio = 1 / (1 - rho)  # equal variances
    assert np.median(found.ratio) == pytest.approx(ratio, rel=0.06)
    assert np.median(found.saved) == pytest.approx(2 * n * (ratio - 1), rel=0.08)
    random = np.random.default_rng(6)
    alone = random.standard_normal((2, int(n * ratio), 4000)).mean(axis=1)
    assert np.std(alone[1] - alone[0]) == pytest.approx(np.std(found.effect), rel=0.04)


@given(st.floats(1e-4, 10), st.floats(0.05, 1))
def test_the_number_needed_is_the_smallest_that_will_do(sd, part):
    half_width = sd * part
    n = paired.needed(sd, half_width)

    def half(pairs: int) -> float:
        return float(stats.t.ppf(0.975, pairs - 1)) * sd / math.sqrt(pairs)

    assert half(n) <= half_width * (1 + 1e-12)
    assert n == 2 or half(n - 1) > half_width


def test_nothing_that_varies_needs_no_more_than_two_pairs_and_a_fine_wish_is_answered():
    assert paired.needed(0.0, 0.01) == 2
    assert paired.needed(1.0, 1e-200) == paired.needed(1e300, 1e-9) == paired.needed(1.0, 5e-324) == paired.MANY
    assert paired.needed(1.0, 1e-4) == pytest.approx((1.959964 / 1e-4) ** 2, rel=1e-6)
