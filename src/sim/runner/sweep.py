"""A sweep from beginning to end, and from wherever it was broken off: chunks handed out, stored and told of."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from sim.engines.engine import ENGINES, cores
from sim.errors import Problem, UserError
from sim.experiment import designs
from sim.experiment.experiment import Experiment
from sim.experiment.load import load_experiment
from sim.experiment.plan import Chunk, Plan
from sim.results import manifest as about
from sim.results.journal import read_journal
from sim.results.locking import locked
from sim.results.sweep import SWEEP
from sim.results.sweep_store import Made, Store, begun, usual_place
from sim.runner import compatibility, same_rows
from sim.runner.chunks import Headline, Job, Values, name
from sim.runner.cluster import connect
from sim.runner.guard import require_guard
from sim.runner.model_version import model
from sim.runner.pools import Pool, Threads
from sim.runner.progress import Clock, Estimate, State
from sim.runner.sizes import first_plan, first_scenario
from sim.world.schedule import months_of

Progress = Callable[[State], None]

TICK = 0.2
"""Seconds between two looks at what is finished, and at whether to stop."""
PICTURES = "figures"
"""Where `plot` draws, below a sweep's folder."""


def sweep(
    experiment: str | Path | Experiment,
    out: Path | str | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    extend: int | None = None,
    progress: Progress | None = None,
    *,
    note: Callable[[str], None] | None = None,
    part_units: int | None = None,
) -> Path:
    """Run a sweep, or what is left of it, and return its folder; where it ends early, what is finished is kept.

    Parameters
    ----------
    experiment
        A file, or the name of an experiment that comes with the package, or one that was read before.
    out
        The folder; by default ``results/sweeps/NAME`` below the current one.
    workers
        Threads; by default one for each core. With a cluster see `sim.runner.cluster`.
    cluster
        Address of a Dask scheduler, ``slurm`` or ``local``; the rows are the same.
    extend
        Have so many times the points (or replicates) that the experiment asks for; what has begun stays.
    progress
        Called now and then in the caller's thread; it may raise, which ends the sweep.
    note
        Called with remarks.
    part_units
        Of a new sweep: pairs per chunk, instead of about two seconds' work. No row depends on it.
    """
    experiment = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    folder = (usual_place(experiment.name) if out is None else Path(out)).expanduser().resolve()
    say, tell = note or (lambda text: None), progress or (lambda state: None)
    _check(workers, extend, part_units)
    if cluster == "local":
        require_guard()
    begun(folder)
    scenario = first_scenario(experiment)
    first = first_plan(experiment, scenario, part_units)
    with locked(folder, say):
        known, journal = begun(folder), read_journal(folder)
        version = SWEEP.version if known is None else known["format_version"]
        job = Job.of(experiment, months_of(scenario), model(), version)
        plan, drawn = compatibility.resolved(folder, known, experiment, job, first, extend, journal.parts, say)
        missing = len(journal.parts) < plan.chunks
        store = Store(folder, describe(experiment, plan, job, drawn) | _kept(known, job, missing=missing), journal)
        try:
            if store.manifest != known:
                store.write_manifest()
            store.begin()
            for text in store.notes:
                say(text)
            watch = _Watch(plan, store, job.headline, tell, shared=experiment.accidents == "shared")
            if len(store.done) < plan.chunks:
                _set_aside(folder, sum(entry["runs"] for entry in store.done.values()), say)
                chunks = (plan.chunk(number) for number in range(plan.chunks) if number not in store.done)
                samples = ((chunk, designs.samples(experiment, chunk.block.points, *chunk.points)) for chunk in chunks)
                _work(samples, store, _pool(job, workers, cluster, say), watch)
            else:
                say(f"all {plan.runs:,} runs are there: nothing to do")
            watch.tell(now=True)
        finally:
            store.close()
    return folder


def describe(experiment: Experiment, plan: Plan, job: Job, drawn: list[str]) -> dict[str, Any]:
    """Return the manifest of a sweep."""
    return {
        "format": SWEEP.name,
        "format_version": SWEEP.version,
        "name": experiment.name,
        "title": experiment.title,
        "why": experiment.why,
        "experiment": experiment.record(),
        "fingerprint": experiment.fingerprint(),
        "plan": plan.record(),
        "draws": drawn,
        "columns": {
            "levers": [lever.name for lever in experiment.levers],
            "uncertainties": [factor.name for factor in experiment.uncertainties],
            "outcomes": [list(column) for column in experiment.columns()],
        },
        "months": list(job.months),
        "engine": ENGINES[0],
        "model": job.model,
        "versions": about.versions(),
        "platform": platform.platform(),
        "commit": about.commit(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _kept(known: dict[str, Any] | None, job: Job, *, missing: bool) -> dict[str, Any]:
    """Return what a manifest keeps saying of the sweep's beginning, and of the models that gave its rows before.

    The commit is that of the last rows, as the model is.
    """
    if known is None:
        return {}
    models = [name for name in same_rows.earlier(known) if name != job.model]
    fields = ("format_version", "versions", "platform", "created", *(() if missing else ("commit",)))
    return {key: known[key] for key in fields} | ({"models": models} if models else {})


def _check(workers: int | None, extend: int | None, part_units: int | None) -> None:
    given = {"--workers": (workers, 1), "--extend": (extend, 1), "part_units": (part_units, 1)}
    problems = [
        Problem(option, found=str(value), allowed=f"a whole number from {least} on")
        for option, (value, least) in given.items()
        if value is not None and value < least
    ]
    if problems:
        raise UserError(problems)


def _pool(job: Job, workers: int | None, cluster: str | None, say: Callable[[str], None]) -> Pool:
    if cluster is None:
        return Threads(job, workers or cores())
    return connect(job, cluster, workers, say)


def _set_aside(folder: Path, runs: int, say: Callable[[str], None]) -> None:
    """Put the pictures of a sweep that is going to grow into a folder that says of how many runs at most they are."""
    older = folder / PICTURES / f"of-{runs}-runs"
    found = [path for path in (folder / PICTURES).glob("*") if path.is_file()]
    for path in found:
        older.mkdir(exist_ok=True)
        path.replace(older / path.name)
    if found:
        where = f"{PICTURES}/{older.name}"
        say(f"the pictures there show the sweep as it was: they are in {where}; skloki plot draws new ones")


def _work(missing: Iterator[tuple[Chunk, Sequence[Values]]], store: Store, pool: Pool, watch: _Watch) -> None:
    """Hand out the chunks that are missing, a few at a time, and store them as they come."""
    with pool:
        watch.tell()
        more, waiting = True, 0
        while more or waiting:
            while more and pool.has_room():
                following = next(missing, None)
                if following is None:
                    more = False
                else:
                    pool.submit(*following)
                    waiting += 1
                    watch.tell()
            for made in pool.finished(TICK):
                waiting -= 1
                store.add(made)
                watch.add(made)
            watch.tell()


class _Watch:
    """What is told while a sweep runs."""

    def __init__(self, plan: Plan, store: Store, headline: Headline, tell: Progress, *, shared: bool) -> None:
        self._tell, self._clock, self._estimate = tell, Clock(), Estimate(plan.points)
        for made in _stored(headline, plan, store):
            self._estimate.add(made)
        done, failed = (sum(entry[key] for entry in store.done.values()) for key in ("runs", "failed"))
        self._state = State(done, plan.runs, failed, math.nan, math.nan, headline.text, *self._estimate.value(),
                            shared)  # fmt: skip
        self._changed, self._last = False, time.monotonic()

    def add(self, made: Made) -> None:
        """Note a chunk that was stored."""
        self._clock.add(made.runs)
        self._estimate.add(made)
        self._state = replace(
            self._state, done=self._state.done + made.runs, failed=self._state.failed + made.failed,
        )  # fmt: skip
        self._changed = True

    def tell(self, *, now: bool = False) -> None:
        """Tell how far the sweep is; reckon anew once a second at most, since points may be many."""
        if self._changed and (now or time.monotonic() - self._last > 1.0):
            rate, (estimate, error, points) = self._clock.rate(), self._estimate.value()
            left = (self._state.total - self._state.done) / rate
            self._state = replace(self._state, rate=rate, left=left, estimate=estimate, error=error, points=points)
            self._changed, self._last = False, time.monotonic()
        self._tell(self._state)


def _stored(headline: Headline, plan: Plan, store: Store) -> Iterator[Made]:
    """Yield the pieces of the estimate of chunks that were stored before."""
    for number, entry in store.done.items():
        chunk = plan.chunk(number)
        column = pq.read_table(store.folder / "runs" / name(number), columns=[headline.column])[0]
        values = column.to_numpy().astype(np.float64)
        sums, counts = headline.pieces(values, chunk)
        yield Made(number, {}, chunk.runs, entry["failed"], entry["seconds"], chunk.points[0], sums, counts)
