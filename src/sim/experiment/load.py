"""From an experiment file to an experiment: everything that is wrong with it is reported at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sim.errors import Problem, UserError
from sim.experiment import factors, keep, layers, schema
from sim.experiment.experiment import Experiment
from sim.experiment.layers import Draft, LayeredFactor
from sim.scenario.contradictions import Review
from sim.scenario.files import keys, locate, shipped
from sim.scenario.layers import SETS, Fault, Layer, in_order

MOST_COMBINATIONS = 10_000
JUDGED_WHOLE = 2_000
"""So many combinations of levers are all looked at; of more, every pair of options, the rest at the baseline."""


def shipped_experiments() -> dict[str, Path]:
    """Return the experiments that come with the package, by name."""
    return shipped(schema.FORM)


def is_experiment(path_or_name: str | Path) -> bool:
    """Return whether a path or name means an experiment, and not a scenario."""
    return str(path_or_name) not in shipped() and bool(schema.OWN & keys(locate(path_or_name, schema.FORM)))


def load_experiment(path_or_name: str | Path) -> Experiment:
    """Read an experiment file, or a shipped experiment by name.

    Raises
    ------
    UserError
        With every problem of the file, and of the scenarios that it names.
    """
    path = locate(path_or_name, schema.FORM)
    draft = layers.read(path)
    levers, uncertainties, faults = factors.factors(draft)
    problems = [*draft.problems, *map(draft.own.problem, faults)]
    known = {(problem.where, problem.field) for problem in problems}
    judged = _judged(draft, levers, uncertainties)
    problems += [problem for problem in judged if (problem.where, problem.field) not in known]
    all_known = not any(problem.field.startswith("uncertainties") for problem in problems)
    experiment, faults, of_table = keep.kept(draft, levers, uncertainties, all_known)
    problems += [*map(draft.own.problem, faults), *of_table]
    if not problems:
        problems += map(draft.own.problem, keep.out_of_reach(experiment))
    if not problems and not experiment.horizons:
        experiment = replace(experiment, horizons=keep.usual_horizons(draft.base, levers))
    problems += map(draft.own.problem, keep.alike_columns(experiment, bool(draft.file.keep.horizons)))
    if problems:
        raise UserError(in_order(problems, [draft.own.label]))
    return experiment


def load_page(path_or_name: str | Path) -> schema.Page:
    """Return what an experiment file says of its sweep's page."""
    draft = layers.read(locate(path_or_name, schema.FORM))
    if draft.problems:
        raise UserError(in_order(draft.problems, [draft.own.label]))
    return draft.file.page


def _judged(draft: Draft, levers: Sequence[LayeredFactor], uncertainties: Sequence[LayeredFactor]) -> Iterable[Problem]:
    """Return what does not go together in the worlds that are looked at, once for each place."""
    combinations = math.prod(len(lever.factor.options) for lever in levers)
    if combinations > MOST_COMBINATIONS:
        found = f"{combinations:,} combinations"
        return [draft.own.problem(Fault(("levers",), found, f"at most {MOST_COMBINATIONS:,}"))]
    first: dict[tuple[str, str], Problem] = {}
    for above in _worlds(levers, uncertainties) if draft.complete else ():
        # below, a title, which no layer has; the last is where a command line would stand
        review = Review.of([Layer("", {"title": "?"}), *draft.base, *above, Layer(SETS, {})])
        for problem in review.problems():
            first.setdefault((problem.where, problem.field), problem)
    return first.values()


def _worlds(levers: Sequence[LayeredFactor], uncertainties: Sequence[LayeredFactor]) -> Iterator[list[Layer]]:
    """Yield what is laid over the base in the worlds that are looked at.

    These are the combinations of levers, and the baseline with each option and each end of a range of the
    uncertainties.
    """
    sizes = [range(len(lever.layers)) for lever in levers]
    combinations: Iterator[Sequence[int]] = itertools.product(*sizes)
    if math.prod(map(len, sizes)) > JUDGED_WHOLE:
        combinations = (
            [{one: i, two: j}.get(at, 0) for at in range(len(levers))]
            for one, two in itertools.combinations(range(len(levers)), 2)
            for i, j in itertools.product(sizes[one], sizes[two])
        )
    for combination in combinations:
        yield [layer for lever, at in zip(levers, combination, strict=True) for layer in lever.layers[at]]
    baseline = [layer for lever in levers for layer in lever.layers[0]]
    for each in uncertainties:
        # of a parameter's range there is nothing between values that could be wrong
        if not each.factor.target.startswith("parameters."):
            for layers in each.layers:
                yield [*baseline, *layers]
