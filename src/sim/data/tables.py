"""The historical record: packaged CSV tables, checked when first read.

Every figure has a grade (`grade`, `grade_text`) and a source (`sources`). What a table may hold
is declared in `sim.data.catalogue`: a new table is a CSV file in ``data/csv`` and an entry there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from sim.data.catalogue import TABLES
from sim.data.columns import GRADES, Column, Row, Table, Value, number, numbered
from sim.errors import Problem, UserError, nearest, one_of

ARMISTICE = "1918-11"
"""The month from which the notes of table comparators_events count."""
COUNTRIES: Mapping[str, str] = {"germany": "Germany", "britain": "United Kingdom", "france": "France", "italy": "Italy"}
"""As the table calls those whose passage a scenario may take."""

_BY_NAME = {table.name: table for table in TABLES}


def table(name: str) -> Table:
    """Return a table's declaration; an unknown name raises `UserError`."""
    return _BY_NAME[one_of("table", name, _BY_NAME)]


def load(name: str, path: str | Path | None = None) -> list[Row]:
    """Read and check a table, or another file of the same form; every fault of the file is reported.

    One mapping for each row, in the order of the file, which the caller may change: numbers as float or int, dates as
    ISO text, empty cells as None (not known, never zero).
    """
    if path is None:
        return [dict(row) for row in _packaged(name)]
    try:
        return [row for _, row in numbered(table(name), Path(path).read_bytes(), str(path))]
    except OSError as error:
        problem = Problem(str(path), found=error.strerror or "no access", allowed="a readable CSV table")
        raise UserError(problem) from error


@cache
def _packaged(name: str) -> tuple[Row, ...]:
    declared = table(name)
    content = files("sim.data").joinpath("csv", declared.file).read_bytes()
    return tuple(row for _, row in numbered(declared, content, declared.file))


def grade(name: str, row: Mapping[str, Value], column: str = "") -> str:
    """Return the grade of a row, or of one of its figures; empty where no figure was recorded.

    A row's grade is not always that of each figure in it: the day of an event may be graded B and
    its weight C.
    """
    graded_by = _column(table(name), column).grade if column else "confidence"
    return graded_by if graded_by in GRADES else str(row[graded_by] or "")


def _column(declared: Table, name: str) -> Column:
    names = {column.name: column for column in declared.columns}
    if name not in names:
        raise UserError(Problem(f"table {declared.name}", "column", repr(name), ", ".join(names), nearest(name, names)))
    return names[name]


def grade_text(letter: str) -> str:
    """Say what a grade means, for example ``"C: estimate, not a historical figure"``."""
    return f"{letter}: {GRADES[one_of('grade', letter, GRADES)]}"


@dataclass(frozen=True)
class Source:
    """A source of a table: its text, how many rows rest on it, and how many of each grade."""

    text: str
    rows: int
    grades: Mapping[str, int]


def sources(name: str) -> list[Source]:
    """Return the distinct sources of a table, in the order of their first rows."""
    grades: dict[str, Counter[str]] = {}
    for row in load(name):
        grades.setdefault(str(row["source"]), Counter())[grade(name, row)] += 1
    return [Source(text, count.total(), dict(sorted(count.items()))) for text, count in grades.items()]


# What the model takes from tables: how Europe passed from war to peace, and the table that becomes agents.


def passage(name: str) -> tuple[str, str]:
    """Return the months of the armistice and of the last restoration of what the war suspended (days of grade B)."""
    restored = (row for row in load("comparators_events") if row["kind"] == "restoration")
    return ARMISTICE, max(str(row["date"]) for row in restored if row["country"] == COUNTRIES[name])[:7]


@dataclass(frozen=True)
class Guberniia:
    """A province-level party organisation of 1923."""

    key: int  # row of the whole table, counted from 0: an address that stays when a world keeps fewer
    name: str  # this and the next as in the table
    region: str
    unit_class: str  # class of the model. Grade C: a judgement.
    #: literate share of the population in 1920; grade C: that of 1897 moved by the printed change of a larger region
    lit_1920: float
    #: people with secondary or higher schooling in 1897, per cent; grade of the row's ``lit_1897_confidence``
    secondary_pct: float
    pop_1926: int  # of December 1926, persons; grade of the row's ``pop_confidence``
    urban_share: float  # of it, 0 to 1; the same grade
    lat: float  # of the party centre, degrees
    lon: float
    #: members and candidates about January 1923, persons: middle of two guesses. Grade C: not a historical figure.
    members_mid: float


@cache
def guberniias() -> tuple[Guberniia, ...]:
    """Return the 85 organisations that existed in 1923, in the order of the table."""
    return tuple(_guberniia(key, row) for key, row in enumerate(load("guberniia")) if row["exists_1923"] == 1)


def _guberniia(key: int, row: Row) -> Guberniia:
    name, region, unit_class = (str(row[column]) for column in ("name", "region", "unit_class"))
    return Guberniia(
        key, name, region, unit_class, number(row, "lit_1920_est_pct") / 100.0,
        number(row, "secondary_plus_1897_pct"), int(number(row, "pop_1926")),
        number(row, "urban_share_1926_pct") / 100.0, number(row, "lat"), number(row, "lon"),
        (number(row, "party_members_1923_low") + number(row, "party_members_1923_high")) / 2.0,
    )
