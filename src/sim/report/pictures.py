"""Pictures of the report: as SVG that stands inside a page, small enough to be read on a telephone as they are."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.figures import panels, style

NAMES, BARS, ROW, ABOVE, GAP, BELOW = 25.0, 60.0, 5.2, 3.2, 3.4, 17.0
"""Widths of names and of bars, heights of a row and of a line above rows, room about such lines and below, mm."""
LETTERS = 64
"""Of a line above rows."""
COLOURS: Mapping[str, str] = {
    "as claimed": "#2B6CB8", "too small to count": style.PALE, "the opposite": "#E3A018", "not as claimed": "#6E6E75",
}  # fmt: skip
FONT = "'DejaVu Sans', Verdana, sans-serif"
"""Verdana is as wide as the letter that pictures are set in."""
WHITE, GAPS = 250, 60
"""From which brightness on nothing is drawn; how many gaps would fill a picture's width, at which one is cut."""
SHADES = 64
"""Colours of a picture of dots that goes along: with so few it looks the same and is a third as large."""


class Bar(NamedTuple):
    """A population, or one of many cases, and its shares of worlds, which add up to one; their labels."""

    name: str
    shares: Sequence[float]
    labels: Sequence[str]


class Group(NamedTuple):
    """The bars of a number: what stands above them, kinds and names of their parts, whether the first one decides."""

    head: str
    kinds: Sequence[str]
    names: Sequence[str]
    bars: Sequence[Bar]
    decides: bool = True


@style.styled
def draw_shares(groups: Sequence[Group], decides: float) -> Figure:
    """Draw a bar for each population of each number, the first of which decides; a line where a share is an answer."""
    heads = [textwrap.wrap(group.head, LETTERS) for group in groups]
    rooms = [ROW * len(group.bars) + (ABOVE * len(head) + GAP if head else 0.0)
             for group, head in zip(groups, heads, strict=True)]  # fmt: skip
    kinds = {kind: name for group in groups for kind, name in zip(group.kinds, group.names, strict=True)}
    figure = style.new(NAMES + BARS + 4.0, sum(rooms) + BELOW + (ROW if len(kinds) > 3 else 0.0))
    top = 1.0
    for group, head, room in zip(groups, heads, rooms, strict=True):
        above = room - ROW * len(group.bars)
        axes = style.place(figure, NAMES, top + above, BARS, ROW * len(group.bars), xlim=(0, 100),
                           ylim=(len(group.bars) - 0.5, -0.5))  # fmt: skip
        if head:
            style.write(figure, "\n".join(head), 1.0, top + GAP / 2, fontsize=7)
        _bars(axes, group, decides, last=group is groups[-1])
        top += room
    named: list[Artist] = [Patch(color=colour, label=kinds[kind]) for kind, colour in COLOURS.items() if kind in kinds]
    panels.legend(figure, named, 1.0, len(named) if len(named) < 4 else 2)
    return figure


def _bars(axes: Axes, group: Group, decides: float, last: bool) -> None:
    for row, bar in enumerate(group.bars):
        left = 0.0
        for share, label, kind in zip(bar.shares, bar.labels, group.kinds, strict=True):
            axes.barh(row, 100 * share, 0.72, left, color=COLOURS[kind], linewidth=0)
            if share > 0.09:
                axes.text(left + 50 * share, row, label, ha="center", va="center_baseline", fontsize=7,
                          color=style.on(COLOURS[kind]))  # fmt: skip
            left += 100 * share
    axes.axvline(100 * decides, color=style.NATION, linewidth=0.7, dashes=(3, 2))
    axes.set_yticks(range(len(group.bars)), [style.shorten(bar.name, NAMES - 3.0, 7.5) for bar in group.bars],
                    fontsize=7.5)  # fmt: skip
    if group.decides:
        axes.get_yticklabels()[0].set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.set_xticks([0, 20, 40, 60, 80, 100])
    axes.tick_params(axis="x", labelbottom=last, length=2 if last else 0)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(last)
    if last:
        axes.set_xlabel("of 100 worlds", fontsize=7.5)


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
    text = re.sub(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), text)
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}-", text)
    return text.replace("'DejaVu Sans'", FONT)


def pieces(png: bytes, tallest: float) -> list[bytes]:
    """Return a picture of dots in pieces of at most so much height over width, cut where nothing is drawn."""
    from PIL import Image

    drawn = Image.open(io.BytesIO(png)).convert("RGB")
    blank = (np.asarray(drawn) >= WHITE).all(axis=(1, 2))
    ends = np.flatnonzero(np.diff(np.concatenate([[False], blank, [False]]))).reshape(-1, 2)
    gaps = [int(begin + end) // 2 for begin, end in ends if end - begin >= drawn.width / GAPS]
    cuts = [0]
    while drawn.height - cuts[-1] > tallest * drawn.width:
        within = [gap for gap in gaps if cuts[-1] < gap <= cuts[-1] + tallest * drawn.width]
        if not within:
            return [png]
        cuts.append(within[-1])
    found = list[bytes]()
    for top, bottom in pairwise([*cuts, drawn.height]):
        written = io.BytesIO()
        drawn.crop((0, top, drawn.width, bottom)).save(written, "PNG", optimize=True)
        found.append(written.getvalue())
    return found if found[1:] else [png]


def lighter(png: bytes) -> bytes:
    """Return a picture of dots in few colours, if that makes it smaller."""
    from PIL import Image

    written = io.BytesIO()
    drawn = Image.open(io.BytesIO(png)).convert("RGB")
    drawn.quantize(SHADES, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return min(png, written.getvalue(), key=len)
