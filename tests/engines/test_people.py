"""People are one finite stock: nobody is lost, nobody is in two places."""

from __future__ import annotations

from collections import Counter

import pytest

from sim.engines.reference import PartyModel
from sim.engines.reference.agents import Official
from tests.engines.worlds import outcome, run, world


def places_of(model: PartyModel) -> list[Official]:
    """Return everybody, as often as he is found somewhere."""
    found = list(model.reserve)
    for committee in model.committee_list:
        found += [man for man in committee.seats if man is not None] + committee.bench + committee.pool
    return found


#: Places that ask for men from above, and men who bring others along, in a party that quarrels.
ALL_MOVE = {"ask_above": 0.3, "tail": 1.0, "trust": 0.3, "a_temp": 0.04, "theta": 0.3}


@pytest.mark.parametrize("on", [{}, ALL_MOVE], ids=["by default", "all move"])
@pytest.mark.parametrize("rule", ["recorded", "election", "appointment", "endogenous"])
def test_everybody_is_in_exactly_one_place(rule: str, on: dict[str, float]) -> None:
    model = PartyModel(world(months=40, policy={"rule": rule}, **on), 2)
    for _ in range(40):
        model.step()
        found = places_of(model)
        assert Counter(man.identity for man in found).most_common(1)[0][1] == 1
        assert {man.identity for man in found} == {man.identity for man in model.officials()}


@pytest.mark.parametrize("on", [{}, ALL_MOVE], ids=["by default", "all move"])
def test_stock_is_births_less_departures(on: dict[str, float]) -> None:
    model = PartyModel(world(months=40, **on), 1)
    start = len(model.officials())
    for _ in range(40):
        model.step()
    kinds = Counter(event.kind for event in model.events)
    worn = sum(event.kind == "left" and event.reason == "wear" for event in model.events)
    assert worn > 0 and kinds["trained"] > 0
    assert len(model.officials()) == start + kinds["trained"] - kinds["departed"] - worn


def test_without_uezds_men_sent_down_leave_the_world() -> None:
    model = PartyModel(world(months=60, uezds_each=0), 1)
    start = len(model.officials())
    for _ in range(60):
        model.step()
    reasons = Counter(event.reason for event in model.events if event.kind == "left")
    kinds = Counter(event.kind for event in model.events)
    assert reasons["need"] > 0
    assert len(model.officials()) == start + kinds["trained"] - kinds["departed"] - reasons["wear"] - reasons["need"]


@pytest.mark.parametrize("on", [{}, ALL_MOVE], ids=["by default", "all move"])
def test_homes_keep_to_their_blocks_and_seats_are_consistent(on: dict[str, float]) -> None:
    model = PartyModel(world(months=50, **on), 3)
    for _ in range(50):
        model.step()
    for committee in model.committee_list:
        assert len(committee.slots) <= committee.place.block
        for seat, man in enumerate(committee.seats):
            if man is not None:
                assert (man.post, man.seat) == (committee, seat)
                assert man.installed in ("elected", "recommended", "appointed", "acting", "confirmed")
                assert man.outsider == man.outsider_in(committee)
        assert all(man.post is None for man in committee.bench)
    slots = Counter((man.home.key, man.slot) for man in model.officials())
    assert slots.most_common(1)[0][1] == 1


@pytest.mark.parametrize("on", [{}, ALL_MOVE], ids=["by default", "all move"])
def test_every_arrival_has_a_departure_before_it(on: dict[str, float]) -> None:
    """Each seat's events alternate: taken, left, taken ..."""
    trajectory = run(months=48, **on)
    held: dict[tuple[str, str], int] = {}
    for event in trajectory.events:
        seat = (event.committee, event.seat)
        if event.kind == "took":
            assert held.get(seat) is None, event
            held[seat] = event.person
        elif event.kind == "left":
            assert held.get(seat, event.person) == event.person, event
            held[seat] = None  # type: ignore[assignment]


def test_recorded_people_are_those_found_somewhere() -> None:
    model = PartyModel(world(months=3), 0)
    for _ in range(3):
        model.step()
    assert outcome(model.trajectory(), "people")[-1] == len(places_of(model))
    assert outcome(model.trajectory(), "reserve")[-1] == len(model.reserve)
