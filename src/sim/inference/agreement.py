"""How well positions agree with the record: a figure's kernel, meant over what an emulator leaves open.

An emulator gives the mean of what a run would give at a position; chance, and what the emulator cannot say, lie about
it. The kernel is meant over both, figure by figure, once on a grid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.analysis.kernels import TOGETHER, log_kernel
from sim.analysis.targets import Target
from sim.inference.emulator import Emulator, fit
from sim.inference.space import Array, Space

GRID, NODES, BEYOND = 400, 24, 4.0
"""Points of a figure's grid, nodes over what is left open, and how far the grid goes beyond what was seen, in s.d."""
NEVER = -700.0
"""Logarithm of what is as good as impossible."""


@dataclass(frozen=True)
class Agreement:
    """Emulators of figures and their kernels.

    Attributes
    ----------
    grids
        For each figure, the means at which its kernel was reckoned, and the logarithm of the kernel.
    """

    targets: tuple[Target, ...]
    emulator: Emulator
    grids: tuple[tuple[Array, Array], ...]

    @classmethod
    def learned(cls, space: Space, positions: Array, gave: Array, targets: Sequence[Target]) -> Agreement:
        """Return the agreement that runs teach: at positions each gave a row, a column for each figure."""
        finite = np.where(np.isfinite(gave), gave, np.nan)
        emulator = fit(space, positions, finite)
        spread = np.sqrt(np.diag(emulator.residual))
        grids = [_grid(target, column, one) for target, column, one in zip(targets, finite.T, spread, strict=True)]
        return cls(tuple(targets), emulator, tuple(grids))

    @property
    def names(self) -> list[str]:
        """Names of the figures."""
        return [target.id for target in self.targets]

    def graded(self, grade: str) -> list[str]:
        """Return the figures of a grade."""
        return [target.id for target in self.targets if target.confidence == grade]

    @cached_property
    def _groups(self) -> list[list[int]]:
        """Places of the figures, those together that are written twice."""
        names = self.names
        groups = [[names.index(name) for name in group if name in names] for group in TOGETHER]
        alone = [[at] for at, name in enumerate(names) if not any(name in group for group in TOGETHER)]
        return [group for group in groups if group] + alone

    @cached_property
    def weighty(self) -> Array:
        """How much each factor matters to any figure, from 0 to 1, shape (factors,)."""
        found: Array = (self.emulator.main * np.clip(self.emulator.r2, 0.0, 1.0)).max(axis=1, initial=0.0)
        return found / max(found.max(initial=0.0), 1e-12)

    def figures(self, positions: Array) -> Array:
        """Return the logarithm of each figure's kernel at positions, shape (rows, figures)."""
        means = self.emulator.predict(positions)
        return np.column_stack([
            np.interp(column, *grid) for column, grid in zip(means.T, self.grids, strict=True)
        ])  # fmt: skip

    def log_density(self, positions: Array, without: Sequence[str] = ()) -> Array:
        """Return the logarithm of how well positions agree; figures that are written twice count as one."""
        logs, names = self.figures(positions), self.names
        total = np.zeros(len(positions))
        for group in self._groups:
            left = [at for at in group if names[at] not in without]
            if left:
                total += logs[:, left].mean(axis=1)
        return total

    def weights(self, positions: Array, without: Sequence[str]) -> Array:
        """Return weights that turn draws that agree with all figures into such as agree without some."""
        found = self.log_density(positions, without) - self.log_density(positions)
        found = np.exp(found - found.max(initial=NEVER))
        return found


def _grid(target: Target, seen: Array, spread: float) -> tuple[Array, Array]:
    """Return means and logarithms of a figure's kernel, meant over a normal of what is left open."""
    known = seen[np.isfinite(seen)]
    middles = np.linspace(known.min() - BEYOND * spread, known.max() + BEYOND * spread, GRID)
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    values = middles[:, None] + spread * nodes
    logs = np.array([[log_kernel(target, value) for value in row] for row in values.tolist()])
    meant = np.exp(np.maximum(np.nan_to_num(logs, nan=NEVER), NEVER)) @ (weights / weights.sum())
    return middles, np.log(np.maximum(meant, math.exp(NEVER)))
