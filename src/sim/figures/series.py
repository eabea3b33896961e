"""From a stored result to what is drawn: series over months, their median and band."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from matplotlib.dates import date2num
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

    def courses(self) -> Trajectories:
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

    def centre(self) -> Array:
        """Return the median over replicates; nan where fewer than half of them have a value."""
        return self._over(lambda v: np.nanmedian(v, axis=0))

    def mean(self) -> Array:
        """Return the mean over replicates; nan where fewer than half of them have a value."""
        return self._over(lambda v: np.nanmean(v, axis=0))

    def band(self) -> tuple[Array, Array]:
        """Return the lower and upper edge of the band over replicates."""
        low, high = BAND
        return self._over(lambda v: np.nanpercentile(v, low, axis=0)), self._over(
            lambda v: np.nanpercentile(v, high, axis=0)
        )

    def _over(self, statistic: Any) -> Array:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            found: Array = statistic(self.values)
        # A median of the few replicates in which a thing happens at all would mislead.
        few = np.isfinite(self.values).mean(axis=0) < 0.5
        return np.where(few, np.nan, found)


def outcome_named(name: str) -> Outcome:
    """Return the outcome of that name; UserError with the nearest one if there is none."""
    if name in OUTCOMES:
        return OUTCOMES[name]
    # In the words of the commands that run.
    raise UserError(unknown("--outcome", [name]))


def series(courses: Trajectories, name: str, scope: str = "nation") -> Series:
    """Return one outcome in one scope."""
    return Series(middle(pd.DatetimeIndex(courses.months.astype("datetime64[s]"))), courses.of(name, scope))


def scopes(courses: Trajectories, name: str) -> list[str]:
    """Return the scopes in which an outcome has values, the nation first."""
    return [scope for scope in SCOPES if not np.isnan(courses.of(name, scope)).all()]


def middle(months: pd.DatetimeIndex) -> Array:
    """Return the middle of months, which stand for states at no particular day of theirs."""
    return np.asarray(date2num(months.to_numpy()), float) + 15.0


def day(month: str, end: bool = False) -> float:
    """Return the first day of a month ``YYYY-MM``, or the first day after it."""
    stamp = pd.Timestamp(f"{month}-01") + (pd.offsets.MonthBegin(1) if end else pd.Timedelta(0))
    return float(date2num(stamp.to_pydatetime()))


def span(courses: Trajectories) -> tuple[float, float]:
    """Return the first day of a result's first month and the day after its last."""
    return day(str(courses.months[0])), day(str(courses.months[-1]), end=True)


def described(result: Result, courses: Trajectories) -> str:
    """Return the line under a title that says which scenario is shown, and how many replicates of it."""
    count = len(courses.replicates)
    return f"{result.manifest['scenario']['title']} · {count} replicate" + ("s" if count > 1 else "")
