"""Which worlds claims need, and what is kept of each: a world is run once, whoever asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any

from sim.claims.claim import RECORD_END, Claim, shipped_claims
from sim.claims.load import load_claims
from sim.claims.populations import Population
from sim.experiment.experiment import Experiment, Factor, Option
from sim.experiment.horizons import Horizon
from sim.registry.observables import OBSERVABLES
from sim.scenario.layers import Layer, leaves, merge

LEVER = "world"
"""The lever of a world's sweep, with one option."""
HISTORY = "history"
"""The world that an archive is of: nothing is laid over the base, and all observables are counted in it."""


@dataclass(frozen=True)
class World:
    """A world of one or several claims, laid over a population's base.

    Attributes
    ----------
    name
        In the claim that named it first.
    table
        What it lays over the base.
    start, end
        First month, if not the base's, and last month.
    """

    name: str
    table: Mapping[str, Any]
    end: str
    start: str | None = None
    replicates: int = 2

    @cached_property
    def key(self) -> str:
        """Tells one world from another: not its name."""
        return _hash([self.table, self.start, self.end, self.replicates])


@dataclass(frozen=True)
class Kept:
    """What is kept of a world's runs: outcomes at horizons, figures, observables."""

    outcomes: frozenset[str] = frozenset()
    horizons: frozenset[str] = frozenset()
    targets: bool = False
    observables: bool = False

    def __or__(self, other: Kept) -> Kept:
        return Kept(self.outcomes | other.outcomes, self.horizons | other.horizons, self.targets or other.targets,
                    self.observables or other.observables)  # fmt: skip


@dataclass(frozen=True)
class WorldSweep:
    """A world with what is kept of it: one sweep in each population."""

    world: World
    kept: Kept

    @cached_property
    def name(self) -> str:
        """The sweep's name: also its folder's, below the population's."""
        kept = [sorted(self.kept.outcomes), sorted(self.kept.horizons), self.kept.targets, self.kept.observables]
        return f"{self.world.key}-{_hash(kept)[:6]}"


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:10]


def world_of(claim: Claim, name: str) -> World:
    """Return a claim's world by its name."""
    return World(name, claim.worlds[name], claim.end, claim.said.start, claim.said.replicates)


def needs(claim: Claim) -> Iterator[tuple[World, Kept]]:
    """Yield the worlds that a claim needs, with what is to be kept of each."""
    for estimand in claim.estimands if claim.tested else ():
        for quantity in estimand.quantities.values():
            world = world_of(claim, quantity.world)
            if not quantity.outcome:
                yield world, Kept(targets=True)
                continue
            for outcome, horizon in quantity.columns():
                yield world, Kept(frozenset([outcome]), frozenset([horizon]))


def _kept(claims: Iterable[Claim]) -> dict[str, Kept]:
    """Return what claims need of each world, by its key."""
    found: dict[str, Kept] = {}
    for claim in claims:
        for world, kept in needs(claim):
            found[world.key] = found.get(world.key, Kept()) | kept
    return found


@cache
def _of_the_package() -> Mapping[str, Kept]:
    return MappingProxyType(_kept(load_claims(tuple(map(str, shipped_claims().values())))))


class Wanted:
    """The sweeps that claims need.

    What is kept of a world is whatever the claims of the package need of it, asked for or not: so it is the same sweep
    when more of them are asked later. A claim of one's own that needs more has a sweep with that as well.
    """

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.claims = list(claims)
        self._shipped = _of_the_package()

    def sweep(self, claim: Claim, name: str) -> WorldSweep:
        """Return the sweep of a claim's world."""
        world = world_of(claim, name)
        return WorldSweep(world, _kept([claim]).get(world.key, Kept()) | self._shipped.get(world.key, Kept()))

    def of(self, claim: Claim) -> list[WorldSweep]:
        """Return the sweeps that a claim needs, each once."""
        used = dict.fromkeys(name for one in claim.estimands for name in one.worlds) if claim.tested else ()
        return list({one.name: one for one in (self.sweep(claim, name) for name in used)}.values())

    def all(self, claims: Iterable[Claim]) -> list[WorldSweep]:
        """Return the sweeps that several claims need, each once."""
        return list({one.name: one for claim in claims for one in self.of(claim)}.values())


def history() -> WorldSweep:
    """Return the world in which observables are counted."""
    return WorldSweep(World(HISTORY, {}, RECORD_END), Kept(frozenset(["performance"]), frozenset(["1923-12:1926-11"]),
                                                           targets=True, observables=True))  # fmt: skip


def experiment_of(population: Population, asked: WorldSweep) -> Experiment:
    """Return the sweep of a world in a population: one option, over the population's draws.

    What a world sets is drawn no more in it; everything else stays what it is at the same draw.
    """
    world, given = asked.world, population.experiment
    period = {key: value for key, value in (("start", world.start), ("end", world.end)) if value is not None}
    base = merge([Layer("", dict(given.base)), Layer("", {"period": period})])[0]
    fields = {path for path, _ in leaves(dict(world.table))}
    free = tuple(factor for factor in given.uncertainties if tuple(factor.target.split(".")) not in fields)
    names = [factor.name for factor in free]
    rows = tuple({name: row[name] for name in names} for row in given.design.rows)
    horizons = {horizon_name(text): Horizon(text.partition(":")[0], text.rpartition(":")[2])
                for text in sorted(asked.kept.horizons or {world.end})}  # fmt: skip
    outcomes = tuple(sorted(asked.kept.outcomes or {"performance"}))
    return replace(
        given, name=asked.name, title=f"{world.name}, {population.name}", base=base,
        levers=(Factor(LEVER, (Option(world.key, world.table),)),), uncertainties=free,
        design=replace(given.design, rows=rows), replicates=world.replicates, outcomes=outcomes, horizons=horizons,
        targets=asked.kept.targets, observables=tuple(OBSERVABLES) if asked.kept.observables else (),
    )  # fmt: skip


def horizon_name(text: str) -> str:
    """Return under which name a horizon is kept."""
    return "at_" + text.replace("-", "").replace(":", "_")
