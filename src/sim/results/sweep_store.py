"""The folder of a sweep: its format, its lock, its journal; chunks come one by one, each whole or not at all.

A chunk, stored as a part, counts when its line stands in the journal, which is written after its files are in place.
Whatever happens in between, the next sweep into the same folder finds what was finished and makes the rest. One process
at a time writes: the lock ends with its holder, even if that is killed.
"""

from __future__ import annotations

import errno
import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from filelock import FileLock, Timeout

from sim.errors import Problem, UserError, misfits
from sim.results.atomic import disk, sync_folder
from sim.results.folder import MANIFEST, Format, file_record, is_outside, manifest_text, read_manifest

TABLES = ("runs", "curves", "bins", "places")
# In version 1 a span's mean was over the months in which an outcome is defined in the run itself, and not in all worlds
# of its pair; such a sweep goes on as it was begun.
SWEEP = Format(
    "sweep", "sweep", "skloki-sweep", 2,
    {
        "name": str, "title": str, "experiment": dict,
        "plan": {"blocks": [{"points": (int, int), "replicates": (int, int)}], "combinations": int, "part_units": int},
        "columns": {"levers": [str], "uncertainties": [str], "outcomes": [(str, str, str, str)]}, "months": [str],
        "draws": [str], "model": str, "models?": [str], "versions": dict, "platform": str, "commit": str | None,
        "commits?": [str], "created": str,
    },
)  # fmt: skip

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
            fault = _line_fault(entry)
        except (ValueError, RecursionError) as error:
            fault = str(error)
        if fault:
            problems.append(Problem(f"{place}:{number}", allowed=f"is damaged: {fault}; {AGAIN}"))
        else:
            parts[entry["part"]] = entry
    return Journal(parts, problems, torn=bool(last))


def _line_fault(entry: Any) -> str:
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


LOCK, WRITER = "sweep.lock", "sweep.writer"
"""What is locked, and who has done so last: not one file, since another may empty what it tries to lock."""
PATIENCE, LOOK = 1.0, 0.2
"""Seconds to wait for a lock: somebody who only looks whether it is held holds it for a moment."""


@contextmanager
def locked(folder: Path, note: Callable[[str], None]) -> Iterator[None]:
    """Hold a folder's lock; the folder is made if it is not there."""
    with disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOCK).touch()
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=PATIENCE, poll_interval=0.05)
    except Timeout:
        found, allowed = f"another sweep writes here: {_named(folder)}", "another folder (--out), or wait"
        raise UserError(Problem(str(folder), found=found, allowed=allowed)) from None
    except (OSError, NotImplementedError):
        note(f"{folder / LOCK}: this file system knows no locks; make sure that no other sweep writes into this folder")
    try:
        with disk(folder):
            (folder / WRITER).write_text(json.dumps({"pid": os.getpid(), "host": platform.node()}))
        yield
    finally:
        lock.release()


def holder(folder: Path) -> str:
    """Return which process writes into a folder, in words; an empty text if none does."""
    if not (folder / LOCK).exists():
        return ""
    try:
        with FileLock(folder / LOCK).acquire(timeout=LOOK, poll_interval=0.05):
            return ""
    except Timeout:
        return _named(folder)
    except (OSError, NotImplementedError):
        return ""


def _named(folder: Path) -> str:
    try:
        found = json.loads((folder / WRITER).read_bytes())
        return f"process {found['pid']} on {found['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that has just begun"


class Made(NamedTuple):
    """A chunk that was worked out."""

    number: int
    files: dict[str, bytes]  #: content by the file's name in the sweep's folder
    runs: int
    failed: int
    seconds: float  #: it took one thread


class Store:
    """A sweep's folder, open for writing; its lock must be held.

    Attributes
    ----------
    journal
        As it was found.
    done
        The journal's last line of every chunk that is whole; others are made anew.
    notes
        What was found amiss and mended.
    """

    def __init__(self, folder: Path, journal: Journal) -> None:
        self.folder, self.journal, self.notes = folder, journal, list[str]()
        self._file: BinaryIO | None = None
        with self._disk():
            self.done = {number: entry for number, entry in journal.parts.items() if self._is_whole(number, entry)}

    def begin(self, manifest: Mapping[str, Any], known: Mapping[str, Any] | None) -> None:
        """Write the manifest where another one is known, remove what a killed process left, open the journal."""
        with self._disk():
            for folder in (self.folder, *(self.folder / table for table in TABLES)):
                for left in folder.glob(".*.partial-*"):
                    left.unlink()
                    self.notes.append(f"{left} was left unfinished by a process that is gone: removed")
            if manifest != known:
                write_whole(self.folder / MANIFEST, manifest_text(manifest).encode())
            if not self.journal.sound or len(self.done) < len(self.journal.parts):
                write_whole(self.folder / JOURNAL, b"".join(map(_line, self.done.values())))
            self._file = (self.folder / JOURNAL).open("ab", buffering=0)
            sync_folder(self.folder)

    def close(self) -> None:
        """Let go of the journal."""
        if self._file is not None:
            self._file.close()

    def add(self, made: Made) -> None:
        """Store a chunk: its files, then its line; where that fails, those before are kept."""
        assert self._file is not None
        with self._disk():
            for table in {(self.folder / name).parent for name in made.files}:
                if not table.exists():  # of those that are kept alone, so that none stays empty
                    table.mkdir()
                    sync_folder(self.folder)
            for name, content in made.files.items():
                write_whole(self.folder / name, content)
            for folder in {(self.folder / name).parent for name in made.files}:
                sync_folder(folder)
            entry = {
                "part": made.number,
                "files": {
                    name: {"bytes": len(content), "sha256": sha256(content).hexdigest()}
                    for name, content in made.files.items()
                },
                "runs": made.runs, "failed": made.failed, "seconds": round(made.seconds, 3),
                "finished": datetime.now(UTC).isoformat(timespec="milliseconds"),
            }  # fmt: skip
            _append(self._file, _line(entry))
        self.done[made.number] = entry

    def _is_whole(self, number: int, entry: Mapping[str, Any]) -> bool:
        for name, record in entry["files"].items():
            path = self.folder / name
            if not path.exists() or file_record(path) != record:
                fault = "is damaged" if path.exists() else "is missing"
                self.notes.append(f"{path} {fault}; part {number} is made anew")
                return False
        return True

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            what = "what is finished is kept; the same command again goes on from there"
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                reason, what = "no space left on the disk", f"free some space; {what}"
            raise UserError(Problem(str(self.folder), allowed=f"cannot be written: {reason}; {what}")) from error


def usual_place(name: str) -> Path:
    """Return the folder of an experiment's sweep where no other is asked for."""
    return Path("results") / "sweeps" / name


@contextmanager
def opened(folder: Path, note: Callable[[str], None]) -> Iterator[tuple[dict[str, Any] | None, Journal]]:
    """Hold a folder's lock, and give the manifest and the journal of what has begun there."""
    with locked(folder, note):
        yield begun(folder), read_journal(folder)


def begun(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of the sweep in a folder, or none where one may begin."""
    if (folder / MANIFEST).exists() or (folder.exists() and not folder.is_dir()):
        return read_manifest(folder, SWEEP)
    if folder.exists() and not all(map(_may_stand, folder.iterdir())):
        raise UserError(Problem(str(folder), "", "a folder with other files in it", "a new or empty folder"))
    return None


def _may_stand(path: Path) -> bool:
    """Say whether a sweep that was killed before it had a manifest may have left this."""
    known = path.name in (LOCK, WRITER) or ".partial-" in path.name
    return known or (path.name in TABLES and not any(path.iterdir()))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a hidden name, make it durable, and let it take its place."""
    hidden = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        with hidden.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(hidden, path)
    except BaseException:
        with suppress(OSError):
            hidden.unlink()
        raise


def _append(journal: BinaryIO, line: bytes) -> None:
    """Append a line and make it durable, or leave the journal as it was."""
    before = os.fstat(journal.fileno()).st_size
    try:
        written = journal.write(line)
        if written != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(journal.fileno())
    except OSError:
        with suppress(OSError):
            os.ftruncate(journal.fileno(), before)
        raise


def _line(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, separators=(",", ":")).encode() + b"\n"
