"""Effects by horizon in the order of time, by class: what an option does in its first years and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.bands import numbers
from sim.analysis.effects import effects
from sim.analysis.selection import Selection, Shown, label, shown
from sim.analysis.sweep import Sweep
from sim.errors import Problem, UserError
from sim.experiment.experiment import Factor
from sim.experiment.horizons import Horizon, following
from sim.figures import panels, style
from sim.figures.series import Array, day, difference, direction
from sim.figures.sweeps import common, strokes

COLUMNS, LEAST = 3, 2
LEFT, RIGHT, GAP, TALL, PITCH = 18.0, 4.0, 7.0, 40.0, 55.0
SIZE = 3.4
"""Of marks, points."""
BANDS = 3
"""Options whose spread over points is drawn; of more the bands would hide each other."""


class Course(NamedTuple):
    """Effects at horizons in the order of time, by class and option; and what is said over them."""

    said: common.Said
    what: Shown
    lever: Factor
    options: list[int]
    spans: Mapping[str, Horizon]
    frame: pd.DataFrame


def table(sweep: Sweep, selection: Selection) -> Course:
    """Return mean effects of a lever's options at those horizons that follow one another, if they are enough."""
    what, lever, spans = shown(sweep, selection), selection.lever, following(sweep.experiment.horizons)
    assert lever is not None
    if len(spans) < LEAST:
        allowed = "two or more of which none holds another; [keep.horizons] in the experiment's file names them"
        raise UserError(Problem("horizons", found=", ".join(sweep.experiment.horizons), allowed=allowed))
    one = lever.options[selection.options[0]].value if len(selection.options) == 1 else None
    frame = effects(sweep, lever=lever.name, option=one, outcome=what.entry.name, scope=selection.scope)
    frame = frame[frame["horizon"].isin(list(spans))]
    said = common.said(sweep, what.horizon, lever)
    return Course(said, what, lever, list(selection.options), spans, frame)


@style.styled
def draw(table: Course) -> Figure:
    """Draw a panel a class, a line an option."""
    said, what, chosen, options, spans, frame = table
    scopes = [name for name in style.SCOPE_LABELS if name in set(frame["scope"])]
    keys = _entries(chosen, options, frame)
    count = -(-len(scopes) // COLUMNS)
    line = f"By class, in the order of time: means over points, {_told(spans)}; {direction(what.entry)}"
    room = count * PITCH + 1.0 + 4.4 * -(-len(keys) // 3)
    page, top = said.page(common.effect(chosen, options, what.entry.name), line, room=room)
    top += 6.0
    columns = min(len(scopes), COLUMNS)
    wide = (style.WIDE - LEFT - RIGHT + GAP) / columns - GAP
    limits = day(min(span.first for span in spans.values())), day(max(span.last for span in spans.values()), end=True)
    drawn = []
    for at, name in enumerate(scopes):
        row, column = divmod(at, COLUMNS)
        axes = style.place(page, LEFT + column * (wide + GAP), top + row * PITCH, wide, TALL)
        _panel(axes, frame[frame["scope"] == name], chosen, options, spans)
        panels.time_axis(axes, limits, most=max(4, int(wide / 12.0)))
        panels.titled(axes, name)
        axes.tick_params(labelleft=column == 0)
        if column == 0:
            panels.unit(axes, difference(what.entry), wide, away=14.0)
        drawn.append(axes)
    panels.scale(drawn, lowest=-float("inf"))
    panels.legend(page, keys, LEFT, 3)
    return page


def _told(spans: Mapping[str, Horizon]) -> str:
    """Return which horizons they are, in words."""
    ends = [(span.first, span.last) for span in spans.values()]
    if all(first[:4] == last[:4] and (first[5:], last[5:]) == ("01", "12") for first, last in ends):
        years = [first[:4] for first, _ in ends]
        each = int(years[-1]) - int(years[0]) == len(years) - 1
        return f"years {years[0]} to {years[-1]}" if each else f"years {', '.join(years)}"
    return f"horizons from {ends[0][0]} to {ends[-1][1]}"


def _panel(axes: Axes, rows: pd.DataFrame, lever: Factor, options: list[int], spans: Mapping[str, Horizon]) -> None:
    """Draw one class; a horizon stands in the middle of its months."""
    at = {name: (day(span.first) + day(span.last, end=True)) / 2 for name, span in spans.items()}
    looks = strokes.strokes(lever)
    for place in options:
        mine = rows[rows["option"].map(label) == label(lever.options[place].value)]
        mine = mine.assign(x=mine["horizon"].map(at)).sort_values("x")
        x, look = numbers(mine, "x"), looks[place]
        if place == options[0]:
            _strip(axes, x, numbers(mine, "smallest"))
        if len(options) <= BANDS:
            strokes.fan(axes, x, (numbers(mine, "p25"), numbers(mine, "p75")), look.colour)
        strokes.line(axes, x, numbers(mine, "effect"), look)
        axes.plot(x, numbers(mine, "effect"), strokes.marker(place), color=look.colour, markerfacecolor="white",
                  markersize=SIZE, markeredgewidth=0.7, zorder=look.order, clip_on=False)  # fmt: skip
        # Over the marks: an interval may be narrower than these.
        axes.vlines(x, numbers(mine, "low"), numbers(mine, "high"), color=look.colour, linewidth=1.0, zorder=look.order)
    panels.nought(axes)


def _strip(axes: Axes, x: Array, size: Array) -> None:
    """Draw what is smaller than is of interest, which may differ from horizon to horizon, over the whole width."""
    if len(x):
        whole = [x[0] - 1e4, *x, x[-1] + 1e4]
        ends = [size[0], *size, size[-1]]
        axes.fill_between(whole, [-end for end in ends], ends, color=strokes.STRIP, linewidth=0, zorder=0.2)


def _entries(lever: Factor, options: list[int], frame: pd.DataFrame) -> list[Artist]:
    looks = strokes.strokes(lever)
    mark = {"markersize": SIZE, "markerfacecolor": "white", "markeredgewidth": 0.7}
    keys: list[Artist] = [
        strokes.drawn(looks[place], common.option(lever, place, 42.0), strokes.marker(place), **mark)
        for place in options
    ]
    grey = looks[options[0]].colour if len(options) == 1 else "#777777"
    if len(options) <= BANDS:
        keys.append(strokes.band("25–75 % of points", grey))
    over = sorted(set(frame["interval"][frame["low"].notna()]))
    if over:
        look = {"markeredgecolor": grey, "markersize": 7, "markeredgewidth": 1.0}
        keys.append(panels.stroke("none", 0, f"95 % interval over {' or '.join(over)}", "|", **look))
    return [*keys, strokes.strip()]
