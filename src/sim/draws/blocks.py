"""Draws of many entities at once, in numpy: the same bits as one address at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws.addressed import UNIT
from sim.draws.philox import MASK, words_block


def uniform_of_each(
    seed: int, replicate: int, point: int, month: int, entities: NDArray[np.uint64], index: int
) -> NDArray[np.float64]:
    """Return the uniform draws of many entities at one index.

    Parameters
    ----------
    seed, replicate, point, month, index
        The rest of the address, as in :func:`sim.draws.addressed.uniform`.
    entities
        Shape (n,); only the low 32 bits address a draw.
    """
    counters = np.empty((len(entities), 4), dtype=np.uint64)
    counters[:, 0] = entities & np.uint64(MASK)
    counters[:, 1] = month + (point << 16)
    counters[:, 2] = index // 4
    counters[:, 3] = replicate
    word = words_block(counters, (seed & MASK, seed >> 32))[:, index % 4]
    return (word.astype(np.float64) + 0.5) * UNIT
