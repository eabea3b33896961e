"""Records by address: how kernels reach a replicate's memory through one pointer.

A kernel that takes the state as a tuple of arrays passes some 150 machine words on every call:
measured on this engine, eight times slower and four times longer to compile. Here the state is
one record that holds the addresses of the others, and ``record_at`` turns an address and an index
into a record. Nothing checks bounds; the arrays must outlive the call (see ``pack.Memory``).
"""

from __future__ import annotations

from typing import Any

import numba.core.config
import numpy as np
from numba.core import types
from numba.core.cgutils import pointer_add
from numba.extending import intrinsic
from numpy.typing import NDArray

#: Whether kernels stay Python functions (NUMBA_DISABLE_JIT=1).
INTERPRETED = bool(numba.core.config.DISABLE_JIT)  # type: ignore[attr-defined]
#: With compilation disabled, the arrays behind the addresses.
_arrays: dict[int, Any] = {}


def address_of(array: NDArray[Any]) -> int:
    """Return the address of an array of records, for ``record_at``."""
    address = int(array.ctypes.data)
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


record_at: Any = _interpreted_record_at if INTERPRETED else _record_at
