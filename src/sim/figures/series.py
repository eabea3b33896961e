"""From a stored result to what is drawn: series over months, their median and band, and what outcomes are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis import paired
from sim.data.tables import guberniias
from sim.errors import UserError
from sim.registry.derived import EVERY, unknown
from sim.registry.entries import CLASSES, SCOPES, Outcome
from sim.results.result import Trajectories
from sim.results.run_rows import PLACE_OUTCOMES

Array = NDArray[np.float64]

BAND = (10, 90)
"""Percentiles of the replicates between which a band is drawn."""
TITLES = {
    "skloki_year": "Open skloki in 12 months",
    "open_skloki": "Open skloki",
    "recovery_months": "Months of recovery",
    "uezd_open_skloki": "Open skloki in uezds",
    "paralysed": "Paralysed committees",
    "appointed_cc": "Appointed by the CC",
    "uezd_appointed": "Appointed in uezds",
    "claimed": "Vacancies claimed",
    "opposition_members": "Opposition, members",
    "opposition_guberniia": "Opposition, guberniia conferences",
    "opposition_nation": "Opposition, national conference",
    "threat_objective": "Objective threat",
    "threat_perceived": "Perceived threat",
}


FEW = 3
"""Places of a class up to which it has no median: of two that are so or not it leaps between none, half and all."""
Few: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Array]]]


class World(NamedTuple):
    """Of which scenario a picture is, in words, its first and last day, its events, and how many replicates."""

    said: str
    limits: tuple[float, float]
    events: dict[str, Any]
    replicates: int


class Curve(NamedTuple):
    """What is drawn of one outcome in one scope: median, edges of the band; nan where undefined."""

    x: Array  # middle of each month, days as matplotlib counts them
    centre: Array
    low: Array
    high: Array
    threads: Array  # single replicates, shape (some, months)
    replicates: int  # in all
    empty: bool  # whether it is defined in no month of any
    #: Of a class of few places their means over replicates, by name, or nothing where these are not known: then the
    #: centre is the class's mean over replicates; of others none.
    places: Mapping[str, Array] | None = None

    @property
    def lines(self) -> dict[str, Array]:
        """Lines that are drawn for it, by the places that have lines of their own; without a name the centre."""
        return {**self.places} if self.places else {"": self.centre}


@dataclass(frozen=True)
class Series:
    """One outcome in one scope."""

    x: Array  # middle of each month, days as matplotlib counts them
    values: Array  # shape (replicates, months); nan where undefined

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not np.isfinite(self.values).any()

    def quantiles(self, *shares: float) -> Array:
        """Return quantiles over replicates, shape (shares, months); nan where fewer than half of them have a value.

        Of the few replicates in which a thing happens at all, they would mislead.
        """
        found = np.stack(paired.quantiles(self.values, shares))
        return np.where(np.isfinite(self.values).mean(axis=0) < 0.5, np.nan, found)

    def mean(self) -> Array:
        """Return the mean over replicates; nan where fewer than half of them have a value."""
        found, _ = paired.moments(self.values)
        return np.where(np.isfinite(self.values).mean(axis=0) < 0.5, np.nan, found)

    def curve(self, threads: int = 0) -> Curve:
        """Return what is drawn of it, with so many single replicates at most."""
        low, centre, high = self.quantiles(BAND[0] / 100, 0.5, BAND[1] / 100)
        return Curve(self.x, centre, low, high, self.values[:threads], len(self.values), self.empty)


def outcome_named(name: str) -> Outcome:
    """Return the outcome of that name; UserError with the nearest one if there is none."""
    if name in EVERY:
        return EVERY[name]
    # In the words of the commands that run.
    raise UserError(unknown("--outcome", [name], EVERY))


def series(trajectories: Trajectories, name: str, scope: str = "nation") -> Series:
    """Return one outcome in one scope."""
    return Series(middle(pd.DatetimeIndex(trajectories.months.astype("datetime64[s]"))), trajectories.of(name, scope))


def by_scope(trajectories: Trajectories, name: str, threads: int = 0, few: Few | None = None) -> dict[str, Curve]:
    """Return the curves of an outcome: the nation's first, and those of classes in which it has values."""
    found = {scope: series(trajectories, name, scope) for scope in SCOPES}
    curves = {scope: one.curve(threads) for scope, one in found.items() if scope == SCOPES[0] or not one.empty}
    for scope, places in (few or {}).items():
        if scope in curves:
            curves[scope] = curves[scope]._replace(centre=found[scope].mean(), places=places.get(name, {}))
    return curves


def few(result: Told, outcomes: Sequence[str]) -> Few:
    """Return of classes of few places what these come to, as far as that was stored: by class, outcome and place."""
    tree = result.manifest["scenario"].get("tree", {})
    small, known = small_classes(tree), "places" in getattr(result, "tables", ()) and tree.get("kind") != "synthetic"
    names = [name for name in outcomes if name in PLACE_OUTCOMES] if known and small else []
    if not names:
        return {scope: {} for scope in small}
    frame = result.places(names).set_index("committee")  # type: ignore[attr-defined]
    return {
        scope: {name: {place: frame.loc[[place], name].to_numpy(float) for place in places} for name in names}
        for scope, places in small.items()
    }


def heads(tree: Mapping[str, Any]) -> dict[str, str]:
    """Return the guberniias in a tree as a scenario has it, with their classes; none where all are alike."""
    if tree.get("kind") == "synthetic":
        names = [] if tree.get("alike") else [f"Synthetic {at + 1}" for at in range(tree.get("guberniias", 12))]
        return {name: CLASSES[at % len(CLASSES)] for at, name in enumerate(names)}
    if tree.get("kind") == "table":
        return {row["name"]: row["unit_class"] for row in tree["places"] if not row.get("superior")}
    kept = tree.get("only") or ()
    return {place.name: place.unit_class for place in guberniias() if not kept or place.name in kept}


def small_classes(tree: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the classes of few places in a tree, and the places."""
    found = {scope: [name for name, of in heads(tree).items() if of == scope] for scope in CLASSES}
    return {scope: places for scope, places in found.items() if 0 < len(places) <= FEW}


def middle(months: pd.DatetimeIndex) -> Array:
    """Return the middle of months, which stand for states at no particular day of theirs."""
    return months.to_numpy().astype("datetime64[D]").astype(float) + 15.0


def day(month: str, end: bool = False) -> float:
    """Return the first day of a month ``YYYY-MM``, or the first day after it."""
    stamp = pd.Timestamp(f"{month}-01") + (pd.offsets.MonthBegin(1) if end else pd.Timedelta(0))
    return float((stamp - pd.Timestamp(0)).days)


class Told(Protocol):
    """A world's runs, stored or in memory: what its scenario says, and how outcomes went."""

    @property
    def manifest(self) -> Mapping[str, Any]: ...  # noqa: D102
    def trajectories(self) -> Trajectories: ...  # noqa: D102


def world(result: Told, trajectories: Trajectories) -> World:
    """Return which scenario is shown, and how many replicates of it, as the line under a title says it."""
    months, count = trajectories.months, len(trajectories.replicates)
    scenario = result.manifest["scenario"]
    said = f"{scenario['title']} · {count} replicate" + ("s" if count > 1 else "")
    return World(said, (day(str(months[0])), day(str(months[-1]), end=True)), scenario.get("events", {}), count)


def title(name: str) -> str:
    """Return an outcome's name as a heading."""
    return TITLES.get(name, name[:1].upper() + name[1:].replace("_", " "))


def direction(outcome: Outcome) -> str:
    """Return which effects are good, in a few words."""
    return {"higher": "higher is better", "lower": "lower is better"}.get(outcome.better, "neither is better")


def difference(outcome: Outcome) -> str:
    """Return the label of an axis of effects."""
    return f"difference ({outcome.unit})"
