"""What is kept of the runs of a chunk: from their trajectories, by outcomes at horizons and by months, to its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.analysis.archive import Archive
from sim.analysis.bands import bins as bins_of
from sim.analysis.observables import needs_committees, observed
from sim.analysis.scores import table_of
from sim.analysis.targets import PRODUCED
from sim.experiment.experiment import Experiment
from sim.experiment.horizons import measured
from sim.experiment.plan import Chunk
from sim.registry.derived import column as column_of
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOME_INDEX, OUTCOMES
from sim.results.columns import choices, first_days, floats, of_factor, plain, table_file, texts

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
    pairs
        Of each pair point, replicate, and number of the series of accidents.
    outcomes
        Shape (runs, columns of ``experiment.columns()``); nan where a run failed, or an outcome is not defined.
    targets
        What each run gave for each target, if that is kept; nan where its period does not cover it.
    observables
        The same of observables.
    committees
        Whether these ask for states of committees and events.
    archived
        Whether runs are to come with what they leave for an archive.
    """

    def __init__(self, experiment: Experiment, months: Sequence[str], chunk: Chunk, *, alone: bool = False) -> None:
        """Prepare for a chunk's runs; for `alone` see `sim.experiment.horizons.measured`."""
        self._experiment, self._chunk, self._months, self._alone = experiment, chunk, months, alone
        self.pairs = [(*pair, experiment.series(*pair)) for pair in chunk.pairs()]
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
        recorded = [(at, outcome, scope) for at, (outcome, scope) in enumerate(known) if outcome in OUTCOMES]
        width = len(OUTCOMES)
        self._read = np.array([SCOPES.index(scope) * width + OUTCOME_INDEX[outcome] for _, outcome, scope in recorded],
                              dtype=np.int64)  # fmt: skip
        self._read_to = np.array([at for at, *_ in recorded], dtype=np.int64)
        self._derived = [(at, experiment.outcome(outcome), SCOPES.index(scope))
                         for at, (outcome, scope) in enumerate(known) if outcome not in OUTCOMES]  # fmt: skip
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
        self.observables = {name: np.full(chunk.runs, np.nan) for name in experiment.observables}
        self.committees = needs_committees(experiment.observables)
        self.archived = bool(experiment.observables)

    def _wanted(self) -> bool:
        """Whether this chunk has runs whose months are kept."""
        return self._experiment.curves != "sample" or self._chunk.points[0] < self._experiment.curve_points

    def add(self, row: int, values: Floats, archive: Archive | None = None) -> None:
        """Take a run's trajectory, by its number in the chunk; observables are read from its archive."""
        if len(values) != len(self._months):
            raise ValueError(f"this world has {len(values)} months, the experiment has {len(self._months)}")
        if self.targets:
            table = table_of(values.reshape(len(values), len(SCOPES), len(OUTCOMES)), self._months)
            for name, found in self.targets.items():
                found[row] = PRODUCED[name].value(table)
        if archive is not None:
            for name, value in observed(archive, [*self.observables]).items():
                self.observables[name][row] = value
        pair, combination = divmod(row, self._chunk.combinations)
        if pair >= self._first + len(self._finished):
            self.finish()
            self._first = pair
        here = self._values[:, pair - self._first, combination]
        here[:, self._read_to] = values.reshape(len(values), -1)[:, self._read]
        for at, outcome, scope in self._derived:
            here[:, at] = column_of(values.reshape(len(values), len(SCOPES), len(OUTCOMES))[:, scope], outcome)
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

    def files(self, samples: Sequence[Mapping[str, Any]], errors: Mapping[int, tuple[str, str]]) -> dict[str, bytes]:
        """Return the chunk's files by their names, given its points and the errors of runs that failed."""
        self.finish()
        name = file_name(self._chunk.number)
        tables = {"runs": self._runs(samples, errors)}
        if sum(map(len, self._kept_rows)):
            tables["curves"] = self._curves_by_run()
        if self._histograms:
            tables["bins"] = self._bins()
        return {f"{table}/{name}": table_file(columns) for table, columns in tables.items()}

    def _runs(
        self, samples: Sequence[Mapping[str, Any]], errors: Mapping[int, tuple[str, str]]
    ) -> dict[str, pa.Array]:
        """Return the table of runs, a row each: numbers, factors, outcomes, targets, observables, errors."""
        experiment, chunk, each = self._experiment, self._chunk, self._chunk.combinations
        points, replicates, series = (np.array(numbers) for numbers in zip(*self.pairs, strict=True))
        columns = {
            "run": plain(np.arange(chunk.first_run, chunk.first_run + chunk.runs), np.int64, pa.int64()),
            "point": plain(np.repeat(points, each), np.int64, pa.int64()),
            "replicate": plain(np.repeat(replicates, each), np.int32, pa.int32()),
            "series": plain(np.repeat(series, each), np.int64, pa.int64()),
            "seed": plain(np.repeat(experiment.seed, chunk.runs), np.int64, pa.int64()),
        }
        combinations = np.tile(np.arange(each), chunk.size)
        for place, lever in enumerate(experiment.levers):
            numbers = np.array([lever.options.index(options[place]) for options in experiment.combinations])
            columns[lever.name] = choices(lever.options, numbers[combinations])
        at = np.repeat(points - chunk.points[0], each)
        for factor in experiment.uncertainties:
            columns[factor.name] = of_factor(factor, [sample[factor.name] for sample in samples], at)
        for number, (column, *_) in enumerate(experiment.columns()):
            columns[column] = floats(self.outcomes[:, number])
        columns |= {name: floats(found) for name, found in (self.targets | self.observables).items()}
        for number, column in enumerate(("error", "error_at")):
            said = [errors[row][number] if row in errors else None for row in range(chunk.runs)] if errors else None
            columns[column] = pa.nulls(chunk.runs, pa.string()) if said is None else pa.array(said, pa.string())
        return columns

    def _curves_by_run(self) -> dict[str, pa.Array]:
        """Return the table of months: one row per run, month and scope, a column per outcome."""
        numbers, values = np.concatenate(self._kept_rows) + self._chunk.first_run, np.concatenate(self._kept_curves)
        scopes, (runs, months) = self._experiment.scopes, values.shape[:2]
        columns = {
            "run": plain(np.repeat(numbers, months * len(scopes)), np.int64, pa.int64()),
            "month": plain(np.tile(np.repeat(first_days(self._months), len(scopes)), runs), np.int32, pa.date32()),
            "scope": texts(np.tile(np.arange(len(scopes)), runs * months), scopes),
        }
        for outcome in self._experiment.curve_outcomes:
            found = np.full((runs, months, len(scopes)), np.nan, dtype=np.float32)
            for at, (name, scope) in enumerate(self._curve_columns):
                if name == outcome:
                    found[:, :, scopes.index(scope)] = values[:, :, at]
            columns[outcome] = floats(found.ravel(), np.float32)
        return columns

    def _bins(self) -> dict[str, pa.Array]:
        """Return the table of histograms: a row per combination, outcome, scope, month and bin that is not empty."""
        # pair of outcome and scope by pair, all runs together
        merged = [counted(*map(np.concatenate, zip(*one, strict=True))) for one in zip(*self._histograms, strict=True)]
        pairs = np.repeat(np.arange(len(merged)), [len(counts) for _, _, counts in merged])
        cells, numbers, counts = (np.concatenate(arrays) for arrays in zip(*merged, strict=True))
        combinations, at = np.divmod(cells, len(self._months))
        return {
            "combination": plain(combinations, np.int32, pa.int32()),
            "outcome": texts(pairs, [outcome for outcome, _ in self._curve_columns]),
            "scope": texts(pairs, [scope for _, scope in self._curve_columns]),
            "month": plain(first_days(self._months)[at], np.int32, pa.date32()),
            "bin": plain(numbers, np.int32, pa.int32()), "count": plain(counts, np.int64, pa.int64()),
        }  # fmt: skip


def file_name(number: int) -> str:
    """Return the name of a chunk's files."""
    return f"part-{number:06d}.parquet"


def curve_scopes(experiment: Experiment, outcome: str) -> tuple[str, ...]:
    """Return the scopes in which an outcome's months are kept."""
    return tuple(scope for scope in experiment.scopes if experiment.outcome(outcome).by_class or scope == "nation")


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
