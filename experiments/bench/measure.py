"""Side by side: all contestants on one world, in interleaved rounds within one process; and time against size."""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from experiments.bench import mesa_idiom
from sim.engines.engine import Engine, engine, trajectories
from sim.scenario.schema import Options, Period, Scenario, Tree, month_name, month_number
from sim.world.build import World, build

FIRST, UEZDS_EACH = month_number("1921-01"), 8
MOST = 64
"""Replicates in one measurement of a small world at most."""


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int = 7  # interleaved ones of all contestants on one world
    #: replicates that the compiled engine runs in a round, with one thread and with two: so many that the moments at
    #: the end in which one thread waits for the other do not count
    batch: int = 128
    spins: int = 6_000_000  # length of the control's loops
    #: committees of the synthetic trees, how long these run, and how often
    sizes: tuple[int, ...] = (84, 250, 735, 2_000, 8_000, 30_000, 100_000)
    months: int = 24
    size_rounds: int = 5
    enough: float = 0.3  # seconds that one of these measurements takes at least, by running several replicates
    slow: int = 2_000  # committees beyond which reference and Mesa are not asked to go
    repeats: int = 5  # of each process that is started; 0 starts none
    memory: tuple[int, ...] = (1, 16, 256)  # replicates of the runs whose peak memory is read


FULL, QUICK = Plan(), Plan(2, 2, 10_000, (9, 27), 3, 2, 0.01, 9, 0, ())


@dataclass(frozen=True)
class Contestant:
    """One way to run replicates; ``bits`` tells whether it has the reference's."""

    name: str
    label: str
    engine: Engine
    threads: int = 1
    bits: bool = True


def contestants(fast: str) -> dict[str, Contestant]:
    """Return the contestants by name; ``fast`` is the engine that stands as the compiled one."""
    return {contestant.name: contestant for contestant in (
        Contestant("compiled", "compiled, 1 thread", engine(fast)),
        Contestant("compiled_two_threads", "compiled, 2 threads", engine(fast), threads=2),
        Contestant("reference", "reference", engine("reference")),
        Contestant("mesa", "Mesa, idiomatic", Engine("mesa", build, mesa_idiom.simulate), bits=False),
    )}  # fmt: skip


class Timing(NamedTuple):
    """One measurement: wall and processor seconds per replicate."""

    round: int
    contestant: str
    committees: int
    months: int
    replicates: int
    seconds: float
    processor_seconds: float


class Spread(NamedTuple):
    """Median and range over rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, over: Sequence[float], under: Sequence[float] | None = None) -> Spread:
        """Summarise values, or their ratios to others, each taken within a round."""
        values = over if under is None else [a / b for a, b in zip(over, under, strict=True)]
        return cls(median(values), min(values), max(values))


class Unequal(Exception):
    """Two ways of computing the same run did not give the same bits."""


def timed(contestant: Contestant, world: World, replicates: Sequence[int], number: int = 0) -> tuple[Timing, list[str]]:
    """Run some replicates; return the time and a hash of each one's values."""
    gc.collect()
    begin, spent = time.perf_counter(), time.process_time()
    runs = [(world, replicate) for replicate in replicates]
    done = list(trajectories(contestant.engine, runs, contestant.threads, events=False))
    seconds, processor = time.perf_counter() - begin, time.process_time() - spent
    if not all(np.isfinite(trajectory.values[:, 0, 0]).all() for trajectory in done):
        raise Unequal(f"{contestant.label}: performance is not finite")
    size, n = (len(world.committees), len(world.months)), len(replicates)
    timing = Timing(number, contestant.name, *size, n, seconds / n, processor / n)
    return timing, [hashlib.sha256(trajectory.values.tobytes()).hexdigest() for trajectory in done]


def compare(found: dict[str, list[str]]) -> None:
    """Make sure that hashes of the same replicates are equal; shorter lists hold the first of them."""
    longest = max(found.values(), key=len)
    for name, hashes in found.items():
        if hashes != longest[: len(hashes)]:
            raise Unequal(f"{name}: other bits than {', '.join(other for other in found if other != name)}")


def rounds(
    every: Sequence[Contestant], world: World, number: int, replicates: Callable[[int, Contestant], Sequence[int]]
) -> list[Timing]:
    """Measure all contestants one after another, then all again, on the replicates of a round; they must agree."""
    timings = []
    for i in range(number):
        found = {}
        for contestant in every:
            timing, hashes = timed(contestant, world, replicates(i, contestant), i)
            timings.append(timing)
            if contestant.bits:
                found[contestant.name] = hashes
        compare(found)
    return timings


def contest(every: dict[str, Contestant], world: World, plan: Plan) -> list[Timing]:
    """Measure every contestant on one world; the compiled engine in batches, each round on others."""
    for name in ("compiled", "compiled_two_threads"):
        timed(every[name], world, range(every[name].threads))  # compile, and fill caches

    def replicates(number: int, contestant: Contestant) -> Sequence[int]:
        batch = plan.batch if contestant.engine is every["compiled"].engine else 1
        return range(number * plan.batch, number * plan.batch + batch)

    return rounds(list(every.values()), world, plan.rounds, replicates)


def against_size(every: dict[str, Contestant], plan: Plan) -> list[Timing]:
    """Measure runs of synthetic worlds of several sizes: several of a short run, one of a slow contestant."""
    timings = []
    for size in plan.sizes:
        world = build(synthetic(size, plan.months))
        able = [c for c in every.values() if c.name.startswith("compiled") or len(world.committees) <= 1.1 * plan.slow]
        runs = {}
        for contestant in able:
            one = timed(contestant, world, range(contestant.threads))[0].seconds * contestant.threads
            many = max(1, min(MOST, int(plan.enough / one))) if contestant.engine is every["compiled"].engine else 1
            runs[contestant.name] = range(contestant.threads * many)
        timings += rounds(able, world, plan.size_rounds, partial(_of_its_own, runs))
    return timings


def _of_its_own(runs: Mapping[str, range], number: int, contestant: Contestant) -> range:
    return runs[contestant.name]


def synthetic(committees: int, months: int) -> Scenario:
    """Return a synthetic world of about so many committees, an eighth as many guberniias as uezds.

    Without a limit of the centre's capacity: it is a number for the whole nation, so that a larger
    nation would be another world and not only a larger one.
    """
    guberniias = max(1, round(committees / (1 + UEZDS_EACH)))
    return Scenario(
        title=f"{committees} committees", period=Period(start="1921-01", end=month_name(FIRST + months - 1)),
        tree=Tree(kind="synthetic", guberniias=guberniias, uezds_each=UEZDS_EACH),
        options=Options(capacity="unlimited"),
    )  # fmt: skip


def seconds(timings: Sequence[Timing], contestant: str) -> list[float]:
    """Return a contestant's seconds per replicate, round by round."""
    return [timing.seconds for timing in timings if timing.contestant == contestant]


def ratio(timings: Sequence[Timing], slow: str, fast: str) -> Spread:
    """Return how many times faster one contestant is than another, within each round."""
    return Spread.of(seconds(timings, slow), seconds(timings, fast))


def slope(timings: Sequence[Timing], contestant: str) -> Spread:
    """Return the slope of log seconds on log (committees x months), by least squares within each round."""
    its = [timing for timing in timings if timing.contestant == contestant]
    slopes = []
    for number in sorted({timing.round for timing in its}):
        x, y = np.log([(t.committees * t.months, t.seconds) for t in its if t.round == number]).T
        slopes.append(float(np.polyfit(x, y, 1)[0]))
    return Spread.of(slopes)


@cache
def _spin() -> Any:
    """Return a compiled loop over Philox blocks, whose result depends on each of them."""
    import numba

    from sim.draws.philox import philox

    def spin(times: int) -> Any:
        word = np.uint64(1)
        for _ in range(times):
            word = philox(word, word, word, word, word, word)[0]
        return word

    compiled = numba.njit(nogil=True)(spin)
    compiled(1)
    return compiled


def two_threads_over_one(times: int) -> float:
    """Return what a second thread gains in arithmetic that shares nothing, on this machine at this moment.

    Virtual cores may be two halves of one real core, and others may be using them; the factor that an engine
    reaches with two threads can only be judged beside this one.
    """
    spin = _spin()
    with ThreadPoolExecutor(2) as pool:
        begin = time.perf_counter()
        for _ in range(2):
            spin(times)
        middle = time.perf_counter()
        list(pool.map(spin, [times] * 2))
        return (middle - begin) / (time.perf_counter() - middle)
