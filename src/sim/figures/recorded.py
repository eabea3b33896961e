"""Recorded figures as marks: what historians know, with its band and its grade.

A figure of grade C is an estimate: it is drawn hollow, dashed, and called so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.data.tables import load
from sim.figures import style
from sim.figures.series import day
from sim.results.result import Result

MARKER = "D"
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True)
class Figure:
    """A recorded figure: days from start to end, its value and band, its evidence grade."""

    start: float
    end: float
    value: float
    low: float
    high: float
    grade: str
    label: str = ""

    @property
    def middle(self) -> float:
        """The day on which it is drawn."""
        return (self.start + self.end) / 2


def target(result: Result, name: str) -> Figure | None:
    """Return a target that a result was compared with; None if it is not among them."""
    rows = result.targets()
    for row in rows[rows["id"] == name].itertuples():
        start, end = period(str(row.period))
        return Figure(start, end, row.recorded, row.low, row.high, row.grade, row.description)
    return None


def period(text: str) -> tuple[float, float]:
    """Return the days of a period such as ``Dec 1923``, ``Apr 1923 - May 1924`` or ``1921``."""
    found = re.findall(r"(?:([A-Z][a-z]{2}) )?(\d{4})", text)
    if not found:
        raise ValueError(f"no period: {text!r}")
    (first, first_year), (last, last_year) = found[0], found[-1]
    start = f"{first_year}-{MONTHS.index(first) + 1 if first else 1:02d}"
    return day(start), day(f"{last_year}-{MONTHS.index(last) + 1 if last else 12:02d}", end=True)


def shares(indicator: str, total: str) -> list[Figure]:
    """Return shares of guberniia secretaries in appointments.csv: each row of an indicator over its total.

    The band is the row's own; where it has none it is empty (nan).
    """
    rows = load("appointments")
    whole = {row["period_start"]: row["value"] for row in rows if row["indicator"] == total}
    found = []
    for row in rows:
        if row["indicator"] != indicator or row["period_start"] not in whole:
            continue
        count, of = float(row["value"] or 0), float(whole[row["period_start"]] or 0)
        low, high = (float("nan") if row[edge] is None else float(row[edge] or 0) / of for edge in ("low", "high"))
        start, end = day(str(row["period_start"])), day(str(row["period_end"]), end=True)
        found.append(Figure(start, end, count / of, low, high, str(row["confidence"]), f"{count:.0f} of {of:.0f}"))
    return found


def counts(*indicators: str) -> dict[str, float]:
    """Return the first recorded value of indicators of appointments.csv."""
    rows = load("appointments")
    return {name: float(next(row["value"] for row in rows if row["indicator"] == name) or 0) for name in indicators}


def draw(axes: Axes, x: float, figure: Figure, colour: str) -> None:
    """Draw a recorded figure as a point with its band."""
    point = key(figure, colour)
    if pd.notna(figure.low) and pd.notna(figure.high):
        axes.plot([x, x], [figure.low, figure.high], color=colour, linewidth=1.1, linestyle=point.get_linestyle(),
                  marker="_", markersize=5, zorder=5)  # fmt: skip
    axes.plot([x], [figure.value], linestyle="none", marker=MARKER, markersize=4.5,
              markeredgecolor=colour, markerfacecolor=point.get_markerfacecolor(), zorder=6, clip_on=False)  # fmt: skip


def key(figure: Figure, colour: str = style.NATION, what: str = "recorded") -> Line2D:
    """Return the entry of a legend for a recorded figure, with its grade."""
    estimate = figure.grade == "C"
    return Line2D(
        [], [], color=colour, linewidth=1.1, linestyle=":" if estimate else "-", marker=MARKER, markersize=4.5,
        markeredgecolor=colour, markerfacecolor="white" if estimate else colour,
        label=f"{'estimate' if estimate else what} (grade {figure.grade})",
    )  # fmt: skip
