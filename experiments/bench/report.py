"""What a measurement leaves behind: numbers with their names, the machine described, and time against size drawn."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from experiments.bench.measure import Contestant, Spread, Timing, slope
from sim.engines.engine import cores
from sim.figures import style
from sim.results.manifest import commit, versions

OUT = Path(__file__).parents[2] / "results" / "bench"


class Entry(NamedTuple):
    """One number of bench.json."""

    name: str
    median: float
    min: float
    max: float
    unit: str


def entry(name: str, spread: Spread, unit: str) -> Entry:
    """Return a spread as an entry."""
    middle, low, high = (float(f"{value:.5g}") for value in spread)
    return Entry(name, middle, low, high, unit)


def entries_table(entries: Iterable[Entry]) -> str:
    """Return all entries as Markdown."""
    rows = [f"| {e.name} | {e.median:g} | {e.min:g} | {e.max:g} | {e.unit} |" for e in entries]
    return "\n".join(["| name | median | least | greatest | unit |", "|---|--:|--:|--:|---|", *rows])


def hardware() -> dict[str, Any]:
    """Describe the machine and the code."""
    processor = platform.processor() or platform.machine()
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    return {
        "processor": processor, "cores": cores(), "memory_gib": memory, "platform": platform.platform(),
        "versions": versions(), "commit": commit(),
    }  # fmt: skip


def write_json(path: Path, document: Any) -> None:
    """Write a document."""
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


LOOKS = {
    "compiled": ("#1F3A5F", "o"), "compiled_two_threads": ("#4F8FCF", "s"), "reference": ("#B3202A", "D"),
    "mesa": ("#7A7A7A", "v"),
}  # fmt: skip
#: Height of the picture, mm.
HEIGHT = 112.0


@style.styled
def draw(timings: Sequence[Timing], every: dict[str, Contestant], folder: Path) -> list[Path]:
    """Draw seconds per run against committees, both logarithmic, with lines of slope 1 to compare with."""
    figure, frame, title = style.new(style.WIDE, HEIGHT), pd.DataFrame(timings), "Time of one run by committees"
    said = (
        f"seconds for {timings[0].months} months of a synthetic tree; median over rounds, bars from least to greatest",
        "2 threads: two runs at once. Grey lines: time proportional to size. "
        f"Compiled, 1 thread: slope {slope(timings, 'compiled').median:.2f}",
    )  # fmt: skip
    style.heading(figure, title, *said)
    top = style.head(style.WIDE, title, *said) + 2
    axes = style.place(figure, 15, top, style.WIDE - 19, HEIGHT - 13 - top, xscale="log", yscale="log")
    for name, contestant in every.items():
        of_size = frame[frame["contestant"] == name].groupby("committees")["seconds"].agg(["median", "min", "max"])
        sides = (of_size["median"] - of_size["min"], of_size["max"] - of_size["median"])
        colour, mark = LOOKS[name]
        axes.errorbar(of_size.index, of_size["median"], sides, color=colour, marker=mark, markersize=4, elinewidth=0.8,
                      capsize=2, capthick=0.8, label=contestant.label)  # fmt: skip
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
