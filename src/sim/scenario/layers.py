"""Tables laid over one another, where each of their keys stands, and what is wrong with them.

Where in a TOML text a key stands is found here, as the standard reader gives no positions.
"""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.errors import Problem, nearest

SETS = "--set"
KeyPath = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""[^"\\]*(?:(?:\\.|"{1,2}(?!"))[^"\\]*)*"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_KEY = re.compile(rf"[ \t]*(?:{_STRING.pattern}|{_BARE.pattern})[ \t]*", re.DOTALL)
_SPACES = r"(?:[ \t\r\n]|#[^\n]*)*"
_BLANK, _BRACKET, _COMMA = (re.compile(form) for form in (_SPACES, rf"[\[{{]{_SPACES}", rf"{_SPACES},?{_SPACES}"))
_DOT, _EQUALS, _SCALAR, _END = map(re.compile, (r"\.", r"[ \t]*=[ \t]*", r"[^,\]}#\n]*", r"[\]}]"))
_OPENING, _CLOSING = re.compile(r"\[{1,2}"), re.compile(r"[ \t]*\]{1,2}")


@dataclass(frozen=True)
class Fault:
    """A problem before it is known in which layer and line it stands.

    ``in_whole`` marks what a single layer may lack: it counts when all layers are merged. It may
    depend on a second value, too.
    """

    path: KeyPath
    found: str
    allowed: str
    suggestion: str = ""
    in_whole: bool = False
    depends: KeyPath = ()


def unknown(path: KeyPath, name: str, allowed: str, known: Iterable[str]) -> Fault:
    """Return the fault of a name that is not known, with the nearest one."""
    return Fault(path, f'"{name}"', allowed, nearest(name, known))


@dataclass(frozen=True)
class Layer:
    """One file, tables inside one, what the command line sets, or a dict: its values and, in a file, their lines."""

    label: str
    table: dict[str, Any]
    lines: Mapping[KeyPath, int] | None = None
    root: KeyPath = ()  # where in the file its tables stand
    single: KeyPath = ()  # the key that has a value, if there is but one and the value itself stands at the root
    folder: Path | None = None  # in which a table stands that is named without a path
    #: what was taken from another file: for a key, or a row, that file and its line
    taken: dict[KeyPath, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)  # what was wrong with its values, which have been left out
    #: what is written as an earlier version wanted it, and was taken as it is meant
    remarks: list[Problem] = field(default_factory=list)

    def where(self, path: KeyPath) -> str:
        """Return file and line of a key, or of the nearest table around it."""
        elsewhere = self._taken(path)
        if elsewhere or self.lines is None:
            return elsewhere or self.label
        path = self._named(path)
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 1)
        return f"{self.label}:{line}"

    def in_file(self, fault: Fault) -> Fault:
        """Return a fault of its tables as one of the file in which they stand."""
        within = f" for {dotted(fault.path)}" if self.single and fault.path != self.single else ""
        return replace(fault, path=self._named(fault.path), found=fault.found + within)

    def problem(self, fault: Fault) -> Problem:
        """Return a fault of its tables as a problem, with the place where it stands."""
        if self._taken(fault.path):  # whose field is a column
            return Problem(self.where(fault.path), str(fault.path[-1]), fault.found, fault.allowed, fault.suggestion)
        named = self.in_file(fault)
        return Problem(self.where(fault.path), dotted(named.path), named.found, named.allowed, named.suggestion)

    def problems(self) -> list[Problem]:
        """Return what was wrong with its values."""
        return [self.problem(fault) for fault in self.faults]

    def _taken(self, path: KeyPath) -> str:
        return next((self.taken[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.taken), "")

    def _named(self, path: KeyPath) -> KeyPath:
        return self.root if self.single else (*self.root, *path)


def leaves(table: Mapping[str, Any], path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Yield the paths of all values in nested tables, and the values."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def nested(name: str, value: Any) -> dict[str, Any]:
    """Return the tables in which the field of a dotted name has a value."""
    for key in reversed(name.split(".")):
        value = {key: value}
    return value


def drop(table: dict[str, Any], path: KeyPath) -> None:
    """Take a key, or the whole array that an element stands in, out of nested tables."""
    inner: Any = table
    for i, key in enumerate(path):
        following = inner.get(key)
        if i + 1 == len(path) or not isinstance(following, dict):
            inner.pop(key, None)
            return
        inner = following


def in_order(problems: Iterable[Problem], labels: Iterable[str]) -> list[Problem]:
    """Return problems each once, layer by layer and line by line; those of other files last."""
    ranks = {label: rank for rank, label in reversed([*enumerate(labels)])}

    def position(problem: Problem) -> tuple[int, float]:
        label, _, line = problem.where.rpartition(":")
        if not (label and line.isdecimal()):
            label, line = problem.where, "inf"
        return ranks.setdefault(label, len(ranks)), float(line)

    return sorted(dict.fromkeys(problems), key=position)


def merge(layers: Iterable[Layer]) -> tuple[dict[str, Any], dict[KeyPath, Layer]]:
    """Return tables laid over one another, and for each value in them the layer that it comes from.

    Tables merge, any other value replaces what lay below.
    """
    table, origin = dict[str, Any](), dict[KeyPath, Layer]()
    for layer in layers:
        _lay(table, layer.table, layer, (), origin)
    return table, origin


def _lay(
    below: dict[str, Any], above: Mapping[str, Any], layer: Layer, path: KeyPath, origin: dict[KeyPath, Layer]
) -> None:
    for key, value in above.items():
        here = (*path, key)
        if isinstance(value, Mapping):
            if not isinstance(below.get(key), dict):
                below[key] = {}
                origin.pop(here, None)
            _lay(below[key], value, layer, here, origin)
        else:
            if isinstance(below.get(key), dict):
                for covered in [other for other in origin if other[: len(here)] == here]:
                    del origin[covered]
            below[key] = value
            origin[here] = layer


def dotted(path: KeyPath) -> str:
    """Return a path as it is written: dots between keys, quotes where needed, ``[i]`` in arrays."""
    keys = (f"[{p}]" if isinstance(p, int) else "." + (p if _BARE.fullmatch(p) else quoted(p)) for p in path)
    return "".join(keys).removeprefix(".")


def quoted(text: str) -> str:
    """Return a text as a TOML string in one line."""
    # JSON escapes as TOML does, save for one character that only TOML refuses
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def scan(text: str) -> dict[KeyPath, int]:
    """Return the line of each table, key and array element of a TOML text, which ``tomllib`` must have read before.

    Covers tables, arrays of tables (their elements are numbered from 0), dotted and quoted keys, inline tables and
    arrays over several lines.
    """
    scanner, table, start = _Scanner(text), KeyPath(()), -1
    scanner.take(_BLANK)
    while start < scanner.at < len(text):  # without progress only in a text that is not TOML: never loop for ever
        start = scanner.at
        table = scanner.header() if text[start] == "[" else scanner.pair(table)
        scanner.take(_BLANK)
    return scanner.lines


class _Scanner:
    """One pass over a valid text; ``at`` is the position reached, ``elements`` the last index of arrays of tables."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.breaks = [match.start() for match in re.finditer("\n", text)]
        self.lines: dict[KeyPath, int] = {}
        self.elements: dict[KeyPath, int] = {}

    def take(self, pattern: re.Pattern[str]) -> str:
        """Go past what a pattern matches here, and return it."""
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return match[0] if match else ""

    def note(self, path: KeyPath, below: int = 0) -> int:
        """Note this line for a path, and for the tables around it, where none is noted yet."""
        line = bisect_right(self.breaks, self.at - 1) + 1
        for length in range(below + 1, len(path) + 1):
            self.lines.setdefault(path[:length], line)
        return line

    def header(self) -> KeyPath:
        """Return the path of the table that a header opens, led through the last element of each array of tables."""
        array, path = self.take(_OPENING) == "[[", KeyPath(())
        for key in self.keys():
            path = (*path, self.elements[path], key) if path in self.elements else (*path, key)
        if array:
            self.elements[path] = self.elements.get(path, -1) + 1
            self.note(path)
            path = (*path, self.elements[path])
        self.lines[path] = self.note(path)  # a header outranks an earlier mention of the table
        self.take(_CLOSING)
        return path

    def pair(self, table: KeyPath) -> KeyPath:
        """Go past a key and its value; return the table that they stand in."""
        path = (*table, *self.keys())
        self.note(path, len(table))
        self.take(_EQUALS)
        self.value(path)
        return table

    def value(self, path: KeyPath) -> None:
        """Go past a value, and through the elements of an array or the pairs of an inline table."""
        if self.take(_STRING):
            return
        kind = self.take(_BRACKET)[:1]
        if not kind:
            self.take(_SCALAR)
            return
        index, start = 0, -1
        while start < self.at < len(self.text) and not self.take(_END):
            start = self.at
            if kind == "[":
                self.note((*path, index))
                self.value((*path, index))
                index += 1
            else:
                self.pair(path)
            self.take(_COMMA)

    def keys(self) -> Iterator[str]:
        """Read a dotted key."""
        more = True
        while more and (raw := self.take(_KEY).strip(" \t")):
            yield tomllib.loads(f"key = {raw}")["key"] if raw[0] in "\"'" else raw
            more = bool(self.take(_DOT))
