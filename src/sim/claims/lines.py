"""Values with the place where they are stored, and sentences that are made of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

from sim.analysis.sentences import in_unit
from sim.claims.rules import BORDER, COVERAGE, DENSITY, HALF

EDGES = (COVERAGE, HALF, *BORDER, DENSITY)
"""Shares at which a rule changes what is said: one that is rounded must not seem to lie on the other side."""
NOTHING = "–"


def of_100(value: Any) -> str:
    """Return a share as so many of 100; with decimals where it would else be rounded over an edge of a rule."""
    share = 100.0 * float(value)
    if 0.0 < share < 0.5 or 99.5 <= share < 100.0:
        return "fewer than 1" if share < 1.0 else "more than 99"
    told = next((f"{share:.{digits}f}" for digits in range(4) if not _crossed(share, digits)), f"{share:.3f}")
    return told.rstrip("0").rstrip(".") if "." in told else told


def _crossed(share: float, digits: int) -> bool:
    return any((share < 100.0 * edge) != (round(share, digits) < 100.0 * edge) for edge in EDGES)


def number(value: float | None) -> str:
    """Return a number as sentences have it."""
    return NOTHING if value is None or not math.isfinite(value) else f"{value:.3g}"


def plain(value: Any) -> str:
    """Return a number with three digits that count, or as it is if it is whole."""
    if isinstance(value, (bool, str)):
        return str(value)
    if isinstance(value, int) or float(value).is_integer() and abs(value) < 1e6:
        return f"{int(value):,}".replace("-", "−")
    return f"{value:.3g}".replace("-", "−")


def signed(value: Any) -> str:
    """Return an effect with its sign."""
    return plain(value) if float(value) <= 0.0 else f"+{plain(value)}"


def clause(value: Any) -> str:
    """Return a text without the full stop at its end: a sentence goes on after it."""
    return str(value).rstrip(". ")


def inner(value: Any) -> str:
    """Return a sentence as a part of another."""
    text = clause(value)
    return text[:1].lower() + text[1:]


FORMS: Mapping[str, Callable[[Any], str]] = {
    "text": str, "clause": clause, "inner": inner, "number": number, "of 100": of_100, "plain": plain, "signed": signed,
    **{unit: partial(in_unit, unit=unit) for unit in ("share", "months", "")},
}  # fmt: skip
"""How a value is shown: by name, or by the unit in which it is said."""
WORDS = ("text", "clause", "inner")
"""Ways in which words are shown; the others show numbers."""


@dataclass(frozen=True)
class At:
    """A value, the file that it is stored in (below the folder of results), and the field, as a JSON pointer.

    In a table of text the pointer is the row, counted from 0, and the column. What is not there has the value None.
    """

    value: Any
    file: str
    field: str = ""

    def __getitem__(self, key: str | int) -> At:
        held = self.value
        inside = isinstance(held, Mapping) or isinstance(held, list) and isinstance(key, int) and key < len(held)
        found = (held.get(key) if isinstance(held, Mapping) else held[key]) if inside else None
        return At(found, self.file, f"{self.field}/{str(key).replace('~', '~0').replace('/', '~1')}")

    def __iter__(self) -> Iterator[At]:
        return (self[place] for place in range(len(self.value or [])))

    def __bool__(self) -> bool:
        return self.value not in (None, "", [], {}) and self.value == self.value

    def items(self) -> Iterator[tuple[str, At]]:
        """Yield what a mapping holds."""
        return ((key, self[key]) for key in self.value or {})

    def __str__(self) -> str:
        return "" if self.value is None else str(self.value)

    def shown(self, how: str = "text", run: str = "") -> Shown | str:
        """Return it as it is shown; a dash where there is nothing."""
        empty = self.value is None or isinstance(self.value, float) and math.isnan(self.value)
        return NOTHING if empty else Shown(FORMS[how](self.value), self, how, run)

    def number(self) -> Shown | str:
        """Return it as a number where it is one, else as a text."""
        return self.shown("plain" if isinstance(self.value, (int, float)) else "text")

    def count(self, key: str, value: Any) -> Shown:
        """Return how many rows have a value in a column."""
        number = sum(row[key].value == value for row in self)
        return Shown(str(number), At(number, self.file, f"{self.field}/*/{key} = {value}"), "plain")

    def length(self) -> Shown:
        """Return how many rows there are."""
        return Shown(str(len(self.value)), At(len(self.value), self.file, f"{self.field}/*"), "plain")


@dataclass(frozen=True)
class Shown:
    """What a page shows of a stored value, how, and of which run that is a result."""

    text: str
    at: At
    how: str = "text"
    run: str = ""

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        """Return it marked with its place, for templates."""
        place = escape(f"{self.at.file}#{self.at.field}")
        if self.how in WORDS:
            return f'<span data-from="{place}">{escape(self.text)}</span>'
        run = f"; runs: {self.run}" if self.run else ""
        said = f'value="{escape(str(self.at.value))}" data-from="{place}" title="{place}{escape(run)}"'
        return f"<data {said}>{escape(self.text)}</data>"


class Line(tuple["str | Shown", ...]):
    """A sentence: words, and stored values among them."""

    def __str__(self) -> str:
        return "".join(map(str, self))

    def __html__(self) -> str:
        """Return it for templates, values marked."""
        return "".join(escape(part) if isinstance(part, str) else part.__html__() for part in self)


def line(form: str, *values: str | Shown | Line) -> Line:
    """Return a sentence: each ``{}`` of the form is a value."""
    words = form.split("{}")
    parts: list[str | Shown] = [words[0]]
    for value, after in zip(values, words[1:], strict=True):
        parts += [*(value if isinstance(value, Line) else [value]), after]
    return Line(part for part in parts if part != "")


def joined(lines: list[Line], between: str) -> Line:
    """Return sentences as one."""
    parts: list[str | Shown] = []
    for each in lines:
        parts += [*([between] if parts else []), *each]
    return Line(parts)
