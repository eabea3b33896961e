"""Two worlds on the same accidents: their courses with the difference below, and effects by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from sim.analysis.selection import Selection
from sim.experiment.smallest_effect import Smallest
from sim.figures import panels, style
from sim.figures.series import BAND, day, difference, direction, middle, outcome_named, title
from sim.registry.entries import SCOPES
from sim.results.comparison import Comparison

BASE, OTHER, STRIP = style.NATION, "#A0459C", "#DDDDDD"
"""Colours of the baseline, of the other world, and of what is smaller than the smallest effect of interest."""
MOST = 12
"""Outcomes on a page."""
COLUMNS = 3
LEFT, PITCH, WIDE = 17.0, 58.5, 38.5
UPPER, LOWER, GAP, CURVES_PITCH = 26.0, 19.0, 3.0, 60.0
"""Left margin, from panel to panel, and width of the curves; heights of both panels; from row to row, mm."""
NAMES, DOTS_PITCH, DOTS_WIDE, TALL, DOTS_ROWS = 21.0, 51.0, 38.0, 33.0, 56.0
"""The same of the effects."""
FOOT = 17.0
MARKS = (("o", 4.5, 1.8), ("s", 3.2, 0.9), ("D", 2.8, 0.9))
"""Marker, its size and the width of the interval of the first horizons in the picture of effects."""
PARTING = (0, (1, 1.5))


class Pair(NamedTuple):
    """Two worlds, by name."""

    base: str
    world: str
    title: str  # what is set against what
    pairs: str  # how many there are, in words
    rows: dict[str, Any]  # by outcome: months of both worlds by name, blank where few pairs are defined; or effects
    limits: dict[str, Any] = {}  # of each outcome, the smallest effect of interest month by month
    parting: str | None = None  # month from which the worlds differ
    horizons: Sequence[str] = ()  # of effects, those that are marked


def courses(comparison: Comparison, selection: Selection) -> Pair:
    """Return the courses of a world and of the baseline, and their difference; the nation."""
    base, world = comparison.worlds[0], selection.world or comparison.worlds[1]
    rows, limits = {}, {}
    for name in _names(comparison, selection):
        frame = comparison.bands(name)
        frame = frame[frame["scope"] == "nation"].sort_values("month")
        both = {who: frame[frame["world"] == who] for who in (base, world)}
        rows[name] = {who: _common(mine, comparison) for who, mine in both.items()}
        smallest = Smallest(**comparison.manifest["smallest"])
        limits[name] = smallest.of(outcome_named(name), both[base]["mean"].to_numpy())
    pairs = comparison.manifest["pairs_of_curves"]
    first = f"first {pairs} of " if pairs < comparison.manifest["pairs"] else ""
    said = f"the nation, {first}{_pairs(comparison)}"
    return Pair(base, world, _title(comparison, world), said, rows, limits, _parting(comparison, world))


def effects(comparison: Comparison, selection: Selection) -> Pair:
    """Return effects for the nation and by class at the first horizons."""
    world, frame = selection.world or comparison.worlds[1], comparison.effects()
    frame = frame[frame["world"] == world]
    rows = {name: frame[frame["outcome"] == name] for name in _names(comparison, selection)}
    horizons = comparison.horizons[: len(MARKS)]
    said = f"by class, {_pairs(comparison)}"
    return Pair(comparison.worlds[0], world, _title(comparison, world), said, rows, horizons=horizons)


def _names(comparison: Comparison, selection: Selection) -> list[str]:
    """Return the outcome that was asked for, which need not be among those that are shown, or these."""
    shown: list[str] = comparison.manifest["shown"][:MOST]
    return shown if selection.outcome is None else [outcome_named(selection.outcome).name]


def _title(comparison: Comparison, world: str) -> str:
    titles = {entry["name"]: entry["title"] for entry in comparison.manifest["worlds"]}
    return f"{titles[world]} against {titles[comparison.worlds[0]]}"


@style.styled
def draw_courses(table: Pair) -> Figure:
    """Draw the courses of both worlds and, below each pair, the difference."""
    months = pd.to_datetime(sorted(next(iter(table.rows.values()))[table.base]["month"].unique()))
    limits = day(f"{months[0]:%Y-%m}"), day(f"{months[-1]:%Y-%m}", end=True)
    figure, top = _page(table, CURVES_PITCH)
    for at, name in enumerate(table.rows):
        row, column = divmod(at, COLUMNS)
        left, high = LEFT + column * PITCH, top + 5.0 + row * CURVES_PITCH
        upper = style.place(figure, left, high, WIDE, UPPER)
        lower = style.place(figure, left, high + UPPER + GAP, WIDE, LOWER)
        _courses(table, name, upper, lower)
        upper.set_title(title(name))
        for panel in (upper, lower):
            panels.time_axis(panel, limits, most=5)
            if table.parting:
                panel.axvline(day(table.parting), color=style.GREY, linewidth=0.8, linestyle=PARTING, zorder=1)
        upper.tick_params(labelbottom=False)
        panels.unit(upper, outcome_named(name).unit, WIDE, away=11.5, fontsize=7)
        panels.unit(lower, "" if column else "difference", WIDE, away=11.5, fontsize=7)
    panels.legend(figure, _curve_keys(table), LEFT, 2)
    return figure


@style.styled
def draw_effects(table: Pair) -> Figure:
    """Draw effects with intervals, and who is better how often."""
    better = f"that favour {table.world}, ties half; where neither is better: that raise it"
    figure, top = _page(table, DOTS_ROWS, f"Share of pairs at the first mark: {better}")
    for at, (name, rows) in enumerate(table.rows.items()):
        row, column = divmod(at, COLUMNS)
        axes = style.place(figure, NAMES + column * DOTS_PITCH, top + 11.5 + row * DOTS_ROWS, DOTS_WIDE, TALL)
        _dots(axes, rows, table.horizons)
        axes.set_title("\n".join(style.wrap(title(name), DOTS_WIDE, 8.5)), pad=12.0)
        panels.remark(axes, direction(outcome_named(name)))
        axes.set_xlabel(difference(outcome_named(name)), labelpad=1.5, fontsize=7)
        axes.tick_params(labelleft=column == 0)
    panels.legend(figure, _effect_keys(table.horizons), NAMES, 2)
    return figure


def _page(table: Pair, pitch: float, *more: str) -> tuple[Figure, float]:
    """Return an empty page with its heading: which worlds, over what; and where the heading ends."""
    lines = [table.title, f"{table.pairs}; over chance only, at fixed parameters", *more]
    room = -(-len(table.rows) // COLUMNS) * pitch + FOOT
    return style.headed(f"{table.world} minus {table.base}", *lines, room=room)


def _parting(comparison: Comparison, world: str) -> str | None:
    """Return the month in which a world parts from the baseline; an older comparison has one for all worlds."""
    entry: dict[str, str | None] = next(one for one in comparison.manifest["worlds"] if one["name"] == world)
    return entry.get("parting", comparison.manifest["parting"])


def _pairs(comparison: Comparison) -> str:
    count = comparison.manifest["pairs"]
    return f"{count} pair" + ("s" if count != 1 else "") + " of replicates on the same accidents"


def _courses(table: Pair, name: str, upper: Axes, lower: Axes) -> None:
    """Draw one outcome: both worlds above, their difference below."""
    entry, both = outcome_named(name), table.rows[name]
    for rows, colour in zip(both.values(), (BASE, OTHER), strict=True):
        x = middle(pd.DatetimeIndex(rows["month"]))
        upper.fill_between(x, rows["p10"], rows["p90"], color=colour, alpha=0.18, linewidth=0, zorder=2)
        panels.line(upper, x, rows["p50"].to_numpy(), colour, 1.3)
    changed = both[table.world]
    if changed["effect"].notna().any():
        x, limit = middle(pd.DatetimeIndex(changed["month"])), table.limits[name]
        lower.fill_between(x, -limit, limit, color=STRIP, linewidth=0, zorder=0.2)
        lower.fill_between(x, changed["pair_p10"], changed["pair_p90"], color=OTHER, alpha=0.18, linewidth=0, zorder=2)
        lower.fill_between(x, changed["low"], changed["high"], color=OTHER, alpha=0.45, linewidth=0, zorder=2.2)
        panels.line(lower, x, changed["pair_p50"].to_numpy(), OTHER, 1.1)
    else:
        panels.missing(upper)
    panels.nought(lower, zorder=1.5)
    panels.scale([upper], entry.low, entry.high)
    panels.scale([lower], lowest=-np.inf)
    lower.locator_params(axis="y", nbins=4)


def _common(rows: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Blank months in which fewer than half of the pairs are defined: their median would mislead."""
    few = rows["pairs"] * 2 < comparison.manifest["pairs_of_curves"]
    blank = rows.copy()
    blank.loc[few, [name for name in rows if rows[name].dtype.kind == "f"]] = np.nan
    return blank


def _dots(axes: Axes, rows: pd.DataFrame, horizons: Sequence[str]) -> None:
    """Draw one outcome's effects: a row per scope, a mark per horizon, and how often the world is better."""
    for place, scope in enumerate(SCOPES):
        colour = style.SCOPE_COLOURS[scope]
        for at, horizon in enumerate(horizons):
            found = rows[(rows["scope"] == scope) & (rows["horizon"] == horizon)]
            if found.empty or not np.isfinite(found["effect"].iloc[0]):
                continue
            row, y = found.iloc[0], place + 0.27 * (at - (len(horizons) - 1) / 2)
            marker, size, width = MARKS[at]
            if at == 0:
                small = float(row["smallest"])
                axes.add_patch(Rectangle((-small, place - 0.5), 2 * small, 1.0, color=STRIP, linewidth=0, zorder=0.2))
                axes.text(1.03, place, f"{row['superiority']:.2f}", transform=axes.get_yaxis_transform(),
                          va="center_baseline", fontsize=7, color=style.GREY)  # fmt: skip
            axes.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=width, zorder=2, solid_capstyle="butt")
            axes.plot([row["effect"]], [y], marker, color=colour, markersize=size, zorder=3,
                      markerfacecolor=colour if at == 0 else "white", markeredgewidth=0.8)  # fmt: skip
    if not rows["scope"].isin(SCOPES[1:]).any():
        axes.text(0.5, 0.35, "not recorded by class", transform=axes.transAxes, ha="center", color=style.GREY,
                  backgroundcolor="white")  # fmt: skip
    panels.remark(axes, "share of\npairs", 1.03, linespacing=1.0)
    panels.nought(axes, "x")
    axes.set_ylim(len(SCOPES) - 0.4, -0.6)
    axes.set_yticks(range(len(SCOPES)), [style.SCOPE_LABELS[scope] for scope in SCOPES])
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=7)
    axes.locator_params(axis="x", nbins=4)
    axes.margins(x=0.06)


def _curve_keys(table: Pair) -> list[Artist]:
    base, other = (style.shorten(name, 36.0, 8) for name in (table.base, table.world))
    keys: list[Artist] = [
        panels.stroke(BASE, 1.3, f"{base}, median"),
        panels.stroke(OTHER, 1.3, f"{other}, median; difference, median"),
        Patch(color=OTHER, alpha=0.18, linewidth=0, label=f"{BAND[0]}–{BAND[1]} % of replicates, of pairs"),
        Patch(color=OTHER, alpha=0.45, linewidth=0, label="mean difference, 95 % interval"),
        Patch(color=STRIP, linewidth=0, label="smaller than the smallest effect of interest"),
    ]
    return keys + ([panels.stroke(style.GREY, 0.8, "the worlds part", linestyle=PARTING)] if table.parting else [])


def _effect_keys(horizons: Sequence[str]) -> list[Artist]:
    keys: list[Artist] = []
    for horizon, (marker, size, width) in zip(horizons, MARKS, strict=False):
        shown = horizon.replace(":", " to ")
        label = ("mean " if ":" in horizon else "in ") + shown + ", 95 % interval"
        face = style.NATION if marker == MARKS[0][0] else "white"
        keys.append(panels.stroke(style.NATION, width, label, marker, markersize=size, markerfacecolor=face))
    keys.append(Patch(color=STRIP, linewidth=0, label="smaller than the smallest effect of interest"))
    return keys
