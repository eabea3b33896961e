"""Folders of results and what a page shows of their files, each value with its place."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.claims.lines import At, Shown
from sim.errors import Problem, UserError

PIECE = re.compile(r"\*\*(.+?)\*\*|`(.+?)`|(?<!\w)\*(.+?)\*(?!\w)|((?:[^*`]|\*(?=\s))+)")
"""Of a paragraph: strong, code, em, or neither."""


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
