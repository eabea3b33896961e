"""Scenarios, trees and parameters in a word, for tests of what is built from them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sim.scenario.schema import Scenario, Tree
from sim.world.build import World, build, effective
from sim.world.places import Place, mean_skill, plant

#: A capital, an agrarian and a Siberian guberniia.
THREE: dict[str, Any] = {"only": ["Moscow", "Tver", "Omsk"], "uezds": 0}


def scenario(**tables: Any) -> Scenario:
    """Return a scenario with these tables, checked as a file's would be."""
    return Scenario.model_validate({"title": "test"} | tables)


def world(**tables: Any) -> World:
    """Return the world of a scenario with these tables, of three guberniias unless the tree is among them."""
    return build(scenario(**{"tree": THREE} | tables))


def at(found: World, month: str) -> int:
    """Return the index of a month."""
    return found.months.index(month)


def numbers(**overrides: float) -> SimpleNamespace:
    """Return effective parameters and constants."""
    return effective(scenario(parameters=overrides))


def planted(seed: int = 1921, overrides: dict[str, float] | None = None, **tree: Any) -> list[Place]:
    """Return the committees of a tree, of 700 thousand members."""
    return plant(Tree(**tree), numbers(**(overrides or {})), 700.0, seed)


def skills(places: list[Place], overrides: dict[str, float] | None = None, **tree: Any) -> list[float]:
    """Return the mean skill of trained people in each place."""
    return mean_skill(places, Tree(**tree), numbers(**(overrides or {})))


def heads(places: list[Place]) -> list[Place]:
    """Return the guberniias."""
    return [place for place in places if place.parent < 0]
