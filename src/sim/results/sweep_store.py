"""The folder of a sweep: chunks come one by one, each whole or not at all, and one process at a time may write.

A chunk, stored as a part, counts when its line stands in the journal, which is written after its files are in place.
Whatever happens in between, the next sweep into the same folder finds what was finished and makes the rest.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, UserError
from sim.results.atomic import sync_folder
from sim.results.folder import MANIFEST, file_record, manifest_text, read_manifest
from sim.results.journal import JOURNAL, Journal, read_journal
from sim.results.locking import LOCK, WRITER, locked
from sim.results.sweep import SWEEP, TABLES


@dataclass(frozen=True)
class Made:
    """A chunk that was worked out."""

    number: int
    files: dict[str, bytes]  #: content by the file's name in the sweep's folder
    runs: int
    failed: int
    seconds: float  #: it took one thread
    #: for the estimate so far: by point, the sum of the headline's values over pairs, and their number
    first_point: int
    sums: NDArray[np.float64] = field(repr=False)
    counts: NDArray[np.int64] = field(repr=False)


@dataclass
class Store:
    """A sweep's folder, open for writing; its lock must be held."""

    folder: Path
    manifest: dict[str, Any]  #: as stored
    journal: Journal  #: as it was found
    #: the journal's last line of every chunk that is whole
    done: dict[int, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  #: what was found amiss and mended
    _file: BinaryIO | None = None

    def begin(self) -> None:
        """Check what is there, remove what a killed process has left, and open the journal."""
        with self._disk():
            for folder in (self.folder, *(self.folder / table for table in TABLES)):
                for left in folder.glob(".*.partial-*"):
                    left.unlink()
                    self.notes.append(f"{left} was left unfinished by a process that is gone: removed")
            parts = self.journal.parts
            self.done = {number: entry for number, entry in parts.items() if self._is_whole(number, entry)}
            if not self.journal.sound or len(self.done) < len(parts):
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
                "part": made.number, "files": {name: _record(content) for name, content in made.files.items()},
                "runs": made.runs, "failed": made.failed, "seconds": round(made.seconds, 3),
                "finished": datetime.now(UTC).isoformat(timespec="milliseconds"),
            }  # fmt: skip
            _append(self._file, _line(entry))
        self.done[made.number] = entry

    def write_manifest(self) -> None:
        """Write the manifest as it is now, all or nothing."""
        with self._disk():
            write_whole(self.folder / MANIFEST, manifest_text(self.manifest).encode())
            sync_folder(self.folder)

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


def _record(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": sha256(content).hexdigest()}
