"""Opening a result: whole or refused; as DataFrames, by DuckDB, as CSV."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil

import duckdb
import numpy as np
import pandas as pd
import pytest

from sim.errors import UserError
from sim.registry.entries import SCOPES
from sim.results.result import export_csv, open_result

TABLES = ("monthly", "events", "committees")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "monthly.parquet is missing(.|\n)*targets.csv is missing"),
        ({"monthly.parquet": {}, "events.parquet": 3, "targets.csv": {}}, "'events.parquet'; allowed: "),
    ],
)
def test_every_fault_of_its_files_is_named(files, message, stored, tmp_path):
    manifest = stored(tmp_path / "r") / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"files": files}))
    with pytest.raises(UserError, match=message):
        open_result(tmp_path / "r")


def test_duckdb_reads_the_files_and_the_result(stored, tmp_path):
    folder = stored(tmp_path / "r [1]*")
    result = open_result(folder)
    counted = result.query("SELECT scope, count(*) AS n, avg(recovery) AS mean FROM monthly GROUP BY scope")
    frame = result.monthly()
    expected = frame.groupby("scope")["recovery"].mean()
    assert dict(zip(counted["scope"], counted["n"], strict=True)) == dict.fromkeys(SCOPES, 6)
    # A mean over undefined values skips them, as in pandas.
    undefined = frame.columns[5]
    means = result.query(f"SELECT scope, avg({undefined}) AS mean FROM monthly GROUP BY scope").set_index("scope")
    np.testing.assert_allclose(means["mean"].sort_index(), frame.groupby("scope")[undefined].mean().sort_index())
    assert frame[undefined].isna().any()
    np.testing.assert_allclose(counted.set_index("scope")["mean"].sort_index(), expected.sort_index())
    assert result.query("SELECT count(*) AS n FROM events JOIN committees USING (replicate, month, committee)")["n"][0]

    plain = shutil.copytree(folder, tmp_path / "plain")
    assert duckdb.sql(f"SELECT count(*) FROM '{plain}/*.parquet'").fetchall() == [(30 + 6 + 12,)]


def test_csv_equals_parquet(stored, tmp_path):
    result = open_result(stored(tmp_path / "r"))
    files = export_csv(result)
    assert {file.stem for file in files} == {"monthly", "events", "committees", "targets", "columns"}
    assert {file.parent for file in files} == {tmp_path / "r" / "csv"}
    for name in TABLES:
        back = pd.read_csv(tmp_path / "r" / "csv" / f"{name}.csv", parse_dates=["month"])
        frame = getattr(result, name)()
        # An empty text and an unknown number look alike in CSV.
        words = [column for column in frame.columns[2:] if not pd.api.types.is_numeric_dtype(frame[column])]
        back[words] = back[words].astype(frame[words].dtypes).fillna("")
        pd.testing.assert_frame_equal(back, frame, check_dtype=False)
    with (tmp_path / "r" / "csv" / "columns.csv").open(encoding="utf-8", newline="") as file:
        book = {(row["table"], row["column"]): row for row in csv.DictReader(file)}
    assert list(book) == [(name, column) for name in TABLES for column in getattr(result, name)().columns]
    assert book["monthly", "recovery"]["unit"] == "1913 = 1"


def test_an_export_replaces_only_its_own(stored, tmp_path):
    result = open_result(stored(tmp_path / "r"))
    assert export_csv(result) == export_csv(result), "the default folder is renewed"
    out = tmp_path / "mine"
    out.mkdir()
    (out / "events.csv").write_text("not from here")
    with pytest.raises(UserError, match="there already: events.csv"):
        export_csv(result, out)
    assert [path.name for path in out.iterdir()] == ["events.csv"] and (
        out / "events.csv"
    ).read_text() == "not from here"
    export_csv(result, out, force=True)
    assert len(list(out.iterdir())) == 5 and (out / "events.csv").read_text() != "not from here"


def test_a_full_disk_leaves_no_half_export(stored, tmp_path, monkeypatch):
    result = open_result(stored(tmp_path / "r"))

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(UserError, match="no space left"):
        export_csv(result, tmp_path / "csv")
    assert [path.name for path in tmp_path.iterdir()] == ["r"]
