"""What rounds of runs come to: an emulator of the figures, draws that agree with them, and what these teach."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.analysis.kernels import quantile
from sim.analysis.sentences import gains
from sim.analysis.targets import Target
from sim.inference.agreement import Agreement
from sim.inference.chains import Chains, sampled
from sim.inference.emulator import Emulator, fit
from sim.inference.space import Array, Space

if TYPE_CHECKING:
    from sim.analysis.pair_table import PairedSweep
    from sim.experiment.sampling import Value

TOP = 10
"""Best known parameters that must no longer move."""
STILL, UNBIASED, MIXED = 0.05, 0.2, 1.05
"""By how much their contraction may change, by how many widths of a figure the emulator may be off, and split R-hat."""
UNLEARNED = 0.1
"""Contraction below which the record has taught nothing of a parameter."""
ENOUGH = 40.0
"""Draws that weights must at least be worth."""


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
    space, agreement, chains
        Of what is drawn; how well positions agree with the record; draws in proportion to that.
    told_rounds
        A row for each round.
    """

    space: Space
    agreement: Agreement
    chains: Chains
    told_rounds: list[dict[str, Any]]
    converged: bool = False

    @property
    def targets(self) -> list[str]:
        """Names of the figures that are scored."""
        return self.agreement.names

    @property
    def emulator(self) -> Emulator:
        """Of the figures."""
        return self.agreement.emulator

    @property
    def positions(self) -> Array:
        """Draws that agree with the record, shape (draws, factors)."""
        return self.chains.draws

    @cached_property
    def contraction(self) -> Array:
        """Part of each factor's variance that the figures take away, shape (factors,)."""
        return _contraction(self.space, self.positions)

    @cached_property
    def contraction_error(self) -> Array:
        """Standard error of the contraction, of draws as good as independent ones."""
        found: Array = (1.0 - self.contraction) * np.sqrt(2.0 / np.maximum(self.chains.effective, 2.0))
        return found

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

    def chosen(self, number: int) -> Array:
        """Return some of the draws, evenly spaced: always the same ones for a number."""
        return self.positions[np.linspace(0, len(self.positions) - 1, number).round().astype(np.int64)]

    def draws(self, number: int) -> list[dict[str, Value | None]]:
        """Return some of the draws as values of factors."""
        values = self.space.values(self.chosen(number))
        return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]

    def learned(self, effects: Sequence[Contrast], prior: Array, given: Array) -> Iterator[dict[str, float]]:
        """Yield what each effect hangs on, and its share of better draws without any figure of grade C.

        That is: how much of it the draws explain, and how much of this lies in what the record says nothing of.

        Parameters
        ----------
        prior, given
            Positions of the pairs over the ranges, and of the calibrated ones.
        """
        if not effects:
            return
        both = np.vstack([prior, given])
        outputs = np.column_stack([np.concatenate([one.prior, one.given]) for one in effects])
        emulator = fit(self.space, both, outputs)
        hidden = emulator.closed(self.contraction < UNLEARNED)
        without = self.agreement.weights(given, self.agreement.graded("C"))
        for at, one in enumerate(effects):
            yield {
                "explained": max(float(emulator.r2[at]), 0.0), "unlearned": float(hidden[at]),
                "without_c": _share(one, without)[0],
            }  # fmt: skip

    def left_out(self, effects: Sequence[Contrast], given: Array) -> Iterator[dict[str, Any]]:
        """Yield for each figure, and for all of grade C, what effects become without it, where draws are enough."""
        for name in [*self.targets, "grade C"]:
            which = self.agreement.graded("C") if name == "grade C" else [name]
            weights = self.agreement.weights(given, which)
            for one in effects if which else ():
                share, error, effective = _share(one, weights)
                shift = share - _share(one, np.ones(len(given)))[0]
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
    share = float(weights @ ((gain > 0) + (gain == 0) / 2) / total)
    return share, math.sqrt(share * (1.0 - share) / effective), effective


def _contraction(space: Space, positions: Array) -> Array:
    """Return 1 - variance of positions over that over the ranges; of choices, of the options' shares."""
    numbers, found = space.numbers(positions), np.empty(space.size)
    for at, count in enumerate(space.slices.tolist()):
        if space.factors[at].options:
            shares = np.bincount(numbers[:, at], minlength=count) / len(numbers)
            found[at] = 1.0 - (1.0 - (shares**2).sum()) / (1.0 - 1.0 / count)
        else:
            found[at] = 1.0 - 12.0 * positions[:, at].var()
    return found


def positions_of(space: Space, sweep: PairedSweep) -> Array:
    """Return where a sweep's pairs lie, shape (pairs, factors)."""
    drawn = {factor.name: sweep.pairs.repeated(values) for factor, values in sweep.pairs.uncertainties()}
    return space.positions(drawn)


def fitted(sweeps: Sequence[PairedSweep], targets: Sequence[Target], before: Fit | None) -> Fit:
    """Return what all rounds so far come to.

    Parameters
    ----------
    sweeps
        The rounds, the last one last.
    before
        What they came to without it.
    """
    space = Space(sweeps[0].experiment.uncertainties)
    names = [target.id for target in targets]
    where = [positions_of(space, sweep) for sweep in sweeps]
    gave = [np.column_stack([sweep.pairs.values(name)[:, 0] for name in names]) for sweep in sweeps]
    agreement = Agreement.learned(space, np.vstack(where), np.vstack(gave), targets)
    seed = sweeps[0].experiment.design.seed
    chains = sampled(agreement.log_density, space.size, agreement.weighty, seed=seed)
    found = Fit(space, agreement, chains, list(before.told_rounds) if before else [])
    row = {"round": len(sweeps) - 1, "points": len(where[-1]), "runs": len(where[-1]), "change": math.nan,
           "bias": math.nan, "rhat": float(chains.rhat.max()),
           "most_informed": float(found.contraction.max())}  # fmt: skip
    if before is not None:
        top = before.top()
        row["change"] = float(np.abs(found.contraction - before.contraction)[top].max())
        row["bias"] = _bias(before, where[-1], gave[-1], targets)
        found.converged = row["change"] < STILL and row["bias"] < UNBIASED and row["rhat"] < MIXED
    found.told_rounds.append(row)
    return found


def _bias(before: Fit, where: Array, gave: Array, targets: Sequence[Target]) -> float:
    """Return by how many widths of a figure the emulator before was off in the calibrated part of a round, at most."""
    mine = before.chosen(len(where)).shape[0] * 4 // 5
    away = (gave - before.emulator.predict(where))[:mine]
    found = [
        abs(float(np.nanmean(column[np.isfinite(column)]))) / width(target)
        for column, target in zip(away.T, targets, strict=True) if np.isfinite(column).any()
    ]  # fmt: skip
    return max(found, default=0.0)


def width(target: Target) -> float:
    """Return a figure's own standard deviation, the mean of both sides."""
    if target.count and target.exposure:
        return math.sqrt(target.count) / target.exposure
    return max((target.high - target.low) / 2.0 / quantile(target), 1e-12)
