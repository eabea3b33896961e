"""Step 1, environment: threat as it is and as it is perceived, and the size of the task."""

from __future__ import annotations

import math

from sim.kernel import kernel
from sim.mechanisms.arithmetic import unit


@kernel
def persistent_noise(noise, memory, spread, z):  # type: ignore[no-untyped-def]
    """Return the next value of an AR(1) noise: memory x noise + spread sqrt(1 - memory^2) z.

    Its s.d. is ``spread`` in the long run, for z of s.d. 1 (THREAT_MEMORY, THREAT_NOISE).
    """
    return memory * noise + spread * math.sqrt(1.0 - memory * memory) * z


@kernel
def threat_level(objective, perceived, weight, noise):  # type: ignore[no-untyped-def]
    """Return (1 - w) objective + w perceived + noise, bounded to [0, 1].

    With w = 0 the objective threat T; with w = ω what leaders' perception moves towards.
    """
    return unit((1.0 - weight) * objective + weight * perceived + noise)


@kernel
def perceive(perceived, target, rise, fall):  # type: ignore[no-untyped-def]
    """Return next month's perceived threat P: (1 - s) P + s target, s = rise or fall.

    Perception is quick to rise (PERCEPTION_RISE) and slow to fall (p↓): Harris 2017, "at least in
    the eyes of the Soviet leadership"; HISTORY claims 6 and 28.
    """
    step = rise if target > perceived else fall
    return (1.0 - step) * perceived + step * target


@kernel
def complexity(ramp, growth):  # type: ignore[no-untyped-def]
    """Return task complexity Q = 1 + q ramp; the ramp runs from 0 (October 1928) to 1 (end of 1929)."""
    return 1.0 + growth * ramp
