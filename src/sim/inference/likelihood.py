"""How likely the record is under draws, as far as emulators know: kernels averaged over what emulators leave.

Each figure's kernel is averaged exactly over what its emulator leaves (chance and misfit), on the scale on which it is
emulated. The average is kept as the deviate z of a normal that would be as likely; by their deviates figures whose
leftovers go together are then weighed as normals would be. Where kernels are normal this is exact.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from sim.analysis.kernels import LOGARITHMIC, ONE_SIDED, best, deviations, log_kernels, weights
from sim.analysis.targets import Target
from sim.errors import Problem, UserError
from sim.inference.emulator import Emulator, fit
from sim.inference.scales import Scale, chosen
from sim.inference.space import Array, Space
from sim.inference.walk import Density, Records

STEPS = 2**14
"""Of the line along which a kernel is averaged: a part of them is kept."""
ENTRIES = 2**12
"""Of a figure's table, at most."""
WIDE = 8.0
"""Standard deviations that a table reaches beyond what runs give."""
LEADING, HARDLY = 24, 0.01
"""Factors of which chains take most care, and beside the first what says too little to be one."""
TRUSTED = 1e-12
"""Share of the highest average below which rounding shows: deviates go on straight from there."""


@dataclass(frozen=True)
class Figure:
    """A recorded figure, the scale on which it is emulated, and what its logarithm counts beside others."""

    target: Target
    scale: Scale
    weight: float = 1.0

    @property
    def width(self) -> float:
        """Its own standard deviation on the scale, without what an emulator leaves: the mean of both sides."""
        target = self.target
        if target.count is not None and target.exposure is not None:
            away = math.sqrt(max(target.count, 1.0)) / target.exposure
            edges, sides = np.array([target.value - away, target.value + away]), 2.0
        else:
            (below, above), middle = deviations(target), best(target)
            edges, sides = np.array([middle - below, middle + above]), 2.0 if below > 0.0 else 1.0
            edges = np.exp(edges) if target.id in LOGARITHMIC else edges
        low, high = Scale.forward(replace(self.scale, high=np.inf), edges).tolist()
        return max(high - low, 1e-12) / sides

    @property
    def one_sided(self) -> bool:
        """Whether it is recorded as nothing."""
        return self.target.id in ONE_SIDED

    def log_kernel(self, values: Array) -> Array:
        """Return the weighted logarithms of its kernel at values on the scale."""
        return self.weight * log_kernels(self.target, self.scale.back(values))


@dataclass(frozen=True)
class Table:
    """Deviates of a figure's averaged kernel by what its emulator says, and how wide it is about its middle.

    Attributes
    ----------
    low, step
        Where its entries lie; beyond them deviates go on straight.
    deviate
        Shape (entries,): `ENTRIES`, or as many as there are steps of the line.
    """

    low: float
    step: float
    deviate: Array
    width: float

    @classmethod
    @lru_cache(maxsize=64)  # likelihoods without a figure have the tables of the others
    def of(cls, figure: Figure, middle: float, spread: float, left: float, steps: int = STEPS) -> Table:
        """Make the table of a figure whose emulator says `middle` +- `spread`, and leaves `left`."""
        low, high = _range(figure, middle, WIDE * float(np.hypot(spread, left)))
        at = np.linspace(low, high, steps)
        kernel = figure.log_kernel(at)
        if not np.isfinite(kernel).any():
            raise UserError(Problem(f"target {figure.target.id}", found=figure.target.description or "a figure",
                                    allowed="one that some draw can meet: its kernel is 0 at all that runs give"))
        average = _averaged(np.exp(kernel - kernel.max()), left / (at[1] - at[0]))
        first, last = np.flatnonzero(average > TRUSTED * average.max())[[0, -1]]
        at, logs = at[first : last + 1], np.log(np.maximum(average[first : last + 1], TRUSTED * average.max()))
        # likeliest at the last point as likely as any: up to there a figure recorded as nothing is met
        top = np.flatnonzero(logs > logs.max() - 1e-12)[-1 if figure.one_sided else 0]
        deviate = np.sqrt(2.0 * (logs.max() - logs)) * np.sign(np.arange(len(at)) - top)
        even = np.linspace(at[0], at[-1], min(steps, ENTRIES))
        return cls(even[0], even[1] - even[0], np.interp(even, at, np.maximum.accumulate(deviate)), _width(at, deviate))


def _range(figure: Figure, middle: float, reach: float) -> tuple[float, float]:
    """Return what a table must span: what runs give, and the recorded band."""
    edges = figure.scale.forward(np.array([figure.target.low, figure.target.value, figure.target.high]))
    band = max(float(np.ptp(edges)), 1e-9)
    return min(middle - reach, edges.min() - 2.0 * band), max(middle + reach, edges.max() + 2.0 * band)


def _averaged(kernel: Array, left: float) -> Array:
    """Return a kernel averaged over a normal of so many steps."""
    if left < 0.5:
        return kernel
    reach, size, normal = _normal(left, len(kernel))
    padded = np.concatenate([np.full(reach, kernel[0]), kernel, np.full(reach, kernel[-1])])
    found: Array = irfft(rfft(padded, size) * normal, size)
    return np.maximum(found[2 * reach : 2 * reach + len(kernel)], 0.0)


@lru_cache(maxsize=48)
def _normal(left: float, count: int) -> tuple[int, int, NDArray[np.complex128]]:
    """Return how far a normal of so many steps reaches, the length of transforms, and its own: records share it."""
    reach = int(np.ceil(WIDE * left))
    weight = np.exp(-0.5 * (np.arange(-reach, reach + 1) / left) ** 2)
    size = next_fast_len(count + 4 * reach, real=True)
    return reach, size, rfft(weight / weight.sum(), size)


def _width(at: Array, deviate: Array) -> float:
    """Return how far one must go for the deviate to change by 1, about the middle; infinite where it hardly does."""
    near = np.abs(deviate) <= 1.5
    change = float(np.ptp(deviate[near]))
    return float(np.ptp(at[near])) / change if change > 1e-6 else np.inf


@dataclass(frozen=True)
class Likelihood:
    """Recorded figures and the emulator of what runs give for them, on their scales.

    Attributes
    ----------
    emulator
        An output for each figure.
    steps
        Of the line along which kernels are averaged.
    """

    emulator: Emulator
    figures: tuple[Figure, ...]
    steps: int = STEPS

    @cached_property
    def tables(self) -> list[Table]:
        """Of each figure."""
        spread, left = np.sqrt(self.emulator.variance), np.sqrt(np.diag(self.emulator.residual))
        return [Table.of(*each, self.steps)
                for each in zip(self.figures, self.emulator.constant, spread, left, strict=True)]  # fmt: skip

    @cached_property
    def whiten(self) -> Array:
        """By what deviates are multiplied to be independent of one another."""
        width = np.array([table.width for table in self.tables])
        left = self.emulator.residual
        alike = np.where(np.eye(len(width), dtype=bool), 1.0, left / np.outer(width, width))
        size, turned = np.linalg.eigh(alike)
        return turned / np.sqrt(np.maximum(size, 0.01))

    @cached_property
    def density(self) -> Density:
        """The same, as chains take it."""
        return density([self])

    def __call__(self, positions: Array) -> Array:
        """Return logarithms of the likelihood at positions, 0 where every figure is met as well as can be."""
        return self.density.at(positions, np.zeros(len(positions), np.int64))

    @property
    def names(self) -> list[str]:
        """Names of the figures."""
        return [figure.target.id for figure in self.figures]

    def without(self, names: Collection[str]) -> Likelihood:
        """Return the likelihood of the other figures, those of them that are written twice counted once again."""
        kept = [at for at, name in enumerate(self.names) if name not in names]
        targets = [self.figures[at].target for at in kept]
        return Likelihood(self.emulator.of(kept), _figures(targets, [self.figures[at].scale for at in kept]))

    def graded(self, grade: str) -> list[str]:
        """Return the figures of a grade."""
        return [figure.target.id for figure in self.figures if figure.target.confidence == grade]

    def weights(self, positions: Array, without: Collection[str]) -> Array:
        """Return weights, 1 at most, that turn draws that agree with all figures into such as agree without some."""
        away = self.without(without)(positions) - self(positions)
        found: Array = np.exp(away - away.max(initial=-np.inf))
        return found

    @cached_property
    def information(self) -> Array:
        """What figures say of each factor, by the parts of their variance that are its, shape (factors,)."""
        width = np.array([table.width for table in self.tables])
        return (self.emulator.total * self.emulator.variance / width**2).sum(axis=1)

    @property
    def leading(self) -> list[int]:
        """The factors of which figures say most, that first: at most `LEADING`, none that hardly matters beside it."""
        order = np.argsort(-self.information, kind="stable")[:LEADING]
        return [int(at) for at in order if self.information[at] > HARDLY * self.information[order[0]]]


def density(each: Sequence[Likelihood]) -> Density:
    """Return what likelihoods by one emulator are, a record for each."""
    emulator, tables = each[0].emulator, [one.tables for one in each]
    shape = len(each), emulator.outputs
    low = np.array([[table.low for table in row] for row in tables]).reshape(shape)
    step = np.array([[table.step for table in row] for row in tables]).reshape(shape)
    entries = np.array([[table.deviate for table in row] for row in tables])
    entries = entries.reshape(*shape, min(each[0].steps, ENTRIES))  # of no figures, too
    whiten = np.stack([one.whiten for one in each])
    return Density(emulator.space.coding, emulator.terms, Records(low, step, entries, whiten))


def likelihood(
    space: Space, positions: Array, outputs: Mapping[str, Array], targets: Sequence[Target], *,
    exclude: Collection[str] = (), quadratic: int = 60, folds: int = 10,
) -> Likelihood:  # fmt: skip
    """Return how likely recorded figures are, as rows of runs teach it.

    Parameters
    ----------
    outputs
        What runs gave by the name of each target: nan where one's months are not in a run, infinite where there was
        nothing to divide by.
    exclude
        Names of targets that are not scored.
    quadratic, folds
        As `fit` takes them.

    Raises
    ------
    UserError
        A target has no row that is finite, or none that can be met.
    """
    scored = [target for target in targets if target.id not in exclude]
    table = np.column_stack([outputs[target.id] for target in scored]) if scored else np.empty((len(positions), 0))
    for target, values in zip(scored, table.T, strict=True):
        if not np.isfinite(values).any():
            raise UserError(Problem(f"target {target.id}", found="no run that gives it",
                                    allowed="a figure that the runs give, or exclude it"))  # fmt: skip
    scales = chosen(space, positions, table)
    emulated = [scale.forward(values) for scale, values in zip(scales, table.T, strict=True)]
    shaped = np.column_stack(emulated) if emulated else table
    return Likelihood(fit(space, positions, shaped, quadratic=quadratic, folds=folds), _figures(scored, scales))


def _figures(targets: Sequence[Target], scales: Sequence[Scale]) -> tuple[Figure, ...]:
    weight = weights([target.id for target in targets])
    return tuple(Figure(target, scale, weight.get(target.id, 1.0))
                 for target, scale in zip(targets, scales, strict=True))  # fmt: skip
