"""Draws of parameters from the registry's ranges, with or without equal twins."""

from __future__ import annotations

import math
from collections.abc import Mapping

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
