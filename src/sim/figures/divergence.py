"""Where two worlds part, in pictures: how far apart they are, who passed it to whom, and where."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.analysis.divergence.cascade import Step
from sim.analysis.divergence.distance import VISIBLE, MonthRow
from sim.analysis.divergence.divergence import Divergence
from sim.analysis.divergence.folder import DivergenceFolder
from sim.analysis.selection import Selection
from sim.analysis.wording import counted
from sim.figures import panels, style, tilemap
from sim.figures.series import day, middle
from sim.figures.tilemap import SIZE
from sim.registry.entries import SCOPES

LEFT, BETWEEN, TALL, GAP = 18.0, 23.0, 42.0, 13.0
WIDTH = (style.WIDE - LEFT - BETWEEN - 3.0) / 2
#: Months before the worlds begin to part that are shown too.
LEAD = 3
#: Title, unit, and a row's value; shares have no scale beyond 1.
PANELS: tuple[tuple[str, str, Callable[[MonthRow], float]], ...] = (
    ("Something has happened in one world only", "share of committees", lambda row: row.parted / row.committees),
    (f"Performance or conflict over {VISIBLE} apart", "share of committees", lambda row: row.visible / row.committees),
    ("Seats held by different persons", "share of seats", lambda row: row.seats_differ / row.seats),
    ("RMS difference in performance", "share", lambda row: row.rms_performance),
)


def described(traced: DivergenceFolder) -> tuple[str, str]:
    """Return the lines under a title: the two worlds, and which accidents they share."""
    record, found = traced.record, traced.divergence
    uezds = sum(place.parent >= 0 for place in found.places)
    titles = [f"{name}: {title}" for name, title in zip("AB", traced.titles, strict=True)]
    worlds = style.side_by_side(titles, " · ", style.WIDE - 4.0, 8)
    places = counted(len(found.places) - uezds, "guberniia") + (f", {counted(uezds, 'uezd')}" if uezds else "")
    return worlds, f"One replicate, number {record['replicate']} of seed {record['seed']} · {places}"


class Spread(NamedTuple):
    """How far two worlds are apart: what is said of them, months that are shown, and a row per month and scope."""

    lines: tuple[str, ...]
    months: Sequence[str]
    rows: list[MonthRow]


def spread(traced: DivergenceFolder, selection: Selection) -> Spread:
    """Return how far two worlds are apart from shortly before they part, nation and classes."""
    found = traced.divergence
    shown = found.months[max(found.began - LEAD, 0) :]
    rows = [row for row in found.spread.rows() if row.level == "all" and row.month in shown]
    return Spread(described(traced), shown, rows)


@style.styled
def draw_spread(table: Spread) -> Figure:
    """Draw how far two worlds are apart, month by month, nation and classes."""
    shown, rows = table.months, table.rows
    limits = day(shown[0]), day(shown[-1], end=True)
    scopes = [scope for scope in SCOPES if any(row.scope == scope for row in rows)]
    drawn, top = style.headed("How far two worlds part", *table.lines, room=2 * TALL + GAP + 21.0)
    top += 6.0
    x = middle(pd.DatetimeIndex(shown))
    for at, (title, unit, value) in enumerate(PANELS):
        left, high = LEFT + (at % 2) * (WIDTH + BETWEEN), top + (at // 2) * (TALL + GAP)
        axes = style.place(drawn, left, high, WIDTH, TALL)
        for scope in reversed(scopes):  # the nation on top
            y = np.array([value(row) for row in rows if row.scope == scope])
            panels.line(axes, x, y, style.SCOPE_COLOURS[scope], 1.8 if scope == "nation" else 1.2)
        panels.time_axis(axes, limits, 6)
        panels.scale([axes], 0.0, 1.0)
        # what cannot be seen is drawn as what it is: a line at the foot
        axes.set_ylim(0.0, max(axes.get_ylim()[1], VISIBLE) if axes.dataLim.y1 > 0.0 else 1.0)
        panels.unit(axes, unit, WIDTH)
        axes.set_title(title)
    size = {row.scope: row.committees for row in rows}
    entries = [panels.stroke(style.SCOPE_COLOURS[s], 1.8, f"{style.SCOPE_LABELS[s]} ({size[s]})") for s in scopes]
    panels.legend(drawn, list(entries), LEFT, 5)
    return drawn


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
SHOWN, SPREAD = 25, 8
"""Committees in the picture at most, and of how many of the first months."""
COUNTS = 27.0
"""Height of the panels above, mm."""
ROW, EDGE, GRAPH = 4.6, 6.0, 36.0
COLUMNS = {"committee": (44.5, 42.5), "in A": (88.0, 42.0), "in B": (131.0, 42.0)}
"""Left edge and width of the columns beside the graph, mm."""
SIZES = (7.0, 6.5, 6.0)
"""Of the text, points: the largest that fits its column; what does not fit the last is cut."""
MONTHS = 24
"""Months up to which each is ruled off."""
KEYS = 3
"""Columns of the legend."""


class Cascade(NamedTuple):
    """How a difference spreads from committee to committee."""

    heading: str
    lines: tuple[str, ...]  # what is said of the two worlds
    months: Sequence[str]  # of the worlds
    began: int  # number of the month in which the first committee parts
    ways: dict[str, list[int]]  # how many committees part in each month, by the way in which it came
    officials: list[int]  # in each month, of seats that different persons hold
    skloki: list[int]  # in each month, of committees with an open sklok in one world only
    steps: Sequence[Step]  # those that are shown, in the order in which they part
    names: list[str]  # of their committees
    parted: int  # how many part in all


def cascade(traced: DivergenceFolder, selection: Selection) -> Cascade:
    """Return how many committees part in each month, and some of them, with where the difference came from."""
    found = traced.divergence
    steps = early(found.steps)
    names = [found.places[step.committee].name for step in steps]
    counted = Counter((step.way, step.month) for step in found.steps)
    every = range(len(found.months))
    ways = {way: [counted[way, month] for month in every] for way in MARKS if way in found.ways()}
    officials = found.spread.seats_differ.sum(axis=1).tolist()
    skloki = (found.spread.difference("open_sklok") != 0).sum(axis=1).tolist()
    return Cascade(
        reached(found.steps, found.months, len(found.places)), described(traced), found.months, found.steps[0].month,
        ways, officials, skloki, steps, names, len(found.steps),
    )  # fmt: skip


def early(steps: Sequence[Step]) -> list[Step]:
    """Return the first committees to part, as many of each of the first months, in their order.

    Of a month those to which the difference came from one that is shown, and those that passed it on to most.
    """
    passed, chosen = Counter(step.source for step in steps), {steps[0].committee}
    by_month: dict[int, list[Step]] = {}
    for step in steps:
        by_month.setdefault(step.month, []).append(step)
    first = list(by_month.values())[:SPREAD]
    for at, there in enumerate(first):
        room = -(-(SHOWN - len(chosen)) // (len(first) - at))
        there = [step for step in there if step.committee not in chosen]
        there.sort(key=lambda step: (step.source not in chosen, -passed[step.committee]))  # else in their order
        chosen |= {step.committee for step in there[:room]}
    rest = [step.committee for step in steps if step.committee not in chosen]
    chosen |= set(rest[: SHOWN - len(chosen)])
    return [step for step in steps if step.committee in chosen]


def reached(steps: Sequence[Step], months: Sequence[str], places: int) -> str:
    """Return in words how fast a difference reaches committees."""
    said = [
        f"{share} in {after} month{'s' * (after > 1)}"
        for share, least in (("half of the committees", 0.5), ("nine in ten", 0.9))
        if len(steps) >= least * places
        for after in [steps[math.ceil(least * places) - 1].month - steps[0].month + 1]
    ]
    if not said:
        return f"The difference reaches {len(steps)} of {places} committees by {months[-1]}"
    return f"The difference reaches {', '.join(said)}"


@style.styled
def draw_cascade(table: Cascade) -> Figure:
    """Draw how many committees part month by month, and below a row for each of some, with lines to their sources."""
    steps, months = table.steps, table.months
    high = ROW * len(steps)
    several = (f"Below: {len(steps)} of the {table.parted} that part, some of each of the first months · "
               "attributed by rules, not proven")  # fmt: skip
    used = [MARKS[way] for way in table.ways]
    room = 6.0 + COUNTS + 15.0 + high + 12.5 + 4.4 * -(-len(used) // KEYS)
    drawn, under = style.headed(table.heading, *table.lines, several, room=room)
    _counts(drawn, table, under + 6.0)
    top = under + 6.0 + COUNTS + 15.0
    limits = day(months[steps[0].month]), day(months[steps[-1].month], end=True)
    axes = style.place(drawn, EDGE, top, GRAPH, high, xlim=limits, ylim=(len(steps) - 0.5, -0.5))
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
    panels.legend(drawn, [_point(mark, label=mark.label) for mark in used], EDGE, KEYS)
    return drawn


def _counts(figure: Figure, table: Cascade, top: float) -> None:
    """Draw month by month how many committees part, and in how many seats and committees the worlds then differ."""
    shown = slice(table.began, None)
    limits, x = (day(table.months[table.began]), day(table.months[-1], end=True)), middle(
        pd.DatetimeIndex(table.months[shown]))  # fmt: skip
    width = (style.WIDE - 12.0 - 4.0 - 2 * 15.0) / 3
    each = [style.place(figure, 12.0 + at * (width + 15.0), top, width, COUNTS) for at in range(3)]
    foot = np.zeros(len(x))
    for way, counts in table.ways.items():
        mark, number = MARKS[way], np.array(counts[shown], float)
        face = to_rgba(mark.colour, 1.0 if mark.filled else 0.45)
        each[0].bar(x, number, 27.0, bottom=foot, color=face, linewidth=0)
        foot += number
    for axes, counts in zip(each[1:], (table.officials, table.skloki), strict=True):
        panels.line(axes, x, np.array(counts[shown], float), style.NATION, 1.4)
    titles = "Committees that part", "Seats held by other persons", "Skloki open in one only"
    # Where hardly any part any more there is nothing to see.
    most = int(np.searchsorted(foot.cumsum(), 0.97 * foot.sum())) + 1
    last = min(max(most, 12), len(x)) - 1 + table.began
    for axes, title in zip(each, titles, strict=True):
        end = day(table.months[last], end=True) if axes is each[0] else limits[1]
        panels.time_axis(axes, (limits[0], end), 4)
        panels.scale([axes])
        axes.set_ylim(bottom=0)
        axes.set_title(title)


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


SOON, SEATED = colormaps["viridis"], colormaps["magma_r"]
AFTER = (3, 12, 36)
"""Months after the worlds begin to part that are shown small, before the last one."""
APART, MAPS = 2.0, 4
"""Between the small maps, mm, and how many there are at most."""


class Parting(NamedTuple):
    """Where two worlds part."""

    lines: tuple[str, ...]  # what is said of them
    board: tilemap.Board  # the map, and the classes of the guberniias that both have
    began: str  # month in which they begin to part
    soon: dict[str, int]  # months from then until a guberniia is visibly apart; of those that never are, nothing
    seats: dict[str, dict[str, float]]  # by month, the share that others hold, by guberniia with its uezds
    uezds: bool  # whether there are any


def parting(traced: DivergenceFolder, selection: Selection) -> Parting:
    """Return how soon each guberniia is apart, and how many seats others hold at some dates."""
    found = traced.divergence
    heads = [place for place in found.places if place.parent < 0]
    first = zip(found.places, found.spread.first(found.spread.visible).tolist(), strict=True)
    soon = {place.name: at - found.began for place, at in first if place.parent < 0 and at < len(found.months)}
    last = len(found.months) - 1
    shown = sorted({min(found.began + after, last) for after in AFTER} | {last})
    seats = {found.months[month]: _seats(found, month) for month in shown}
    there = tilemap.board_of(traced.manifest["a"]["scenario"]["tree"])
    return Parting(
        described(traced), there, found.months[found.began], soon, seats, len(heads) < len(found.places)
    )


def _seats(found: Divergence, month: int) -> dict[str, float]:
    """Return the share of seats that others hold, by guberniia with its uezds."""
    heads = [place.name if place.parent < 0 else found.places[place.parent].name for place in found.places]
    seats = {"differ": found.spread.seats_differ[month], "all": [len(place.seats) for place in found.places]}
    added = pd.DataFrame(seats).groupby(heads, sort=False).sum()
    return (added["differ"] / added["all"]).to_dict()


@style.styled
def draw_parting(table: Parting) -> Figure:
    """Draw the months until each guberniia is visibly apart and, small, the seats held by others."""
    wide, high = tilemap.extent()
    small = (style.WIDE - 6.0 - (MAPS - 1) * APART) / MAPS
    what = f"Months until performance or conflict of the guberniia committee is over {VISIBLE} apart"
    tall, low = high * SIZE, small * high / wide
    room = 2.0 + tall + 13.0 + low + 14.0
    drawn, top = style.headed("Where, and how soon, two worlds part", *table.lines, what, room=room)
    second = top + 2.0 + tall + 13.0
    axes = tilemap.blank(drawn, 3.0, top + 2.0, wide * SIZE)
    ends = 0.0, max(tilemap.limits(table.soon.values())[1], 1.0)
    never = [f"white: not {VISIBLE} apart to the end"] if len(table.soon) < len(table.board.classes) else []
    tilemap.paint(axes, table.soon, table.board, ends, SOON, f"months from {table.began}", said=never)
    held = f"Seats of the guberniia committee{' and its uezds' if table.uezds else ''} held by different persons"
    style.write(drawn, held, 3.0, second - 10.0, fontsize=8.5)
    for at, (month, shares) in enumerate(table.seats.items()):
        axes = tilemap.blank(drawn, 3.0 + at * (small + APART), second, small)
        for tile in table.board.tiles.values():
            colour = to_hex(SEATED(shares[tile.name])) if tile.name in shares else "#FFFFFF"
            tilemap.fill(axes, tile, colour, style.RULE, 0.3)
        axes.set_title(month, loc="center")
    bar = style.place(drawn, 60.0, second + low + 3.0, 54.0, 2.4)
    tilemap.scale(bar, Normalize(0.0, 1.0), SEATED, "share of seats")
    return drawn
