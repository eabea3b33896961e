"""The folder of a sweep: its journal, and writing to it, chunk by chunk, each whole or not at all.

A chunk, stored as a part, counts when its line stands in the journal, which is written after its files are in place.
Whatever happens in between, the next sweep into the same folder finds what was finished and makes the rest.

A share writes its lines into a journal of its own, and touches nothing that another one may be at: the sweep takes its
lines over, and tidies up, when no share is at work.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from filelock import Timeout

from sim.errors import Problem, UserError, misfits
from sim.results.atomic import sync_folder, write_whole
from sim.results.folder import MANIFEST, Format, file_record, is_outside, manifest_text, read_manifest
from sim.results.sweep_locks import LOCK, PATIENCE, SHARES, WRITER, Share, flocked, locked, shares

JOURNAL = "journal.jsonl"
AGAIN = "start the same sweep again: it makes this part anew"
ENTRY = {
    "part": int, "files": {"*": {"bytes": int, "sha256": str}}, "runs": int, "failed": int, "seconds": int | float,
    "finished": str, "host?": str, "versions?": dict,
}  # fmt: skip
"""Shape of a line; earlier ones do not say where, and by which versions of libraries, a part was made."""
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


class Made(NamedTuple):
    """A chunk that was worked out."""

    number: int
    files: dict[str, bytes]  #: content by the file's name in the sweep's folder
    runs: int
    failed: int
    seconds: float  #: it took one thread
    where: Mapping[str, Any]  #: host and versions of the process that made it


class Journal(NamedTuple):
    """What a journal says, or several do."""

    parts: dict[int, dict[str, Any]]  #: those that are done, by number: of each its last line
    problems: list[Problem]  #: lines that are damaged. What they stood for is not done, and made anew by the next sweep
    torn: bool  #: whether a last line is not whole: its writer was killed, or is still writing
    unmerged: Sequence[Share] = ()  #: shares that have journals of their own

    @property
    def sound(self) -> bool:
        """Whether it has nothing but whole lines."""
        return not self.problems and not self.torn


def read_journal(folder: Path) -> Journal:
    """Read what is done of a sweep, merged or not; UserError where that cannot be read."""
    # Its own journal last: what is merged meanwhile stands in it.
    unmerged = shares(folder)
    places = [*(share.place(folder) for share in unmerged), folder / JOURNAL]
    parts: dict[int, dict[str, Any]] = {}
    found = [read_lines(place) for place in places]
    for journal in found:
        for number, entry in journal.parts.items():
            if number not in parts or _finished(parts[number]) <= _finished(entry):
                parts[number] = entry
    problems = [fault for one in found for fault in one.problems]
    return Journal(parts, problems, any(one.torn for one in found), unmerged)


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


class Store:
    """A sweep's folder, open for writing; its lock must be held.

    Attributes
    ----------
    known
        The manifest of what has begun there, if anything has.
    journal
        As it was found, of the sweep and its shares.
    share
        What is to be made of the sweep, if not all.
    done
        The journal's last line of every chunk that is whole; others are made anew. In a share, of its own chunks.
    notes
        What was found amiss and mended.
    """

    def __init__(
        self, folder: Path, known: dict[str, Any] | None, journal: Journal, share: Share | None = None
    ) -> None:
        self.folder, self.known, self.journal, self.share = folder, known, journal, share
        self.notes = list[str]()
        self._file: BinaryIO | None = None
        with self._disk():
            self.done = {
                number: entry for number, entry in journal.parts.items()
                if (share is None or share.holds(number)) and self._is_whole(number, entry)
            }  # fmt: skip

    def establish(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Write the manifest where none is there, and return the one that is: of several shares one is the first."""
        with self._disk():
            write_whole(self.folder / MANIFEST, manifest_text({**SWEEP.head, **manifest}).encode(), put=_link)
            sync_folder(self.folder)
        self.known = read_manifest(self.folder, SWEEP)
        return self.known

    def begin(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest where another one is known, tidy up, open the journal; a share opens its own alone."""
        with self._disk():
            if self.share is not None:
                place = self.share.place(self.folder)
                own = read_lines(place)
                problems = own.problems
                kept = [entry for number, entry in own.parts.items() if self.done.get(number) == entry]
                mended = not own.sound or len(kept) < len(own.parts)
            else:
                self._remove_unfinished()
                problems = self.journal.problems
                place, kept = self.folder / JOURNAL, [*self.done.values()]
                mended = self._merges() or not self.journal.sound or len(kept) < len(self.journal.parts)
                whole = {**SWEEP.head, **manifest}  # one that began in an earlier version of the format says so itself
                if whole != self.known:
                    write_whole(self.folder / MANIFEST, manifest_text(whole).encode())
            self.notes += [f"{one.where} was damaged; the part that it stood for is made anew, unless another has it"
                           for one in problems]  # fmt: skip
            if mended:
                write_whole(place, b"".join(map(_as_line, kept)))
                sync_folder(place.parent)
            if self.share is None:
                shutil.rmtree(self.folder / SHARES, ignore_errors=True)
            self._file = place.open("ab", buffering=0)
            sync_folder(place.parent)

    def _remove_unfinished(self) -> None:
        """Remove what killed processes have left, here and on other machines."""
        for folder in (self.folder, *(self.folder / table for table in TABLES)):
            for left in folder.glob(".*.partial-*"):
                left.unlink()
                self.notes.append(f"{left} was left unfinished by a process that is gone: removed")

    def _merges(self) -> bool:
        """Say whether there are shares to be merged, and note what comes of it."""
        unmerged = len(self.journal.unmerged)
        if unmerged:
            own = read_lines(self.folder / JOURNAL).parts
            new = [number for number, entry in self.done.items() if own.get(number) != entry]
            self.notes.append(f"shares are merged: {unmerged}; parts taken over: {len(new):,}")
        return unmerged > 0

    def close(self) -> None:
        """Let go of the journal; a share's in which nothing stands is no share that is to be merged."""
        if self._file is not None:
            empty = self.share is not None and not os.fstat(self._file.fileno()).st_size
            self._file.close()
            if self.share is not None and empty:
                self.share.place(self.folder).unlink(missing_ok=True)

    def add(self, made: Made) -> None:
        """Store a chunk: its files, then its line; where that fails, those before are kept."""
        self._add(made.files, {
            "part": made.number,
            "files": {
                name: {"bytes": len(content), "sha256": sha256(content).hexdigest()}
                for name, content in made.files.items()
            },
            "runs": made.runs, "failed": made.failed, "seconds": round(made.seconds, 3),
            "finished": datetime.now(UTC).isoformat(timespec="milliseconds"), **made.where,
        })  # fmt: skip

    def take(self, other: Store) -> None:
        """Copy the chunks that another folder has and this one lacks; none that is not whole."""
        found = 0
        for number, entry in other.done.items():
            # what somebody else's journal names may lie among tables alone
            if number in self.done or any(Path(name).parts[0] not in TABLES for name in entry["files"]):
                continue
            with other._disk():
                files = {name: (other.folder / name).read_bytes() for name in entry["files"]}
            if all(sha256(files[name]).hexdigest() == record["sha256"] for name, record in entry["files"].items()):
                self._add(files, entry)
                found += 1
        self.notes += [*other.notes, f"parts taken over from {other.folder}: {found:,}"]

    def _add(self, files: Mapping[str, bytes], entry: dict[str, Any]) -> None:
        assert self._file is not None
        with self._disk():
            for table in {(self.folder / name).parent for name in files}:
                if not table.exists():  # of those that are kept alone, so that none stays empty
                    table.mkdir(exist_ok=True)
                    sync_folder(self.folder)
            for name, content in files.items():
                write_whole(self.folder / name, content)
            for folder in {(self.folder / name).parent for name in files}:
                sync_folder(folder)
            _append(self._file, _as_line(entry))
        self.done[entry["part"]] = entry

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


def published(manifest: Mapping[str, Any], parts: Collection[int]) -> bool:
    """Return whether a page was written of a sweep, which adds ``done``, and none of its runs is there."""
    return "done" in manifest and not parts


def made_by(name: str) -> str:
    """Return in words what makes the runs of an experiment, and where."""
    return f"skloki sweep {name} makes them, in {usual_place(name)}"


@contextmanager
def opened(folder: Path, note: Callable[[str], None], share: Share | None = None) -> Iterator[Store]:
    """Hold a folder's lock, and give the folder with what has begun there."""
    with locked(folder, note, share):
        store = Store(folder, begun(folder), read_journal(folder), share)
        try:
            yield store
        finally:
            store.close()


def begun(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of the sweep in a folder, or none where one may begin."""
    if (folder / MANIFEST).exists() or (folder.exists() and not folder.is_dir()):
        return read_manifest(folder, SWEEP)
    if folder.exists() and not all(map(_may_stand, folder.iterdir())):
        if (folder / MANIFEST).exists():  # another share has begun it in this moment
            return read_manifest(folder, SWEEP)
        raise UserError(Problem(str(folder), "", "a folder with other files in it", "a new or empty folder"))
    return None


def _may_stand(path: Path) -> bool:
    """Say whether a sweep that was killed before it had a manifest may have left this."""
    known = path.name in (LOCK, WRITER, SHARES) or ".partial-" in path.name
    return known or (path.name in TABLES and not any(path.iterdir()))


def _link(hidden: Path, path: Path) -> None:
    """Let a file take its place, unless another one has."""
    try:
        os.link(hidden, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        with suppress(OSError, Timeout), flocked(path.with_name(f".{path.name}.partial-begun"), PATIENCE):
            if not path.exists():
                os.replace(hidden, path)
        if not path.exists():  # nor with locks: of two at the same moment the last one stays, and both read it
            os.replace(hidden, path)
    hidden.unlink(missing_ok=True)


def _as_line(entry: dict[str, Any]) -> bytes:
    """Return an entry as it is stored."""
    return json.dumps(entry, separators=(",", ":")).encode() + b"\n"


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
