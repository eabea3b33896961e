"""The engines by name, loaded when first used; and many replicates at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sim.errors import Problem, UserError, nearest

if TYPE_CHECKING:
    from sim.engines.trajectory import Trajectory

#: The first is the default.
ENGINES = ("compiled", "reference")


class Simulate(Protocol):
    """Runs one replicate of a world; without ``events`` none are kept."""

    def __call__(  # noqa: D102
        self, world: Any, replicate: int, on_month: Callable[[int], None] | None = None, *, events: bool = True
    ) -> Trajectory: ...


@dataclass(frozen=True)
class Engine:
    """What makes trajectories: a builder of worlds, and a simulator of replicates.

    Attributes
    ----------
    threads
        Whether replicates may run in several threads at once with profit.
    prepare
        Called once before threads begin.
    """

    name: str
    build: Callable[..., Any]
    simulate: Simulate
    threads: bool = False
    prepare: Callable[[], None] = lambda: None


def engine(name: str | Engine = ENGINES[0]) -> Engine:
    """Return an engine by its name, or one that is handed in.

    Raises
    ------
    UserError
        There is none of that name.
    """
    if isinstance(name, Engine):
        return name
    from sim.world.build import build

    if name == "compiled":
        from sim.engines.compiled import prepare
        from sim.engines.compiled import simulate as compiled

        return Engine(name, build, compiled, threads=True, prepare=prepare)
    if name == "reference":
        from sim.engines.reference import simulate as reference

        return Engine(name, build, reference)
    raise UserError(Problem("--engine", found=name, allowed=" or ".join(ENGINES), suggestion=nearest(name, ENGINES)))


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def trajectories(
    chosen: Engine,
    runs: Iterable[tuple[Any, int]],
    threads: int | None = None,
    *,
    events: bool = False,
    on_months: Callable[[int], None] | None = None,
) -> Iterator[Trajectory]:
    """Run (world, replicate) after (world, replicate); yield their trajectories in that order.

    Parameters
    ----------
    threads
        Of the compiled engine, whose loops hold no lock; by default one for each core. The
        trajectories do not depend on it.
    events
        Whether to keep events.
    on_months
        Called now and then, in the caller's thread, with the number of months that were done since; in
        all with every month of every run, of those too that fail.
    """
    tell = on_months or (lambda months: None)
    threads = threads or cores()
    if threads == 1 or not chosen.threads:
        for world, replicate in runs:
            step = _steps(tell)
            trajectory = chosen.simulate(world, replicate, step, events=events)
            step(len(world.months))  # a replicate that failed has done fewer
            yield trajectory
        return
    chosen.prepare()
    stop = threading.Event()

    def go_on(months: int) -> None:
        if stop.is_set():
            raise Stopped

    waiting: list[tuple[Future[Trajectory], int]] = []
    with ThreadPoolExecutor(threads) as pool:
        try:
            for world, replicate in runs:
                future = pool.submit(chosen.simulate, world, replicate, go_on, events=events)
                waiting.append((future, len(world.months)))
                # a few ahead, so that memory does not grow with the number of replicates
                if len(waiting) > 2 * threads:
                    yield _first(waiting, tell)
            while waiting:
                yield _first(waiting, tell)
        finally:
            # what is under way ends with its present months, and what waits does not begin
            stop.set()
            for future, _ in waiting:
                future.cancel()


class Stopped(BaseException):
    """A replicate was broken off because nobody waits for it."""


def _first(waiting: list[tuple[Future[Trajectory], int]], tell: Callable[[int], None]) -> Trajectory:
    """Wait for the first of some replicates, and take it off the list."""
    future, months = waiting[0]
    while not future.done():
        wait([future], timeout=0.2)
        tell(0)  # a door may want to stop
    del waiting[0]
    trajectory = future.result()
    tell(months)
    return trajectory


def _steps(tell: Callable[[int], None]) -> Callable[[int], None]:
    """Return a function of months done in all that passes on those since the last call."""
    told = 0

    def step(done: int) -> None:
        nonlocal told
        tell(done - told)
        told = done

    return step
