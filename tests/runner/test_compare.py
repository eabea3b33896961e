"""Comparing worlds: pairing, horizons, failures, precision, and what is stored."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis import paired
from sim.analysis import sample as samples
from sim.engines.engine import Engine
from sim.engines.engine import engine as load_engine
from sim.errors import UserError
from sim.experiment import horizons
from sim.experiment.horizons import Horizon, measured, usual
from sim.experiment.smallest_effect import Smallest, smallest
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS
from sim.results.comparison import open_comparison
from sim.runner.compare import compare, differences
from sim.runner.run import RunFailed
from sim.world.build import build
from tests.brief import brief
from tests.fakes import MONTHS, fake, row, traced, world


def test_effects_are_computed_from_the_stored_pairs(tmp_path):
    worlds = [world(), world("elected", "election"), world("third", "share", policy={
        "changes": {"switch": {"date": "1921-07", "rule": "share", "share": 0.5}}})]  # fmt: skip
    result = compare(*worlds, replicates=12, out=tmp_path / "c", engine=fake())
    assert result.worlds == ["base", "elected", "third"] and result.manifest["pairs"] == 12
    pairs = result.pairs()
    assert len(pairs) == 12 * 3 * len(result.horizons) * len(SCOPES)
    main = pairs[(pairs["horizon"] == result.horizons[0]) & (pairs["scope"] == "capital")]
    by_world = main.pivot(index="replicate", columns="world", values="performance")
    difference = by_world["elected"] - by_world["base"]
    found = row(result, scope="capital")
    assert found.effect == pytest.approx(difference.mean()) and abs(found.effect - 0.1) < 0.02
    assert found.error == pytest.approx(difference.std() / math.sqrt(12))
    assert found.correlation == pytest.approx(by_world["elected"].corr(by_world["base"]))
    assert (found.superiority, found.pairs, found.reading) == (1.0, 12, "above")
    assert row(result, "open_skloki").superiority == 0.0, "less is better"
    assert row(result, of=2).effect == 0.0, "the third differs from the baseline in a rule that does nothing here"
    misfit = row(result, "misfit", "industrial")
    assert misfit.pairs == 0 and math.isnan(misfit.effect) and misfit.reading == "undecided"
    classes = result.effects().groupby("outcome")["scope"].nunique()
    assert (classes["reserve"], classes["performance"]) == (1, 5), "no rows for what is not recorded by class"


def test_bands_follow_the_months(tmp_path):
    result = compare(world(), world("b", "election"), replicates=9, out=tmp_path / "c", engine=fake())
    frame = result.bands("performance")
    assert len(frame) == 2 * len(SCOPES) * 12
    nation = frame[frame["scope"] == "nation"].set_index(["world", "month"])
    base, other = nation.loc["base"], nation.loc["b"]
    assert base["effect"].isna().all() and (other["effect"][:6] == 0).all()
    last = row(result, at=-1)
    assert other["effect"].iloc[-1] == pytest.approx(last.effect, rel=1e-5)
    ends = other.iloc[-1][["low", "high", "pair_p10", "pair_p90"]].tolist()
    assert ends == pytest.approx([last.low, last.high, last.pair_low, last.pair_high], rel=1e-4)
    assert (base["p10"] <= base["p50"]).all() and other["mean"].iloc[-1] == pytest.approx(last.other)
    assert list(frame["pairs"].unique()) == [9]
    hidden = result.bands("misfit")
    assert hidden.loc[hidden["scope"] == "industrial", "p50"].isna().all()


NAN = math.nan


@pytest.mark.parametrize(
    ("courses", "effect"),
    [
        (([1, 2, NAN, NAN], [NAN, NAN, 3, 4]), None),
        (([1, 2, 3, NAN], [NAN, 2, 3, 4]), 0.0),
        (([1, 2, 3, 4], [NAN, NAN, 3.5, 4.5]), 0.5),
        (([1, 2, 3, NAN], [NAN, 2, NAN, 4]), None),
        (([1, 2, 3, 4], [1, 2, 3, 6], [1, 2, 3, NAN]), 0.0),
    ],
)
def test_a_span_compares_the_same_months_in_all_worlds(courses, effect):
    sample = samples.Sample(
        [f"w{at}" for at in range(len(courses))], MONTHS[:4], [Horizon("1921-01", "1921-04")], [0] * len(courses)
    )
    for replicate in range(2):
        stored = sample.add(replicate, traced(*courses)).to_pandas()["performance"]
    found = samples.effect_of(sample, 1, 0, Smallest())
    if effect is None:
        assert (found.pairs == 0).all() and np.isnan(found.effect).all() and stored.isna().all()
    else:
        plain = [not outcome.in_months for outcome in OUTCOMES.values()]
        assert (found.pairs == 2)[:, plain].all() and (found.effect == effect)[:, plain].all()
        assert len(stored) == len(courses) * len(SCOPES) and stored.notna().all()


def test_a_few_equal_pairs_are_no_certainty_unless_the_worlds_have_the_same_inputs():
    spans = [Horizon("1921-01", "1921-02"), Horizon("1921-01", "1921-04")]
    sample = samples.Sample(["base", "late", "never"], MONTHS[:4], spans, [None, 2, None])

    def read(world: int, horizon: int) -> str:
        (reading,) = np.unique(samples.effect_of(sample, world, horizon, Smallest()).reading)
        return str(reading)

    for replicate in range(paired.FEW):
        if replicate in (2, paired.FEW - 1):
            assert [read(1, 0), read(1, 1), read(2, 1)] == ["within", "undecided", "within"]
        sample.add(replicate, traced([1.0] * 4, [1.0] * 4, [1.0] * 4))
    assert read(1, 1) == "within"


def test_more_replicates_begin_with_the_same(tmp_path):
    worlds = [world(), world("b", "election")]
    few = compare(*worlds, replicates=5, out=tmp_path / "few", engine=fake()).pairs()
    many = compare(*worlds, replicates=9, out=tmp_path / "many", engine=fake()).pairs()
    pd.testing.assert_frame_equal(few, many[many["replicate"] < 5])


def test_a_world_against_itself(tmp_path):
    result = compare(world(), world(), replicates=4, out=tmp_path / "c", engine=load_engine("reference"))
    assert result.worlds == ["base", "base-2"] and result.manifest["parting"] is None
    assert result.manifest["worlds"][1]["differs"] == []
    frame = result.effects()
    defined = frame[frame["pairs"] > 0]
    assert (defined["effect"] == 0).all() and (defined["superiority"] == 0.5).all()
    assert (defined.loc[defined["pairs"] > 1, "error"] == 0).all()
    assert (defined["correlation"].isna() | (defined["correlation"] > 0.999999)).all()


@pytest.mark.parametrize("name", brief(["compiled", "reference"], "compiled"))
def test_real_worlds_are_one_until_they_part_and_share_accidents_afterwards(name, tmp_path):
    worlds = [world(months=24), world("b", "election", months=24)]
    result = compare(*worlds, replicates=12, out=tmp_path / "c", engine=load_engine(name))
    assert result.manifest["parting"] == "1921-07"
    bands = result.bands()
    other = bands[(bands["world"] == "b") & bands["effect"].notna()]
    early = other["month"] < "1921-07-01"
    assert (other.loc[early, "effect"] == 0).all() and (other.loc[~early, "effect"] != 0).any()
    assert row(result, "appointed").effect < -0.1
    assert row(result).correlation > 0.3 and row(result).saved > 0
    assert result.manifest["worlds"][1]["differs"] == [
        {"field": "policy.changes.switch.rule", "base": "appointment", "other": "election"}
    ]


def test_a_failed_replicate_is_left_out_of_all_worlds(tmp_path):
    def fail(world, replicate):
        if (world.scenario.title, replicate) in (("World b", 2), ("World base", 3), ("World b", 3)):
            raise ZeroDivisionError("by nobody")

    worlds = [world(), world("b", "election")]
    result = compare(*worlds, replicates=6, out=tmp_path / "c", engine=fake(before=fail), seed=7)
    assert result.manifest["pairs"] == 4 and row(result).pairs == 4
    assert list(result.pairs()["replicate"].unique()) == [0, 1, 4, 5]
    failed = [(entry["world"], entry["replicate"]) for entry in result.manifest["failed"]]
    assert failed == [("b", 2), ("base", 3), ("b", 3)]
    entry = result.manifest["failed"][0]
    assert entry["seed"] == 7 and entry["error"] == "ZeroDivisionError: by nobody"
    assert entry["where"].startswith("test_compare.py:")
    whole = compare(*worlds, replicates=6, out=tmp_path / "whole", engine=fake(), seed=7).pairs()
    kept = whole[whole["replicate"].isin([0, 1, 4, 5])].reset_index(drop=True)
    pd.testing.assert_frame_equal(result.pairs(), kept)


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit, UserError("no such place")])
def test_nothing_is_left_of_what_did_not_end_well(error, tmp_path):
    def fail(world, replicate):
        if replicate == 1 or error is ZeroDivisionError:
            raise error

    expected = RunFailed if error is ZeroDivisionError else error if isinstance(error, type) else UserError
    with pytest.raises(expected, match="all 3 replicates failed" if expected is RunFailed else None):
        compare(world(), world("b"), replicates=3, out=tmp_path / "c", engine=fake(before=fail))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (world("b", months=11), r"b.toml: period: found 1921-01 to 1921-11; allowed: the months of base.*period.end"),
        (world("b", run={"seed": 3}), r"b.toml: run.seed: found 3; allowed: the seed of base, 1921 \(--seed S"),
        (world("b", tree={"kind": "synthetic", "guberniias": 5}), r"b.toml: tree: found 5 guberniias and 0 uezds; "),
        (world("b", tree={"kind": "synthetic", "guberniias": 4, "alike": True}), "committees of base"),
    ],
)
def test_worlds_that_cannot_be_paired_are_refused(other, message, tmp_path):
    with pytest.raises(UserError, match=message):
        compare(world(), other, replicates=2, out=tmp_path / "c", engine=fake())
    assert not list(tmp_path.iterdir())


def test_what_is_refused_for_its_seed_can_be_mended_and_places_may_differ_in_what_they_are(tmp_path):
    result = compare(world(), world("b", run={"seed": 3}), replicates=2, seed=8, out=tmp_path / "c", engine=fake())
    assert result.manifest["seed"] == 8
    literate = world("b", tree={"kind": "synthetic", "guberniias": 4, "literacy_floor": 0.7})
    result = compare(world(), literate, replicates=2, out=tmp_path / "d", engine=fake())
    assert result.manifest["parting"] == "1921-01" and result.manifest["worlds"][1]["differs"][0]["other"] == 0.7


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizons": ["1921-13"]}, "--horizon: found '1921-13'; allowed: a month YYYY-MM"),
        ({"horizons": ["1920-12"]}, "within 1921-01 to 1921-12"),
        ({"horizons": ["1921-05:1921-02", "1921-01:1922-01"]}, r"1921-05:1921-02'(.|\n)*1921-01:1922-01"),
        ({"horizons": ["1921-01:1921-02:1921-03"]}, "--horizon"),
        ({"outcomes": ["performanse"]}, "--outcome: .*did you mean 'performance'"),
        ({"precision": 0.0}, "--precision: found 0; allowed: a number above 0"),
        ({"precision": 1e-320}, "--precision: found .*; allowed: a number above 0, 1e-09 at least"),
        ({"precision": math.nan}, "--precision: found nan"),
        ({"precision": 0.1, "target": "speed"}, "--for: found 'speed'"),
        ({"workers": 0}, "--workers: found 0; allowed: 1 or more"),
        ({"threads": 0}, "--workers: found 0"),
        ({"workers": 2, "threads": 2}, "--workers: found 2, and --threads 2; allowed: one of the two"),
        ({"replicates": 0}, "--replicates: found 0"),
        ({"engine": "steam"}, "--engine: found steam"),
    ],
)
def test_wrong_requests_are_refused_and_leave_nothing(options, message, tmp_path):
    with pytest.raises(UserError, match=message):
        compare(world(), world("b"), **{"replicates": 2, "out": tmp_path / "c", "engine": fake()} | options)
    assert not list(tmp_path.iterdir())


def test_one_world_is_no_comparison(tmp_path):
    with pytest.raises(UserError, match="two scenarios or more"):
        compare(world(), replicates=2, out=tmp_path / "c", engine=fake())


def names(parting: int, months: int) -> list[str]:
    return [horizon.name for horizon in usual(MONTHS[:months], parting)]


def test_the_usual_horizons_count_from_the_parting():
    assert names(35, 108) == ["1923-12:1926-11", "1923-12:1929-12", "1924-12", "1926-12", "1929-12"]
    assert names(0, 12) == ["1921-01:1921-12", "1921-12"]
    assert names(11, 12) == ["1921-12"]


def test_the_mean_of_a_span_is_over_what_is_defined_if_that_is_half(tmp_path):
    values = np.array([[1.0, np.nan, np.nan], [2.0, 4.0, np.nan], [3.0, np.nan, 5.0], [6.0, 2.0, np.nan]])
    at = [Horizon("1921-01", "1921-04"), Horizon("1921-02", "1921-02")]
    np.testing.assert_array_equal(measured(values[:, None], at, MONTHS)[:, 0], [[3, 3, np.nan], [2, 4, np.nan]])


def test_the_mean_of_a_span_is_over_what_is_defined_in_all_worlds_of_a_pair():
    one, other = np.array([1.0, 2.0, 4.0, 8.0]), np.array([np.nan, 1.0, 2.0, 3.0])
    few = np.array([np.nan, np.nan, np.nan, 5.0])
    courses = np.stack([one, other, few], axis=1)[..., None]
    at = [Horizon("1921-01", "1921-04"), Horizon("1921-04", "1921-04")]
    nothing = [np.nan] * 3
    np.testing.assert_array_equal(measured(courses, at, MONTHS)[..., 0], [nothing, [8, 3, 5]])
    two = np.array([True, True, False])
    np.testing.assert_array_equal(measured(courses, at, MONTHS, two)[..., :2, 0], [[14 / 3, 2], [8, 3]])
    np.testing.assert_array_equal(measured(courses, at, MONTHS, alone=True)[..., 0], [[3.75, 2, np.nan], [8, 3, 5]])


def test_recovery_in_months_is_the_months_by_which_a_world_is_ahead():
    months = [f"{1921 + at // 12}-{at % 12 + 1:02d}" for at in range(60)]
    ahead, growth = 3, 0.02
    grown = 0.1 * np.exp(growth * np.arange(60))
    courses = np.stack([grown, grown * np.exp(growth * ahead)], axis=1)[..., None]
    at = [Horizon("1923-01", "1925-12"), Horizon("1924-06", "1924-06")]
    found = measured(courses, at, months, outcomes=["recovery_months"])[..., 0]
    np.testing.assert_allclose(found[:, 1] - found[:, 0], ahead, atol=1e-5)
    # where nothing grows, a gap of one part in a hundred is two and a half months and not endless
    level = np.stack([np.ones(60), np.full(60, 1.01)], axis=1)[..., None]
    still = measured(level, at, months, outcomes=["recovery_months"])
    np.testing.assert_allclose(still[:, 1, 0] - still[:, 0, 0], np.log(1.01) / 0.004, atol=1e-5)
    # a world that failed neither has months nor moves the other's
    alone = measured(courses, at, months, np.array([True, False]), outcomes=["recovery_months"])[..., 0]
    assert np.isnan(alone[:, 1]).all() and np.isfinite(alone[:, 0]).all()


@pytest.mark.parametrize(
    ("changes", "month"),
    [
        ({}, None),
        ({"rule": "election"}, 6),
        ({"parameters": {"g_y": 0.2}}, 0),
        ({"mechanisms": {"transfers": False}}, 0),
        ({"options": {"order": "random"}}, 0),
        ({"events": {"hunger": {"kind": "famine", "start": "1921-09"}}}, 8),
        ({"threat": {"shift": 0.1}}, 0),
        ({"tree": {"kind": "synthetic", "guberniias": 4, "skill_shift": 0.1}}, 0),
        ({"why": "no difference"}, None),
    ],
)
def test_worlds_part_in_the_first_month_in_which_anything_differs(changes, month):
    built = [build(one.scenario) for one in (world(), world(**changes))]
    assert horizons.parting(built) == month
    assert horizons.parting([built[0], built[0], built[1]]) == month


def test_every_world_has_its_own_parting(tmp_path):
    late = {"changes": {"switch": {"date": "1921-09", "rule": "election"}}}
    worlds = [world(), world("b", "election"), world("c", policy=late), world("d", why="the same")]
    manifest = compare(
        *worlds, replicates=2, out=tmp_path / "c", engine=fake(), outcomes=["misfit", "conflict", "misfit"]
    ).manifest
    assert [entry["parting"] for entry in manifest["worlds"]] == [None, "1921-07", "1921-07", None]
    assert manifest["parting"] == "1921-07" and manifest["shown"] == ["misfit", "conflict"]


def test_what_differs_is_told_without_what_is_left_open():
    plain, elected = world(policy={}), world("b", "election", parameters={"g_y": 0.2}, run={"seed": 3})
    found = {entry["field"]: (entry["base"], entry["other"]) for entry in differences(plain, elected)}
    switch = "policy.changes.switch."
    assert found.pop("parameters.g_y")[1] == 0.2
    assert found == {f"{switch}date": (None, "1921-07"), f"{switch}rule": (None, "election")}
    off = {"changes": {"switch": {"date": "1921-07", "rule": "election", "enabled": False}}}
    (only,) = differences(world("b", "election"), world("c", policy=off))
    assert only == {"field": f"{switch}enabled", "base": True, "other": False}


def test_smallest_effects_of_interest():
    usual = Smallest()
    assert usual.of(OUTCOMES["performance"], 0.2) == 0.005 and usual.of(OUTCOMES["paralysed"], 0.2) == 1 / 85
    assert usual.of(OUTCOMES["recovery_months"], 30.0) == 1 and usual.of(OUTCOMES["members"], 400.0) == 20.0
    read = smallest(["0.02", "recovery=0.1", "misfit=0.001"])
    assert [read.of(OUTCOMES[name], 0.5) for name in ("performance", "recovery", "misfit")] == [0.02, 0.1, 0.001]
    with pytest.raises(UserError) as caught:
        smallest(["-1", "much", "misfitt=0.1", "recovery=nan"])
    assert len(caught.value.problems) == 4 and caught.value.problems[2].suggestion == "misfit"


def test_curves_are_kept_of_the_first_replicates_only(tmp_path, monkeypatch):
    worlds = [world(), world("b", "election")]
    whole = compare(*worlds, replicates=8, out=tmp_path / "whole", engine=fake())
    monkeypatch.setattr(samples, "CURVES", 2 * 3 * 4 * 12 * len(SCOPES) * len(OUTCOMES))
    result = compare(*worlds, replicates=8, out=tmp_path / "c", engine=fake())
    assert result.manifest["pairs_of_curves"] == 3 and set(result.bands("performance")["pairs"]) == {3}
    pd.testing.assert_frame_equal(result.effects(), whole.effects())
    three = compare(*worlds, replicates=3, out=tmp_path / "three", engine=fake())
    pd.testing.assert_frame_equal(result.bands(), three.bands())


def test_each_pair_has_its_own_draw_the_same_in_all_worlds(tmp_path):
    seen: dict[int, list[Any]] = {}
    engine = fake(before=lambda world, replicate: seen.setdefault(replicate, []).append((world.p, world.variants)))
    worlds = [replace(world(), layers={"parameters.r_f": "base.toml:3"}), world("b", "election"), world("c", "share")]
    result = compare(*worlds, draws=5, out=tmp_path / "c", engine=engine)
    assert result.manifest["pairs"] == 5 and list(seen) == [0, 1, 2, 3, 4]
    samples = result.draws.samples(0, 5)
    for number, worlds_of_pair in seen.items():
        assert len(worlds_of_pair) == 3 and all(one == worlds_of_pair[0] for one in worlds_of_pair)
        p, variants = worlds_of_pair[0]
        assert vars(p)["kv"] == samples[number]["kv"] and variants["unserved"] == samples[number]["unserved"]
        assert vars(p)["r_f"] == PARAMETERS["r_f"].default and "r_f" not in samples[number], "a file has set it"
    assert len({vars(found[0][0])["kv"] for found in seen.values()}) == 5
    fewer = compare(*worlds[1:], draws=3, out=tmp_path / "few", engine=fake())
    assert fewer.draws.samples(0, 3)[2]["kv"] == samples[2]["kv"]


def test_over_what_the_intervals_are_is_stored(tmp_path):
    worlds = [world(), world("b", "election", parameters={"g_y": 0.2})]
    drawn = compare(*worlds, draws=2, out=tmp_path / "drawn", engine=fake()).manifest
    assert "over chance, parameters and readings, drawn from their ranges" in drawn["uncertainty"]
    names = [factor["name"] for factor in drawn["draws"]["factors"]]
    assert drawn["draws"]["seed"] == 1921 and "r_f" in names and "g_y" not in names, "the worlds differ in it"
    plain = compare(*worlds, replicates=2, out=tmp_path / "plain", engine=fake())
    assert plain.draws is None and "over chance only, at fixed parameters" in plain.manifest["uncertainty"]


def test_worlds_part_where_a_draw_parts_them(tmp_path):
    worlds = [world(), world("b", mechanisms={"networks": False})]
    assert compare(*worlds, replicates=2, out=tmp_path / "plain", engine=fake()).manifest["parting"] is None
    drawn = compare(*worlds, draws=2, out=tmp_path / "drawn", engine=fake()).manifest
    assert drawn["parting"] == drawn["worlds"][1]["parting"] == "1921-01", "at the defaults networks do nothing"


def test_a_comparison_of_draws_ends_at_its_precision(tmp_path):
    found = compare(world(), world("b", "election"), draws=300, precision=0.01, out=tmp_path / "c", engine=fake())
    assert found.manifest["precision"]["reached"] and found.manifest["pairs"] < 300


def test_threads_change_nothing(tmp_path):
    worlds, engine = [world(), world("b", "election")], fake()
    threaded = Engine("fake", engine.build, engine.simulate, threads=True)
    one = compare(*worlds, replicates=7, out=tmp_path / "one", engine=engine)
    many = compare(*worlds, replicates=7, out=tmp_path / "many", engine=threaded, threads=3)
    more = compare(*worlds, replicates=7, out=tmp_path / "more", engine=threaded, workers=3)
    for name in one.manifest["files"]:
        assert (one.path / name).read_bytes() == (many.path / name).read_bytes() == (more.path / name).read_bytes()


def test_the_manifest_says_how_it_came_about_and_damage_is_found(tmp_path):
    worlds = [world(run={"committees": True}), world("b", "election", parameters={"g_y": 0.2})]
    path = compare(*worlds, replicates=3, out=tmp_path / "c", engine=fake(), outcomes=["misfit"]).path
    record = json.loads((path / "manifest.json").read_text())
    assert (record["engine"], record["seed"], record["replicates"], record["level"]) == ("fake", 1921, 3, 0.95)
    assert record["shown"] == ["misfit"] and record["smallest"] == {"share": None, "relative": 0.05, "named": {}}
    assert "chance only, at fixed parameters" in record["uncertainty"]
    assert record["worlds"][0]["scenario"]["run"]["committees"] is False
    g_y = [next(p["value"] for p in one["parameters"] if p["name"] == "g_y") for one in record["worlds"]]
    assert g_y[1] == 0.2 != g_y[0]
    assert {"versions", "commit", "platform", "started", "wall_seconds"} <= record.keys()
    open_comparison(path)
    with (path / "effects.csv").open("a") as file:
        file.write("x")
    with pytest.raises(UserError, match="effects.csv: found .* the file is damaged"):
        open_comparison(path)
    with pytest.raises(UserError, match="no comparison"):
        open_comparison(tmp_path)


def test_an_earlier_comparison_is_replaced_only_on_request(tmp_path, monkeypatch):
    worlds = [world(), world("b", "election")]
    compare(*worlds, replicates=2, out=tmp_path / "c", engine=fake())
    with pytest.raises(UserError, match="--force"):
        compare(*worlds, replicates=3, out=tmp_path / "c", engine=fake())
    (tmp_path / "c" / "figures").mkdir()
    assert compare(*worlds, replicates=3, out=tmp_path / "c", engine=fake(), force=True).manifest["pairs"] == 3
    (tmp_path / "c" / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="other files"):
        compare(*worlds, replicates=3, out=tmp_path / "c", engine=fake(), force=True)
    monkeypatch.chdir(tmp_path)
    path = compare(*worlds, replicates=2, engine=fake()).path
    assert path.parent == tmp_path / "results" / "comparisons" and path.name.startswith("base-b-2")
