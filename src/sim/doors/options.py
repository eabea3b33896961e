"""Options and arguments that several commands share."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from sim.doors import completion as complete
from sim.doors.terminal import Terminal
from sim.figures.pictures import OPTIONS, PICTURES

Command = TypeVar("Command", bound=Callable[..., Any])

scenario = click.argument("scenario", shell_complete=complete.scenarios)
stored = click.argument("stored", metavar="FOLDER", type=click.Path(path_type=Path))
out = click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder to write to.")
force = click.option("--force", is_flag=True, help="Replace what an earlier call has put there.")
svg = click.option("--svg", is_flag=True, help="Draw the figures as SVG besides PNG.")
sets = click.option(
    "--set", "sets", multiple=True, metavar="NAME=VALUE", shell_complete=complete.settings,
    help="Override a value, such as parameters.g_y=0.2; may be repeated.",
)
engine = click.option(
    "--engine", default="compiled", show_default=True, metavar="NAME", shell_complete=complete.engines,
    help="compiled or reference: the same result, fast or slow and readable.",
)

ensemble = click.option(
    "--ensemble", metavar="NAME", shell_complete=complete.ensembles,
    help="Take draws from a calibration: its folder, or its name in results/calibration.",
)
workers = click.option("--workers", type=click.IntRange(1), metavar="N",
                       help="Runs made at once on this machine; default: one for each core.")
share = click.option(
    "--share", metavar="K/N", help="Make the K-th of N shares alone, counted from 1; docs/sweeps.md shows array jobs."
)


class Renamed(click.Option):
    """An option whose earlier names are still understood, and not shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:  # noqa: D102
        known, self.opts = self.opts, self.opts[:1]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = known


def modes(command: Command) -> Command:
    """Add --quiet and --json, which may stand before or after the command's name."""

    def remember(context: click.Context, parameter: click.Parameter, value: bool) -> None:
        if value:
            setattr(context.ensure_object(Terminal), str(parameter.name), True)

    common: dict[str, Any] = {"is_flag": True, "expose_value": False, "callback": remember}
    command = click.option("--json", help="Print one JSON document.", **common)(command)
    return click.option("--quiet", help="Print the essential only.", **common)(command)


def stores(command: Command) -> Command:
    """Add --out, --force and the modes, and hand over the terminal."""
    spoken: Any = click.pass_obj(command)
    return out(force(modes(spoken)))


def only_told(place: Path, *but: str) -> None:
    """Refuse options, but for some, beside a stored folder of which a command only tells what is there."""
    context = click.get_current_context()
    for option in context.command.params:
        given = context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
        if isinstance(option, click.Option) and option.expose_value and given and option.name not in but:
            raise click.UsageError(f"{option.opts[0]}: of what is there nothing is made; skloki plot {place} draws it")


def engines(command: Command) -> Command:
    """Add --engine and --workers, which was called --threads."""
    text = "Replicates made at once, by the compiled engine; default: one for each core."
    names = ("--workers", "--threads", "workers")
    return engine(click.option(*names, cls=Renamed, type=click.IntRange(1), metavar="N", help=text)(command))


def figures(*choices: str) -> Callable[[Command], Command]:
    """Add --figures, which says how many pictures are drawn: the last choice, unless told otherwise."""
    text = "Pictures to draw, for which most of the time is spent where runs are few."
    return click.option(
        "--figures", type=click.Choice(choices), default=choices[-1], show_default=True, help=text
    )


def picture(command: Command) -> Command:
    """Add --what, what may be asked of one picture besides, and to the help which pictures there are."""
    command.__doc__ = f"{inspect.cleandoc(command.__doc__ or '')}\n\n{_pictures()}"
    for name, words in reversed(OPTIONS.items()):
        known: dict[str, Any] = {"shell_complete": complete.outcomes} if name == "outcome" else {}
        form = "YYYY-MM" if name == "date" else "NAME"
        command = click.option(f"--{name}", metavar=form, help=f"With --what, {words}", **known)(command)
    text = "One kind of figure; default: all that there are usually."
    return click.option("--what", metavar="KIND", shell_complete=complete.figures, help=text)(command)


def _pictures() -> str:
    """Return the kinds of figures, as a paragraph of help for each kind of folder; its lines stay as they are."""
    parts = []
    for kind in PICTURES.values():
        lines = [
            textwrap.fill(f"{name:<12}{entry.shows}", 78, subsequent_indent=14 * " ", initial_indent="  ")
            for name, entry in kind.pictures.items()
        ]
        parts.append("\n".join(["\b", f"Of {kind.name}:", *lines]))
    return "\n\n".join(parts)
