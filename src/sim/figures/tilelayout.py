"""Where each guberniia lies on the tile map.

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
