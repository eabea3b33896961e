"""A design that somebody has made elsewhere: a CSV table of points."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import Problem, nearest
from sim.experiment.experiment import Factor
from sim.scenario.check import show
from sim.scenario.files import read_text

LARGEST_TABLE = 64 * 2**20  # bytes
MOST_PROBLEMS = 20


def read_table(path: Path, factors: Sequence[Factor]) -> tuple[tuple[Mapping[str, Any], ...], list[Problem]]:
    """Return the points of a table, a column for each factor, and what is wrong with it.

    Raises
    ------
    Unreadable
        The file gives no text.
    """
    text = read_text(path, "a CSV table", LARGEST_TABLE)
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[Mapping[str, Any]] = []
    problems: list[Problem] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        problems = _header(f"{path.name}:1", header, [factor.name for factor in factors])
        if problems:
            return (), problems
        by_name = {factor.name: factor for factor in factors}
        for cells in reader:
            if not cells:
                continue
            where = f"{path.name}:{reader.line_num}"
            if len(cells) != len(header):
                found = f"{len(cells)} value" + "s" * (len(cells) != 1)
                problems.append(Problem(where, found=found, allowed=f"{len(header)}, as there are columns"))
                continue
            row = {}
            for name, cell in zip(header, cells, strict=True):
                row[name] = _value(by_name[name], cell.strip())
                if row[name] is None:
                    problems.append(Problem(where, name, show(cell), _allowed(by_name[name])))
            rows.append(row)
    except csv.Error as error:
        problems.append(Problem(f"{path.name}:{reader.line_num}", found=str(error), allowed="CSV, with commas"))
    if not rows and not problems:
        problems.append(Problem(f"{path.name}:1", found="no points", allowed="a line for each point below the header"))
    if len(problems) > MOST_PROBLEMS:
        more = f"{len(problems) - MOST_PROBLEMS} more problems of this table"
        problems[MOST_PROBLEMS:] = [Problem(path.name, found=more)]
    return tuple(rows), problems


def _header(where: str, header: Sequence[str], names: Sequence[str]) -> list[Problem]:
    problems = [
        Problem(where, name, "no column", "a column for each uncertainty") for name in names if name not in header
    ]
    for i, name in enumerate(header):
        if name in header[:i]:
            problems.append(Problem(where, name, "a second column of this name", "one column for each uncertainty"))
        elif name not in names:
            allowed = "columns named as the uncertainties"
            problems.append(Problem(where, name, f"column {i + 1}, {show(name)}", allowed, nearest(name, names)))
    return problems


def _value(factor: Factor, cell: str) -> Any:
    """Return the value that a cell means; nothing if it means none."""
    if factor.options:
        texts = {_text(option.value): option.value for option in factor.options}
        if cell in texts:
            return texts[cell]
        number = _number(cell)
        return next((o.value for o in factor.options if type(o.value) in (int, float) and o.value == number), None)
    number = _number(cell)
    if number is None or not factor.low <= number <= factor.high:
        return None
    if factor.whole:
        return int(number) if number == int(number) else None
    return number


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _allowed(factor: Factor) -> str:
    if factor.options:
        return "one of " + ", ".join(_text(option.value) for option in factor.options)
    kind = "a whole number" if factor.whole else "a number"
    return f"{kind} from {factor.low:.10g} to {factor.high:.10g}, the range of this uncertainty"
