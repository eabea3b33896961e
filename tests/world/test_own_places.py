"""Committees of a table of one's own: what the model reads of a row, and both engines on it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.engines.engine import engine
from sim.scenario.load import load
from sim.world.build import World, build, vary
from sim.world.places import MEDIAN_SCHOOLING, UEZD_BITS
from tests.engines.test_compiled import same

ROWS: list[dict[str, Any]] = [
    {"name": "Harbour", "superior": "North", "literacy": 0.7},
    {"name": "Head Office", "unit_class": "capital", "literacy": 0.95, "schooling": 4.0, "members": 400, "bench": 6},
    {"name": "North", "unit_class": "industrial", "region": "Coast", "literacy": 0.8, "members": 900},
    {"name": "Ferries", "superior": "North", "literacy": 0.2, "schooling": 0.5, "members": 100, "bench": 1},
]


def world(rows: list[dict[str, Any]] = ROWS, **tree: Any) -> World:
    table = {"title": "t", "tree": {"kind": "table", "places": rows, **tree}, "period": {"end": "1922-12"}}
    return build(load(table).scenario)


def test_committees_are_the_rows_the_first_tier_before_the_second() -> None:
    office, north, harbour, ferries = world().committees
    assert [place.name for place in (office, north, harbour, ferries)] == ["Head Office", "North", "Harbour", "Ferries"]
    assert [place.parent for place in (office, north, harbour, ferries)] == [-1, -1, 1, 1]
    assert (office.literacy, office.members, office.bench) == (0.95, 0.4, 6)
    assert (north.bench, harbour.bench, ferries.bench) == (5, 3, 1), "what a row leaves open the tree says"
    assert (harbour.unit_class, harbour.region, harbour.level) == ("industrial", "Coast", "uezd")
    assert (harbour.members, ferries.members) == (0.45, 0.1), "an equal part, or its own"
    assert office.schooling == math.log(4.0) and north.schooling == math.log(MEDIAN_SCHOOLING)


def test_keys_are_unique_and_those_below_lie_below() -> None:
    places = world().committees
    assert len({place.key for place in places}) == 4
    assert {place.key >> UEZD_BITS for place in places[2:]} == {places[1].key >> UEZD_BITS}


def test_what_holds_for_every_tree_holds_for_a_table() -> None:
    assert [place.literacy for place in world(literacy_floor=0.75).committees] == [0.95, 0.8, 0.75, 0.75]
    assert min(world(skill_shift=0.1).skill) > min(world().skill)


def test_skill_follows_schooling_and_its_parameters() -> None:
    base = world()
    assert base.skill[0] > base.skill[1] > base.skill[3]
    assert base.skill[1] == round(base.p.SKILL_MEAN, 6), "the median's schooling gives the mean"
    flat = vary(base, {"b_slope": 0.0})
    assert len(set(flat.skill)) == 1 and flat.committees is base.committees


@pytest.mark.parametrize("rule", ["recorded", "election", "readiness"])
def test_both_engines_reckon_it_alike(rule: str) -> None:
    made = world()
    policy = made.scenario.policy.model_copy(update={"rule": rule})
    run = made.scenario.run.model_copy(update={"committees": True})
    made = build(made.scenario.model_copy(update={"policy": policy, "run": run}))
    one, other = (engine(name).simulate(made, 1) for name in ("compiled", "reference"))
    same(one, other)
    assert one.values.shape[0] == 24 and not math.isnan(one.values[-1, 0, 0])


def test_a_row_makes_a_difference_to_its_own_place() -> None:
    poorer = [row | {"literacy": 0.1} if row["name"] == "Head Office" else row for row in ROWS]
    one, other = (engine("compiled").simulate(world(rows), 0) for rows in (ROWS, poorer))
    assert (one.values[0, 0] != other.values[0, 0]).any()
