"""The historical record: packaged CSV tables, checked when first read.

Every figure has a grade (`grade`, `grade_text`) and a source (`sources`). What a table may hold
is declared in `sim.data.catalogue`: a new table is a CSV file in ``data/csv`` and an entry there.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from sim.data.catalogue import TABLES
from sim.data.columns import GRADES, Column, Table, Value
from sim.errors import Problem, UserError, nearest, one_of

Row = dict[str, Value]
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


def number(row: Mapping[str, Value], column: str) -> float:
    """Return a figure that must be known, as float; `ValueError` where it is not."""
    value = row[column]
    if value is None or isinstance(value, str):
        raise ValueError(f"{column} is not a known number: {value!r}")
    return float(value)


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


# Reading. Faults are collected, so that one look shows all of them.


def numbered(declared: Table, content: bytes, where: str) -> list[tuple[int, Row]]:
    """Return the rows of a table with their lines; `UserError` with every fault of the file."""
    header, records = _records(content, where)
    problems = [*_check_header(declared, header, where)]
    rows: list[tuple[int, Row]] = []
    for line, cells in records:
        place = f"{where}:{line}"
        if len(cells) != len(header):
            problems.append(Problem(place, "", f"{len(cells)} cells", f"{len(header)}, as in the header"))
            continue
        row, faults = _read_row(declared, dict(zip(header, cells, strict=True)), place)
        rows.append((line, row))
        problems += faults
    if not records:
        problems.append(Problem(where, allowed="at least one row below the header"))
    problems += _repeated(declared, rows, where)
    if problems:
        raise UserError(problems)
    return rows


def _records(content: bytes, where: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Split into the header and numbered records; a record may span lines."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = Problem(f"{where}:{line}", found="bytes that are not UTF-8", allowed="a CSV table in UTF-8")
        raise UserError(problem) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if cells:
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UserError(Problem(f"{where}:{line}", found=str(error), allowed="a CSV table")) from error
    return (records[0][1], records[1:]) if records else ([], [])


def _check_header(declared: Table, header: list[str], where: str) -> Iterable[Problem]:
    names = [column.name for column in declared.columns]
    for name in (column.name for column in declared.columns if not (declared.partial and column.empty)):
        if name not in header:
            yield Problem(f"{where}:1", name, "no such column", "a column of this name")
    for name, times in Counter(header).items():
        if name not in names:
            missing = [known for known in names if known not in header]
            yield Problem(f"{where}:1", name, "an unknown column", ", ".join(names), nearest(name, missing))
        elif times > 1:
            yield Problem(f"{where}:1", name, f"the column {times} times", "once")


def _read_row(declared: Table, cells: Mapping[str, str], place: str) -> tuple[Row, list[Problem]]:
    """Convert one row; a cell that cannot be read is left out of the row and of later checks."""
    row: Row = {}
    problems: list[Problem] = []
    for column in (column for column in declared.columns if column.name in cells):
        cell = cells[column.name]
        try:
            row[column.name] = column.read(cell)
        except ValueError:
            problems.append(Problem(place, column.name, repr(cell), column.accepts(), nearest(cell, column.allowed)))
    for group in declared.ordered:
        known = [row[name] for name in group if row.get(name) is not None]
        if any(left > right for left, right in zip(known, known[1:], strict=False)):  # type: ignore[operator]
            found = ", ".join(str(row.get(name)) for name in group)
            problems.append(Problem(place, ", ".join(group), found, " <= ".join(group)))
    return row, problems


def _repeated(declared: Table, rows: Iterable[tuple[int, Row]], where: str) -> Iterable[Problem]:
    first: dict[tuple[Value, ...], int] = {}
    for line, row in (each for each in rows if all(name in each[1] for name in declared.key)):
        key = tuple(row[name] for name in declared.key)
        if key in first:
            found = ", ".join(str(part) for part in key)
            allowed = f"each key once (it stands in line {first[key]} already)"
            yield Problem(f"{where}:{line}", ", ".join(declared.key), found, allowed)
        first.setdefault(key, line)


# What the model takes from tables: how Europe passed from war to peace, and the table that becomes agents.


def passage(name: str) -> tuple[str, str]:
    """Return the months of the armistice and of the last restoration of what the war suspended (days of grade B)."""
    restored = (row for row in load("comparators_events") if row["kind"] == "restoration")
    return ARMISTICE, max(str(row["date"]) for row in restored if row["country"] == COUNTRIES[name])[:7]


@dataclass(frozen=True)
class Guberniia:
    """A province-level party organisation of 1923."""

    key: int  # row of the whole table, counted from 0: an address that stays when a world keeps fewer
    name: str  # this and the next two as in the table
    polity: str
    region: str
    unit_class: str  # class of the model. Grade C: a judgement.
    #: literate share of the population in 1920; grade C: that of 1897 moved by the printed change of a larger region
    lit_1920: float
    #: people with secondary or higher schooling in 1897, per cent; grade of the row's ``lit_1897_confidence``
    secondary_pct: float
    industry_pc: float  # output of large industry in 1897, roubles a head; the same grade
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
    name, polity, region, unit_class = (str(row[column]) for column in ("name", "polity", "region", "unit_class"))
    return Guberniia(
        key, name, polity, region, unit_class, number(row, "lit_1920_est_pct") / 100.0,
        number(row, "secondary_plus_1897_pct"), number(row, "industry_output_1897_rub_pc"),
        int(number(row, "pop_1926")), number(row, "urban_share_1926_pct") / 100.0,
        number(row, "lat"), number(row, "lon"),
        (number(row, "party_members_1923_low") + number(row, "party_members_1923_high")) / 2.0,
    )
