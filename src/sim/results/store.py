"""Storing a result: tables streamed replicate by replicate, the manifest last, then one rename.

A folder without ``manifest.json`` is no result. Whatever happens during a run, the destination
either does not exist, or holds what it held before, or holds the whole new result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.results.atomic import Staging, disk, staged_folder
from sim.results.columns import (
    COMMITTEES,
    EVENTS,
    MONTHLY,
    Place,
    committee_rows,
    event_rows,
    monthly_rows,
    writer_options,
)

if TYPE_CHECKING:
    from sim.engines.trajectory import Trajectory

MANIFEST = "manifest.json"
FORMAT = "skloki-result"
FORMAT_VERSION = 1
#: Rows, or bytes of them, that are collected before they are written as a row group: whichever comes first. They
#: bound the memory of a long run.
ROW_GROUP, ROW_GROUP_BYTES = 65_536, 4 * 2**20
#: What a result folder may hold beside the files that its manifest names.
DERIVED = ("figures", "csv")


class TableWriter:
    """One Parquet file that grows by whole replicates."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = path.open("xb")
        self._schema = schema
        self._writer = pq.ParquetWriter(self._file, schema, **writer_options(schema))
        self._waiting: list[pa.Table] = []
        self._rows = self._bytes = 0

    def add(self, rows: pa.Table) -> None:
        """Take a replicate's rows; write when enough have come together."""
        self._waiting.append(rows)
        self._rows += rows.num_rows
        self._bytes += rows.nbytes
        if self._rows >= ROW_GROUP or self._bytes >= ROW_GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        """Write what waits, and the footer."""
        self._flush()
        self._writer.close()
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file, which is about to be deleted."""
        with suppress(Exception):
            self._writer.close()
        with suppress(Exception):
            self._file.close()

    def _flush(self) -> None:
        if self._rows:
            table = pa.concat_tables(self._waiting).combine_chunks()
            self._waiting, self._rows, self._bytes = [], 0, 0
            self._writer.write_table(table, row_group_size=ROW_GROUP)


class ResultWriter:
    """A result in the making.

    Attributes
    ----------
    folder
        The hidden folder in which it is made; files added there become part of the result.
    destination
        Where the result stands, once the block of `new_result` has ended well.
    """

    def __init__(self, staging: Staging, committees: bool) -> None:
        self._staging = staging
        schemas = {"monthly": MONTHLY, "events": EVENTS} | ({"committees": COMMITTEES} if committees else {})
        with disk(staging.destination):
            self._tables = {
                name: TableWriter(staging.folder / f"{name}.parquet", schema) for name, schema in schemas.items()
            }

    @property
    def folder(self) -> Path:  # noqa: D102
        return self._staging.folder

    @property
    def destination(self) -> Path:  # noqa: D102
        return self._staging.destination

    def add(self, replicate: int, trajectory: Trajectory, places: Sequence[Place]) -> None:
        """Store one replicate."""
        rows = {"monthly": monthly_rows(replicate, trajectory), "events": event_rows(replicate, trajectory.events)}
        if "committees" in self._tables:
            rows["committees"] = committee_rows(replicate, trajectory, places)
        with disk(self.destination):
            for name, table in rows.items():
                self._tables[name].add(table)

    def close_tables(self) -> None:
        """Finish the tables, which can then be read in `folder`."""
        with disk(self.destination):
            for table in self._tables.values():
                table.close()

    def abandon(self) -> None:
        """Close all files, whatever state they are in."""
        for table in self._tables.values():
            table.abandon()

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, with size and hash of every other file."""
        with disk(self.destination):
            files = {
                path.relative_to(self.folder).as_posix(): file_record(path)
                for path in sorted(self.folder.rglob("*"))
                if path.is_file()
            }
            whole = {"format": FORMAT, "format_version": FORMAT_VERSION, **manifest, "files": files}
            write_manifest(self.folder, whole)


@contextmanager
def new_result(out: Path | None, name: str, *, committees: bool = False, force: bool = False) -> Iterator[ResultWriter]:
    """Give a writer whose result takes its place when the block ends well, and leaves nothing otherwise.

    Parameters
    ----------
    out
        The destination; none for a new folder ``results/runs/NAME-DATE-TIME``.
    name
        The scenario's name, for that folder.
    committees
        Also store the state of each committee.
    force
        Replace an earlier result at the destination.

    Raises
    ------
    UserError
        The destination is taken, cannot be written, or the disk is full.
    """
    destination = out if out is not None else default_folder(name)
    with staged_folder(destination, is_replaceable, force=force, numbered=out is None) as staging:
        writer = ResultWriter(staging, committees)
        try:
            yield writer
        finally:
            writer.abandon()
        if not (staging.folder / MANIFEST).is_file():
            raise RuntimeError("a result must not be stored without its manifest")


def default_folder(name: str) -> Path:
    """Return the folder for a run of this scenario that begins now."""
    return Path("results") / "runs" / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest of a folder, which makes it whole."""
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def is_replaceable(folder: Path, kind: str = FORMAT) -> bool:
    """Say whether a folder is an earlier result, or another ``kind``, and holds nothing else that would be lost."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        known = {MANIFEST, *manifest["files"], *DERIVED}
        return manifest["format"] == kind and {path.name for path in folder.iterdir()} <= known
    except (OSError, ValueError, KeyError, TypeError):
        return False


def file_record(path: Path) -> dict[str, Any]:
    """Return a file's size, bytes, and SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}
