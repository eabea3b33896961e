"""An emulator: what a run would give, without the run. A quadratic in the draws, shrunk by as much as tells most.

Of every output its mean over accidents is fitted, and what the fit leaves (chance, and what no quadratic can say) is
kept as a covariance. Factors that matter most are squared and multiplied with one another, the others are linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.inference.space import Array, Space

STRENGTHS = np.logspace(-1.0, 5.0, 25)
"""Of the ridge, in rows: so many rows would have to say that nothing matters."""
TOGETHER = 1024
"""Rows that are predicted at once."""


@dataclass(frozen=True)
class Emulator:
    """Quadratics in the code of a space, one for each output.

    Attributes
    ----------
    constant
        Shape (outputs,).
    linear
        Shape (outputs, columns).
    product
        Symmetric, shape (outputs, screened columns, screened columns).
    screened
        Which columns of the code are multiplied.
    r2
        Cross-validated share of each output's variance that is predicted, shape (outputs,).
    residual
        Covariance of what is not predicted (cross-validated), shape (outputs, outputs).
    rows
        From how many runs each output was learnt.
    """

    space: Space
    constant: Array
    linear: Array
    product: Array
    screened: NDArray[np.int64]
    r2: Array
    residual: Array
    rows: NDArray[np.int64]

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return len(self.constant)

    def of(self, outputs: Sequence[int]) -> Emulator:
        """Return the emulator of some of the outputs."""
        some = list(outputs)
        return Emulator(
            self.space, self.constant[some], self.linear[some], self.product[some], self.screened, self.r2[some],
            self.residual[np.ix_(some, some)], self.rows[some],
        )  # fmt: skip

    def predict(self, positions: Array) -> Array:
        """Return each output's mean at positions, shape (rows, outputs)."""
        found = np.empty((len(positions), self.outputs))
        for first in range(0, len(positions), TOGETHER):
            code = self.space.code(positions[first : first + TOGETHER])
            some, part = code[:, self.screened], found[first : first + TOGETHER]
            part[:] = self.constant + code @ self.linear.T
            for output, product in enumerate(self.product):
                part[:, output] += ((some @ product) * some).sum(axis=1)
        return found

    @cached_property
    def main(self) -> Array:
        """Share of each output's predicted variance that is each factor's alone, shape (factors, outputs)."""
        alone, _ = self._variances
        total = self.variance
        return np.divide(alone, total, out=np.zeros_like(alone), where=total > 0.0)

    @property
    def variance(self) -> Array:
        """Variance of each output's predicted mean over the ranges, shape (outputs,)."""
        alone, pairs = self._variances
        return alone.sum(axis=0) + pairs.sum(axis=(0, 1)) / 2.0

    def closed(self, factors: NDArray[np.bool_]) -> Array:
        """Return the share of the predicted variance that lies in some factors and what they do together."""
        alone, pairs = self._variances
        found = alone[factors].sum(axis=0) + pairs[factors][:, factors].sum(axis=(0, 1)) / 2.0
        return np.divide(found, self.variance, out=np.zeros_like(found), where=self.variance > 0.0)

    @cached_property
    def _variances(self) -> tuple[Array, Array]:
        """Variance of each factor alone (factors, outputs), and of pairs beyond that (factors, factors, outputs)."""
        moments = _moments(self.space)
        columns, size = self.space.columns, self.space.size
        factor = columns[self.screened]
        alone, pairs = np.zeros((size, self.outputs)), np.zeros((size, size, self.outputs))
        for at in range(size):
            covariance, square, third = moments[at]
            mine = columns == at
            within = np.flatnonzero(factor == at)
            linear = self.linear[:, mine]
            alone[at] = np.einsum("ki,ij,kj->k", linear, covariance, linear)
            if len(within) == 1:
                bend = self.product[:, within[0], within[0]]
                alone[at] += bend * bend * square + 2.0 * bend * linear[:, 0] * third
            for other in range(at) if len(within) else ():
                beside = np.flatnonzero(factor == other)
                if len(beside):
                    block = 2.0 * self.product[:, within[:, None], beside]
                    found = np.einsum("kab,bc,kdc,da->k", block, moments[other][0], block, covariance)
                    pairs[at, other] = pairs[other, at] = found
        return alone, pairs


def _moments(space: Space) -> list[tuple[Array, float, float]]:
    """Return of each factor the covariance of its columns, the variance of its square, and of both together."""
    found = []
    for at, factor in enumerate(space.factors):
        points = Space([factor])
        slices = int(points.slices[0])
        if slices:
            code, weight = points.code((np.arange(slices)[:, None] + 0.5) / slices), np.full(slices, 1.0 / slices)
        else:
            nodes, weight = np.polynomial.legendre.leggauss(4)
            code, weight = nodes[:, None], weight / 2.0
        covariance = (code * weight[:, None]).T @ code
        square = code[:, 0] ** 2 - weight @ code[:, 0] ** 2
        found.append((covariance, float(weight @ square**2), float(weight @ (square * code[:, 0]))))
        assert len(covariance) == (space.columns == at).sum()
    return found


def fit(space: Space, positions: Array, outputs: Array, *, quadratic: int = 60, folds: int = 10) -> Emulator:
    """Return the emulator that rows of runs teach.

    Parameters
    ----------
    positions
        Shape (rows, factors).
    outputs
        Shape (rows, outputs). A row is left out of an output that it does not have (nan, infinite).
    quadratic
        How many factors may be squared and multiplied.
    folds
        Parts of the rows that are foretold in turn from the others.
    """
    code = space.code(positions)
    known = np.isfinite(outputs)
    screened = _screened(space, code, np.where(known, outputs, np.nan), quadratic)
    upper = _products(space, screened)
    design = np.column_stack([code, *((code[:, a] * code[:, b])[:, None] for a, b in screened[upper])])
    count, width = outputs.shape[1], code.shape[1]
    constant, linear = np.zeros(count), np.zeros((count, width))
    product = np.zeros((count, len(screened), len(screened)))
    left = np.full(outputs.shape, np.nan)
    patterns, which = np.unique(known, axis=1, return_inverse=True)
    for pattern, rows in enumerate(patterns.T):
        mine = np.flatnonzero(which == pattern)
        if rows.sum() > 2:
            weights, left[np.ix_(rows, mine)] = _ridge(design[rows], outputs[np.ix_(rows, mine)])
            constant[mine], linear[mine] = weights[0], weights[1 : width + 1].T
            for place, (a, b) in enumerate(upper):
                product[mine, a, b] += weights[width + 1 + place] / 2.0
                product[mine, b, a] += weights[width + 1 + place] / 2.0
    residual, r2 = _left(outputs, left)
    return Emulator(space, constant, linear, product, screened, r2, residual, known.sum(axis=0))


def _screened(space: Space, code: Array, outputs: Array, most: int) -> NDArray[np.int64]:
    """Return the columns of the factors that matter most to any output, by straight lines."""
    best = np.zeros(space.size)
    for values in outputs.T:
        rows = np.isfinite(values)
        if rows.sum() > 2 and values[rows].std() > 0.0:
            with np.errstate(invalid="ignore", divide="ignore"):
                some, of = code[rows], (values[rows] - values[rows].mean()) / values[rows].std()
                both = (np.nan_to_num((some - some.mean(0)) / some.std(0)).T @ of / rows.sum()) ** 2
            mine = np.zeros(space.size)
            np.maximum.at(mine, space.columns, both)
            best = np.maximum(best, mine)
    chosen = np.sort(np.argsort(-best, kind="stable")[:most])
    return np.flatnonzero(np.isin(space.columns, chosen))


def _products(space: Space, screened: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return pairs of screened columns: of two factors, and of a number with itself."""
    factor = space.columns[screened]
    a, b = np.triu_indices(len(screened))
    square = np.array([not one.options for one in space.factors])[factor]
    return np.column_stack([a, b])[np.where(a == b, square[a], factor[a] != factor[b])]


def _ridge(design: Array, outputs: Array) -> tuple[Array, Array]:
    """Return constants and weights by row, and what each row leaves that is foretold from all others."""
    count = len(design)
    centre, middle = design.mean(axis=0), outputs.mean(axis=0)
    scale = design.std(axis=0)
    scale[scale == 0.0] = 1.0
    left, size, right = np.linalg.svd((design - centre) / scale, full_matrices=False)
    inner = left.T @ (outputs - middle)
    best = np.full(outputs.shape[1], np.inf)
    weights, leaves = np.zeros((1 + design.shape[1], outputs.shape[1])), outputs - middle
    for strength in STRENGTHS:
        shrunk = size**2 / (size**2 + strength)
        free = 1.0 - (left**2 @ shrunk) - 1.0 / count
        rest = (outputs - middle - left @ (shrunk[:, None] * inner)) / np.maximum(free, 1e-6)[:, None]
        error = (rest**2).mean(axis=0)
        better = error < best
        best[better] = error[better]
        slopes = right.T @ ((size / (size**2 + strength))[:, None] * inner[:, better]) / scale[:, None]
        weights[:, better] = np.vstack([middle[better] - centre @ slopes, slopes])
        leaves[:, better] = rest[:, better]
    return weights, leaves


def _left(outputs: Array, left: Array) -> tuple[Array, Array]:
    """Return the covariance of what is left, from rows that have both, and the share that is not."""
    there = np.isfinite(left)
    filled = np.where(there, left, 0.0)
    pairs = there.T.astype(np.float64) @ there
    covariance = filled.T @ filled / np.maximum(pairs, 1.0)
    spread = np.array([values[rows].var() if rows.any() else 0.0
                       for values, rows in zip(outputs.T, there.T, strict=True)])  # fmt: skip
    r2 = 1.0 - np.divide(np.diag(covariance), spread, out=np.ones(len(spread)), where=spread > 0.0)
    return covariance, r2
