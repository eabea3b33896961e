"""Storing a folder: tables whole or streamed replicate by replicate, the manifest last, then one rename.

Whatever happens meanwhile, the destination either does not exist, or holds what it held before, or holds all
that is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from sim.results import run_rows
from sim.results.atomic import Staging, disk, staged_files, staged_folder
from sim.results.columns import writer_options
from sim.results.folder import MANIFEST, Format, file_record, is_replaceable, manifest_text
from sim.results.result import RESULT
from sim.results.run_rows import COMMITTEES, EVENTS

if TYPE_CHECKING:
    from sim.engines.trajectory import Trajectory
    from sim.world.places import Place

#: Rows, or bytes of them, that are collected before they are written as a row group: whichever comes first. They
#: bound the memory of a long run.
ROW_GROUP, ROW_GROUP_BYTES = 65_536, 4 * 2**20


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
        for opened in (self._writer, self._file):
            with suppress(Exception):
                opened.close()

    def _flush(self) -> None:
        if self._rows:
            table = pa.concat_tables(self._waiting).combine_chunks()
            self._waiting, self._rows, self._bytes = [], 0, 0
            self._writer.write_table(table, row_group_size=ROW_GROUP)


class FolderWriter:
    """A folder in the making."""

    def __init__(self, staging: Staging, kind: Format, **schemas: pa.Schema) -> None:
        self._staging, self._kind = staging, kind
        with disk(staging.destination):
            self._tables = {
                name: TableWriter(staging.folder / f"{name}.parquet", schema) for name, schema in schemas.items()
            }

    @property
    def folder(self) -> Path:
        """The hidden folder in which it is made; files added there become part of it."""
        return self._staging.folder

    @property
    def destination(self) -> Path:
        """Where it stands, once the block of `new_folder` has ended well."""
        return self._staging.destination

    def add_rows(self, **rows: pa.Table) -> None:
        """Add rows to tables."""
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

    def seal(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Write the manifest and return it; see `sealed`."""
        with disk(self.destination):
            return sealed(self.folder, self._kind, manifest)


def sealed(folder: Path, kind: Format, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Write a folder's manifest, with format, and size and hash of every other file, and return it."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = {path.relative_to(folder).as_posix(): file_record(path) for path in found}
    whole = {**kind.head, **manifest, "files": files}
    (folder / MANIFEST).write_text(manifest_text(whole), encoding="utf-8")
    return whole


@contextmanager
def sealed_files(folder: Path, kind: Format, manifest: Mapping[str, Any]) -> Iterator[Path]:
    """Give a hidden folder whose files move into another, with a manifest of them, as `staged_files` has it."""
    with disk(folder), staged_files(folder, replace=True) as hidden:
        yield hidden
        sealed(hidden, kind, manifest)


def write_csv(table: pa.Table, path: Path) -> None:
    """Write a table as CSV, with quotes where they are needed."""
    pa_csv.write_csv(table, path, pa_csv.WriteOptions(quoting_style="needed", quoting_header="none"))


def table_of_rows(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Return rows as a table, in which what is not defined (nan) is null: in CSV an empty cell."""
    known = [{key: None if value != value else value for key, value in row.items()} for row in rows]
    return pa.Table.from_pylist(known, schema=schema)


W = TypeVar("W", bound=FolderWriter)


@contextmanager
def new_folder(
    out: Path | str | None, usual: Path, kind: Format, writer: Callable[[Staging], W], *, force: bool = False
) -> Iterator[W]:
    """Give a writer whose folder takes its place when the block ends well, and leaves nothing otherwise.

    That is ``out``, where ``force`` replaces an earlier folder of its kind; else ``usual``, or the next free name.
    """
    destination, replaceable = usual if out is None else Path(out).expanduser(), partial(is_replaceable, kind=kind)
    with staged_folder(destination, replaceable, force=force, numbered=out is None) as staging:
        made = writer(staging)
        try:
            yield made
        finally:
            made.abandon()
        if not (staging.folder / MANIFEST).is_file():
            raise RuntimeError(f"a {kind.noun} must not be stored without its manifest")


class ResultWriter(FolderWriter):
    """A result in the making."""

    def __init__(self, staging: Staging, *, committees: bool) -> None:
        states = {"committees": COMMITTEES} if committees else {}
        super().__init__(staging, RESULT, monthly=run_rows.monthly_schema(), events=EVENTS, **states)

    def add(self, replicate: int, trajectory: Trajectory, places: Sequence[Place]) -> None:
        """Store one replicate."""
        rows = {"monthly": run_rows.monthly_rows(replicate, trajectory)}
        rows["events"] = run_rows.event_rows(replicate, trajectory.events)
        if "committees" in self._tables:
            rows["committees"] = run_rows.committee_rows(replicate, trajectory, places)
        self.add_rows(**rows)

    finish = FolderWriter.seal


def write_places(folder: Path, places: pa.Table | None) -> None:
    """Write the table of single guberniias, if there is one."""
    if places is not None:
        pq.write_table(places, folder / "places.parquet", **writer_options(places.schema))


def new_result(
    out: Path | str | None, name: str, *, committees: bool = False, force: bool = False
) -> AbstractContextManager[ResultWriter]:
    """Give a writer of a result, by default in ``results/runs/NAME-DATE-TIME``, with states of committees or without.

    See `new_folder`.
    """
    return new_folder(out, default_folder(name), RESULT, partial(ResultWriter, committees=committees), force=force)


def default_folder(name: str, kind: str = "runs") -> Path:
    """Return the folder for what begins now."""
    return Path("results") / kind / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
