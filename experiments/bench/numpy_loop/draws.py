"""Addressed draws in blocks: Philox over many addresses at once, with the bits of ``sim.draws``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws import philox
from sim.draws.addressed import SUM_MEAN, SUM_SCALE, UNIT
from sim.scenario.points import POINTS

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]
POINT = {point.name: point.number for point in POINTS}
LOW, HALF, SIXTEEN, LOW16 = np.uint64(philox.MASK), np.uint64(32), np.uint64(16), np.uint64(0xFFFF)
MULTIPLIERS = np.array([[philox.MULTIPLIER_0], [philox.MULTIPLIER_1]], dtype=np.uint64)
#: Addresses treated at a time, so that the work stays in the cache.
PIECE = 8192


class Addresses:
    """Blocks to be drawn together; each part has a decision point, entities and numbers of blocks.

    Attributes
    ----------
    counters
        Shape (2, 2, n): words 0 and 2, then words 1 and 3, of Philox's counter, months left out.
    parts
        Where each part lies.
    """

    def __init__(self, **parts: tuple[str, Words, int | NDArray[np.int64]]) -> None:
        total = sum(len(entities) for _, entities, _ in parts.values())
        self.counters = np.zeros((2, 2, total), dtype=np.uint64)
        self.parts: dict[str, slice] = {}
        begin = 0
        for name, (point, entities, numbers) in parts.items():
            place = self.parts[name] = slice(begin, begin + len(entities))
            begin = place.stop
            self.counters[0, 0, place] = entities
            self.counters[0, 1, place] = numbers
            self.counters[1, 0, place] = POINT[point] << 16

    def readdress(self, part: str, entities: Words) -> None:
        """Change the entities of a part."""
        self.counters[0, 0, self.parts[part]] = entities


class Draws:
    """The draws of one replicate."""

    def __init__(self, seed: int, replicate: int) -> None:
        self.key = (seed & philox.MASK, seed >> 32)
        self.replicate = replicate & philox.MASK
        self._keys = list(np.array(
            [[[(self.key[0] + i * philox.WEYL_0) & philox.MASK], [(self.key[1] + i * philox.WEYL_1) & philox.MASK]]
             for i in range(philox.ROUNDS)], dtype=np.uint64,
        ))  # fmt: skip

    def words(self, addresses: Addresses, month: int) -> dict[str, Words]:
        """Return the words of each part, shape (4, number of its blocks)."""
        counters = addresses.counters
        out = np.empty((2, 2, counters.shape[2]), dtype=np.uint64)
        for begin in range(0, counters.shape[2], PIECE):
            piece = slice(begin, begin + PIECE)
            self._rounds(counters[:, :, piece], month, out[:, :, piece])
        words = out.reshape(4, -1)
        return {name: words[:, place] for name, place in addresses.parts.items()}

    def _rounds(self, counters: Words, month: int, out: Words) -> None:
        """Run Philox's rounds on two words at a time; ``even`` holds words 0 and 2, ``odd`` 1 and 3."""
        even, odd = counters[0].copy(), counters[1].copy()
        odd[0] += np.uint64(month)
        odd[1] = self.replicate
        product = np.empty_like(odd)
        crossed = product[::-1]
        for keys in self._keys:
            np.multiply(even, MULTIPLIERS, product)
            np.bitwise_xor(odd, keys, even)
            np.bitwise_and(crossed, LOW, odd)
            np.right_shift(product, HALF, product)
            np.bitwise_xor(even, crossed, even)
        out[:, 0], out[:, 1] = even, odd

    def block(self, point: str, month: int, entity: int, number: int) -> tuple[int, int, int, int]:
        """Return one block, in plain Python: cheaper than arrays for the few that nobody foresaw."""
        counter = (entity & philox.MASK, month + (POINT[point] << 16), number, self.replicate)
        return philox.words(counter, self.key)

    def uniform(self, point: str, month: int, entity: int, index: int) -> float:
        """Return one uniform draw, in plain Python."""
        return (float(self.block(point, month, entity, index // 4)[index % 4]) + 0.5) * UNIT

    def normal(self, point: str, month: int, entity: int, index: int) -> float:
        """Return one normal draw, in plain Python."""
        words = self.block(point, month, entity, index // 2)
        high, low = words[2:] if index % 2 else words[:2]
        total = (high & 0xFFFF) + (high >> 16) + (low & 0xFFFF) + (low >> 16)
        return (float(total) - SUM_MEAN) * SUM_SCALE


def uniforms(words: Words) -> Floats:
    """Return words as uniform draws."""
    return (words.astype(np.float64) + 0.5) * UNIT


def normals(high: Words, low: Words) -> Floats:
    """Return pairs of words as normal draws."""
    total = (high & LOW16) + (high >> SIXTEEN) + (low & LOW16) + (low >> SIXTEEN)
    return (total.astype(np.float64) - SUM_MEAN) * SUM_SCALE
