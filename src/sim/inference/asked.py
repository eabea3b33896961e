"""What is asked of a stored sweep: effects of an option, or levels, of one outcome; and whether its points allow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.analysis.effects import chosen, differences, statistics
from sim.analysis.pair_table import PairedSweep
from sim.analysis.selection import against
from sim.analysis.sentences import PLACES
from sim.analysis.variance_components import crossed
from sim.analysis.wording import instead, outcome_in_words
from sim.errors import Problem, UserError
from sim.experiment.designs import kind_of, kinds
from sim.inference.space import Array, Space
from sim.registry.entries import Outcome
from sim.registry.outcomes import OUTCOMES

LEAST = 100
"""Points below which nothing is said of what an outcome hangs on."""
PRIOR = "prior"
"""What tables call points that are drawn over the ranges."""
FAMILIES = 8
"""Base points or trajectories below which nothing is said."""


@dataclass(frozen=True)
class Asked:
    """One number of every pair: the effect of an option on an outcome, or the outcome's level.

    Attributes
    ----------
    lever, option, baseline
        Whose option is set against which; of a level, under which option; nothing where there is no lever.
    level
        Whether it is a level.
    values, base
        Of each pair: that number, and the level of the baseline.
    """

    lever: str
    option: str
    baseline: str
    outcome: Outcome
    scope: str
    horizon: str
    level: bool
    values: Array
    base: Array

    @property
    def labels(self) -> dict[str, str]:
        """What it is, by the names of columns of tables."""
        of = "level" if self.level else "effect"
        return {"of": of, "lever": self.lever, "option": self.option, "baseline": "" if self.level else self.baseline,
                "outcome": self.outcome.name, "scope": self.scope, "horizon": self.horizon}  # fmt: skip

    @property
    def said(self) -> str:
        """What it is, in words."""
        words = f"{outcome_in_words(self.outcome.name)} in {PLACES[self.scope]}"
        if self.level:
            return words + (f" under {self.option}" if self.option else "")
        return f"the effect of {instead(self.option, self.baseline)} on {words}"


@dataclass(frozen=True)
class Drawn:
    """A sweep whose points were drawn, with what its uncertainties were at each."""

    sweep: PairedSweep

    @cached_property
    def space(self) -> Space:
        """Its uncertainties."""
        return Space(self.sweep.experiment.uncertainties)

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The value of each uncertainty at each point."""
        return {factor.name: values for factor, values in self.sweep.pairs.uncertainties()}

    @cached_property
    def positions(self) -> Array:
        """Where the points lie."""
        return self.space.positions(self.values)

    @property
    def population(self) -> str:
        """Where its points come from, in a word or two."""
        given = self.sweep.experiment.ensemble
        return PRIOR if given is None else given.name

    @property
    def over(self) -> str:
        """Over what a share is taken, in words."""
        given = self.sweep.experiment.ensemble
        return "over the ranges" if given is None else f"over worlds calibrated on {given.given}"

    def means(self, values: Array) -> Array:
        """Return each point's mean over its replicates."""
        return self.sweep.pairs.by_point(values)[0]

    def chance(self, asked: Asked) -> tuple[float, float]:
        """Return which share of the variance is chance: of single pairs, of means over a point's replicates.

        Chance that moves all points alike is in the first, and not in the second: it parts no worlds. Not known (nan)
        where no point has two replicates.
        """
        pairs = self.sweep.pairs
        if self.sweep.experiment.accidents == "shared":
            both = crossed(pairs.table(asked.values))
            alone, apart = both.share, both.rest / (both.rest + both.points) if both.rest + both.points else np.nan
        else:
            alone = apart = float(statistics(pairs, asked.outcome, asked.values, asked.base)["chance"])
        counts = pairs.by_point(asked.values)[1]
        each = float(1.0 / (1.0 / counts[counts > 0]).mean()) if (counts > 0).any() else np.nan
        rest = apart / each + 1.0 - apart
        return alone, float(apart / each / rest) if rest > 0.0 else np.nan


def drawn(sweep: PairedSweep) -> Drawn:
    """Return a sweep as points that were drawn; UserError where they were chosen, or are too few."""
    experiment, kind = sweep.experiment, kind_of(sweep.experiment)
    where = str(sweep.path)
    if not experiment.uncertainties:
        raise UserError(Problem(where, "uncertainties", "none: nothing is drawn", "a sweep over what is not known"))
    if not kind.drawn and not kind.families:
        allowed = ", ".join(kinds(lambda one: one.drawn or one.families))
        raise UserError(Problem(where, "design", f"{experiment.design.kind}, whose points are chosen", allowed))
    sweep.require_runs()
    found = len(sweep.pairs.points) // (sweep.pairs.family if kind.families else 1)
    least = FAMILIES if kind.families else LEAST
    if found < least:
        counted = kind.counted[1] if kind.families and kind.counted else "points"
        raise UserError(Problem(where, "points", f"{found} {counted}", f"{least} or more"))
    return Drawn(sweep)


def asked(
    sweep: PairedSweep, *, outcome: str | None = None, scope: str | None = None, horizon: str | None = None,
    lever: str | None = None, option: str | None = None, levels: bool = False,
) -> list[Asked]:  # fmt: skip
    """Return what is asked: by default effects of all options of the first lever, on the first outcome, in all scopes.

    Parameters
    ----------
    levels
        Levels under each option instead of effects; without a lever there is nothing else.
    """
    experiment, found = sweep.experiment, []
    horizon = horizon or next(iter(experiment.horizons))
    columns = chosen(sweep, outcome or experiment.outcomes[0], scope, horizon)
    if not columns:
        columns = [(sweep.column(outcome or experiment.outcomes[0], scope or "nation", horizon), "", "", "")]
    compared = [one for one in experiment.levers if len(one.options) > 1]
    given = experiment.lever(lever) if compared or lever is not None else None
    for (_, name, where, when), values in zip(columns, sweep.pairs.each(*(one[0] for one in columns)), strict=True):
        entry = OUTCOMES[name]
        if given is None:
            level = values.mean(axis=1)
            found.append(Asked("", "", "", entry, where, when, True, level, level))
            continue
        baseline = given.options[0].label
        shaped = sweep.pairs.by_option(values, given).mean(axis=2)
        of = range(len(given.options)) if option is None else [given.options.index(given.option(option))]
        for number in of if levels else against(given, option):
            at, base = (shaped[:, number], shaped[:, 0]) if levels else differences(sweep.pairs, given, number, values)
            found.append(Asked(given.name, given.options[number].label, baseline, entry, where, when, levels, at, base))
    return found
