"""When an effect is looked at: in a month, or over a span of months; and from when worlds differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, UserError
from sim.registry.outcomes import OUTCOMES

if TYPE_CHECKING:
    from sim.world.build import World

LEAST_GROWTH = 0.004
"""Monthly growth of the logarithm of recovery at least, where it is turned into months: without, any gap is endless."""
YEARS = 3
"""Length of the first span, counted from the month in which the worlds part."""


@dataclass(frozen=True)
class Horizon:
    """A month, or a span of months over which the mean is taken; ends included, as ``YYYY-MM``."""

    first: str
    last: str

    @property
    def name(self) -> str:
        """As the command line writes it: ``1924-12`` or ``1923-12:1926-11``."""
        return self.first if self.first == self.last else f"{self.first}:{self.last}"

    @property
    def meaning(self) -> str:
        """In words."""
        return f"in {self.first}" if self.first == self.last else f"mean of {self.first} to {self.last}"


def chosen(texts: Iterable[str], months: Sequence[str], parting: int | None) -> tuple[Horizon, ...]:
    """Return the horizons that were asked for, or the usual ones; the first is the main one.

    Parameters
    ----------
    texts
        ``YYYY-MM`` or ``YYYY-MM:YYYY-MM``.
    months
        Of the worlds.
    parting
        Index of the first month in which they differ; none where they do not.
    """
    texts = list(texts)
    if not texts:
        return usual(months, parting or 0)
    found = [_parsed(text, months) for text in texts]
    problems = [horizon for horizon in found if isinstance(horizon, Problem)]
    if problems:
        raise UserError(problems)
    return tuple(dict.fromkeys(horizon for horizon in found if isinstance(horizon, Horizon)))


def usual(months: Sequence[str], parting: int) -> tuple[Horizon, ...]:
    """Return the mean of the first three years since the worlds part, that of all months since, and three months.

    The months are those a year and three years after the parting, and the last.
    """
    last = len(months) - 1
    spans = [(parting, min(parting + 12 * YEARS - 1, last)), (parting, last)]
    spans += [(month, month) for month in (parting + 12, parting + 12 * YEARS, last) if month <= last]
    return tuple(Horizon(months[first], months[end]) for first, end in dict.fromkeys(spans))


def following(horizons: Mapping[str, Horizon]) -> dict[str, Horizon]:
    """Return the horizons in the order of time, without those that hold another, such as the mean of all years."""

    def holds(one: Horizon, other: Horizon) -> bool:
        return one != other and one.first <= other.first and other.last <= one.last

    kept = {name: one for name, one in horizons.items() if not any(holds(one, other) for other in horizons.values())}
    once = {one: name for name, one in reversed(kept.items())}
    return {once[one]: one for one in sorted(once, key=lambda one: (one.first, one.last))}


def _parsed(text: str, months: Sequence[str]) -> Horizon | Problem:
    ends = text.split(":")
    shaped = len(ends) <= 2 and all(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", end) for end in ends)
    if not shaped or not months[0] <= ends[0] <= ends[-1] <= months[-1]:
        allowed = f"a month YYYY-MM, or a span YYYY-MM:YYYY-MM, within {months[0]} to {months[-1]}"
        return Problem("--horizon", found=repr(text), allowed=allowed)
    return Horizon(ends[0], ends[-1])


def measured(
    trajectories: NDArray[np.float64], horizons: Sequence[Horizon], months: Sequence[str],
    finished: NDArray[np.bool_] | None = None, *, outcomes: Sequence[str] = (), alone: bool = False,
) -> NDArray[np.float64]:  # fmt: skip
    """Return what the worlds of a pair come to at the horizons.

    The mean of a span is over the months in which an outcome is defined in all worlds that were finished:
    over different months, a trend would pass for an effect. It is nan where these are fewer than half.
    Months are added one after the other, so that the sums have the same bits in any company.

    Of an outcome that is counted in months of its growth it is log Y in the last month over the mean monthly growth
    of log Y of the worlds in the three years before, at least `LEAST_GROWTH`: a difference between two worlds then is
    the months by which one is ahead. Rounded, since the last bits of a logarithm differ between machines.

    Parameters
    ----------
    trajectories
        Shape (months, ..., worlds, outcomes); nan where undefined.
    finished
        Which worlds count, shape (..., worlds); by default all.
    outcomes
        Names of the outcomes along the last axis; without them none is counted in months of its growth.
    alone
        Each world over its own months, as sweeps of format version 1 have it.

    Returns
    -------
    array
        Shape (horizons, ..., worlds, outcomes).
    """
    known = np.isfinite(trajectories)
    whole = bool(known.all())  # as nearly always, and twice as fast
    filled = trajectories if whole else np.where(known, trajectories, 0.0)
    if not alone and not whole:
        counted = known if finished is None else known | ~finished[..., None]
        known = known & counted.all(axis=-2, keepdims=True)
        filled[~known] = 0.0
    found = np.empty((len(horizons), *trajectories.shape[1:]))
    for at, horizon in enumerate(horizons):
        span = slice(months.index(horizon.first), months.index(horizon.last) + 1)
        total = np.zeros(trajectories.shape[1:])
        for month in filled[span]:
            total += month
        n = np.asarray(span.stop - span.start) if whole else known[span].sum(axis=0)
        enough = (2 * n >= span.stop - span.start) & (n > 0)
        found[at] = np.where(enough, total / np.maximum(n, 1), np.nan)
        growing = [place for place, name in enumerate(outcomes) if name in OUTCOMES and OUTCOMES[name].in_months]
        if growing:
            found[at][..., growing] = _months_of_growth(trajectories[..., growing], span.stop - 1, finished)
    return found


def _months_of_growth(
    series: NDArray[np.float64], last: int, finished: NDArray[np.bool_] | None
) -> NDArray[np.float64]:
    """Return log Y in a month over the mean monthly growth of the worlds (the last axis but one) before it."""
    first = max(last - 12 * YEARS, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        begin, end = np.log(series[first]), np.log(series[last])
    there = np.isfinite(end) if finished is None else np.isfinite(end) & finished[..., None]
    grown = np.where(there, (end - begin) / max(last - first, 1), 0.0)
    counted = np.maximum(there.sum(axis=-2, keepdims=True), 1)
    growth = np.maximum(grown.sum(axis=-2, keepdims=True) / counted, LEAST_GROWTH)
    return np.where(there, np.round(end / growth, 6), np.nan)


def parting(worlds: Sequence[World]) -> int | None:
    """Return the index of the first month in which some world differs from the first; none if none does."""
    return earliest(partings(worlds))


def earliest(starts: Iterable[int | None]) -> int | None:
    """Return the first of months, by their indices; none if there is none."""
    return min((start for start in starts if start is not None), default=None)


def partings(worlds: Sequence[World]) -> list[int | None]:
    """Return for each world the index of the first month in which it differs from the first; none if it never does.

    Until then the two have had the same history, to the last bit. What is not dated (a parameter, a
    place's literacy, an option) counts from the first month, used or not.
    """
    return [_parting(worlds[0], world) for world in worlds]


def _parting(base: World, other: World) -> int | None:
    if _undated(base) != _undated(other):
        return 0
    length = len(base.months)
    differs = np.array([repr(one) != repr(two) for one, two in zip(base.rules, other.rules, strict=True)])
    for one, two in zip(vars(base.calendar).values(), vars(other.calendar).values(), strict=True):
        differs |= (one != two).reshape(length, -1).any(axis=1)
    return int(differs.argmax()) if differs.any() else None


def _undated(world: World) -> tuple[object, ...]:
    # Dated switches of the rule, and events, are in the tables of rules and of the calendar.
    policy = world.scenario.policy.model_dump(exclude={"changes", "rule", "share", "recall"})
    return policy, vars(world.p), world.variants, world.scenario.options, world.claims, world.committees, world.skill
