"""How a new sweep is cut into chunks, and whether a world can be made of its experiment at all."""

from __future__ import annotations

from itertools import product

from sim.errors import Problem, UserError
from sim.experiment import designs
from sim.experiment.experiment import Experiment
from sim.experiment.plan import Plan
from sim.runner.chunks import scenario_of
from sim.scenario.schema import Scenario, months_of
from sim.world.build import effective
from sim.world.places import uezds_of
from sim.world.schedule import check_members

PER_RUN, PER_COMMITTEE_MONTH = 1e-3, 300e-9
"""Seconds of a thread of the compiled engine, roughly, where nothing is measured: docs/speed.md."""
CHUNK, LEAST, MOST_RUNS = 2.0, 0.2, 20_000
"""Seconds of work in a chunk of a long sweep, and of a short one; runs in a chunk at most."""
CHUNKS = 16
"""Chunks into which a sweep is cut at least, if they are not too short."""
FIRST_POINTS = 10
"""Points at which a scenario is sought: at some, drawn values may make none."""


def first_plan(experiment: Experiment, pairs_per_chunk: int | None = None) -> tuple[Plan, Scenario]:
    """Return the plan of a new sweep, whose chunks take about two seconds each unless told otherwise.

    With it comes the first scenario that can be made, by whose size it is judged.
    """
    scenario = _first_scenario(experiment)
    number, combinations = designs.points(experiment), len(experiment.combinations)
    if pairs_per_chunk is None:
        uezds = uezds_of(scenario.tree)
        pair = combinations * (PER_RUN + PER_COMMITTEE_MONTH * (len(uezds) + sum(uezds)) * len(months_of(scenario)))
        long, short = CHUNK / pair, max(LEAST / pair, number * experiment.replicates / CHUNKS)
        pairs_per_chunk = max(1, round(min(long, short, MOST_RUNS / combinations)))
        if pairs_per_chunk > experiment.replicates:
            pairs_per_chunk -= pairs_per_chunk % experiment.replicates
    return Plan.first(number, experiment.replicates, combinations, pairs_per_chunk), scenario


def _first_scenario(experiment: Experiment) -> Scenario:
    """Return the first scenario that can be made, at some of the points.

    Purges that, at the lowest sizes that are drawn, would leave no members are refused: before anything is written.
    """
    number, last = designs.points(experiment), ""
    samples = designs.samples(experiment, (0, number), 0, min(number, FIRST_POINTS))
    combinations = range(len(experiment.combinations))
    for sample, combination in product(samples, combinations):
        try:
            found = scenario_of(experiment, combination, sample)
            break
        except ValueError as error:
            last = str(error)
    else:
        raise UserError(Problem(experiment.name, allowed=f"none of the first points makes a scenario: {last}"))
    drawn = (each for each in experiment.uncertainties if each.target.startswith("events.") and not each.options)
    lowest = {**samples[0], **{each.name: each.low for each in drawn}}
    for combination in combinations:
        try:
            smallest = scenario_of(experiment, combination, lowest)
        except ValueError:
            continue  # values that make no scenario are told of in their rows
        check_members(smallest, months_of(smallest), effective(smallest))
    return found
