"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sim.doors import completion as complete
from sim.doors.terminal import Terminal

Command = TypeVar("Command", bound=Callable[..., Any])


def modes(command: Command) -> Command:
    """Add --quiet and --json, which may stand before or after the command's name."""

    def remember(context: click.Context, parameter: click.Parameter, value: bool) -> None:
        if value:
            setattr(context.ensure_object(Terminal), str(parameter.name), True)

    common: dict[str, Any] = {"is_flag": True, "expose_value": False, "callback": remember}
    command = click.option("--json", help="Print one JSON document.", **common)(command)
    return click.option("--quiet", help="Print the essential only.", **common)(command)


def sets(command: Command) -> Command:
    """Add --set, which may be repeated."""
    return click.option(
        "--set", "sets", multiple=True, metavar="NAME=VALUE", shell_complete=complete.settings,
        help="Override a value, such as parameters.g_y=0.2; may be repeated.",
    )(command)  # fmt: skip


def force(command: Command) -> Command:
    """Add --force."""
    return click.option("--force", is_flag=True, help="Replace what an earlier call has put there.")(command)


def engine(command: Command) -> Command:
    """Add --engine."""
    return click.option(
        "--engine", default="compiled", show_default=True, metavar="NAME", shell_complete=complete.engines,
        help="compiled or reference: the same result, fast or slow and readable.",
    )(command)  # fmt: skip


def engines(command: Command) -> Command:
    """Add --engine and --threads."""
    threads = "Threads of the compiled engine; default: all cores."
    return engine(click.option("--threads", type=click.IntRange(1), metavar="N", help=threads)(command))


def sweep_pictures(command: Command) -> Command:
    """Add what can be asked of the pictures of a sweep: --x, --y, --lever, --option, --scope, --horizon."""
    for name, text in (
        ("horizon", "when; default: its main horizon."), ("scope", "nation or a class."),
        ("option", "option of the lever, against the first; default: all."), ("lever", "lever; default: the first."),
        ("y", "lever or uncertainty of the other axis."), ("x", "lever or uncertainty along which it is shown."),
    ):  # fmt: skip
        command = click.option(f"--{name}", metavar="NAME", help=f"Of a sweep: {text}")(command)
    return command


scenario = click.argument("scenario", shell_complete=complete.scenarios)
result = click.argument("result", type=click.Path(path_type=Path))
stored = click.argument("stored", metavar="FOLDER", type=click.Path(path_type=Path))
out = click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder to write to.")
