"""Stored readiness maps and lock-in tests: the folders that `readiness` and `lockin` leave."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.results.columns import writer_options
from sim.results.folder import FILES, Answered, Format, table_of
from sim.results.run_store import sealed_files, write_csv

if TYPE_CHECKING:
    import pandas as pd

MAP_TABLES = {
    #: a row for each population, scheme, half-year, guberniia and measure
    "shares.parquet": table_of(text="population scheme half place unit_class measure", flag="later", count="draws",
                               number="share better even mean"),
    #: a row for each population, scheme, measure and guberniia: from when on
    "dates.csv": table_of(text="population scheme measure place unit_class at_50 at_50_surely at_50_perhaps at_80 "
                             "at_80_surely at_80_perhaps"),
    #: a row for each population, scheme, half-year and guberniia: what is known of place and time
    "places.csv": table_of(text="population half place unit_class", number="literacy bench threat"),
    #: a row for each population, scheme and measure
    "frontier.csv": table_of(text="population scheme measure", count="cells", number=(
        "explained constant literacy literacy_low literacy_high bench bench_low bench_high threat threat_low "
        "threat_high typical_literacy typical_bench typical_threat")),
}  # fmt: skip
MAP = Format(
    "readiness map", "readiness", "skloki-readiness", 1,
    {"name": str, "title": str, "experiment": dict, "model": str, "ensemble": str, "draws": int, "quick": bool,
     "populations": [{"name": str, "given": str, "alone": bool}],
     "halves": [{"date": str, "last": str, "counted": bool}], "runs": int, "failed": int, "answer": [str],
     "tree": dict, "files": FILES},
    MAP_TABLES, tuple(MAP_TABLES),
)  # fmt: skip
LOCKIN_TABLES = {
    #: a row for each draw and constant driver
    "draws.csv": table_of(text="drivers reading majority_wants", count="point",
                          number="apart approached from_0.1 from_0.5 from_0.9 habit"),
    #: a row for each draw: how far claims stand apart under falling and rising threat
    "ramps.csv": table_of(count="point", number="quarter half three_quarters"),
    #: a row for each driver and reading of what congresses want
    "readings.csv": table_of(text="drivers majority_wants reading", count="draws of", number="share"),
    #: a row for each driver, start and month: the middle draw and the band of eight in ten
    "courses.csv": table_of(text="drivers month", number="start threat p10 p50 p90"),
}  # fmt: skip
LOCKIN = Format(
    "lock-in test", "lockin", "skloki-lockin", 1,
    {"name": str, "title": str, "experiment": dict, "model": str, "ensemble": str, "draws": int, "population": str,
     "runs": int, "answer": [str], "files": FILES},
    LOCKIN_TABLES, tuple(LOCKIN_TABLES),
)  # fmt: skip


class ReadinessMap(Answered):
    """A readiness map, read from its folder."""

    format = MAP

    @property
    def told(self) -> str:  # noqa: D102
        populations = ", ".join(one["name"] for one in self.manifest["populations"])
        return f"{self.manifest['draws']} draws, {populations}{', quick' if self.manifest['quick'] else ''}"

    def shares(self) -> pd.DataFrame:
        """Return the share of draws in which a place does no worse, by half-year, scheme, population and measure."""
        return self.frame("shares")

    def dates(self) -> pd.DataFrame:
        """Return from when on each place's share is at least .5 and .8; empty where it never is."""
        return self.frame("dates").replace({"": None})


class LockInTest(Answered):
    """A lock-in test, read from its folder."""

    format = LOCKIN

    @property
    def told(self) -> str:  # noqa: D102
        return f"{self.manifest['draws']} draws, {self.manifest['population']}"


def store(
    folder: Path, kind: Format, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]
) -> None:
    """Write tables into a folder, and last the manifest; all or nothing."""
    with sealed_files(folder, kind, manifest) as hidden:
        for name, frame in tables.items():
            table = pa.Table.from_pandas(frame, schema=kind.tables[name], preserve_index=False)
            table = table.replace_schema_metadata()
            if name.endswith(".parquet"):
                pq.write_table(table, hidden / name, row_group_size=len(table) or 1, **writer_options(table.schema))
            else:
                write_csv(table, hidden / name)
