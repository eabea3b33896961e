"""Columns of tables out of numbers, texts and choices, and a table as a file.

Numbers and texts are handed to Arrow as memory, not by ``pyarrow.array``, which imports pandas: that takes longer than
a replicate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.experiment.experiment import Factor, Option

KINDS: dict[str, tuple[Any, Any]] = {
    "bool": (pa.bool_(), np.bool_), "int": (pa.int64(), np.int64), "float": (pa.float64(), np.float64),
    "text": (pa.string(), None),
}  # fmt: skip


def floats(values: Any, kind: type = np.float64) -> pa.Array:
    """Return numbers as a column, of single precision if so wanted; those that are not defined (nan) become nulls."""
    # Null, not nan: the mean of a column that holds a nan is nan in DuckDB.
    numbers: NDArray[Any] = np.ascontiguousarray(values, dtype=kind)
    known = ~np.isnan(numbers)
    valid = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    type_ = pa.float64() if kind is np.float64 else pa.float32()
    return pa.Array.from_buffers(type_, len(numbers), [valid, pa.py_buffer(numbers)])


def plain(values: Any, kind: type, type_: Any) -> pa.Array:
    """Return numbers as a column of a kind without nulls."""
    numbers: NDArray[Any] = np.ascontiguousarray(values, dtype=kind)
    return pa.Array.from_buffers(type_, len(numbers), [None, pa.py_buffer(numbers)])


def texts(numbers: Any, labels: Sequence[str]) -> pa.Array:
    """Return texts as a column, given as indices into labels."""
    coded = [label.encode() for label in labels]
    ends = np.cumsum([0, *map(len, coded)], dtype=np.int32)
    known = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(coded))]
    dictionary = pa.Array.from_buffers(pa.string(), len(coded), known)
    return pa.DictionaryArray.from_arrays(plain(numbers, np.int32, pa.int32()), dictionary).cast(pa.string())


def first_days(months: Any) -> NDArray[np.int32]:
    """Return the first days of months as Arrow counts them, from 1970 on."""
    return np.asarray(months, dtype="datetime64[M]").astype("datetime64[D]").astype(np.int32)


def kind_of(factor: Factor) -> str:
    """Return the kind of a factor's column: ``bool``, ``int``, ``float`` or ``text``."""
    return _kind_of(factor.options) if factor.options else "int" if factor.whole else "float"


def _kind_of(options: Sequence[Option]) -> str:
    kinds = {type(option.value) for option in options}
    if len(kinds) == 1:
        return {bool: "bool", int: "int", float: "float"}.get(kinds.pop(), "text")
    return "float" if kinds == {int, float} else "text"


def of_factor(factor: Factor, values: Sequence[Any], at: NDArray[np.int64]) -> pa.Array:
    """Return the column of an uncertainty: its value at each run's point."""
    if factor.options:
        known = [option.value for option in factor.options]
        if None in values:  # a variant that another one excludes at some points
            return pa.array([values[point] for point in at.tolist()], pa.string())
        return choices(factor.options, np.array([known.index(value) for value in values])[at])
    kind, numbers = KINDS[kind_of(factor)]
    return plain(np.array(values, dtype=numbers)[at], numbers, kind)


def choices(options: Sequence[Option], at: NDArray[np.int64]) -> pa.Array:
    """Return the column of a choice, given the number of each run's option."""
    kind, numbers = KINDS[_kind_of(options)]
    if numbers is None:
        return texts(at, [str(option.value) for option in options])
    values = np.array([option.value for option in options], dtype=numbers)[at]
    return pa.array(values) if numbers is np.bool_ else plain(values, numbers, kind)


def table_file(columns: Mapping[str, pa.Array]) -> bytes:
    """Return a table as the content of a file."""
    table = pa.table(dict(columns))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=len(table) or 1, **writer_options(table.schema))
    content: bytes = sink.getvalue().to_pybytes()
    return content


def read_file(source: Any, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the table in such a file, or some of its columns; of a file that is in memory give an Arrow buffer.

    It is read by this thread alone. Arrow's own may let go of a buffer after its table was returned: where that is
    Python's and Python has ended meanwhile, the process is aborted, its work being done (Arrow's issue 34314).
    """
    with pq.ParquetFile(source) as file:
        return file.read(columns, use_threads=False)


def writer_options(schema: pa.Schema) -> dict[str, Any]:
    """Return the encodings: split bytes for numbers, dictionaries for what repeats, zstd for all."""
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    texts = [name for name in schema.names if name not in floats]
    return {"compression": "zstd", "use_byte_stream_split": floats, "use_dictionary": texts}
