"""Accidents that all points share: what they do to all points alike does not shrink with the number of points."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.analysis.sweep import open_sweep
from sim.analysis.variance_components import crossed
from sim.runner.progress import State
from tests.made_sweep import experiment, made


def rows_of(sweep):
    """Effects of election on performance at the end, without peace, as points by replicates."""
    frame = sweep.runs(["point", "replicate", "policy", "peace", "performance_end"])
    wide = frame[~frame["peace"]].pivot(index=["point", "replicate"], columns="policy", values="performance_end")
    return (wide["election"] - wide["appointment"]).unstack().to_numpy()


def shaken(drawn, levers, outcome, scope, noise):
    """Effects of points, of accidents that all points share, and of both together."""
    elected = levers["policy"] == "election"
    return elected * (0.1 * drawn["r_f"] + 0.05 * noise[0] + 0.3 * noise[1] * (drawn["skill"] - 0.1))


def of_two_ways(values):
    """Mean squares of a full table of points by replicates: of points, replicates, and the rest."""
    points, replicates = values.shape
    rows, columns = values.mean(axis=1), values.mean(axis=0)
    left = values - rows[:, None] - columns + values.mean()
    return (
        replicates * rows.var(ddof=1), points * columns.var(ddof=1), (left**2).sum() / ((points - 1) * (replicates - 1))
    )


def test_accidents_that_all_points_share_do_not_average_out_over_them(tmp_path):
    of = experiment(accidents="shared", points=50, replicates=4, curves="none", scopes=("nation",))
    sweep = open_sweep(made(tmp_path / "sweep", of, shaken))
    row = sweep.effects(lever="policy", outcome="performance", horizon="end").iloc[0]
    values = rows_of(sweep)
    points, replicates, rest = of_two_ways(values)
    over_points, over_replicates = points / 200, max(0.0, (replicates - rest) / 50) / 4
    variance = over_points + over_replicates
    free = variance**2 / (over_points**2 / 49 + over_replicates**2 / 3)
    assert row["interval"] == "points"
    assert row["high"] - row["effect"] == pytest.approx(stats.t.ppf(0.975, free) * np.sqrt(variance))
    assert over_replicates > 2 * over_points, "points alone would say far too little"
    by_accidents = (replicates - rest) / 50 + rest
    assert row["chance"] == pytest.approx(by_accidents / (by_accidents + (points - rest) / 4))


def test_one_series_of_accidents_for_all_points_is_told(tmp_path):
    of = experiment(accidents="shared", replicates=1, curves="none", scopes=("nation",))
    row = open_sweep(made(tmp_path / "one", of, shaken)).effects(lever="policy", outcome="performance").iloc[0]
    assert row["interval"] == "points, one series" and row["low"] < row["effect"] < row["high"]
    assert np.isnan(row["chance"])
    own = open_sweep(made(tmp_path / "own", experiment(replicates=1, curves="none"), shaken))
    assert own.effects(lever="policy", outcome="performance")["interval"].iloc[0] == "points"


def test_rows_of_a_table_are_chosen_and_no_sample(tmp_path):
    rows = tuple({"r_f": x, "skill": 0.1} for x in (0.1, 0.5, 0.9))
    of = experiment(kind="table", rows=rows, points=0, uncertainties=experiment().uncertainties[:2], replicates=5)
    row = open_sweep(made(tmp_path / "table", of, shaken)).effects(lever="policy", outcome="performance").iloc[0]
    assert row["interval"] == "chance" and row["low"] < row["effect"] < row["high"]


def test_components_of_a_table_with_holes_come_out_on_average(tmp_path):
    """As where the last block, of more replicates, is half done."""
    found, means = [], []
    for seed in range(1500):
        random = np.random.default_rng(seed)
        values = random.normal(size=(20, 1)) + 0.7 * random.normal(size=5) + 0.5 * random.normal(size=(20, 5))
        values[12:, 3:] = np.nan
        known = crossed(values)
        found.append((known.points, known.replicates, known.rest, known.chance + known.points / 20))
        means.append(np.nanmean(values, axis=1).mean())
    # The variance of the mean is that of points and of chance together.
    truth = (1.0, 0.49, 0.25, np.var(means))
    np.testing.assert_allclose(np.mean(found, axis=0), truth, rtol=0.06)
    # One point more or less with what a block brought first changes little.
    values[12:, 3:] = random.normal(size=(8, 2))
    whole = crossed(values[:, :3])
    values[1:, 3:] = np.nan
    part = crossed(values)
    assert part.chance == pytest.approx(whole.chance, rel=0.2) and whole.free == pytest.approx(2.0)
    assert np.isnan(crossed(values[:, :1]).chance)


def test_an_unfinished_grid_has_an_interval_of_what_there_is(tmp_path):
    of = experiment(kind="grid", points=20, replicates=4, curves="none", scopes=("nation",), outcomes=("performance",))
    blocks = [((0, 20), (0, 2)), ((0, 20), (2, 4))]
    folder = made(tmp_path / "grid", of, shaken, blocks=blocks, part_units=1, parts=50)
    sweep = open_sweep(folder)
    row = sweep.effects(lever="policy", horizon="end").iloc[0]
    known = crossed(sweep.pairs.table(sweep.pairs.values("performance_end")[:, 2]))
    half = stats.t.ppf(0.975, known.free) * np.sqrt(known.chance)
    assert row["pairs"] == 50 and 1 < known.free < 3 and row["high"] - row["effect"] == pytest.approx(half)


def test_the_standard_error_of_an_estimate_is_given_the_accidents_that_points_share():
    state = State(10, 20, 0, 1.0, 1.0, "performance", 0.5, 0.0123, 5)
    assert state.told == "standard error 0.012"
    shared = State(10, 20, 0, 1.0, 1.0, "performance", 0.5, 0.0123, 5, shared=True)
    assert shared.told == "standard error 0.012, given these accidents"
    assert State(0, 20, 0, 1.0, 1.0, "performance", 0.5, float("nan"), 1).told == ""
