"""Draws in proportion to a density on the unit cube: many short chains side by side, every number by its address.

Two moves take turns. Differences of other chains (ter Braak 2006) carry over some of the coordinates that matter; fresh
positions from the whole range are tried for a few coordinates of any kind, which is what readings need, and all that
the density says nothing of. Half of the chains move while the others stand, so that each half looks at what stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inference.space import Array

CHAINS, LEAST, EACH, KEPT = 64, 1000, 50, 150
"""Chains; steps of each at least, and for each coordinate; of the last two thirds so many are kept."""
FRESH = (1, 2, 4)
"""So many coordinates are drawn anew at once."""


@dataclass(frozen=True)
class Chains:
    """What chains came to.

    Attributes
    ----------
    kept
        Positions, shape (chains, draws, coordinates).
    rhat
        Split R-hat of each coordinate: 1 where chains and their halves tell the same.
    effective
        As how many independent draws they are as good, of each coordinate.
    accepted
        Share of moves that were taken.
    """

    kept: Array
    rhat: Array
    effective: Array
    accepted: float

    @property
    def draws(self) -> Array:
        """All draws, chain by chain within each step: shape (draws, coordinates)."""
        return np.swapaxes(self.kept, 0, 1).reshape(-1, self.kept.shape[2])


def sampled(
    log_density: Callable[[Array], Array], size: int, weighty: Array, *, seed: int = 0, chains: int = CHAINS,
    steps: int | None = None,
) -> Chains:  # fmt: skip
    """Return draws in proportion to a density over the unit cube.

    Parameters
    ----------
    log_density
        Of positions, shape (rows, size).
    weighty
        How much each coordinate matters, from 0 to 1: those that do are moved more often.
    steps
        Of each chain, the first third of which is forgotten; by default so many for each coordinate.
    """
    steps = max(LEAST, EACH * size) if steps is None else steps
    burnt, every = steps // 3, max(steps * 2 // 3 // KEPT, 1)
    lots = _Lots(seed)
    at = lots.uniform(0, 0, (chains, size))
    level = log_density(at)
    halves = np.arange(chains) < chains // 2
    often = 0.5 / size + 0.5 * weighty / max(float(weighty.sum()), 1e-12)
    kept, taken = [], 0
    for step in range(1, steps + 1):
        for half, moving in enumerate((halves, ~halves)):
            mine, others = at[moving], at[~moving]
            moves = _differences if step % 2 else _fresh
            there = moves(mine, others, weighty, often, lots, 4 * step + 2 * half)
            height = log_density(there)
            yes = np.log(lots.uniform(4 * step + 2 * half, 3, (len(mine),))) < height - level[moving]
            at[np.flatnonzero(moving)[yes]], level[np.flatnonzero(moving)[yes]] = there[yes], height[yes]
            taken += int(yes.sum())
        if step > burnt and (step - burnt) % every == 0:
            kept.append(at.copy())
    whole = np.stack(kept, axis=1)
    rhat, effective = diagnosed(whole)
    return Chains(whole, rhat, effective, taken / (steps * chains))


def _differences(mine: Array, others: Array, weighty: Array, often: Array, lots: _Lots, address: int) -> Array:
    """Move along the difference of two other chains, in some of the coordinates; reflected at the walls."""
    rows, size = mine.shape
    lot = lots.uniform(address, 1, (rows, 4))
    first = (lot[:, 0] * len(others)).astype(np.int64)
    second = (first + 1 + (lot[:, 1] * (len(others) - 1)).astype(np.int64)) % len(others)
    wanted = np.where(lot[:, 2] < 0.5, 4.0, 12.0)
    mask = lots.uniform(address, 2, (rows, size)) < np.minimum(wanted[:, None] * often, 1.0)
    many = np.maximum(mask.sum(axis=1), 1)
    stride = np.where(lot[:, 3] < 0.1, 1.0, 2.38 / np.sqrt(2.0 * many) * (0.5 + lot[:, 3]))
    shaken = 1e-3 * (lots.uniform(address, 4, (rows, size)) - 0.5)
    there = mine + mask * (stride[:, None] * (others[first] - others[second]) + shaken)
    there = np.mod(there, 2.0)
    return np.where(there > 1.0, 2.0 - there, there)


def _fresh(mine: Array, others: Array, weighty: Array, often: Array, lots: _Lots, address: int) -> Array:
    """Draw a few coordinates anew."""
    rows, size = mine.shape
    lot = lots.uniform(address, 1, (rows, 1))[:, 0]
    number = np.array(FRESH)[(lot * len(FRESH)).astype(np.int64)]
    # the smallest of exponential waits: coordinates without replacement, in proportion to how often they move
    waits = -np.log(lots.uniform(address, 2, (rows, size))) / often
    rank = waits.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    return np.where(rank < number[:, None], lots.uniform(address, 4, (rows, size)), mine)


def diagnosed(kept: Array) -> tuple[Array, Array]:
    """Return split R-hat and the effective number of draws, of each coordinate; `kept` as `Chains` has it.

    Gelman et al. 2013, Bayesian Data Analysis, 11.4 and 11.5.
    """
    half = kept.shape[1] // 2
    parts = np.concatenate([kept[:, :half], kept[:, half : 2 * half]])
    count, length, _ = parts.shape
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = length * parts.mean(axis=1).var(axis=0, ddof=1)
    whole = (length - 1) / length * within + between / length
    with np.errstate(divide="ignore", invalid="ignore"):
        rhat = np.where(within > 0.0, np.sqrt(whole / within), 1.0)
        total, going = np.ones(len(whole)), np.ones(len(whole), np.bool_)
        for lag in range(1, length - 1, 2):
            pair = sum(1.0 - ((parts[:, step:] - parts[:, :-step]) ** 2).mean(axis=(0, 1)) / (2.0 * whole)
                       for step in (lag, lag + 1))  # fmt: skip
            going &= pair > 0.0
            total += np.where(going, 2.0 * pair, 0.0)
            if not going.any():
                break
    effective = np.minimum(count * length / np.maximum(total, 1.0), count * length)
    return rhat, np.where(within > 0.0, effective, 1.0)


class _Lots:
    """Uniform numbers by their address: seed, step, purpose, chain and place."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def uniform(self, step: int, purpose: int, shape: tuple[int, ...]) -> Array:
        """Return numbers above 0 and below 1."""
        from sim.draws.addressed import UNIT
        from sim.draws.philox import MASK, words_block  # brings the compiler along

        number = int(np.prod(shape))
        counters: NDArray[np.uint64] = np.zeros((-(-number // 4), 4), np.uint64)
        counters[:, 0], counters[:, 1], counters[:, 3] = np.arange(len(counters)), step, purpose
        words = words_block(counters, (self._seed & MASK, self._seed >> 32)).ravel()[:number]
        return ((words.astype(np.float64) + 0.5) * UNIT).reshape(shape)
