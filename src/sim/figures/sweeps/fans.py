"""Curves over time by scenario: medians over runs with 10-90 % bands, and pairs' differences where runs were kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.bands import bands, differences, numbers
from sim.analysis.selection import Selection, label, some
from sim.analysis.sweep import Sweep
from sim.errors import Problem, UserError
from sim.experiment.experiment import Factor
from sim.figures import panels, style
from sim.figures.series import day, middle, title
from sim.figures.sweeps import common, strokes
from sim.registry.outcomes import OUTCOMES

MOST = 12
COLUMNS = 3
LEFT, PITCH, WIDE, TALL, ROW = 17.0, 58.5, 38.5, 30.0, 44.0
LOWER, GAP = 19.0, 3.0
"""Height of a panel of differences, and of the space above it, mm."""


class Fans(NamedTuple):
    """Courses by option of a lever."""

    lines: list[str]  # what is said over them
    outcome: str | None  # the one that is shown, if it is one, by class; else many are shown of one class
    lever: Factor | None  # whose options are told apart
    pairs: list[tuple[str, str]]  # outcomes and classes that have a panel
    months: Sequence[str]
    frame: pd.DataFrame  # quantiles over runs; ``place`` is the option's among those shown
    changes: dict[tuple[str, str], pd.DataFrame]  # the same of pairs' differences, where runs' curves were kept
    smallest: dict[str, float]  # effect of interest, of outcomes that are shares


def table(sweep: Sweep, selection: Selection) -> Fans:
    """Return bands by option of a lever, others at their baselines: all outcomes of a class, or one in all classes."""
    outcome, lever = selection.outcome, selection.lever
    kept = sweep.curve_outcomes(None if outcome is None else [outcome])
    if not kept:
        raise UserError(Problem(str(sweep.path), "curves", allowed="none were kept; set keep.curves.kind in the sweep"))
    scopes = some("scope", selection.scope, sweep.experiment.scopes)
    # One outcome is shown by class, many for one.
    pairs = [(outcome, name) for name in scopes] if outcome else [(name, scopes[0]) for name in kept[:MOST]]
    frame, combinations = bands(sweep, [outcome] if outcome else kept[:MOST]), _combinations(sweep, lever)
    frame = frame[frame["combination"].isin(combinations)]
    pairs = [(name, where) for name, where in pairs if _rows(frame, name, where)["runs"].gt(0).any()]
    changes = {}
    if sweep.experiment.curves != "quantiles" and lever is not None:
        where_shown = [scope for scope in scopes if any(scope == other for _, other in pairs)]
        found = {name: differences(sweep, name, combinations[1:], where_shown) for name in dict(pairs)}
        changes = {(name, where): found[name][found[name]["scope"] == where] for name, where in pairs}
    where = "By class" if outcome and len(scopes) > 1 else style.SCOPE_LABELS[scopes[0]].capitalize()
    rest = [entry for entry in sweep.experiment.levers if lever and entry.name != lever.name]
    others = ", ".join(f"{entry.name} = {label(entry.options[0].value)}" for entry in rest)
    where += f"; all other levers at their first option: {others}" if others else ""
    place = {combination: at for at, combination in enumerate(combinations)}
    frame = frame.assign(place=frame["combination"].map(place))
    changes = {key: rows.assign(place=rows["combination"].map(place)) for key, rows in changes.items()}
    size = sweep.experiment.smallest
    sizes = {name: float(size.of(OUTCOMES[name], 0.0)) for name, _ in pairs}
    smallest = {name: least for name, least in sizes.items() if least > 0.0}  # of the others it hangs on the baseline
    lines = [sweep.experiment.title, where, *common.unfinished(sweep), common.described(sweep, curves=True)]
    return Fans(lines, outcome, lever, pairs, sweep.months, frame, changes, smallest)


@style.styled
def draw(table: Fans) -> Figure:
    """Draw a panel an outcome or class, and below it pairs' differences where runs' curves were kept."""
    outcome, chosen, pairs, frame = table.outcome, table.lever, table.pairs, table.frame
    paired = bool(table.changes)
    count = -(-max(len(pairs), 1) // COLUMNS)
    pitch = ROW + (LOWER + GAP) * paired
    keys = _entries(chosen, paired)
    name = f"{title(outcome) if outcome else 'Courses'} over time" + (f", by option of {chosen.name}" if chosen else "")
    page, top = common.headed(name, *table.lines, room=count * pitch + 1.0 + 4.4 * -(-len(keys) // 3))
    top += 5.0
    wide = WIDE if len(pairs) > 1 else (COLUMNS - 1) * PITCH + WIDE
    limits = day(table.months[0]), day(table.months[-1], end=True)
    for at, (name, place) in enumerate(pairs):
        row, column = divmod(at, COLUMNS)
        axes = style.place(page, LEFT + column * PITCH, top + row * pitch, wide, TALL)
        _panel(axes, _rows(frame, name, place), chosen)
        entry = OUTCOMES[name]
        panels.scale([axes], entry.low, entry.high)
        panels.time_axis(axes, limits, most=5)
        # Said once where a row has one unit: a label between two panels seems to belong to either.
        same = column > 0 and entry.unit == OUTCOMES[pairs[at - 1][0]].unit
        panels.unit(axes, "" if same else entry.unit, wide, away=11.5, fontsize=7)
        if paired:
            axes.tick_params(labelbottom=False)
            lower = style.place(page, LEFT + column * PITCH, top + row * pitch + TALL + GAP, wide, LOWER)
            _differences(lower, table.changes[name, place], table.smallest.get(name, 0.0), chosen)
            panels.time_axis(lower, limits, most=5)
            panels.unit(lower, "" if column else "difference", wide, away=11.5, fontsize=7)
        axes.set_title(style.capital(style.SCOPE_LABELS[place]) if outcome else title(name))
    panels.legend(page, keys, LEFT, 3)
    return page


def _combinations(sweep: Sweep, lever: Factor | None) -> list[int]:
    """Return the combinations in which all levers but one have their first option."""
    firsts = {entry.name: entry.options[0] for entry in sweep.experiment.levers if entry is not lever}
    names = [entry.name for entry in sweep.experiment.levers]
    return [
        number
        for number, options in enumerate(sweep.experiment.combinations)
        if all(option == firsts.get(name, option) for name, option in zip(names, options, strict=True))
    ]


def _rows(frame: pd.DataFrame, outcome: str | None, scope: str) -> pd.DataFrame:
    return frame[(frame["outcome"] == outcome) & (frame["scope"] == scope)]


def _panel(axes: Axes, rows: pd.DataFrame, lever: Factor | None) -> None:
    for at, (place, look) in enumerate(zip(sorted(rows["place"].unique()), strokes.strokes(lever), strict=False)):
        _fan(axes, rows[rows["place"] == place], look, strokes.banded(lever, at))


def _fan(axes: Axes, rows: pd.DataFrame, look: strokes.Stroke, band: bool) -> None:
    """Draw a median, if wanted in its band."""
    rows = rows.sort_values("month")
    # Of a month in which few runs are defined, a median would mislead.
    rows = rows[rows["runs"] * 2 >= rows["runs"].max()]
    x = middle(pd.DatetimeIndex(rows["month"]))
    strokes.line(axes, x, numbers(rows, "p50"), look)
    if band:
        strokes.fan(axes, x, (numbers(rows, "p10"), numbers(rows, "p90")), look.colour)


def _differences(axes: Axes, rows: pd.DataFrame, size: float, lever: Factor | None) -> None:
    """Draw pairs' differences from the lever's first option."""
    axes.axhspan(-size, size, color=strokes.STRIP, linewidth=0, zorder=0.2)
    panels.nought(axes)
    for place, look in enumerate(strokes.strokes(lever)):
        mine = rows[rows["place"] == place]
        if len(mine):
            _fan(axes, mine, look, strokes.banded(lever, 1))
    panels.scale([axes], lowest=-np.inf)
    axes.locator_params(axis="y", nbins=4)


def _entries(lever: Factor | None, paired: bool) -> list[Artist]:
    labels = [common.option(lever, at, 42.0) for at in range(len(lever.options))] if lever else ["median"]
    keys: list[Artist] = [*map(strokes.drawn, strokes.strokes(lever), labels)]
    of = "runs, baseline" if not strokes.banded(lever, 1) else "runs, of pairs" if paired else "runs"
    return [*keys, strokes.band(f"10–90 % of {of}"), *([strokes.strip()] if paired else [])]
