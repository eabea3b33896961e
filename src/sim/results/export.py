"""A result's tables as CSV, for spreadsheets and other programs."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from sim.results.atomic import disk, staged_files
from sim.results.result import Result, open_result
from sim.results.run_rows import Column, codebook


def export_csv(result: Result | str | Path, out: str | Path | None = None, *, force: bool = False) -> list[Path]:
    """Write every table as CSV, with a codebook, and return the files.

    They stand in ``out``, where ``force`` replaces files of the same names; by default in ``csv`` in the result's
    folder, where they are always replaced.
    """
    result = result if isinstance(result, Result) else open_result(result)
    folder = result.path / "csv" if out is None else Path(out).expanduser()
    with staged_files(folder, replace=force or out is None) as hidden, disk(folder):
        tables = [name for name in result.tables if name != "targets"]
        for name in tables:
            _write_table(result.path / f"{name}.parquet", hidden / f"{name}.csv")
        shutil.copyfile(result.path / "targets.csv", hidden / "targets.csv")
        with (hidden / "columns.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerows([Column._fields, *codebook(tables)])
        names = sorted(path.name for path in hidden.iterdir())
    return [folder.resolve() / name for name in names]


def _write_table(stored: Path, target: Path) -> None:
    """Convert row group by row group, so that a long run needs no more memory than a short one."""
    with pq.ParquetFile(stored) as file, target.open("wb") as csv_file:
        schema: pa.Schema = file.schema_arrow
        with pa_csv.CSVWriter(csv_file, schema) as writer:
            for group in range(file.num_row_groups):
                writer.write_table(file.read_row_group(group))
