"""The readiness map end to end in small worlds: pairing, what is kept, going on, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engines.engine import engine
from sim.errors import UserError
from sim.experiment import designs
from sim.experiment.horizons import Horizon, measured
from sim.registry.readiness import MEASURES
from sim.results.readiness import LockInTest, ReadinessMap
from sim.results.run_rows import PLACE_OUTCOMES, outcomes_of
from sim.results.sweep import SweepFolder
from sim.runner import readiness as maps
from sim.runner.chunks import scenario_table
from sim.scenario.schema import Scenario
from sim.world.build import build

PLACES = ["Moscow", "Tula", "Viatka"]
SMALL = """
title = "Small"
scenario = "historical"
[set]
period.end = "1924-06"
tree.uezds = 6
tree.only = ["Moscow", "Tula", "Viatka"]
[levers.switch.options]
never = {}
everywhere = { policy.changes.readiness = { date = "1921-01", rule = "election" } }
[uncertainties]
prior = ["r_f", "r_v", "unfilled"]
[design]
kind = "latin-hypercube"
points = 5
seed = 7
[keep]
outcomes = ["recovery_months", "performance", "open_skloki", "paralysed", "threat_perceived"]
[keep.horizons]
after = "1921-01:1923-12"
"""
DRAWS = 3
TABLES = ("shares.parquet", "dates.csv", "places.csv", "frontier.csv", "manifest.json")


def put(figure, folder, stem, svg):
    """Have a picture made, and a file in the place of what would be written."""
    (folder / f"{stem}.png").touch()
    return [folder / f"{stem}.png"]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Write a small experiment; give its file."""
    path = tmp_path_factory.mktemp("asked") / "small.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture(scope="module")
def made(asked, tmp_path_factory):
    """Make its map over the ranges."""
    return maps.made(asked, None, DRAWS, out=tmp_path_factory.mktemp("map") / "m", workers=1)


def test_half_years_of_which_36_months_are_there_are_counted(made):
    halves = made.manifest["halves"]
    assert [half["date"] for half in halves][:3] == ["1921-01", "1921-07", "1922-01"] and len(halves) == 7
    assert [half["date"] for half in halves if half["counted"]] == ["1921-01", "1921-07"]
    assert halves[0]["last"] == "1923-12" and {half["last"] for half in halves[1:]} == {"1924-06"}
    assert made.manifest["runs"] == DRAWS * (2 * 5 + 5 * 2)


def test_what_is_kept(made):
    shares = made.shares()
    assert set(shares["place"]) == set(PLACES) and set(shares["population"]) == {"prior"}
    alone = shares[shares["scheme"] == "unilateral"]
    assert set(alone["half"]) == {"1921-01", "1921-07"} and not alone["later"].any()
    assert len(alone) == 2 * 3 * len(MEASURES) and len(shares) - len(alone) == 7 * 3 * len(MEASURES)
    assert set(shares["draws"]) == {DRAWS}
    assert len(made.dates()) == 2 * 3 * len(MEASURES)
    assert sim.open(made.path).answer == made.answer


@pytest.mark.parametrize("scheme, option", [("universal", 1), ("unilateral", 4)])
def test_a_difference_is_that_of_two_whole_worlds_on_the_same_accidents(scheme, option, asked, made):
    """Worlds are cut off at the horizon and reduced while they run: neither may show."""
    wanted = maps.asked(asked, None, DRAWS)
    [population], half, point, place = wanted.populations, wanted.halves[1], 2, 2
    experiment = maps.experiment_of(population.experiment, half, PLACES)
    [drawn] = designs.samples(experiment, (0, DRAWS), point, point + 1)
    worlds = []
    for combination in (0, option):
        table = scenario_table(experiment, combination, drawn)
        table["period"]["end"] = "1924-12"  # six months more than the experiment has
        worlds.append(build(Scenario.model_validate(table, strict=False)))
    runs = [engine().simulate(world, experiment.series(point, 0), events=False) for world in worlds]
    states = [outcomes_of(run.committees[:, :3]) for run in runs]
    span = [Horizon("1921-07", "1924-06")]
    [values] = measured(np.stack(states, axis=2), span, worlds[0].months, outcomes=PLACE_OUTCOMES)
    folder = SweepFolder.open(made.path / "sweeps" / f"prior-{DRAWS}" / "1921-07")
    rows = folder.table("places").to_table().to_pandas()
    row = rows[(rows["point"] == point) & (rows["scheme"] == scheme) & (rows["place"] == place)]
    assert len(row) == 1
    for measure in MEASURES:
        at = PLACE_OUTCOMES.index(measure)
        assert row[measure].item() == values[place, 1, at] - values[place, 0, at], measure
    assert row["literacy"].item() == runs[0].committees[6, place, 7]


def test_election_in_one_place_alone_is_no_election_everywhere(made):
    rows = SweepFolder.open(made.path / "sweeps" / f"prior-{DRAWS}" / "1921-01").table("places").to_table().to_pandas()
    both = rows.pivot(index=["point", "place"], columns="scheme", values="performance")
    assert (both["universal"] != both["unilateral"]).any() and (both != 0.0).any().all()


def test_workers_and_an_interruption_do_not_show(asked, made, tmp_path):
    def stop(state):
        if state.done >= 2:
            raise KeyboardInterrupt

    class Following:
        def __init__(self, label):
            self.label = label

        def __enter__(self):
            return stop if self.label.startswith("1921-07") else (lambda state: None)

        def __exit__(self, *error):
            return None

    with pytest.raises(KeyboardInterrupt):
        maps.made(asked, None, DRAWS, out=tmp_path / "m", workers=2, follow=Following)
    assert not (tmp_path / "m" / "manifest.json").exists() and (tmp_path / "m" / "sweeps").exists()
    again = maps.made(asked, None, DRAWS, out=tmp_path / "m", workers=2)
    for name in TABLES:
        assert (again.path / name).read_bytes() == (made.path / name).read_bytes(), name


@pytest.mark.parametrize("change, said", [
    (("never = {}", "always = {}"), "one lever, whose first option is never"),
    (('period.end = "1924-06"', 'period.end = "1923-12"\nperiod.start = "1921-02"'), "36 months after it"),
    (('"paralysed", ', ""), "found without paralysed"),
    (("seed = 7", "seed = 7\n[run]\nreplicates = 2"), "history happened once"),
])  # fmt: skip
def test_an_experiment_that_makes_no_map_is_refused(change, said, tmp_path):
    (tmp_path / "a.toml").write_text(SMALL.replace(*change).replace('after = "1921-01', 'after = "1921-02'))
    with pytest.raises(UserError, match=said):
        maps.made(tmp_path / "a.toml", None, DRAWS, out=tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_the_command(asked, made, tmp_path, skloki, monkeypatch):
    monkeypatch.setattr("sim.figures.style.save", put)
    shared = ("readiness", asked, "--ensemble", "prior", "--draws", DRAWS)
    code, out, _ = skloki("--json", *shared, "--estimate")
    assert code == 0 and json.loads(out)["runs"] == made.manifest["runs"] and json.loads(out)["alone"] == DRAWS * 2 * 3
    code, out, _ = skloki(*shared, "--quick", "--out", tmp_path / "m")
    assert code == 0 and out.splitlines()[-1] == str(tmp_path / "m")
    page = (tmp_path / "m" / "README.md").read_text("utf-8")
    assert "A first look" in page.split("![")[0] and made.answer[0] in page
    assert (tmp_path / "m" / "universal.png").exists() and (tmp_path / "m" / "unilateral.png").exists()
    for arguments, said in (((*shared[:-1], 1), "--draws"), (("readiness", asked, "--ensemble", "recrod"), "ensemble")):
        code, out, err = skloki(*arguments, "--out", tmp_path / "none")
        assert code == 2 and said in err and not (tmp_path / "none").exists()


def test_a_stored_map_and_a_stored_test_are_told_of_and_nothing_is_written(tmp_path, skloki):
    for name, kind in (("readiness", ReadinessMap), ("lockin", LockInTest)):
        folder = shutil.copytree(Path(__file__).parents[2] / "results" / name, tmp_path / name)
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        code, out, _ = skloki(name, folder)
        assert code == 0 and kind.open(folder).answer[0] in out and out.splitlines()[-1] == str(folder)
        for option in (["--draws", 3], ["--out", tmp_path / "new"], ["--svg"], ["--workers", 1]):
            code, _, err = skloki(name, folder, *option)
            assert code == 2 and f"{option[0]}: of what is there nothing is made; skloki plot {folder} draws it" in err
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
