"""A comparison and a sweep of the same worlds on the same accidents say the same of every outcome."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sim
from sim.experiment.load import load_experiment
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.runner.model_version import model
from sim.runner.sweep import sweep
from tests import golden

SAID = ["pairs", "base", "effect", "low", "high", "superiority", "within", "smallest"]
AT = {"span": "1923-08:1924-01", "end": "1924-01"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    asked = load_experiment(golden.SOURCES / "sweep-pair.toml")
    asked = replace(asked, outcomes=tuple(OUTCOMES), scopes=tuple(SCOPES))
    return sweep(asked, tmp_path_factory.mktemp("doors") / "sweep", 1, part_units=3)


@pytest.fixture(scope="module")
def swept(folder) -> pd.DataFrame:
    return sim.open(folder).effects().replace({"horizon": AT})


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> pd.DataFrame:
    worlds = [golden.SOURCES / f"{name}.toml" for name in ("appointment", "election")]
    out = tmp_path_factory.mktemp("doors") / "comparison"
    return sim.compare(*worlds, replicates=8, horizons=list(AT.values()), threads=1, out=out).effects()


def test_both_doors_give_the_same_effects(swept, compared):
    keys = ["outcome", "scope", "horizon"]
    one, other = (frame.set_index(keys).sort_index() for frame in (swept, compared))
    assert list(one.index) == list(other.index)
    assert set(OUTCOMES) == set(swept["outcome"]) and set(SCOPES) == set(swept["scope"])
    known = other["pairs"] > 0
    for name in SAID:
        np.testing.assert_allclose(one[name][known], other[name][known], rtol=1e-9, atol=1e-15, err_msg=name)
    assert (one["pairs"][~known] == 0).all()
    assert (one["reading"] == other["reading"])[known].all() and one["reading"].nunique() > 2


def test_the_worlds_are_such_that_it_matters(folder, swept):
    """Over each run's own months the effects were others: the two worlds are not defined in the same ones."""
    old = sim.open(golden.STORED / "sweep-pair").effects(horizon="span", scope="nation").set_index("outcome")
    new = swept[(swept["horizon"] == AT["span"]) & (swept["scope"] == "nation")].set_index("outcome")
    for outcome, same in (("performance", True), ("tenure_elected", False)):
        assert (old.loc[outcome, "effect"] == new.loc[outcome, "effect"]) is np.bool_(same)
    assert sim.open(folder).manifest["format_version"] == 2


def test_a_run_beside_its_pair_gives_the_same_again(folder, tmp_path):
    again = sim.rerun(folder, run=5, out=tmp_path / "again")
    assert again.equal is True and again.row is not None
    assert sum(value is None for value in again.row.values()) > 2, "outcomes that are not defined"


def test_a_sweep_of_the_first_format_goes_on_as_it_was_begun(tmp_path):
    folder = shutil.copytree(golden.STORED / "sweep-pair", tmp_path / "old")
    (folder / "manifest.json").write_text(json.dumps(golden.manifest(folder) | {"model": model()}))
    stored = sim.open(folder).runs()
    sweep(load_experiment(golden.SOURCES / "sweep-pair.toml"), folder, 1, extend=2)
    grown = sim.open(folder)
    assert grown.manifest["format_version"] == 1 and grown.progress()["runs"] == 2 * len(stored)
    new = replace(load_experiment(golden.SOURCES / "sweep-pair.toml"), replicates=16)
    other = sim.open(sweep(new, tmp_path / "new", 1)).runs().set_index("run")
    own = grown.runs().set_index("run")
    pd.testing.assert_series_equal(own["performance"], other["performance"])
    more = own["tenure_elected"].notna().sum() - other["tenure_elected"].notna().sum()
    assert more > 0 or not own["tenure_elected"].equals(other["tenure_elected"])
