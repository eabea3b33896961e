"""The tree of a cascade: which committees part first, and from which one the difference came."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.analysis.divergence.cascade import Step
from sim.analysis.divergence.folder import DivergenceFolder
from sim.analysis.selection import Selection
from sim.figures import panels, style
from sim.figures.divergence import described
from sim.figures.series import day


class Mark(NamedTuple):
    """How a way is drawn: squares for what is put in, discs for what is passed on, rings for what all share."""

    colour: str
    marker: str
    filled: bool
    label: str


MARKS = {
    "rule": Mark("#222222", "s", True, "the rule differs here"),
    "place": Mark("#B3202A", "s", True, "famine or start differs here"),
    "input": Mark("#8A8A8A", "s", True, "a general input differs"),
    "person": Mark("#C88700", "o", True, "by a person, from a committee"),
    "above": Mark("#2B6CB8", "o", True, "from the superior committee"),
    "below": Mark("#35A79C", "o", True, "from an uezd"),
    "capacity": Mark("#B3202A", "o", False, "by the centre's capacity"),
    "reserve": Mark("#2B6CB8", "o", False, "by the centre's reserve"),
    "bench": Mark("#A0527A", "o", True, "by a bench drawn upon before"),
    "nation": Mark("#8A8A8A", "o", False, "by what all places share"),
}
SHOWN = 25
"""Committees in the picture at most."""
ROW, LEFT, GRAPH = 4.6, 6.0, 36.0
COLUMNS = {"committee": (44.5, 42.5), "in A": (88.0, 42.0), "in B": (131.0, 42.0)}
"""Left edge and width of the columns beside the graph, mm."""
SIZES = (7.0, 6.5, 6.0)
"""Of the text, points: the largest that fits its column; what does not fit the last is cut."""
MONTHS = 24
"""Months up to which each is ruled off."""
KEYS = 3
"""Columns of the legend."""


class Cascade(NamedTuple):
    """The first committees to part."""

    lines: tuple[str, ...]  # what is said of the two worlds
    months: Sequence[str]  # of the worlds
    steps: Sequence[Step]  # those that are shown, in the order in which they part
    names: list[str]  # of their committees
    parted: int  # how many part in all


def table(traced: DivergenceFolder, selection: Selection) -> Cascade:
    """Return the first committees to part, and where the difference came from."""
    found = traced.divergence
    steps = found.steps[:SHOWN]
    names = [found.places[step.committee].name for step in steps]
    return Cascade(described(traced), found.months, steps, names, len(found.steps))


@style.styled
def draw(table: Cascade) -> Figure:
    """Draw a row for each committee, and lines to those from which the difference came."""
    steps, months = table.steps, table.months
    high = ROW * len(steps)
    used = [MARKS[way] for way in MARKS if any(step.way == way for step in steps)]
    title = "The first committees to part, and where the difference came from"
    several = f"The first {len(steps)} of {table.parted} that part, in this order · attributed by rules, not proven"
    drawn, under = style.headed(title, *table.lines, several, room=6.5 + high + 12.5 + 4.4 * -(-len(used) // KEYS))
    top = under + 6.5
    limits = day(months[steps[0].month]), day(months[steps[-1].month], end=True)
    axes = style.place(drawn, LEFT, top, GRAPH, high, xlim=limits, ylim=(len(steps) - 0.5, -0.5))
    _tree(axes, table, limits)
    panels.time_axis(axes, limits, 5)
    between = months[steps[0].month : steps[-1].month + 1]
    for month in between if len(between) <= MONTHS else ():
        axes.axvline(day(month), color=style.PALE, linewidth=0.5, zorder=0.5)
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    for name, (left, _) in COLUMNS.items():
        style.write(drawn, name, left, top - 4.6, fontsize=SIZES[0], color=style.GREY)
    for row, (step, name) in enumerate(zip(steps, table.names, strict=True)):
        _text(drawn, name, step, top + ROW * row + 1.1)
    panels.legend(drawn, [_point(mark, label=mark.label) for mark in used], LEFT, KEYS)
    return drawn


def _tree(axes: Axes, table: Cascade, limits: tuple[float, float]) -> None:
    """Draw a mark for each committee, from left to right as they part, and lines from source to follower."""
    number = Counter(step.month for step in table.steps)
    seen: Counter[int] = Counter()
    at: dict[int, tuple[float, int]] = {}
    for row, step in enumerate(table.steps):
        seen[step.month] += 1
        first, end = day(table.months[step.month]), day(table.months[step.month], end=True)
        x = first + (end - first) * (seen[step.month] - 0.5) / number[step.month]
        at[step.committee] = (x, row)
        axes.plot([x, limits[1]], [row, row], color=style.PALE, linewidth=0.5, zorder=1)
        if step.source in at:
            from_x, from_row = at[step.source]
            colour = MARKS[step.way].colour
            axes.plot([from_x, from_x, x], [from_row, row, row], color=colour, linewidth=1.0, zorder=2)
        axes.add_line(_point(MARKS[step.way], [x], [row]))


def _point(mark: Mark, x: Sequence[float] = (), y: Sequence[float] = (), **label: Any) -> Line2D:
    return Line2D(
        x, y, linestyle="", marker=mark.marker, markersize=5.5 if mark.marker == "o" else 5.0, zorder=4,
        markerfacecolor=mark.colour if mark.filled else "white", markeredgecolor=mark.colour, markeredgewidth=1.2,
        clip_on=False, **label,
    )  # fmt: skip


def _text(figure: Figure, place: str, step: Step, top: float) -> None:
    cells = (f"{place}, {step.seat or step.kind.replace('_', ' ')}", *step.brief)
    for cell, (left, width) in zip(cells, COLUMNS.values(), strict=True):
        # shorter than elsewhere, and still plain: Minsk for Minsk (SSR Belorussia)
        cell = re.sub(r" \([^)]*\)", "", cell.replace(", generation", " gen."))
        size = next((size for size in SIZES if _width(cell, size) <= width), SIZES[-1])
        cell = style.shorten(style.shorten(cell, 10 * width, 10 * size), width, size)
        style.write(figure, cell, left, top + 1.2, fontsize=size, va="center_baseline")


def _width(text: str, size: float) -> float:
    """Return the width of a text, mm: small letters are rounded to pixels, on a screen more than in print."""
    return max(style.measure(text, size), style.measure(text, 10 * size) / 10)
