"""Writing all or nothing: work in a hidden folder beside the destination, then rename."""

from __future__ import annotations

import errno
import logging
import os
import platform
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, count
from pathlib import Path

from sim.errors import UTF8, Problem, UserError, not_utf8

LEFT = re.compile(r"\.partial-(\d+)(?:-\d+)?(?:@(\w+))?$")
"""The end of a hidden folder's name: process, and machine."""
IDLE = 86_400
"""Seconds after which a folder that does not tell its machine is nobody's."""


@dataclass
class Staging:
    """A folder in the making."""

    folder: Path  #: the hidden folder to write into
    destination: Path  #: where it will stand; known for certain when the context has been left


@contextmanager
def disk(place: Path) -> Iterator[None]:
    """Turn an error of the file system into a message that names the place."""
    strange = not_utf8(os.path.abspath(place))
    if strange:
        raise UserError(Problem(strange, allowed=f"cannot be written to: {UTF8}"))
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno == errno.ENOSPC:
            reason = "no space left on the disk; nothing was stored"
        raise UserError(Problem(str(place), allowed=f"cannot be written: {reason}")) from error


@contextmanager
def staged_folder(
    destination: Path, replaceable: Callable[[Path], bool], *, force: bool = False, numbered: bool = False
) -> Iterator[Staging]:
    """Give a hidden folder that takes the destination's place when the block ends well.

    The destination must not exist, or be empty; or ``replaceable``, if ``force`` is given: then the old one is moved
    aside first and deleted last. ``numbered``: where it exists, take the next free name, ``NAME-2`` and so on.
    """
    with disk(destination):
        wanted = destination = destination.resolve()
    if numbered:
        destination = _free_name(wanted)
    check_destination(destination, replaceable, force=force)
    staging = Staging(_hidden(destination), destination)
    try:
        yield staging
        with disk(destination):
            _sync_tree(staging.folder)
            if numbered:
                _move_to_free_name(staging, wanted)
            else:
                _move(staging, replaceable, force=force)
            sync_folder(staging.destination.parent)
    except BaseException:
        shutil.rmtree(staging.folder, ignore_errors=True)
        raise


@contextmanager
def staged_files(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give a hidden folder whose files move into another, existing or new one, when the block ends well.

    They stand there beside whatever else is there. Files of the same names are replaced or refused.
    """
    with disk(folder):
        folder = folder.resolve()
        new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
    hidden = _hidden(folder / "files")
    try:
        yield hidden
        with disk(folder):
            _sync_tree(hidden)
            files = [path.relative_to(hidden) for path in hidden.rglob("*") if path.is_file()]
            files.sort(key=lambda file: (file.name == "manifest.json", file))  # the last, since it says what is there
            taken = [str(file) for file in files if not replace and (folder / file).exists()]
            if taken:
                allowed = "another folder, or --force to replace these files"
                raise UserError(Problem(str(folder), found="there already: " + ", ".join(taken), allowed=allowed))
            for file in files:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                os.replace(hidden / file, folder / file)
            sync_folder(folder)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
        if new:
            with suppress(OSError):
                folder.rmdir()  # only if nothing came to stand in it


def check_destination(destination: Path, replaceable: Callable[[Path], bool], *, force: bool = False) -> None:
    """Refuse a destination that holds something which must not be replaced."""
    place = str(destination)
    if destination == Path.cwd() or destination.parent == destination:
        raise UserError(Problem(place, found="the current folder itself", allowed="the name of a new folder"))
    with disk(destination):
        if not os.path.lexists(destination):
            return
        if not destination.is_dir():
            raise UserError(Problem(place, found="a file", allowed="the name of a new folder"))
        if os.path.ismount(destination):
            raise UserError(Problem(place, found="a mounted disk", allowed="the name of a folder on it"))
        if not any(destination.iterdir()):
            return
    if not replaceable(destination):
        raise UserError(Problem(place, found="a folder with other files in it", allowed="a new or empty folder"))
    if not force:
        raise UserError(Problem(place, "", "an earlier result", "a new folder, or --force to replace the result"))


def write_whole(path: Path, content: bytes, put: Callable[[Path, Path], None] | None = None) -> None:
    """Write a file under a hidden name, make it durable, and let it take its place."""
    # of no other thread of this machine, nor of another machine
    hidden = path.with_name(f".{path.name}.partial-{threading.get_native_id()}@{machine()}")
    try:
        with hidden.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        (put or os.replace)(hidden, path)
    except BaseException:
        with suppress(OSError):
            hidden.unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems cannot do this for folders; a full disk must still be heard of.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def _hidden(destination: Path) -> Path:
    """Make the hidden folder; process and machine in its name tell whose it was after a crash."""
    with disk(destination):
        destination.parent.mkdir(parents=True, exist_ok=True)
        _clear(destination.parent)
        number = 1
        while True:
            suffix = f"-{number}" if number > 1 else ""
            folder = destination.with_name(f".{destination.name}.partial-{os.getpid()}{suffix}@{machine()}")
            with suppress(FileExistsError):
                folder.mkdir()
                return folder
            number += 1


def machine() -> str:
    """Return this machine as hidden names have it."""
    return sha256(platform.node().encode()).hexdigest()[:6]


def _clear(parent: Path) -> None:
    """Remove what processes of this machine that are gone have left unfinished, and say so."""
    for left in parent.glob(".*.partial-*"):
        found = LEFT.search(left.name)
        if found is None or not left.is_dir() or _lives(int(found[1])):
            continue
        # Names of earlier versions do not tell the machine: there may be another that is at it.
        if found[2] == machine() if found[2] else _idle(left):
            shutil.rmtree(left, ignore_errors=True)
            logging.getLogger(__name__).warning("%s was left unfinished by a process that is gone: removed", left)


def _lives(process: int) -> bool:
    if os.name != "posix":
        return True  # there is no harmless way to ask
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass
    return True


def _idle(folder: Path) -> bool:
    """Say whether nothing in a folder was touched for a day."""
    return time.time() - max(path.stat().st_mtime for path in (folder, *folder.rglob("*"))) > IDLE


def _free_name(destination: Path) -> Path:
    names = chain([destination], (destination.with_name(f"{destination.name}-{number}") for number in count(2)))
    with disk(destination):
        return next(name for name in names if not os.path.lexists(name))


def _move_to_free_name(staging: Staging, wanted: Path) -> None:
    while True:
        try:
            staging.folder.rename(staging.destination)
            return
        except OSError as error:
            # Another run that began in the same second was faster.
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
            staging.destination = _free_name(wanted)


def _move(staging: Staging, replaceable: Callable[[Path], bool], *, force: bool) -> None:
    # Looked at again: a run is long, and somebody else may have written there meanwhile.
    check_destination(staging.destination, replaceable, force=force)
    with suppress(OSError):
        staging.destination.rmdir()  # an empty folder; some systems rename onto none
    if not staging.destination.exists():
        staging.folder.rename(staging.destination)
        return
    aside = staging.folder.with_name(staging.folder.name.replace(".partial-", ".replaced-"))
    staging.destination.rename(aside)
    try:
        staging.folder.rename(staging.destination)
    except BaseException:
        aside.rename(staging.destination)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("r+b") as file:
                os.fsync(file.fileno())
    sync_folder(folder)
