"""Pictures of a sweep: `KINDS` lists them, `draw` makes one, `draw_all` those that its store allows so far."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import Problem, UserError, nearest
from sim.experiment.designs import kind_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.analysis.sweep import Sweep

KINDS = {
    "effects": "paired effects of a lever's options by class, or at each option of another (--x), with intervals",
    "classes": "by class: how effects are spread over points, or with --x how they go with a factor",
    "horizons": "effects at the horizons in the order of time, by class: what options do in their first years",
    "bands": "courses over time by scenario, medians with 10-90 % bands",
    "outcome": "an outcome, and the effect on it, against a lever or an uncertainty (--x)",
    "surface": "an outcome, or the effect on it, over two of them (--x, --y), with the line where it changes sign",
}
ASKED = ("outcome", "x", "y", "lever", "option", "scope", "horizon")
"""What can be asked of a picture."""


def draw(
    sweep: Sweep, what: str, folder: Path | str, *, outcome: str | None = None, x: str | None = None,
    y: str | None = None, lever: str | None = None, option: str | None = None, scope: str | None = None,
    horizon: str | None = None,
) -> list[Path]:  # fmt: skip
    """Draw one kind of picture and write it as PNG and SVG.

    Parameters
    ----------
    what
        One of `KINDS`.
    folder
        Where to write; made if it is missing.
    outcome, scope, horizon
        By default the first outcome of the sweep, the nation, the main horizon; of kinds that show several, all.
    x, y
        Names of levers or uncertainties; by default those uncertainties that the effect goes with most. Of effects,
        x is another lever: at each of its options.
    lever, option
        Whose effects; by default the first lever, and all options or the first after the baseline.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    UserError
        There is no such kind or name, the nearest is given, or the sweep lacks what the picture needs.
    """
    from sim.figures import style

    if what not in KINDS:
        raise UserError(Problem("plot", "kind", repr(what), ", ".join(KINDS), nearest(what, KINDS)))
    _some_runs(sweep)
    asked = {"outcome": outcome, "x": x, "y": y, "lever": lever, "option": option, "scope": scope, "horizon": horizon}
    paths: list[Path] = []
    for stem, figure in _figures(sweep, what, asked):
        paths += style.save(figure, Path(folder), stem)
    return paths


def draw_all(sweep: Sweep, folder: Path | str) -> list[Path]:
    """Draw what a sweep allows.

    Returns
    -------
    list of Path
        The files written.
    """
    from sim.figures.sweeps.horizons import following

    _some_runs(sweep)
    paths: list[Path] = []
    levers = [lever.name for lever in sweep.experiment.levers if len(lever.options) > 1]
    for lever in levers:
        paths += draw(sweep, "effects", folder, lever=lever)
    for lever, other in itertools.permutations(levers, 2):
        paths += draw(sweep, "effects", folder, lever=lever, x=other)
    for lever in levers:
        paths += draw(sweep, "classes", folder, lever=lever)
    # Of two horizons there is not much of a course.
    if len(following(sweep.experiment.horizons)) > 2:
        for lever in levers:
            paths += draw(sweep, "horizons", folder, lever=lever)
    if sweep.curve_outcomes():
        paths += draw(sweep, "bands", folder)
    names = leading(sweep, None, None, None)
    for name in names[:2]:
        paths += draw(sweep, "outcome", folder, x=name)
    # Points that change one thing at a time lie on two lines of a plane.
    if len(names) > 1 and not kind_of(sweep.experiment).from_base:
        paths += draw(sweep, "surface", folder, x=names[0], y=names[1])
    return paths


def leading(sweep: Sweep, column: str | None, lever: str | None, option: str | None) -> list[str]:
    """Return the uncertainties by how much the effect of an option, or without levers the outcome, goes with them.

    The measure is the correlation ratio; an uncertainty of one value is left out.

    Parameters
    ----------
    column
        Of the store; by default the first outcome's of the nation at the main horizon.
    """
    from sim.analysis import selection
    from sim.analysis.effects import differences
    from sim.analysis.importance import influence
    from sim.figures.sweeps import common

    values = sweep.units.values(column or common.shown(sweep, None).column)
    effect = values.mean(axis=1)
    if lever is not None or any(len(entry.options) > 1 for entry in sweep.experiment.levers):
        chosen = selection.lever(sweep, lever)
        place = 1 if option is None else chosen.options.index(chosen.option(option))
        effect, _ = differences(sweep.units, chosen, place or 1, values)
    varied = {
        factor.name
        for factor in sweep.experiment.uncertainties
        if (len(factor.options) > 1 if factor.options else factor.high > factor.low)
    }
    return [str(name) for name in influence(sweep, effect).index if name in varied]


def _some_runs(sweep: Sweep) -> None:
    if not len(sweep.units):
        raise UserError(Problem(str(sweep.path), allowed="no run is stored yet; wait for the first part"))


def _figures(sweep: Sweep, what: str, asked: dict[str, str | None]) -> Iterator[tuple[str, Figure]]:
    """Yield pictures with the stems of their files."""
    outcome, lever, option = asked["outcome"], asked["lever"], asked["option"]
    scope, horizon = asked["scope"], asked["horizon"]
    if what == "effects":
        yield from _effects(sweep, asked)
        return
    if what == "bands":
        from sim.figures.sweeps import fans

        yield _stem("bands", outcome, lever, scope), fans.figure(sweep, outcome, lever, scope)
        return
    from sim.figures.sweeps import classes, common, horizons, surface
    from sim.figures.sweeps import outcome as along

    if what == "horizons":
        shown = common.shown(sweep, outcome, scope)
        yield _stem("horizons", shown.stem, lever, option), horizons.figure(sweep, shown, lever, option, scope)
        return
    shown = common.shown(sweep, outcome, scope, horizon)
    if what == "classes" and asked["x"] is None:
        yield _stem("classes", shown.stem, lever, option), classes.distributions(sweep, shown, lever, option)
        return
    x, y = _axes(sweep, what, shown.column, asked)
    if what == "classes":
        yield _stem("classes", shown.stem, x, lever, option), classes.courses(sweep, shown, x, lever, option)
    elif what == "outcome":
        yield _stem("outcome", shown.stem, x, lever, option), along.figure(sweep, shown, x, lever, option)
    else:
        yield _stem("surface", shown.stem, x, y, lever, option), surface.figure(sweep, shown, x, y, lever, option)


def _effects(sweep: Sweep, wanted: dict[str, str | None]) -> Iterator[tuple[str, Figure]]:
    from sim.analysis import selection
    from sim.figures.sweeps import forest

    given = {name: wanted[name] for name in ("option", "outcome", "scope", "horizon")}
    at = [] if wanted["x"] is None else ["by", wanted["x"]]
    stem = _stem("effects", selection.lever(sweep, wanted["lever"]).name, *at, *given.values())
    for number, figure in enumerate(forest.figures(sweep, wanted["lever"], x=wanted["x"], **given)):
        yield stem + (f"-{number + 1}" if number else ""), figure


def _axes(sweep: Sweep, what: str, column: str, asked: dict[str, str | None]) -> tuple[str, str]:
    """Return the axes that are asked for; what is left open is filled by the leading uncertainties."""
    given = [asked["x"], *([asked["y"]] if what == "surface" else [])]
    if None not in given:
        return str(given[0]), str(given[-1])
    found = [name for name in leading(sweep, column, asked["lever"], asked["option"]) if name not in given]
    if len(found) < given.count(None):
        needed = "--x and --y" if what == "surface" else "--x"
        raise UserError(Problem("plot", what, allowed=f"{needed}: this sweep has too few uncertainties to choose from"))
    filled = [name if name is not None else found.pop(0) for name in given]
    return filled[0], filled[-1]


def _stem(kind: str, *parts: str | None) -> str:
    from sim.figures.sweeps.common import slug

    return "-".join([kind, *(slug(part) for part in parts if part)])
