"""An emulator: what a run would give, without the run. A quadratic in the draws, shrunk by as much as tells most.

Of every output its mean over accidents is fitted, and what the fit leaves (chance, and what no quadratic can say) is
kept as a covariance. What matters by itself is shrunk least, and so are products of factors that matter; the ridge's
strength is the one under which rows are best foretold from one another (generalised cross-validation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.inference.space import Array, Space

STRENGTHS = np.logspace(-4.0, 5.0, 28)
SHARES = (1.0, 0.1, 0.01)
"""How loose products may be beside what stands alone."""
PRODUCTS = 5
"""For each factor that may be multiplied: so many products in all, those of the factors that matter most."""
DOUBT = 0.002
"""Share of the variance that a factor of which nothing is seen is still given, beside those that are seen."""
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
        Shape (outputs, columns of the code).
    product
        Symmetric, shape (outputs, columns, columns).
    r2
        Cross-validated share of each output's variance that is predicted, shape (outputs,).
    residual
        Covariance of what is not predicted (cross-validated), shape (outputs, outputs).
    rows
        From how many runs each output was learnt.
    parts
        The same without each of the folds in turn, by which its own error can be told; nothing unless asked for.
    """

    space: Space
    constant: Array
    linear: Array
    product: Array
    r2: Array
    residual: Array
    rows: NDArray[np.int64]
    parts: tuple[Emulator, ...] = ()

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return len(self.constant)

    def of(self, outputs: Sequence[int]) -> Emulator:
        """Return the emulator of some of the outputs."""
        some = list(outputs)
        return Emulator(
            self.space, self.constant[some], self.linear[some], self.product[some], self.r2[some],
            self.residual[np.ix_(some, some)], self.rows[some], tuple(part.of(some) for part in self.parts),
        )  # fmt: skip

    @cached_property
    def _products(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
        """Which columns are multiplied with which in any output, and by what each product counts in each."""
        a, b = np.nonzero(np.triu(self.product.any(axis=0)))
        return a, b, np.where(a == b, 1.0, 2.0)[:, None] * self.product[:, a, b].T

    def predict(self, positions: Array) -> Array:
        """Return each output's mean at positions, shape (rows, outputs)."""
        a, b, weight = self._products
        found = np.empty((len(positions), self.outputs))
        for first in range(0, len(positions), TOGETHER):
            code = self.space.code(positions[first : first + TOGETHER])
            part = self.constant + code @ self.linear.T + (code[:, a] * code[:, b]) @ weight
            found[first : first + TOGETHER] = part
        return found

    @cached_property
    def main(self) -> Array:
        """Share of each output's predicted variance that is each factor's alone, shape (factors, outputs)."""
        return self._share(self._variances[0])

    @cached_property
    def total(self) -> Array:
        """Share that is each factor's alone or with others, shape (factors, outputs): what is shared counts for all."""
        alone, pairs = self._variances
        return self._share(alone + pairs.sum(axis=1))

    @cached_property
    def variance(self) -> Array:
        """Variance of each output's predicted mean over the ranges, shape (outputs,)."""
        alone, pairs = self._variances
        return alone.sum(axis=0) + pairs.sum(axis=(0, 1)) / 2.0

    def closed(self, factors: NDArray[np.bool_]) -> Array:
        """Return the share of the predicted variance that lies in some factors and what they do together."""
        alone, pairs = self._variances
        return self._share(alone[factors].sum(axis=0) + pairs[factors][:, factors].sum(axis=(0, 1)) / 2.0)

    def _share(self, found: Array) -> Array:
        return np.divide(found, self.variance, out=np.zeros_like(found), where=self.variance > 0.0)

    @cached_property
    def _variances(self) -> tuple[Array, Array]:
        """Variance of each factor alone (factors, outputs), and of pairs beyond that (factors, factors, outputs).

        All factors are taken to be drawn independently, those that others can exclude, too.
        """
        covariance, square, third = _moments(self.space)
        of = (self.space.columns[:, None] == np.arange(self.space.size)).astype(np.float64)
        alone = of.T @ (self.linear * (self.linear @ covariance)).T
        bend = np.diagonal(self.product, axis1=1, axis2=2)
        alone += of.T @ (bend * bend * square + 2.0 * bend * self.linear * third).T
        shared = 4.0 * self.product * (covariance @ self.product @ covariance)
        pairs = np.einsum("cf,kcd,dg->fgk", of, shared, of, optimize=True)
        pairs *= (1.0 - np.eye(self.space.size))[:, :, None]
        return alone, pairs


def _moments(space: Space) -> tuple[Array, Array, Array]:
    """Return the covariance of columns over the ranges, the variance of their squares, and of both together."""
    width = len(space.columns)
    covariance, square, third = np.zeros((width, width)), np.zeros(width), np.zeros(width)
    for at, factor in enumerate(space.factors):
        slices = int(space.slices[at])
        if slices:
            points, weight = (np.arange(slices) + 0.5) / slices, np.full(slices, 1.0 / slices)
        else:
            nodes, weight = np.polynomial.legendre.leggauss(4)
            points, weight = (nodes + 1.0) / 2.0, weight / 2.0
        code, mine = Space([factor]).code(points[:, None]), np.flatnonzero(space.columns == at)
        away = code**2 - weight @ code**2
        covariance[np.ix_(mine, mine)] = (code * weight[:, None]).T @ code
        square[mine], third[mine] = weight @ away**2, weight @ (away * code)
    return covariance, square, third


@dataclass(frozen=True)
class _Terms:
    """The terms that an emulator may have: columns of the code, squares of numbers, products of two factors."""

    space: Space
    code: Array
    squared: NDArray[np.int64]

    @classmethod
    def of(cls, space: Space, positions: Array) -> _Terms:
        number = np.array([not factor.options for factor in space.factors], np.bool_)
        return cls(space, space.code(positions), np.flatnonzero(number[space.columns]))

    @cached_property
    def plain(self) -> Array:
        """Columns and squares, shape (rows, columns + squares)."""
        return np.hstack([self.code, self.code[:, self.squared] ** 2])

    @cached_property
    def factor(self) -> NDArray[np.int64]:
        """Of which factor each of these is."""
        return np.concatenate([self.space.columns, self.space.columns[self.squared]])

    def importance(self, rows: NDArray[np.bool_], values: Array) -> Array:
        """Return what share of the variance of values goes with each factor by itself, less what chance would give."""
        plain = self.plain[rows]
        both = (plain - plain.mean(axis=0)).T @ (values - values.mean()) / len(values)
        spread = plain.std(axis=0) * values.std()
        share = np.divide(both, spread, out=np.zeros_like(both), where=spread > 1e-12) ** 2
        found = np.zeros(self.space.size)
        np.add.at(found, self.factor, np.maximum(share - 1.0 / len(values), 0.0))
        return found

    def products(self, weight: Array, most: int) -> NDArray[np.int64]:
        """Return pairs of columns of different factors: those with the greatest weights, of at most so many factors."""
        chosen = np.argsort(-weight, kind="stable")[:most]
        columns = np.flatnonzero(np.isin(self.space.columns, chosen))
        a, b = (columns[side] for side in np.triu_indices(len(columns), 1))
        apart = self.space.columns[a] != self.space.columns[b]
        a, b = a[apart], b[apart]
        joint = weight[self.space.columns[a]] * weight[self.space.columns[b]]
        return np.column_stack([a, b])[np.argsort(-joint, kind="stable")[: PRODUCTS * most]]


def fit(
    space: Space, positions: Array, outputs: Array, *, quadratic: int = 60, folds: int = 10, parts: bool = False
) -> Emulator:
    """Return the emulator that rows of runs teach.

    Parameters
    ----------
    positions
        Shape (rows, factors).
    outputs
        Shape (rows, outputs). A row is left out of an output that it does not have (nan, infinite).
    quadratic
        How many factors may be multiplied with one another.
    folds
        Parts of the rows that are foretold in turn from the others; rows at the same positions stand in the same.
    parts
        Whether the emulators without each part are kept, too.
    """
    terms, fold = _Terms.of(space, positions), _folds(positions, folds)
    count, width = outputs.shape[1], terms.code.shape[1]
    weights = np.zeros((1 + folds * parts, count, 1 + width + width * width))
    left = np.full(outputs.shape, np.nan)
    for output, values in enumerate(outputs.T):
        rows = np.isfinite(values)
        if rows.any():
            weights[:, output, 0] = values[rows].mean()
            left[rows, output] = values[rows] - values[rows].mean()
        if rows.sum() > 2 and np.ptp(values[rows]) > 0.0:
            left[rows, output] = _learn(terms, rows, values[rows], fold[rows], quadratic, weights[:, output])
    residual, r2 = _left(outputs, left)
    learnt = np.isfinite(outputs).sum(axis=0)
    each = [Emulator(space, of[:, 0], of[:, 1 : 1 + width], of[:, 1 + width :].reshape(count, width, width), r2,
                     residual, learnt) for of in weights]  # fmt: skip
    return replace(each[0], parts=tuple(each[1:]))


def _folds(positions: Array, folds: int) -> NDArray[np.int64]:
    """Return the part in which each row stands, by the order in which positions first come."""
    _, first, which = np.unique(positions, axis=0, return_index=True, return_inverse=True)
    return first.argsort(kind="stable").argsort(kind="stable")[which.ravel()] % folds


def _learn(terms: _Terms, rows: NDArray[np.bool_], values: Array, fold: NDArray[np.int64], quadratic: int,
           found: Array) -> Array:  # fmt: skip
    """Write the weights of one output, first of all rows, then without each part; return what is left of each row."""
    width = terms.code.shape[1]
    weight = terms.importance(rows, values)
    weight = (weight + DOUBT) / (weight.max() + DOUBT)
    pairs = terms.products(weight, quadratic)
    code = terms.code[rows]
    design = np.hstack([terms.plain[rows], code[:, pairs[:, 0]] * code[:, pairs[:, 1]]])
    loose = np.concatenate([weight[terms.factor], np.sqrt(weight[terms.space.columns[pairs]].prod(axis=1))])
    slopes, left = _ridge(design, values, np.sqrt(loose), len(terms.factor), fold, len(found) - 1)
    found[:, : 1 + width] = slopes[:, : 1 + width]
    product = found[:, 1 + width :].reshape(-1, width, width)
    bends = slopes[:, 1 + width :]
    product[:, terms.squared, terms.squared] = bends[:, : len(terms.squared)]
    for a, b in (pairs.T, pairs.T[::-1]):
        product[:, a, b] = bends[:, len(terms.squared) :] / 2.0
    return left


def _ridge(design: Array, values: Array, loose: Array, products: int, fold: NDArray[np.int64],
           parts: int) -> tuple[Array, Array]:  # fmt: skip
    """Return constant and slopes of all rows and without each part, and what is left of each row without its part.

    Without a part they follow from those with it: nothing is fitted anew. `products` is the place of the first product.
    """
    count, centre, spread = len(design), design.mean(axis=0), design.std(axis=0)
    design = design - centre
    away = values - values.mean()
    every, both = design.T @ design, design.T @ away
    unit = np.divide(loose, spread, out=np.zeros_like(spread), where=spread > 1e-12)
    best: tuple[float, Array, Array, Array] | None = None
    for share in SHARES if products < len(loose) else SHARES[:1]:
        scale = np.where(np.arange(len(unit)) < products, unit, share * unit)
        size, turned = np.linalg.eigh(every * np.outer(scale, scale))
        size = np.maximum(size, 0.0)
        inner = turned.T @ (both * scale)
        strengths = size[:, None] + STRENGTHS
        rest = away @ away - (inner**2) @ (1.0 / strengths + STRENGTHS / strengths**2)
        free = np.maximum(1.0 - (1.0 + size @ (1.0 / strengths)) / count, 1e-6)
        error = rest / free**2
        at = int(error.argmin())
        if best is None or error[at] < best[0]:
            best = float(error[at]), strengths[:, at], inner, scale[:, None] * turned
    assert best is not None
    _, strength, inner, turned = best
    design = design @ turned
    foretold = away - design @ (inner / strength)
    slopes = np.tile(np.append(values.mean(), inner / strength), (1 + parts, 1))
    for part in np.unique(fold):
        mine = fold == part
        some = design[mine]
        hat = (some / strength) @ some.T + 1.0 / count
        foretold[mine] = np.linalg.solve(np.eye(len(some)) - hat, foretold[mine])
        if parts:
            slopes[1 + part] -= np.append(foretold[mine].sum() / count, some.T @ foretold[mine] / strength)
    slopes[:, 1:] = slopes[:, 1:] @ turned.T
    slopes[:, 0] -= slopes[:, 1:] @ centre
    return slopes, foretold


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
