"""How likely a recorded figure is under what one run gave: a kernel for each target.

A band is the central 95, 80 or 60 per cent (grades A, B, C) of the figure's own uncertainty. Kernels
are 1 where a run gives the recorded figure, and are kept as logarithms. History happened once: score
one replicate a draw, and not medians.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sim.analysis.targets import PRODUCED, Target, targets, tiers

Array = NDArray[np.float64]

MASS: Mapping[str, float] = {"A": 0.95, "B": 0.80, "C": 0.60}
"""Share of a figure's uncertainty that lies within its band, by grade."""
LOGARITHMIC = frozenset({"T14a", "T14b"})
"""Targets whose band is a factor either way."""
ONE_SIDED = frozenset({"T14c", "T27"})
"""Targets that are recorded as nothing, or next to it: the band begins at 0, and 0 is likeliest."""
TOGETHER = (("T01", "T02"), ("T16", "T17"), ("T18", "T19"), ("T03", "T30"), ("T24", "T33", "T25"))
"""Figures that are written twice: each group counts as one figure, by the mean of its logarithms."""


def log_kernel(target: Target, value: float) -> float:
    """Return the logarithm of a target's kernel at what a run gave, as `log_kernels` does."""
    return float(log_kernels(target, np.array([value]))[0])


def log_kernels(target: Target, values: Array) -> Array:
    """Return the logarithms of a target's kernel at what runs gave; nan where its months are not in a run.

    Where a run has nothing to divide by, the figure is infinite, and impossible: minus infinity.

    A rate with count and exposure is Poisson. Every other figure has a two-piece normal about what
    is recorded, each side as wide as its side of the band says.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if target.count is not None and target.exposure is not None:
            found = _poisson(target.count, values * target.exposure)
        else:
            middle, (below, above) = best(target), deviations(target)
            if target.id in LOGARITHMIC:
                values = np.where(values > 0.0, np.log(values), np.where(values <= 0.0, -np.inf, np.nan))
            away = (values - middle) / np.where(values >= middle, above, below)
            found = np.where(values == middle, 0.0, -0.5 * away**2)
    return np.where(np.isnan(values), np.nan, found)


def best(target: Target) -> float:
    """Return the likeliest value of a figure that is no rate, as a logarithm where its kernel is one of logarithms."""
    if target.id in ONE_SIDED:
        return 0.0
    return math.log(target.value) if target.id in LOGARITHMIC else target.value


def deviations(target: Target) -> tuple[float, float]:
    """Return the standard deviations of a figure that is no rate, below and above what is likeliest; 0 if none is."""
    low, high = target.low, target.high
    if target.id in LOGARITHMIC:
        low, high = math.log(low), math.log(high)
    middle = best(target)
    below = 0.0 if target.id in ONE_SIDED else (middle - low) / quantile(target)
    return below, (high - middle) / quantile(target)


def quantile(target: Target) -> float:
    """Return how many standard deviations an edge of the band lies from the recorded figure."""
    return NormalDist().inv_cdf((1.0 + MASS[target.confidence]) / 2.0)


def _poisson(count: float, expected: Array) -> Array:
    """Return logarithms of the probability of a count, 0 where it is likeliest."""
    if count == 0.0:
        return np.where(expected < 0.0, -np.inf, -expected)
    found = count * np.log(expected / count) - (expected - count)
    return np.where((expected > 0.0) & np.isfinite(expected), found, -np.inf)


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
    weight = weights(values)
    return sum((weight[name] * log_kernel(compared()[name], values[name]) for name in weight), 0.0)


def weights(names: Collection[str]) -> dict[str, float]:
    """Return what each figure's logarithm counts beside the others: of figures written twice all together as one."""
    found = {name: 1.0 for name in compared() if name in names}
    for group in TOGETHER:
        there = [name for name in group if name in found]
        found |= dict.fromkeys(there, 1.0 / max(len(there), 1))
    return found
