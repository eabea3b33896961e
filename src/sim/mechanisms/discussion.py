"""Step 4, discussion and correction: who notices that policy does not fit, and is heard."""

from __future__ import annotations

from sim.kernel import inlined, kernel
from sim.mechanisms.arithmetic import unit


@inlined
@kernel
def free_voice(discussion, literacy, perceived, base, silenced):  # type: ignore[no-untyped-def]
    """Return the voice that members would have: D (v + (1 - v) L)(1 - χ P), in [0, 1]."""
    return discussion * (base + (1.0 - base) * literacy) * (1.0 - silenced * perceived)


@inlined
@kernel
def heard_voice(free, appointed, elected, temper, lost, hidden):  # type: ignore[no-untyped-def]
    """Return the voice that is heard: free (1 - φ_v appointed)(1 - η temper elected).

    An appointed secretary need not listen; a demagogue tells his voters what they like to hear.
    Twin of :func:`inspection`.
    """
    return free * (1.0 - lost * appointed) * (1.0 - hidden * temper * elected)


@inlined
@kernel
def inspection(reach, appointed, elected, pliancy, lost, hidden):  # type: ignore[no-untyped-def]
    """Return the inspection that gets through: reach (1 - φ_i elected)(1 - η pliancy appointed).

    An elected secretary need not open his books; a pliant one reports what the centre likes to
    read (Gregory 2004). Twin of :func:`heard_voice`.
    """
    return reach * (1.0 - lost * elected) * (1.0 - hidden * pliancy * appointed)


@inlined
@kernel
def misfit(error, novelty, task, voice, by_voice, inspected, by_inspection):  # type: ignore[no-untyped-def]
    """Return next month's error E: E + μ Q (1 - E) - (κ_v V + κ_i I) E, bounded to [0, 1].

    The same equation holds for a place and, with the nation's mean voice, for national policy.
    """
    corrected = by_voice * voice + by_inspection * inspected
    return unit(error + novelty * task * (1.0 - error) - corrected * error)


@inlined
@kernel
def felt_misfit(local, national, share):  # type: ignore[no-untyped-def]
    """Return the misfit a place feels: (1 - ν) E + ν N."""
    return (1.0 - share) * local + share * national


@kernel
def news(economic, base):  # type: ignore[no-untyped-def]
    """Return how plain the centre's errors are: base + economic threat, at most 1."""
    return unit(base + economic)


@inlined
@kernel
def credit(held, voice, felt, plain, memory, gain):  # type: ignore[no-untyped-def]
    """Return the credit of those who were right: memory x X + gain V m news."""
    return memory * held + gain * voice * felt * plain
