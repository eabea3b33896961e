"""Draws by address: (seed, replicate, decision point, month, entity, index) and nothing else.

The counter of Philox is (entity, month + 65536 point, index // 4, replicate), its key the
64-bit seed; a block of four words serves four neighbouring indices of uniform draws, or two of
normal ones.
"""

from __future__ import annotations

import math

import numpy as np

from sim.draws.philox import philox
from sim.kernel import inlined, kernel

_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_SIXTEEN, _LOW16 = np.uint64(16), np.uint64(0xFFFF)
UNIT = 2.0**-32
#: Mean of a sum of four 16-bit integers, and the inverse of its s.d. (Irwin-Hall, exact variance).
SUM_MEAN = 131070.0
SUM_SCALE = 1.0 / math.sqrt((65536.0 * 65536.0 - 1.0) / 3.0)


@inlined
@kernel
def block(seed, replicate, point, month, entity, number):  # type: ignore[no-untyped-def]
    """Return the four words of one block; arguments are integers, see the module's docstring."""
    key = np.uint64(seed)
    return philox(
        np.uint64(entity) & _LOW,
        np.uint64(month) + (np.uint64(point) << _SIXTEEN),
        np.uint64(number) & _LOW,
        np.uint64(replicate) & _LOW,
        key & _LOW,
        key >> _HALF,
    )


@inlined
@kernel
def uniform(seed, replicate, point, month, entity, index):  # type: ignore[no-untyped-def]
    """Return a uniform draw, (x + 0.5) / 2**32 of one word: exact, never 0 or 1."""
    w0, w1, w2, w3 = block(seed, replicate, point, month, entity, index // 4)
    # by its two bits: of a chain of tests the compiler makes a jump table, which no loop of vectors can have
    low, high = (w1, w3) if index & 1 else (w0, w2)
    word = high if index & 2 else low
    return (np.float64(word) + 0.5) * UNIT


@inlined
@kernel
def uniforms(seed, replicate, point, month, entity, number):  # type: ignore[no-untyped-def]
    """Return the four uniform draws of a block: those of indices 4 number to 4 number + 3."""
    w0, w1, w2, w3 = block(seed, replicate, point, month, entity, number)
    return (
        (np.float64(w0) + 0.5) * UNIT, (np.float64(w1) + 0.5) * UNIT,
        (np.float64(w2) + 0.5) * UNIT, (np.float64(w3) + 0.5) * UNIT,
    )  # fmt: skip


@inlined
@kernel
def normal(seed, replicate, point, month, entity, index):  # type: ignore[no-untyped-def]
    """Return a nearly normal draw of mean 0 and s.d. 1, within 3.5 s.d.

    The sum of the four 16-bit halves of two words, standardised: integer arithmetic, so the same
    bits everywhere, where Box-Muller would need libm.
    """
    w0, w1, w2, w3 = block(seed, replicate, point, month, entity, index // 2)
    high, low = (w2, w3) if index & 1 else (w0, w1)
    return of_words(high, low)


@inlined
@kernel
def normals(seed, replicate, point, month, entity, number):  # type: ignore[no-untyped-def]
    """Return the two normal draws of a block: those of indices 2 number and 2 number + 1."""
    w0, w1, w2, w3 = block(seed, replicate, point, month, entity, number)
    return of_words(w0, w1), of_words(w2, w3)


@inlined
@kernel
def of_words(high, low):  # type: ignore[no-untyped-def]
    """Return the standardised sum of the halves of two words."""
    total = (high & _LOW16) + (high >> _SIXTEEN) + (low & _LOW16) + (low >> _SIXTEEN)
    return (np.float64(total) - SUM_MEAN) * SUM_SCALE
