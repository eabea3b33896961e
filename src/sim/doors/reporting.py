"""The command ``skloki report``, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.doors import options
from sim.doors.terminal import Terminal


@click.command()
@click.argument("folder", metavar="[DIR]", default="results", type=click.Path(path_type=Path))
@options.stores
def report(terminal: Terminal, /, folder: Path, **asked: Any) -> None:
    """Write what was found as a document: report.html, which opens offline, and report.pdf.

    DIR is a folder of results (default: results) with the ledger of claims, the calibration, rivals and what else was
    made; what is missing is named in the report, with the command that makes it. The answer in three sentences stands
    first. Without the extra `report` (typst) there is no PDF.
    """
    from sim import api

    written = api.write_report(folder, **asked)
    if written.lacks:
        terminal.note(written.lacks)
    terminal.answer(lambda: {"files": written.files, "lacks": written.lacks}, *map(str, written.files))
