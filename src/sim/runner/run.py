"""Many replicates of one scenario, from an engine into a result folder; those that cannot be finished are noted."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from sim.analysis.places import PlaceMeans, mapped
from sim.analysis.scores import Scores, write_csv
from sim.engines.engine import ENGINES, Engine, Simulate, trajectories
from sim.engines.engine import engine as load_engine
from sim.engines.trajectory import Trajectory
from sim.errors import Problem, UserError, whole
from sim.experiment.draws import Draws, draws
from sim.experiment.ensemble import read as read_ensemble
from sim.results import manifest
from sim.results.atomic import disk
from sim.results.manifest import Failure, failure
from sim.results.result import Result, open_result
from sim.results.run_store import ResultWriter, new_result, write_places
from sim.runner.ensembles import checked
from sim.scenario.load import Loaded, Sets, Source, load
from sim.scenario.schema import Run
from sim.world.build import World, vary

REPLICATES = 2**32
"""For so many the address of a draw has room."""
AT_ONCE = 256
"""Draws whose values are made at once."""
#: Called with the number of months done and the number of all months of all replicates.
Progress = Callable[[int, int], None]


class RunFailed(Exception):
    """No replicate could be finished, so nothing was stored."""

    def __init__(self, failed: list[Failure]) -> None:
        self.failed = failed
        reasons = sorted({f"{failure.error} (at {failure.where})" for failure in failed})
        super().__init__(f"all {len(failed)} replicates failed; nothing was stored\n" + "\n".join(reasons))


def run(
    scenario: Source,
    replicates: int | None = None,
    seed: int | None = None,
    out: Path | str | None = None,
    progress: Progress | None = None,
    *,
    sets: Sets = (),
    force: bool = False,
    engine: str | Engine = ENGINES[0],
    workers: int | None = None,
    threads: int | None = None,
    first: int = 0,
    texts: Mapping[str, str] | None = None,
    ensemble: str | Path | None = None,
) -> Result:
    """Run a scenario and store the result.

    Parameters
    ----------
    scenario
        A file, the name of a scenario that comes with the package, a dict of what could stand in a file, or what was
        loaded before.
    replicates, seed
        Instead of the scenario's own.
    sets
        Values to override: ``{"parameters.g_y": 0.2}`` or ``["parameters.g_y=0.2"]``.
    out
        The result's folder; by default a new one below ``results/runs`` of the current folder.
    progress
        Called with months done and months in all.
    force
        Replace an earlier result in ``out``.
    engine
        ``compiled``, or ``reference``: slow, written to be read, with the same result.
    workers
        Replicates made at once by the compiled engine; by default one for each core. The result does not depend on it.
        It was called ``threads``, which is still understood.
    first
        Number of the first replicate, which addresses its draws.
    texts
        Files to add to the result's folder, by name.
    ensemble
        A calibration's folder or name: replicate r has the parameters and readings of its draw r, where the scenario
        does not set them; ``draws.csv`` says which. At most as many replicates as it has draws.

    Raises
    ------
    RunFailed
        Every replicate failed. If only some do, they are listed in the manifest.
    """
    loaded, workers = with_run(load(scenario, sets), replicates, seed), agreed_workers(workers, threads)
    first = whole("first", first, 0, REPLICATES - loaded.scenario.run.replicates)
    drawn = None if ensemble is None else _drawn(loaded, ensemble, first)
    began, started = time.perf_counter(), datetime.now(UTC)
    # The destination comes first: a place that cannot be written is found before any work is done.
    with new_result(out, loaded.path.stem, committees=loaded.scenario.run.committees, force=force) as writer:
        chosen = load_engine(engine)
        world = chosen.build(mapped(loaded.scenario))
        scores, places = Scores(), PlaceMeans(world.committees)
        failed = _replicates(chosen, world, drawn, writer, (scores, places), progress, workers, first)
        writer.close_tables()
        with disk(writer.destination):
            write_places(writer.folder, places.table())
            write_csv(scores.rows(), writer.folder / "targets.csv")
            for name, text in {**(texts or {}), **_draws_file(drawn, first, loaded.scenario.run.replicates)}.items():
                (writer.folder / name).write_text(text, encoding="utf-8")
        took = time.perf_counter() - began
        writer.finish(manifest.describe(loaded, chosen.name, started, took, failed, drawn))
    return open_result(writer.destination, verify=False)


def _drawn(loaded: Loaded, name: str | Path, first: int) -> Draws:
    """Return an ensemble's draws for the replicates of a run."""
    ensemble, last = checked(read_ensemble(name)), first + loaded.scenario.run.replicates
    if last > len(ensemble.rows):
        raise UserError(Problem("--replicates", found=str(loaded.scenario.run.replicates),
                                allowed=f"at most {len(ensemble.rows):,}, the draws of {ensemble.name}"))  # fmt: skip
    return draws(loaded, ensemble=ensemble)


def _draws_file(drawn: Draws | None, first: int, replicates: int) -> dict[str, str]:
    """Return the table of what each replicate has drawn, as a file."""
    if drawn is None:
        return {}
    text = io.StringIO()
    writer = csv.DictWriter(text, ["replicate", *drawn.names], lineterminator="\n")
    writer.writeheader()
    samples = drawn.samples(first, first + replicates)
    writer.writerows({"replicate": first + at, **sample} for at, sample in enumerate(samples))
    return {"draws.csv": text.getvalue()}


def agreed_workers(workers: int | None, threads: int | None) -> int | None:
    """Return how many replicates are made at once, under whichever name that was asked."""
    if workers is not None and threads is not None:
        raise UserError(Problem("--workers", found=f"{workers}, and --threads {threads}", allowed="one of the two"))
    number = threads if workers is None else workers
    if number is not None and number < 1:
        raise UserError(Problem("--workers", found=str(number), allowed="1 or more"))
    return number


def with_run(loaded: Loaded, replicates: int | None, seed: int | None) -> Loaded:
    """Return the scenario with another number of replicates or another seed, and say where they come from."""
    given = {name: value for name, value in (("replicates", replicates), ("seed", seed)) if value is not None}
    if not given:
        return loaded
    try:
        settings = Run.model_validate(loaded.scenario.run.model_dump() | given)
    except ValidationError as error:
        faults = [(fault["loc"][0], fault["input"], fault["msg"]) for fault in error.errors()]
        raise UserError(
            Problem(f"--{name}", found=repr(value), allowed=message.removeprefix("Input should be "))
            for name, value, message in faults
        ) from error
    layers = dict(loaded.layers) | {f"run.{name}": f"--{name}" for name in given}
    return replace(loaded, scenario=loaded.scenario.model_copy(update={"run": settings}), layers=layers)


def _replicates(
    engine: Engine, world: World, drawn: Draws | None, writer: ResultWriter, kept: Sequence[Scores | PlaceMeans],
    progress: Progress | None, workers: int | None, first: int,
) -> list[Failure]:  # fmt: skip
    """Store replicate after replicate, and take what is kept of it; return those that failed."""
    replicates = world.scenario.run.replicates
    failed: list[Failure] = []
    numbers = range(first, first + replicates)
    runs, months = drawn_pairs([world], drawn, numbers), range(len(world.months) * replicates)
    with finished(engine, runs, months, progress, workers, events=True) as made:
        for replicate, trajectory in zip(numbers, made, strict=True):
            if isinstance(trajectory, Failure):
                failed.append(trajectory)
            else:
                writer.add(replicate, trajectory, world.committees)
                for one in kept:
                    one.add(trajectory)
    if len(failed) == replicates:
        raise RunFailed(failed)
    return failed


def drawn_pairs(built: Sequence[World], drawn: Draws | None, numbers: range) -> Iterator[tuple[World, int]]:
    """Yield worlds and replicates in the order in which they are run: all worlds of a replicate have the same draw."""
    for start in range(numbers.start, numbers.stop, AT_ONCE):
        some = range(start, min(start + AT_ONCE, numbers.stop))
        values = [None] * len(some) if drawn is None else drawn.varied(some.start, some.stop)
        for number, value in zip(some, values, strict=True):
            yield from ((world if value is None else vary(world, *value), number) for world in built)


def caught(engine: Engine) -> Engine:
    """Return an engine that gives a `Failure` for a trajectory where a replicate fails.

    A request that is wrong still ends everything, and so does an interrupt.
    """

    def simulate(
        world: Any, replicate: int, on_month: Callable[[int], None] | None = None, *, events: bool = True
    ) -> Trajectory | Failure:
        try:
            return engine.simulate(world, replicate, on_month, events=events)
        except UserError:
            raise
        except Exception as error:
            return failure(replicate, world.scenario.run.seed, error)

    return replace(engine, simulate=cast(Simulate, simulate))


@contextmanager
def finished(
    engine: Engine, runs: Iterable[tuple[Any, int]], months: range, progress: Progress | None, workers: int | None,
    *, events: bool = False,
) -> Iterator[Iterator[Trajectory | Failure]]:  # fmt: skip
    """Give what runs come to, one after the other, and tell of months as they pass; leaving ends the threads, too."""
    done = months.start

    def on_months(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, months.stop)

    made = trajectories(caught(engine), runs, workers, events=events, on_months=on_months)
    with closing(cast("Generator[Trajectory | Failure]", made)) as found:
        yield found
