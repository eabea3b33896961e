"""The overview of a lever: paired effects of its options by class and outcome, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.figures import panels, style
from sim.figures.sweeps import common
from sim.study.sweeps import asked
from sim.study.sweeps.effects import ENTRIES, ONE_SERIES, effects

if TYPE_CHECKING:
    from sim.study.sweeps.experiment import Factor
    from sim.study.sweeps.opened import Sweep

MOST = 12
"""Outcomes on a page."""
OPTIONS = 4
"""Options on a page."""
COLUMNS = 3
LEFT, PITCH, WIDE = 21.0, 51.0, 38.0
ROW, GROUP, REST, FOOT = 3.9, 5.0, 19.0, 8.0
"""Heights of a scope's row, of an option's heading, of what stands between panels and at the foot besides, mm."""


INTERVALS = {"points": "points", "chance": "chance alone", ONE_SERIES: ONE_SERIES}


@style.styled
def figure(
    sweep: Sweep, lever: str | None = None, option: str | None = None, outcome: str | None = None,
    scope: str | None = None, horizon: str | None = None, page: int = 0,
) -> Figure:  # fmt: skip
    """Draw effects of a lever's options: a panel an outcome, a group of rows an option, a row a class.

    Parameters
    ----------
    page
        Which options are shown where there are more than `OPTIONS`.

    Raises
    ------
    UserError
        Something of that name is not in the sweep.
    """
    chosen = asked.lever(sweep, lever)
    horizon = horizon or next(iter(sweep.experiment.horizons))
    frame = effects(sweep, lever=chosen.name, option=option, outcome=outcome, scope=scope, horizon=horizon)
    names = list(dict.fromkeys(frame["outcome"]))[:MOST]
    texts = [asked.label(value) for value in frame["option"]]
    options = list(dict.fromkeys(texts))[page * OPTIONS : (page + 1) * OPTIONS]
    scopes = [name for name in style.SCOPE_LABELS if name in set(frame["scope"])]
    tall = len(options) * (GROUP + ROW * len(scopes)) + 2.0
    rows = -(-len(names) // COLUMNS)
    sheet, top = common.headed(
        f"{chosen.name}: options minus {asked.label(chosen.options[0].value)}", sweep.experiment.title,
        f"Paired effects, {common.when(sweep, horizon)}, by class; {_interval(frame)}",
        *common.notes(sweep, chosen), common.described(sweep),
        "P: share of points that favour the option (or raise it, where neither is better)",
        room=rows * (tall + REST) + FOOT,
    )  # fmt: skip
    top += 5.0
    for at, name in enumerate(names):
        row, column = divmod(at, COLUMNS)
        axes = style.place(sheet, LEFT + column * PITCH, top + row * (tall + REST), WIDE, tall)
        found = frame[(frame["outcome"] == name) & pd.Series(texts, index=frame.index).isin(options)]
        _forest(axes, found, chosen, options, scopes, tall)
        axes.set_title(style.shorten(common.title(name), WIDE + 11.0, 8.5))
        axes.set_xlabel(f"{ENTRIES[name].unit}", labelpad=1.5, fontsize=7)
        if column:
            axes.tick_params(labelleft=False)
    panels.legend(sheet, _entries(frame), LEFT, 2)
    return sheet


def pages(lever: Factor, option: str | None = None) -> int:
    """Return how many pages a lever's options take."""
    return 1 if option is not None else -(-(len(lever.options) - 1) // OPTIONS)


def _interval(frame: pd.DataFrame) -> str:
    over = set(frame["interval"][frame["low"].notna()])
    if not over:
        return "mean over points"
    what = INTERVALS[min(over)] if len(over) == 1 else "points or chance alone"
    return f"mean over points, 95 % interval over {what}"


def _forest(
    axes: Axes, rows: pd.DataFrame, lever: Factor, options: list[str], scopes: list[str], tall: float
) -> None:
    """Draw one outcome; the vertical axis counts mm from above."""
    colours = dict(zip((asked.label(entry.value) for entry in lever.options), common.colours(lever), strict=True))
    marks = {asked.label(entry.value): common.marker(at) for at, entry in enumerate(lever.options)}
    ticks: dict[float, str] = {}
    y = 0.0
    found: dict[tuple[str, str], dict[str, Any]] = {
        (asked.label(entry["option"]), entry["scope"]): entry for entry in rows.to_dict("records")
    }
    for option in options:
        label = style.shorten(option, WIDE - 6.0, 7)
        axes.text(0.02, y + 0.5 * GROUP + 0.4, label, transform=axes.get_yaxis_transform(), fontsize=7,
                  fontweight="bold", color=colours[option], va="center_baseline", zorder=4)  # fmt: skip
        begin, y = y + GROUP, y + GROUP
        for scope in scopes:
            y += ROW
            ticks[y - ROW / 2] = style.SCOPE_LABELS[scope]
            entry = found.get((option, scope))
            if entry is not None and np.isfinite(entry["effect"]):
                _mark(axes, entry, y - ROW / 2, colours[option], marks[option])
        sizes = [found[option, scope]["smallest"] for scope in scopes if (option, scope) in found]
        for at, size in enumerate(sizes):
            low = begin + ROW * at
            axes.fill_between([-size, size], low, low + ROW, color=common.STRIP, linewidth=0, zorder=0.2)
            # Not through the options' names.
            axes.plot([0, 0], [low, low + ROW], color="#444444", linewidth=0.6, zorder=1, solid_capstyle="butt")
    if {entry["scope"] for entry in found.values()} == {"nation"} and len(scopes) > 1:
        axes.text(0.5, tall - 2.0 * ROW, "not recorded by class", transform=axes.get_yaxis_transform(), ha="center",
                  fontsize=7, color=style.GREY, va="center_baseline", backgroundcolor="white")  # fmt: skip
    better = {entry["better"] for entry in found.values()}
    axes.text(1.03, 0.5 * GROUP + 0.4, "P higher" if better == {"neither"} else "P better", fontsize=7,
              transform=axes.get_yaxis_transform(), color=style.GREY, va="center_baseline")  # fmt: skip
    axes.set_ylim(tall, 0)
    axes.set_yticks(list(ticks), list(ticks.values()))
    axes.tick_params(axis="y", length=0, labelsize=7)
    axes.tick_params(axis="x", labelsize=7)
    axes.margins(x=0.06)
    axes.locator_params(axis="x", nbins=4)


def _mark(axes: Axes, entry: dict[str, Any], y: float, colour: str, marker: str) -> None:
    axes.plot([entry["p5"], entry["p95"]], [y, y], color=colour, alpha=0.3, linewidth=2.2, zorder=2,
              solid_capstyle="butt")  # fmt: skip
    axes.plot([entry["low"], entry["high"]], [y, y], color=colour, linewidth=1.2, zorder=2.5, solid_capstyle="butt")
    axes.plot([entry["effect"]], [y], marker, color=colour, markersize=3.0, zorder=3)
    axes.text(1.03, y, f"{entry['superiority']:.2f}", transform=axes.get_yaxis_transform(), fontsize=7,
              va="center_baseline", color=style.GREY)  # fmt: skip


def _entries(frame: pd.DataFrame) -> list[Artist]:
    grey = "#777777"
    wide = panels.stroke(grey, 2.2, "5–95 % of points")
    wide.set_alpha(0.5)
    mean = panels.stroke(grey, 1.2, _interval(frame), "o")
    mean.set_markersize(3.0)
    return [mean, wide, Patch(color=common.STRIP, linewidth=0, label="smaller than is of interest")]
