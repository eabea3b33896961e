"""The command ``skloki calibrate``, and what it prints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.doors import completion as complete
from sim.doors import options, work
from sim.doors.endings import kept
from sim.doors.sweepbar import Follower
from sim.doors.terminal import Terminal, number

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.calibration import Calibration

MOST = 12
"""Parameters that are printed, those first of which the record teaches most."""


@click.command()
@click.argument("experiment", shell_complete=complete.experiments)
@options.workers
@click.option("--check", "figures", metavar="FILE", type=click.Path(path_type=Path),
              help="CSV of further figures that had no part in it: what the calibrated worlds foretell, beside them.")
@click.option("--full", is_flag=True, help="Print all tables: every figure, every parameter, every effect.")
@options.share
@options.svg
@options.out
@options.modes
@click.pass_obj
def calibrate(
    terminal: Terminal, /, experiment: str, workers: int | None, full: bool, svg: bool, out: Path | None,
    figures: Path | None, share: str | None,
) -> None:  # fmt: skip
    """Make the worlds of EXPERIMENT agree with what is recorded, and say what that decides and what it leaves open.

    The same command again goes on where the last one stopped; with a calibration's folder instead of an
    experiment it only tells what is there. Without --out the folder is results/calibration/NAME, and `compare`,
    `run` and `sweep` take its draws with --ensemble NAME; docs/inference.md says more. Many jobs may make a
    --share each of the round that comes next.
    """
    from sim import api
    from sim.analysis.targets import PRODUCED
    from sim.inference.checking import check, require_kept
    from sim.inference.found import read_found
    from sim.results.calibration import Calibration
    from sim.results.folder import MANIFEST
    from sim.runner.calibrate import share_of
    from sim.runner.calibrate_asked import load

    follower, place = Follower(terminal), Path(experiment)
    stored = (place / MANIFEST).is_file()
    if figures is not None:  # what is wrong with it is said before anything runs
        found_there = read_found(figures)
        if not stored:
            require_kept(found_there, {*PRODUCED, *load(experiment)[0].observables}, figures)
    if share is not None and (stored or figures is not None):
        raise click.UsageError("--share: makes runs of an experiment, and has no tables to show or figures to check")
    if stored:
        options.only_told(place, "figures", "full")
    with kept(), follower.telling(experiment) as tell:
        if share is not None:
            made = share_of(experiment, share, out, workers, tell, note=follower.note)
            return terminal.document({"share": share, "sweeps": made}) if terminal.json else (
                terminal.line(told_of_share(share, made)))  # fmt: skip
        found = (Calibration.open(place) if stored
                 else api.calibrate(experiment, out, workers, tell, note=follower.note))  # fmt: skip
    checked = [] if figures is None else check(found, figures)
    show_calibration(terminal, found, full=full)
    _checked(terminal, checked)
    drawn = [] if stored else work.pictures(terminal, found, "calibration", svg)
    work.say_where(terminal, "calibration", drawn)
    return terminal.answer(lambda: document(found, follower.notes, drawn) | {"checked": checked}, str(found.path))


def told_of_share(share: str, made: Sequence[str]) -> str:
    """Return in words what a share has made, and what comes then."""
    if not made:
        return "all rounds are there: the command without --share does the rest"
    return (f"share {share} of {', '.join(made)} is made: when all shares are, the same commands make what comes next; "
            "without --share the command merges them, and goes on by itself")  # fmt: skip


def show_calibration(terminal: Terminal, found: Calibration, *, full: bool) -> None:
    """Print the answer, then what was met, what was learned, and each effect before and after."""
    if terminal.quiet or terminal.json:
        return
    for sentence in found.answer:
        terminal.say(sentence)
    terminal.say()
    targets, parameters, effects = found.targets(), found.parameters(), found.effects()
    _figures(terminal, targets if full else targets[targets["used"]])
    numbers = parameters[parameters["option"].isna() | (parameters["option"] == "")]
    numbers = numbers.sort_values("contraction", ascending=False, kind="stable")
    _numbers(terminal, numbers if full else numbers.head(MOST))
    first = effects.head(1)
    _effects(terminal, effects if full or not len(first) else effects[
        (effects["outcome"] == first["outcome"].item()) & (effects["horizon"] == first["horizon"].item())])  # fmt: skip


def _figures(terminal: Terminal, rows: pd.DataFrame) -> None:
    from sim.inference.report import proviso

    lines = [
        (row["id"], row["description"], row["grade"], f"{number(row['recorded'])} ({_span(row, ('low', 'high'))})",
         _span(row, ("prior_p05", "prior_p95")), _span(row, ("given_p05", "given_p95")),
         f"{row['reading']}{proviso(row)}")
        for row in rows.to_dict(orient="records")
    ]  # fmt: skip
    header = ["figure", "of", "grade", "recorded (band)", "over the ranges", "calibrated", ""]
    terminal.table("Recorded figures, and what nine draws in ten give", header, lines)


def _numbers(terminal: Terminal, rows: pd.DataFrame) -> None:
    lines = [
        (row["name"], row["grade"], f"{number(row['prior_mean'])} ± {number(row['prior_sd'])}",
         f"{number(row['given_mean'])} ± {number(row['given_sd'])}", f"{row['contraction']:.2f}")
        for row in rows.to_dict(orient="records")
    ]  # fmt: skip
    header = ["parameter", "evidence", "over its range", "calibrated", "learned"]
    terminal.table("What the record teaches: by how much of its variance a parameter is narrowed", header, lines)


def _effects(terminal: Terminal, rows: pd.DataFrame) -> None:
    lines = [
        (row["option"], row["outcome"], row["scope"], f"{row['prior_better']:.2f}",
         f"{row['given_better']:.2f} ± {row['error']:.2f}", _told(row["unlearned"]), row["reading"])
        for row in rows.to_dict(orient="records")
    ]  # fmt: skip
    header = ["instead", "outcome", "where", "better before", "better, calibrated", "rests on the unlearned", "reading"]
    terminal.table("In which share of draws it does better than the baseline", header, lines)


def _checked(terminal: Terminal, rows: Sequence[dict[str, Any]]) -> None:
    """Print what was foretold of figures that had no part in the calibration."""
    if not rows or terminal.quiet or terminal.json:
        return
    lines = [
        (row["figure"], row["grade"], f"{number(row['recorded'])} ({_span(row, ('low', 'high'))})",
         _span(row, ("prior_p05", "prior_p95")), _span(row, ("given_p05", "given_p95")), f"{row['gained']:+.2f}",
         row["reading"])
        for row in rows
    ]  # fmt: skip
    header = ["figure", "grade", "recorded (band)", "over the ranges", "calibrated", "gained", ""]
    title = "Figures held apart: nine draws in ten, and what calibrating gained in log likelihood"
    terminal.table(title, header, lines)
    met = sum(row["reading"] in ("foretold", "within reach") for row in rows)
    terminal.say(f"{met} of {len(rows)} figures that had no part in it lie among nine of ten calibrated draws.")
    terminal.say()


def _told(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "-"


def _span(row: dict[str, Any], names: Sequence[str]) -> str:
    return " to ".join(number(row[name]) for name in names)


def document(found: Calibration, notes: Sequence[str], figures: Sequence[Path]) -> dict[str, Any]:
    """Return what `calibrate` prints as JSON."""
    tables = {name: found.frame(name).to_dict(orient="records")
              for name in ("targets", "parameters", "effects", "rounds")}  # fmt: skip
    kept = ("title", "given", "converged", "targets", "model", "runs")
    return {"calibration": found.path, "answer": found.answer, **{key: found.manifest[key] for key in kept}, **tables,
            "notes": list(notes), "figures": list(figures)}  # fmt: skip
