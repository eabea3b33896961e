"""Single guberniias: what is kept of them is what the nation's outcomes are means of, and no more than maps need."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import sim
from sim.analysis import paired
from sim.analysis.places import PlaceEffects, mapped
from sim.data.tables import guberniias
from sim.engines.engine import engine
from sim.errors import UserError
from sim.experiment.horizons import Horizon, measured
from sim.registry.outcomes import OUTCOME_INDEX
from sim.results.run_rows import PLACE_OUTCOMES, outcomes_of
from sim.scenario.load import load

SMALL = {
    "title": "A few places", "period": {"start": "1921-01", "end": "1922-06"},
    "tree": {"only": ["Moscow", "Petrograd", "Tula", "Tver"], "uezds": 8},
}  # fmt: skip
ELECTED = SMALL | {"title": "Elected", "policy": {"changes": {"x": {"date": "1921-07", "rule": "election"}}}}


@pytest.fixture(scope="module")
def made():
    """Four replicates of both worlds, with states."""
    chosen = engine()
    worlds = [chosen.build(mapped(load(one).scenario)) for one in (SMALL, ELECTED)]
    return worlds, [[chosen.simulate(world, number) for world in worlds] for number in range(4)]


def test_the_mean_over_places_is_the_nations_outcome(made):
    for both in made[1]:
        for one in both:
            found = outcomes_of(one.committees[:, :4]).mean(axis=1)
            nation = one.values[:, 0, [OUTCOME_INDEX[name] for name in PLACE_OUTCOMES]]
            named = dict(zip(PLACE_OUTCOMES, zip(found.T, nation.T, strict=True), strict=True))
            for name in ("performance", "recovery", "conflict", "skloki_year", "open_skloki", "appointed", "misfit"):
                np.testing.assert_allclose(*named[name], atol=1e-12, err_msg=name)


def test_effects_are_those_of_all_pairs_at_once(made):
    worlds, pairs = made
    horizons, months = [Horizon("1921-07", "1922-06"), Horizon("1922-06", "1922-06")], worlds[0].months
    kept = PlaceEffects(worlds[0].committees, horizons, months)
    for both in pairs:
        kept.add(both)
    frame = kept.table(["b"]).to_pandas()
    assert len(frame) == 4 * 2 * len(PLACE_OUTCOMES) and set(frame["pairs"]) == {4}
    stacked = np.stack([np.stack([outcomes_of(one.committees[:, :4]) for one in both], axis=2) for both in pairs])
    values = np.stack([measured(one, horizons, months, outcomes=PLACE_OUTCOMES) for one in stacked])
    whole = paired.effects(values[..., 0, :], values[..., 1, :], 1.0, 0.01)  # horizons, places, outcomes
    rows = frame.set_index(["outcome", "committee", "horizon"])
    for o, outcome in enumerate(PLACE_OUTCOMES):
        for g, place in enumerate(worlds[0].committees[:4]):
            for h, horizon in enumerate(horizons):
                found = rows.loc[outcome, place.name, horizon.name]
                for name in ("base", "effect", "low", "high", "error"):
                    wanted = getattr(whole, name)[h, g, o]
                    assert found[name] == pytest.approx(wanted, rel=1e-9, abs=1e-12), (outcome, place.name, name)


def test_states_are_held_of_real_places_that_leave_room_and_no_others():
    scenario = load("historical").scenario
    assert mapped(scenario).run.committees and not scenario.run.committees
    assert not mapped(load("historical", ["tree.uezds=20000"]).scenario).run.committees
    assert not mapped(load("historical", ["tree.kind=synthetic"]).scenario).run.committees


@pytest.mark.exhaustive
def test_a_run_keeps_means_by_place_and_draws_its_map_unasked(unwritten, tmp_path):
    result = sim.run(SMALL, replicates=3, out=tmp_path / "run")
    assert "committees" not in result.tables and result.manifest["scenario"]["run"]["committees"] is False
    frame = result.places(["performance", "skloki_year"])
    assert len(frame) == 18 * 4 and set(frame["committee"]) == {*SMALL["tree"]["only"]}
    wanted = result.monthly().query("scope == 'nation'").groupby("month")["performance"].mean()
    np.testing.assert_allclose(frame.groupby("month")["performance"].mean(), wanted)
    assert tmp_path / "run" / "figures" / "tilemap-performance.png" in sim.plot(result)
    sim.export(result)
    with (tmp_path / "run" / "csv" / "columns.csv").open(encoding="utf-8", newline="") as file:
        book = [row["column"] for row in csv.DictReader(file) if row["table"] == "places"]
    assert book == result.frame("places").columns.to_list()
    assert (tmp_path / "run" / "csv" / "places.csv").exists()
    assert result.query("SELECT count(*) AS n FROM places WHERE unit_class = 'capital'")["n"][0] == 36


def test_made_up_places_are_told_that_they_have_none(tmp_path):
    result = sim.run(SMALL | {"tree": {"kind": "synthetic", "guberniias": 4}}, replicates=1, out=tmp_path / "run")
    assert "places" not in result.tables
    with pytest.raises(UserError, match="real places"):
        result.places(["performance"])


def test_a_comparison_keeps_effects_by_place_whose_mean_is_the_nations(undrawn, tmp_path):
    comparison = sim.compare(SMALL, ELECTED, replicates=5, out=tmp_path / "compared")
    places, whole = comparison.places("performance"), comparison.effects()
    whole = whole.query("outcome == 'performance' and scope == 'nation'").set_index("horizon")["effect"]
    means = places.groupby("horizon")["effect"].mean()
    assert set(places["committee"]) == {*SMALL["tree"]["only"]} and (means != 0).any()
    np.testing.assert_allclose(means[whole.index], whole, atol=1e-12)
    assert any(path.name.startswith("map-") for path in sim.plot(comparison))
    assert {place.unit_class for place in guberniias()} > set(places["unit_class"])
