"""A design that somebody has made elsewhere: a CSV table of points."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from sim.data.columns import COMMAS, parted
from sim.errors import Problem, nearest
from sim.experiment.experiment import Factor
from sim.scenario.file_form import show
from sim.scenario.layers import Fault
from sim.scenario.texts import Unreadable, read_text

Rows: TypeAlias = tuple[Mapping[str, Any], ...]
LARGEST_TABLE = 64 * 2**20  # bytes
MOST_PROBLEMS = 20
REMARK = "the names of the uncertainties, then points alone: leave out remarks and lines for a spreadsheet"
WITHOUT = "columns of uncertainties alone: leave it out (pandas: to_csv(index=False))"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d*,\d+")


def read_table(folder: Path, name: str, factors: Sequence[Factor]) -> tuple[Rows, list[Fault], list[Problem]]:
    """Return the points of a table, a column for each factor; what is wrong with its name, and what with itself.

    Rows and columns without any value are passed over, as spreadsheets leave them.
    """
    try:
        text = read_text(folder / name, "a CSV table", LARGEST_TABLE)
    except FileNotFoundError:
        return (), [Fault(("design", "file"), f'"{name}", no such file', "a CSV file beside the experiment")], []
    except Unreadable as why:
        return (), [Fault(("design", "file"), f'"{name}", {why.found}', why.allowed)], []
    rows, problems = _points((folder / name).name, text, factors)
    return rows, [], problems


def _points(label: str, text: str, factors: Sequence[Factor]) -> tuple[Rows, list[Problem]]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[Mapping[str, Any]] = []
    problems: list[Problem] = []
    try:
        lines = ((f"{label}:{reader.line_num}", cells) for cells in reader if any(map(str.strip, cells)))
        first, header = next(lines, (f"{label}:1", []))
        header = [name.strip() for name in header]
        problems = _no_header(first, header) or _header(first, header, [factor.name for factor in factors])
        if problems:
            return (), problems
        columns = {header.index(factor.name): factor for factor in factors}
        for where, cells in lines:
            rows.append(_row(where, cells, header, columns, problems))
            if problems and problems[-1].allowed == WITHOUT:
                break  # else it would be said of every row
    except csv.Error as error:
        problems.append(Problem(f"{label}:{reader.line_num}", found=str(error), allowed="CSV, with commas"))
    if not rows and not problems:
        problems.append(Problem(f"{label}:1", found="no points", allowed="a line for each point below the header"))
    if len(problems) > MOST_PROBLEMS:
        more = f"{len(problems) - MOST_PROBLEMS} more problems of this table"
        problems[MOST_PROBLEMS:] = [Problem(label, found=more)]
    return tuple(rows), problems


def _no_header(where: str, header: Sequence[str]) -> list[Problem]:
    """Say what to change where the first line is none of names with commas between them."""
    line = ", ".join(header).strip()
    if line.startswith("#") or line.lower().startswith("sep="):
        return [Problem(where, found=show(line), allowed=REMARK)]
    if found := parted(header):
        return [Problem(where, found=found, allowed=f"{COMMAS}: r_f,r_v and 0.28,0.28")]
    return []


def _header(where: str, header: Sequence[str], names: Sequence[str]) -> list[Problem]:
    problems = [
        Problem(where, name, "no column", "a column for each uncertainty") for name in names if name not in header
    ]
    for i, name in enumerate(header):
        if name and name in header[:i]:
            problems.append(Problem(where, name, "a second column of this name", "one column for each uncertainty"))
        elif name and name not in names:
            allowed = "columns named as the uncertainties"
            problems.append(Problem(where, name, f"column {i + 1}, {show(name)}", allowed, nearest(name, names)))
    return problems


def _row(
    where: str, cells: Sequence[str], header: Sequence[str], columns: Mapping[int, Factor], problems: list[Problem]
) -> Mapping[str, Any]:
    """Return the point of a line, and note what is wrong with it."""
    given = [i for i, cell in enumerate(cells) if cell.strip()]
    width = max(columns) + 1
    if cells[0].lstrip().startswith("#"):
        problems.append(Problem(where, found=show(",".join(cells)), allowed=REMARK))
    elif len(cells) < width or given[-1] >= len(header):
        found = f"{len(cells)} value" + "s" * (len(cells) != 1)
        hint = "; decimals have a point" * (len(cells) > len(header))
        problems.append(Problem(where, found=found, allowed=f"{width}, as there are columns{hint}"))
    elif strange := [i for i in given if i not in columns]:
        found = f"{show(cells[strange[0]])} in column {strange[0] + 1}, which has no name"
        problems.append(Problem(where, found=found, allowed=WITHOUT))
    else:
        row = {}
        for place, factor in columns.items():
            row[factor.name] = _value(factor, cells[place].strip())
            if row[factor.name] is None and not (factor.under and not cells[place].strip()):
                hint = "; decimals have a point" * bool(_COMMA.fullmatch(cells[place].strip()))
                problems.append(Problem(where, factor.name, show(cells[place]), _allowed(factor) + hint))
        return row
    return {}


def _value(factor: Factor, cell: str) -> Any:
    """Return the value that a cell means; nothing if it means none."""
    if factor.options:
        texts = {_text(option.value): option.value for option in factor.options}
        # a spreadsheet writes TRUE, and others True
        text = cell.lower() if cell.lower() in ("true", "false") and cell not in texts else cell
        if text in texts:
            return texts[text]
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
    number = float(cell) if _NUMBER.fullmatch(cell) else math.inf
    return number if math.isfinite(number) else None


def _allowed(factor: Factor) -> str:
    if factor.options:
        return "one of " + ", ".join(_text(option.value) for option in factor.options)
    kind = "a whole number" if factor.whole else "a number"
    return f"{kind} from {factor.low:.10g} to {factor.high:.10g}, the range of this uncertainty"
