"""How often one policy does better than others, by class: the picture of results/answer.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.figure import Figure

from sim.figures import panels, style
from sim.figures.sweeps.strokes import MARKERS, OPTIONS
from sim.registry.entries import CLASSES

LEFT, WIDTH, ROW = 26.0, 140.0, 10.0
"""Left margin, width of the panel, and height of a class, mm."""


class Ahead(NamedTuple):
    """Shares of simulated pasts, class by class."""

    shares: Mapping[str, Sequence[float]]  # in which it does better than another, by what that is called
    error: float  # standard error of a share
    pasts: int
    what: str = "election"
    unclear: tuple[float, float] = (0.2, 0.8)  # between these a share is no clear answer


@style.styled
def draw(table: Ahead) -> Figure:
    """Draw a row a class, a mark an alternative, with two standard errors."""
    tall = ROW * len(CLASSES)
    heading = f"How often {table.what} does better, by class of guberniia"
    said = f"{table.pasts:,} simulated pasts; bars: two standard errors of drawing so many, not of the assumptions"
    figure, top = style.headed(heading, said, room=tall + 28.0)
    axes = style.place(figure, LEFT, top + 5.0, WIDTH, tall, xlim=(0, 1), ylim=(len(CLASSES) - 0.5, -0.5))
    axes.axvspan(*table.unclear, color=style.PALE, alpha=0.5, linewidth=0, zorder=0.2)
    axes.axvline(0.5, color="#444444", linewidth=0.6, zorder=1)
    entries: list[Artist] = []
    step = 0.56 / max(len(table.shares) - 1, 1)
    for place, (name, shares) in enumerate(table.shares.items()):
        colour, marker = OPTIONS[place], MARKERS[place]
        for row, share in enumerate(shares):
            y, reach = row + step * place - 0.28, 2 * table.error
            axes.plot([share - reach, share + reach], [y, y], color=colour, linewidth=1.2, solid_capstyle="butt")
            axes.plot([share], [y], marker, color=colour, markersize=4.5)
        entries.append(panels.stroke(colour, 1.2, f"than {name}", marker))
    axes.set_yticks(range(len(CLASSES)), [style.SCOPE_LABELS[scope] for scope in CLASSES])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("share of simulated pasts in which it does better")
    panels.remark(axes, "← worse", 0.0)
    panels.remark(axes, "no clear answer", sum(table.unclear) / 2, ha="center")
    panels.remark(axes, "better →", 1.0, ha="right")
    panels.legend(figure, entries, LEFT, 2)
    return figure
