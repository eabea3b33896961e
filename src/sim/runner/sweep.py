"""A sweep from beginning to end, and from wherever it was broken off: chunks handed out, stored and told of."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.engines.engine import ENGINES, cores
from sim.errors import Problem, UserError
from sim.experiment import designs
from sim.experiment.experiment import Experiment
from sim.experiment.load import load_experiment
from sim.experiment.plan import Chunk, Plan
from sim.results import manifest as about
from sim.results.sweep import SWEEP
from sim.results.sweep_store import Store, begun, opened, usual_place
from sim.runner import compatibility, same_rows
from sim.runner.chunks import Job, Values
from sim.runner.cluster import connect
from sim.runner.guard import require_guard
from sim.runner.model_version import model
from sim.runner.pools import Pool, Threads
from sim.runner.progress import Progress, Watch
from sim.runner.sizes import first_plan

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
    first = first_plan(experiment, part_units)
    with opened(folder, say) as (known, journal):
        version = SWEEP.version if known is None else known["format_version"]
        job = Job.of(experiment, first.months, model(), version)
        plan, drawn = compatibility.resolved(folder, known, experiment, job, first.plan, extend, journal.parts, say)
        whole = len(journal.parts) == plan.chunks
        store = Store(folder, describe(experiment, plan, job, drawn) | _kept(known, job, whole=whole), journal)
        try:
            if store.manifest != known:
                store.write_manifest()
            store.begin()
            for text in store.notes:
                say(text)
            watch = Watch(plan, store, job.headline, tell, shared=experiment.accidents == "shared")
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
        "format": SWEEP.name, "format_version": SWEEP.version, "name": experiment.name, "title": experiment.title,
        "why": experiment.why, "experiment": experiment.record(), "fingerprint": experiment.fingerprint(),
        "columns": {
            "levers": [lever.name for lever in experiment.levers],
            "uncertainties": [factor.name for factor in experiment.uncertainties],
            "outcomes": [list(column) for column in experiment.columns()],
        },
        "plan": plan.record(), "draws": drawn, "months": list(job.months), "engine": ENGINES[0], "model": job.model,
        "versions": about.versions(), "platform": platform.platform(), "commit": about.commit(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip


def _kept(known: dict[str, Any] | None, job: Job, *, whole: bool) -> dict[str, Any]:
    """Return what a manifest keeps saying of the sweep's beginning, and of the models that gave its rows before.

    The commit goes with the model, and is that of the last rows: it stays where neither is new.
    """
    if known is None:
        return {}
    models = [name for name in same_rows.earlier(known) if name != job.model]
    stays = ("commit",) if whole and job.model == known["model"] else ()
    kept = {key: known[key] for key in ("format_version", "versions", "platform", "created", *stays)}
    return kept | ({"models": models} if models else {})


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


def _work(missing: Iterator[tuple[Chunk, Sequence[Values]]], store: Store, pool: Pool, watch: Watch) -> None:
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
