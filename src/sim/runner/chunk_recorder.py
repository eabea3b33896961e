"""What is kept of the runs of a chunk, gathered from their trajectories: outcomes at horizons, and months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.bands import bins as bins_of
from sim.analysis.scores import table_of
from sim.analysis.targets import PRODUCED
from sim.experiment.experiment import Experiment
from sim.experiment.horizons import measured
from sim.experiment.plan import Chunk
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOME_INDEX, OUTCOMES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOGETHER = 256
"""Runs whose months are held at once, if a pair has not more: a few megabytes."""
DENSE = 4_000_000
"""Cells and bins that are counted in a table, which is fast; of more, those that occur are sorted."""
Counts = tuple[Integers, Integers, Integers]


class Recorder:
    """The store of a chunk in the making; runs come in the order of their numbers, and some may not come.

    Attributes
    ----------
    outcomes
        Shape (runs, columns of ``experiment.columns()``); nan where a run failed, or an outcome is not defined.
    targets
        What each run gave for each target, if that is kept; nan where its period does not cover it.
    """

    def __init__(self, experiment: Experiment, months: Sequence[str], chunk: Chunk, *, alone: bool = False) -> None:
        """Prepare for a chunk's runs; for `alone` see `sim.experiment.horizons.measured`."""
        self._experiment, self._chunk, self._months, self._alone = experiment, chunk, months, alone
        columns = list(experiment.columns())
        each = len(columns) // len(experiment.horizons)
        # columns are the same for each horizon, horizon after horizon
        kept = [(outcome, scope) for _, outcome, scope, _ in columns[:each]]
        self._curve_columns = [
            (outcome, scope) for outcome in experiment.curve_outcomes for scope in curve_scopes(experiment, outcome)
        ]
        if experiment.curves == "none" or not self._wanted():
            self._curve_columns = []
        known = list(dict.fromkeys([*kept, *self._curve_columns]))
        width = len(OUTCOMES)
        self._read = np.array([SCOPES.index(scope) * width + OUTCOME_INDEX[outcome] for outcome, scope in known])
        self._kept = np.array([known.index(column) for column in kept])
        self._outcomes = [outcome for outcome, _ in kept]
        self._curves = np.array([known.index(column) for column in self._curve_columns], dtype=np.int64)
        together = max(1, min(TOGETHER // chunk.combinations, chunk.size))
        self._first = 0
        self._finished = np.zeros((together, chunk.combinations), dtype=bool)
        self._values = np.zeros((len(months), *self._finished.shape, len(known)))
        self._kept_curves: list[NDArray[np.float32]] = []
        self._kept_rows: list[Integers] = []
        self._histograms: list[list[Counts]] = []
        self.outcomes = np.full((chunk.runs, len(columns)), np.nan)
        self.targets = {name: np.full(chunk.runs, np.nan) for name in (PRODUCED if experiment.targets else ())}

    def _wanted(self) -> bool:
        """Whether this chunk has runs whose months are kept."""
        return self._experiment.curves != "sample" or self._chunk.points[0] < self._experiment.curve_points

    def add(self, row: int, values: Floats) -> None:
        """Take the trajectory of a run, whose number is counted from the chunk's first."""
        if len(values) != len(self._months):
            raise ValueError(f"this world has {len(values)} months, the experiment has {len(self._months)}")
        if self.targets:
            table = table_of(values.reshape(len(values), len(SCOPES), len(OUTCOMES)), self._months)
            for name, found in self.targets.items():
                found[row] = PRODUCED[name].value(table)
        pair, combination = divmod(row, self._chunk.combinations)
        if pair >= self._first + len(self._finished):
            self.finish()
            self._first = pair
        self._values[:, pair - self._first, combination] = values.reshape(len(values), -1)[:, self._read]
        self._finished[pair - self._first, combination] = True

    def finish(self) -> None:
        """Reckon what is still waiting."""
        there = self._finished
        if not there.any():
            return
        rows = self._first * self._chunk.combinations + np.flatnonzero(there)
        horizons = list(self._experiment.horizons.values())
        values = self._values[..., self._kept]
        found = measured(values, horizons, self._months, there, outcomes=self._outcomes, alone=self._alone)
        self.outcomes[rows] = np.concatenate([values[there] for values in found], axis=1)
        if self._curve_columns:
            curves = self._values[:, there][..., self._curves]
            if self._experiment.curves == "quantiles":
                self._histograms.append(self._histogram(rows, curves))
            else:
                self._keep(rows, curves)
        there[:] = False

    def _keep(self, rows: Integers, curves: Floats) -> None:
        if self._experiment.curves == "sample":
            pairs = rows // self._chunk.combinations + self._chunk.first_pair
            replicates = self._chunk.block.replicates
            points = self._chunk.block.points[0] + pairs // (replicates[1] - replicates[0])
            few = points < self._experiment.curve_points
            rows, curves = rows[few], curves[:, few]
        self._kept_rows.append(rows)
        self._kept_curves.append(np.ascontiguousarray(curves.transpose(1, 0, 2), dtype=np.float32))

    def _histogram(self, rows: Integers, curves: Floats) -> list[Counts]:
        """Return the histogram of each pair of outcome and scope."""
        cells = (rows % self._chunk.combinations)[None] * len(self._months) + np.arange(len(self._months))[:, None]
        found = []
        for number, (outcome, _) in enumerate(self._curve_columns):
            bins = bins_of(curves[:, :, number], outcome).astype(np.int64)
            known = bins >= 0
            found.append(counted(cells[known], bins[known]))
        return found

    def curves(self) -> tuple[Integers, NDArray[np.float32]] | None:
        """Return run numbers and values of shape (runs, months, scopes, curve outcomes), or None if there are none."""
        if not self._kept_rows or not sum(map(len, self._kept_rows)):
            return None
        numbers = np.concatenate(self._kept_rows) + self._chunk.first_run
        values = np.concatenate(self._kept_curves)
        outcomes, scopes = self._experiment.curve_outcomes, self._experiment.scopes
        whole = np.full((*values.shape[:2], len(scopes), len(outcomes)), np.nan, dtype=np.float32)
        for at, (outcome, scope) in enumerate(self._curve_columns):
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
        combinations, months = np.divmod(cells, len(self._months))
        return combinations, pairs, self._curve_columns, months, numbers, counts


def curve_scopes(experiment: Experiment, outcome: str) -> tuple[str, ...]:
    """Return the scopes in which an outcome's months are kept."""
    return tuple(scope for scope in experiment.scopes if OUTCOMES[outcome].by_class or scope == "nation")


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
