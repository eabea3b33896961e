"""What a table of the historical record may hold: its columns, and how a cell is read."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Literal

Value = str | float | int | None
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
