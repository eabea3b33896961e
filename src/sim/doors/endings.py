"""How a command can end otherwise than well or refused: failures, Ctrl-C, requests to end, whatever libraries do.

Python raises an interrupt wherever it happens to be. In the midst of an import or of a compilation a library may
swallow it, or turn it into an error of its own; in a destructor, or where C calls back, Python itself lets go of it and
prints it. So it is remembered too, and raised again at the next month of the run; what Python would print is no news.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

INTERRUPTED = 130
FAILED = 1
TOGETHER = 2.0
"""Seconds: the end of a session sends TERM and HUP, and the second must not disturb what the first lets clean up."""

ENDS = (KeyboardInterrupt, SystemExit)

_received: list[tuple[int, float]] = []


class Failed(click.ClickException):
    """A request that was right but could not be carried out; exit code 1."""

    exit_code = FAILED


class Interrupted(click.ClickException):
    """Ctrl-C, with what became of the work."""

    exit_code = INTERRUPTED


@contextmanager
def kept() -> Iterator[None]:
    """Say of what ends early that the same command goes on from what is finished."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted("interrupted: what is finished is kept, the same command goes on from there") from error


def lacks_memory(error: BaseException | None) -> bool:
    """Say whether an error comes from a lack of memory: libraries that cannot be loaded for it give other names."""
    words = "failed to map segment|cannot allocate|out of memory|can't start new thread|failed to launch"
    while error is not None:
        told = re.search(words, str(error), re.I)
        if isinstance(error, MemoryError) or told or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        error = error.__cause__ or error.__context__
    return False


def listen() -> None:
    """Take over the signals that ask a process to end, and what Python would say where it cannot raise them."""
    told = sys.unraisablehook
    sys.unraisablehook = lambda lost: None if _received and lost.exc_type in ENDS else told(lost)
    # Where the shell has told a background job to ignore Ctrl-C, it stays ignored.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _receive)
    if os.name == "posix":
        signal.signal(signal.SIGTERM, _receive)
        # The terminal was closed; under nohup that is ignored, and stays so.
        if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
            signal.signal(signal.SIGHUP, _receive)


def received() -> bool:
    """Say whether the process has been asked to end."""
    return bool(_received)


def watched(progress: Callable[[int, int], None] | None) -> Callable[[int, int], None]:
    """Return a progress function that also raises an interrupt that was swallowed."""

    def watch(done: int, total: int) -> None:
        if _received:
            _raise(_received[0][0])
        if progress is not None:
            progress(done, total)

    return watch


def _receive(number: int, frame: FrameType | None) -> None:
    now = time.monotonic()
    again = number != signal.SIGINT and bool(_received) and now - _received[-1][1] < TOGETHER
    _received.append((number, now))
    if not again:
        _raise(number)


def _raise(number: int) -> None:
    # As exceptions, so that a run under way cleans up behind itself.
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)
