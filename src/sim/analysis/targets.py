"""Recorded figures against a run: what the model produces, and how far each comparison is a test.

A target's `kind` says what agreement is worth. A *test* could fail for reasons of structure. A
*weak test* is decided mostly by one parameter or rests on a weak figure. An *input* repeats what
was put in. One world by itself is looked at by medians over replicates, since with 83 posts chance alone moves a
share by .05; over draws single runs are scored (`sim.analysis.kernels`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.data.columns import Row as Record
from sim.data.columns import number
from sim.data.tables import load

Kind = Literal["test", "weak test", "input"]


class Table(Protocol):
    """Columns by name: of a data frame, or of arrays."""

    def __getitem__(self, name: str, /) -> Any: ...  # noqa: D105


Value = Callable[[Table], float]


@dataclass(frozen=True)
class Target:
    """A recorded figure and the band that a model should meet; `confidence` is its grade."""

    id: str
    name: str
    description: str
    value: float
    low: float
    high: float
    period: str
    confidence: str
    note: str
    #: the events behind a rate, and the post-years over which they were counted
    count: float | None = None
    exposure: float | None = None


@cache
def targets() -> tuple[Target, ...]:
    """Return the rows of calibration_targets.csv."""
    def read(row: Record, name: str) -> Any:
        if name in ("count", "exposure"):
            return None if row[name] is None else number(row, name)
        return number(row, name) if name in ("value", "low", "high") else str(row[name] or "")

    return tuple(Target(*(read(row, f.name) for f in fields(Target))) for row in load("calibration_targets"))


#: Tiers of the discussion of 1923-24: id, tier as events name it, place in elections_quality.csv.
_TIERS = (
    ("T14a", "raion", "Moscow raion conferences"),
    ("T14b", "guberniia", "Moscow guberniia conference"),
    ("T14c", "nation", "Thirteenth Conference"),
)
#: Tolerance of the vector T14, as its note states it: a factor either way.
_FACTOR = 1.5


@cache
def tiers() -> tuple[Target, ...]:
    """Return T14 as three targets: it is a vector, of which its own row carries the first figure."""
    recorded = {row["place"]: row for row in load("elections_quality") if row["date"] == "1924-01"}
    return tuple(_tier(name, tier, recorded[place]) for name, tier, place in _TIERS)


def _tier(name: str, tier: str, row: Record) -> Target:
    # The unit is "percent", or "votes of" a number.
    unit = str(row["unit"])
    share = number(row, "value") / (100.0 if unit == "percent" else float(unit.removeprefix("votes of ")))
    # Nobody or three of 128: the highest tier's band is absolute, from nothing to what is recorded.
    low, high = (0.0, share) if tier == "nation" else (share / _FACTOR, share * _FACTOR)
    return Target(
        name, f"opposition_{tier}", f"opposition share, {row['place']}", share, low, high, "Jan 1924",
        str(row["confidence"]),
        "part of T14, " + ("at most three votes of 128" if tier == "nation" else "within a factor of 1.5"),
    )


# What the model produces. Each function sees one replicate.


def _nation(monthly: Table, outcome: str, first: str, last: str = "") -> NDArray[np.float64]:
    """Return an outcome of the nation from first to last month; nan if the run lacks one of them."""
    begin, end = np.datetime64(first, "M"), np.datetime64(last or first, "M")
    when = np.asarray(monthly["month"], dtype="datetime64[M]")  # whichever way it was read (dates, times, text)
    chosen = (when >= begin) & (when <= end) & (np.asarray(monthly["scope"]) == "nation")
    values = np.asarray(monthly[outcome], dtype=np.float64)[chosen]
    return values if len(values) == int((end - begin).astype(int)) + 1 else np.array([np.nan])


def _mean(outcome: str, *windows: tuple[str, str], scale: float = 1.0) -> Value:
    """Take the mean over windows of the mean within each."""

    def value(monthly: Table) -> float:
        means = [_nation(monthly, outcome, *window).mean() for window in windows]
        return float(np.mean(means) * scale)

    return value


def _at(outcome: str, *months: str) -> Value:
    return _mean(outcome, *((month, month) for month in months))


def _ratio(part: str, whole: str, part_window: tuple[str, str], whole_window: tuple[str, str]) -> Value:
    """Take the ratio of two sums; infinite where there is nothing to divide by: no figure that could be recorded."""

    def value(monthly: Table) -> float:
        above, below = _nation(monthly, part, *part_window).sum(), _nation(monthly, whole, *whole_window).sum()
        return float("inf") if below == 0 else float(above / below)

    return value


def _fall(monthly: Table) -> float:
    """Take turnover of 1921-22 over that of 1927-29, month for month; infinite where nobody moved late."""
    late = _nation(monthly, "moves", *_YEARS["late"]).mean()
    return float("inf") if late == 0 else float(_nation(monthly, "moves", *_YEARS["early"]).mean() / late)


@dataclass(frozen=True)
class Produced:
    """How the model produces a target, and what agreement is worth."""

    #: from monthly outcomes of one replicate; nan where its period does not cover it
    value: Value
    unit: str
    #: whether it tests the model, and the reason in a sentence
    kind: Kind
    why: str


#: From the Twelfth to the Thirteenth Congress.
_MOVES = ("1923-04", "1924-05")
_SAMPLE = "its figure is of seventeen organisations, which are no sample of all"
_YEARS = {"early": ("1921-01", "1922-12"), "middle": ("1923-01", "1924-12"), "late": ("1927-01", "1929-12")}
_FILTER = "an outcome of three tiers, each of whose explanations can be switched off"

PRODUCED: dict[str, Produced] = {
    "T01": Produced(
        _at("appointed", "1923-12"), "share of posts", "test",
        "a stock that follows from claims, capacity, terms and wear; but the range of k1 was set with it in view"),
    "T02": Produced(
        _at("appointed_cc", "1923-12"), "share of posts", "input",
        "T01 times the documented share that regional bureaux did not appoint"),
    "T03": Produced(
        _mean("moves", _MOVES, scale=12.0), "moves per post and year", "weak test",
        "decided mostly by the centre's capacity"),
    "T04": Produced(
        _ratio("moves_centre", "moves", _MOVES, _MOVES), "share of moves", "weak test",
        "30 of the 41 recorded central moves enter as documented rates"),
    "T05": Produced(
        _ratio("moves_unfit", "moves_centre", _MOVES, _MOVES), "share of central moves", "weak test",
        "the recorded figure is an interpretation, and hangs on counting a lost review as unfit"),
    "T10": Produced(
        _ratio("members", "members", ("1926-01", "1926-01"), ("1924-01", "1924-01")), "ratio", "input",
        "dated levies put it in"),
    "T14a": Produced(_at("moscow_raions", "1924-01"), "share of delegates", "test", _FILTER),
    "T14b": Produced(_at("moscow_conference", "1924-01"), "share of delegates", "test", _FILTER),
    "T14c": Produced(_at("opposition_nation", "1924-01"), "share of votes", "test", _FILTER),
    # The estimates concern 1921-22, a year each: the twelve months to December, twice.
    "T16": Produced(
        _at("skloki_year", "1921-12", "1922-12"), "share of committees", "weak test",
        "the recorded figure is an estimate (grade C)"),
    "T17": Produced(
        _at("skloki_year", "1925-12", "1926-12", "1927-12"), "share of committees", "weak test",
        "decided mostly by the cooling of grievances, and an estimate (grade C)"),
    "T18": Produced(
        _mean("recovery", ("1921-01", "1921-12")), "1913 = 1", "input",
        "the start of the recovery is set from the figures of 1920 and 1921"),
    # Some editions give economic years: 1926 would then be October 1925 to September 1926, when
    # output was lower. The calendar year is read here, for 1921 and 1926 alike.
    "T19": Produced(
        _mean("recovery", ("1926-01", "1926-12")), "1913 = 1", "weak test",
        "one parameter, the growth per unit of performance, can set it alone"),
    "T23": Produced(
        _at("opposition_nation", "1921-03"), "share of delegates", "test",
        "before the ban delegates were elected by platform: the same tiers, another rule"),
    "T24": Produced(_mean("moves", _YEARS["early"], scale=12.0), "moves per post and year", "weak test", _SAMPLE),
    "T25": Produced(_fall, "ratio", "test", "what moved secretaries in 1921-22 must cease; " + _SAMPLE),
    "T26": Produced(
        _at("tenure", "1928-12"), "months", "weak test", "its figure is of eight organisations, which are no sample"),
    "T27": Produced(
        _at("elected", "1929-02"), "share of posts", "weak test",
        "a partisan quotation; an elected man whom a review from above kept is not elected without recommendation"),
    "T28": Produced(
        _ratio("uezd_open_skloki", "open_skloki", _YEARS["early"], _YEARS["early"]), "ratio", "weak test",
        "the recorded cases were written about because they were bad (grade C)"),
    "T29": Produced(
        _mean("moves_centre", ("1922-04", "1923-03"), scale=12.0), "moves per post and year", "weak test",
        "decided mostly by recall in that year, whose range it set"),
    "T30": Produced(_mean("moves", _YEARS["middle"], scale=12.0), "moves per post and year", "weak test", _SAMPLE),
    "T31": Produced(
        _mean("recovery", ("1922-01", "1922-12")), "1913 = 1", "weak test",
        "the path between two ends that the start, the growth and its ceiling can set"),
    "T32": Produced(
        _mean("recovery", ("1923-01", "1923-12")), "1913 = 1", "weak test",
        "the path between two ends that the start, the growth and its ceiling can set"),
    "T33": Produced(
        _mean("moves", _YEARS["late"], scale=12.0), "moves per post and year", "weak test",
        "dates are certain; " + _SAMPLE),
}  # fmt: skip

_ASSIGNED = "an input: the centre's capacity is made from this figure, and the model fills local seats only"
_OF_1897 = "a property of the table of guberniias, which the model reads and does not produce"
UNPRODUCED = {
    "T06": _ASSIGNED,
    "T09": _ASSIGNED,
    "T11": "the model does not follow when members joined",
    "T12": _OF_1897,
    "T13": _OF_1897,
    "T20": "the model's recovery is that of large industry, not of income a head",
    "T21": "voters of the soviets are not modelled: party members elect",
    "T22": "other countries are not modelled; comparators.csv has the figure",
}
