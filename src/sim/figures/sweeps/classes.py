"""Small multiples by class: how effects are spread over points, how they go with a factor, and from year to year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.analysis.bands import numbers
from sim.analysis.effects import effects
from sim.analysis.selection import Selection, Shown, label, shown
from sim.analysis.sweep import Sweep
from sim.errors import Problem, UserError
from sim.experiment.experiment import Factor
from sim.experiment.horizons import Horizon, following
from sim.figures import panels, style
from sim.figures.series import Array, day, difference, direction, title
from sim.figures.sweeps import common, strokes
from sim.figures.sweeps import outcome as along

LEFT, RIGHT, GAP = 24.0, 4.0, 8.0
ROW, EDGE = 11.0, 4.0
"""Height of an option's row, and of what is above and below rows, mm."""
TALL = 44.0


class Spread(NamedTuple):
    """Effects of options: a row an option, class and, of several, horizon; and what is said over them."""

    said: common.Said
    what: Shown
    lever: Factor
    options: list[int]
    frame: pd.DataFrame
    spans: Mapping[str, Horizon] = {}  # in the order of time


def table(sweep: Sweep, selection: Selection) -> Spread | along.Along:
    """Return effects by class: how they are spread over points or, with x, how they go with it."""
    what = shown(sweep, selection)
    if selection.x is not None:
        scopes = {entry[2] for entry in sweep.columns if entry[1] == what.entry.name}
        by_class = [shown(sweep, replace(selection, scope=scope)) for scope in style.SCOPE_LABELS if scope in scopes]
        return along.along(sweep, selection, by_class)
    return _of(sweep, selection, what.horizon)


def _of(sweep: Sweep, selection: Selection, horizon: str | None) -> Spread:
    """Return effects at a horizon, or at all."""
    what, lever, options = shown(sweep, selection), selection.lever, list(selection.options)
    assert lever is not None
    frame = effects(sweep, lever=lever.name, outcome=what.entry.name, scope=selection.scope, horizon=horizon)
    frame = frame[frame["option"].map(label).isin([label(lever.options[option].value) for option in options])]
    return Spread(common.said(sweep, what.horizon, lever), what, lever, options, frame)


def draw(table: Spread | along.Along) -> Figure:
    """Draw a panel a class: a row an option, or options along a factor."""
    return distributions(table) if isinstance(table, Spread) else courses(table)


@style.styled
def distributions(table: Spread) -> Figure:
    """Draw how effects of a lever's options are spread over points: a panel a class, a row an option."""
    said, what, chosen, options, rows, _ = table
    scopes = [scope for scope in style.SCOPE_LABELS if scope in set(rows["scope"])]
    tall = ROW * len(options) + EDGE
    line = f"{said.when.capitalize()}, by class, spread over points; {direction(what.entry)}"
    page, top = said.page(common.effect(chosen, options, what.entry.name), line, room=tall + 36.0)
    top += 6.0
    wide = (style.WIDE - LEFT - RIGHT + GAP) / max(len(scopes), 1) - GAP
    row = [style.place(page, LEFT + at * (wide + GAP), top, wide, tall) for at in range(len(scopes))]
    labels = [common.option(chosen, place, LEFT - 4.0) for place in options]
    for axes, scope in zip(row, scopes, strict=True):
        _spread(axes, rows[rows["scope"] == scope], chosen, scope)
        axes.tick_params(labelleft=axes is row[0])
        axes.tick_params(axis="x", labelsize=7)
        axes.set_yticks(range(len(options)), labels)
    _one_scale(row, wide)
    style.write(page, difference(what.entry), LEFT, top + tall + 5.5, fontsize=8)
    better = "favour" if what.entry.better != "neither" else "raise it with"
    numbers = f"Numbers: share of points that {better} the option, ties half"
    style.write(page, numbers, LEFT, top + tall + 10.5, fontsize=8, color=style.GREY)
    panels.legend(page, _entries(), LEFT, 3)
    return page


@style.styled
def courses(table: along.Along) -> Figure:
    """Draw effects, or without levers the outcome, along a factor: a panel a class."""
    said, what, factor, chosen = table.said, table.what, table.factor, table.lever
    # The baseline's effect on itself is nought, and not drawn.
    options, effect = table.options or [0], chosen is not None
    entries = along.entries(factor, chosen, options, next(iter(table.panels.values())), strip=effect)
    outcome = what.entry.name
    name = common.effect(chosen, options, outcome, factor.name) if chosen else f"{title(outcome)} along {factor.name}"
    wide = (style.WIDE - 18.0 - RIGHT + GAP) / len(table.panels) - GAP
    room = common.tick_room(factor, wide)
    line, foot = f"By class, {said.when}; {direction(what.entry)}", 18.0 + room + 4.4 * -(-len(entries) // 3)
    page, top = said.page(name, line, room=TALL + foot)
    top, left = top + 6.0, 18.0
    row = [style.place(page, left + at * (wide + GAP), top, wide, TALL) for at in range(len(table.panels))]
    for axes, (scope, mine) in zip(row, table.panels.items(), strict=True):
        if effect:
            along.effect_panel(axes, factor, mine, chosen, options)
        else:
            along.points(axes, factor, mine, mine.levels, chosen, options)
        common.ticks(axes, factor, "x", wide)
        axes.set_xlabel("")
        if not factor.options and not common.logarithmic(factor):
            common.few_ticks(axes, wide)
        axes.tick_params(axis="x", labelsize=7)
        axes.tick_params(labelleft=axes is row[0])
        panels.titled(axes, scope)
    panels.scale(row, lowest=-float("inf"))
    panels.unit(row[0], difference(what.entry) if effect else what.entry.unit, wide, away=13.0)
    style.write(page, common.axis_label(factor, 140.0), left, top + TALL + 5.0 + room, fontsize=8)
    panels.legend(page, entries, left, 3)
    return page


def _spread(axes: Axes, rows: pd.DataFrame, lever: Factor, scope: str) -> None:
    """Draw a row for each option: quantiles over points, their mean, and how many favour it."""
    by_option = {label(option.value): place for place, option in enumerate(lever.options)}
    colours = strokes.colours(lever)
    found: list[dict[str, Any]] = rows.to_dict("records")
    for place, entry in enumerate(found):
        option = by_option[label(entry["option"])]
        colour, size = colours[option], entry["smallest"]
        axes.add_patch(Rectangle((-size, place - 0.5), 2 * size, 1.0, color=strokes.STRIP, linewidth=0, zorder=0.2))
        axes.plot([entry["p5"], entry["p95"]], [place] * 2, color=colour, linewidth=0.9, zorder=2)
        axes.plot([entry["p25"], entry["p75"]], [place] * 2, color=colour, linewidth=4.0, zorder=2.2, alpha=0.55,
                  solid_capstyle="butt")  # fmt: skip
        axes.plot([entry["p50"]], [place], "|", color=colour, markersize=9, markeredgewidth=1.6, zorder=3)
        axes.plot([entry["effect"]], [place], "o", color=colour, markerfacecolor="white", markersize=4, zorder=3.2)
        if entry["points"]:
            axes.text(0.985, place - 0.36, f"{entry['points_better']:.2f}", transform=axes.get_yaxis_transform(),
                      ha="right", va="center_baseline", fontsize=7, color=style.GREY)  # fmt: skip
    if not rows["effect"].notna().any():
        panels.missing(axes, "not defined")
    panels.nought(axes, "x")
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    panels.titled(axes, scope)


def _one_scale(row: list[Axes], wide: float) -> None:
    """Give panels one horizontal scale that holds all of them."""
    low = min((axes.dataLim.x0 for axes in row), default=0.0)
    high = max((axes.dataLim.x1 for axes in row), default=1.0)
    for axes in row:
        common.scaled(axes, low, high, wide)


def _entries() -> list[Artist]:
    grey = "#777777"
    thick = panels.stroke(grey, 4.0, "25–75 % of points, median", alpha=0.55)
    mean = strokes.hollow("none", 0, "mean of points", markeredgecolor=grey)
    return [panels.stroke(grey, 0.9, "5–95 % of points"), thick, mean, strokes.strip()]


COLUMNS, LEAST, PITCH = 3, 2, 55.0
"""Panels beside one another, horizons at least, and from row to row, mm."""
SIZE = 3.4
"""Of marks, points."""
BANDS = 3
"""Options whose spread over points is drawn; of more the bands would hide each other."""


def horizons(sweep: Sweep, selection: Selection) -> Spread:
    """Return mean effects of a lever's options at those horizons that follow one another, if they are enough."""
    spans = following(sweep.experiment.horizons)
    if len(spans) < LEAST:
        allowed = "two or more of which none holds another; [keep.horizons] in the experiment's file names them"
        raise UserError(Problem("horizons", found=", ".join(sweep.experiment.horizons), allowed=allowed))
    found = _of(sweep, selection, None)
    return found._replace(frame=found.frame[found.frame["horizon"].isin(list(spans))], spans=spans)


@style.styled
def draw_horizons(table: Spread) -> Figure:
    """Draw a panel a class, a line an option."""
    said, what, chosen, options, frame, spans = table
    scopes = [name for name in style.SCOPE_LABELS if name in set(frame["scope"])]
    keys = _keys(chosen, options, frame)
    line = f"By class, in the order of time: means over points, {_told(spans)}; {direction(what.entry)}"
    room = -(-len(scopes) // COLUMNS) * PITCH + 1.0 + 4.4 * -(-len(keys) // 3)
    page, top = said.page(common.effect(chosen, options, what.entry.name), line, room=room)
    left, gap, tall = 18.0, 7.0, 40.0
    wide = (style.WIDE - left - RIGHT + gap) / min(len(scopes), COLUMNS) - gap
    limits = day(min(span.first for span in spans.values())), day(max(span.last for span in spans.values()), end=True)
    for at, name in enumerate(scopes):
        row, column = divmod(at, COLUMNS)
        axes = style.place(page, left + column * (wide + gap), top + 6.0 + row * PITCH, wide, tall)
        _panel(axes, frame[frame["scope"] == name], chosen, options, spans)
        panels.time_axis(axes, limits, most=max(4, int(wide / 12.0)))
        panels.titled(axes, name)
        axes.tick_params(labelleft=column == 0)
        panels.unit(axes, "" if column else difference(what.entry), wide, away=14.0)
    panels.scale(page.axes, lowest=-float("inf"))
    panels.legend(page, keys, left, 3)
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
    looks = strokes.looks(strokes.count(lever))
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


def _keys(lever: Factor, options: list[int], frame: pd.DataFrame) -> list[Artist]:
    looks = strokes.looks(strokes.count(lever))
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
