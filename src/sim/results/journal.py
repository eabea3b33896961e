"""What stands in the folder of a sweep, read and checked: manifest, journal, files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.errors import Problem, UserError
from sim.experiment.experiment import from_record
from sim.results import opening
from sim.results.store import MANIFEST

FORMAT, FORMAT_VERSION = "skloki-sweep", 2
"""In version 1 a span's mean was over the months in which an outcome is defined in the run itself, and not in all
worlds of its pair; such a sweep goes on as it was begun."""
JOURNAL = "journal.jsonl"
TABLES = ("runs", "curves", "bins")
AGAIN = "start the same sweep again: it makes this part anew"
SWEEP = opening.Format(
    "sweep", "sweep", FORMAT, FORMAT_VERSION,
    {"name": str, "experiment": dict, "plan": dict, "columns": dict, "months": list},
)  # fmt: skip


def manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a sweep; UserError where there is none, or it is damaged or of another format."""
    found = opening.read_manifest(folder, SWEEP)
    try:
        from_record(found["experiment"])
    except (KeyError, TypeError, ValueError) as error:
        reason = f"is damaged: {type(error).__name__}: {error}"
        raise UserError(Problem(str(folder / MANIFEST), "experiment", allowed=reason)) from error
    return found


def journal(folder: Path) -> dict[int, dict[str, Any]]:
    """Return the parts that are done; a last line that is not whole is one that is being written."""
    place = folder / JOURNAL
    try:
        lines = place.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UserError(Problem(str(place), allowed=f"cannot be read: {error.strerror}")) from error
    parts: dict[int, dict[str, Any]] = {}
    problems = []
    for number, line in enumerate(lines[:-1], start=1):
        try:
            entry = json.loads(line)
            parts[int(entry["part"])] = {key: entry[key] for key in ("files", "runs", "failed")} | entry
        except (ValueError, KeyError, TypeError) as error:
            reason = f"is damaged: {type(error).__name__}: {error}; {AGAIN}"
            problems.append(Problem(f"{place}:{number}", allowed=reason))
    if problems:
        raise UserError(problems)
    return dict(sorted(parts.items()))


def fault(folder: Path, name: str, record: Any, *, verify: bool) -> Problem | None:
    """Return what is wrong with a file of the journal: looked up by its size or, to verify it, by its hash."""
    return opening.fault(
        folder, name, record, verify=verify, source=JOURNAL, meant="what was written", remedy=f"; {AGAIN}"
    )
