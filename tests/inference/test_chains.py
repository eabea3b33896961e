"""Chains against densities that are known, and their diagnostics against series that are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.inference import walk
from sim.inference.chains import effective, sample, split_rhat, uniform
from sim.kernel import interpreted
from tests.inference.toys import leaning


def test_numbers_are_even_and_each_has_its_address():
    many = uniform(7, 1, 2, 500, 50)
    assert stats.kstest(many.ravel(), "uniform").pvalue > 0.01
    np.testing.assert_array_equal(uniform(7, 1, 2, 20, 50), many[:20])
    assert not np.isin(uniform(7, 1, 3, 20, 50), many).any() and not np.isin(uniform(8, 1, 2, 20, 50), many).any()


@pytest.mark.parametrize("leading", [(), (0,), (0, 1, 2)])
def test_each_group_is_drawn_from_its_own_density(leading):
    of = sample(leaning(3, 1.0, 4.0), seed=4, steps=3000, leading=leading)
    for group, a in enumerate((2.0, 5.0)):
        draws = of.positions[group].reshape(-1, 3)
        want = stats.beta(a, 1.0)
        assert draws[:, 0].mean() == pytest.approx(want.mean(), abs=0.015)
        assert draws[:, 0].std() == pytest.approx(want.std(), rel=0.06)
        np.testing.assert_allclose(np.quantile(draws[:, 1], (0.05, 0.5, 0.95)), (0.05, 0.5, 0.95), atol=0.03)


def test_walls_keep_nothing_away():
    of = sample(leaning(2, 0.0), seed=1, steps=4000)
    counts = np.histogram(of.positions.ravel(), 20, (0.0, 1.0))[0]
    assert of.accepted == 1.0
    np.testing.assert_allclose(counts / counts.sum(), 0.05, atol=0.006)


def test_chains_are_the_same_again_and_others_by_another_seed():
    one, again, other = (sample(leaning(3, 1.0), seed=seed, steps=60) for seed in (4, 4, 5))
    assert one.positions.tobytes() == again.positions.tobytes()
    assert not np.isin(other.last, one.last).all()


@pytest.mark.parametrize("step", [0, 1, 7, 12345])
def test_compiled_numbers_are_those_of_the_same_address(step):
    want = uniform(2**40 + 5, walk.MOVE, step, 3, 12)
    for row, block in np.ndindex(3, 3):
        assert walk.four(2**40 + 5, walk.MOVE, step, row, block) == tuple(want[row, 4 * block : 4 * block + 4])


def test_factors_are_moved_alike_often_and_none_twice():
    leading, rest, order = np.array([4, 2]), np.array([0, 1, 3, 5, 6, 7]), np.empty(8, np.int64)
    often, groups = np.zeros(8), ({*leading.tolist()}, {*rest.tolist()})
    for step in range(20_000):
        _, number = walk.block(9, step, leading, rest, order)
        moved = {*order[:number].tolist()}
        assert len(moved) == number and any(moved <= group for group in groups)
        often[order[:number]] += 1.0
    np.testing.assert_allclose(often[rest] / often[rest].mean(), 1.0, atol=0.05)
    assert often[4] == often[2]  # two of two


def test_where_one_goes_hangs_on_the_other_half_alone():
    chains, order = uniform(1, 1, 1, 8, 3), np.array([0, 2])
    moved, others = np.empty(3), chains.copy()
    walk.move(chains, 2, 5, 3, 7, False, order, 2, moved)
    assert moved[1] == chains[2, 1] and ((moved >= 0.0) & (moved <= 1.0)).all() and (moved != chains[2])[[0, 2]].all()
    others[[0, 4, 6]] = 0.5
    again = np.empty(3)
    walk.move(others, 2, 5, 3, 7, False, order, 2, again)
    np.testing.assert_array_equal(again, moved)


def test_compiled_steps_are_those_that_are_written():
    """In plain Python, with the same bits: nothing is reordered or contracted."""
    of, found = leaning(3, 1.0, 4.0), []
    for form in (walk.walk, interpreted(walk.walk)):
        at = uniform(3, 1, 0, 16, 3).reshape(2, 8, 3)
        now = of.at(at.reshape(-1, 3), np.repeat([0, 1], 8)).reshape(2, 8)
        limits = np.log(uniform(3, 1, 1, 8, 8))
        made = form(of, at, now, limits, np.ones(4), 3, 0, np.array([0]), np.array([1, 2]), walk.room(of.coding, 1))
        found.append((made, at.tobytes(), now.tobytes()))
    assert found[0] == found[1] and found[0][0] > 0


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
