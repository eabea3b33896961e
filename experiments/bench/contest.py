"""Side by side: all contestants on one scenario, in interleaved rounds within one process."""

from __future__ import annotations

import gc
import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

import numpy as np

from experiments.bench import control, mesa_idiom
from sim.engines.engine import Engine, engine, trajectories
from sim.engines.trajectory import Trajectory
from sim.world.build import World, build


@dataclass(frozen=True)
class Contestant:
    """One way to run replicates; ``bits`` tells whether it has the reference's."""

    name: str
    label: str
    engine: Engine
    threads: int = 1
    bits: bool = True

    def run(self, world: World, replicates: Sequence[int], *, events: bool = False) -> Iterator[Trajectory]:
        """Yield the traces of some replicates."""
        return trajectories(self.engine, [(world, number) for number in replicates], self.threads, events=events)


def contestants(fast: str) -> dict[str, Contestant]:
    """Return the contestants by name; ``fast`` is the engine that stands as the compiled one."""
    compiled = engine(fast)
    every = [
        Contestant("compiled", "compiled, 1 thread", compiled),
        Contestant("compiled_two_threads", "compiled, 2 threads", compiled, threads=2),
        Contestant("reference", "reference", engine("reference")),
        Contestant("mesa", "Mesa, idiomatic", Engine("mesa", build, mesa_idiom.simulate), bits=False),
    ]
    return {contestant.name: contestant for contestant in every}


class Timing(NamedTuple):
    """One measurement: wall and processor seconds per replicate, and the load average after it."""

    round: int
    contestant: str
    events: bool
    replicates: int
    seconds: float
    processor_seconds: float
    load: float


class Spread(NamedTuple):
    """Median and range over rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Summarise."""
        return cls(median(values), min(values), max(values))


class Unequal(Exception):
    """Two ways of computing the same run did not give the same bits."""


def timed(
    contestant: Contestant, world: World, replicates: Sequence[int], number: int = 0, *, events: bool = False
) -> tuple[Timing, list[str]]:
    """Run some replicates; return the time and a hash of each one's values."""
    gc.collect()
    begin, spent = time.perf_counter(), time.process_time()
    done = list(contestant.run(world, replicates, events=events))
    seconds, processor = time.perf_counter() - begin, time.process_time() - spent
    for trajectory in done:
        if not np.isfinite(trajectory.values[:, 0, 0]).all():
            raise Unequal(f"{contestant.label}: performance is not finite")
    n, load = len(replicates), os.getloadavg()[0]
    timing = Timing(number, contestant.name, events, n, seconds / n, processor / n, load)
    return timing, [hashlib.sha256(trajectory.values.tobytes()).hexdigest() for trajectory in done]


def compare(found: dict[str, list[str]]) -> None:
    """Make sure that hashes of the same replicates are equal; shorter lists hold the first of them.

    Raises
    ------
    Unequal
        They are not.
    """
    longest = max(found.values(), key=len)
    for name, hashes in found.items():
        if hashes != longest[: len(hashes)]:
            raise Unequal(f"{name}: other bits than {', '.join(other for other in found if other != name)}")


def contest(
    every: dict[str, Contestant], world: World, rounds: int, batch: int, spins: int
) -> tuple[list[Timing], list[float]]:
    """Measure every contestant in each round, one after another; the compiled engine in batches.

    Each round has replicates of its own. The compiled engine and the reference run once more with
    events, for those who keep them.

    Returns
    -------
    list of Timing
        The measurements.
    list of float
        In each round, what two threads gained in the control.

    Raises
    ------
    Unequal
        Engines, the numpy loop or numbers of threads did not agree.
    """
    for name in ("compiled", "compiled_two_threads"):
        timed(every[name], world, range(every[name].threads))  # compile, and fill caches
    control.two_threads_over_one(spins)
    timings, gained = [], []
    for number in range(rounds):
        replicates = range(number * batch, (number + 1) * batch)
        gained.append(control.two_threads_over_one(spins))
        found: dict[str, list[str]] = {}
        for contestant in every.values():
            its = replicates if contestant.engine is every["compiled"].engine else replicates[:1]
            timing, hashes = timed(contestant, world, its, number)
            timings.append(timing)
            if contestant.bits:
                found[contestant.name] = hashes
        for name, its in (("compiled", replicates[: max(1, batch // 4)]), ("reference", replicates[:1])):
            timing, found[f"{name}, with events"] = timed(every[name], world, its, number, events=True)
            timings.append(timing)
        compare(found)
    return timings, gained


def seconds(
    timings: list[Timing], contestant: str, *, events: bool = False, of_processor: bool = False
) -> list[float]:
    """Return a contestant's seconds per replicate, round by round, of the wall clock or of the processor."""
    its = [t for t in timings if t.contestant == contestant and t.events == events]
    return [t.processor_seconds if of_processor else t.seconds for t in its]


def ratio(
    timings: list[Timing], slow: str, fast: str, *, events: bool = False, of_processor: bool = False
) -> Spread:
    """Return how many times faster one contestant is than another, within each round."""
    of_each = (seconds(timings, name, events=events, of_processor=of_processor) for name in (slow, fast))
    return Spread.of([a / b for a, b in zip(*of_each, strict=True)])
