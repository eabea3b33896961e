"""Draws that agree with the record, what they have learnt from it, and what they foretell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from sim.inference.chains import Chains, effective, sample, split_rhat, uniform
from sim.inference.emulator import Emulator
from sim.inference.likelihood import Likelihood
from sim.inference.scales import Scale
from sim.inference.space import Array, Space

AGREE = 1.05
"""Split R-hat below which chains are taken to agree."""
STEPS, EACH, AGAIN = 1000, 60, 4
"""Steps of each chain, besides for each factor, and how often at most it takes as many again while chains disagree."""
UNLEARNED = 0.1
"""Contraction below which the record has taught nothing of a factor."""
WORTH = 0.2
"""Share of the draws that weights must be worth for draws with a figure left out to be taken from those with it."""
_LUCK = 21  # what is drawn, in the address of a draw


@dataclass(frozen=True)
class Posterior:
    """Draws, all with the same weight.

    Attributes
    ----------
    likelihood
        What they agree with.
    chains
        Shape (chains, states, factors): where the chains of all sets have been.
    rhat, effective
        Of each factor: whether chains agree, and how many independent draws there are.
    accepted
        Share of the moves that were made.
    steps
        That every chain took.
    """

    likelihood: Likelihood
    chains: Array
    rhat: Array
    effective: Array
    accepted: float
    steps: int
    seed: int

    @property
    def space(self) -> Space:
        """What is drawn."""
        return self.likelihood.emulator.space

    @property
    def converged(self) -> bool:
        """Whether the chains of all sets agree on every factor."""
        return bool((self.rhat < AGREE).all())

    @property
    def positions(self) -> Array:
        """All draws, shape (draws, factors), those of a chain after one another."""
        return self.chains.reshape(-1, self.space.size)

    def some(self, number: int) -> Array:
        """Return so many draws, spread evenly over chains and along each, in an order of no meaning.

        Of more than there are, some come again.
        """
        across = np.ascontiguousarray(self.chains.transpose(1, 0, 2)).reshape(-1, self.space.size)
        found: Array = across[np.arange(number) * len(across) // number]
        return found

    def estimate(self, statistic: Callable[[Array], Array]) -> tuple[Array, Array]:
        """Return a statistic of positions, and its error by chance: of all draws, and between groups of chains."""
        parts = np.array_split(np.arange(len(self.chains)), min(8, len(self.chains)))
        each = np.stack([statistic(self.chains[part].reshape(-1, self.space.size)) for part in parts])
        return statistic(self.positions), each.std(axis=0, ddof=1) / np.sqrt(len(parts))

    @cached_property
    def contraction(self) -> tuple[Array, Array]:
        """By how much the record has narrowed each factor, and the error of that: see `contraction`."""
        return self.estimate(lambda positions: contraction(self.space, positions))

    def without(self, names: Collection[str]) -> Posterior:
        """Return the draws that agree with the record without some figures."""
        if not set(names) & set(self.likelihood.names):
            return self
        other = self.likelihood.without(names)
        weight = self.likelihood.weights(self.positions, names)
        worth = float(weight.sum() ** 2 / (weight**2).sum()) / len(weight)
        if worth < WORTH:
            start = _picked(self.positions, weight, len(self.chains)).reshape(2, -1, self.space.size)
            return _drawn(other, self.seed, self.steps // 4, start, self.steps)
        chains = _picked(self.positions, weight, len(weight)).reshape(self.chains.shape)
        return replace(self, likelihood=other, chains=chains, effective=self.effective * worth)


def _picked(positions: Array, weight: Array, number: int) -> Array:
    """Return draws as often as their weights say, evenly along the draws."""
    along = np.cumsum(weight) / weight.sum()
    return positions[np.searchsorted(along, (np.arange(number) + 0.5) / number).clip(0, len(positions) - 1)]


def posterior(likelihood: Likelihood, *, seed: int = 0, steps: int | None = None, again: int = AGAIN) -> Posterior:
    """Return draws that agree with the record.

    Two sets of chains that share no draw are taken on until they agree, `again` times at most.
    """
    steps = STEPS + EACH * likelihood.emulator.space.size if steps is None else steps
    found = _drawn(likelihood, seed, steps)
    for _ in range(again):
        if found.converged:
            break
        found = _drawn(likelihood, seed, steps, found.chains[:, -1].reshape(2, -1, found.space.size), found.steps)
    return found


def _drawn(likelihood: Likelihood, seed: int, steps: int, start: Array | None = None, first: int = 0) -> Posterior:
    of = sample(likelihood.density, seed=seed, steps=steps, leading=likelihood.leading, start=start, first=first)
    return _posterior(likelihood, of, seed)


def _posterior(likelihood: Likelihood, of: Chains, seed: int) -> Posterior:
    chains = of.positions.reshape(-1, *of.positions.shape[2:])
    middles = likelihood.emulator.space.middles(chains)
    return Posterior(likelihood, chains, split_rhat(middles), effective(middles), of.accepted, of.steps, seed)


def contraction(space: Space, positions: Array) -> Array:
    """Return 1 - variance / variance over the ranges, of each factor's positions: 0 where nothing has been learnt.

    Of options it is of the chance that two draws differ. Draws in which a variant is excluded say nothing of it.
    """
    found, asked, numbers = np.zeros(space.size), space.asked(positions), space.numbers(positions)
    middles = space.middles(positions)
    for at, (factor, slices) in enumerate(zip(space.factors, space.slices.tolist(), strict=True)):
        rows = asked[:, at]
        if not rows.any():
            continue
        if factor.options:
            share = np.bincount(numbers[rows, at], minlength=slices) / rows.sum()
            found[at] = 1.0 - (1.0 - (share**2).sum()) / (1.0 - 1.0 / slices) if slices > 1 else 0.0
        else:
            prior = (1.0 - 1.0 / slices**2 if slices > 1 else 1.0) / 12.0
            found[at] = 1.0 - middles[rows, at].var() / prior
    return found


def foretold(emulator: Emulator, positions: Array, scales: Sequence[Scale] = (), *, seed: int = 0) -> Array:
    """Return what a run at each position would give, chance and misfit drawn besides, shape (rows, outputs).

    Parameters
    ----------
    scales
        Of the outputs, if these are emulated on another than their own.
    """
    size, turned = np.linalg.eigh(emulator.residual)
    luck = ndtri(uniform(seed, _LUCK, 0, len(positions), emulator.outputs))
    found = emulator.predict(positions) + (luck * np.sqrt(np.maximum(size, 0.0))) @ turned.T
    for at, scale in enumerate(scales):
        found[:, at] = scale.back(found[:, at])
    return found


def shares(emulator: Emulator, positions: Array) -> Array:
    """Return the share of draws with effects above 0, over the chance and misfit of each, shape (effects,)."""
    left = np.sqrt(np.maximum(np.diag(emulator.residual), 1e-300))
    found: Array = ndtr(emulator.predict(positions) / left).mean(axis=0)
    return found
