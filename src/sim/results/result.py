"""A stored result, opened with one call: its tables as frames, as CSV, and its monthly outcomes as arrays.

Arrays come one outcome at a time, for what looks at all replicates at once: a data frame of all outcomes of a thousand
replicates would take hundreds of megabytes; one outcome takes five.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.engines.trajectory import COMMITTEE_FIELDS
from sim.errors import Problem, UserError, nearest, one_of
from sim.registry.derived import EVERY, KNOWN
from sim.registry.entries import SCOPES
from sim.results.atomic import disk, staged_files
from sim.results.folder import FILES, Folder, Format
from sim.results.run_rows import OF_FIELD, Column, codebook

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.schema import Scenario

Array = NDArray[np.float64]
OF_STATE = {outcome: field for field, outcome in OF_FIELD.items()}

RESULT = Format(
    "skloki result", "run", "skloki-result", 1,
    {"title": str, "scenario": dict, "layers": {"*": str}, "replicates": int, "seed": int, "files": FILES},
    {
        "monthly.parquet": None, "events.parquet": None, "committees.parquet": None, "places.parquet": None,
        # An empty column would else be of no type.
        "targets.csv": dict.fromkeys(("recorded", "low", "high", "median", "p10", "p90", "share_in_band"), pa.float64())
        | {"in_band": pa.bool_()},
    },
    ("monthly.parquet", "events.parquet", "targets.csv"),
)  # fmt: skip


class Result(Folder):
    """What a run has left behind, read from its folder."""

    format = RESULT

    @property
    def told(self) -> str:  # noqa: D102
        return f"{self.manifest['title']}, {self.manifest['replicates']} replicates"

    @cached_property
    def scenario(self) -> Scenario:
        """The effective scenario."""
        from sim.scenario.renewal import stored

        return stored(self.manifest["scenario"])

    def monthly(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return replicate, month, scope and outcomes: one row per replicate, month and scope."""
        return self.frame("monthly", columns)

    def events(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return every move and incident with its reason: one row per event."""
        return self.frame("events", columns)

    def trajectories(self) -> Trajectories:
        """Return the monthly outcomes as arrays, read one by one: for many replicates."""
        return open_trajectories(self.path / "monthly.parquet")

    courses = trajectories  # its former name

    def committees(self, columns: Sequence[str] | None = None, **where: Any) -> pd.DataFrame:
        """Return the state of each committee: one row per replicate, month and committee.

        ``where`` are values of columns, such as ``level="guberniia"``: of other rows nothing is kept.
        """
        if "committees" not in self.tables:
            reason = "this run stored no committees; set run.committees = true in the scenario"
            raise UserError(Problem(str(self.path), field="committees", allowed=reason))
        return self.frame("committees", columns, **where)

    def places(self, outcomes: Sequence[str], **where: Any) -> pd.DataFrame:
        """Return month, committee, class and outcomes of guberniias: means over replicates.

        ``where`` is as for `committees`, from which they are made for a run of a version that stored no places.
        """
        keys = ["month", "committee", "unit_class"]
        if "places" in self.tables:
            return self.frame("places", [*keys, *outcomes], **where)
        fields = {OF_STATE.get(name, name): name for name in outcomes}
        if "committees" not in self.tables or not set(fields) <= set(COMMITTEE_FIELDS):
            allowed = "a run of real places, by this version or with run.committees = true: run the scenario again"
            raise UserError(Problem(str(self.path), "places", "none", allowed))
        frame = self.committees([*keys, *fields], level="guberniia", **where).rename(columns=fields)
        means: pd.DataFrame = frame.groupby(keys, sort=False, as_index=False).mean()
        return means

    def targets(self) -> pd.DataFrame:
        """Return the recorded figures beside what the model gave."""
        frame: pd.DataFrame = self.table("targets").to_pandas()
        return frame


open_result = Result.open


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
            rows.writerows([Column._fields, *codebook(tables, result.outcomes)])
        names = sorted(path.name for path in hidden.iterdir())
    return [folder.resolve() / name for name in names]


def _write_table(stored: Path, target: Path) -> None:
    """Convert row group by row group, so that a long run needs no more memory than a short one."""
    with pq.ParquetFile(stored) as file, target.open("wb") as csv_file:
        schema: pa.Schema = file.schema_arrow
        with pa_csv.CSVWriter(csv_file, schema) as writer:
            for group in range(file.num_row_groups):
                writer.write_table(file.read_row_group(group))


class Trajectories:
    """How outcomes went, month by month, in every replicate; those that failed are missing."""

    def __init__(
        self, months: NDArray[np.datetime64], replicates: NDArray[np.int32], read: Callable[[str], Array]
    ) -> None:
        self.months, self.replicates, self._read = months, replicates, read
        self._last: tuple[str, Array] = "", np.empty(0)

    def of(self, outcome: str, scope: str = "nation") -> Array:
        """Return an outcome, of shape (replicates, months); nan where it is not defined."""
        one_of("scope", scope, SCOPES)
        # The one read last is kept: whoever draws the nation draws the classes next.
        if self._last[0] != outcome:
            self._last = "", np.empty(0)  # let go of it before the next is read
            shape = len(self.replicates), len(self.months), len(SCOPES)
            try:
                self._last = outcome, self._read(outcome).reshape(shape)
            except KeyError:
                near = "" if outcome in EVERY else nearest(outcome, EVERY)
                raise UserError(Problem("outcome", "", repr(outcome), "one that is recorded here", near)) from None
        # A copy, so that whoever keeps one scope does not keep all.
        return self._last[1][:, :, SCOPES.index(scope)].copy()


def open_trajectories(path: Path) -> Trajectories:
    """Return the trajectories in a table ``monthly.parquet``, which holds its rows by replicate, month and scope."""
    with pq.ParquetFile(path) as file:
        metadata = file.metadata
        numbers, days = (_column(file, name) for name in ("replicate", "month"))
    replicates, first = np.unique(numbers[:: len(SCOPES)], return_index=True)
    shape = len(replicates), len(numbers) // len(replicates) // len(SCOPES), len(SCOPES)
    grid = np.broadcast_to(days[: shape[1] * len(SCOPES) : len(SCOPES), None], shape[1:])
    whole = len(numbers) == np.prod(shape) and (np.diff(first) == shape[1]).all()
    if not whole or not (days.reshape(-1, *shape[1:]) == grid).all():
        raise UserError(Problem(str(path), allowed="rows by replicate, month and scope; their order was changed"))

    def read(name: str) -> Array:
        with pq.ParquetFile(path, metadata=metadata) as file:
            of = None if name in file.schema_arrow.names else KNOWN.get(name)
            return _column(file, name) if of is None else of.of(lambda recorded: _column(file, recorded))

    return Trajectories(grid[:, 0].astype("datetime64[D]").astype("datetime64[M]"), replicates, read)


def _column(file: Any, name: str) -> NDArray[Any]:
    """Return a column of a file; nulls become nan."""
    groups = (file.read_row_group(group, columns=[name], use_threads=False) for group in range(file.num_row_groups))
    return np.concatenate([_values(chunk) for group in groups for chunk in group[name].chunks])


def _values(chunk: pa.Array) -> NDArray[Any]:
    """Return numbers or days as numpy has them. Not by Arrow's own method, which imports pandas."""
    valid, data = chunk.buffers()
    kind = np.float64 if pa.types.is_floating(chunk.type) else np.int32
    values: NDArray[Any] = np.frombuffer(data, kind)[chunk.offset : chunk.offset + len(chunk)]
    if not chunk.null_count:
        return values
    bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")
    return np.where(bits[chunk.offset : chunk.offset + len(chunk)], values, np.nan)
