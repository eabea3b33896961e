"""Why guberniia secretaries left their posts: moves per post and year, by reason."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from sim.analysis.paired import moments
from sim.analysis.selection import Selection
from sim.errors import UserError
from sim.figures import panels, recorded, style
from sim.figures.series import BAND, Array, world
from sim.results.result import Result, Trajectories

REASONS = {
    "moves_unfit": ("unfit, or a lost review", "#1F3A5F"),
    "moves_need": ("sent down to strengthen uezds", "#4F86BE"),
    "moves_lateral": ("planned transfer", "#A9CDEA"),
    "moves_conflict": ("because of a sklok", "#C4574E"),
    "moves_asked": ("asked for by the place", "#7A5195"),
    "moves_voted": ("voted out or recalled", "#E3A018"),
    "moves_wear": ("illness, study, other work", "#9A9A9A"),
    "other": ("other", "#DDDDDD"),
}
RECORDED = {
    "moves_unfit": "secretaries_removed_as_unfit",
    "moves_need": "secretaries_sent_down_to_strengthen_uezds",
    "moves_lateral": "secretaries_planned_transfer_no_demotion",
}
"""Indicators of appointments.csv; all other recorded moves are without a reason."""
WINDOW = np.arange("1923-04", "1924-06", dtype="datetime64[M]")
"""From the Twelfth to the Thirteenth Congress."""
LEFT, TALL = 18.0, 62.0


class Moves(NamedTuple):
    """Moves per post and year."""

    said: str  # of which scenario
    years: Array  # as numbers
    mean: dict[str, Array]  # by reason, shape (years,); an incomplete year counts like a whole one
    spread: Array | None  # edges of the band over replicates of all moves, shape (2, years); nothing of one replicate
    recorded: recorded.Figure | None  # between two congresses, with band and grade, if a result was compared with it
    window: dict[str, float] | None  # by reason, between these; nothing where the period does not hold them


def table(result: Result, selection: Selection) -> Moves:
    """Return moves by reason and year, and those between two congresses."""
    trajectories = result.trajectories()
    moves, years = _moves(trajectories), trajectories.months.astype("datetime64[Y]")
    of_year = [years == year for year in np.unique(years)]
    # Twelve times the mean month: an incomplete year counts like a whole one.
    mean = {name: np.array([12 * moments(moves[name][:, here].ravel())[0] for here in of_year]) for name in REASONS}
    totals = np.array([12 * moments(moves["moves"][:, here].T)[0] for here in of_year])
    spread = np.nanpercentile(totals, BAND, axis=1) if totals.shape[1] > 1 else None
    band, inside = recorded.target(result, "T03"), np.isin(trajectories.months, WINDOW)
    beside = band is not None and inside.sum() == len(WINDOW)
    window = {name: 12 * float(moments(moves[name][:, inside].ravel())[0]) for name in REASONS} if beside else None
    x = np.unique(years).astype(int) + 1970.0
    return Moves(world(result, trajectories).said, x, mean, spread, band, window)


@style.styled
def draw(table: Moves) -> Figure:
    """Draw bars a year, and beside them the moves between two congresses, in the model and in the record."""
    beside = table.window is not None
    width = 100.0 if beside else style.WIDE - LEFT - 6.0
    what = "Moves per post and year, by reason; mean of replicates"
    drawn, top = style.headed("Why guberniia secretaries left their posts", what, table.said, room=TALL + 35.0)
    top += 5.0
    years = style.place(drawn, LEFT, top, width, TALL)
    entries = _years(years, table)
    panels.unit(years, "moves per post and year", width)
    high = years.get_ylim()[1]
    if table.window is not None and table.recorded is not None:
        compared = style.place(drawn, LEFT + width + 12.0, top, style.WIDE - LEFT - width - 16.0, TALL)
        entries.append(_window(compared, table.window, table.recorded))
        high = max(high, compared.get_ylim()[1])
        compared.set_ylim(0, high)
    years.set_ylim(0, high)
    panels.legend(drawn, entries, LEFT, 3)
    return drawn


def _moves(trajectories: Trajectories) -> dict[str, Array]:
    """Return the nation's moves by reason, those without one as `other`, and all: (replicates, months) each."""
    moves = {"moves": trajectories.of("moves")}
    for name in REASONS:
        moves[name] = np.zeros_like(moves["moves"])
        with suppress(UserError):  # a reason that came after the run was stored: nobody left for it
            moves[name] = trajectories.of(name)
    explained = sum(np.nan_to_num(moves[name]) for name in REASONS if name != "other")
    return moves | {"other": np.maximum(moves["moves"] - explained, 0.0)}


def _years(axes: Axes, table: Moves) -> list[Artist]:
    """Draw a stacked bar a year with the spread of its total; return the legend's entries."""
    x, band = table.years, table.recorded
    entries = _stack(axes, x, table.mean, 0.72)
    if table.spread is not None:
        bars = axes.vlines(x, *table.spread, color=style.NATION, linewidth=0.9, zorder=4)
        bars.set_label(f"{BAND[0]}–{BAND[1]} % of replicates")
        entries.append(bars)
    first, last = int(x[0]), int(x[-1])
    if band is not None and first <= 1924 and last >= 1923:
        start, end = 1923 + 3 / 12 - 0.5, 1924 + 5 / 12 - 0.5
        box = Rectangle((start, band.low), end - start, band.high - band.low, fill=False, edgecolor=style.NATION,
                        linestyle=(0, (3, 1.5)), linewidth=1.0, zorder=5)  # fmt: skip
        box.set_label(f"recorded, with band (grade {band.grade})")
        axes.add_patch(box)
        axes.hlines(band.value, start, end, color=style.NATION, linewidth=1.4, zorder=5)
        entries.append(box)
    step = -(-len(x) // 12)
    axes.set_xticks(x[::step], [f"{year:.0f}" for year in x[::step]])
    axes.set_xlim(first - 0.6, last + 0.6)
    axes.set_title("By year")
    axes.margins(y=0.06)
    return entries


def _window(axes: Axes, mean: Mapping[str, float], band: recorded.Figure) -> Artist:
    """Draw the moves between the congresses, in the model and in the record."""
    known = recorded.counts("secretaries_moved", *RECORDED.values())
    # The counts are printed; that all moves fell on the 83 posts is T03's reading, and its grade.
    per_post = band.value / known["secretaries_moved"]
    record = {name: per_post * known[indicator] for name, indicator in RECORDED.items()}
    unexplained = per_post * known["secretaries_moved"] - sum(record.values())
    _stack(axes, np.array([0.0]), {name: np.array([mean[name]]) for name in REASONS}, 0.6)
    _stack(axes, np.array([1.0]), {name: np.array([height]) for name, height in record.items()}, 0.6)
    foot, white = sum(record.values()), dict[str, Any](edgecolor=style.GREY, hatch="////")
    axes.bar(1, unexplained, 0.6, bottom=foot, color="white", linewidth=0.5, **white)
    axes.set_xticks([0, 1], ["model", f"recorded\n(grade {band.grade})"])
    axes.set_xlim(-0.6, 1.6)
    axes.set_title("April 1923 – May 1924")
    axes.tick_params(labelleft=False)
    return Patch(facecolor="white", label="recorded without a reason", **white)


def _stack(axes: Axes, x: Array, heights: Mapping[str, Array], width: float) -> list[Artist]:
    """Stack bars by reason; return the legend's entries for reasons that occur."""
    entries: list[Artist] = []
    foot = np.zeros(len(x))
    axes.grid(True, axis="y")
    for name, height in heights.items():
        (label, colour), height = REASONS[name], np.nan_to_num(height)
        axes.bar(x, height, width, bottom=foot, color=colour, edgecolor="white", linewidth=0.5)
        foot += height
        if height.max() > 0.002:
            entries.append(Patch(color=colour, label=label))
    return entries
