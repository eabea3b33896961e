"""Replicates that cannot be finished: noted, so that the others go on."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from sim.engines.engine import Engine, Simulate
from sim.engines.trajectory import Trajectory
from sim.errors import UserError
from sim.results.manifest import Failure


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


def failure(replicate: int, seed: int, error: Exception) -> Failure:
    """Return the record of a replicate that ended with an error."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return Failure(replicate, seed, f"{type(error).__name__}: {error}", f"{Path(frame.filename).name}:{frame.lineno}")
