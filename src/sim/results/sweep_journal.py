"""Which parts of a sweep are done: a line for each, in the journal of the sweep and in those of its shares."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import Problem, UserError, misfits
from sim.results.folder import is_outside

JOURNAL = "journal.jsonl"
SHARES = "shares"
"""Folder, below a sweep's, of the journals and locks of shares that are not merged yet."""
SHARE = re.compile(r"(\d+)-of-(\d+)")
AGAIN = "start the same sweep again: it makes this part anew"
ENTRY = {
    "part": int, "files": {"*": {"bytes": int, "sha256": str}}, "runs": int, "failed": int, "seconds": int | float,
    "finished": str, "host?": str, "versions?": dict,
}  # fmt: skip
"""Shape of a line; earlier ones do not say where, and by which versions of libraries, a part was made."""


class Share(NamedTuple):
    """One of so many shares of a sweep's parts, which a process of its own makes; counted from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @classmethod
    def asked(cls, asked: tuple[int, int] | str) -> Share:
        """Return the share that is asked for, ``3/16`` or ``(3, 16)``, if there is such a one."""
        text = asked if isinstance(asked, str) else "/".join(map(str, asked))
        found = re.fullmatch("([0-9]{1,6})/([0-9]{1,6})", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            allowed = "K/N, the K-th of N shares, counted from 1: 1/16 to 16/16"
            raise UserError(Problem("--share", found=repr(text), allowed=allowed))
        return cls(int(found[1]), int(found[2]))

    def holds(self, part: int) -> bool:
        """Say whether a part is one of its own."""
        return part % self.of == self.number - 1

    def place(self, folder: Path, kind: str = "jsonl") -> Path:
        """Return a file of its own in a sweep's folder: its journal, which it alone writes, or its lock."""
        return folder / SHARES / f"{self.number}-of-{self.of}.{kind}"


def shares(folder: Path, kind: str = "jsonl") -> list[Share]:
    """Return the shares of which a sweep's folder has such a file: by default those that are not merged yet."""
    found = (SHARE.fullmatch(path.stem) for path in (folder / SHARES).glob(f"*.{kind}"))
    return sorted(Share(int(name[1]), int(name[2])) for name in found if name)


class Journal(NamedTuple):
    """What a journal says, or several do."""

    parts: dict[int, dict[str, Any]]  #: those that are done, by number: of each its last line
    problems: list[Problem]  #: lines that are damaged. What they stood for is not done, and made anew by the next sweep
    torn: bool  #: whether a last line is not whole: its writer was killed, or is still writing

    @property
    def sound(self) -> bool:
        """Whether it has nothing but whole lines."""
        return not self.problems and not self.torn


def read_journal(folder: Path) -> Journal:
    """Read what is done of a sweep, merged or not; UserError where that cannot be read."""
    # Its own journal last: what is merged meanwhile stands in it.
    places = [*(share.place(folder) for share in shares(folder)), folder / JOURNAL]
    parts: dict[int, dict[str, Any]] = {}
    found = [read_lines(place) for place in places]
    for journal in found:
        for number, entry in journal.parts.items():
            if number not in parts or _finished(parts[number]) <= _finished(entry):
                parts[number] = entry
    return Journal(parts, [fault for one in found for fault in one.problems], any(one.torn for one in found))


def read_lines(place: Path) -> Journal:
    """Read one journal; there is nothing in one that is not there."""
    try:
        *lines, last = place.read_bytes().split(b"\n")
    except FileNotFoundError:
        return Journal({}, [], torn=False)
    except OSError as error:
        raise UserError(Problem(str(place), allowed=f"cannot be read: {error.strerror}")) from error
    parts: dict[int, dict[str, Any]] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            fault = next(_line_faults(entry), "")
        except (ValueError, RecursionError) as error:
            fault = str(error)
        if fault:
            problems.append(Problem(f"{place}:{number}", allowed=f"is damaged: {fault}; {AGAIN}"))
        else:
            parts[entry["part"]] = entry
    return Journal(parts, problems, torn=bool(last))


def _line_faults(entry: Any) -> Iterator[str]:
    """Yield what is wrong with a line, in words."""
    for field, found, allowed in misfits(entry, ENTRY):
        yield f"{field}: found {found}; allowed: {allowed}" if field else f"found {found}; allowed: {allowed}"
    for field in ("part", "runs", "failed", "seconds"):
        if not 0 <= entry[field] < float("inf"):
            yield f"{field}: found {entry[field]}; allowed: 0 or more"
    if any(is_outside(name) for name in entry["files"]):
        yield "files: allowed: files inside the folder"
    if _finished(entry).tzinfo is None:
        yield f"finished: found {entry['finished']!r}; allowed: a time with its zone"


def _finished(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["finished"])


def as_line(entry: dict[str, Any]) -> bytes:
    """Return an entry as it is stored."""
    return json.dumps(entry, separators=(",", ":")).encode() + b"\n"
