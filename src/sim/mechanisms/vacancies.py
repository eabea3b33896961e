"""Step 7, vacancies: terms, wear, recall."""

# Officials are moved in step 6 too, see remedies.py; the reasons in the log are REASONS of engines/trajectory.py.
from __future__ import annotations

from sim.kernel import kernel
from sim.mechanisms.arithmetic import link, unit


@kernel
def wear_chance(wear, conflict):  # type: ignore[no-untyped-def]
    """Return the monthly chance of leaving a post by wear: w (1 + C)."""
    return unit(wear * (1.0 + conflict))


@kernel
def is_due(month, phase, term):  # type: ignore[no-untyped-def]
    """Tell whether a committee's posts fall due this month: once every ``term`` months."""
    return (month + phase) % term == 0


@kernel
def shortfall(result, mean):  # type: ignore[no-untyped-def]
    """Return how far a committee lags: (mean A - A) / (0.2 mean A), bounded to [-3, 3] s.d.

    A fifth of the mean is about the s.d. of performance between committees.
    """
    if mean <= 0.0:
        return 0.0
    lag = 5.0 * (mean - result) / mean
    if lag > 3.0:
        return 3.0
    if lag < -3.0:
        return -3.0
    return lag


@kernel
def unfit_chance(hazard, slope, judged_lag):  # type: ignore[no-untyped-def]
    """Return the monthly chance of recall as unfit: h_u link(slope x judged lag).

    Judged with the validity of whoever judges, the centre or the place; one hazard for both.
    """
    return unit(hazard * link(slope * judged_lag))
