"""The overview of a lever: paired effects of its options by outcome and class, or at each option of another lever."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.conditions import effects_at
from sim.analysis.effects import ONE_SERIES, effects
from sim.analysis.selection import Selection, label, shown
from sim.analysis.sweep import Sweep
from sim.experiment.experiment import Factor
from sim.figures import panels, style
from sim.figures.series import difference, direction, title
from sim.figures.sweeps import common, strokes
from sim.registry.derived import EVERY

MOST = 12
"""Outcomes on a page."""
TALLEST = 100.0
"""Height of a panel of several options, mm."""
COLUMNS, PANELS = 3, 6
"""Panels of one outcome beside one another, and on a page."""
LEFT, WIDEST, SHARES = 21.0, 42.0, 13.0
"""Room for the names of rows, at least and at most, and for shares of points; mm."""
ROW, GROUP, REST, LINE, FOOT = 3.9, 5.0, 21.5, 3.6, 8.0
"""Heights of a row, of an option's heading, of what stands between panels, of a line of a title, of the foot; mm."""
INTERVALS = {"points": "points", "chance": "chance alone", ONE_SERIES: ONE_SERIES}


@dataclass(frozen=True)
class Rows:
    """What stands below one another in a panel."""

    frame: pd.DataFrame  # effects; ``row`` is the name of the row
    lever: Factor
    options: list[int]  # their numbers
    other: Factor | None  # at whose options the effects are; none: the rows are classes
    said: common.Said

    @cached_property
    def labels(self) -> dict[Any, str]:
        """Of rows, by their names."""
        if self.other is None:
            return {name: text for name, text in style.SCOPE_LABELS.items() if name in set(self.frame["scope"])}
        return {at: common.option(self.other, at, WIDEST - 3.0, 7.0) for at in range(len(self.other.options))}

    @cached_property
    def left(self) -> float:
        """Room for these labels, mm."""
        wide = 0.0 if self.other is None else max(style.measure(text, 7.0) for text in self.labels.values())
        return max(LEFT, 3.0 + wide)

    @property
    def pitch(self) -> float:
        """From panel to panel, mm."""
        return (style.WIDE - self.left) / COLUMNS

    @property
    def wide(self) -> float:
        """Of a panel, mm."""
        return self.pitch - SHARES

    @property
    def tall(self) -> float:
        """Of an option, mm."""
        return GROUP + ROW * len(self.labels)

    @property
    def outcomes(self) -> list[str]:
        """What has a panel."""
        return list(dict.fromkeys(self.frame["outcome"]))[:MOST]

    def chunks(self) -> list[list[int]]:
        """Return the options of each panel, about equally many."""
        count = -(-len(self.options) // max(1, int(TALLEST / self.tall)))
        return [part.tolist() for part in np.array_split(self.options, count)]

    def pages(self) -> list[list[tuple[str, list[int]]]]:
        """Return the panels of each page: one outcome's side by side, of several those with the same options."""
        if len(self.outcomes) > 1:
            return [[(outcome, options) for outcome in self.outcomes] for options in self.chunks()]
        panels = [(self.outcomes[0], options) for options in self.chunks()]
        return [panels[at : at + PANELS] for at in range(0, len(panels), PANELS)]


def table(sweep: Sweep, selection: Selection) -> Rows:
    """Return effects of a lever's options by class or, of one class, along x, at each option of another lever."""
    lever, other = selection.lever, selection.x
    assert lever is not None
    options, usual = list(selection.options), shown(sweep)
    scope, horizon = selection.scope or (usual.scope if other else None), selection.horizon or usual.horizon
    if selection.outcome and scope:
        sweep.column(selection.outcome, scope, horizon)  # refused where it is not recorded by class
    if other is None:
        option = lever.options[options[0]].value if len(options) == 1 else None
        frame = effects(
            sweep, lever=lever.name, option=option, outcome=selection.outcome, scope=scope, horizon=horizon
        ).assign(row=lambda rows: rows["scope"])
    else:
        assert scope is not None
        frame = effects_at(sweep, lever, other, options, selection.outcome, scope, horizon)
        frame = frame.assign(row=frame["at"])
    return Rows(frame, lever, options, other, common.said(sweep, horizon, lever, other))


@style.styled
def draw(table: Rows) -> list[Figure]:
    """Draw a panel an outcome, a group of rows an option, a row a class, or an option of another lever.

    Where there are too many options for one page there are more, with the same scales.
    """
    pages = table.pages()
    return [_page(table, pages, number) for number in range(len(pages))]


def _page(rows: Rows, pages: list[list[tuple[str, list[int]]]], number: int) -> Figure:
    """Draw one page."""
    on_page, frame = pages[number], rows.frame
    titles = {name: style.wrap(title(name), rows.pitch - 4.0, 8.5) for name in rows.outcomes}
    tall = max(len(options) for _, options in on_page) * rows.tall + 2.0
    rest = REST + LINE * (max(map(len, titles.values())) - 1)
    other, said = rows.other, rows.said
    by = "by class" if other is None else style.SCOPE_LABELS[frame["scope"].iloc[0]]
    at_each = "" if other is None else f", at each option of {other.name}"
    levers = [one for one in (rows.lever, other) if one and one.meaning and common.numbered(one)]
    meant = [f"{one.name}: {one.meaning}" for one in levers]
    said = said._replace(notes=[*meant, *said.notes, *_numbered(rows, pages, number)])
    also = "; where neither is better: that raise the outcome" if (frame["better"] == "neither").any() else ""
    sheet, top = said.page(
        common.effect(rows.lever, rows.options) + at_each,
        f"Paired effects, {by}, {said.when}; means over points{_interval(frame)}",
        foot=f"Share of points: that favour the option, ties half{also}",
        room=-(-len(on_page) // COLUMNS) * (tall + rest) + FOOT,
    )  # fmt: skip
    top += rest - REST + 8.0
    for at, (name, options) in enumerate(on_page):
        row, column = divmod(at, COLUMNS)
        axes = style.place(sheet, rows.left + column * rows.pitch, top + row * (tall + rest), rows.wide, tall)
        _forest(axes, rows, name, options, tall)
        axes.set_title("\n".join(titles[name]), pad=12.0)
        panels.remark(axes, direction(EVERY[name]))
        axes.set_xlabel(difference(EVERY[name]), labelpad=1.5, fontsize=7)
        axes.tick_params(labelleft=column == 0)
    panels.legend(sheet, _entries(frame), rows.left, 2)
    return sheet


def _numbered(rows: Rows, pages: list[list[tuple[str, list[int]]]], number: int) -> list[str]:
    """Return as a line, if there is more than one page, what is on this one."""
    if len(pages) == 1:
        return []
    places = dict.fromkeys(place for _, options in pages[number] for place in options)
    said = ", ".join(label(rows.lever.options[place].value) for place in places)
    return [f"Page {number + 1} of {len(pages)}, with the same outcomes and scales: {rows.lever.name} = {said}"]


def _interval(frame: pd.DataFrame) -> str:
    """Return over what the intervals are, in words; nothing where there are none."""
    over = set(frame["interval"][frame["low"].notna()])
    what = INTERVALS[min(over)] if len(over) == 1 else "points or chance alone"
    return f", 95 % interval over {what}" if over else ""


def _forest(axes: Axes, rows: Rows, outcome: str, options: list[int], tall: float) -> None:
    """Draw one outcome; the vertical axis counts mm from above."""
    frame = rows.frame[rows.frame["outcome"] == outcome]
    colours = strokes.colours(rows.lever)
    found = {(label(entry["option"]), entry["row"]): entry for entry in frame.to_dict("records")}
    labels: dict[float, str] = {}
    y = 0.0
    for option in options:
        name = label(rows.lever.options[option].value)
        axes.text(0.02, y + 0.5 * GROUP + 0.4, common.option(rows.lever, option, rows.wide - 6.0, 7.0), fontsize=7,
                  transform=axes.get_yaxis_transform(), fontweight="bold", color=colours[option],
                  va="center_baseline", zorder=4)  # fmt: skip
        y += GROUP
        for row, text in rows.labels.items():
            labels[y + ROW / 2] = text
            if (name, row) in found:
                _mark(axes, found[name, row], y, colours[option], strokes.marker(option))
            y += ROW
    if len(rows.labels) > 1 and set(frame["row"]) == {"nation"}:
        axes.text(0.5, tall - 2.0 * ROW, "not recorded by class", transform=axes.get_yaxis_transform(), ha="center",
                  fontsize=7, color=style.GREY, va="center_baseline", backgroundcolor="white")  # fmt: skip
    axes.text(1.03, GROUP - 0.5, "share of\npoints", fontsize=7, transform=axes.get_yaxis_transform(),
              color=style.GREY, va="bottom", linespacing=1.0)  # fmt: skip
    axes.set_ylim(tall, 0)
    axes.set_yticks(list(labels), list(labels.values()))
    axes.tick_params(axis="y", length=0, labelsize=7)
    _scale(axes, frame, rows.wide)


def _scale(axes: Axes, frame: pd.DataFrame, wide: float) -> None:
    """Set the scale of an outcome: the same for all options, whether they are on this page or not."""
    ends = frame[["p5", "p95", "low", "high", "effect", "smallest"]].assign(least=-frame["smallest"]).to_numpy(float)
    ends = ends[np.isfinite(ends)]
    low, high = (float(ends.min()), float(ends.max())) if len(ends) else (-1.0, 1.0)
    common.scaled(axes, low, high, wide)


def _mark(axes: Axes, entry: dict[str, Any], top: float, colour: str, marker: str) -> None:
    """Draw an effect in its row: its interval lies in or across the mark, so that it is seen however narrow it is."""
    y, size = top + ROW / 2, entry["smallest"]
    axes.fill_between([-size, size], top, top + ROW, color=strokes.STRIP, linewidth=0, zorder=0.2)
    # Not through the options' names.
    axes.plot([0, 0], [top, top + ROW], color="#444444", linewidth=0.6, zorder=1, solid_capstyle="butt")
    if not np.isfinite(entry["effect"]):
        return
    axes.plot([entry["p5"], entry["p95"]], [y, y], color=colour, alpha=0.3, linewidth=2.2, zorder=2,
              solid_capstyle="butt")  # fmt: skip
    axes.plot([entry["effect"]], [y], marker, color=colour, markerfacecolor="white", markeredgewidth=0.7,
              markersize=4.6, zorder=3)  # fmt: skip
    axes.plot([entry["low"], entry["high"]], [y, y], color=colour, linewidth=1.8, zorder=3.5, solid_capstyle="butt")
    axes.text(1.03, y, f"{entry['points_better']:.2f}", transform=axes.get_yaxis_transform(), fontsize=7,
              va="center_baseline", color=style.GREY)  # fmt: skip


def _entries(frame: pd.DataFrame) -> list[Artist]:
    grey = "#777777"
    inside = ", in or across it the 95 % interval" if _interval(frame) else ""
    mean = strokes.hollow(grey, 1.8, f"mean over points{inside}", markersize=4.6, markeredgewidth=0.7)
    return [mean, panels.stroke(grey, 2.2, "5–95 % of points", alpha=0.5), strokes.strip()]
