"""A readable summary of a result: a few outcomes at a few dates, with their spread over replicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.scenario.outcomes import OUTCOMES
from sim.study.result import Result

if TYPE_CHECKING:
    import pandas as pd

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
    frame = result.monthly(["month", "scope", *SHOWN])
    nation = frame[frame["scope"] == "nation"]
    names = nation["month"].dt.strftime("%Y-%m")
    covered = sorted(set(names) & {f"{year}-12" for year in YEARS}) or [names.max()]
    shown = {outcome.name: outcome for outcome in OUTCOMES if outcome.name in SHOWN}
    return [
        SummaryRow(month, name, shown[name].meaning, shown[name].unit, *_spread(nation.loc[names == month, name]))
        for name in SHOWN
        for month in covered
    ]


def _spread(values: pd.Series[float]) -> tuple[float, float, float, int]:
    known = values.dropna()
    median, low, high = known.quantile([0.5, 0.1, 0.9])
    return float(median), float(low), float(high), len(known)
