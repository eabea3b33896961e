"""Text on a terminal: tables by rich, JSON for programs, a progress bar. Rich is imported when needed."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from sim.errors import Problem, UserError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.runner.run import Progress

#: Width of tables that go to a file or another program.
PIPED_WIDTH = 120
UNDEFINED = "–"
EMPTY: tuple[Any, ...] = ("", None, [], {})
LEAST_MEMORY = 3 * 2**29
"""Bytes of address space that compiling takes, as a limit sees it."""


@dataclass
class Terminal:
    """Where a command speaks: results to standard output, everything else to standard error."""

    quiet: bool = False
    json: bool = False

    def document(self, content: Any) -> None:
        """Print one JSON document."""
        self.line(json.dumps(plain(content), indent=1, ensure_ascii=False, allow_nan=False))

    def answer(self, content: Callable[[], Any], *lines: str) -> None:
        """Print an answer as a document where one is asked for, and is made only then, else as lines."""
        if self.json:
            return self.document(content())
        for text in lines:
            self.line(text)

    def line(self, text: str = "") -> None:
        """Print a result's line, in all modes."""
        with _output():
            sys.stdout.write(text + "\n")

    def say(self, text: str = "") -> None:
        """Print a line that ``--quiet`` leaves out."""
        if not self.quiet and not self.json:
            self._print(text, soft_wrap=True)

    def note(self, text: str) -> None:
        """Print a remark on standard error."""
        with suppress(OSError):  # nobody listens
            sys.stderr.write(text + "\n")

    def hush_compilation(self) -> None:
        """Keep silent about the engine's compilation, with ``--quiet``."""
        if self.quiet:
            from sim import kernel

            # for this command only: the caller of a command in the same process hears of later ones
            click.get_current_context().call_on_close(partial(setattr, kernel, "on_compile", kernel.on_compile))
            kernel.on_compile = None

    def table(
        self, title: str, header: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[int] = (),
        *, names: bool = False,
    ) -> None:  # fmt: skip
        """Print a table; ``right`` names the columns that hold numbers, ``names`` keeps the first column unbroken."""
        from rich.table import Table

        if self.quiet or self.json:
            return
        table = Table(header_style="bold", show_edge=False, pad_edge=False)
        for index, name in enumerate(header):
            side: Any = "right" if index in right else "left"
            table.add_column(name, justify=side, overflow="fold", no_wrap=names and index == 0)
        self._print_table(title, table, (map(shown, row) for row in rows))

    def fields(self, title: str, fields: dict[str, Any]) -> None:
        """Print labels and values, one a line; empty ones are left out."""
        self.pairs(title, ((label, _several(value)) for label, value in fields.items() if value not in EMPTY))

    def pairs(self, title: str, lines: Iterable[tuple[str, str]]) -> None:
        """Print labels and texts, one a line."""
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        self._print_table(title, table, lines)

    def _print_table(self, title: str, table: Table, rows: Iterable[Iterable[str]]) -> None:
        for row in rows:
            table.add_row(*row)
        if title:
            self._print(title, style="bold")
        self._print(table)
        self._print()

    def _print(self, *what: Any, **how: Any) -> None:
        """Print by a console without markup: brackets in results are brackets."""
        with _output():
            self._console().print(*what, **how)

    def _console(self) -> Console:
        from rich.console import Console

        free = sys.stdout.isatty() or "COLUMNS" in os.environ
        return Console(file=sys.stdout, width=None if free else PIPED_WIDTH, markup=False, highlight=False, emoji=False)

    def fits(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
        """Say whether a table can be printed without breaking a cell."""
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        return sum(widths) + 3 * (len(widths) - 1) <= self._console().width

    @contextmanager
    def progress(self, label: str) -> Iterator[Progress | None]:
        """Give a function that draws a bar on standard error; none if nobody is looking."""
        if self.quiet or self.json or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(label, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)


def require_memory() -> None:
    """Refuse a limit of memory below which the compiler ends the process, or hangs, without a word."""
    if sys.platform == "win32":
        return
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if 0 <= limit < LEAST_MEMORY:
        found = f"a limit of {limit // 1024:,} KiB (ulimit -v)"
        raise UserError(Problem("memory", found=found, allowed=f"{LEAST_MEMORY // 1024:,} KiB or more to run worlds"))


@contextmanager
def _output() -> Iterator[None]:
    """Write out at once, so that output that leads to a full disk is an error like any other."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What waits in the buffer would fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        reason = f"cannot be written: {error.strerror}"
        raise UserError(Problem("standard output", allowed=reason)) from error


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: nan and infinity become null, paths become text."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def shown(value: Any) -> str:
    """Return a value as a table shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(inner) for inner in value)
    return "" if value is None else str(value)


def exact(value: Any) -> str:
    """Return a value as a file would state it; floats are not rounded."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else shown(value)


def number(value: float) -> str:
    """Return a number with the digits that matter in a share or a count; a dash where it is undefined."""
    if not math.isfinite(value):
        return UNDEFINED
    digits = 0 if value == 0 or abs(value) >= 100 else 3 if abs(value) < 0.1 else 2
    return f"{value:.{digits}f}"


def spread(median: float, low: float, high: float) -> str:
    """Return a median with its 10-90 % range."""
    return UNDEFINED if math.isnan(median) else f"{number(median)} [{number(low)}, {number(high)}]"


def _several(value: Any) -> str:
    if isinstance(value, (dict, list)):
        lines = (f"{key}: {inner}" for key, inner in value.items()) if isinstance(value, dict) else map(str, value)
        return "\n".join(lines)
    return f"{value:g}" if isinstance(value, float) else str(value)
