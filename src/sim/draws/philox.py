"""Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").

Three forms of one function: pure Python, which is the specification; numpy, for blocks of
addresses; compiled, one address at a time. A test holds them to each other and to the published
known answers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernel import inlined, kernel

MULTIPLIER_0 = 0xD2511F53
MULTIPLIER_1 = 0xCD9E8D57
WEYL_0 = 0x9E3779B9
WEYL_1 = 0xBB67AE85
MASK = 0xFFFFFFFF
ROUNDS = 10

_M0, _M1 = np.uint64(MULTIPLIER_0), np.uint64(MULTIPLIER_1)
_W0, _W1 = np.uint64(WEYL_0), np.uint64(WEYL_1)
_LOW, _HALF = np.uint64(MASK), np.uint64(32)


def words(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the four 32-bit words at a counter: the specification, in plain integers."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(ROUNDS):
        p0, p1 = MULTIPLIER_0 * c0, MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK, (p0 >> 32) ^ c3 ^ k1, p0 & MASK
        k0, k1 = (k0 + WEYL_0) & MASK, (k1 + WEYL_1) & MASK
    return c0, c1, c2, c3


def words_block(
    counters: NDArray[np.uint64], key: tuple[int, int]
) -> NDArray[np.uint64]:
    """Return the words at many counters; both arrays have shape (n, 4)."""
    c0, c1, c2, c3 = (counters[:, i].copy() for i in range(4))
    k0, k1 = np.uint64(key[0]), np.uint64(key[1])
    for _ in range(ROUNDS):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return np.stack([c0, c1, c2, c3], axis=1)


@inlined
@kernel
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Return the words at one counter, compiled; every argument is an unsigned 64-bit integer.

    Words carry what their products had above 32 bits along, which nothing reads: it is taken off where a word is
    multiplied, and at the end. So there are half as many masks.
    """
    for _ in range(ROUNDS):
        p0 = _M0 * (c0 & _LOW)
        p1 = _M1 * (c2 & _LOW)
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1, (p0 >> _HALF) ^ c3 ^ k1, p0
        k0 += _W0
        k1 += _W1
    return c0 & _LOW, c1 & _LOW, c2 & _LOW, c3 & _LOW
