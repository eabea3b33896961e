"""The commands that bring out what is stored: `plot`, `export`, `report` and `cite`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sim.doors import completion as complete
from sim.doors import options
from sim.doors.terminal import Terminal

HEADS = {
    "software": "The software", "article": "The article that it examines", "data": "The data that you rely on",
    "source": "Other sources", "result": "The result",
}  # fmt: skip


@click.command()
@options.stored
@options.picture
@options.svg
@options.stores
def plot(terminal: Terminal, /, stored: Path, what: str | None, **asked: Any) -> None:
    """Draw the figures of FOLDER, which a command has printed, or one kind alone.

    A map needs places of 1923; made-up ones lie nowhere.
    """
    from sim import api

    _print_files(terminal, api.plot(stored, what, **asked))


@click.command()
@click.argument("what", metavar="RESULT | A [B ...]", nargs=-1, required=True, shell_complete=complete.scenarios)
@click.option("--csv", is_flag=True, help="Write the tables of RESULT as CSV.")
@click.option("--page", is_flag=True, help="Write worlds A, B, ... as one page that runs them in a browser.")
@options.ensemble
@options.sets
@options.stores
def export(
    terminal: Terminal, /, what: tuple[str, ...], csv: bool, page: bool, sets: tuple[str, ...],
    ensemble: str | None, **asked: Any,
) -> None:  # fmt: skip
    """Write the tables of a RESULT in another format, or worlds as a page.

    With --page the arguments are scenarios, the baseline first, and --out names a file (page.html). The page holds the
    engine and opens offline by double click: no install, no server, no network.
    """
    from sim import api

    if csv == page:
        raise click.UsageError("name a format: --csv of a result, or --page of scenarios")
    if page:
        asked["out"] = asked["out"] or Path("page.html")
        terminal.hush_compilation()
        _print_files(terminal, [api.export_page(*what, sets=sets, ensemble=ensemble, **asked)])
        return
    if sets or ensemble or len(what) > 1:
        reason = "--csv is of one result as it is stored; --set, --ensemble and several worlds belong to --page"
        raise click.UsageError(reason)
    _print_files(terminal, api.export(what[0], **asked))


def _print_files(terminal: Terminal, files: Sequence[Path]) -> None:
    terminal.answer(lambda: {"files": files}, *map(str, files))


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


@click.command()
@click.argument("folder", metavar="[FOLDER]", required=False, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "bibtex", "csl-json"]), default="text", show_default=True,
              help="Form of the references; CSL-JSON is what reference managers read.")
@options.modes
@click.pass_obj
def cite(terminal: Terminal, /, folder: Path | None, form: str) -> None:
    """Print how to cite the software, the article, the data, and the result in FOLDER.

    FOLDER is whatever `run`, `compare`, `trace`, `sweep`, `calibrate` or `claims` has printed, or a folder of
    results/ with a manifest. A result is cited by its title, its model, the digest of its manifest, and the command
    that makes it again. --json prints CSL-JSON, too.
    """
    from sim import api
    from sim.describe.citation import bibtex, csl_json

    works = api.cite(folder)
    if terminal.json or form == "csl-json":
        return terminal.document(csl_json(works))
    if form == "bibtex":
        return terminal.line(bibtex(works))
    for what, head in HEADS.items():
        asked = [work for work in works if work.what == what]
        for text in [head, *(f"  {work.text}" for work in asked)] if asked else ():
            terminal.line(text)
        for detail in (detail for work in asked for detail in work.details):
            terminal.line(f"    {detail}")
    terminal.say("Terms of the data, table by table: NOTICE-DATA.md, skloki explain TABLE")
