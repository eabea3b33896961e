"""Every parameter moves some outcome; a parameter that moves none has to go."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.engines.compiled import simulate
from sim.engines.trajectory import Trajectory
from sim.registry.entries import Parameter
from sim.registry.parameters import PARAMETERS
from sim.scenario.schema import Event, Period
from sim.world.build import build
from tests.engines.worlds import scenario

EVENTS = {
    "levy": Event(kind="levy", start="1921-02", end="1921-06", size=0.3),
    "congress": Event(kind="congress", start="1921-09"),
}
DISPUTE = {"events": EVENTS | {"dispute": Event(kind="dispute", start="1921-03", end="1921-12")}}
CONGRESSES = {
    "policy": {"rule": "endogenous", "start": 0.5},
    "events": EVENTS | {"later": Event(kind="congress", start="1922-06")},
}
PLENUM = {"policy": {"rule": "election"}, "variants": {"electorate": "plenum"}}
LEARNED = {"variants": {"judges_learn": "yes"}}
#: Some parameters act under one rule, reading or circumstance only.
WORLD: dict[str, dict[str, Any]] = {
    "psi": {"policy": {"rule": "endogenous", "start": 0.8}},
    "zeta": {"policy": {"rule": "endogenous"}},
    "q_max": {"start": "1928-06"},
    "inc_f": {"policy": {"rule": "appointment"}},
    **{name: CONGRESSES for name in (
        "habit", "want", "want_threat", "want_conflict", "want_ready", "threat_0", "conflict_0", "ready_0",
        "ambition")},
    "rho": DISPUTE, "a_plat": DISPUTE | {"variants": {"ties": "persons_and_platforms"}},
    "r_p": PLENUM, "own_clique": PLENUM, "crowd": LEARNED,
    "learn": LEARNED | {"start": "1925-01", "policy": {"rule": "appointment"}, "guberniias": 20},
    "rec_mid": {"start": "1924-06"}, "rec_late": {"start": "1927-01", "guberniias": 20}, "k_late": {"start": "1926-01"},
    # so many guberniias that capacity binds
    "cap_fr": {"policy": {"rule": "appointment"}, "guberniias": 60, "uezds_each": 0, "months": 8},
}


@cache
def outcomes(name: str, value: float) -> Trajectory:
    """Run the world in which a parameter acts, with a value for it."""
    special = dict(WORLD.get(name, {}))
    if start := special.pop("start", None):
        known = scenario(**{"guberniias": 4, "uezds_each": 0, **special, name: value})
        return simulate(build(known.model_copy(update={"period": Period(start=start, end="1929-12")})), 0)
    settings: dict[str, Any] = {"months": 30, "guberniias": 6, "uezds_each": 1, "events": EVENTS, **special}
    # hot enough that skloki open
    return simulate(build(scenario(**settings, **{"a_temp": 0.03, name: value})), 0)


@pytest.mark.parametrize("parameter", PARAMETERS.values(), ids=lambda parameter: parameter.name)
def test_parameter_moves_some_outcome(parameter: Parameter) -> None:
    low, high = outcomes(parameter.name, parameter.low), outcomes(parameter.name, parameter.high)
    moved = np.nanmax(np.abs(low.values - high.values), initial=0.0)
    assert moved > 1e-9, f"{parameter.name} moves nothing between {parameter.low} and {parameter.high}"
