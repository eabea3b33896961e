"""What a response surface shows, as numbers: means over cells of a plane, and how many points they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis import selection
from sim.analysis.importance import grouped
from sim.analysis.selection import Shown
from sim.analysis.sweep import Sweep
from sim.experiment.experiment import Factor
from sim.figures.series import Array
from sim.figures.sweeps import common

LEAST = 5.0
CELLS = 120
"""To each side of the raster on which points are first put together; finer than any bandwidth."""
NODES = 61
SLOPES = ((0, 0), (1, 0), (0, 1))
"""Powers of x and y in a plane."""


def bandwidth(count: int) -> float:
    """Return the standard deviation of the weights, in parts of the range: the rate that suits two dimensions."""
    return 0.5 * max(count, 1) ** (-1 / 6)


def local_means(x: Array, y: Array, values: Array, nodes: int = NODES) -> tuple[Array, Array]:
    """Return local means of points in the unit square, and their errors, on an even raster of so many nodes a side.

    At each node a plane is fitted to the points around it by weighted least squares, and its height taken (local linear
    regression, as LOESS does). The weight is a Gaussian of the distance, in parts of the ranges. Where all weights add
    up to less than `LEAST` points at the very place, nothing is said. The error is that of weighted least squares with
    independent points, whose variance is the local one about the local mean. The first index goes along y. Values that
    are not finite are left out; nan where there are too few points.
    """
    known = np.isfinite(values)
    x, y, values = x[known], y[known], values[known]
    # About their mean: squares of what lies far from 0 would lose their digits.
    centre = values.mean() if len(values) else 0.0
    values = values - centre
    cell_x, cell_y = (np.clip((at * CELLS).astype(int), 0, CELLS - 1) for at in (x, y))
    cell = cell_y * CELLS + cell_x
    count, total, squares = (
        np.bincount(cell, weights, CELLS * CELLS).reshape(CELLS, CELLS)
        for weights in (np.ones(len(x)), values, values**2)
    )
    width = bandwidth(len(values))
    away = ((np.arange(CELLS) + 0.5) / CELLS - np.linspace(0, 1, nodes)[:, None]) / width
    weight = np.exp(-0.5 * away**2)
    matrix, doubled = _matrix(weight, away, count), _matrix(weight**2, away, count)
    near = matrix[..., 0, 0] >= LEAST
    # Points that lie on a line leave the plane free to turn about it: a little pull towards flat holds it.
    matrix += np.diag((0.0, 1e-6, 1e-6)) * matrix[..., :1, :1] + 1e-300 * np.eye(3)
    solved = np.linalg.solve(matrix, np.broadcast_to(np.eye(3)[:, :1], (nodes, nodes, 3, 1)))[..., 0]
    right = np.stack([_moment(weight, away, total, a, b) for a, b in SLOPES], axis=-1)
    means = (solved * right).sum(axis=-1)
    floor = np.maximum(matrix[..., 0, 0], 1e-300)
    mean = right[..., 0] / floor
    variance = np.maximum(_moment(weight, away, squares, 0, 0) / floor - mean * mean, 0.0)
    errors = np.sqrt(variance * np.einsum("...i,...ij,...j", solved, doubled, solved))
    return np.where(near, means + centre, np.nan), np.where(near, errors, np.nan)


def _moment(weight: Array, away: Array, table: NDArray[Any], in_x: int, in_y: int) -> Array:
    """Return weighted sums of a table of cells, times powers of the distance, at each node."""
    found: Array = (weight * away**in_y) @ table @ (weight * away**in_x).T
    return found


def _matrix(weight: Array, away: Array, count: NDArray[Any]) -> Array:
    """Return the matrix of weighted least squares at each node, shape (nodes, nodes, 3, 3)."""
    rows = [np.stack([_moment(weight, away, count, a + c, b + d) for c, d in SLOPES], axis=-1) for a, b in SLOPES]
    return np.stack(rows, axis=-2)


MOST = 15
"""A number with at most so many values, each of several points, has cells for them; else it is smoothed or binned."""
STRIPES = 6
"""Bins of a number that is crossed with a choice."""
FEW = 3
"""Points of a bin at least, where a number is crossed with a choice."""


@dataclass(frozen=True)
class Plane:
    """Means over a plane, at places of columns and rows: values, or numbers from 0 where they are tiles."""

    x: Array
    y: Array
    means: Array  # shape (y, x); nan where there is too little to say
    errors: Array  # standard ones: over points, or where a cell has one, over its replicates
    tiles: bool  # whether cells stand for themselves: an axis is a choice without order, or too coarse for contours
    names: tuple[list[str], list[str]]  # of columns and rows, where they are tiles
    how: str  # the method, in words
    grain: float  # what is smaller cannot be told from the method, in parts of the sides: the bandwidth, or a cell
    single: bool = False  # whether no cell has more than one point: standard errors, if any, are by chance alone


def plane(sweep: Sweep, what: Shown, x: Factor, y: Factor, lever: Factor | None, option: int) -> Plane:
    """Return means of an option's paired effect on an outcome over two factors, or without a lever of the outcome."""
    drawn = points(sweep, what, x, y, lever, option)
    asked = ~(np.isnan(drawn[0]) | np.isnan(drawn[1]))  # a variant decides nothing where another excludes it
    at_x, at_y, values, variances = (each[asked] for each in drawn)
    if not any(factor.options or _few(at) for factor, at in ((x, at_x), (y, at_y))):
        return _smooth(x, y, at_x, at_y, values)
    return _cells(x, y, at_x, at_y, values, variances)


def points(
    sweep: Sweep, what: Shown, x: Factor, y: Factor, lever: Factor | None, option: int
) -> tuple[Array, Array, Array, Array]:
    """Return x, y, mean over replicates and its variance by chance, once for each option of levers that are axes."""
    pairs, values = sweep.pairs, sweep.pairs.values(what.column)
    if lever is not None:
        shaped = pairs.by_option(values, lever)
        values = shaped[:, option] - shaped[:, 0]
    found: list[tuple[Array, Array, Array, Array]] = []
    for have, (at_x, at_y) in common.cells(sweep, lever, x, y):
        mine = values[:, have].mean(axis=1)
        means, count = pairs.by_point(mine)
        squares, _ = pairs.by_point((mine - pairs.repeated(means)) ** 2)
        found.append((at_x, at_y, means, np.where(count > 1, squares / np.maximum(count - 1, 1), np.nan)))
    at_x, at_y, means, variances = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return at_x, at_y, means, variances


def _smooth(x: Factor, y: Factor, at_x: Array, at_y: Array, values: Array) -> Plane:
    means, errors = local_means(_share(x, at_x), _share(y, at_y), values)
    nodes: Array = np.linspace(0, 1, NODES, dtype=np.float64)
    width = bandwidth(int(np.isfinite(values).sum()))
    how = f"local linear means, Gaussian weights, bandwidth {width:.2f} of each range"
    return Plane(_value(x, nodes), _value(y, nodes), means, errors, False, ([], []), how, width)


def _few(at: Array) -> bool:
    """Return whether a number has values that come again and again, so that each has its cells."""
    count = len(np.unique(at))
    return count <= MOST and 2 * count <= len(at)


def _cells(x: Factor, y: Factor, at_x: Array, at_y: Array, values: Array, variances: Array) -> Plane:
    """Return means of cells: of each value, or of bins of a number that has many."""
    columns, names_x, place_x = _sides(x, at_x)
    rows, names_y, place_y = _sides(y, at_y)
    known = np.isfinite(values)
    shape = (len(place_y), len(place_x))
    cell = rows[known] * shape[1] + columns[known]
    count = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    total = np.bincount(cell, values[known], shape[0] * shape[1]).reshape(shape)
    # A cell with far fewer than is usual has lost its points, or was never meant to be filled.
    binned = any(not factor.options and not _few(at) for factor, at in ((x, at_x), (y, at_y)))
    least = max(FEW if binned else 1, float(np.median(count)) / 2)
    means = np.where(count >= least, total / np.maximum(count, 1), np.nan)
    away = values[known] - (total / np.maximum(count, 1)).ravel()[cell]
    squares = np.bincount(cell, away * away, shape[0] * shape[1]).reshape(shape)
    # One point tells nothing of how points differ, but its replicates tell what chance does to it.
    by_chance = np.bincount(cell, variances[known], shape[0] * shape[1]).reshape(shape)
    alone = np.where(count == 1, np.sqrt(by_chance), np.nan)
    errors = np.where(count > 1, np.sqrt(squares / np.maximum((count - 1) * count, 1)), alone)
    single = bool(count.max(initial=0) == 1)
    grain = 1.0 / max(shape)
    tiles = bool(x.options or y.options or binned or min(shape) < 3)
    how = "means of cells" if not binned else "means of cells; numbers in bins with equally many points"
    if tiles:
        at = [np.arange(length, dtype=np.float64) for length in shape]
        return Plane(at[1], at[0], means, errors, True, (names_x, names_y), how, grain, single)
    how = f"{how} of the design, contours between them"
    return Plane(place_x, place_y, means, errors, False, ([], []), how, grain, single)


def _sides(factor: Factor, at: Array) -> tuple[NDArray[Any], list[str], Array]:
    """Return each point's cell along a factor, the cells' names, and their places."""
    if factor.options:
        names = [selection.label(option.value) for option in factor.options]
        return at.astype(int), names, np.arange(len(names), dtype=np.float64)
    groups = at if _few(at) else grouped(at, STRIPES)
    unique: NDArray[Any]
    unique, codes = np.unique(groups, return_inverse=True)
    inside = [at[codes == code] for code in range(len(unique))]
    if _few(at):
        return codes, [f"{value:.4g}" for value in unique], unique
    names = [f"{values.min():.2g}–{values.max():.2g}" for values in inside]
    names[0], names[-1] = f"to {inside[0].max():.2g}", f"from {inside[-1].min():.2g}"
    return codes, names, np.array([float(np.median(values)) for values in inside])


def _share(factor: Factor, at: Array) -> Array:
    """Return values as parts of a number's range, by logarithm where that is how it is spread."""
    if common.logarithmic(factor):
        return np.asarray(np.log(at / factor.low) / np.log(factor.high / factor.low))
    return (at - factor.low) / ((factor.high - factor.low) or 1.0)


def _value(factor: Factor, share: Array) -> Array:
    if common.logarithmic(factor):
        return np.asarray(factor.low * (factor.high / factor.low) ** share)
    return np.asarray(factor.low + share * (factor.high - factor.low))
