"""From a scenario to a world: everything an engine reads, and nothing it has to look up."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from sim.scenario.constants import CONSTANTS
from sim.scenario.parameters import PARAMETERS
from sim.scenario.schema import Scenario, month_number
from sim.scenario.switches import LIMITS
from sim.world import series
from sim.world.places import Place, plant
from sim.world.schedule import Calendar, Rule, calendar, months_of, rules


@dataclass(frozen=True, eq=False)
class World:
    """What is known before the first month.

    Attributes
    ----------
    scenario
        The request that this is built from.
    p
        Effective parameters and constants by name, mechanisms that are off at their limits.
    months
        Names of the months; ``first`` is the number of the first.
    committees
        Guberniias first, then the uezds of each in turn.
    calendar, rules
        The dated series, and the rule of selection per month and guberniia.
    claims
        Share of vacancies claimed at the start where the rule is endogenous.
    """

    scenario: Scenario
    p: SimpleNamespace
    months: list[str]
    first: int
    committees: list[Place]
    calendar: Calendar
    rules: list[list[Rule]]
    claims: float

    @property
    def guberniias(self) -> int:
        """Number of guberniias, which come first among the committees."""
        return sum(1 for place in self.committees if place.parent < 0)


def effective(scenario: Scenario) -> SimpleNamespace:
    """Return parameters and constants by name: defaults, overrides, limits of what is off."""
    values: dict[str, float] = {constant.name: constant.value for constant in CONSTANTS}
    values |= {parameter.name: parameter.default for parameter in PARAMETERS}
    values |= scenario.parameters
    for name, on in scenario.mechanisms.items():
        if not on:
            values |= LIMITS[name]
    return SimpleNamespace(**{name: float(value) for name, value in values.items()})


def build(scenario: Scenario) -> World:
    """Return the world of a scenario; pure and deterministic."""
    p = effective(scenario)
    months = months_of(scenario)
    members = float(series.membership(months[:1])[0])
    places = plant(scenario.tree, p, members, scenario.run.seed)
    heads = [place for place in places if place.parent < 0]
    start = scenario.policy.start
    return World(
        scenario, p, months, month_number(months[0]), places, calendar(scenario, places, p),
        rules(scenario.policy, heads, months, p), p.CLAIM_START if start is None else start,
    )  # fmt: skip
