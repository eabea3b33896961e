"""The outcomes: every series that a run records, with unit and direction of "better".

An outcome of the unit ``per post`` counts guberniia secretaries who left: see `sim.engines.readings`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from sim.errors import Problem, nearest
from sim.registry.entries import Outcome as O
from sim.registry.entries import by_name

MOVES = 0.05 / 12
"""Smallest effect of interest on moves, per post and month: one move in twenty post-years."""

OUTCOMES: Mapping[str, O] = by_name(
    O(
        "performance", "share", "result of the guberniia's administration: its committee and its uezds", "higher", smallest=0.005,
    ),
    O("committee_performance", "share", "performance of the guberniia committee alone", "higher", smallest=0.005),
    O("uezd_performance", "share", "mean performance of uezd committees", "higher", smallest=0.005),
    O("recovery", "1913 = 1", "output of the local economy", "higher", high=None),
    O("conflict", "share", "conflict in the guberniia committee", "lower", smallest=0.02),
    O(
        "open_skloki", "share of committees", "guberniia committees with an open sklok this month", "lower", smallest=0.02,
    ),
    O(
        "skloki_year", "share of committees", "guberniia committees with an open sklok in the last 12 months", "lower", smallest=0.02,
    ),
    O("paralysed", "share of committees", "guberniia committees paralysed by conflict", "lower", smallest=1 / 85),
    O(
        "uezd_open_skloki", "share of committees", "uezd committees with an open sklok this month", "lower", smallest=0.02,
    ),
    O("team_skill", "skill", "weighted skill that guberniia officials can use", "higher"),
    O("misfit", "share", "mismatch of policy and place, local and national", "lower", smallest=0.01),
    O("discussion", "share", "habit of open debate", smallest=0.02),
    O("unity", "share", "preference for discipline and centralism", smallest=0.02),
    O("credit", "attitude", "credit of those who were right", high=None),
    O("clarity", "share", "clarity of responsibilities", "higher", smallest=0.02),
    O("literacy", "share of members", "members able to follow and judge written policy", "higher", smallest=0.02),
    O("members", "thousand", "party members and candidates", high=None, summed=True),
    O("appointed", "share of posts", "guberniia secretaries appointed from above", smallest=0.02),
    O("recommended", "share of posts", "guberniia secretaries recommended from above and elected", smallest=0.02),
    O("elected", "share of posts", "guberniia secretaries elected without recommendation", smallest=0.02),
    O("acting", "share of posts", "guberniia posts of secretary held by an acting local", "lower", smallest=0.02),
    O("appointed_cc", "share of posts", "guberniia secretaries appointed by the CC, not a bureau", smallest=0.02),
    O("uezd_appointed", "share of posts", "uezd secretaries appointed from above", smallest=0.02),
    O("claimed", "share of vacancies", "share of vacancies that the superior body claims", smallest=0.02),
    O(
        "centralisation", "index", "mean of the shares claimed, appointed, and of moves made by the centre in 12 months", smallest=0.02,
    ),
    O("bench", "persons", "trained people in waiting per guberniia committee", "higher", high=None),
    O("bench_skill", "skill", "mean skill on guberniia benches", "higher"),
    O("moves", "per post", "guberniia secretaries who left their post this month", high=None, smallest=MOVES),
    O("moves_centre", "per post", "of these, on the superior body's initiative", high=None, smallest=MOVES),
    O("moves_unfit", "per post", "of those, as unfit or after a lost review", high=None, smallest=MOVES),
    O("moves_need", "per post", "of those, sent down to strengthen uezds", high=None, smallest=MOVES),
    O("moves_lateral", "per post", "of those, transferred without demotion", high=None, smallest=MOVES),
    O(
        "moves_conflict", "per post", "moved because of an open sklok, by transfer or extraordinary conference", high=None, smallest=MOVES,
    ),
    O("moves_voted", "per post", "voted out or recalled by the place", high=None, smallest=MOVES),
    O("moves_wear", "per post", "left by wear", high=None, smallest=MOVES),
    O("tenure_appointed", "months", "mean time in post of appointed guberniia secretaries", high=None, smallest=3),
    O("tenure_elected", "months", "mean time in post of elected guberniia secretaries", high=None, smallest=3),
    O(
        "conflict_after_transfer", "share", "conflict where an official was transferred in the last 12 months", "lower", smallest=0.02,
    ),
    O(
        "conflict_after_election", "share", "conflict where a contest changed the holder in the last 12 months", "lower", smallest=0.02,
    ),
    O("opposition_members", "share", "members who would vote for the opposition", smallest=0.02),
    O("opposition_guberniia", "share", "opposition among guberniia conferences' delegates", smallest=0.02),
    O(
        "opposition_nation", "share", "opposition among the national conference's delegates", by_class=False, smallest=0.02,
    ),
    O("threat_objective", "share", "objective threat, with noise", by_class=False, smallest=0.02),
    O("threat_perceived", "share", "threat as leaders perceive it", by_class=False, smallest=0.02),
    O("complexity", "ratio", "task complexity, 1 in 1921", by_class=False, high=None),
    O("national_error", "share", "error of national policy", "lower", by_class=False, smallest=0.01),
    O("assignments", "per month", "guberniia seats filled by the centre this month", by_class=False, high=None),
    O("reserve", "persons", "officials in the centre's reserve", by_class=False, high=None),
    O("people", "persons", "officials alive: in seats, on benches, in the reserve", by_class=False, high=None),
    O(
        "recovery_months", "months",
        "recovery in months of growth: at a horizon the logarithm of recovery in its last month, over the mean monthly "
        "growth of all worlds compared (at least 0.004) in the three years before; month by month recovery itself",
        "higher", low=-math.inf, high=None, smallest=1, in_months=True,
    ),
    O(
        "performance_p10", "share", "performance of the worst tenth: the guberniia a tenth of the way up", "higher",
        smallest=0.005,
    ),
    O("effort", "share", "performance of the guberniia's administration times the complexity of its task", "higher",
      high=None, smallest=0.005),
    O("tenure", "months", "mean time in post of guberniia secretaries", high=None, smallest=3),
    O(
        "error_half_life", "months", "months in which half of a dated error of national policy is corrected, at this "
        "month's voice and inspection", "lower", by_class=False, high=None, smallest=3,
    ),
    O("uezd_paralysed", "share of committees", "uezd committees paralysed by conflict", "lower", smallest=1 / 85),
    O("sklok_duration", "months", "how long the open skloki of guberniia committees have lasted, this month included",
      "lower", high=None, smallest=3),
    O(
        "sklok_returns", "share of skloki", "of the skloki of guberniia committees that ended twelve months ago, those "
        "that have opened again since: a span speaks of what ended a year before it", "lower", smallest=0.02,
    ),
    O("vote_appointed", "share", "chance that an appointed guberniia secretary votes for the opposition", smallest=0.02),
    O("vote_elected", "share", "chance that an elected guberniia secretary votes for the opposition", smallest=0.02),
    O("loyalty_appointed", "s.d.", "mean loyalty of appointed guberniia secretaries to their patron", low=-math.inf,
      high=None, smallest=0.1),
    O("ready", "share of places", "guberniias with members literate and benches skilled enough to elect", "higher",
      smallest=0.02),
    O("moscow_raions", "share", "opposition among members in Moscow's raion conferences, if they met this month",
      by_class=False, smallest=0.02),
    O("moscow_conference", "share", "opposition among delegates of Moscow's guberniia conference, if it met this month",
      by_class=False, smallest=0.02),
    O("confirmed", "share of posts", "guberniia secretaries elected, and kept since by a review from above", smallest=0.02),
    O("moves_asked", "per post", "replaced from above at the place's own request: no initiative of the superior body's",
      high=None, smallest=MOVES),
    O("assignments_asked", "per month", "of the guberniia seats filled by the centre, those at the place's own request",
      by_class=False, high=None),
)
OUTCOME_INDEX: Mapping[str, int] = {name: index for index, name in enumerate(OUTCOMES)}
"""Where an outcome stands on the last axis of a trajectory's values."""

SHOWN = (
    "appointed", "performance", "recovery", "misfit", "conflict", "open_skloki", "paralysed", "opposition_nation",
)  # fmt: skip
"""Outcomes that are printed and drawn unless others are asked for; all are stored."""


def unknown(where: str, names: Iterable[str]) -> list[Problem]:
    """Return a problem for each name that no outcome bears."""
    return [
        Problem(where, found=repr(name), allowed="an outcome (skloki list outcomes)", suggestion=nearest(name, OUTCOMES))
        for name in names
        if name not in OUTCOMES
    ]
