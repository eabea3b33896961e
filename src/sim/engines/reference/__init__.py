"""The reference engine: a Mesa model, written to be read.

Its month is the specification that the compiled engine must match bit for bit: processes run one
after another over all committees, each reading what stood before it; rivals for one official are
served in an explicit order; draws are addressed; sums run in one written order.
"""

from __future__ import annotations

from collections.abc import Callable

import mesa

from sim.engines.reference.month import PartyModel
from sim.engines.trajectory import Trajectory
from sim.world.build import World

__all__ = ["PartyModel", "run", "simulate"]


def simulate(
    world: World, replicate: int, on_month: Callable[[int], None] | None = None, *, events: bool = True
) -> Trajectory:
    """Run one replicate of a world.

    Parameters
    ----------
    world
        From :func:`sim.world.build.build`.
    replicate
        Number of the replicate, from 0: it addresses the draws.
    on_month
        Called after each month with the number of months done.
    events
        Whether the trajectory holds events.
    """
    return run(PartyModel(world, replicate), on_month, events=events)


def run(model: PartyModel, on_month: Callable[[int], None] | None = None, *, events: bool = True) -> Trajectory:
    """Run a model to its end; arguments as in :func:`simulate`."""
    try:
        for done in range(len(model.world.months)):
            model.step()
            if on_month is not None:
                on_month(done + 1)
        return model.trajectory(events=events)
    finally:
        # Mesa counts agents in a class attribute that would keep every finished model alive
        getattr(mesa.Agent, "_ids", {}).pop(model, None)
