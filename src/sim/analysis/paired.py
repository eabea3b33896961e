"""Statistics of paired replicates: two worlds, the same accidents, many times.

Everything here is over the pairs that are given: over chance alone, unless each has its own draw of parameters. There
are no tests of significance: with enough replicates any difference is "significant", and their number is a choice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LEVEL = 0.95
"""Of all intervals."""
SPREAD = (0.1, 0.9)
"""Quantiles between which single pairs are said to lie."""
FEW = 30
"""Below this many pairs an interval hangs on the differences being nearly normal, and equal ones say little."""
MANY = 10**15
"""More pairs than this are not told apart."""
TINY = 1e-12
"""A spread smaller than this part of the values is rounding, not chance."""


@dataclass(frozen=True)
class Effects:
    """The other world minus the baseline, for each of many quantities; all arrays have one shape.

    The fields are the columns that docs/comparing.md explains.
    """

    pairs: NDArray[np.int64]
    base: Array
    other: Array
    effect: Array
    low: Array
    high: Array
    error: Array
    sd: Array
    sd_base: Array
    sd_other: Array
    standardised: Array
    pair_low: Array
    pair_high: Array
    superiority: Array
    superiority_low: Array
    superiority_high: Array
    correlation: Array
    ratio: Array
    saved: Array
    within: Array
    smallest: Array
    reading: NDArray[np.str_]


def effects(base: Array, other: Array, better: ArrayLike, smallest: Array | float) -> Effects:
    """Compare two worlds replicate by replicate: shape (replicates, ...), nan where undefined.

    ``better`` is 1 where more is better or neither is, -1 where less is.
    """
    known = np.isfinite(base) & np.isfinite(other)
    base, other = np.where(known, base, np.nan), np.where(known, other, np.nan)
    difference = other - base
    n: NDArray[np.int64] = known.sum(axis=0)
    means, sds = zip(*(moments(values) for values in (base, other, difference)), strict=True)
    error = _divided(sds[2], np.sqrt(n))
    half = student(n) * error
    low, high = means[2] - half, means[2] + half
    smallest = np.broadcast_to(np.asarray(smallest, float), means[2].shape)
    superior, superior_low, superior_high = superiority(difference * np.asarray(better, float))
    pair_low, pair_high = quantiles(difference, SPREAD)
    ratio = worth(sds[0], sds[1], sds[2])
    within = _divided((np.abs(difference) <= smallest).sum(axis=0), n)
    return Effects(
        n, means[0], means[1], means[2], low, high, error, sds[2], sds[0], sds[1], _divided(means[2], sds[0]),
        pair_low, pair_high, superior, superior_low, superior_high, _correlation(base, other, means, sds),
        ratio, 2.0 * n * (ratio - 1.0), within, smallest, reading(low, high, smallest),
    )  # fmt: skip


def moments(values: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation over replicates; nan for none, and for the latter for one."""
    known = np.isfinite(values)
    n = known.sum(axis=0)
    mean = _divided(np.where(known, values, 0.0).sum(axis=0), n)
    away = np.where(known, values - mean, 0.0)
    sd = np.sqrt(_divided((away * away).sum(axis=0), np.maximum(n - 1, 0)))
    return mean, np.where(sd <= TINY * np.maximum(np.abs(mean), TINY), 0.0, sd)


def student(pairs: NDArray[np.int64] | int) -> Array:
    """Return the factor from the standard error to half the interval; nan below two pairs."""
    from scipy.special import stdtrit  # what scipy.stats calls, which takes a second to import

    n = np.asarray(pairs)
    return np.where(n > 1, stdtrit(np.maximum(n - 1, 1), 0.5 + LEVEL / 2), np.nan)


def superiority(gain: Array) -> tuple[Array, Array, Array]:
    """Return the share of gains above zero, ties half, with Wilson's interval.

    With ties the variance of a score is smaller than the binomial one that the interval assumes, so
    it is then too wide rather than too narrow.
    """
    from scipy.special import ndtri

    known = np.isfinite(gain)
    n = known.sum(axis=0)
    p = _divided(np.where(known, 0.5 + 0.5 * np.sign(gain), 0.0).sum(axis=0), n)
    z = float(ndtri(0.5 + LEVEL / 2))
    middle = _divided(p * n + z * z / 2, n + z * z)
    half = z * np.sqrt(p * (1.0 - p) * n + z * z / 4) / (n + z * z)
    return p, np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)


def worth(sd_base: ArrayLike, sd_other: ArrayLike, sd: ArrayLike) -> Array:
    """Return how many independent replicates of each world are worth one pair.

    The variance of a mean difference is (sd_base^2 + sd_other^2) / n between independent replicates
    and sd^2 / n over pairs. Infinite where all pairs differ by the same; nan where nothing varies.
    """
    return _divided(np.square(sd_base) + np.square(sd_other), np.square(sd))


def reading(
    low: ArrayLike, high: ArrayLike, smallest: ArrayLike, pairs: NDArray[np.int64] | int = MANY
) -> NDArray[np.str_]:
    """Say where an interval lies against the smallest effect of interest.

    An interval of no width is no certainty where few pairs are known: something rare may not have been seen yet.
    """
    low, high, smallest = (np.asarray(values, float) for values in (low, high, smallest))
    where = [low > smallest, high < -smallest, (low >= -smallest) & (high <= smallest)]
    said = np.select(where, ["above", "below", "within"], "undecided")
    return np.where((low == high) & (np.asarray(pairs) < FEW), "undecided", said)


def needed(sd: float, half_width: float) -> int:
    """Return how many pairs make half the interval no wider than wanted, at this spread of differences.

    Never more than `MANY`.
    """
    if not sd > 0.0:
        return 2
    # Asked before the quotient is squared, which might be larger than a float can be.
    if not half_width * math.sqrt(MANY) > float(student(10**9)) * sd:
        return MANY
    n = 2
    while True:
        factor = float(student(n))
        if factor * sd <= half_width * math.sqrt(n):
            return n
        # Student's factor falls with n, so that this never oversteps the smallest n that will do.
        n = max(n + 1, math.ceil((float(student(10**9)) * sd / half_width) ** 2))


def quantiles(values: Array, at: tuple[float, ...]) -> list[Array]:
    """Return quantiles over replicates of what is defined, one array for each; nan where nothing is.

    They are numpy's, to the last bit. Its function for what is not everywhere defined goes column by column, which
    took half of a comparison.
    """
    if not len(values):
        return [np.full(values.shape[1:], np.nan)] * len(at)
    if np.isfinite(values).all():
        return list(np.quantile(values, at, axis=0))
    ordered = np.sort(values, axis=0)  # nan comes last
    counted = (~np.isnan(values)).sum(axis=0)
    return [_quantile(ordered, counted, share) for share in at]


def _quantile(ordered: Array, counted: NDArray[np.int64], share: float) -> Array:
    """Return a quantile of columns in order, of which so many rows count, between two rows as numpy has it."""
    place = np.maximum(share * (counted - 1), 0.0)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(counted - 1, 0))
    low, high = (np.take_along_axis(ordered, rows[None], axis=0)[0] for rows in (below, above))
    way = place - below
    with np.errstate(invalid="ignore"):  # between two that are infinite
        step = high - low
        found: Array = np.where(way >= 0.5, high - step * (1.0 - way), low + step * way)
    return np.where(counted > 0, found, np.nan)


def _correlation(base: Array, other: Array, means: tuple[Array, ...], sds: tuple[Array, ...]) -> Array:
    n = np.isfinite(base).sum(axis=0)
    product = np.nan_to_num((base - means[0]) * (other - means[1])).sum(axis=0)
    # Two points always lie on a line.
    found = _divided(product, np.where(n > 2, n - 1, 0) * sds[0] * sds[1])
    return np.where(np.isfinite(found), np.clip(found, -1.0, 1.0), np.nan)


def _divided(one: ArrayLike, other: ArrayLike) -> Array:
    """Divide without complaint: nothing by nothing is nan."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.divide(one, other), float)
