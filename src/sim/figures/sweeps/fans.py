"""Courses over time in small panels: medians with bands and, below, the differences of pairs where these are known.

Drawn alike of a sweep's options and, from `sim.figures.comparison`, of a comparison's worlds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.analysis.bands import bands, differences, means, numbers
from sim.analysis.selection import Selection, label, some
from sim.analysis.sweep import Sweep
from sim.analysis.wording import capital
from sim.errors import Problem, UserError
from sim.experiment.experiment import Factor
from sim.figures import panels, style
from sim.figures.series import Array, day, middle, small_classes, title
from sim.figures.sweeps import common, strokes
from sim.registry.entries import Outcome

COLUMNS = 3
LEFT, PITCH, WIDE, TALL, ROW = 17.0, 58.5, 38.5, 30.0, 44.0
LOWER, GAP = 19.0, 3.0
"""Height of a panel of differences, and of the space above it, mm."""
PARTING = (0, (1, 1.5))
NAME = 42.0
"""Width of a name in the legend at most, where three stand beside one another, mm."""


class Panel(NamedTuple):
    """An outcome's courses by world or option, and how the others differ from the first."""

    title: str
    outcome: Outcome
    courses: list[pd.DataFrame]  # ``month``, ``p10``, ``p50`` and ``p90``; blank where few runs are defined
    changes: list[pd.DataFrame]  # of pairs' differences, and their mean's interval from ``low`` to ``high``, if known
    smallest: Array | float = 0.0  # effect of interest, of shares, or month by month


class Courses(NamedTuple):
    """Outcomes, or classes, over time."""

    heading: str
    lines: Sequence[str]  # what is said over them
    months: Sequence[str]
    names: Sequence[str]  # of what has courses; of a lever's options, what they are
    of: str  # whose quantiles the bands are
    panels: list[Panel]
    paired: bool = True  # whether differences are known
    parting: str | None = None  # month from which worlds differ
    lever: Factor | None = None


def blank(rows: pd.DataFrame, whole: float) -> pd.DataFrame:
    """Return rows in which months of fewer than half of the runs are blank: their median would mislead."""
    count = rows["runs"] if "runs" in rows else rows["pairs"]
    names = [name for name in rows if rows[name].dtype.kind == "f"]
    return rows.assign(**{name: rows[name].where(count * 2 >= whole) for name in names}).sort_values("month")


@style.styled
def draw(table: Courses) -> Figure:
    """Draw a panel an outcome or class, and below it the differences of pairs."""
    looks, shown = strokes.looks(len(table.names)), table.panels
    # Titles of worlds are longer than names of options.
    beside = 3 if all(style.measure(name, 8) <= NAME for name in table.names) else 2
    keys, pitch = _keys(table, looks, NAME if beside == 3 else 1.7 * NAME), ROW + (LOWER + GAP) * table.paired
    room = -(-max(len(shown), 1) // COLUMNS) * pitch + 1.0 + 4.4 * -(-len(keys) // beside)
    page, top = style.headed(table.heading, *table.lines, room=room)
    wide = WIDE if len(shown) > 1 else (COLUMNS - 1) * PITCH + WIDE
    limits = day(table.months[0]), day(table.months[-1], end=True)
    for at, panel in enumerate(shown):
        row, column = divmod(at, COLUMNS)
        left, high, unit = LEFT + column * PITCH, top + 5.0 + row * pitch, panel.outcome.unit
        axes = [style.place(page, left, high, wide, TALL)]
        _draw(axes[0], panel.courses, looks)
        axes[0].set_title(panel.title)
        panels.scale(axes, panel.outcome.low, panel.outcome.high)
        # Said once where a row has one unit: a label between two panels seems to belong to either.
        same = column > 0 and unit == shown[at - 1].outcome.unit
        panels.unit(axes[0], "" if same else unit, wide, away=11.5, fontsize=7)
        if table.paired:
            axes[0].tick_params(labelbottom=False)
            axes.append(style.place(page, left, high + TALL + GAP, wide, LOWER))
            _differences(axes[1], panel, looks[1:])
            panels.unit(axes[1], "" if column else "difference", wide, away=11.5, fontsize=7)
        for part in axes:
            panels.time_axis(part, limits, most=5)
            if table.parting:
                part.axvline(day(table.parting), color=style.GREY, linewidth=0.8, linestyle=PARTING, zorder=1)
    panels.legend(page, keys, LEFT, beside)
    return page


def _draw(axes: Axes, courses: Sequence[pd.DataFrame], looks: Sequence[strokes.Stroke], first: int = 0) -> None:
    """Draw medians in their bands, as far as there are not too many of these."""
    for place, (rows, look) in enumerate(zip(courses, looks, strict=True), start=first):
        x = middle(pd.DatetimeIndex(rows["month"]))
        strokes.line(axes, x, numbers(rows, "p50"), look)
        if strokes.has_band(len(looks) + first, place):
            strokes.fan(axes, x, (numbers(rows, "p10"), numbers(rows, "p90")), look.colour)
        if "low" in rows:
            axes.fill_between(x, rows["low"], rows["high"], color=look.colour, alpha=0.45, linewidth=0, zorder=2.2)


def _differences(axes: Axes, panel: Panel, looks: Sequence[strokes.Stroke]) -> None:
    if any(rows["p50"].notna().any() for rows in panel.changes):
        x = middle(pd.DatetimeIndex(panel.changes[0]["month"]))
        small = np.broadcast_to(panel.smallest, len(x))
        axes.fill_between(x, -small, small, color=strokes.STRIP, linewidth=0, zorder=0.2)
        _draw(axes, panel.changes, looks, first=1)
    else:
        panels.missing(axes)
    panels.nought(axes, zorder=1.5)
    panels.scale([axes], lowest=-np.inf)
    axes.locator_params(axis="y", nbins=4)


def _keys(table: Courses, looks: Sequence[strokes.Stroke], room: float) -> list[Artist]:
    names = [common.option(table.lever, at, room) if table.lever else style.shorten(name, room, 8)
             for at, name in enumerate(table.names)]  # fmt: skip
    keys: list[Artist] = [*map(strokes.drawn, looks, names)]
    if any("low" in rows for panel in table.panels for rows in panel.changes):
        keys.append(Patch(color=looks[-1].colour, alpha=0.45, linewidth=0, label="mean difference, 95 % interval"))
    keys += [strokes.band(f"10–90 % of {table.of}"), *([strokes.strip()] if table.paired else [])]
    return keys + ([panels.stroke(style.GREY, 0.8, "the worlds part", linestyle=PARTING)] if table.parting else [])


MOST = 12


def table(sweep: Sweep, selection: Selection) -> Courses:
    """Return bands by option of a lever, others at their baselines: all outcomes of a class, or one in all classes."""
    outcome, lever, experiment = selection.outcome, selection.lever, sweep.experiment
    kept = sweep.curve_outcomes(None if outcome is None else [outcome])[:MOST]
    if not kept:
        raise UserError(Problem(str(sweep.path), "curves", allowed="none were kept; set keep.curves.kind in the sweep"))
    scopes, combinations = some("scope", selection.scope, experiment.scopes), _combinations(sweep, lever)
    if outcome is None:  # one outcome is shown by class, many for one
        del scopes[1:]
    found = bands(sweep, kept).set_index(["outcome", "scope", "combination"]).sort_index()
    paired, shown = experiment.curves != "quantiles" and lever is not None, []
    small = small_classes(experiment.base.get("tree", {}))
    for name in kept:
        apart = differences(sweep, name, combinations[1:], scopes) if paired else None
        for scope in scopes:
            rows = [found.loc[[key]] if (key := (name, scope, at)) in found.index else found[:0] for at in combinations]
            if not any(one["runs"].gt(0).any() for one in rows):
                continue
            changes = [] if apart is None else [
                apart[(apart["scope"] == scope) & (apart["combination"] == at)] for at in combinations[1:]
            ]  # fmt: skip
            said = capital(style.SCOPE_LABELS[scope]) if outcome else title(name)
            if scope in small:
                said, changes = f"{said}, mean", [one.assign(p50=one["mean"]) for one in changes]
                mean = means(sweep, name, scope).set_index(["combination", "month"])["mean"]
                rows = [one.assign(p50=[mean[at, month] for month in one["month"]])
                        for at, one in zip(combinations, rows, strict=True)]  # fmt: skip
            rows, changes = ([blank(one, one["runs"].max()) for one in each] for each in (rows, changes))
            entry = experiment.outcome(name)
            size = float(experiment.smallest.of(entry, 0.0))  # of what is no share it hangs on the baseline
            shown.append(Panel(said, entry, rows, changes, size))
    where = "By class" if outcome and len(scopes) > 1 else style.SCOPE_LABELS[scopes[0]].capitalize()
    rest = [entry for entry in experiment.levers if lever and entry.name != lever.name]
    others = ", ".join(f"{entry.name} = {label(entry.options[0].value)}" for entry in rest)
    where += f"; all other levers at their first option: {others}" if others else ""
    lines = [experiment.title, where, *common.unfinished(sweep), common.described(sweep, curves=True)]
    by = f", by option of {lever.name}" if lever else ""
    names = [option.label for option in lever.options] if lever else ["median"]
    of = "runs, baseline" if not strokes.has_band(strokes.count(lever), 1) else "runs, of pairs" if paired else "runs"
    heading = f"{title(outcome) if outcome else 'Courses'} over time{by}"
    return Courses(heading, lines, sweep.months, names, of, shown, paired, lever=lever)


def _combinations(sweep: Sweep, lever: Factor | None) -> list[int]:
    """Return the combinations in which all levers but one have their first option."""
    levers = sweep.experiment.levers
    return [
        number
        for number, options in enumerate(sweep.experiment.combinations)
        if all(option in (own.options[0], *(own.options if own is lever else ()))
               for own, option in zip(levers, options, strict=True))
    ]  # fmt: skip
