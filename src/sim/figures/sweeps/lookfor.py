"""What to look for in the archive: how much figures would explain of what is open, and what their values would say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.selection import Selection
from sim.analysis.sweep import Sweep
from sim.analysis.wording import capital, hundred
from sim.figures import panels, style
from sim.figures.sweeps import common, strokes
from sim.inference import lookfor_told as told
from sim.inference.lookfor import RELIABILITIES, Answer, Look, Worth, lookfor

ROWS = 12
"""Figures on a page, at most."""
LEFT, BETWEEN, RIGHT = 78.0, 8.0, 4.0
"""Room for names, between panels and beside them; mm."""
ROW, EDGE, FOOT = 8.0, 3.0, 30.0
"""Heights of a row, of what is above and below rows, of axes and legend; mm."""
INK, LIGHT = "#2355E0", "#8FA8EE"
LOW, HIGH = "#E8590C", "#339970"
"""Colours of what a figure explains, and of its lowest and highest third."""


class Found(NamedTuple):
    """What to look for, and what is said over it."""

    said: common.Said
    look: Look


def table(sweep: Sweep, selection: Selection) -> Found:
    """Return what observables would teach about effects of a lever's options."""
    lever = selection.lever
    assert lever is not None
    option = lever.options[selection.options[0]].value if len(selection.options) == 1 else None
    look = lookfor(sweep, lever.name, option, None, selection.outcome, selection.scope, selection.horizon)
    said = common.said(sweep, selection.horizon, None)
    return Found(said._replace(title=f"Of the sweep: {said.title}", notes=told.where(look)), look)


@style.styled
def draw(table: Found) -> list[Figure]:
    """Draw a page for each question: a row a figure, what it explains on the left, thirds on the right."""
    return [_page(table, answer) for answer in table.look.answers]


def _page(table: Found, answer: Answer) -> Figure:
    worths = answer.worths[:ROWS]
    tall = ROW * max(len(worths), 1) + 2 * EDGE
    line = (f"{capital(told.ahead(answer.question))} in {hundred(answer.share)} of 100 worlds, of "
            f"{answer.draws:,} {table.look.population}")  # fmt: skip
    page, top = table.said.page(f"What to look for: {told.named(answer.question)}", line, room=tall + FOOT)
    top, wide = top + 6.0, (style.WIDE - LEFT - BETWEEN - RIGHT) / 2
    share, thirds = (style.place(page, LEFT + at * (wide + BETWEEN), top, wide, tall) for at in range(2))
    names = ["\n".join([*style.wrap(one.observable.meaning, LEFT - 6.0, 5.8), one.observable.name]) for one in worths]
    for axes in (share, thirds):
        axes.set_ylim(len(worths) - 0.5 + EDGE / ROW, -0.5 - EDGE / ROW)
        axes.set_yticks(range(len(worths)), names, fontsize=5.5)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", labelsize=7)
    thirds.tick_params(labelleft=False)
    _shares(share, answer, worths)
    _thirds(thirds, answer, worths)
    common.few_ticks(share, wide)
    common.few_ticks(thirds, wide)
    panels.legend(page, _entries(answer), 2.0, 3)
    return page


def _shares(axes: Axes, answer: Answer, worths: tuple[Worth, ...]) -> None:
    """Draw what figures explain at each reliability, and as expected; what luck would have is grey."""
    axes.axvspan(0.0, answer.luck, color=strokes.STRIP, linewidth=0, zorder=0.2)
    for row, one in enumerate(worths):
        axes.plot(one.explains, [row] * len(one.explains), "-", color=LIGHT, linewidth=1.6, zorder=2)
        axes.plot(one.explains, [row] * len(one.explains), "o", color=LIGHT, markersize=3.2, zorder=2.5)
        axes.plot([one.expected], [row], "D", color=INK, markersize=4.4, zorder=3)
    axes.set_xlim(0.0, 1.08 * max([answer.luck, 0.05, *(one.explains[0] for one in worths)]))
    axes.set_xlabel("share of what is open that it explains", fontsize=6.5)


def _thirds(axes: Axes, answer: Answer, worths: tuple[Worth, ...]) -> None:
    """Draw the share of draws in which the option is ahead, by thirds of each figure."""
    axes.axvline(answer.share, color="#444444", linewidth=0.6, zorder=1)
    for row, one in enumerate(worths):
        if np.isfinite(one.ahead).all():
            axes.plot([min(one.ahead), max(one.ahead)], [row, row], "-", color=strokes.STRIP, linewidth=2.2, zorder=1.5)
        for marker, colour, value in zip("vo^", (LOW, style.GREY, HIGH), one.ahead, strict=True):
            axes.plot([value], [row], marker, color=colour, markersize=4.6, zorder=3)
    axes.set_xlim(-0.03, 1.03)
    axes.set_xlabel(f"share of worlds: {told.ahead(answer.question)}", fontsize=6.5)


def _entries(answer: Answer) -> list[Artist]:
    reliabilities = ", ".join(f"{value:g}" for value in reversed(RELIABILITIES))
    return [
        panels.stroke(INK, 0.0, "as reliable as expected", "D"),
        panels.stroke(LIGHT, 1.6, f"at reliability {reliabilities}", "o"),
        panels.stroke(strokes.STRIP, 4.0, "no more than luck"),
        panels.stroke(LOW, 0.0, "in the lowest third, were it free of error", "v"),
        panels.stroke(style.GREY, 0.0, "middle third", "o"), panels.stroke(HIGH, 0.0, "highest third", "^"),
        panels.stroke("#444444", 0.6, "in all worlds"),
    ]  # fmt: skip
