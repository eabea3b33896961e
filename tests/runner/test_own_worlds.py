"""A world of one's own, from its table to what is stored: it is whole without the table, at every door."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import sim
from sim.doors.cli import call
from sim.errors import UserError
from sim.experiment.load import load_experiment
from sim.page.content import content
from sim.results.folder import MANIFEST
from sim.runner.rerun import rerun
from sim.scenario.load import load
from tests.brief import brief

TABLE = """\
name,superior,unit_class,literacy,schooling,members
Head Office,,capital,0.95,4,400
North,,industrial,0.8,2,900
South,,agrarian,0.5,1,1200
Harbour,North,,0.7,,
"""
MINE = """\
title = "A ministry"
[period]
end = "1922-06"
[tree]
table = "offices.csv"
"""
SWEEP = """\
title = "Elections in a ministry"
scenario = "mine"
[levers.policy.options]
as_is = {}
election = { policy.rule = "election" }
[uncertainties]
prior = ["d_el"]
[design]
kind = "latin-hypercube"
points = 3
[keep]
outcomes = ["performance"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Return a user's folder in which everything was run before the table went."""
    folder = tmp_path_factory.mktemp("mine")
    (folder / "offices.csv").write_text(TABLE)
    (folder / "mine.toml").write_text(MINE)
    (folder / "elect.toml").write_text('extends = "mine"\ntitle = "It elects"\n[policy]\nrule = "election"\n')
    (folder / "sweep.toml").write_text(SWEEP)
    mine, elect = folder / "mine.toml", folder / "elect.toml"
    sim.run(mine, replicates=2, out=folder / "run")
    sim.compare(mine, elect, replicates=3, out=folder / "pair")
    sim.trace(mine, elect, out=folder / "trace", figures="none")
    sim.sweep(folder / "sweep.toml", out=folder / "swept")
    sim.export_page(mine, elect, out=folder / "page.html")
    shutil.copytree(folder, folder / "before")
    (folder / "offices.csv").unlink()
    return folder


def test_what_is_stored_has_the_rows(folder) -> None:
    tree = json.loads((folder / "run" / MANIFEST).read_text())["scenario"]["tree"]
    assert [row["name"] for row in tree["places"]] == ["Head Office", "North", "South", "Harbour"]
    assert "table" not in tree
    experiment = json.loads((folder / "swept" / MANIFEST).read_text())["experiment"]
    assert experiment["base"]["tree"]["places"][1]["literacy"] == 0.8


@pytest.mark.parametrize("name", brief(["run", "pair", "trace", "swept"], "pair", "swept"))
def test_it_opens_and_is_drawn_without_the_table(folder, name, unwritten) -> None:
    stored = sim.open(folder / name)
    drawn = {path.name for path in sim.plot(stored, out=folder / f"drawn-{name}")}
    maps = {"run": "tilemap-performance.png", "pair": "map-elect.png", "trace": "map.png"}
    assert drawn >= {maps[name]} if name in maps else drawn


def test_places_are_asked_by_name(folder) -> None:
    frame = sim.open(folder / "run").places(["performance"])
    assert set(frame["committee"]) == {"Head Office", "North", "South"}, "of those under the centre"
    assert len(sim.open(folder / "run").query("select distinct committee from events where level = 'uezd'")) <= 1


def test_a_run_of_the_sweep_runs_again_without_the_table(folder, tmp_path) -> None:
    again = rerun(folder / "swept", 1, out=tmp_path / "again")
    assert not again.differing and sim.open(tmp_path / "again").manifest["scenario"]["tree"]["kind"] == "table"


def test_an_edited_table_is_another_world(folder) -> None:
    before = folder / "before"
    one = load_experiment(before / "sweep.toml")
    assert one.fingerprint() == json.loads((folder / "swept" / MANIFEST).read_text())["fingerprint"]
    (before / "offices.csv").write_text(TABLE.replace("0.8", "0.81"))
    try:
        assert load_experiment(before / "sweep.toml").fingerprint() != one.fingerprint()
        with pytest.raises(UserError, match="another experiment|differs|changed"):
            sim.sweep(before / "sweep.toml", out=folder / "before" / "swept")
    finally:
        (before / "offices.csv").write_text(TABLE)


def test_places_are_no_lever(folder) -> None:
    path = folder / "before" / "lever.toml"
    path.write_text(SWEEP.replace('{ policy.rule = "election" }', '{ tree.table = "offices.csv" }'))
    with pytest.raises(UserError, match="the same places in all worlds"):
        load_experiment(path)


def test_a_page_draws_a_grid_of_its_places(folder) -> None:
    known = content([load(folder / "before" / "mine.toml")], engine=False)
    assert [tile["name"] for tile in known["tiles"]] == ["Head Office", "North", "South"]
    assert len({(tile["x"], tile["y"]) for tile in known["tiles"]}) == 3
    assert known["worlds"][0]["places"][3] == ["Harbour", 1, 1]
    assert (folder / "page.html").stat().st_size > 100_000


def test_a_wrong_table_ends_with_code_2_and_writes_nothing(folder, capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "offices.csv").write_text(TABLE.replace("0.8", "8"))
    (tmp_path / "mine.toml").write_text(MINE)
    for command in (["check", "mine.toml"], ["run", "mine.toml"], ["compare", "historical", "mine.toml"]):
        assert call(command) == 2
        assert "offices.csv:3: literacy: found '8'; allowed: a number from 0 to 1" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"offices.csv", "mine.toml"}
