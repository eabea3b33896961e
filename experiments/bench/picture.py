"""Time against size for every contestant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from experiments.bench.measure import Contestant, Spread, Timing, slope
from sim.figures import style

LOOKS = {
    "compiled": ("#1F3A5F", "o"), "compiled_two_threads": ("#4F8FCF", "s"), "reference": ("#B3202A", "D"),
    "mesa": ("#7A7A7A", "v"),
}  # fmt: skip
#: Height of the picture, mm.
HEIGHT = 112.0


@style.styled
def draw(timings: Sequence[Timing], every: dict[str, Contestant], folder: Path) -> list[Path]:
    """Draw seconds per run against committees, both logarithmic, with lines of slope 1 to compare with."""
    figure = style.new(style.WIDE, HEIGHT)
    style.heading(
        figure, "Time of one run against the number of committees",
        f"seconds for {timings[0].months} months of a synthetic tree; median over rounds, bars from least to greatest",
        "2 threads: two runs at once. Grey lines: time proportional to size. "
        f"Compiled, 1 thread: slope {slope(timings, 'compiled').median:.2f}",
    )  # fmt: skip
    top = style.head(2) + 2
    axes = style.place(figure, 15, top, style.WIDE - 19, HEIGHT - 13 - top, xscale="log", yscale="log")
    for name, contestant in every.items():
        of_size: dict[int, list[float]] = {}
        for timing in timings:
            if timing.contestant == name:
                of_size.setdefault(timing.committees, []).append(timing.seconds)
        spreads = np.array([Spread.of(values) for values in of_size.values()])
        colour, mark = LOOKS[name]
        axes.errorbar(list(of_size), spreads[:, 0], np.abs(spreads[:, 1:] - spreads[:, :1]).T, color=colour,
                      marker=mark, markersize=4, elinewidth=0.8, capsize=2, capthick=0.8,
                      label=contestant.label)  # fmt: skip
    axes.set(xlabel="committees", ylabel="seconds per run")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.set_minor_formatter(NullFormatter())
    axes.grid(which="major")
    _guides(axes)
    axes.legend(loc="lower right", frameon=False)
    return style.save(figure, folder, "scaling", svg=True)


def _guides(axes: Axes) -> None:
    """Draw lines of slope 1 through the whole picture, without moving its limits."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x = np.array([left, right])
    for power in range(int(np.floor(np.log10(bottom / right))), int(np.ceil(np.log10(top / left))) + 1):
        axes.plot(x, x * 10.0**power, color=style.PALE, linewidth=0.8, linestyle="--", zorder=0)
    axes.set(xlim=(left, right), ylim=(bottom, 1.6 * top))
