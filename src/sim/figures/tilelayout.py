"""Where each guberniia lies on a map of tiles, and how such a map is drawn.

No boundaries of the guberniias of the 1920s can be shipped, and the agents are party
organisations, not territories: each gets one hexagon, near its neighbours. The shape of the map
is drawn by hand; an optimal assignment of party centres to its tiles (Siberia compressed) fills
it; a few places are then put right by hand. The outcome is shipped as ``tilemap.csv``, with
labels; the rule, which no picture needs, stands beside the test that holds the file to it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import RegularPolygon

from sim.figures import style
from sim.registry.entries import CLASSES

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
