"""With which options a picture is drawn when all that a folder allows are: one function a rule."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from sim.experiment.horizons import following

if TYPE_CHECKING:
    from sim.analysis.sweep import Sweep

Asked = list[dict[str, str]]

PRINCIPAL = ("performance", "recovery", "skloki_year", "centralisation")
"""Outcomes of a result that are drawn on their own."""


def once(stored: Any) -> Asked:
    """Draw it as it is."""
    return [{}]


def principal(result: Any) -> Asked:
    """Draw the principal outcomes."""
    return [{"outcome": name} for name in PRINCIPAL]


def of_real_places(result: Any) -> Asked:
    """Draw it where committees of real places were stored."""
    scenario = result.manifest["scenario"]
    real = scenario.get("tree", {}).get("kind", "real") == "real"
    return [{}] if real and scenario.get("run", {}).get("committees", False) else []


def of_levers(sweep: Sweep) -> Asked:
    """Draw it of each lever with a choice."""
    return [{"lever": lever.name} for lever in sweep.experiment.levers if len(lever.options) > 1]


def of_levers_and_pairs(sweep: Sweep) -> Asked:
    """Draw it of each lever with a choice, and at each option of each other."""
    single = of_levers(sweep)
    return single + [one | {"x": other["lever"]} for one, other in itertools.permutations(single, 2)]


def of_courses(sweep: Sweep) -> Asked:
    """Draw it of each lever where more than two horizons follow one another: of two there is not much of a course."""
    return of_levers(sweep) if len(following(sweep.experiment.horizons)) > 2 else []


def of_curves(sweep: Sweep) -> Asked:
    """Draw it where curves were kept."""
    return [{}] if sweep.curve_outcomes() else []


def of_leading(sweep: Sweep) -> Asked:
    """Draw it along the two uncertainties that lead."""
    return [{"x": name} for name in _leading(sweep)[:2]]


def of_leading_two(sweep: Sweep) -> Asked:
    """Draw it over the two uncertainties that lead; points that change one thing at a time lie on lines of a plane."""
    names = _leading(sweep)
    plane = len(names) > 1 and sweep.experiment.design.kind != "one-at-a-time"
    return [{"x": names[0], "y": names[1]}] if plane else []


def _leading(sweep: Sweep) -> list[str]:
    from sim.analysis import selection
    from sim.analysis.importance import leading

    levers = [lever for lever in sweep.experiment.levers if len(lever.options) > 1]
    return leading(sweep, selection.shown(sweep).column, levers[0] if levers else None)
