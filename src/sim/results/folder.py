"""What a command has stored: a folder with a manifest, opened only if it is whole, and asked in SQL.

A folder without ``manifest.json`` is none. What all kinds of folders have in common stands here; a kind adds its
`Format` and the methods by which its tables are known.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sim.errors import Problem, UserError, misfits, understood
from sim.registry import derived

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
DERIVED = ("figures", "csv")
"""What a folder may hold beside the files that its manifest names."""
PICTURE = re.compile(r"figures/[^/]+\.(png|svg)")
FILES = {"*": object}
"""Shape of a manifest's files; what is wrong with one is said in `fault`."""
MEMORY = "512MB"
"""What a query may take; what does not fit is put on the disk for a while."""


@dataclass(frozen=True)
class Format:
    """A format of folders."""

    #: what such a folder is, and the command that makes it
    noun: str
    command: str
    #: what its manifest calls itself; folders of earlier versions are read, too
    name: str
    version: int
    shape: Mapping[str, Any]  #: what the manifest must hold, and of which kinds: see `sim.errors.misfits`
    #: files that hold a table. Of those in CSV the types of columns: what they are taken for otherwise hangs on what is
    #: in them
    tables: Mapping[str, Any] = field(default_factory=dict)
    needed: tuple[str, ...] = ()  #: files that the manifest must name

    @property
    def head(self) -> dict[str, Any]:
        """How a manifest begins that is written now."""
        return {"format": self.name, "format_version": self.version}


def table_of(**kinds: str) -> Any:
    """Return the types of a table's columns, whose names are given by what they hold: text, number, count, flag."""
    import pyarrow as pa

    types = {"text": pa.string(), "number": pa.float64(), "count": pa.int64(), "flag": pa.bool_()}
    return pa.schema([(name, types[kind]) for kind, names in kinds.items() for name in names.split()])


def called(file: str) -> str:
    """Return what a query calls the table that a file holds."""
    return Path(file).stem.replace("-", "_")


class Folder:
    """What a command has stored: the folder's path, and in its manifest how it came about."""

    format: ClassVar[Format]

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path} ({self.told})>"

    @property
    def outcomes(self) -> list[derived.Derived]:
        """Outcomes that are defined in it, and not recorded by the model."""
        return [*derived.read(self.manifest.get("derived", ()))]

    @property
    def told(self) -> str:
        """What is in it, in a few words."""
        return str(self.manifest["title"])

    @classmethod
    def open(cls, path: Path | str, *, verify: bool = True) -> Self:
        """Open a folder; ``verify`` compares every file's hash with what is noted of it, not its size alone."""
        place = Path(path).expanduser().resolve()
        opened = cls(place, read_manifest(place, cls.format))
        problems = list(opened.faults(verify=verify))
        if problems:
            raise UserError(problems)
        try:
            derived.know(opened.outcomes)
        except derived.Wrong as why:
            raise UserError(Problem(str(place / MANIFEST), "derived", why.found, why.allowed)) from None
        return opened

    def faults(self, *, verify: bool) -> Iterator[Problem]:
        """Yield what is wrong with its files; see `open`."""
        files = self.manifest["files"]
        for name in self.format.needed:
            if name not in files:
                yield Problem(str(self.path / MANIFEST), field="files", allowed=f"{name} is missing")
        for name, record in files.items():
            # Pictures may have been drawn again since, by another version of what draws.
            derived = Path(name).parts[:1] in {(folder,) for folder in DERIVED}
            found = None if derived else fault(self.path, name, record, verify=verify)
            if found is not None:
                yield found

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that were stored, as a query calls them."""
        return tuple(called(name) for name in self.format.tables if name in self.manifest["files"])

    def table(self, name: str) -> Any:
        """Return a table for pyarrow and DuckDB; of a Parquet file nothing is read before it is asked for."""
        file = self._file(name)
        if file.suffix == ".csv":
            import pyarrow.csv as pa_csv

            # Not by pandas, which before version 3 did not restore the last bits.
            options = pa_csv.ConvertOptions(column_types=self.format.tables[file.name])
            return pa_csv.read_csv(file, pa_csv.ReadOptions(use_threads=False), convert_options=options)
        import pyarrow.dataset as ds  # which imports pandas

        # As a data set, not by path: DuckDB would read brackets in a folder's name as a pattern.
        return ds.dataset(file)

    def frame(self, name: str, columns: Sequence[str] | None = None, **where: Any) -> pd.DataFrame:
        """Return a table, or some of its columns and rows; see `read_frame`."""
        file = self._file(name)
        if file.suffix == ".csv":
            frame: pd.DataFrame = self.table(name).to_pandas()
            return frame
        return read_frame(file, columns, **where)

    @understood
    def query(self, sql: str) -> pd.DataFrame:
        """Return the answer to one query in SQL over its `tables`; it reads no other files, and writes none."""
        import duckdb

        reason, frame = repr(sql), None
        with tempfile.TemporaryDirectory(prefix="skloki-") as aside, duckdb.connect() as connection:
            connection.execute(f"SET memory_limit = '{MEMORY}'")
            connection.execute("SET temp_directory = ?", [aside])
            for name in self.tables:
                connection.register(name, self.table(name))
            connection.execute("SET enable_external_access = false")
            try:
                several = len(connection.extract_statements(sql))
                if several > 1:
                    raise UserError(Problem("query", found=f"{several} statements", allowed="one, with one answer"))
                answer: Any = connection.execute(sql)  # nothing, where nothing was asked
                if answer is not None and answer.description:
                    kinds = [str(column[1]) for column in answer.description]
                    frame = _with_integers(answer.df(), kinds)
            except duckdb.Error as error:
                reason = str(error).strip().splitlines()[0]
        if frame is None:
            raise UserError(Problem("query", found=reason, allowed="SQL over " + ", ".join(self.tables)))
        return frame

    def _file(self, name: str) -> Path:
        for file in self.format.tables:
            if called(file) == name and name in self.tables:
                return self.path / file
        raise UserError(Problem(str(self.path), "table", repr(name), ", ".join(self.tables)))


class Answered(Folder):
    """A folder whose manifest has an answer."""

    @property
    def answer(self) -> list[str]:
        """What it says, in sentences."""
        return list(self.manifest["answer"])


def _with_integers(frame: pd.DataFrame, kinds: Sequence[str]) -> pd.DataFrame:
    """Return an answer whose sums of integers, which DuckDB gives as floats, are integers where floats hold them."""
    for place, kind in enumerate(kinds):
        values = frame.iloc[:, place]
        if (kind.endswith("HUGEINT") or kind.endswith(",0)")) and (values.isna() | (values.abs() < 2**53)).all():
            frame.isetitem(place, values.astype("Int64" if values.isna().any() else "int64"))
    return frame


def read_frame(path: Path, columns: Sequence[str] | None = None, **where: Any) -> pd.DataFrame:
    """Read a Parquet file, or the rows where columns have given values: these, however long the table.

    Months become time stamps of their first day, nulls become nan.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        chosen = file.schema_arrow.names if columns is None else list(columns)
        read = list(dict.fromkeys([*chosen, *where]))
        if where and file.num_row_groups:
            # One row group after another: the filters of Arrow's reader hold many of them at a time.
            tables = []
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=read)
                for name, value in where.items():
                    table = table.filter(pc.equal(table[name], pa.scalar(value, table.schema.field(name).type)))
                tables.append(table.select(chosen))
            table = pa.concat_tables(tables)
        else:
            table = file.read(chosen)
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame


def manifest_text(content: Mapping[str, Any]) -> str:
    """Return a manifest as it is stored."""
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_manifest(folder: Path, meant: Format) -> dict[str, Any]:
    """Return the manifest of a folder of a format."""
    where, place = str(folder), str(folder / MANIFEST)
    if not folder.exists():
        allowed = f"there is no such folder; name the folder that `{meant.command}` has printed"
        raise UserError(Problem(where, allowed=allowed))
    if not folder.is_dir():
        raise UserError(Problem(where, found="a file", allowed=f"the folder of a {meant.noun}"))
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        allowed = f"no {meant.noun}: it has no {MANIFEST} (another folder, or a {meant.command} that was broken off)"
        raise UserError(Problem(where, allowed=allowed)) from None
    except OSError as error:
        raise UserError(Problem(place, allowed=f"cannot be read: {error.strerror}")) from error
    except (ValueError, RecursionError) as error:
        raise UserError(Problem(place, allowed=f"is damaged: {error}")) from error
    if not isinstance(content, dict) or content.get("format") != meant.name:
        raise UserError(Problem(place, allowed=f"this is not the manifest of a {meant.noun}"))
    version = content.get("format_version")
    if not isinstance(version, int) or not 1 <= version <= meant.version:
        known = "1" if meant.version == 1 else f"1 to {meant.version}"
        allowed = f"{known}; the {meant.noun} was made by another version of skloki"
        raise UserError(Problem(place, "format_version", str(version), allowed))
    problems = [Problem(place, *fault) for fault in misfits(content, {**meant.shape, "derived?": [derived.RECORD]})]
    if problems:
        raise UserError(problems)
    return content


def fault(
    folder: Path, name: str, record: Any, *, verify: bool, listed: str = MANIFEST,
    meant: str = "what the manifest says", remedy: str = "",
) -> Problem | None:  # fmt: skip
    """Return what is wrong with a file of a folder, whose record stands in the file ``listed``; None if nothing is.

    ``meant`` and ``remedy`` are words of the message: what the content should be, and what to do about it.
    """
    path = folder / name
    if is_outside(name) or not isinstance(record, dict):
        return Problem(str(folder / listed), field="files", found=repr(name), allowed="files inside the folder")
    try:
        if path.stat().st_size != record.get("bytes"):
            allowed = f"{record.get('bytes')} bytes; the file is damaged{remedy}"
            return Problem(str(path), found=f"{path.stat().st_size} bytes", allowed=allowed)
        if verify and file_record(path) != record:
            return Problem(str(path), allowed=f"the file is damaged: its content is not {meant}{remedy}")
    except FileNotFoundError:
        return Problem(str(path), allowed=f"the file is missing{remedy}")
    except OSError as error:
        return Problem(str(path), allowed=f"cannot be read: {error.strerror}")
    return None


def is_outside(name: str) -> bool:
    """Say whether a name that a manifest or a journal gives leads out of its folder."""
    return Path(name).is_absolute() or ".." in Path(name).parts or "\0" in name


def file_record(path: Path) -> dict[str, Any]:
    """Return a file's size, bytes, and SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def is_replaceable(folder: Path, kind: Format) -> bool:
    """Say whether a folder is an earlier one of its kind, and holds nothing else that would be lost."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        exported = ("columns", *(Path(name).stem for name in manifest["files"]))
        known = {MANIFEST, *manifest["files"], *(f"csv/{stem}.csv" for stem in exported)}
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*")
                 if path.is_symlink() or not path.is_dir()}  # fmt: skip
        return manifest["format"] == kind.name and all(PICTURE.fullmatch(name) for name in there - known)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return False
