"""The command ``compare``: what it prints, how it refuses, how it ends."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

import sim
from sim.analysis import sentences
from sim.doors import comparing
from sim.registry.outcomes import OUTCOMES, SHOWN
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.results.comparison import open_comparison
from tests.fresh import imported, start
from tests.small import YEAR

#: Has no [run]: how many replicates there are is for the command to say.
SWITCHED = f"""
title = "A small world of {{rule}}"
{YEAR}[policy.changes.switch]
date = "1921-04"
rule = "{{rule}}"
"""


@pytest.fixture
def small(here):
    """Two worlds as files."""
    for rule in ("appointment", "election"):
        Path(f"{rule}.toml").write_text(SWITCHED.format(rule=rule))
    return ("appointment.toml", "election.toml")


def test_it_ends_in_the_answer_after_what_differs_and_one_table(small, skloki, no_figures, tmp_path):
    code, out, err = skloki("compare", *small, "--replicates", 30, "--out", "c")
    lines = out.splitlines()
    assert code == 0 and lines[-1] == str(tmp_path / "c")
    assert lines[:2] == [
        "election minus appointment: A small world of election | A small world of appointment",
        "  policy.changes.switch.rule: appointment -> election",
    ]
    said = sentences.answer(open_comparison("c"))
    assert len(said) == 2 and lines[-5:-2] == [*said, ""] and "Over chance alone" in said[1]
    assert [line for line in lines if line.startswith("outcome ")] == [lines[4]] and "reading" in lines[4]
    rows = [line.split("│")[0].strip() for line in lines if "│" in line]
    assert rows == list(SHOWN) and "MC error" not in out and "by class" not in out


def test_draws_are_over_parameters_and_readings(small, skloki, no_figures):
    code, out, err = skloki("compare", *small, "--draws", 30, "--set", "r_f=0.1", "--json")
    document = json.loads(out)
    assert code == 0 and not err
    assert document["pairs"] == 30 and len(document["draws"]) == len(PARAMETERS) + len(VARIANTS) - 1
    assert "r_f" not in document["draws"] and "drawn from their ranges" in document["uncertainty"]
    assert "reading of the mean" in skloki("compare", *small, "--draws", 4, "--figures", "none")[1]
    assert f"Over chance and {len(document['draws'])} of {len(document['draws']) + 1}" in document["answer"][1]


def test_everything_is_printed_in_full(small, skloki, no_figures, tmp_path):
    arguments = ("--engine", "reference", "--replicates", 6, "--out", "c", "--smallest", "performance=0.005", "--full")
    code, out, err = skloki("compare", *small, *arguments)
    assert code == 0 and err == "warning: 6 pairs are few: the intervals hang on the differences being nearly normal\n"
    lines = out.splitlines()
    assert lines[0] == "election minus appointment: A small world of election | A small world of appointment"
    assert lines[1] == "  policy.changes.switch.rule: appointment -> election"
    for said in (
        "election minus appointment: the nation, mean of 1921-04 to 1921-12, 6 pairs",
        "effect [95 % interval] by class, mean of 1921-04 to 1921-12",
        "effect [95 % interval] for the nation",
        "chance only, at fixed parameters",
        "Smallest effect of interest: each outcome's own (skloki explain), 5% of the baseline's mean for the rest, "
        "0.005 for performance.",
        "grade: assumed",
    ):
        assert said in " ".join(out.split()), said
    assert lines[-1] == str(tmp_path / "c") and (tmp_path / "c" / "figures" / "one.png").exists()
    row = next(line for line in lines if line.startswith("performance"))
    effects = open_comparison("c").effects().set_index(["outcome", "scope", "horizon"])
    found = effects.loc[("performance", "nation", "1921-04:1921-12")]
    assert comparing.effect(found).split("\n")[0] in row and found["reading"] in row and found["smallest"] == 0.005
    assert max(len(line) for line in lines if "│" in line) <= 120, "tables keep to the width of the terminal"


def test_one_of_anything_is_no_plural(small, skloki):
    code, out, err = skloki("compare", *small, "--replicates", 1, "--figures", "none", "--full")
    assert code == 0 and "1 pair is few: " in err and ", 1 pair" in out and "1 pairs" not in out + err
    _, out, err = skloki("check", small[0], "--set", "tree.guberniias=1", "--set", "run.replicates=1")
    said = f"{out} {err}"
    assert "1 guberniia and 0 uezds, 12 months, 1 replicate: 12 committee-months" in said and "1 is too few" in said


def test_quiet_and_json(small, skloki, no_figures, tmp_path):
    code, out, err = skloki("--quiet", "compare", *small, "--replicates", 30, "--out", "q")
    assert (code, out, err) == (0, f"{tmp_path / 'q'}\n", "")
    chosen = ("--outcome", "misfit", "--horizon", "1921-12")
    code, out, err = skloki("compare", *small, "--json", "--replicates", 2, *chosen)
    document = json.loads(out)
    assert document["answer"] == sentences.answer(open_comparison(document["comparison"])) and document["draws"] is None
    assert (code, err) == (0, "")
    path = Path(document["comparison"])
    assert path.parent == tmp_path / "results" / "comparisons" and path.name.startswith("appointment-election-2")
    assert (document["pairs"], document["horizons"], document["parting"]) == (2, ["1921-12"], "1921-04")
    assert {row["outcome"] for row in document["effects"]} == {"misfit"} and len(document["effects"]) == 5
    assert document["effects"][0]["correlation"] is None, "two points always lie on a line; null, not NaN"
    assert "2 pairs are few" in document["notes"][-1] and "chance only" in document["uncertainty"]
    assert set(open_comparison(path).effects()["outcome"]) == set(OUTCOMES), "all are stored"


def test_pictures_can_be_left_out(small, skloki, tmp_path):
    code, out, _ = skloki("compare", *small, "--replicates", 2, "--figures", "none", "--out", "c")
    assert code == 0 and not (tmp_path / "c" / "figures").exists() and out.splitlines()[-2] == "The comparison is in"


def test_precision_reached_and_not(small, skloki, no_figures):
    arguments = ("compare", *small, "--replicates", 40, "--for", "recovery")
    code, out, err = skloki(*arguments, "--precision", 0.5)
    assert code == 0 and not err and "Precision: half the interval of recovery is" in out and "after 40 pairs" in out
    code, out, err = skloki(*arguments, "--precision", 1e-5, "--out", "c")
    needed = open_comparison("c").manifest["precision"]["needed"]
    assert code == 0 and f"it would take about {needed:,} pairs (--replicates {needed})" in err
    arguments = ("compare", *small, "--draws", 8, "--for", "recovery")
    code, out, err = skloki(*arguments, "--precision", 1e-5)
    assert code == 0 and "pairs (--draws " in err


def test_settings_hold_for_all_worlds(small, skloki, no_figures):
    assert skloki("compare", *small, "--replicates", 2, "--seed", 9, "--set", "g_y=0.2", "--out", "c")[0] == 0
    manifest = open_comparison("c").manifest
    assert manifest["seed"] == 9
    for world in manifest["worlds"]:
        assert world["scenario"]["parameters"]["g_y"] == 0.2 and world["layers"]["run.seed"] == "--seed"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["appointment.toml"], "compare: found 1 scenario; allowed: two scenarios or more"),
        ([], "Missing argument"),
        (["appointment.toml", "electoin"], "did you mean 'election'"),
        (["appointment.toml", "election.toml", "--for", "misfit"], "--for belongs to --precision"),
        (["appointment.toml", "election.toml", "--horizon", "1924-12"], "--horizon: found '1924-12'; allowed: a month"),
        (["appointment.toml", "election.toml", "--outcome", "misfitt"], "did you mean 'misfit'"),
        (["appointment.toml", "election.toml", "--smallest", "0"], "--smallest: found '0'; allowed: a number above 0"),
        (["appointment.toml", "election.toml", "--precision", "-1"], "--precision: found -1"),
        (["appointment.toml", "election.toml", "--precision", "1e-200"], "--precision: found 1e-200; allowed:"),
        (["appointment.toml", "election.toml", "--set", "replicates=5"], "--replicates N, which is for all worlds"),
        (["appointment.toml", "election.toml", "--replicates", "0"], "--replicates: found 0"),
        (["appointment.toml", "election.toml", "--draws", "0"], "--draws: found 0; allowed: 1 to 1,000,000"),
        (["appointment.toml", "election.toml", "--draws", "9", "--replicates", "9"],
         "--replicates: found 9; allowed: nothing beside --draws 9: each draw is a pair with accidents of its own"),
        (["appointment.toml", "election.toml", "--workers", "0"], "0 is not in the range x>=1"),
        (["appointment.toml", "election.toml", "--engine", "steam"], "--engine: found steam"),
        (["appointment.toml", "election.toml", "--out", "election.toml"], "found a file"),
        (["appointment.toml", "historical"], "period: found 1921-01 to 1929-12; allowed: the months of appointment"),
    ],
)  # fmt: skip
def test_refusals(arguments, message, small, skloki, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    code, out, err = skloki("compare", *arguments)
    assert code == 2 and not out and message in err
    code, out, err = skloki("compare", *arguments, "--json")
    assert code == 2 and not err and message in "\n".join(json.loads(out)["errors"])
    left = [path for path in sorted(tmp_path.rglob("*")) if path not in before]
    assert [path.name for path in left if path.name not in ("results", "comparisons")] == []


def test_worlds_that_do_not_differ_are_named(small, skloki, no_figures):
    code, _, err = skloki("compare", small[0], small[0], "--replicates", 30)
    assert code == 0 and err == "warning: appointment-2 does not differ from appointment\n"


def remarks(*partings: str | None, horizon: str = "1921-04:1921-12", **precision: object) -> list[str]:
    """Return what is said of worlds a, b, ... that part from the baseline in these months."""
    worlds = [{"name": "base", "differs": [], "parting": None}]
    worlds += [{"name": name, "differs": ["x"], "parting": month} for name, month in zip("abc", partings, strict=False)]
    wanted = {"outcome": "recovery", "half_width": 0.1, "reached": False, "needed": None, "equal": {}} | precision
    manifest = {"worlds": worlds, "failed": [], "pairs": 60, "precision": wanted if precision else None}
    return comparing.remarks(SimpleNamespace(manifest=manifest, worlds=["base", *"abc"], horizons=[horizon]))


def test_worlds_that_part_late_or_never_are_told_each():
    assert remarks("1921-04", "1921-03") == []
    never, late = remarks("1921-04", None, "1921-09")
    assert "base and b have the same inputs in these months" in never
    assert "mean of 1921-04 to 1921-12, begins before c parts from base in 1921-09" in late
    (only,) = remarks("1922-01", horizon="1921-12")
    assert "in 1921-12, lies before a parts from base in 1922-01" in only


def test_pairs_that_are_all_equal_are_no_precision():
    (said,) = remarks("1921-04", achieved=0.0, equal={"a": 60})
    assert said.endswith("with 60 pairs: all 60 differences are equal: "
                         "an event rarer than about 3/60 of pairs would not have been seen")  # fmt: skip
    (said,) = remarks("1921-04", "1921-04", achieved=0.2, needed=1200, equal={"b": 50})
    assert "(--replicates 1200); b: all 50 differences are equal" in said


def test_a_switch_after_the_last_month_is_no_difference_in_these_months(small, skloki, no_figures):
    later = '[policy.changes.later]\ndate = "1930-01"\nrule = "election"\n'
    Path("late.toml").write_text(f'title = "Late"\nextends = "appointment.toml"\n{later}')
    code, out, err = skloki("compare", small[0], "late.toml", "--replicates", 3, "--json")
    document = json.loads(out)
    assert code == 0 and "appointment and late have the same inputs in these months" in "".join(document["notes"]), err
    assert [world["parting"] for world in document["worlds"]] == [None, None]


def test_an_outcome_asked_for_twice_is_printed_once(small, skloki, no_figures):
    twice = ("--outcome", "performance") * 2
    _, out, _ = skloki("compare", *small, "--replicates", 2, "--horizon", "1921-12", "--full", *twice)
    assert sum(line.startswith("performance") for line in out.splitlines()) == 2, "in two tables"


def test_failures_are_told_and_all_failing_is_an_error(small, skloki, no_figures, failing):
    failed = failing("compiled")
    failed.add(1)
    code, _, err = skloki("compare", *small, "--replicates", 3)
    assert code == 0 and "replicate 1 of appointment failed and is left out of all worlds: ZeroDivisionError" in err
    failed.update((0, 2))
    code, _, err = skloki("compare", *small, "--replicates", 3, "--out", "none")
    assert code == 1 and "all 3 replicates failed" in err and not Path("none").exists()


def test_figures_that_fail_leave_the_comparison(small, skloki, monkeypatch):
    import sim.figures
    from sim.errors import UserError

    def broken(comparison, folder, svg):
        raise UserError("no ink")

    monkeypatch.setattr(sim.figures, "draw_all", broken)
    code, _, err = skloki("compare", *small, "--replicates", 2, "--out", "c")
    assert code == 2 and "no ink" in err and "the comparison is whole" in err
    assert open_comparison("c").manifest["pairs"] == 2


def test_an_interrupt_leaves_nothing(small, tmp_path):
    # A path of the tests' own may be relative, and the process starts elsewhere.
    environment = os.environ | {"PYTHONPATH": str(Path(sim.__file__).parents[1])}
    with start("compare", *small, "--replicates", 100_000, "--out", "c", env=environment) as process:
        while not list(tmp_path.glob(".c.partial-*/pairs.parquet")):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130 and not out and "interrupted: nothing was stored" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["appointment.toml", "election.toml"]


def test_help_imports_nothing_heavy():
    loaded = imported("from sim.doors.cli import call; assert call(['compare', '--help']) == 0")
    assert not loaded & {"numpy", "pandas", "pyarrow", "numba", "scipy", "matplotlib", "rich", "pydantic"}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((-0.00138, -0.0018, -0.00096), "-0.0014\n[-0.0018,-0.0010]"),
        ((0.0004, -0.0006, 0.0014), "+0.0004\n[-0.0006,0.0014]"),
        ((-0.552, -0.561, -0.543), "-0.552\n[-0.561,-0.543]"),
        ((123.4, 110.0, 136.8), "+123\n[110,137]"),
        ((0.0, 0.0, 0.0), "0\nin all 40 pairs"),
        ((0.25, float("nan"), float("nan")), "+0.25"),
        ((float("nan"),) * 3, "–"),
    ],
)
def test_effects_have_the_decimals_that_their_intervals_deserve(values, text):
    row = dict(zip(("effect", "low", "high"), values, strict=True)) | {"pairs": 40}
    assert comparing.effect(row) == text
