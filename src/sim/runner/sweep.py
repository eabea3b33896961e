"""A sweep from beginning to end, and from wherever it was broken off: chunks handed out, stored and told of."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from sim.engines.engine import ENGINES, Stopped, cores, engine
from sim.errors import Problem, UserError
from sim.experiment import designs
from sim.experiment import ensemble as ensembles
from sim.experiment.experiment import Experiment
from sim.experiment.load import load_experiment
from sim.experiment.plan import Chunk, Plan
from sim.results import manifest as about
from sim.results.sweep_store import SWEEP, Made, Store, begun, opened, usual_place
from sim.runner import compatibility
from sim.runner.chunks import Job, Values, run_chunk, scenario_table
from sim.runner.cluster import connect, require_guard
from sim.runner.ensembles import require
from sim.runner.model_version import model
from sim.runner.progress import Progress, Watch
from sim.scenario.schema import Scenario
from sim.world.build import effective
from sim.world.places import uezds_of
from sim.world.schedule import check_members, months_of

TICK = 0.2
"""Seconds between two looks at what is finished, and at whether to stop."""
PICTURES = "figures"
"""Where `plot` draws, below a sweep's folder."""
PER_RUN, PER_COMMITTEE_MONTH = 1e-3, 300e-9
"""Seconds of a thread of the compiled engine, roughly, where nothing is measured: docs/speed.md."""
CHUNK, LEAST, MOST_RUNS = 2.0, 0.2, 20_000
"""Seconds of work in a chunk of a long sweep, and of a short one; runs in a chunk at most."""
CHUNKS = 16
"""Chunks into which a sweep is cut at least, if they are not too short."""
FIRST_POINTS = 10
"""Points at which a scenario is sought: at some, drawn values may make none."""



def sweep(
    experiment: str | Path | Experiment,
    out: Path | str | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    extend: int | None = None,
    progress: Progress | None = None,
    *,
    points: int | None = None,
    ensemble: str | Path | None = None,
    note: Callable[[str], None] | None = None,
    part_units: int | None = None,
    work: Callable[..., Job] = Job.of,
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
    points
        For a first look: so many of the points (or base points, or trajectories) that the experiment asks for, in a
        folder of their own, ``NAME-first-N``, as a sweep that never becomes the whole one.
    ensemble
        A calibration's folder or name: its draws instead of the experiment's own points, in a folder of their own,
        ``NAME-ENSEMBLE``.
    note
        Called with remarks.
    part_units
        Of a new sweep: pairs per chunk, instead of about two seconds' work. No row depends on it.
    work
        Makes the job of an experiment, months, model and version: of another kind where more of a run is kept.
    """
    say, tell = note or (lambda text: None), progress or (lambda state: None)
    experiment = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    if ensemble is not None:
        experiment, remarks = ensembles.over(experiment, ensembles.read(ensemble))
        for remark in remarks:
            say(remark)
    whole = None if points is None else experiment
    experiment = experiment if points is None else designs.first_look(experiment, points)
    folder = (usual_place(experiment.name) if out is None else Path(out)).expanduser().resolve()
    _check(workers, extend, part_units)
    if cluster == "local":
        require_guard()
    begun(folder)
    require(experiment.ensemble, say)
    first, scenario = first_plan(experiment, part_units)
    with opened(folder, say) as (known, journal):
        version = SWEEP.version if known is None else known["format_version"]
        job, store = work(experiment, months_of(scenario), model(), version), Store(folder, journal)
        plan, drawn = compatibility.resolved(store, known, experiment, job, first, extend, say)
        chunks = [number for number in range(plan.chunks) if number not in store.done]
        manifest = describe(experiment, plan, job, drawn)
        if known is not None:
            manifest |= _kept(known, manifest, grows=bool(chunks))
        try:
            store.begin(manifest, known)
            for text in store.notes:
                say(text)
            watch = Watch(experiment, plan, store, tell)
            if chunks:
                _set_aside(folder, sum(entry["runs"] for entry in store.done.values()), say)
                pool = Threads(job, workers or cores()) if cluster is None else connect(job, cluster, workers, say)
                _work(experiment, map(plan.chunk, chunks), store, pool, watch)
            else:
                say(Finished(f"all {plan.runs:,} runs are there: nothing to do"))
            watch.tell(now=True)
            if whole is not None:
                say(_first_look(whole, experiment, store))
        finally:
            store.close()
    return folder


class Finished(str):
    """The remark that nothing is left to be run."""


def _first_look(whole: Experiment, part: Experiment, store: Store) -> str:
    """Return in words of how many points a first look was, and what all would take."""
    runs = designs.points(whole) * len(whole.combinations) * whole.replicates
    return (
        f"a first look: {designs.points(part):,} of {designs.points(whole):,} points of {whole.name}, kept apart; "
        f"the whole sweep is {runs:,} runs{compatibility.costs(runs, store.done)}"
    )


def first_plan(experiment: Experiment, pairs_per_chunk: int | None = None) -> tuple[Plan, Scenario]:
    """Return the plan of a new sweep, whose chunks take about two seconds each unless told otherwise.

    With it comes the first scenario that can be made, by whose size it is judged.
    """
    number, combinations = designs.points(experiment), len(experiment.combinations)
    scenario = _first_scenario(experiment, number, combinations)
    _check_purges(experiment, number)
    if pairs_per_chunk is None:
        uezds = uezds_of(scenario.tree)
        pair = combinations * (PER_RUN + PER_COMMITTEE_MONTH * (len(uezds) + sum(uezds)) * len(months_of(scenario)))
        long, short = CHUNK / pair, max(LEAST / pair, number * experiment.replicates / CHUNKS)
        pairs_per_chunk = max(1, round(min(long, short, MOST_RUNS / combinations)))
        if pairs_per_chunk > experiment.replicates:
            pairs_per_chunk -= pairs_per_chunk % experiment.replicates
    return Plan.first(number, experiment.replicates, combinations, pairs_per_chunk), scenario


def _check_purges(experiment: Experiment, number: int) -> None:
    """Refuse purges that, at the lowest sizes that are drawn, would leave no members: before anything is written."""
    [first] = designs.samples(experiment, (0, number), 0, 1)
    drawn = (each for each in experiment.uncertainties if each.target.startswith("events.") and not each.options)
    lowest = {each.name: each.low for each in drawn}
    for combination in range(len(experiment.combinations)):
        try:
            table = scenario_table(experiment, combination, first | lowest, quick=False)
            scenario = Scenario.model_validate(table, strict=False)
        except ValueError:
            continue  # values that make no scenario are told of in their rows
        check_members(scenario, effective(scenario))


def _first_scenario(experiment: Experiment, number: int, combinations: int) -> Scenario:
    last = ""
    for drawn in designs.samples(experiment, (0, number), 0, min(number, FIRST_POINTS)):
        for combination in range(combinations):
            try:
                table = scenario_table(experiment, combination, drawn, quick=False)
                return Scenario.model_validate(table, strict=False)
            except ValueError as error:
                last = str(error)
    raise UserError(Problem(experiment.name, allowed=f"none of the first points makes a scenario: {last}"))


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


def _kept(known: Mapping[str, Any], now: Mapping[str, Any], *, grows: bool) -> dict[str, Any]:
    """Return what a manifest keeps saying of the sweep's beginning, and of models and commits that gave rows before.

    The commit goes with the model, and is that of the last rows: it stays where neither is new.
    """
    kept = {key: known[key] for key in ("format_version", "versions", "platform", "created")}
    if not grows and now["model"] == known["model"]:
        kept["commit"] = known["commit"]
    latest = kept | {"model": now["model"], "commit": kept.get("commit", now["commit"])}
    for key, earlier in (("model", "models"), ("commit", "commits")):
        before = [known[key], *known.get(earlier, ())]
        if others := [name for name in before if name is not None and name != latest[key]]:
            kept[earlier] = others
    return kept


def _check(workers: int | None, extend: int | None, part_units: int | None) -> None:
    given = {"--workers": (workers, 1), "--extend": (extend, 1), "part_units": (part_units, 1)}
    problems = [
        Problem(option, found=str(value), allowed=f"a whole number from {least} on")
        for option, (value, least) in given.items()
        if value is not None and value < least
    ]
    if problems:
        raise UserError(problems)


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


def _work(experiment: Experiment, missing: Iterator[Chunk], store: Store, pool: Pool, watch: Watch) -> None:
    """Hand out the chunks that are missing, a few at a time, and store them as they come."""
    with pool:
        watch.tell()
        more, waiting = True, 0
        while more or waiting:
            while more and pool.has_room():
                chunk = next(missing, None)
                if chunk is None:
                    more = False
                else:
                    pool.submit(chunk, designs.samples(experiment, chunk.block.points, *chunk.points))
                    waiting += 1
                    watch.tell()
            for made in pool.finished(TICK):
                waiting -= 1
                store.add(made)
                watch.add(made)
            watch.tell()


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
        # Compiled here, where Ctrl-C is heard.
        engine(ENGINES[0]).prepare()
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
