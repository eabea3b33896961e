"""Step 6, remedies: mediation, transfer of the embattled, extraordinary conference."""

# Officials leave in step 7 too, see vacancies.py; the reasons in the log are REASONS of engines/trajectory.py.
from __future__ import annotations

from sim.kernel import inlined, kernel


@inlined
@kernel
def is_open(conflict, threshold):  # type: ignore[no-untyped-def]
    """Tell whether a sklok is open: conflict above θ (or θ plus the step to paralysis)."""
    return conflict > threshold


@kernel
def mediated(grievance):  # type: ignore[no-untyped-def]
    """Return a grievance after mediation: half of it."""
    return 0.5 * grievance


@kernel
def request_chance(is_open_now, asking):  # type: ignore[no-untyped-def]
    """Return the monthly chance that a place asks its superior body for an appointment: x_a in an open sklok, else 0.

    Service 1979: hierarchy was asked for from below, before the centre claimed it (ask_above). It holds under either
    policy; where the place elects, it is an exception at its own wish.
    """
    if is_open_now:
        return asking
    return 0.0


@kernel
def remedy_chance(claimed, by_transfer, by_conference):  # type: ignore[no-untyped-def]
    """Return the monthly chance that an open sklok is acted upon.

    By transfer (x_t) where the superior body claims the case, by an extraordinary conference
    (x_e) where it does not: the twins tr_p and x_el.
    """
    if claimed:
        return by_transfer
    return by_conference
