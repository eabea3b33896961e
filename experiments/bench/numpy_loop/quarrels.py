"""Steps 5 and 6 of the month: incidents in ties, conflict, open skloki; what is done about them."""

from __future__ import annotations

import numpy as np

from experiments.bench.numpy_loop import formulas
from experiments.bench.numpy_loop.draws import Floats
from experiments.bench.numpy_loop.state import ABOVE, NOBODY, PAIRS, SEATS, TIES, TIES_OF, State
from sim.kernel import interpreted_room
from sim.mechanisms import skloki

one = interpreted_room(skloki)


def quarrel(s: State, lots: list[Floats]) -> None:
    """Let incidents happen in each tie, cool grievances, sum them up to conflict, find open skloki.

    ``quarrel_rate`` and ``cooled`` of the mechanisms, with what all ties of a committee share taken out.

    Parameters
    ----------
    lots
        Of each row of ties, for the committees that have it.
    """
    p, g = s.p, s.g
    sits = s.who != s.nobody
    temper, clique = s.temper[s.who], s.clique[s.who]
    fresh = p.KNOW_PLACE / (p.KNOW_PLACE + s.tenure)
    factor = formulas.hardship_factor(s.clarity, s.recovery, p.a_amp)
    above = np.zeros(s.n)
    above[g:] = s.conflict[s.heads]
    above = p.ABOVE * (above + s.dispute)
    superior = np.full(s.n, p.TEMPER_MEAN)
    superior[g:] = np.where(sits[0, s.heads], temper[0, s.heads], p.TEMPER_MEAN)
    cooling = p.cool * (0.5 + 0.5 * s.clarity) * (0.5 + s.skill[s.who[0]])
    peace = np.ones(s.n)
    for tie in range(ABOVE + 1):
        its = slice(0, s.n if tie in (0, ABOVE) else g)
        a, b = PAIRS[tie] if tie < ABOVE else (0, 0)
        other = temper[b, its] if tie < ABOVE else superior
        grievance = s.ties[tie, its]
        rate = p.a_temp * 4.0 * temper[a, its] * other * factor[its]
        rate = rate + above[its] + p.ESCALATION * grievance
        if tie < ABOVE:
            rate = formulas.place_friction(
                (s.outsider[a, its], s.outsider[b, its]), (clique[a, its], clique[b, its]),
                (fresh[a, its], fresh[b, its]), p.a_out, p.a_clq,
            ) + rate  # fmt: skip
        incident = sits[a, its] & sits[b, its] & (lots[tie] < formulas.unit(rate * (1.0 - grievance) / p.JUMP))
        grievance = np.where(incident, np.minimum(grievance + p.JUMP, 1.0), grievance)
        s.ties[tie, its] = grievance = formulas.unit(grievance - cooling[its] * grievance)
        peace[its] = formulas.skloki.peace_left(peace[its], s.tie_weights[tie], grievance)
    s.conflict[:] = 1.0 - peace
    s.paralysed = s.conflict > p.theta + p.PARALYSIS_STEP
    s.open = s.conflict > p.theta
    s.last_open[s.open] = s.month


def settle(s: State) -> None:
    """Sum all grievances up to conflict."""
    peace = np.ones(s.n)
    for tie, weight in enumerate(s.tie_weights):
        its = slice(0, s.n if tie in (0, ABOVE) else s.g)
        peace[its] = formulas.skloki.peace_left(peace[its], weight, s.ties[tie, its])
    s.conflict[:] = 1.0 - peace


def settle_one(s: State, c: int) -> None:
    """Sum one committee's grievances up to conflict."""
    peace = 1.0
    for tie in TIES[c < s.g]:
        peace = one.peace_left(peace, s.tie_weights[tie], s.ties.item(tie, c))
    s.conflict[c] = 1.0 - peace


def inherit(s: State, c: int, seat: int, outsider: float, added: float) -> None:
    """Change the ties of a seat for its new holder."""
    for tie in TIES_OF[c < s.g][seat]:
        left = one.inherited(s.ties.item(tie, c), outsider, s.p.inh_l, s.p.inh_o)
        s.ties[tie, c] = min(left + added, 1.0)
    settle_one(s, c)


def most_embattled(s: State, c: int) -> int:
    """Return the filled seat with the greatest grievances, the first of equals; -1 if all are empty."""
    best, chosen = -1.0, NOBODY
    for seat in range(SEATS if c < s.g else 2):
        if s.who.item(seat, c) != s.nobody:
            total = 0.0
            for tie in TIES_OF[c < s.g][seat]:
                total += s.ties.item(tie, c)
            if total > best:
                best, chosen = total, seat
    return chosen
