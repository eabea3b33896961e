"""The command line: what it prints, how it refuses, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim import kernel
from sim.describe.glossary import KINDS
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS
from tests.brief import brief
from tests.fresh import imported


@pytest.fixture
def small(here, small_file):
    return small_file.name


def test_the_command_takes_one_thread_for_linear_algebra_before_numpy_is_there_and_leaves_another_number() -> None:
    code = ("import os, sys\nfrom sim.doors import cli\n"
            "cli.call = lambda given: print(os.environ['OPENBLAS_NUM_THREADS'], 'numpy' in sys.modules)\ncli.main()")
    for before, after in (({}, "1"), ({"OPENBLAS_NUM_THREADS": "2"}, "2")):
        there = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"} | before
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=there)
        assert done.stdout == f"{after} False\n"


def test_help_needs_nothing_but_click():
    loaded = imported("from sim.doors.cli import call; assert call(['run', '--help']) == 0")
    # What else there is comes with the interpreter's own start.
    libraries = loaded - sys.stdlib_module_names - imported("import click")
    assert libraries == {"sim"}


def test_run(small, skloki, no_figures, tmp_path):
    code, out, err = skloki("run", small, "--replicates", 3, "--seed", 5, "--set", "g_y=0.2", "--out", "r")
    assert code == 0 and not err
    assert "A small world: the nation, median and 10–90 % of 3 replicates" in out
    assert "T18" in out and "grade C is an estimate" in out
    lines = out.splitlines()
    assert lines[-1] == str(tmp_path / "r")
    assert (tmp_path / "r" / "figures" / "one.png").exists()
    manifest = sim.open("r").manifest
    assert (manifest["seed"], manifest["replicates"], manifest["scenario"]["parameters"]["g_y"]) == (5, 3, 0.2)
    assert manifest["layers"]["run.seed"] == "--seed"


def test_quiet_prints_the_place_alone(small, skloki, no_figures, tmp_path):
    for arguments in (("--quiet", "run", small, "--out", "a"), ("run", small, "--out", "b", "--quiet")):
        code, out, err = skloki(*arguments)
        assert (code, out, err) == (0, f"{tmp_path / arguments[arguments.index('--out') + 1]}\n", "")
    assert kernel.on_compile is not None, "quiet for that command, not for the whole process"


def test_json_is_one_document(small, skloki, no_figures, tmp_path):
    code, out, err = skloki("run", small, "--json", "--set", "g_y=0.4")
    document = json.loads(out)
    assert code == 0 and not err
    path = Path(document["result"])
    assert path.parent == tmp_path / "results" / "runs" and path.name.startswith("small-")
    assert "plausible" in document["warnings"][0]
    assert document["figures"] == [str(path / "figures" / "one.png")]
    assert {row["outcome"] for row in document["summary"]} <= set(OUTCOMES)
    recorded = {row["id"]: row for row in document["targets"]}
    assert recorded["T18"]["replicates"] == 2
    assert recorded["T01"]["median"] is None, "undefined is null, not NaN, which is no JSON"


@pytest.mark.parametrize("drawn", brief(["overview", "one"], "one"))
def test_a_run_draws_its_figures(drawn, small, skloki, tmp_path, request):
    if drawn == "one":
        request.getfixturevalue("no_figures")
    code, out, _ = skloki("run", small, "--out", "r")
    figures = sorted((tmp_path / "r" / "figures").iterdir())
    assert code == 0 and f"{len(figures)} figure files" in out
    assert f"{drawn}.png" in {file.name for file in figures} and {file.suffix for file in figures} == {".png"}
    request.getfixturevalue("no_figures")
    code, out, _ = skloki("plot", "r", "--out", "again")
    assert code == 0 and [Path(line).name for line in out.splitlines()] == ["one.png"], "it asks for all of them, too"


def test_pictures_are_drawn_as_many_as_are_asked_for(small, skloki, tmp_path):
    for asked, files in (("summary", ["summary.png"]), ("none", None)):
        code, out, _ = skloki("run", small, "--out", asked, "--figures", asked)
        folder = tmp_path / asked / "figures"
        assert code == 0 and out.splitlines()[-1] == str(tmp_path / asked)
        assert (sorted(file.name for file in folder.iterdir()) if folder.exists() else None) == files
        assert ("1 figure files in" in out) == (asked == "summary")
    assert json.loads(skloki("run", small, "--figures", "none", "--json")[1])["figures"] == []
    code, _, err = skloki("run", small, "--figures", "some")
    assert code == 2 and "'none', 'summary', 'all'" in err


@pytest.mark.parametrize("command", ["run", "compare", "sweep"])
def test_how_many_work_at_once_is_called_workers_everywhere(command, skloki):
    _, out, _ = skloki(command, "--help")
    assert "--workers N" in out and "--threads" not in out


def test_all_faults_at_once_and_no_traceback(skloki, tmp_path):
    (tmp_path / "bad.toml").write_text('title = "x"\n[tree]\nkind = "sinthetic"\n[parameters]\ng_z = 1\n')
    code, out, err = skloki("run", tmp_path / "bad.toml", "--set", "run.seed=-1")
    assert code == 2 and not out
    problems = err.splitlines()
    assert problems[0].startswith("bad.toml:3: tree.kind: ") and problems[0].endswith("did you mean 'synthetic'?")
    assert problems[1].startswith("bad.toml:5: parameters.g_z: ") and problems[1].endswith("did you mean 'g_y'?")
    assert problems[2].startswith("--set: run.seed: ")
    assert len(problems) == 3
    code, out, err = skloki("run", tmp_path / "bad.toml", "--set", "run.seed=-1", "--json")
    assert (code, err) == (2, "")
    assert json.loads(out) == {"errors": problems}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "historicle"], "did you mean 'historical'"),
        (["run", "small.toml", "--replicates", "0"], "--replicates: found 0; allowed: greater than or equal to 1"),
        (["run", "small.toml", "--replicates", "many"], "'many' is not a valid integer"),
        (["run", "small.toml", "--replicants", "2"], "No such option"),
        (["run", "small.toml", "--out", "small.toml"], "found a file; allowed: the name of a new folder"),
        (["run", "small.toml", "--out", "small.toml/r"], "cannot be written"),
        (["check", "nowhere.toml"], "nowhere.toml"),
        (["list", "parameterz"], "did you mean 'parameters'"),
        (["explain", "recoverry"], "did you mean 'recovery'"),
        (["plot", "nowhere"], "there is no such folder"),
        (["export", "small.toml", "--csv"], "found a file; allowed: the folder of a skloki result"),
        (["export", "nowhere"], "name a format: --csv"),
        (["completion", "cmd"], "'cmd' is not one of"),
        (["rum"], "No such command 'rum'"),
    ],
)
def test_refusals(arguments, message, small, skloki):
    code, out, err = skloki(*arguments)
    assert code == 2 and not out and message in err
    code, out, err = skloki(*arguments, "--json")
    assert code == 2 and not err
    assert message in "\n".join(json.loads(out)["errors"])


def test_an_earlier_result_is_not_overwritten(small, skloki, no_figures):
    assert skloki("run", small, "--out", "r")[0] == 0
    code, _, err = skloki("run", small, "--out", "r", "--seed", 3)
    assert code == 2 and "--force" in err and sim.open("r").manifest["seed"] == 1921
    assert skloki("run", small, "--out", "r", "--seed", 3, "--force")[0] == 0
    assert sim.open("r").manifest["seed"] == 3


def test_replicates_that_fail(small, skloki, no_figures, failing):
    failed = failing("compiled")
    failed.add(1)
    code, out, err = skloki("run", small, "--out", "r")
    assert code == 0 and "replicate 1 failed: ZeroDivisionError: by nobody" in err
    assert "of 1 replicate\n" in out
    failed.add(0)
    code, out, err = skloki("run", small, "--out", "none")
    assert code == 1 and "all 2 replicates failed" in err and not Path("none").exists()


def test_engines_and_threads_give_the_same_result(small, skloki, no_figures):
    for name, settings in {
        "a": (), "b": ("--workers", 1), "c": ("--engine", "reference"), "d": ("--threads", 2, "--engine", "compiled"),
    }.items():  # fmt: skip
        assert skloki("run", small, "--out", name, "--replicates", 5, *settings)[0] == 0
    records = {name: sim.open(name).manifest for name in "abcd"}
    assert {name: record["engine"] for name, record in records.items()} == dict(
        a="compiled", b="compiled", c="reference", d="compiled"
    )
    alike = [
        {key: value for key, value in record.items() if key not in ("engine", "started", "wall_seconds")}
        for record in records.values()
    ]
    assert alike[0] == alike[1] == alike[2] == alike[3], "also the hashes of every file"


def test_an_engine_that_there_is_not(small, skloki, no_figures):
    code, out, err = skloki("run", small, "--engine", "refrence", "--out", "r")
    assert code == 2 and "found refrence; allowed: compiled or reference; did you mean 'reference'?" in err
    assert not Path("r").exists()


def test_figures_that_fail_leave_the_result(small, skloki, monkeypatch):
    import sim.figures

    def broken(result, folder, svg):
        raise sim.UserError("no ink")

    monkeypatch.setattr(sim.figures, "draw_all", broken)
    code, out, err = skloki("run", small, "--out", "r")
    assert code == 2 and "no ink" in err and "the result is whole" in err
    assert sim.open("r").manifest["title"] == "A small world"


def test_check(small, skloki):
    code, out, err = skloki("check", small, "--set", "theta=0.5")
    assert code == 0
    assert "small.toml: valid" in out and "A small world. It is quick." in out
    assert "4 guberniias and 0 uezds, 12 months, 2 replicates: 96 committee-months" in out
    row = next(line for line in out.splitlines() if line.startswith("parameters.theta"))
    assert [cell.strip() for cell in row.split("│")] == ["parameters.theta", "0.48", "0.5", "conflict", "--set"]
    assert "What differs from the defaults" in out and "policy.rule" not in out
    assert "warning: run.replicates: 2 are too few" in err
    for flag in ("--full", "--all"):
        full = skloki("check", small, flag)[1]
        assert full.index("What differs from") < full.index("Effective values") < full.index("policy.rule")
    document = json.loads(skloki("check", small, "--json")[1])
    assert document["valid"] and document["committee_months"] == 96
    assert {"name": "tree.guberniias", "value": 4, "unit": "", "layer": "small.toml:9"} in document["settings"]
    assert not Path("results").exists(), "checking writes nothing"


def test_check_shows_the_edit_and_not_what_lies_below(here, skloki):
    Path("my.toml").write_text(
        'extends = "historical.toml"\ntitle = "Mine"\n[policy.changes.mine]\ndate = "1923-12"\nrule = "election"\n'
    )
    out = skloki("check", "my.toml", "--set", "r_f=0.1")[1]
    rows = [[cell.strip() for cell in line.split("│")] for line in out.splitlines() if "│" in line]
    assert "What differs from historical.toml" in out and rows == [
        ["policy.changes.mine.date", "unset", "1923-12", "", "my.toml:4"],
        ["policy.changes.mine.rule", "unset", "election", "", "my.toml:5"],
        ["parameters.r_f", f"{PARAMETERS['r_f'].default:g}", "0.1", PARAMETERS["r_f"].unit, "--set"],
    ]
    document = json.loads(skloki("check", "my.toml", "--json")[1])
    assert document["base"] == "historical.toml"
    assert [one["name"] for one in document["differs"]] == [row[0] for row in rows[:2]]
    assert skloki("check", "my.toml", "--set", "policy.changes.mine.enabled=false")[1].count("│") > 4


def test_a_bare_list_says_what_can_be_listed(skloki):
    code, out, _ = skloki("list")
    assert code == 0 and all(any(line.startswith(kind) for line in out.splitlines()) for kind in KINDS)
    assert skloki("list", "--quiet")[1].split() == list(KINDS)
    assert [entry["name"] for entry in json.loads(skloki("list", "--json")[1])] == list(KINDS)
    assert all(kind in skloki("list", "--help")[1] for kind in KINDS)


@pytest.mark.parametrize("what", KINDS)
def test_lists(what, skloki, monkeypatch):
    names = [entry.name for entry in sim.list(what)]
    code, out, _ = skloki("list", what, "--quiet")
    assert code == 0 and out.splitlines() == names
    assert [entry["name"] for entry in json.loads(skloki("list", what, "--json")[1])] == names
    monkeypatch.setenv("COLUMNS", "60")  # names are never broken
    table = "\n" + skloki("list", what)[1]
    assert all(f"\n{name}" in table for name in names)


@pytest.mark.parametrize("what", brief(KINDS, "outcomes"))
def test_lists_are_as_wide_as_the_terminal(what, skloki, monkeypatch):
    widest = []
    for columns in (60, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = skloki("list", what)[1].splitlines()
        assert all(any(line.startswith(entry.name) for line in lines) for entry in sim.list(what))
        widest.append(max(map(len, lines)))
    assert widest[0] <= 60 < widest[1] <= 120


@pytest.mark.parametrize("name", ["december-1923", "agrarian", "Tula", "lenin_levy", "unfilled"])
def test_names_of_every_kind_are_explained(name, skloki):
    code, out, _ = skloki("explain", name)
    assert code == 0 and out.startswith(f"{name} (")


def test_explain(skloki):
    code, out, _ = skloki("explain", "need")
    assert code == 0 and "need (mechanism)" in out and "need (draw)" in out
    (entry,) = json.loads(skloki("explain", "ign", "--json")[1])
    assert entry["kind"] == "parameter" and entry["fields"]["twin"] == "paro"


def test_export(small, skloki, no_figures, tmp_path):
    skloki("run", small, "--out", "r")
    code, out, _ = skloki("export", "r", "--csv")
    assert code == 0
    assert [Path(line).name for line in out.splitlines()] == ["columns.csv", "events.csv", "monthly.csv", "targets.csv"]
    assert all(Path(line).is_file() for line in out.splitlines())
    document = json.loads(skloki("export", "r", "--csv", "--out", "tables", "--json")[1])
    assert document["files"][0] == str(tmp_path / "tables" / "columns.csv")
    assert skloki("export", "r", "--csv", "--out", "tables")[0] == 2
    assert skloki("export", "r", "--csv", "--out", "tables", "--force")[0] == 0


def test_schema_is_what_editors_need(skloki):
    code, out, _ = skloki("schema")
    assert code == 0 and json.loads(out)["properties"]["title"]["maxLength"] == 120


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell, skloki):
    code, out, _ = skloki("completion", shell)
    assert code == 0 and "_SKLOKI_COMPLETE" in out


def test_a_tree_that_is_not_the_recorded_one_is_said_to_be_so(small, skloki, no_figures):
    code, out, _ = skloki("run", small, "--replicates", "1", "--out", "here")
    assert code == 0 and "not the recorded one" in out


def test_many_warnings_are_counted_and_not_all_printed(tmp_path, monkeypatch, skloki, no_figures):
    monkeypatch.chdir(tmp_path)
    sets = ["period.end=1921-02", "tree.uezds=0", 'tree.only=["Tula"]']
    options = [part for item in sets for part in ("--set", item)]
    code, _, err = skloki("run", "historical", "--replicates", "1", "--out", "here", *options)
    assert code == 0
    assert err.count("warning: ") == 3 and "more warnings: `skloki check` lists them" in " ".join(err.split())
