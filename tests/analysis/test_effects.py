"""Paired effects of a sweep: equal to a slow computation from the rows, and careful about what they are over."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.analysis.effects import COLUMNS
from sim.analysis.importance import correlation_ratio, influence
from sim.analysis.sweep import open_sweep
from sim.errors import UserError
from tests.analysis.test_variance_components import rows_of
from tests.brief import brief
from tests.made_sweep import choice, experiment, made

PLAIN = (
    "effect", "base", "low", "high", "chance", "superiority", "within", "points_better", "points_above",
    "points_below", "points_within",
)  # fmt: skip


def slow(frame, column, lever, option, baseline, others=None, sign=1, size=None, relative=None):
    """The same from the table of runs, pair by pair."""
    keep = frame if others is None else frame.loc[np.logical_and.reduce([frame[k] == v for k, v in others.items()])]
    pairs = {}
    for (point, replicate), rows in keep.groupby(["point", "replicate"]):
        base, other = (rows.loc[rows[lever] == value, column].to_numpy() for value in (baseline, option))
        if np.isfinite(base).all() and np.isfinite(other).all():
            pairs.setdefault(point, []).append((np.mean(other) - np.mean(base), np.mean(base), replicate))
    effects = {point: [pair[0] for pair in found] for point, found in pairs.items()}
    means = np.array([np.mean(found) for found in effects.values()])
    flat = np.concatenate([found for found in effects.values()])
    base = np.mean([np.mean([pair[1] for pair in found]) for found in pairs.values()])
    size = size if size is not None else relative * abs(base)
    n, k = len(flat), len(means)
    half = stats.t.ppf(0.975, k - 1) * means.std(ddof=1) / np.sqrt(k)
    inner = sum(sum((value - np.mean(found)) ** 2 for value in found) for found in effects.values()) / (n - k)
    counts = np.array([len(found) for found in effects.values()])
    outer = (counts * (means - flat.mean()) ** 2).sum() / (k - 1)
    spread = max(0.0, (outer - inner) / ((n - (counts**2).sum() / n) / (k - 1)))
    return {
        "points": k, "pairs": n, "effect": means.mean(), "base": base,
        "low": means.mean() - half, "high": means.mean() + half, "chance": inner / (inner + spread),
        "points_better": np.mean([1.0 if m * sign > 0 else 0.5 if m == 0 else 0.0 for m in means]),
        "superiority": np.mean([1.0 if m * sign > 0 else 0.5 if m == 0 else 0.0 for m in flat]),
        "within": np.mean(np.abs(flat) <= size), "points_above": np.mean(means > size),
        "points_below": np.mean(means < -size), "points_within": np.mean(np.abs(means) <= size),
        "smallest": size, **{name: np.quantile(means, at) for name, at in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95))},
    }  # fmt: skip


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    of = experiment(curves="none")
    return open_sweep(made(tmp_path_factory.mktemp("sweep") / "sweep", of, fail=[3, 8, 9, 17, 18, 240]))


@pytest.mark.parametrize(
    ("outcome", "scope", "horizon", "sign", "size"),
    [
        ("misfit", "agrarian", "end", -1, {"size": 0.01}), ("recovery", "capital", "after", 1, {"relative": 0.05}),
        *(pytest.param(*case, marks=pytest.mark.exhaustive) for case in (
            ("performance", "nation", "after", 1, {"size": 0.005}),
            ("opposition_nation", "nation", "end", 1, {"size": 0.02}),
        )),
    ],
)  # fmt: skip
def test_effects_equal_a_slow_computation(sweep, outcome, scope, horizon, sign, size):
    frame = sweep.runs()
    column = sweep.column(outcome, scope, horizon)
    found = sweep.effects(lever="policy", outcome=outcome, scope=scope, horizon=horizon)
    assert list(found) == COLUMNS and len(found) == 1
    wanted = slow(frame, column, "policy", "election", "appointment", sign=sign, **size)
    for name, value in wanted.items():
        assert found[name].iloc[0] == pytest.approx(value, rel=1e-9, abs=1e-12), name
    assert found["others"].iloc[0] == "pooled" and found["interval"].iloc[0] == "points"
    each = sweep.effects(lever="policy", outcome=outcome, scope=scope, horizon=horizon, each=True)
    assert each["others"].tolist() == ["peace = off", "peace = on"]
    for at, peace in enumerate((False, True)):
        wanted = slow(frame, column, "policy", "election", "appointment", {"peace": peace}, sign, **size)
        for name, value in wanted.items():
            assert each[name].iloc[at] == pytest.approx(value, rel=1e-9, abs=1e-12), name


def test_effects_where_a_condition_holds_equal_a_slow_computation_there(sweep):
    column = sweep.column("performance", "nation", "after")
    frame = sweep.runs()
    g_y, g_r = (factor.name for factor in sweep.experiment.uncertainties[:2])
    middle = float(frame[g_y].median())
    condition = f"{g_y} < {middle!r} OR {g_r} IS NULL"
    found = sweep.effects(lever="policy", outcome="performance", scope="nation", horizon="after", where=condition)
    wanted = slow(frame[frame[g_y] < middle], column, "policy", "election", "appointment", size=0.005)
    assert 1 < wanted["points"] < len(set(frame["point"])) - 1
    for name, value in wanted.items():
        assert found[name].iloc[0] == pytest.approx(value, rel=1e-9, abs=1e-12), name
    some, whole = sweep.effects(where=condition), sweep.effects()
    assert some["failed"].sum() < whole["failed"].sum(), "failed runs elsewhere do not count"
    assert sweep.effects(where="true").equals(whole)


@pytest.mark.parametrize(("condition", "allowed"), [
    ("false", "what is true of some point"), ("\"order\" = 'ned' AND r_f > 0.1", "r_f from 0 to 1; order = 'need' or "),
    ("depth = 7", "depth = 0.1 or 0.3 or 1.0"),
])  # fmt: skip
def test_a_condition_that_no_point_fits_is_refused(sweep, condition, allowed):
    with pytest.raises(UserError, match=f"which no point fits; allowed: {allowed}"):
        sweep.effects(where=condition)


def test_a_number_is_no_condition(sweep):
    g_y = sweep.experiment.uncertainties[0].name
    for value, kind in ((g_y, "DOUBLE"), ("1", "INTEGER"), ("'true'", "VARCHAR")):
        with pytest.raises(UserError, match=f"where: found .*{kind}, neither true nor false; allowed: a condition on"):
            sweep.effects(where=value)


@pytest.mark.parametrize(
    "condition", ["mood > 1", "performance > 0", "", "1; DROP TABLE runs", "policy = 'election'", "point < 3",
     "r_f < 0) OR (r_f > 0.5", "r_f > 0, r_f < 1", "r_f > 0 UNION SELECT true", "r_f > 0 --", "r_f > 0 AS high"],
)
def test_what_is_no_condition_on_uncertainties_is_refused(sweep, condition):
    with pytest.raises(UserError, match="where: found .*; allowed: a condition on uncertainties, as in SQL"):
        sweep.effects(where=condition)


def test_a_condition_is_told_what_is_wrong_in_its_own_words(sweep):
    with pytest.raises(UserError, match="where: found 'r_ff'; allowed: a condition .*; did you mean 'r_f'"):
        sweep.effects(where="r_ff > 0.5")
    with pytest.raises(UserError, match=r"where: found '\(r_f > 0.5', which is no whole condition; allowed: a "):
        sweep.effects(where="(r_f > 0.5")


def test_failed_runs_take_their_pairs_with_them_and_are_counted(sweep):
    each = sweep.effects(lever="policy", outcome="performance", scope="nation", horizon="end", each=True)
    # Without peace runs 8, 18 and 240 failed, with it 3, 9 and 17; 8 and 9 are of one unit, so are 17 and 18.
    assert each["failed"].tolist() == [3, 3] and each["pairs"].tolist() == [117, 117]
    assert each["undefined"].tolist() == [0, 0]
    pooled = sweep.effects(lever="policy", outcome="performance", scope="nation", horizon="end")
    assert pooled["failed"].tolist() == [4] and pooled["pairs"].tolist() == [116]


def test_what_is_not_defined_is_no_failure(tmp_path):
    def sometimes(drawn, levers, outcome, scope, noise):
        return np.where((drawn["r_f"] < 0.3) & (levers["policy"] == "election"), np.nan, drawn["r_f"])

    found = open_sweep(made(tmp_path / "sweep", experiment(curves="none"), sometimes)).effects(
        lever="policy", outcome="performance", scope="nation", horizon="end"
    )
    assert found["undefined"].iloc[0] > 0 and found["failed"].iloc[0] == 0
    assert found["pairs"].iloc[0] == 120 - found["undefined"].iloc[0] and found["effect"].iloc[0] == 0.0
    assert found["points_better"].iloc[0] == 0.5 and found["points_within"].iloc[0] == 1.0


def test_replicates_that_cancel_are_neither_a_win_nor_a_loss(tmp_path):
    """One of 96 places less in one replicate, and more in the other: the mean is nothing, up to rounding."""
    def cancelling(drawn, levers, outcome, scope, noise):
        base = 9 / 96 + drawn["r_f"] / 7
        return base + (levers["policy"] == "election") * np.where(np.arange(len(base)) % 2, 1, -1) / 96

    of = experiment(curves="none", outcomes=("performance",), scopes=("nation",))
    found = open_sweep(made(tmp_path / "sweep", of, cancelling))
    row = found.effects(lever="policy", horizon="end").iloc[0]
    assert (row["points"], row["pairs"], row["points_better"], row["superiority"]) == (60, 120, 0.5, 0.5)
    assert row[["effect", "low", "high", "p5", "p95"]].tolist() == [0.0] * 5
    assert (found.importance(lever="policy")["sign"] == 0.0).all()
    values = np.full(120, 1e-9)
    assert (found.pairs.by_point(values)[0] == values[:60]).all(), "what is small alone is not nothing"


def test_rows_can_be_stored_in_any_parts_and_blocks(tmp_path):
    of = experiment(curves="none")
    one = open_sweep(made(tmp_path / "one", of, part_units=200))
    blocks = [((0, 25), (0, 1)), ((0, 25), (1, 2)), ((25, 60), (0, 2))]
    other = open_sweep(made(tmp_path / "other", of, part_units=3, blocks=blocks))
    assert other.pairs.point.tolist() == one.pairs.point.tolist()
    assert one.effects(outcome="performance").equals(other.effects(outcome="performance"))


def chance(share):
    """Effects of which a known part is accident: standard deviations share and 1 - share."""

    def truth(drawn, levers, outcome, scope, noise):
        elected = levers["policy"] == "election"
        return elected * (0.1 * (drawn["r_f"] - 0.5) * np.sqrt(12 * (1 - share)) + 0.1 * np.sqrt(share) * noise[1])

    return truth


@pytest.mark.parametrize("share", brief([0.0, 0.3, 1.0], 0.3))
def test_the_part_of_chance_is_found(tmp_path, share):
    of = experiment(points=400, curves="none", outcomes=("performance",), scopes=("nation",))
    found = open_sweep(made(tmp_path / "sweep", of, chance(share))).effects(lever="policy", horizon="end")
    assert found["chance"].iloc[0] == pytest.approx(share, abs=0.09)


def test_without_replicates_chance_is_not_known(tmp_path):
    sweep = open_sweep(made(tmp_path / "sweep", experiment(replicates=1, curves="none")))
    found = sweep.effects(lever="policy", outcome="performance")
    assert found["chance"].isna().all() and found["low"].notna().all()


def test_over_a_grid_or_one_point_the_interval_is_of_chance_alone(tmp_path):
    of = experiment(kind="grid", points=20, replicates=6, curves="none", scopes=("nation",))
    sweep = open_sweep(made(tmp_path / "grid", of, chance(0.5)))
    row = sweep.effects(lever="policy", outcome="performance", horizon="end").iloc[0]
    effect = rows_of(sweep)
    # A replicate has the same accidents at all points: six series tell, not a hundred and twenty.
    error = effect.mean(axis=0).std(ddof=1) / np.sqrt(6)
    assert row["interval"] == "chance"
    assert row["high"] - row["effect"] == pytest.approx(stats.t.ppf(0.975, 5) * error)
    one = open_sweep(made(tmp_path / "one", experiment(points=1, replicates=8, curves="none"), chance(0.5)))
    row = one.effects(lever="policy", outcome="performance", scope="nation", horizon="end").iloc[0]
    assert row["interval"] == "chance" and row["points"] == 1 and row["low"] < row["effect"] < row["high"]
    alone = open_sweep(made(tmp_path / "alone", experiment(points=1, replicates=1, curves="none")))
    assert np.isnan(alone.effects(lever="policy", outcome="performance")["low"]).all()


def test_points_with_accidents_of_their_own_that_were_chosen_have_the_chance_of_all(tmp_path):
    of = experiment(kind="grid", accidents="own", points=20, replicates=6, curves="none", scopes=("nation",))
    sweep = open_sweep(made(tmp_path / "grid", of, chance(0.5)))
    row = sweep.effects(lever="policy", outcome="performance", horizon="end").iloc[0]
    error = np.sqrt(rows_of(sweep).var(axis=1, ddof=1).mean() / 120)
    assert row["high"] - row["effect"] == pytest.approx(stats.t.ppf(0.975, 100) * error)


def test_points_of_a_saltelli_design_count_by_families(tmp_path):
    """A design whose every point stands five times over has the interval of its families, not a narrower one."""
    def families(drawn, levers, outcome, scope, noise):
        return (levers["policy"] == "election") * drawn["family"]

    rows = [{"family": float(np.sin(point // 5))} for point in range(60)]
    of = experiment(rows=tuple(rows), points=60, curves="none", uncertainties=(), replicates=1)
    plain = open_sweep(made(tmp_path / "plain", of, families)).effects(lever="policy", outcome="performance").iloc[0]
    of = experiment(kind="saltelli", rows=tuple(rows), points=12, curves="none", uncertainties=(), replicates=1)
    sweep = open_sweep(made(tmp_path / "saltelli", of, families, count=60))
    assert sweep.pairs.family == 5
    row = sweep.effects(lever="policy", outcome="performance").iloc[0]
    values = np.sin(np.arange(12))
    half = stats.t.ppf(0.975, 11) * values.std(ddof=1) / np.sqrt(12)
    assert row["high"] - row["effect"] == pytest.approx(half)
    assert row["high"] - row["low"] > 2 * (plain["high"] - plain["low"])


def test_levers_and_options_of_any_kind_and_none(tmp_path):
    levers = (choice("month", "1923-12", "1924-06", "1925-01"), choice("depth", 0.1, 0.5), choice("mode", "one"))
    of = experiment(points=5, levers=levers, curves="none", outcomes=("performance",), scopes=("nation",))

    def dated(drawn, levers, outcome, scope, noise):
        return drawn["r_f"] + {"1923-12": 0.0, "1924-06": 0.1, "1925-01": 0.3}[levers["month"]] * levers["depth"]

    sweep = open_sweep(made(tmp_path / "dated", of, dated))
    found = sweep.effects(horizon="end", each=True).set_index(["option", "others"])["effect"]
    assert found["1925-01", "depth = 0.5, mode = one"] == pytest.approx(0.15)
    assert found["1924-06", "depth = 0.1, mode = one"] == pytest.approx(0.01)
    assert found[0.5, "month = 1925-01, mode = one"] == pytest.approx(0.12) and len(found) == 7
    assert len(sweep.effects(lever="month", option="1924-06", horizon="end")) == 1
    none = open_sweep(made(tmp_path / "none", experiment(points=4, levers=(), curves="none")))
    assert none.effects().empty and list(none.effects()) == COLUMNS


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ({"lever": "polices"}, "policy"), ({"lever": "policy", "option": "elections"}, "election"),
        ({"outcome": "performence"}, "performance"), ({"scope": "agrarean"}, "agrarian"),
        ({"horizon": "aftre"}, "after"),
    ],
)  # fmt: skip
def test_wrong_names_are_refused_with_the_nearest(sweep, asked, nearest):
    with pytest.raises(UserError, match=f"did you mean '{nearest}'"):
        sweep.effects(**asked)


def test_truth_values_may_be_written_in_any_way(sweep):
    for option in (True, "on", "true", "True"):
        assert sweep.effects(lever="peace", option=option, outcome="misfit")["option"].tolist() == [True] * 10


def test_the_correlation_ratio_is_nothing_on_average_where_groups_do_not_matter():
    random = np.random.default_rng(5)
    found = [correlation_ratio(random.integers(0, 20, 100), random.normal(size=100)) for _ in range(400)]
    assert abs(np.mean(found)) < 0.02
    groups = np.repeat(np.arange(4), 25)
    assert correlation_ratio(groups, groups.astype(float)) == 1.0
    assert correlation_ratio(groups, np.zeros(100)) == 0.0 and correlation_ratio(groups[:0], np.zeros(0)) == 0.0


def test_influence_is_greatest_where_it_is_in_truth(sweep):
    pairs = sweep.pairs
    found = influence(sweep, pairs.values("performance")[:, 2] - pairs.values("performance")[:, 0])
    assert set(found.index[:2]) == {"r_f", "skill"} and found.iloc[1] > 0.1 > found.iloc[2]
