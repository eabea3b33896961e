"""What congresses want, packing that reaches votes, platforms, and what disputes leave for good."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engines import compiled
from sim.engines.trajectory import Trajectory
from sim.registry.entries import CLASSES
from sim.scenario.load import load
from sim.scenario.schema import Event, month_name, month_number
from sim.world.build import build
from tests.engines.worlds import outcome, world

#: No wish but habit, no ambition.
CALM: dict[str, Any] = {
    "habit": 1.0, "want_threat": 0.0, "want_conflict": 0.0, "want_ready": 0.0, "ambition": 0.0,
}  # fmt: skip
UNITED = {"b0": 0.6, "debate_start": 0.0, "d_el": 0.0, "d_app": 0.0, "d_vc": 0.0, "maj": 3.0, "vote_noise": 0.0}
FIRST = month_number("1921-01")
NATIONAL = ("opposition_members", "opposition_guberniia", "opposition_nation")


def meetings(months: int, every: int) -> dict[str, Event]:
    """Return a congress every so many months, from March 1921."""
    return {f"c{t}": Event(kind="congress", start=month_name(FIRST + t)) for t in range(2, months, every)}


def endogenous(start: float = 0.5, every: int = 12, months: int = 108, **changes: Any) -> Trajectory:
    """Run a world in which congresses say what is claimed."""
    policy = {"rule": "endogenous", "start": start}
    changes = {"uezds_each": 1, "guberniias": 8, "events": meetings(months, every), **changes}
    return compiled.simulate(world(months=months, policy=policy, **changes), 0)


def claimed(trajectory: Trajectory) -> Any:
    return outcome(trajectory, "claimed")


def test_with_every_force_off_claims_stay_where_they_are() -> None:
    """As first built they rose in the same world, whatever anybody wanted."""
    for start in (0.2, 0.5, 0.8):
        for wants in ("conditional", "status_quo"):
            still = endogenous(start, variants={"majority_wants": wants}, off=("proportional",), **CALM, **UNITED)
            assert outcome(still, "opposition_nation").max() < 1e-3
            assert claimed(still)[-1] == pytest.approx(start, abs=0.01)
    assert claimed(endogenous(0.2, variants={"majority_wants": "all"}, **CALM, **UNITED))[-1] > 0.5


def gap(habit: float) -> float:
    settings = {**CALM, **UNITED, "habit": habit, "off": ("proportional",)}
    ends = [claimed(endogenous(start, **settings))[-1] for start in (0.1, 0.9)]
    return float(abs(ends[1] - ends[0]))


def test_two_starts_converge_unless_habit_is_without_end() -> None:
    assert gap(0.0) < 0.01 and gap(0.5) < 0.1
    assert gap(1.0) > 0.75


def moved_by_meetings(habit: float, ambition: float = 0.0) -> float:
    """Return how far the party's conferences, counted as congresses, move what is claimed in 1929."""
    plain = load("endogenous-congress", ["tree.uezds=0"]).scenario
    parameters = plain.parameters | {"habit": habit, "ambition": ambition}
    events = {
        name: event.model_copy(update={"kind": "congress"}) if event.kind == "conference" else event
        for name, event in plain.events.items()
    }
    ends = []
    for known in (plain.events, events):
        w = build(plain.model_copy(update={"events": known, "parameters": parameters}))
        ends.append(np.mean([claimed(compiled.simulate(w, r, events=False))[-12:].mean() for r in range(3)]))
    return float(abs(ends[1] - ends[0]))


def test_the_number_of_meetings_does_not_decide() -> None:
    """What a meeting decides goes with the time since the last one: by a fixed step it moved .054 at half of either."""
    for ambition in (0.0, 0.5, 1.0):
        assert moved_by_meetings(0.0, ambition) < 0.05 and moved_by_meetings(0.5, ambition) < 0.05


def test_ambition_begins_in_april_1922() -> None:
    """The centre's aims reach nothing before, and raise what is claimed after."""
    modest, ambitious = (claimed(endogenous(every=6, months=48, ambition=a)) for a in (0.0, 1.0))
    assert np.array_equal(modest[:15], ambitious[:15])
    assert ambitious[-1] > modest[-1] + 0.1
    assert np.array_equal(claimed(endogenous(every=6, months=48, off=("ambitious_centre",))), modest)


def test_classes_ask_for_what_they_need() -> None:
    """Where benches and readers suffice in one class alone, that class alone is claimed less."""
    trajectory = endogenous(months=48, want_ready=1.0, guberniias=12)
    values = [outcome(trajectory, "claimed", scope)[-1] for scope in CLASSES]
    assert max(values) > min(values) + 0.02
    same = endogenous(months=48, guberniias=12, variants={"majority_wants": "all"})
    values = [outcome(same, "claimed", scope)[-1] for scope in CLASSES]
    assert max(values) - min(values) < 1e-12


def packed(follow: float, **changes: Any) -> Trajectory:
    """Run a world of appointment in which loyalty counts in votes or does not; posts hang on no vote."""
    settings = {"policy": {"rule": "appointment"}, "options": {"capacity": "unlimited"}, "pack": 1.0, **changes}
    settings = {"months": 48, "guberniias": 16, "uezds_each": 1, "b0": 0.0, "maj": 1.0, **settings}
    return compiled.simulate(world(follow=follow, **settings), 0)


def test_loyalty_reaches_votes_of_the_same_people() -> None:
    """Nobody else is chosen; packed secretaries let fewer opponents through; without influence no vote differs."""
    counted, not_counted = packed(1.0), packed(0.0)
    for name in ("appointed", "loyalty_appointed", "moves", "performance"):
        assert np.array_equal(outcome(counted, name), outcome(not_counted, name), equal_nan=True)
    assert outcome(counted, "loyalty_appointed")[-12:].mean() > 0.2
    assert outcome(counted, "opposition_nation")[-12:].mean() < outcome(not_counted, "opposition_nation")[-12:].mean()
    assert outcome(counted, "vote_appointed")[-12:].mean() < outcome(not_counted, "vote_appointed")[-12:].mean()
    for name in NATIONAL:
        free = [outcome(packed(follow, si=0.0), name) for follow in (0.0, 1.0)]
        assert np.array_equal(*free)


def test_without_dependence_loyalty_moves_no_claim() -> None:
    """With influence off, what is left of loyalty is what delegates owe."""
    def difference(psi: float) -> float:
        settings = {"months": 60, "every": 6, "si": 0.0, "psi": psi, "pack": 1.0, "ambition": 1.0}
        ends = [claimed(endogenous(follow=follow, **settings)) for follow in (0.0, 1.0)]
        return float(np.abs(ends[1] - ends[0]).max())

    assert difference(0.0) == 0.0 and difference(0.6) > 1e-4


def test_delegates_by_platform_until_march_1921() -> None:
    """Until then the nation's delegates are its members by their places' sizes; afterwards majorities magnify."""
    dated, never = (packed(1.0, months=8, off=off) for off in ((), ("proportional",)))
    by_platform, by_list = outcome(dated, "opposition_guberniia"), outcome(never, "opposition_guberniia")
    members = outcome(dated, "opposition_members")
    assert np.allclose(by_platform[:3], members[:3], rtol=1e-12) and not np.allclose(by_platform[3:], members[3:])
    assert not np.allclose(by_list[:3], members[:3]) and np.array_equal(by_platform[3:], by_list[3:])


def test_a_city_list_lets_fewer_opponents_through_where_raions_scatter() -> None:
    def delegates(city_list: float) -> float:
        w = world(months=12, guberniias=4, uezds_each=8, city_list=city_list, vote_noise=0.12)
        trajectory = compiled.simulate(w, 0)
        return float((outcome(trajectory, "opposition_guberniia") / outcome(trajectory, "opposition_members")).mean())

    raions, half, city = (delegates(x) for x in (0.0, 0.5, 1.0))
    assert city < half < raions


def unity(rho: float, size: float) -> float:
    disputes = {
        f"d{year}": Event(kind="dispute", start=f"{year}-01", end=f"{year}-06", size=size)
        for year in (1921, 1923, 1925, 1927)
    }
    w = world(months=108, guberniias=6, uezds_each=0, policy={"rule": "recorded"}, events=disputes, rho=rho)
    return float(np.mean([outcome(compiled.simulate(w, r), "unity")[-12:].mean() for r in range(4)]))


def test_disputes_ratchet_unity() -> None:
    assert abs(unity(0.0, 0.6) - unity(0.0, 0.0)) < 0.02
    assert unity(0.2, 0.6) > unity(0.2, 0.0) + 0.03
