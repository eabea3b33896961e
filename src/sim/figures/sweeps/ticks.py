"""Ticks of narrow axes of numbers: a few round ones, on both sides of nought, labelled as far as there is room."""

from __future__ import annotations

import math

from matplotlib.axes import Axes

from sim.figures import style

LEAST, MOST = 3, 8
"""Ticks at least and at most; labels are fewer where they would touch."""
APART = 0.8
"""Space between two labels at least, mm."""
ROUND = (5.0, 2.5, 2.0, 1.0)


def numbers(axes: Axes, width: float, size: float = 7.0) -> None:
    """Set the ticks of a horizontal axis, `width` mm wide, within its limits as they are."""
    low, high = sorted(axes.get_xlim())
    at = places(low, high, max(LEAST, min(MOST // 2, int(width / 25.0))))
    texts = [f"{value:g}".replace("-", "\u2212") for value in at]
    # Nought and the ends first: they tell the scale.
    order = sorted(range(len(at)), key=lambda place: (at[place] != 0, place not in (0, len(at) - 1), place))
    taken: list[tuple[float, float]] = []
    shown = [""] * len(at)
    for place in order:
        centre = (at[place] - low) / (high - low) * width
        half = style.measure(texts[place], size) / 2
        if all(centre + half + APART <= begin or end + APART <= centre - half for begin, end in taken):
            taken.append((centre - half, centre + half))
            shown[place] = texts[place]
    axes.set_xticks(at, shown, fontsize=size)


def places(low: float, high: float, least: int = LEAST) -> list[float]:
    """Return round numbers between two limits: so many at least, and if nought lies between them some to each side.

    A side that is too short for that among `MOST` ticks has none.
    """
    begin = math.floor(math.log10(high - low))
    found: list[float] = []
    for step in (part * 10.0**exponent for exponent in range(begin, begin - 3, -1) for part in ROUND):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first >= MOST:
            break
        here = [float(f"{place * step:.9g}") for place in range(first, last + 1)]
        if len(here) >= least and (not low < 0.0 < high or here[0] < 0.0 < here[-1]):
            return here
        if len(found) < least:
            found = here
    return found
