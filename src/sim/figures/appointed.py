"""How guberniia secretaries came to their posts, and the share appointed against the record."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from sim.analysis.selection import Selection
from sim.errors import UserError
from sim.figures import panels, recorded, style, timeline
from sim.figures.series import Array, Curve, Series, World, series, world
from sim.results.result import Result, Trajectories

LEFT, RIGHT, TALL = 18.0, 4.0, 45.0
LABELS = {
    "appointed": "appointed from above", "recommended": "recommended", "confirmed": "confirmed",
    "elected": "elected", "acting": "acting",
}  # fmt: skip
COMPARED = (
    ("appointed", "secretaries_appointed_from_above", "T01", style.INSTALLED_COLOURS["appointed"]),
    ("appointed_cc", "secretaries_appointed_by_CC", "T02", "#A0527A"),
)
"""Outcome, its indicator in appointments.csv, the target that gives its band, and its colour."""


class Posts(NamedTuple):
    """How posts were filled."""

    world: World
    x: Array  # middle of each month
    means: dict[str, Array]  # mean share of each way; empty where none is defined
    shares: dict[str, tuple[Curve, list[recorded.Figure]]]  # by outcome; the recorded figures in the period


def table(result: Result, selection: Selection) -> Posts:
    """Return shares of posts by how they were filled, and the recorded shares."""
    trajectories = result.trajectories()
    shown, parts = world(result, trajectories), _ways(trajectories)
    means = {} if all(part.empty for part in parts.values()) else {name: part.mean() for name, part in parts.items()}
    shares = {}
    for outcome, indicator, target, _ in COMPARED:
        band, found = recorded.target(result, target), []
        for known in recorded.shares(indicator, "secretaries_total"):
            if shown.limits[0] <= known.middle <= shown.limits[1]:
                better = band is not None and band.start <= known.middle <= band.end
                found.append(replace(known, low=band.low, high=band.high) if band is not None and better else known)
        shares[outcome] = (series(trajectories, outcome).curve(), found)
    return Posts(shown, parts["appointed"].x, means, shares)


def _ways(trajectories: Trajectories) -> dict[str, Series]:
    """Return the share of each way of coming to a post, of those that were known when the result was stored."""
    found = {}
    for name in LABELS:
        with suppress(UserError):
            found[name] = series(trajectories, name)
    return found


@style.styled
def draw(table: Posts) -> Figure:
    """Draw mean shares as a stacked area and, below, the share appointed with the recorded figures."""
    limits, across = table.world.limits, style.WIDE - LEFT - RIGHT
    found = timeline.arrange(timeline.marks(table.world.events, limits), limits, across)
    title, room = "How guberniia secretaries came to their posts", timeline.height(found) + 2 * TALL + 47.0
    drawn, top = style.headed(title, table.world.said, room=room)
    top += timeline.height(found)
    second = top + TALL + 24.0
    stack = style.place(drawn, LEFT, top, across, TALL)
    _stack(stack, table)
    timeline.above(drawn, found, limits, LEFT, top, across)
    shares = style.place(drawn, LEFT, second, across, TALL)
    timeline.shade(shares, found)
    entries = _compare(shares, table)
    for panel in (stack, shares):
        panels.time_axis(panel, limits)
        panels.unit(panel, "share of posts", across)
    shares.set_title("Appointed from above, and the recorded figures")
    areas: list[Artist] = [Patch(color=style.INSTALLED_COLOURS[name], label=label) for name, label in LABELS.items()]
    panels.legend(drawn, areas, LEFT, 5, above_foot=drawn.get_size_inches()[1] / style.MM - top - TALL - 14.5)
    panels.legend(drawn, entries, LEFT, 2)
    return drawn


def _stack(axes: Axes, table: Posts) -> None:
    axes.set_ylim(0, 1)
    if not table.means:
        panels.missing(axes)
        return
    # Areas reach over whole months, so that a single month is an area too.
    edges = np.concatenate((table.world.limits[:1], table.x, table.world.limits[1:]))
    means = [np.nan_to_num(mean) for mean in table.means.values()]
    padded = [np.concatenate((mean[:1], mean, mean[-1:])) for mean in means]
    colours = [style.INSTALLED_COLOURS[name] for name in table.means]
    axes.stackplot(edges, padded, colors=colours, edgecolor="white", linewidth=0.4)


def _compare(axes: Axes, table: Posts) -> list[Artist]:
    """Draw the shares with bands and the recorded figures; return the legend's entries."""
    labels = ("appointed from above", "of these, by the Central Committee")
    keys = dict(zip((colour for *_, colour in COMPARED), labels, strict=True))
    grades: dict[str, Artist] = {}
    limits, highest = table.world.limits, 0.0
    for (outcome, _, _, colour), side in zip(COMPARED, (-1, 1), strict=True):
        curve, figures = table.shares[outcome]
        panels.curve(axes, curve, colour)
        for known in figures:
            # The two figures of one month stand side by side, with their labels above and below.
            x = known.middle + side * 0.006 * (limits[1] - limits[0])
            recorded.draw(axes, x, known, colour)
            highest = max([highest, known.value, *([known.high] if np.isfinite(known.high) else [])])
            edge = known.high if side < 0 else known.low
            axes.annotate(known.label, (x, edge if np.isfinite(edge) else known.value), (0, -4 * side),
                          textcoords="offset points", fontsize=7.5, color=colour, zorder=7,
                          ha="center", va="bottom" if side < 0 else "top",
                          path_effects=[withStroke(linewidth=2, foreground="white")], gid="recorded")  # fmt: skip
            grades[known.grade] = recorded.key(known)
    panels.scale([axes], 0.0, 1.0)
    # a recorded band above all curves needs room for its label
    axes.set_ylim(top=min(max(axes.get_ylim()[1], 1.2 * highest), 1.0))
    return panels.medians(keys, table.world.replicates > 1) + [grades[grade] for grade in sorted(grades)]
