"""Where two worlds part, in pictures: how far apart they are, who passed it to whom, and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.analysis.divergence.distance import VISIBLE, MonthRow
from sim.analysis.divergence.folder import DivergenceFolder
from sim.analysis.selection import Selection
from sim.figures import panels, style
from sim.figures.series import day, middle
from sim.registry.entries import SCOPES

LEFT, BETWEEN, TALL, GAP = 18.0, 23.0, 42.0, 13.0
WIDTH = (style.WIDE - LEFT - BETWEEN - 3.0) / 2
#: Months before the worlds begin to part that are shown too.
LEAD = 3
#: Title, unit, and a row's value; shares have no scale beyond 1.
PANELS: tuple[tuple[str, str, Callable[[MonthRow], float]], ...] = (
    ("Something has happened in one world only", "share of committees", lambda row: row.parted / row.committees),
    (f"Performance or conflict over {VISIBLE} apart", "share of committees", lambda row: row.visible / row.committees),
    ("Seats held by different persons", "share of seats", lambda row: row.seats_differ / row.seats),
    ("RMS difference in performance", "share", lambda row: row.rms_performance),
)


def described(traced: DivergenceFolder) -> tuple[str, str]:
    """Return the lines under a title: the two worlds, and which accidents they share."""
    record, found = traced.record, traced.divergence
    uezds = sum(place.parent >= 0 for place in found.places)
    worlds = " · ".join(f"{name}: {title}" for name, title in zip("AB", traced.titles, strict=True))
    places = f"{len(found.places) - uezds} guberniias" + (f", {uezds} uezds" if uezds else "")
    return worlds, f"One replicate, number {record['replicate']} of seed {record['seed']} · {places}"


class Spread(NamedTuple):
    """How far two worlds are apart: what is said of them, months that are shown, and a row per month and scope."""

    lines: tuple[str, ...]
    months: Sequence[str]
    rows: list[MonthRow]


def table(traced: DivergenceFolder, selection: Selection) -> Spread:
    """Return how far two worlds are apart from shortly before they part, nation and classes."""
    found = traced.divergence
    shown = found.months[max(found.began - LEAD, 0) :]
    rows = [row for row in found.spread.rows() if row.level == "all" and row.month in shown]
    return Spread(described(traced), shown, rows)


@style.styled
def draw(table: Spread) -> Figure:
    """Draw how far two worlds are apart, month by month, nation and classes."""
    shown, rows = table.months, table.rows
    limits = day(shown[0]), day(shown[-1], end=True)
    scopes = [scope for scope in SCOPES if any(row.scope == scope for row in rows)]
    drawn, top = style.headed("How far two worlds part", *table.lines, room=2 * TALL + GAP + 21.0)
    top += 6.0
    x = middle(pd.DatetimeIndex(shown))
    for at, (title, unit, value) in enumerate(PANELS):
        left, high = LEFT + (at % 2) * (WIDTH + BETWEEN), top + (at // 2) * (TALL + GAP)
        axes = style.place(drawn, left, high, WIDTH, TALL)
        for scope in reversed(scopes):  # the nation on top
            y = np.array([value(row) for row in rows if row.scope == scope])
            panels.line(axes, x, y, style.SCOPE_COLOURS[scope], 1.8 if scope == "nation" else 1.2)
        panels.time_axis(axes, limits, 6)
        panels.scale([axes], 0.0, 1.0)
        # what cannot be seen is drawn as what it is: a line at the foot
        axes.set_ylim(0.0, max(axes.get_ylim()[1], VISIBLE) if axes.dataLim.y1 > 0.0 else 1.0)
        panels.unit(axes, unit, WIDTH)
        axes.set_title(title)
    size = {row.scope: row.committees for row in rows}
    entries = [panels.stroke(style.SCOPE_COLOURS[s], 1.8, f"{style.SCOPE_LABELS[s]} ({size[s]})") for s in scopes]
    panels.legend(drawn, list(entries), LEFT, 5)
    return drawn
