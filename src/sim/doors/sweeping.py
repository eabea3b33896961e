"""The commands `sweep`, `status`, `rerun` and `query`, and what they print."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.analysis.wording import counted
from sim.doors import completion as complete
from sim.doors import options, work
from sim.doors.endings import Failed, Interrupted
from sim.doors.sweepbar import Follower, duration, headline, line, share
from sim.doors.terminal import Terminal
from sim.errors import Problem, UserError

if TYPE_CHECKING:
    from sim.analysis.sweep import Sweep
    from sim.runner.progress import State, Status
    from sim.runner.rerun import Rerun

REASONS = 3
"""Reasons of failed runs that are printed."""

folder = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))


@click.command()
@click.argument("experiment", shell_complete=complete.experiments)
@click.argument("folders", metavar="[DIR ...]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--points", type=click.IntRange(1), metavar="N",
              help="First look: only so many of the points, in a folder of their own, NAME-first-N.")
@options.ensemble
@click.option("--workers", "--threads", "workers", cls=options.Renamed, type=click.IntRange(1), metavar="N",
              help="Runs made at once on this machine; default: one for each core.")
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler (tcp://host:8786), slurm, or local: processes.")
@click.option("--tls", is_flag=True, help="With --cluster slurm or local: encrypt, and let nobody else in.")
@click.option("--extend", metavar="2x", help="Have so many times the points the experiment asks for; 1x: no more.")
@options.share
@click.option("--merge", is_flag=True, help="Take over what was made of it in the folders DIR.")
@options.out
@options.modes
@click.pass_obj
def sweep(
    terminal: Terminal, /, experiment: str, folders: tuple[Path, ...], merge: bool, extend: str | None,
    points: int | None, out: Path | None, **asked: Any,
) -> None:  # fmt: skip
    """Run EXPERIMENT: all its worlds, or what is left of them.

    The same command again goes on where the last one stopped, however that ended. Without --out the
    folder is results/sweeps/NAME. --points shows quickly what may come. Many jobs may make a --share each,
    in one folder; without --share the command merges them. Rows do not depend on workers, shares or
    cluster; docs/sweeps.md says more.
    """
    if merge != bool(folders):
        raise click.UsageError("--merge: takes one or more folders: skloki sweep EXPERIMENT --merge DIR ...")
    from sim.experiment.designs import first_name
    from sim.experiment.ensemble import over_name, read
    from sim.results.sweep_store import usual_place
    from sim.runner.sweep import sweep as run_sweep

    follower = Follower(terminal)
    try:
        with follower.telling(experiment) as tell:
            place = run_sweep(
                experiment, out, extend=extend, points=points, merge=folders, progress=tell, note=follower.note,
                **asked,
            )  # fmt: skip
    except KeyboardInterrupt as error:
        name = Path(experiment).stem
        name = name if asked["ensemble"] is None else over_name(name, read(asked["ensemble"]))
        name = name if points is None else first_name(name, points)
        mine = follower.last if asked["share"] else None  # of the whole sweep the folder knows best
        raise Interrupted(_kept(mine, out or usual_place(name))) from error
    state = follower.last
    assert state is not None  # a sweep tells how it stands before it ends
    terminal.answer(lambda: {"sweep": place, "notes": follower.notes, **how_far(place, asked["share"], terminal),
                             "estimate": estimate(state)})  # fmt: skip
    if not terminal.json:
        _show_end(terminal, state, place, asked["share"])
    if 0 < state.failed == state.total:
        _fail(terminal, "all runs failed; the store holds their reasons")


@click.command()
@folder
@options.modes
@click.pass_obj
def status(terminal: Terminal, folder: Path) -> None:
    """Tell how far the sweep in DIR is, also while it runs."""
    from sim import api
    from sim.results.sweep_store import made_by

    found = api.status(folder)
    if terminal.json:
        return terminal.document(status_document(found))
    if terminal.quiet:
        return terminal.line("finished" if found.finished else "running" if found.writer else "unfinished")
    state = "finished" if found.finished else f"running: {found.writer}" if found.writer else "not running"
    if found.published:
        state = f"published without its runs; {made_by(found.name)}"
    elif not found.finished and not found.writer:
        state += "; the same `sweep` command goes on from here"
    if found.shares:
        state += f" ({counted(found.shares, 'share')}, not merged yet)"
    terminal.fields(f"{found.name}: {found.title}", {
        "state": state, "runs": f"{found.runs:,} of {found.runs_planned:,} ({share(found.runs, found.runs_planned)})",
        "failed": f"{found.failed:,}", "parts": f"{found.parts:,} of {found.parts_planned:,}",
        "damaged": f"{counted(found.damaged, 'part')}, to be made anew" if found.damaged else "",
        "work": f"{duration(found.seconds)} of one thread",
        "rate": f"{found.rate:,.0f} runs/s when it last ran" if math.isfinite(found.rate) else "",
        "time left": duration(found.left) if math.isfinite(found.left) and not found.finished else "",
        "last part": found.last,
    })  # fmt: skip


@click.command()
@folder
@click.option("--run", "number", type=int, required=True, metavar="N", help="Number of the run, as in the table runs.")
@options.engine
@options.figures("none", "summary", "all")
@options.svg
@options.stores
def rerun(terminal: Terminal, /, folder: Path, number: int, figures: str, svg: bool, **asked: Any) -> None:
    """Run one run of the sweep in DIR again, with full output.

    Stores the result as `run` does, with the run's scenario as scenario.toml, and compares it with the row
    that the sweep has stored.
    """
    from sim import api

    with work.running(terminal, f"run {number}") as progress:
        found = api.rerun(folder, number, progress=progress, **asked)
    result = found.result
    drawn = [] if result is None else work.pictures(terminal, result, "result", svg, figures)
    if terminal.json:
        terminal.document({
            "run": found.run, "point": found.point, "replicate": found.replicate, "equal": found.equal,
            "error": found.error or None, "differing": {key: list(both) for key, both in found.differing.items()},
            "result": found.result and found.result.path, "figures": drawn, "other_model": found.model or None,
        })  # fmt: skip
    else:
        _show_rerun(terminal, found)
    if found.equal is False:
        why = f": the rows were made by {found.model}" if found.model else ""
        _fail(terminal, f"run {number} did not give what is stored{why}")


@click.command()
@folder
@click.argument("sql")
@click.option("--csv", is_flag=True, help="Print CSV.")
@options.modes
@click.pass_obj
def query(terminal: Terminal, folder: Path, sql: str, csv: bool) -> None:
    """Ask what is stored in DIR in SQL: by `run`, `compare`, `trace`, or `sweep`, also while that runs.

    Tables are called as their files: of a sweep runs, and curves or bins where the experiment keeps them; of a
    result monthly, events, targets; of a comparison effects, bands, pairs; of a trace cascade, monthly. For
    example: "SELECT policy, avg(performance) FROM runs GROUP BY policy".
    """
    from sim.analysis.stored import open_folder
    from sim.doors import answers

    if csv and terminal.json:
        raise UserError(Problem("--csv and --json", allowed="one of them"))
    frame = open_folder(folder).query(sql)
    if csv:
        return terminal.line(answers.csv(frame))
    return terminal.document(answers.records(frame)) if terminal.json else answers.show(terminal, frame)


def status_document(found: Status) -> dict[str, Any]:
    """Return a status as JSON shows it."""
    return {
        **vars(found), "finished": found.finished, "running": bool(found.writer), "writer": found.writer or None,
        "last": found.last or None,
    }  # fmt: skip


def estimate(state: State) -> dict[str, Any]:
    """Return the estimate so far as JSON shows it."""
    return {"of": state.headline, "mean": state.estimate, "standard_error": state.error, "points": state.points,
            "shared_accidents": state.shared}  # fmt: skip


def _fail(terminal: Terminal, reason: str) -> None:
    """End with code 1; the document, if one is asked for, has been printed and says it all."""
    if terminal.json:
        click.get_current_context().exit(Failed.exit_code)
    raise Failed(reason)


def how_far(place: Path, share: str | None, terminal: Terminal) -> dict[str, Any]:
    """Return how far a sweep is; a share, which is made, does not fail by what others have left in the folder."""
    from sim.runner.progress import status

    try:
        return status_document(status(place))
    except UserError as error:
        if share is None:
            raise
        terminal.note(f"{error}: the command without --share mends it")
        return {}


def _kept(last: State | None, place: Path) -> str:
    """Return what an interrupt has left: of a share what was told of it last, else what the folder holds."""
    from sim.runner.progress import status

    try:
        done, total = (last.done, last.total) if last else (status(place).runs, status(place).runs_planned)
    except UserError:
        return "interrupted: nothing had begun"
    return f"interrupted: {done:,} of {total:,} runs are kept; the same command again goes on from there"


def _show_end(terminal: Terminal, state: State, place: Path, share: str | None) -> None:
    """Print what a sweep or a share came to, and its place."""
    terminal.say(line(state))
    if headline(state):
        terminal.say(headline(state))
    if state.failed:
        from sim.analysis.sweep import open_sweep

        for reason, runs, first in reasons(open_sweep(place, verify=False)):
            terminal.note(f"{counted(runs, 'run')} failed: {reason} (the first: skloki rerun {place} --run {first})")
    terminal.say("The sweep is in" if share is None else f"Share {share} is made; the same command without --share "
                 "merges all that are, and makes what is missing. It is in")  # fmt: skip
    terminal.line(str(place))


def reasons(found: Sweep) -> list[tuple[str, int, int]]:
    """Return the most frequent errors, how many runs ended with them, and the first of these."""
    frame = found.query("SELECT error, count(*) AS runs, min(run) AS first FROM runs WHERE error IS NOT NULL "
                        f"GROUP BY error ORDER BY runs DESC, error LIMIT {REASONS}")  # fmt: skip
    return [(str(error), int(runs), int(first)) for error, runs, first in frame.itertuples(index=False)]


def _show_rerun(terminal: Terminal, found: Rerun) -> None:
    which = f"run {found.run} (point {found.point}, replicate {found.replicate})"
    if found.error:
        terminal.note(f"{which} fails: {found.error}")
    if found.equal is None:
        terminal.say(f"{which} is not stored yet: there is nothing to compare with.")
    elif found.equal:
        terminal.say(f"{which} gives what is stored, to the last bit.")
    else:
        terminal.table(f"{which}: what differs", ["column", "stored", "now"],
                       [(column, *map(repr, both)) for column, both in found.differing.items()])  # fmt: skip
    if found.result is not None:
        terminal.line(str(found.result.path))
