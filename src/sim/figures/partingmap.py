"""A map of two worlds that part: how soon in each guberniia, and how many seats others hold at some dates."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import RegularPolygon

from sim.analysis.divergence.distance import VISIBLE
from sim.analysis.selection import Selection
from sim.figures import style
from sim.figures.divergence import described
from sim.figures.tilelayout import tiles
from sim.figures.tilemap import MARGIN, SIZE
from sim.registry.entries import CLASSES

if TYPE_CHECKING:
    from sim.analysis.divergence.divergence import Divergence
    from sim.analysis.divergence.folder import DivergenceFolder

SOON, SEATED = colormaps["viridis"], colormaps["magma_r"]
AFTER = (3, 12, 36)
"""Months after the worlds begin to part that are shown small, before the last one."""
GAP, MOST = 2.0, 4
"""Between the small maps, mm, and how many there are at most."""
BAR = (8.6, 8.75, 5.0, 0.28)
"""Place of the large map's scale, tiles."""


class Parting(NamedTuple):
    """Where two worlds part.

    Attributes
    ----------
    lines
        What is said of them.
    classes
        Of the guberniias that both have.
    began
        Month in which they begin to part.
    soon
        Months from then until a guberniia is visibly apart; of those that never are, nothing.
    seats
        At some months, the share of seats that others hold, by guberniia with its uezds.
    uezds
        Whether there are any.
    """

    lines: tuple[str, ...]
    classes: dict[str, str]
    began: str
    soon: dict[str, int]
    seats: dict[str, dict[str, float]]
    uezds: bool


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
    x, y = zip(*(tile.centre for tile in tiles().values()), strict=True)
    wide, high = max(x) + 2 * MARGIN, max(y) + 2 * MARGIN
    small = (style.WIDE - 6.0 - (MOST - 1) * GAP) / MOST
    what = f"Months until performance or conflict of the guberniia committee is over {VISIBLE} apart"
    tall, low = high * SIZE, small * high / wide
    room = 2.0 + tall + 13.0 + low + 14.0
    drawn, top = style.headed("Where, and how soon, two worlds part", *table.lines, what, room=room)
    second = top + 2.0 + tall + 13.0
    large = style.place(drawn, 3.0, top + 2.0, wide * SIZE, tall)
    _how_soon(drawn, large, table)
    held = f"Seats of the guberniia committee{' and its uezds' if table.uezds else ''} held by different persons"
    style.write(drawn, held, 3.0, second - 10.0, fontsize=8.5)
    for at, (month, shares) in enumerate(table.seats.items()):
        axes = style.place(drawn, 3.0 + at * (small + GAP), second, small, low)
        _map(axes, table, {name: to_hex(SEATED(share)) for name, share in shares.items()})
        axes.set_title(month, loc="center")
    _bar(drawn, style.place(drawn, 60.0, second + low + 3.0, 54.0, 2.4), Normalize(0.0, 1.0), SEATED, "share of seats")
    return drawn


def _how_soon(figure: Figure, axes: Axes, table: Parting) -> None:
    norm = Normalize(0, max([*table.soon.values(), 1]))
    fills = {name: to_hex(SOON(float(norm(months)))) for name, months in table.soon.items()}
    _map(axes, table, fills, labels=True)
    _key(axes, table)
    if fills:
        bar = axes.inset_axes(BAR, transform=axes.transData)
        _bar(figure, bar, norm, SOON, f"months from {table.began}")


def _map(axes: Axes, table: Parting, fills: dict[str, str], *, labels: bool = False) -> None:
    """Draw a tile for each guberniia; places without a fill are white, those of another world pale."""
    x, y = zip(*(tile.centre for tile in tiles().values()), strict=True)
    axes.set(xlim=(-MARGIN, max(x) + MARGIN), ylim=(max(y) + MARGIN, -MARGIN))
    axes.axis("off")
    classes = table.classes
    for tile in tiles().values():
        fill = fills.get(tile.name, "#FFFFFF")
        edge = style.CLASS_COLOURS[classes[tile.name]] if tile.name in classes else style.PALE
        axes.add_patch(_hexagon(tile.centre, fill, edge if labels else style.RULE, 1.5 if labels else 0.3))
        if labels:
            colour = style.on(fill) if tile.name in classes else "#999999"
            axes.text(*tile.centre, tile.label.replace("/", "\n"), fontsize=6.4, color=colour, ha="center",
                      va="center", linespacing=1.02, gid="tile")  # fmt: skip


def _hexagon(centre: tuple[float, float], fill: str, edge: str, width: float, radius: float = 0.535) -> RegularPolygon:
    return RegularPolygon(centre, 6, radius=radius, facecolor=fill, edgecolor=edge, linewidth=width, joinstyle="miter")


def _key(axes: Axes, table: Parting) -> None:
    """Explain the outlines, in the empty north-east, and white and pale tiles if there are any."""
    axes.text(9.6, -0.35, "outline: class of the guberniia", color=style.GREY, va="center", fontsize=7.5)
    entries = [(style.CLASS_COLOURS[scope], style.SCOPE_LABELS[scope]) for scope in CLASSES]
    entries += [(style.PALE, "not in this world")] if any(tile not in table.classes for tile in tiles()) else []
    for at, (colour, label) in enumerate(entries):
        x, y = 9.85 + 2.2 * (at % 2), 0.35 + 0.75 * (at // 2)
        axes.add_patch(_hexagon((x, y), "white", colour, 1.5, 0.28))
        axes.text(x + 0.45, y, label, va="center")
    if len(table.soon) < len(table.classes):
        axes.text(BAR[0], BAR[1] - 0.35, f"white: not {VISIBLE} apart to the end", color=style.GREY, fontsize=7.5)


def _bar(figure: Figure, axes: Axes, norm: Normalize, colours: Colormap, label: str) -> None:
    bar = figure.colorbar(ScalarMappable(norm, colours), cax=axes, orientation="horizontal")
    bar.set_label(label)
    bar.outline.set_linewidth(0.5)
    axes.locator_params(nbins=5)
