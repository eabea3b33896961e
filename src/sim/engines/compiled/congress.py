"""Step 11: the vote on the opposition, tier by tier, and what a congress decides."""

from __future__ import annotations

from sim.engines.compiled.layout import (
    KIND,
    NOBODY,
    POINT,
    REASON,
    VOTE_LOT,
    committee,
    lot_at,
    month_at,
)
from sim.engines.compiled.people import note
from sim.kernel import kernel
from sim.mechanisms import congress

VOTE = POINT["vote"]
CONFERENCE, CONGRESS = KIND["conference"], KIND["congress"]
RAION, GUBERNIIA, NATION, CLAIMS = (REASON[name] for name in ("raion", "guberniia", "nation", "claims"))

members_vote, magnified, influenced, claims_after_congress = (
    congress.members_vote, congress.magnified, congress.influenced, congress.claims_after_congress
)  # fmt: skip


@kernel
def vote(s):  # type: ignore[no-untyped-def]
    """Let every organisation vote, as if conferences met this month; tiers follow one another."""
    national = weight = 0.0
    for g in range(s.guberniias):
        head = committee(s, g)
        first, number = (head.first_uezd, head.uezds) if head.uezds > 0 else (g, 1)
        members = delegates = 0.0
        for i in range(first, first + number):
            share = members_of(s, i)
            members += share
            delegates += tier(s, i, share, s.lower_tier)
        head.opposition = members / number
        head.opposition_delegates = delegates / number
        national += head.members * tier(s, g, head.opposition_delegates, s.upper_tier)
        weight += head.members
    s.opposition = national / weight


@kernel
def members_of(s, i):  # type: ignore[no-untyped-def]
    """Return the share of an organisation's members for the opposition."""
    c = committee(s, i)
    noise = s.VOTE_NOISE * lot_at(s, VOTE_LOT, i)
    return members_vote(c.discussion, c.unity, s.b0, c.credit, noise, s.VOTE_SLOPE)


@kernel
def tier(s, i, share, exponent):  # type: ignore[no-untyped-def]
    """Return delegates' share after magnification and the secretary's influence."""
    c = committee(s, i)
    return influenced(magnified(share, exponent), c.appointed, c.elected, s.si)


@kernel
def meet(s):  # type: ignore[no-untyped-def]
    """Hold the month's conference (its votes are noted) and congress (claims move, if it may)."""
    month = month_at(s, s.t)
    if month.conference:
        for g in range(s.guberniias):
            note(s, CONFERENCE, g, NOBODY, NOBODY, NOBODY, RAION, 0, committee(s, g).opposition)
            note(s, CONFERENCE, g, NOBODY, NOBODY, NOBODY, GUBERNIIA, 0, committee(s, g).opposition_delegates)
        note(s, CONFERENCE, NOBODY, NOBODY, NOBODY, NOBODY, NATION, 0, s.opposition)
    if month.congress:
        appointed = weight = 0.0
        for g in range(s.guberniias):
            appointed += committee(s, g).members * committee(s, g).appointed
            weight += committee(s, g).members
        dependent = s.psi * month.officials * (appointed / weight)
        s.national_claims = claims_after_congress(
            s.national_claims, s.opposition, dependent, s.perceived, s.zeta, s.CONGRESS_STEP
        )
        note(s, CONGRESS, NOBODY, NOBODY, NOBODY, NOBODY, CLAIMS, 0, s.national_claims)
