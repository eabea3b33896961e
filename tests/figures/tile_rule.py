"""How the tile map was laid out: see `sim.figures.tilemap`."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from sim.data.tables import guberniias
from sim.figures.tilemap import Tile

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


def regenerate() -> dict[str, tuple[int, int]]:
    """Lay the map out anew; return column and row by name, as shipped."""
    drawn = SHAPE.split()
    slots = [(column, row) for row, line in enumerate(drawn) for column, mark in enumerate(line) if mark == "#"]
    wanted = np.array([_position(place.lat, place.lon) for place in guberniias()])
    centres = np.array([Tile("", "", *slot).centre for slot in slots])
    distance = ((wanted[:, None] - centres[None]) ** 2).sum(axis=2)
    _, chosen = linear_sum_assignment(distance)
    layout = {place.name: slots[at] for place, at in zip(guberniias(), chosen, strict=True)}
    return layout | BY_HAND


def _position(lat: float, lon: float) -> np.ndarray:
    compressed = lon if lon <= EAST else EAST + COMPRESSION * (lon - EAST)
    return np.array([COLUMN[0] * compressed + COLUMN[1], ROW[0] * lat + ROW[1]])
