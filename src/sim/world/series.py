"""Monthly series of the record, for the months of a world.

Every function takes months as ``YYYY-MM`` from 1918-01 to 1989-12, in any order, and returns one
float64 per month. Between recorded points values lie on a straight line; before the first and
after the last the nearest one is held, so that years after 1929 repeat its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.data.columns import Row, number
from sim.data.tables import load
from sim.errors import Problem, UserError
from sim.scenario.schema import FIRST_MONTH, LAST_MONTH, month_name, month_number

Array = NDArray[np.float64]

#: Months over which a total of assignments is spread, by the first month of its period. The two
#: periods from congress to congress count as the years for which targets T06 and T09 take them.
ASSIGNMENT_PERIODS = {"1920-04": 8, "1921-03": 12, "1922-04": 12}

#: Congresses whose figure is a point of the membership series, beside those of each 1 January.
MEMBERSHIP_CONGRESSES = ("1921-03",)


class ThreatSeries(NamedTuple):
    """Threat month by month, 0 to 1; grade C throughout: estimates, not historical figures."""

    objective: Array  # what a well-informed outsider with hindsight would say
    perceived: Array  # what leaders said and did at the time
    economic: Array  # the economic part of the objective threat


def threat(months: Sequence[str]) -> ThreatSeries:
    """Return the threat series (table threat_index, grade C).

    A quarter's value stands at its middle month. The last quarter, 1929 Q4, is held from November
    1929 on. The economic part begins with 1918 Q1, held before: its zero of 1917 Q4 only says
    that no event was listed.
    """
    rows = load("threat_index")
    return ThreatSeries(
        straight(months, _quarters(rows, "combined_objective")),
        straight(months, _quarters(rows, "combined_perceived")),
        straight(months, _quarters([row for row in rows if number(row, "year") > 1917], "economic_objective")),
    )


def _quarters(rows: Sequence[Row], column: str) -> dict[str, float]:
    return {f"{row['year']}-{int(number(row, 'quarter')) * 3 - 1:02d}": number(row, column) for row in rows}


def responsible_assignments(months: Sequence[str]) -> Array:
    """Return the responsible workers whom the centre assigns, persons per month (table appointments).

    Each recorded total is spread evenly over its period: April to November 1920 (grade B), the
    years to the Eleventh (B) and Twelfth Congress (A). Responsible workers were counted in the
    last of these only (4,738 of 10,351); that their share was the same before is an inference
    (grade C). The first level is held before April 1920, though the department that assigned was
    founded in that month. After April 1923 the last level is held because later figures are
    withheld for validation.
    """
    rows = [row for row in load("appointments") if row["period_start"] in ASSIGNMENT_PERIODS]
    totals = [row for row in rows if row["indicator"] == "assignments_total"]
    [counted] = [row for row in rows if row["indicator"] == "assignments_responsible"]
    [of_all] = [row for row in totals if row["period_start"] == counted["period_start"]]
    responsible = number(counted, "value") / number(of_all, "value")
    points: dict[str, float] = {}
    for row in totals:
        start = str(row["period_start"])
        # Both ends carry the level: the line between them is flat, and the gaps are bridged.
        points[start] = points[str(row["period_end"])] = number(row, "value") * responsible / ASSIGNMENT_PERIODS[start]
    return straight(months, points)


def officials_among_delegates(months: Sequence[str], last: str = LAST_MONTH) -> Array:
    """Return the share of party officials among voting delegates of congresses, 0 to 1.

    Table appointments: the congresses of March 1921, April 1923 and May 1924 (grade B) and of
    December 1925 and December 1927 (A); the first is held before, the last, of those to the month
    `last`, after. The first version knew none after December 1925.
    """
    rows = [row for row in load("appointments") if row["indicator"] == "party_officials_among_delegates"]
    rows = [row for row in rows if str(row["period_start"]) <= last]
    return straight(months, {str(row["period_start"]): number(row, "value") / 100.0 for row in rows})


def membership(months: Sequence[str]) -> Array:
    """Return members and candidates, thousand persons (table party_membership).

    The figure of the Tenth Congress, March 1921 (grade A), and those of each 1 January from 1922
    to 1930 (B). The first is held before, the last after; the straight line of 1921 spreads a
    loss that fell in its second half.
    """
    points: dict[str, float] = {}
    for row in load("party_membership"):
        month = str(row["date"])[:7]
        if row["kind"] == "jan1" or (row["kind"] == "congress" and month in MEMBERSHIP_CONGRESSES):
            points[month] = number(row, "total") / 1000.0
    return straight(months, points)


def straight(months: Sequence[str], points: Mapping[str, float]) -> Array:
    """Return straight lines between known months, the first and last values held outside.

    Only + - * / and comparisons, are used, so that every machine gives the same bits.
    """
    known = sorted(points)
    at = np.array([month_number(month) for month in known], dtype=np.float64)
    values = np.array([points[month] for month in known], dtype=np.float64)
    wanted = np.clip(_numbers(months), at[0], at[-1])
    if len(known) == 1:
        return np.full(len(months), values[0])
    right = np.clip(np.searchsorted(at, wanted, side="right"), 1, len(at) - 1)
    begin, end = values[right - 1], values[right]
    way = (wanted - at[right - 1]) / (at[right] - at[right - 1])
    # Rounding must not carry a share past its ends.
    return np.clip((1.0 - way) * begin + way * end, np.minimum(begin, end), np.maximum(begin, end))


def _numbers(months: Sequence[str]) -> Array:
    numbers = np.array([month_number(month) for month in months], dtype=np.float64)
    low, high = month_number(FIRST_MONTH), month_number(LAST_MONTH)
    if outside := [month_name(int(n)) for n in numbers if not low <= n <= high]:
        raise UserError(Problem("months", found=", ".join(outside), allowed=f"{FIRST_MONTH} to {LAST_MONTH}"))
    return numbers
