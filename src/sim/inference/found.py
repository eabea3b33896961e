"""Figures that somebody has found: a CSV table, each row a figure that every run gives too."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.analysis.kernels import LOGARITHMIC, MASS, compared, log_kernels
from sim.analysis.targets import PRODUCED, Target
from sim.errors import Problem, UserError, nearest
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.observables import ASKED, OBSERVABLES, SPANS
from sim.scenario.texts import Unreadable, read_text

Array = NDArray[np.float64]

LARGEST = 2**20
"""Bytes of a table."""
NEEDED = ("quantity", "value", "low", "high", "unit", "grade")
MAY = ("place", "period", "source", "note")
"""Columns, those that may be missing after those that must be there."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A figure that was found.

    Attributes
    ----------
    column
        Under which the runs of a sweep have it: an observable's name, or a target's id.
    target
        The figure with its band and grade, as recorded figures are kept.
    unit, source
        As the table says.
    """

    column: str
    target: Target
    unit: str
    source: str = ""

    def log_kernels(self, values: Array) -> Array:
        """Return the logarithms of its likelihood where runs gave these values; minus infinity where they gave none."""
        found = log_kernels(self.target, values)
        return np.where(np.isnan(found), -np.inf, found)


def read_found(path: Path) -> list[Found]:
    """Return the figures of a table.

    Raises
    ------
    UserError
        With everything that is wrong with it.
    """
    try:
        text = read_text(path, "a CSV table", LARGEST)
    except FileNotFoundError:
        raise UserError(Problem(str(path), found="no such file", allowed="a CSV table of figures")) from None
    except Unreadable as why:
        raise UserError(Problem(str(path), found=why.found, allowed=why.allowed)) from None
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    problems: list[Problem] = []
    found: list[Found] = []
    try:
        lines = ((f"{path}:{reader.line_num}", cells) for cells in reader if any(map(str.strip, cells)))
        where, header = next(lines, (f"{path}:1", []))
        names = [name.strip().lower() for name in header]
        problems += _header(where, names)
        for where, cells in () if problems else lines:
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
            if len(cells) > len(names) or not {*NEEDED} <= row.keys():
                said = f"{len(cells)} values"
                problems.append(Problem(where, found=said, allowed=f"{len(names)}, as there are columns"))
                continue
            wrong = [replace(problem, where=where) for problem in _wrong(row)]
            problems += wrong
            if not wrong:
                found.append(_figure(row))
    except csv.Error as error:
        problems.append(Problem(f"{path}:{reader.line_num}", found=str(error), allowed="CSV, with commas"))
    if not found and not problems:
        problems.append(Problem(str(path), found="no figure", allowed="a line for each figure below the header"))
    taken = [one.column for one in found]
    problems += [Problem(str(path), "quantity", f"{name} twice", "each figure once") for name in dict.fromkeys(taken)
                 if taken.count(name) > 1]  # fmt: skip
    if problems:
        raise UserError(problems)
    return found


def _header(where: str, names: Sequence[str]) -> Iterator[Problem]:
    known = [*NEEDED, *MAY]
    for name in NEEDED:
        if name not in names:
            yield Problem(where, name, "no column", f"columns {', '.join(known)}, the last {len(MAY)} if wanted")
    for name in dict.fromkeys(names):
        if name and name not in known:
            yield Problem(where, name, "a column of that name", ", ".join(known), nearest(name, known))
        elif names.count(name) > 1:
            yield Problem(where, name, "two columns of that name", "each column once")


def _columns(row: Mapping[str, str]) -> list[str]:
    """Return the observables and targets that a row may mean."""
    quantity = row["quantity"]
    if quantity in PRODUCED:
        return [quantity]
    scope, period = row.get("place", "").lower(), row.get("period", "")
    names = [name for name in ASKED.get(quantity, ()) if scope in ("", OBSERVABLES[name].scope)]
    spans = {label: span for label, span in SPANS.items() if period in (label, f"{span[0]}..{span[1]}")}
    return [name for name in names
            if not period or (OBSERVABLES[name].first, OBSERVABLES[name].last) in spans.values()]  # fmt: skip


def _wrong(row: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with a row."""
    quantity, known = row["quantity"], [*ASKED, *PRODUCED]
    if quantity not in known:
        allowed = "an observable (skloki list observables) or a recorded figure that the model produces"
        yield Problem("", "quantity", repr(quantity), allowed, nearest(quantity, known))
        return
    place = row.get("place", "")
    if place and place.lower() not in SCOPES:
        allowed = f"nation or a class ({', '.join(CLASSES)}): no figure is of a single place"
        yield Problem("", "place", repr(place), allowed, nearest(place, SCOPES))
        return
    columns = _columns(row)
    if len(columns) != 1:
        every = ASKED.get(quantity, (quantity,))
        which = columns or every
        found = f"{quantity!r}, place {place!r}, period {row.get('period', '')!r}"
        said = "which may be several" if columns else "which is none"
        yield Problem("", "quantity", f"{found}: {said}", ", ".join(which[:6]) + (", ..." if len(which) > 6 else ""))
        return
    if quantity in PRODUCED:
        yield from _elsewhere(quantity, place, row.get("period", ""))
    unit = unit_of(columns[0])
    if row["unit"] != unit:
        yield Problem("", "unit", repr(row["unit"] or "nothing"), f"{unit!r}, in which {columns[0]} is")
    if row["grade"] not in MASS:
        yield Problem("", "grade", repr(row["grade"]), ", ".join(MASS))
    numbers = [_number(row[name]) for name in ("low", "value", "high")]
    for name, number in zip(("low", "value", "high"), numbers, strict=True):
        if number is None:
            yield Problem("", name, repr(row[name]), "a number")
    if None not in numbers and not numbers[0] <= numbers[1] <= numbers[2]:  # type: ignore[operator]
        found = f"{row['low']}, {row['value']}, {row['high']}"
        yield Problem("", "value", f"low, value, high {found}", "three numbers in that order")
    elif None not in numbers and numbers[0] == numbers[2]:
        yield Problem("", "low", f"low = high = {row['low']}", "a band: no figure is certain to the last digit")
    elif None not in numbers and columns[0] in LOGARITHMIC and numbers[0] <= 0.0:  # type: ignore[operator]
        yield Problem("", "low", row["low"], f"above 0: {columns[0]} is known but for a factor either way")


def _elsewhere(target: str, place: str, period: str) -> Iterator[Problem]:
    """Yield what a row says of a recorded figure that is not the figure's: where and when are in its name."""
    if place:
        yield Problem("", "place", repr(place), f"nothing: {target} says itself of what it is")
    own = compared()[target].period
    if period not in ("", own):
        yield Problem("", "period", repr(period), f"nothing, or {own!r}, of which {target} is")


def _number(text: str) -> float | None:
    return float(text) if NUMBER.fullmatch(text) and math.isfinite(float(text)) else None


def _figure(row: Mapping[str, str]) -> Found:
    (column,) = _columns(row)
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    if column in PRODUCED:
        # what is kept of a recorded figure, its kernel's form among it; a count is of the figure that was recorded
        target = replace(compared()[column], value=value, low=low, high=high, confidence=row["grade"],
                         count=None, exposure=None)  # fmt: skip
    else:
        one = OBSERVABLES[column]
        target = Target(column, column, one.meaning, value, low, high, one.period, row["grade"], row.get("note", ""))
    return Found(column, target, row["unit"], row.get("source", ""))


def unit_of(column: str) -> str:
    """Return the unit of an observable or a target."""
    return PRODUCED[column].unit if column in PRODUCED else OBSERVABLES[column].unit
