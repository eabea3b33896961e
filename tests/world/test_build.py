"""From a scenario to a world: effective values, and the rule of selection month by month."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.mechanisms.vacancies import recall_factor
from sim.registry.constants import CONSTANTS
from sim.registry.mechanisms import LIMITS, MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.scenario.schema import Scenario, Tree, month_number
from sim.world.build import TWINS, World, build, effective, vary
from sim.world.places import Place, plant
from tests.world.worlds import THREE, at, scenario, world


def claimed(found: World, month: str, name: str = "Tver") -> float:
    index = next(i for i, place in enumerate(found.committees) if place.name == name)
    return found.rules[at(found, month)][index].claimed


# Effective values.


def test_defaults_are_those_of_the_registry() -> None:
    p = vars(effective(scenario()))
    assert p == {
        **{name: float(parameter.default) for name, parameter in PARAMETERS.items()},
        **{name: float(constant.value) for name, constant in CONSTANTS.items()},
    }
    assert all(type(value) is float for value in p.values())


@pytest.mark.parametrize("name", list(MECHANISMS))
def test_a_mechanism_that_is_off_takes_its_limit_over_any_override_and_nothing_else(name: str) -> None:
    overrides = {key: 0.123 for key in LIMITS[name] if key in PARAMETERS}
    off = vars(effective(scenario(mechanisms={name: False}, parameters=overrides)))
    plain = vars(effective(scenario()))
    assert {key: off[key] for key in LIMITS[name]} == LIMITS[name]
    assert {key for key in plain if off[key] != plain[key]} <= set(LIMITS[name])


def test_a_mechanism_that_is_on_keeps_overrides() -> None:
    p = effective(scenario(mechanisms={"voice": True, "hiding": False}, parameters={"kv": 0.11, "hide": 0.5}))
    assert (p.kv, p.hide) == (0.11, 0.0)


def test_equal_twins_have_the_first_ones_value() -> None:
    set_ = {"r_v": 0.3, "r_f": 0.5, "d_vc": 0.1, "u_s": 0.2, "dem": 0.4}
    found = effective(scenario(parameters=set_, options={"twins": "equal"}, mechanisms={"showmanship": False}))
    assert found.r_v == found.r_f == 0.3
    assert (found.d_vc, found.u_s) == (0.1, 0.2), "their ranges differ: they are no such twins"
    assert found.dem == found.flat == 0.0, "off is off"
    assert all(getattr(found, first) == getattr(found, second) for first, second in TWINS.items())
    assert len(TWINS) == sum(bool(p.twin) for p in PARAMETERS.values()) / 2 - 1
    assert (effective(scenario(parameters=set_)).r_v, effective(scenario(parameters=set_)).r_f) == (0.3, 0.5)
    varied = vary(build(scenario(options={"twins": "equal"})), {"ign": 0.17})
    assert varied.p.paro == 0.17


def test_a_world_has_its_months_and_guberniias() -> None:
    found = world(period={"start": "1921-11", "end": "1923-02"})
    assert found.months == [
        *(f"1921-{m}" for m in (11, 12)), *(f"1922-{m:02d}" for m in range(1, 13)), "1923-01", "1923-02"
    ]  # fmt: skip
    assert found.first == month_number("1921-11")
    assert found.guberniias == 3 == len(found.rules[0])
    assert len(found.rules) == len(found.months) == len(found.calendar.objective) == len(found.calendar.famine)
    assert build(found.scenario).committees == found.committees
    assert world(policy={"rule": "endogenous", "start": 0.37}).claims == 0.37
    assert world().claims == found.p.k0


# The rule of selection.


def test_recorded_claims_rise_in_straight_lines_and_stay() -> None:
    found = world(period={"start": "1919-06", "end": "1929-12"}, parameters={"k1": 0.7, "k_late": 0.5})
    start = found.p.k0
    assert claimed(found, "1919-06") == claimed(found, "1921-01") == start
    assert claimed(found, "1922-04") == pytest.approx((start + 0.7) / 2), "15 of 30 months"
    assert claimed(found, "1923-07") == claimed(found, "1925-12") == pytest.approx(0.7)
    assert claimed(found, "1927-07") == pytest.approx(0.7 + 0.25 * 0.3), "half of the way to k2"
    assert claimed(found, "1929-01") == claimed(found, "1929-12") == pytest.approx(0.85)
    first = world(period={"start": "1919-06", "end": "1929-12"}, parameters={"k1": 0.7}, defaults="0.1")
    assert claimed(first, "1923-07") == claimed(first, "1929-12") == pytest.approx(0.7)


def test_recall_is_dated_and_bunches_as_recorded() -> None:
    found = world(period={"start": "1921-01", "end": "1929-12"})
    p, known = found.p, found.calendar
    factors = dict(zip(found.months, (
        recall_factor(int(period), float(bunched), p.rec_21, p.rec_22, p.rec_mid, p.rec_late)
        for period, bunched in zip(known.recall_period, known.recall, strict=True)
    ), strict=True))  # fmt: skip
    assert (factors["1921-01"], factors["1922-03"]) == (p.rec_21, p.rec_21)
    assert (factors["1922-04"], factors["1923-03"]) == (p.rec_22, p.rec_22)
    assert [factors[f"1923-{m:02d}"] for m in range(4, 13)] == [1, 2, 2, 2, 1.75, 1.75, 0, 0, 0]
    assert [factors[f"1924-{m:02d}"] for m in range(1, 7)] == [0, 0.875, 0.875, 0.875, 0.875, p.rec_mid]
    assert np.mean([factors[month] for month in found.months[27:41]]) == pytest.approx(1.0), "the recorded mean"
    assert (factors["1926-12"], factors["1927-01"]) == (p.rec_mid, p.rec_late)
    first = world(period={"start": "1921-01", "end": "1929-12"}, defaults="0.1").calendar
    assert set(first.recall) == {1.0}


@pytest.mark.parametrize(("rule", "expected"), [("election", 0.0), ("appointment", 1.0)])
def test_fixed_rules_claim_nothing_or_everything(rule: str, expected: float) -> None:
    found = world(policy={"rule": rule})
    assert {r.claimed for row in found.rules for r in row} == {expected}
    assert {r.recall for row in found.rules for r in row} == {rule == "appointment"}


def test_rules_found_during_the_run_have_no_claims_before_it() -> None:
    for rule in ("readiness", "endogenous"):
        assert all(np.isnan(r.claimed) for row in world(policy={"rule": rule}).rules for r in row)
    assert claimed(world(policy={"rule": "share", "share": 0.3}), "1925-01") == 0.3


def test_a_dated_change_holds_from_its_month_and_until_its_last() -> None:
    change = {"date": "1923-12", "until": "1925-06", "rule": "election"}
    found = world(policy={"rule": "appointment", "changes": {"new_course": change}})
    months = [month for month in found.months if claimed(found, month) == 0.0]
    assert (months[0], months[-1], len(months)) == ("1923-12", "1925-06", 19)
    assert claimed(found, "1925-07") == 1.0


def test_a_change_for_a_class_or_a_place_leaves_the_others_alone() -> None:
    by_class = {"date": "1923-12", "rule": "election", "classes": ["capital"]}
    by_place = {"date": "1924-06", "rule": "share", "share": 0.4, "places": ["Omsk"]}
    found = world(policy={"rule": "appointment", "changes": {"a": by_class, "b": by_place}})
    assert [claimed(found, "1924-05", name) for name in ("Moscow", "Tver", "Omsk")] == [0.0, 1.0, 1.0]
    assert [claimed(found, "1924-06", name) for name in ("Moscow", "Tver", "Omsk")] == [0.0, 1.0, 0.4]
    either = {"rule": "election", "classes": ["capital"], "places": ["Omsk"]}
    found = world(policy={"rule": "appointment", "changes": {"a": either}})
    assert [claimed(found, "1921-01", name) for name in ("Moscow", "Tver", "Omsk")] == [0.0, 1.0, 0.0]


def test_the_latest_date_wins_however_written_and_of_equals_the_last_written() -> None:
    early, late = {"date": "1923-01", "rule": "election"}, {"date": "1924-01", "rule": "share", "share": 0.5}
    undated = {"rule": "share", "share": 0.9}
    for order in (("early", "late", "undated"), ("late", "undated", "early"), ("undated", "late", "early")):
        changes = {name: {"early": early, "late": late, "undated": undated}[name] for name in order}
        found = world(policy={"rule": "appointment", "changes": changes})
        assert [claimed(found, month) for month in ("1922-12", "1923-01", "1924-01")] == [0.9, 0.0, 0.5]
    first, second = late | {"share": 0.2}, late | {"share": 0.8}
    for pair, expected in (((first, second), 0.8), ((second, first), 0.2)):
        found = world(policy={"changes": {"a": pair[0], "b": pair[1]}})
        assert claimed(found, "1925-01") == expected


def test_an_earlier_change_returns_when_a_later_one_is_over() -> None:
    changes = {
        "from_1922": {"date": "1922-01", "rule": "election"},
        "in_1924": {"date": "1924-01", "until": "1924-12", "rule": "appointment"},
        "not_enabled": {"date": "1928-01", "rule": "appointment", "enabled": False},
    }
    found = world(policy={"rule": "share", "share": 0.5, "changes": changes})
    assert [claimed(found, f"{year}-06") for year in range(1921, 1930)] == [0.5, 0, 0, 1, 0, 0, 0, 0, 0]


def test_recall_follows_the_rule_unless_it_is_stated() -> None:
    changes = {
        "a": {"date": "1923-01", "rule": "election"},
        "b": {"date": "1924-01", "rule": "election", "recall": True},
    }
    found = world(policy={"changes": changes, "recall": False})
    recalls = [found.rules[at(found, f"{year}-01")][0].recall for year in (1922, 1923, 1924)]
    assert recalls == [False, False, True]


def test_a_scenario_is_not_changed_by_building() -> None:
    asked = scenario(tree=THREE)
    before = asked.model_dump()
    build(asked)
    assert asked.model_dump() == before == Scenario.model_validate(before).model_dump()


# A world with other parameters.

UEZDS = {"only": ["Moscow", "Tver", "Omsk"], "uezds": 60}
RECORDED_AND_NOT = {"changes": {"Tver": {"date": "1922-05", "rule": "share", "share": 0.4, "places": ["Tver"]}}}


def same(one: World, two: World) -> bool:
    calendars = zip(vars(one.calendar).values(), vars(two.calendar).values(), strict=True)
    parts = [(vars(w.p), w.months, w.first, w.committees, w.skill, w.claims, w.scenario) for w in (one, two)]
    alike = all(np.array_equal(a, b) for a, b in calendars)
    return parts[0] == parts[1] and repr(list(one.rules)) == repr(list(two.rules)) and alike


@pytest.mark.parametrize("kind", ["real", "synthetic"])
def test_a_world_is_varied_into_what_would_have_been_built(kind: str) -> None:
    tree = UEZDS if kind == "real" else {"kind": "synthetic", "guberniias": 5, "uezds_each": 2}
    policy = RECORDED_AND_NOT if kind == "real" else {"rule": "endogenous"}
    tables = {"tree": tree, "policy": policy, "period": {"end": "1923-12"}, "mechanisms": {"levies": False}}
    base = world(**tables, parameters={"pack": 0.3})
    # each alone, so that no table is built anew because of another parameter
    for x in PARAMETERS.values():
        for value in (x.low, x.high):
            found = vary(base, {x.name: value})
            assert same(found, world(**tables, parameters={"pack": 0.3, x.name: value})), x.name
            assert found.like is base and found.calendar is base.calendar
    every = {x.name: x.low + 0.3 * (x.high - x.low) for x in PARAMETERS.values()}
    assert same(vary(vary(base, {"b_slope": 0.11, "k1": 0.9}), every), world(**tables, parameters=every))


def test_a_parameter_that_the_tree_reads_has_it_laid_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def by_omega(tree: Tree, p: SimpleNamespace, members: float, seed: int) -> list[Place]:
        return plant(tree, p, members * (1.0 + p.omega), seed)

    monkeypatch.setattr("sim.world.build.plant", by_omega)
    base = world(tree=THREE)
    found = vary(base, {"omega": 0.9})
    assert found.committees != base.committees
    assert same(found, world(tree=THREE, parameters={"omega": 0.9}))
