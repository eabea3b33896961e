"""One process at a time writes into a folder: a lock that ends with its holder, even if that is killed."""

from __future__ import annotations

import errno
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sim.errors import Problem, UserError
from sim.results.atomic import disk

LOCK = "sweep.lock"
PATIENCE = 1.0
"""Seconds: somebody who only looks whether the lock is held holds it for a moment."""


@contextmanager
def locked(folder: Path, note: Callable[[str], None]) -> Iterator[None]:
    """Hold a folder's lock; the folder is made if it is not there.

    Raises
    ------
    UserError
        Another process holds it; it is named.
    """
    with disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("a+b")
    with file:
        until = time.monotonic() + PATIENCE
        while not _take(file, note):
            if time.monotonic() > until:
                found, allowed = f"another sweep writes here: {_named(file)}", "another folder (--out), or wait"
                raise UserError(Problem(str(folder), found=found, allowed=allowed))
            time.sleep(0.05)
        with disk(folder):
            file.truncate(0)
            file.write(json.dumps({"pid": os.getpid(), "host": platform.node()}).encode())
            file.flush()
        yield


def holder(folder: Path) -> str:
    """Return which process writes into a folder, in words; an empty text if none does."""
    try:
        file = (folder / LOCK).open("rb")
    except OSError:
        return ""
    with file:
        return "" if _take(file, lambda text: None, shared=True) else _named(file)


def _named(file: BinaryIO) -> str:
    try:
        file.seek(0)
        found = json.loads(file.read())
        return f"process {found['pid']} on {found['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that has just begun"


def _take(file: BinaryIO, note: Callable[[str], None], *, shared: bool = False) -> bool:
    """Take the lock, to be let go when the file is closed; say whether that could be done."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        note(f"{file.name}: this file system knows no locks; make sure that no other sweep writes into this folder")
    return True
