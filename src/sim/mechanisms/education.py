"""Step 9, education and recruitment: literacy, clarity, practice."""

from __future__ import annotations

from sim.kernel import inlined, kernel
from sim.mechanisms.arithmetic import unit


@inlined
@kernel
def schooled(literacy, schooling, result, reference):  # type: ignore[no-untyped-def]
    """Return members' literacy after a month: L + s (A / A_ref)(1 - L)."""
    return unit(literacy + schooling * result / reference * (1.0 - literacy))


@inlined
@kernel
def diluted(literacy, joined, relative):  # type: ignore[no-untyped-def]
    """Return literacy after ``joined`` recruits per member, of literacy ``relative`` x L.

    (L + j l_n L) / (1 + j). A purge (j < 0) removes those below the mean: the same formula.
    """
    return unit((literacy + joined * relative * literacy) / (1.0 + joined))


@inlined
@kernel
def clarified(clarity, result, rules, changes, loss):  # type: ignore[no-untyped-def]
    """Return clarity after a month: R + rules (0.4 + 2 A)(1 - R) - loss x changes x R.

    ``changes`` is the share of the committee's officials that changed. Standard rules: Harris
    2017 on Sverdlov's and Stalin's division of responsibilities; HISTORY claim 15.
    """
    return unit(clarity + rules * (0.4 + 2.0 * result) * (1.0 - clarity) - loss * changes * clarity)


@inlined
@kernel
def practised(skill, practice, courses):  # type: ignore[no-untyped-def]
    """Return skill after a month: skill + t (1 - skill) c / 2.

    In post c = 1; on the bench c = (0.3 + 0.7 L) A / A_ref, see :func:`course_quality`.
    """
    return unit(skill + 0.5 * practice * (1.0 - skill) * courses)


@inlined
@kernel
def course_quality(literacy, result, reference):  # type: ignore[no-untyped-def]
    """Return how much a bench learns by courses: (0.3 + 0.7 L) A / A_ref."""
    return (0.3 + 0.7 * literacy) * result / reference
