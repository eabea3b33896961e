"""Whether intervals hold what they should: worlds that are known, with a record of their own, are looked for again.

Each known world gets figures as they might have been recorded: what its run gave, with an error as wide as the recorded
figure's. Draws that agree with these should hold the world's own position in their middle 90 per cent nine times in 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from sim.analysis.kernels import LOGARITHMIC, deviations, quantile
from sim.analysis.targets import Target
from sim.inference.chains import sample, uniform
from sim.inference.emulator import Emulator
from sim.inference.likelihood import Figure, Likelihood, density
from sim.inference.posterior import foretold
from sim.inference.space import Array

LEVEL = 0.9
CHAINS, STEPS, EACH = 16, 1000, 20
"""Of each known world, and steps besides for each factor."""
TOGETHER = 25
"""Known worlds that are looked for together: what their draws and tables take in memory."""
COARSE = 2**10
"""Of the line along which their kernels are averaged: with four times as many intervals hold the same share to .001."""
_ERRORS = 31  # what is drawn, in the address of a draw


@dataclass(frozen=True)
class Coverage:
    """How often intervals of `LEVEL` held the truth.

    Attributes
    ----------
    factors
        Of each factor that is a number; nan for choices.
    effects
        Of each effect.
    truths
        How many known worlds there were.
    """

    factors: Array
    effects: Array
    truths: int

    @property
    def mean(self) -> float | None:
        """Of all numbers; none where only choices are drawn."""
        return float(np.nanmean(self.factors)) if np.isfinite(self.factors).any() else None

    @property
    def error(self) -> float:
        """Standard error of one of the shares, were it `LEVEL`."""
        return float(np.sqrt(LEVEL * (1.0 - LEVEL) / self.truths))


def coverage(
    likelihood: Likelihood, truths: Array, gave: Array | None = None, *, effects: Sequence[Emulator] = (),
    had: Array | None = None, seed: int = 0, steps: int | None = None, chains: int = CHAINS,
) -> Coverage:  # fmt: skip
    """Return how often intervals hold what is known.

    Parameters
    ----------
    truths
        Positions of the known worlds, shape (truths, factors): over the ranges, or draws that agree with the record.
    gave
        What their runs gave for the figures, as it is recorded, shape (truths, figures): runs that the emulator has not
        seen. Without it they are foretold by the emulator, which is then not put to the test.
    effects
        For each known world an emulator of effects, such as has not seen it.
    had
        What these effects were in the known worlds; foretold without it.
    """
    space = likelihood.emulator.space
    scales = [figure.scale for figure in likelihood.figures]
    given = foretold(likelihood.emulator, truths, scales, seed=seed) if gave is None else gave
    luck = uniform(seed, _ERRORS, 0, *given.shape)
    steps = STEPS + EACH * space.size if steps is None else steps
    number = np.array([not factor.options for factor in space.factors])
    if had is None and effects:
        had = np.vstack([foretold(one, at[None], seed=seed + 3 + row) for row, (one, at) in enumerate(zip(
            effects, truths, strict=True))])  # fmt: skip
    held, found = [], []
    for first in range(0, len(truths), TOGETHER):
        some = slice(first, first + TOGETHER)
        records = zip(given[some].tolist(), luck[some].tolist(), strict=True)
        of = sample(density([_recorded(likelihood, *row) for row in records]), seed=seed + first, steps=steps,
                    groups=len(truths[some]), chains=chains, leading=likelihood.leading)  # fmt: skip
        draws = of.positions.reshape(len(truths[some]), -1, space.size)
        held.append(np.where(number, _held(draws, truths[some]), np.nan))
        if effects and had is not None:
            found.append(_held(np.stack([
                foretold(one, at, seed=seed + 2) for one, at in zip(effects[some], draws, strict=True)
            ]), had[some]))  # fmt: skip
        del of, draws  # before the next are made
    told = np.concatenate(found).mean(axis=0) if found else np.empty(0)
    return Coverage(np.concatenate(held).mean(axis=0), told, len(truths))


def _recorded(likelihood: Likelihood, gave: Sequence[float], luck: Sequence[float]) -> Likelihood:
    """Return the likelihood of the figures as they might have been recorded of one world."""
    each = zip(likelihood.figures, gave, luck, strict=True)
    figures = tuple(replace(figure, target=recorded(figure, *of)) for figure, *of in each)
    return replace(likelihood, figures=figures, steps=COARSE)


def _held(draws: Array, truths: Array) -> Array:
    edges = (1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0
    low, high = np.stack([np.quantile(each, edges, axis=0) for each in draws], axis=1)  # one at a time: it copies
    found: Array = ((truths >= low) & (truths <= high)).astype(np.float64)
    return found


def recorded(figure: Figure, value: float, luck: float) -> Target:
    """Return the figure as it might have been recorded of a run that gave a value; `luck` from 0 to 1 decides.

    The errors are those under which its kernel is the likelihood. What is recorded as nothing is taken for a figure
    with an error on both sides.
    """
    target, wide = figure.target, 1.0 / np.sqrt(figure.weight)
    if target.count is not None and target.exposure is not None:
        events = max(value * target.exposure, 0.5)
        count = max(events + wide * float(ndtri(luck)) * events**0.5, 0.5)
        return replace(target, count=count, value=count / target.exposure)
    below, above = deviations(target)
    below = below or above
    name = target.id if target.id in LOGARITHMIC else f"like {target.id}"
    # a value above the figure is as likely as the figure's upper side says: so its error below is that wide
    share = above / (above + below)
    normal = float(ndtri(0.5 * luck / share)) * above if luck < share else -float(ndtri(
        0.5 * (1.0 - luck) / (1.0 - share))) * below  # fmt: skip
    middle = (float(np.log(max(value, 1e-9))) if target.id in LOGARITHMIC else value) + wide * normal
    edges = np.array([middle, middle - below * quantile(target), middle + above * quantile(target)])
    middle, low, high = (np.exp(edges) if target.id in LOGARITHMIC else edges).tolist()
    return replace(target, id=name, value=middle, low=low, high=high)
