"""The same month loop in plain numpy: what a good numpy programmer would write, with the reference's bits.

Dense steps are arrays over committees (guberniias first, so that ``[:G]`` are these and ``[G:]``
their uezds); decisions are plain Python loops over the few posts concerned; draws are addressed as
in the engines and made in blocks. Nothing is compiled. Sums run in the reference's order, by
``np.add.accumulate`` and ``np.bincount``, never by ``np.sum``, whose order is another one.

Equations stay in ``sim.mechanisms``: those without branches are called with arrays as they are;
the few with branches stand a second time in :mod:`.formulas`, because plain numpy cannot call
scalar functions. A test holds the whole loop to the reference bit for bit.

Left out: events and stored states of committees. All rules and options are supported.
"""

from __future__ import annotations

from collections.abc import Callable

from experiments.bench.numpy_loop import month
from sim.engines.trace import Trace
from sim.world.build import World

__all__ = ["simulate"]


def simulate(
    world: World, replicate: int, on_month: Callable[[int], None] | None = None, *, events: bool = False
) -> Trace:
    """Run one replicate; an engine's ``simulate``, without events.

    Raises
    ------
    NotImplementedError
        Events are asked for.
    """
    if events:
        raise NotImplementedError("the numpy loop keeps no events")
    state = month.begin(world, replicate)
    for done in range(len(world.months)):
        month.step(state)
        if on_month is not None:
            on_month(done + 1)
    return Trace(list(world.months), state.recorder.values)
