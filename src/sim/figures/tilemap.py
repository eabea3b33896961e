"""Where each guberniia lies on a map of tiles, how such a map is drawn, and one of an outcome at a date.

No boundaries of the guberniias of the 1920s can be shipped, and the agents are party organisations, not territories:
each gets one hexagon, near its neighbours. The shape of the map is drawn by hand; an optimal assignment of party
centres to its tiles (Siberia compressed) fills it; a few places are then put right by hand. The outcome is shipped as
``tilemap.csv``, with labels; the rule, which no picture needs, stands beside the test that holds the file to it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Day
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import RegularPolygon

from sim.analysis.selection import Selection
from sim.data.tables import guberniias
from sim.engines.trajectory import COMMITTEE_FIELDS
from sim.errors import Problem, UserError, nearest
from sim.figures import style
from sim.figures.series import outcome_named, series, title, world
from sim.registry.entries import CLASSES
from sim.registry.outcomes import OUTCOMES
from sim.results.result import Result, Trajectories

SIZE, MARGIN = 11.3, 0.63
"""Width of a tile, mm, and room around the centres of the outermost ones, tiles."""
BAR = (8.6, 8.75, 5.0, 0.28)
"""Place of the scale in the empty south-east, tiles."""


@dataclass(frozen=True)
class Tile:
    """A guberniia's hexagon: column and row, and a label whose lines are parted by ``/``."""

    name: str
    label: str
    column: int
    row: int

    @property
    def centre(self) -> tuple[float, float]:
        """Its centre, in widths of a tile to the right and down."""
        return self.column + 0.5 * (self.row % 2), self.row * 0.75**0.5


@cache
def tiles() -> dict[str, Tile]:
    """Return the shipped layout by name."""
    text = files("sim.figures").joinpath("tilemap.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["name"]: Tile(row["name"], row["label"], int(row["column"]), int(row["row"])) for row in rows}


def extent() -> tuple[float, float]:
    """Return width and height of the map, tiles."""
    x, y = zip(*(tile.centre for tile in tiles().values()), strict=True)
    return max(x) + 2 * MARGIN, max(y) + 2 * MARGIN


def blank(figure: Figure, left: float, top: float, width: float) -> Axes:
    """Return axes for a map of a width; in mm."""
    wide, high = extent()
    limits = {"xlim": (-MARGIN, wide - MARGIN), "ylim": (high - MARGIN, -MARGIN)}
    axes = style.place(figure, left, top, width, width * high / wide, **limits)
    axes.axis("off")
    return axes


def fill(axes: Axes, tile: Tile, colour: str, edge: str, width: float = 1.5, ink: str = "") -> None:
    """Draw a tile, with its label if there is ink for it."""
    axes.add_patch(_hexagon(tile.centre, colour, edge, width))
    if ink:
        axes.text(*tile.centre, tile.label.replace("/", "\n"), fontsize=6.4, color=ink, ha="center", va="center",
                  linespacing=1.02, gid="tile")  # fmt: skip


def _hexagon(centre: tuple[float, float], fill: str, edge: str, width: float, radius: float = 0.535) -> RegularPolygon:
    return RegularPolygon(centre, 6, radius=radius, facecolor=fill, edgecolor=edge, linewidth=width, joinstyle="miter")


def paint(axes: Axes, values: Mapping[str, float], classes: Mapping[str, str], norm: Normalize, colours: Colormap,
          unit: str) -> None:  # fmt: skip
    """Draw tiles with labels, coloured by their values as far as they have any, with the key and the scale."""
    for tile in tiles().values():
        value, there = values.get(tile.name, np.nan), classes.get(tile.name)
        colour = to_hex(colours(float(norm(value)))) if np.isfinite(value) else "#FFFFFF"
        edge, ink = (style.CLASS_COLOURS[there], style.on(colour)) if there else (style.PALE, "#999999")
        fill(axes, tile, colour, edge, ink=ink)
    key(axes, any(tile not in classes for tile in tiles()))
    if values:
        scale(axes.inset_axes(BAR, transform=axes.transData), norm, colours, unit)


def key(axes: Axes, partial: bool) -> None:
    """Explain the outlines, in the empty north-east, and pale tiles if there are any."""
    axes.text(9.6, -0.35, "outline: class of the guberniia", color=style.GREY, va="center", fontsize=7.5)
    entries = [(style.CLASS_COLOURS[scope], style.SCOPE_LABELS[scope]) for scope in CLASSES]
    for at, (colour, label) in enumerate([*entries, *([(style.PALE, "not in this world")] if partial else [])]):
        x, y = 9.85 + 2.2 * (at % 2), 0.35 + 0.75 * (at // 2)
        axes.add_patch(_hexagon((x, y), "white", colour, 1.5, 0.28))
        axes.text(x + 0.45, y, label, va="center")


def scale(bar: Axes, norm: Normalize, colours: Colormap, label: str) -> None:
    """Draw the scale of a map's colours."""
    drawn = bar.figure.colorbar(ScalarMappable(norm, colours), cax=bar, orientation="horizontal")
    drawn.set_label(label)
    drawn.outline.set_linewidth(0.5)
    bar.locator_params(nbins=5)


YES_OR_NO = {
    "open_sklok": "Committees with an open sklok",
    "paralysed": "Paralysed committees",
    "appointed": "Secretaries appointed from above",
}
"""Fields that are 0 or 1 in a replicate: their mean over replicates is a share."""
COLOURS = colormaps["cividis"]


class Shown(NamedTuple):
    """Values by guberniia and how they are called; of which month and scenario."""

    values: dict[str, float]
    title: str
    unit: str
    note: str
    month: str = ""
    said: str = ""


def table(result: Result, selection: Selection) -> Shown:
    """Return a value for each guberniia.

    The selection's outcome is a committee's field, stored with ``run.committees``, or one that is recorded by class;
    its date a month as ``YYYY-MM``, by default the last. Refused where the places are synthetic.
    """
    if result.manifest["scenario"].get("tree", {}).get("kind") == "synthetic":
        raise UserError("no tile map: the guberniias of this world are synthetic and lie nowhere")
    name, trajectories = selection.outcome or "performance", result.trajectories()
    month = _month(trajectories, selection.date)
    shown = _of_committees(result, name, month) if _field(name) else _of_classes(result, trajectories, name, month)
    return shown._replace(month=f"{month:%B %Y}", said=world(result, trajectories).said)


@style.styled
def draw(table: Shown) -> Figure:
    """Draw a tile map."""
    wide, high = extent()
    head = f"{table.title}, {table.month}", table.note, table.said
    drawn, top = style.headed(*head, room=high * SIZE + 5.0)
    axes = blank(drawn, 3.0, top + 2.0, wide * SIZE)
    known = {name: value for name, value in table.values.items() if np.isfinite(value)}
    low, high = min(known.values(), default=0.0), max(known.values(), default=1.0)
    norm = Normalize(low, high) if low < high else Normalize(low - 0.01, low + 0.01)
    classes = {place.name: place.unit_class for place in guberniias() if place.name in known}
    paint(axes, known, classes, norm, COLOURS, table.unit)
    return drawn


def _month(trajectories: Trajectories, date: str | None) -> Day:
    months: list[Day] = trajectories.months.tolist()
    named = {f"{month:%Y-%m}": month for month in months}
    if date is not None and date not in named:
        allowed = f"a month as YYYY-MM from {months[0]:%Y-%m} to {months[-1]:%Y-%m}"
        raise UserError(Problem("plot", "date", repr(date), allowed))
    return months[-1] if date is None else named[date]


def _field(name: str) -> str:
    """Return the committee's field that holds an outcome; empty if there is none."""
    return {"open_skloki": "open_sklok"}.get(name, name if name in COMMITTEE_FIELDS else "")


def _of_committees(result: Result, name: str, month: Day) -> Shown:
    field = _field(name)
    try:
        frame = result.committees(["committee", field], level="guberniia", month=month)
    except UserError as error:
        hint = "run the scenario again with --set run.committees=true"
        raise UserError(Problem("plot", "tilemap", "a result without committees", hint)) from error
    grouped = frame.groupby("committee")[field]
    if field in YES_OR_NO:
        note = "Share of replicates in which it is so, each guberniia"
        return Shown(grouped.mean().to_dict(), YES_OR_NO[field], "share of replicates", note)
    note = "Median over replicates, each guberniia"
    return Shown(grouped.median().to_dict(), title(name), outcome_named(name).unit, note)


def _of_classes(result: Result, trajectories: Trajectories, name: str, month: Day) -> Shown:
    if name not in OUTCOMES:
        names = [*COMMITTEE_FIELDS, *OUTCOMES]
        allowed = "a committee's field or an outcome: skloki list outcomes"
        raise UserError(Problem("plot", "outcome", repr(name), allowed, nearest(name, names)))
    if not OUTCOMES[name].by_class:
        allowed = "an outcome by class or committee: this one is the nation's"
        raise UserError(Problem("plot", "outcome", repr(name), allowed))
    at = trajectories.months.tolist().index(month)
    by_class = {scope: series(trajectories, name, scope).quantiles(0.5)[0, at] for scope in CLASSES}
    kept = result.manifest["scenario"].get("tree", {}).get("only") or [place.name for place in guberniias()]
    there = [place for place in guberniias() if place.name in kept and place.unit_class in by_class]
    values = {place.name: float(by_class[place.unit_class]) for place in there}
    note = "Median over replicates, by class: each tile has the value of its class"
    return Shown(values, title(name), OUTCOMES[name].unit, note)
