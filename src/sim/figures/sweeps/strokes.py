"""How the options of a lever are drawn: colours, lines, marks, and the entries of legends that all pictures share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.figures import panels

if TYPE_CHECKING:
    from sim.experiment.experiment import Factor

OPTIONS = ("#222222", "#A0459C", "#E8590C", "#2355E0", "#339970")
"""Colours of a lever's options, the baseline first; more options than these take a ramp."""
MARKERS = ("o", "s", "D", "^", "v")
RAMP = ("#6D0156", "#4A30B6", "#00629C", "#007876", "#4C8100", "#B57433", "#E96669", "#F16AAC")
"""From dark to light, through hues that lie far apart: with the baseline nine options are told apart, by every eye."""
DASHED = (0.0, (4.0, 2.5))
"""Of the baseline, which lies on top: what it hides is seen through its gaps."""
BANDED = 4
"""Options that have bands of their own; with more the bands would hide each other, and the baseline alone has one."""
STRIP = "#E2E2E2"
"""What is smaller than the smallest effect of interest: grey without an edge, as bands have one."""


def colours(lever: Factor | None) -> list[str]:
    """Return a colour for each option of a lever."""
    count = len(lever.options) if lever else 1
    if count <= len(OPTIONS):
        return list(OPTIONS[:count])
    if count - 1 <= len(RAMP):
        return [OPTIONS[0], *(RAMP[at] for at in np.linspace(0, len(RAMP) - 1, count - 1).round().astype(int))]
    ramp = LinearSegmentedColormap.from_list("options", RAMP)
    return [OPTIONS[0], *(to_hex(ramp(share)) for share in np.linspace(0.0, 1.0, count - 1))]


@dataclass(frozen=True)
class Stroke:
    """How an option's line is drawn, so that it is seen where it lies on another's."""

    colour: str
    width: float
    dashes: panels.Dashes
    order: float


def strokes(lever: Factor | None) -> list[Stroke]:
    """Return a line for each option: each narrower than the one below it, the baseline's dashed and on top."""
    shades = colours(lever)
    if len(shades) == 1:
        return [Stroke(shades[0], 1.3, "-", 3.0)]
    # Of many lines wide ones would hide more than they show.
    step = min(0.8, 2.6 / len(shades)) if len(shades) <= len(OPTIONS) else 0.0
    rest = enumerate(reversed(shades[1:]))
    above = [Stroke(shade, 1.25 + step * under, "-", 3.4 - 0.01 * under) for under, shade in rest]
    return [Stroke(shades[0], 1.0, DASHED, 3.5), *reversed(above)]


def drawn(stroke: Stroke, label: str, marker: str = "") -> Line2D:
    """Return the entry of a legend for an option's line."""
    entry = panels.stroke(stroke.colour, stroke.width, label, marker)
    entry.set_linestyle(stroke.dashes)
    return entry


def band(label: str, colour: str = "#777777") -> Patch:
    """Return the entry of a legend for a band, which has edges."""
    return Patch(facecolor=to_rgba(colour, 0.2), edgecolor=colour, linewidth=0.6, label=label)


def strip() -> Patch:
    """Return the entry of a legend for what is smaller than the smallest effect of interest."""
    return Patch(color=STRIP, linewidth=0, label="smaller than is of interest")


def marker(place: int) -> str:
    """Return the mark of an option by its number."""
    return MARKERS[place % len(MARKERS)]
