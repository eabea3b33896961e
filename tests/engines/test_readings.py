"""Readings of who elects and what is quarrelled about: each decides something, and only what it says."""

from __future__ import annotations

import numpy as np
import pytest

from sim.mechanisms.selection import clique_vote
from sim.mechanisms.skloki import platform_friction
from sim.scenario.schema import Event
from tests.engines.worlds import fingerprint, outcome, run

pytestmark = pytest.mark.usefixtures("either")

ELECTION = {"policy": {"rule": "election"}, "months": 36, "guberniias": 8, "uezds_each": 0, "cont": 1.0}
DISPUTE = {"events": {"d": Event(kind="dispute", start="1921-06", end="1922-03", size=1.0)}, "months": 24}


def test_a_clique_votes_for_its_own_and_nobody_where_none_leads() -> None:
    assert [clique_vote(0.3, 2, 1.0), clique_vote(0.3, 2, 0.0), clique_vote(0.3, -1, 0.0)] == [0.3, 0.0, 0.3]
    assert clique_vote(0.3, 0, 1.0) == clique_vote(0.3, 0, 0.0) == 0.0


def test_a_plenum_knows_its_people_whatever_the_literacy_of_members() -> None:
    plenum = {"variants": {"electorate": "plenum", "conferences": "yearly"}}
    seen, blind = (run(r_p=r, own_clique=0.0, **plenum, **ELECTION) for r in (0.6, 0.1))
    assert outcome(seen, "team_skill")[12:].mean() > outcome(blind, "team_skill")[12:].mean() + 0.01


def test_conferences_meet_in_every_month_or_once_a_year() -> None:
    any_month, yearly = (run(variants={"conferences": name}, **ELECTION) for name in ("any_month", "yearly"))
    assert fingerprint(any_month) != fingerprint(yearly)
    same = [run(variants={"conferences": "yearly"}, term=1.0, **ELECTION), run(term=1.0, **ELECTION)]
    assert fingerprint(same[0]) == fingerprint(same[1]), "where one meets every month nobody is co-opted"


@pytest.mark.parametrize("name", ["electorate", "conferences", "ties"])
def test_appointment_and_calm_ask_for_none_of_them(name: str) -> None:
    appointed = {"policy": {"rule": "appointment"}, "options": {"capacity": "unlimited"}, "months": 18, "cross": 0.0}
    other = {"electorate": "plenum", "conferences": "yearly", "ties": "persons_and_platforms"}[name]
    one, two = (run(off=("extraordinary",), variants=given, **appointed) for given in ({}, {name: other}))
    if name == "ties":
        assert fingerprint(one) == fingerprint(two)
    else:  # the places still elect where the superior body cannot fill a post
        assert np.allclose(outcome(one, "claimed"), outcome(two, "claimed"))


def test_platforms_quarrel_in_months_of_dispute_alone() -> None:
    assert platform_friction(True, False, 0.5, 0.04) == 0.02
    assert platform_friction(True, True, 0.5, 0.04) == platform_friction(False, False, 1.0, 0.04) == 0.0
    given = {"variants": {"ties": "persons_and_platforms"}, "guberniias": 30, "uezds_each": 0, **DISPUTE}
    with_them, without = run(a_plat=0.06, **given), run(a_plat=0.0, **given)
    gap = outcome(with_them, "conflict") - outcome(without, "conflict")
    assert np.all(gap[:5] == 0.0) and gap[8:15].mean() > 0.005
    persons = run(a_plat=0.06, guberniias=30, uezds_each=0, **DISPUTE)
    assert fingerprint(persons) == fingerprint(without)
