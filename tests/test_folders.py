"""What commands have stored, opened and drawn again whichever command it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.analysis.divergence.folder import DivergenceFolder
from sim.analysis.stored import KINDS
from sim.figures.pictures import PICTURES
from sim.registry.outcomes import OUTCOMES
from sim.results.comparison import Comparison
from sim.results.result import Result
from tests.brief import brief

A = """
title = "Plain"
[period]
end = "1922-06"
[tree]
kind = "synthetic"
guberniias = 4
uezds_each = 1
[run]
replicates = 2
"""
B = """
extends = "a.toml"
title = "Election from the second year on"
[policy.changes.x]
date = "1922-01"
rule = "election"
"""
FORMATS = {"run": "skloki-result", "compare": "skloki-comparison", "trace": "skloki-divergence"}
TYPES = {"run": Result, "compare": Comparison, "trace": DivergenceFolder}


@pytest.fixture
def worlds(here: Path) -> tuple[Path, Path]:
    """Write two worlds."""
    (here / "a.toml").write_text(A)
    (here / "b.toml").write_text(B)
    return here / "a.toml", here / "b.toml"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Store what a verb leaves, once, by the reference engine: kept("trace")."""
    folder = tmp_path_factory.mktemp("kept")
    a, b = (folder / "a.toml", folder / "b.toml")
    a.write_text(A)
    b.write_text(B)
    verbs: dict[str, Callable[[Path], object]] = {
        "run": lambda out: sim.run(a, out=out, engine="reference"),
        "compare": lambda out: sim.compare(a, b, replicates=2, out=out, engine="reference"),
        "trace": lambda out: sim.trace(a, b, out=out, engine="reference"),
    }

    def make(verb: str) -> Path:
        if not (folder / verb).exists():
            verbs[verb](folder / verb)
        return folder / verb

    return make


@pytest.fixture
def stored(kept: Callable[[str], Path], here: Path) -> Callable[[str], Path]:
    """Copy what a verb has left to a folder of the test's own: stored("trace")."""
    return lambda verb: Path(shutil.copytree(kept(verb), here / verb))


def edit(folder: Path, **entries: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def test_every_format_is_in_the_table():
    assert set(KINDS) == set(PICTURES) >= set(FORMATS.values())
    for kind in PICTURES.values():
        assert kind.pictures and all(picture.shows for picture in kind.pictures.values())


@pytest.mark.parametrize("verb", brief(FORMATS, "run"))
def test_what_a_verb_has_stored_is_opened_and_drawn_again(verb, stored, skloki, tmp_path):
    folder = stored(verb)
    opened = sim.open(folder)
    assert type(opened) is TYPES[verb] and opened.path == folder
    assert opened.manifest["format"] == FORMATS[verb] and str(folder) in repr(opened)
    (what, *_) = [name for name in PICTURES[FORMATS[verb]].pictures if name != "overview"]
    code, out, _ = skloki("plot", folder, "--what", what)
    assert code == 0
    files = [Path(line) for line in out.splitlines()]
    assert {file.suffix for file in files} == {".png"}
    assert {file.parent for file in files} == {folder / "figures"}
    first = [file.read_bytes() for file in files]
    assert [file.read_bytes() for file in sim.plot(opened, what, out=tmp_path / "again")] == first
    assert type(sim.open(folder)) is TYPES[verb], "pictures do not disturb"


def test_a_trace_opened_is_the_trace_that_was_made(worlds, tmp_path):
    made = sim.trace(*worlds, out=tmp_path / "t", engine="reference")
    opened = sim.open(tmp_path / "t")
    assert (opened.record, opened.settings, opened.titles) == (made.record, made.settings, made.titles)
    assert sorted(opened.figures) == sorted(made.figures)
    parted = opened.cascade()["order"].notna()
    assert parted.sum() == len(made.divergence.steps) and opened.cascade()["way"][parted].all()
    assert opened.cascade()["committee"].tolist() == [row["committee"] for row in made.divergence.cascade()]
    rows = [row._asdict() for row in made.divergence.spread.rows()]
    assert opened.monthly().to_dict(orient="records") == rows, "to the last bit"
    assert opened.divergence.first() == made.divergence.first()
    assert list(opened.divergence.spread.rows()) == list(made.divergence.spread.rows())
    drawn = {file.name: file.read_bytes() for file in made.figures}
    assert {file.name: file.read_bytes() for file in sim.plot(opened)} == drawn


def test_a_trace_of_another_version_keeps_its_tables_and_is_not_drawn(stored, skloki):
    folder = stored("trace")
    events = json.loads((folder / "manifest.json").read_text())["events"]
    edit(folder, events=events | {"both": events["both"] + 1})
    assert len(sim.open(folder).cascade())
    code, out, err = skloki("plot", folder)
    assert code == 2 and not out and "trace the scenarios again" in err


def test_worlds_in_which_the_same_happens_have_no_pictures(worlds, skloki, tmp_path):
    sim.trace(worlds[0], worlds[0], out=tmp_path / "t", engine="reference")
    for what in ([], ["--what", "spread"]):
        code, out, err = skloki("plot", "t", *what)
        assert code == 2 and not out and "the two worlds are the same: there is nothing to draw" in err


@pytest.mark.parametrize(
    ("verb", "arguments", "said"),
    [
        ("compare", ["--what", "tilemap"], "found 'tilemap'; allowed: curves, effects"),
        ("compare", ["--what", "curve"], "did you mean 'curves'"),
        ("compare", ["--what", "curves", "--date", "1922-01"], "allowed: only outcome, for curves of a comparison"),
        ("compare", ["--what", "curves", "--outcome", "recovry"], "did you mean 'recovery'"),
        ("compare", ["--outcome", "recovery"], "allowed: one kind of picture with it (--what): curves, effects, map"),
        ("compare", ["--date", "1922-01"], "date: found '1922-01'; allowed: nothing, for a comparison"),
        ("trace", ["--what", "curves"], "allowed: spread, cascade, map"),
        ("trace", ["--what", "spread", "--outcome", "recovery"], "neither outcome nor date, for a trace"),
        ("trace", ["--what", "map"], "something to draw"),
    ],
)
def test_what_there_is_no_picture_of_is_refused(verb, arguments, said, stored, skloki):
    code, out, err = skloki("plot", stored(verb), *arguments)
    assert code == 2 and not out and said in err


def test_a_comparison_is_drawn_of_outcomes_that_were_not_shown(stored, skloki):
    folder = stored("compare")
    other = next(name for name in OUTCOMES if name not in sim.open(folder).manifest["shown"])
    code, out, _ = skloki("plot", folder, "--what", "effects", "--outcome", other)
    assert code == 0 and [Path(line).stem for line in out.splitlines()] == [f"effects-b-{other}"]


@pytest.mark.parametrize("name", ["foo", "recovry"])
def test_an_unknown_outcome_is_refused_in_the_words_of_compare(name, worlds, stored, skloki):
    code, _, said = skloki("compare", *worlds, "--outcome", name)
    assert code == 2 and f"--outcome: found '{name}'" in said
    assert skloki("plot", stored("compare"), "--what", "curves", "--outcome", name) == (2, "", said)


@pytest.mark.parametrize("verb", ["compare", "trace"])
def test_only_a_result_is_exported(verb, stored, skloki):
    code, out, err = skloki("export", stored(verb), "--csv")
    assert code == 2 and not out and "not the manifest of a skloki result" in err
