"""What a measurement leaves behind: tables for readers and programs, and the machine described."""

from __future__ import annotations

import csv
import json
import os
import platform
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from experiments.bench.contest import Contestant, Spread, Timing, ratio, seconds
from experiments.bench.scaling import Point, slope
from sim.engines.engine import cores
from sim.results.manifest import commit, versions


class Entry(NamedTuple):
    """One number of bench.json."""

    name: str
    median: float
    min: float
    max: float
    unit: str


def entry(name: str, spread: Spread, unit: str, factor: float = 1.0) -> Entry:
    """Return a spread as an entry."""
    middle, low, high = (float(f"{value * factor:.5g}") for value in spread)
    return Entry(name, middle, low, high, unit)


def contest_entries(timings: list[Timing], every: dict[str, Contestant], committee_months: int) -> list[Entry]:
    """Return the ratios of the contest, and each contestant's times."""
    ratios = {
        "compiled_over_reference": ratio(timings, "reference", "compiled"),
        "compiled_over_reference_with_events": ratio(timings, "reference", "compiled", events=True),
        "compiled_over_peer": ratio(timings, "mesa", "compiled"),
        "two_threads_over_one": ratio(timings, "compiled", "compiled_two_threads"),
    }
    for slow, name in (("reference", "reference"), ("mesa", "peer")):
        ratios[f"compiled_over_{name}_by_processor_time"] = ratio(timings, slow, "compiled", of_processor=True)
    entries = [entry(name, spread, "times") for name, spread in ratios.items()]
    for name in every:
        spread = Spread.of(seconds(timings, name))
        entries.append(entry(f"run_{name}", spread, "s"))
        entries.append(entry(f"ns_per_committee_month_{name}", spread, "ns", 1e9 / committee_months))
    return entries


def scaling_entries(points: Sequence[Point]) -> list[Entry]:
    """Return slopes, and the time per replicate of sweeps."""
    slopes = {
        "scaling_slope": slope(points, "compiled", "committees"),
        "scaling_slope_two_threads": slope(points, "compiled_two_threads", "committees"),
        "months_slope": slope(points, "compiled", "months"),
    }
    entries = [entry(name, spread, "log s per log committee-month") for name, spread in slopes.items()]
    sweeps = [p for p in points if p.against == "replicates"]
    for number in sorted({p.replicates for p in sweeps}):
        its = Spread.of([p.seconds for p in sweeps if p.replicates == number])
        entries.append(entry(f"replicate_in_sweep_of_{number}", its, "s"))
    return entries


def process_entries(found: dict[str, list[float]], peaks: dict[int, float]) -> list[Entry]:
    """Return times of processes, the first result relative to numba's import, and peak memory."""
    entries = [entry(name, Spread.of(values), "s") for name, values in found.items()]
    if "run_first_result" in found:
        pairs = zip(found["run_first_result"], found["import_numba"], strict=True)
        entries.append(entry("first_result_over_import_numba", Spread.of([a / b for a, b in pairs]), "times"))
    return entries + [entry(f"peak_memory_of_{n}", Spread(peak, peak, peak), "MiB") for n, peak in peaks.items()]


def contest_table(timings: list[Timing], every: dict[str, Contestant], committee_months: int) -> str:
    """Return a row of Markdown for each contestant."""
    lines = [
        "| contestant | s per run | range | ns per committee-month | runs per s | compiled is faster by | same bits |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    for name, contestant in every.items():
        spread, faster = Spread.of(seconds(timings, name)), ratio(timings, name, "compiled")
        times = "" if name == "compiled" else f"{faster.median:.3g} ({faster.low:.3g} to {faster.high:.3g})"
        lines.append(
            f"| {contestant.label} | {spread.median:.3g} | {spread.low:.3g} to {spread.high:.3g} | "
            f"{spread.median / committee_months * 1e9:,.0f} | {1 / spread.median:,.3g} | {times} | "
            f"{'yes' if contestant.bits else 'no, by design'} |"
        )
    return "\n".join(lines)


def entries_table(entries: Iterable[Entry]) -> str:
    """Return all entries as Markdown."""
    rows = [f"| {e.name} | {e.median:g} | {e.min:g} | {e.max:g} | {e.unit} |" for e in entries]
    return "\n".join(["| name | median | least | greatest | unit |", "|---|--:|--:|--:|---|", *rows])


def machine(fast: str, timings: list[Timing], begun: float, loads: Sequence[float]) -> dict[str, Any]:
    """Describe where and when it was measured, and how far the machine was this measurement's own."""
    shares = {
        name: round(median(t.processor_seconds / t.seconds for t in timings if t.contestant == name), 3)
        for name in dict.fromkeys(t.contestant for t in timings)
    }
    return hardware() | {
        "engine": fast, "date": time.strftime("%Y-%m-%d", time.gmtime(begun)),
        "wall_seconds": round(time.time() - begun),
        "load_average_before": round(loads[0], 2), "load_average_after": round(loads[-1], 2),
        "load_average_in_contest": [round(f([t.load for t in timings]), 2) for f in (min, max)],
        "processor_seconds_per_second": shares,
        "note": "a load beyond the number of threads in use, or fewer processor seconds per second than threads, "
                "means that others used the machine too",
    }  # fmt: skip


def hardware() -> dict[str, Any]:
    """Describe the machine and the code."""
    return {
        "processor": _processor(), "cores": cores(), "memory_gib": _memory_gib(), "platform": platform.platform(),
        "versions": versions(), "commit": commit(),
    }  # fmt: skip


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, OSError, ValueError):
        return None


def write_csv(path: Path, rows: Sequence[NamedTuple]) -> None:
    """Write records of one kind."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0]._fields)
        writer.writerows([f"{value:.6g}" if isinstance(value, float) else value for value in row] for row in rows)


def write_json(path: Path, document: Any) -> None:
    """Write a document."""
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
