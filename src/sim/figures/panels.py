"""What panels of curves share: the curve with its band, the vertical scale, the time axis, named rows, the legend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.analysis.wording import capital
from sim.figures import style
from sim.figures.series import BAND, Array, Curve, middle
from sim.registry.entries import SCOPES

Dashes: TypeAlias = Literal["-"] | tuple[float, tuple[float, ...]]
"""How a line is broken: not at all, or where that begins, and lengths of strokes and gaps."""
STROKES: tuple[Dashes, ...] = ("-", (0.0, (3.5, 1.5)), (0.0, (1.0, 1.2)))
MEAN: tuple[Dashes, ...] = ((0.0, (6.0, 1.0, 1.0, 1.0)),)
"""Lines of single places of a class, and of the mean of a few."""
THREADS = 30
"""Single replicates drawn at most: more of them make a smear."""


def curve(axes: Axes, drawn: Curve, colour: str) -> None:
    """Draw one scope: the median over the band and single replicates, as far as there are several.

    Of a class of few places, their lines alone.
    """
    if drawn.places is not None:
        classed(axes, drawn, colour, 1.4)
        return
    if drawn.replicates > 1:
        # One artist for all: matplotlib takes its time for each.
        threads = [np.column_stack((drawn.x, values)) for values in drawn.threads]
        axes.add_collection(LineCollection(threads, color=colour, alpha=0.30, linewidth=0.4, zorder=2))
        axes.fill_between(drawn.x, drawn.low, drawn.high, color=colour, alpha=0.20, linewidth=0, zorder=2.5)
    line(axes, drawn.x, drawn.centre, colour, 1.5)


def classed(axes: Axes, drawn: Curve, colour: str, width: float) -> None:
    """Draw a class: its median or, of few places, a line each."""
    dashes = STROKES if drawn.places else MEAN if drawn.places is not None else STROKES
    for at, values in enumerate(drawn.lines.values()):
        line(axes, drawn.x, values, colour, width, dashes[at % len(dashes)])


def line(axes: Axes, x: Array, y: Array, colour: str, width: float, dashes: Dashes = "-", zorder: float = 3) -> None:
    """Draw a line, and as dots what has no neighbour to be joined to."""
    # Not clipped: a share that stays at 0 or 1 would lose half its width to the frame.
    axes.plot(x, y, color=colour, linewidth=width, linestyle=dashes, zorder=zorder, clip_on=False)
    there = np.isfinite(np.concatenate(([np.nan], y, [np.nan])))
    alone = there[1:-1] & ~there[:-2] & ~there[2:]
    if alone.any():
        axes.plot(x[alone], y[alone], "o", color=colour, markersize=3, zorder=zorder)


def scale(panels: list[Axes], lowest: float = 0.0, highest: float | None = None) -> None:
    """Give panels one vertical scale that holds all they show, from zero where that is near, within what can be."""
    low = min(panel.dataLim.y0 for panel in panels)
    high = max(panel.dataLim.y1 for panel in panels)
    if not np.isfinite([low, high]).all():
        low, high = 0.0, 1.0
    if 0 <= low < 0.3 * high:
        low = 0.0
    room = 0.06 * (high - low) or 0.05
    low = low if low == 0 else max(low - room, lowest)
    high = high + room if highest is None else min(high + room, max(highest, high))
    for panel in panels:
        panel.set_ylim(low, high)
        panel.locator_params(axis="y", nbins=5, steps=[1, 2, 5, 10])
        panel.grid(axis="y")


def unit(axes: Axes, text: str, width: float, away: float = 11.0, **look: Any) -> None:
    """Label a vertical axis with its unit, as far from a panel of a width (mm) as wanted, whatever its numbers."""
    axes.set_ylabel(text, **look)
    axes.yaxis.set_label_coords(-away / width, 0.5)


def time_axis(axes: Axes, limits: tuple[float, float], most: int = 10) -> None:
    """Set limits and at most so many ticks: years where there are two or more, else months."""
    first, last = (pd.Timestamp("1970-01-01") + pd.Timedelta(days=value) for value in limits)
    if limits[1] - limits[0] >= 2 * 365:
        years = pd.date_range(first, last, freq="YS", inclusive="left")
        step = next(step for step in (1, 2, 3, 5, 10, 20, 50) if len(years) <= most * step or step == 50)
        ticks = years[::step] if step < 5 else years[years.year % step == 0]
        places, names = date2num(ticks.to_numpy()), [f"{tick:%Y}" for tick in ticks]
    else:
        months = pd.date_range(first, last, freq="MS", inclusive="left")
        step = next(step for step in (1, 2, 3, 6, 12) if len(months) <= most * step or step == 12)
        ticks = months[::step]
        places = middle(ticks)
        names = [f"{tick:%b}\n{tick:%Y}" if tick.month <= step or tick == first else f"{tick:%b}" for tick in ticks]
    axes.set_xlim(*limits)
    axes.set_xticks(places, names)


def missing(axes: Axes, text: str = "not defined in this world") -> None:
    """Say in an empty panel that there is nothing to draw."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", color=style.GREY)


def rows(axes: Axes, names: Iterable[str], width: float, size: float, places: Sequence[float] = ()) -> None:
    """Name the rows of a panel, in two lines at most that fit a width in mm: from 0 on, unless they have places."""
    texts = ["\n".join(style.wrap(name, width, size)) for name in names]
    axes.set_yticks(places or range(len(texts)), texts, fontsize=size)
    axes.tick_params(axis="y", length=0)


def nought(axes: Axes, along: Literal["x", "y"] = "y", zorder: float = 1) -> None:
    """Rule the place of no effect on an axis."""
    rule = axes.axhline if along == "y" else axes.axvline
    rule(0, color="#444444", linewidth=0.6, zorder=zorder)


def stroke(colour: str, width: float, label: str, marker: str = "", **look: Any) -> Line2D:
    """Return the entry of a legend for a line."""
    look = {"color": colour, "linewidth": width, "label": label, "marker": marker, "markersize": 4, **look}
    return Line2D([], [], **look)


def medians(entries: Mapping[str, str], several: bool) -> list[Artist]:
    """Return the entries of a legend for curves by colour: of several replicates their medians, and the band."""
    lines = [stroke(colour, 1.5, label + (", median" if several else "")) for colour, label in entries.items()]
    return [*lines, *([spread("#666666", 0.3)] if several else [])]


def of_classes(curves: Iterable[Mapping[str, Curve]], narrow: bool = False) -> list[Artist]:
    """Return the entries of a legend for classes: their medians, and lines of places or means of few."""
    keys: dict[tuple[str, str], Artist] = {}
    for curve_of in curves:
        for scope, one in curve_of.items():
            if scope == SCOPES[0]:
                continue
            few, several = one.places is not None, one.replicates > 1
            dashes = MEAN if few and not one.places else STROKES
            for at, place in enumerate(one.lines):
                label = (place or style.SCOPE_LABELS[scope]) + (", mean" if few and several and not narrow else "")
                look: dict[str, Any] = {"linestyle": dashes[at % len(dashes)]}
                keys[scope, label] = stroke(style.SCOPE_COLOURS[scope], 1.1, label, **look)
    order = {scope: at for at, scope in enumerate(SCOPES)}
    return [keys[key] for key in sorted(keys, key=lambda key: order[key[0]])]


def titled(axes: Axes, scope: str) -> None:
    """Call a panel by its scope, in the scope's colour."""
    axes.set_title(capital(style.SCOPE_LABELS[scope]), color=style.SCOPE_COLOURS[scope], fontweight="bold")


def remark(axes: Axes, text: str, x: float = 0, **look: Any) -> None:
    """Write in grey and small, close above a panel."""
    axes.annotate(text, (x, 1), (0, 3), "axes fraction", "offset points", fontsize=7, color=style.GREY, **look)


def spread(colour: str = style.NATION, alpha: float = 0.2) -> Patch:
    """Return the entry of a legend for a band over replicates."""
    return Patch(color=colour, alpha=alpha, linewidth=0, label=f"{BAND[0]}–{BAND[1]} % of replicates")


def legend(figure: Figure, entries: list[Artist], left: float, columns: int, above_foot: float = 1.5) -> None:
    """Put a legend under panels: its lower left corner in mm from the figure's."""
    wide, high = (side / style.MM for side in figure.get_size_inches())
    figure.legend(handles=entries, loc="lower left", bbox_to_anchor=(left / wide, above_foot / high), ncols=columns)
