"""How a command can end otherwise than well or refused."""

from __future__ import annotations

import click

INTERRUPTED = 130


class Failed(click.ClickException):
    """A request that was right but could not be carried out; exit code 1."""

    exit_code = 1


class Interrupted(click.ClickException):
    """Ctrl-C, with what became of the work."""

    exit_code = INTERRUPTED
