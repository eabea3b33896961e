"""Step 11: the vote on the opposition, tier by tier, and what a congress decides."""

from __future__ import annotations

from sim.engines.reference.agents import Committee
from sim.engines.reference.model import PartyState
from sim.engines.reference.rooms import congress as congress_rules


def vote(model: PartyState) -> None:
    """Let every organisation vote, as if conferences met this month; tiers follow one another.

    Members vote in raion and uezd conferences, these choose delegates to the guberniia's, these
    to the nation's. Without uezds the members choose the guberniia's delegates themselves.
    """
    p, magnifies = model.p, model.variants["majority_tier"]
    lower = p.maj if magnifies in ("all", "guberniia") else 1.0
    upper = p.maj if magnifies in ("all", "nation") else 1.0
    national = weight = 0.0
    for committee in model.guberniia_list:
        bases = committee.uezds or [committee]
        members = delegates = 0.0
        for base in bases:
            share = _members(model, base)
            members += share
            delegates += _tier(base, share, lower, p.si)
        committee.opposition = members / len(bases)
        committee.opposition_delegates = delegates / len(bases)
        national += committee.members * _tier(committee, committee.opposition_delegates, upper, p.si)
        weight += committee.members
    model.opposition = national / weight


def _members(model: PartyState, base: Committee) -> float:
    p = model.p
    noise = p.VOTE_NOISE * model.normal("vote", base.key, 0)
    return congress_rules.members_vote(base.discussion, base.unity, p.b0, base.credit, noise, p.VOTE_SLOPE)


def _tier(committee: Committee, share: float, exponent: float, cut: float) -> float:
    share = congress_rules.magnified(share, exponent)
    return congress_rules.influenced(share, committee.appointed, committee.elected, cut)


def meet(model: PartyState) -> None:
    """Hold the month's conference (its votes are logged) and congress (claims move, if it may)."""
    if model.world.calendar.conference[model.t]:
        for committee in model.guberniia_list:
            model.log("conference", committee, "", None, None, "raion", value=committee.opposition)
            model.log("conference", committee, "", None, None, "guberniia", value=committee.opposition_delegates)
        model.log("conference", None, "", None, None, "nation", value=model.opposition)
    if model.world.calendar.congress[model.t]:
        _decide_claims(model)


def _decide_claims(model: PartyState) -> None:
    p = model.p
    appointed = weight = 0.0
    for committee in model.guberniia_list:
        appointed += committee.members * committee.appointed
        weight += committee.members
    dependent = p.psi * model.world.calendar.officials[model.t] * (appointed / weight)
    model.national_claims = congress_rules.claims_after_congress(
        model.national_claims, model.opposition, dependent, model.perceived, p.zeta, p.CONGRESS_STEP
    )
    model.log("congress", None, "", None, None, "claims", value=model.national_claims)
