"""Markov chains in the unit cube, where few of many directions matter, with every number by its address.

Chains go side by side, in two halves: one half moves along differences between chains of the other (differential
evolution, ter Braak 2006), over a few factors at a time and reflected at the walls, or takes some positions afresh.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.draws.philox import MASK, words_block
from sim.inference.walk import Array, Density, room, walk

KEPT = 100
"""States that are kept of each chain, at most."""
WARMING = 0.5
"""Share of the steps before the first that is kept in which the density is flattened, less and less."""
CANDIDATES = 8
"""Points over the ranges of which the best one begins a chain."""
_START, _MADE = 11, 14  # what is drawn, in the address of a draw, beside what `walk` draws
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
    density: Density, *, seed: int, steps: int, groups: int = 2, chains: int = 32, leading: Sequence[int] = (),
    start: Array | None = None, first: int = 0,
) -> Chains:  # fmt: skip
    """Draw from a density over the unit cube, for each group by itself: of records in turn, if it has several.

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
    size, records = len(density.coding.slices), len(density.records.low)
    at = _started(density, seed, groups, chains) if start is None else start.copy()
    begin = steps // 4 if start is None else 0
    every = max(1, -(-(steps - begin) // KEPT))
    heats = np.minimum((np.arange(steps) + 1.0) / max(WARMING * begin, 1.0), 1.0) if begin else np.ones(steps)
    heats[begin:] = 1.0
    now = density.at(at.reshape(-1, size), np.repeat(np.arange(groups) % records, chains)).reshape(groups, chains)
    most = np.asarray(leading, np.int64)
    rest, memory = np.setdiff1d(np.arange(size), most), room(density.coding, len(density.terms.constant))
    accepted = 0
    stops = np.arange(steps - (steps - begin - 1) // every * every, steps + 1, every)  # states are kept after these
    kept, scores = np.empty((groups, chains, len(stops), size)), np.empty((groups, chains, len(stops)))
    for since, step in itertools.pairwise([0, *range(every, int(stops[0]), every), *stops.tolist()]):
        luck = uniform(seed, _MADE, first + since, groups * chains // 2, 2 * (step - since))
        accepted += walk(density, at, now, np.log(luck), heats[since:step], seed, first + since, most, rest, memory)
        if step >= stops[0]:
            row = int(np.searchsorted(stops, step))
            kept[:, :, row], scores[:, :, row] = at, now
    share = accepted / (steps * groups * chains)
    return Chains(kept, scores, share, at, first + steps)


def _started(density: Density, seed: int, groups: int, chains: int) -> Array:
    """Return for each chain the best of some points over the ranges."""
    size, number = len(density.coding.slices), groups * chains * CANDIDATES
    at = uniform(seed, _START, 0, number, size)
    records = np.repeat(np.arange(groups) % len(density.records.low), chains * CANDIDATES)
    best = density.at(at, records).reshape(-1, CANDIDATES).argmax(axis=1)
    found: Array = at.reshape(-1, CANDIDATES, size)[np.arange(groups * chains), best]
    return found.reshape(groups, chains, size)


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
