"""Records by address: how kernels reach a replicate's memory through one pointer.

A kernel that takes the state as a tuple of arrays passes some 150 machine words on every call:
measured on this engine, eight times slower and four times longer to compile. Here the state is
one record that holds the addresses of the others, and ``record_at`` turns an address and an index
into a record. Nothing checks bounds; the arrays must outlive the call (see ``pack.Memory``).

Beyond some 8,000 committees the state no longer fits the cache. Memory gives 64 bytes at a time, late
but many at once, so records begin where such a line begins, what is read together lies in one line,
and loops ask some committees in advance for what they will read.
"""

from __future__ import annotations

from typing import Any

import numba.core.config
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import types
from numba.core.cgutils import pointer_add
from numba.extending import intrinsic
from numpy.typing import NDArray

#: Whether kernels stay Python functions (NUMBA_DISABLE_JIT=1).
INTERPRETED = bool(numba.core.config.DISABLE_JIT)  # type: ignore[attr-defined]
#: Bytes that a processor loads at once: a line of its cache.
LINE_BYTES = 64
#: Committees whose values lie side by side, a line's worth; 2 to what power; and the bytes of one number.
WIDTH, SHIFT, NUMBER_BYTES = 8, 3, 8
#: With compilation disabled, the arrays behind the addresses.
_arrays: dict[int, Any] = {}


def address_of(array: NDArray[Any]) -> int:
    """Return the address of an array of records, for ``record_at``."""
    return known_at(int(array.ctypes.data), array)


def known_at(address: int, array: NDArray[Any]) -> int:
    """Return the address, at which an array is known to begin."""
    if INTERPRETED:
        _arrays[address] = array.view(np.recarray)
    return address


def _interpreted_record_at(dtype: np.dtype[Any], address: int, index: int) -> Any:
    return _arrays[int(address)][index]


@intrinsic
def _record_at(typing_context, dtype, address, index):  # type: ignore[no-untyped-def]
    """Return the record at an index from an address on; ``dtype`` is a constant."""
    record = dtype.dtype
    size = record.size

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        _, base, number = arguments
        offset = builder.mul(number, context.get_constant(types.int64, size))
        kind = context.get_value_type(signature.return_type)
        return pointer_add(builder, builder.inttoptr(base, kind), offset, kind)  # type: ignore[no-untyped-call]

    return record(dtype, types.int64, types.int64), generate


def _interpreted_part_at(part: np.dtype[Any], whole: np.dtype[Any], address: int, number: int, row: int) -> Any:
    begin = int(number) // WIDTH * whole.itemsize + int(row) * LINE_BYTES + int(number) % WIDTH * NUMBER_BYTES
    return np.recarray((1,), dtype=part, buf=_arrays[int(address)].view(np.uint8), offset=begin)[0]


@intrinsic
def _part_at(typing_context, part, whole, address, number, row):  # type: ignore[no-untyped-def]
    """Return what one of eight has of their record, in a row of its fields; the first two are constants."""
    record, size = part.dtype, whole.dtype.size

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        _, _, base, at, line = arguments
        word, kind = base.type, context.get_value_type(signature.return_type)
        offset = builder.mul(builder.ashr(at, word(SHIFT)), word(size))
        offset = builder.add(offset, builder.mul(line, word(LINE_BYTES)))
        offset = builder.add(offset, builder.mul(builder.and_(at, word(WIDTH - 1)), word(NUMBER_BYTES)))
        return pointer_add(builder, builder.inttoptr(base, kind), offset, kind)  # type: ignore[no-untyped-call]

    return record(part, whole, types.int64, types.int64, types.int64), generate


def _interpreted_prefetch(dtype: np.dtype[Any], address: int, index: int) -> None:
    """Do nothing."""


@intrinsic
def _prefetch(typing_context, dtype, address, index):  # type: ignore[no-untyped-def]
    """Begin to load a record that will be read soon: it changes no result, and no index is wrong."""
    size, byte, number = dtype.dtype.size, ir.IntType(8).as_pointer(), ir.IntType(32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        _, base, at = arguments
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        load = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        first = builder.add(base, builder.mul(at, base.type(size)))
        for begin in range(0, size, LINE_BYTES):
            place = builder.inttoptr(builder.add(first, base.type(begin)), byte)
            builder.call(load, [place, number(0), number(3), number(1)])  # to read; to keep; data, not code
        return context.get_dummy_value()

    return types.void(dtype, types.int64, types.int64), generate


part_at: Any = _interpreted_part_at if INTERPRETED else _part_at
prefetch: Any = _interpreted_prefetch if INTERPRETED else _prefetch
record_at: Any = _interpreted_record_at if INTERPRETED else _record_at
