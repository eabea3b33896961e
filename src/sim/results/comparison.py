"""A stored comparison: the folder that `compare` leaves, written all or nothing, and opened again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from sim.registry.outcomes import OUTCOMES
from sim.results.atomic import Staging, disk, staged_folder
from sim.results.columns import writer_options
from sim.results.opening import Format, check_files, read_manifest
from sim.results.result import read_frame
from sim.results.store import MANIFEST, TableWriter, file_record, is_replaceable, write_manifest

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "skloki-comparison"
FORMAT_VERSION = 1
FILES = ("effects.csv", "bands.parquet", "pairs.parquet")
COMPARISON = Format("comparison", "compare", FORMAT, FORMAT_VERSION, {"files": dict})

#: Statistics of a comparison's effects, in the order in which they are stored; see `sim.analysis.paired.Effects`.
STATISTICS = (
    "base", "other", "effect", "low", "high", "error", "sd", "sd_base", "sd_other", "standardised", "pair_low",
    "pair_high", "superiority", "superiority_low", "superiority_high", "correlation", "ratio", "saved", "within",
    "smallest",
)  # fmt: skip

#: One row per world, outcome, scope and horizon.
EFFECTS = pa.schema(
    [
        *((name, pa.string()) for name in ("world", "outcome", "unit", "better", "scope", "horizon")),
        ("pairs", pa.int64()),
        *((name, pa.float64()) for name in STATISTICS),
        ("reading", pa.string()),
    ]
)
#: One row per replicate, world, horizon and scope: what the effects are computed from.
PAIRS = pa.schema(
    [
        ("replicate", pa.int32()),
        *((name, pa.string()) for name in ("world", "horizon", "scope")),
        *((name, pa.float64()) for name in OUTCOMES),
    ]
)
#: One row per world, outcome, scope and month; of the baseline only the first statistics.
BANDS = pa.schema(
    [
        *((name, pa.string()) for name in ("world", "outcome", "scope")),
        ("month", pa.date32()),
        ("pairs", pa.int32()),
        *((name, pa.float64()) for name in ("mean", "p10", "p50", "p90")),
        *((name, pa.float64()) for name in ("effect", "low", "high", "pair_p10", "pair_p50", "pair_p90")),
    ]
)


class Comparison:
    """Worlds on the same accidents, read from its folder.

    Attributes
    ----------
    path
        The folder.
    manifest
        How it came about: worlds, what differs, horizons, smallest effects, replicates, files.
    """

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    def __repr__(self) -> str:
        return f"<Comparison {self.path} ({' | '.join(self.worlds)}, {self.manifest['pairs']} pairs)>"

    @property
    def worlds(self) -> list[str]:
        """Names of the worlds, the baseline first."""
        return [world["name"] for world in self.manifest["worlds"]]

    @property
    def horizons(self) -> list[str]:
        """Names of the horizons, the main one first."""
        return list(self.manifest["horizons"])

    def effects(self) -> pd.DataFrame:
        """Return one row per world, outcome, scope and horizon; the columns are explained in docs/comparing.md."""
        # Not by pandas, which before version 3 did not restore the last bits.
        types = pa_csv.ConvertOptions(column_types=EFFECTS)
        frame: pd.DataFrame = pa_csv.read_csv(self.path / "effects.csv", convert_options=types).to_pandas()
        return frame

    def bands(self, outcome: str | None = None) -> pd.DataFrame:
        """Return one row per world, outcome, scope and month, of all outcomes or of one."""
        where = {} if outcome is None else {"outcome": outcome}
        return read_frame(self.path / "bands.parquet", **where)

    def pairs(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return one row per replicate, world, horizon and scope, with a column per outcome."""
        return read_frame(self.path / "pairs.parquet", columns)


class ComparisonWriter:
    """A comparison in the making.

    Attributes
    ----------
    folder
        The hidden folder in which it is made.
    destination
        Where it stands, once the block of `new_comparison` has ended well.
    """

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        with disk(staging.destination):
            self._pairs = TableWriter(staging.folder / "pairs.parquet", PAIRS)

    @property
    def folder(self) -> Path:  # noqa: D102
        return self._staging.folder

    @property
    def destination(self) -> Path:  # noqa: D102
        return self._staging.destination

    def add(self, rows: pa.Table) -> None:
        """Store the values of one replicate in all worlds."""
        with disk(self.destination):
            self._pairs.add(rows)

    def finish(self, effects: Sequence[Mapping[str, Any]], bands: Iterator[pa.Table], manifest: dict[str, Any]) -> None:
        """Write the other tables, and the manifest with size and hash of every file."""
        with disk(self.destination):
            self._pairs.close()
            style = pa_csv.WriteOptions(quoting_style="needed", quoting_header="none")
            pa_csv.write_csv(_effects(effects), self.folder / "effects.csv", style)
            with pq.ParquetWriter(self.folder / "bands.parquet", BANDS, **writer_options(BANDS)) as file:
                for table in bands:
                    file.write_table(table)
            files = {name: file_record(self.folder / name) for name in FILES}
            whole = {"format": FORMAT, "format_version": FORMAT_VERSION, **manifest, "files": files}
            write_manifest(self.folder, whole)

    def abandon(self) -> None:
        """Close all files, whatever state they are in."""
        self._pairs.abandon()


@contextmanager
def new_comparison(out: Path | None, names: Sequence[str], *, force: bool = False) -> Iterator[ComparisonWriter]:
    """Give a writer whose comparison takes its place when the block ends well, and leaves nothing otherwise.

    Parameters
    ----------
    out
        The destination; none for a new folder ``results/comparisons/A-B-DATE-TIME``.
    names
        Of the worlds, for that folder.
    force
        Replace an earlier comparison at the destination.

    Raises
    ------
    UserError
        The destination is taken, cannot be written, or the disk is full.
    """
    name = "-".join(names[:3]) + f"-{datetime.now():%Y%m%d-%H%M%S}"
    destination = out if out is not None else Path("results") / "comparisons" / name
    with staged_folder(destination, partial(is_replaceable, kind=FORMAT), force=force, numbered=out is None) as staging:
        writer = ComparisonWriter(staging)
        try:
            yield writer
        finally:
            writer.abandon()
        if not (staging.folder / MANIFEST).is_file():
            raise RuntimeError("a comparison must not be stored without its manifest")


def open_comparison(path: Path | str, *, verify: bool = True) -> Comparison:
    """Open the folder of a comparison.

    Parameters
    ----------
    verify
        Compare every file's hash with the manifest; otherwise only its size.

    Raises
    ------
    UserError
        It is missing, damaged, or of another format; every fault is named.
    """
    folder = Path(path).expanduser().resolve()
    manifest = read_manifest(folder, COMPARISON)
    check_files(folder, manifest["files"], verify=verify, needed=FILES)
    return Comparison(folder, manifest)


def _effects(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    # Undefined is an empty cell.
    return pa.Table.from_pylist(
        [{key: None if value != value else value for key, value in row.items()} for row in rows], schema=EFFECTS
    )
