"""Objects in memory as a notebook shows them: what they say, then a picture."""

from __future__ import annotations

import base64
from html import escape
from io import BytesIO
from typing import Protocol

from matplotlib.figure import Figure

from sim.analysis.selection import Selection
from sim.figures import comparison, curves
from sim.figures.comparison import Pairs
from sim.figures.series import Told
from sim.figures.sweeps import fans

DPI = 110
"""Of pictures: a notebook's column is some 800 points wide."""


class World(Told, Protocol):
    """A world's runs."""

    @property
    def title(self) -> str: ...  # noqa: D102


class Worlds(Pairs, Protocol):
    """Two worlds' runs, and what they say."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def main(self) -> str: ...  # noqa: D102
    def answer(self) -> list[str]: ...  # noqa: D102


def live_html(live: World) -> str:
    """Return a world's runs: its title, and four outcomes over time."""
    return _html([live.title], curves.page(curves.summary(live, Selection())))


def pair_html(pair: Worlds) -> str:
    """Return two worlds' runs: the answer, what it is of, and how the main outcome went in both."""
    return _html([*pair.answer(), pair.title], fans.draw(comparison.courses(pair, Selection(outcome=pair.main))))


def _html(lines: list[str], figure: Figure) -> str:
    file = BytesIO()
    figure.savefig(file, format="png", dpi=DPI)
    picture = base64.b64encode(file.getvalue()).decode()
    first, *rest = map(escape, lines)
    said = f"<p><strong>{first}</strong></p>" + "".join(f"<p>{line}</p>" for line in rest if line)
    return f'{said}<img alt="{first}" src="data:image/png;base64,{picture}">'
