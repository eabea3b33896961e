"""What a table of the historical record may hold: its columns, and how a file of that form is read."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.errors import Problem, UserError, nearest

Value = str | float | int | None
Row = dict[str, Value]
Kind = Literal["text", "integer", "number", "day", "month", "period"]

#: What a grade lets a reader conclude. Nothing of grade C may be presented as a fact.
GRADES = {
    "A": "read in a source that was retrieved",
    "B": "a published figure, from memory of the literature; the page was not opened",
    "C": "estimate, not a historical figure",
}

_WORDS: dict[Kind, str] = {
    "text": "text",
    "integer": "a whole number",
    "number": "a number",
    "day": "a day as YYYY-MM-DD",
    "month": "a month as YYYY-MM",
    "period": "a year, electoral year (1924-25), month or range of months (1923-12/1924-01, 1937-04/05)",
}


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    kind: Kind  # days and months stay text (ISO, new style), so that they sort
    meaning: str
    unit: str = ""
    low: float | None = None  # hard bound of a number; of the year where the kind is a date
    high: float | None = None
    allowed: tuple[str, ...] = ()  # the only texts allowed; empty for any
    empty: bool = False  # whether a cell may be empty: not known, never zero
    skip: tuple[str, ...] = ()  # texts that stand where a number is expected and are read as not known
    grade: str = "confidence"  # name of the column that grades this one, or the letter that holds for all its rows

    def accepts(self) -> str:
        """Say in words what a cell may hold."""
        words = _WORDS[self.kind]
        if self.allowed:
            words = "one of " + ", ".join(self.allowed)
        if self.low is not None or self.high is not None:
            of_year = "" if self.kind in ("integer", "number") else ", year"
            words += of_year + "".join(
                f" {word} {bound:g}" for word, bound in (("from", self.low), ("to", self.high)) if bound is not None
            )
        return words + (", or empty" if self.empty else "")

    def read(self, cell: str) -> Value:
        """Convert a cell; a `ValueError` means that it is none of what `accepts` says."""
        if cell in self.skip:
            return None
        if not cell.strip() and self.empty:
            return None
        if not cell.strip() or (self.allowed and cell not in self.allowed):
            raise ValueError(cell)
        if self.kind == "text":
            return cell
        value, bounded = _read(self.kind, cell)
        if (self.low is not None and bounded < self.low) or (self.high is not None and bounded > self.high):
            raise ValueError(cell)
        return value


_FORMS: dict[Kind, str] = {
    "integer": r"-?\d{1,15}",
    "number": r"-?\d{1,15}(\.\d{1,15})?",  # written out, because float() would also take "nan", "inf" and "1_000"
    "day": r"(\d{4})-\d\d-\d\d",
    "month": r"(\d{4})-(?:0[1-9]|1[0-2])",
    "period": r"(\d{4})(?:-(\d\d))?(?:/(\d{4}-)?(0[1-9]|1[0-2]))?",
}


def _read(kind: Kind, cell: str) -> tuple[Value, float]:
    """Return what a cell holds, and the number or year that is bounded."""
    match = re.fullmatch(_FORMS[kind], cell, re.ASCII)
    if match is None or (kind == "period" and not _is_period(*match.groups())):
        raise ValueError(cell)
    if kind in ("integer", "number"):
        number = int(cell) if kind == "integer" else float(cell)
        return number, number
    return cell, (datetime.date.fromisoformat(cell).year if kind == "day" else int(match[1]))


def _is_period(year: str, second: str | None, later: str | None, last: str | None) -> bool:
    is_month = second is not None and "01" <= second <= "12"
    if last is not None:
        return is_month and (later or f"{year}-") + last > f"{year}-{second}"
    return second is None or is_month or int(second) == (int(year) + 1) % 100  # an electoral year


@dataclass(frozen=True)
class Table:
    """A table of the record."""

    name: str  # the file is ``data/csv/<name>.csv``
    row: str  # what one row is
    key: tuple[str, ...]  # columns that together tell every row from every other
    columns: tuple[Column, ...]  # all of them; the order in the file is free
    main_grade: str  # evidence in short; the grade of a single figure comes from `sim.data.tables.grade`
    terms: str  # terms under which it may be used and passed on
    used_for: str  # what the model uses it for
    #: groups of columns whose known values must not fall from left to right
    ordered: tuple[tuple[str, ...], ...] = (("low", "value", "high"),)
    partial: bool = False  # whether columns may be left out whose cells may be empty

    @property
    def file(self) -> str:
        """Name of the packaged file."""
        return f"{self.name}.csv"


def graded(name: str, meaning: str, empty: bool = False) -> Column:
    """Declare a column of grades."""
    return Column(name, "text", meaning, allowed=tuple(GRADES), empty=empty)


#: The columns that every table ends with.
PROVENANCE = (
    Column("source", "text", "where the figures were read, or why they were assumed"),
    graded("confidence", "grade of the row"),
    Column("note", "text", "what has to be known to use the row", empty=True),
)


# Reading. Faults are collected, so that one look shows all of them.

COMMAS = "columns parted by commas, and decimals by points"


def numbered(declared: Table, content: bytes, where: str) -> list[tuple[int, Row]]:
    """Return the rows of a table with their lines; `UserError` with every fault of the file."""
    header, records = _records(content, where)
    if found := parted(header):
        raise UserError(Problem(f"{where}:1", found=found, allowed=COMMAS))
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
    """Split into the header and numbered records, which may span lines; empty rows and ends are a spreadsheet's."""
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
            if any(map(str.strip, cells)):
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UserError(Problem(f"{where}:{line}", found=str(error), allowed="a CSV table")) from error
    if not records:
        return [], []
    (_, header), *rows = records
    width = max(at for at, name in enumerate(header, 1) if name.strip())
    return header[:width], [(at, cells if any(map(str.strip, cells[width:])) else cells[:width]) for at, cells in rows]


def parted(header: Sequence[str]) -> str | None:
    """Return in words what parts the columns of a header that is one cell, where that is no comma."""
    names = [name for name in header if name.strip()]
    marks = {";": "semicolons", "\t": "tabs"} if len(names) == 1 else {}
    return next((f"columns parted by {called}" for mark, called in marks.items() if mark in names[0]), None)


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


def number(row: Mapping[str, Value], column: str) -> float:
    """Return a figure that must be known, as float; `ValueError` where it is not."""
    value = row[column]
    if value is None or isinstance(value, str):
        raise ValueError(f"{column} is not a known number: {value!r}")
    return float(value)
