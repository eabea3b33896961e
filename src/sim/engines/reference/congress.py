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
            delegates += _tier(model, base, share, lower)
        committee.opposition = members / len(bases)
        listed = _tier(model, committee, committee.opposition, lower)
        committee.opposition_delegates = (1.0 - p.city_list) * (delegates / len(bases)) + p.city_list * listed
        national += committee.members * _tier(model, committee, committee.opposition_delegates, upper)
        weight += committee.members
    model.opposition = national / weight


def _members(model: PartyState, base: Committee) -> float:
    p = model.p
    noise = p.vote_noise * model.normal("vote", base.key, 0)
    return congress_rules.members_vote(base.discussion, base.unity, p.b0, base.credit, noise, p.VOTE_SLOPE)


def _tier(model: PartyState, committee: Committee, share: float, exponent: float) -> float:
    """Return delegates' share: in proportion by platform, or magnified and influenced by the secretary."""
    if model.world.calendar.proportional[model.t]:
        return share
    cut = model.p.si * _followed(model, committee, model.p.si)
    share = congress_rules.magnified(share, exponent)
    return congress_rules.influenced(share, committee.appointed, committee.elected, cut)


def _followed(model: PartyState, committee: Committee, share: float) -> float:
    """Return how far an appointed secretary follows his patron in what is ``share`` on average; 1 for others."""
    man = committee.seats[0]
    if man is None or committee.appointed == 0.0:
        return 1.0
    return congress_rules.followed(man.loyalty, model.p.follow, share)


def secretary_vote(model: PartyState, committee: Committee) -> float:
    """Return the chance that a secretary votes for the opposition."""
    p = model.p
    opinion = congress_rules.members_vote(
        committee.discussion, committee.unity, p.b0, committee.credit, 0.0, p.VOTE_SLOPE
    )
    return congress_rules.secretary_vote(opinion, committee.appointed, p.psi * _followed(model, committee, p.psi))


def is_ready(model: PartyState, committee: Committee) -> float:
    """Return 1 where a guberniia has literacy and people enough to elect, else 0."""
    total = 0.0
    for man in committee.bench:
        total += man.skill
    return congress_rules.is_ready(
        committee.literacy, total / committee.place.bench, model.p.READY_LITERACY, model.p.READY_BENCH
    )


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
    dependent = p.psi * model.world.calendar.officials[model.t] * _owing(model)
    step = p.CONGRESS_STEP
    if not model.first_version:
        step = congress_rules.step_since(step, float(model.month - model.met))
    model.met = model.month
    ambition = p.ambition if model.world.calendar.ambitious[model.t] else 0.0
    for scope, claims in model.wanted_claims.items():
        if model.variants["majority_wants"] == "all":
            centre = model.perceived + ambition * (1.0 - model.perceived)
            claims = congress_rules.claims_after_congress(
                claims, model.opposition, dependent, centre, p.zeta, step
            )
        else:
            base = _share_wanted(model, scope, claims)
            claims = congress_rules.claims_after_vote(
                claims, base, model.opposition, dependent, ambition, p.zeta, step
            )
        model.wanted_claims[scope] = claims
    model.log("congress", None, "", None, None, "claims", value=model.wanted_claims["nation"])


def _owing(model: PartyState) -> float:
    """Return the share of members under an appointed secretary, each as far as he follows his patron."""
    appointed = weight = 0.0
    for committee in model.guberniia_list:
        appointed += committee.members * committee.appointed * _followed(model, committee, model.p.psi)
        weight += committee.members
    return appointed / weight


def _share_wanted(model: PartyState, scope: str, claims: float) -> float:
    """Return what delegates of their own mind want claimed in a class of guberniias, or in the nation."""
    p = model.p
    places = [c for c in model.guberniia_list if scope in ("nation", c.unit_class)]
    if model.variants["majority_wants"] == "status_quo" or not places:
        return claims
    conflict = ready = 0.0
    for committee in places:
        conflict += committee.conflict
        ready += is_ready(model, committee)
    return congress_rules.share_wanted(
        claims, model.perceived, conflict / len(places), ready / len(places), p.habit, p.want,
        p.want_threat, p.want_conflict, p.want_ready, p.threat_0, p.conflict_0, p.ready_0,
    )  # fmt: skip
