"""Pictures of the lock-in test: claims from three starts under the same drivers, where they end, and the loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from sim.figures import panels, style
from sim.inference.lockin import CONSTANT, FALLING, RISING, STARTS

if TYPE_CHECKING:
    from sim.analysis.selection import Selection
    from sim.results.readiness import LockInTest

COLOURS = dict(zip(STARTS, ("#2B6CB8", "#777777", "#B3202A"), strict=True))
"""Of a start at few claims, between, and at many."""
WORDS = {"constant": "Threat as in 1928", "quiet": "Less threat", "alarm": "More threat"}
HIGH, GAP, LEFT = 44.0, 13.0, 12.0
BINS = [at / 20 for at in range(21)]


def table(found: LockInTest, selection: Selection) -> LockInTest:
    """Return what is drawn: all of it."""
    return found


@style.styled
def draw(found: LockInTest) -> Figure:
    """Draw courses and ends under constant drivers, and the loop under slow ones."""
    drawn, top = style.headed(
        "Claims of the centre from three starts, under the same drivers for sixty years",
        "Middle world, and eight worlds in ten; in the second row, how many stand where in the last five years",
        f"{found.manifest['draws']} draws, {found.manifest['population']}", room=3 * (HIGH + GAP) + 22.0,
    )  # fmt: skip
    courses, ends = found.frame("courses"), found.frame("draws")
    wide = (style.WIDE - LEFT * 3) / 3
    most = max(np.histogram(ends[f"from_{start:g}"].dropna()[ends["drivers"] == drivers], BINS)[0].max()
               for start in STARTS for drivers in CONSTANT)  # fmt: skip
    for column, drivers in enumerate(CONSTANT):
        left = LEFT + column * (wide + LEFT - 2.0)
        axes = style.place(drawn, left, top + 6.0, wide, HIGH)
        for start in STARTS:
            one = courses[(courses["drivers"] == drivers) & np.isclose(courses["start"], start)]
            x = one["month"].str[:4].astype(int).to_numpy()
            axes.fill_between(x, one["p10"], one["p90"], color=COLOURS[start], alpha=0.15, linewidth=0)
            panels.line(axes, x, one["p50"].to_numpy(), COLOURS[start], 1.5)
        level = courses.loc[courses["drivers"] == drivers, "threat"].iloc[0]
        axes.set_title(f"{WORDS[drivers]}: {level:g}")
        axes.set_ylim(0, 1)
        axes.set_xticks([1930, 1950, 1970, 1990])
        below = style.place(drawn, left, top + 6.0 + HIGH + GAP, wide, HIGH)
        some = ends[ends["drivers"] == drivers]
        for start in STARTS:
            below.hist(some[f"from_{start:g}"], BINS, histtype="step", color=COLOURS[start], linewidth=1.3)
        below.set_xlim(0, 1)
        below.set_ylim(0, 1.05 * most)
        below.set_xlabel("share claimed at the end")
        if not column:
            axes.set_ylabel("share of vacancies claimed")
            below.set_ylabel("worlds")
    _loop(drawn, found, top + 14.0 + 2 * (HIGH + GAP))
    entries: list[Artist] = [panels.stroke(colour, 1.5, f"begun with {start:g} claimed")
                             for start, colour in COLOURS.items()]  # fmt: skip
    panels.legend(drawn, entries, LEFT, 3)
    return drawn


def _loop(drawn: Figure, found: LockInTest, top: float) -> None:
    """Draw claims against threat, as it rises from few claims and falls from many; and the gap at one half."""
    courses, ramps = found.frame("courses"), found.frame("ramps")
    axes = style.place(drawn, LEFT, top, 70.0, HIGH)
    for drivers, start in ((RISING, STARTS[0]), (FALLING, STARTS[-1])):
        one = courses[(courses["drivers"] == drivers) & np.isclose(courses["start"], start)]
        axes.fill_between(one["threat"], one["p10"], one["p90"], color=COLOURS[start], alpha=0.15, linewidth=0)
        panels.line(axes, one["threat"].to_numpy(), one["p50"].to_numpy(), COLOURS[start], 1.5)
        middle = one.iloc[(one["threat"] - 0.5).abs().argmin()]
        axes.annotate({RISING: "rising \u2192", FALLING: "\u2190 falling"}[drivers], (middle["threat"], middle["p50"]),
                      (0, 4 if drivers == RISING else -12), textcoords="offset points", color=COLOURS[start],
                      ha="center")  # fmt: skip
    axes.set_title("The loop: threat rises, or falls, in sixty years")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel("threat")
    axes.set_ylabel("share of vacancies claimed")
    beside = style.place(drawn, LEFT + 86.0, top, style.WIDE - LEFT - 90.0, HIGH)
    beside.hist(ramps["half"].dropna(), 21, color="#B8B8B8")
    panels.nought(beside, "x", zorder=3)
    beside.set_title("At a threat of one half: falling less rising")
    beside.set_xlabel("difference in the share claimed")
    beside.set_ylabel("worlds")
