"""How points along a factor are drawn: medians and bands of a sample, dots of choices, lines through single points."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.analysis.importance import grouped
from sim.figures import panels
from sim.figures.sweeps.strokes import BANDED, Stroke

if TYPE_CHECKING:
    from sim.experiment.experiment import Factor

Array = NDArray[np.float64]

BINS, IN_BIN = 12, 8
"""Along a number: bins at most, with equally many points, and points in each at least."""
FEW = 600
"""Single points are drawn up to so many."""


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
    return lever is None or option == 0 or len(lever.options) <= BANDED


def band(axes: Axes, x: Array, values: Array, stroke: Stroke, banded: bool) -> None:
    """Draw the medians of bins, and from 10 to 90 % of the values in each."""
    places, (low, mid, high) = binned(x, values)
    if banded:
        fan(axes, places, (low, high), stroke.colour)
    panels.line(axes, places, mid, stroke.colour, stroke.width, stroke.dashes, stroke.order)


def fan(axes: Axes, x: Array, edges: tuple[Array, Array], colour: str) -> None:
    """Draw a band with its edges: bands lie over one another, and over what is too small to be of interest."""
    axes.fill_between(x, *edges, color=colour, alpha=0.12, linewidth=0, zorder=2)
    for edge in edges:
        axes.plot(x, edge, color=colour, linewidth=0.4, alpha=0.7, zorder=2.2)


def dots(axes: Axes, x: Array, values: Array, shift: float, colour: str, marker: str) -> None:
    """Draw medians of options, and from 10 to 90 % of the values of each."""
    for place in np.unique(x):
        inside = values[x == place]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            low, mid, high = np.nanquantile(inside, (0.1, 0.5, 0.9)) if len(inside) else (np.nan,) * 3
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
