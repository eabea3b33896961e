"""What a figure is worth: against what was planted, and against errors that are really drawn."""

from __future__ import annotations

import numpy as np
import pytest

from sim.inference import worth
from sim.inference.worth import Draws

N = 2000


def draws(figures, weights=None, part=None):
    n = len(figures)
    return Draws(np.asarray(figures, float), np.ones(n) if weights is None else weights,
                 np.arange(n) % worth.FOLDS if part is None else part)  # fmt: skip


@pytest.fixture(scope="module")
def planted():
    """Ten figures: the first explains half of the values, the second a tenth, the others nothing."""
    random = np.random.default_rng(7)
    x = random.normal(size=(N, 10))
    y = np.sqrt(0.5) * x[:, 0] + np.sqrt(0.1) * x[:, 1] + np.sqrt(0.4) * random.normal(size=N)
    return 0.2 + 0.03 * x, 5.0 - 0.001 * y  # units do not matter


def test_a_figure_alone_explains_its_share_and_a_useless_one_nothing(planted):
    (found,) = worth.alone(draws(planted[0]), planted[1], [1.0])
    assert found[0] == pytest.approx(0.5, abs=0.03) and found[1] == pytest.approx(0.1, abs=0.03)
    assert (found[2:] < worth.luck(8, N)).all() and (found[2:] < 0).any()


@pytest.mark.parametrize("reliability", [0.5, 0.3])
def test_reliability_lowers_the_share_in_proportion(planted, reliability):
    whole, part = worth.alone(draws(planted[0]), planted[1], [1.0, reliability])
    assert part[:2] == pytest.approx(reliability * whole[:2], abs=0.002)
    assert part[1] < part[0]
    (each,) = worth.alone(draws(planted[0]), planted[1], [np.array([reliability, *[1.0] * 9])])
    assert each[0] == part[0] and each[1] == whole[1]


def test_errors_that_are_reckoned_with_are_errors_that_are_drawn(planted):
    x, y = planted
    random = np.random.default_rng(8)
    drawn = []
    for _ in range(40):
        noisy = x + x.std(axis=0) * random.normal(size=x.shape)  # as much as the figure itself: reliability 1/2
        drawn.append(worth.alone(draws(noisy), y, [1.0])[0][0])
    far = 3 * np.std(drawn) / 40**0.5 + 0.002
    assert worth.alone(draws(x), y, [0.5])[0][0] == pytest.approx(np.mean(drawn), abs=far)


def test_figures_together_are_those_that_were_planted(planted):
    (chosen, share), (noisy, less) = worth.together(draws(planted[0]), planted[1], [1.0, 0.3])
    assert chosen == [0, 1] and share == pytest.approx(0.6, abs=0.03)
    assert noisy == [0, 1] and less == pytest.approx(0.3 * 0.6, abs=0.03)


def test_of_one_kind_only_one_is_taken(planted):
    x = np.column_stack([planted[0], planted[0][:, 0] + 0.001 * planted[0][:, 5]])
    kinds = [*"abcdefghij", "a"]
    (chosen, _), = worth.together(draws(x), planted[1], [0.3], kinds)
    assert sum(kinds[at] == "a" for at in chosen) == 1


def test_of_useless_figures_none_is_taken():
    random = np.random.default_rng(9)
    x, y = random.normal(size=(300, 200)), random.normal(size=300)
    (chosen, share), = worth.together(draws(x), y, [1.0])
    assert chosen == [] and share == pytest.approx(0.0, abs=0.02)
    # the bound is what the best of so many exceeds in one of twenty cases: neither far above nor far below
    others = random.normal(size=(100, 300))
    of_others, of_x = ((one - one.mean(0)) / one.std(0) for one in (others.T, x))
    best = ((of_others.T @ of_x / 300) ** 2).max(axis=1)
    assert 0.85 <= np.mean(best < worth.luck(200, 300)) <= 1.0


def test_weights_count_as_draws_that_are_there_more_often(planted):
    x, y = planted[0][:400], planted[1][:400]
    weights = 1.0 + (np.arange(400) % 3)
    often = np.repeat(np.arange(400), weights.astype(int))
    part = np.arange(400) % worth.FOLDS
    one = draws(x, weights, part)
    other = draws(x[often], None, part[often])
    assert worth.alone(one, y, [0.5])[0] == pytest.approx(worth.alone(other, y[often], [0.5])[0])
    assert one.effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert worth.effective(np.zeros(3)) == 0.0


def test_where_a_figure_is_not_defined_others_count(planted):
    x = planted[0].copy()
    x[::3, 0] = np.nan
    assert worth.alone(draws(x), planted[1], [1.0])[0][0] == pytest.approx(0.5, abs=0.04)
    x[:, 0], x[:, 1] = np.nan, 0.25
    assert worth.alone(draws(x), planted[1], [1.0])[0][:2].tolist() == [0.0, 0.0]


def test_thirds():
    figure, ahead = np.arange(9.0), np.array([0, 0, 1, 1, 0, 1, 1, 1, 1.0])
    edges, middle, shares = worth.thirds(figure, ahead, np.ones(9))
    assert middle.tolist() == [1.0, 4.0, 7.0] and shares == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert edges.tolist() == [2.0, 5.0]
    assert np.isnan(worth.thirds(np.full(3, np.nan), np.ones(3), np.ones(3))[2]).all()
