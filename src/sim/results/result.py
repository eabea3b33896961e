"""A stored result, opened with one call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, UserError
from sim.results.opening import Format, check_files, read_manifest
from sim.results.store import FORMAT, FORMAT_VERSION

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.trajectories import Trajectories
    from sim.scenario.schema import Scenario

TABLES = ("monthly", "events", "committees")
NEEDED = ("monthly.parquet", "events.parquet", "targets.csv")
RESULT = Format(
    "skloki result", "run", FORMAT, FORMAT_VERSION,
    {"title": str, "scenario": dict, "layers": dict, "replicates": int, "seed": int, "files": dict},
)  # fmt: skip


class Result:
    """What a run has left behind, read from its folder.

    Attributes
    ----------
    path
        The folder.
    manifest
        How the result came about: scenario, layers, parameters, versions, seed, files.
    """

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    def __repr__(self) -> str:
        return f"<Result {self.path} ({self.manifest['title']}, {self.manifest['replicates']} replicates)>"

    @cached_property
    def scenario(self) -> Scenario:
        """The effective scenario."""
        from sim.scenario.schema import Scenario

        # As JSON: strict models accept lists for tuples there.
        return Scenario.model_validate_json(json.dumps(self.manifest["scenario"]))

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that were stored."""
        return tuple(name for name in TABLES if f"{name}.parquet" in self.manifest["files"])

    def monthly(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return replicate, month, scope and outcomes: one row per replicate, month and scope."""
        return self._table("monthly", columns)

    def events(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return every move and incident with its reason: one row per event."""
        return self._table("events", columns)

    def courses(self) -> Trajectories:
        """Return the monthly outcomes as arrays, read one by one: for many replicates."""
        from sim.results.trajectories import open_trajectories

        return open_trajectories(self.path / "monthly.parquet")

    def committees(self, columns: Sequence[str] | None = None, **where: Any) -> pd.DataFrame:
        """Return the state of each committee: one row per replicate, month and committee.

        Parameters
        ----------
        where
            Values of columns, such as ``level="guberniia"``: of other rows nothing is kept.

        Raises
        ------
        UserError
            The run did not store committees.
        """
        return self._table("committees", columns, **where)

    def targets(self) -> pd.DataFrame:
        """Return the recorded figures beside what the model gave."""
        import pandas as pd

        return pd.read_csv(self.path / "targets.csv")

    def query(self, sql: str) -> pd.DataFrame:
        """Return the answer to a query in SQL over the tables ``monthly``, ``events``, ``committees``."""
        import duckdb
        import pyarrow.dataset as ds

        with duckdb.connect() as connection:
            for name in self.tables:
                # As a data set, not by path: DuckDB would read brackets in a folder's name as a pattern.
                connection.register(name, ds.dataset(self.path / f"{name}.parquet"))
            frame: pd.DataFrame = connection.execute(sql).df()
            return frame

    def _table(self, name: str, columns: Sequence[str] | None, **where: Any) -> pd.DataFrame:
        if name not in self.tables:
            reason = "this run stored no committees; set run.committees = true in the scenario"
            raise UserError(Problem(str(self.path), field=name, allowed=reason))
        return read_frame(self.path / f"{name}.parquet", columns, **where)


def read_frame(path: Path, columns: Sequence[str] | None = None, **where: Any) -> pd.DataFrame:
    """Read one table, or the rows where columns have given values: these, however long the table.

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
            parts = []
            for group in range(file.num_row_groups):
                part = file.read_row_group(group, columns=read)
                for name, value in where.items():
                    part = part.filter(pc.equal(part[name], pa.scalar(value, part.schema.field(name).type)))
                parts.append(part.select(chosen))
            table = pa.concat_tables(parts)
        else:
            table = file.read(chosen)
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame


def open_result(path: Path | str, *, verify: bool = True) -> Result:
    """Open a result folder.

    Parameters
    ----------
    path
        The folder.
    verify
        Compare every file's hash with the manifest; otherwise only its size.

    Raises
    ------
    UserError
        It is missing, incomplete, damaged, or of another format; every fault is named.
    """
    folder = Path(path).expanduser().resolve()
    manifest = read_manifest(folder, RESULT)
    check_files(folder, manifest["files"], verify=verify, needed=NEEDED)
    return Result(folder, manifest)
