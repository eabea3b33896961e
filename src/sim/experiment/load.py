"""From an experiment file to an experiment: everything that is wrong with it is reported at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sim.errors import Problem, UserError
from sim.experiment import factors, fields, keep
from sim.experiment.experiment import Experiment
from sim.experiment.layers import Draft, LayeredFactor
from sim.scenario.files import Reader, Unreadable, keys, locate, read_file, shipped
from sim.scenario.layers import Layer, Stack, in_order

MOST_COMBINATIONS = 10_000
JUDGED_WHOLE = 2_000
"""So many combinations of levers are all looked at; of more, every pair of options, the rest at the baseline."""


def shipped_experiments() -> dict[str, Path]:
    """Return the experiments that come with the package, by name."""
    return shipped(fields.FORM)


def is_experiment(path_or_name: str | Path) -> bool:
    """Return whether a path or name means an experiment, and not a scenario."""
    return str(path_or_name) not in shipped() and bool(fields.OWN & keys(locate(path_or_name, fields.FORM)))


def load_experiment(path_or_name: str | Path) -> Experiment:
    """Read an experiment file, or a shipped experiment by name.

    Raises
    ------
    UserError
        With every problem of the file, and of the scenarios that it names.
    """
    path = locate(path_or_name, fields.FORM)
    draft = _draft(path)
    levers = factors.levers(draft)
    base = draft.below()
    uncertainties = factors.uncertainties(draft, base)
    factors.overlaps(draft, [*levers, *uncertainties])
    combinations = math.prod(len(lever.factor.options) for lever in levers)
    if combinations > MOST_COMBINATIONS:
        draft.refuse(("levers",), f"{combinations:,} combinations", f"at most {MOST_COMBINATIONS:,}")
    elif draft.sound:
        for layers in _worlds(levers, uncertainties):
            draft.judge(layers)
    experiment = keep.kept(draft, base, levers, uncertainties)
    if not draft.problems:
        keep.within_reach(draft, experiment)
    if not draft.problems and not experiment.horizons:
        experiment = replace(experiment, horizons=keep.usual_horizons(draft, levers))
    keep.distinct_columns(draft, experiment)
    if draft.problems:
        raise UserError(in_order(draft.problems, [draft.own.label]))
    return experiment


def load_page(path_or_name: str | Path) -> fields.Page:
    """Return what an experiment file says of its sweep's page."""
    draft = _draft(locate(path_or_name, fields.FORM))
    if draft.problems:
        raise UserError(in_order(draft.problems, [draft.own.label]))
    return draft.file.page


def _draft(path: Path) -> Draft:
    stack = Stack()
    try:
        own = Reader(stack).layer(path, read_file(path, fields.FORM))
    except Unreadable as why:
        raise UserError(Problem(str(path), "", why.found, why.allowed, why.suggestion)) from None
    if own is None:
        raise UserError(stack.problems)
    file, faults = fields.FORM.sound(own.table)
    return Draft(path, own, file, [fault.at(own.where(fault.path)) for fault in faults])


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
