"""Step 12, record: forms of the recorded indices."""

from __future__ import annotations

from sim.kernel import inlined, kernel

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
    each month; nan where next to nothing does.
    """
    rate = novelty * task + corrected
    if rate > 1e-12:
        return 0.6931471805599453 / rate
    return _NAN


@inlined
@kernel
def with_ends(ends, ended):  # type: ignore[no-untyped-def]
    """Return the months of the last year in which a sklok ended: 1 for this month, 2 for the last, 4096 a year ago."""
    if ends >= 4096:
        ends = ends - 4096
    return 2 * ends + (1 if ended else 0)


@kernel
def ended_a_year_ago(ends):  # type: ignore[no-untyped-def]
    """Return 1 where a sklok ended twelve months ago, else 0."""
    return 1.0 if ends >= 4096 else 0.0


@kernel
def has_returned(ends, open_now):  # type: ignore[no-untyped-def]
    """Return 1 where a sklok that ended twelve months ago has opened again since: it is open, or has ended again."""
    return 1.0 if ends > 4096 or (ends == 4096 and open_now) else 0.0
