"""What a report is made of: tables, pictures, sections, pages of claims; and its values, or its words alone."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from sim.claims.lines import Line, Shown

Cell = Line | Shown | str
PLAIN = "/,;:.-_~!*'()+=?@$[]{}|^"
"""Letters that stand in an address as they are: a table written so is not much longer."""


@dataclass(frozen=True)
class Carried:
    """A file that the report carries."""

    name: str
    text: str

    @property
    def address(self) -> str:
        """Its content, as a link."""
        return "data:text/csv;charset=utf-8," + quote(self.text, safe=PLAIN)


@dataclass(frozen=True)
class Table:
    """A table: its head, and rows whose cells are words or stored values."""

    caption: Cell
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    carried: Carried | None = None
    folded: bool = False  # long, and of the second rank: folded away in the page, left out of the PDF


@dataclass(frozen=True)
class Picture:
    """A picture: what it shows, said at length for those who do not see it, and the table behind it."""

    name: str
    caption: Cell
    alt: Cell
    svg: str = ""
    png: bytes = b""
    carried: Carried | None = None

    @property
    def inline(self) -> str:
        """Its SVG, with the words for those who do not see it."""
        return self.svg.replace("<svg ", f'<svg role="img" aria-label="{escape(str(self.alt))}" ', 1)

    @property
    def address(self) -> str:
        """Its content, where it is no SVG, as a link."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode()


@dataclass(frozen=True)
class Section:
    """A section made of a folder of results; where that is missing, the command that makes it."""

    anchor: str
    title: str
    about: str
    missing: str = ""
    paragraphs: Sequence[Sequence[tuple[str, Shown | str]]] = ()
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    left_out: Sequence[str] = ()


@dataclass(frozen=True)
class Claim:
    """A claim's page."""

    id: str
    anchor: str
    words: Cell
    verdict: Cell
    marks: Sequence[str]
    group: str
    sentence: Cell
    facts: Sequence[tuple[str, Cell]]
    bars: Sequence[Sequence[tuple[str, float]]]  # of each number that decides: what a part is, and its share
    told: Sequence[Cell]
    picture: Picture | None
    tables: Sequence[Table]
    after: Sequence[tuple[str, Cell]]
    lookfor: Table | None
    notes: Sequence[Cell]
    commands: Sequence[str]
    runs: Sequence[str]
    page: str = ""
    range: Line | None = None  # from where to where shares lie by the ways to read the record


@dataclass(frozen=True)
class Cited:
    """How something is cited."""

    what: str
    text: str
    bibtex: str = ""
    details: Sequence[str] = ()


@dataclass(frozen=True)
class Context:
    """The report."""

    title: str
    version: str
    digest: str
    address: str
    quick: bool
    question: Sequence[str]
    answer: Sequence[Line]
    caveat: Cell
    verdict_words: Sequence[tuple[str, str]]
    populations: Table | None
    ledger: Table | None
    claims: Sequence[Claim]
    sections: Sequence[Section]
    limits: Sequence[tuple[str, str]]
    put_in: Sequence[tuple[str, str]]
    cited: Sequence[Cited]
    linked: str
    no_ledger: str = ""
    notes: Sequence[Cell] = ()
    errors: Table | None = None
    counts: Table | None = None
    words: Sequence[tuple[str, str]] = ()
    page: str = ""
    inputs: str = ""
    quick_said: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> Iterator[Shown]:
        """All stored values that it shows."""
        return _shown(self)

    @property
    def pictures(self) -> list[Picture]:
        """All pictures."""
        of_claims = [claim.picture for claim in self.claims if claim.picture is not None]
        return [*of_claims, *(picture for section in self.sections for picture in section.pictures)]


def _shown(found: Any) -> Iterator[Shown]:
    if isinstance(found, Shown):
        yield found
    elif is_dataclass(found):
        for each in fields(found):
            yield from _shown(getattr(found, each.name))
    elif isinstance(found, (list, tuple)):
        for part in found:
            yield from _shown(part)


def as_text(found: Any) -> Any:
    """Return a context, or a part of it, as texts, lists and mappings, for what does not know stored values."""
    if isinstance(found, (Shown, Line)):
        return str(found)
    if is_dataclass(found):
        return {each.name: as_text(getattr(found, each.name)) for each in fields(found)}
    if isinstance(found, (list, tuple)):
        return [as_text(part) for part in found]
    if isinstance(found, Mapping):
        return {str(key): as_text(part) for key, part in found.items()}
    return found if isinstance(found, (str, int, float, bool)) or found is None else None
