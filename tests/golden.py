"""What stored folders say: their public tables in digests, and as numbers what is computed when it is asked for.

`tests/stored/expected` holds what they said on the day they were made. For a folder that is new there,

    python -m tests.golden NAME

writes it; what is there is never written again.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

import sim

STORED = Path(__file__).parent / "stored"
SOURCES, EXPECTED = STORED / "sources", STORED / "expected"
FOLDERS = tuple(sorted(path.name for path in STORED.iterdir() if (path / "manifest.json").is_file()))
SWEEPS = tuple(name for name in FOLDERS if name.startswith("sweep-"))

TABLES = {
    "skloki-result": ("monthly", "events", "committees"),
    "skloki-comparison": ("effects", "bands", "pairs"),
    "skloki-divergence": ("cascade", "monthly"),
    "skloki-sweep": ("runs", "curves", "bins"),
    "skloki-calibration": ("targets", "parameters", "effects", "left_out", "observables", "rounds"),
    "skloki-ledger": ("ledger", "error_rates", "claims", "verdicts", "variance", "readings", "hangs_on", "grid",
                      "lookfor", "populations"),
}
"""Tables that are stored: the same to the last bit for ever."""
COMPUTED = {
    "skloki-result": ("targets",),
    "skloki-comparison": (),
    "skloki-divergence": (),
    "skloki-sweep": ("effects", "bands"),
    "skloki-calibration": (),
    "skloki-ledger": (),
}
"""Tables that are computed, or read from decimals by others: the same but for the last digits."""
QUERIES = {
    "skloki-result": (
        "select count(*) from monthly",
        "select max(performance) from monthly where scope = 'agrarian'",
        "select kind, count(*) from events group by kind order by kind",
        "select count(distinct committee) from committees",
    ),
    "skloki-comparison": (
        "select count(*) from effects",
        "select effect from effects where outcome = 'performance' and scope = 'nation' order by effect",
        "select count(*), max(pair_p90) from bands",
        "select max(performance) from pairs where scope = 'nation' and world = 'election'",
    ),
    "skloki-divergence": (
        "select count(*) from cascade",
        "select way, count(*) from cascade where way = 'rule' group by way",
        "select max(rms_performance) from monthly where scope = 'nation'",
    ),
    "skloki-sweep": (
        "select count(*) from runs",
        "select policy, max(performance) from runs group by policy order by policy",
    ),
    "skloki-calibration": (
        "select count(*) from effects",
        "select id, given_p50 from targets where used order by id",
        "select scope, given_better from effects where outcome = 'performance' order by scope",
    ),
    "skloki-ledger": (
        "select count(*) from claims",
        "select verdict, count(*) from claims group by verdict order by verdict",
        "select id, estimand, \"for\", against from ledger where population = 'calibrated' order by id, estimand",
        "select id, population from verdicts order by id, population",
        "select variant, choice, sum(draws) from readings group by variant, choice order by choice",
        "select mechanism, does, does_alone, with_none from grid order by mechanism, does",
        "select planted, max(wrong) from error_rates group by planted order by planted",
        "select name, share, grade from hangs_on order by id, share",
        "select observable, explains, \"where\" from lookfor order by id",
        "select estimand, chance from variance order by id, estimand",
        "select name, draws, rival from populations order by name",
    ),
}
RENAMED = {
    "superiority": "points_better", "superiority_pairs": "superiority",
    "above": "points_above", "below": "points_below", "within": "points_within",
}  # fmt: skip
"""What columns of a sweep's effects were called when their values were written down."""
ALIKE = 1e-9
"""Relative difference of numbers that are computed: libraries may sum in another order."""


def kind(folder: Path) -> str:
    """Return which kind of folder this is, as its manifest calls it."""
    return str(manifest(folder)["format"])


def manifest(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return content


def frame(stored: Any, table: str) -> pd.DataFrame:
    """Return a table as the public interface gives it; empty where a sweep has none of that name."""
    if table in ("curves", "bins"):
        return _asked(stored, table)
    if table == "places" or not hasattr(stored, table):  # the first of a result that has some, whole
        return stored.frame(table)
    read: pd.DataFrame = getattr(stored, table)()
    return read


def _asked(sweep: Any, table: str) -> pd.DataFrame:
    # In an order of its own, since a query promises none.
    if not (sweep.path / table).is_dir() or not any((sweep.path / table).iterdir()):
        return pd.DataFrame()
    found: pd.DataFrame = sweep.query(f"select * from {table} order by all")
    return found


def digests(table: pd.DataFrame) -> dict[str, Any]:
    """Return the number of rows, and of each column what it holds and a hash of its values in their order."""
    columns = {}
    for name in table.columns:
        holds = _holds(table[name])
        columns[name] = {"holds": holds, "sha256": digest(table[name], holds)}
    return {"rows": len(table), "columns": columns}


def digest(column: pd.Series, holds: str) -> str:
    """Return the hash of a column's values: of floats all bits, with one and the same for what is not defined."""
    hashed = sha256()
    if holds == "float":
        values = column.to_numpy(dtype="<f8", na_value=np.nan).copy()
        values[np.isnan(values)] = np.nan
        hashed.update(values.tobytes())
    else:
        hashed.update(json.dumps([_plain(value, holds) for value in column], ensure_ascii=False).encode())
    return hashed.hexdigest()


def _holds(column: pd.Series) -> str:
    """Return what a column holds, however pandas keeps it: a column of nothing is text or numbers by turns."""
    if column.isna().all():
        return "nothing"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "month"
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_integer_dtype(column):
        return "integer"
    return "float" if pd.api.types.is_float_dtype(column) else "text"


def _plain(value: Any, holds: str) -> Any:
    if pd.isna(value) or value == "":
        return None  # an empty cell of a CSV file is either, by who reads it
    if holds == "month":
        return pd.Timestamp(value).strftime("%Y-%m-%d")
    return int(value) if holds == "integer" else str(value)


def unlike(expected: Mapping[str, Any], table: pd.DataFrame) -> list[str]:
    """Return the columns that are not as they were, or not there; others may have come since."""
    if len(table) != expected["rows"]:
        return [f"{len(table)} rows, once {expected['rows']}"]
    return [
        name
        for name, entry in expected["columns"].items()
        if name not in table.columns or digest(table[name], entry["holds"]) != entry["sha256"]
    ]


def rows(table: pd.DataFrame, names: Iterable[str] | None = None) -> list[dict[str, str]]:
    """Return a table's rows as texts that restore every number, in an order that follows from them."""
    chosen = list(table.columns if names is None else names)
    texts = [{name: _text(value) for name, value in zip(chosen, row, strict=True)}
             for row in table[chosen].itertuples(index=False)]  # fmt: skip
    return sorted(texts, key=lambda row: [text for text in row.values() if not _is_fraction(text)])


def _text(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return repr(float(value)) if isinstance(value, (float, np.floating)) else str(value)


def _is_fraction(text: str) -> bool:
    """Say whether a text is a number of which the last digits may differ, or nothing."""
    return not text or (not text.isdigit() and _number(text) is not None)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def far(expected: list[dict[str, str]], table: pd.DataFrame) -> list[str]:
    """Return the cells of a computed table that are not what they were, but for the last digits."""
    missing = [name for name in expected[0] if name not in table.columns]
    if missing or len(expected) != len(table):
        return missing or [f"{len(table)} rows, once {len(expected)}"]
    found = rows(table, expected[0])
    return [
        f"row {number}, {name}: {now[name]}, once {text}"
        for number, (row, now) in enumerate(zip(expected, found, strict=True))
        for name, text in row.items()
        if not _alike(text, now[name])
    ]


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    numbers = _number(one), _number(other)
    return None not in numbers and math.isclose(*numbers, rel_tol=ALIKE, abs_tol=1e-12)  # type: ignore[arg-type]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows that `write` has written, under the names that their columns have today."""
    with path.open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    old = RENAMED if "superiority_pairs" in found[0] else {}
    return [{old.get(name, name): text for name, text in row.items()} for row in found]


def answer(table: pd.DataFrame) -> list[list[Any]]:
    """Return the answer to a query as JSON can hold it, every bit."""
    return json.loads(json.dumps([[_cell(value) for value in row] for row in table.itertuples(index=False)]))


def _cell(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def expected(name: str) -> dict[str, Any]:
    """Return what a folder once said."""
    content: dict[str, Any] = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    return content


def grown(sweep: Any) -> dict[str, Any]:
    """Return what an enlarged sweep says; why a run has failed is said in words, which may change."""
    said = {table: digests(frame(sweep, table)) for table in TABLES["skloki-sweep"]}
    for name in ("error", "error_at"):
        del said["runs"]["columns"][name]
    return said


def write(name: str, scratch: Path) -> None:
    """Write what a folder says today; what is there already stays."""
    folder, place = STORED / name, EXPECTED / f"{name}.json"
    if place.exists():
        raise SystemExit(f"{place} is there: what a folder once said is never written again")
    stored, of = sim.open(folder), kind(folder)
    later = [table for table in ("places",) if table in getattr(stored, "tables", ())]
    frames = {table: frame(stored, table) for table in (*TABLES[of], *later)}
    content: dict[str, Any] = {"tables": {table: digests(read) for table, read in frames.items()}}
    with duckdb.connect() as connection:
        for table, read in frames.items():
            if len(read.columns):
                connection.register(table, read)
        content["queries"] = [[sql, answer(connection.execute(sql).df())] for sql in QUERIES[of]]
    if name in SWEEPS:
        content["progress"] = stored.progress()
        larger = sim.sweep(SOURCES / f"{name}.toml", out=shutil.copytree(folder, scratch / name), workers=1, extend=2)
        content["grown"] = grown(sim.open(larger))
    for table in COMPUTED[of]:
        found = rows(getattr(stored, table)())
        if found:
            with (EXPECTED / f"{name}-{table}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, found[0], lineterminator="\n")
                writer.writeheader()
                writer.writerows(found)
    place.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as below:
        for given in sys.argv[1:]:
            write(given, Path(below))
