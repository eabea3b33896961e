"""One chunk of a sweep, from its samples to its files: a pure function of what can be sent to another machine.

Worlds are made quickly: what differs only in parameters and readings shares all the rest.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError

from sim.analysis.archive import Archive
from sim.analysis.observables import needs_committees
from sim.experiment.experiment import Experiment
from sim.experiment.plan import Chunk
from sim.results.manifest import failure, here
from sim.results.sweep_store import SWEEP, Made
from sim.runner.chunk_rows import Recorder
from sim.scenario.layers import Layer, merge, nested
from sim.scenario.schema import Scenario
from sim.world.build import World, build, vary

Values = Mapping[str, Any]
"""What the uncertainties are at a point: a sample."""
LEAST, MOST = 64, 160
"""Worlds kept as patterns of others: one for each combination, at least and at most so many; each takes some two
megabytes, in every thread."""
QUICK = ("parameters.", "variants.")
"""Tables of a scenario in which a world may differ from another and share its tree and calendar."""


@dataclass(frozen=True)
class Job:
    """What all chunks of a sweep share.

    Attributes
    ----------
    experiment
        Where it is sent, without the rows of its design: each chunk comes with its own samples.
    months
        Of every run, ``YYYY-MM``.
    model
        Hash of the model's sources; a worker with others must not take part.
    format_version
        Of the sweep: in the first, a span's mean is over a run's own months.
    key
        Tells one job from another, on whatever machine its chunks are made.
    """

    experiment: Experiment
    months: Sequence[str]
    model: str
    format_version: int = SWEEP.version
    key: UUID = field(default_factory=uuid4)

    def recorder(self, chunk: Chunk) -> Recorder:
        """Return what keeps a chunk's runs."""
        return Recorder(self.experiment, self.months, chunk, alone=self.format_version < 2)


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
    recorder = job.recorder(chunk)
    errors = simulate(job, chunk, samples, recorder, go_on)
    files = recorder.files(samples, errors)
    return Made(chunk.number, files, chunk.runs, len(errors), time.perf_counter() - began, here())


def simulate(
    job: Job, chunk: Chunk, samples: Sequence[Values], recorder: Recorder, go_on: Callable[[int], None] | None = None,
    *, without: int | None = None,
) -> dict[int, tuple[str, str]]:  # fmt: skip
    """Run the runs of a chunk one by one, or all but one; return error and place of those that failed."""
    from sim.engines.compiled import simulate as run  # brings the compiler along

    worlds = _worlds(job)
    errors: dict[int, tuple[str, str]] = {}
    # the worlds of one point, for all its replicates
    current, made = -1, dict[int, Any]()
    for pair, (point, replicate, series) in enumerate(recorder.pairs):
        if point != current:
            current, made = point, {}
        for combination in range(chunk.combinations):
            row = pair * chunk.combinations + combination
            if row == without:
                continue
            try:
                if combination not in made:
                    made[combination] = worlds.world(combination, samples[point - chunk.points[0]])
                trajectory = run(made[combination], series, go_on, events=recorder.committees)
                archive = Archive(trajectory, made[combination].committees) if recorder.archived else None
                recorder.add(row, trajectory.values, archive)
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


class Worlds:
    """The worlds of an experiment's runs.

    Not for several threads at once: each has its own.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.combinations = experiment.combinations
        self._kept = min(max(LEAST, len(self.combinations)), MOST)
        self._patterns: OrderedDict[tuple[Any, ...], World] = OrderedDict()
        # once, not for each of a million worlds: which values are what, by their names in a sample
        targets = {factor.name: factor.target for factor in experiment.uncertainties}
        self._parameters, self._variants = (
            {name: target.removeprefix(table) for name, target in targets.items() if target.startswith(table)}
            for table in QUICK
        )
        self._rest = [name for name, target in targets.items() if not target.startswith(QUICK)]

    def world(self, combination: int, sample: Mapping[str, Any]) -> World:
        """Return the world of a combination of levers at a point.

        Parameters
        ----------
        combination
            Number among ``experiment.combinations``.
        sample
            Value of each uncertainty by its name.

        Raises
        ------
        ValueError
            The values do not make a scenario.
        """
        parameters = {target: float(sample[name]) for name, target in self._parameters.items()}
        variants = {
            target: str(sample[name]) for name, target in self._variants.items() if sample[name] is not None
        }  # fmt: skip
        rest = tuple(sample[name] for name in self._rest)
        return vary(self._pattern((combination, *rest), combination, sample), parameters, variants)

    def _pattern(self, key: tuple[Any, ...], combination: int, sample: Mapping[str, Any]) -> World:
        """Return the world that others of the same structure are varied from."""
        found = self._patterns.get(key)
        if found is None:
            found = self._patterns[key] = build(scenario_of(self.experiment, combination, sample))
            if len(self._patterns) > self._kept:
                self._patterns.popitem(last=False)
        self._patterns.move_to_end(key)
        return found


def scenario_of(experiment: Experiment, combination: int, sample: Mapping[str, Any]) -> Scenario:
    """Return the scenario of a run, but for parameters and readings that are drawn; ValueError where there is none."""
    return Scenario.model_validate(scenario_table(experiment, combination, sample, quick=False), strict=False)


def scenario_table(
    experiment: Experiment, combination: int, sample: Mapping[str, Any], *, quick: bool = True
) -> dict[str, Any]:
    """Return the scenario of a run as nested tables of a scenario file.

    Parameters
    ----------
    quick
        Whether parameters and readings that are drawn are in it.
    """
    own: dict[str, Any] = {"title": experiment.title, "run": {"seed": experiment.seed, "replicates": 1}}
    if needs_committees(experiment.observables):
        own["run"]["committees"] = True
    above = [option.table for option in experiment.combinations[combination]]
    for factor in experiment.uncertainties:
        if factor.target.startswith(QUICK) and not quick or sample[factor.name] is None:
            continue
        if factor.options:
            above.append(next(option.table for option in factor.options if option.value == sample[factor.name]))
        else:
            above.append(nested(factor.target, sample[factor.name]))
    return merge(Layer("", dict(table)) for table in (experiment.base, *above, own))[0]
