"""Values with the place where they are stored, and sentences that are made of them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from sim.analysis.plain import named
from sim.analysis.wording import amount, capital, in_unit
from sim.claims.rules import BORDER, COVERAGE, DENSITY, HALF
from sim.registry.mechanisms import MECHANISMS
from sim.registry.variants import VARIANTS

EDGES = (COVERAGE, HALF, *BORDER, DENSITY)
"""Shares at which a rule changes what is said: one that is rounded must not seem to lie on the other side."""
NOTHING = "–"
LISTED = re.compile(r"^HISTORY section \d+, |[;,]?( after)? HISTORY (claim|section) \w+")
"""What refers to the list that claims were taken from."""


def of_100(value: Any) -> str:
    """Return a share as so many of 100, with decimals where it would else be rounded over an edge of a rule.

    Of what is not known, a dash.
    """
    if value is None or math.isnan(value):
        return NOTHING
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
        return _minus(f"{int(value):,}")
    return _minus(f"{value:.3g}")


def _minus(text: str) -> str:
    return text.replace("-", "−")


def clause(value: Any) -> str:
    """Return a text without the full stop at its end: a sentence goes on after it."""
    return str(value).rstrip(". ")


def inner(value: Any) -> str:
    """Return a sentence as a part of another."""
    text = clause(value)
    return text[:1].lower() + text[1:]


def sourced(value: Any) -> str:
    """Return where something is claimed, without the numbers that claims have in a list that no reader has."""
    return LISTED.sub("", str(value))


def taken(value: Any, places: str) -> str:
    """Return some of a text's words: from one place, up to another that is counted from the end."""
    begin, end = map(int, places.split())
    words = str(value).split()
    return " ".join(words[begin : len(words) - end])


def _coded(said: str, code: str) -> str:
    return f"{said} ({code})" if said else code


def reading(value: Any) -> str:
    """Return what a variant leaves open, its code after it."""
    return _coded(VARIANTS[value].meaning if value in VARIANTS else "", value)


def choice(value: Any, variant: str) -> str:
    """Return how a choice of a variant reads the record, its code after it."""
    return _coded(VARIANTS[variant].choices.get(value, "") if variant in VARIANTS else "", value)


DIRECTIONS: Mapping[str, str] = {
    "better": "rises", "worse": "falls", "same": "no difference", "leans towards": "rather rises",
    "leans against": "rather falls", "open": "either way",
}  # fmt: skip
"""What a number does of which more is not called better, by the reading of its effect."""


def mechanism(value: Any) -> str:
    """Return what a mechanism does, its name after it."""
    return _coded(MECHANISMS[value].meaning.rstrip(".") if value in MECHANISMS else "", value)


FORMS: Mapping[str, Callable[[Any], str]] = {
    "text": str, "clause": clause, "inner": inner, "capital": capital, "place": sourced, "number": number,
    "of 100": of_100, "plain": plain, "named": named, "reading": reading, "mechanism": mechanism,
    "direction": lambda value: DIRECTIONS.get(value, NOTHING),
}  # fmt: skip
"""How a value is shown."""
GIVEN: Mapping[str, Callable[[Any, str], str]] = {
    "in": lambda value, unit: _minus(in_unit(value, unit)),
    "effect in": lambda value, unit: _minus(in_unit(value, unit, "+")),
    "amount in": amount, "words": taken, "choice": choice,
}  # fmt: skip
"""How a value is shown that needs to be told more, such as its unit, which stands after a colon."""
WORDS = ("text", "clause", "inner", "capital", "place", "words", "named", "reading", "choice", "mechanism", "direction")
"""Ways in which words are shown; the others show numbers."""


def formed(value: Any, how: str) -> str:
    """Return a value as it is shown."""
    name, more, of = how.partition(": ")
    return GIVEN[name](value, of) if more else FORMS[name](value)


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
        return NOTHING if empty else Shown(formed(self.value, how), self, how, run)

    def number(self) -> Shown | str:
        """Return it as a number where it is one, else as a text."""
        return self.shown("plain" if isinstance(self.value, (int, float)) else "text")

    def count(self, key: str, value: Any, among: Sequence[str]) -> Shown:
        """Return how many rows have a value in a column, of those with these ids."""
        number = sum(row[key].value == value and str(row["id"]) in among for row in self)
        return Shown(str(number), At(number, self.file, f"{self.field}/*/{key} = {value}; {' '.join(among)}"), "plain")

    def length(self, among: Sequence[str], by: str = "id") -> Shown:
        """Return how many rows there are with these ids, or names in another column."""
        number = sum(str(row[by]) in among for row in self)
        place = f"{self.field}/*; {' '.join(among)}"
        return Shown(str(number), At(number, self.file, place), "plain")


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
        if self.how.partition(": ")[0] in WORDS:
            return f'<span data-from="{place}">{escape(self.text)}</span>'
        run = f"; runs: {self.run}" if self.run else ""
        return f'<data value="{escape(str(self.at.value))}" title="{place}{escape(run)}">{escape(self.text)}</data>'


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
