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
from typing import Any

from sim.errors import Problem, nearest

SETS = "--set"
KeyPath = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""[^"\\]*(?:(?:\\.|"{1,2}(?!"))[^"\\]*)*"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_CLOSING = re.compile(r"[ \t]*\]{1,2}")
_SCALAR = re.compile(r"[^,\]}#\n]*")


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
    faults: list[Fault] = field(default_factory=list)  # what was wrong with its values, which have been left out
    #: what is written as an earlier version wanted it, and was taken as it is meant
    remarks: list[Problem] = field(default_factory=list)

    def where(self, path: KeyPath) -> str:
        """Return file and line of a key, or of the nearest table around it."""
        if self.lines is None:
            return self.label
        path = self._named(path)
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 1)
        return f"{self.label}:{line}"

    def in_file(self, fault: Fault) -> Fault:
        """Return a fault of its tables as one of the file in which they stand."""
        found = fault.found
        if self.single and fault.path != self.single:
            found += f" for {dotted(fault.path)}"
        return replace(fault, path=self._named(fault.path), found=found)

    def problem(self, fault: Fault) -> Problem:
        """Return a fault of its tables as a problem, with the place where it stands."""
        named = self.in_file(fault)
        return Problem(self.where(fault.path), dotted(named.path), named.found, named.allowed, named.suggestion)

    def problems(self) -> list[Problem]:
        """Return what was wrong with its values."""
        return [self.problem(fault) for fault in self.faults]

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
    """Lay tables over one another: tables merge, any other value replaces what lay below.

    Returns
    -------
    table, origin
        The merged table, and for each value in it the layer that it comes from.
    """
    table: dict[str, Any] = {}
    origin: dict[KeyPath, Layer] = {}
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
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if _BARE.fullmatch(part) else quoted(part)
            text += f".{key}" if text else key
    return text


def quoted(text: str) -> str:
    """Return a text as a TOML string in one line."""
    # JSON escapes as TOML does, save for one character that only TOML refuses
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def scan(text: str) -> dict[KeyPath, int]:
    """Return the line of each table, key and array element of a TOML text.

    Covers tables, arrays of tables (their elements are numbered from 0), dotted and quoted keys,
    inline tables and arrays over several lines. The text must be valid TOML: read it with
    ``tomllib`` first.
    """
    return _Scanner(text).run()


class _Scanner:
    """One pass over a valid text; ``at`` is the position reached."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.breaks = [match.start() for match in re.finditer("\n", text)]
        self.lines: dict[KeyPath, int] = {}
        self.elements: dict[KeyPath, int] = {}  # arrays of tables: index of the last element

    def run(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            start = self.at
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
            if self.at == start:  # only in a text that is not TOML: never loop for ever
                break
        return self.lines

    def _header(self) -> KeyPath:
        line = self._line()
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        path = self._through_arrays((), self._keys())
        if array:
            self.elements[path] = self.elements.get(path, -1) + 1
            self.lines.setdefault(path, line)
            path += (self.elements[path],)
        self._record(path, line)
        self.lines[path] = line  # a header outranks an earlier mention of the table
        self._skip(_CLOSING)
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table + tuple(self._keys())
        self._record(path, line, below=len(table))
        self._skip(_EQUALS)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._skip(_STRING):
            return
        if self._peek() == "[":
            self.at += 1
            self._items("]", path)
        elif self._peek() == "{":
            self.at += 1
            self._items("}", path)
        else:
            self._skip(_SCALAR)

    def _items(self, end: str, path: KeyPath) -> None:
        """Go through the elements of an array, or the pairs of an inline table."""
        index = 0
        self._skip(_BLANK)
        while self.at < len(self.text) and self._peek() != end:
            start = self.at
            if end == "]":
                self._record((*path, index), self._line())
                self._value((*path, index))
                index += 1
            else:
                self._pair(path)
            self._skip(_BLANK)
            if self._peek() == ",":
                self.at += 1
            self._skip(_BLANK)
            if self.at == start:
                return
        self.at += 1

    def _keys(self) -> list[str]:
        """Read a dotted key."""
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            match = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            if match is None:
                return keys
            self.at = match.end()
            raw = match.group()
            keys.append(tomllib.loads(f"key = {raw}")["key"] if raw[0] in "\"'" else raw)
            self._skip(_SPACE)
            if self._peek() != ".":
                return keys
            self.at += 1

    def _through_arrays(self, path: KeyPath, keys: list[str]) -> KeyPath:
        """Return the path of a header, led through the last element of each array of tables."""
        for i, key in enumerate(keys):
            path += (key,)
            if path in self.elements and i + 1 < len(keys):
                path += (self.elements[path],)
        return path

    def _record(self, path: KeyPath, line: int, below: int = 0) -> None:
        for length in range(below + 1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _line(self) -> int:
        return bisect_right(self.breaks, self.at - 1) + 1

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self.text, self.at)
        if match is None:
            return False
        self.at = match.end()
        return True
