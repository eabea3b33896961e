"""Who writes into a sweep's folder: one process, or several that make a share each. A lock ends with its holder.

The sweep holds the folder's lock alone; shares hold it together, and each one of its own besides. So a sweep that
merges and tidies up knows that no share is at work.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from sim.errors import Problem, UserError, several
from sim.results.atomic import disk

try:
    import fcntl
except ImportError:  # no such locks on this system
    fcntl = None  # type: ignore[assignment]
HAS_FLOCK: bool = fcntl is not None

SHARES = "shares"
"""Folder, below a sweep's, of the journals and locks of shares that are not merged yet."""
SHARE = re.compile(r"(\d+)-of-(\d+)")
LOCK, WRITER = "sweep.lock", "sweep.writer"
"""What is locked, and who has done so last: not one file, since another may empty what it tries to lock."""
PATIENCE, LOOK, POLL = 1.0, 0.2, 0.05
"""Seconds to wait for a lock: somebody who only looks whether it is held holds it for a moment."""
NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK)
"""What file systems answer that know no locks."""
OTHERWISE = "another folder (--out), or wait"
NAMED = 3
"""Processes that are named where many are at work."""


class Share(NamedTuple):
    """One of so many shares of a sweep's parts, which a process of its own makes; counted from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @classmethod
    def asked(cls, asked: tuple[int, int] | str) -> Share:
        """Return the share that is asked for, ``3/16`` or ``(3, 16)``, if there is such a one."""
        text = asked if isinstance(asked, str) else "/".join(map(str, several(asked)))
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


@contextmanager
def locked(folder: Path, note: Callable[[str], None], share: Share | None = None) -> Iterator[None]:
    """Hold a folder's lock, alone or as one of its shares; the folder is made if it is not there."""
    with disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOCK).touch()
    lock, writer = folder / LOCK, folder / WRITER
    if share is not None:
        lock, writer = share.place(folder, "lock"), share.place(folder, "writer")
    with ExitStack() as held:
        try:
            if share is not None:
                held.enter_context(_together(folder))
                lock.parent.mkdir(exist_ok=True)  # only now, since a sweep that merges takes it away
            held.enter_context(flocked(lock, PATIENCE))
        except Timeout:
            found = "another sweep writes here" if share is None else f"share {share} is being made"
            who = _named(writer) if share is not None else holder(folder) or _named(writer)
            raise UserError(Problem(str(folder), found=f"{found}: {who}", allowed=OTHERWISE)) from None
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise UserError(Problem(str(lock), allowed=f"cannot be locked: {error.strerror or error}")) from error
            note(f"{lock}: this file system knows no locks; make sure that no other sweep writes into this folder")
        with disk(folder):
            lock.parent.mkdir(exist_ok=True)
            writer.write_text(json.dumps({"pid": os.getpid(), "host": platform.node()}))
        yield


def holder(folder: Path) -> str:
    """Return which process writes into a folder, or which make shares, in words; an empty text if none does."""
    running = [share for share in shares(folder, "lock") if _is_held(share.place(folder, "lock"))]
    if running:
        time.sleep(LOOK)  # another one may have had a look at the same moment
        running = [share for share in running if _is_held(share.place(folder, "lock"))]
    if running:
        named = [f"share {share} by {_named(share.place(folder, 'writer'))}" for share in running[:NAMED]]
        return ", ".join(named) + (f" and {len(running) - NAMED} more" if len(running) > NAMED else "")
    return _named(folder / WRITER) if _is_held(folder / LOCK, LOOK) else ""


@contextmanager
def flocked(lock: Path, patience: float, *, alone: bool = True) -> Iterator[None]:
    """Hold a file's lock, alone or together with others; Timeout where another one's stands in the way for so long.

    Not by filelock where the system has such locks: on a file system without them it takes a file that is there for a
    lock that is held.
    """
    with ExitStack() as held:
        if not HAS_FLOCK:
            if not alone:
                raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
            held.enter_context(FileLock(lock).acquire(timeout=patience, poll_interval=POLL))
        else:
            file = held.enter_context(lock.open("ab" if alone else "rb"))
            how = (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB
            end = time.monotonic() + patience
            while not _taken(file.fileno(), how):
                if time.monotonic() >= end:
                    raise Timeout(str(lock))
                time.sleep(POLL)
        yield


def _taken(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how)
    except (BlockingIOError, PermissionError):
        return False
    return True


@contextmanager
def _together(folder: Path) -> Iterator[None]:
    """Hold a folder's lock together with others; refused where one holds it alone."""
    with ExitStack() as held:
        try:
            held.enter_context(flocked(folder / LOCK, PATIENCE, alone=False))
        except Timeout:
            found = f"another sweep writes here: {_named(folder / WRITER)}"
            raise UserError(Problem(str(folder), found=found, allowed=OTHERWISE)) from None
        yield


def _is_held(lock: Path, patience: float = 0.0) -> bool:
    """Say whether somebody holds a lock; also of a file that one may only read."""
    if not lock.exists():
        return False
    try:
        with flocked(lock, patience, alone=not HAS_FLOCK):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def _named(writer: Path) -> str:
    try:
        found = json.loads(writer.read_bytes())
        return f"process {found['pid']} on {found['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that has just begun"
