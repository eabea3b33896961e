"""What is kept of the runs of a part, gathered from their traces: outcomes at horizons, and curves or histograms.

Months are added up one after the other for many runs at once: the sums do not depend on which runs are together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.bands import bins as bins_of
from sim.experiment.experiment import Experiment
from sim.experiment.plan import Chunk
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOME_INDEX, OUTCOMES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOGETHER = 256
"""Runs whose months are held at once: a few megabytes."""
DENSE = 4_000_000
"""Cells and bins that are counted in a table, which is fast; of more, those that occur are sorted."""
Counts = tuple[Integers, Integers, Integers]


class Recorder:
    """The store of a part in the making.

    Attributes
    ----------
    outcomes
        Shape (runs, columns of ``experiment.columns()``); nan where a run failed, or an outcome is not defined.
    """

    def __init__(self, experiment: Experiment, months: Sequence[str], part: Chunk) -> None:
        self._experiment, self._part, self._months = experiment, part, len(months)
        columns = list(experiment.columns())
        each = len(columns) // len(experiment.horizons)
        # columns are the same for each horizon, horizon after horizon
        pairs = [(outcome, scope) for _, outcome, scope, _ in columns[:each]]
        self._curve_pairs = [
            (outcome, scope) for outcome in experiment.curve_outcomes for scope in curve_scopes(experiment, outcome)
        ]
        if experiment.curves == "none" or not self._wanted():
            self._curve_pairs = []
        known = list(dict.fromkeys([*pairs, *self._curve_pairs]))
        width = len(OUTCOMES)
        self._read = np.array([SCOPES.index(scope) * width + OUTCOME_INDEX[outcome] for outcome, scope in known])
        self._columns = np.array([known.index(pair) for pair in pairs])
        self._curves = np.array([known.index(pair) for pair in self._curve_pairs], dtype=np.int64)
        self._spans = [
            (months.index(horizon.first), months.index(horizon.last) + 1) for horizon in experiment.horizons.values()
        ]
        self._values = np.empty((self._months, min(TOGETHER, part.runs), len(known)))
        self._rows: list[int] = []
        self._kept_curves: list[NDArray[np.float32]] = []
        self._kept_rows: list[Integers] = []
        self._histograms: list[list[Counts]] = []
        self.outcomes = np.full((part.runs, len(columns)), np.nan)

    def _wanted(self) -> bool:
        """Whether this part has runs whose months are kept."""
        return self._experiment.curves != "sample" or self._part.points[0] < self._experiment.curve_points

    def add(self, row: int, values: Floats) -> None:
        """Take the trace of a run, whose number is counted from the part's first."""
        if len(values) != self._months:
            raise ValueError(f"this world has {len(values)} months, the experiment has {self._months}")
        self._values[:, len(self._rows)] = values.reshape(self._months, -1)[:, self._read]
        self._rows.append(row)
        if len(self._rows) == self._values.shape[1]:
            self._flush()

    def finish(self) -> None:
        """Reckon what is still waiting."""
        self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        rows, values = np.array(self._rows), self._values[:, : len(self._rows)]
        wanted = values[:, :, self._columns]
        for number, (begin, end) in enumerate(self._spans):
            at = number * len(self._columns)
            self.outcomes[rows, at : at + len(self._columns)] = means(wanted[begin:end])
        if self._curve_pairs:
            curves = values[:, :, self._curves]
            if self._experiment.curves == "quantiles":
                self._histograms.append(self._histogram(rows, curves))
            else:
                self._keep(rows, curves)
        self._rows = []

    def _keep(self, rows: Integers, curves: Floats) -> None:
        if self._experiment.curves == "sample":
            units = rows // self._part.combinations + self._part.first_unit
            replicates = self._part.block.replicates
            points = self._part.block.points[0] + units // (replicates[1] - replicates[0])
            few = points < self._experiment.curve_points
            rows, curves = rows[few], curves[:, few]
        self._kept_rows.append(rows)
        self._kept_curves.append(np.ascontiguousarray(curves.transpose(1, 0, 2), dtype=np.float32))

    def _histogram(self, rows: Integers, curves: Floats) -> list[Counts]:
        """Return the histogram of each pair of outcome and scope."""
        cells = (rows % self._part.combinations)[None] * self._months + np.arange(self._months)[:, None]
        found = []
        for number, (outcome, _) in enumerate(self._curve_pairs):
            bins = bins_of(curves[:, :, number], outcome).astype(np.int64)
            known = bins >= 0
            found.append(counted(cells[known], bins[known]))
        return found

    def curves(self) -> tuple[Integers, NDArray[np.float32]] | None:
        """Return run numbers and values of shape (runs, months, scopes, curve outcomes), or None if there are none."""
        if not self._kept_rows or not sum(map(len, self._kept_rows)):
            return None
        numbers = np.concatenate(self._kept_rows) + self._part.first_run
        values = np.concatenate(self._kept_curves)
        outcomes, scopes = self._experiment.curve_outcomes, self._experiment.scopes
        whole = np.full((*values.shape[:2], len(scopes), len(outcomes)), np.nan, dtype=np.float32)
        for at, (outcome, scope) in enumerate(self._curve_pairs):
            whole[:, :, scopes.index(scope), outcomes.index(outcome)] = values[:, :, at]
        return numbers, whole

    def bins(self) -> tuple[Any, ...] | None:
        """Return combination, pair of outcome and scope, month, bin and count of all cells that are not empty."""
        if not self._histograms:
            return None
        # pair by pair, all runs together
        merged = [counted(*map(np.concatenate, zip(*one, strict=True))) for one in zip(*self._histograms, strict=True)]
        pairs = np.repeat(np.arange(len(merged)), [len(counts) for _, _, counts in merged])
        cells, numbers, counts = (np.concatenate(arrays) for arrays in zip(*merged, strict=True))
        combinations, months = np.divmod(cells, self._months)
        return combinations, pairs, self._curve_pairs, months, numbers, counts


def curve_scopes(experiment: Experiment, outcome: str) -> tuple[str, ...]:
    """Return the scopes in which an outcome's months are kept."""
    return tuple(scope for scope in experiment.scopes if OUTCOMES[outcome].by_class or scope == "nation")


def means(values: Floats) -> Floats:
    """Return means over the first axis as `horizons.measured` has them: nan where fewer than half are defined.

    Added up month by month, whatever the shape, so that every run's mean has the same bits in any company.
    """
    total, number = np.zeros(values.shape[1:]), np.zeros(values.shape[1:], dtype=np.int64)
    for month in values:
        known = np.isfinite(month)
        total += np.where(known, month, 0.0)
        number += known
    enough = (2 * number >= len(values)) & (number > 0)
    return np.where(enough, total / np.maximum(number, 1), np.nan)


def counted(cells: Integers, bins: Integers, counts: Integers | None = None) -> Counts:
    """Return cells and bins that occur, in order, and how often; or the sum of their counts, if these are given."""
    if not len(cells):
        return cells, bins, np.zeros(0, dtype=np.int64)
    low, width = int(bins.min()), int(np.ptp(bins)) + 1
    keys = cells * width + (bins - low)
    if (int(cells.max()) + 1) * width <= DENSE:
        totals = np.bincount(keys, counts)
        known = np.flatnonzero(totals)
        found, number = known, totals[known].astype(np.int64)
    else:
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
        found = keys[order][starts]
        number = np.add.reduceat(np.ones_like(keys) if counts is None else counts[order], starts)
    return found // width, found % width + low, number
