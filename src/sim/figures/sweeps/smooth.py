"""Local means over scattered points of a plane: how a response surface is drawn from random draws.

At each place a plane is fitted to the points around it by weighted least squares, and its height is
taken (local linear regression, as LOESS does). The weight is a Gaussian of the distance, each axis
measured in parts of its range; its standard deviation, the bandwidth, is 0.5 n^(-1/6) of the range
for n points, the rate that suits two dimensions. Where the weights of all points add up to less than
`LEAST` points at the very place, nothing is said. The standard error of a height is that of weighted
least squares with independent points, whose variance is the local one about the local mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.figures.series import Array

LEAST = 5.0
CELLS = 120
"""To each side of the raster on which points are first put together; finer than any bandwidth."""
NODES = 61
SLOPES = ((0, 0), (1, 0), (0, 1))
"""Powers of x and y in a plane."""


def bandwidth(count: int) -> float:
    """Return the standard deviation of the weights for a number of points, in parts of the range."""
    return 0.5 * max(count, 1) ** (-1 / 6)


def surface(x: Array, y: Array, values: Array, nodes: int = NODES) -> tuple[Array, Array]:
    """Return local means of points in the unit square, and their errors, on an even raster of so many nodes a side.

    The first index goes along y. Values that are not finite are left out; nan where there are too few points.
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
