"""Sweeps that grow, and what of that can be taken back: what is there stays, and steps do not show."""

from __future__ import annotations

import json
import re

import pytest

from sim.errors import UserError
from sim.results import manifest
from sim.runner import compatibility
from sim.runner.progress import status
from sim.runner.sweep import sweep
from tests.brief import brief
from tests.tiny import experiment, files, table


@pytest.mark.parametrize("kind", brief(["latin-hypercube", "sobol", "grid"], "latin-hypercube"))
def test_an_enlarged_sweep_leaves_what_is_there(kind, tmp_path):
    known = experiment(4, kind=kind)
    folder = sweep(known, tmp_path / "s", part_units=5)
    before, manifest = files(folder), json.loads((folder / "manifest.json").read_text())
    runs = status(folder).runs
    sweep(known, folder, extend=2)
    assert status(folder).runs == status(folder).runs_planned == 2 * runs
    assert {name: content for name, content in files(folder).items() if name in before} == before
    larger = json.loads((folder / "manifest.json").read_text())
    assert larger["plan"]["blocks"][:1] == manifest["plan"]["blocks"]
    assert larger["draws"][:1] == manifest["draws"] and larger["created"] == manifest["created"]
    rows = table(folder)
    assert rows["run"].to_pylist() == list(range(2 * runs))
    given = set(zip(*(rows[name].to_pylist() for name in ("point", "replicate", "policy", "gentle")), strict=True))
    assert len(given) == 2 * runs
    # asked again it is there; and without being asked it stays
    for times in (2, None):
        notes: list[str] = []
        sweep(known, folder, extend=times, note=notes.append)
        assert notes == [f"all {2 * runs:,} runs are there: nothing to do"]


def test_an_enlarged_sweep_is_the_same_however_it_came_to_be(tmp_path):
    known = experiment(4)
    one = sweep(known, tmp_path / "one", part_units=5, extend=3)
    two = sweep(known, tmp_path / "two", part_units=5)
    assert table(one).slice(0, 48).equals(table(two))
    two = sweep(known, two, extend=3)
    assert files(one) == files(two)


@pytest.mark.parametrize("kind", brief(["latin-hypercube", "sobol", "one-at-a-time"], "sobol"))
def test_steps_do_not_show(kind, tmp_path):
    known = experiment(4, kind=kind)
    one = sweep(known, tmp_path / "one", part_units=5, extend=4)
    two = sweep(known, tmp_path / "two", part_units=5, extend=2)
    sweep(known, two, extend=4)
    assert files(one) == files(two)
    plans = [json.loads((folder / "manifest.json").read_text())["plan"] for folder in (one, two)]
    assert plans[0] == plans[1] and len(plans[0]["blocks"]) == 4


def test_what_is_added_is_said_first(tmp_path):
    folder, notes = sweep(experiment(4), tmp_path / "s"), list[str]()

    def note(text):
        notes.append(text)
        assert json.loads((folder / "manifest.json").read_text())["plan"]["blocks"][1:] == []
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(experiment(4), folder, extend=3, note=note)
    said = r"96 runs are added to 48: by what is stored, [\d.]+ seconds of one core and [\d.]+ KiB"
    assert re.fullmatch(said, notes[0])
    assert status(folder).finished


@pytest.mark.parametrize(("times", "most"), [(1_001, "1,000x"), (10**6, "1,000x")])
def test_a_sweep_without_end_is_refused(times, most, tmp_path, monkeypatch):
    folder = sweep(experiment(4), tmp_path / "s")
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(UserError, match=f"--extend: found {times:,}x, {times * 48:,} runs; allowed: at most {most}"):
        sweep(experiment(4), folder, extend=times)
    monkeypatch.setattr(compatibility, "MOST_RUNS", 100)
    with pytest.raises(UserError, match="allowed: at most 2x; or begin a larger sweep"):
        sweep(experiment(4), folder, extend=3)
    assert (folder / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("kind", brief(["latin-hypercube", "grid"], "grid"))
def test_what_was_added_can_be_taken_back_until_it_begins(kind, tmp_path):
    known = experiment(4, kind=kind)
    folder = sweep(known, tmp_path / "s", part_units=5)
    runs, before = status(folder).runs, files(folder)

    def stop_at(most):
        def stop(state):
            if state.done > most:
                raise KeyboardInterrupt

        return stop

    with pytest.raises(KeyboardInterrupt):
        sweep(known, folder, extend=5, progress=stop_at(0))
    assert status(folder).runs_planned == 5 * runs
    notes: list[str] = []
    sweep(known, folder, extend=1, note=notes.append)
    assert status(folder).finished and files(folder) == before
    assert notes[0] == f"{4 * runs:,} runs that had not begun are left out again: {runs:,} remain"
    # a block that has begun stays, and is finished
    with pytest.raises(KeyboardInterrupt):
        sweep(known, folder, extend=4, workers=1, progress=stop_at(runs))
    notes.clear()
    sweep(known, folder, extend=1, note=notes.append)
    assert status(folder).runs == status(folder).runs_planned == 2 * runs
    assert notes[1] == f"1x would be {runs:,} runs: more have begun, and these stay"
    assert files(folder) == files(sweep(known, tmp_path / "two", part_units=5, extend="2x"))


def test_pictures_of_the_smaller_sweep_are_set_aside(tmp_path):
    known, notes = experiment(4), list[str]()
    folder = sweep(known, tmp_path / "s", part_units=5)
    runs = status(folder).runs
    (folder / "figures").mkdir()
    (folder / "figures" / "effects.png").write_text("small")
    sweep(known, folder, note=notes.append)
    assert (folder / "figures" / "effects.png").exists(), "nothing has come since"
    sweep(known, folder, extend=2, note=notes.append)
    older = folder / "figures" / f"of-{runs}-runs"
    assert [path.name for path in (folder / "figures").iterdir()] == [older.name]
    assert (older / "effects.png").read_text() == "small"
    assert any(f"they are in figures/of-{runs}-runs" in note for note in notes)
    (folder / "figures" / "effects.png").write_text("larger")
    sweep(known, folder, extend=3)
    assert (folder / "figures" / f"of-{2 * runs}-runs" / "effects.png").read_text() == "larger"
    assert (older / "effects.png").exists() and status(folder).finished


def test_the_commit_is_that_of_the_last_rows_and_no_folder_is_empty(tmp_path, monkeypatch):
    known, commits = experiment(4), list[str]()
    folder = tmp_path / "s"
    for now, times in (("first", None), ("second", 2), ("third", None)):
        monkeypatch.setattr(manifest, "commit", lambda now=now: now)
        sweep(known, folder, extend=times)
        commits.append(json.loads((folder / "manifest.json").read_text())["commit"])
    assert commits == ["first", "second", "second"]
    (folder / "runs" / "part-000000.parquet").write_bytes(b"")
    monkeypatch.setattr(manifest, "commit", lambda: "fourth")
    sweep(known, folder)
    found = json.loads((folder / "manifest.json").read_text())
    assert (found["commit"], found["commits"]) == ("fourth", ["second", "first"]), "a part that was hurt is made anew"
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["runs"]
