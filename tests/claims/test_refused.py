"""What is asked wrongly is refused before anything is run: exit 2, the place and what is allowed, nothing written."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from sim.claims.ledger import read, refuse_loss, refuse_other
from sim.doors.cli import call
from sim.errors import Problem, UserError
from sim.runner import claims as running
from tests import golden

CLAIM = """id = "x1"
claim = "A small claim"
place = "nowhere"
[worlds]
recorded = {}
election = { policy.changes.everywhere = { date = "1923-12", rule = "election" } }
[estimands.performance]
outcome = "performance"
value = "election - recorded"
claimed = "above"
"""
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def empty(tmp_path, monkeypatch):
    """Be in an empty folder, in which nothing may be run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running.Work, "run", lambda work: pytest.fail("it was run"))
    return tmp_path


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(capsys, folder: Path, *words: object) -> str:
    before = everything(folder)
    assert call(["claims", *map(str, words)]) == 2
    found = capsys.readouterr()
    assert not found.out and everything(folder) == before
    return found.err


FILES = [
    ('outcome = "performance"', 'outcome = "performence"',
     r"estimands\.performance\.outcome: found .*performence.*did you mean"),
    ('value = "election - recorded"', 'value = "election - recordd"',
     r"value: found .*recordd.*did you mean 'recorded'"),
    ('claimed = "above"', 'claimed = "over"', r"claimed: found .*over.*allowed: .*above"),
    ('claimed = "above"', 'claimd = "above"', r"claimd.*did you mean 'claimed'"),
    ('rule = "election"', 'rule = "elections"', r"rule: found .*elections"),
    ('id = "x1"', 'id = "x3"', r'id: found "x3"; allowed: "x1"'),
    ('[worlds]', 'grid = ["skloky"]\n[worlds]', r"grid.*skloky.*did you mean 'skloki'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), FILES)
def test_a_file_is_refused_with_line_field_found_and_allowed(old, new, said, empty, capsys):
    (empty / "x1-mine.toml").write_text(CLAIM.replace(old, new, 1))
    err = refused(capsys, empty, "x1-mine.toml")
    assert re.search(said, err) and all(re.match(r"\S*x1-mine\.toml:\d+: ", line) for line in err.splitlines())


ASKED = [
    (["22aa"], r"claims: found '22aa'; allowed: .*did you mean '22a'"),
    (["22a", "--explain", "22zz"], "claims: found '22zz'"),
    (["22a", "--explain", "22b"], "--explain: found '22b'; allowed: a claim that is asked: 22a"),
    (["22a", "--population", "priro"], "population: found 'priro'; .*did you mean 'prior'"),
    (["22a", "--population", "calibrated"], r"record.*skloki calibrate"),
    (["22a", "--population", "prior", "--population", "calibrated"], r"record.*skloki calibrate"),
    (["24", "--grid", "--population", "prior"], "--grid: found no claim with a grid; allowed: with one: .*22b"),
    (["nowhere.toml"], "nowhere.toml"),
    (["22a", "--csv", "--argdown"], "an answer has one form"),
    (["22a", "--estimate", "--csv"], "--estimate: runs nothing"),
    (["22a", "--estimate", "--explain", "22a"], "--estimate: runs nothing"),
    (["22a", "--draws", "1"], "--draws"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), ASKED, ids=[" ".join(words) for words, _ in ASKED])
def test_what_is_asked_wrongly_is_refused(words, said, empty, capsys):
    assert re.search(said, refused(capsys, empty, *words))


def test_two_claims_of_one_id_are_refused(empty, capsys):
    for folder in ("one", "other"):
        (empty / folder).mkdir()
        (empty / folder / "x1-mine.toml").write_text(CLAIM)
    err = refused(capsys, empty, "one/x1-mine.toml", "other/x1-mine.toml")
    assert "other/x1-mine.toml: id: found 'x1'; allowed: an id of its own: one/x1-mine.toml has it, too" in err


@pytest.mark.parametrize(("make", "said"), [
    (lambda place: shutil.copytree(golden.STORED / "comparison", place), "found skloki-comparison; allowed: a new"),
    (lambda place: (place.mkdir(), (place / "thesis.odt").touch()), "a folder with thesis.odt in it"),
    (lambda place: place.write_text("x"), "found a file"),
    (lambda place: place.parent.joinpath("out").write_text("x"), "found a file"),
    (lambda place: (place.mkdir(), (place / "manifest.json").write_text("{")), "a manifest that cannot be read"),
])  # fmt: skip
def test_a_ledger_takes_no_other_folders_place(make, said, empty, capsys):
    make(empty / "out")
    assert said in refused(capsys, empty, "22a", "--population", "prior", "--out", "out")


def test_a_place_below_a_file_or_that_cannot_be_written_is_refused(empty, monkeypatch):
    (empty / "file").touch()
    with pytest.raises(UserError, match="is no folder that can be written to"):
        refuse_other(empty / "file" / "out")
    monkeypatch.setattr("sim.claims.ledger.os.access", lambda *_: False)
    with pytest.raises(UserError, match="is no folder that can be written to"):
        refuse_other(empty / "out")
    with pytest.raises(UserError, match="a folder that cannot be written to"):
        refuse_other(empty)


def test_a_ledger_takes_an_earlier_ones_place_and_that_of_one_broken_off(empty):
    refuse_other(empty / "new" / "deep")
    refuse_other(shutil.copytree(golden.STORED / "ledger", empty / "ledger"))
    (empty / "ledger" / "manifest.json").unlink()
    refuse_other(empty / "ledger")


def test_a_ledger_with_more_than_the_new_one_is_replaced_by_force_alone(empty, capsys, monkeypatch):
    shutil.copytree(golden.STORED / "ledger", empty / "out")
    asked = ["22a", "--population", "prior", "--draws", "4", "--out", "out"]
    err = refused(capsys, empty, *asked)
    assert "7 claims (22b, 25a, 25b, 24, 12, 21, …), 1 grid (22a), 400 draws of calibrated, 400 draws of prior" in err
    assert "which this one would not have; allowed: another folder (--out), or --force to replace it" in err
    made = read(empty / "out")
    names, draws = [one.id for one in made.claims], {one["name"]: one["draws"] for one in made.populations}
    refuse_loss(empty / "out", names, draws, names)
    refuse_loss(empty / "elsewhere", [], {}, [])
    with pytest.raises(UserError, match=r"a ledger with 6 grids \(22b, 25a, "):
        refuse_loss(empty / "out", names, draws, ["22a"])
    ran: list[int] = []
    monkeypatch.setattr(running.Work, "run", lambda work: ran.append(1))
    monkeypatch.setattr(running.Work, "ledger", lambda work: made)
    assert call(["claims", *asked, "--force"]) == 0 and ran == [1]


def test_draws_of_another_model_are_told_before_anything_is_run(empty, monkeypatch, capsys):
    shutil.copytree(ROOT / "results" / "calibration" / "record", empty / "results" / "calibration" / "record")

    def other(given, say):
        if given is not None:
            raise UserError(Problem(f"ensemble {given.name}", "model", "draws of model 1234", "calibrate again"))

    monkeypatch.setattr(running, "require", other)
    assert "draws of model 1234" in refused(capsys, empty, "22a", "--population", "calibrated")
    notes: list[str] = []
    work = running.prepared(["22a"], quick=True, note=notes.append)
    assert [one.name for one in work.populations] == ["prior"]
    assert notes == ["calibrated: not there (draws of model 1234)"]


def test_a_folder_that_holds_no_ledger_is_told_so(empty, capsys):
    (empty / "ledger").mkdir()
    assert call(["query", "ledger", "SELECT 1"]) == 2 and "manifest.json" in capsys.readouterr().err
    shutil.copytree(golden.STORED / "ledger", empty / "other")
    (empty / "other" / "ledger.json").write_text("{")
    assert call(["query", "other", "SELECT 1"]) == 2 and "ledger.json" in capsys.readouterr().err
    assert call(["query", str(golden.STORED / "ledger"), "SELECT count(*) AS n FROM claims", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["n"] == 8
