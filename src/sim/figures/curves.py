"""Outcomes over time: median, band and single replicates, for the nation and by class."""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.selection import Selection
from sim.analysis.wording import capital
from sim.figures import panels, style, timeline
from sim.figures.series import Curve, Told, World, by_scope, few, outcome_named, title, world
from sim.registry.entries import CLASSES
from sim.results.result import Result

OVERVIEW = (
    "threat_perceived", "recovery", "performance",
    "skloki_year", "conflict", "misfit",
    "appointed", "claimed", "centralisation",
    "discussion", "unity", "opposition_members",
    "literacy", "team_skill", "bench",
)  # fmt: skip
SUMMARY = ("appointed", "skloki_year", "performance", "recovery")
LEFT, RIGHT = 18.0, 4.0
"""Margins beside panels, mm."""
DASHES = (0, (3, 1.5))
"""Of the nation's median where it is drawn for comparison."""


class Courses(NamedTuple):
    """Outcomes of a world over time, by outcome and scope."""

    heading: str
    world: World
    curves: dict[str, dict[str, Curve]]


def summary(result: Told, selection: Selection) -> Courses:
    """Return four outcomes."""
    return _read(result, SUMMARY, "Appointment, skloki, performance and recovery")


def overview(result: Result, selection: Selection) -> Courses:
    """Return the main outcomes."""
    return _read(result, OVERVIEW, "Overview")


def one(result: Result, selection: Selection) -> Courses:
    """Return one outcome, with single replicates."""
    name = outcome_named(selection.outcome or "performance").name
    return _read(result, (name,), title(name), threads=panels.THREADS)


def _read(result: Told, names: tuple[str, ...], heading: str, threads: int = 0) -> Courses:
    trajectories = result.trajectories()
    small = few(result, names)
    curves = {name: by_scope(trajectories, name, threads, small) for name in names}
    return Courses(heading, world(result, trajectories), curves)


def outcome(table: Courses) -> Figure:
    """Draw one outcome: the nation with band and single replicates above, the classes below."""
    return _one(table, narrow=False)


def column(table: Courses) -> Figure:
    """Draw one panel of a journal column's width instead, with the classes as lines."""
    return _one(table, narrow=True)


@style.styled
def _one(table: Courses, narrow: bool) -> Figure:
    ((name, curves),), shown = table.curves.items(), table.world
    entry = outcome_named(name)
    classes = [scope for scope in curves if scope in CLASSES]
    inside, below = (classes, []) if narrow else ([], classes)
    width, tall = (style.NARROW, 46.0) if narrow else (style.WIDE, 56.0)
    columns = 4 if not narrow else 2 if classes else 1
    across = width - LEFT - RIGHT
    found = timeline.arrange(timeline.marks(shown.events, shown.limits), shown.limits, across)
    lines = [shown.said] if narrow else [capital(entry.meaning), shown.said]
    top = style.head(width, table.heading, *lines) + timeline.height(found)
    # In a panel of its own a class needs a key only where its places have lines.
    told = {scope: one for scope, one in curves.items() if narrow or one.places is not None}
    entries = _entries(shown.replicates, panels.of_classes([told], narrow), bool(below), threads=True)
    foot = 11.0 + 4.2 * -(-len(entries) // columns)
    figure = style.new(width, top + tall + (49.0 if below else 0.0) + foot)
    style.heading(figure, table.heading, *lines)
    panel = style.place(figure, LEFT, top, across, tall)
    _panel(panel, name, curves, found, inside)
    panels.time_axis(panel, shown.limits, most=6 if narrow else 10)
    panels.unit(panel, entry.unit, across)
    timeline.above(figure, found, shown.limits, LEFT, top, across)
    if below:
        _classes(figure, table, below, top + tall + 15.0, found)
    panels.legend(figure, entries, LEFT, columns)
    return figure


@style.styled
def page(table: Courses) -> Figure:
    """Draw a page of small panels, one an outcome: the nation with its band, the classes as lines."""
    columns = 3 if len(table.curves) > 4 else 2
    left, between = 16.5, 14.5 if columns > 2 else 19.0
    wide = (style.WIDE - left - 2.5 - (columns - 1) * between) / columns
    tall = 0.64 * wide
    pitch = tall + 13.5
    rows = -(-len(table.curves) // columns)
    found = timeline.arrange(timeline.marks(table.world.events, table.world.limits), table.world.limits, wide)
    figure, top = style.headed(table.heading, table.world.said, room=rows * pitch + 15.0)
    top += 5.0
    for at, (name, curves) in enumerate(table.curves.items()):
        row, column = divmod(at, columns)
        panel = style.place(figure, left + column * (wide + between), top + row * pitch, wide, tall)
        _panel(panel, name, curves, found, [scope for scope in curves if scope in CLASSES])
        panels.time_axis(panel, table.world.limits, most=5)
        panel.set_title(title(name))
        panels.unit(panel, outcome_named(name).unit, wide, away=10.2)
    entries = _entries(table.world.replicates, panels.of_classes(table.curves.values()), False, threads=False)
    panels.legend(figure, entries + timeline.keys(found), left, columns=5)
    return figure


def _classes(figure: Figure, table: Courses, classes: list[str], top: float, found: list[timeline.Mark]) -> None:
    """Draw a row of panels, one a class, on one scale and with the nation's median for comparison."""
    (name, curves), = table.curves.items()
    entry, nation = outcome_named(name), curves["nation"]
    pitch = (style.WIDE - LEFT - RIGHT + 5.0) / len(CLASSES)
    row = [style.place(figure, LEFT + at * pitch, top, pitch - 5.0, 32.0) for at in range(len(classes))]
    for at, (panel, scope) in enumerate(zip(row, classes, strict=True)):
        timeline.shade(panel, found)
        panel.plot(nation.x, nation.centre, color=style.NATION, linewidth=0.8, linestyle=DASHES, zorder=2)
        panels.curve(panel, curves[scope], style.SCOPE_COLOURS[scope])
        panels.titled(panel, scope)
        panels.time_axis(panel, table.world.limits, most=4)
        panel.tick_params(labelleft=at == 0)
    panels.unit(row[0], entry.unit, pitch - 5.0)
    panels.scale(row, entry.low, entry.high)


def _panel(
    axes: Axes, name: str, curves: dict[str, Curve], found: list[timeline.Mark], classes: list[str]
) -> None:
    entry, nation = outcome_named(name), curves["nation"]
    timeline.shade(axes, found)
    for scope in classes:
        panels.classed(axes, curves[scope], style.SCOPE_COLOURS[scope], 1.1)
    panels.curve(axes, nation, style.NATION)
    if nation.empty and not classes:
        panels.missing(axes)
    panels.scale([axes], entry.low, entry.high)


def _entries(count: int, classes: list[Artist], compared: bool, threads: bool) -> list[Artist]:
    """Return the entries of a legend for what was drawn of so many replicates; classes begin a column of their own."""
    label = ("nation, " if classes else "") + ("median" if count > 1 else "value")
    found: list[Artist] = [panels.stroke(style.NATION, 1.5, label)]
    if count > 1:
        found.append(panels.spread())
    if count > 1 and threads:
        shown = "single replicates" if count <= panels.THREADS else f"first {panels.THREADS} replicates"
        found.append(panels.stroke("#909090", 0.6, shown))
    if compared:
        found.append(panels.stroke(style.NATION, 0.8, "nation, for comparison", linestyle=DASHES))
    if classes and threads and not compared:
        found += [panels.stroke("none", 0, " ") for _ in range(len(classes) - len(found))]
    return found + classes
