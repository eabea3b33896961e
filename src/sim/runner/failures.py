"""Replicates that cannot be finished: noted, so that the others go on."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from sim.engines.engine import Engine, Simulate, trajectories
from sim.engines.trajectory import Trajectory
from sim.errors import UserError
from sim.results.manifest import Failure

#: Called with the number of months done and the number of all months of all replicates.
Progress = Callable[[int, int], None]


def caught(engine: Engine) -> Engine:
    """Return an engine that gives a `Failure` for a trajectory where a replicate fails.

    A request that is wrong still ends everything, and so does an interrupt.
    """

    def simulate(
        world: Any, replicate: int, on_month: Callable[[int], None] | None = None, *, events: bool = True
    ) -> Trajectory | Failure:
        try:
            return engine.simulate(world, replicate, on_month, events=events)
        except UserError:
            raise
        except Exception as error:
            return failure(replicate, world.scenario.run.seed, error)

    return replace(engine, simulate=cast(Simulate, simulate))


@contextmanager
def finished(
    engine: Engine, runs: Iterable[tuple[Any, int]], months: range, progress: Progress | None, threads: int | None,
    *, events: bool = False,
) -> Iterator[Iterator[Trajectory | Failure]]:  # fmt: skip
    """Give what runs come to, one after the other, and tell of months as they pass; leaving ends the threads, too."""
    done = months.start

    def on_months(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, months.stop)

    made = trajectories(caught(engine), runs, threads, events=events, on_months=on_months)
    with closing(cast("Generator[Trajectory | Failure]", made)) as found:
        yield found


def failure(replicate: int, seed: int, error: Exception) -> Failure:
    """Return the record of a replicate that ended with an error."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return Failure(replicate, seed, f"{type(error).__name__}: {error}", f"{Path(frame.filename).name}:{frame.lineno}")
