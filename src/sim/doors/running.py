"""The command ``skloki run``, and what it prints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.analysis.wording import counted
from sim.doors import options, work
from sim.doors.terminal import UNDEFINED, Terminal, number, shown, spread

if TYPE_CHECKING:
    from sim.errors import Problem
    from sim.results.result import Result


@click.command()
@options.scenario
@click.option("--replicates", type=int, metavar="N", help="Number of replicates, instead of the scenario's.")
@click.option("--seed", type=int, metavar="S", help="Seed, instead of the scenario's.")
@options.ensemble
@options.sets
@options.engines
@options.figures("none", "summary", "all")
@options.svg
@options.stores
def run(
    terminal: Terminal, /, scenario: str, sets: tuple[str, ...], figures: str, svg: bool, **asked: Any
) -> None:
    """Run SCENARIO and store the result.

    Prints a summary and the comparison with recorded figures, draws the figures, and ends with the
    result's place. Without --out that is a new folder in results/runs.
    """
    from sim import api

    (loaded,), warnings = work.read(terminal, [scenario], sets)
    with work.running(terminal, scenario) as progress:
        result = api.run(loaded, progress=progress, **asked)
    for failure in result.manifest["failed"]:
        terminal.note(f"replicate {failure['replicate']} failed: {failure['error']} (at {failure['where']})")
    show_summary(terminal, result)
    show_targets(terminal, result)
    drawn = work.pictures(terminal, result, "result", svg, figures)
    work.say_where(terminal, "result", drawn)
    terminal.answer(lambda: run_document(result, warnings, drawn), str(result.path))


def show_summary(terminal: Terminal, result: Result) -> None:
    """Print the nation's course: outcomes in rows, Decembers in columns."""
    from sim.analysis.summary import summarise

    rows = summarise(result)
    months, by_outcome = list(dict.fromkeys(row.month for row in rows)), dict[str, list[str]]()
    for row in rows:
        cell = f"{number(row.median)}\n{number(row.low)}–{number(row.high)}"
        by_outcome.setdefault(row.outcome, [row.outcome]).append(cell)
    finished = result.manifest["replicates"] - len(result.manifest["failed"])
    title = f"{result.manifest['title']}: the nation, median and 10–90 % of {counted(finished, 'replicate')}"
    terminal.table(title, ["outcome", *months], list(by_outcome.values()), right=range(1, len(months) + 1))


def show_targets(terminal: Terminal, result: Result) -> None:
    """Print the recorded figures beside what the model gave."""
    rows = [(
        row["id"], f"{row['description']}, {row['period']}", spread(row["median"], row["p10"], row["p90"]),
        spread(row["recorded"], row["low"], row["high"]), shown(row["in_band"]) if row["replicates"] else UNDEFINED,
        _likeness(row), row["grade"], row["kind"],
    ) for row in target_records(result)]  # fmt: skip
    header = ["", "recorded figure", "model [10–90 %]", "recorded [band]", "in band", "score", "grade", "kind"]
    terminal.table("Against the record (grade C is an estimate, not a fact)", header, rows)
    terminal.say("score: how likely the recorded figure is under the model's median, 1 if they are the same")
    tree = result.manifest["scenario"]["tree"]
    if tree["kind"] != "real" or tree["only"]:
        terminal.say("This tree is not the recorded one: national figures are a yardstick here, not a test.")


def _likeness(row: dict[str, Any]) -> str:
    """Return the kernel of a recorded figure at the model's median."""
    from sim.analysis.kernels import compared, log_kernel

    target = compared().get(row["id"])
    if target is None or math.isnan(row["median"]):
        return UNDEFINED
    return f"{math.exp(log_kernel(target, row['median'])):.2f}"


def target_records(result: Result) -> list[dict[str, Any]]:
    """Return the rows of targets.csv, without pandas, for which a first result would wait; what is not known is nan."""
    rows = result.table("targets").to_pylist()
    return [{name: math.nan if value is None else value for name, value in row.items()} for row in rows]


def run_document(result: Result, warnings: Sequence[Problem], figures: list[Path]) -> dict[str, Any]:
    """Return what `run` prints as JSON."""
    from sim.analysis.summary import summarise

    first, then = (("title", "seed", "replicates"), ("failed", "wall_seconds"))
    return {
        "result": result.path, **{name: result.manifest[name] for name in first}, "warnings": warnings,
        **{name: result.manifest[name] for name in then}, "summary": [row._asdict() for row in summarise(result)],
        "targets": target_records(result), "figures": figures,
    }  # fmt: skip
