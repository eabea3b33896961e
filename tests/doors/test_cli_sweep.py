"""The commands of sweeps: sweep, status, rerun."""

from __future__ import annotations

import json
import math

import pytest

import sim
from sim.doors import sweepbar
from tests.brief import brief
from tests.fresh import start
from tests.runner.test_kill import EXPERIMENT
from tests.tiny import files, table

FEW = EXPERIMENT.replace("points = 20000", "points = 4")
assert FEW != EXPERIMENT
RUNS = 4 * 3 * 2


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Have the engine compiled: what it says about that is no part of what these tests compare."""
    from sim.engines.compiled import prepare

    prepare()


@pytest.fixture
def asked(small_file, here):
    """Write a small experiment here, ``few.toml``."""
    (here / "few.toml").write_text(FEW)
    return here / "few.toml"


@pytest.fixture
def swept(asked, here):
    """Sweep it; give the folder."""
    return sim.sweep(asked, out="s")


def test_a_sweep_says_how_far_it_came_and_where_it_is(asked, here, skloki):
    code, out, err = skloki("sweep", "few.toml")
    place = here / "results" / "sweeps" / "few"
    assert code == 0 and not err
    lines = out.splitlines()
    assert lines[0] == "24 of 24 runs (100 %)"
    assert lines[1].startswith("performance, nation, mean of 1921-01 to 1921-12: election minus appointment: ")
    assert lines[1].endswith(", 4 points") and "(standard error " in lines[1]
    assert lines[-1] == str(place)
    code, out, err = skloki("sweep", "few.toml")
    assert code == 0 and err == "all 24 runs are there: nothing to do\n"
    assert out.splitlines() == lines


def test_workers_do_not_show(asked, here, skloki):
    for workers in (1, 3):
        assert skloki("--quiet", "sweep", "few.toml", "--workers", workers, "--out", f"s{workers}")[0] == 0
    assert files(here / "s1") == files(here / "s3")


def test_quiet_prints_the_place_alone(asked, here, skloki):
    assert skloki("sweep", "few.toml", "--out", "s", "--quiet") == (0, f"{here / 's'}\n", "")
    assert skloki("sweep", "few.toml", "--out", "s", "--quiet") == (0, f"{here / 's'}\n", "")


def test_json(asked, here, skloki):
    code, out, err = skloki("sweep", "few.toml", "--out", "s", "--json")
    found = json.loads(out)
    assert code == 0 and not err
    assert (found["sweep"], found["runs"], found["failed"], found["finished"]) == (str(here / "s"), RUNS, 0, True)
    assert found["estimate"]["points"] == 4
    told = json.loads(skloki("status", "s", "--json")[1])
    assert {key: told[key] for key in ("name", "runs", "runs_planned", "parts", "parts_planned", "running")} == {
        "name": "few", "runs": RUNS, "runs_planned": RUNS, "parts": found["parts"], "parts_planned": found["parts"],
        "running": False,
    }  # fmt: skip
    assert json.loads(skloki("sweep", "few.toml", "--out", "s", "--json")[1])["notes"] == [
        "all 24 runs are there: nothing to do"
    ]


def test_enlarging(swept, skloki):
    before = files(swept)
    code, out, _ = skloki("sweep", "few.toml", "--out", "s", "--extend", "2x")
    assert code == 0 and out.startswith("48 of 48 runs (100 %)")
    assert {name: files(swept)[name] for name in before} == before


def test_a_first_look_has_a_folder_of_its_own_and_says_what_the_whole_would_take(asked, here, skloki):
    code, out, err = skloki("sweep", "few.toml", "--points", 2)
    place = here / "results" / "sweeps" / "few-first-2"
    assert code == 0 and out.startswith("12 of 12 runs (100 %)") and out.splitlines()[-1] == str(place)
    said = "a first look: 2 of 4 points of few, kept apart; the whole sweep is 24 runs: by what is stored, "
    assert err.startswith(said) and "seconds of one core" in err
    code, out, err = skloki("sweep", "few.toml", "--points", 2, "--json")
    assert code == 0 and "a first look" in json.loads(out)["notes"][-1]
    whole = sim.sweep(asked)
    assert whole == here / "results" / "sweeps" / "few" and len(table(whole)) == RUNS and len(table(place)) == 12
    code, _, err = skloki("sweep", "few.toml", "--points", 2, "--out", whole)
    assert code == 2 and "design.points" in err, "it never becomes part of the whole"
    _, _, err = skloki("sweep", "few.toml", "--points", 2, "--extend", "3x")
    assert "a first look: 6 points, where few has 4, kept apart; the whole sweep is 24 runs" in err
    _, _, err = skloki("sweep", "few.toml", "--points", 1, "--extend", "2x")
    assert "a first look: 2 of 4 points of few, kept apart" in err


@pytest.mark.parametrize(
    ("number", "text", "said"),
    [
        (4, FEW, "--points: found 4; allowed: 1 to 3, fewer points than the experiment's 4; for more, --extend"),
        (2, FEW.replace('"latin-hypercube"\npoints = 4', '"grid"'), "the points of a grid are all of them"),
    ],
)
def test_a_first_look_is_smaller(number, text, said, asked, here, skloki):
    asked.write_text(text)
    code, _, err = skloki("sweep", "few.toml", "--points", number)
    assert code == 2 and said in err and not (here / "results").exists()


@pytest.mark.parametrize("text", ["x", "0x", "-2", "2.5x", ""])
def test_nonsense_to_enlarge_by(text, asked, skloki):
    code, _, err = skloki("sweep", "few.toml", "--extend", text)
    assert code == 2 and "1x, 2x, ...: times what the experiment asks for" in err


def test_a_changed_experiment_is_refused(swept, here, skloki):
    (here / "few.toml").write_text(FEW.replace("seed = 7", "seed = 8"))
    code, out, err = skloki("sweep", "few.toml", "--out", "s")
    assert (code, out) == (2, "")
    assert f"{swept}: design.seed: found 7 -> 8\n" in err and "--out" in err


def test_failed_runs_are_counted_with_their_reason(asked, here, skloki, failing):
    failing("compiled").update({0, 3, 6, 9})
    code, out, err = skloki("sweep", "few.toml", "--out", "s")
    assert code == 0 and out.startswith("24 of 24 runs (100 %), 8 failed\n")
    assert err == f"8 runs failed: ZeroDivisionError: by nobody (the first: skloki rerun {here / 's'} --run 0)\n"
    code, out, err = skloki("rerun", "s", "--run", "0")
    assert (code, err) == (0, "run 0 (point 0, replicate 0) fails: ZeroDivisionError: by nobody\n")
    assert "gives what is stored" in out
    assert "8 " in skloki("status", "s")[1]


def test_where_all_fail_the_exit_code_says_so(asked, skloki, failing):
    failing("compiled").update(range(12))
    code, _, err = skloki("sweep", "few.toml", "--out", "s", "--quiet")
    assert code == 1 and err.endswith("all runs failed; the store holds their reasons\n")


def test_a_failed_run_that_does_not_fail_again_is_a_difference(asked, here, skloki, failing, no_figures):
    numbers = failing("compiled")
    numbers.add(0)
    skloki("sweep", "few.toml", "--out", "s", "--quiet")
    numbers.clear()
    code, _, err = skloki("rerun", "s", "--run", "1", "--out", "r", "--quiet")
    assert code == 1 and err == "run 1 did not give what is stored\n"


# Status


def test_status_in_words(swept, skloki):
    code, out, err = skloki("status", "s")
    assert code == 0 and not err
    words = " ".join(out.split())
    assert "few: A small experiment" in words and "state finished" in words and "24 of 24 (100 %)" in words
    assert skloki("status", "s", "--quiet") == (0, "finished\n", "")


def test_status_of_an_unfinished_sweep(swept, skloki):
    (swept / "journal.jsonl").write_bytes(b"")
    assert "not running; the same `sweep` command goes on" in " ".join(skloki("status", "s")[1].split())
    assert skloki("status", "s", "--quiet") == (0, "unfinished\n", "")


@pytest.mark.parametrize("hurt", [lambda part: part.write_bytes(part.read_bytes()[:-1]), lambda part: part.unlink()])
def test_status_does_not_count_what_is_cut_off_or_missing(hurt, swept, skloki):
    whole = json.loads(skloki("status", "s", "--json")[1])
    assert (whole["finished"], whole["damaged"]) == (True, 0)
    hurt(next((swept / "runs").glob("*.parquet")))
    found = json.loads(skloki("status", "s", "--json")[1])
    assert (found["finished"], found["parts"], found["damaged"]) == (False, whole["parts"] - 1, 1)
    words = " ".join(skloki("status", "s")[1].split())
    assert "the same `sweep` command goes on from here" in words and "damaged 1 part, to be made anew" in words
    assert skloki("sweep", "few.toml", "--out", "s")[0] == 0
    assert json.loads(skloki("status", "s", "--json")[1])["finished"]


@pytest.mark.parametrize(
    ("command", "verb", "what"),
    [(("status",), "sweep", "sweep"), (("rerun", "--run", "0"), "sweep", "sweep"),
     (("query", "SELECT 1"), "run", "skloki result")],
)  # fmt: skip
def test_a_folder_without_a_sweep(command, verb, what, here, skloki):
    (here / "empty").mkdir()
    (here / "file").write_text("x")
    (here / "full").mkdir()
    (here / "full" / "notes.txt").write_text("x")
    said = {
        "empty": f"no {what}: it has no manifest.json (another folder, or a {verb} that was broken off)",
        "full": f"no {what}: it has no manifest.json (another folder, or a {verb} that was broken off)",
        "nothing": f"there is no such folder; name the folder that `{verb}` has printed",
        "file": f"found a file; allowed: the folder of a {what}",
    }  # fmt: skip
    for place, reason in said.items():
        assert skloki(command[0], place, *command[1:]) == (2, "", f"{here / place}: {reason}\n")


# Again


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("run", [0, 13, RUNS - 1])
def test_a_run_again_gives_what_is_stored(run, engine, swept, here, skloki, no_figures):
    code, out, err = skloki("rerun", "s", "--run", run, "--out", "r", "--engine", engine)
    assert (code, err) == (0, "")
    replicate = run // 2 % 3
    assert out == (
        f"run {run} (point {run // 6}, replicate {replicate}) gives what is stored, to the last bit.\n{here / 'r'}\n"
    )
    result = sim.open("r")
    assert result.tables == ("monthly", "events", "committees", "places", "targets")
    assert set(result.monthly()["replicate"]) == {run // 2}, "each point has accidents of its own"
    row = table(swept).slice(run, 1).to_pylist()[0]
    nation = result.monthly().query("scope == 'nation'")["performance"]
    assert math.isclose(nation.mean(), row["performance"], rel_tol=1e-12)


def test_its_scenario_is_a_file_that_stands_alone(swept, here, skloki, no_figures):
    from sim.scenario.load import load
    from sim.scenario.write import complete

    skloki("rerun", "s", "--run", "13", "--out", "r", "--quiet")
    loaded = load(here / "r" / "scenario.toml")
    row = table(swept).slice(13, 1).to_pylist()[0]
    assert loaded.scenario.parameters["r_f"] == row["r_f"]
    assert loaded.scenario.policy.rule == row["policy"] == "election"
    assert complete(loaded.scenario) == complete(sim.open("r").scenario)
    # and a result with this file in it can be replaced
    assert skloki("rerun", "s", "--run", "12", "--out", "r", "--force", "--quiet")[0] == 0


def test_a_row_that_is_not_what_the_run_gives_is_told(swept, here, skloki, no_figures, monkeypatch):
    from sim.runner import chunk_rows

    measured = chunk_rows.measured
    monkeypatch.setattr(chunk_rows, "measured", lambda *given, **more: measured(*given, **more) + 1e-9)
    code, out, err = skloki("rerun", "s", "--run", "3", "--out", "r")
    assert code == 1 and err == "run 3 did not give what is stored\n"
    assert "what differs" in out and "performance_agrarian" in out
    assert "rows were made by" not in err
    manifest = json.loads((swept / "manifest.json").read_text())
    (swept / "manifest.json").write_text(json.dumps(manifest | {"model": "0" * 16}))
    code, out, err = skloki("rerun", "s", "--run", "3", "--out", "r1")
    assert code == 1 and f"what is stored: the rows were made by model {'0' * 16} (commit " in err
    assert f"not by this one, {manifest['model']}" in err and "performance" in out
    (swept / "manifest.json").write_text(json.dumps(manifest | {"model": "0" * 16, "models": [manifest["model"]]}))
    code, out, err = skloki("rerun", "s", "--run", "3", "--out", "r2", "--json")
    found = json.loads(out)
    assert (code, err) == (1, "") and found["equal"] is False and len(found["differing"]) == 5


def test_a_run_that_is_not_stored_yet(swept, here, skloki, no_figures):
    (swept / "journal.jsonl").write_bytes(b"")
    code, out, _ = skloki("rerun", "s", "--run", "3", "--out", "r")
    assert code == 0 and "is not stored yet: there is nothing to compare with" in out


@pytest.mark.parametrize("run", [-1, RUNS])
def test_a_run_that_is_not_there(run, swept, skloki):
    said = f"--run: found {run}; allowed: a number from 0 to {RUNS - 1}\n"
    assert skloki("rerun", "s", "--run", run)[::2] == (2, said)


def test_a_rerun_in_python(swept, here):
    found = sim.rerun(swept, 5, out="r")
    assert found.equal and found.result.path == here / "r" and (found.point, found.replicate) == (0, 2)
    assert sim.status(swept).finished


def test_a_log_gets_a_line_now_and_then(asked, skloki, monkeypatch):
    monkeypatch.setattr(sweepbar, "EVERY", 0.0)
    _, _, err = skloki("sweep", "few.toml", "--out", "s")
    assert "24 of 24 runs (100 %); performance, nation" in err


def test_completion_of_experiments(monkeypatch):
    from sim.doors import completion
    from sim.experiment import load

    monkeypatch.setattr(load, "shipped_experiments", lambda: {"december-1923": None, "literacy": None})
    assert [item.value for item in completion.experiments(None, None, "dec")] == ["december-1923"]
    assert [(item.value, item.type) for item in completion.experiments(None, None, "./x")] == [("./x", "file")]


def test_check_completes_scenarios_and_experiments(monkeypatch):
    import click

    from sim.doors import completion
    from sim.doors.cli import cli
    from sim.experiment import load

    monkeypatch.setattr(load, "shipped_experiments", lambda: {"historians-question": None})
    for command, names in (("check", ["historians-question", "historical"]), ("run", ["historical"])):
        context = click.Context(cli.get_command(click.Context(cli), command))
        assert [item.value for item in completion.scenarios(context, None, "histor")] == names


@pytest.mark.parametrize("again", [False, True])
def test_an_interrupt_before_the_first_part_tells_what_is_there(again, asked, here, skloki, monkeypatch):
    from sim.experiment import designs

    if again:
        skloki("sweep", "few.toml", "--quiet")
    monkeypatch.setattr(designs, "hashes", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    code, _, err = skloki("sweep", "few.toml")
    said = "24 of 24 runs are kept; the same command again goes on from there" if again else "nothing had begun"
    assert code == 130 and err.endswith(f"interrupted: {said}\n")


@pytest.mark.parametrize("command", brief(["sweep", "status", "rerun", "query"], "sweep"))
def test_help(command):
    out, err = start(command, "--help").communicate()
    assert out.startswith("Usage:") and not err


# Shares


@pytest.fixture
def several(asked):
    """Have an experiment of three parts, 480 runs, in the file."""
    asked.write_text(EXPERIMENT.replace("points = 20000", "points = 80"))


def test_shares_are_made_and_merged(several, here, skloki):
    code, out, err = skloki("sweep", "few.toml", "--out", "s", "--share", "2/2")
    assert code == 0 and not err
    assert out.splitlines()[-2:] == [
        "Share 2/2 is made; the same command without --share merges all that are, and makes what is missing. It is in",
        str(here / "s"),
    ]
    found = json.loads(skloki("status", "s", "--json")[1])
    assert (found["shares"], found["finished"]) == (1, False) and 0 < found["runs"] < 480
    assert "(1 share, not merged yet)" in skloki("status", "s")[1]
    rows = json.loads(skloki("query", "s", "SELECT count(*) AS n FROM runs", "--json")[1])
    assert rows == [{"n": found["runs"]}]
    code, _, err = skloki("sweep", "few.toml", "--out", "s", "--extend", "2x")
    assert code == 2 and err.startswith("--extend: found shares in ") and err.count("\n") == 1
    code, out, err = skloki("sweep", "few.toml", "--out", "s")
    assert code == 0 and out.startswith("480 of 480 runs (100 %)") and "shares are merged: 1; " in err
    skloki("sweep", "few.toml", "--out", "whole")
    assert files(here / "s") == files(here / "whole")


def test_a_share_without_parts_is_made_too(asked, here, skloki):
    code, out, err = skloki("sweep", "few.toml", "--out", "s", "--share", "900/900")
    assert code == 0 and err == "all 0 runs of share 900/900 are there: nothing to do\n"
    assert out.startswith("0 of 0 runs (100 %)\n")


def test_folders_made_apart_are_merged(several, here, skloki):
    for number in (1, 2):
        assert skloki("sweep", "few.toml", "--out", f"a{number}", "--share", f"{number}/2")[0] == 0
    code, out, err = skloki("sweep", "few.toml", "--out", "s", "--merge", "a1", "a2")
    assert code == 0 and out.startswith("480 of 480 runs (100 %)")
    assert err.count("parts taken over from ") == 2 and err.endswith("all 480 runs are there: nothing to do\n")


@pytest.mark.parametrize("wrong", [
    ("--share", "0/16"), ("--share", "17/16"), ("--share", "3/0"), ("--share", "a"), ("--merge",), ("folder",),
    ("--merge", "nowhere"), ("--share", "1/2", "--extend", "2x"),
])  # fmt: skip
def test_wrong_shares_are_refused_before_anything_is_written(wrong, asked, here, skloki):
    code, out, err = skloki("sweep", "few.toml", *wrong)
    assert code == 2 and not out and "Traceback" not in err and not (here / "results").exists()
