"""One chunk of a sweep, from its samples to its files: a pure function of what can be sent to another machine."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from sim.engines.engine import ENGINES, engine
from sim.experiment.experiment import Experiment
from sim.experiment.plan import Chunk
from sim.experiment.worlds import Worlds
from sim.results import sweep_rows
from sim.results.sweep import SWEEP
from sim.results.sweep_store import Made
from sim.runner.chunk_recorder import Recorder
from sim.runner.failures import failure

Values = Mapping[str, Any]
"""What the uncertainties are at a point: a sample."""
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Job:
    """What all chunks of a sweep share.

    Attributes
    ----------
    experiment
        Without the rows of its design: each chunk comes with its own samples.
    months
        Of every run, ``YYYY-MM``.
    model
        Hash of the model's sources; a worker with others must not take part.
    key
        Tells one job from another.
    headline
        What the estimate so far is of.
    format_version
        Of the sweep: in the first, a span's mean is over a run's own months.
    """

    experiment: Experiment
    months: tuple[str, ...]
    model: str
    key: str
    headline: Headline
    format_version: int = SWEEP.version

    @classmethod
    def of(
        cls, experiment: Experiment, months: Sequence[str], model: str, format_version: int = SWEEP.version
    ) -> Job:
        """Return the job of an experiment."""
        plain = replace(experiment, design=replace(experiment.design, rows=()))
        record = json.dumps([plain.record(), list(months), model, format_version], sort_keys=True)
        key = hashlib.sha256(record.encode()).hexdigest()
        return cls(plain, tuple(months), model, key, Headline.of(experiment), format_version)

    def recorder(self, chunk: Chunk) -> Recorder:
        """Return what keeps a chunk's runs."""
        return Recorder(self.experiment, self.months, chunk, alone=self.format_version < 2)


@dataclass(frozen=True)
class Headline:
    """What the estimate so far is of: an effect of the first lever, or an outcome where there is none.

    Attributes
    ----------
    column, place
        Of the table of runs, and its place among the columns of outcomes.
    stride
        Place of the other combination in a pair, the baseline being at 0; 0 without levers.
    text
        In words.
    """

    column: str
    place: int
    stride: int
    text: str

    @classmethod
    def of(cls, experiment: Experiment) -> Headline:
        """Return the headline of an experiment: the nation, the main horizon, the first outcome."""
        columns = list(experiment.columns())
        place = next((number for number, column in enumerate(columns) if column[2] == "nation"), 0)
        column, outcome, scope, horizon = columns[place]
        when = experiment.horizons[horizon].meaning
        lever = next(iter(experiment.levers), None)
        if lever is None or len(lever.options) < 2:
            return cls(column, place, 0, f"{outcome}, {scope}, {when}")
        stride = len(experiment.combinations) // len(lever.options)
        base, other = (option.value for option in lever.options[:2])
        return cls(column, place, stride, f"{outcome}, {scope}, {when}: {other} minus {base}")

    def pieces(self, values: Floats, chunk: Chunk) -> tuple[Floats, Integers]:
        """Return sums and counts by point, from the column's values of a chunk's runs."""
        pairs = values.reshape(chunk.size, chunk.combinations)
        found = pairs[:, self.stride] - pairs[:, 0] if self.stride else pairs[:, 0]
        first, last = chunk.points
        at = np.array([point - first for point, _ in chunk.pairs()])
        known = np.isfinite(found)
        sums: Floats = np.bincount(at[known], weights=found[known], minlength=last - first).astype(np.float64)
        return sums, np.bincount(at[known], minlength=last - first).astype(np.int64)


def run_chunk(job: Job, chunk: Chunk, samples: Sequence[Values], go_on: Callable[[int], None] | None = None) -> Made:
    """Run all runs of a chunk.

    What the files hold depends on the job, the chunk and its samples alone: not on where, when and beside
    what they are made. A run that fails is a row with its error.

    Parameters
    ----------
    samples
        Of the points ``chunk.points``.
    go_on
        Called now and then; may raise to break off.
    """
    began = time.perf_counter()
    kept = job.recorder(chunk)
    errors = simulate(job, chunk, samples, kept, go_on)
    kept.finish()
    rows = sweep_rows.runs(job.experiment, chunk, samples, kept.outcomes, errors, kept.targets)
    files = {f"runs/{name(chunk.number)}": rows}
    if (curves := kept.curves()) is not None:
        files[f"curves/{name(chunk.number)}"] = sweep_rows.curves(job.experiment, job.months, *curves)
    if (bins := kept.bins()) is not None:
        files[f"bins/{name(chunk.number)}"] = sweep_rows.bins(job.experiment, job.months, *bins)
    sums, counts = job.headline.pieces(kept.outcomes[:, job.headline.place], chunk)
    seconds = time.perf_counter() - began
    return Made(chunk.number, files, chunk.runs, len(errors), seconds, chunk.points[0], sums, counts)


def name(number: int) -> str:
    """Return the name of a chunk's files."""
    return f"part-{number:06d}.parquet"


def simulate(
    job: Job, chunk: Chunk, samples: Sequence[Values], kept: Recorder, go_on: Callable[[int], None] | None = None,
    *, without: int | None = None,
) -> dict[int, tuple[str, str]]:  # fmt: skip
    """Run the runs of a chunk one by one, or all but one; return error and place of those that failed."""
    worlds, run = _worlds(job), engine(ENGINES[0]).simulate
    errors: dict[int, tuple[str, str]] = {}
    # the worlds of one point, for all its replicates
    here, made = -1, dict[int, Any]()
    for pair, (point, replicate) in enumerate(chunk.pairs()):
        if point != here:
            here, made = point, {}
        for combination in range(chunk.combinations):
            row = pair * chunk.combinations + combination
            if row == without:
                continue
            try:
                if combination not in made:
                    made[combination] = worlds.world(combination, samples[point - chunk.points[0]])
                series = job.experiment.series(point, replicate)
                trajectory = run(made[combination], series, go_on, events=False)
                kept.add(row, trajectory.values)
            except (MemoryError, OSError):
                raise  # the machine's fault, and perhaps not the next time: no row must say so
            except Exception as error:
                errors[row] = _error(job, replicate, error)
    return errors


def _error(job: Job, replicate: int, error: Exception) -> tuple[str, str]:
    if isinstance(error, ValidationError):
        return refusal(error), "scenario"
    record = failure(replicate, job.experiment.seed, error)
    return record.error, record.where


def refusal(error: ValidationError) -> str:
    """Return why values make no scenario, without what differs between versions of pydantic."""
    faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
    return f"ValueError: {faults}"


_own = threading.local()


def _worlds(job: Job) -> Worlds:
    """Return the worlds of this thread: they are costly to begin with, and not for several threads."""
    if getattr(_own, "key", None) != job.key:
        _own.key, _own.worlds = job.key, Worlds(job.experiment)
    worlds: Worlds = _own.worlds
    return worlds
