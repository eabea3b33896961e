"""Step 2, administration: what a committee's officials get done."""

from __future__ import annotations

from sim.kernel import inlined, kernel
from sim.mechanisms.arithmetic import fresh, link


@inlined
@kernel
def usable_skill(skill, outsider, tenure, ignorance, parochial, half):  # type: ignore[no-untyped-def]
    """Return the skill e that an official can use here.

    e = skill (1 - ι f) for an outsider, skill (1 - π (1 - f)) for a local, f = half / (half +
    tenure): an outsider learns the place, a local grows into its ties. Twins ι (ign), π (paro).
    """
    new = fresh(tenure, half)
    if outsider > 0.5:
        return skill * (1.0 - ignorance * new)
    return skill * (1.0 - parochial * (1.0 - new))


@inlined
@kernel
def parochial_loss(parochial, literacy, by_literacy):  # type: ignore[no-untyped-def]
    """Return the skill that a local loses to parochial ties: π, or π (1 - L) where literacy holds him to account.

    Variant place_terms: local officials did better where the public could hold them to account (Bhavnani & Lee 2018;
    Haus, work in progress); the sign alone is known.
    """
    if by_literacy:
        return parochial * (1.0 - literacy)
    return parochial


@kernel
def served_together(until_a, months_a, until_b, months_b):  # type: ignore[no-untyped-def]
    """Return for how many months two officials served together in a committee.

    Each was there for ``months`` up to the month ``until``: min (until) - max (until - months), at least 0.
    """
    begin_a, begin_b = until_a - months_a, until_b - months_b
    together = (until_a if until_a < until_b else until_b) - (begin_a if begin_a > begin_b else begin_b)
    return together if together > 0.0 else 0.0


@kernel
def trust_between(together, half):  # type: ignore[no-untyped-def]
    """Return the trust that common service leaves between two men: together / (together + half), in [0, 1)."""
    return 1.0 - fresh(together, half)


@inlined
@kernel
def trusted(skill, trust, by_trust):  # type: ignore[no-untyped-def]
    """Return what a team can do whose members trust one another: S + τ n S (1 - S).

    ``trust`` n is the mean over all pairs of its seats. Easter 2000: networks made a weak state work; transfers that
    break teams then cost performance. In quarrels clique friction (a_clq) is its counterpart.
    """
    return skill + by_trust * trust * skill * (1.0 - skill)


@kernel
def seat_weight(seat, seats, secretary):  # type: ignore[no-untyped-def]
    """Return the weight of a seat in the team; the weights of a committee add up to 1.

    ``secretary`` is the secretary's weight in a team of four (SECRETARY_WEIGHT); he keeps the
    same ratio to each other member in smaller teams. Seat 0 is the secretary's.
    """
    ratio = 3.0 * secretary / (1.0 - secretary)
    total = ratio + (seats - 1.0)
    if seat == 0:
        return ratio / total
    return 1.0 / total


@inlined
@kernel
def performance(  # type: ignore[no-untyped-def]
    skill, conflict, misfit, clarity, literacy, discussion, threat, task,
    conflict_loss, paralysis_loss, paralysis, width, misfit_loss, debate_loss,
    clarity_share, literate_share,
):
    """Return performance A of a committee, in [0, 1].

    A = S (1 - b C)(1 - b_p l((C - θ_p) / width))(1 - e E)(1 - d D T)(1 - r + r R)(1 - l + l L) / Q
    with S the team's usable skill, C conflict, θ_p the threshold of paralysis, E misfit, D debate,
    T threat, R clarity, L literacy, Q the task. MODEL step 2; Harris 2017 on paralysis.
    """
    result = skill * (1.0 - conflict_loss * conflict)
    result = result * (1.0 - paralysis_loss * link((conflict - paralysis) / width))
    result = result * (1.0 - misfit_loss * misfit)
    result = result * (1.0 - debate_loss * discussion * threat)
    result = result * (1.0 - clarity_share + clarity_share * clarity)
    result = result * (1.0 - literate_share + literate_share * literacy)
    return result / task


@kernel
def guberniia_result(own, uezds, own_share):  # type: ignore[no-untyped-def]
    """Return what a guberniia achieves: its committee's share and the mean of its uezds'."""
    return own_share * own + (1.0 - own_share) * uezds
