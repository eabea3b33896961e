"""When the time would have been right: rules by which paired differences of single places become shares and dates.

Nothing here runs a world: `sim.runner.readiness` makes the differences. The rules stand in docs/readiness.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.registry.outcomes import OUTCOMES
from sim.registry.readiness import MEASURES, UNILATERAL, UNIVERSAL

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

MONTHS = 36
"""Months over which a switch is judged."""
LAST = "1926-07"
"""The last half-year on which dates rest."""
LEVELS = (0.5, 0.8)
"""Shares of draws from which a time counts as right."""
ERRORS = 2.0
"""Standard errors by which shares are moved to see which dates are sure."""
FOLDS = 10
"""Parts of the draws that are left out in turn, to see how sure the frontier is."""
KEYS = ["population", "scheme", "half", "place"]
TERMS = ("literacy", "bench", "threat")


class Half(NamedTuple):
    """A half-year from which on there is election: its first month, the last month that is looked at."""

    date: str
    last: str
    counted: bool  #: whether dates rest on it


def better_by(effects: Floats, measure: str) -> Floats:
    """Return differences so that more is better."""
    return -effects if OUTCOMES[measure].better == "lower" else effects


def smallest(measure: str) -> float:
    """Return the smallest effect of interest."""
    found = OUTCOMES[measure].smallest
    assert found is not None
    return found


def shares(effects: pd.DataFrame) -> pd.DataFrame:
    """Return for each place, half-year, scheme, population and measure in which share of draws it does no worse.

    Parameters
    ----------
    effects
        A row for each draw with `KEYS`, ``unit_class``, ``later``, and a column for each measure: election minus what
        happened, nan where one of the two failed.

    Returns
    -------
    table
        ``share`` (no worse), ``better`` (by more than the smallest effect), ``even`` (what the share would be if
        differences beyond it were as often for as against), ``mean`` (of the differences), ``draws``.
    """
    import pandas as pd

    found = []
    groups = [*KEYS, "unit_class", "later"]
    for measure in MEASURES:
        gain = better_by(effects[measure].to_numpy(), measure)
        known = np.isfinite(gain)
        least = smallest(measure)
        table = effects.loc[known, groups].assign(
            measure=measure, share=gain[known] >= -least, better=gain[known] > least, mean=effects[measure][known],
        )  # fmt: skip
        grouped = table.groupby([*groups, "measure"], sort=False, observed=True)
        rows = grouped[["share", "better", "mean"]].mean()
        rows["draws"] = grouped.size()
        found.append(rows.reset_index())
    rows = pd.concat(found, ignore_index=True)
    rows["even"] = 0.5 * (1.0 + rows["share"] - rows["better"])
    return rows[[*groups, "measure", "share", "better", "even", "mean", "draws"]]


def date(halves: Sequence[str], found: Floats, level: float) -> str | None:
    """Return the first half-year from which on a share is at least so much in every later one; None if there is none.

    Parameters
    ----------
    halves
        In the order of time.
    """
    first = None
    for half, share in zip(reversed(halves), reversed(found.tolist()), strict=True):
        if not share >= level - 1e-9:  # a share that is not known is none; .8 of 35 draws is .8
            break
        first = half
    return first


def dates(rows: pd.DataFrame) -> pd.DataFrame:
    """Return for each place, scheme, population and measure its dates at each level, surely, and perhaps."""
    import pandas as pd

    counted = rows[~rows["later"]].sort_values("half", kind="stable")
    found = []
    keys = ["population", "scheme", "measure", "place", "unit_class"]
    for key, one in counted.groupby(keys, sort=False, observed=True):
        share, halves = one["share"].to_numpy(), one["half"].tolist()
        margin = ERRORS * error(share, one["draws"].to_numpy())
        row = dict(zip(keys, key, strict=True))
        for level in LEVELS:
            name = f"at_{level * 100:.0f}"
            row[name] = date(halves, share, level)
            row[f"{name}_surely"] = date(halves, share - margin, level)
            row[f"{name}_perhaps"] = date(halves, share + margin, level)
        found.append(row)
    return pd.DataFrame(found)


def error(share: Floats, draws: Floats) -> Floats:
    """Return the standard error of a share; of one at an end of the scale what one draw more would make of it."""
    near = (share * draws + 1.0) / (draws + 2.0)
    return np.sqrt(near * (1.0 - near) / draws)


def counts(effects: pd.DataFrame, measure: str) -> tuple[Floats, Floats, pd.MultiIndex]:
    """Return how many of how many draws do no worse, shape (folds, cells), and the cells as half-year and place."""
    gain = better_by(effects[measure].to_numpy(), measure)
    known = np.isfinite(gain)
    table = effects.loc[known, ["half", "place"]].assign(
        fold=effects["point"][known] % FOLDS, yes=gain[known] >= -smallest(measure))  # fmt: skip
    grouped = table.groupby(["half", "place", "fold"], sort=True)["yes"]
    yes, of = (each.unstack("fold", fill_value=0) for each in (grouped.sum(), grouped.size()))
    return yes.to_numpy(float).T, of.to_numpy(float).T, yes.index


@dataclass(frozen=True)
class Frontier:
    """Where shares cross one half: the logit of a share as a plane in what is known of place and time.

    Attributes
    ----------
    constant, slopes
        Of the plane; slopes by `TERMS`.
    low, high
        Of the slopes, two standard errors to either side.
    typical
        The median of each term over cells.
    explained
        Part of the deviance.
    cells
        Places times half-years.
    """

    constant: float
    slopes: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    typical: tuple[float, ...]
    explained: float
    cells: int

    def literacy(self, bench: float, threat: float) -> float:
        """Return the literacy at which the share is one half; beyond 0 and 1 where it is nowhere."""
        slope, *others = self.slopes
        rest = self.constant + sum(each * value for each, value in zip(others, (bench, threat), strict=True))
        return -rest / slope if slope else float("nan")


def frontier(no_worse: Floats, draws: Floats, terms: Floats) -> Frontier:
    """Fit the frontier.

    Parameters
    ----------
    no_worse, draws
        How many of how many draws do no worse: shape (folds, cells); the folds are parts of the draws.
    terms
        Shape (cells, terms).
    """
    whole = _logistic(no_worse.sum(axis=0), draws.sum(axis=0), terms)
    left = [
        _logistic(np.delete(no_worse, fold, 0).sum(axis=0), np.delete(draws, fold, 0).sum(axis=0), terms)[1:]
        for fold in range(len(draws))
    ]
    n = len(left)
    spread = np.sqrt((n - 1) / n * np.square(left - np.mean(left, axis=0)).sum(axis=0)) if n > 1 else np.nan
    return Frontier(
        float(whole[0]), tuple(whole[1:].tolist()), tuple((whole[1:] - ERRORS * spread).tolist()),
        tuple((whole[1:] + ERRORS * spread).tolist()), tuple(np.median(terms, axis=0).tolist()),
        _explained(no_worse.sum(axis=0), draws.sum(axis=0), terms, whole), len(terms),
    )  # fmt: skip


def _logistic(yes: Floats, of: Floats, terms: Floats) -> Floats:
    """Return constant and slopes of a logistic regression of counts, by Newton's method.

    Half a yes and half a no are added to each cell, so that cells where all draws agree give no endless slope.
    """
    centre, width = terms.mean(axis=0), terms.std(axis=0)
    same = np.ptp(terms, axis=0) == 0.0
    centre, width = np.where(same, terms[0], centre), np.where(same, 1.0, width)
    x = np.column_stack([np.ones(len(terms)), (terms - centre) / width])
    yes, of = yes + 0.5, of + 1.0
    found = np.zeros(x.shape[1])
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-x @ found))
        weight = of * chance * (1.0 - chance)
        # a term that is the same everywhere has no slope: the shortest solution gives it none
        step = np.linalg.lstsq((x * weight[:, None]).T @ x, x.T @ (yes - of * chance), rcond=1e-10)[0]
        found += step
        if np.abs(step).max() < 1e-10:
            break
    slopes = found[1:] / width
    return np.concatenate([[found[0] - slopes @ centre], slopes])


def _explained(yes: Floats, of: Floats, terms: Floats, plane: Floats) -> float:
    """Return the part of the deviance that the plane explains; none where cells do not differ."""
    def deviance(chance: Floats) -> float:
        share = (yes + 0.5) / (of + 1.0)
        return float((of * (share * np.log(share / chance) + (1 - share) * np.log((1 - share) / (1 - chance)))).sum())

    mean = np.full(len(of), (yes + 0.5).sum() / (of + 1.0).sum())
    whole = deviance(mean)
    told = deviance(1.0 / (1.0 + np.exp(-plane[0] - terms @ plane[1:])))
    return 1.0 - told / whole if whole > 0.0 else float("nan")


def answer(rows: pd.DataFrame, when: pd.DataFrame, population: str, given: str) -> list[str]:
    """Return when the time would have been right, in three sentences that follow from the tables by rule."""
    of = (rows["population"] == population) & (rows["measure"] == MEASURES[0])
    here = when[(when["population"] == population) & (when["measure"] == MEASURES[0])]
    everywhere = here[here["scheme"] == UNIVERSAL]
    draws = int(rows.loc[of, "draws"].max())
    number = len(everywhere)
    counted = rows.loc[~rows["later"], "half"]
    found = known(everywhere, "at_50")
    first = (
        f"Begun everywhere, from some half-year between {counted.min()} and {counted.max()} on, election would have "
        f"done the economy no harm over the next three years in {found} of {number} guberniias, in at least half of "
        f"{draws} worlds {given}, and in {known(everywhere, 'at_80')} in at least four of five."
    )
    other = when[(when["population"] == population) & (when["measure"] == "open_skloki")
                 & (when["scheme"] == UNIVERSAL)]  # fmt: skip
    now = rows[of & (rows["scheme"] == UNIVERSAL) & ~rows["later"]]
    does, even = 100 * now["share"].mean(), 100 * now["even"].mean()
    more = does - even
    second = (
        f"How sure: no harm is no gain, and much of it is luck. On average a guberniia does no worse in {does:.0f} of "
        f"100 worlds; if differences fell as often for election as against it, it would in {even:.0f}, so that only "
        f"{abs(more):.0f} of 100 speak {'for' if more >= 0 else 'against'} it. Of the {found} guberniias "
        f"{known(everywhere, 'at_50_surely')} would stay were every share two standard errors lower; were it two "
        f"higher, there would be {known(everywhere, 'at_50_perhaps')}."
    )
    alone = here[here["scheme"] == UNILATERAL]
    there = f"; each electing alone, {known(alone, 'at_50')} ({_classes(alone, 'at_50')})" if len(alone) else ""
    third = (
        f"In numbers: {found} of {number} have such a half-year ({_years(everywhere, 'at_50')}), {number - found} have "
        f"none for good; by class, {_classes(everywhere, 'at_50')}{there}; by open skloki, looked at apart, "
        f"{known(other, 'at_50')} of {number} in half of the worlds and {known(other, 'at_80')} in four of five."
    )
    return [first, second, third]


def known(table: pd.DataFrame, column: str) -> int:
    """Return how many places have a date."""
    return int(table[column].notna().sum())


def _years(table: pd.DataFrame, column: str) -> str:
    """Return from which years on how many places have a date."""
    counted = table[column].dropna().str[:4].value_counts().sort_index()
    return ", ".join(f"{number} from {year}" for year, number in counted.items()) or "none"


def _classes(table: pd.DataFrame, column: str) -> str:
    """Return how many of how many places of each class have a date."""
    grouped = table.groupby("unit_class", sort=False, observed=True)[column]
    return ", ".join(f"{known_} of {size} {name}" for name, known_, size in
                     zip(grouped.count().index, grouped.count(), grouped.size(), strict=True))  # fmt: skip
