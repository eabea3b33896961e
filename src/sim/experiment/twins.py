"""Twins, one parameter for each side: whether they are treated alike, and draws in which they are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from sim.experiment.experiment import Experiment, Factor
from sim.registry.entries import Parameter
from sim.registry.parameters import PARAMETERS

#: Mechanisms without a counterpart on the other side: off in the neutral kernel. Each favours one
#: policy by its nature, so none may be left in where neutrality is tested.
UNTWINNED = (
    "need", "lateral", "circumstances", "debate_costs", "misfit_costs", "packing", "levies", "education", "attitudes",
)  # fmt: skip
#: Pairs named as counterparts whose ranges differ: not set equal.
LOOSE = ("d_vc", "u_s")


def value_at(parameter: Parameter, position: float) -> float:
    """Return the value at a position in [0, 1] of a parameter's distribution."""
    if parameter.distribution == "loguniform":
        low, high = math.log(parameter.low), math.log(parameter.high)
        return min(max(math.exp(low + (high - low) * position), parameter.low), parameter.high)
    return parameter.low + (parameter.high - parameter.low) * position


def latin_hypercube(number: int, seed: int, fixed: Mapping[str, float] | None = None) -> list[dict[str, float]]:
    """Return draws of all parameters, spread evenly over their ranges.

    Parameters
    ----------
    number
        Of draws.
    seed
        Of the design, not of the model.
    fixed
        Values held instead of drawn.
    """
    from scipy.stats import qmc

    positions = qmc.LatinHypercube(len(PARAMETERS), rng=seed).random(number)
    held = dict(fixed or {})
    return [
        {p.name: held.get(p.name, value_at(p, float(x))) for p, x in zip(PARAMETERS.values(), row, strict=True)}
        for row in positions
    ]


def with_equal_twins(values: Mapping[str, float]) -> dict[str, float]:
    """Return values in which the second of each pair of twins has the first's value."""
    equal = dict(values)
    done: set[str] = set()
    for parameter in PARAMETERS.values():
        if parameter.twin and parameter.name not in done and parameter.name not in LOOSE:
            equal[parameter.twin] = equal[parameter.name]
            done |= {parameter.name, parameter.twin}
    return equal


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
