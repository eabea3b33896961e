"""From a stored result to what is drawn: series over months, their median and band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import UserError
from sim.registry.entries import SCOPES, Outcome
from sim.registry.outcomes import OUTCOMES, unknown

if TYPE_CHECKING:
    from sim.results.trajectories import Trajectories

Array = NDArray[np.float64]

BAND = (10, 90)
"""Percentiles of the replicates between which a band is drawn."""


class Result(Protocol):
    """What the figures need of a stored result."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """How the result came about; its `scenario` is the effective one."""
        ...

    def trajectories(self) -> Trajectories:
        """Return the monthly outcomes of all replicates, to be read one by one."""
        ...

    def committees(self, columns: Sequence[str] | None = None, **where: Any) -> pd.DataFrame:
        """Return one row per replicate, month and committee, where columns have given values.

        `UserError` where none were stored.
        """
        ...

    def targets(self) -> pd.DataFrame:
        """Return one row per recorded figure, beside what the model gave."""
        ...


class Curve(NamedTuple):
    """What is drawn of one outcome in one scope.

    Attributes
    ----------
    x
        Middle of each month, days as matplotlib counts them, shape (months,).
    centre, low, high
        Median over replicates and the edges of the band; nan where undefined.
    threads
        Single replicates, shape (some, months).
    replicates
        In all.
    empty
        Whether it is defined in no month of any.
    """

    x: Array
    centre: Array
    low: Array
    high: Array
    threads: Array
    replicates: int
    empty: bool


@dataclass(frozen=True)
class Series:
    """One outcome in one scope.

    Attributes
    ----------
    x
        Middle of each month, days as matplotlib counts them, shape (months,).
    values
        Shape (replicates, months); nan where undefined.
    """

    x: Array
    values: Array

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not np.isfinite(self.values).any()

    def quantiles(self, *shares: float) -> Array:
        """Return quantiles over replicates, shape (shares, months); nan where fewer than half of them have a value.

        Of the few replicates in which a thing happens at all, they would mislead.
        """
        known = np.isfinite(self.values)
        whole = known.all(axis=0)
        found = np.full((len(shares), known.shape[1]), np.nan)
        found[:, whole] = np.quantile(self.values[:, whole], shares, axis=0)
        for month in np.flatnonzero(~whole & (known.mean(axis=0) >= 0.5)):
            found[:, month] = np.quantile(self.values[known[:, month], month], shares)
        return found

    def mean(self) -> Array:
        """Return the mean over replicates; nan where fewer than half of them have a value."""
        known = np.isfinite(self.values)
        total = np.where(known, self.values, 0.0).sum(axis=0)
        return np.where(known.mean(axis=0) < 0.5, np.nan, total / np.maximum(known.sum(axis=0), 1))

    def curve(self, threads: int = 0) -> Curve:
        """Return what is drawn of it, with so many single replicates at most."""
        low, centre, high = self.quantiles(BAND[0] / 100, 0.5, BAND[1] / 100)
        return Curve(self.x, centre, low, high, self.values[:threads], len(self.values), self.empty)


def outcome_named(name: str) -> Outcome:
    """Return the outcome of that name; UserError with the nearest one if there is none."""
    if name in OUTCOMES:
        return OUTCOMES[name]
    # In the words of the commands that run.
    raise UserError(unknown("--outcome", [name]))


def series(trajectories: Trajectories, name: str, scope: str = "nation") -> Series:
    """Return one outcome in one scope."""
    return Series(middle(pd.DatetimeIndex(trajectories.months.astype("datetime64[s]"))), trajectories.of(name, scope))


def by_scope(trajectories: Trajectories, name: str, threads: int = 0) -> dict[str, Curve]:
    """Return the curves of an outcome: the nation's first, and those of classes in which it has values."""
    found = {scope: series(trajectories, name, scope) for scope in SCOPES}
    return {scope: one.curve(threads) for scope, one in found.items() if scope == SCOPES[0] or not one.empty}


def middle(months: pd.DatetimeIndex) -> Array:
    """Return the middle of months, which stand for states at no particular day of theirs."""
    return months.to_numpy().astype("datetime64[D]").astype(float) + 15.0


def day(month: str, end: bool = False) -> float:
    """Return the first day of a month ``YYYY-MM``, or the first day after it."""
    stamp = pd.Timestamp(f"{month}-01") + (pd.offsets.MonthBegin(1) if end else pd.Timedelta(0))
    return float((stamp - pd.Timestamp(0)).days)


def span(trajectories: Trajectories) -> tuple[float, float]:
    """Return the first day of a result's first month and the day after its last."""
    return day(str(trajectories.months[0])), day(str(trajectories.months[-1]), end=True)


def described(result: Result, trajectories: Trajectories) -> str:
    """Return the line under a title that says which scenario is shown, and how many replicates of it."""
    count = len(trajectories.replicates)
    return f"{result.manifest['scenario']['title']} · {count} replicate" + ("s" if count > 1 else "")
