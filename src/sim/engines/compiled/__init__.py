"""The compiled engine: the reference engine's month as loops over records, compiled by numba.

It calls the same mechanisms on the same addressed draws in the same order of operations, and its
trajectories equal the reference's bit for bit; a test holds it to that over random worlds.
"""

from __future__ import annotations

import math
import threading
import time
import weakref
from collections.abc import Callable

import numba
import numpy as np

from sim.engines.compiled.month import PHASES, advance_at, found, nothing
from sim.engines.compiled.pack import Packed, fresh, pack
from sim.engines.trajectory import COMMITTEE_FIELDS, EventLog, Trajectory
from sim.registry.entries import SCOPES
from sim.world.build import World

__all__ = ["prepare", "profile", "simulate", "state_bytes"]

#: Committee-months per call: short enough that Ctrl-C is obeyed at once, long enough that calls cost nothing.
PER_CALL = 400_000
#: Events for which there is room at first, per tie and month; a fuller run is begun again with more.
EVENTS = 0.35

_packed: weakref.WeakKeyDictionary[World, Packed] = weakref.WeakKeyDictionary()
_packing = threading.Lock()


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
        Called now and then with the number of months done, at the end with all of them.
    events
        Whether the trajectory holds events.
    """
    packed = _pack(world)
    months = len(world.months)
    step = max(1, PER_CALL // len(world.committees))
    room = math.ceil(EVENTS * packed.arrays(packed.block)["eights"]["ties"].sum() * months) if events else 0
    told = 0
    while True:
        memory = fresh(packed, replicate, room)
        for begin in range(0, months, step):
            end = min(begin + step, months)
            advance_at(memory.address, begin, end)
            if on_month is not None and end > told:
                on_month(end)
                told = end
        logged = int(memory.s[0].logged)
        if logged <= room:
            break
        room = logged
    log = EventLog(memory.arrays["log"][:logged], world.months, world.committees)
    values = memory.arrays["values"]["outcomes"].reshape(months, len(SCOPES), -1)
    states = memory.arrays["states"]["fields"].reshape(-1, len(world.committees), len(COMMITTEE_FIELDS))
    return Trajectory(world.months, values, log, states if len(states) else np.empty((0, 0, len(COMMITTEE_FIELDS))))


def prepare() -> None:
    """Compile the month loop, or load it: in the caller's thread, where Ctrl-C is heard."""
    if hasattr(advance_at, "compile"):
        advance_at.compile((numba.int64, numba.int64, numba.int64))


def state_bytes(world: World) -> int:
    """Return the bytes of state that one thread needs for a replicate."""
    packed = _pack(world)
    return fresh(packed, 0, 0).own_bytes


def profile(world: World, replicate: int, repeats: int) -> dict[str, float]:
    """Return what each phase of the month costs, ns per committee-month: the least of some repeats of every month.

    Phases are called one by one; the cost of an empty call is taken off.
    """
    least = np.full((len(world.months), len(PHASES) + 1), math.inf)
    for _ in range(repeats):
        memory = fresh(_pack(world), replicate, 0)
        s = memory.s[0]
        found(s)
        for t in range(len(world.months)):
            s.t, s.month = t, s.month + 1
            for number, phase in enumerate((*PHASES, nothing)):
                begun = time.perf_counter_ns()
                phase(s)
                least[t, number] = min(least[t, number], time.perf_counter_ns() - begun)
    mean = least.mean(axis=0) / len(world.committees)
    return {phase.__name__: float(mean[k] - mean[-1]) for k, phase in enumerate(PHASES)}


def _pack(world: World) -> Packed:
    with _packing:
        if world not in _packed:
            model = world.like
            if model is not None and model not in _packed:
                _packed[model] = pack(model)
            _packed[world] = pack(world, _packed[model] if model is not None else None)
        return _packed[world]
