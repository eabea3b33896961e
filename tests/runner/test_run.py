"""Running replicates: the record of how it went, failures, interrupts, repeatability."""

from __future__ import annotations

import json
import subprocess
import tomllib
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.summary import SHOWN, summarise
from sim.errors import UserError
from sim.registry.parameters import PARAMETERS
from sim.results import manifest
from sim.results.folder import read_frame
from sim.results.result import open_result
from sim.results.run_store import file_record
from sim.runner.run import RunFailed, run
from sim.scenario.load import complete, load
from tests.scored import score

SMALL = """
title = "A small world"
[period]
start = "1923-09"
end = "1924-02"
[tree]
kind = "synthetic"
guberniias = 4
uezds_each = 1
[events.conference]
kind = "conference"
start = "1924-01"
[run]
replicates = 2
"""


@pytest.fixture
def small(tmp_path):
    (tmp_path / "small.toml").write_text(SMALL)
    return load(tmp_path / "small.toml")


def test_the_manifest_says_how_it_came_about(loaded, engine, tmp_path):
    asked = loaded(replicates=3, seed=7, committees=True)
    result = run(asked, replicates=2, out=tmp_path / "r", engine=engine())
    record = json.loads((tmp_path / "r" / "manifest.json").read_text())
    assert record == result.manifest
    assert (record["title"], record["name"], record["engine"]) == ("A test", "made-up", "fake")
    assert (record["seed"], record["replicates"], record["failed"]) == (7, 2, [])
    assert record["layers"] == {"parameters.g_y": "made-up.toml:3", "run.replicates": "--replicates"}
    expected = asked.scenario.model_dump(mode="json")
    expected["run"]["replicates"] = 2
    assert record["scenario"] == expected
    assert result.scenario.model_dump(mode="json") == expected
    assert [entry["name"] for entry in record["parameters"]] == list(PARAMETERS)
    g_y = next(entry for entry in record["parameters"] if entry["name"] == "g_y")
    declared = PARAMETERS["g_y"]
    assert (g_y["value"], g_y["default"], g_y["layer"]) == (0.2, declared.default, "made-up.toml:3")
    assert (g_y["unit"], g_y["grade"], g_y["source"]) == (declared.unit, declared.grade, declared.source)
    assert {entry["layer"] for entry in record["parameters"] if entry["name"] != "g_y"} == {"default"}
    assert record["versions"]["sim"] == sim.__version__ and record["versions"]["numpy"] == version("numpy")
    assert record["versions"].keys() == {"python", "sim", "numpy", "mesa", "numba", "pandas", "pyarrow"}
    assert datetime.fromisoformat(record["started"]).utcoffset().total_seconds() == 0
    assert record["wall_seconds"] >= 0
    names = {"monthly.parquet", "events.parquet", "committees.parquet", "places.parquet", "targets.csv"}
    assert record["files"] == {name: file_record(tmp_path / "r" / name) for name in sorted(names)}


def test_the_manifest_has_the_defaults_that_the_scenario_asks_for(small):
    first = load({"extends": str(small.path), "title": "?", "defaults": "0.1", "parameters": {"rho": 0.2}})
    for loaded in (small, first):
        listed = manifest.parameter_records(loaded.scenario, loaded.layers)
        assert {one["name"]: one["value"] for one in listed} == complete(loaded.scenario)["parameters"]
        assert [one["name"] for one in listed if one["value"] != one["default"]] == ["rho"] * (loaded is first)


def test_the_version_is_that_of_the_package():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == sim.__version__


def test_the_commit_is_that_of_this_code_only(tmp_path):
    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", "-C", tmp_path, *identity, *arguments], check=True, capture_output=True)

    package = tmp_path / "src" / "sim"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    assert manifest.commit_of(package) is None, "no checkout"
    git("init")
    assert manifest.commit_of(package) is None, "no commit yet"
    git("add", "-A")
    git("commit", "-m", "x")
    clean = manifest.commit_of(package)
    assert clean is not None and len(clean) == 40
    (package / "__init__.py").write_text("changed = True")
    assert manifest.commit_of(package) == clean + "+"
    inside = tmp_path / ".venv" / "sim"
    inside.mkdir(parents=True)
    assert manifest.commit_of(inside) is None, "an environment inside somebody else's checkout"


def test_a_failed_replicate_is_recorded_and_the_others_go_on(loaded, engine, tmp_path):
    def fail(replicate):
        if replicate == 1:
            raise ZeroDivisionError("by nobody")

    result = run(loaded(replicates=3, seed=5), out=tmp_path / "r", engine=engine(fail))
    (failure,) = result.manifest["failed"]
    assert (failure["replicate"], failure["seed"]) == (1, 5)
    assert failure["error"] == "ZeroDivisionError: by nobody" and failure["where"].startswith("test_run.py:")
    whole = run(loaded(replicates=3, seed=5), out=tmp_path / "whole", engine=engine()).monthly()
    expected = whole[whole["replicate"] != 1].reset_index(drop=True)
    pd.testing.assert_frame_equal(result.monthly(), expected)


def test_all_failed_leaves_nothing(loaded, engine, tmp_path):
    with pytest.raises(RunFailed, match=r"all 3 replicates failed; nothing was stored\nZeroDivisionError"):
        run(loaded(), out=tmp_path / "r", engine=engine(lambda replicate: 1 // 0))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, UserError("no such place")])
def test_what_ends_a_run_ends_it(error, loaded, engine, tmp_path):
    def stop(replicate):
        if replicate == 1:
            raise error

    with pytest.raises(type(error) if isinstance(error, Exception) else error):
        run(loaded(), out=tmp_path / "r", engine=engine(stop))
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_found_before_the_work(loaded, tmp_path):
    (tmp_path / "r").write_text("")

    def never():
        raise AssertionError("the engine was started")

    with pytest.raises(UserError, match="found a file"):
        run(loaded(), out=tmp_path / "r", engine=never)


@pytest.mark.parametrize(("name", "value"), [("replicates", 0), ("seed", -1), ("seed", 2**63)])
def test_numbers_out_of_range_are_refused_by_name(name, value, loaded, engine, tmp_path):
    with pytest.raises(UserError, match=rf"^--{name}: found {value}; allowed: (greater|less) than or equal to"):
        run(loaded(), **{name: value}, out=tmp_path / "r", engine=engine())


def test_progress_counts_every_month_of_every_replicate(loaded, engine, tmp_path):
    def fail(replicate):
        if replicate == 1:
            raise ZeroDivisionError

    seen: list[tuple[int, int]] = []
    run(loaded(), out=tmp_path / "r", progress=lambda *done: seen.append(done), engine=engine(fail))
    assert {total for _, total in seen} == {36}
    assert [done for done, _ in seen] == [*range(1, 13), 12, 24, *range(25, 37), 36]


def test_the_default_folder(loaded, engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = run(loaded(), engine=engine()).path
    assert path.parent == tmp_path / "results" / "runs"
    assert path.name.startswith("made-up-2") and len(path.name) == len("made-up-20261123-120000")


def test_the_summary_is_of_the_nation_over_replicates(loaded, engine, tmp_path):
    result = run(loaded("1921-01", "1925-12", replicates=7), out=tmp_path / "r", engine=engine())
    rows = summarise(result)
    assert [(row.outcome, row.month) for row in rows] == [
        (name, f"{year}-12") for name in SHOWN for year in (1921, 1923, 1925)
    ]
    frame = result.monthly()
    chosen = frame[(frame["scope"] == "nation") & (frame["month"] == "1923-12-01")]["recovery"].to_numpy()
    row = next(row for row in rows if (row.outcome, row.month) == ("recovery", "1923-12"))
    assert row[4:] == pytest.approx((np.median(chosen), *np.quantile(chosen, [0.1, 0.9]), 7))
    assert row.unit == "1913 = 1"


def test_the_summary_of_a_run_without_those_years_shows_its_end(loaded, engine, tmp_path):
    result = run(loaded("1922-03", "1922-07"), out=tmp_path / "r", engine=engine())
    assert {row.month for row in summarise(result)} == {"1922-07"}


def test_an_outcome_that_is_never_defined_has_no_median(loaded, engine, tmp_path, monkeypatch):
    result = run(loaded(), out=tmp_path / "r", engine=engine())
    trajectories = result.trajectories()
    read = trajectories._read
    trajectories._read = lambda name: read(name) * (np.nan if name == "recovery" else 1)
    monkeypatch.setattr(type(result), "trajectories", lambda self: trajectories)
    row = next(row for row in summarise(result) if row.outcome == "recovery")
    assert np.isnan(row.median) and row.replicates == 0


# The real engine


def test_a_run_repeats_bit_for_bit(small, tmp_path):
    files = [run(small, out=tmp_path / name).manifest["files"] for name in "ab"]
    assert files[0] == files[1]
    assert run(small, seed=2, out=tmp_path / "c").manifest["files"]["monthly.parquet"] != files[0]["monthly.parquet"]


def test_more_replicates_change_none(small, tmp_path):
    few = run(small, replicates=1, out=tmp_path / "few").monthly()
    many = run(small, replicates=3, out=tmp_path / "many").monthly()
    pd.testing.assert_frame_equal(few, many[many["replicate"] == 0])
    assert not many[many["replicate"] == 1]["conflict"].equals(few["conflict"])


def test_targets_need_no_more_than_what_they_are_given(small, tmp_path):
    result = run(small, out=tmp_path / "r")
    whole = score(result.monthly())
    stored = result.targets().set_index("id")
    assert any(row.replicates for row in whole), "the period covers something"
    for row in whole:
        assert stored.loc[row.id, "replicates"] == row.replicates
        assert stored.loc[row.id, "median"] == pytest.approx(row.median, rel=1e-5, nan_ok=True)
    conferences = read_frame(tmp_path / "r" / "events.parquet", kind="conference")
    assert 0 < len(conferences) < len(result.events())


def test_committees_are_stored_on_request(small, tmp_path):
    with pytest.raises(UserError, match="this run stored no committees; set run.committees = true"):
        run(small, out=tmp_path / "r").committees()
    wanted = load(small.path, ["run.committees=true"])
    frame = run(wanted, out=tmp_path / "all").committees()
    assert frame.groupby(["replicate", "month"]).size().eq(8).all()
    assert frame["level"].value_counts().to_dict() == {"guberniia": 48, "uezd": 48}
    assert open_result(tmp_path / "all").manifest["layers"]["run.committees"] == "--set"
