"""A readable summary of a result: a few outcomes at a few dates, with their spread over replicates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.registry.outcomes import OUTCOMES
from sim.results.result import Result

#: December of these years, as far as the run covers them; otherwise its last month.
YEARS = (1921, 1923, 1925, 1927, 1929)
SHOWN = ("appointed", "skloki_year", "performance", "recovery", "conflict", "misfit", "claimed")


class SummaryRow(NamedTuple):
    """An outcome of the nation in one month: median and 10-90 % over replicates, nan if undefined."""

    month: str
    outcome: str
    meaning: str
    unit: str
    median: float
    low: float
    high: float
    replicates: int


def summarise(result: Result) -> list[SummaryRow]:
    """Return the summary's rows, by outcome and then by month."""
    trajectories = result.trajectories()
    names = np.datetime_as_string(trajectories.months, "M").tolist()
    covered = sorted(set(names) & {f"{year}-12" for year in YEARS}) or names[-1:]
    rows = []
    for outcome in (OUTCOMES[name] for name in SHOWN):
        values = trajectories.of(outcome.name)
        for month in covered:
            found = _spread(values[:, names.index(month)])
            rows.append(SummaryRow(month, outcome.name, outcome.meaning, outcome.unit, *found))
    return rows


def _spread(values: NDArray[np.float64]) -> tuple[float, float, float, int]:
    known = values[~np.isnan(values)]
    median, low, high = np.percentile(known, (50, 10, 90)) if len(known) else (np.nan,) * 3
    return float(median), float(low), float(high), len(known)
