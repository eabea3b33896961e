"""Values with the place where they are stored, and what a page shows of them."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from sim.claims.rules import BORDER, COVERAGE, DENSITY, HALF
from sim.claims.told import number
from sim.errors import Problem, UserError

EDGES = (COVERAGE, HALF, *BORDER, DENSITY)
"""Shares at which a rule changes what is said: one that is rounded must not seem to lie on the other side."""
NOTHING = "–"
PIECE = re.compile(r"\*\*(.+?)\*\*|`(.+?)`|(?<!\w)\*(.+?)\*(?!\w)|((?:[^*`]|\*(?=\s))+)")
"""Of a paragraph: strong, code, em, or neither."""


def of_100(value: Any) -> str:
    """Return a share as so many of 100; with decimals where it would else be rounded over an edge of a rule."""
    share = 100.0 * float(value)
    if 0.0 < share < 0.5 or 99.5 <= share < 100.0:
        return "fewer than 1" if share < 1.0 else "more than 99"
    told = next((f"{share:.{digits}f}" for digits in range(4) if not _crossed(share, digits)), f"{share:.3f}")
    return told.rstrip("0").rstrip(".") if "." in told else told


def _crossed(share: float, digits: int) -> bool:
    return any((share < 100.0 * edge) != (round(share, digits) < 100.0 * edge) for edge in EDGES)


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
}  # fmt: skip
"""How a value is shown."""
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


@dataclass(frozen=True)
class Folder:
    """A folder of results: its files are read once, and values know where they stand."""

    path: Path

    def has(self, name: str) -> bool:
        """Say whether a file or folder is there."""
        return (self.path / name).exists()

    def json(self, name: str) -> At:
        """Return a document."""
        text = self.text(name)
        try:
            return At(json.loads(text), name)
        except json.JSONDecodeError as error:
            raise UserError(Problem(f"{self.path / name}:{error.lineno}", allowed=f"JSON: {error.msg}")) from error

    def csv(self, name: str) -> At:
        """Return a table: rows by number, cells by column; what looks like a number is one."""
        rows = csv.DictReader(self.text(name).splitlines())
        return At([{key: _number(cell) for key, cell in row.items()} for row in rows], name)

    def text(self, name: str) -> str:
        """Return a file's text."""
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(Problem(str(self.path / name), allowed=f"cannot be read: {error}")) from error

    def page(self, name: str) -> Page:
        """Return a folder's README.md."""
        return Page(name, self.text(name))


@dataclass(frozen=True)
class Page:
    """A README.md of results: its parts between marks, and its pictures."""

    name: str
    text: str

    @cached_property
    def pictures(self) -> list[tuple[At, str]]:
        """What each picture shows, in words, and its file."""
        found = re.findall(r"!\[([^]]+)]\(([^)/]+)\)", self.text)
        return [(At(words, self.name, f"picture {file}"), file) for words, file in found]

    def paragraphs(self, part: str) -> list[list[tuple[str, Shown]]]:
        """Return the paragraphs of a part, without pictures and tables: pieces, each plain, strong, em or code."""
        found = re.search(rf"<!-- generated: {re.escape(part)} -->\n(.*?)<!-- end -->", self.text, re.DOTALL)
        blocks = (found[1] if found else "").strip().split("\n\n")
        kept = [" ".join(block.split()) for block in blocks if block.strip() and block.lstrip()[0] not in "!|#"]
        return [list(self._pieces(block, part)) for block in kept]

    def _pieces(self, block: str, part: str) -> Iterator[tuple[str, Shown]]:
        block = re.sub(r"\[([^]]+)]\([^)]*\)", r"\1", block)  # its links lead nowhere from here
        for strong, code, em, words in PIECE.findall(block):
            kind = "strong" if strong else "code" if code else "em" if em else "plain"
            said = strong or code or em or words
            yield kind, Shown(said, At(said, self.name, f"part {part}"))


def _number(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    try:
        return int(cell) if re.fullmatch(r"-?\d+", cell) else float(cell) if re.match(r"[-\d.]", cell) else cell
    except ValueError:
        return cell
