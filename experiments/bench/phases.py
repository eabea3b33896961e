"""Where the compiled engine's time goes: ns per committee-month by phase of the month."""

from __future__ import annotations

from importlib import import_module

from experiments.bench.contest import Spread
from sim.world.build import World


def profile(world: World, fast: str, times: int, repeats: int) -> dict[str, Spread]:
    """Return ns per committee-month by phase, in the order of the month; empty for an engine without a profile."""
    measure = getattr(import_module(f"sim.engines.{fast}"), "profile", None)
    if measure is None:
        return {}
    found = [measure(world, replicate, repeats) for replicate in range(times)]
    return {phase: Spread.of([one[phase] for one in found]) for phase in found[0]}


def state_kib(world: World, fast: str) -> float | None:
    """Return the KiB of state that one thread needs for a replicate; none where the engine does not tell."""
    measure = getattr(import_module(f"sim.engines.{fast}"), "state_bytes", None)
    return None if measure is None else float(measure(world)) / 1024
