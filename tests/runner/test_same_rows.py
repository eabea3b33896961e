"""Rows decide whether another model may go on with a sweep."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pytest

from sim.errors import UserError
from sim.runner import chunk_rows, chunks, compatibility
from sim.runner import sweep as driver
from sim.runner.compatibility import differing
from sim.runner.sweep import sweep
from tests.brief import brief
from tests.tiny import experiment, with_curves

OTHER = "0123456789abcdef"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Give sweeps in small parts, by what they keep of months; not to be changed."""
    folder = tmp_path_factory.mktemp("finished")
    return {kind: sweep(with_curves(kind), folder / kind, part_units=2) for kind in ("all", "quantiles")}


@pytest.fixture
def copied(finished, tmp_path, monkeypatch):
    """Copy one of them, and be another model."""

    def copy(kind):
        monkeypatch.setattr(driver, "model", lambda: OTHER)
        return shutil.copytree(finished[kind], tmp_path / kind)

    return copy


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "sweep.lock"}


@pytest.mark.parametrize("kind", brief(["all", "quantiles"], "all"))
def test_another_model_that_gives_the_same_rows_goes_on(kind, copied):
    folder, notes = copied(kind), list[str]()
    first = manifest(folder)["model"]
    sweep(with_curves(kind), folder, extend=2, note=notes.append)
    assert any("gave what is stored, to the last bit" in note and OTHER in note for note in notes)
    assert (manifest(folder)["model"], manifest(folder)["models"]) == (OTHER, [first])
    sweep(with_curves(kind), folder, note=notes.append)
    assert sum("to the last bit" in note for note in notes) == 1, "a model that was accepted is known"


def test_a_model_that_was_accepted_before_is_known(copied, monkeypatch):
    folder, notes = copied("all"), list[str]()
    first = manifest(folder)["model"]
    sweep(with_curves("all"), folder)
    monkeypatch.setattr(driver, "model", lambda: first)
    sweep(with_curves("all"), folder, note=notes.append)
    assert not any("to the last bit" in note for note in notes)
    assert (manifest(folder)["model"], manifest(folder)["models"]) == (first, [OTHER])


def test_a_value_that_moved_by_a_bit_is_refused_and_named(copied, monkeypatch):
    folder = copied("all")
    before = everything(folder)
    finish = chunk_rows.Recorder.finish

    def moved(self):
        finish(self)
        self.outcomes[0, 1] = np.nextafter(self.outcomes[0, 1], np.inf)

    monkeypatch.setattr(chunk_rows.Recorder, "finish", moved)
    with pytest.raises(UserError, match="rows of two models are not one table") as refused:
        sweep(with_curves("all"), folder, extend=2)
    assert "run 0, performance_agrarian: stored 0." in str(refused.value)
    assert everything(folder) == before


@pytest.mark.parametrize(("kind", "table"), [("all", "curves"), ("quantiles", "bins")])
def test_months_that_moved_are_seen_too(kind, table, copied, monkeypatch):
    folder, method = copied(kind), {"curves": "_curves_by_run", "bins": "_bins"}[table]
    real, last = getattr(chunk_rows.Recorder, method), {"curves": "moves", "bins": "count"}[table]

    def moved(self):
        columns = real(self)
        return columns | {last: pa.compute.add(columns[last], 1)}

    monkeypatch.setattr(chunk_rows.Recorder, method, moved)
    with pytest.raises(
        UserError, match={"curves": r"run 0, moves: ", "bins": "bins/part-000000"}[kind and table]
    ):
        sweep(with_curves(kind), folder)


def test_parts_far_apart_are_looked_at_and_damaged_ones_are_not(copied, monkeypatch):
    folder, looked = copied("all"), list[int]()
    run_chunk = chunks.run_chunk

    def noted(job, chunk, draws):
        looked.append(chunk.number)
        assert chunk.size == 1
        return run_chunk(job, chunk, draws)

    monkeypatch.setattr(compatibility, "run_chunk", noted)
    (folder / "runs" / "part-000000.parquet").write_bytes(b"")
    sweep(with_curves("all"), folder)
    assert looked == [1, 2, 4, 5, 7]


def test_a_sweep_without_rows_takes_any_model(tmp_path, monkeypatch):
    def stop(state):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(experiment(2), tmp_path / "s", progress=stop)
    monkeypatch.setattr(driver, "model", lambda: OTHER)
    assert manifest(sweep(experiment(2), tmp_path / "s"))["model"] == OTHER


ROW = {"run": 3, "performance": 0.5, "moves": None, "error": None, "error_at": None}
FAILED = ROW | {"performance": None, "error": "ZeroDivisionError: by nobody", "error_at": "1922-03"}


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({}, None),
        ({"performance": 0.5 + 2**-53}, "run 3, performance: stored 0.5, now 0.5000000000000001"),
        ({"moves": 0.0}, "run 3, moves: stored None, now 0.0"),
        (FAILED, "run 3, error: stored None, now 'ZeroDivisionError: by nobody'"),
    ],
)
def test_rows_differ_by_the_last_bit(now, said):
    assert next(differing([ROW], [ROW | now]), None) == said


def test_a_run_that_fails_in_other_words_is_the_same():
    assert not list(differing([FAILED], [FAILED | {"error": "ZeroDivisionError: nobody's", "error_at": "here"}]))
    assert "run 3, error: stored" in next(differing([FAILED], [ROW]))
    assert next(differing([ROW | {"moves": 0.0}], [ROW | {"moves": -0.0}]))
