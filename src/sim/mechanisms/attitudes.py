"""Step 10, attitudes: habit of debate and preference for unity."""

from __future__ import annotations

from sim.kernel import inlined, kernel
from sim.mechanisms.arithmetic import unit


@inlined
@kernel
def debate_habit(  # type: ignore[no-untyped-def]
    habit, elected, appointed, literacy, conflict, perceived, right, by_use, by_appointment, by_right, loss, scale
):
    """Return the habit of debate D after a month, in [0, 1].

    D + (d_e el L (1 - C) scale - d_a app) D (1 - D) + d_v right (1 - D) - (loss P + loss C) D. What
    election adds and what appointment takes are twins, of equal force at every D where L (1 - C) is
    1 / ``scale``. ``right`` is heard voice x misfit x news: being right is rewarded, so that voice does not
    weaken itself by removing its own grievance (MODEL step 4).
    """
    turned = (by_use * elected * literacy * (1.0 - conflict) * scale - by_appointment * appointed) * habit
    return unit(habit + (turned + by_right * right) * (1.0 - habit) - (loss * perceived + loss * conflict) * habit)


@inlined
@kernel
def debate_habit_first(  # type: ignore[no-untyped-def]
    habit, elected, appointed, literacy, conflict, perceived, right, by_use, by_appointment, by_right, loss
):
    """Return the habit of debate D after a month as in version 0.1, where the twins were not of equal force.

    D + (d_e el L (1 - C) + d_v right)(1 - D) - (d_a app + loss P + loss C) D.
    """
    grown = (by_use * elected * literacy * (1.0 - conflict) + by_right * right) * (1.0 - habit)
    lost = (by_appointment * appointed + loss * perceived + loss * conflict) * habit
    return unit(habit + grown - lost)


@inlined
@kernel
def unity_preference(  # type: ignore[no-untyped-def]
    unity, perceived, conflict, appointed, suppressed, habit,
    by_threat, by_conflict, by_dependence, by_suppression, rest, resting,
):
    """Return the preference for unity U after a month, in [0, 1].

    U + (u_p P + u_c C + u_a app)(1 - U) - u_s suppressed U - rest (U - ū (1 - D)). ``suppressed``
    is (free voice - heard voice) x misfit x news.
    """
    grown = (by_threat * perceived + by_conflict * conflict + by_dependence * appointed) * (1.0 - unity)
    lost = by_suppression * suppressed * unity + rest * (unity - resting * (1.0 - habit))
    return unit(unity + grown - lost)


@inlined
@kernel
def ratcheted(unity, habit, held, step, rest, resting):  # type: ignore[no-untyped-def]
    """Return the preference for unity after what disputes leave for good.

    U + step (1 - U) + rest held (1 - ū (1 - D)): a dispute's step is felt at once, and the resting
    point stays raised by the share of the way to 1 that all disputes have left (``held``).
    """
    return unit(unity + step * (1.0 - unity) + rest * held * (1.0 - resting * (1.0 - habit)))


@kernel
def dispute_step(held, dispute, share):  # type: ignore[no-untyped-def]
    """Return what a month of dispute adds to the share held for good: ρ N_m (1 - held), N_m its size in that month."""
    return share * dispute * (1.0 - held)
