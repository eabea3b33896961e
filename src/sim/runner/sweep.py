"""A sweep from beginning to end, and from wherever it was broken off: chunks handed out, stored and told of."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Protocol

from sim.engines.engine import ENGINES, Stopped, cores
from sim.errors import Problem, UserError, whole
from sim.experiment import designs
from sim.experiment import ensemble as ensembles
from sim.experiment.experiment import Experiment
from sim.experiment.load import load_experiment
from sim.experiment.plan import Chunk, Plan
from sim.results.manifest import describe_sweep
from sim.results.sweep_locks import Share
from sim.results.sweep_store import Made, Store, begun, opened, usual_place
from sim.runner import compatibility
from sim.runner.chunks import Job, Values, run_chunk
from sim.runner.cluster import connect
from sim.runner.compiling import prepare
from sim.runner.ensembles import require
from sim.runner.first_plan import first_plan
from sim.runner.main_guard import require_guard
from sim.runner.model_version import model
from sim.runner.progress import Progress, Watch
from sim.runner.shares import Apart, agree, joined, read_apart, refuse_unmerged
from sim.scenario.schema import months_of

TICK = 0.2
"""Seconds between two looks at what is finished, and at whether to stop."""
PICTURES = "figures"
"""Where `plot` draws, below a sweep's folder."""


def sweep(
    experiment: str | Path | Experiment,
    out: Path | str | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    extend: int | str | None = None,
    progress: Progress | None = None,
    *,
    points: int | None = None,
    ensemble: str | Path | None = None,
    share: tuple[int, int] | str | None = None,
    merge: Sequence[Path | str] = (),
    tls: bool = False,
    note: Callable[[str], None] | None = None,
    part_units: int | None = None,
    work: Callable[..., Job] = Job,
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
        Have so many times the points (or replicates) that the experiment asks for, 2 or ``2x``; what has begun stays.
    progress
        Called now and then in the caller's thread; it may raise, which ends the sweep.
    points
        For a first look: so many of the points (or base points, or trajectories) that the experiment asks for, in a
        folder of their own, ``NAME-first-N``, as a sweep that never becomes the whole one.
    ensemble
        A calibration's folder or name: its draws instead of the experiment's own points, in a folder of their own,
        ``NAME-ENSEMBLE``.
    share
        Make one share of the parts alone: ``(3, 16)`` the third of sixteen. All shares may be made at once, by
        processes that know nothing of each other, into one folder; the sweep without it merges them.
    merge
        Folders in which shares of this sweep, or the beginning of it, were made apart: what is whole there is copied.
    tls
        Encrypt what this process and workers of its own (``slurm``, ``local``) tell each other, and let nobody else in.
    note
        Called with remarks.
    part_units
        Of a new sweep: pairs per chunk, instead of about two seconds' work. No row depends on it.
    work
        Makes the job of an experiment, months and model: of another kind where more of a run is kept.
    """
    say = note or (lambda text: None)
    experiment = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    if ensemble is not None:
        experiment = ensembles.over(experiment, ensembles.read(ensemble), say=say)
    of = None if points is None else experiment
    experiment = experiment if points is None else designs.first_look(experiment, points)
    folder = (usual_place(experiment.name) if out is None else Path(out)).expanduser().resolve()
    mine = None if share is None else Share.asked(share)
    extend = times(extend)
    _check(workers, extend, part_units, mine, merge)
    if tls and cluster is None:
        raise UserError(Problem("--tls", allowed="with --cluster slurm or local"))
    if cluster == "local":
        require_guard()
    begun(folder)  # one of something else is refused before anything runs
    if experiment.ensemble is not None:
        require(experiment.ensemble, say)
    first, scenario = first_plan(experiment, part_units)
    job = work(replace(experiment, design=replace(experiment.design, rows=())), months_of(scenario), model())
    apart = read_apart(merge, experiment, job, say) if merge else []
    with opened(folder, say, mine) as store:
        job, plan, parts = _begin(store, experiment, first, job, apart, extend, say)
        watch = None if progress is None else Watch(experiment, plan, parts, store, progress)
        missing = [number for number in parts if number not in store.done]
        if missing:
            stored = {**store.journal.parts, **store.done}
            _set_aside(folder, sum(entry["runs"] for entry in stored.values()), say)
            pool = Threads(job, workers or cores()) if cluster is None else connect(job, cluster, workers, say, tls=tls)
            with pool:
                for added in _work(experiment, map(plan.chunk, missing), store, pool):
                    if watch is not None:
                        watch.tell(added)
        else:
            whose = "" if mine is None else f" of share {mine}"
            runs = sum(plan.chunk(number).runs for number in parts)
            say(Finished(f"all {runs:,} runs{whose} are there: nothing to do"))
        if watch is not None:
            watch.tell(now=True)
        if of is not None:
            say(_first_look(of, plan, store))
    return folder


def _begin(
    store: Store, experiment: Experiment, first: Plan, job: Job, apart: Sequence[Apart], extend: int | None,
    say: Callable[[str], None],
) -> tuple[Job, Plan, Sequence[int]]:  # fmt: skip
    """Settle which runs the sweep has, and write so down; take over what was made apart.

    Parameters
    ----------
    first, job
        The plan and the job of a new sweep.

    Returns
    -------
    tuple
        The job, by the version of the sweep's format, the plan, and which of its parts are to be made here.
    """
    if extend is not None:
        refuse_unmerged(store)
    if store.share is not None:
        agree(store, experiment, first, job)
    begins = next((one for one in (store.known, *(one.manifest for one in apart)) if one is not None), None)
    job = job if begins is None else replace(job, format_version=begins["format_version"])
    plan = first if begins is None else Plan.read(begins["plan"])
    if store.known is None and extend is None:
        drawn = designs.hashes(experiment, plan)
    else:
        plan, drawn = compatibility.resolved(store, experiment, job, plan, extend, say)
    if apart:
        plan, drawn = joined(store, plan, drawn, apart)
    manifest = describe_sweep(experiment, plan, drawn, job.months, ENGINES[0], job.model)
    parts = [number for number in range(plan.chunks) if store.share is None or store.share.holds(number)]
    if store.known is not None or apart:
        grows = any(number not in store.done for number in parts)
        manifest |= compatibility.kept(store.known, [one.manifest for one in apart], manifest, grows=grows)
    store.begin(manifest)
    for one in apart:
        store.take(one.store)
    for text in store.notes:
        say(text)
    return job, plan, parts


class Finished(str):
    """The remark that nothing is left to be run."""


def unless_finished(say: Callable[[str], None]) -> Callable[[str], None]:
    """Return what is told a sweep's remarks but that one: of many sweeps, most may be there."""
    return lambda text: None if isinstance(text, Finished) else say(text)


def _first_look(of: Experiment, part: Plan, store: Store) -> str:
    """Return in words of how many points a first look is by now, and what all would take."""
    points = designs.points(of)
    runs = points * len(of.combinations) * of.replicates
    fewer = part.points < points
    there = f"{part.points:,} of {points:,} points of {of.name}" if fewer else (
        f"{part.points:,} points, where {of.name} has {points:,}")  # fmt: skip
    return (
        f"a first look: {there}, kept apart; the whole sweep is {runs:,} runs{compatibility.costs(runs, store.done)}"
    )


def times(extend: int | str | None) -> int | None:
    """Return how many times the points: 2 or ``2x``; ``1x`` takes back what was planned and has not begun."""
    found = re.fullmatch(r"0*([1-9]\d{0,5})x?", extend.strip()) if isinstance(extend, str) else None
    if isinstance(extend, str) and not found:
        allowed = "1x, 2x, ...: times what the experiment asks for"
        raise UserError(Problem("--extend", found=repr(extend), allowed=allowed))
    return None if extend is None else whole("--extend", int(found[1]) if found else extend, 1)


def _check(
    workers: int | None, extend: int | None, part_units: int | None, share: Share | None, merge: Sequence[Path | str]
) -> None:  # fmt: skip
    problems = [
        Problem(option, found=str(value), allowed="a whole number from 1 on")
        for option, value in {"--workers": workers, "part_units": part_units}.items() if value is not None and value < 1
    ]  # fmt: skip
    together = {"--share": share is not None, "--merge": bool(merge), "--extend": extend is not None}
    if sum(together.values()) > 1:
        found = " and ".join(option for option, asked in together.items() if asked)
        problems.append(Problem(found, allowed="one of them at a time: shares are merged before a sweep is enlarged"))
    if problems:
        raise UserError(problems)


def _set_aside(folder: Path, runs: int, say: Callable[[str], None]) -> None:
    """Put the pictures of a sweep that is going to grow into a folder that says of how many runs at most they are."""
    older = folder / PICTURES / f"of-{runs}-runs"
    found = [path for path in (folder / PICTURES).glob("*") if path.is_file()]
    for path in found:
        older.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):  # another share has done so
            path.replace(older / path.name)
    if found:
        where = f"{PICTURES}/{older.name}"
        say(f"the pictures there show the sweep as it was: they are in {where}; skloki plot draws new ones")


def _work(
    experiment: Experiment, missing: Iterator[Chunk], store: Store, pool: Pool
) -> Iterator[Sequence[tuple[Chunk, Made]]]:  # fmt: skip
    """Hand out the chunks that are missing, a few at a time, and store them as they come.

    Yields what was stored, now and then nothing: whoever asks may end it there.
    """
    more, waiting = True, dict[int, Chunk]()
    yield ()
    while more or waiting:
        while more and pool.has_room():
            chunk = next(missing, None)
            if chunk is None:
                more = False
            else:
                pool.submit(chunk, designs.samples(experiment, chunk.block.points, *chunk.points))
                waiting[chunk.number] = chunk
                yield ()
        finished = pool.finished(TICK)
        for made in finished:
            store.add(made)
        yield [(waiting.pop(made.number), made) for made in finished]


class Pool(Protocol):
    """Works on chunks; leaving its block ends all work."""

    def __enter__(self) -> Pool: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def has_room(self) -> bool:
        """Say whether more chunks would be of use now; memory is bounded by it."""

    def submit(self, chunk: Chunk, samples: Sequence[Values]) -> None:
        """Take a chunk."""

    def finished(self, seconds: float) -> list[Made]:
        """Return chunks that have come to their end, after so many seconds at the latest; raise what a chunk raised."""


class Threads:
    """Threads of this process: the month loop holds no lock, so they run side by side."""

    def __init__(self, job: Job, workers: int) -> None:
        self._job, self._workers = job, workers
        self._stop = threading.Event()
        self._waiting: set[Future[Made]] = set()

    def __enter__(self) -> Threads:
        prepare()  # here, where Ctrl-C is heard
        self._pool = ThreadPoolExecutor(self._workers)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)

    def has_room(self) -> bool:
        """Say whether some worker has no next chunk waiting for it."""
        return len(self._waiting) < 2 * self._workers

    def submit(self, chunk: Chunk, samples: Sequence[Values]) -> None:
        """Take a chunk."""
        self._waiting.add(self._pool.submit(run_chunk, self._job, chunk, samples, self._go_on))

    def finished(self, seconds: float) -> list[Made]:
        """Return chunks that have come to their end."""
        done, self._waiting = wait(self._waiting, seconds, FIRST_COMPLETED)
        return [future.result() for future in sorted(done, key=id)]

    def _go_on(self, months: int) -> None:
        if self._stop.is_set():
            raise Stopped
