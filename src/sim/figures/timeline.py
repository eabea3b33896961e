"""The strip of dated events above a panel: one row per kind, and labels that never overlap."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.analysis.wording import capital
from sim.figures import style
from sim.figures.series import day

KINDS = {
    "congress": "congresses", "conference": "conferences", "dispute": "disputes",
    "levy": "membership", "famine": "famine", "policy_error": "policy errors",
}  # fmt: skip
"""Kinds of events and the names of their rows; levies and purges change the membership."""
INSTANTS = ("congress", "conference")
"""Kinds drawn as a tick, in the middle of their month; the others are spans."""
SHADED = ("dispute", "famine")
"""Kinds shaded in panels too. Levies follow one another without a gap: a shade would say nothing."""
DOTS = (0, (1, 2))
SHADE = 0.13
"""Line style of congresses and opacity of shades in panels."""
LANE = 3.4
"""Height of a row of labels, mm."""
LANES = 5
"""Rows of labels a kind may take; what does not fit shares one more row, without labels."""
SPACE = 1.5
"""Between the strip and the panel, mm."""
GAP = 1.0
"""Free space around a label, mm."""

ORDINALS = dict(zip(
    "eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth".split(),
    "VIII IX X XI XII XIII XIV XV XVI XVII XVIII".split(), strict=True,
))  # fmt: skip


@dataclass
class Mark:
    """A dated event: days from start to end, what it is called, and on which side of its bar that stands, or inside."""

    kind: str
    start: float
    end: float
    label: str
    lane: int = 0
    side: str = "right"


def marks(events: dict[str, dict[str, Any]], limits: tuple[float, float]) -> list[Mark]:
    """Return the enabled events of a scenario that touch the period, by start.

    Events of one kind in the same months share a mark and its label; spans of one name that follow
    each other without a gap are one span.
    """
    found: list[Mark] = []
    for name, event in events.items():
        if not event.get("enabled", True):
            continue
        start, end = day(event["start"]), day(event.get("end") or event["start"], end=True)
        if event["kind"] in INSTANTS:
            start = end = start + 15.0
        if end > limits[0] and start < limits[1]:
            clipped = max(start, limits[0]), min(end, limits[1])
            found.append(Mark(event["kind"], *clipped, label(name, event["kind"])))
    merged: list[Mark] = []
    for mark in sorted(found, key=lambda mark: (mark.start, mark.end)):
        if not any(_joined(other, mark) for other in merged if other.kind == mark.kind):
            merged.append(mark)
    return merged


def _joined(before: Mark, mark: Mark) -> bool:
    """Join a mark to one before it, if they go together."""
    if mark.label == before.label and mark.start <= before.end:
        before.end = max(before.end, mark.end)
        return True
    if (mark.start, mark.end) == (before.start, before.end):
        before.label += f", {mark.label}"
        return True
    return False


def label(name: str, kind: str) -> str:
    """Return a short label for an event: its name without kind and year, ordinals as Roman numerals."""
    # the row of levies is called "membership": there the word still says something
    said = () if kind == "levy" else (kind, *kind.split("_"))
    words = [word for word in re.split(r"[_\-\s]+", name) if word.lower() not in said]
    words = [word for word in words if word and not re.fullmatch(r"1[89]\d\d", word)]
    words = [ORDINALS.get(word.lower(), word) for word in words] or [KINDS.get(kind, kind)]
    return capital(" ".join(words))


def height(found: list[Mark]) -> float:
    """Return the height that a strip needs with the space under it, mm, once its labels are placed."""
    return LANE * sum(_lanes(found, kind) for kind in KINDS) + (SPACE if found else 0.0)


def arrange(found: list[Mark], limits: tuple[float, float], width: float) -> list[Mark]:
    """Give marks (by start) a lane within their kind, and labels a side, so that nothing overlaps on a width in mm."""
    per_mm = (limits[1] - limits[0]) / width
    for kind in KINDS:
        taken: list[list[tuple[float, float]]] = []
        for mark in (mark for mark in found if mark.kind == kind):
            room = (style.measure(mark.label, 7) + 2 * GAP) * per_mm
            wanted = {"right": (mark.start, mark.end + room), "left": (mark.start - room, mark.end)}
            if room <= mark.end - mark.start:
                wanted = {"inside": (mark.start, mark.end)}
            wanted = {side: s for side, s in wanted.items() if s[0] >= limits[0] and s[1] <= limits[1]}
            if not _book(mark, taken, wanted):
                mark.label = ""
        used = sum(bool(lane) for lane in taken)
        for mark in found:
            if mark.kind == kind and not mark.label:
                mark.lane, mark.side = used, ""
    return found


def _book(mark: Mark, taken: list[list[tuple[float, float]]], wanted: dict[str, tuple[float, float]]) -> bool:
    """Give a mark the first lane where it is free with its label on some side, a new one if need be."""
    for lane in range(LANES):
        if lane == len(taken):
            taken.append([])
        for side, (start, end) in wanted.items():
            if all(end <= left or start >= right for left, right in taken[lane]):
                taken[lane].append((start, end))
                mark.lane, mark.side = lane, side
                return True
    return False


def above(
    figure: Figure, found: list[Mark], limits: tuple[float, float], left: float, top: float, width: float
) -> None:
    """Draw arranged marks above a panel (in mm): spans as bars, congresses and conferences as ticks."""
    if not found:
        return
    high, per_mm = height(found), (limits[1] - limits[0]) / width
    axes = style.place(figure, left, top - high, width, high, xlim=limits, ylim=(high, 0))
    axes.axis("off")
    base = 0.0
    for kind, plural in KINDS.items():
        lanes = _lanes(found, kind)
        if lanes:
            axes.text(limits[0] - 1.5 * per_mm, base + LANE * lanes / 2, plural, fontsize=7, color=style.GREY,
                      ha="right", va="center_baseline", gid="kind")  # fmt: skip
        of_kind = [mark for mark in found if mark.kind == kind]
        middles = [base + LANE * (mark.lane + 0.5) for mark in of_kind]
        colour = style.EVENT_COLOURS[kind]
        if kind in INSTANTS:
            ticks = [(mark.start, y - 0.36 * LANE, y + 0.36 * LANE) for mark, y in zip(of_kind, middles, strict=True)]
            _rules(axes, ticks, color=colour, linewidth=1.0, clip_on=False, capstyle="round")
        else:
            # A sliver less than the span: neighbours stay apart.
            bars = [(mark.start, max(mark.end - 0.2 * per_mm, mark.start), y - 0.40 * LANE, y + 0.40 * LANE)
                    for mark, y in zip(of_kind, middles, strict=True)]  # fmt: skip
            _boxes(axes, bars, color=colour)
        for mark, y in zip(of_kind, middles, strict=True):
            _label(axes, mark, y, per_mm, colour)
        base += LANE * lanes


def shade(axes: Axes, found: list[Mark]) -> None:
    """Shade disputes and famine in a panel, and rule the congresses, behind the curves."""
    across = axes.get_xaxis_transform()
    congresses = [(mark.start, 0.0, 1.0) for mark in found if mark.kind == "congress"]
    _rules(axes, congresses, color=style.RULE, linewidth=0.6, linestyle=DOTS, zorder=0.5, transform=across)
    for kind in SHADED:
        spans = _union([(mark.start, mark.end) for mark in found if mark.kind == kind])
        boxes = [(*span, 0.0, 1.0) for span in spans]
        _boxes(axes, boxes, color=style.EVENT_COLOURS[kind], alpha=SHADE, zorder=0.4, transform=across)


def _rules(axes: Axes, rules: list[tuple[float, float, float]], **look: Any) -> None:
    """Draw upright lines, each of x, bottom and top: one artist for all, and no limit of the axes moves by them."""
    if rules:
        segments = [[(x, bottom), (x, top)] for x, bottom, top in rules]
        axes.add_collection(LineCollection(segments, **look), autolim=False)


def _boxes(axes: Axes, boxes: list[tuple[float, float, float, float]], **look: Any) -> None:
    """Fill rectangles, each of left, right, bottom and top, in the same way."""
    if boxes:
        corners = [[(x0, y0), (x0, y1), (x1, y1), (x1, y0)] for x0, x1, y0, y1 in boxes]
        axes.add_collection(PolyCollection(corners, linewidth=0, **look), autolim=False)


def _union(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Merge spans that touch, so that two famines at once are not shaded twice."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _label(axes: Axes, mark: Mark, y: float, per_mm: float, colour: str) -> None:
    if mark.label:
        x = {"left": mark.start - GAP * per_mm, "right": mark.end + GAP * per_mm, "inside": mark.start + GAP * per_mm}
        axes.text(x[mark.side], y, mark.label, fontsize=7, ha="right" if mark.side == "left" else "left",
                  color=style.on(colour) if mark.side == "inside" else "black",
                  va="center_baseline", gid="event")  # fmt: skip


def _lanes(found: list[Mark], kind: str) -> int:
    return max((mark.lane + 1 for mark in found if mark.kind == kind), default=0)


def keys(found: list[Mark]) -> list[Artist]:
    """Return the entries of a legend for what `shade` draws."""
    there = {mark.kind for mark in found}
    rules = [Line2D([], [], color=style.RULE, linewidth=0.6, linestyle=DOTS, label=KINDS["congress"])]
    shades = [
        Patch(facecolor=to_rgba(style.EVENT_COLOURS[kind], 2 * SHADE), edgecolor=style.PALE, label=KINDS[kind])
        for kind in SHADED
        if kind in there
    ]
    return [*(rules if "congress" in there else []), *shades]
