"""Outcomes over time: median, band and single replicates, for the nation and by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures import panels, style, timeline
from sim.figures.series import Result, described, outcome_named, scopes, series, span
from sim.figures.wording import title
from sim.registry.entries import CLASSES

if TYPE_CHECKING:
    from sim.results.trajectories import Trajectories

OVERVIEW = (
    "threat_perceived", "recovery", "performance",
    "skloki_year", "conflict", "misfit",
    "appointed", "claimed", "centralisation",
    "discussion", "unity", "opposition_members",
    "literacy", "team_skill", "bench",
)  # fmt: skip
LEFT, RIGHT = 18.0, 4.0
"""Margins beside panels, mm."""
DASHES = (0, (3, 1.5))
"""Of the nation's median where it is drawn for comparison."""


@style.styled
def outcome(result: Result, name: str, narrow: bool = False) -> Figure:
    """Draw one outcome: the nation with band and single replicates above, the classes below.

    Parameters
    ----------
    result
        A stored result.
    name
        Of the outcome.
    narrow
        Draw one panel of a journal column's width instead, with the classes as lines.

    Raises
    ------
    UserError
        If there is no outcome of that name.
    """
    entry = outcome_named(name)
    courses = result.courses()
    classes = [scope for scope in scopes(courses, name) if scope in CLASSES]
    inside, below = (classes, []) if narrow else ([], classes)
    limits = span(courses)
    width, tall = (style.NARROW, 46.0) if narrow else (style.WIDE, 56.0)
    columns = 4 if not narrow else 2 if classes else 1
    across = width - LEFT - RIGHT
    found = timeline.prepare(result, limits, across)
    lines = [described(result, courses)] if narrow else [_first(entry.meaning), described(result, courses)]
    top = style.head(len(lines)) + timeline.height(found)
    entries = _entries(courses, inside, bool(below), threads=True)
    foot = 11.0 + 4.2 * -(-len(entries) // columns)
    figure = style.new(width, top + tall + (49.0 if below else 0.0) + foot)
    style.heading(figure, title(name), *lines)
    panel = style.place(figure, LEFT, top, across, tall)
    _panel(panel, courses, name, found, inside, threads=True)
    panels.time_axis(panel, limits, most=6 if narrow else 10)
    panels.unit(panel, entry.unit, across)
    timeline.above(figure, found, limits, LEFT, top, across)
    if below:
        _classes(figure, courses, name, below, top + tall + 15.0, found)
    panels.legend(figure, entries, LEFT, columns)
    return figure


@style.styled
def overview(result: Result, names: tuple[str, ...] = OVERVIEW, columns: int = 3, heading: str = "Overview") -> Figure:
    """Draw a page of small panels, one an outcome: the nation with its band, the classes as lines."""
    courses = result.courses()
    limits = span(courses)
    left, between = 16.5, 14.5 if columns > 2 else 19.0
    wide = (style.WIDE - left - 2.5 - (columns - 1) * between) / columns
    tall = 0.64 * wide
    pitch = tall + 13.5
    rows = -(-len(names) // columns)
    found = timeline.prepare(result, limits, wide)
    top = style.head(1) + 5.0
    figure = style.new(style.WIDE, top + rows * pitch + 10.0)
    style.heading(figure, heading, described(result, courses))
    for at, name in enumerate(names):
        row, column = divmod(at, columns)
        panel = style.place(figure, left + column * (wide + between), top + row * pitch, wide, tall)
        _panel(panel, courses, name, found, [s for s in scopes(courses, name) if s in CLASSES], threads=False)
        panels.time_axis(panel, limits, most=5)
        panel.set_title(title(name))
        panels.unit(panel, outcome_named(name).unit, wide, away=10.2)
    entries = _entries(courses, list(CLASSES), False, threads=False)
    panels.legend(figure, entries + timeline.keys(found), left, columns=5)
    return figure


def _classes(
    figure: Figure, courses: Trajectories, name: str, classes: list[str], top: float, found: list[timeline.Mark]
) -> None:
    """Draw a row of panels, one a class, on one scale and with the nation's median for comparison."""
    entry, limits, nation = outcome_named(name), span(courses), series(courses, name)
    pitch = (style.WIDE - LEFT - RIGHT + 5.0) / len(CLASSES)
    row = [style.place(figure, LEFT + at * pitch, top, pitch - 5.0, 32.0) for at in range(len(classes))]
    for at, (panel, scope) in enumerate(zip(row, classes, strict=True)):
        colour = style.SCOPE_COLOURS[scope]
        timeline.shade(panel, found)
        panel.plot(nation.x, nation.centre(), color=style.NATION, linewidth=0.8, linestyle=DASHES, zorder=2)
        panels.curve(panel, series(courses, name, scope), colour, threads=True)
        panel.set_title(_first(style.SCOPE_LABELS[scope]), color=colour, fontweight="bold")
        panels.time_axis(panel, limits, most=4)
        panel.tick_params(labelleft=at == 0)
    panels.unit(row[0], entry.unit, pitch - 5.0)
    panels.scale(row, entry.low, entry.high)


def _panel(
    axes: Axes, courses: Trajectories, name: str, found: list[timeline.Mark], classes: list[str], threads: bool
) -> None:
    entry, nation = outcome_named(name), series(courses, name)
    timeline.shade(axes, found)
    for scope in classes:
        drawn = series(courses, name, scope)
        panels.line(axes, drawn.x, drawn.centre(), style.SCOPE_COLOURS[scope], 1.1)
    panels.curve(axes, nation, style.NATION, threads)
    if nation.empty and not classes:
        panels.missing(axes)
    panels.scale([axes], entry.low, entry.high)


def _entries(courses: Trajectories, classes: list[str], compared: bool, threads: bool) -> list[Artist]:
    """Return the entries of a legend for what was drawn; classes begin a column of their own."""
    count = len(courses.replicates)
    label = ("nation, " if classes else "") + ("median" if count > 1 else "value")
    found: list[Artist] = [panels.stroke(style.NATION, 1.5, label)]
    if count > 1:
        found.append(panels.spread())
    if count > 1 and threads:
        shown = "single replicates" if count <= panels.THREADS else f"first {panels.THREADS} replicates"
        found.append(panels.stroke("#909090", 0.6, shown))
    if compared:
        compare = panels.stroke(style.NATION, 0.8, "nation, for comparison")
        compare.set_linestyle(DASHES)
        found.append(compare)
    if classes and threads:
        found += [panels.stroke("none", 0, " ") for _ in range(len(classes) - len(found))]
    return found + [panels.stroke(style.SCOPE_COLOURS[scope], 1.1, style.SCOPE_LABELS[scope]) for scope in classes]


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
