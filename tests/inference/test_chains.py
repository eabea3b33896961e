"""Chains against densities that are known, and their diagnostics against series that are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.inference.chains import effective, sample, split_rhat, uniform


def test_numbers_are_even_and_each_has_its_address():
    many = uniform(7, 1, 2, 500, 50)
    assert stats.kstest(many.ravel(), "uniform").pvalue > 0.01
    np.testing.assert_array_equal(uniform(7, 1, 2, 20, 50), many[:20])
    assert not np.isin(uniform(7, 1, 3, 20, 50), many).any() and not np.isin(uniform(8, 1, 2, 20, 50), many).any()


def beta(positions, groups):
    """The first of three factors leans to one side, more in the second group; the others say nothing."""
    return (1.0 + 3.0 * groups) * np.log(positions[:, 0])


@pytest.mark.parametrize("leading", [(), (0,), (0, 1, 2)])
def test_each_group_is_drawn_from_its_own_density(leading):
    of = sample(beta, 3, seed=4, steps=3000, leading=leading)
    for group, a in enumerate((2.0, 5.0)):
        draws = of.positions[group].reshape(-1, 3)
        want = stats.beta(a, 1.0)
        assert draws[:, 0].mean() == pytest.approx(want.mean(), abs=0.015)
        assert draws[:, 0].std() == pytest.approx(want.std(), rel=0.06)
        np.testing.assert_allclose(np.quantile(draws[:, 1], (0.05, 0.5, 0.95)), (0.05, 0.5, 0.95), atol=0.03)


def test_walls_keep_nothing_away():
    of = sample(lambda at, groups: np.zeros(len(at)), 2, seed=1, steps=4000)
    counts = np.histogram(of.positions.ravel(), 20, (0.0, 1.0))[0]
    assert of.accepted == 1.0
    np.testing.assert_allclose(counts / counts.sum(), 0.05, atol=0.006)


def test_chains_are_the_same_again_and_others_by_another_seed():
    one, again, other = (sample(beta, 3, seed=seed, steps=60) for seed in (4, 4, 5))
    assert one.positions.tobytes() == again.positions.tobytes()
    assert not np.isin(other.last, one.last).all()


def test_agreement_and_worth_are_told():
    random = np.random.default_rng(3)
    free = random.standard_normal((20, 200, 2))
    assert split_rhat(free).max() < 1.02
    assert effective(free) == pytest.approx(4000, rel=0.2)
    apart = free + np.arange(20)[:, None, None] * 0.3
    assert split_rhat(apart).min() > 1.5 and effective(apart).max() < 300
    slow = np.zeros((20, 2000, 1))
    for at in range(1, 2000):
        slow[:, at] = 0.9 * slow[:, at - 1] + np.sqrt(1 - 0.81) * random.standard_normal((20, 1))
    assert effective(slow[:, 100:])[0] == pytest.approx(20 * 1900 * (1 - 0.9) / (1 + 0.9), rel=0.2)
