"""Pictures of the report: as SVG that stands inside a page, small enough to be read on a telephone as they are."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.figures import panels, style

NAMES, BARS, ROW, BELOW = 25.0, 60.0, 5.2, 17.0
"""Widths of names and of bars, height of a row, room below, mm."""
HOLDS, SMALL, FAILS = "#2B6CB8", style.PALE, "#E3A018"
COLOURS = {3: (HOLDS, SMALL, FAILS), 2: (HOLDS, FAILS)}
FONT = "'DejaVu Sans', Verdana, sans-serif"
"""Verdana is as wide as the letter that pictures are set in."""


class Bar(NamedTuple):
    """A population and its shares of worlds, which add up to one: two, or three; their labels."""

    name: str
    shares: Sequence[float]
    labels: Sequence[str]


@style.styled
def draw_shares(bars: Sequence[Bar], parts: Sequence[str], decides: float) -> Figure:
    """Draw a bar for each population, the first of which decides; a line where a share is an answer."""
    colours = COLOURS[len(parts)]
    figure = style.new(NAMES + BARS + 4.0, ROW * len(bars) + BELOW)
    axes = style.place(figure, NAMES, 1.0, BARS, ROW * len(bars), xlim=(0, 100), ylim=(len(bars) - 0.5, -0.5))
    for row, bar in enumerate(bars):
        left = 0.0
        for share, label, colour in zip(bar.shares, bar.labels, colours, strict=True):
            axes.barh(row, 100 * share, 0.72, left, color=colour, linewidth=0)
            if share > 0.09:
                axes.text(left + 50 * share, row, label, ha="center", va="center_baseline", fontsize=7,
                          color=style.on(colour))  # fmt: skip
            left += 100 * share
    axes.axvline(100 * decides, color=style.NATION, linewidth=0.7, dashes=(3, 2))
    axes.set_yticks(range(len(bars)), [style.shorten(bar.name, NAMES - 3.0, 7.5) for bar in bars], fontsize=7.5)
    axes.get_yticklabels()[0].set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.set_xticks([0, 20, 40, 60, 80, 100])
    axes.set_xlabel("of 100 worlds", fontsize=7.5)
    axes.spines["left"].set_visible(False)
    named: list[Artist] = [Patch(color=colour, label=name) for name, colour in zip(parts, colours, strict=True)]
    panels.legend(figure, named, 1.0, len(parts))
    return figure


@style.styled
def svg(figure: Figure, prefix: str) -> str:
    """Return a figure as SVG with letters as letters; ids begin with a prefix, so that several stand in one page."""
    written = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(written, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return inside(written.getvalue(), prefix)


def inside(text: str, prefix: str) -> str:
    """Return an SVG file's text so that it may stand inside a page, beside others."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}-", text)
    return text.replace("'DejaVu Sans'", FONT)
