"""What an experiment amounts to, before anything starts: runs, time, disk, and what to think about first."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import prod, sqrt

from sim.engines.engine import cores, engine
from sim.errors import Problem, UserError
from sim.experiment.designs import points, samples
from sim.experiment.experiment import Experiment
from sim.experiment.plan import Plan
from sim.experiment.warnings import cautions
from sim.experiment.worlds import Worlds
from sim.registry.outcomes import OUTCOMES
from sim.runner.chunks import Job, run_part
from sim.world.build import World

PER_COMMITTEE_MONTH = 300e-9
"""Seconds of one thread of the compiled engine, where nothing is measured: docs/speed.md."""
LITTLE = 5.0
"""Seconds of work that a measurement may be expected to take; what takes more is not measured."""
TRIED = 1.0
"""Seconds of work after which the rate is known well enough."""
MOST_TRIED = 20_000
"""Runs of a part that is tried at most: as in a sweep."""
PART, PER_RUN = 2.0, 1e-3
"""Seconds of work in a part of a long sweep, and seconds of a run beside its committees: as in sweeps."""
#: Bytes on disk, compressed: of a column's frame in a part, and of values. Measured on parts of 80 to 2,000 runs.
PER_COLUMN, PER_OUTCOME, PER_MONTH = 280.0, 5.5, 4.3
PER_BIN = 8.0
"""Of quantiles, by curve and month: so many times the root of the runs in a part, whose histograms fill up."""
DRAWN, DRAWN_REPEATED = 8.0, 20.0
"""A drawn number takes so many bytes in a run, and so many at most in all the runs of a point."""


@dataclass(frozen=True)
class Estimate:
    """An experiment, looked at before it runs.

    Attributes
    ----------
    guberniias, uezds, months
        Of the world of the first point.
    points, combinations, runs
        Of the design, of the levers, and in all with replicates.
    seconds_per_run
        Of one thread.
    measured
        Whether that was tried out on this machine.
    cores
        That this process may use.
    seconds, bytes
        Of the whole, on all of them.
    cautions
        What is allowed but worth a thought.
    """

    experiment: Experiment
    guberniias: int
    uezds: int
    months: int
    points: int
    combinations: int
    runs: int
    seconds_per_run: float
    measured: bool
    cores: int
    seconds: float
    bytes: float
    cautions: tuple[str, ...]

    @property
    def committee_months(self) -> int:
        """Committees x months x runs: what the time grows with."""
        return (self.guberniias + self.uezds) * self.months * self.runs


def estimate(experiment: Experiment, *, measure: bool = True) -> Estimate:
    """Return what an experiment amounts to.

    Parameters
    ----------
    measure
        Try some runs, where that takes a few seconds at most; otherwise known rates are used.

    Raises
    ------
    UserError
        The world of the first point cannot be built.
    """
    number = points(experiment)
    combinations = prod(len(lever.options) for lever in experiment.levers)
    world = _first(experiment, number)
    size = len(world.committees) * len(world.months)
    runs = number * combinations * experiment.replicates
    seconds = size * PER_COMMITTEE_MONTH
    parts = max(1.0, runs * (PER_RUN + seconds) / PART)
    measured = measure and seconds * combinations < LITTLE
    if measured:
        seconds = _tried(experiment, world, number)
    return Estimate(
        experiment, world.guberniias, len(world.committees) - world.guberniias, len(world.months), number, combinations,
        runs, seconds, measured, cores(), runs * seconds / min(cores(), runs),
        _bytes(experiment, len(world.months), runs, parts), tuple(cautions(experiment)),
    )  # fmt: skip


def _first(experiment: Experiment, number: int) -> World:
    try:
        return Worlds(experiment).world(0, samples(experiment, (0, number), 0, 1)[0])
    except ValueError as error:
        allowed = f"values that make a scenario at the first point: {error}"
        raise UserError(Problem(experiment.name, allowed=allowed)) from error


def _tried(experiment: Experiment, world: World, number: int) -> float:
    """Return seconds per run of a small part of the sweep."""
    chosen = engine()
    chosen.prepare()
    chosen.simulate(world, 0, events=False)  # what is compiled or allotted once
    began = time.perf_counter()
    chosen.simulate(world, 0, events=False)
    unit = (time.perf_counter() - began) * len(experiment.combinations)
    most = min(number * experiment.replicates, MOST_TRIED // len(experiment.combinations))
    units = max(1, min(most, int(TRIED / unit)))
    part = Plan.first(number, experiment.replicates, len(experiment.combinations), units).part(0)
    drawn = samples(experiment, (0, number), *part.points)
    made = run_part(Job.of(experiment, world.months, "estimate"), part, drawn)
    return made.seconds / made.runs


def _bytes(experiment: Experiment, months: int, runs: int, parts: float) -> float:
    """Return the bytes of the whole on disk, by known rates."""
    outcomes, unknowns = len(list(experiment.columns())), len(experiment.uncertainties)
    repeated = runs / points(experiment)
    found = parts * (outcomes + unknowns + len(experiment.levers)) * PER_COLUMN
    found += runs * (outcomes * PER_OUTCOME + unknowns * min(DRAWN, DRAWN_REPEATED / repeated))
    curves = _curves(experiment) * months
    if experiment.curves == "quantiles":
        return found + parts * curves * PER_BIN * sqrt(runs / parts)
    kept = {"none": 0.0, "sample": experiment.curve_points * repeated}.get(experiment.curves, runs)
    return found + kept * curves * PER_MONTH


def _curves(experiment: Experiment) -> int:
    """Return how many curves are kept of a run."""
    return sum(len(experiment.scopes) if OUTCOMES[outcome].by_class else 1 for outcome in experiment.curve_outcomes)
