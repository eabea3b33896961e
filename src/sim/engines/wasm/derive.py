"""What `build` and `pack` make of parameters before the first month, as a kernel: for images with other numbers.

The compiled engine's records hold some numbers that follow from parameters. Natively they are made anew with the world;
in a page nobody is there to make them, so that the image holds what they are made from. A test moves every parameter
and compares the outcome with the native engine's, so that neither side can go its own way.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.engines.compiled.layout import READING, RULE, SUPERIOR, TIES, office
from sim.engines.compiled.memory import record_at
from sim.kernel import kernel
from sim.mechanisms.administration import seat_weight
from sim.world.build import World
from sim.world.places import DIGITS, MEDIAN_SCHOOLING
from sim.world.schedule import CLAIMS_LATE, CLAIMS_RISE

#: Of a world: what its skill is shifted by, how finely it is rounded (steps to one; a constant of another file would be
#: frozen into compiled code that does not know of its change), and whether claims and the first appointed follow k0.
WORLD = np.dtype([("shift", "f8"), ("steps", "f8"), ("claims_follow", "i1"), ("appointed_follow", "i1")], align=True)
#: Of a committee: its schooling over that of the median guberniia, as a logarithm.
SCHOOL = np.dtype([("x", "f8")])
#: Of a month: how far the recorded share of claims has risen, at first and later.
WAY = np.dtype([("first", "f8"), ("late", "f8")])
#: Of a month and guberniia: whether the recorded share is claimed.
RECORDED = np.dtype([("x", "i1")])
TABLES = {"world": WORLD, "schools": SCHOOL, "ways": WAY, "recorded": RECORDED}


def tables(world: World) -> dict[str, Any]:
    """Return the tables that `derive` reads."""
    found = {
        "world": np.zeros(1, WORLD), "schools": np.zeros(len(world.committees), SCHOOL),
        "ways": np.zeros(len(world.months), WAY), "recorded": np.zeros(world.rules.at.size, RECORDED),
    }  # fmt: skip
    scenario = world.scenario
    tree, start = scenario.tree, scenario.policy.start
    found["world"][0] = tree.skill_shift, 10.0**DIGITS, start is None, tree.appointed is None
    schooling = np.array([place.schooling for place in world.committees])
    found["schools"]["x"] = schooling - math.log(MEDIAN_SCHOOLING)
    numbers = world.first + np.arange(len(world.months))
    for name, (begin, end) in {"first": CLAIMS_RISE, "late": CLAIMS_LATE}.items():
        found["ways"][name] = np.clip((numbers - begin) / (end - begin), 0.0, 1.0)
    found["recorded"]["x"] = np.array([rule.rule == "recorded" for rule in world.rules.known])[world.rules.at.ravel()]
    return found


@kernel
def derive(s, months, world, schools, ways, recorded):  # type: ignore[no-untyped-def]
    """Set what follows from the parameters in ``s``; the last four are addresses of `tables`."""
    known = record_at(WORLD, world, 0)
    if known.claims_follow:
        s.start_claims = s.k0
    if known.appointed_follow:
        s.first_appointed = s.start_claims
    s.candidates, s.term_months = int(s.n_cand + 0.5), int(s.term + 0.5)
    s.looked_at = max(1, int(s.PRESORTED * s.candidates + 0.5))
    s.lower_tier = s.upper_tier = 1.0
    if s.majority_tier != READING.majority_tier_nation:
        s.lower_tier = s.maj
    if s.majority_tier != READING.majority_tier_guberniia:
        s.upper_tier = s.maj
    other = s.tie_weight * s.tie_other
    for level in range(2):
        seats = 4 - 2 * level
        for seat in range(seats):
            s.seat_weights[level, seat] = seat_weight(seat, float(seats), s.SECRETARY_WEIGHT)
        for tie in range(TIES):
            if tie < seats * (seats - 1) // 2 or tie == SUPERIOR:
                s.tie_weights[level, tie] = s.tie_weight if tie == 0 else other
    for i in range(s.number):
        skill = s.SKILL_MEAN + s.b_slope * record_at(SCHOOL, schools, i).x + known.shift
        skill = min(max(skill, 0.02), 0.98)
        office(s, i).skill = float(int(skill * known.steps + 0.5)) / known.steps
    for t in range(months):
        way = record_at(WAY, ways, t)
        claimed = s.k0 + way.first * (s.k1 - s.k0) + way.late * s.k_late * (1.0 - s.k1)
        for at in range(t * s.guberniias, (t + 1) * s.guberniias):
            if record_at(RECORDED, recorded, at).x:
                record_at(RULE, s.rules, at).claimed = claimed
