"""The monthly outcomes of a result as arrays, one outcome at a time: for what looks at all replicates at once.

A data frame of all outcomes of a thousand replicates would take hundreds of megabytes; one outcome takes five.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.errors import Problem, UserError
from sim.registry.entries import SCOPES

Array = NDArray[np.float64]


class Trajectories:
    """How outcomes went, month by month, in every replicate; those that failed are missing."""

    def __init__(
        self, months: NDArray[np.datetime64], replicates: NDArray[np.int32], read: Callable[[str], Array]
    ) -> None:
        self.months, self.replicates, self._read = months, replicates, read
        self._last: tuple[str, Array] = "", np.empty(0)

    def of(self, outcome: str, scope: str = "nation") -> Array:
        """Return an outcome, of shape (replicates, months); nan where it is not defined."""
        # The one read last is kept: whoever draws the nation draws the classes next.
        if self._last[0] != outcome:
            self._last = "", np.empty(0)  # let go of it before the next is read
            shape = len(self.replicates), len(self.months), len(SCOPES)
            self._last = outcome, self._read(outcome).reshape(shape)
        # A copy, so that whoever keeps one scope does not keep all.
        return self._last[1][:, :, SCOPES.index(scope)].copy()


def open_trajectories(path: Path) -> Trajectories:
    """Return the trajectories in a table ``monthly.parquet``, which holds its rows by replicate, month and scope."""
    with pq.ParquetFile(path) as file:
        metadata = file.metadata
        numbers, days = (_column(file, name) for name in ("replicate", "month"))
    replicates, first = np.unique(numbers[:: len(SCOPES)], return_index=True)
    shape = len(replicates), len(numbers) // len(replicates) // len(SCOPES), len(SCOPES)
    grid = np.broadcast_to(days[: shape[1] * len(SCOPES) : len(SCOPES), None], shape[1:])
    whole = len(numbers) == np.prod(shape) and (np.diff(first) == shape[1]).all()
    if not whole or not (days.reshape(-1, *shape[1:]) == grid).all():
        raise UserError(Problem(str(path), allowed="rows by replicate, month and scope; their order was changed"))

    def read(name: str) -> Array:
        with pq.ParquetFile(path, metadata=metadata) as file:
            return _column(file, name)

    return Trajectories(grid[:, 0].astype("datetime64[D]").astype("datetime64[M]"), replicates, read)


def _column(file: Any, name: str) -> NDArray[Any]:
    """Return a column of a file; nulls become nan."""
    groups = (file.read_row_group(group, columns=[name], use_threads=False) for group in range(file.num_row_groups))
    return np.concatenate([_values(chunk) for group in groups for chunk in group[name].chunks])


def _values(chunk: pa.Array) -> NDArray[Any]:
    """Return numbers or days as numpy has them. Not by Arrow's own method, which imports pandas."""
    valid, data = chunk.buffers()
    kind = np.float64 if pa.types.is_floating(chunk.type) else np.int32
    values: NDArray[Any] = np.frombuffer(data, kind)[chunk.offset : chunk.offset + len(chunk)]
    if not chunk.null_count:
        return values
    bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")
    return np.where(bits[chunk.offset : chunk.offset + len(chunk)], values, np.nan)
