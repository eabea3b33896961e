"""The journal of a sweep: a line for each part that is done, with its files. The one reader of it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import Problem, UserError, misfits
from sim.results.folder import is_outside

JOURNAL = "journal.jsonl"
AGAIN = "start the same sweep again: it makes this part anew"
ENTRY = {
    "part": int, "files": {"*": {"bytes": int, "sha256": str}}, "runs": int, "failed": int, "seconds": int | float,
    "finished": str,
}  # fmt: skip
"""Shape of a line."""


class Journal(NamedTuple):
    """What a journal says."""

    parts: dict[int, dict[str, Any]]  #: those that are done, by number, in the order of the file: of each its last line
    problems: list[Problem]  #: lines that are damaged. What they stood for is not done, and made anew by the next sweep
    torn: bool  #: whether the last line is not whole: its writer was killed, or is still writing

    @property
    def sound(self) -> bool:
        """Whether it has nothing but whole lines."""
        return not self.problems and not self.torn


def read_journal(folder: Path) -> Journal:
    """Read the journal of a sweep; UserError where it cannot be read, and none if it is not there yet."""
    place = folder / JOURNAL
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
            fault = _fault(entry)
        except (ValueError, RecursionError) as error:
            fault = str(error)
        if fault:
            problems.append(Problem(f"{place}:{number}", allowed=f"is damaged: {fault}; {AGAIN}"))
        else:
            parts[entry["part"]] = entry
    return Journal(parts, problems, torn=bool(last))


def _fault(entry: Any) -> str:
    """Return what is wrong with a line, in words; nothing if it is sound."""
    for field, found, allowed in misfits(entry, ENTRY):
        return f"{field}: found {found}; allowed: {allowed}" if field else f"found {found}; allowed: {allowed}"
    for field in ("part", "runs", "failed", "seconds"):
        if not 0 <= entry[field] < float("inf"):
            return f"{field}: found {entry[field]}; allowed: 0 or more"
    if any(is_outside(name) for name in entry["files"]):
        return "files: allowed: files inside the folder"
    if datetime.fromisoformat(entry["finished"]).tzinfo is None:
        return f"finished: found {entry['finished']!r}; allowed: a time with its zone"
    return ""
