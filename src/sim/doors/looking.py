"""The command `lookfor`, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.doors import completion as complete
from sim.doors import options
from sim.doors.terminal import Terminal

if TYPE_CHECKING:
    from sim.inference.lookfor import Answer, Look


@click.command()
@click.argument("folder", metavar="SWEEP", type=click.Path(path_type=Path))
@click.option("--lever", metavar="NAME", help="Whose options are compared; default: the first.")
@click.option("--option", metavar="NAME", help="Option of the lever; default: all.")
@click.option("--against", metavar="NAME", help="Option that it is set against; default: the lever's baseline.")
@click.option("--outcome", metavar="NAME", shell_complete=complete.outcomes, help="Outcome; default: performance.")
@click.option("--scope", metavar="NAME", help="The nation or a class; default: all.")
@click.option("--horizon", metavar="NAME", help="When; default: the main horizon.")
@click.option("--figure", "figures", metavar="FILE", type=click.Path(path_type=Path),
              help="CSV of figures that were found: draws count as they agree with them.")
@click.option("--rival", "rivals", multiple=True, metavar="SWEEP", type=click.Path(path_type=Path),
              help="Sweep of another structure, to be told from this one; may be repeated.")
@click.option("--top", type=click.IntRange(1), default=8, show_default=True, metavar="N", help="Figures to show.")
@click.option("--csv", is_flag=True, help="Print all figures for all questions as CSV.")
@options.modes
@click.pass_obj
def lookfor(terminal: Terminal, /, folder: Path, top: int, csv: bool, figures: Path | None, **asked: Any) -> None:
    """Tell what to look for in the archive: which figures would teach most about what the SWEEP leaves open.

    What is open is the effect of a lever's options, by class, and which structure the world has where the sweep draws
    one; or, with --rival, which of several sweeps the world is one of. The sweep's experiment must keep observables:
    [keep] observables = "all". docs/inference.md says how it is reckoned.
    """
    from sim import api
    from sim.inference import lookfor_told as told

    found = api.lookfor(folder, figures=figures or (), **asked)
    if csv:
        import pandas as pd

        from sim.doors import answers

        return terminal.line(answers.csv(pd.DataFrame(told.rows(found))))
    if terminal.json:
        return terminal.document(told.document(found))
    for text in told.sentences(found):
        terminal.line(text)
    terminal.say()
    if len(found.answers) > 1:
        _show_questions(terminal, found)
    _show_figures(terminal, told.leading(found), top)
    for text in told.sureness(found):
        terminal.say(text)


def _show_questions(terminal: Terminal, found: Look) -> None:
    """Print each question with the figure that would teach most about it."""
    from sim.inference import lookfor_told as told

    rows = []
    for answer in found.answers:
        best = answer.best
        cells = ["none beyond luck", "", ""] if best is None else (
            [best.observable.name, told.share(best.expected), told.thirds(best)]
        )  # fmt: skip
        rows.append([told.named(answer.question), told.share(answer.share), *cells])
    header = ["question", "ahead in", "figure that would teach most", "explains", "by thirds"]
    terminal.table(f"What is open over {found.draws:,} draws {found.population}", header, rows, right=[1, 3, 4])
    terminal.say()


def _show_figures(terminal: Terminal, answer: Answer, top: int) -> None:
    """Print the figures that would teach most about a question."""
    from sim.inference import lookfor_told as told

    rows = [
        [one.observable.name, told.share(one.expected), f"{one.observable.reliability:g}",
         *map(told.share, one.explains), told.edges(one), told.thirds(one)] for one in answer.worths[:top]
    ]  # fmt: skip
    at_each = [f"at {value}" for value in told.TOGETHER.values()]
    header = ["figure", "explains", "at", *at_each, "middle third", "by thirds"]
    terminal.table(f"{told.named(answer.question)}: {told.ahead(answer.question)} in {told.share(answer.share)} of "
                   f"{answer.draws:,} draws", header, rows, right=range(1, len(header)), names=True)  # fmt: skip
    terminal.say()
