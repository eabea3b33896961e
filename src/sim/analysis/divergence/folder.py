"""A stored trace, opened again: its tables as they are, and what is not stored by running both worlds again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.divergence.distance import MonthRow
from sim.analysis.divergence.divergence import Divergence, compare
from sim.analysis.divergence.inputs import Setting
from sim.engines.engine import engine
from sim.errors import Problem, UserError
from sim.results.opening import Format, check_files, read_manifest
from sim.results.store import MANIFEST
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "skloki-divergence"
FORMAT_VERSION = 1
FIGURES = "figures"
CASCADE = (
    "order", "month", "committee", "level", "unit_class", "kind", "seat", "a", "b", "persons", "way", "source",
    "carrier", "state", "visible", "seats",
)  # fmt: skip
TRACE = Format("trace", "trace", FORMAT, FORMAT_VERSION, {"files": dict, "settings": list})


@dataclass(frozen=True)
class DivergenceFolder:
    """Two worlds that were run and compared, just now or before.

    Attributes
    ----------
    path
        The folder that holds the tables and pictures.
    record
        How it came about and what was found first: the content of its ``manifest.json``.
    settings
        The settings that differ.
    found
        What was found, if the worlds were run just now; see ``divergence``.
    figures
        Files of the pictures.
    """

    path: Path
    record: Mapping[str, Any]
    settings: tuple[Setting, ...]
    found: Divergence | None = None
    figures: tuple[Path, ...] = ()

    def __repr__(self) -> str:
        return f"<Traced {self.path} ({' | '.join(self.titles)}, replicate {self.record['replicate']})>"

    @cached_property
    def divergence(self) -> Divergence:
        """What was found. A stored trace runs both worlds again for it.

        Raises
        ------
        UserError
            This version of the program gives other worlds than the one that stored the trace.
        """
        if self.found is not None:
            return self.found
        return rerun(self.record)

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The record, as other stored things call it."""
        return self.record

    def cascade(self) -> pd.DataFrame:
        """Return the stored cascade: one row per committee, in the order in which they part."""
        return _read(self.path / "cascade.csv", [name for name in CASCADE if name != "order"])

    def monthly(self) -> pd.DataFrame:
        """Return how far the worlds are apart: one row per month, scope and level."""
        return _read(self.path / "monthly.csv", MonthRow._fields[:3])

    @property
    def titles(self) -> tuple[str, str]:
        """Titles of the two scenarios."""
        return self.record["a"]["title"], self.record["b"]["title"]

    @property
    def real(self) -> bool:
        """Whether the guberniias are those of 1923."""
        return bool(self.record["a"]["scenario"]["tree"]["kind"] == "real")


def open_trace(path: Path | str, *, verify: bool = True) -> DivergenceFolder:
    """Open the folder of a trace.

    Parameters
    ----------
    verify
        Compare every table's hash with the manifest; otherwise only its size.

    Raises
    ------
    UserError
        It is missing, damaged, or of another format; every fault is named.
    """
    folder = Path(path).expanduser().resolve()
    record = read_manifest(folder, TRACE)
    try:
        settings = tuple(Setting(entry["name"], (entry["a"], entry["b"])) for entry in record["settings"])
        # Pictures may have been drawn again since, by another version of what draws.
        pictures = {name for name in record["files"] if Path(name).parts[0] == FIGURES}
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        reason = f"is damaged: {type(error).__name__}: {error}"
        raise UserError(Problem(str(folder / MANIFEST), allowed=reason)) from error
    tables = {name: entry for name, entry in record["files"].items() if name not in pictures}
    check_files(folder, tables, verify=verify)
    drawn = tuple(folder / name for name in sorted(pictures) if (folder / name).is_file())
    return DivergenceFolder(folder, record, settings, figures=drawn)


def rerun(record: Mapping[str, Any]) -> Divergence:
    """Run both worlds of a manifest again and compare them: draws are addressed, so it gives the same.

    Raises
    ------
    UserError
        It does not: the trace was made by another version of the program.
    """
    chosen = engine()
    # As JSON: strict models accept lists for tuples there.
    scenarios = [Scenario.model_validate_json(json.dumps(record[world]["scenario"])) for world in "ab"]
    one, two = (chosen.build(scenario) for scenario in scenarios)
    replicate = record["replicate"]
    found = compare((one, two), (chosen.simulate(one, replicate), chosen.simulate(two, replicate)), replicate)
    again = json.loads(json.dumps(counted(found)))
    if again != {name: record[name] for name in again}:
        reason = "this version of skloki gives other worlds than the one that made it; trace the scenarios again"
        raise UserError(Problem(f"trace of {record['a']['name']} and {record['b']['name']}", allowed=reason))
    return found


def counted(found: Divergence) -> dict[str, Any]:
    """Return what the manifest says of a divergence."""
    return {
        "same": found.same,
        "inputs": inputs_record(found),
        "first": found.first(),
        "events": {"a_only": found.alone[0], "b_only": found.alone[1], "both": found.both,
                   "both_with_other_numbers": found.other_numbers},
        "ways": found.ways(),
    }  # fmt: skip


def inputs_record(found: Divergence) -> list[dict[str, Any]]:
    """Return the inputs that differ, by their first month."""
    return [
        {"what": dated.what, "month": found.months[dated.month], "a": dated.values[0], "b": dated.values[1],
         "places": dated.places}
        for dated in found.inputs
    ]  # fmt: skip


def is_replaceable(folder: Path) -> bool:
    """Say whether a folder is what an earlier call has stored and holds nothing else."""
    try:
        record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        return record["format"] == FORMAT and files <= {MANIFEST, *record["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _read(path: Path, texts: Iterable[str]) -> pd.DataFrame:
    """Read a table that `_write` has written."""
    # Not by pandas, which before version 3 did not restore the last bits.
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    types = pa_csv.ConvertOptions(column_types=dict.fromkeys(texts, pa.string()))
    frame: pd.DataFrame = pa_csv.read_csv(path, convert_options=types).to_pandas()
    return frame
