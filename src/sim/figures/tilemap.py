"""Where each guberniia lies on a map of tiles, how such a map is drawn, and one of an outcome at a date.

No boundaries of the guberniias of the 1920s can be shipped, and the agents are party organisations, not territories:
each gets one hexagon, near its neighbours. The shape of the map is drawn by hand; an optimal assignment of party
centres to its tiles (Siberia compressed) fills it; a few places are then put right by hand. The outcome is shipped as
``tilemap.csv``, with labels; the rule, which no picture needs, stands beside the test that holds the file to it.
"""

from __future__ import annotations

import csv
import re
import textwrap
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import RegularPolygon
from matplotlib.patheffects import withStroke

from sim.analysis.selection import Selection
from sim.errors import Problem, UserError, nearest
from sim.figures import style
from sim.figures.series import Array, heads, outcome_named, series, title, world
from sim.registry.derived import EVERY
from sim.registry.entries import CLASSES
from sim.results.result import Result, Trajectories
from sim.results.run_rows import OF_FIELD, PLACE_OUTCOMES

FEW, BEYOND = 0.03, 0.25
"""Share of places at an end of a scale that may lie beyond it, and how far out, in parts of what the others span."""
PALE = 0.55
"""Luminance from which a tile is hatched in grey, not in white."""
TOLD = 3
"""Places beyond a scale that are named."""
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


ACROSS, DOWN = 9, 11
"""Columns and rows that places of a table of one's own may fill: beside them stand the key and the scale."""
LONGEST = 12
"""Letters of a class's name beside which another has room."""
LETTERS = 9
"""Letters of a line of their labels, and of a word that is not cut short."""


class Board(NamedTuple):
    """The tiles of a world's map, and the classes of those places that are in it."""

    tiles: Mapping[str, Tile]
    classes: Mapping[str, str]


def board(tree: Mapping[str, Any]) -> Board | None:
    """Return the map of a tree as a scenario has it: the shipped one, a grid by class, or nothing where none fits."""
    if tree.get("kind") == "synthetic":
        return None
    return _grid(heads(tree)) if tree.get("kind") == "table" else Board(tiles(), heads(tree))


def board_of(tree: Mapping[str, Any]) -> Board:
    """Return the map of a tree; UserError where there is none."""
    found = board(tree)
    if found is None:
        many = f"are more than a grid of {ACROSS} by {DOWN} holds"
        why = "are synthetic" if tree.get("kind") == "synthetic" else many
        raise UserError(f"no tile map: the guberniias of this world {why} and lie nowhere")
    return found


def _grid(classes: Mapping[str, str]) -> Board | None:
    """Lay places that lie on no map in rows, a class below another."""
    found, row = dict[str, Tile](), 0
    for scope in CLASSES:
        names = [name for name, of in classes.items() if of == scope]
        for at, name in enumerate(names):
            words = (word if len(word) <= LETTERS else f"{word[: LETTERS - 1]}." for word in name.split())
            label = "/".join(textwrap.wrap(" ".join(words), LETTERS, max_lines=3, placeholder=" …"))
            found[name] = Tile(name, label, at % ACROSS, row + at // ACROSS)
        row += -(-len(names) // ACROSS)
    return Board(found, classes) if row <= DOWN else None


def extent() -> tuple[float, float]:
    """Return width and height of the map, tiles."""
    x, y = zip(*(tile.centre for tile in tiles().values()), strict=True)
    return max(x) + 2 * MARGIN, max(y) + 2 * MARGIN


def page(heading: str, *lines: str) -> tuple[Figure, Axes]:
    """Return a page for one map, with a heading, and the map's axes."""
    wide, high = extent()
    drawn, top = style.headed(heading, *lines, room=high * SIZE + 5.0)
    return drawn, blank(drawn, 3.0, top + 2.0, wide * SIZE)


def blank(figure: Figure, left: float, top: float, width: float) -> Axes:
    """Return axes for a map of a width; in mm."""
    wide, high = extent()
    limits = {"xlim": (-MARGIN, wide - MARGIN), "ylim": (high - MARGIN, -MARGIN)}
    axes = style.place(figure, left, top, width, width * high / wide, **limits)
    axes.axis("off")
    return axes


def fill(
    axes: Axes, tile: Tile, colour: str, edge: str, width: float = 1.5, ink: str = "", halo: str = ""
) -> None:
    """Draw a tile, with its label if there is ink for it, on a halo where the tile is not plain."""
    axes.add_artist(_hexagon(tile.centre, colour, edge, width))  # a map knows its limits: no tile is measured for them
    if ink:
        axes.text(*tile.centre, tile.label.replace("/", "\n"), fontsize=6.4, color=ink, ha="center", va="center",
                  linespacing=1.02, gid="tile",
                  path_effects=[withStroke(linewidth=2.2, foreground=halo)] if halo else None)  # fmt: skip


def _hexagon(centre: tuple[float, float], fill: str, edge: str, width: float, radius: float = 0.535) -> RegularPolygon:
    return RegularPolygon(centre, 6, radius=radius, facecolor=fill, edgecolor=edge, linewidth=width, joinstyle="miter")


def limits(values: Iterable[float], centred: bool = False) -> tuple[float, float]:
    """Return the ends of a scale of colours, from the values or, if it is centred, as far on either side of 0.

    A few values that lie far out do not stretch it, since all others would then look alike: it ends before them.
    """
    known = np.array([value for value in values if np.isfinite(value)])
    if not len(known):
        return (-1.0, 1.0) if centred else (0.0, 1.0)
    if centred:
        size = np.abs(known)
        reach = _end(size, 1 - 2 * FEW, float(np.quantile(size, 1 - 2 * FEW))) or 0.01
        return -reach, reach
    within = float(np.subtract(*np.quantile(known, (1 - FEW, FEW))))
    low, high = -_end(-known, 1 - FEW, within), _end(known, 1 - FEW, within)
    return (low, high) if low < high else (low - 0.01, low + 0.01)


def _end(values: Array, share: float, within: float) -> float:
    """Return the largest of the values that do not lie too far beyond most of them."""
    near = values <= np.quantile(values, share) + BEYOND * within
    return float((values[near] if within > 0.0 else values).max())


def paint(axes: Axes, values: Mapping[str, float], board: Board, ends: tuple[float, float],
          colours: Colormap, unit: str, unclear: Container[str] = (), said: Sequence[str] = ()) -> None:  # fmt: skip
    """Draw tiles with labels, coloured by their values as far as they have any, with the key and the scale.

    Values beyond the ends of the scale have its last colour, and are told above it; what is unclear is hatched.
    """
    norm, values = Normalize(*ends), {name: value for name, value in values.items() if np.isfinite(value)}
    for tile in board.tiles.values():
        value, there = values.get(tile.name), board.classes.get(tile.name)
        colour = "#FFFFFF" if value is None else to_hex(colours(float(norm(value))))
        edge, ink = (style.CLASS_COLOURS[there], style.on(colour)) if there else (style.PALE, "#999999")
        fill(axes, tile, colour, edge, ink=ink, halo=colour if tile.name in unclear else "")
        if tile.name in unclear:
            hatch(axes, tile.centre, "#FFFFFF" if style.luminance(colour) < PALE else "#8C8C8C")
    key(axes, any(tile not in board.classes for tile in board.tiles))
    if values:
        bar = axes.inset_axes(BAR, transform=axes.transData)
        scale(bar, norm, colours, unit, [*values.values()])
        for at, line in enumerate(reversed([*said, *beyond(values, ends)])):
            axes.text(BAR[0], BAR[1] - 0.3 - 0.32 * at, line, color=style.GREY, fontsize=7)


def beyond(values: Mapping[str, float], ends: tuple[float, float]) -> list[str]:
    """Return in a line or two which places lie beyond the ends of a scale, and where."""
    def far(name: str) -> float:
        return max(ends[0] - values[name], values[name] - ends[1])

    out = {name: values[name] for name in sorted(values, key=far, reverse=True) if far(name) > 0}
    told = [f"{re.sub(r' [(].*', '', name)} {value:.2g}".replace("-", "\u2212") for name, value in out.items()]
    more = f" and {len(told) - TOLD} more" if len(told) > TOLD else ""
    return style.wrap(f"beyond the scale: {', '.join(told[:TOLD])}{more}", BAR[2] * SIZE, 7) if told else []


def hatch(axes: Axes, centre: tuple[float, float], ink: str) -> None:
    """Hatch a tile, under its label."""
    axes.add_artist(RegularPolygon(centre, 6, radius=0.5, facecolor="none", edgecolor=ink, linewidth=0.0,
                                   hatch="//////", zorder=1.5))  # fmt: skip


def key(axes: Axes, partial: bool) -> None:
    """Explain the outlines, in the empty north-east, and pale tiles if there are any."""
    axes.text(9.6, -0.35, "outline: class of the guberniia", color=style.GREY, va="center", fontsize=7.5)
    entries = [(style.CLASS_COLOURS[scope], style.SCOPE_LABELS[scope]) for scope in CLASSES]
    long = max(len(label) for _, label in entries) > LONGEST
    for at, (colour, label) in enumerate([*entries, *([(style.PALE, "not in this world")] if partial else [])]):
        column, row = (0, at) if long else (at % 2, at // 2)
        x, y = 9.85 + 2.2 * column, 0.35 + 0.75 * row
        axes.add_patch(_hexagon((x, y), "white", colour, 1.5, 0.28))
        axes.text(x + 0.45, y, label, va="center")


def scale(bar: Axes, norm: Normalize, colours: Colormap, label: str, values: Sequence[float] = ()) -> None:
    """Draw the scale of a map's colours, with a point at an end beyond which values lie."""
    low, high = (min(values, default=0.0) < float(norm.vmin or 0.0), max(values, default=0.0) > float(norm.vmax or 0.0))
    extend = ("both" if high else "min") if low else ("max" if high else "neither")
    drawn = bar.figure.colorbar(
        ScalarMappable(norm, colours), cax=bar, orientation="horizontal", extend=extend if values else "neither",
    )  # fmt: skip
    drawn.set_label(label)
    drawn.outline.set_linewidth(0.5)
    bar.locator_params(nbins=5)


YES_OR_NO = {
    "open_skloki": "Committees with an open sklok",
    "skloki_year": "Committees with an open sklok in 12 months",
    "paralysed": "Paralysed committees",
    "appointed": "Secretaries appointed from above",
}
"""Outcomes that are 0 or 1 in one place and replicate: their mean over replicates is a share."""
COLOURS = colormaps["YlGnBu"]


class Shown(NamedTuple):
    """Values by guberniia and how they are called; of which month and scenario."""

    values: dict[str, float]
    title: str
    unit: str
    note: str
    board: Board
    month: str = ""
    said: str = ""


def table(result: Result, selection: Selection) -> Shown:
    """Return a value for each guberniia.

    The selection's outcome is one that places have, or one that is recorded by class; its date a month as
    ``YYYY-MM``, by default the last. Refused where the places are synthetic.
    """
    there = board_of(result.manifest["scenario"].get("tree", {}))
    name, trajectories = selection.outcome or "performance", result.trajectories()
    month = _month(trajectories, selection.date)
    name = OF_FIELD.get(name, name)
    shown = _of_places(result, name, month, there) if name in PLACE_OUTCOMES else _of_classes(
        trajectories, name, month, there)  # fmt: skip
    return shown._replace(month=f"{month:%B %Y}", said=world(result, trajectories).said)


@style.styled
def draw(table: Shown) -> Figure:
    """Draw a tile map."""
    drawn, axes = page(f"{table.title}, {table.month}", table.note, table.said)
    paint(axes, table.values, table.board, limits(table.values.values()), COLOURS, table.unit)
    return drawn


def _month(trajectories: Trajectories, date: str | None) -> Day:
    months: list[Day] = trajectories.months.tolist()
    named = {f"{month:%Y-%m}": month for month in months}
    if date is not None and date not in named:
        allowed = f"a month as YYYY-MM from {months[0]:%Y-%m} to {months[-1]:%Y-%m}"
        raise UserError(Problem("plot", "date", repr(date), allowed))
    return months[-1] if date is None else named[date]


def _of_places(result: Result, name: str, month: Day, there: Board) -> Shown:
    values = result.places([name], month=month).set_index("committee")[name].to_dict()
    if name in YES_OR_NO:
        return Shown(values, YES_OR_NO[name], "share of replicates", "Share of replicates in which it is so", there)
    return Shown(values, title(name), outcome_named(name).unit, "Mean over replicates", there)


def _of_classes(trajectories: Trajectories, name: str, month: Day, there: Board) -> Shown:
    if name not in EVERY:
        allowed = "an outcome: skloki list outcomes"
        raise UserError(Problem("plot", "outcome", repr(name), allowed, nearest(name, EVERY)))
    if not EVERY[name].by_class:
        allowed = "an outcome by class or place: this one is the nation's"
        raise UserError(Problem("plot", "outcome", repr(name), allowed))
    at = trajectories.months.tolist().index(month)
    by_class = {scope: series(trajectories, name, scope).mean()[at] for scope in CLASSES}
    values = {place: float(by_class[scope]) for place, scope in there.classes.items()}
    note = "Mean over replicates, by class: each tile has the value of its class"
    return Shown(values, title(name), EVERY[name].unit, note, there)


EFFECTS = colormaps["PRGn"]
"""From purple over white, where there is no effect, to green."""


class Changed(NamedTuple):
    """What another world changes in each guberniia."""

    heading: str
    lines: Sequence[str]  # what is said under it
    values: dict[str, float]  # mean difference, by guberniia
    unclear: list[str]  # places whose interval holds 0
    unit: str
    better: str  # whether it is good if an outcome is higher, lower, or neither
    board: Board


@style.styled
def draw_changes(table: Changed) -> Figure:
    """Draw a tile map of differences: green is better, or more where neither is better; what may be none is hatched."""
    drawn, axes = page(table.heading, *table.lines)
    colours = EFFECTS.reversed() if table.better == "lower" else EFFECTS
    said = ["hatched: the interval holds 0"] if table.unclear else []
    ends = limits(table.values.values(), centred=True)
    paint(axes, table.values, table.board, ends, colours, table.unit, table.unclear, said)
    return drawn
