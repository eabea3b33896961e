"""Quantiles from histograms: bins in order, as narrow as they say, and the same however they were added up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.analysis.bands import NONE, bins, differences, middle, quantile_name
from sim.analysis.sweep import open_sweep
from sim.errors import UserError
from tests.made_sweep import MONTHS, course, draws, experiment, made, truth

ANY = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(arrays(np.float64, st.integers(1, 30), elements=st.floats(0, 1)))
def test_shares_lie_within_half_a_thousandth_of_their_bins_middle(values):
    found = bins(values, "performance")
    assert found.dtype == np.int32 and (found >= 0).all() and (found <= 1000).all()
    assert np.abs(middle(found, "performance") - values).max() <= 0.0005 + 1e-12


@given(st.lists(ANY, min_size=1, max_size=40))
def test_bins_of_other_numbers_keep_the_order_and_are_a_fifth_of_a_percent_wide(values):
    values = np.sort(np.array(values, np.float32))
    found = bins(values, "recovery")
    assert (np.diff(found) >= 0).all()
    normal = np.abs(values) > 1e-37
    error = np.abs(middle(found, "recovery") - values)[normal] / np.abs(values[normal])
    assert error.max(initial=0.0) <= 2.0**-10 * 1.001
    assert np.abs(middle(found, "recovery") - values)[~normal].max(initial=0.0) < 1e-37


def test_what_is_not_defined_has_no_bin_and_what_is_infinite_stays_so():
    values = np.array([np.nan, 0.0, -0.0, np.inf, -np.inf, 1.0, 2.0**-140])
    found = bins(values, "recovery")
    assert found[0] == NONE and found[1] == found[2]
    back = middle(found, "recovery")
    assert np.isnan(back[0]) and abs(back[1]) < 1e-38
    assert back[3] == np.inf and back[4] == -np.inf and back[5] == pytest.approx(1.0, rel=0.001)
    assert bins([np.nan, 1.0, 1.5, -0.1, 0.9995], "paralysed").tolist() == [NONE, 1000, 1000, 0, 999]
    assert np.isnan(middle([NONE], "paralysed")[0]) and middle([1000], "paralysed")[0] == 1.0


def exact(of, outcome, combination, scope):
    """Courses of all runs of a combination, shape (runs, months)."""
    units = [(point, replicate) for point in range(of.design.points) for replicate in range(of.replicates)]
    noise = np.stack([np.random.default_rng([1921, p, r]).normal(size=2) for p, r in units], axis=1)
    options = of.combinations[combination]
    world = {lever.name: option.value for lever, option in zip(of.levers, options, strict=True)}
    drawn = draws(of, np.array([point for point, _ in units]))
    return course(truth(drawn, world, outcome, scope, noise) + 0.0).astype(np.float32)


@pytest.mark.parametrize("kind", ["quantiles", "all"])
def test_bands_are_within_a_bin_of_the_exact_quantiles(tmp_path, kind):
    of = experiment(points=23, curves=kind)
    sweep = open_sweep(made(tmp_path / "sweep", of, part_units=5))
    frame = sweep.bands(at=(0.1, 0.5, 0.9, 0.975))
    assert len(frame) == 4 * 2 * 2 * len(MONTHS)
    assert list(frame["policy"].unique()) == ["appointment", "election"] and set(frame["runs"]) == {46}
    for combination, outcome, place, scope in [(0, "performance", 0, "nation"), (3, "recovery", 1, "capital")]:
        mine = frame[(frame["combination"] == combination) & (frame["outcome"] == outcome) & (frame["scope"] == scope)]
        assert mine["month"].dt.strftime("%Y-%m").tolist() == MONTHS
        values = exact(of, outcome, combination, place)
        for share in (0.1, 0.5, 0.9, 0.975):
            wanted = np.quantile(values.astype(np.float64), share, axis=0)
            width = 1e-6 if kind == "all" else 0.0005 if outcome == "performance" else 2.0**-10 * wanted
            assert (np.abs(mine[quantile_name(share)].to_numpy() - wanted) <= width * 1.001).all()


def test_bands_do_not_hang_on_parts_and_leave_out_runs_that_failed(tmp_path):
    of = experiment(points=12)
    one = open_sweep(made(tmp_path / "one", of, part_units=3)).bands()
    other = open_sweep(made(tmp_path / "other", of, part_units=24)).bands()
    assert one.equals(other)
    failed = open_sweep(made(tmp_path / "failed", of, fail=[0, 4])).bands()
    assert failed["runs"].tolist() == [22 if combination == 0 else 24 for combination in failed["combination"]]


def test_differences_are_those_of_pairs(tmp_path):
    of = experiment(points=15, curves="all")
    sweep = open_sweep(made(tmp_path / "sweep", of, fail=[6]))
    frame = differences(sweep, "performance", [2], ["capital"])
    pairs = exact(of, "performance", 2, 1).astype(np.float64) - exact(of, "performance", 0, 1)
    pairs = np.delete(pairs, 1, axis=0)  # run 6 is combination 2 of unit 1
    assert set(frame["combination"]) == {2} and set(frame["runs"]) == {29}
    np.testing.assert_allclose(frame["p10"], np.quantile(pairs, 0.1, axis=0), atol=1e-6)
    np.testing.assert_allclose(frame["p90"], np.quantile(pairs, 0.9, axis=0), atol=1e-6)
    assert differences(open_sweep(made(tmp_path / "bins", experiment(points=3))), "performance", [2], ["nation"]).empty


def test_without_curves_there_are_no_bands_and_a_wrong_name_is_told(tmp_path):
    none = open_sweep(made(tmp_path / "none", experiment(points=3, curves="none")))
    assert none.bands().empty and "p50" in none.bands()
    with pytest.raises(UserError, match="this sweep kept no curves"):
        none.bands(["performance"])
    some = open_sweep(made(tmp_path / "some", experiment(points=3)))
    with pytest.raises(UserError, match="did you mean 'performance'"):
        some.bands(["perfomance"])


@pytest.mark.parametrize("kind", ["quantiles", "all"])
def test_what_is_no_share_of_the_runs_is_refused_and_one_may_stand_alone(tmp_path, kind):
    sweep = open_sweep(made(tmp_path / "sweep", experiment(points=3, curves=kind)))
    for at, found in (((0.1, -0.1), "-0.1"), (2, "2"), (float("nan"), "nan"), ("half", "'half'")):
        with pytest.raises(UserError, match=f"^at: found {found}; allowed: a share from 0 to 1, such as 0.9$"):
            sweep.bands(at=at)
    assert [*sweep.bands(at=np.float64(0.25))][-1] == "p25" and [*sweep.bands(at=(0, 1))][-2:] == ["p0", "p100"]
