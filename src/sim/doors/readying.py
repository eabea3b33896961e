"""The commands ``skloki readiness`` and ``skloki lockin``, and what they print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.doors import completion as complete
from sim.doors import options
from sim.doors.endings import kept
from sim.doors.sweepbar import Follower, duration
from sim.doors.terminal import Terminal

if TYPE_CHECKING:
    from sim.results.readiness import LockInTest, ReadinessMap
    from sim.runner.readiness import Estimate

ensemble = click.option(
    "--ensemble", default="record", show_default=True, metavar="NAME", shell_complete=complete.ensembles,
    help="Draws of a calibration: its folder, or its name in results/calibration; `prior`: over the ranges instead.",
)


@click.command()
@click.argument("experiment", default="readiness", shell_complete=complete.experiments)
@ensemble
@click.option("--draws", type=int, metavar="N", help="Draws; default 100, with --quick 20.")
@click.option("--quick", is_flag=True, help="A first look on fewer draws, marked as such everywhere.")
@click.option("--estimate", "only_estimate", is_flag=True, help="Say how many runs it takes and how long, and stop.")
@options.workers
@options.svg
@options.out
@options.modes
@click.pass_obj
def readiness(
    terminal: Terminal, /, experiment: str, only_estimate: bool, workers: int | None, svg: bool, out: Path | None,
    **asked: Any,
) -> None:
    """Say when the time would have been right: guberniia by guberniia, from which half-year on election does no worse.

    Over the draws of a calibration, with all guberniias electing and with each alone. The same command again goes on
    where the last one stopped. EXPERIMENT is another world or other ranges, or a map's folder, which is only told of.
    Without --out the folder is results/readiness; docs/readiness.md has the rules.
    """
    from sim import api
    from sim.describe.readiness import write
    from sim.results.readiness import ReadinessMap

    if _there(terminal, Path(experiment), ReadinessMap):
        return
    asked["ensemble"] = _ensemble(asked["ensemble"])
    if only_estimate:
        show_estimate(terminal, api.readiness_estimate(experiment, workers=workers, **asked))
        return
    follower = Follower(terminal)
    with kept():
        found = api.readiness(experiment, out=out, workers=workers, follow=follower.telling, note=follower.note,
                              **asked)  # fmt: skip
    _end(terminal, found, write(found, svg), follower.notes)


@click.command()
@click.argument("experiment", default="lock-in", shell_complete=complete.experiments)
@ensemble
@click.option("--draws", type=int, metavar="N", help="Draws; default 100.")
@options.workers
@options.svg
@options.out
@options.modes
@click.pass_obj
def lockin(
    terminal: Terminal, /, experiment: str, workers: int | None, svg: bool, out: Path | None, **asked: Any
) -> None:
    """Say whether claims of the centre have two levels, a lag, or one, from three starts under constant drivers.

    EXPERIMENT is one of one's own, or the folder of a test or of a stored sweep of one, which is only told of. The same
    command again goes on where the last one stopped. Without --out the folder is results/lockin; docs/readiness.md has
    the rule.
    """
    from sim import api
    from sim.describe.readiness import write_lockin
    from sim.results.folder import MANIFEST
    from sim.results.readiness import LockInTest

    if _there(terminal, Path(experiment), LockInTest):
        return
    asked["ensemble"] = _ensemble(asked["ensemble"])
    follower, place = Follower(terminal), Path(experiment)
    if (place / MANIFEST).is_file():
        options.only_told(place, "out", "svg")
        found = api.lockin_told(place, Path("results") / "lockin" if out is None else out)
    else:
        with kept(), follower.telling(experiment) as tell:
            found = api.lockin(experiment, out=out, workers=workers, progress=tell, note=follower.note, **asked)
    _end(terminal, found, write_lockin(found, svg), follower.notes)


def _there(terminal: Terminal, place: Path, kind: type[ReadinessMap | LockInTest]) -> bool:
    """Tell of a stored folder, if it is one of a kind, and write nothing."""
    from sim.analysis.stored import open_folder
    from sim.results.folder import MANIFEST

    found = open_folder(place) if (place / MANIFEST).is_file() else None
    if not isinstance(found, kind):
        return False
    options.only_told(place)
    _end(terminal, found)
    return True


def _ensemble(name: str) -> str | None:
    from sim.runner.readiness import PRIOR

    return None if name == PRIOR else name


def show_estimate(terminal: Terminal, found: Estimate) -> None:
    """Print what a map takes."""
    alone = f", {found.alone:,} of them with one guberniia electing alone" if found.alone else ""
    told = (f"{found.runs:,} runs{alone}: about {duration(found.seconds)} on {found.cores} cores of this machine, as "
            "busy "
            f"as it is now ({1000 * found.per_run:.0f} ms a run and core)")  # fmt: skip
    terminal.answer(lambda: vars(found), told)


def _end(
    terminal: Terminal, found: ReadinessMap | LockInTest, files: Sequence[Path] = (), notes: Sequence[str] = ()
) -> None:
    for sentence in found.answer:
        terminal.say(sentence)
    beside = f"{len(files)} files of pictures and text beside the tables; " if files else ""
    terminal.say(f"{beside}all of it is in")
    terminal.answer(lambda: {"folder": found.path, "answer": found.answer, "notes": notes, "files": files},
                    str(found.path))  # fmt: skip
