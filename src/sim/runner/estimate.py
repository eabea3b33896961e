"""What an experiment amounts to, before anything starts: runs, time, disk, and what to think about first."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import sqrt

from sim.analysis.targets import PRODUCED
from sim.engines.engine import cores, engine
from sim.experiment.designs import samples
from sim.experiment.experiment import Experiment
from sim.experiment.factors import PLACES
from sim.experiment.plan import Plan
from sim.experiment.warnings import cautions
from sim.runner.chunk_rows import curve_scopes
from sim.runner.chunks import Job, run_chunk
from sim.runner.first_plan import MOST_RUNS, PER_COMMITTEE_MONTH, first_plan
from sim.runner.preview import Check
from sim.scenario.schema import Scenario, months_of
from sim.world.build import build
from sim.world.places import uezds_of

LITTLE = 5.0
"""Seconds of work that a measurement may be expected to take; what takes more is not measured."""
TRIED = 1.0
"""Seconds of work after which the rate is known well enough."""
#: Bytes on disk, compressed: of a column's frame in a chunk, and of values. Measured on chunks of 80 to 2,000 runs.
PER_COLUMN, PER_OUTCOME, PER_MONTH = 280.0, 5.5, 4.3
PER_BIN = 8.0
"""Of quantiles, by curve and month: so many times the root of the runs in a chunk, whose histograms fill up."""
DRAWN, DRAWN_REPEATED = 8.0, 20.0
"""A drawn number takes so many bytes in a run, and so many at most in all the runs of a point."""


@dataclass(frozen=True, kw_only=True)
class Estimate(Check):
    """An experiment, looked at before it runs.

    Attributes
    ----------
    one_size
        Whether all points have as many committees as the first, by which the size is told.
    points, combinations
        Of the design, and of the levers.
    seconds_per_run
        Of one thread.
    measured
        Whether that was tried out on this machine.
    cores
        That this process may use.
    seconds, bytes
        Of the whole, on all of them.
    """

    experiment: Experiment
    one_size: bool
    points: int
    combinations: int
    seconds_per_run: float
    measured: bool
    cores: int
    seconds: float
    bytes: float


def estimate(experiment: Experiment, *, measure: bool = True) -> Estimate:
    """Return what an experiment amounts to.

    Parameters
    ----------
    measure
        Try some runs, where that takes a few seconds at most; otherwise known rates are used.
    """
    plan, scenario = first_plan(experiment)
    uezds, months, runs = uezds_of(scenario.tree), len(months_of(scenario)), plan.runs
    seconds = (len(uezds) + sum(uezds)) * months * PER_COMMITTEE_MONTH
    measured = measure and seconds * plan.combinations < LITTLE
    if measured:
        seconds = _tried(experiment, plan, scenario)
    return Estimate(
        guberniias=len(uezds), uezds=sum(uezds), one_size=not _grows(experiment), months=months, runs=runs,
        warnings=tuple(cautions(experiment)), experiment=experiment, points=plan.points, combinations=plan.combinations,
        seconds_per_run=seconds, measured=measured, cores=cores(), seconds=runs * seconds / min(cores(), runs),
        bytes=_bytes(experiment, months, plan),
    )  # fmt: skip


def _grows(experiment: Experiment) -> bool:
    """Say whether an uncertainty sets which committees there are; no lever may."""
    given = {factor.target for factor in experiment.uncertainties} | {
        f"tree.{name}" for factor in experiment.uncertainties for option in factor.options
        for name in option.table.get("tree", ())
    }  # fmt: skip
    return any(f"tree.{name}" in given for name in PLACES)


def _tried(experiment: Experiment, plan: Plan, scenario: Scenario) -> float:
    """Return seconds per run of a small part of the sweep."""
    chosen, world = engine(), build(scenario)
    chosen.prepare()
    chosen.simulate(world, 0, events=False)  # what is compiled or allotted once
    began = time.perf_counter()
    chosen.simulate(world, 0, events=False)
    pair = (time.perf_counter() - began) * plan.combinations
    most = min(plan.blocks[0].pairs, MOST_RUNS // plan.combinations)
    chunk = first_plan(experiment, max(1, min(most, int(TRIED / pair))))[0].chunk(0)
    drawn = samples(experiment, chunk.block.points, *chunk.points)
    made = run_chunk(Job(experiment, world.months, "estimate"), chunk, drawn)
    return made.seconds / made.runs


def _bytes(experiment: Experiment, months: int, plan: Plan) -> float:
    """Return the bytes of the whole on disk, by known rates."""
    outcomes = len(list(experiment.columns())) + len(PRODUCED) * experiment.targets + len(experiment.observables)
    unknowns = len(experiment.uncertainties)
    runs, chunks = plan.runs, plan.chunks
    repeated = runs / plan.points
    found = chunks * (outcomes + unknowns + len(experiment.levers)) * PER_COLUMN
    found += runs * (outcomes * PER_OUTCOME + unknowns * min(DRAWN, DRAWN_REPEATED / repeated))
    curves = sum(len(curve_scopes(experiment, name)) for name in experiment.curve_outcomes) * months
    if experiment.curves == "quantiles":
        return found + chunks * curves * PER_BIN * sqrt(runs / chunks)
    kept = {"none": 0.0, "sample": experiment.curve_points * repeated}.get(experiment.curves, runs)
    return found + kept * curves * PER_MONTH
