"""Two worlds on the same accidents: their courses and the difference, and effects by class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.selection import Selection
from sim.analysis.sentences import main_outcome, over
from sim.analysis.wording import capital
from sim.errors import Problem, UserError
from sim.experiment.smallest_effect import Smallest
from sim.figures import panels, style
from sim.figures.series import difference, direction, outcome_named, title
from sim.figures.sweeps import strokes
from sim.figures.sweeps.fans import Courses, Panel, blank
from sim.figures.sweeps.fans import draw as draw_courses  # noqa: F401  # the drawing of `courses`
from sim.figures.tilemap import Changed, board_of
from sim.figures.tilemap import draw_changes as draw_places  # noqa: F401  # the drawing of `places`
from sim.registry.entries import SCOPES
from sim.results.comparison import Comparison, titled
from sim.results.run_rows import PLACE_OUTCOMES

MOST = 12
"""Outcomes on a page."""
COLUMNS = 3
LEFT, PITCH, WIDE, TALL, ROWS = 21.0, 51.0, 38.0, 33.0, 56.0
"""Left margin, from panel to panel, width and height of one, and from row to row, mm."""
FOOT = 17.0
MAPPED = "performance"
"""Outcome of which a map is drawn unless another is asked for, or is what the comparison is about."""
MARKS = (("o", 4.5, 1.8), ("s", 3.2, 0.9), ("D", 2.8, 0.9))
"""Marker, its size and the width of the interval of the first horizons in the picture of effects."""


class Pairs(Protocol):
    """Pairs of runs, stored or in memory."""

    @property
    def worlds(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def manifest(self) -> Mapping[str, Any]: ...  # noqa: D102
    def bands(self, outcome: str) -> pd.DataFrame: ...  # noqa: D102


class Effects(NamedTuple):
    """Effects of a world against another."""

    heading: str
    lines: list[str]  # what is said over them
    world: str
    rows: dict[str, pd.DataFrame]  # by outcome
    horizons: Sequence[str]  # those that are marked


def courses(comparison: Pairs, selection: Selection) -> Courses:
    """Return the courses of a world and of the baseline, and their difference; the nation."""
    base, world = comparison.worlds[0], selection.world or comparison.worlds[1]
    pairs, shown = comparison.manifest["pairs_of_curves"], []
    smallest = Smallest(**comparison.manifest["smallest"])
    for name in _names(comparison, selection):
        frame, entry = comparison.bands(name), outcome_named(name)
        frame = blank(frame[frame["scope"] == "nation"], pairs)
        both = [frame[frame["world"] == who] for who in (base, world)]
        # Of how the world differs from the baseline the same columns, of pairs.
        change = both[1].drop(columns=["p10", "p50", "p90"]).rename(columns=lambda column: column.removeprefix("pair_"))
        limit = smallest.of(entry, both[0]["mean"].to_numpy())
        shown.append(Panel(title(name), entry, [one.drop(columns=["low", "high"]) for one in both], [change], limit))
    first = "medians of the nation, " + (f"first {pairs} of " if pairs < comparison.manifest["pairs"] else "")
    months = [f"{month:%Y-%m}" for month in sorted(shown[0].courses[0]["month"])]
    # an older comparison has one for all worlds
    parting = _entry(comparison, world).get("parting", comparison.manifest["parting"])
    said = _said(comparison, world, first)
    titles, of = titled(comparison.manifest["worlds"]), "replicates, of pairs"
    return Courses(_heading(comparison, world), said, months, (titles[base], titles[world]), of, shown, parting=parting)


def effects(comparison: Comparison, selection: Selection) -> Effects:
    """Return effects for the nation and by class at the first horizons."""
    world, frame = selection.world or comparison.worlds[1], comparison.effects()
    frame = frame[frame["world"] == world]
    rows = {name: frame[frame["outcome"] == name] for name in _names(comparison, selection)}
    better = "that favour the first world, ties half; where neither is better: that raise it"
    said = [*_said(comparison, world, "by class, "), f"Share of pairs at the first mark: {better}"]
    return Effects(_heading(comparison, world), said, world, rows, comparison.horizons[: len(MARKS)])


def places(comparison: Comparison, selection: Selection) -> Changed:
    """Return what a world changes in each guberniia at the main horizon, by default in the main outcome."""
    usual = main_outcome(comparison.manifest)
    named = selection.outcome or (usual if usual in PLACE_OUTCOMES else MAPPED)
    world, outcome = selection.world or comparison.worlds[1], outcome_named(named)
    if outcome.name not in PLACE_OUTCOMES:
        allowed = "one that places have: " + ", ".join(PLACE_OUTCOMES)
        raise UserError(Problem("plot", "outcome", repr(outcome.name), allowed))
    frame, horizon = comparison.places(outcome.name), comparison.horizons[0]
    rows = frame[(frame["world"] == world) & (frame["horizon"] == horizon)].set_index("committee")
    unclear = rows.index[(rows["low"] <= 0) & (rows["high"] >= 0)].to_list()
    when = ("mean of " if ":" in horizon else "") + horizon.replace(":", " to ")
    lines = [
        f"{title(outcome.name)}, {when}: {_counted(rows, outcome.better)}",
        *_said(comparison, world, ""),
    ]
    there = board_of(comparison.manifest["worlds"][0].get("scenario", {}).get("tree", {}))
    return Changed(_heading(comparison, world), lines, rows["effect"].to_dict(), unclear, difference(outcome),
                   outcome.better, there)  # fmt: skip


def _counted(rows: pd.DataFrame, better: str) -> str:
    """Return in how many guberniias the first world does better, in how many worse, and where that is not clear."""
    up, down = int((rows["low"] > 0).sum()), int((rows["high"] < 0).sum())
    words = ("higher", "lower") if better == "neither" else ("better", "worse")
    good, bad = (down, up) if better == "lower" else (up, down)
    rest = len(rows) - up - down
    return f"{words[0]} in {good} places (green), {words[1]} in {bad} (purple), not clear in {rest}"


def _names(comparison: Pairs, selection: Selection) -> list[str]:
    """Return the outcome that was asked for, which need not be among those that are shown, or these."""
    shown: list[str] = comparison.manifest["shown"][:MOST]
    return shown if selection.outcome is None else [outcome_named(selection.outcome).name]


def _entry(comparison: Pairs, world: str) -> dict[str, Any]:
    return next(one for one in comparison.manifest["worlds"] if one["name"] == world)


def _said(comparison: Pairs, world: str, of: str) -> list[str]:
    """Return what stands over a picture: what is set against what, and over how many pairs."""
    count = comparison.manifest["pairs"]
    pairs = f"{of}{count} pair{'s' * (count != 1)} of replicates on the same accidents"
    return ["Difference: the first world minus the second", f"{capital(pairs)}; {over(comparison.manifest)}"]


def _heading(comparison: Pairs, world: str) -> str:
    """Return what is set against what, by the titles of their files."""
    titles = titled(comparison.manifest["worlds"])
    room = 2 * (style.WIDE - 12.0) / 1.15  # two lines, bold
    return style.side_by_side([titles[world], titles[comparison.worlds[0]]], " compared with ", room, 9)


@style.styled
def draw_effects(table: Effects) -> Figure:
    """Draw effects with intervals, and who is better how often."""
    room = -(-len(table.rows) // COLUMNS) * ROWS + FOOT
    figure, top = style.headed(table.heading, *table.lines, room=room)
    for at, (name, rows) in enumerate(table.rows.items()):
        row, column = divmod(at, COLUMNS)
        axes = style.place(figure, LEFT + column * PITCH, top + 11.5 + row * ROWS, WIDE, TALL)
        _dots(axes, rows, table.horizons)
        axes.set_title("\n".join(style.wrap(title(name), WIDE, 8.5)), pad=12.0)
        panels.remark(axes, direction(outcome_named(name)))
        axes.set_xlabel(difference(outcome_named(name)), labelpad=1.5, fontsize=7)
        axes.tick_params(labelleft=column == 0)
    panels.legend(figure, _effect_keys(table.horizons), LEFT, 2)
    return figure


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
                axes.fill_betweenx([place - 0.5, place + 0.5], -small, small, color=strokes.STRIP, lw=0, zorder=0.2)
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


def _effect_keys(horizons: Sequence[str]) -> list[Artist]:
    keys: list[Artist] = []
    for horizon, (marker, size, width) in zip(horizons, MARKS, strict=False):
        shown = horizon.replace(":", " to ")
        label = ("mean " if ":" in horizon else "in ") + shown + ", 95 % interval"
        face = style.NATION if marker == MARKS[0][0] else "white"
        keys.append(panels.stroke(style.NATION, width, label, marker, markersize=size, markerfacecolor=face))
    return [*keys, strokes.strip()]
