"""An outcome, and the paired effect on it, against one lever or one uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.analysis.selection import Selection, Shown, label, shown
from sim.analysis.sweep import Sweep
from sim.experiment.designs import kind_of
from sim.experiment.experiment import Factor
from sim.figures import panels, style
from sim.figures.series import Array, difference, direction, title
from sim.figures.sweeps import common, strokes

LEFT, GAP, RIGHT, TALL = 18.0, 20.0, 4.0, 56.0


@dataclass(frozen=True)
class Scattered:
    """Points along a factor."""

    x: Array  # a number, or a choice's place among its options; shape (points,)
    levels: Array  # of each option of the lever; shape (options, points)
    effects: Array  # of each option against the baseline; the first row is 0
    smallest: float = 0.0  # effect of interest
    #: Where one thing was changed at a time: which points are the base. Of other designs none.
    base: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))

    @property
    def joined(self) -> bool:
        """Whether points stand for themselves, one changed at a time, and are no sample."""
        return len(self.base) > 0


@dataclass(frozen=True)
class Along:
    """An outcome along a factor, by the options of a lever: in panels, by class; and what is said over it."""

    said: common.Said
    what: Shown
    factor: Factor
    lever: Factor | None
    options: list[int]
    panels: dict[str, Scattered]


def table(sweep: Sweep, selection: Selection) -> Along:
    """Return an outcome along x: each point is the mean over its replicates and over the options of other levers."""
    return along(sweep, selection, [shown(sweep, selection)])


def along(sweep: Sweep, selection: Selection, panels: list[Shown]) -> Along:
    """Return the same for an outcome in several classes."""
    factor, lever = selection.x, selection.lever
    assert factor is not None
    said = common.said(sweep, selection.horizon, lever, factor)
    drawn = {what.scope: scattered(sweep, what, factor, lever) for what in panels}
    return Along(said, panels[0], factor, lever, list(selection.options), drawn)


@style.styled
def draw(table: Along) -> Figure:
    """Draw an outcome against a factor: levels by option on the left, effects against the baseline on the right."""
    what, factor, chosen, said = table.what, table.factor, table.lever, table.said
    options, drawn = [0, *table.options], table.panels[what.scope]
    by = f" by {factor.name}" if chosen is not factor else f" by option of {factor.name}"
    both = chosen is not None and len(options) > 1
    keys = entries(factor, chosen, options, drawn, strip=both)
    wide = style.WIDE - LEFT - RIGHT
    wide = (wide - GAP) / 2 if both else wide
    foot = 14.0 + 4.4 * -(-len(keys) // 3) + common.tick_room(factor, wide)
    line = f"{style.SCOPE_LABELS[what.scope]}, {said.when}; {direction(what.entry)}"
    page, top = said.page(title(what.entry.name) + by, line, room=TALL + foot + 5.0)
    top += 5.0
    level = style.place(page, LEFT, top, wide, TALL)
    points(level, factor, drawn, drawn.levels, chosen, options)
    panels.scale([level], what.entry.low, what.entry.high)
    panels.unit(level, what.entry.unit, wide, away=12.0)
    level.set_title("Level")
    if both:
        right = style.place(page, LEFT + wide + GAP, top, wide, TALL)
        effect_panel(right, factor, drawn, chosen, options)
        panels.unit(right, difference(what.entry), wide, away=13.0)
        assert chosen is not None
        right.set_title(style.shorten(f"Minus {label(chosen.options[0].value)}, pair by pair", wide, 8.5))
    for axes in page.axes:
        common.ticks(axes, factor, "x", wide)
    panels.legend(page, keys, LEFT, 3)
    return page


def scattered(sweep: Sweep, what: Shown, factor: Factor, lever: Factor | None) -> Scattered:
    """Return each point's place along a factor, and levels and effects there.

    Of a design that changes one thing at a time, these are the base and the points that change this factor.
    """
    found = _scattered(sweep, what, factor, lever)
    if kind_of(sweep.experiment).from_base:
        base = sweep.pairs.points == 0
        of = base if factor in sweep.experiment.levers else base | _departs(sweep, factor)
        # What is drawn against a lever stands once for each of its options.
        keep, base = (np.tile(which, len(found.x) // len(base)) for which in (of, base))
        found = Scattered(found.x[keep], found.levels[:, keep], found.effects[:, keep], base=base[keep])
    usual = found.levels[0]
    level = float(np.nanmean(usual)) if np.isfinite(usual).any() else 0.0
    return replace(found, smallest=float(sweep.experiment.smallest.of(what.entry, level)))


def _departs(sweep: Sweep, factor: Factor) -> NDArray[np.bool_]:
    """Return the points of a design that changes one thing at a time at which it is this factor."""
    usual = 0.0 if factor.options else int(factor.default) if factor.whole else factor.default
    return np.asarray(sweep.pairs.first(common.values(sweep, factor)) != usual)


def _scattered(sweep: Sweep, what: Shown, factor: Factor, lever: Factor | None) -> Scattered:
    values = sweep.pairs.values(what.column)
    shaped = sweep.pairs.by_option(values, lever) if lever else values[:, None, :]
    parts = shaped, shaped - shaped[:, :1]
    if lever is not None and factor.name == lever.name:
        # One point for each option: what is compared is also what it is drawn against.
        levels, effects = (_points(sweep, part) for part in parts)
        x = np.repeat(np.arange(len(levels), dtype=float), levels.shape[1])
        own = np.repeat(np.eye(len(levels), dtype=bool), levels.shape[1], axis=1)
        levels, effects = (np.where(own, np.tile(part, len(part)), np.nan) for part in (levels, effects))
        return Scattered(x, levels, effects)
    # A point stands once for each option of another lever.
    each = common.cells(sweep, lever, factor)
    found = [(at, *(_points(sweep, part[:, :, have]) for part in parts)) for have, (at,) in each]
    x, levels, effects = (np.concatenate(part, axis=-1) for part in zip(*found, strict=True))
    return Scattered(x, levels, effects)


def _points(sweep: Sweep, shaped: Array) -> Array:
    """Return the means over points of values shaped (pairs, options, other combinations), by option."""
    means = shaped.mean(axis=2)
    return np.stack([sweep.pairs.by_point(means[:, at])[0] for at in range(means.shape[1])])


def points(
    axes: Axes, factor: Factor, drawn: Scattered, values: Array, lever: Factor | None, options: list[int]
) -> None:
    """Draw values by option along a factor: bands for numbers, dots with intervals for choices, or single points."""
    x = drawn.x
    looks, few = strokes.looks(strokes.count(lever)), strokes.is_few(len(x), lever)
    for at, option in enumerate(options):
        shift = 0.0 if lever is factor or len(options) == 1 else 0.5 * (at / (len(options) - 1) - 0.5)
        colour = looks[option].colour
        if drawn.joined:
            moved = x + shift * bool(factor.options)
            mark, line = strokes.marker(option), not factor.options
            strokes.joined(axes, moved, values[option], drawn.base, colour, mark, line)
            continue
        if few:
            axes.plot(x + shift * bool(factor.options), values[option], ".", color=colour, alpha=0.35, markersize=3.0,
                      markeredgewidth=0, zorder=1.5)  # fmt: skip
        if factor.options:
            strokes.dots(axes, x, values[option], shift, colour, strokes.marker(option))
        else:
            strokes.binned_band(axes, x, values[option], looks[option], strokes.has_band(strokes.count(lever), option))
    if factor.options:
        axes.set_xlim(-0.6, len(factor.options) - 0.4)
    else:
        # A base, or rows of a table, may lie outside the range.
        axes.set_xlim(min(factor.low, x.min(initial=factor.low)), max(factor.high, x.max(initial=factor.high)))


def effect_panel(axes: Axes, factor: Factor, drawn: Scattered, lever: Factor | None, options: list[int]) -> None:
    """Draw effects along a factor, over what is smaller than the smallest effect of interest."""
    axes.axhspan(-drawn.smallest, drawn.smallest, color=strokes.STRIP, linewidth=0, zorder=0.2)
    panels.nought(axes)
    points(axes, factor, drawn, drawn.effects, lever, [option for option in options if option])
    panels.scale([axes], lowest=-np.inf)


def entries(
    factor: Factor, lever: Factor | None, options: list[int], drawn: Scattered, *, strip: bool
) -> list[Artist]:
    """Return the entries of a legend for what `points` draws of these options; `strip`: over a strip."""
    looks = strokes.looks(strokes.count(lever))
    marked, binned = bool(factor.options) or drawn.joined, "median of points in bins"
    # What is said of all options is grey, of one alone has its colour.
    alone = len(options) == 1
    colour = looks[options[0]].colour if alone else "#777777"
    found: list[Artist] = []
    for option in options if lever else []:
        assert lever is not None
        name = common.option(lever, option, 30.0 if alone and not marked else 40.0)
        look = replace(looks[option], dashes="-") if marked else looks[option]
        text = name if marked or not alone else f"{name}, {binned}"
        found.append(strokes.drawn(look, text, strokes.marker(option) if marked else ""))
    if drawn.joined:
        said = "base; at others this factor alone is changed"
        found.append(strokes.hollow("none", 0, said, markeredgecolor=colour))
    elif factor.options:
        found.append(panels.stroke(colour, 1.6, "median and 10–90 % of points", "o"))
    else:
        bands = [strokes.has_band(strokes.count(lever), option) for option in options]
        if not (lever and alone):
            found.append(panels.stroke(colour, 1.4, binned))
        if any(bands):
            found.append(strokes.band("10–90 % of points in bins" + ("" if all(bands) else ", baseline"), colour))
    if strokes.is_few(len(drawn.x), lever) and not drawn.joined:
        fill = {"markerfacecolor": colour, "markeredgewidth": 0, "alpha": 0.6}
        found.append(panels.stroke("none", 0, "single points", ".", **fill))
    return [*found, strokes.strip()] if strip else found
