"""Twins, one parameter for each side: whether they are treated alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.experiment.experiment import Experiment, Factor
from sim.registry.entries import Parameter
from sim.registry.parameters import PARAMETERS


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
