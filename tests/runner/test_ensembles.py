"""Draws of an ensemble at every door that takes them: the same, called calibrated, refused where not this model's."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.analysis.sweep import open_sweep
from sim.errors import UserError
from sim.experiment import ensemble as ensembles
from sim.experiment.draws import draws, prior
from sim.experiment.ensemble import Ensemble
from sim.experiment.experiment import Experiment, Factor
from sim.experiment.load import load_experiment
from sim.runner.compare import compare
from sim.runner.ensembles import check_of, checked
from sim.runner.model_version import model
from sim.runner.run import run
from sim.runner.sweep import sweep
from sim.scenario.load import load
from tests import tiny

SMALL = """title = "Small"
[period]
start = "1921-01"
end = "1921-12"
[tree]
kind = "synthetic"
guberniias = 4
"""


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def ensemble(scenario: Path) -> Ensemble:
    """Twelve draws of two parameters and of a variant with one below it, as a calibration might store them."""
    drawn = draws(load(scenario))
    names = ("r_f", "g_y", "unfilled", "succession")
    factors = tuple(factor for factor in prior(load(scenario).scenario) if factor.name in names)
    rows = tuple({name: row[name] for name in (one.name for one in factors)} for row in drawn.samples(0, 12))
    experiment = dataclasses.replace(tiny.experiment(), levers=(), uncertainties=factors, base=tiny.BASE)
    record = experiment.record() | {"curves": "none", "curve_outcomes": [], "curve_points": 0}
    made = Ensemble("record", "2 recorded figures", model(), factors, rows,
                    check_of(record, [f"1921-{month:02d}" for month in range(1, 13)], rows))  # fmt: skip
    place = ensembles.PLACE / "record"
    place.mkdir(parents=True)
    made.write(place / ensembles.FILE)
    return made


def test_an_ensemble_is_read_as_it_was_written(ensemble: Ensemble) -> None:
    for name in ("record", ensembles.PLACE / "record", ensembles.PLACE / "record" / ensembles.FILE):
        assert ensembles.read(name) == ensemble
    assert ensembles.read("record").identity == ensemble.identity


def test_compare_draws_out_of_the_ensemble_and_says_so(scenario: Path, ensemble: Ensemble) -> None:
    found = compare(scenario, {"extends": str(scenario), "title": "Elected", "policy": {"rule": "election"}},
                    ensemble="record", horizons=["1921-12"])  # fmt: skip
    assert found.manifest["pairs"] == 12
    assert found.draws is not None and found.draws.ensemble == ensemble.identity
    assert "calibrated on 2 recorded figures" in found.manifest["uncertainty"]
    first, second = sim.analysis.sentences.answer(found)
    assert "drawn from record, calibrated on 2 recorded figures" in second
    # draw 3 by hand: the same accidents with the draw's values set
    row = {name: value for name, value in ensemble.rows[3].items() if value is not None}
    table: dict[str, Any] = {"parameters": {}, "variants": {}}
    for name, value in row.items():
        table["variants" if isinstance(value, str) else "parameters"][name] = value
    alone = run({"extends": str(scenario), "title": "?", **table}, replicates=1, first=3)
    pairs = found.pairs(["replicate", "world", "scope", "performance"])
    mine = pairs[(pairs["replicate"] == 3) & (pairs["world"] == "small") & (pairs["scope"] == "nation")]
    assert mine["performance"].item() == alone.trajectories().of("performance")[0, -1]


def test_what_a_world_sets_is_not_drawn(scenario: Path, ensemble: Ensemble) -> None:
    found = compare({"extends": str(scenario), "title": "one", "parameters": {"r_f": 0.2}},
                    {"extends": str(scenario), "title": "two", "parameters": {"r_f": 0.4}},
                    ensemble="record", draws=3, horizons=["1921-12"])  # fmt: skip
    assert found.draws is not None and "r_f" not in found.draws.names and "g_y" in found.draws.names


def test_run_takes_a_draw_a_replicate(scenario: Path, ensemble: Ensemble) -> None:
    found = run(scenario, replicates=4, ensemble="record")
    table = pd.read_csv(found.path / "draws.csv")
    assert table["r_f"].tolist() == [row["r_f"] for row in ensemble.rows[:4]]
    listed = {one["name"]: one for one in found.manifest["parameters"]}
    assert {(one["value"], one["layer"]) for name, one in listed.items() if name in table} == {(None, "drawn")}
    assert listed["omega"]["layer"] == "default" and listed["omega"]["value"] == listed["omega"]["default"]
    apart = run(scenario, replicates=4)
    assert (found.trajectories().of("recovery") != apart.trajectories().of("recovery")).any(axis=1).all()
    with pytest.raises(UserError, match="at most 12, the draws of record"):
        run(scenario, replicates=13, ensemble="record")


def test_a_sweep_takes_its_points_from_the_ensemble(scenario: Path, ensemble: Ensemble) -> None:
    place = sweep(tiny.experiment(), ensemble="record", note=(notes := []).append, part_units=2)
    assert place.name == "tiny-record"
    assert any("bench, order, depth" in note for note in notes)
    found = open_sweep(place)
    assert found.experiment.ensemble == ensemble.identity
    drawn = dict((factor.name, values) for factor, values in found.pairs.uncertainties())
    assert drawn["r_f"].tolist() == [row["r_f"] for row in ensemble.rows]
    assert [value or None for value in drawn["succession"]] == [row["succession"] for row in ensemble.rows]
    # each draw has accidents of its own, and more replicates take none of another's
    series = found.query("select distinct point, replicate, series from runs order by all")
    assert series["series"].is_unique
    again = open_sweep(sweep(tiny.experiment(), ensemble="record", extend=2))
    both = again.query("select distinct point, replicate, series from runs order by all")
    assert both["series"].is_unique and len(both) == 2 * len(series)


def test_an_experiment_names_an_ensemble(scenario: Path, ensemble: Ensemble, tmp_path: Path) -> None:
    path = tmp_path / "e.toml"
    text = """title = "?"
scenario = "small.toml"
[uncertainties]
ensemble = "record"
fixed = ["g_y"]
[design]
kind = "ensemble"
points = 5
[keep]
outcomes = ["performance"]
horizons = { end = "1921-12" }
"""
    path.write_text(text)
    found: Experiment = load_experiment(path)
    assert [one.name for one in found.uncertainties] == ["r_f", "unfilled", "succession"]
    assert len(found.design.rows) == 5 and found.accidents == "own"
    assert isinstance(found.uncertainties[0], Factor)
    for old, new, said in (
        ('"record"', '"recard"', 'results/calibration: record; did you mean .record.\\?$'),
        ('kind = "ensemble"\n', 'kind = "latin-hypercube"\n', "together with uncertainties.ensemble"),
        ("points = 5", "points = 13", "1 to 12, the draws of record"),
        ('fixed = ["g_y"]', 'prior = "all"', "an ensemble alone"),
        ('["g_y"]', '["k1"]', "what record draws"),
    ):
        path.write_text(text.replace(old, new))
        with pytest.raises(UserError, match=f"(?s)e.toml.*{said}"):
            load_experiment(path)


def test_draws_of_another_model_are_refused_unless_they_give_the_same(ensemble: Ensemble) -> None:
    other = dataclasses.replace(ensemble, model="0" * 16)
    said: list[str] = []
    assert checked(other, said.append) is other
    assert "3 of its draws, run again, gave the same" in said[0]
    rows = [dict(row) for row in other.check["rows"]]
    rows[1]["T18"] += 1e-12
    moved = dataclasses.replace(other, check={**other.check, "rows": rows})
    with pytest.raises(UserError, match="run 1, T18.*calibrate again"):
        checked(moved)


def test_a_file_that_is_no_ensemble_is_told(ensemble: Ensemble, tmp_path: Path) -> None:
    path = ensembles.PLACE / "record" / ensembles.FILE
    path.write_bytes(b"nothing")
    with pytest.raises(UserError, match="an ensemble, as skloki calibrate"):
        ensembles.read("record")
    row = dict(ensemble.rows[0]) | {"r_f": 7.0}
    dataclasses.replace(ensemble, rows=(row,)).write(path)
    with pytest.raises(UserError, match=r"draw 0.*r_f.*7\.0"):
        ensembles.read("record")


def test_an_experiments_ensemble_is_asked_wherever_it_lies(ensemble: Ensemble, scenario: Path, tmp_path: Path) -> None:
    """Under another name than its own, too."""
    rows = [dict(row) for row in ensemble.check["rows"]]
    rows[0]["T18"] += 1e-12
    moved = dataclasses.replace(ensemble, model="0" * 16, check={**ensemble.check, "rows": rows})
    elsewhere = tmp_path / "copied"
    elsewhere.mkdir()
    moved.write(elsewhere / ensembles.FILE)
    (tmp_path / "e.toml").write_text(
        'title = "?"\nscenario = "small.toml"\n[uncertainties]\nensemble = "copied"\n[design]\nkind = "ensemble"\n'
    )
    with pytest.raises(UserError, match="run 0, T18.*calibrate again"):
        sweep(tmp_path / "e.toml")


def test_a_sweep_over_an_ensemble_goes_on_when_sources_have_changed_and_rows_have_not(ensemble: Ensemble) -> None:
    place = sweep(tiny.experiment(), ensemble="record", part_units=2)
    before = open_sweep(place).query("select * from runs order by run")
    dataclasses.replace(ensemble, model="0" * 16).write(ensembles.PLACE / "record" / ensembles.FILE)
    again = open_sweep(sweep(tiny.experiment(), ensemble="record", extend=2))
    pd.testing.assert_frame_equal(again.query(f"select * from runs where run < {len(before)} order by run"), before)
    other = dataclasses.replace(ensemble, rows=ensemble.rows[::-1])
    other.write(ensembles.PLACE / "record" / ensembles.FILE)
    with pytest.raises(UserError, match=r"ensemble\.digest"):
        sweep(tiny.experiment(), ensemble="record")
