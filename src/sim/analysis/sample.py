"""A sample of paired runs, and the tables that are made of it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.analysis import paired
from sim.analysis.places import PlaceEffects
from sim.experiment.horizons import Horizon, measured
from sim.registry.derived import KEPT, extended
from sim.registry.entries import SCOPES
from sim.results.columns import floats
from sim.results.comparison import BANDS, pairs_schema
from sim.results.manifest import Failure

if TYPE_CHECKING:
    from sim.engines.trajectory import Trajectory
    from sim.experiment.smallest_effect import Smallest
    from sim.world.places import Place

CURVES = 128 * 2**20
"""Bytes that whole curves may take; the horizons' values are kept of all pairs."""


@dataclass
class Sample:
    """What is kept of the runs: memory grows by a few kilobytes a pair, and no further for curves."""

    names: Sequence[str]  #: of the worlds, the baseline first
    #: of all worlds
    months: Sequence[str]
    horizons: Sequence[Horizon]
    #: per world: index of the first month in which it differs from the baseline; none if it never does
    partings: Sequence[int | None]
    places: Sequence[Place] = ()  #: committees of all worlds, whose guberniias are told apart where runs hold states
    replicates: list[int] = field(default_factory=list)  #: numbers of the replicates that were finished in every world
    #: per world and replicate: (horizons, scopes, outcomes)
    values: list[list[NDArray[np.float64]]] = field(default_factory=list)
    #: per world and replicate, of the first replicates only: (months, scopes, outcomes), float32
    curves: list[list[NDArray[np.float32]]] = field(default_factory=list)
    #: replicates that failed in some world, and are left out of all
    failed: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.values = [[] for _ in self.names]
        self.curves = [[] for _ in self.names]
        self.by_place = PlaceEffects(self.places, self.horizons, self.months)
        self._room = CURVES // (4 * len(self.names) * len(self.months) * len(SCOPES) * len(KEPT))

    @property
    def pairs(self) -> int:
        """Number of replicates that were finished in every world."""
        return len(self.replicates)

    @property
    def tried(self) -> int:
        """Number of replicates that were run, finished or not."""
        return len(self.replicates) + len({failure["replicate"] for failure in self.failed})

    def alike(self, world: int, horizon: int) -> bool:
        """Return whether a world has had the baseline's inputs until the end of a horizon, and so its history."""
        parting = self.partings[world]
        return parting is None or self.months[parting] > self.horizons[horizon].last

    def add(self, replicate: int, results: Sequence[Trajectory | Failure]) -> pa.Table | None:
        """Take one replicate of every world; return its rows for the store, or none if it failed somewhere."""
        named = zip(self.names, results, strict=True)
        failed = [asdict(result) | {"world": name} for name, result in named if isinstance(result, Failure)]
        if failed:
            self.failed += failed
            return None
        trajectories = [result for result in results if not isinstance(result, Failure)]
        self.replicates.append(replicate)
        self.by_place.add(trajectories)
        series = [extended(trajectory.values) for trajectory in trajectories]
        worlds = [values.reshape(len(self.months), -1) for values in series]
        values = measured(np.stack(worlds, axis=1), self.horizons, self.months, outcomes=[*KEPT] * len(SCOPES))
        for at, curves in enumerate(series):
            self.values[at].append(values[:, at].reshape(-1, len(SCOPES), len(KEPT)))
            if self.pairs <= max(self._room, 2):
                self.curves[at].append(curves.astype(np.float32))
        return self._pair_rows()

    def at(self, world: int, horizon: int) -> NDArray[np.float64]:
        """Return a world's values at a horizon: (replicates, scopes, outcomes)."""
        return np.stack([values[horizon] for values in self.values[world]])

    def _pair_rows(self) -> pa.Table:
        """Return the rows of the last replicate: one per world, horizon and scope."""
        shape = len(self.names), len(self.horizons), len(SCOPES)
        flat = np.stack([values[-1] for values in self.values]).reshape(-1, len(KEPT))
        labels = (self.names, [horizon.name for horizon in self.horizons], SCOPES)
        grid = np.indices(shape).reshape(len(shape), -1)
        keys = [np.array(names, object)[places] for names, places in zip(labels, grid, strict=True)]
        numbers = pa.array(np.full(len(flat), self.replicates[-1], np.int32))
        return pa.Table.from_arrays(
            [numbers, *(pa.array(key, pa.string()) for key in keys), *map(floats, flat.T)], schema=pairs_schema()
        )


def effect_of(sample: Sample, world: int, horizon: int, smallest: Smallest) -> paired.Effects:
    """Compare a world with the baseline at a horizon; arrays of shape (scopes, outcomes)."""
    both = sample.at(0, horizon), sample.at(world, horizon)
    # Scope by scope: of ten thousand pairs all at once would take hundreds of megabytes.
    each = [_effects(both[0][:, scope], both[1][:, scope], smallest) for scope in range(len(SCOPES))]
    found = paired.Effects(*(np.stack([getattr(found, f.name) for found in each]) for f in fields(paired.Effects)))
    if sample.alike(world, horizon):
        return found
    return replace(found, reading=paired.reading(found.low, found.high, found.smallest, found.pairs))


def _effects(base: NDArray[np.float64], other: NDArray[np.float64], smallest: Smallest) -> paired.Effects:
    means, _ = paired.moments(np.where(np.isfinite(base) & np.isfinite(other), base, np.nan))
    limits = np.array([smallest.of(outcome, mean) for outcome, mean in zip(KEPT.values(), means, strict=True)])
    better = np.array([-1.0 if outcome.better == "lower" else 1.0 for outcome in KEPT.values()])
    return paired.effects(base, other, better, limits)


def effect_rows(sample: Sample, smallest: Smallest) -> list[dict[str, Any]]:
    """Return the table of effects: by world, outcome, scope and horizon."""
    rows = []
    for world in range(1, len(sample.names)):
        found = [vars(effect_of(sample, world, at, smallest)) for at in range(len(sample.horizons))]
        for o, outcome in enumerate(KEPT.values()):
            for s, scope in enumerate(SCOPES if outcome.by_class else SCOPES[:1]):
                for horizon, arrays in zip(sample.horizons, found, strict=True):
                    keys = {
                        "world": sample.names[world], "outcome": outcome.name, "unit": outcome.unit,
                        "better": outcome.better, "scope": scope, "horizon": horizon.name,
                    }  # fmt: skip
                    rows.append(keys | {name: array[s, o].item() for name, array in arrays.items()})
    return rows


def band_tables(sample: Sample, only: Container[str] = KEPT) -> Iterator[pa.Table]:
    """Yield, outcome by outcome, the months of the worlds and of their differences month by month."""
    for o, outcome in enumerate(KEPT.values()):
        if outcome.name not in only:
            continue
        scopes = len(SCOPES) if outcome.by_class else 1
        curves = [np.stack([curve[:, :scopes, o] for curve in kept]).astype(np.float64) for kept in sample.curves]
        for world, name in enumerate(sample.names):
            yield _bands(name, outcome.name, sample.months, curves[world], curves[world] - curves[0] if world else None)


def _bands(
    world: str, outcome: str, months: Sequence[str], values: NDArray[np.float64], change: NDArray[np.float64] | None
) -> pa.Table:
    """Return one world's rows of one outcome; `values` and `change` are (replicates, months, scopes)."""
    shape = values.shape[1:]
    known = np.isfinite(values if change is None else change).sum(axis=0)
    columns = [paired.moments(values)[0], *paired.quantiles(values, (0.1, 0.5, 0.9))]
    if change is None:
        columns += [np.full(shape, np.nan)] * 6
    else:
        mean, sd = paired.moments(change)
        with np.errstate(divide="ignore", invalid="ignore"):
            half = paired.student(known) * sd / np.sqrt(known)
        columns += [mean, mean - half, mean + half, *paired.quantiles(change, (0.1, 0.5, 0.9))]
    dates = np.array(months, "datetime64[M]").astype("datetime64[D]")
    # by scope, then by month
    scopes = np.repeat(np.array(SCOPES[: shape[1]], object), shape[0])
    return pa.Table.from_arrays(
        [
            pa.array([world] * len(scopes)), pa.array([outcome] * len(scopes)), pa.array(scopes, pa.string()),
            pa.array(np.tile(dates, shape[1]), pa.date32()), pa.array(known.T.ravel().astype(np.int32)),
            *(floats(np.asarray(column).T.ravel()) for column in columns),
        ],
        schema=BANDS,
    )  # fmt: skip
