"""Worlds in memory: the numbers and words of what is stored, nothing on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

import sim
from sim.analysis.sentences import answer
from sim.engines.engine import engine
from sim.errors import UserError
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS

SMALL = {"tree.only": ["Moscow", "Petrograd", "Tula", "Tambov"], "tree.uezds": 16, "period.end": "1924-12"}


def test_replicates_are_those_that_run_stores(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    live = sim.live("historical", sets=SMALL, replicates=[0, 2])
    stored = sim.run("historical", sets=SMALL, replicates=3, out=tmp_path / "run").trajectories()
    assert live.values("performance", "agrarian").tobytes() == stored.of("performance", "agrarian")[[0, 2]].tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["run"], "live stores nothing"


def test_no_replicate_is_made_before_it_is_asked_for_or_twice():
    made = []
    plain = engine()

    def simulate(world, replicate, on_month=None, *, events=True):
        made.append(replicate)
        return plain.simulate(world, replicate, on_month, events=events)

    live = sim.live("historical", sets=SMALL, replicates=6, engine=replace(plain, simulate=simulate), workers=1)
    assert made == []
    first = list(islice(live, 2))
    assert len(made) == 2 and len(first) == 2
    live.bands("performance")
    assert made == [0, 1, 2, 3, 4, 5]
    assert next(iter(live)) is first[0]


@pytest.mark.parametrize("numbers", [0, "3", 2.0, [], [1, 1], [1.5], [-1], [2**32], ["1"], None])
def test_numbers_that_no_replicate_has_are_refused(numbers):
    with pytest.raises(UserError, match="live: replicates: found "):
        sim.live("historical", sets=SMALL, replicates=numbers)


def test_names_that_no_trajectory_has_are_refused(tmp_path):
    live, stored = (sim.live("historical", sets=SMALL, replicates=np.int64(1)),
                    sim.run("historical", 1, out=tmp_path / "r", sets=SMALL))
    for found in (live.trajectories(), stored.trajectories()):
        with pytest.raises(UserError, match="did you mean 'recovery'"):
            found.of("recoveri", "agrarian")
        with pytest.raises(UserError, match="scope: found 'rural'; allowed: nation, capital"):
            found.of("recovery", "rural")


def test_a_band_is_of_all_replicates():
    live = sim.live("historical", sets=SMALL, replicates=5)
    bands, values = live.bands("conflict", at=(0.5,)), live.values("conflict")
    assert list(bands["p50"]) == list(np.median(values, axis=0))
    assert np.allclose(bands["mean"], values.mean(axis=0), rtol=0, atol=1e-15)
    assert list(bands["month"].dt.strftime("%Y-%m")) == live.months


def test_maps_and_stories_need_what_they_are_made_of():
    live = sim.live("historical", sets=SMALL, replicates=2)
    with pytest.raises(UserError, match="states=True"):
        live.map("conflict")
    with pytest.raises(UserError, match="events=True"):
        live.story("Tula")
    live = sim.live("historical", sets=SMALL, replicates=2, states=True, events=True)
    found = live.map("conflict", "1923-05")
    assert set(found.index) == set(SMALL["tree.only"])
    kept = [one.committees[live.months.index("1923-05"), :4, 2] for one in live]
    assert np.allclose(found, np.mean(kept, axis=0))
    story = live.story("Tula", replicate=1)
    assert set(story["committee"]) == {"Tula"} and len(story) > 5
    with pytest.raises(UserError, match="Tula"):
        live.story("Tulo")


def test_a_dict_is_a_world():
    world = {"title": "mine", "extends": "historical", **{"tree": {"only": ["Tula"], "uezds": 0}}}
    assert len(sim.live(world, replicates=1).world.committees) == 1


def test_pairs_answer_as_compare_does(tmp_path):
    asked = {"sets": SMALL, "outcomes": ["conflict"], "horizons": ["1924-01:1924-12"]}
    for more in ({"pairs": 4}, {"draws": 4}):
        pair = sim.pair("appointment", "election", **asked, **more)
        number = {"replicates": 4} if "pairs" in more else more
        stored = sim.compare("appointment", "election", **asked, **number, out=tmp_path / "-".join(more))
        assert pair.answer() == answer(stored)
        one, two = pair.effects(), stored.effects()
        assert list(one["effect"]) == pytest.approx(list(two["effect"]), nan_ok=True, abs=1e-15)
        assert list(one["reading"]) == list(two["reading"])
        mine, theirs = pair.bands("conflict"), stored.bands("conflict")
        assert list(mine["p50"]) == pytest.approx(list(theirs["p50"]), nan_ok=True)


def test_arrays_carry_units():
    pytest.importorskip("xarray")
    pair = sim.pair("appointment", "election", sets=SMALL, pairs=2)
    found = pair.to_xarray()
    assert found["performance"].dims == ("world", "replicate", "month", "scope")
    assert found["performance"].attrs["units"] == "share"
    both = [one.values[:, 0, list(OUTCOMES).index("performance")] for one in next(iter(pair))]
    assert found["performance"].sel(replicate=0, scope="nation").values.tobytes() == np.stack(both).tobytes()


@pytest.mark.parametrize("made", [
    lambda: sim.live("historical", sets=SMALL, replicates=2),
    lambda: sim.pair("appointment", "election", sets=SMALL, pairs=3),
])  # fmt: skip
def test_notebooks_show_title_and_picture(made):
    shown = made()
    html = shown._repr_html_()
    assert "data:image/png;base64," in html
    assert shown.title.split(" against ")[0].replace('"', "&quot;") in html


def test_wrong_requests_say_what_is_allowed():
    for call, words in (
        (lambda: sim.live("historical", replicates=0), "replicates"),
        (lambda: sim.live("historical", outcomes=["performence"]), "performance"),
        (lambda: sim.live("historical", sets=SMALL, replicates=1).values("performance", "agrarien"), "agrarian"),
        (lambda: sim.pair("appointment", "election", pairs=0), "pairs"),
    ):
        with pytest.raises(UserError, match=words):
            call()


def test_the_registry_is_json():
    known = json.loads(json.dumps(sim.registered(), allow_nan=False))
    assert [one["name"] for one in known["parameters"]] == [*PARAMETERS]
    assert {one["name"] for one in known["outcomes"]} == {*OUTCOMES}


def test_a_question_within_a_loop_makes_no_run_twice():
    live = sim.live("historical", sets=SMALL, replicates=4)
    asked = [(one, live.values("performance")) for one in live]
    assert len(asked) == 4 and all(values.shape[0] == 4 for _, values in asked)
    pair = sim.pair("appointment", "election", sets=SMALL, pairs=3)
    said = [pair.answer() for _ in pair]
    assert len(said) == 3 and said[0] == said[2]
    assert (pair.effects()["pairs"] <= 3).all() and len(pair.sample.replicates) == 3


def test_worlds_that_differ_in_a_reading_alone_are_not_called_the_same():
    """Whatever is not dated counts from the first month."""
    base = {"extends": "appointment", "title": "A"}
    pair = sim.pair(base, base | {"variants": {"place_terms": "by_literacy"}}, sets=SMALL, pairs=4)
    assert pair.sample.partings == [None, 0]
    assert "no finding" not in pair.answer()[0]
