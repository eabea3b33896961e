"""Step 7, vacancies: terms, wear, recall."""

# Officials are moved in step 6 too, see remedies.py; the reasons in the log are REASONS of engines/trajectory.py.
from __future__ import annotations

from sim.kernel import inlined, kernel
from sim.mechanisms.arithmetic import link, unit


@inlined
@kernel
def wear_chance(wear, conflict):  # type: ignore[no-untyped-def]
    """Return the monthly chance of leaving a post by wear: w (1 + C)."""
    return unit(wear * (1.0 + conflict))


@kernel
def is_due(month, phase, term):  # type: ignore[no-untyped-def]
    """Tell whether a committee's posts fall due this month: once every ``term`` months."""
    return (month + phase) % term == 0


@kernel
def recall_factor(period, recorded, early, middle, after, late):  # type: ignore[no-untyped-def]
    """Return recall by the centre relative to its mean of April 1923 to May 1924.

    ``period`` counts dated spans: 0 to March 1922 (rec_21), 1 to March 1923 (rec_22), 2 to May 1924, where
    ``recorded`` says how the moves bunched, 3 to 1926 (rec_mid), 4 afterwards (rec_late). Turnover fell threefold from
    1921-22 to 1927-29 (T24, T25, T33).
    """
    if period == 0:
        return early
    if period == 1:
        return middle
    if period == 2:
        return recorded
    if period == 3:
        return after
    return late


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
