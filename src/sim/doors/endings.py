"""How a command can end otherwise than well or refused."""

from __future__ import annotations

import errno
import re

import click

INTERRUPTED = 130
FAILED = 1


class Failed(click.ClickException):
    """A request that was right but could not be carried out; exit code 1."""

    exit_code = FAILED


class Interrupted(click.ClickException):
    """Ctrl-C, with what became of the work."""

    exit_code = INTERRUPTED


def lacks_memory(error: BaseException | None) -> bool:
    """Say whether an error comes from a lack of memory: libraries that cannot be loaded for it give other names."""
    words = "failed to map segment|cannot allocate|out of memory|can't start new thread|failed to launch"
    while error is not None:
        told = re.search(words, str(error), re.I)
        if isinstance(error, MemoryError) or told or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        error = error.__cause__ or error.__context__
    return False
