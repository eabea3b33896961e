"""Objects in memory as a notebook shows them: what they say, then a picture."""

from __future__ import annotations

import base64
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

from sim.analysis.selection import Selection
from sim.figures import curves

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.memory.live import Live, Pair


def live_html(live: Live) -> str:
    """Return a world's runs: its title, and four outcomes over time."""
    return _html(live.title, curves.page(curves.summary(live, Selection())))


def pair_html(pair: Pair) -> str:
    """Return two worlds' runs: their titles, and how one outcome went in both."""
    raise NotImplementedError


def _html(title: str, figure: Figure) -> str:
    file = BytesIO()
    figure.savefig(file, format="png", dpi=110)
    picture = base64.b64encode(file.getvalue()).decode()
    return f'<p><strong>{escape(title)}</strong></p><img alt="{escape(title)}" src="data:image/png;base64,{picture}">'
