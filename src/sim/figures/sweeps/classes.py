"""Small multiples by class: how an option's effect is spread over points, or how it goes with a factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.analysis import selection
from sim.analysis.effects import effects
from sim.figures import panels, style
from sim.figures.sweeps import common, names, strokes, ticks
from sim.figures.sweeps import outcome as along
from sim.figures.wording import difference, direction, title

if TYPE_CHECKING:
    from sim.analysis.sweep import Sweep
    from sim.experiment.experiment import Factor
    from sim.figures.sweeps.common import Shown

LEFT, RIGHT, GAP = 24.0, 4.0, 8.0
ROW, EDGE = 11.0, 4.0
"""Height of an option's row, and of what is above and below rows, mm."""
TALL = 44.0


@style.styled
def distributions(sweep: Sweep, what: Shown, lever: str | None = None, option: str | None = None) -> Figure:
    """Draw how effects of a lever's options are spread over points: a panel a class, a row an option.

    Raises
    ------
    UserError
        There is no such lever or option.
    """
    chosen = selection.lever(sweep, lever)
    rows = effects(sweep, lever=chosen.name, option=option, outcome=what.entry.name, horizon=what.horizon)
    scopes = [scope for scope in style.SCOPE_LABELS if scope in set(rows["scope"])]
    options = common.against(chosen, option)
    tall = ROW * len(options) + EDGE
    page, top = common.headed(
        names.effect(chosen, options, what.entry.name), sweep.experiment.title,
        f"{common.when(sweep, what.horizon).capitalize()}, by class, spread over points; "
        + direction(what.entry),
        *common.notes(sweep, chosen), common.described(sweep), room=tall + 36.0,
    )  # fmt: skip
    top += 6.0
    wide = (style.WIDE - LEFT - RIGHT + GAP) / max(len(scopes), 1) - GAP
    row = [style.place(page, LEFT + at * (wide + GAP), top, wide, tall) for at in range(len(scopes))]
    for axes, scope in zip(row, scopes, strict=True):
        _spread(axes, rows[rows["scope"] == scope], chosen, scope)
        axes.tick_params(labelleft=axes is row[0])
        axes.set_xlabel("")
        axes.tick_params(axis="x", labelsize=7)
    _one_scale(row, wide)
    if row:
        labels = [names.option(chosen, place, LEFT - 4.0) for place in options]
        for axes in row:
            axes.set_yticks(range(len(options)), labels)
    style.write(page, difference(what.entry), LEFT, top + tall + 5.5, fontsize=8)
    better = "favour" if what.entry.better != "neither" else "raise it with"
    said = f"Numbers: share of points that {better} the option, ties half"
    style.write(page, said, LEFT, top + tall + 10.5, fontsize=8, color=style.GREY)
    panels.legend(page, _entries(), LEFT, 3)
    return page


@style.styled
def courses(
    sweep: Sweep, what: Shown, x: str, lever: str | None = None, option: str | None = None
) -> Figure:
    """Draw effects, or without levers the outcome, along a factor: a panel a class.

    Raises
    ------
    UserError
        There is no such factor, lever or option.
    """
    factor = selection.factor(sweep, x)
    chosen = along.lever_for(sweep, factor, lever)
    # The baseline's effect on itself is nought, and not drawn.
    options = common.against(chosen, option) if chosen else [0]
    effect = chosen is not None
    shown = [
        common.shown(sweep, what.entry.name, scope, what.horizon)
        for scope in style.SCOPE_LABELS
        if scope in {entry[2] for entry in sweep.columns if entry[1] == what.entry.name}
    ]
    drawn = {one.scope: along.scattered(sweep, one, factor, chosen) for one in shown}
    entries = along.entries(factor, chosen, options, next(iter(drawn.values())), strip=effect)
    outcome = what.entry.name
    name = names.effect(chosen, options, outcome, along=x) if chosen else f"{title(outcome)} along {x}"
    wide = (style.WIDE - 18.0 - RIGHT + GAP) / len(shown) - GAP
    room = common.tick_room(factor, wide)
    page, top = common.headed(
        name, sweep.experiment.title,
        f"By class, {common.when(sweep, what.horizon)}; {direction(what.entry)}",
        *common.notes(sweep, chosen, factor), common.described(sweep),
        room=TALL + 18.0 + room + 4.4 * -(-len(entries) // 3),
    )  # fmt: skip
    top, left = top + 6.0, 18.0
    row = [style.place(page, left + at * (wide + GAP), top, wide, TALL) for at in range(len(shown))]
    for axes, one in zip(row, shown, strict=True):
        mine = drawn[one.scope]
        if effect:
            along.effect_panel(axes, sweep, one, factor, mine, chosen, options)
        else:
            along.draw(axes, factor, mine, mine.levels, chosen, options)
        common.ticks(axes, factor, "x", wide)
        axes.set_xlabel("")
        if not factor.options and not common.logarithmic(factor):
            ticks.numbers(axes, wide)
        axes.tick_params(axis="x", labelsize=7)
        axes.tick_params(labelleft=axes is row[0])
        _titled(axes, one.scope)
    panels.scale(row, lowest=-float("inf"))
    panels.unit(row[0], difference(what.entry) if effect else what.entry.unit, wide, away=13.0)
    style.write(page, common.axis_label(factor, 140.0), left, top + TALL + 5.0 + room, fontsize=8)
    panels.legend(page, entries, left, 3)
    return page


def _spread(axes: Axes, rows: pd.DataFrame, lever: Factor, scope: str) -> None:
    """Draw a row for each option: quantiles over points, their mean, and how many favour it."""
    by_option = {selection.label(option.value): place for place, option in enumerate(lever.options)}
    colours = strokes.colours(lever)
    found: list[dict[str, Any]] = rows.to_dict("records")
    for place, entry in enumerate(found):
        option = by_option[selection.label(entry["option"])]
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
    axes.axvline(0, color="#444444", linewidth=0.6, zorder=1)
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    _titled(axes, scope)


def _titled(axes: Axes, scope: str) -> None:
    label = style.SCOPE_LABELS[scope]
    axes.set_title(label[:1].upper() + label[1:], color=style.SCOPE_COLOURS[scope], fontweight="bold")


def _one_scale(row: list[Axes], wide: float) -> None:
    """Give panels one horizontal scale that holds all of them."""
    low = min((axes.dataLim.x0 for axes in row), default=0.0)
    high = max((axes.dataLim.x1 for axes in row), default=1.0)
    room = 0.06 * (high - low) or 0.05
    for axes in row:
        axes.set_xlim(low - room, high + room)
        ticks.numbers(axes, wide)


def _entries() -> list[Artist]:
    grey = "#777777"
    mean = panels.stroke("none", 0, "mean of points", "o")
    mean.set(markeredgecolor=grey, markerfacecolor="white")
    thick = panels.stroke(grey, 4.0, "25–75 % of points, median")
    thick.set_alpha(0.55)
    return [
        panels.stroke(grey, 0.9, "5–95 % of points"), thick, mean, strokes.strip(),
    ]
