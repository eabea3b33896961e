"""Single guberniias: means over replicates, month by month; and what another world changes in each of them.

A committee's state of every month would be seven times all else that a run stores; what maps show are means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.analysis import paired
from sim.data.tables import guberniias
from sim.engines.trajectory import COMMITTEE_FIELDS
from sim.experiment.horizons import Horizon, measured
from sim.results.columns import first_days, floats, plain, texts
from sim.results.comparison import PLACE_EFFECTS
from sim.results.run_rows import PLACE_OUTCOMES, PLACES, outcomes_of
from sim.scenario.schema import month_number

if TYPE_CHECKING:
    from sim.engines.trajectory import Trajectory
    from sim.scenario.schema import Scenario
    from sim.world.places import Place

Array = NDArray[np.float64]

ROOM = 64 * 2**20
"""Bytes that the states of one replicate may take for the sake of these tables."""


def mapped(scenario: Scenario) -> Scenario:
    """Return a scenario whose runs hold the states of committees, if these have names and there is room for them."""
    tree, period = scenario.tree, scenario.period
    months = month_number(period.end) - month_number(period.start) + 1
    count = len(tree.places) or (len(tree.only) or len(guberniias())) + tree.uezds
    if tree.kind == "synthetic" or 8 * months * count * len(COMMITTEE_FIELDS) > ROOM:
        return scenario
    return scenario.with_run(committees=True)


class PlaceMeans:
    """Means over a run's replicates, as they come in; nothing of runs that hold no states."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._heads = [place for place in places if place.level == "guberniia"]
        self._sum: Array | None = None
        self._count, self._months = 0, list[str]()

    def add(self, trajectory: Trajectory) -> None:
        """Take one replicate."""
        if len(trajectory.committees):
            found = outcomes_of(trajectory.committees[:, : len(self._heads)])
            self._sum = found if self._sum is None else self._sum + found
            self._count, self._months = self._count + 1, trajectory.months

    def table(self) -> pa.Table | None:
        """Return a row for each month and guberniia."""
        if self._sum is None:
            return None
        months, heads = len(self._months), len(self._heads)
        days, each = np.repeat(first_days(self._months), heads), np.tile(np.arange(heads), months)
        keys = [plain(days, np.int32, pa.date32())]
        keys += [texts(each, [getattr(place, name) for place in self._heads]) for name in ("name", "unit_class")]
        count = plain(np.full(len(days), self._count), np.int32, pa.int32())
        means = (self._sum / self._count).reshape(len(days), -1).T
        return pa.Table.from_arrays([*keys, count, *map(floats, means)], schema=PLACES)


class PlaceEffects:
    """Differences of pairs at the horizons, as they come in: of each guberniia their mean and spread."""

    def __init__(self, places: Sequence[Place], horizons: Sequence[Horizon], months: Sequence[str]) -> None:
        self._heads = [place for place in places if place.level == "guberniia"]
        self._horizons, self._months = horizons, months
        self._count: Any = 0
        self._base: Any = 0.0
        self._mean: Any = 0.0
        self._squares: Any = 0.0

    def add(self, trajectories: Sequence[Trajectory]) -> None:
        """Take one replicate of every world, the baseline first; nothing of runs that hold no states."""
        if not self._heads or not all(len(one.committees) for one in trajectories):
            return
        worlds = [outcomes_of(one.committees[:, : len(self._heads)]) for one in trajectories]
        values = measured(np.stack(worlds, axis=2), self._horizons, self._months, outcomes=PLACE_OUTCOMES)
        base = values[:, :, :1]
        change = values[:, :, 1:] - base
        known = np.isfinite(change)
        self._count = self._count + known
        # Mean and spread in one pass, after Welford: no pair need be kept.
        share = known / np.maximum(self._count, 1)
        self._base = self._base + np.where(known, base - self._base, 0.0) * share
        before = np.where(known, change - self._mean, 0.0)
        self._mean = self._mean + before * share
        self._squares = self._squares + before * np.where(known, change - self._mean, 0.0)

    def table(self, names: Sequence[str]) -> pa.Table | None:
        """Return the effects of the other worlds, by their names, on each outcome in each guberniia at each horizon."""
        if isinstance(self._count, int):
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            error = np.sqrt(self._squares / (self._count - 1) / self._count)
            half = paired.student(self._count) * error
            base, mean = (np.where(self._count > 0, values, np.nan) for values in (self._base, self._mean))
        # By world, outcome, guberniia, horizon: as the table is read.
        shape = len(names), len(PLACE_OUTCOMES), len(self._heads), len(self._horizons)
        grid = np.indices(shape).reshape(len(shape), -1)
        labels = (
            names, PLACE_OUTCOMES, [place.name for place in self._heads], [place.unit_class for place in self._heads],
            [horizon.name for horizon in self._horizons],
        )  # fmt: skip
        numbers = (base, mean, mean - half, mean + half, error)
        ordered = [np.transpose(values, (2, 3, 1, 0)).ravel() for values in (self._count, *numbers)]
        texts_ = [texts(grid[at], known) for at, known in zip((0, 1, 2, 2, 3), labels, strict=True)]
        count = plain(ordered[0], np.int32, pa.int32())
        return pa.Table.from_arrays([*texts_, count, *map(floats, ordered[1:])], schema=PLACE_EFFECTS)
