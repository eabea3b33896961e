"""What a measurement leaves behind: numbers with their names, and the machine described."""

from __future__ import annotations

import csv
import json
import os
import platform
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from experiments.bench.measure import Spread
from sim.engines.engine import cores
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


def write_csv(path: Path, rows: Sequence[NamedTuple]) -> None:
    """Write records of one kind."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0]._fields)
        writer.writerows([f"{value:.6g}" if isinstance(value, float) else value for value in row] for row in rows)


def write_json(path: Path, document: Any) -> None:
    """Write a document."""
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
