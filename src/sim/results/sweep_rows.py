"""The tables of a sweep: how the runs of a chunk become files, by arrays and not row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.experiment.experiment import Experiment, Factor, Option
from sim.experiment.plan import Chunk
from sim.results.run_rows import first_days, floats, plain, texts, writer_options

KINDS: dict[str, tuple[Any, Any]] = {
    "bool": (pa.bool_(), np.bool_), "int": (pa.int64(), np.int64), "float": (pa.float64(), np.float64),
    "text": (pa.string(), None),
}  # fmt: skip


def runs(
    experiment: Experiment, chunk: Chunk, samples: Sequence[Mapping[str, Any]], outcomes: NDArray[np.float64],
    errors: Mapping[int, tuple[str, str]], targets: Mapping[str, NDArray[np.float64]],
) -> bytes:  # fmt: skip
    """Return the file of a chunk's runs, one row per run: numbers, levers, uncertainties, outcomes, targets, errors."""
    each, first = chunk.combinations, chunk.points[0]
    points, replicates = (np.array(numbers) for numbers in zip(*chunk.pairs(), strict=True))
    series = np.array([experiment.series(point, replicate) for point, replicate in chunk.pairs()])
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
        columns[lever.name] = _choices(lever.options, numbers[combinations])
    drawn = np.repeat(points - first, each)
    for factor in experiment.uncertainties:
        columns[factor.name] = _drawn(factor, [sample[factor.name] for sample in samples], drawn)
    for number, (column, *_) in enumerate(experiment.columns()):
        columns[column] = floats(outcomes[:, number])
    columns |= {name: floats(found) for name, found in targets.items()}
    for number, column in enumerate(("error", "error_at")):
        said = [errors[row][number] if row in errors else None for row in range(chunk.runs)] if errors else None
        columns[column] = pa.nulls(chunk.runs, pa.string()) if said is None else pa.array(said, pa.string())
    return _file(columns)


def curves(
    experiment: Experiment, months: Sequence[str], numbers: NDArray[np.int64], values: NDArray[np.float32]
) -> bytes:
    """Return the file of months: one row per run, month and scope, a column per outcome."""
    number, length, scopes, _ = values.shape
    days = first_days(months)
    columns = {
        "run": plain(np.repeat(numbers, length * scopes), np.int64, pa.int64()),
        "month": plain(np.tile(np.repeat(days, scopes), number), np.int32, pa.date32()),
        "scope": texts(np.tile(np.arange(scopes), number * length), experiment.scopes),
    }
    for at, outcome in enumerate(experiment.curve_outcomes):
        columns[outcome] = floats(values[..., at].ravel(), np.float32)
    return _file(columns)


def bins(
    experiment: Experiment, months: Sequence[str], combinations: NDArray[np.int64], pairs: NDArray[np.int64],
    named: Sequence[tuple[str, str]], at: NDArray[np.int64], numbers: NDArray[np.int64], counts: NDArray[np.int64],
) -> bytes:  # fmt: skip
    """Return the file of histograms: one row per combination, outcome, scope, month and bin that is not empty."""
    return _file({
        "combination": plain(combinations, np.int32, pa.int32()),
        "outcome": texts(pairs, [outcome for outcome, _ in named]),
        "scope": texts(pairs, [scope for _, scope in named]),
        "month": plain(first_days(months)[at], np.int32, pa.date32()),
        "bin": plain(numbers, np.int32, pa.int32()),
        "count": plain(counts, np.int64, pa.int64()),
    })  # fmt: skip


def kind_of(factor: Factor) -> str:
    """Return the kind of a factor's column: ``bool``, ``int``, ``float`` or ``text``."""
    if not factor.options:
        return "int" if factor.whole else "float"
    kinds = {type(option.value) for option in factor.options}
    if len(kinds) == 1:
        return {bool: "bool", int: "int", float: "float"}.get(kinds.pop(), "text")
    return "float" if kinds == {int, float} else "text"


def _drawn(factor: Factor, values: Sequence[Any], at: NDArray[np.int64]) -> pa.Array:
    """Return the column of an uncertainty: its value at each run's point."""
    if factor.options:
        known = [option.value for option in factor.options]
        if None in values:  # a variant that another one excludes at some points
            return pa.array([values[point] for point in at.tolist()], pa.string())
        return _choices(factor.options, np.array([known.index(value) for value in values])[at])
    kind, numbers = KINDS[kind_of(factor)]
    return plain(np.array(values, dtype=numbers)[at], numbers, kind)


def _choices(options: Sequence[Option], at: NDArray[np.int64]) -> pa.Array:
    """Return the column of a choice, given the number of each run's option."""
    kind, numbers = KINDS[kind_of(Factor("", tuple(options)))]
    if numbers is None:
        return texts(at, [str(option.value) for option in options])
    values = np.array([option.value for option in options], dtype=numbers)[at]
    return pa.array(values) if numbers is np.bool_ else plain(values, numbers, kind)


def _file(columns: Mapping[str, pa.Array]) -> bytes:
    table = pa.table(dict(columns))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=len(table) or 1, **writer_options(table.schema))
    content: bytes = sink.getvalue().to_pybytes()
    return content
