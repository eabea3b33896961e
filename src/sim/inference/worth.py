"""What a figure would teach about something that is not known: the share of its variance that the figure explains.

Both are known in draws of a population. A figure found in an archive is wrong by so much that the share `reliability`
of its variance is the worlds': its error has the variance (1 / reliability - 1) times that over draws. It is not drawn
but reckoned with, in the fit and in what the fit then foretells, so that nothing hangs on luck with errors. Everything
is cross-validated: each part of the draws is foretold from the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEW = 30
"""Fewer draws teach nothing about figures."""
FOLDS = 10
"""Parts of the draws."""
MOST = 4
"""Figures that are looked for together."""
LEVEL = 0.95
"""Of luck: so often the best of as many useless figures stays below it."""
HALF = 0.5
"""Share of the draws in which a figure must be defined to be ranked."""
TINY = 1e-12
"""A variance smaller than this part of the squares is rounding."""


class Draws(NamedTuple):
    """A population: what is looked at in each draw, and how much it counts."""

    figures: Array  #: shape (draws, figures); nan where one is not defined
    weights: Array  #: shape (draws,)
    part: NDArray[np.int64]  #: shape (draws,): in which of the parts it is foretold

    @property
    def effective(self) -> float:
        """How many draws that count alike are worth as much."""
        return effective(self.weights)

    def at(self, rows: NDArray[np.bool_]) -> Draws:
        """Return some of them."""
        return Draws(self.figures[rows], self.weights[rows], self.part[rows])


def effective(weights: Array) -> float:
    """Return how many draws that count alike are worth as much as weighted ones."""
    square = float((weights**2).sum())
    return float(weights.sum()) ** 2 / square if square > 0.0 else 0.0


def mean(values: Array, weights: Array) -> float:
    """Return a weighted mean."""
    return float((values * weights).sum() / weights.sum())


def _standard(values: Array, weights: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return columns with mean 0 and variance 1 over draws, 0 where not defined or constant; and where they are."""
    known = np.isfinite(values)
    count = np.where(known, weights[:, None], 0.0)
    total = count.sum(axis=0)
    filled = np.where(known, values, 0.0)
    middle = (filled * count).sum(axis=0) / np.where(total > 0.0, total, 1.0)
    away = np.where(known, values - middle, 0.0)
    variance = (away**2 * count).sum(axis=0) / np.where(total > 0.0, total, 1.0)
    varies = variance > TINY * middle**2
    return np.where(varies, away / np.sqrt(np.where(varies, variance, 1.0)), 0.0), known


def alone(draws: Draws, values: Array, reliabilities: Sequence[Array | float]) -> list[Array]:
    """Return for each reliability what each figure by itself explains of the variance of values, cross-validated.

    It may be below nothing: then the mean foretells better. Draws in which a figure is not defined do not count for it.

    Parameters
    ----------
    values
        What is to be known, shape (draws,).
    reliabilities
        Each of all figures, or one for every figure.
    """
    x, known = _standard(draws.figures, draws.weights)
    y = np.broadcast_to(_standard(values[:, None], draws.weights)[0], x.shape)
    count = np.where(known, draws.weights[:, None], 0.0)
    products = [count, count * x, count * y, count * x * x, count * x * y, count * y * y]
    rows = [draws.part == number for number in range(FOLDS)]
    inside = [np.stack([part[some].sum(axis=0) for some in rows]) for part in products]
    return [_alone(inside, 1.0 / np.asarray(reliability) - 1.0) for reliability in reliabilities]


def _alone(inside: Sequence[Array], noise: Array) -> Array:
    """Return what figures explain whose errors have this variance, from sums within parts."""
    n, sx, sy, sxx, sxy, syy = inside
    outside = [part.sum(axis=0) - part for part in inside]
    with np.errstate(invalid="ignore", divide="ignore"):
        middle_x, middle_y = outside[1] / outside[0], outside[2] / outside[0]
        variance = outside[3] / outside[0] - middle_x**2
        slope = (outside[4] / outside[0] - middle_x * middle_y) / (variance + noise)
        slope = np.where((variance > TINY) & np.isfinite(slope), slope, 0.0)
        start = middle_y - slope * middle_x
        left = (syy - 2 * start * sy - 2 * slope * sxy + start**2 * n + 2 * start * slope * sx
                + slope**2 * (sxx + noise * n))  # fmt: skip
        before = syy - 2 * middle_y * sy + middle_y**2 * n
        return np.nan_to_num(1.0 - left.sum(axis=0) / before.sum(axis=0))


class Sums(NamedTuple):
    """Weighted sums over draws: of 1, figures, the values, and products of two of these."""

    n: Array
    x: Array
    y: Array
    xx: Array
    xy: Array
    yy: Array

    @classmethod
    def of(cls, x: Array, y: Array, weights: Array) -> Sums:
        """Return those of draws."""
        some = x * weights[:, None]
        of_y = weights * y
        return cls(weights.sum(), some.sum(axis=0), of_y.sum(), some.T @ x, some.T @ y, (of_y * y).sum())

    def less(self, part: Sums) -> Sums:
        """Return those of all other draws."""
        return Sums(*(whole - of for whole, of in zip(self, part, strict=True)))


def together(
    draws: Draws, values: Array, reliabilities: Sequence[Array | float], kinds: Sequence[str] = (), most: int = MOST
) -> list[tuple[list[int], float]]:
    """Return for each reliability the few figures that teach most together, and the share that such a few explain.

    The share is that of the whole way of choosing: each part of the draws is foretold by figures and slopes that the
    others choose. A figure that is not defined in a draw stands there at its mean.

    Parameters
    ----------
    kinds
        Of each figure: of one kind only one is taken, since errors of the record would be the same in all.
    """
    x, _ = _standard(draws.figures, draws.weights)
    y = _standard(values[:, None], draws.weights)[0][:, 0]
    there = [number for number in range(FOLDS) if (draws.part == number).any()]
    rows = [draws.part == number for number in there]
    inside = [Sums.of(x[part], y[part], draws.weights[part]) for part in rows]
    whole = Sums.of(x, y, draws.weights)
    free = luck(x.shape[1], draws.effective)
    alike = np.unique(list(kinds) or list(map(str, range(x.shape[1]))), return_inverse=True)[1]
    found = []
    for reliability in reliabilities:
        noise = np.broadcast_to(1.0 / np.asarray(reliability) - 1.0, x.shape[1:])
        left = before = 0.0
        for part, sums in zip(rows, inside, strict=True) if len(there) > 1 else ():
            others = whole.less(sums)
            chosen, slopes = _greedy(others, noise, free, alike, most)
            w, middle = draws.weights[part], others.y / others.n
            foretold = middle + (x[part][:, chosen] - others.x[chosen] / others.n) @ slopes
            left += float((w * ((y[part] - foretold) ** 2 + (slopes**2 * noise[chosen]).sum())).sum())
            before += float((w * (y[part] - middle) ** 2).sum())
        found.append((_greedy(whole, noise, free, alike, most)[0], 1.0 - left / before if before > 0.0 else 0.0))
    return found


def _greedy(
    sums: Sums, noise: Array, free: float, alike: NDArray[np.int64], most: int
) -> tuple[list[int], Array]:
    """Return figures chosen one after the other, and their slopes.

    Each time the figure is taken that explains most of what is left; none where that is no more than luck.
    """
    x, y = sums.x / sums.n, sums.y / sums.n
    covariance = sums.xx / sums.n - np.outer(x, x) + np.diag(noise)
    shared = sums.xy / sums.n - x * y
    variance = float(sums.yy / sums.n - y * y)
    rest, left, chosen = covariance.copy(), shared.copy(), list[int]()
    for _ in range(most):
        own = np.diag(rest)
        gain = np.where(own > TINY, left**2 / np.where(own > TINY, own, 1.0), 0.0)
        gain[np.isin(alike, alike[chosen])] = 0.0
        best = int(np.argmax(gain)) if len(gain) else -1
        if best < 0 or gain[best] <= free * variance:
            break
        chosen.append(best)
        line = rest[:, best] / own[best]
        left = left - line * left[best]
        rest = rest - np.outer(line, rest[best])
    slopes = np.asarray(np.linalg.solve(covariance[np.ix_(chosen, chosen)], shared[chosen]), np.float64)
    return chosen, slopes


def luck(figures: int, draws: float) -> float:
    """Return the share of a variance that the best of so many useless figures seldom exceeds, in so many draws."""
    from scipy.special import chdtri  # what scipy.stats calls, which takes a second to import

    if figures < 1 or draws <= 0.0:
        return 1.0
    return min(1.0, float(chdtri(1, 1.0 - LEVEL ** (1.0 / figures))) / draws)


def distance(share: float) -> float:
    """Return how many standard deviations two groups of equal size lie apart in a figure that explains so much."""
    return 2.0 * (share / max(1.0 - share, TINY)) ** 0.5


def error(share: float, draws: float) -> float:
    """Return the standard error of a share of variance explained, about."""
    return 2.0 * (max(share, 0.0) ** 0.5) * (1.0 - max(share, 0.0)) / max(draws, 1.0) ** 0.5


def thirds(figure: Array, ahead: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Return by thirds of a figure: where they end (2), its mean in each (3), the mean of `ahead` in each (3)."""
    known = np.isfinite(figure) & np.isfinite(ahead)
    order = np.argsort(figure[known], kind="stable")
    value, of, w = (part[known][order] for part in (figure, ahead, weights))
    before = np.cumsum(w) - w / 2
    edges = np.array([value[max(np.searchsorted(before, share * w.sum()) - 1, 0)] if len(value) else np.nan
                      for share in (1 / 3, 2 / 3)])  # fmt: skip
    which = np.searchsorted(edges, value, side="left")
    found = np.full((2, 3), np.nan)
    for third in range(3):
        mine = which == third
        if w[mine].sum() > 0.0:
            found[:, third] = mean(value[mine], w[mine]), mean(of[mine], w[mine])
    return edges, found[0], found[1]
