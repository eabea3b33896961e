"""Where in a TOML text each key stands; the standard reader gives no positions."""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_right

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
