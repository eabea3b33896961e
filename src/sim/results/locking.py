"""One process at a time writes into a folder: a lock that ends with its holder, even if that is killed."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sim.errors import Problem, UserError
from sim.results.atomic import disk

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
