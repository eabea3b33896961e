"""A control: what a second thread gains in arithmetic that shares nothing, on this machine at this moment.

Virtual cores may be two halves of one real core, and others may be using them; the factor that an
engine reaches with two threads can only be judged beside this one.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any


@cache
def _spin() -> Any:
    """Return a compiled loop over Philox blocks, whose result depends on each of them."""
    import numba
    import numpy as np

    from sim.draws.philox import philox

    def spin(times: int) -> Any:
        word = np.uint64(1)
        for _ in range(times):
            word = philox(word, word, word, word, word, word)[0]
        return word

    compiled = numba.njit(nogil=True)(spin)
    compiled(1)
    return compiled


def two_threads_over_one(times: int) -> float:
    """Return the time of two loops one after the other over the time of the two at once."""
    spin = _spin()
    with ThreadPoolExecutor(2) as pool:
        begin = time.perf_counter()
        for _ in range(2):
            spin(times)
        middle = time.perf_counter()
        list(pool.map(spin, [times] * 2))
        return (middle - begin) / (time.perf_counter() - middle)
