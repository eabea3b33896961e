"""The runs of a sweep as pairs need them: a row per point and replicate, a column per combination of options."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.paired import TINY
from sim.errors import Problem, UserError
from sim.experiment.designs import kind_of
from sim.results.sweep import SweepFolder

if TYPE_CHECKING:
    from sim.experiment.experiment import Factor

Array = NDArray[np.float64]

TOGETHER_BYTES = 128 * 2**20
"""Of columns that are read together."""


class PairTable:
    """Runs on the same accidents at the same point, side by side, ordered by point and replicate.

    A few columns of the store are read at a time, eight bytes a run each: by ones it would take many times
    as long, since every read opens every file. SQL could pair the runs as well, but would add them up in the
    order in which its threads come by, with other last digits each time.
    """

    def __init__(self, sweep: SweepFolder) -> None:
        self._sweep = sweep
        self.experiment = sweep.experiment
        self._dims = tuple(len(lever.options) for lever in self.experiment.levers)
        width = int(np.prod(self._dims, dtype=int))
        design, (first, last) = self.experiment.design, sweep.manifest["plan"]["blocks"][0]["points"]
        #: how many points after one another belong together; 1 where each was drawn by itself
        self.family = (last - first) // design.points if kind_of(self.experiment).families and design.points else 1
        # kept, since it remembers what it has read of its files
        self._dataset = sweep.table("runs")
        table = self._dataset.to_table(columns=["run", "point", "replicate"])
        run, point, replicate = (table[name].to_numpy() for name in ("run", "point", "replicate"))
        self._runs = len(table)
        rows = np.argsort(run, kind="stable")
        whole = rows.reshape(-1, width) if len(rows) % width == 0 else None
        if whole is None or (run[whole] != run[whole[:, :1]] // width * width + np.arange(width)).any():
            raise UserError(Problem(str(sweep.path), "runs", allowed="is damaged: runs of a pair are missing"))
        order = np.lexsort((replicate[whole[:, 0]], point[whole[:, 0]]))
        self._rows = whole[order]
        self.point: NDArray[np.int64] = point[self._rows[:, 0]]
        self.replicate: NDArray[np.int32] = replicate[self._rows[:, 0]]
        self._group()

    def _group(self) -> None:
        self.points, self._starts, self._counts = np.unique(self.point, return_index=True, return_counts=True)

    def __len__(self) -> int:
        return len(self.point)

    def at(self, points: NDArray[np.int64]) -> PairTable:
        """Return the pairs at some of the points."""
        some = copy(self)
        some.__dict__.pop("failed", None)
        there = np.isin(self.point, points)
        some._rows, some.point, some.replicate = self._rows[there], self.point[there], self.replicate[there]
        some._group()
        return some

    def values(self, column: str) -> Array:
        """Return an outcome's column, shape (pairs, combinations); nan where it is not defined."""
        return next(self.each(column))

    def each(self, *columns: str) -> Iterator[Array]:
        """Return outcomes' columns one after the other, as `values` does."""
        for column in self._read(*columns):
            yield column.to_numpy(zero_copy_only=False).astype(np.float64)[self._rows]

    def baseline(self, *columns: str) -> Array:
        """Return outcomes' columns in the world of all levers' first options, shape (pairs, columns)."""
        found = np.empty((len(self), len(columns)))
        for at, values in enumerate(self.each(*columns)):
            found[:, at] = values[:, 0]
        return found

    def drawn(self, name: str) -> NDArray[Any]:
        """Return the value that an uncertainty has in each pair: the same in all its runs."""
        return next(self.each_drawn(name))

    def each_drawn(self, *names: str) -> Iterator[NDArray[Any]]:
        """Return uncertainties' values one after the other, as `drawn` does."""
        for column in self._read(*names):
            if hasattr(column, "dictionary_decode"):
                column = column.dictionary_decode()
            yield np.asarray(column.to_numpy(zero_copy_only=False))[self._rows[:, 0]]

    def uncertainties(self) -> Iterator[tuple[Factor, NDArray[Any]]]:
        """Yield every uncertainty with its value at each point."""
        factors = self.experiment.uncertainties
        for factor, values in zip(factors, self.each_drawn(*(factor.name for factor in factors)), strict=True):
            yield factor, self.first(values)

    @cached_property
    def failed(self) -> NDArray[np.bool_]:
        """Whether each run failed, shape (pairs, combinations)."""
        return ~np.asarray(next(self._read("error")).is_null().to_numpy(zero_copy_only=False), bool)[self._rows]

    def by_option(self, values: NDArray[Any], lever: Factor) -> NDArray[Any]:
        """Return values of combinations as (pairs, options of a lever, combinations of all other levers)."""
        place = [entry.name for entry in self.experiment.levers].index(lever.name)
        count, width = len(values), values.shape[1]
        moved = np.moveaxis(values.reshape(count, *self._dims), place + 1, 1)
        return moved.reshape(count, self._dims[place], width // self._dims[place])

    def by_point(self, values: Array) -> tuple[Array, NDArray[np.int64]]:
        """Return the mean over each point's replicates in which values are defined, and how many these are."""
        if not len(values):
            return np.empty(0), np.empty(0, np.int64)
        known = np.isfinite(values)
        count = np.add.reduceat(known.astype(np.int64), self._starts)
        there = np.where(known, values, 0.0)
        total, sizes = (np.add.reduceat(each, self._starts) for each in (there, np.abs(there)))
        # Replicates that cancel leave a last digit or two, whose sign would count as a win or a loss.
        total = np.where(np.abs(total) < TINY * sizes, 0.0, total)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan), count

    def table(self, values: Array) -> Array:
        """Return values as a table of points by replicates; nan where there is no such pair."""
        replicates, column = np.unique(self.replicate, return_inverse=True)
        found = np.full((len(self.points), len(replicates)), np.nan)
        found[np.repeat(np.arange(len(self.points)), self._counts), column] = values
        return found

    def repeated(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return values of points for each of their pairs."""
        return np.repeat(values, self._counts)

    def first(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the value of each point's first pair."""
        return values[self._starts]

    def _read(self, *columns: str) -> Iterator[Any]:
        together = max(1, TOGETHER_BYTES // (8 * max(self._runs, 1)))
        for first in range(0, len(columns), together):
            some = columns[first : first + together]
            table = self._dataset.to_table(columns=list(dict.fromkeys(some)))
            for column in some:
                array = table[column].combine_chunks()
                # Older versions of pyarrow leave a table of no rows in pieces.
                yield array if not hasattr(array, "chunks") else array.unify_dictionaries().chunk(0)


class PairedSweep(SweepFolder):
    """A sweep's folder whose runs stand side by side."""

    @cached_property
    def pairs(self) -> PairTable:
        """The runs, in rows of one point and replicate with all combinations of the levers' options."""
        return PairTable(self)

    units = property(lambda self: self.pairs)  # its former name
