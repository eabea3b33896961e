"""Who writes into a sweep's folder: one process, or several that make a share each. A lock ends with its holder.

The sweep holds the folder's lock alone; shares hold it together, and each one of its own besides. So a sweep that
merges and tidies up knows that no share is at work.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sim.errors import Problem, UserError
from sim.results.atomic import disk
from sim.results.sweep_journal import Share, shares

try:
    import fcntl
except ImportError:  # no such locks on this system
    fcntl = None  # type: ignore[assignment]

LOCK, WRITER = "sweep.lock", "sweep.writer"
"""What is locked, and who has done so last: not one file, since another may empty what it tries to lock."""
PATIENCE, LOOK, POLL = 1.0, 0.2, 0.05
"""Seconds to wait for a lock: somebody who only looks whether it is held holds it for a moment."""
OTHERWISE = "another folder (--out), or wait"
NAMED = 3
"""Processes that are named where many are at work."""


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
            held.enter_context(FileLock(lock).acquire(timeout=PATIENCE, poll_interval=POLL))
        except Timeout:
            found = "another sweep writes here" if share is None else f"share {share} is being made"
            who = _named(writer) if share is not None else holder(folder) or _named(writer)
            raise UserError(Problem(str(folder), found=f"{found}: {who}", allowed=OTHERWISE)) from None
        except (OSError, NotImplementedError):
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
def _together(folder: Path) -> Iterator[None]:
    """Hold a folder's lock together with others; refused where one holds it alone."""
    if fcntl is None:
        raise NotImplementedError
    end = time.monotonic() + PATIENCE
    with (folder / LOCK).open("rb") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                break
            except (BlockingIOError, PermissionError):
                if time.monotonic() > end:
                    found = f"another sweep writes here: {_named(folder / WRITER)}"
                    raise UserError(Problem(str(folder), found=found, allowed=OTHERWISE)) from None
                time.sleep(POLL)
        yield


def _is_held(lock: Path, patience: float = 0.0) -> bool:
    if not lock.exists():
        return False
    try:
        with FileLock(lock).acquire(timeout=patience, poll_interval=POLL):
            return False
    except Timeout:
        return True
    except (OSError, NotImplementedError):
        return False


def _named(writer: Path) -> str:
    try:
        found = json.loads(writer.read_bytes())
        return f"process {found['pid']} on {found['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that has just begun"
