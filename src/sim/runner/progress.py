"""How far a sweep is: told while it runs, and read from its folder by anybody."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.errors import UserError
from sim.experiment.experiment import Experiment
from sim.experiment.plan import Chunk, Plan
from sim.results.columns import read_file
from sim.results.folder import fault, read_manifest
from sim.results.sweep_locks import holder
from sim.results.sweep_store import SWEEP, Made, Store, published, read_journal

MOST_POINTS = 5_000_000
"""Points that the estimate so far looks at: 80 MB at most."""
RECENT = 64
"""Chunks from which the rate is reckoned."""
UNITS = (("weeks", 604_800), ("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))
SIZES = (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))


@dataclass(frozen=True)
class State:
    """A sweep under way.

    Attributes
    ----------
    done, total, failed
        Runs; those of earlier sessions are done, too.
    rate, left
        Runs a second, and seconds to the end; nan where they are not yet known.
    headline
        What the estimate is of.
    estimate, error, points
        Mean over points so far, its standard error over points, and their number.
    shared
        Whether all points share their accidents: then the standard error is given these accidents.
    """

    done: int
    total: int
    failed: int
    rate: float
    left: float
    headline: str
    estimate: float
    error: float
    points: int
    shared: bool = False

    @property
    def told(self) -> str:
        """The standard error in words; empty where it is not known."""
        if not self.error >= 0.0:
            return ""
        return f"standard error {self.error:.2g}{', given these accidents' if self.shared else ''}"


@dataclass(frozen=True)
class Headline:
    """What the estimate so far is of: an effect of the first lever, or an outcome where there is none.

    Attributes
    ----------
    column
        Of the table of runs.
    stride
        Place of the other combination in a pair, the baseline being at 0; 0 without levers.
    text
        In words.
    """

    column: str
    stride: int
    text: str

    @classmethod
    def of(cls, experiment: Experiment) -> Headline:
        """Return the headline of an experiment: the nation, the main horizon, the first outcome."""
        columns = list(experiment.columns())
        column, outcome, scope, horizon = next((one for one in columns if one[2] == "nation"), columns[0])
        when = experiment.horizons[horizon].meaning
        lever = next(iter(experiment.levers), None)
        if lever is None or len(lever.options) < 2:
            return cls(column, 0, f"{outcome}, {scope}, {when}")
        stride = len(experiment.combinations) // len(lever.options)
        base, other = (option.value for option in lever.options[:2])
        return cls(column, stride, f"{outcome}, {scope}, {when}: {other} minus {base}")

    def pieces(self, values: NDArray[np.float64], chunk: Chunk) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return sums and counts by point, from the column's values of a chunk's runs."""
        pairs = values.reshape(chunk.size, chunk.combinations)
        found = pairs[:, self.stride] - pairs[:, 0] if self.stride else pairs[:, 0]
        first, last = chunk.points
        at = np.array([point - first for point, _ in chunk.pairs()])
        known = np.isfinite(found)
        sums = np.bincount(at[known], weights=found[known], minlength=last - first)
        return sums.astype(np.float64), np.bincount(at[known], minlength=last - first).astype(np.int64)


class Estimate:
    """The mean over points of what is looked at first, as far as it is known."""

    def __init__(self, points: int) -> None:
        self._sums = np.zeros(min(points, MOST_POINTS))
        self._counts = np.zeros(len(self._sums), dtype=np.int64)

    def add(self, first: int, sums: NDArray[np.float64], counts: NDArray[np.int64]) -> None:
        """Take the pieces of a chunk, by point from its first."""
        room, at = max(0, len(self._sums) - first), slice(first, first + len(sums))
        self._sums[at] += sums[:room]
        self._counts[at] += counts[:room]

    def value(self) -> tuple[float, float, int]:
        """Return mean, standard error and number of points."""
        known = self._counts > 0
        means = self._sums[known] / self._counts[known]
        if len(means) < 2:
            return (float(means[0]) if len(means) else math.nan), math.nan, len(means)
        return float(means.mean()), float(means.std(ddof=1)) / math.sqrt(len(means)), len(means)


class Clock:
    """The rate at which runs come, over the last chunks of this session."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque([(time.monotonic(), 0)], maxlen=RECENT)
        self._runs = 0

    def add(self, runs: int) -> None:
        """Note that runs were done."""
        self._runs += runs
        self._seen.append((time.monotonic(), self._runs))

    def rate(self) -> float:
        """Return runs a second; nan before the first."""
        (begun, before), (last, runs) = self._seen[0], self._seen[-1]
        return (runs - before) / (last - begun) if last > begun else math.nan


Progress = Callable[[State], None]


class Watch:
    """What is told while a sweep runs.

    Attributes
    ----------
    state
        What is told; reckoned now and then.
    """

    def __init__(self, experiment: Experiment, plan: Plan, parts: Sequence[int], store: Store, tell: Progress) -> None:
        """Begin with what the store has of the plan's parts, of a share of its own."""
        self._headline, self._tell = Headline.of(experiment), tell
        total = sum(plan.chunk(number).runs for number in parts)
        self._estimate, self._clock = Estimate(plan.points), Clock()
        for number, entry in store.done.items():
            self._look(plan.chunk(number), {name: store.folder / name for name in entry["files"]})
        done, failed = (sum(entry[key] for entry in store.done.values()) for key in ("runs", "failed"))
        self.state = State(
            done, total, failed, math.nan, math.nan, self._headline.text, *self._estimate.value(),
            shared=experiment.accidents == "shared",
        )  # fmt: skip
        self._changed, self._last = False, time.monotonic()

    def _add(self, chunk: Chunk, made: Made) -> None:
        self._clock.add(made.runs)
        self._look(chunk, {name: pa.BufferReader(content) for name, content in made.files.items()})
        done, failed = self.state.done + made.runs, self.state.failed + made.failed
        self.state, self._changed = replace(self.state, done=done, failed=failed), True

    def _look(self, chunk: Chunk, files: Mapping[str, Any]) -> None:
        """Take the headline's values out of a chunk's rows."""
        (rows,) = (file for name, file in files.items() if name.startswith("runs/"))
        values = read_file(rows, [self._headline.column])[0].to_numpy().astype(np.float64)
        self._estimate.add(chunk.points[0], *self._headline.pieces(values, chunk))

    def tell(self, added: Iterable[tuple[Chunk, Made]] = (), *, now: bool = False) -> None:
        """Tell how far the sweep is with what was stored; reckon anew once a second at most: points may be many."""
        for chunk, made in added:
            self._add(chunk, made)
        if self._changed and (now or time.monotonic() - self._last > 1.0):
            rate, (estimate, error, points) = self._clock.rate(), self._estimate.value()
            left = (self.state.total - self.state.done) / rate
            self.state = replace(self.state, rate=rate, left=left, estimate=estimate, error=error, points=points)
            self._changed, self._last = False, time.monotonic()
        self._tell(self.state)


@dataclass(frozen=True)
class Status:
    """What can be told of a sweep from its folder.

    Attributes
    ----------
    parts, parts_planned, runs, runs_planned, failed
        How much is done, of how much, and how many runs failed.
    seconds
        Work so far, on one thread.
    rate, left
        Runs a second when it last ran, and seconds to the end at that rate; nan where unknown.
    writer
        The process that is at it, or those that make shares, in words; empty if none is.
    shares
        How many shares have begun that are not merged yet; what they have made counts.
    damaged
        How many parts were made whose files are missing, or of another size; they do not count.
    published
        Whether it is one of which a page was written, and no run is there.
    """

    name: str
    title: str
    parts: int
    parts_planned: int
    runs: int
    runs_planned: int
    failed: int
    seconds: float
    rate: float
    left: float
    last: str
    writer: str
    shares: int = 0
    damaged: int = 0
    published: bool = False

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.parts == self.parts_planned


def status(path: Path | str) -> Status:
    """Read how far a sweep is, from its manifest and its journals; files are looked at, but not read."""
    folder = Path(path).expanduser().resolve()
    manifest, journal = read_manifest(folder, SWEEP), read_journal(folder)
    if journal.problems:
        raise UserError(journal.problems)
    entries = {number: entry for number, entry in journal.parts.items() if _there(folder, entry)}
    plan = Plan.read(manifest["plan"])
    done = sum(entry["runs"] for entry in entries.values())
    rate = _rate(entries)
    return Status(
        manifest["name"], manifest["title"], len(entries), plan.chunks, done, plan.runs,
        sum(entry["failed"] for entry in entries.values()), sum(entry["seconds"] for entry in entries.values()),
        rate, (plan.runs - done) / rate if rate > 0 else math.nan,
        max((entry["finished"] for entry in entries.values()), default=""), holder(folder),
        len(journal.unmerged), len(journal.parts) - len(entries), published(manifest, journal.parts),
    )  # fmt: skip


def _there(folder: Path, entry: Mapping[str, Any]) -> bool:
    """Say whether a part's files are there, in their sizes."""
    return all(fault(folder, name, record, verify=False) is None for name, record in entry["files"].items())


def _rate(entries: Mapping[int, Mapping[str, Any]]) -> float:
    """Return runs a second over the last chunks, back to the last pause."""
    told = ((datetime.fromisoformat(e["finished"]), e["runs"], e["seconds"]) for e in entries.values())
    recent = sorted(told)[-RECENT:]
    runs, last = 0, recent[-1][0] if recent else None
    begun = last
    for (before, _, _), (end, number, seconds) in reversed(list(zip(recent, recent[1:], strict=False))):
        # a chunk that took much less time than passed since the one before it was begun after a pause
        if end - before > timedelta(seconds=5 + 4 * seconds):
            break
        runs, begun = runs + number, before
    passed = (last - begun).total_seconds() if last and begun else 0.0
    return runs / passed if passed > 0 else math.nan


def in_time(seconds: float) -> str:
    """Return a duration in words, to a few digits."""
    return _in(UNITS, seconds, 2)


def in_bytes(size: float) -> str:
    """Return an amount of bytes in words, to a few digits."""
    return _in(SIZES, size, 1)


def _in(units: Sequence[tuple[str, int]], amount: float, least: int) -> str:
    name, size = next((unit for unit in units if amount >= least * unit[1]), units[-1])
    return f"{amount / size:.2g} {name}" if amount / size < 99.5 else f"{amount / size:.0f} {name}"
