"""Twins are named once, whichever of them is treated otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.experiment import warnings as twins
from sim.experiment.experiment import Factor, Option
from sim.registry.parameters import PARAMETERS
from tests import tiny


def varied(*names: str, **changed: float) -> list[str]:
    factors = [
        Factor(p.name, target=f"parameters.{p.name}", low=p.low, high=p.high, distribution=p.distribution)
        for p in map(PARAMETERS.__getitem__, names)
    ]
    factors[0] = replace(factors[0], **changed)
    return list(twins.half_varied(tiny.experiment(levers=(), uncertainties=tuple(factors))))


def test_every_twin_is_in_one_pair():
    found = [parameter.name for pair in twins.pairs() for parameter in pair]
    assert sorted(found) == sorted(name for name, parameter in PARAMETERS.items() if parameter.twin)
    assert all(one.twin == other.name and other.twin == one.name for one, other in twins.pairs())


@pytest.mark.parametrize("name", ["r_f", "r_v"])
def test_one_of_two(name):
    twin = PARAMETERS[name].twin
    told = f"{name} is varied and its twin {twin} is not: the comparison is not symmetric"
    assert varied(name) == [told]
    chosen = Factor("x", tuple(Option(value, {"parameters": {name: value}}) for value in (0.1, 0.2)))
    assert list(twins.half_varied(tiny.experiment(levers=(chosen,), uncertainties=()))) == [told]
    assert len(list(twins.unlike({name: 0.07}))) == 1 and not list(twins.unlike({name: 0.07, twin: 0.07}))


def test_both_alike_or_not():
    assert varied("r_f", "r_v") == []
    assert varied("r_f", "r_v", high=0.3) == varied("r_v", "r_f", high=0.3) == [
        "r_f and its twin r_v are varied over unlike ranges: not symmetric"
    ]
