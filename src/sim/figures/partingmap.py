"""A map of two worlds that part: how soon in each guberniia, and how many seats others hold at some dates."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure

from sim.analysis.divergence.distance import VISIBLE
from sim.analysis.divergence.divergence import Divergence
from sim.analysis.divergence.folder import DivergenceFolder
from sim.analysis.selection import Selection
from sim.figures import style, tilemap
from sim.figures.divergence import described
from sim.figures.tilemap import BAR, SIZE, tiles

SOON, SEATED = colormaps["viridis"], colormaps["magma_r"]
AFTER = (3, 12, 36)
"""Months after the worlds begin to part that are shown small, before the last one."""
GAP, MOST = 2.0, 4
"""Between the small maps, mm, and how many there are at most."""


class Parting(NamedTuple):
    """Where two worlds part."""

    lines: tuple[str, ...]  # what is said of them
    classes: dict[str, str]  # of the guberniias that both have
    began: str  # month in which they begin to part
    soon: dict[str, int]  # months from then until a guberniia is visibly apart; of those that never are, nothing
    seats: dict[str, dict[str, float]]  # by month, the share that others hold, by guberniia with its uezds
    uezds: bool  # whether there are any


def table(traced: DivergenceFolder, selection: Selection) -> Parting:
    """Return how soon each guberniia is apart, and how many seats others hold at some dates."""
    found = traced.divergence
    heads = [place for place in found.places if place.parent < 0]
    first = zip(found.places, found.spread.first(found.spread.visible).tolist(), strict=True)
    soon = {place.name: at - found.began for place, at in first if place.parent < 0 and at < len(found.months)}
    last = len(found.months) - 1
    shown = sorted({min(found.began + after, last) for after in AFTER} | {last})
    seats = {found.months[month]: _seats(found, month) for month in shown}
    classes = {place.name: place.unit_class for place in heads}
    return Parting(
        described(traced), classes, found.months[found.began], soon, seats, len(heads) < len(found.places)
    )


def _seats(found: Divergence, month: int) -> dict[str, float]:
    """Return the share of seats that others hold, by guberniia with its uezds."""
    differ, seats = Counter[str](), Counter[str]()
    for number, place in enumerate(found.places):
        head = place.name if place.parent < 0 else found.places[place.parent].name
        differ[head] += int(found.spread.seats_differ[month, number])
        seats[head] += len(place.seats)
    return {head: differ[head] / number for head, number in seats.items()}


@style.styled
def draw(table: Parting) -> Figure:
    """Draw the months until each guberniia is visibly apart and, small, the seats held by others."""
    wide, high = tilemap.extent()
    small = (style.WIDE - 6.0 - (MOST - 1) * GAP) / MOST
    what = f"Months until performance or conflict of the guberniia committee is over {VISIBLE} apart"
    tall, low = high * SIZE, small * high / wide
    room = 2.0 + tall + 13.0 + low + 14.0
    drawn, top = style.headed("Where, and how soon, two worlds part", *table.lines, what, room=room)
    second = top + 2.0 + tall + 13.0
    _how_soon(tilemap.blank(drawn, 3.0, top + 2.0, wide * SIZE), table)
    held = f"Seats of the guberniia committee{' and its uezds' if table.uezds else ''} held by different persons"
    style.write(drawn, held, 3.0, second - 10.0, fontsize=8.5)
    for at, (month, shares) in enumerate(table.seats.items()):
        axes = tilemap.blank(drawn, 3.0 + at * (small + GAP), second, small)
        _map(axes, table, {name: to_hex(SEATED(share)) for name, share in shares.items()})
        axes.set_title(month, loc="center")
    bar = style.place(drawn, 60.0, second + low + 3.0, 54.0, 2.4)
    tilemap.scale(bar, Normalize(0.0, 1.0), SEATED, "share of seats")
    return drawn


def _how_soon(axes: Axes, table: Parting) -> None:
    norm = Normalize(0, max([*table.soon.values(), 1]))
    fills = {name: to_hex(SOON(float(norm(months)))) for name, months in table.soon.items()}
    _map(axes, table, fills, labels=True)
    tilemap.key(axes, any(tile not in table.classes for tile in tiles()))
    if len(table.soon) < len(table.classes):
        axes.text(BAR[0], BAR[1] - 0.35, f"white: not {VISIBLE} apart to the end", color=style.GREY, fontsize=7.5)
    if fills:
        bar = axes.inset_axes(BAR, transform=axes.transData)
        tilemap.scale(bar, norm, SOON, f"months from {table.began}")


def _map(axes: Axes, table: Parting, fills: dict[str, str], *, labels: bool = False) -> None:
    """Draw a tile for each guberniia; places without a fill are white, those of another world pale."""
    for tile in tiles().values():
        colour, there = fills.get(tile.name, "#FFFFFF"), table.classes.get(tile.name)
        if labels:
            edge, ink = (style.CLASS_COLOURS[there], style.on(colour)) if there else (style.PALE, "#999999")
            tilemap.fill(axes, tile, colour, edge, ink=ink)
        else:
            tilemap.fill(axes, tile, colour, style.RULE, 0.3)
