"""Curves over time by scenario: medians over runs with 10-90 % bands, and pairs' differences where runs were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis import selection
from sim.analysis.bands import bands, differences, numbers
from sim.errors import Problem, UserError
from sim.figures import panels, style
from sim.figures.series import day, middle
from sim.figures.sweeps import common, names, strokes
from sim.figures.sweeps.marks import banded, fan
from sim.figures.wording import title
from sim.registry.outcomes import OUTCOMES

if TYPE_CHECKING:
    from sim.analysis.sweep import Sweep
    from sim.experiment.experiment import Factor

MOST = 12
COLUMNS = 3
LEFT, PITCH, WIDE, TALL, ROW = 17.0, 58.5, 38.5, 30.0, 44.0
LOWER, GAP = 19.0, 3.0
"""Height of a panel of differences, and of the space above it, mm."""


@style.styled
def figure(sweep: Sweep, outcome: str | None = None, lever: str | None = None, scope: str | None = None) -> Figure:
    """Draw bands by option of a lever: all outcomes of one scope, or one outcome in all scopes.

    All other levers are at their baselines.

    Raises
    ------
    UserError
        The sweep kept no such curves, or has no such lever or scope.
    """
    kept = sweep.curve_outcomes(None if outcome is None else [outcome])
    if not kept:
        raise UserError(Problem(str(sweep.path), "curves", allowed="none were kept; set keep.curves.kind in the sweep"))
    scopes = selection.some("scope", scope, sweep.experiment.scopes)
    # One outcome is shown by class, many for one scope.
    pairs = [(outcome, name) for name in scopes] if outcome else [(name, scopes[0]) for name in kept[:MOST]]
    frame = bands(sweep, [outcome] if outcome else kept[:MOST])
    chosen, others = _lever(sweep, lever)
    frame = frame[frame["combination"].isin(_combinations(sweep, chosen))]
    pairs = [(name, where) for name, where in pairs if _rows(frame, name, where)["runs"].gt(0).any()]
    count = -(-max(len(pairs), 1) // COLUMNS)
    paired = sweep.experiment.curves != "quantiles" and chosen is not None
    pitch = ROW + (LOWER + GAP) * paired
    keys = _entries(chosen, paired)
    where = "By class" if outcome and len(scopes) > 1 else style.SCOPE_LABELS[scopes[0]].capitalize()
    where += f"; all other levers at their first option: {others}" if others else ""
    name = f"{title(outcome) if outcome else 'Courses'} over time" + (f", by option of {chosen.name}" if chosen else "")
    page, top = common.headed(
        name, sweep.experiment.title, where, *common.unfinished(sweep),
        common.described(sweep, curves=True), room=count * pitch + 1.0 + 4.4 * -(-len(keys) // 3),
    )  # fmt: skip
    top += 5.0
    wide = WIDE if len(pairs) > 1 else (COLUMNS - 1) * PITCH + WIDE
    limits = day(sweep.months[0]), day(sweep.months[-1], end=True)
    for at, (name, place) in enumerate(pairs):
        row, column = divmod(at, COLUMNS)
        axes = style.place(page, LEFT + column * PITCH, top + row * pitch, wide, TALL)
        _panel(axes, _rows(frame, name, place), chosen)
        entry = OUTCOMES[name]
        panels.scale([axes], entry.low, entry.high)
        panels.time_axis(axes, limits, most=5)
        # Said once where a row has one unit: a label between two panels seems to belong to either.
        same = column > 0 and entry.unit == OUTCOMES[pairs[at - 1][0]].unit
        panels.unit(axes, "" if same else entry.unit, wide, away=11.5)
        axes.yaxis.label.set_fontsize(7)
        if paired:
            axes.tick_params(labelbottom=False)
            lower = style.place(page, LEFT + column * PITCH, top + row * pitch + TALL + GAP, wide, LOWER)
            _differences(lower, sweep, (name, place), chosen)
            panels.time_axis(lower, limits, most=5)
            panels.unit(lower, "" if column else "difference", wide, away=11.5)
            lower.yaxis.label.set_fontsize(7)
        label = style.SCOPE_LABELS[place]
        axes.set_title(label[:1].upper() + label[1:] if outcome else title(name))
    panels.legend(page, keys, LEFT, 3)
    return page


def _lever(sweep: Sweep, lever: str | None) -> tuple[Factor | None, str]:
    """Return the lever whose options are told apart, and the other levers' first options in words."""
    chosen = None
    if lever is not None or any(len(entry.options) > 1 for entry in sweep.experiment.levers):
        chosen = selection.lever(sweep, lever)
    rest = [entry for entry in sweep.experiment.levers if chosen and entry.name != chosen.name]
    return chosen, ", ".join(f"{entry.name} = {selection.label(entry.options[0].value)}" for entry in rest)


def _combinations(sweep: Sweep, lever: Factor | None) -> list[int]:
    """Return the combinations in which all levers but one have their first option."""
    firsts = {entry.name: entry.options[0] for entry in sweep.experiment.levers if entry is not lever}
    return [
        number
        for number, options in enumerate(sweep.experiment.combinations)
        if all(
            option == firsts.get(entry.name, option)
            for entry, option in zip(sweep.experiment.levers, options, strict=True)
        )
    ]


def _rows(frame: pd.DataFrame, outcome: str | None, scope: str) -> pd.DataFrame:
    return frame[(frame["outcome"] == outcome) & (frame["scope"] == scope)]


def _panel(axes: Axes, rows: pd.DataFrame, lever: Factor | None) -> None:
    combinations = sorted(rows["combination"].unique())
    for number, look in zip(combinations, strokes.strokes(lever), strict=False):
        _fan(axes, rows[rows["combination"] == number], look, banded(lever, combinations.index(number)))


def _fan(axes: Axes, rows: pd.DataFrame, look: strokes.Stroke, band: bool) -> None:
    """Draw a median, if wanted in its band."""
    rows = rows.sort_values("month")
    # Of a month in which few runs are defined, a median would mislead.
    rows = rows[rows["runs"] * 2 >= rows["runs"].max()]
    x = middle(pd.DatetimeIndex(rows["month"]))
    panels.line(axes, x, numbers(rows, "p50"), look.colour, look.width, look.dashes, look.order)
    if band:
        fan(axes, x, (numbers(rows, "p10"), numbers(rows, "p90")), look.colour)


def _differences(axes: Axes, sweep: Sweep, what: tuple[str, str], lever: Factor | None) -> None:
    """Draw pairs' differences from the lever's first option."""
    outcome, scope = what
    combinations = _combinations(sweep, lever)
    rows = differences(sweep, outcome, combinations[1:], [scope])
    entry = OUTCOMES[outcome]
    size = sweep.experiment.smallest.of(entry, 0.0) if entry.high == 1.0 else 0.0
    axes.axhspan(-size, size, color=strokes.STRIP, linewidth=0, zorder=0.2)
    axes.axhline(0, color="#444444", linewidth=0.6, zorder=1)
    for number, look in zip(combinations[1:], strokes.strokes(lever)[1:], strict=True):
        mine = rows[rows["combination"] == number]
        if len(mine):
            _fan(axes, mine, look, banded(lever, 1))
    panels.scale([axes], lowest=-np.inf)
    axes.locator_params(axis="y", nbins=4)


def _entries(lever: Factor | None, paired: bool) -> list[Artist]:
    labels = [names.option(lever, at, 42.0) for at in range(len(lever.options))] if lever else ["median"]
    keys: list[Artist] = [
        strokes.drawn(look, label) for label, look in zip(labels, strokes.strokes(lever), strict=True)
    ]
    of = "runs, baseline" if not banded(lever, 1) else "runs, of pairs" if paired else "runs"
    keys.append(strokes.band(f"10–90 % of {of}"))
    if paired:
        keys.append(strokes.strip())
    return keys
