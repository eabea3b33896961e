"""How often one policy does better, worse, or as well, by class: the picture of results/answer.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.analysis.wording import capital
from sim.figures import panels, style
from sim.registry.entries import CLASSES

LEFT, WIDTH, GAP, TALL, BETWEEN = 22.0, 70.0, 8.0, 22.0, 9.0
"""Left margin, width of a panel, between two; height of a panel, between two; mm."""
SHADES = (style.INSTALLED_COLOURS["appointed"], style.PALE, style.INSTALLED_COLOURS["elected"])
"""Of the shares behind, of no difference, and ahead."""
ROOM = 0.05
"""Share from which a part of a bar has room for its number."""


class Ahead(NamedTuple):
    """Shares of simulated pasts, class by class, in each of which a policy is behind, level, or ahead."""

    shares: Mapping[str, Sequence[tuple[float, float, float]]]  # by what it is set against: ahead, level, behind
    at_all: Mapping[str, Sequence[float]]  # the same, ahead by however little
    said: str  # under the heading
    least: str  # nearer than which is level
    what: str = "election"


@style.styled
def draw(table: Ahead) -> Figure:
    """Draw a panel an alternative, two in a row; in each a bar a class."""
    down = -(-len(table.shares) // 2)
    heading = f"{capital(table.what)} worse, no different, or better, by class of guberniia"
    figure, top = style.headed(heading, table.said, room=down * (TALL + BETWEEN) + 21.0)
    for place, name in enumerate(table.shares):
        left, below = LEFT + (WIDTH + GAP) * (place % 2), top + 6.0 + (TALL + BETWEEN) * (place // 2)
        axes = style.place(figure, left, below, WIDTH, TALL, xlim=(0, 100), ylim=(len(CLASSES) - 0.5, -0.5))
        axes.set_title(f"than {name}", fontsize=8)
        _bars(axes, table.shares[name], table.at_all[name])
        axes.set_yticks(range(len(CLASSES)), [style.SCOPE_LABELS[scope] for scope in CLASSES] if not place % 2 else [])
        axes.tick_params(axis="y", length=0)
        if place // 2 < down - 1:
            axes.tick_params(axis="x", labelbottom=False)
        else:
            axes.set_xlabel("of 100 simulated pasts")
    beyond = f"by more than {table.least}"
    words = (f"worse {beyond}", "no different: nearer than that", f"better {beyond}")
    entries: list[Artist] = [Patch(color=shade, label=word) for shade, word in zip(SHADES, words, strict=True)]
    said = "left of it worse, right of it better, by however little"
    entries.append(panels.stroke("black", 1.2, said, "|", linestyle=""))
    panels.legend(figure, entries, LEFT, 2)
    return figure


def _bars(axes: Axes, shares: Sequence[tuple[float, float, float]], at_all: Sequence[float]) -> None:
    for row, (parts, ahead) in enumerate(zip(shares, at_all, strict=True)):
        begin = 0.0
        for share, shade in zip(reversed(parts), SHADES, strict=True):
            axes.barh(row, 100 * share, left=begin, height=0.74, color=shade, linewidth=0)
            if share >= ROOM:
                # of no difference at the right, clear of the stroke
                at = begin + (100 * share - 4 if shade == style.PALE else 50 * share)
                axes.text(at, row, f"{100 * share:.0f}", color=style.on(shade), fontsize=7, ha="center", va="center")
            begin += 100 * share
        axes.plot([100 * (1 - ahead)] * 2, [row - 0.37, row + 0.37], color="black", linewidth=1.2)
    axes.axvline(50, color=style.GREY, linewidth=0.6, linestyle=(0, (2, 2)), zorder=0.5)
