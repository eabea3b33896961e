"""Response surfaces: an outcome, or an option's paired effect on it, over two factors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import BoundaryNorm, ListedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.analysis.selection import Selection, Shown, shown
from sim.analysis.sweep import Sweep
from sim.experiment.experiment import Factor
from sim.figures import panels, style
from sim.figures.series import Array, difference, direction, title
from sim.figures.sweeps import common
from sim.figures.sweeps.plane import Plane, plane

DIVERGING, RISING = "PuOr", "cividis"
"""Palettes of effects, with their middle at 0, and of levels; both keep their order for every eye."""
LEFT, WIDE, TALL, BAR = 24.0, 108.0, 92.0, 5.0
BLANK = "#F2F2F2"


class Surface(NamedTuple):
    """An outcome, or an option's effect on it, over two factors; and what is said over it."""

    said: common.Said
    what: Shown
    x: Factor
    y: Factor
    lever: Factor | None
    option: int
    plane: Plane


def table(sweep: Sweep, selection: Selection) -> Surface:
    """Return means over a plane; where the sweep has levers, of an option's effect against the baseline."""
    what, x, y, lever = shown(sweep, selection), selection.x, selection.y, selection.lever
    assert x is not None and y is not None
    option = selection.options[0] if lever else 0
    found = plane(sweep, what, x, y, lever, option)
    return Surface(common.said(sweep, what.horizon, lever, x, y), what, x, y, lever, option, found)


@style.styled
def draw(table: Surface) -> Figure:
    """Draw a surface, with the line where an effect changes its sign."""
    said, what, one, other, chosen, place, found = table
    outcome = what.entry.name
    name = common.effect(chosen, [place], outcome) if chosen else title(outcome)
    page, top = said.page(name, f"{style.SCOPE_LABELS[what.scope]}, {said.when}; {found.how}", room=TALL + 23.0)
    top += 3.0
    axes = style.place(page, LEFT, top, WIDE, TALL)
    axes.set_facecolor(BLANK)
    bar = style.place(page, LEFT + WIDE + 6.0, top, BAR, TALL)
    marked = _surface(axes, bar, found, what, chosen is not None)
    if found.tiles:
        for along, factor, labels in (("x", one, found.names[0]), ("y", other, found.names[1])):
            _named(axes, along, factor, labels)
        axes.set_xlim(-0.5, len(found.x) - 0.5)
        axes.set_ylim(-0.5, len(found.y) - 0.5)
    else:
        common.ticks(axes, one, "x", WIDE)
        common.ticks(axes, other, "y", TALL)
        axes.set_xlim(found.x[0], found.x[-1])
        axes.set_ylim(found.y[0], found.y[-1])
    axes.yaxis.set_label_coords(-17.0 / WIDE, 0.5)
    if entries := _entries(found, chosen is not None, marked):
        panels.legend(page, entries, LEFT, 3)
    return page


def _surface(axes: Axes, bar: Axes, found: Plane, what: Shown, effect: bool) -> tuple[bool, bool]:
    """Draw means and their scale; return whether there is a line where an effect changes its sign, and dots."""
    edges = levels(found.means, effect)
    palette = _palette(what, effect, len(edges) - 1)
    norm = BoundaryNorm(edges, len(edges) - 1)
    drawn: Any
    if not np.isfinite(found.means).any():
        panels.missing(axes, "too few runs to say")
        bar.axis("off")
        return False, False
    means = np.ma.masked_invalid(found.means)
    if found.tiles:
        sides = [np.arange(len(at) + 1) - 0.5 for at in (found.x, found.y)]
        drawn = axes.pcolormesh(*sides, means, cmap=palette, norm=norm, edgecolors="white", linewidth=1.0)
        _write(axes, found, palette, norm)
    else:
        drawn = axes.contourf(found.x, found.y, means, levels=edges, cmap=palette, norm=norm)
        lines = axes.contour(found.x, found.y, means, levels=edges[1:-1], colors="#444444", linewidths=0.4)
        # A zero of its own stands on the bold line.
        labelled = [level for level in lines.levels if not (effect and level == 0.0)]
        for text in axes.clabel(lines, labelled[:: max(1, len(labelled) // 8)], fontsize=7, fmt=_plain, colors="black"):
            if cut_off(axes, text):
                text.remove()
            text.set_path_effects([withStroke(linewidth=2.0, foreground="white")])
    marked = (bool(sign_line(axes, found)), _unsure(axes, found)) if effect else (False, False)
    colourbar = axes.figure.colorbar(drawn, cax=bar, ticks=edges, format=lambda value, _: _plain(value))
    colourbar.outline.set_linewidth(0.6)
    said = f"{difference(what.entry)}; {direction(what.entry)}"
    bar.set_ylabel(said if effect else what.entry.unit)
    return marked


def cut_off(axes: Axes, text: Text) -> bool:
    """Say whether a number on a line is so near the edge that half of it would be outside."""
    place = axes.transAxes.inverted().transform(axes.transData.transform(text.get_position()))
    return bool((np.abs(place - 0.5) > 0.46).any())


def levels(means: Array, effect: bool) -> Array:
    """Return round edges of the classes of colour; those of effects lie evenly about 0."""
    known = means[np.isfinite(means)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if effect:
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    elif low == high:
        low, high = low - 0.5, high + 0.5
    return np.asarray(MaxNLocator(10, steps=[1, 2, 2.5, 5, 10], symmetric=effect).tick_values(low, high))


def sign_line(axes: Axes, found: Plane) -> list[Array]:
    """Draw the line on which the effect changes its sign, and return its pieces as points (x, y).

    A piece that is shorter than the grain of the plane is no finding, and left out.
    """
    means = found.means
    if found.tiles:
        pieces = _steps(means)
        for piece in pieces:
            axes.plot(*piece.T, color="black", linewidth=2.2, zorder=4, solid_capstyle="projecting")
        return pieces
    known = means[np.isfinite(means)]
    if not len(known) or not known.min() < 0 < known.max():
        return []
    # On other axes: a set of contours cannot be drawn in part.
    line = Figure().add_subplot().contour(found.x, found.y, np.ma.masked_invalid(means), levels=[0.0])
    pieces = [np.asarray(piece) for piece in line.allsegs[0] if len(piece) and _length(found, piece) >= found.grain]
    axes.add_collection(LineCollection(pieces, colors="black", linewidths=2.2, zorder=4), autolim=False)
    return pieces


def _length(found: Plane, piece: Array) -> float:
    """Return how far a line goes, in parts of the plane's sides."""
    sides = zip(piece.T, (found.x, found.y), strict=True)
    places = [np.interp(at, side, np.linspace(0.0, 1.0, len(side))) for at, side in sides]
    return float(np.hypot(*np.diff(places, axis=1)).sum())


def unsure(found: Plane) -> NDArray[np.bool_]:
    """Return where an effect is within two standard errors of 0: there its sign is not to be relied on."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(found.means) < 2 * found.errors)


def _unsure(axes: Axes, found: Plane) -> bool:
    """Dot the places where the sign is not to be relied on, and return whether there are any."""
    where = unsure(found)
    if found.tiles:
        rows, columns = np.nonzero(where)
        axes.plot(columns + 0.42, rows + 0.38, ".", color="black", markersize=3.5, zorder=3)
        return len(rows) > 0
    step = max(1, len(found.x) // 20)
    shown = slice(step // 2, None, step)
    rows, columns = np.nonzero(where[shown, shown])
    places = found.x[shown][columns], found.y[shown][rows]
    axes.plot(*places, ".", color="black", markersize=1.8 if step > 1 else 3.5, markeredgewidth=0, zorder=3)
    return len(rows) > 0


def _steps(means: Array) -> list[Array]:
    """Return the borders between cells with effects of different sign."""
    sign = np.sign(means)
    upright, level = sign[:, :-1] * sign[:, 1:] < 0, sign[:-1] * sign[1:] < 0
    return [np.array([[x + 0.5, y - 0.5], [x + 0.5, y + 0.5]]) for y, x in np.argwhere(upright)] + [
        np.array([[x - 0.5, y + 0.5], [x + 0.5, y + 0.5]]) for y, x in np.argwhere(level)
    ]


def _palette(what: Shown, effect: bool, count: int) -> Any:
    """Return the palette; of effects the purple end is the better one."""
    name = DIVERGING if effect else RISING
    if effect and what.entry.better == "lower":
        name += "_r"
    # The ends of the rising palette are too dark for what is written on it.
    ends = (0.08, 0.92) if effect else (0.25, 1.0)
    return ListedColormap(colormaps[name](np.linspace(*ends, count)))


def _write(axes: Axes, found: Plane, palette: Any, norm: BoundaryNorm) -> None:
    """Write each cell's value into it, where cells are wide enough."""
    if WIDE / len(found.x) < 11.0 or TALL / len(found.y) < 4.5:
        return
    for (row, column), value in np.ndenumerate(found.means):
        if np.isfinite(value):
            colour = to_hex(palette(norm(value)))
            axes.text(column, row, f"{value:.3g}".replace("-", "−"), ha="center", va="center", fontsize=7,
                      color=style.on(colour))  # fmt: skip


def _named(axes: Axes, along: str, factor: Factor, names: list[str]) -> None:
    axis = axes.xaxis if along == "x" else axes.yaxis
    room = max(6.0, WIDE / len(names) - 2.0) if along == "x" else 13.0
    step = -(-len(names) // 24)
    texts = [style.shorten(name, room, 7) if at % step == 0 else "" for at, name in enumerate(names)]
    axis.set_ticks(range(len(names)), texts)
    axes.tick_params(axis=along, length=0, labelsize=7)  # type: ignore[arg-type]
    axis.set_label_text(common.axis_label(factor, WIDE if along == "x" else TALL))


def _plain(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


def _entries(found: Plane, effect: bool, marked: tuple[bool, bool]) -> list[Artist]:
    turns, dotted = marked
    entries: list[Artist] = []
    if turns:
        entries.append(panels.stroke("black", 2.2, "the effect changes its sign"))
    if effect and not np.isfinite(found.errors).any() and np.isfinite(found.means).any():
        # An entry of words alone: without it a line would look certain.
        why = "one point, one replicate in each cell" if found.single else "too few points"
        entries.append(panels.stroke("none", 0, f"no standard errors: {why}"))
    if dotted:
        by = " by chance" if found.single else ""
        said, look = f"within two standard errors{by} of 0", {"markerfacecolor": "black", "markeredgewidth": 0}
        entries.append(panels.stroke("none", 0, said, ".", **look))
    if not np.isfinite(found.means).all():
        entries.append(Patch(facecolor=BLANK, edgecolor=style.PALE, label="too few runs to say"))
    return entries
