"""A stored sweep: opened whole, opened while it grows, and told what is wrong with it."""

from __future__ import annotations

import json

import numpy as np
import pytest

import sim
from sim.analysis.sweep import open_sweep
from sim.errors import UserError
from sim.experiment.experiment import from_record
from tests.made_sweep import EXPERIMENT, draws, experiment, made


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return made(tmp_path_factory.mktemp("sweep") / "sweep", fail=[5, 100])


def complaint(path, **how):
    with pytest.raises(UserError) as caught:
        open_sweep(path, **how)
    return str(caught.value)


def test_an_experiment_comes_back_from_its_record():
    assert from_record(EXPERIMENT.record()) == EXPERIMENT
    table = experiment(kind="table", rows=({"r_f": 0.5, "order": "need"},), curves="sample", curve_points=3)
    again = from_record(json.loads(json.dumps(table.record())))
    assert again == table and again.fingerprint() == table.fingerprint()
    assert list(again.columns()) == list(table.columns())


def test_runs_are_read_whole_or_by_column(stored):
    sweep = sim.open(stored)
    assert sweep.experiment == EXPERIMENT
    frame = sweep.runs()
    assert frame["run"].tolist() == list(range(480))
    assert frame["point"].nunique() == 60 and frame["policy"].unique().tolist() == ["appointment", "election"]
    np.testing.assert_array_equal(frame["r_f"][::8], draws(EXPERIMENT, np.arange(60))["r_f"])
    few = sweep.runs(["run", "performance_agrarian_end"])
    assert list(few) == ["run", "performance_agrarian_end"] and few["performance_agrarian_end"].isna().sum() == 2
    with pytest.raises(UserError, match="did you mean 'performance_agrarian'"):
        sweep.runs(["performance_agrarain"])


def test_failed_runs_are_told_with_what_they_were_given(stored):
    frame = open_sweep(stored).failed()
    assert frame["run"].tolist() == [5, 100] and frame["error"].iloc[0] == "ZeroDivisionError: by nobody"
    assert {"policy", "r_f", "order", "seed", "error_at"} <= set(frame) and "performance" not in frame


def test_sql_reaches_all_tables_and_says_what_is_wrong(stored):
    sweep = open_sweep(stored)
    answer = sweep.query("SELECT policy, count(performance) AS n FROM runs GROUP BY policy ORDER BY policy")
    assert answer["n"].tolist() == [238, 240]
    assert sweep.query('SELECT sum("count") AS n FROM bins')["n"].tolist() == [478 * 72 * 2 * 2]
    with pytest.raises(UserError, match="SQL over runs, bins"):
        sweep.query("SELECT nothing FROM nowhere")
    with pytest.raises(UserError, match="SQL over"):
        sweep.query("SELEKT 1")


def test_columns_are_found_by_outcome_scope_and_horizon(stored):
    sweep = open_sweep(stored)
    assert sweep.column("misfit") == "misfit" and sweep.column("misfit", "capital", "end") == "misfit_capital_end"
    wrong = {"misfit": ("misfitt",), "capital": ("misfit", "capitol"), "end": ("misfit", "nation", "ent")}
    for nearest, given in wrong.items():
        with pytest.raises(UserError, match=f"did you mean '{nearest}'"):
            sweep.column(*given)
    with pytest.raises(UserError, match="not recorded"):
        sweep.column("opposition_nation", "capital")


def test_a_growing_sweep_shows_what_its_journal_names_and_nothing_else(tmp_path):
    folder = made(tmp_path / "sweep", parts=4, part_units=7)
    sweep = open_sweep(folder)
    assert sweep.progress() == {"parts": 4, "parts_planned": 18, "runs": 112, "failed": 0, "runs_planned": 480}
    assert len(sweep.runs()) == 112 and len(sweep.effects(outcome="performance", scope="nation", horizon="end")) == 2
    # Files without a line, hidden files, a line that is being written: none of them is there yet.
    (folder / "runs" / "part-000004.parquet").write_bytes(b"half of it")
    (folder / "runs" / ".part-000005.parquet.partial-1").write_bytes(b"less")
    with (folder / "journal.jsonl").open("a") as journal:
        journal.write('{"part": 4, "files": {"runs/part-0000')
    again = open_sweep(folder)
    assert again.parts == sweep.parts and len(again.runs()) == 112
    assert again.query("SELECT count(*) AS n FROM runs")["n"].tolist() == [112]


def test_a_sweep_without_any_part_is_empty_and_not_broken(tmp_path):
    sweep = open_sweep(made(tmp_path / "sweep", parts=0))
    assert sweep.progress()["runs"] == 0 and len(sweep.runs()) == 0 and sweep.bands().empty
    assert list(sweep.runs()) == list(open_sweep(made(tmp_path / "whole")).runs())
    assert len(sweep.failed()) == 0 and sweep.query("SELECT count(*) AS n FROM runs")["n"].tolist() == [0]
    frame = sweep.effects(outcome="performance", scope="nation")
    assert frame["points"].tolist() == [0] * 4 and frame["effect"].isna().all()


def test_a_later_line_of_a_part_wins(tmp_path):
    folder = made(tmp_path / "sweep", parts=2, part_units=7)
    lines = (folder / "journal.jsonl").read_text().splitlines()
    spoilt = json.loads(lines[0])
    spoilt["files"]["runs/part-000000.parquet"]["bytes"] = 1
    (folder / "journal.jsonl").write_text("\n".join([json.dumps(spoilt), lines[1], lines[0]]) + "\n")
    sweep = open_sweep(folder)
    assert list(sweep.parts) == [0, 1] and len(sweep.runs()) == 56


def test_damaged_files_are_named_with_what_to_do(tmp_path):
    folder = made(tmp_path / "sweep", parts=3, part_units=7)
    parts = sorted((folder / "runs").iterdir())
    content = bytearray(parts[0].read_bytes())
    content[50] ^= 1
    parts[0].write_bytes(bytes(content))
    parts[1].write_bytes(b"short")
    parts[2].unlink()
    said = complaint(folder)
    assert said.count("\n") == 2 and said.count("start the same sweep again") == 3
    for part, what in zip(parts, ["content is not what was written", "found 5 bytes", "missing"], strict=True):
        assert any(part.name in line and what in line for line in said.splitlines())
    assert "part-000000" not in complaint(folder, verify=False)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ({"experiment": {"name": "made"}}, "experiment: is damaged"),
        ({"experiment": EXPERIMENT.record() | {"mood": 1}}, "mood"),
    ],
)
def test_an_experiment_that_is_none_is_told(tmp_path, manifest, said):
    folder = made(tmp_path / "sweep", parts=1, part_units=7)
    path = folder / "manifest.json"
    whole = json.loads(path.read_text())
    path.write_text(json.dumps(whole | manifest))
    found = complaint(folder)
    assert said in found and str(path) in found
