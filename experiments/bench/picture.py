"""Two pictures: time against size for every contestant, and where the compiled engine's time goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, NullFormatter

from experiments.bench.contest import Contestant, Spread
from experiments.bench.scaling import Point, curve, slope
from sim.figures import style

COLOURS = {
    "compiled": "#1F3A5F", "compiled_two_threads": "#4F8FCF", "reference": "#B3202A",
    "mesa": "#7A7A7A",
}  # fmt: skip
#: Height of the picture, mm, and size of the lines' names.
HEIGHT, LABEL = 112.0, 8.0
MARKS = {"compiled": "o", "compiled_two_threads": "s", "reference": "D", "mesa": "v"}


@style.styled
def draw_scaling(points: Sequence[Point], every: dict[str, Contestant], folder: Path) -> list[Path]:
    """Draw seconds per run against committees, both logarithmic, with lines of slope 1 to compare with."""
    figure = style.new(style.WIDE, HEIGHT)
    months = next(p.months for p in points if p.against == "committees")
    fitted = slope(points, "compiled", "committees").median
    style.heading(
        figure, "Time of one run against the number of committees",
        f"seconds for {months} months of a synthetic tree; median over rounds, bars from least to greatest",
        f"2 threads: two runs at once. Grey lines: time proportional to size. Compiled, 1 thread: slope {fitted:.2f}",
    )  # fmt: skip
    top = style.head(2) + 2
    axes = style.place(figure, 15, top, style.WIDE - 54, HEIGHT - 13 - top, xscale="log", yscale="log")
    ends = []
    for name, contestant in every.items():
        if its := curve(points, name, "committees"):
            _line(axes, name, its)
            ends.append((its[-1][0], its[-1][1].median, contestant.label, COLOURS[name]))
    axes.set_xlabel("committees")
    axes.set_ylabel("seconds per run")
    _plain(axes.xaxis)
    _plain(axes.yaxis)
    axes.grid(which="major")
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, 1.6 * top)
    _guides(axes)
    _label(axes, ends)
    return style.save(figure, folder, "scaling")


def _line(axes: Axes, name: str, its: Sequence[tuple[float, Spread]]) -> None:
    sizes, middle = [size for size, _ in its], np.array([spread.median for _, spread in its])
    errors = np.array([[spread.median - spread.low, spread.high - spread.median] for _, spread in its]).T
    axes.errorbar(sizes, middle, errors, color=COLOURS[name], marker=MARKS[name], markersize=4, elinewidth=0.8,
                  capsize=2, capthick=0.8)  # fmt: skip


def _guides(axes: Axes) -> None:
    """Draw lines of slope 1 through the whole picture, without moving its limits."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x = np.array([left, right])
    for power in range(int(np.floor(np.log10(bottom / right))), int(np.ceil(np.log10(top / left))) + 1):
        axes.plot(x, x * 10.0**power, color=style.PALE, linewidth=0.8, linestyle="--", zorder=0)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def _label(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Name each line at its last point, in the right half beside it, else above; names that meet are stacked."""
    low, high = np.log10(axes.get_ylim())
    height = style.measure("x", LABEL) * 2.2 * (high - low) / axes.get_position().height / HEIGHT
    edge = max(x for x, *_ in ends)
    below: dict[float, float] = {}
    for x, y, text, colour in sorted(ends, key=lambda end: end[1]):
        beside = x > 0.05 * edge
        at = below[x] = max(float(np.log10(y)) + (0.0 if beside else height), below.get(x, -1e9) + height)
        axes.annotate(text, (x, 10.0**at), xytext=(7 if beside else -4, 0), textcoords="offset points", va="center",
                      ha="left" if beside else "right", color=colour, fontweight="bold", fontsize=LABEL,
                      annotation_clip=False)  # fmt: skip


def _plain(axis: Axis) -> None:
    """Write powers of ten as plain numbers."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


@style.styled
def draw_phases(phases: dict[str, Spread], folder: Path) -> list[Path]:
    """Draw ns per committee-month by phase of the month, the first on top."""
    height = 30 + 6.0 * len(phases)
    figure = style.new(style.WIDE, height)
    total = sum(spread.median for spread in phases.values())
    style.heading(
        figure, "Where the compiled engine's time goes",
        f"ns per committee and month, historical world, one thread; together {total:.0f}; bars from least to greatest",
    )  # fmt: skip
    axes = style.place(figure, 48, style.head(1) + 2, style.WIDE - 70, height - style.head(1) - 14)
    names = list(phases)
    middle = np.array([phases[name].median for name in names])
    errors = np.array([[s.median - s.low, s.high - s.median] for s in phases.values()]).T
    axes.barh(range(len(names)), middle, xerr=errors, color=COLOURS["compiled_two_threads"], height=0.7,
              error_kw={"elinewidth": 0.8, "ecolor": style.NATION})  # fmt: skip
    for row, spread in enumerate(phases.values()):
        axes.annotate(f"{spread.median:.0f}  ({spread.median / total:.0%})", (spread.high, row), xytext=(4, 0),
                      textcoords="offset points", va="center")  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.18 * max(spread.high for spread in phases.values()))
    axes.set_xlabel("ns per committee and month")
    return style.save(figure, folder, "phases")
