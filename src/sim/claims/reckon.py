"""The numbers of a claim in one population: of every draw, out of the stored sweeps of its worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from sim.analysis.kernels import LOGARITHMIC, ONE_SIDED, compared, log_kernels, weights
from sim.analysis.sweep import Sweep
from sim.analysis.targets import Target
from sim.claims import expressions, rules
from sim.claims.claim import Claim, Estimand, Quantity
from sim.claims.populations import Population
from sim.claims.worlds import Wanted, WorldSweep, horizon_name
from sim.data.tables import load
from sim.experiment.horizons import YEARS, Horizon, measured
from sim.experiment.smallest_effect import Smallest
from sim.inference.asked import Drawn, drawn
from sim.inference.shares import again
from sim.scenario.schema import month_name, month_number

Array = NDArray[np.float64]
Opened = Callable[[Population, WorldSweep], Sweep]
"""Returns the stored sweep of a world in a population."""
PLANTED = 60
"""Runs of the planted world that are taken for records."""
RESAMPLES = 200
"""Of draws, for what is a number of all draws together: slopes, evidence."""


@cache
def places() -> Mapping[str, int]:
    """Return how many guberniias of 1923 each class has: by these, several classes are taken together."""
    classes = [str(row["unit_class"]) for row in load("guberniia") if row["exists_1923"]]
    return {name: classes.count(name) for name in sorted(set(classes))}


@dataclass(frozen=True, eq=False)
class Reckoned:
    """An estimand in one population.

    Attributes
    ----------
    values, base
        Of every pair of a draw and a replicate: the number, and the level of what stands last in the expression.
    means
        Of every draw; of what is a number of all draws together, of every resample.
    smallest
        The smallest effect of interest.
    sweep
        The sweep whose draws and factors these are.
    sweeps
        Names of all sweeps that it rests on.
    power
        What records made in the planted world would have shown, if there is one.
    """

    values: Array
    base: Array
    means: Array
    smallest: float
    draws: int
    sweep: Sweep
    sweeps: tuple[str, ...]
    power: float = np.inf

    @cached_property
    def points(self) -> Drawn:
        """The draws as points; refused where they are too few to say anything of what a number hangs on."""
        return drawn(self.sweep)


@dataclass
class Reader:
    """Reads the numbers of claims in one population."""

    population: Population
    wanted: Wanted
    opened: Opened
    _levels: dict[tuple[str, str, str, str], Array] = field(default_factory=dict)

    def sweep(self, claim: Claim, world: str) -> Sweep:
        """Return the sweep of a claim's world."""
        return self.opened(self.population, self.wanted.sweep(claim, world))

    def reckoned(self, claim: Claim, estimand: Estimand) -> Reckoned:
        """Return an estimand's numbers."""
        wants = [self.wanted.sweep(claim, name) for name in estimand.worlds]
        sweeps = [self.opened(self.population, one) for one in wants]
        # the one in which most is drawn: what a world sets is not among its factors
        main = max(sweeps, key=lambda one: len(one.experiment.uncertainties))
        names = tuple(f"{self.population.name}/{one.name}" for one in wants)
        said = estimand.said
        if said.figures:
            values = self._evidence(claim, estimand, main, compared())
            power = self._power(claim, estimand, main) if said.planted else np.inf
            count = len(main.pairs.points)
            return Reckoned(values, values, values, said.smallest or 1.0, count, main, names, power)
        quantities = self.quantities(claim, estimand)
        used = expressions.names(said.value)
        values = expressions.evaluate(said.value, quantities)
        base = np.where(np.isfinite(values), quantities[used[-1]], np.nan)
        means = main.pairs.by_point(values)[0]
        if said.claimed == "signs":
            terms = {name: main.pairs.by_point(quantities[name])[0] for name in said.signs}
            rows = [again(number, len(means)) for number in range(RESAMPLES)]
            found = rules.signs(means, terms, said.signs, rows)
            return Reckoned(values, base, found, 0.5, int(np.isfinite(means).sum()), main, names)
        return Reckoned(values, base, means, self._smallest(estimand, base), int(np.isfinite(means).sum()), main, names)

    def _smallest(self, estimand: Estimand, base: Array) -> float:
        """Return the smallest effect of interest: the claim's, or the outcome's own."""
        if estimand.said.smallest is not None or estimand.outcome is None:
            return estimand.said.smallest or 0.0
        known = base[np.isfinite(base)]
        return float(Smallest().of(estimand.outcome, known.mean() if len(known) else 0.0))

    def quantities(self, claim: Claim, estimand: Estimand) -> dict[str, Array]:
        """Return what each name of an estimand is in every pair."""
        found: dict[str, Array] = {}
        grown: dict[tuple[tuple[str, ...], str], dict[str, Quantity]] = {}
        for name, one in estimand.quantities.items():
            outcome = next(one.columns())[0]
            if outcome == one.outcome:
                found[name] = self.level(claim, one, one.outcome, one.horizon)
            else:
                grown.setdefault((one.scopes, one.horizon), {})[name] = one
        for some in grown.values():
            found |= self._months_of_growth(claim, some)
        return found

    def level(self, claim: Claim, one: Quantity, outcome: str, horizon: str) -> Array:
        """Return an outcome of a world in every pair: of several classes the mean over their places."""
        sweep = self.sweep(claim, one.world)
        key = (sweep.path.name, outcome, horizon, " ".join(one.scopes))
        if key not in self._levels:
            columns = [sweep.column(outcome, scope, horizon_name(horizon)) for scope in one.scopes]
            several = np.stack([values[:, 0] for values in sweep.pairs.each(*columns)])
            counts = [places().get(scope, 1) for scope in one.scopes]
            self._levels[key] = np.average(several, axis=0, weights=counts)
        return self._levels[key]

    def _months_of_growth(self, claim: Claim, some: Mapping[str, Quantity]) -> dict[str, Array]:
        """Return recovery in months of growth, as `measured` has it of the worlds that are set side by side."""
        first = next(iter(some.values()))
        last = month_number(first.span[1])
        months = [month_name(number) for number in range(last - 12 * YEARS, last + 1)]
        ends = [[self.level(claim, one, outcome, horizon) for one in some.values()]
                for outcome, horizon in (("recovery", months[0]), ("recovery", months[-1]))]  # fmt: skip
        series = np.full((len(months), len(ends[0][0]), len(some), 1), np.nan)
        for month, worlds in zip((0, -1), ends, strict=True):
            series[month, :, :, 0] = np.stack(worlds, axis=-1)
        found = measured(series, [Horizon(months[-1], months[-1])], months, outcomes=[first.outcome])[0, :, :, 0]
        return {name: found[:, at] for at, name in enumerate(some)}

    def _evidence(
        self, claim: Claim, estimand: Estimand, main: Sweep, targets: Mapping[str, Target], *, whole: bool = False
    ) -> Array:
        """Return the value of an estimand of worlds' evidence, of every resample of draws, or of the whole alone."""
        count = len(main.pairs.points)
        rows = [np.arange(count)] if whole else [again(number, count) for number in range(RESAMPLES)]
        counted = weights(estimand.said.figures)
        found = {}
        for name in expressions.names(estimand.said.value):
            world = estimand.quantities[name].world
            given = self._given(claim, world, tuple(counted))
            total = sum(counted[figure] * log_kernels(targets[figure], values)
                        for figure, values in zip(counted, given.T, strict=True))  # fmt: skip
            top = float(np.nanmax(total, initial=-1e300))
            likely = self.sweep(claim, world).pairs.by_point(np.exp(total - top))[0]
            with np.errstate(divide="ignore"):
                found[name] = rules.evidence(np.log(likely) + top, rows)
        return expressions.evaluate(estimand.said.value, found)

    def _given(self, claim: Claim, world: str, figures: tuple[str, ...]) -> Array:
        """Return what every pair of a world gave for figures, shape (pairs, figures)."""
        sweep = self.sweep(claim, world)
        key = (sweep.path.name, "", "", " ".join(figures))
        if key not in self._levels:
            self._levels[key] = sweep.pairs.baseline(*figures)
        return self._levels[key]

    def _power(self, claim: Claim, estimand: Estimand, main: Sweep) -> float:
        """Return the median difference that records made in the planted world would have shown."""
        counted = weights(estimand.said.figures)
        made = self._given(claim, str(estimand.said.planted), tuple(counted))
        found = []
        for row in made[np.isfinite(made).all(axis=1)][:PLANTED]:
            moved = {name: _moved(compared()[name], float(value)) for name, value in zip(counted, row, strict=True)}
            found.append(self._evidence(claim, estimand, main, moved, whole=True)[0])
        known = [value for value in found if np.isfinite(value)]
        return float(np.median(known)) if known else 0.0


def _moved(target: Target, value: float) -> Target:
    """Return a recorded figure as it would have been had a run's value been recorded, its band as wide."""
    if target.id in LOGARITHMIC and value > 0.0:
        by = value / target.value
        return replace(target, value=value, low=target.low * by, high=target.high * by)
    if target.id in ONE_SIDED or target.count is not None:
        return target  # recorded as nothing, or counted: no other record of the same kind is made up
    return replace(target, value=value, low=target.low + value - target.value, high=target.high + value - target.value)
