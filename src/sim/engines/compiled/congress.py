"""Step 11: the vote on the opposition, tier by tier, and what a congress decides."""

from __future__ import annotations

from sim.engines.compiled.layout import (
    EMPTY,
    KIND,
    NOBODY,
    NUMBER_OF_SCOPES,
    READING,
    REASON,
    committee,
    eight,
    month_at,
    office,
)
from sim.engines.compiled.memory import WIDTH
from sim.engines.compiled.people import note
from sim.engines.compiled.waiting import mean_skill_waiting
from sim.kernel import inlined, kernel
from sim.mechanisms import congress

CONFERENCE, CONGRESS = KIND["conference"], KIND["congress"]
RAION, GUBERNIIA, NATION, CLAIMS = (REASON[name] for name in ("raion", "guberniia", "nation", "claims"))

members_vote, magnified, influenced, followed, secretary_vote, is_ready = (
    congress.members_vote, congress.magnified, congress.influenced, congress.followed, congress.secretary_vote,
    congress.is_ready,
)  # fmt: skip
share_wanted, claims_after_vote, claims_after_congress, step_since = (
    congress.share_wanted, congress.claims_after_vote, congress.claims_after_congress, congress.step_since
)  # fmt: skip


@kernel
def vote(s):  # type: ignore[no-untyped-def]
    """Let every organisation vote, as if conferences met this month; tiers follow one another."""
    for b in range(s.number_of_eights):
        vote_of_members(s, eight(s, b))
    for g in range(s.guberniias):
        head, o = committee(s, g), office(s, g)
        first, number = (o.first_uezd, o.uezds) if o.uezds > 0 else (g, 1)
        members = delegates = 0.0
        for i in range(first, first + number):
            members += committee(s, i).share
            delegates += committee(s, i).delegates
        head.opposition = members / number
        head.opposition_delegates = delegates / number
    for b in range((s.guberniias + WIDTH - 1) // WIDTH):
        vote_of_delegates(s, eight(s, b))
    national = weight = 0.0
    for g in range(s.guberniias):
        head = committee(s, g)
        national += head.members * head.delegates
        weight += head.members
    s.opposition = national / weight


@kernel
def vote_of_members(s, e):  # type: ignore[no-untyped-def]
    """Find the share of organisations' members for the opposition, and of the delegates whom they send."""
    b0, slope, spread, exponent, si, follow = s.b0, s.VOTE_SLOPE, s.vote_noise, s.lower_tier, s.si, s.follow
    proportional = month_at(s, s.t).proportional
    for k in range(WIDTH):
        share = members_vote(e.discussion[k], e.unity[k], b0, e.credit[k], spread * e.vote_lot[k], slope)
        e.share[k] = share
        e.delegates[k] = tier(e, k, share, exponent, proportional, si, follow)


@kernel
def vote_of_delegates(s, e):  # type: ignore[no-untyped-def]
    """Find the share of guberniias' delegates for the opposition, and of those whom they send to the nation's congress.

    Of a city's list the delegates are elected by all at once, of the rest by uezds.
    """
    city_list, lower, upper, si, follow = s.city_list, s.lower_tier, s.upper_tier, s.si, s.follow
    proportional = month_at(s, s.t).proportional
    for k in range(WIDTH):
        listed = tier(e, k, e.opposition[k], lower, proportional, si, follow)
        share = (1.0 - city_list) * e.opposition_delegates[k] + city_list * listed
        e.opposition_delegates[k] = share
        e.delegates[k] = tier(e, k, share, upper, proportional, si, follow)


@inlined
@kernel
def tier(e, k, share, exponent, proportional, si, follow):  # type: ignore[no-untyped-def]
    """Return delegates' share: in proportion by platform, or magnified and influenced by the secretary."""
    appointed, elected, as_patron = e.appointed[k], e.elected[k], followed(e.loyalty[k], follow, si)
    follows = as_patron if (e.standing[0, k] != EMPTY) & (appointed != 0.0) else 1.0
    chosen = influenced(magnified(share, exponent), appointed, elected, si * follows)
    return share if proportional else chosen


@kernel
def followed_at(s, i, share):  # type: ignore[no-untyped-def]
    """Return how far an appointed secretary follows his patron in what is ``share`` on average; 1 for others."""
    c = committee(s, i)
    if office(s, i).held[0] < 0 or c.appointed == 0.0:
        return 1.0
    return followed(c.loyalty, s.follow, share)


@kernel
def vote_of_secretary(s, g):  # type: ignore[no-untyped-def]
    """Return the chance that a secretary votes for the opposition."""
    c = committee(s, g)
    opinion = members_vote(c.discussion, c.unity, s.b0, c.credit, 0.0, s.VOTE_SLOPE)
    return secretary_vote(opinion, c.appointed, s.psi * followed_at(s, g, s.psi))


@kernel
def ready_at(s, g):  # type: ignore[no-untyped-def]
    """Return 1 where a guberniia has literacy and people enough to elect, else 0."""
    c = committee(s, g)
    return is_ready(c.literacy, mean_skill_waiting(s, g, office(s, g).places), s.READY_LITERACY, s.READY_BENCH)


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
        decide_claims(s, month.officials, s.ambition if month.ambitious else 0.0)


@kernel
def decide_claims(s, officials, ambition):  # type: ignore[no-untyped-def]
    """Move the share of posts claimed in the nation and in each class towards what a congress wants."""
    dependent = s.psi * officials * owing(s)
    step = s.CONGRESS_STEP if s.first_version else step_since(s.CONGRESS_STEP, float(s.month - s.met))
    s.met = s.month
    for scope in range(NUMBER_OF_SCOPES):
        claims = s.wanted_claims[scope]
        if s.majority_wants == READING.majority_wants_all:
            centre = s.perceived + ambition * (1.0 - s.perceived)
            claims = claims_after_congress(claims, s.opposition, dependent, centre, s.zeta, step)
        else:
            base = wanted_in(s, scope, claims)
            claims = claims_after_vote(claims, base, s.opposition, dependent, ambition, s.zeta, step)
        s.wanted_claims[scope] = claims
    note(s, CONGRESS, NOBODY, NOBODY, NOBODY, NOBODY, CLAIMS, 0, s.wanted_claims[0])


@kernel
def owing(s):  # type: ignore[no-untyped-def]
    """Return the share of members under an appointed secretary, each as far as he follows his patron."""
    appointed = weight = 0.0
    for g in range(s.guberniias):
        c = committee(s, g)
        appointed += c.members * c.appointed * followed_at(s, g, s.psi)
        weight += c.members
    return appointed / weight


@kernel
def wanted_in(s, scope, claims):  # type: ignore[no-untyped-def]
    """Return what delegates of their own mind want claimed in a class of guberniias, or in the nation."""
    conflict = ready = places = 0.0
    for g in range(s.guberniias):
        if scope == 0 or office(s, g).unit_class == scope:
            conflict += committee(s, g).conflict
            ready += ready_at(s, g)
            places += 1.0
    if s.majority_wants == READING.majority_wants_status_quo or places == 0.0:
        return claims
    return share_wanted(
        claims, s.perceived, conflict / places, ready / places, s.habit, s.want,
        s.want_threat, s.want_conflict, s.want_ready, s.threat_0, s.conflict_0, s.ready_0,
    )  # fmt: skip
