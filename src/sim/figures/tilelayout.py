"""Where each guberniia lies on the tile map.

No boundaries of the guberniias of the 1920s can be shipped, and the agents are party
organisations, not territories: each gets one hexagon, near its neighbours. The shape of the map
is drawn by hand; an optimal assignment of party centres to its tiles (Siberia compressed) fills
it; a few places are then put right by hand. The outcome is shipped as ``tilemap.csv``, with
labels, so that a picture needs neither the optimiser nor its release.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from sim.data.tables import guberniias
from sim.figures.series import Array

SHAPE = """
...#..........
..#.#.........
..#####.......
########...#..
############..
#############.
########..#.##
#######...#..#
########......
######........
..######......
....###.......
"""
"""Tiles of the map; odd rows lie half a tile to the right."""
EAST, COMPRESSION = 60.0, 0.15
"""Degrees east beyond which, and factor by which, longitude is compressed."""
COLUMN = (0.282, -7.755)
ROW = (-0.365, 24.154)
"""Slope and intercept from (compressed) longitude to columns and from latitude to heights, tiles."""
BY_HAND = {
    "Minsk (SSR Belorussia)": (0, 5),
    "Gomel": (0, 6),
    "Kuban-Chernomorie": (2, 9),
    "Adygei (Cherkess) AO": (2, 10),
    "Kalmyk AO": (5, 9),
    "Chechen AO": (6, 10),
    "Dagestan ASSR": (7, 10),
    "Turkestan ASSR": (7, 8),
    "Georgia": (4, 11),
    "Armenia": (5, 11),
}
"""Column and row of places that the assignment parts from their neighbours."""


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


def regenerate() -> dict[str, tuple[int, int]]:
    """Lay the map out anew; return column and row by name, as shipped."""
    # The optimiser takes two seconds to import, and pictures do not need it.
    from scipy.optimize import linear_sum_assignment

    drawn = SHAPE.split()
    slots = [(column, row) for row, line in enumerate(drawn) for column, mark in enumerate(line) if mark == "#"]
    wanted = np.array([_position(place.lat, place.lon) for place in guberniias()])
    centres = np.array([Tile("", "", *slot).centre for slot in slots])
    distance = ((wanted[:, None] - centres[None]) ** 2).sum(axis=2)
    _, chosen = linear_sum_assignment(distance)
    layout = {place.name: slots[at] for place, at in zip(guberniias(), chosen, strict=True)}
    return layout | BY_HAND


def _position(lat: float, lon: float) -> Array:
    compressed = lon if lon <= EAST else EAST + COMPRESSION * (lon - EAST)
    return np.array([COLUMN[0] * compressed + COLUMN[1], ROW[0] * lat + ROW[1]])
