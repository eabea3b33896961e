"""An emulator: what a run would give, without the run. A quadratic in the draws, shrunk by as much as tells most.

Of every output its mean over accidents is fitted, and what the fit leaves (chance, and what no quadratic can say) is
kept as a covariance. What matters by itself is shrunk least, and so are products of factors that matter; the ridge's
strength is the one under which rows are best foretold from one another (generalised cross-validation).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, eigvalsh_tridiagonal
from scipy.linalg.lapack import dormqr, dptsv, dsytrd

from sim.inference import walk
from sim.inference.space import Array, Space
from sim.inference.walk import Terms

STRENGTHS = np.logspace(-4.0, 5.0, 28)
SHARES = (1.0, 0.1, 0.01)
"""How loose products may be beside what stands alone."""
PRODUCTS = 5
"""For each factor that may be multiplied: so many products in all, those of the factors that matter most."""
TOGETHER = 32
"""Products that are made together."""
DOUBT = 0.002
"""Share of the variance that a factor of which nothing is seen is still given, beside those that are seen."""


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
    def terms(self) -> Terms:
        """What outputs are made of, as compiled code takes it."""
        width = len(self.space.columns)
        twice = np.triu(self.product) * (2.0 - np.eye(width))
        output, a, b = np.nonzero(twice)
        begin = np.searchsorted(output * width + a, np.arange(self.outputs * width + 1))
        constant, linear = (np.ascontiguousarray(each, np.float64) for each in (self.constant, self.linear))
        return Terms(constant, linear, begin, b, twice[output, a, b])

    def predict(self, positions: Array) -> Array:
        """Return each output's mean at positions, shape (rows, outputs)."""
        coding, found = self.space.coding, np.empty((len(positions), self.outputs))
        walk.foretell(coding, self.terms, np.ascontiguousarray(positions, np.float64),
                      walk.room(coding, self.outputs), found)  # fmt: skip
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
        """Variance of each factor alone (factors, outputs), and of pairs beyond that (factors, factors, outputs)."""
        covariance, square, third = self.space.moments
        of = (self.space.columns[:, None] == np.arange(self.space.size)).astype(np.float64)
        alone = of.T @ (self.linear * (self.linear @ covariance)).T
        bend = np.diagonal(self.product, axis1=1, axis2=2)
        alone += of.T @ (bend * bend * square + 2.0 * bend * self.linear * third).T
        shared = 4.0 * self.product * (covariance @ self.product @ covariance)
        pairs = np.einsum("cf,kcd,dg->fgk", of, shared, of, optimize=True)
        pairs *= (1.0 - np.eye(self.space.size))[:, :, None]
        return alone, pairs


@dataclass(frozen=True)
class _Terms:
    """The terms that an emulator may have: columns of the code, squares of numbers, products of two factors.

    Attributes
    ----------
    code
        Of some rows, those of each part after one another.
    parts
        The number of each part, and its rows.
    """

    space: Space
    code: Array
    parts: list[tuple[int, slice]]

    @classmethod
    def of(cls, space: Space, code: Array, fold: NDArray[np.int64]) -> _Terms:
        numbers, begin = np.unique(fold, return_index=True)
        edges = itertools.pairwise([*begin.tolist(), len(fold)])
        return cls(space, code, [(part, slice(*each)) for part, each in zip(numbers.tolist(), edges, strict=True)])

    @cached_property
    def squared(self) -> NDArray[np.int64]:
        """Columns of which there is a square."""
        number = np.array([not factor.options for factor in self.space.factors], np.bool_)
        return np.flatnonzero(number[self.space.columns])

    @cached_property
    def _plain(self) -> tuple[Array, Array, Array]:
        """Columns and squares, each of mean 0, and a 1 before them; means and standard deviations, without the 1's."""
        plain = np.hstack([self.code, self.code[:, self.squared] ** 2])
        middle, spread = plain.mean(axis=0), plain.std(axis=0)
        plain -= middle
        return np.hstack([np.ones((len(plain), 1)), plain]), middle, spread

    centred = property(lambda self: self._plain[0])
    middle = property(lambda self: self._plain[1])
    spread = property(lambda self: self._plain[2])

    @cached_property
    def squares(self) -> list[Array]:
        """Sums of products of these over each part."""
        return [self.centred[rows].T @ self.centred[rows] for _, rows in self.parts]

    @cached_property
    def factor(self) -> NDArray[np.int64]:
        """Of which factor each of these is."""
        return np.concatenate([self.space.columns, self.space.columns[self.squared]])

    def importance(self, values: Array) -> Array:
        """Return what share of the variance of values goes with each factor by itself, less what chance would give."""
        both = self.centred[:, 1:].T @ (values - values.mean()) / len(values)
        spread = self.spread * values.std()
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

    def multiplied(self, pairs: NDArray[np.int64]) -> Array:
        """Return products of pairs of columns, shape (rows, pairs): some at a time, for the memory that takes."""
        found = np.empty((len(self.code), len(pairs)), order="F")
        for some in range(0, len(pairs), TOGETHER):
            a, b = pairs[some : some + TOGETHER].T
            np.multiply(self.code[:, a], self.code[:, b], out=found[:, some : some + TOGETHER])
        return found


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
    code, fold, there = space.code(positions), parts_of(positions, folds), np.isfinite(outputs)
    count, width = outputs.shape[1], code.shape[1]
    weights = np.zeros((1 + folds * parts, count, 1 + width + width * width))
    left = np.full(outputs.shape, np.nan)
    # outputs of the same rows share what hangs on these alone
    alike, which = np.unique(there, axis=1, return_inverse=True)
    for number, known in enumerate(alike.T):
        if not known.any():
            continue
        rows = np.flatnonzero(known)[fold[known].argsort(kind="stable")]
        terms = _Terms.of(space, code[rows], fold[rows])
        for output in np.flatnonzero(which.ravel() == number).tolist():
            values = outputs[rows, output]
            weights[:, output, 0] = values.mean()
            left[rows, output] = values - values.mean()
            if len(rows) > 2 and np.ptp(values) > 0.0:
                left[rows, output] = _learn(terms, values, quadratic, weights[:, output])
    residual, r2 = _left(outputs, left)
    each = [Emulator(space, of[:, 0], of[:, 1 : 1 + width], of[:, 1 + width :].reshape(count, width, width), r2,
                     residual, there.sum(axis=0)) for of in weights]  # fmt: skip
    return replace(each[0], parts=tuple(each[1:]))


def parts_of(positions: Array, folds: int) -> NDArray[np.int64]:
    """Return the part in which each row stands, by the order in which positions first come: of `Emulator.parts`."""
    _, first, which = np.unique(positions, axis=0, return_index=True, return_inverse=True)
    return first.argsort(kind="stable").argsort(kind="stable")[which.ravel()] % folds


def apart(emulator: Emulator, positions: Array, parts: NDArray[np.int64], outputs: Array) -> list[Emulator]:
    """Return the emulators without each part, with the covariance of what they leave of their parts of these rows.

    Parameters
    ----------
    parts
        In which part each of the rows stands.
    """
    said = np.stack([part.predict(positions) for part in emulator.parts])
    residual, _ = _left(outputs, outputs - said[parts, np.arange(len(parts))])
    return [replace(part, residual=residual) for part in emulator.parts]


def _learn(terms: _Terms, values: Array, quadratic: int, found: Array) -> Array:
    """Write the weights of one output, first of all rows, then without each part; return what is left of each row."""
    width = terms.code.shape[1]
    weight = terms.importance(values)
    weight = (weight + DOUBT) / (weight.max() + DOUBT)
    pairs = terms.products(weight, quadratic)
    loose = np.concatenate([weight[terms.factor], np.sqrt(weight[terms.space.columns[pairs]].prod(axis=1))])
    slopes, left = _ridge(terms, terms.multiplied(pairs), values, np.sqrt(loose), len(found) - 1)
    found[:, : 1 + width] = slopes[:, : 1 + width]
    product = found[:, 1 + width :].reshape(-1, width, width)
    bends = slopes[:, 1 + width :]
    product[:, terms.squared, terms.squared] = bends[:, : len(terms.squared)]
    for a, b in (pairs.T, pairs.T[::-1]):
        product[:, a, b] = bends[:, len(terms.squared) :] / 2.0
    return left


def _ridge(terms: _Terms, products: Array, values: Array, loose: Array, parts: int) -> tuple[Array, Array]:
    """Return constant and slopes of all rows and without each part, and what is left of each row without its part.

    Terms are shrunk, and by how much is chosen, by all rows: without a part only the slopes are others. The products
    become such as are of mean 0.
    """
    count, plain, middle = len(values), terms.centred.shape[1] - 1, values.mean()
    centre = np.concatenate([terms.middle, products.mean(axis=0)])
    away = values - middle
    products -= products.mean(axis=0)
    each = [_squares(terms.centred[rows], products[rows], squares)
            for (_, rows), squares in zip(terms.parts, terms.squares, strict=True)]  # fmt: skip
    both = [np.append(away[rows] @ terms.centred[rows], away[rows] @ products[rows]) for _, rows in terms.parts]
    every, whole = sum(each[1:], each[0]), sum(both[1:], both[0])
    spread = np.sqrt(np.diag(every)[1:] / count)
    unit = np.divide(loose, spread, out=np.zeros_like(spread), where=spread > 1e-12)
    best = np.inf, 0.0, unit
    for share in SHARES if products.shape[1] else SHARES[:1]:
        scale = np.where(np.arange(len(unit)) < plain, unit, share * unit)
        error = _errors(every[1:, 1:] * np.outer(scale, scale), whole[1:] * scale, float(away @ away), count)
        if error.min() < best[0]:
            best = float(error.min()), STRENGTHS[error.argmin()], scale
    _, strength, scale = best
    scale = np.append(1.0, scale)
    scales, shrunk = np.outer(scale, scale), np.append(0.0, np.full(len(unit), strength))

    def slopes_of(squares: Array, sums: Array) -> Array:
        scaled = squares * scales
        scaled[np.diag_indices_from(scaled)] += shrunk
        factored = cho_factor(scaled.T, overwrite_a=True, check_finite=False)
        found: Array = scale * cho_solve(factored, sums * scale, check_finite=False)
        return found

    slopes = np.tile(slopes_of(every, whole), (1 + parts, 1))
    foretold = np.empty(count)
    for (part, rows), squares, sums in zip(terms.parts, each, both, strict=True):
        without = slopes_of(every - squares, whole - sums)
        foretold[rows] = away[rows] - terms.centred[rows] @ without[: 1 + plain] - products[rows] @ without[1 + plain :]
        if parts:
            slopes[1 + part] = without
    slopes[:, 0] += middle - slopes[:, 1:] @ centre
    return slopes, foretold


def _squares(plain: Array, products: Array, known: Array) -> Array:
    """Return sums of products of columns with one another; those of the first with themselves are known."""
    width = len(known)
    found = np.empty((width + products.shape[1],) * 2)
    found[:width, :width], found[width:, width:] = known, products.T @ products
    found[:width, width:] = plain.T @ products
    found[width:, :width] = found[:width, width:].T
    return found


def _errors(squares: Array, sums: Array, total: float, count: int) -> Array:
    """Return by how much rows are missed under each of `STRENGTHS`, by generalised cross-validation.

    A band of three diagonals, turned as the squares can be, tells it without their eigenvectors.
    """
    if len(squares) == 1:  # no band for LAPACK: beside it stands one that says nothing
        squares, sums = np.diag([squares[0, 0], 0.0]), np.append(sums, 0.0)
    lower, main, beside, turn, _ = dsytrd(squares.T, lower=1, lwork=64 * len(squares), overwrite_a=1)
    turned = sums.copy()
    turned[1:] = dormqr("L", "T", lower[1:, :-1], turn, sums[1:, None], 64 * len(squares))[0][:, 0]
    size = np.maximum(eigvalsh_tridiagonal(main, beside), 0.0)
    rest = np.empty(len(STRENGTHS))
    for at, strength in enumerate(STRENGTHS.tolist()):
        _, _, inner, _ = dptsv(main + strength, beside, turned)  # positive definite, since no strength is 0
        rest[at] = total - turned @ inner - strength * (inner @ inner)
    free = np.maximum(1.0 - (1.0 + (size[:, None] / (size[:, None] + STRENGTHS)).sum(axis=0)) / count, 1e-6)
    found: Array = rest / free**2
    return found


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
