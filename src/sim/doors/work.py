"""What commands share that run worlds: what they say of warnings, how far they are, how the work ended, pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sim.doors.endings import Failed, Interrupted, watched
from sim.doors.terminal import Terminal, require_memory

if TYPE_CHECKING:
    from sim.analysis.stored import Stored
    from sim.errors import Problem
    from sim.scenario.load import Loaded

#: Warnings that are printed before `check` is referred to.
SHOWN = 3


def read(terminal: Terminal, worlds: Sequence[str], sets: Sequence[str]) -> tuple[list[Loaded], list[Problem]]:
    """Load scenarios, and print their first few warnings: a small tree or short period makes many settings idle."""
    from sim.scenario.load import load_all

    found = load_all(worlds, sets)
    warnings = list(dict.fromkeys(warning for world in found for warning in world.warnings))
    for warning in [] if terminal.json else warnings[:SHOWN]:
        terminal.note(f"warning: {warning}")
    if len(warnings) > SHOWN and not terminal.json:
        terminal.note(f"and {len(warnings) - SHOWN} more warnings: `skloki check` lists them")
    return found, warnings


@contextmanager
def running(terminal: Terminal, label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that shows how far the work is; where it ends early, say what became of it."""
    from sim.runner.run import RunFailed

    require_memory()
    terminal.hush_compilation()
    try:
        with terminal.progress(label) as progress:
            yield watched(progress)
    except RunFailed as error:
        raise Failed(str(error)) from error
    except KeyboardInterrupt as error:
        raise Interrupted("interrupted: nothing was stored") from error


def pictures(terminal: Terminal, stored: Stored, what: str, svg: bool = False, figures: str = "all") -> list[Path]:
    """Draw all that a stored folder allows, one kind of picture, or none."""
    from sim import api

    if figures == "none":
        return []
    try:
        return api.plot(stored, svg=svg) if figures == "all" else api.plot(stored, figures, svg=svg)
    except BaseException:
        terminal.note(f"the {what} is whole, its figures are not; to draw them: skloki plot {stored.path}")
        raise


def say_where(terminal: Terminal, what: str, drawn: Sequence[Path]) -> None:
    """Say where pictures are, and that the line which follows is the place of what was stored."""
    if drawn:
        terminal.say(f"{len(drawn)} figure files in {drawn[0].parent}; the {what} is in")
    else:
        terminal.say(f"The {what} is in")
