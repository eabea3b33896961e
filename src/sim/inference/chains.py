"""Markov chains in the unit cube, where few of many directions matter, with every number by its address.

Chains go side by side, in two halves: one half moves along differences between chains of the other (differential
evolution, ter Braak 2006), over a few factors at a time and reflected at the walls, or takes some positions afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.draws.philox import MASK, words_block
from sim.inference.space import Array

Numbers = NDArray[np.int64]
Density = Callable[[Array, Numbers], Array]
"""Logarithms of a density at positions (rows, size), each of a group (rows,), up to a constant of the group."""

AMONG_LEADING, FIRST = 0.75, 0.5
"""Share of the moves that change what matters most, and of these that change the very first; others change the rest."""
FRESH, FRESH_REST = 0.2, 0.7
"""Shares of these, and of the others, that take positions afresh."""
FEW, MANY = (2, 4, 8, 16), (4, 8, 16, 32, 64)
"""How many factors are moved at once: of those that matter most, and of the others."""
KEPT = 100
"""States that are kept of each chain, at most."""
WARMING = 0.5
"""Share of the steps before the first that is kept in which the density is flattened, less and less."""
CANDIDATES = 8
"""Points over the ranges of which the best one begins a chain."""
_START, _BLOCK, _MOVE = 11, 12, 13  # what is drawn, in the address of a draw
_LEAST = 4  # numbers that a move needs beside a new position for each factor
_UNIT = 2.0**-32


@dataclass(frozen=True)
class Chains:
    """What chains went through.

    Attributes
    ----------
    positions
        Shape (groups, chains, kept, size).
    density
        Logarithms, shape (groups, chains, kept).
    accepted
        Share of the moves that were made.
    last
        Shape (groups, chains, size).
    steps
        The number of the step after the last.
    """

    positions: Array
    density: Array
    accepted: float
    last: Array
    steps: int


def uniform(seed: int, purpose: int, step: int, rows: int, columns: int) -> Array:
    """Return numbers between 0 and 1, never these themselves: each by the address of its row and column."""
    blocks = -(-columns // 4)
    counters = np.empty((rows * blocks, 4), np.uint64)
    counters[:, 0] = np.repeat(np.arange(rows), blocks)
    counters[:, 1] = step
    counters[:, 2] = np.tile(np.arange(blocks), rows)
    counters[:, 3] = purpose
    words = words_block(counters, (seed & MASK, seed >> 32)).reshape(rows, 4 * blocks)
    return (words[:, :columns].astype(np.float64) + 0.5) * _UNIT


def sample(
    density: Density, size: int, *, seed: int, steps: int, groups: int = 2, chains: int = 32,
    leading: Sequence[int] = (), start: Array | None = None, first: int = 0,
) -> Chains:  # fmt: skip
    """Draw from a density over the unit cube, for each group by itself.

    Parameters
    ----------
    steps
        That every chain takes; without a `start` the first quarter is not kept.
    groups, chains
        How many sets of chains, which share no draw, and how many chains are in each: an even number.
    leading
        Numbers of the factors that matter most.
    start
        Where chains begin, shape (groups, chains, size).
    first
        Number of the first step: another one where chains go on.
    """
    at = _started(density, size, seed, groups, chains) if start is None else start.copy()
    begin = steps // 4 if start is None else 0
    every = max(1, -(-(steps - begin) // KEPT))
    of = np.repeat(np.arange(groups), chains // 2)
    now = density(at.reshape(-1, size), np.repeat(np.arange(groups), chains)).reshape(groups, chains)
    kept, scores, accepted = [], [], 0
    for step in range(steps):
        heat = min(1.0, (step + 1) / max(WARMING * begin, 1.0)) if step < begin else 1.0
        for half in (0, 1):
            mine, other = at[:, half::2], at[:, 1 - half :: 2]
            moved, last = _moved(mine, other, seed, 2 * (first + step) + half, leading)
            found = density(moved.reshape(-1, size), of).reshape(groups, -1)
            better = np.log(last) < heat * (found - now[:, half::2])
            mine[better], now[:, half::2][better] = moved[better], found[better]
            accepted += int(better.sum())
        if step >= begin and (steps - 1 - step) % every == 0:
            kept.append(at.copy())
            scores.append(now.copy())
    share = accepted / (steps * groups * chains)
    return Chains(np.stack(kept, axis=2), np.stack(scores, axis=2), share, at, first + steps)


def _started(density: Density, size: int, seed: int, groups: int, chains: int) -> Array:
    """Return for each chain the best of some points over the ranges."""
    number = groups * chains * CANDIDATES
    at = uniform(seed, _START, 0, number, size)
    best = density(at, np.repeat(np.arange(groups), chains * CANDIDATES)).reshape(-1, CANDIDATES).argmax(axis=1)
    found: Array = at.reshape(-1, CANDIDATES, size)[np.arange(groups * chains), best]
    return found.reshape(groups, chains, size)


def _moved(mine: Array, other: Array, seed: int, step: int, leading: Sequence[int]) -> tuple[Array, Array]:
    """Return where chains would go, and the number that each has drawn for whether it does."""
    groups, chains, size = mine.shape
    fresh, block = _block(size, seed, step, leading)
    drawn = uniform(seed, _MOVE, step, groups * chains, _LEAST + len(block)).reshape(groups, chains, -1)
    moved = mine.copy()
    if fresh:
        moved[:, :, block] = drawn[:, :, _LEAST:]
    else:
        one = (drawn[:, :, 1] * chains).astype(np.int64)
        another = (one + 1 + (drawn[:, :, 2] * (chains - 1)).astype(np.int64)) % chains
        group = np.arange(groups)[:, None]
        apart = other[:, :, block]
        length = np.where(drawn[:, :, 3] < 0.1, 1.0, 2.4 / np.sqrt(2.0 * len(block)) * drawn[:, :, 3])
        way = length[:, :, None] * (apart[group, one] - apart[group, another])
        way += 0.02 * (drawn[:, :, _LEAST:] - 0.5)
        folded = np.mod(moved[:, :, block] + way, 2.0)
        moved[:, :, block] = np.minimum(folded, 2.0 - folded)
    return moved, drawn[:, :, 0]


def _block(size: int, seed: int, step: int, leading: Sequence[int]) -> tuple[bool, Numbers]:
    """Return whether positions are taken afresh in a step, and of which factors.

    Of what matters a few at a time, any or the very first; of the rest many.
    """
    drawn = uniform(seed, _BLOCK, step, 1, 4 + size)[0]
    matters = bool(drawn[1] < AMONG_LEADING) and len(leading) > 0 or len(leading) == size
    fresh = bool(drawn[0] < (FRESH if matters else FRESH_REST))
    known = np.asarray(leading, np.int64) if matters else np.setdiff1d(np.arange(size), leading, assume_unique=True)
    blocks = [block for block in (FEW if matters else MANY) if block < len(known)] + [len(known)]
    number = blocks[int(drawn[2] * len(blocks))]
    if matters and drawn[3] < FIRST and not fresh:
        return fresh, known[:number]
    return fresh, known[np.argsort(drawn[4 : 4 + len(known)], kind="stable")[:number]]


def split_rhat(values: Array) -> Array:
    """Return the split R-hat of values (chains, states, ...): 1 where halves of chains agree."""
    half = values.shape[1] // 2
    parts = np.concatenate([values[:, :half], values[:, -half:]])
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = parts.mean(axis=1).var(axis=0, ddof=1)
    both = within * (half - 1) / half + between
    found: Array = np.sqrt(np.divide(both, within, out=np.ones_like(both), where=within > 0.0))
    return found


def effective(values: Array) -> Array:
    """Return how many independent draws values (chains, states, ...) are worth (Geyer's initial positive sequence)."""
    chains, states = values.shape[:2]
    away = values - values.mean(axis=1, keepdims=True)
    turned = np.fft.rfft(away, 2 * states, axis=1)
    along = np.fft.irfft(turned * turned.conj(), 2 * states, axis=1)[:, :states].mean(axis=0) / states
    within = along[0] * states / (states - 1)
    both = along[0] + values.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        alike = 1.0 - (within - along) / both
    alike[0] = 1.0
    pairs = alike[: states // 2 * 2].reshape(states // 2, 2, *alike.shape[1:]).sum(axis=1)
    positive = np.logical_and.accumulate(pairs > 0.0, axis=0)
    time = 2.0 * np.where(positive, pairs, 0.0).sum(axis=0) - 1.0
    return chains * states / np.maximum(np.nan_to_num(time, nan=1.0), 1.0 / np.log10(chains * states + 10.0))
