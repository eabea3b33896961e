"""Answers to queries, whatever SQL can give: as a table, as JSON, as CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.doors.terminal import Terminal, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = 50
"""Rows of an answer that a table shows."""


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON can hold them: what is not there is null, days are days."""
    columns = [_column(frame.iloc[:, place]) for place in range(frame.shape[1])]
    return [dict(zip(map(str, frame.columns), row, strict=True)) for row in zip(*columns, strict=True)]


def csv(frame: pd.DataFrame) -> str:
    """Return an answer as CSV; lists and the like as JSON."""
    found = frame.copy(deep=False)
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if column.dtype == object:
            told = [cell(value) if isinstance(value, (list, dict)) else value for value in _column(column)]
            found.isetitem(place, pd.Series(told, index=frame.index, dtype=object))
    text: str = found.to_csv(index=False)
    return text.removesuffix("\n")


def show(terminal: Terminal, frame: pd.DataFrame) -> None:
    """Print the first rows of an answer; name by name where they are too wide. With ``--quiet``, too: the essential."""
    numeric = [number for number, kind in enumerate(frame.dtypes) if kind.kind in "iuf"]
    rows = [["" if value is None else cell(value) for value in row.values()] for row in records(frame.head(ROWS))]
    if terminal.quiet:
        for row in rows:
            terminal.line("\t".join(row))
    elif terminal.fits(header := [str(name) for name in frame.columns], rows):
        terminal.table("", header, rows, right=numeric)
    else:
        for number, row in enumerate(rows, start=1):
            terminal.pairs(f"row {number} of {len(frame):,}", zip(header, row, strict=True))
    if len(frame) > ROWS:
        terminal.note(f"the first {ROWS} of {len(frame):,} rows; all of them: --csv or --json")


def cell(value: Any) -> str:
    """Return a value of a record as a table shows it."""
    if isinstance(value, (list, dict)):
        return json.dumps(plain(value), ensure_ascii=False)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _column(column: pd.Series[Any]) -> list[Any]:
    return _values(column.astype(object).where(column.notna(), None).tolist())


def _values(values: Sequence[Any]) -> list[Any]:
    """Return values of one type; points in time that are all midnight are days."""
    found = [_value(value) for value in values]
    times = [value for value in found if isinstance(value, datetime)]
    days = all(value.time() == time() and value.tzinfo is None for value in times)
    return [
        (value.date().isoformat() if days else value.isoformat(" ")) if isinstance(value, datetime) else value
        for value in found
    ]


def _value(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "mM":
            value = value.astype(f"{value.dtype.kind}8[us]")  # finer ones become bare numbers
        return _values(value.tolist())
    if isinstance(value, (list, tuple)):
        return _values(value)
    if isinstance(value, Mapping):
        return {str(key): _values([inner])[0] for key, inner in value.items()}
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if value is pd.NaT or value is pd.NA:
        return None
    value = float(value) if isinstance(value, Decimal) else value.item() if isinstance(value, np.generic) else value
    return value if value is None or isinstance(value, (bool, int, float, str, datetime)) else str(value)
