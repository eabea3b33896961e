"""Forms shared by the rooms: bounds, an algebraic link, learning curves."""

from __future__ import annotations

import math

from sim.kernel import inlined, kernel


@inlined
@kernel
def unit(x):  # type: ignore[no-untyped-def]
    """Return x bounded to [0, 1]."""
    if x < 0.0:
        return 0.0
    if x > 1.0:
        return 1.0
    return x


@inlined
@kernel
def link(h):  # type: ignore[no-untyped-def]
    """Return the algebraic link, 1/2 + h / (2 sqrt(1 + h h)), in (0, 1).

    It stands for the logistic function: same shape, slope 1/2 at 0, and no exponential, whose
    last bits differ between machines.
    """
    return 0.5 + 0.5 * h / math.sqrt(1.0 + h * h)


@inlined
@kernel
def fresh(tenure, half):  # type: ignore[no-untyped-def]
    """Return the part not yet learned after some months in post, half / (half + tenure)."""
    return half / (half + tenure)
