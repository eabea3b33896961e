"""Shares of a variance: of an emulator over the ranges or over an ensemble's draws, and of a Saltelli design's runs.

*Alone* is what goes with a term whatever the others do (of a group: and what its members do together); *total* adds
what it does together with all others. Indices of samples are SALib's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.analysis.importance import correlation_ratio, grouped
from sim.draws.blocks import uniform_of_each
from sim.inference.emulator import Emulator
from sim.inference.space import Array, Space
from sim.inference.terms import Term

SEED = 65
"""Of the draws of parts of samples: a method's own, no world's."""
MOST = 1500
"""Rows of a part of a sample."""
ALONG = 801
"""Places along the difference of two twins."""


class Shares(Protocol):
    """Shares of one output's variance; nan where they cannot be told."""

    def alone(self, term: Term) -> float:
        """Return what goes with a term whatever the others do."""

    def total(self, term: Term) -> float:
        """Return what would be left with all others held fixed."""

    def slope(self, term: Term) -> float:
        """Return by how much the output rises along a term."""


def order(number: int, rows: int) -> NDArray[np.int64]:
    """Return rows in an order of their own for each number: drawn by address."""
    return np.argsort(uniform_of_each(SEED, number, 0, 0, np.arange(rows, dtype=np.uint64), 0), kind="stable")


def part(number: int, rows: int) -> NDArray[np.int64]:
    """Return a half of rows, of very many fewer, without replacement.

    What is learnt from parts is spread as what is learnt from whole samples would be, but for a factor that `wider`
    knows. A bootstrap's rows come twice, and a fit that is checked on its own rows believes them.
    """
    return np.sort(order(number, rows)[: min(rows // 2, MOST)])


def wider(rows: int) -> float:
    """Return by how much a whole sample's spread is wider than its parts' (of a delete-d jackknife)."""
    size = min(rows // 2, MOST)
    return float(np.sqrt(size / (rows - size)))


def again(number: int, rows: int) -> NDArray[np.int64]:
    """Return as many rows as there are, drawn with replacement: the bootstrap of what needs no fit."""
    at = uniform_of_each(SEED, number, 1, 0, np.arange(rows, dtype=np.uint64), 0)
    return np.minimum((at * rows).astype(np.int64), rows - 1)


@dataclass(frozen=True)
class OverRanges:
    """Of an emulator of one output, exactly: all positions are equally likely."""

    emulator: Emulator

    def alone(self, term: Term) -> float:  # noqa: D102
        if term.pair is not None:
            return self._along(*term.pair)
        return float(self.emulator.closed(term.of)[0])

    def total(self, term: Term) -> float:  # noqa: D102
        return float("nan") if term.pair is not None else 1.0 - float(self.emulator.closed(~term.of)[0])

    def slope(self, term: Term) -> float:
        """Return by how much the output rises from the low end of a number to its high end, or from option to option.

        Of a difference: from as far as it can go to one side to as far as it can go to the other. Of three options
        and more: nan.
        """
        if term.pair is not None:
            one, two = (2.0 * self._linear(at) for at in term.pair)
            return one - two
        at = int(np.argmax(term.of))
        return 2.0 * self._linear(at) if term.of.sum() == 1 else float("nan")

    def _linear(self, at: int) -> float:
        mine = self.emulator.space.columns == at
        return float(self.emulator.linear[0, mine][0]) if mine.sum() == 1 else float("nan")

    def _along(self, one: int, two: int) -> float:
        """Return the share that goes with one position less another: of the mean over all that have it."""
        both = np.searchsorted(self.emulator.space.columns, (one, two))
        curve = self.emulator.product[0][np.ix_(both, both)]
        apart = np.linspace(-2.0, 2.0, ALONG)
        weight = 2.0 - np.abs(apart)
        # given how far they are apart, their middle is anywhere that leaves both within the range
        middle = (1.0 - np.abs(apart) / 2.0) ** 2 / 3.0
        square, product = apart**2 / 4.0 + middle, middle - apart**2 / 4.0
        mean = (self._linear(one) - self._linear(two)) * apart / 2.0
        mean += (curve[0, 0] + curve[1, 1]) * square + 2.0 * curve[0, 1] * product
        away = mean - np.average(mean, weights=weight)
        whole = float(self.emulator.variance[0])
        return float(np.average(away**2, weights=weight)) / whole if whole > 0.0 else 0.0


@dataclass(frozen=True)
class OverDraws:
    """Of an emulator of one output, over draws that hang together: a term's values are exchanged among the draws.

    What a term's members have to do with one another is kept, what they have to do with the others is not.

    Attributes
    ----------
    rows
        About how many exchanges a share rests on: its noise is one through the root of that.
    """

    emulator: Emulator
    positions: Array
    rows: int

    @cached_property
    def _others(self) -> Array:
        """Return draws for every draw, and those for it again."""
        count = len(self.positions)
        return np.concatenate([self.positions[order(at, count)] for at in range(max(1, self.rows // count))])

    @cached_property
    def _given(self) -> Array:
        return self.emulator.predict(self.positions)[:, 0]

    def _exchanged(self, of: NDArray[np.bool_]) -> float:
        from SALib.analyze.sobol import total_order

        again = len(self._others) // len(self.positions)
        given = np.tile(self._given, again)
        changed = self.emulator.predict(np.where(of, self._others, np.tile(self.positions, (again, 1))))[:, 0]
        return float(total_order(given, changed, given)) if np.ptp(given) > 0.0 else 0.0

    def alone(self, term: Term) -> float:  # noqa: D102
        if term.pair is not None:
            one, two = self.positions[:, term.pair[0]], self.positions[:, term.pair[1]]
            return max(0.0, correlation_ratio(grouped(one - two), self._given))
        # Were all values exchanged, it would be 1 but for luck, which is the same luck here.
        return self._all - self._exchanged(~term.of)

    @cached_property
    def _all(self) -> float:
        return self._exchanged(np.ones(self.positions.shape[1], np.bool_))

    def total(self, term: Term) -> float:  # noqa: D102
        return float("nan") if term.pair is not None else self._exchanged(term.of)

    def slope(self, term: Term) -> float:  # noqa: D102
        return OverRanges(self.emulator).slope(term)


@dataclass(frozen=True)
class Direct:
    """Of the runs of a Saltelli design: a row a base point; its two points, and those with one factor exchanged.

    Attributes
    ----------
    outputs
        Shape (base points, factors + 2), as `sim.experiment.sampling.saltelli` has them.
    positions
        Of the two samples, one below the other, shape (2 x base points, factors).
    """

    space: Space
    outputs: Array
    positions: Array

    def _of(self, term: Term, index: str) -> list[float]:
        from SALib.analyze import sobol

        a, b, exchanged = self.outputs[:, 0], self.outputs[:, 1], self.outputs[:, 2:]
        if np.ptp(self.outputs[:, :2]) == 0.0:
            return [0.0]
        # over all runs of both samples, as SALib has it, and about their mean: far from it the estimates are biased
        middle, found = self.outputs[:, :2].mean(), getattr(sobol, index)
        return [float(found(a - middle, exchanged[:, at] - middle, b - middle)) for at in np.flatnonzero(term.of)]

    def alone(self, term: Term) -> float:
        """Return the share; of a group the sum of its members', which leaves out what these do together."""
        if term.pair is not None:
            one, two = self.positions[:, term.pair[0]], self.positions[:, term.pair[1]]
            return correlation_ratio(grouped(one - two), self.outputs[:, :2].T.ravel())
        return sum(self._of(term, "first_order"))

    def total(self, term: Term) -> float:  # noqa: D102
        return self._of(term, "total_order")[0] if term.of.sum() == 1 else float("nan")

    def slope(self, term: Term) -> float:
        """Return by how much a straight line rises over the way of a number, or from the first option to the second."""
        output = self.outputs[:, :2].T.ravel()
        if term.pair is not None:
            place, wide = self.positions[:, term.pair[0]] - self.positions[:, term.pair[1]], 2.0
        elif term.of.sum() == 1 and (slices := int(self.space.slices[at := int(np.argmax(term.of))])) < 3:
            place, wide = self.space.middles(self.positions)[:, at], 0.5 if slices else 1.0
        else:
            return float("nan")
        spread = place.var()
        return float(((place - place.mean()) * output).mean() / spread * wide) if spread > 0.0 else 0.0
