"""Step 11, congress: indirect election, tier by tier, and the share of posts claimed."""

from __future__ import annotations

from sim.kernel import kernel
from sim.mechanisms.arithmetic import link, unit


@kernel
def members_vote(discussion, unity, lead, held, noise, slope):  # type: ignore[no-untyped-def]
    """Return the share of members for the opposition: link(slope (D - U - b_0 + X + noise))."""
    return link(slope * (discussion - unity - lead + held + noise))


@kernel
def magnified(share, exponent):  # type: ignore[no-untyped-def]
    """Return delegates' share when the majority magnifies: odds -> odds^m, 1 <= m <= 3.

    Between whole exponents the shares are mixed linearly, so that no power function is needed:
    p^k / (p^k + q^k) for k = 1, 2, 3. m = 1 is proportional election.
    """
    p, q = share, 1.0 - share
    second = p * p / (p * p + q * q)
    if exponent <= 2.0:
        return (2.0 - exponent) * p + (exponent - 1.0) * second
    third = p * p * p / (p * p * p + q * q * q)
    return (3.0 - exponent) * second + (exponent - 2.0) * third


@kernel
def influenced(share, appointed, elected, cut):  # type: ignore[no-untyped-def]
    """Return delegates' share after the secretary's influence on their choice.

    An appointed secretary multiplies the opposition's odds by 1 - ψ_s; an elected one pushes them
    as far towards the majority that he finds.
    """
    kept = 1.0 - cut
    if appointed > 0.5 or (elected > 0.5 and share < 0.5):
        return share * kept / (share * kept + 1.0 - share)
    if elected > 0.5 and share > 0.5:
        return share / (share + (1.0 - share) * kept)
    return share


@kernel
def claims_after_congress(claims, opposition, dependent, perceived, reading, step):  # type: ignore[no-untyped-def]
    """Return the share of posts claimed after a congress.

    K + step ((1 - ζ)(1 - (1 - dependent) o) + ζ P - K): delegates vote for unity (1 - o), those
    who owe their post with their patron, and the centre reads the threat.
    """
    wanted = (1.0 - reading) * (1.0 - (1.0 - dependent) * opposition) + reading * perceived
    return unit(claims + step * (wanted - claims))
