"""What rounds of runs come to: an emulator of the figures, draws that agree with them, and what these teach."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.sentences import gains
from sim.analysis.targets import Target
from sim.experiment.draws import STEPS
from sim.inference.coverage import Coverage, coverage
from sim.inference.emulator import Emulator, fit
from sim.inference.likelihood import Likelihood, likelihood
from sim.inference.posterior import AGREE, UNLEARNED, Posterior, posterior, shares
from sim.inference.space import Array, Space

if TYPE_CHECKING:
    from sim.analysis.pair_table import PairedSweep
    from sim.experiment.sampling import Value

TOP = 10
"""Best known parameters that must no longer move."""
STILL, UNBIASED = 0.05, 0.2
"""By how much their contraction may change, and by how many widths of a figure's kernel the emulator may be off."""
KNOWN = 200
"""Known worlds of each kind by which intervals are checked."""
CHECKED = 500
"""Steps of the chains that look for each of these: of 50 of them 1,000 hold .007 more of what is true."""
LITTLE = 0.1
"""Share of an effect's variance below which what an emulator explains of it is too little to be parted."""
ALL_C = "grade C"
"""What is left out where all figures of grade C are."""
ENOUGH = 40.0
"""Draws that weights must at least be worth."""


class Round(NamedTuple):
    """What a fit needs of a round of runs: where its pairs lie, and what each gave for figures by their names."""

    positions: Array
    gave: Mapping[str, Array]

    @classmethod
    def of(cls, space: Space, sweep: PairedSweep, names: Sequence[str]) -> Round:
        """Read it; nothing of the sweep is kept in memory."""
        return cls(positions_of(space, sweep), dict(zip(names, sweep.pairs.baseline(*names).T, strict=True)))


class Contrast(NamedTuple):
    """An effect: which, and its value at each pair over the ranges and of calibrated draws; nan where undefined."""

    labels: dict[str, Any]
    prior: Array
    given: Array
    smallest: float


@dataclass
class Fit:
    """An emulator of figures on all rounds so far, and draws that agree with them.

    Attributes
    ----------
    space, posterior
        Of what is drawn; draws that agree with the record, with what they agree with.
    told_rounds
        A row for each round.
    """

    space: Space
    posterior: Posterior
    told_rounds: list[dict[str, Any]]
    converged: bool = False

    @property
    def likelihood(self) -> Likelihood:
        """How likely the record is at positions."""
        return self.posterior.likelihood

    @property
    def targets(self) -> list[str]:
        """Names of the figures that are scored."""
        return self.likelihood.names

    @property
    def emulator(self) -> Emulator:
        """Of the figures, on their scales."""
        return self.likelihood.emulator

    @property
    def positions(self) -> Array:
        """Draws that agree with the record, shape (draws, factors)."""
        return self.posterior.positions

    @cached_property
    def contraction(self) -> Array:
        """Part of each factor's variance that the figures take away, shape (factors,)."""
        return self.posterior.contraction[0]

    @cached_property
    def contraction_error(self) -> Array:
        """Standard error of the contraction."""
        return self.posterior.contraction[1]

    def top(self) -> list[int]:
        """Return the best known factors, those first of which most is learned."""
        return [int(at) for at in np.argsort(-self.contraction, kind="stable")[:TOP]]

    @property
    def told(self) -> str:
        """What the last round has changed, in a sentence."""
        row = self.told_rounds[-1]
        known = ", ".join(f"{self.space.names[at]} {self.contraction[at]:.2f}" for at in self.top()[:5])
        changed = "" if math.isnan(row["change"]) else (
            f"; moved by {row['change']:.2f} at most, emulator off by {row['bias']:.2f} widths")  # fmt: skip
        return (f"round {row['round']}: {row['points']:,} points; learned most of {known}{changed}; "
                f"R-hat {row['rhat']:.3f}")  # fmt: skip

    def known(self, sweep: PairedSweep, worlds: int = KNOWN) -> NDArray[np.int64]:
        """Return which of a sweep's pairs are known worlds: the first, of those that give every figure."""
        if {factor.name for factor in sweep.experiment.uncertainties} != set(self.space.names):
            return np.empty(0, np.int64)
        found: NDArray[np.int64] = np.flatnonzero(np.isfinite(sweep.pairs.baseline(*self.targets)).all(axis=1))[:worlds]
        return found

    def covered(
        self, sweep: PairedSweep, known: NDArray[np.int64], effects: Sequence[Emulator], had: Array
    ) -> Coverage:
        """Return how often nine intervals in ten hold the truth, of parameters and effects of worlds that are known.

        Each of these pairs, which the emulators have not seen, is given a record of its own and looked for.

        Parameters
        ----------
        effects, had
            For each known world an emulator of effects, such as has not seen it, and what they were there.
        """
        gave, truths = sweep.pairs.baseline(*self.targets)[known], positions_of(self.space, sweep)[known]
        return coverage(self.likelihood, truths, gave, effects=effects, had=had, seed=self.posterior.seed,
                        steps=CHECKED)  # fmt: skip

    def chosen(self, number: int) -> Array:
        """Return some of the draws, evenly spaced, in whole parts of a way: a page can be sent these, see `Draws`."""
        found: Array = np.floor(self.posterior.some(number) * STEPS) / STEPS
        return found

    def draws(self, number: int) -> list[dict[str, Value | None]]:
        """Return some of the draws as values of factors."""
        values = self.space.values(self.chosen(number))
        return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]

    def learned(self, emulator: Emulator) -> Iterator[dict[str, float]]:
        """Yield what each effect hangs on: how much of it draws explain, and how much of this the record leaves open.

        The second is nan where the first is next to nothing. The emulator is that of `emulated`.
        """
        hidden = emulator.closed(self.contraction < UNLEARNED)
        for seen, part in zip(emulator.r2.tolist(), hidden.tolist(), strict=True):
            yield {"explained": max(seen, 0.0), "unlearned": part if seen >= LITTLE else math.nan}

    def emulated(self, effects: Sequence[Contrast], prior: Array, given: Array, *, parts: bool = False) -> Emulator:
        """Return the emulator of effects, so turned that better is more.

        Parameters
        ----------
        prior, given
            Positions of the pairs over the ranges, and of the calibrated ones.
        parts
            Whether emulators without each part of the pairs are kept, too.
        """
        both = (np.concatenate([one.prior, one.given]) for one in effects)
        return fit(self.space, np.vstack([prior, given]), np.column_stack([
            gains(one.labels["outcome"], values) for one, values in zip(effects, both, strict=True)
        ]), parts=parts)  # fmt: skip

    def left_out(self, effects: Sequence[Contrast], emulator: Emulator, given: Array) -> Iterator[dict[str, Any]]:
        """Yield for each figure, and for all of grade C, what effects become without it.

        By the calibrated runs, weighted, where the weights are worth enough of them; else by draws that agree with the
        record without it, and the effects' emulator.
        """
        before = [_share(one, np.ones(len(given))) for one in effects]
        for name in [*self.targets, ALL_C]:
            which = self.likelihood.graded("C") if name == ALL_C else [name]
            if not which:
                continue
            weights, moved = self.likelihood.weights(given, which), None
            for at, one in enumerate(effects):
                share, error, effective = _share(one, weights)
                shift = share - before[at][0]
                if math.isnan(share) and not math.isnan(before[at][0]):
                    if moved is None:
                        other = self.posterior.without(which)
                        value, chance = other.estimate(lambda at: shares(emulator, at))
                        moved = value - shares(emulator, self.positions), chance
                    shift, error = float(moved[0][at]), math.hypot(before[at][1], float(moved[1][at]))
                    share = min(max(before[at][0] + shift, 0.0), 1.0)
                yield {**{key: one.labels[key] for key in ("lever", "option", "outcome", "scope", "horizon")},
                       "left_out": name, "given_better": share, "shift": shift, "error": error,
                       "effective": effective}  # fmt: skip


def _share(one: Contrast, weights: Array) -> tuple[float, float, float]:
    """Return the weighted share of better draws, its standard error, and of how many draws weights are worth.

    nan where they are worth too few.
    """
    known = np.isfinite(one.given)
    gain, weights = gains(one.labels["outcome"], one.given[known]), weights[known]
    total = weights.sum()
    effective = float(total * total / (weights @ weights)) if total > 0.0 else 0.0
    if effective < min(ENOUGH, 0.5 * len(gain)) or not len(gain):
        return math.nan, math.nan, effective
    # two sums of the same weights can differ in the last bit, and a share be a bit over 1
    share = min(float(weights @ ((gain > 0) + (gain == 0) / 2) / total), 1.0)
    return share, math.sqrt(share * (1.0 - share) / effective), effective


def positions_of(space: Space, sweep: PairedSweep) -> Array:
    """Return where a sweep's pairs lie, shape (pairs, factors)."""
    drawn = {factor.name: sweep.pairs.repeated(values) for factor, values in sweep.pairs.uncertainties()}
    return space.positions(drawn)


def fitted(space: Space, rounds: Sequence[Round], targets: Sequence[Target], before: Fit | None, seed: int) -> Fit:
    """Return what all rounds so far come to.

    Parameters
    ----------
    rounds
        The last one last.
    before
        What they came to without it.
    """
    names = [target.id for target in targets]
    *_, (last, gave) = rounds
    outputs = {name: np.concatenate([one.gave[name] for one in rounds]) for name in names}
    likely = likelihood(space, np.vstack([one.positions for one in rounds]), outputs, targets)
    found = Fit(space, posterior(likely, seed=seed), list(before.told_rounds) if before else [])
    row = {"round": len(rounds) - 1, "points": len(last), "runs": len(last), "change": math.nan,
           "bias": math.nan, "rhat": float(found.posterior.rhat.max()),
           "most_informed": float(found.contraction.max())}  # fmt: skip
    if before is not None:
        top = before.top()
        row["change"] = float(np.abs(found.contraction - before.contraction)[top].max())
        row["bias"] = _bias(before, last, np.column_stack([gave[name] for name in before.targets]))
        found.converged = row["change"] < STILL and row["bias"] < UNBIASED and row["rhat"] < AGREE
    found.told_rounds.append(row)
    return found


def _bias(before: Fit, where: Array, gave: Array) -> float:
    """Return by how much the emulator before was off, on the mean, in the calibrated part of a round, at most.

    In standard deviations of a figure's kernel as it is scored, averaged over what the emulator leaves.
    """
    left = np.sqrt(np.diag(before.emulator.residual))
    mine = len(where) * 4 // 5
    said = before.emulator.predict(where[:mine])
    found = []
    for figure, column, means, rest in zip(before.likelihood.figures, gave.T, said.T, left.tolist(), strict=True):
        away = figure.scale.forward(column[:mine]) - means
        if np.isfinite(away).any():
            found.append(abs(float(away[np.isfinite(away)].mean())) / math.hypot(figure.width, rest))
    return max(found, default=0.0)
