"""Where two worlds part: alignment, inputs, cascade, attribution, and what is stored."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.divergence.alignment import IDENTITY, align
from sim.analysis.divergence.cascade import WAYS, Cascade, exhausted
from sim.analysis.divergence.distance import FIELD, spread
from sim.analysis.divergence.divergence import Divergence, compare
from sim.analysis.divergence.inputs import Inputs, require_comparable
from sim.analysis.divergence.persons import Names, holders
from sim.engines.reference import PartyModel, simulate
from sim.engines.trajectory import COMMITTEE_FIELDS, Event, EventLog, Trajectory, encode
from sim.errors import UserError
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOME_INDEX, OUTCOMES
from sim.runner import diverge
from sim.scenario.load import load
from sim.scenario.schema import Event as Dated
from sim.world.build import World
from tests.engines.worlds import scenario, world

FAMINE = {"famine": Dated(kind="famine", start="1921-06", end="1923-12", places=["Synthetic 2"])}
ELECTION = {"rule": "recorded", "changes": {"x": {"date": "1922-06", "rule": "election"}}}


def compared(one: dict[str, Any], two: dict[str, Any], replicate: int = 0) -> Divergence:
    """Run two small worlds and compare them."""
    worlds = (world(committees=True, **one), world(committees=True, **two))
    return compare(worlds, (simulate(worlds[0], replicate), simulate(worlds[1], replicate)), replicate)


# ---------------------------------------------------------------------- whole worlds
def test_a_world_is_the_same_as_itself():
    found = compared({"months": 12}, {"months": 12})
    assert found.same and not found.steps and found.decision is None and found.inputs == ()
    assert found.alone == (0, 0) and found.both > 50 and found.other_numbers == 0
    assert found.began == 12
    assert all(row.parted == row.differ == row.seats_differ == row.rms_performance == 0 for row in found.spread.rows())
    assert len(found.cascade()) == 12 and not any("month" in row for row in found.cascade())


@pytest.fixture(scope="module")
def famine() -> Divergence:
    """Famine in one of four guberniias, where hardship breeds quarrels."""
    small = {"months": 36, "uezds_each": 8, "a_amp": 2.0, "seed": 4, "defaults": "0.1"}
    return compared(small, small | {"events": FAMINE})


def test_a_famine_begins_where_and_when_it_strikes(famine):
    assert [(dated.what, dated.month, dated.values, dated.places) for dated in famine.inputs] == [
        ("famine", 5, ("0", "1"), 9)
    ]
    assert famine.numbers.month == "1921-06"
    assert famine.numbers.committees == ["Synthetic 2", *(f"Synthetic 2 uezd {u + 1}" for u in range(8))]
    assert list(famine.numbers.fields) == ["recovery"] and famine.numbers.nation == ["recovery", "recovery_months"]
    assert famine.began == 5 and not famine.spread.differ[:5].any()
    first = famine.describe(famine.event)
    assert first["committee"].startswith("Synthetic 2") and first["way"] == "place"
    assert first["month"] > "1921-06"  # the place is poorer for some months before anybody quarrels over it


def test_every_source_had_parted_before_and_carriers_are_named(famine):
    order = {step.committee: number for number, step in enumerate(famine.steps)}
    assert len(order) == len(famine.steps) > 3
    for number, step in enumerate(famine.steps):
        assert (step.source >= 0) == (step.way in ("person", "bench", "above", "below"))
        assert (step.carrier >= 0) == (step.way in ("person", "bench"))
        assert step.source < 0 or order[step.source] < number
    assert sum(famine.ways().values()) == len(famine.steps)
    elsewhere = [step for step in famine.steps if not famine.places[step.committee].name.startswith("Synthetic 2")]
    assert elsewhere and all(step.way != "place" for step in elsewhere)


def test_worlds_part_at_the_switch_and_by_the_rule():
    found = compared({"months": 24}, {"months": 24, "policy": ELECTION})
    whats = {dated.what: found.months[dated.month] for dated in found.inputs}
    assert whats == {"who claims posts": "1922-06", "recall by the centre": "1922-06"}
    assert found.began == 17 and not found.spread.differ[:17].any() and (found.spread.parted >= 17).all()
    assert found.decision.way == "rule" and found.months[found.decision.month] >= "1922-06"
    assert set(found.ways()) <= set(WAYS) and found.ways()["rule"] > 0


def test_rules_of_other_names_that_claim_the_same_are_the_same():
    policies: list[dict[str, Any]] = [{"rule": "appointment"}, {"rule": "share", "share": 1.0}]
    one, two = ({"months": 6, "policy": policy} for policy in policies)
    found = compared(one, two)
    assert found.same and found.inputs == ()


def test_other_parameters_and_threats_part_the_worlds_from_the_first_month():
    found = compared({"months": 8}, {"months": 8, "g_y": 0.2, "threat": {"shift": 0.2}})
    assert {dated.what for dated in found.inputs} == {"g_y", "objective threat", "perceived threat"}
    assert found.began == 0 and found.numbers.month == "1921-01"


def test_a_meeting_in_one_world_only_is_an_input_and_no_happening():
    meeting = {"xiii": Dated(kind="conference", start="1921-03")}
    found = compared({"months": 6}, {"months": 6, "events": meeting})
    assert [(dated.what, dated.month) for dated in found.inputs] == [("conferences", 2)]
    assert found.alone == (0, 9) and found.numbers is None and not found.steps and not found.same


def test_the_comparison_is_symmetric(famine):
    small = {"months": 36, "uezds_each": 8, "a_amp": 2.0, "seed": 4, "defaults": "0.1"}
    turned = compared(small | {"events": FAMINE}, small)
    assert turned.alone == famine.alone[::-1] and turned.both == famine.both
    assert (turned.spread.parted == famine.spread.parted).all()
    assert turned.event.committee == famine.event.committee and turned.event.told == famine.event.told[::-1]
    assert turned.decision.told == famine.decision.told[::-1]


# ---------------------------------------------------------------------- persons
def test_holders_are_those_whom_the_model_has_seated():
    model = PartyModel(world(months=30), 0)
    for _ in range(30):
        model.step()
    found = holders(model.world.committees, model.trajectory().events, 30)
    for committee in model.committee_list:
        seated = [man.identity if man is not None else -1 for man in committee.seats]
        assert found[-1, committee.index, : len(seated)].tolist() == seated
        assert (found[:, committee.index, len(seated) :] == -1).all()


def test_whoever_leaves_had_held_the_seat():
    small = world(months=24)
    log = simulate(small, 0).events
    found = holders(small.committees, log, 24)
    number = {place.name: i for i, place in enumerate(small.committees)}
    seats = small.committees[0].seats
    checked = 0
    for event in log:
        month = small.months.index(event.month)
        if event.kind == "left" and month and event.reason == "wear":
            # nobody came in and went in the same month: wear strikes before seats are filled
            assert found[month - 1, number[event.committee], seats.index(event.seat)] == event.person
            checked += 1
    assert checked > 5


def test_names_tell_home_number_and_generation():
    places = world(months=1).committees
    names = Names(places)
    home = places[4]
    assert home.level == "uezd"
    assert names.of(home.key << 6 | 2) == f"{home.name} #3"
    assert names.of(1 << 32 | home.key << 6 | 2) == f"{home.name} #3, generation 2"


def test_capacity_runs_out_as_in_the_model():
    busy = world(months=30, guberniias=8, uezds_each=0, policy={"rule": "appointment"}, options={"capacity": 1.3})
    model, left = PartyModel(busy, 0), []
    for _ in range(30):
        model.step()
        left.append(not model.has_capacity(True))
    found = exhausted(busy, model.trajectory().values[:, 0, OUTCOME_INDEX["assignments"]])
    assert found.tolist() == left and 0 < sum(left) < 30
    assert not exhausted(world(months=2, options={"capacity": "unlimited"}), np.zeros(2)).any()


# ---------------------------------------------------------------------- alignment
MONTHS = ["1921-01", "1921-02", "1921-03", "1921-04"]
PLACES = world(months=4).committees  # four guberniias, then two uezds each


def log(events: list[Event]) -> EventLog:
    return encode(sorted(events, key=lambda event: event.month), MONTHS, PLACES)


happenings = st.builds(
    Event,
    month=st.sampled_from(MONTHS),
    kind=st.sampled_from(["left", "took", "incident", "trained"]),
    committee=st.sampled_from([place.name for place in PLACES[:3]]),
    level=st.just("guberniia"),
    seat=st.sampled_from(["secretary", "ispolkom", ""]),
    person=st.integers(0, 3),
    other=st.sampled_from([-1, 4]),
    reason=st.sampled_from(["wear", "elected", "promotion"]),
    authority=st.sampled_from(["centre", "conference"]),
    value=st.sampled_from([0.5, 0.25, float("nan")]),
)
logs = st.lists(happenings, max_size=12).map(log)


def identities(log: EventLog, which: Any) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row[name].item() for name in IDENTITY) for row in log.codes[which])


@settings(max_examples=40)
@given(logs, logs)
def test_alignment_is_the_difference_of_multisets_and_symmetric(one, two):
    found, turned = align(one, two), align(two, one)
    a, b = (identities(log, slice(None)) for log in (one, two))
    assert identities(one, found.only[0]) == a - b and identities(two, found.only[1]) == b - a
    assert identities(one, found.both[0]) == identities(two, found.both[1]) == a & b
    assert [rows.tolist() for rows in turned.only] == [rows.tolist() for rows in found.only[::-1]]
    assert turned.other_numbers == found.other_numbers
    order = [(alone.side, alone.row) for alone in found.in_order]
    mirrored = [(1 - alone.side, alone.row) for alone in turned.in_order]
    assert Counter(order) == Counter(mirrored) and len(set(order)) == sum(map(len, found.only))
    for side in (0, 1):
        assert [x for x in order if x[0] == side] == [x for x in mirrored if x[0] == side]
    if order:
        assert found.in_order[0].position == turned.in_order[0].position
    assert [alone.position[0] for alone in found.in_order] == sorted(alone.position[0] for alone in found.in_order)


@settings(max_examples=20)
@given(logs)
def test_a_log_answers_itself(one):
    found = align(one, one)
    assert len(found.both[0]) == len(one) and not found.in_order and found.other_numbers == 0
    assert found.both[0].tolist() == found.both[1].tolist()


def test_another_number_is_no_other_happening():
    quarrel = Event("1921-01", "incident", "Synthetic 1", "guberniia", person=1, other=2, value=0.2)
    found = align(log([quarrel, quarrel]), log([quarrel._replace(value=0.3), quarrel._replace(value=float("nan"))]))
    assert not found.in_order and found.other_numbers == 2


def test_a_promotion_follows_from_the_choice_that_is_logged_after_it():
    man = PLACES[4].key << 6
    left = Event("1921-02", "left", PLACES[4].name, "uezd", "secretary", man, reason="promotion")
    took = Event("1921-02", "took", "Synthetic 1", "guberniia", "secretary", man, reason="elected")
    next_month = quarrel("1921-03", "Synthetic 2")
    assert [alone.row for alone in align(log([left, took, next_month]), log([])).in_order] == [1, 0, 2]


# ---------------------------------------------------------------------- attribution, on logs made by hand
G1, G2, G3, G4 = (place.name for place in PLACES[:4])
U11, U12 = (place.name for place in PLACES if place.parent == 0)
MAN, OTHER = PLACES[0].key << 6 | 5, PLACES[3].key << 6 | 6


def quarrel(month: str, committee: str, person: int = -1) -> Event:
    return Event(month, "incident", committee, level(committee), person=person, value=0.2)


def takes(month: str, committee: str, person: int, authority: str = "conference", seat: str = "ispolkom") -> Event:
    reason = "elected" if authority == "conference" else "appointed"
    return Event(month, "took", committee, level(committee), seat, person, reason=reason, authority=authority)


def level(committee: str) -> str:
    return next(place.level for place in PLACES if place.name == committee)


def by_hand(
    one: list[Event],
    two: list[Event],
    differences: dict[tuple[int, str, str], float] | None = None,
    changes: dict[str, Any] | None = None,
    **common: Any,
) -> Divergence:
    """Compare two made-up runs: ``differences`` are added to the second's states, by (month, committee, field)."""
    worlds: tuple[World, World] = (world(months=4, **common), world(months=4, **(common | (changes or {}))))
    traces = []
    for side, events in enumerate((one, two)):
        states = np.zeros((4, len(PLACES), len(COMMITTEE_FIELDS)))
        rules = worlds[side].rules
        for number, place in enumerate(PLACES):
            head = place.parent if place.parent >= 0 else number
            states[:, number, FIELD["claimed"]] = [rules[month][head].claimed for month in range(4)]
        traces.append(Trajectory(MONTHS, np.zeros((4, len(SCOPES), len(OUTCOMES))), log(events), states))
    numbers = {place.name: number for number, place in enumerate(PLACES)}
    for (month, committee, field), size in (differences or {}).items():
        traces[1].committees[month:, numbers[committee], FIELD[field]] += size
    return compare(worlds, (traces[0], traces[1]), 0)


def attributed(found: Divergence, committee: str) -> tuple[str, str]:
    """Return the way in which a committee is said to have been reached, and from which."""
    step = next(step for step in found.steps if found.places[step.committee].name == committee)
    return step.way, found.places[step.source].name if step.source >= 0 else ""


def test_a_person_carries_the_difference_from_where_he_fared_differently():
    found = by_hand([takes("1921-01", G2, MAN)], [takes("1921-03", G4, MAN)])
    assert attributed(found, G2) == ("nation", "")
    assert attributed(found, G4) == ("person", G2)
    assert found.steps[1].carrier == MAN and found.names.of(MAN) == f"{G1} #6"
    assert found.event.told == (f"in: {G1} #6 (elected, conference)", f"{G2} #2 stays")
    assert found.event.brief == (f"{G1} #6, elected", f"{G2} #2, stays")


def test_a_person_who_fared_alike_carries_nothing():
    both = takes("1921-01", G2, MAN)
    found = by_hand([both, takes("1921-02", G4, OTHER)], [both, takes("1921-03", G3, MAN)])
    assert attributed(found, G3) == ("nation", "")


def test_a_bench_is_filled_since_somebody_of_the_home_went_elsewhere():
    trained = Event("1921-02", "trained", G1, "guberniia", person=PLACES[0].key << 6 | 9)
    found = by_hand([takes("1921-01", G2, MAN)], [trained])
    assert attributed(found, G1) == ("bench", G2)


def test_a_bench_that_others_have_drawn_upon_offers_somebody_else():
    one = [takes("1921-01", G2, MAN), takes("1921-03", G3, PLACES[0].key << 6 | 7)]
    two = [takes("1921-03", G3, OTHER)]
    assert attributed(by_hand(one, two), G3) == ("bench", G2)
    assert attributed(by_hand(one[1:], two), G3) == ("nation", "")


def test_a_promotion_counts_where_he_went_and_not_where_he_was():
    home = next(place for place in PLACES if place.name == U11)
    left = Event("1921-01", "left", U11, "uezd", "secretary", home.key << 6, reason="promotion", authority="conference")
    came = takes("1921-01", G2, home.key << 6, seat="secretary")
    below = next(place.name for place in PLACES if place.parent == 1)
    rival = Event("1921-02", "incident", below, "uezd", person=OTHER, other=home.key << 6, value=0.2)
    found = by_hand([left, came, rival], [])
    assert attributed(found, G2) == ("nation", "")
    assert attributed(found, U11) == attributed(found, below) == ("person", G2)


def test_a_superior_committee_weighs_if_its_secretary_or_conflict_is_another():
    new = takes("1921-01", G1, OTHER, seat="secretary")
    assert attributed(by_hand([new], [quarrel("1921-02", U11)]), U11) == ("above", G1)
    # in the same month the uezd still quarrels under the old one
    assert attributed(by_hand([new], [quarrel("1921-01", U11)]), U11) == ("nation", "")
    minor = takes("1921-01", G1, OTHER, seat="bureau2")
    assert attributed(by_hand([minor], [quarrel("1921-02", U11)]), U11) == ("nation", "")
    fight = {(0, G1, "conflict"): 0.05}
    assert attributed(by_hand([minor], [quarrel("1921-02", U11)], fight), U11) == ("above", G1)
    # somebody else's superior
    assert attributed(by_hand([new], [quarrel("1921-02", PLACES[-1].name)]), PLACES[-1].name) == ("nation", "")


def test_an_uezd_weighs_if_its_guberniia_is_visibly_apart():
    events = [takes("1921-01", U12, OTHER)], [quarrel("1921-03", G1)]
    assert attributed(by_hand(*events), G1) == ("nation", "")
    assert attributed(by_hand(*events, {(1, G1, "performance"): 0.02}), G1) == ("below", U12)
    assert attributed(by_hand(*events, {(1, G1, "performance"): 0.009}), G1) == ("nation", "")


def test_a_decision_is_the_rules_where_it_falls_to_another_body():
    rules: dict[str, Any] = {"policy": {"rule": "election"}, "changes": {"policy": {"rule": "appointment"}}}
    found = by_hand([takes("1921-02", G2, MAN)], [takes("1921-02", G2, OTHER, "centre")], **rules)
    assert attributed(found, G2) == ("rule", "")
    # a quarrel is no decision, and a rule that is the same decides nothing
    assert attributed(by_hand([quarrel("1921-02", G2)], [], **rules), G2) == ("nation", "")
    same = by_hand([takes("1921-02", G2, MAN)], [takes("1921-02", G2, OTHER)], policy={"rule": "election"})
    assert attributed(same, G2) == ("nation", "")


def test_the_lot_tells_whether_the_decision_falls_to_another_body():
    """Shares of 0.3 and 0.7: another body decides where the lot of the claim lies between them."""
    shares = [{"policy": {"rule": "share", "share": share, "recall": True}} for share in (0.3, 0.7)]
    model = PartyModel(world(months=4), 0)
    model.month = model.world.first + 1
    seen = set()
    for number, place in enumerate(PLACES):
        for index, reason in ((1, "wear"), (8, "transfer"), (9, "unfit")):
            seat = "ispolkom" if reason != "unfit" else "secretary"
            left = Event("1921-02", "left", place.name, place.level, seat, place.key << 6 | 1, reason=reason)
            lots = [model.uniform("claim", place.key, i) for i in ((9, 0) if reason == "unfit" else (index,))]
            expected = any(0.3 <= lot < 0.7 for lot in lots)
            found = by_hand([left], [], changes=shares[1], **shares[0])
            assert attributed(found, PLACES[number].name)[0] == ("rule" if expected else "nation")
            seen.add((reason, expected))
    assert len(seen) == 6


def test_a_decision_that_is_not_the_rules_falls_to_the_same_body_in_both_worlds():
    policies = [{"policy": {"rule": "share", "share": share, "recall": True}} for share in (0.2, 0.8)]
    worlds = (world(months=60, committees=True, **policies[0]), world(months=60, committees=True, **policies[1]))
    traces = (simulate(worlds[0], 0), simulate(worlds[1], 0))
    alignment = align(traces[0].events, traces[1].events)
    apart = spread(worlds[0].committees, traces, alignment)
    cascade = Cascade(Inputs(worlds), alignment, apart, traces, 0)
    took, remedied = (
        [{(e.month, e.committee, e.seat): e for e in trace.events if chosen(e)} for trace in traces]
        for chosen in (lambda e: e.kind == "took", lambda e: e.reason in ("transfer", "extraordinary"))
    )
    bodies = Counter[tuple[bool, bool]]()
    for number, event in enumerate(cascade.events):
        where = (event.month, event.committee, event.seat)
        one, two = (side.get(where) for side in took)
        # a remedy in one world only is another decision, with a lot of its own
        alike = (where in remedied[0]) == (where in remedied[1])
        if alike and one is not None and two is not None and one.authority and two.authority:
            same = (one.authority == "conference") == (two.authority == "conference")
            bodies[cascade.step(number).way == "rule", same] += 1
    assert bodies[False, True] > 5 and bodies[True, False] > 20 and not bodies[False, False]


def test_recall_is_the_rules_where_the_centre_may_recall_in_one_world():
    sent = Event("1921-02", "left", G2, "guberniia", "secretary", MAN, reason="need", authority="centre")
    policy = {"rule": "election", "recall": True}
    found = by_hand([sent], [], policy=policy, changes={"policy": {"rule": "election"}})
    assert attributed(found, G2) == ("rule", "")
    assert attributed(by_hand([sent], [], policy=policy), G2) == ("nation", "")


def test_what_the_centre_could_not_do_any_more_is_its_capacity():
    came = [takes("1921-02", G2, MAN, "centre")]
    assert attributed(by_hand(came, [], options={"capacity": 0.0}), G2) == ("capacity", "")
    assert attributed(by_hand(came, [], options={"capacity": 5.0}), G2) == ("nation", "")
    uezd = [takes("1921-02", U11, MAN, "gubkom")]
    assert attributed(by_hand(uezd, [], options={"capacity": 0.0}), U11) == ("nation", "")


def test_the_reserve_weighs_once_people_have_moved_otherwise():
    joined = Event("1921-01", "joined_reserve", G1, "guberniia", person=MAN)
    third = PLACES[3].key << 6 | 7
    one = [joined, takes("1921-02", G4, third), takes("1921-03", G2, MAN)]
    two = [joined, takes("1921-03", G2, PLACES[2].key << 6 | 6)]
    found = by_hand(one, two)
    assert attributed(found, G2) == ("reserve", "")
    assert "from the reserve" in found.steps[1].told[0] and "reserve" not in found.steps[1].told[1]
    assert attributed(by_hand([one[0], one[2]], two), G2) == ("nation", "")
    drawn = Event("1921-03", "joined_reserve", G3, "guberniia", person=PLACES[2].key << 6 | 8)
    assert attributed(by_hand([takes("1921-02", G4, third), drawn], []), G3) == ("reserve", "")
    assert attributed(by_hand([drawn], []), G3) == ("nation", "")


def test_inputs_of_the_place_and_of_the_nation():
    famine = {"events": {"f": Dated(kind="famine", start="1921-02", places=[G2])}}
    event = [quarrel("1921-03", G2), quarrel("1921-03", G3)]
    found = by_hand(event, [], changes=famine)
    assert attributed(found, G2) == ("place", "") and attributed(found, G3) == ("nation", "")
    early = by_hand([quarrel("1921-01", G2)], [], changes=famine)
    assert attributed(early, G2) == ("nation", "")
    threat = {"threat": {"shift": 0.1}}
    secretary = [takes("1921-01", G1, OTHER, seat="secretary")], [quarrel("1921-02", U11)]
    for changes, way in ((threat, "above"), ({"g_y": 0.3}, "input"), ({"options": {"order": "random"}}, "input")):
        assert attributed(by_hand(event, [], changes=changes), G2) == ("input", "")
        assert attributed(by_hand(*secretary, changes=changes), U11)[0] == way


def test_the_first_is_the_earliest_in_the_order_of_the_month():
    both = quarrel("1921-02", G4)
    one = [both, quarrel("1921-02", G3), takes("1921-02", G1, MAN)]
    two = [quarrel("1921-02", G2), both, takes("1921-02", G1, OTHER)]
    found = by_hand(one, two)
    assert [found.places[step.committee].name for step in found.steps] == [G2, G3, G1]
    assert found.places[found.decision.committee].name == G1
    assert found.decision.persons == (MAN, OTHER)


def test_distances_count_committees_seats_and_sizes():
    found = by_hand([takes("1921-02", G1, MAN)], [], {(2, G2, "performance"): 0.4, (3, U11, "unity"): 1e-9})
    rows = {(row.month, row.scope, row.level): row for row in found.spread.rows()}
    february, march, april = (rows[month, "nation", "all"] for month in MONTHS[1:])
    assert (february.parted, february.differ, february.seats_differ, february.seats) == (1, 0, 1, 4 * 4 + 8 * 2)
    assert (march.differ, march.visible, april.differ, april.visible) == (1, 1, 2, 1)
    assert rows["1921-03", "nation", "guberniia"].rms_performance == pytest.approx(0.2)
    assert rows["1921-03", "nation", "guberniia"].mean_performance == pytest.approx(0.1)
    assert rows["1921-03", PLACES[0].unit_class, "all"].rms_performance == 0.0
    firsts = {row["committee"]: (row["state"], row["visible"], row["seats"]) for row in found.cascade()}
    assert firsts[G1] == ("", "", "1921-02")
    assert firsts[G2] == ("1921-03", "1921-03", "") and firsts[U11] == ("1921-04", "", "")


# ---------------------------------------------------------------------- inputs
def test_inputs_by_place_and_date():
    changes = {"x": {"date": "1921-03", "rule": "share", "share": 0.4, "places": ["Synthetic 3"]}}
    found = Inputs((world(months=4), world(months=4, policy={"changes": changes, "uezds": "election"})))
    head = np.flatnonzero(found.rule[2, :4]).tolist()
    assert head == [2] and not found.rule[:2, :4].any() and found.rule[0, 4:].all()
    assert [(dated.what, dated.month) for dated in found.dated] == [("who claims posts", 0)]
    assert not found.recall.any()


def test_places_that_train_better_people_begin_otherwise():
    few = {"kind": "synthetic", "guberniias": 3, "uezds_each": 1}
    found = Inputs((world(months=2, tree=few), world(months=2, tree=few | {"skill_shift": 0.1})))
    assert found.beginnings.all()
    assert [(dated.what, dated.month) for dated in found.dated] == [("starting values of places", 0)]


def test_thresholds_of_readiness_are_part_of_the_rule():
    policies = ({"rule": "readiness", "literacy_at_least": share} for share in (0.5, 0.6))
    found = Inputs(tuple(world(months=2, policy=policy) for policy in policies))
    assert found.rule.all() and found.dated[0].values == ("readiness 0.5 0.35", "readiness 0.6 0.35")


# ---------------------------------------------------------------------- files
SMALL = """
title = "{title}"
[period]
start = "1921-01"
end = "{end}"
[tree]
kind = "synthetic"
guberniias = 3
{more}
"""


@pytest.fixture
def files(tmp_path):
    """Write scenario files and return them loaded: files(b={"end": "1922-12"})."""

    def write(**other: str) -> tuple[Any, Any]:
        for name, changes in (("a", {}), ("b", other)):
            text = SMALL.format(**({"title": f"World {name}", "end": "1921-12", "more": ""} | changes))
            (tmp_path / f"{name}.toml").write_text(text)
        return load(tmp_path / "a.toml"), load(tmp_path / "b.toml")

    return write


CAPITAL = '[policy]\nrule = "election"'


def test_a_folder_holds_what_was_found(files, tmp_path):
    drawn: list[diverge.DivergenceFolder] = []

    def draw(traced: diverge.DivergenceFolder, folder: Path) -> list[Path]:
        drawn.append(traced)
        folder.mkdir()
        (folder / "one.svg").write_text("<svg/>")
        return [folder / "one.svg"]

    pair = files(more=CAPITAL)
    traced = diverge.trace(*pair, out=tmp_path / "out", engine="reference", replicate=2, draw=draw)
    assert len(drawn) == 1 and traced.figures == (tmp_path / "out" / "figures" / "one.svg",)
    record = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert (record["a"]["title"], record["b"]["title"], record["replicate"]) == ("World a", "World b", 2)
    assert set(record["files"]) == {"cascade.csv", "monthly.csv", "figures/one.svg"}
    assert record["settings"] == [{"name": "policy.rule", "a": "recorded", "b": "election"}]
    assert record["first"]["inputs"] == "1921-01" and not record["same"]
    rows = list(csv.DictReader((tmp_path / "out" / "cascade.csv").read_text().splitlines()))
    assert len(rows) == 3 and rows[0]["committee"] == record["first"]["event"]["committee"]
    months = list(csv.DictReader((tmp_path / "out" / "monthly.csv").read_text().splitlines()))
    assert {row["month"] for row in months} == {f"1921-{month:02d}" for month in range(1, 13)}


def test_the_same_world_is_stored_without_pictures(files, tmp_path):
    traced = diverge.trace(*files(), out=tmp_path / "out", engine="reference", draw=None)
    assert traced.divergence.same and traced.figures == () and traced.settings == ()
    assert traced.record["same"] and (tmp_path / "out" / "cascade.csv").exists()


def test_an_earlier_folder_is_replaced_when_asked_only(files, tmp_path):
    pair = files(more=CAPITAL)
    diverge.trace(*pair, out=tmp_path / "out", engine="reference")
    with pytest.raises(UserError, match="--force"):
        diverge.trace(*pair, out=tmp_path / "out", engine="reference")
    diverge.trace(*pair, out=tmp_path / "out", engine="reference", force=True, seed=7)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["seed"] == 7
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="other files"):
        diverge.trace(*pair, out=tmp_path / "out", engine="reference", force=True)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"end": "1922-06"}, r"a\.toml: period\.end: found '1921-12'; allowed: '1922-06', as in .*b\.toml"),
        ({"more": "uezds_each = 1"}, r"a\.toml: tree\.uezds_each: found 0; allowed: 1, as in .*b\.toml"),
        ({"more": "[run]\nseed = 5"}, r"a\.toml: run\.seed: found 1921; allowed: 5, .*--seed"),
    ],
)
def test_worlds_that_cannot_be_compared_are_refused_with_files_and_fields(files, tmp_path, other, said):
    with pytest.raises(UserError, match=said):
        diverge.trace(*files(**other), out=tmp_path / "out", engine="reference")
    assert not (tmp_path / "out").exists() and {path.suffix for path in tmp_path.iterdir()} == {".toml"}


def test_one_seed_for_both_makes_them_comparable(files, tmp_path):
    traced = diverge.trace(*files(more="[run]\nseed = 5"), seed=9, out=tmp_path / "out", engine="reference")
    assert traced.record["seed"] == 9 and traced.divergence.same


def test_trees_that_differ_in_what_no_place_shows_are_comparable():
    """The number of synthetic guberniias says nothing of a real tree."""
    scenarios = [scenario(months=2, tree={"kind": "real", "uezds": 0, "guberniias": n}) for n in (3, 4)]
    one = load("historical")
    pair = tuple(replace(one, scenario=scenario) for scenario in scenarios)
    from sim.world.build import build

    require_comparable(pair, tuple(build(scenario) for scenario in scenarios))


@pytest.mark.parametrize("replicate", [-1, 2**32])
def test_replicates_have_an_address(files, tmp_path, replicate):
    with pytest.raises(UserError, match="--replicate"):
        diverge.trace(*files(), replicate=replicate, out=tmp_path / "out", engine="reference")
