"""What stands in the folder of a sweep, read and checked: manifest, journal, files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.errors import Problem, UserError
from sim.study import result
from sim.study.store import MANIFEST
from sim.study.sweeps.experiment import from_record

FORMAT, FORMAT_VERSION = "skloki-sweep", 1
JOURNAL = "journal.jsonl"
TABLES = ("runs", "curves", "bins")
AGAIN = "start the same sweep again: it makes this part anew"
KEYS = {"name": str, "experiment": dict, "plan": dict, "columns": dict, "months": list}


def manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a sweep; UserError where there is none, or it is damaged or of another format."""
    if not folder.is_dir():
        found = "a file" if folder.exists() else ""
        allowed = "the folder of a sweep" if found else "there is no such folder"
        raise UserError(Problem(str(folder), found=found, allowed=allowed))
    place = str(folder / MANIFEST)
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise UserError(Problem(str(folder), allowed=f"no sweep: it has no {MANIFEST}")) from None
    except OSError as error:
        raise UserError(Problem(place, allowed=f"cannot be read: {error.strerror}")) from error
    except ValueError as error:
        raise UserError(Problem(place, allowed=f"is damaged: {error}")) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UserError(Problem(place, allowed="this is not the manifest of a sweep"))
    version = found.get("format_version")
    if version != FORMAT_VERSION:
        allowed = f"{FORMAT_VERSION}; the sweep was made by another version of skloki"
        raise UserError(Problem(place, field="format_version", found=str(version), allowed=allowed))
    problems = result.mistyped(found, KEYS, place)
    if not problems:
        try:
            from_record(found["experiment"])
        except (KeyError, TypeError, ValueError) as error:
            problems = [Problem(place, "experiment", allowed=f"is damaged: {type(error).__name__}: {error}")]
    if problems:
        raise UserError(problems)
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
    return result.fault(
        folder, name, record, verify=verify, source=JOURNAL, meant="what was written", remedy=f"; {AGAIN}"
    )
