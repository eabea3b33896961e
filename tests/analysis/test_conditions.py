"""Effects in thirds of the uncertainties, by year and at options of another lever, and what they go with."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.conditions import apart
from sim.analysis.importance import influence
from sim.analysis.sweep import open_sweep
from sim.errors import UserError
from sim.experiment.horizons import Horizon
from tests.made_sweep import EXPERIMENT, choice, experiment, made


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    """Give a sweep in which election gains where r_f and skill are large."""
    return open_sweep(made(tmp_path_factory.mktemp("sweep") / "sweep", of=experiment(curves="none"), count=120))


def test_parts_of_an_uncertainty_hold_each_point_once(sweep):
    found = sweep.thirds()
    assert set(found["lever"]) == {"policy"} and set(found["outcome"]) == {"performance"}
    whole = sweep.effects(lever="policy", outcome="performance", scope="nation", horizon="after")
    for factor in sweep.experiment.uncertainties:
        rows = found[found["uncertainty"] == factor.name]
        assert rows["points"].sum() == 120
        mean = np.average(rows["effect"], weights=rows["points"])
        assert mean == pytest.approx(whole["effect"].item(), rel=1e-9)
    by = found.set_index(["uncertainty", "group"])["effect"]
    assert by["r_f", "low"] < by["r_f", "middle"] < by["r_f", "high"]
    assert set(found.loc[found["uncertainty"] == "order", "group"]) == {"need", "random", "rank"}
    assert set(found.loc[found["uncertainty"] == "depth", "group"]) == {"0.1", "0.3", "1"}


def rows_of(*values):
    return tuple({"r_f": value} for value in values)


def parts(folder, replicates=2, **changes):
    """Return the parts of r_f's values, with their points."""
    of = experiment(uncertainties=EXPERIMENT.uncertainties[:1], replicates=replicates, curves="none", **changes)
    found = open_sweep(made(folder, of)).thirds()
    assert found["effect"].notna().all()
    return dict(zip(found["group"], found["points"], strict=True))


def test_few_settings_are_told_by_their_values_and_no_part_is_empty(tmp_path):
    for name, values, wanted in (
        ("levels", (0.1, 0.5) * 4, {"0.1": 4, "0.5": 4}),
        ("base", (0.28, 0.02, 0.28, 0.28, 0.55), {"0.02": 1, "0.28": 3, "0.55": 1}),
        ("single", (0.1, 0.5), {"low": 1, "high": 1}),
        ("drawn", (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), {"low": 2, "middle": 2, "high": 2}),
        ("capped", (*np.arange(11) / 20, *[0.9] * 9), {"low": 7, "middle": 4, "high": 9}),
        ("at base", (*[0.5] * 20, *np.arange(11) / 10), {"low": 26, "high": 5}),
    ):
        assert parts(tmp_path / name, kind="table", rows=rows_of(*map(float, values)), points=0) == wanted, name


def test_a_part_of_one_family_has_no_interval(tmp_path, recwarn):
    """All points at one setting may be of one trajectory: how points vary is not known, and nothing is divided."""
    rows = rows_of(0.1, 0.3, 0.1, 0.3, 0.6, 0.6)
    of = experiment(kind="morris", points=3, rows=rows, uncertainties=EXPERIMENT.uncertainties[:1], curves="none")
    found = open_sweep(made(tmp_path / "morris", of, count=6)).thirds().set_index("group")
    assert found["points"].to_dict() == {"0.1": 2, "0.3": 2, "0.6": 2} and not recwarn.list
    assert found["low"].notna().to_dict() == {"0.1": True, "0.3": True, "0.6": False}


def test_a_third_is_what_the_same_condition_gives(sweep):
    limit = np.quantile(sweep.pairs.first(sweep.pairs.drawn("r_f")), 1 / 3)
    for asked in ({"lever": "peace"}, {"outcome": "misfit", "scope": "agrarian", "horizon": "end"}):
        third = sweep.thirds(**asked)
        third = third[(third["uncertainty"] == "r_f") & (third["group"] == "low")]
        rest = {"lever": "policy", "outcome": "performance", "scope": "nation", "horizon": "after"}
        same = sweep.effects(where=f"r_f <= {float(limit)!r}", **(rest | asked))
        for name in ("points", "effect", "low", "high", "superiority", "points_better", "p50"):
            assert third[name].item() == same[name].item(), name


def test_the_most_important_come_first_and_a_sign_may_hang_on_others(sweep):
    found = sweep.importance()
    assert list(found) == ["uncertainty", "size", "sign", "lever", "option", "outcome"]
    assert set(found["uncertainty"][:2]) == {"r_f", "skill"} and found["size"].is_monotonic_decreasing
    pairs = sweep.pairs
    sign = np.where(pairs.drawn("r_f") > 0.5, 1.0, -1.0)
    values = sign * 0.01 + np.where(pairs.drawn("speed") > 0.5, 1.0, 0.0)
    size, signs = influence(sweep, values), influence(sweep, np.sign(values))
    assert size.index[0] == "speed" and signs.index[0] == "r_f" and signs["r_f"] > 0.5


@pytest.mark.parametrize("method", ["thirds", "importance"])
@pytest.mark.parametrize(("asked", "said"), [
    ({"lever": "polcy"}, "lever or uncertainty|'policy'"), ({"option": "elections"}, "'election'"),
    ({"option": "appointment"}, "the baseline itself"), ({"outcome": "perfomance"}, "'performance'"),
    ({"scope": "agraria"}, "'agrarian'"), ({"horizon": "aft"}, "'after'"),
])  # fmt: skip
def test_what_is_not_there_is_refused_with_the_nearest(sweep, method, asked, said):
    with pytest.raises(UserError, match=said):
        getattr(sweep, method)(**asked)


def test_single_years_are_told_apart_from_other_spans(tmp_path):
    horizons = {
        "late": Horizon("1925-01", "1925-12"), "half": Horizon("1923-01", "1923-06"),
        "early": Horizon("1923-01", "1923-12"), "month": Horizon("1924-12", "1924-12"),
    }  # fmt: skip
    of = experiment(horizons=horizons, levers=(choice("policy", "appointment", "election"),), points=8, curves="none")
    found = open_sweep(made(tmp_path / "years", of=of))
    years = found.by_year(outcome="performance", scope="nation")
    assert years[["horizon", "year"]].values.tolist() == [["early", 1923], ["late", 1925]]
    same = found.effects(outcome="performance", scope="nation", horizon="late")
    assert years["effect"].iloc[1] == same["effect"].item()


def test_a_sweep_without_single_years_has_none(sweep):
    assert sweep.by_year().empty


def test_effects_taken_apart_are_those_of_each_option_and_changes_are_paired(tmp_path):
    found = open_sweep(made(tmp_path / "sweep", of=experiment(outcomes=("misfit",), curves="none"), fail=[1, 6]))
    at = apart(found)
    each = found.effects(lever="policy", each=True)
    for row in at.itertuples():
        same = each[(each["scope"] == row.scope) & (each["horizon"] == row.horizon)]
        same = same[same["others"] == f"peace = {row.peace}"]
        assert (row.effect, row.points_better) == (same["effect"].item(), same["points_better"].item())
    nation = at[(at["scope"] == "nation") & (at["horizon"] == "after")].set_index("peace")
    assert nation.loc["off", ["change", "change_low", "change_high"]].tolist() == [0.0, 0.0, 0.0]
    # of misfit, peace takes 0.02 from the effect of election at every point, on the same accidents
    assert nation.loc["on", ["change", "change_low", "change_high"]].tolist() == pytest.approx([-0.02] * 3, abs=1e-9)
    with pytest.raises(UserError, match="independent"):
        apart(open_sweep(made(tmp_path / "shared", of=experiment(accidents="shared", points=8))))
    with pytest.raises(UserError, match="two"):
        apart(open_sweep(made(tmp_path / "one", of=experiment(levers=(choice("policy", "a", "b"),), points=8))))
