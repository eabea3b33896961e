"""An outcome, and the paired effect on it, against one lever or one uncertainty."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.figures import panels, style
from sim.figures.sweeps import common
from sim.study.sweeps import asked
from sim.study.sweeps.influence import grouped

if TYPE_CHECKING:
    from sim.figures.sweeps.common import Shown
    from sim.study.sweeps.experiment import Factor
    from sim.study.sweeps.opened import Sweep

Array = NDArray[np.float64]

BINS, IN_BIN = 12, 8
"""Along a number: bins at most, with equally many points, and points in each at least."""
FEW = 600
"""Single points are drawn up to so many."""
LEFT, GAP, RIGHT, TALL = 18.0, 20.0, 4.0, 56.0


@dataclass(frozen=True)
class Scattered:
    """Points along a factor.

    Attributes
    ----------
    x
        A number, or a choice's place among its options; shape (points,).
    levels
        Of each option of the lever; shape (options, points).
    effects
        Of each option against the baseline; the first row is 0.
    """

    x: Array
    levels: Array
    effects: Array


@style.styled
def figure(
    sweep: Sweep, what: Shown, x: str, lever: str | None = None, option: str | None = None
) -> Figure:
    """Draw an outcome against a factor: levels by option on the left, effects against the baseline on the right.

    Each point is the mean over its replicates and over the options of all other levers.

    Raises
    ------
    UserError
        There is no such factor, lever or option.
    """
    factor = asked.factor(sweep, x)
    chosen = lever_for(sweep, factor, lever)
    options = compared(chosen, option)
    drawn = scattered(sweep, what, factor, chosen)
    both = chosen is not None and len(options) > 1
    by = f" by {x}" if chosen is not factor else f" by option of {x}"
    keys = entries(factor, chosen, options, is_few(len(drawn.x), chosen), both)
    wide = style.WIDE - LEFT - RIGHT
    wide = (wide - GAP) / 2 if both else wide
    foot = 14.0 + 4.4 * -(-len(keys) // 3) + common.tick_room(factor, wide)
    page, top = common.headed(
        common.title(what.entry.name) + by, sweep.experiment.title,
        f"{style.SCOPE_LABELS[what.scope]}, {common.when(sweep, what.horizon)}; {common.direction(what.entry)}",
        common.described(sweep), room=TALL + foot + 5.0,
    )  # fmt: skip
    top += 5.0
    level = style.place(page, LEFT, top, wide, TALL)
    draw(level, factor, drawn.x, drawn.levels, chosen, options)
    panels.scale([level], what.entry.low, what.entry.high)
    panels.unit(level, what.entry.unit, wide, away=12.0)
    level.set_title("Level")
    if both:
        right = style.place(page, LEFT + wide + GAP, top, wide, TALL)
        effect_panel(right, sweep, what, factor, drawn, chosen, options)
        panels.unit(right, f"{what.entry.unit}, difference", wide, away=13.0)
        assert chosen is not None
        right.set_title(style.shorten(f"Minus {asked.label(chosen.options[0].value)}, pair by pair", wide, 8.5))
    for axes in page.axes:
        common.ticks(axes, factor, "x", wide)
    panels.legend(page, keys, LEFT, 3)
    return page


def lever_for(sweep: Sweep, factor: Factor, lever: str | None) -> Factor | None:
    """Return the lever whose options are compared: the one asked for, the first, or none if there is none."""
    if lever is None and not any(len(entry.options) > 1 for entry in sweep.experiment.levers):
        return None
    if lever is None and any(entry.name == factor.name for entry in sweep.experiment.levers):
        return factor
    return asked.lever(sweep, lever)


def compared(lever: Factor | None, option: str | None) -> list[int]:
    """Return the numbers of the options that are shown: the baseline, and all others or the one asked for."""
    if lever is None:
        return [0]
    if option is None:
        return list(range(len(lever.options)))
    return sorted({0, lever.options.index(asked.option(lever, option))})


def scattered(sweep: Sweep, what: Shown, factor: Factor, lever: Factor | None) -> Scattered:
    """Return each point's place along a factor, and levels and effects there."""
    units = sweep.units
    values = units.values(what.column)
    if lever is None:
        (x, level), = _by_place(sweep, factor, values[:, None, :], np.zeros(values.shape[1], int))
        return Scattered(x, level, 0 * level)
    shaped = units.options(values, lever)
    if factor.name == lever.name:
        levels = np.stack([_points(sweep, shaped[:, [at]])[0] for at in range(shaped.shape[1])])
        effects = np.stack([_points(sweep, shaped[:, [at]] - shaped[:, [0]])[0] for at in range(shaped.shape[1])])
        places = np.arange(len(levels), dtype=float)
        # One point for each option: what is compared is also what it is drawn against.
        spread = np.full((len(levels), levels.size), np.nan)
        changed = spread.copy()
        for at in range(len(levels)):
            spread[at, at * levels.shape[1] : (at + 1) * levels.shape[1]] = levels[at]
            changed[at, at * levels.shape[1] : (at + 1) * levels.shape[1]] = effects[at]
        return Scattered(np.repeat(places, levels.shape[1]), spread, changed)
    inner = np.zeros(shaped.shape[2], int)
    if any(entry.name == factor.name for entry in sweep.experiment.levers):
        inner = _places_of(sweep, factor, lever)
    found = _by_place(sweep, factor, shaped, inner)
    changed_found = _by_place(sweep, factor, shaped - shaped[:, :1], inner)
    return Scattered(
        np.concatenate([x for x, _ in found]), np.concatenate([level for _, level in found], axis=1),
        np.concatenate([effect for _, effect in changed_found], axis=1),
    )  # fmt: skip


def _by_place(sweep: Sweep, factor: Factor, shaped: Array, inner: NDArray[np.int64]) -> list[tuple[Array, Array]]:
    """Return x and the points' means, for an uncertainty once, for another lever once for each of its options."""
    units = sweep.units
    if any(entry.name == factor.name for entry in sweep.experiment.levers):
        count = len(units.points)
        return [
            (np.full(count, float(at)), _points(sweep, shaped[:, :, inner == at])) for at in range(len(factor.options))
        ]
    return [(units.first(common.values(sweep, factor)), _points(sweep, shaped))]


def _places_of(sweep: Sweep, factor: Factor, lever: Factor) -> NDArray[np.int64]:
    """Return which option of another lever each combination of all others has."""
    others = [entry for entry in sweep.experiment.levers if entry.name != lever.name]
    grid = np.indices([len(entry.options) for entry in others])
    return np.asarray(grid[[entry.name for entry in others].index(factor.name)]).ravel()


def _points(sweep: Sweep, shaped: Array) -> Array:
    """Return the means over points of values shaped (units, options, other combinations), by option."""
    means = shaped.mean(axis=2)
    return np.stack([sweep.units.by_point(means[:, at])[0] for at in range(means.shape[1])])


def draw(
    axes: Axes, factor: Factor, x: Array, values: Array, lever: Factor | None, options: list[int]
) -> None:
    """Draw values by option along a factor: bands for numbers, dots with intervals for choices."""
    colours, few = common.colours(lever), is_few(len(x), lever)
    for at, option in enumerate(options):
        shift = 0.0 if lever is factor or len(options) == 1 else 0.5 * (at / (len(options) - 1) - 0.5)
        colour = colours[option]
        if few:
            axes.plot(x + shift * bool(factor.options), values[option], ".", color=colour, alpha=0.35, markersize=3.0,
                      markeredgewidth=0, zorder=1.5)  # fmt: skip
        if factor.options:
            _dots(axes, x, values[option], shift, colour, common.marker(option))
        else:
            _band(axes, x, values[option], colour, banded(lever, option))
    if factor.options:
        axes.set_xlim(-0.6, len(factor.options) - 0.4)
    else:
        axes.set_xlim(factor.low, factor.high)


def effect_panel(
    axes: Axes, sweep: Sweep, what: Shown, factor: Factor, drawn: Scattered, lever: Factor | None, options: list[int]
) -> None:
    """Draw effects along a factor, over what is smaller than the smallest effect of interest."""
    base = drawn.levels[0]
    size = sweep.experiment.smallest.of(what.entry, float(np.nanmean(base)) if np.isfinite(base).any() else 0.0)
    axes.axhspan(-size, size, color=common.STRIP, linewidth=0, zorder=0.2)
    axes.axhline(0, color="#444444", linewidth=0.6, zorder=1)
    draw(axes, factor, drawn.x, drawn.effects, lever, [option for option in options if option])
    panels.scale([axes], lowest=-np.inf)


def binned(x: Array, values: Array) -> tuple[Array, Array]:
    """Return the middle of bins along a number, and 10, 50 and 90 % of the values in each.

    Returns
    -------
    x, quantiles
        Shapes (bins,) and (3, bins).
    """
    known = np.isfinite(values)
    x, values = x[known], values[known]
    if not len(x):
        return np.empty(0), np.empty((3, 0))
    again = 2 * len(np.unique(x)) <= min(len(x), 2 * BINS)
    groups = x if again else grouped(x, max(2, min(BINS, len(x) // IN_BIN)))
    places, found = [], []
    for group in np.unique(groups):
        inside = groups == group
        places.append(float(np.median(x[inside])))
        found.append(np.quantile(values[inside], (0.1, 0.5, 0.9)))
    return np.array(places), np.array(found).T


def is_few(points: int, lever: Factor | None) -> bool:
    """Return whether single points are drawn."""
    return points * (len(lever.options) if lever else 1) <= FEW


def banded(lever: Factor | None, option: int) -> bool:
    """Return whether an option has a band: with many options the baseline alone."""
    return lever is None or option == 0 or len(lever.options) <= common.BANDED


def _band(axes: Axes, x: Array, values: Array, colour: str, band: bool) -> None:
    places, (low, mid, high) = binned(x, values)
    if band:
        axes.fill_between(places, low, high, color=colour, alpha=0.18, linewidth=0, zorder=2)
    panels.line(axes, places, mid, colour, 1.4)


def _dots(axes: Axes, x: Array, values: Array, shift: float, colour: str, marker: str) -> None:
    for place in np.unique(x):
        inside = values[x == place]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            low, mid, high = np.nanquantile(inside, (0.1, 0.5, 0.9)) if len(inside) else (np.nan,) * 3
        axes.plot([place + shift] * 2, [low, high], color=colour, linewidth=1.6, zorder=2.5, solid_capstyle="butt")
        axes.plot([place + shift], [mid], marker, color=colour, markersize=4.5, zorder=3)


def entries(factor: Factor, lever: Factor | None, options: list[int], few: bool, both: bool) -> list[Artist]:
    """Return the entries of a legend for what `draw` draws."""
    colours = common.colours(lever)
    found: list[Artist] = []
    for option in options if lever else []:
        assert lever is not None
        name = common.called(lever, option)
        found.append(panels.stroke(colours[option], 1.4, name, common.marker(option) if factor.options else ""))
    grey = style.NATION if len(options) == 1 else "#777777"
    if factor.options:
        found.append(panels.stroke(grey, 1.6, "median and 10–90 % of points", "o"))
    else:
        found.append(panels.stroke(grey, 1.4, "median of points in bins"))
        alone = "" if all(banded(lever, option) for option in options) else ", baseline"
        found.append(Patch(color=grey, alpha=0.25, linewidth=0, label=f"10–90 % of points in bins{alone}"))
    if few:
        point = panels.stroke("none", 0, "single points", ".")
        point.set(markerfacecolor=grey, markeredgewidth=0, alpha=0.6)
        found.append(point)
    if both:
        found.append(Patch(color=common.STRIP, linewidth=0, label="smaller than is of interest"))
    return found
