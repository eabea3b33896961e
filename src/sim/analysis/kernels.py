"""How likely a recorded figure is under what one run gave: a kernel for each target.

A band is the central 95, 80 or 60 per cent (grades A, B, C) of the figure's own uncertainty. Kernels
are 1 where a run gives the recorded figure, and are kept as logarithms. History happened once: score
one replicate a draw, and not medians.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from statistics import NormalDist

from sim.analysis.targets import PRODUCED, Target, targets, tiers

MASS: Mapping[str, float] = {"A": 0.95, "B": 0.80, "C": 0.60}
"""Share of a figure's uncertainty that lies within its band, by grade."""
LOGARITHMIC = frozenset({"T14a", "T14b"})
"""Targets whose band is a factor either way."""
ONE_SIDED = frozenset({"T14c", "T27"})
"""Targets that are recorded as nothing, or next to it: the band begins at 0, and 0 is likeliest."""
TOGETHER = (("T01", "T02"), ("T16", "T17"), ("T18", "T19"), ("T03", "T30"), ("T24", "T33", "T25"))
"""Figures that are written twice: each group counts as one figure, by the mean of its logarithms."""


def log_kernel(target: Target, value: float) -> float:
    """Return the logarithm of a target's kernel at what a run gave; nan where its months are not in the run.

    Where a run has nothing to divide by, the figure is infinite, and impossible: minus infinity.

    A rate with count and exposure is Poisson. Every other figure has a two-piece normal about what
    is recorded, each side as wide as its side of the band says.
    """
    if math.isnan(value):
        return math.nan
    if target.count is not None and target.exposure is not None:
        return _poisson(target.count, value * target.exposure)
    middle, low, high = target.value, target.low, target.high
    if target.id in ONE_SIDED:
        middle = low = 0.0
    elif target.id in LOGARITHMIC:
        if value <= 0.0:
            return -math.inf
        value, middle, low, high = (math.log(figure) for figure in (value, middle, low, high))
    deviation = (high - middle if value >= middle else middle - low) / quantile(target)
    if value == middle:
        return 0.0
    return -0.5 * ((value - middle) / deviation) ** 2 if deviation > 0.0 else -math.inf


def quantile(target: Target) -> float:
    """Return how many standard deviations an edge of the band lies from the recorded figure."""
    return NormalDist().inv_cdf((1.0 + MASS[target.confidence]) / 2.0)


def _poisson(count: float, expected: float) -> float:
    if expected <= 0.0:
        return 0.0 if count == expected else -math.inf
    return count * math.log(expected / count) - (expected - count) if count else -expected


@cache
def compared() -> Mapping[str, Target]:
    """Return the targets that the model produces, by id."""
    known = {target.id: target for target in (*targets(), *tiers())}
    return {name: known[name] for name in PRODUCED}


def log_score(values: Mapping[str, float]) -> float:
    """Return the logarithm of one run's score: the sum over figures, those of `TOGETHER` as one.

    Parameters
    ----------
    values
        What the run gave, by target; others are not scored. Of two runs compare the scores of the same
        targets. nan where the run lacks one's months.
    """
    groups = [*TOGETHER, *((name,) for name in compared() if not any(name in group for group in TOGETHER))]
    total = 0.0
    for group in groups:
        found = [log_kernel(compared()[name], values[name]) for name in group if name in values]
        total += sum(found) / len(found) if found else 0.0
    return total
