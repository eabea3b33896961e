"""Step 5, skloki: incidents, not drift, and what a change of holder does to a feud."""

from __future__ import annotations

import math

from sim.kernel import inlined, kernel
from sim.mechanisms.arithmetic import fresh, unit


@inlined
@kernel
def quarrel_rate(  # type: ignore[no-untyped-def]
    temper_a, temper_b, clarity, recovery, grievance, above, dispute,
    by_temper, amplified, from_above, escalation,
):
    """Return the growth of grievance in a tie, per month, before friction of place is added.

    4 a_t t_a t_b (1 + a_a (1 - R) + a_a (1 - Y)+) + above (C_sup + N) + escalation G: both
    tempers, unclear responsibilities, hardship, conflict above, leadership disputes, and
    grievance itself. Harris 2017: "rooted in personality clashes ... exacerbated by lingering
    confusion about who was responsible for what, and the grave challenges".
    """
    hardship = 1.0 - recovery
    if hardship < 0.0:
        hardship = 0.0
    rate = by_temper * 4.0 * temper_a * temper_b * (1.0 + amplified * (1.0 - clarity) + amplified * hardship)
    return rate + from_above * (above + dispute) + escalation * grievance


@inlined
@kernel
def place_friction(  # type: ignore[no-untyped-def]
    outsider_a, outsider_b, clique_a, clique_b, tenure_a, tenure_b, by_outsider, by_clique, half
):
    """Return the friction of place in a tie, per month.

    a_o half / (half + tenure of the outsider) between an outsider and a local; a_q between two
    locals, or two outsiders, of different cliques (careers by earlier service: Rigby 1981). Twins
    a_o (a_out) and a_q (a_clq): the first hits every such tie and fades, the second hits half of
    the ties and stays. Engines give both the months that the two have served together: a local who
    joins outsiders is as new to them as an outsider to locals (:func:`acquaintance`).
    """
    if outsider_a != outsider_b:
        tenure = tenure_a if outsider_a > 0.5 else tenure_b
        return by_outsider * fresh(tenure, half)
    if clique_a != clique_b:
        return by_clique
    return 0.0


@inlined
@kernel
def acquaintance(tenure_a, tenure_b):  # type: ignore[no-untyped-def]
    """Return the months that two officials have served together: since the later of them arrived."""
    return tenure_a if tenure_a < tenure_b else tenure_b


@inlined
@kernel
def platform_friction(opposed_a, opposed_b, dispute, by_platform):  # type: ignore[no-untyped-def]
    """Return the growth of grievance between two officials by policy: a_p x dispute between platforms, else 0.

    ``opposed``: whether an official stands against the majority's line. Of the recorded conflicts 16 are about
    policy or the New Course, 3 are personal (skloki_cases.csv).
    """
    if opposed_a != opposed_b:
        return by_platform * dispute
    return 0.0


@inlined
@kernel
def incident_chance(rate, grievance, jump):  # type: ignore[no-untyped-def]
    """Return the monthly chance of an incident, rate (1 - G) / jump, at most 1."""
    return unit(rate * (1.0 - grievance) / jump)


@inlined
@kernel
def cooled(grievance, cooling, clarity, skill):  # type: ignore[no-untyped-def]
    """Return grievance after a month: G - c (1/2 + R/2)(1/2 + s) G, with s the secretary's skill."""
    return unit(grievance - cooling * (0.5 + 0.5 * clarity) * (0.5 + skill) * grievance)


@inlined
@kernel
def peace_left(peace, weight, grievance):  # type: ignore[no-untyped-def]
    """Return the product over ties so far, times 1 - w G^2; conflict is C = 1 - product."""
    return peace * (1.0 - weight * grievance * grievance)


@inlined
@kernel
def between(one, other, part):  # type: ignore[no-untyped-def]
    """Return what lies a part of the way from one value to another."""
    return (1.0 - part) * one + part * other


@inlined
@kernel
def of_several(peace, ties):  # type: ignore[no-untyped-def]
    """Return the peace of a committee each of whose ties stands for several, peace^n, n at most 4.

    An uezd has two ties in the model and a guberniia committee seven; by two alone it would hardly ever quarrel,
    against the record (T28). Between half powers the value is mixed linearly, so that no power function is needed.
    """
    if ties <= 1.0:
        return peace
    half = math.sqrt(peace) if peace > 0.0 else 0.0
    if ties <= 1.5:
        return between(peace, peace * half, 2.0 * ties - 2.0)
    square = peace * peace
    if ties <= 2.0:
        return between(peace * half, square, 2.0 * ties - 3.0)
    if ties <= 2.5:
        return between(square, square * half, 2.0 * ties - 4.0)
    if ties <= 3.0:
        return between(square * half, square * peace, 2.0 * ties - 5.0)
    if ties <= 3.5:
        return between(square * peace, square * peace * half, 2.0 * ties - 6.0)
    return between(square * peace * half, square * square, 2.0 * ties - 7.0)


@kernel
def inherited(grievance, outsider, by_local, by_outsider):  # type: ignore[no-untyped-def]
    """Return the grievance in a tie when its holder has changed. Twins inh_l and inh_o."""
    if outsider > 0.5:
        return by_outsider * grievance
    return by_local * grievance


@kernel
def race_grievance(margin, clarity, width, dead_heat):  # type: ignore[no-untyped-def]
    """Return grievance after a decision between candidates: g (1 - R) width / (width + margin) / 2.

    ``margin`` is the winner's lead over the best of those passed over, in s.d. of judgement. One rule for a vote
    (g_c, a_con) and an appointment (g_i, a_imp): twins. Until 0.1 appointments left :func:`imposed_grievance`.
    """
    return 0.5 * dead_heat * (1.0 - clarity) * width / (width + margin)


@kernel
def imposed_grievance(outsider, size, clarity, imposed):  # type: ignore[no-untyped-def]
    """Return grievance after an outsider was imposed, in version 0.1 alone: g_i (1 - R) D / 2; none for a local.

    It faded with the habit of debate D and spared locals, who are appointed the more often the more cross over: its
    twin, :func:`race_grievance`, did neither.
    """
    if outsider > 0.5:
        return 0.5 * imposed * (1.0 - clarity) * size
    return 0.0
