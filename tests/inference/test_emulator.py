"""Emulators against functions that are known, in closed form where there is one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.experiment import Factor, Option
from sim.inference.emulator import Emulator, apart, fit, parts_of
from sim.inference.space import Space
from tests.inference.test_space import MIXED

NUMBERS = Space([Factor(f"x{n}") for n in range(8)])


def draws(space, rows, seed=1):
    return np.random.default_rng(seed).random((rows, space.size))


def quadratic(positions, noise=0.0, seed=2):
    z = 2.0 * positions - 1.0
    chance = noise * np.random.default_rng(seed).standard_normal((len(z), 2))
    return np.column_stack([z[:, 0] + 2.0 * z[:, 1] * z[:, 2] + z[:, 3] ** 2, z[:, 5]]) + chance


def test_a_quadratic_is_found_and_chance_is_left():
    at = draws(NUMBERS, 2000)
    found = fit(NUMBERS, at, quadratic(at, 0.1))
    new = draws(NUMBERS, 500, 3)
    np.testing.assert_allclose(found.predict(new), quadratic(new), atol=0.08)
    np.testing.assert_allclose(found.residual, 0.01 * np.eye(2), atol=0.001)
    whole = np.array([1 / 3 + 4 / 9 + 4 / 45, 1 / 3])
    np.testing.assert_allclose(found.variance, whole, rtol=0.03)
    np.testing.assert_allclose(found.main[[0, 3], 0], [1 / 3 / whole[0], 4 / 45 / whole[0]], atol=0.02)
    np.testing.assert_allclose(found.total[1, 0], 4 / 9 / whole[0], atol=0.02)
    np.testing.assert_allclose(found.closed(np.isin(np.arange(8), [1, 2, 5])), [4 / 9 / whole[0], 1.0], atol=0.02)


def test_the_cross_validated_share_is_that_of_new_rows():
    at = draws(NUMBERS, 300)
    of = quadratic(at, 0.5)
    found, new = fit(NUMBERS, at, of), draws(NUMBERS, 4000, 5)
    truth = quadratic(new, 0.5, seed=6)
    np.testing.assert_allclose(found.r2, 1 - ((found.predict(new) - truth) ** 2).mean(0) / truth.var(0), atol=0.05)


def test_nothing_is_learnt_from_chance_alone():
    at = draws(NUMBERS, 400)
    found = fit(NUMBERS, at, np.random.default_rng(8).standard_normal((400, 1)))
    assert abs(found.r2[0]) < 0.03 and found.variance[0] < 0.02


def test_without_a_part_is_a_fit_without_its_rows():
    """The slopes follow from those of all rows; the screening and the strength are those of all rows, too."""
    at = draws(NUMBERS, 400)
    of = quadratic(at, 0.1)
    found = fit(NUMBERS, at, of, folds=4, parts=True)
    for part, some in enumerate(found.parts):
        near = fit(NUMBERS, np.delete(at, np.s_[part::4], 0), np.delete(of, np.s_[part::4], 0))
        np.testing.assert_allclose(some.predict(at), near.predict(at), atol=0.03)
        assert np.abs(some.predict(at) - found.predict(at)).max() > 1e-4


def test_what_is_left_of_some_rows_is_told_apart():
    """Emulators of all rows, half of them with four times the chance: of each half what it leaves, unseen."""
    at = draws(NUMBERS, 1200)
    of = np.vstack([quadratic(at[:600], 0.05), quadratic(at[600:], 0.2)])
    found = fit(NUMBERS, at, of, parts=True)
    part = parts_of(at, 10)
    assert np.bincount(part).tolist() == [120] * 10
    np.testing.assert_allclose(apart(found, at, part, of)[3].residual, found.residual, rtol=1e-6)
    for rows, chance in ((slice(600), 0.05), (slice(600, None), 0.2)):
        each = apart(found, at[rows], part[rows], of[rows])
        np.testing.assert_allclose(np.sqrt(np.diag(each[0].residual)), chance, rtol=0.2)
        assert [one.constant[0] for one in each] == [one.constant[0] for one in found.parts]


def test_rows_at_the_same_positions_do_not_foretell_one_another():
    at = np.repeat(draws(NUMBERS, 30), 20, axis=0)
    assert fit(NUMBERS, at, np.repeat(np.random.default_rng(9).standard_normal((30, 1)), 20, axis=0)).r2[0] < 0.2


def test_options_and_their_products_are_found():
    at = draws(MIXED, 1500)
    rule, on = MIXED.numbers(at)[:, 3], MIXED.numbers(at)[:, 4]
    truth = np.column_stack([np.array([0.0, 1.0, 5.0])[rule] + (2.0 * on - 1.0) * (2.0 * at[:, 0] - 1.0)])
    found = fit(MIXED, at, truth)
    np.testing.assert_allclose(found.predict(at), truth, atol=0.05)
    np.testing.assert_allclose(found.variance, truth.var(0), rtol=0.05)


def test_rows_without_an_output_are_left_out_of_it():
    at = draws(NUMBERS, 600)
    of = quadratic(at, 0.1)
    of[:300, 0], of[5, 0] = np.nan, np.inf
    found = fit(NUMBERS, at, np.column_stack([of, np.full(600, np.nan), np.full(600, 2.0)]))
    assert found.rows.tolist() == [300, 600, 0, 600]
    alone = fit(NUMBERS, at[300:], of[300:, :1])
    np.testing.assert_allclose(found.predict(at)[:, 0], alone.predict(at)[:, 0], atol=1e-9)
    assert found.r2[2] == 0.0 and (found.predict(at)[:, 3] == 2.0).all() and np.isfinite(found.residual).all()


def drawn_emulator(space, outputs, seed):
    random, width = np.random.default_rng(seed), len(space.columns)
    product = random.standard_normal((outputs, width, width))
    return Emulator(space, random.standard_normal(outputs), random.standard_normal((outputs, width)),
                    product + product.transpose(0, 2, 1), np.ones(outputs), np.eye(outputs), np.ones(outputs, int))


@settings(max_examples=20)
@given(st.integers(0, 2**16), st.floats(-3.0, 3.0))
def test_predictions_are_linear_in_outputs(seed, by):
    """Of runs as of weights: a sum of outputs is foretold as the sum of what is foretold."""
    two, at = drawn_emulator(MIXED, 2, seed), draws(MIXED, 50, seed)
    both = Emulator(MIXED, two.constant[:1] + by * two.constant[1:], two.linear[:1] + by * two.linear[1:],
                    two.product[:1] + by * two.product[1:], np.ones(1), np.eye(1), np.ones(1, int))
    first, second = two.predict(at).T
    np.testing.assert_allclose(both.predict(at)[:, 0], first + by * second, atol=1e-9)
    np.testing.assert_allclose(two.of([1]).predict(at)[:, 0], two.predict(at)[:, 1], atol=1e-12)


def test_one_choice_between_two_can_be_all_that_is_drawn():
    space = Space([Factor("two", (Option("a", {}), Option("b", {})))])
    at = draws(space, 60)
    found = fit(space, at, (at > 0.5) + 0.0)
    assert found.predict(np.array([[0.2], [0.7]]))[:, 0] == pytest.approx([0.0, 1.0], abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_variances_are_those_of_many_draws(seed):
    two = Factor("two", (Option("a", {}), Option("b", {})))
    space = Space([*NUMBERS.factors[:2], MIXED.factors[2], MIXED.factors[3], two])
    emulator, at = drawn_emulator(space, 1, seed), draws(space, 200_000)
    emulator.product[:, np.eye(len(space.columns), dtype=bool) & (space.columns > 2)] = 0.0  # no squares of options
    emulator.product[:, (space.columns[:, None] == 3) & (space.columns == 3)] = 0.0
    np.testing.assert_allclose(emulator.variance, emulator.predict(at).var(axis=0), rtol=0.02)
    split = np.sort(at[:, 0].argsort().reshape(100, -1), axis=1)
    alone = emulator.predict(at)[split].mean(axis=1).var() - emulator.variance / 2000  # chance of 2,000 draws
    np.testing.assert_allclose(emulator.main[0] * emulator.variance, alone, rtol=0.1)
