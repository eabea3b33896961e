"""Step 11, congress: indirect election, tier by tier, and the share of posts claimed."""

from __future__ import annotations

from sim.kernel import inlined, kernel
from sim.mechanisms.arithmetic import link, unit


@inlined
@kernel
def members_vote(discussion, unity, lead, held, noise, slope):  # type: ignore[no-untyped-def]
    """Return the share of members for the opposition: link(slope (D - U - b_0 + X + noise))."""
    return link(slope * (discussion - unity - lead + held + noise))


@inlined
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


@inlined
@kernel
def influenced(share, appointed, elected, cut):  # type: ignore[no-untyped-def]
    """Return delegates' share after the secretary's influence on their choice.

    An appointed secretary multiplies the opposition's odds by 1 - ψ_s; an elected one pushes them
    as far towards the majority that he finds. Who owes his post to both does half of each.
    """
    kept = 1.0 - cut
    if appointed == 0.5:
        return 0.5 * influenced_by_one(share, 1.0, 0.0, kept) + 0.5 * influenced_by_one(share, 0.0, 1.0, kept)
    return influenced_by_one(share, appointed, elected, kept)


@inlined
@kernel
def influenced_by_one(share, appointed, elected, kept):  # type: ignore[no-untyped-def]
    """Return delegates' share after the influence of a secretary who owes his post to one side, or to none."""
    if appointed > 0.5 or (elected > 0.5 and share < 0.5):
        return share * kept / (share * kept + 1.0 - share)
    if elected > 0.5 and share > 0.5:
        return share / (share + (1.0 - share) * kept)
    return share


@inlined
@kernel
def followed(loyalty, weight, share):  # type: ignore[no-untyped-def]
    """Return how far an appointed secretary follows his patron, beside the mean of 1.

    1 + w (2 link(loyalty) - 1) min(1, (1 - s) / s): the mean over people stays 1, and ``share`` s
    times it stays below 1.
    """
    room = 1.0
    if share > 0.5:
        room = (1.0 - share) / share
    return 1.0 + weight * (2.0 * link(loyalty) - 1.0) * room


@kernel
def secretary_vote(opinion, appointed, owed):  # type: ignore[no-untyped-def]
    """Return the chance that a secretary votes for the opposition: as his place thinks, less what he owes his post."""
    return opinion * (1.0 - appointed * owed)


@kernel
def is_ready(literacy, bench, enough_literacy, enough_bench):  # type: ignore[no-untyped-def]
    """Return 1 where members are literate and the bench skilled enough to elect, else 0."""
    return 1.0 if literacy >= enough_literacy and bench >= enough_bench else 0.0


@kernel
def share_wanted(  # type: ignore[no-untyped-def]
    claims, perceived, conflict, ready,
    habit, resting, by_threat, by_conflict, by_readiness, threat_0, conflict_0, ready_0,
):
    """Return the share of posts that delegates of their own mind want claimed, conditionally.

    unit(h K + (1 - h) K* + s_P (P - P*) + s_C (C - C*) + s_R (R* - ready)). Article: "not opposed
    to the electoral principle ... not possible in all committees, every time".
    """
    pressing = by_threat * (perceived - threat_0) + by_conflict * (conflict - conflict_0)
    return unit(habit * claims + (1.0 - habit) * resting + pressing + by_readiness * (ready_0 - ready))


@kernel
def step_since(step, months):  # type: ignore[no-untyped-def]
    """Return the part of the gap that a congress closes: the step a year after the last, in proportion if sooner.

    Otherwise the number of meetings would set the speed.
    """
    return step * months / 12.0 if months < 12.0 else step


@kernel
def claims_after_vote(claims, base, opposition, dependent, ambition, centre, step):  # type: ignore[no-untyped-def]
    """Return the share of posts claimed after a congress whose delegates are of three kinds.

    Those who owe their post (d) want what their patron wants, base + α (1 - base); of the others
    the opposition (o) wants 0, the rest base. The patron's own weight is ζ.
    K + step ((1 - ζ)(d patron + (1 - d)(1 - o) base) + ζ patron - K).
    """
    patron = base + ambition * (1.0 - base)
    delegates = dependent * patron + (1.0 - dependent) * (1.0 - opposition) * base
    return unit(claims + step * ((1.0 - centre) * delegates + centre * patron - claims))


@kernel
def claims_after_congress(claims, opposition, dependent, perceived, reading, step):  # type: ignore[no-untyped-def]
    """Return the share of posts claimed after a congress.

    Reading ``all``: K + step ((1 - ζ)(1 - (1 - dependent) o) + ζ P - K): delegates vote for unity
    (1 - o), those who owe their post with their patron, and the centre reads the threat.
    """
    wanted = (1.0 - reading) * (1.0 - (1.0 - dependent) * opposition) + reading * perceived
    return unit(claims + step * (wanted - claims))
