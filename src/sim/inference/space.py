"""The space of what is not known: draws as positions in the unit cube, and as columns that a polynomial can be made of.

A position is where a value lies in its factor's distribution, from 0 to 1: over the ranges all positions are equally
likely. Options and whole numbers have a slice each, and stand in its middle.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import Problem, UserError
from sim.experiment import sampling
from sim.experiment.experiment import Factor
from sim.experiment.sampling import Value
from sim.inference import walk
from sim.inference.walk import Array as Array
from sim.inference.walk import Coding


@dataclass(frozen=True)
class Space:
    """Factors that are drawn together.

    Attributes
    ----------
    factors
        In the order of the columns of positions.
    """

    factors: tuple[Factor, ...]

    def __init__(self, factors: Sequence[Factor]) -> None:
        object.__setattr__(self, "factors", tuple(factors))

    @property
    def names(self) -> list[str]:
        """Names of the factors."""
        return [factor.name for factor in self.factors]

    @property
    def size(self) -> int:
        """Number of factors."""
        return len(self.factors)

    @cached_property
    def slices(self) -> NDArray[np.int64]:
        """Into how many slices each factor's way from 0 to 1 is cut; 0 for a number of which any is allowed."""
        return np.array([
            len(factor.options) or (int(factor.high) - int(factor.low) + 1 if factor.whole else 0)
            for factor in self.factors
        ], np.int64)  # fmt: skip

    @cached_property
    def _parents(self) -> list[tuple[int, int, int]]:
        """Of each factor that others can exclude, per drawn parent: its column, the parent's, the reading's number."""
        found = []
        for child, factor in enumerate(self.factors):
            target, reading = factor.under or ("", "")
            for parent, one in enumerate(self.factors):
                if target and one.target == target:
                    # a reading that is not drawn excludes always
                    found.append((child, parent, _number(one, reading, -1)))
        return found

    def numbers(self, positions: Array) -> NDArray[np.int64]:
        """Return the number of the slice in which each position lies; 0 for a number of which any is allowed."""
        return np.minimum((positions * self.slices).astype(np.int64), np.maximum(self.slices - 1, 0))

    def middles(self, positions: Array) -> Array:
        """Return positions with each in the middle of its slice, where there are slices."""
        return np.where(self.slices > 0, (self.numbers(positions) + 0.5) / np.maximum(self.slices, 1), positions)

    def asked(self, positions: Array) -> NDArray[np.bool_]:
        """Return where each factor decides anything: not where a variant that is drawn beside it excludes it."""
        found, numbers = np.ones(positions.shape, np.bool_), self.numbers(positions)
        for child, parent, reading in self._parents:
            found[:, child] &= found[:, parent] & (numbers[:, parent] == reading)
        return found

    def positions(self, values: Mapping[str, ArrayLike]) -> Array:
        """Return where values lie, a row each and a column for each factor: the inverse of `values`.

        A variant that its parent excludes has no value (None), and lies in the middle of its own way.

        Raises
        ------
        UserError
            A value is none that its factor can have.
        """
        columns = [_positions(factor, np.asarray(values[factor.name])) for factor in self.factors]
        return np.column_stack(columns) if columns else np.empty((0, 0))

    def values(self, positions: Array) -> dict[str, list[Value | None]]:
        """Return the values at positions by the names of factors; None for a variant that its parent excludes."""
        found: dict[str, list[Value | None]] = {}
        for factor, column, asked in zip(self.factors, positions.T, self.asked(positions).T, strict=True):
            drawn = sampling.values(factor, column)
            found[factor.name] = [value if there else None for value, there in zip(drawn, asked.tolist(), strict=True)]
        return found

    @cached_property
    def columns(self) -> NDArray[np.int64]:
        """Which factor each column of `code` is of: a number has one, two options one, k options k."""
        wide = [len(factor.options) if len(factor.options) > 2 else 1 for factor in self.factors]
        return np.repeat(np.arange(self.size), wide)

    def code(self, positions: Array) -> Array:
        """Return what a polynomial is made of, each column of mean 0 over the ranges and 0 where it is not asked.

        A number goes from -1 to 1, and so does the second of two options; of k options each is 1 - 1/k or -1/k.
        """
        found = np.empty((len(positions), len(self.columns)))
        walk.coded(self.coding, np.ascontiguousarray(positions, np.float64), walk.room(self.coding, 0), found)
        return found

    @cached_property
    def moments(self) -> tuple[Array, Array, Array]:
        """Covariance of columns over the ranges, the variance of their squares, and of both together.

        All factors are taken to be drawn independently, those that others can exclude, too.
        """
        width = len(self.columns)
        covariance, square, third = np.zeros((width, width)), np.zeros(width), np.zeros(width)
        for at, factor in enumerate(self.factors):
            slices = int(self.slices[at])
            if slices:
                points, weight = (np.arange(slices) + 0.5) / slices, np.full(slices, 1.0 / slices)
            else:
                nodes, weight = np.polynomial.legendre.leggauss(4)
                points, weight = (nodes + 1.0) / 2.0, weight / 2.0
            code, mine = Space([factor]).code(points[:, None]), np.flatnonzero(self.columns == at)
            away = code**2 - weight @ code**2
            covariance[np.ix_(mine, mine)] = (code * weight[:, None]).T @ code
            square[mine], third[mine] = weight @ away**2, weight @ (away * code)
        return covariance, square, third

    @cached_property
    def coding(self) -> Coding:
        """How `code` is made."""
        count = np.bincount(self.columns, minlength=self.size)
        gain = np.array([4.0 if len(factor.options) == 2 else 2.0 for factor in self.factors])
        parents = np.array(self._parents, np.int64).reshape(-1, 3)
        return Coding(self.slices, gain, np.searchsorted(self.columns, np.arange(self.size)), count, parents)


def _number(factor: Factor, value: Any, otherwise: int) -> int:
    return next((at for at, option in enumerate(factor.options) if option.value == value), otherwise)


def _positions(factor: Factor, values: NDArray[Any]) -> Array:
    """Return where the values of one factor lie."""
    if factor.options:
        numbers = np.array([_option(factor, value) for value in values.tolist()], np.float64)
        return np.where(numbers < 0, 0.5, (numbers + 0.5) / len(factor.options))
    given = values.astype(np.float64)
    outside = ~((given >= factor.low) & (given <= factor.high))
    if outside.any():
        raise _outside(factor, given[outside][0].item(), f"{factor.low:g} to {factor.high:g}")
    if factor.whole:
        first, last = int(factor.low), int(factor.high)
        return (given - first + 0.5) / (last - first + 1)
    if factor.distribution == "loguniform":
        low, span = math.log(factor.low), math.log(factor.high) - math.log(factor.low)
        return np.clip((np.log(given) - low) / span, 0.0, 1.0)
    return np.clip((given - factor.low) / (factor.high - factor.low), 0.0, 1.0)


def _option(factor: Factor, value: Any) -> int:
    """Return the number of an option; -1 where there is none because another variant excludes it."""
    if value is None and factor.under is not None:
        return -1
    number = _number(factor, value, -1)
    if number < 0:
        raise _outside(factor, value, ", ".join(option.label for option in factor.options))
    return number


def _outside(factor: Factor, value: Any, allowed: str) -> UserError:
    return UserError(Problem("draws", factor.name, f"{value!r}", allowed))
