"""Into a sweep go rows of its own experiment and draws alone; whatever differs is named."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from sim.errors import UserError
from sim.experiment import designs
from sim.experiment.experiment import Factor, Option
from sim.experiment.plan import Plan
from sim.experiment.smallest_effect import Smallest
from sim.runner.sweep import sweep
from tests.tiny import POLICY, UNCERTAINTIES, experiment, files


def changed(known):
    other = Factor("policy", (POLICY.options[0], Option("election", {"policy": {"rule": "readiness"}})))
    narrower = replace(UNCERTAINTIES[0], high=0.5)
    return {
        "seed": (replace(known, seed=1922), ["seed: found 1921 -> 1922"]),
        "design": (replace(known, design=replace(known.design, seed=8)), ["design.seed: found 7 -> 8"]),
        "lever": (replace(known, levers=(other, known.levers[1])), ["levers.policy.options", "readiness"]),
        "range": (replace(known, uncertainties=(narrower, *UNCERTAINTIES[1:])), ["r_f.high: found 0.55 -> 0.5"]),
        "dropped": (replace(known, uncertainties=UNCERTAINTIES[1:]), ['uncertainties.r_f.low: found 0.02 -> nothing']),
        "base": (replace(known, base={**known.base, "parameters": {"g_y": 1}}), ["parameters.g_y: found nothing -> 1"]),
        "kept": (replace(known, scopes=("nation",)), ["scopes", "agrarian"]),
    }  # fmt: skip


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    return sweep(experiment(), tmp_path_factory.mktemp("begun") / "s")


@pytest.mark.parametrize("what", ["seed", "design", "lever", "range", "dropped", "base", "kept"])
def test_another_experiment_is_refused_with_what_differs(what, begun):
    other, said = changed(experiment())[what]
    before = files(begun)
    with pytest.raises(UserError, match=r"begin anew in another folder \(--out\)") as refused:
        sweep(other, begun)
    assert all(text in str(refused.value) for text in said)
    assert files(begun) == before


@pytest.mark.parametrize(
    ("other", "said"), [(experiment(10), "design.points: found 10"), (experiment(replicates=4), "replicates: found 4")]
)
def test_another_number_of_runs_is_refused_with_a_hint(other, said, begun):
    with pytest.raises(UserError, match="--extend 2x") as refused:
        sweep(other, begun)
    assert said in str(refused.value)


def test_words_may_change(begun):
    known = experiment(name="other", title="Said better", why="Because", smallest=Smallest(share=0.02))
    sweep(known, begun)
    manifest = json.loads((begun / "manifest.json").read_text())
    assert (manifest["title"], manifest["experiment"]["smallest"]["share"]) == ("Said better", 0.02)


def test_other_draws_are_refused(begun, monkeypatch):
    draws = designs.samples

    def other(*given):
        return [{**draw, "r_f": np.nextafter(draw["r_f"], 1.0)} for draw in draws(*given)]

    monkeypatch.setattr(designs, "samples", other)
    with pytest.raises(UserError, match="draws: found other points than those of the rows there are"):
        sweep(experiment(), begun)


def test_one_position_that_differs_is_seen(monkeypatch):
    plan = Plan.first(5_000, 1, 4, 100)
    known = experiment(5_000)
    before = designs.hashes(known, plan)
    places = designs.positions

    def other(*given):
        found = places(*given).copy()
        found[-1, -1] = np.nextafter(found[-1, -1], 1.0)
        return found

    monkeypatch.setattr(designs, "positions", other)
    assert designs.hashes(known, plan) != before


def test_large_designs_are_looked_at_in_a_moment(monkeypatch):
    # dictionaries of values would take minutes, and much memory
    drawn = []
    draws = designs.samples
    counted = lambda *given: drawn.append(given[3] - given[2]) or draws(*given)  # noqa: E731
    monkeypatch.setattr(designs, "samples", counted)
    for kind in ("sobol", "grid"):
        designs.hashes(experiment(100_000, kind=kind), Plan.first(100_000, 1, 4, 100))
    assert sum(drawn) <= 2 * designs.SOME


