"""What is off by default: places that ask for men from above, men who bring others along, teams with trust."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from sim.engines import compiled
from sim.engines.reference import PartyModel, networks, turnover
from sim.engines.reference.agents import Committee, Official
from sim.engines.trajectory import Trajectory
from sim.registry.versions import FIRST, parameter_defaults
from tests.engines.worlds import fingerprint, outcome, run, world

HOT: dict[str, Any] = {"a_temp": 0.04, "cool": 0.04, "theta": 0.3}
ELECTED = {"rule": "election"}
ON = {"ask_above": 0.3, "tail": 1.0, "trust": 0.3}


def fast(**changes: Any) -> Trajectory:
    return compiled.simulate(world(**changes), 0)


def events(trajectory: Trajectory, **where: str) -> list[Any]:
    """Return the events of which all this is true."""
    return [e for e in trajectory.events if all(getattr(e, name) == value for name, value in where.items())]


def test_at_nothing_or_switched_off_they_move_no_bit() -> None:
    for changes in ({}, {"policy": ELECTED}, {"defaults": "0.1"}):
        plain = fingerprint(fast(months=36, **HOT, **changes))
        off = fast(months=36, off=("networks", "demand_from_below"), **ON, **HOT, **changes)
        assert fingerprint(off) == fingerprint(fast(months=36, **dict.fromkeys(ON, 0.0), **HOT, **changes)) == plain
    for name in ON:
        assert fingerprint(fast(months=36, **HOT, **{name: ON[name]})) != fingerprint(fast(months=36, **HOT)), name
    assert {parameter_defaults(version)[name] for version in (FIRST, "0.2") for name in ON} == {0.0}


# Demand from below.


@pytest.mark.parametrize("rule", ["election", "appointment", "recorded"])
def test_every_place_in_open_sklok_asks_if_the_chance_is_one_and_no_other(rule: str) -> None:
    for chance in (0.0, 1.0):
        model = PartyModel(world(months=24, policy={"rule": rule}, ask_above=chance, **HOT), 0)
        seen = 0
        for _ in range(24):
            model.step()
            model.openings = {}
            turnover.remedy(model)
            asked = {index for (index, _), o in model.openings.items() if o.cause == "request" and o.above}
            open_now = {c.index for c in model.committee_list if c.open}
            assert asked == (open_now if chance else set())
            seen += len(open_now)
        assert seen > 20


def test_asking_brings_appointments_under_election_where_there_are_skloki_and_only_there() -> None:
    tree = {"kind": "synthetic", "guberniias": 12, "uezds_each": 2, "appointed": 0.0}
    settings: dict[str, Any] = {"months": 48, "tree": tree, "policy": ELECTED, "options": {"capacity": "unlimited"}}
    none, some = (fast(**settings, **HOT, ask_above=chance) for chance in (0.0, 0.3))
    assert outcome(none, "appointed").max() == 0.0 < outcome(some, "appointed").mean()
    assert outcome(none, "uezd_appointed").max() == 0.0 < outcome(some, "uezd_appointed").mean()
    calm = {"off": ("skloki",), "a_con": 0.0, "a_imp": 0.0, "theta": 1.0}
    quiet = [fast(**settings, **calm, ask_above=chance) for chance in (0.0, 1.0)]
    assert fingerprint(quiet[0]) == fingerprint(quiet[1])


def test_an_appointment_asked_for_comes_in_a_month_of_open_sklok() -> None:
    trajectory = fast(months=48, guberniias=12, policy=ELECTED, options={"capacity": "unlimited"}, **HOT, ask_above=0.3)
    opened: set[str] = set()
    appointed = 0
    for event in trajectory.events:
        if event.kind == "sklok_opened":
            opened.add(event.committee)
        elif event.kind == "sklok_closed":
            opened.discard(event.committee)
        elif event.kind == "took" and event.reason == "appointed":
            assert event.committee in opened
            appointed += 1
    assert appointed > 20


def test_a_request_has_its_own_reason_and_is_no_initiative_of_the_centre() -> None:
    trajectory = fast(months=48, guberniias=12, policy=ELECTED, options={"capacity": "unlimited"}, **HOT, ask_above=0.3)
    left = events(trajectory, kind="left", reason="request", level="guberniia", seat="secretary")
    assert {e.authority for e in left} == {"centre"}
    assert round(float(outcome(trajectory, "moves_asked").sum()) * 12) == len(left) > 5
    assert outcome(trajectory, "moves_centre").max() == 0.0
    asked, filled = (outcome(trajectory, name) for name in ("assignments_asked", "assignments"))
    assert np.array_equal(asked, filled) and filled.sum() >= len(left)


def test_a_request_waits_for_capacity_and_spends_it() -> None:
    def served(capacity: float, **variants: str) -> tuple[float, int]:
        trajectory = fast(months=48, guberniias=12, uezds_each=0, policy=ELECTED, options={"capacity": capacity},
                          variants=variants, ask_above=0.3, **HOT)  # fmt: skip
        return float(outcome(trajectory, "assignments").sum()), len(events(trajectory, kind="left", reason="request"))

    assert served(0.0) == (0.0, 0) and served(0.0, unserved="lapses") == (0.0, 0)
    few, many = served(0.1), served(50.0)
    assert 0 < few[0] <= 5.8 and few[0] < many[0]


# Networks.


def arrivals(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> tuple[list[tuple[int, int]], PartyModel]:
    """Return, of each secretary appointed from above, how many of his old team might come and how many came."""
    known, found = networks.bring_along, []

    def watched(model: Any, secretary: Official, authority: str) -> None:
        committee, former = secretary.post, secretary.former
        team = []
        if former is not None and former is not committee:
            team = [m for m in former.seats[1:] if m and networks._follows(model, m, secretary, committee)]
        before = len(model.events)
        known(model, secretary, authority)
        came = [e for e in model.events[before:] if e.reason == "followed"]
        found.append((len(team), len(came)))
        for event in came:
            (man,) = (m for m in team if m.identity == event.person)
            assert (man.post, man.installed) == (committee, "appointed") and man.seat > 0

    with monkeypatch.context() as patch:
        patch.setattr(networks, "bring_along", watched)
        model = PartyModel(world(months=48, guberniias=8, uezds_each=3, policy={"rule": "appointment"},
                                 options={"capacity": "unlimited"}, **changes), 0)  # fmt: skip
        for _ in range(48):
            model.step()
    return found, model


def test_each_transfer_takes_one_man_of_the_old_team_if_the_chance_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    found, model = arrivals(monkeypatch, tail=1.0)
    assert all(came == (1 if team else 0) for team, came in found)
    assert sum(came for _, came in found) > 20 and any(not team for team, _ in found)
    followed = [e for e in model.events if e.reason == "followed"]
    took = Counter((e.month, e.person) for e in model.events if e.kind == "took")
    assert len(followed) == sum(came for _, came in found) and all(took[e.month, e.person] for e in followed)
    assert all(e.seat != "secretary" for e in followed)
    assert sum(came for _, came in arrivals(monkeypatch, tail=0.0)[0]) == 0


def test_nobody_is_brought_along_where_nobody_is_appointed() -> None:
    assert fingerprint(run(policy=ELECTED, tail=1.0)) == fingerprint(run(policy=ELECTED, tail=0.0))


def strangers(trust: float) -> list[Committee]:
    """Return committees whose officials have never served together."""
    model = PartyModel(world(months=2, trust=trust), 0)
    for committee in model.committee_list:
        for man in committee.seats:
            man.tenure = 0.0  # type: ignore[union-attr]
    return model.committee_list


def served_elsewhere(places: list[Committee]) -> None:
    for man in places[0].seats[:2]:
        man.former, man.former_until, man.former_months = places[3], -3.0, 12.0  # type: ignore[union-attr]


def at_different_times(places: list[Committee]) -> None:
    for man, until in zip(places[0].seats[:2], (-3.0, -15.0), strict=True):
        man.former, man.former_until, man.former_months = places[3], until, 12.0  # type: ignore[union-attr]


def served_here(places: list[Committee]) -> None:
    for man in places[0].seats[1:3]:
        man.tenure = 12.0  # type: ignore[union-attr]


def came_back(places: list[Committee]) -> None:
    first, second = places[0].seats[:2]
    now = float(places[0].model.month)
    first.former, first.former_until, first.former_months = places[0], now - 6.0, 20.0  # type: ignore[union-attr]
    second.tenure = 18.0  # type: ignore[union-attr]


@pytest.mark.parametrize("past", [served_elsewhere, served_here, came_back, at_different_times])
def test_trust_raises_performance_where_men_have_served_together_and_only_there(past: Any) -> None:
    """Half of full trust in one of six pairs, after twelve months of common service."""
    plain, trusting = strangers(0.0), strangers(0.3)
    for places in (plain, trusting):
        past(places)
        for committee in places:
            committee.administer()
    raised = [one.performance < other.performance for one, other in zip(plain, trusting, strict=True)]
    assert raised == [past is not at_different_times] + [False] * (len(plain) - 1)
    skill, share = plain[0].team_skill, 0.5 / 6.0 if raised[0] else 0.0
    assert trusting[0].team_skill == pytest.approx(skill + 0.3 * share * skill * (1.0 - skill), abs=1e-12)


def test_a_team_that_is_broken_up_loses_its_trust() -> None:
    (first, *_) = places = strangers(0.3)
    for committee in places:
        for man in committee.seats:
            man.tenure = 24.0  # type: ignore[union-attr]
    whole = first.trust()
    first.seats[0].tenure = 0.0  # type: ignore[union-attr]
    assert whole == pytest.approx(24.0 / 36.0) and first.trust() == pytest.approx(whole / 2.0)
