"""What an experiment, or a scenario, may do and may still not mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.experiment.designs import kind_of, points
from sim.experiment.experiment import Experiment, Factor
from sim.registry.entries import Parameter
from sim.registry.mechanisms import LIMITS
from sim.registry.parameters import PARAMETERS
from sim.registry.versions import parameter_defaults, variant_defaults
from sim.scenario.file_form import show
from sim.scenario.layers import Layer, merge
from sim.scenario.schema import Scenario, month_number

FEW_UNITS = 30
"""Fewer points x replicates than this tell little of chance."""
FEW_REPLICATES = 5


def cautions(experiment: Experiment) -> Iterator[str]:
    """Yield what is allowed but worth a thought."""
    yield from _numbers(experiment)
    yield from _ranges(experiment)
    yield from half_varied(experiment)
    yield from _idle(experiment)
    for lever in experiment.levers:
        yield from _same(experiment, lever)


def _numbers(experiment: Experiment) -> Iterator[str]:
    kind, number = kind_of(experiment), points(experiment)
    if number * experiment.replicates < FEW_UNITS:
        each = f"{experiment.replicates} replicate{'s' * (experiment.replicates > 1)}{' each' * (number > 1)}"
        yield f"{number} point{'s' * (number > 1)} with {each}: too few to tell an effect from chance"
    elif kind.fixed and experiment.replicates < FEW_REPLICATES:
        few = "one of each point is" if experiment.replicates == 1 else f"{experiment.replicates} of each point are"
        yield f"run.replicates: {few} too few to tell points of a {experiment.design.kind} apart"
    for caution in kind.cautions:
        yield from caution(experiment)


def _ranges(experiment: Experiment) -> Iterator[str]:
    for factor in experiment.uncertainties:
        name = factor.target.removeprefix("parameters.")
        if factor.target != name:
            yield from _outside(f"uncertainties.{factor.name}", name, (factor.low, factor.high))
    for factor in (*experiment.levers, *experiment.uncertainties):
        for option in factor.options:
            for name, value in option.table.get("parameters", {}).items():
                yield from _outside(f"{factor.name} = {show(option.value)}", name, (value, value))
    for name, value in experiment.base.get("parameters", {}).items():
        yield from _outside("the base", name, (value, value))


def _outside(where: str, name: str, ends: tuple[float, float]) -> Iterator[str]:
    parameter, (low, high) = PARAMETERS[name], ends
    if low < parameter.low or high > parameter.high:
        value = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        plausible = f"{parameter.low:g} to {parameter.high:g} ({parameter.unit})"
        yield f"{where}: {name} = {value} lies outside the plausible range {plausible}"


def _idle(experiment: Experiment) -> Iterator[str]:
    off = [name for name, on in experiment.base.get("mechanisms", {}).items() if not on]
    for factor in experiment.uncertainties:
        for name in off:
            if factor.target.removeprefix("parameters.") in LIMITS.get(name, {}):
                yield f"uncertainties.{factor.name}: without effect, the mechanism {name} is off in the base"


def _same(experiment: Experiment, lever: Factor) -> Iterator[str]:
    """Find options that make the same world, or the same until the period ends."""
    known: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    for option in lever.options:
        scenario = _scenario(experiment, lever, option.table)
        name, whole, inside = show(option.value), _world(scenario), _world(_to_the_end(scenario))
        twin = next((one for one in known if one[2] == inside), None)
        if twin is not None:
            said = "it is the same world as" if twin[1] == whole else (
                f"until {scenario.period.end}, when the period ends, it is the same world as")  # fmt: skip
            yield f"levers.{lever.name}: {name} changes nothing: {said} {twin[0]}"
        known.append((name, whole, inside))


def _scenario(experiment: Experiment, lever: Factor, table: Mapping[str, Any]) -> Scenario:
    others = [other.options[0].table for other in experiment.levers if other is not lever]
    merged, _ = merge(Layer("", dict(layer)) for layer in (experiment.base, *others, table, {"title": "?"}))
    return Scenario.model_validate(merged, strict=False)


def _to_the_end(scenario: Scenario) -> Scenario:
    """Return a scenario without what begins after its period."""
    end, policy, threat = scenario.period.end, scenario.policy, scenario.threat
    changes = {name: one for name, one in policy.changes.items() if one.enabled and (one.date or end) <= end}
    events = {name: one for name, one in scenario.events.items() if one.enabled and one.start <= end}
    begun = threat.peace is not None and threat.peace.dates[0] < month_number(end)
    threat = threat if begun else threat.model_copy(update={"peace": None})
    policy = policy.model_copy(update={"changes": changes})
    return scenario.model_copy(update={"policy": policy, "events": events, "threat": threat})


def _world(scenario: Scenario) -> dict[str, Any]:
    world = scenario.model_dump()
    # what is not written out is what the model takes for granted
    version = world["defaults"]
    world["parameters"] = parameter_defaults(version) | world["parameters"]
    world["variants"] = variant_defaults(version) | world["variants"]
    return world | {"mechanisms": {name: on for name, on in world["mechanisms"].items() if not on}}


def pairs() -> Iterator[tuple[Parameter, Parameter]]:
    """Yield each pair of twins once."""
    for parameter in PARAMETERS.values():
        if parameter.twin and parameter.name < parameter.twin:
            yield parameter, PARAMETERS[parameter.twin]


def unlike(given: Mapping[str, float]) -> Iterator[str]:
    """Say of which twins one was given another value than the other has."""
    for one, twin in pairs():
        values = [given.get(parameter.name, parameter.default) for parameter in (one, twin)]
        if {one.name, twin.name} & given.keys() and values[0] != values[1]:
            yield (
                f"parameters.{one.name} = {values[0]:g} but its twin {twin.name} = {values[1]:g}: "
                "the comparison of policies is not symmetric"
            )


def half_varied(experiment: Experiment) -> Iterator[str]:
    """Say of which twins one is varied otherwise than the other."""
    factors = (*experiment.levers, *experiment.uncertainties)
    drawn = {factor.target.removeprefix("parameters."): factor for factor in factors if not factor.options}
    varied = drawn.keys() | {
        name for factor in factors for option in factor.options for name in option.table.get("parameters", {})
    }
    for pair in pairs():
        here = [parameter for parameter in pair if parameter.name in varied]
        if len(here) == 1:
            name, twin = here[0].name, here[0].twin
            yield f"{name} is varied and its twin {twin} is not: the comparison is not symmetric"
        elif len({_moved(drawn[parameter.name], parameter) for parameter in here if parameter.name in drawn}) > 1:
            yield f"{pair[0].name} and its twin {pair[1].name} are varied over unlike ranges: not symmetric"


def _moved(factor: Factor, parameter: Parameter) -> tuple[bool, float, float]:
    """Return how a parameter's range departs from the registry's."""
    same = factor.distribution == parameter.distribution
    return same, factor.low - parameter.low, factor.high - parameter.high
