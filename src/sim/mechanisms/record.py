"""Step 12, record: forms of the recorded indices."""

from __future__ import annotations

from sim.kernel import kernel

_NAN = float("nan")


@kernel
def mean_of(total, count):  # type: ignore[no-untyped-def]
    """Return total / count, or nan where there is nothing to count."""
    if count > 0.0:
        return total / count
    return _NAN


@kernel
def centralisation(claimed, appointed, central_moves):  # type: ignore[no-untyped-def]
    """Return the index of centralisation: the mean of three shares.

    Vacancies claimed, secretaries appointed, and moves of the last 12 months that the superior
    body initiated.
    """
    return (claimed + appointed + central_moves) / 3.0


@kernel
def half_life(task, novelty, corrected):  # type: ignore[no-untyped-def]
    """Return the months in which an error added to policy falls by half: ln 2 / (mu Q + kv V + ki I).

    Of an addition to the error E, whose month is E + mu Q (1 - E) - (kv V + ki I) E, a part mu Q + kv V + ki I goes
    each month; nan where nothing does.
    """
    rate = novelty * task + corrected
    if rate > 0.0:
        return 0.6931471805599453 / rate
    return _NAN
