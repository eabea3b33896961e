"""Step 8, selection: what judges see of a candidate. Both policies are judged by one function."""

from __future__ import annotations

import math

from sim.kernel import kernel


@kernel
def blur(load, weight):  # type: ignore[no-untyped-def]
    """Return by how much circumstances multiply the variance of error: 1 + ε (load - 1).

    ``load`` is (1 - L) / 0.6 for voters of literacy L, and assignments a month over LOAD_REF for
    the cadre department's files: both are 1 where the validities r_v and r_f are stated.
    """
    return 1.0 + weight * (load - 1.0)


@kernel
def learned(variance, rate, years):  # type: ignore[no-untyped-def]
    """Return the variance of the files' error after years of record keeping: variance / (1 + l_f years)."""
    return variance / (1.0 + rate * years)


@kernel
def crowded(variance, rate, members):  # type: ignore[no-untyped-def]
    """Return the variance of voters' error among so many thousand members: variance (1 + l_v members / 10)."""
    return variance * (1.0 + rate * members / 10.0)


@kernel
def validity(stated, variance):  # type: ignore[no-untyped-def]
    """Return the validity r when the variance of error is multiplied.

    With error variance v relative to skill, r = 1 / sqrt(1 + v); a stated r has v = 1/r^2 - 1, so
    r' = r / sqrt(r^2 + (1 - r^2) variance). See EVIDENCE for the meaning of r.
    """
    bottom = stated * stated + (1.0 - stated * stated) * variance
    if bottom <= 0.0:
        return stated
    return stated / math.sqrt(bottom)


@kernel
def seen(score, r, z):  # type: ignore[no-untyped-def]
    """Return a judgement of a standard score, r score + sqrt(1 - r^2) z.

    Its correlation with the score is r and its variance 1, for z independent of s.d. 1.
    """
    return r * score + math.sqrt(1.0 - r * r) * z


@kernel
def judged(skill, r, z, taste, trait, loyalty, packing):  # type: ignore[no-untyped-def]
    """Return a candidate's score in s.d. of judgement.

    (1 - λ)(r skill + sqrt(1 - r^2) z + taste x trait) + λ loyalty. ``skill``, ``trait`` and
    ``loyalty`` are standard scores. Voters: trait is temper, λ = 0. Centre: trait is pliancy, λ the
    weight of loyalty (packing).
    """
    return (1.0 - packing) * (seen(skill, r, z) + taste * trait) + packing * loyalty


@kernel
def incumbent_advantage(advantage, result, mean):  # type: ignore[no-untyped-def]
    """Return the incumbent's advantage: i (1 + 2 a), a = A / mean A - 1, bounded to [-0.4, 0.4].

    Retrospective judgement by voters and by the centre alike: a place that does well keeps its man.
    """
    a = 0.0
    if mean > 0.0:
        a = result / mean - 1.0
    if a > 0.4:
        a = 0.4
    if a < -0.4:
        a = -0.4
    return advantage * (1.0 + 2.0 * a)


@kernel
def tail_chance(number, tail):  # type: ignore[no-untyped-def]
    """Return the chance that a secretary appointed from above brings a man along: κ if any of his old team is left.

    ``number``: those who served with him in his former committee and still sit there. Rigby 1981: teams travelled.
    """
    if number > 0:
        return tail
    return 0.0


@kernel
def clique_vote(advantage, lead, clique):  # type: ignore[no-untyped-def]
    """Return what officials who elect add to a candidate of their own: β_c for the clique that leads among them.

    ``lead`` is how many more officials are of clique 1 than of clique 0; where neither leads nobody is favoured.
    """
    if (lead > 0 and clique > 0.5) or (lead < 0 and clique < 0.5):
        return advantage
    return 0.0
