"""How the options of a lever are drawn: colours, lines, marks, bands, and the entries of legends for them.

Along a factor: medians and bands of a sample, dots of choices, lines through single points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.analysis.importance import grouped
from sim.analysis.paired import quantiles
from sim.experiment.experiment import Factor
from sim.figures import panels
from sim.figures.series import Array

BINS, IN_BIN = 12, 8
"""Along a number: bins at most, with equally many points, and points in each at least."""
FEW = 600
"""Single points are drawn up to so many."""
OPTIONS = ("#222222", "#A0459C", "#E8590C", "#2355E0", "#339970")
"""Colours of a lever's options, the baseline first; more options than these take a ramp."""
MARKERS = ("o", "s", "D", "^", "v")
RAMP = ("#6D0156", "#4A30B6", "#00629C", "#007876", "#4C8100", "#B57433", "#E96669", "#F16AAC")
"""From dark to light, through hues that lie far apart: with the baseline nine options are told apart, by every eye."""
DASHED = (0.0, (4.0, 2.5))
"""Of the baseline, which lies on top: what it hides is seen through its gaps."""
BANDED = 4
"""Options that have bands of their own; with more the bands would hide each other, and the baseline alone has one."""
STRIP = "#E2E2E2"
"""What is smaller than the smallest effect of interest: grey without an edge, as bands have one."""


def count(lever: Factor | None) -> int:
    """Return how many options are told apart."""
    return len(lever.options) if lever else 1


def colours(lever: Factor | None) -> list[str]:
    """Return a colour for each option of a lever."""
    return _colours(count(lever))


def _colours(count: int) -> list[str]:
    if count <= len(OPTIONS):
        return list(OPTIONS[:count])
    if count - 1 <= len(RAMP):
        return [OPTIONS[0], *(RAMP[at] for at in np.linspace(0, len(RAMP) - 1, count - 1).round().astype(int))]
    ramp = LinearSegmentedColormap.from_list("options", RAMP)
    return [OPTIONS[0], *(to_hex(ramp(share)) for share in np.linspace(0.0, 1.0, count - 1))]


@dataclass(frozen=True)
class Stroke:
    """How an option's line is drawn, so that it is seen where it lies on another's."""

    colour: str
    width: float
    dashes: panels.Dashes
    order: float


def looks(count: int) -> list[Stroke]:
    """Return so many lines: each narrower than the one below it, the baseline's dashed and on top."""
    shades = _colours(count)
    if len(shades) == 1:
        return [Stroke(shades[0], 1.3, "-", 3.0)]
    # Of many lines wide ones would hide more than they show.
    step = min(0.8, 2.6 / len(shades)) if len(shades) <= len(OPTIONS) else 0.0
    rest = enumerate(reversed(shades[1:]))
    above = [Stroke(shade, 1.25 + step * under, "-", 3.4 - 0.01 * under) for under, shade in rest]
    return [Stroke(shades[0], 1.0, DASHED, 3.5), *reversed(above)]


def line(axes: Axes, x: Array, y: Array, stroke: Stroke) -> None:
    """Draw an option's line."""
    panels.line(axes, x, y, stroke.colour, stroke.width, stroke.dashes, stroke.order)


def drawn(stroke: Stroke, label: str, marker: str = "", **look: Any) -> Line2D:
    """Return the entry of a legend for an option's line."""
    return panels.stroke(stroke.colour, stroke.width, label, marker, linestyle=stroke.dashes, **look)


def hollow(colour: str, width: float, label: str, **look: Any) -> Line2D:
    """Return the entry of a legend for a mark that is white inside."""
    return panels.stroke(colour, width, label, "o", markerfacecolor="white", **look)


def band(label: str, colour: str = "#777777") -> Patch:
    """Return the entry of a legend for a band, which has edges."""
    return Patch(facecolor=to_rgba(colour, 0.2), edgecolor=colour, linewidth=0.6, label=label)


def strip() -> Patch:
    """Return the entry of a legend for what is smaller than the smallest effect of interest."""
    return Patch(color=STRIP, linewidth=0, label="smaller than is of interest")


def marker(place: int) -> str:
    """Return the mark of an option by its number."""
    return MARKERS[place % len(MARKERS)]


def binned(x: Array, values: Array) -> tuple[Array, Array]:
    """Return the middle of bins along a number, and 10, 50 and 90 % of the values in each, shape (3, bins)."""
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
    return points * count(lever) <= FEW


def has_band(count: int, option: int) -> bool:
    """Return whether one of so many options has a band: of many the baseline alone."""
    return option == 0 or count <= BANDED


def binned_band(axes: Axes, x: Array, values: Array, stroke: Stroke, banded: bool) -> None:
    """Draw the medians of bins, and from 10 to 90 % of the values in each."""
    places, (low, mid, high) = binned(x, values)
    if banded:
        fan(axes, places, (low, high), stroke.colour)
    line(axes, places, mid, stroke)


def fan(axes: Axes, x: Array, edges: tuple[Array, Array], colour: str) -> None:
    """Draw a band with its edges: bands lie over one another, and over what is too small to be of interest."""
    axes.fill_between(x, *edges, color=colour, alpha=0.12, linewidth=0, zorder=2)
    for edge in edges:
        axes.plot(x, edge, color=colour, linewidth=0.4, alpha=0.7, zorder=2.2)


def dots(axes: Axes, x: Array, values: Array, shift: float, colour: str, marker: str) -> None:
    """Draw medians of options, and from 10 to 90 % of the values of each."""
    for place in np.unique(x):
        inside = values[x == place]
        low, mid, high = quantiles(inside, (0.1, 0.5, 0.9))
        axes.plot([place + shift] * 2, [low, high], color=colour, linewidth=1.6, zorder=2.5, solid_capstyle="butt")
        axes.plot([place + shift], [mid], marker, color=colour, markersize=4.5, zorder=3)


def joined(axes: Axes, x: Array, values: Array, base: NDArray[np.bool_], colour: str, marker: str, line: bool) -> None:
    """Draw points that are each for themselves, where it makes sense joined by a line; that of the base is hollow."""
    order = np.argsort(x, kind="stable")
    if line:
        panels.line(axes, x[order], values[order], colour, 1.2)
    for mine, face in ((~base, colour), (base, "white")):
        axes.plot(x[mine], values[mine], marker, color=colour, markerfacecolor=face, markersize=4.0, zorder=3.5,
                  clip_on=False)  # fmt: skip
