"""Positions and values are one another's inverse, and a code is centred."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.errors import UserError
from sim.experiment.draws import prior
from sim.experiment.experiment import Factor, Option
from sim.experiment.sampling import silence
from sim.inference.space import Space
from sim.scenario.load import load

PRIOR = Space(prior(load("historical.toml").scenario))
MIXED = Space([
    Factor("slope", low=-2.0, high=3.0), Factor("rate", low=0.01, high=10.0, distribution="loguniform"),
    Factor("places", low=3, high=7, whole=True), Factor("rule", tuple(Option(name, {}) for name in "abc")),
    Factor("on", (Option(True, {}), Option(False, {}))),
    *(factor for factor in PRIOR.factors if factor.name in ("unfilled", "succession")),
])  # fmt: skip
SOME = st.integers(1, 8)


def positions(space, rows=SOME):
    return rows.flatmap(lambda n: arrays(np.float64, (n, space.size), elements=st.floats(0.0, 1.0)))


@given(positions(MIXED))
def test_values_and_positions_are_inverse(at):
    values = MIXED.values(at)
    back = MIXED.positions(values)
    assert MIXED.values(back) == values
    straight = MIXED.slices == 0
    np.testing.assert_allclose(back[:, straight], at[:, straight], atol=1e-11)
    middles = np.where(MIXED.asked(at), MIXED.middles(at), 0.5)
    np.testing.assert_array_equal(back[:, ~straight], middles[:, ~straight])
    np.testing.assert_allclose(MIXED.code(back), MIXED.code(at), atol=1e-10)


@given(positions(PRIOR, st.just(3)))
def test_what_is_not_asked_is_what_designs_silence(at):
    rows = [dict(zip(PRIOR.names, row, strict=True)) for row in zip(*PRIOR.values(at).values(), strict=True)]
    drawn = Space([factor for factor in PRIOR.factors if factor.under is None])
    plain = drawn.values(at[:, [PRIOR.names.index(name) for name in drawn.names]])
    again = [{name: (plain[name][n] if name in plain else "?") for name in PRIOR.names} for n in range(3)]
    silence(PRIOR.factors, again)
    assert [[value is None for value in row.values()] for row in rows] == [
        [value is None for value in row.values()] for row in again
    ]


def test_a_code_has_mean_nothing_over_the_ranges():
    free = Space([factor for factor in MIXED.factors if factor.under is None])
    grid = (np.arange(1050) + 0.5) / 1050
    code = free.code(np.tile(grid[:, None], free.size))
    np.testing.assert_allclose(code.mean(axis=0), 0.0, atol=1e-12)
    assert free.columns.tolist() == [0, 1, 2, 3, 3, 3, 4, 5]
    assert len(PRIOR.columns) == PRIOR.code(np.full((1, PRIOR.size), 0.5)).shape[1] > PRIOR.size


def test_an_excluded_variant_counts_as_nothing():
    child, parent = MIXED.names.index("succession"), MIXED.names.index("unfilled")
    at = np.full((2, MIXED.size), 0.1)
    at[:, parent] = 0.25, 0.75
    at[1, child] = 0.9
    code = MIXED.code(at)[:, MIXED.columns == child][:, 0]
    silent = [value is None for value in MIXED.values(at)["succession"]]
    assert sorted(silent) == [False, True] and (code == 0.0).tolist() == silent


@pytest.mark.parametrize(("name", "value", "said"), [
    ("slope", 4.0, "-2 to 3"), ("rule", "d", "a, b, c"), ("slope", np.nan, "-2 to 3"), ("on", None, "on, off"),
])  # fmt: skip
def test_a_value_that_cannot_be_is_refused(name, value, said):
    values = {key: list(of) for key, of in MIXED.values(np.full((2, MIXED.size), 0.5)).items()}
    values[name][1] = value
    with pytest.raises(UserError, match=f"{name}.*{said}"):
        MIXED.positions(values)
