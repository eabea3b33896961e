"""A stored comparison: the folder that `compare` leaves, and its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sim.errors import Problem, UserError
from sim.registry.derived import KEPT
from sim.results.atomic import Staging, disk
from sim.results.folder import FILES, Folder, Format
from sim.results.run_store import FolderWriter, default_folder, new_folder, table_of_rows, write_csv, write_places

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.draws import Draws

#: Statistics of a comparison's effects, in the order in which they are stored; see `sim.analysis.paired.Effects`.
STATISTICS = (
    "base", "other", "effect", "low", "high", "error", "sd", "sd_base", "sd_other", "standardised", "pair_low",
    "pair_high", "superiority", "superiority_low", "superiority_high", "correlation", "ratio", "saved", "within",
    "smallest",
)  # fmt: skip

#: One row per world, outcome, scope and horizon.
EFFECTS = pa.schema([
    *((name, pa.string()) for name in ("world", "outcome", "unit", "better", "scope", "horizon")),
    ("pairs", pa.int64()), *((name, pa.float64()) for name in STATISTICS), ("reading", pa.string()),
])  # fmt: skip
#: One row per world, outcome, scope and month; of the baseline only the first statistics.
_OF_BANDS = ("mean", "p10", "p50", "p90", "effect", "low", "high", "pair_p10", "pair_p50", "pair_p90")
BANDS = pa.schema([
    *((name, pa.string()) for name in ("world", "outcome", "scope")), ("month", pa.date32()), ("pairs", pa.int32()),
    *((name, pa.float64()) for name in _OF_BANDS),
])  # fmt: skip

#: One row per world, outcome, guberniia and horizon; of worlds on the map of 1923.
PLACE_EFFECTS = pa.schema([
    *((name, pa.string()) for name in ("world", "outcome", "committee", "unit_class", "horizon")),
    ("pairs", pa.int32()), *((name, pa.float64()) for name in ("base", "effect", "low", "high", "error")),
])  # fmt: skip

COMPARISON = Format(
    "comparison", "compare", "skloki-comparison", 1,
    {"title": str, "worlds": [{"name": str, "title": str}], "horizons": [str],
     "shown": [str], "pairs": int, "draws?": dict | None, "files": FILES},
    {"effects.csv": EFFECTS, "bands.parquet": None, "pairs.parquet": None, "places.parquet": None},
    ("effects.csv", "bands.parquet", "pairs.parquet"),
)  # fmt: skip


class Comparison(Folder):
    """Worlds on the same accidents, read from its folder."""

    format = COMPARISON

    @property
    def told(self) -> str:  # noqa: D102
        return f"{' | '.join(self.worlds)}, {self.manifest['pairs']} pairs"

    @property
    def worlds(self) -> list[str]:
        """Names of the worlds, the baseline first."""
        return [world["name"] for world in self.manifest["worlds"]]

    @property
    def titles(self) -> dict[str, str]:
        """What the worlds are called by those who wrote them, by name."""
        return titled(self.manifest["worlds"])

    @property
    def horizons(self) -> list[str]:
        """Names of the horizons, the main one first."""
        return list(self.manifest["horizons"])

    @property
    def draws(self) -> Draws | None:
        """What was drawn for each pair, by the pair's replicate; none where all pairs have the same parameters."""
        from sim.experiment.draws import Draws

        record = self.manifest.get("draws")
        return None if record is None else Draws.read(record)

    def effects(self) -> pd.DataFrame:
        """Return one row per world, outcome, scope and horizon; the columns are explained in docs/comparing.md."""
        return self.frame("effects")

    def bands(self, outcome: str | None = None) -> pd.DataFrame:
        """Return one row per world, outcome, scope and month, of all outcomes or of one."""
        return self.frame("bands", **({} if outcome is None else {"outcome": outcome}))

    def places(self, outcome: str | None = None) -> pd.DataFrame:
        """Return one row per world, outcome, guberniia and horizon, of all outcomes that places have, or of one."""
        if "places" not in self.tables:
            allowed = "a comparison that keeps guberniias: it is of made-up places, or older; compare the worlds again"
            raise UserError(Problem(str(self.path), "places", "none", allowed))
        return self.frame("places", **({} if outcome is None else {"outcome": outcome}))

    def pairs(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return one row per replicate, world, horizon and scope, with a column per outcome."""
        return self.frame("pairs", columns)


open_comparison = Comparison.open


def pairs_schema() -> pa.Schema:
    """Return the table from which the effects are computed: a row per replicate, world, horizon and scope."""
    return pa.schema([
        ("replicate", pa.int32()), *((name, pa.string()) for name in ("world", "horizon", "scope")),
        *((name, pa.float64()) for name in KEPT),
    ])  # fmt: skip


def titled(worlds: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the titles of worlds by their names; of such as have one title in common with the name."""
    titles = [world["title"] for world in worlds]
    return {
        world["name"]: title if titles.count(title) == 1 else f"{title} ({world['name']})"
        for world, title in zip(worlds, titles, strict=True)
    }


class ComparisonWriter(FolderWriter):
    """A comparison in the making."""

    def __init__(self, staging: Staging) -> None:
        super().__init__(staging, COMPARISON, pairs=pairs_schema(), bands=BANDS)

    def add(self, rows: pa.Table) -> None:
        """Store the values of one replicate in all worlds."""
        self.add_rows(pairs=rows)

    def finish(
        self, effects: Sequence[Mapping[str, Any]], bands: Iterator[pa.Table], manifest: dict[str, Any],
        places: pa.Table | None = None,
    ) -> None:  # fmt: skip
        """Write the other tables, and the manifest."""
        for table in bands:
            self.add_rows(bands=table)
        self.close_tables()
        with disk(self.destination):
            write_csv(table_of_rows(effects, EFFECTS), self.folder / "effects.csv")
            write_places(self.folder, places)
        self.seal(manifest)


def new_comparison(
    out: Path | str | None, names: Sequence[str], *, force: bool = False
) -> AbstractContextManager[ComparisonWriter]:
    """Give a writer of a comparison, by default in ``results/comparisons/A-B-DATE-TIME``: see `new_folder`."""
    usual = default_folder("-".join(names[:3]), "comparisons")
    return new_folder(out, usual, COMPARISON, ComparisonWriter, force=force)
