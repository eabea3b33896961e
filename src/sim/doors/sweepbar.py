"""How a sweep shows how far it is: in a line, as a bar, and in a log."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sim.analysis.wording import counted
from sim.doors.endings import watched
from sim.doors.terminal import Terminal, require_memory

if TYPE_CHECKING:
    from sim.runner.progress import State

EVERY = 60.0
"""Seconds between two lines of progress where nobody looks at a terminal: in the log of a batch job."""


def line(state: State) -> str:
    """Return the state of a sweep in a line."""
    parts = [f"{state.done:,} of {state.total:,} runs ({share(state.done, state.total)})"]
    parts += [f"{state.failed:,} failed"] if state.failed else []
    if math.isfinite(state.rate) and state.done < state.total:
        parts += [f"{state.rate:,.0f} runs/s", f"{duration(state.left)} left"]
    return ", ".join(parts)


def headline(state: State) -> str:
    """Return the estimate so far in a line; empty before the first part."""
    if not math.isfinite(state.estimate):
        return ""
    decimals = min(max(1 - math.floor(math.log10(state.error)), 1), 7) if state.error > 0.0 else 4
    error = f" ({state.told})" if state.error > 0.0 else ""
    return f"{state.headline}: {state.estimate:+.{decimals}f}{error}, {counted(state.points, 'point')}"


def duration(seconds: float) -> str:
    """Return a time in words."""
    minutes, hours = seconds / 60, seconds / 3600
    if minutes < 100:
        return f"{seconds:.0f} s" if seconds < 100 else f"{minutes:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"


def share(part: int, whole: int) -> str:
    """Return a part of a whole in per cent."""
    return f"{math.floor(100 * part / whole) if whole else 100} %"  # 100 only where nothing is left


class Follower:
    """Follows sweeps for a command: shows how far they are, prints their remarks, and keeps both.

    Attributes
    ----------
    notes
        Remarks so far.
    last
        The last state; none before the first.
    """

    def __init__(self, terminal: Terminal) -> None:
        require_memory()
        terminal.hush_compilation()
        self.notes: list[str] = []
        self.last: State | None = None
        self._terminal, self._heard = terminal, watched(None)

    def note(self, text: str) -> None:
        """Take a remark."""
        self.notes.append(text)
        if not self._terminal.quiet and not self._terminal.json:
            self._terminal.note(text)

    @contextmanager
    def telling(self, label: str) -> Iterator[Callable[[State], None]]:
        """Give a function that is told states; where an end was asked for, it raises."""
        with shown(self._terminal, label) as show:

            def tell(state: State) -> None:
                self._heard(state.done, state.total)
                self.last = state
                show(state)

            yield tell


@contextmanager
def shown(terminal: Terminal, label: str) -> Iterator[Callable[[State], None]]:
    """Give a function that shows how far it is: a bar, or a line a minute where standard error is a file."""
    if terminal.quiet or terminal.json:
        yield lambda state: None
    elif not sys.stderr.isatty():
        since = time.monotonic()

        def write(state: State) -> None:
            nonlocal since
            if time.monotonic() - since > EVERY and math.isfinite(state.rate):
                since = time.monotonic()
                terminal.note("; ".join(text for text in (line(state), headline(state)) if text))

        yield write
    else:
        from rich.console import Console, Group
        from rich.live import Live
        from rich.progress import BarColumn, Progress, TextColumn
        from rich.text import Text

        texts = [TextColumn(text, markup=False) for text in ("{task.description}", "{task.fields[said]}")]
        bar = Progress(texts[0], BarColumn(), texts[1])
        task = bar.add_task(label, total=None, said="")
        below = Text(no_wrap=True, overflow="ellipsis")

        def draw(state: State) -> None:
            bar.update(task, completed=state.done, total=state.total, said=line(state))
            below.plain = headline(state)

        with Live(Group(bar, below), console=Console(stderr=True), transient=True):
            yield draw
