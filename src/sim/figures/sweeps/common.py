"""What the pictures of a sweep share: what options and effects are called, headings, values of an axis."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.analysis import selection
from sim.analysis.conditions import places_of
from sim.analysis.sweep import Sweep
from sim.experiment.designs import kind_of
from sim.experiment.experiment import Factor
from sim.figures import style
from sim.figures.series import Array, title

TURNED = 18.0
"""Length of labels at most that are turned upright, mm."""
RANGES = "over the ranges of the parameters, not over history"
CALIBRATED = "over draws calibrated on {}, not over history"
CHOSEN = "over the points chosen, not over history"
CLAUSES = re.compile(r"[,;] +(?![^(]*\))")
"""What ends a clause outside parentheses."""
LEAST, MOST = 3, 8
"""Ticks of a narrow axis of numbers, at least and at most; labels are fewer where they would touch."""
CONSTANT = re.compile(r"\b[A-Z]+_[A-Z_]+\b")


class Said(NamedTuple):
    """What is said of a sweep over each picture: its title, when it is looked at, remarks, how much it rests on."""

    title: str
    when: str
    notes: list[str]
    described: str

    def page(self, name: str, line: str, *, room: float, foot: str = "") -> tuple[Figure, float]:
        """Return a page with a heading that says it, and where that ends; see `style.headed`."""
        lines = self.title, line, *self.notes, self.described, *([foot] if foot else [])
        return style.headed(name, *lines, room=room)


def said(sweep: Sweep, horizon: str | None, lever: Factor | None, *axes: Factor | None) -> Said:
    """Return what is said of a sweep over a picture of a lever's options along some factors."""
    when = sweep.experiment.horizons[horizon or next(iter(sweep.experiment.horizons))].meaning
    return Said(sweep.experiment.title, when, notes(sweep, lever, *axes), described(sweep))


def described(sweep: Sweep, curves: bool = False) -> str:
    """Return how much a picture rests on."""
    state, pairs = sweep.progress(), sweep.pairs
    points, runs = len(pairs.points), state["runs"]
    text = f"{points:,} point{'s' * (points != 1)}, {runs:,} run{'s' * (runs != 1)}"
    if state["failed"]:
        text += f" ({state['failed']:,} failed)"
    if state["runs"] < state["runs_planned"]:
        text += f" of {state['runs_planned']:,} planned"
    if curves and sweep.experiment.curves == "sample":
        text += f", curves of the first {sweep.experiment.curve_points:,} points"
    if not sweep.experiment.uncertainties:
        return f"{text}; over chance only"
    given = sweep.experiment.ensemble
    drawn = RANGES if given is None else CALIBRATED.format(given.given)
    return f"{text}; {CHOSEN if kind_of(sweep.experiment).fixed else drawn}"


def unfinished(sweep: Sweep) -> list[str]:
    """Return as a line, if it is so, that of points that were chosen not all are there."""
    planned = max(block["points"][1] for block in sweep.manifest["plan"]["blocks"])
    # The rest of a sample is like its beginning; that of a grid has other values.
    if not kind_of(sweep.experiment).fixed or len(sweep.pairs.points) == planned:
        return []
    return [f"Not finished: the points done so far, in the design's order, of {planned:,}; others have other values"]


def notes(sweep: Sweep, lever: Factor | None, *axes: Factor | None) -> list[str]:
    """Return what has to be said of a picture, in lines: over which other levers' options it is a mean, what lacks."""
    told = {factor.name for factor in (lever, *axes) if factor is not None}
    rest = [entry for entry in sweep.experiment.levers if len(entry.options) > 1 and entry.name not in told]
    return [*([f"Mean over {all_options(rest)}"] if rest else []), *unfinished(sweep)]


def axis_label(factor: Factor, width: float) -> str:
    """Return a factor's name with its meaning and unit, the meaning cut at a comma so that all fits a width in mm."""
    unit = f" ({factor.unit})" if factor.unit else ""
    if not factor.meaning:
        return factor.name + unit
    room = width - style.measure(unit, 8)
    # Clauses that name a constant of the code are for the registry's readers.
    clauses = [clause for clause in CLAUSES.split(factor.meaning) if not CONSTANT.search(clause)] or [factor.meaning]
    cuts = [f"{factor.name}: {', '.join(clauses[:count])}" for count in range(len(clauses), 0, -1)]
    words = cuts[-1].split()
    cuts += [f"{' '.join(words[:count])} …" for count in range(len(words) - 1, 1, -1)]
    fits = next((cut for cut in cuts if style.measure(cut, 8) <= room), None)
    return (fits or style.shorten(cuts[-1], room, 8)) + unit


def values(sweep: Sweep, factor: Factor) -> Array:
    """Return an uncertainty's value in each pair: a number's own, a choice's place among its options."""
    drawn = sweep.pairs.drawn(factor.name)
    return places(factor, drawn) if factor.options else np.asarray(drawn, float)


def cells(sweep: Sweep, lever: Factor | None, *factors: Factor) -> Iterator[tuple[NDArray[np.bool_], list[Array]]]:
    """Yield, for each combination of options of those factors that are levers, where points lie along all factors.

    And before it which combinations of all levers, but the one that is compared, have these options.
    """
    others = {entry.name: len(entry.options) for entry in sweep.experiment.levers if entry != lever}
    inner = [places_of(sweep, factor, lever) if factor.name in others else None for factor in factors]
    drawn = [None if factor.name in others else sweep.pairs.first(values(sweep, factor)) for factor in factors]
    for options in product(*(range(others.get(factor.name, 1)) for factor in factors)):
        have = np.ones(prod(others.values()), bool)
        for mine, place in zip(inner, options, strict=True):
            have &= True if mine is None else mine == place
        points = len(sweep.pairs.points)
        yield have, [np.full(points, float(at)) if x is None else x for x, at in zip(drawn, options, strict=True)]


def places(factor: Factor, drawn: Sequence[Any] | NDArray[Any]) -> Array:
    """Return the place of each value among a choice's options; nan for none."""
    # A column of different kinds of options holds them as Python writes them.
    order: dict[str, float] = {str(option.value): place for place, option in enumerate(factor.options)}
    order |= {selection.label(option.value): place for place, option in enumerate(factor.options)}
    order[""] = np.nan
    named = ["" if value is None else selection.label(value) for value in np.asarray(drawn).tolist()]
    unique, inverse = np.unique(named, return_inverse=True)
    return np.array([order[name] for name in unique.tolist()], float)[inverse]


def logarithmic(factor: Factor) -> bool:
    """Return whether a number is spread over its range by its logarithm."""
    return not factor.options and factor.distribution == "loguniform"


def ticks(axes: Axes, factor: Factor, along: str, width: float) -> None:
    """Set scale, ticks and label of an axis; `width` is the room for the label, mm."""
    axis = axes.xaxis if along == "x" else axes.yaxis
    set_scale = axes.set_xscale if along == "x" else axes.set_yscale
    axis.set_label_text(axis_label(factor, width))
    if factor.options:
        labels = [selection.label(option.value) for option in factor.options]
        turned = along == "x" and tick_room(factor, width) > 0
        labels = [style.shorten(label, TURNED if turned or along == "y" else width, 7) for label in labels]
        axis.set_ticks(range(len(labels)), labels, rotation=90 if turned else 0, fontsize=7 if turned else 8)
        axes.tick_params(axis=along, length=0)  # type: ignore[arg-type]
    elif logarithmic(factor):
        set_scale("log")
        plain_log(axes, along, factor, width)
    else:
        axes.locator_params(axis=along, nbins=6)  # type: ignore[arg-type]


def tick_room(factor: Factor, width: float) -> float:
    """Return the height that labels below an axis of a width need beyond the usual, as they must be turned; mm."""
    widths = [style.measure(selection.label(option.value), 8) for option in factor.options]
    if not widths or max(widths) + 2.0 <= width / len(widths):
        return 0.0
    return min(max(widths), TURNED) - 2.0


def plain_log(axes: Axes, along: str, factor: Factor, width: float) -> None:
    """Label a logarithmic axis by plain numbers, as many as there is room for."""
    steps: tuple[float, ...]
    for steps in ((1, 2, 5), (1, 3), (1,)):
        marks = [m * 10.0**e for e in range(-12, 13) for m in steps]
        marks = [mark for mark in marks if factor.low * 0.999 <= mark <= factor.high * 1.001]
        if len(marks) <= min(6.0, width / 9.0):
            break
    axis = axes.xaxis if along == "x" else axes.yaxis
    axis.set_ticks(marks, [f"{mark:g}" for mark in marks])
    axis.set_ticks([], minor=True)


def numbered(lever: Factor) -> bool:
    """Return whether options are numbers, dates or switches, which say nothing without their lever's name."""
    return any(
        isinstance(option.value, bool) or selection.label(option.value)[:1] in set("+-.0123456789")
        for option in lever.options
    )


def option(lever: Factor, place: int, width: float = 40.0, size: float = 8.0) -> str:
    """Return an option as a legend calls it, cut to a width in mm: with its lever's name where it is no name itself."""
    name = selection.label(lever.options[place].value)
    whole = f"{lever.name} {name}" if numbered(lever) else name
    return whole if style.measure(whole, size) <= width else style.shorten(name, width, size)


def effect(lever: Factor, options: Sequence[int], outcome: str = "", along: str = "") -> str:
    """Return the heading of a picture of effects of some options, by their numbers, against the baseline."""
    base = selection.label(lever.options[0].value)
    what = title(outcome)
    on = f" on {what[:1].lower()}{what[1:]}" if outcome else ""
    if len(options) == 1:
        text = f"Effect of {option(lever, options[0], style.WIDE)} instead of {base}{on}"
    else:
        text = f"Effects of {lever.name}{on}, against {base}"
    return f"{text}, along {along}" if along and along != lever.name else text


def all_options(levers: Sequence[Factor]) -> str:
    """Return over what a mean is taken that is over the options of levers."""
    counts = {2: "both"} | {count: f"all {count}" for count in range(3, 1 + max(len(e.options) for e in levers))}
    return " and ".join(f"{counts[len(entry.options)]} options of {entry.name}" for entry in levers)


def scaled(axes: Axes, low: float, high: float, width: float) -> None:
    """Give a panel of a width in mm a horizontal scale from somewhat below a number to somewhat above another."""
    room = 0.06 * (high - low) or 0.05
    axes.set_xlim(low - room, high + room)
    few_ticks(axes, width)


def few_ticks(axes: Axes, width: float) -> None:
    """Set the ticks of a horizontal axis of numbers, `width` mm wide, within its limits, labelled as there is room."""
    low, high = sorted(axes.get_xlim())
    at = round_numbers(low, high, max(LEAST, min(MOST // 2, int(width / 25.0))))
    texts = [f"{value:g}".replace("-", "\u2212") for value in at]
    # Nought and the ends first: they tell the scale.
    taken: list[tuple[float, float]] = []
    shown = [""] * len(at)
    for place in sorted(range(len(at)), key=lambda place: (at[place] != 0, place not in (0, len(at) - 1), place)):
        centre = (at[place] - low) / (high - low) * width
        half = style.measure(texts[place], 7.0) / 2 + 0.4  # that two labels are 0.8 mm apart
        if all(centre + half <= begin or end <= centre - half for begin, end in taken):
            taken.append((centre - half, centre + half))
            shown[place] = texts[place]
    axes.set_xticks(at, shown, fontsize=7.0)


def round_numbers(low: float, high: float, least: int = LEAST) -> list[float]:
    """Return round numbers between two limits: so many at least and, where there is room, on both sides of nought."""
    found: list[float] = []
    for count in range(least - 1, MOST):
        steps = MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        here = [float(f"{value:.9g}") for value in steps if low <= value <= high]
        if len(here) >= least and (not low < 0.0 < high or here[0] < 0.0 < here[-1]):
            return here
        found = here if len(found) < least else found
    return found
