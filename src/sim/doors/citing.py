"""The command `cite`, and what it prints."""

from __future__ import annotations

from pathlib import Path

import click

from sim.doors import options
from sim.doors.terminal import Terminal

HEADS = {
    "software": "The software", "article": "The article that it examines", "data": "The data that you rely on",
    "source": "Other sources", "result": "The result",
}  # fmt: skip


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
