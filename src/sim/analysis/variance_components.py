"""Points that share their accidents: what of their effects is parameters, what accidents, what both together.

Replicate r has the same accidents at every point. An effect is then mean + point + replicate + rest, and
what a replicate does to all points alike does not shrink with the number of points. Components are found
by the method of moments, which for a full table is the usual analysis of variance of two ways; where cells
are missing, as in a sweep that is not finished, the same sums are set against what they come to on average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROUNDING = 1e-9
"""A spread of effects smaller than this part of the largest is rounding, not chance."""


@dataclass(frozen=True)
class Crossed:
    """Variances in a table of points by replicates; nan where no point has two replicates."""

    #: components of the variance of a single effect; the rest is nan where nothing tells it from the others
    points: float
    replicates: float
    rest: float
    chance: float  #: variance of the mean over points that other accidents would make, the points held fixed
    shared: float  #: the part of it that no number of points makes smaller
    free: float  #: degrees of freedom of both: replicates less one, if every point has them all

    @property
    def share(self) -> float:
        """Share of the variance of single effects that is by accidents: replicates, and the rest."""
        by_accidents = self.replicates + self.rest
        whole = by_accidents + self.points
        return by_accidents / whole if whole > 0 else float("nan")


def crossed(table: Array) -> Crossed:
    """Return the components of variance of effects, shape (points, replicates); nan where there is none.

    Points are weighed alike, whatever they have.
    """
    known = np.isfinite(table)
    table, known = table[known.any(axis=1)], known[known.any(axis=1)]
    table, known = table[:, known.any(axis=0)], known[:, known.any(axis=0)]
    if not (known.sum(axis=1) > 1).any():
        return Crossed(*[float("nan")] * 6)
    share = known / known.sum(axis=1, keepdims=True)
    filled = np.where(known, table, 0.0)
    means = (share * filled).sum(axis=1)
    away = _rounded(np.where(known, table - means[:, None], 0.0), float(np.abs(filled).max()))
    # The mean is a sum over replicates; of what each brings, only its distance from its points' means is seen.
    weights = share.mean(axis=0)
    seen = np.diag(weights) - share.T @ share / len(table)
    reach = float((seen * seen).sum())
    squares = float(((share * away).mean(axis=0) ** 2).sum())
    rest, tilt = _rest(known, share, away)
    fewer = 1.0 / known.sum(axis=1)
    by_rest = 0.0 if np.isnan(rest) else rest * float((fewer - fewer**2).sum()) / len(table) ** 2
    replicates = max(0.0, (squares - by_rest) / reach)
    levels = _rounded(means - share @ tilt - (means - share @ tilt).mean(), float(np.abs(means).max()))
    points = float((levels * levels).sum() / max(len(levels) - 1, 1)) - rest * float(fewer.mean())
    spread = float((weights * weights).sum())
    return Crossed(
        points if np.isnan(points) else max(0.0, points), replicates, rest, squares * spread / reach,
        replicates * spread, reach**2 / float(((seen @ seen) ** 2).sum()),
    )  # fmt: skip


def _rest(known: NDArray[np.bool_], share: Array, away: Array) -> tuple[float, Array]:
    """Return the variance that neither points nor replicates explain, and what each replicate adds to all points."""
    from scipy.sparse.csgraph import connected_components

    count = known.sum(axis=0)
    normal = np.diag(count.astype(float)) - known.T @ share
    right = away.sum(axis=0)
    # The matrix says nothing of a level common to all: a little of everything holds it at 0.
    ridge = 1e-12 * count.max() * np.eye(len(count))
    tilt = np.linalg.solve(normal + ridge + count.max() / len(count), right)
    groups = int(connected_components(np.abs(normal) > 0, directed=False)[0])
    free = int(known.sum()) - len(known) - (len(count) - groups)
    if free < 1:
        return float("nan"), tilt
    left = _rounded(np.where(known, away - tilt + (share @ tilt)[:, None], 0.0), float(np.abs(away).max()))
    return float((left * left).sum() / free), tilt


def _rounded(values: Array, largest: float) -> Array:
    """Return values without those that are rounding beside the largest."""
    return np.where(np.abs(values) <= ROUNDING * largest, 0.0, values)
