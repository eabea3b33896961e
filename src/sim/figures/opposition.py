"""The opposition from the members to the national conference, and its shares of January 1924."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.selection import Selection
from sim.figures import panels, recorded, style, timeline
from sim.figures.series import BAND, Curve, World, series, world
from sim.results.result import Result

TIERS = {
    "opposition_members": ("members", "#B384C8"),
    "opposition_guberniia": ("guberniia conferences", "#7A4A9E"),
    "opposition_nation": ("national conference", "#38184F"),
}
RECORDED = {"T14a": "Moscow\nraions", "T14b": "Moscow\nguberniia", "T14c": "nation"}
OF_TARGET = dict(zip(RECORDED, TIERS, strict=True))
LEFT, RIGHT, TALL, BESIDE = 18.0, 4.0, 58.0, 50.0


class Tiers(NamedTuple):
    """The opposition: of which world, its curves, and the conferences."""

    world: World
    curves: dict[str, Curve]
    conferences: pd.DataFrame


def table(result: Result, selection: Selection) -> Tiers:
    """Return the opposition's share by tier, and its shares at three conferences beside the recorded ones."""
    trajectories, rows = result.trajectories(), result.targets()
    rows = rows[rows["id"].isin(list(RECORDED)) & rows["median"].notna()].sort_values("id")
    curves = {name: series(trajectories, name).curve() for name in TIERS}
    return Tiers(world(result, trajectories), curves, rows)


@style.styled
def draw(table: Tiers) -> Figure:
    """Draw the opposition's share by tier over time and, beside it, three conferences against the record."""
    shown, rows = table.world, table.conferences
    several = shown.replicates > 1
    across = style.WIDE - LEFT - RIGHT - (BESIDE + 12.0 if len(rows) else 0.0)
    found = timeline.arrange(timeline.marks(shown.events, shown.limits), shown.limits, across)
    strip = max(timeline.height(found), 5.0)
    subtitle = "Share of members, and of delegates elected tier by tier"
    drawn, top = style.headed("Opposition by tier", subtitle, shown.said, room=strip + TALL + 23.0)
    top += strip
    panel = style.place(drawn, LEFT, top, across, TALL)
    timeline.above(drawn, found, shown.limits, LEFT, top, across)
    timeline.shade(panel, found)
    for name, (_, colour) in TIERS.items():
        panels.curve(panel, table.curves[name], colour)
    entries = panels.medians({colour: label for label, colour in TIERS.values()}, several)
    if all(curve.empty for curve in table.curves.values()):
        panels.missing(panel)
    panels.time_axis(panel, shown.limits, most=5)
    panels.unit(panel, "share of members, of delegates", across)
    panels.scale([panel], 0.0, 1.0)
    if len(rows):
        beside = style.place(drawn, style.WIDE - RIGHT - BESIDE, top, BESIDE, TALL)
        entries += _conferences(beside, rows, several)
        panels.scale([beside], 0.0, 1.0)
    panels.legend(drawn, entries, LEFT, 3)
    return drawn


def _conferences(axes: Axes, rows: pd.DataFrame, several: bool) -> list[Artist]:
    """Draw the conferences of January 1924, model beside record; return the legend's entries."""
    for at, row in enumerate(rows.itertuples()):
        colour = TIERS[OF_TARGET[row.id]][1]
        axes.plot([at - 0.15] * 2, [row.p10, row.p90], color=colour, linewidth=4, alpha=0.35, solid_capstyle="butt")
        axes.plot([at - 0.15], [row.median], "o", color=colour, markersize=5, clip_on=False)
        known = recorded.Figure(0, 0, row.recorded, row.low, row.high, row.grade)
        recorded.draw(axes, at + 0.15, known, style.NATION)
    axes.set_xticks(range(len(rows)), [RECORDED[name] for name in rows["id"]])
    axes.set_xlim(-0.5, len(rows) - 0.5)
    axes.set_title("Conferences of January 1924")
    label = f"model: median, {BAND[0]}–{BAND[1]} %" if several else "model"
    model = panels.stroke(style.GREY, 4, label, "o", linestyle="none", markersize=5)
    return [model, recorded.key(known, what="recorded, ×/÷ 1.5")]
