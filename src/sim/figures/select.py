"""What is asked of a picture, found once in what is stored: a function for each kind of folder.

Each returns the selections that are drawn, with the names of their files: one, or one for each world of a comparison;
none where there is nothing to draw.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.analysis import selection
from sim.analysis.selection import Selection
from sim.errors import Problem, UserError
from sim.experiment.designs import kind_of
from sim.experiment.horizons import following
from sim.figures.pictures import Picture
from sim.inference.worth import FEW
from sim.registry.readiness import MEASURES

if TYPE_CHECKING:
    from sim.analysis.sweep import Sweep
    from sim.experiment.experiment import Factor

Asked = Mapping[str, str]
Found = list[tuple[str, Selection]]


def of_result(result: Any, what: str, picture: Picture, asked: Asked) -> Found:
    """Return the outcome, by default performance, and the month."""
    outcome = asked.get("outcome", "performance") if "outcome" in picture.options else None
    parts = [what, outcome, asked.get("date")]
    return [("-".join(part for part in parts if part), Selection(outcome=outcome, date=asked.get("date")))]


def of_comparison(comparison: Any, what: str, picture: Picture, asked: Asked) -> Found:
    """Return each world that is set against the baseline; of one outcome, if it is asked for."""
    outcome = asked.get("outcome")
    return [
        ("-".join([what, world, *([outcome] if outcome else [])]), Selection(world=world, outcome=outcome))
        for world in comparison.worlds[1:]
    ]


def of_calibration(calibration: Any, what: str, picture: Picture, asked: Asked) -> Found:
    """Return the outcome, where one is asked for."""
    outcome = asked.get("outcome")
    if outcome is not None:
        selection.some("outcome", outcome, list(dict.fromkeys(calibration.effects()["outcome"])))
    return [("-".join([what, *([outcome] if outcome else [])]), Selection(outcome=outcome))]


def of_readiness(found: Any, what: str, picture: Picture, asked: Asked) -> Found:
    """Return the measure, by default months of recovery."""
    if "outcome" in asked:
        selection.some("outcome", asked["outcome"], MEASURES)
    return [("-".join([what, *asked.values()]), Selection(outcome=asked.get("outcome", MEASURES[0])))]


def of_lockin(found: Any, what: str, picture: Picture, asked: Asked) -> Found:
    """Return that it is drawn."""
    return [(what, Selection())]


of_ledger = of_lockin


def of_trace(traced: Any, what: str, picture: Picture, asked: Asked) -> Found:
    """Return the trace; nothing of worlds in which the same happens, and no map of places that have none."""
    if not traced.divergence.steps or (what == "map" and not _on_a_map(traced.manifest["a"]["scenario"])):
        return []
    return [(what, Selection())]


def of_sweep(sweep: Sweep, what: str, picture: Picture, asked: Asked) -> Found:
    """Return lever, options, axes, outcome, class and horizon; what is left open is filled as the picture says."""
    sweep.require_runs()
    where = Selection(asked.get("outcome"), asked.get("scope"), asked.get("horizon"))
    if what != "bands":  # whose curves may be of other outcomes
        for name in ("outcome", "scope", "horizon"):
            selection.some(name, asked.get(name), selection.known(sweep, name))
    axes: dict[str, Factor] = {}
    for name in ("x", "y"):
        if name in asked:
            axes[name] = _axis(sweep, name, asked[name], levers_alone=picture.lever_rule == "across")
    lever = _lever(sweep, what, picture.lever_rule, asked, axes)
    options = selection.against(lever, asked.get("option")) if lever else []
    if missing := [name for name in picture.axes if name not in axes]:
        axes |= _leading(sweep, what, missing, axes, lever, options, where)
    if len({factor.name for factor in axes.values()}) < len(axes):
        raise UserError(Problem(what, "y", repr(axes["y"].name), "another one than x"))
    found = replace(where, lever=lever, options=tuple(options), x=axes.get("x"), y=axes.get("y"))
    shown = selection.shown(sweep, found) if "column" in picture.stem else None
    parts = {
        **asked, **{name: factor.name for name, factor in axes.items()},
        "column": shown.column if shown else "", "of": lever.name if lever else "",
        "by": f"by-{asked['x']}" if "x" in asked else "",
    }  # fmt: skip
    return [("-".join([what, *(slug(parts[name]) for name in picture.stem if parts.get(name))]), found)]


def _axis(sweep: Sweep, name: str, asked: str, levers_alone: bool) -> Factor:
    """Return the lever or the uncertainty that is asked for as an axis, by the option's name where there is none."""
    try:
        return (sweep.experiment.lever if levers_alone else sweep.experiment.factor)(asked)
    except UserError as error:
        wrong = error.problems[0]
        if not wrong.found:  # there is no lever at all
            raise
        raise UserError(replace(wrong, where=name, allowed=f"a {wrong.where}: {wrong.allowed}")) from error


def _lever(sweep: Sweep, what: str, rule: str, asked: Asked, axes: Mapping[str, Factor]) -> Factor | None:
    """Return whose options are compared: the lever that is asked for, or the one that the picture's rule finds."""
    with_choice = [entry for entry in sweep.experiment.levers if len(entry.options) > 1]
    taken = {factor.name for factor in axes.values()}
    name = asked.get("lever")
    if rule == "besides":
        free = [entry for entry in with_choice if entry.name not in taken]
        if name is None and "option" not in asked and not free:
            return None
        chosen = sweep.experiment.lever(name or next((entry.name for entry in free), None))
        if chosen.name in taken:
            raise UserError(Problem(what, "lever", repr(chosen.name), "one that is neither x nor y"))
        return chosen
    if name is None and not with_choice and (rule == "first" or (rule == "along" and (axes or what == "outcome"))):
        return None
    if name is None and rule == "along" and "x" in axes and axes["x"] in sweep.experiment.levers:
        return axes["x"]
    chosen = sweep.experiment.lever(name)
    if rule == "across" and chosen.name in taken:
        raise UserError(Problem(what, "x", repr(chosen.name), "a lever other than the one whose effects are shown"))
    return chosen


def _leading(
    sweep: Sweep, what: str, missing: list[str], axes: Mapping[str, Factor], lever: Factor | None, options: list[int],
    where: Selection,
) -> dict[str, Factor]:  # fmt: skip
    """Return axes for those that are not asked for: the uncertainties that the effect goes with most."""
    from sim.analysis.importance import leading

    column = selection.shown(sweep, where).column
    taken = {factor.name for factor in axes.values()}
    names = [name for name in leading(sweep, column, lever, options[:1] or [1]) if name not in taken]
    if len(names) < len(missing):
        needed = " and ".join(f"--{name}" for name in ("x", "y")[: len(missing) + len(axes)])
        raise UserError(Problem("plot", what, allowed=f"{needed}: this sweep has too few uncertainties to choose from"))
    return {name: sweep.experiment.factor(names[at]) for at, name in enumerate(missing)}


def slug(text: Any) -> str:
    """Return a text as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", selection.label(text)).strip("-") or "option"


# With which options a picture is drawn when all that a folder allows are: one function a rule.

PRINCIPAL = ("performance", "recovery", "skloki_year", "centralisation")
"""Outcomes of a result that are drawn on their own."""


def once(stored: Any) -> list[dict[str, str]]:
    """Draw it as it is."""
    return [{}]


def with_effects(calibration: Any) -> list[dict[str, str]]:
    """Draw it where levers were set beside one another."""
    return [{}] if len(calibration.effects()) else []


def of_measures(found: Any) -> list[dict[str, str]]:
    """Draw it by recovery and by open skloki, where the world has a map."""
    return [{}, {"outcome": "open_skloki"}] if _on_a_map(found.manifest) else []


def of_measures_alone(found: Any) -> list[dict[str, str]]:
    """Draw it so where places elected alone."""
    return of_measures(found) if found.manifest["populations"][0]["alone"] else []


def principal(result: Any) -> list[dict[str, str]]:
    """Draw the principal outcomes."""
    return [{"outcome": name} for name in PRINCIPAL]


def of_places(result: Any) -> list[dict[str, str]]:
    """Draw it where places were stored that have a map."""
    return [{}] if {"places", "committees"} & set(result.tables) and _on_a_map(result.manifest["scenario"]) else []


def _on_a_map(scenario: Mapping[str, Any]) -> bool:
    from sim.figures.tilemap import board

    return board(scenario.get("tree", {})) is not None


def with_places(comparison: Any) -> list[dict[str, str]]:
    """Draw it where places were stored: of what is shown, the outcomes that a reader asks of places first."""
    there = "places" in comparison.tables and _on_a_map(comparison.manifest["worlds"][0].get("scenario", {}))
    return [{}] if there else []


def of_levers(sweep: Sweep) -> list[dict[str, str]]:
    """Draw it of each lever with a choice."""
    return [{"lever": lever.name} for lever in sweep.experiment.levers if len(lever.options) > 1]


def of_levers_and_pairs(sweep: Sweep) -> list[dict[str, str]]:
    """Draw it of each lever with a choice, and at each option of each other."""
    single = of_levers(sweep)
    return single + [one | {"x": other["lever"]} for one, other in itertools.permutations(single, 2)]


def of_courses(sweep: Sweep) -> list[dict[str, str]]:
    """Draw it of each lever where more than two horizons follow one another: of two there is not much of a course."""
    return of_levers(sweep) if len(following(sweep.experiment.horizons)) > 2 else []


def of_curves(sweep: Sweep) -> list[dict[str, str]]:
    """Draw it where curves were kept."""
    return [{}] if sweep.curve_outcomes() else []


def of_observed(sweep: Sweep) -> list[dict[str, str]]:
    """Draw it of each lever and of the nation where observables were kept of draws enough."""
    drawn = bool(sweep.experiment.observables) and not kind_of(sweep.experiment).fixed and len(sweep.pairs) >= FEW
    scope = {"scope": "nation"} if "nation" in sweep.experiment.scopes else {}
    return [one | scope for one in of_levers(sweep)] if drawn else []


def of_leading(sweep: Sweep) -> list[dict[str, str]]:
    """Draw it along the two uncertainties that lead."""
    return [{"x": name} for name in _leaders(sweep)[:2]]


def of_leading_two(sweep: Sweep) -> list[dict[str, str]]:
    """Draw it over the two uncertainties that lead; points that change one thing at a time lie on lines of a plane."""
    names = _leaders(sweep)
    plane = len(names) > 1 and not kind_of(sweep.experiment).from_base
    return [{"x": names[0], "y": names[1]}] if plane else []


def _leaders(sweep: Sweep) -> list[str]:
    from sim.analysis.importance import leading

    levers = [lever for lever in sweep.experiment.levers if len(lever.options) > 1]
    return leading(sweep, selection.shown(sweep).column, levers[0] if levers else None)
