"""From a scenario to a world: everything an engine reads, and nothing it has to look up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType, SimpleNamespace
from typing import Any

from sim.registry.constants import CONSTANTS
from sim.registry.mechanisms import LIMITS
from sim.registry.parameters import PARAMETERS
from sim.registry.versions import FIRST, parameter_defaults
from sim.scenario.schema import Scenario, month_number, months_of, readings
from sim.world import series
from sim.world.places import Place, mean_skill, plant
from sim.world.schedule import Calendar, Rules, calendar, rules


@dataclass(frozen=True, eq=False)
class World:
    """What is known before the first month."""

    scenario: Scenario  # the request that this is built from
    p: SimpleNamespace  # effective parameters and constants by name, mechanisms that are off at their limits
    variants: Mapping[str, str]  # the reading of every variant by name
    months: list[str]  # names of the months; ``first`` is the number of the first
    first: int
    committees: list[Place]  # guberniias first, then the uezds of each in turn
    skill: list[float]  # mean skill of trained people in each committee
    calendar: Calendar  # the dated series
    rules: Rules  # of selection, per month and guberniia
    claims: float  # share of vacancies claimed at the start where the rule is endogenous
    #: names of the parameters that were read for the tree and the calendar, for the skill, for the rules
    read: Mapping[str, frozenset[str]]
    like: World | None = None  # the world that this one was varied from, whose tables it shares where it says the same

    @property
    def first_version(self) -> bool:
        """Whether the world is to be as version 0.1 built it, faults that were mended since included."""
        return self.scenario.defaults == FIRST

    @property
    def guberniias(self) -> int:
        """Number of guberniias, which come first among the committees."""
        return sum(1 for place in self.committees if place.parent < 0)


#: What ``options.twins = "equal"`` sets equal, the first in the registry's order and the second: not pairs whose ranges
#: differ, which are counterparts of another kind.
TWINS: dict[str, str] = {}
for one in PARAMETERS.values():
    twin = PARAMETERS.get(one.twin)
    if twin and one.name not in TWINS.values() and (twin.low, twin.high) == (one.low, one.high):
        TWINS[one.name] = twin.name


def effective(scenario: Scenario) -> SimpleNamespace:
    """Return parameters and constants by name: defaults, overrides, equal twins if asked for, limits of what is off."""
    values = _defaults(scenario.defaults) | _floats(scenario.parameters)
    if scenario.options.twins == "equal":
        values |= {second: values[first] for first, second in TWINS.items()}
    for name, on in scenario.mechanisms.items():
        if not on:
            values |= _floats(LIMITS[name])
    return SimpleNamespace(**values)


@cache
def _defaults(version: str) -> dict[str, float]:
    return _floats({name: constant.value for name, constant in CONSTANTS.items()} | parameter_defaults(version))


def _floats(numbers: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in numbers.items()}


def build(scenario: Scenario) -> World:
    """Return the world of a scenario; pure and deterministic."""
    p = effective(scenario)
    laid, taught, ruled = _Noting(p), _Noting(p), _Noting(p)
    months = months_of(scenario)
    places = plant(scenario.tree, laid, float(series.membership(months[:1])[0]), scenario.run.seed)
    heads, start = [place for place in places if place.parent < 0], scenario.policy.start
    return World(
        scenario, p, readings(scenario), months, month_number(months[0]), places,
        mean_skill(places, scenario.tree, taught), calendar(scenario, months, places, laid),
        rules(scenario.policy, heads, months, ruled), p.k0 if start is None else start,
        {"laid": laid.read(), "skill": taught.read(), "rules": ruled.read()},
    )  # fmt: skip


class _Noting(SimpleNamespace):
    """Parameters and constants that note by which names they are asked for."""

    def __init__(self, numbers: SimpleNamespace) -> None:
        super().__init__(**vars(numbers), _names=set())

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name in PARAMETERS:
            super().__getattribute__("_names").add(name)
        return value

    def read(self) -> frozenset[str]:
        """Return the names of the parameters that were read."""
        return frozenset(super().__getattribute__("_names"))


def vary(world: World, parameters: Mapping[str, float], variants: Mapping[str, str] = MappingProxyType({})) -> World:
    """Return the world that :func:`build` would give with other parameters and readings, by name, quickly.

    Parameters must lie within their bounds; no reading changes the tree or the calendar.
    """
    base = world.scenario
    scenario = base.model_copy(
        update={"parameters": base.parameters | dict(parameters), "variants": base.variants | dict(variants)}
    )
    p = effective(scenario)
    # What is read depends on the scenario's texts, which stay, and not on numbers.
    now, before = vars(p), vars(world.p)
    changed = {name for name in PARAMETERS if now[name] != before[name]}
    if changed & world.read["laid"]:
        return build(scenario)
    skill, table = world.skill, world.rules
    if changed & world.read["skill"]:
        skill = mean_skill(world.committees, scenario.tree, p)
    if changed & world.read["rules"]:
        table = world.rules.under(p)
    return replace(
        world, scenario=scenario, p=p, variants=readings(scenario), skill=skill, rules=table,
        claims=p.k0 if scenario.policy.start is None else scenario.policy.start, like=world,
    )
