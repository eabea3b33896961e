"""What each rule of selection, option and switch does to a small world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from sim.engines.reference import PartyModel
from sim.engines.trajectory import COMMITTEE_FIELDS, Trajectory
from sim.registry.mechanisms import MECHANISMS
from sim.scenario.schema import Event, Period, month_number
from sim.world.build import build
from tests.engines import worlds
from tests.engines.worlds import outcome, run, scenario, world

pytestmark = pytest.mark.usefixtures("either")


def reasons(trajectory: Trajectory, kind: str = "left", **where: str) -> Counter[str]:
    """Count the reasons of events of a kind."""
    chosen = (e for e in trajectory.events if e.kind == kind and all(getattr(e, k) == v for k, v in where.items()))
    return Counter(e.reason for e in chosen)


def test_election_appoints_nobody() -> None:
    trajectory = run(months=48, policy={"rule": "election"})
    assert set(reasons(trajectory, "took")) <= {"elected", "acting"}
    assert not {"need", "lateral", "transfer", "lost_review"} & set(reasons(trajectory))
    assert outcome(trajectory, "claimed").max() == 0.0


def test_appointment_elects_nobody() -> None:
    trajectory = run(months=48, policy={"rule": "appointment"}, options={"capacity": "unlimited"})
    assert set(reasons(trajectory, "took")) <= {"appointed", "acting"}
    assert not {"lost_contest", "extraordinary"} & set(reasons(trajectory))
    assert outcome(trajectory, "appointed")[-1] > 0.8


def test_shares_of_installed_add_up() -> None:
    trajectory = run(months=36)
    total = sum(outcome(trajectory, name) for name in ("appointed", "recommended", "elected", "acting", "confirmed"))
    assert np.all(total <= 1 + 1e-12) and np.all(total >= 0.74)


def test_without_capacity_posts_are_held_by_acting_locals() -> None:
    acting = {"unfilled": "acting"}
    trajectory = run(months=36, policy={"rule": "appointment"}, options={"capacity": 0.0}, variants=acting)
    taken = reasons(trajectory, "took", level="guberniia")
    assert taken["appointed"] == 0 and taken["acting"] > 0
    assert outcome(trajectory, "assignments").max() == 0.0


def test_half_an_assignment_a_month_is_one_in_two_months() -> None:
    trajectory = run(months=40, guberniias=8, policy={"rule": "appointment"}, options={"capacity": 0.5})
    made = outcome(trajectory, "assignments")
    assert made.max() <= 1.0 and 15 <= made.sum() <= 21


def test_conferences_can_be_limited_like_the_centre() -> None:
    trajectory = run(months=24, policy={"rule": "election"}, options={"conference_capacity": 0.0})
    assert reasons(trajectory, "took", level="guberniia")["elected"] == 0


def test_exceptions_by_class_and_place() -> None:
    changes = {
        "capitals": {"rule": "election", "classes": ["capital"]},
        "one": {"rule": "share", "share": 0.25, "places": ["Synthetic 2"]},
    }
    trajectory = run(months=4, policy={"rule": "appointment", "changes": changes}, committees=True)
    assert outcome(trajectory, "claimed", "capital").max() == 0.0
    assert outcome(trajectory, "claimed", "industrial").max() == 0.25
    assert outcome(trajectory, "claimed", "agrarian").min() == 1.0


def test_uezds_follow_unless_told_otherwise() -> None:
    follow = run(months=24, policy={"rule": "appointment"})
    free = run(months=24, policy={"rule": "appointment", "uezds": "election"})
    assert outcome(follow, "uezd_appointed")[-1] > 0.3
    assert reasons(free, "took", level="uezd")["appointed"] == reasons(free)["need"]


def test_readiness_elects_where_thresholds_are_met() -> None:
    ready = run(months=3, policy={"rule": "readiness", "literacy_at_least": 0.0, "bench_at_least": 0.0})
    unready = run(months=3, policy={"rule": "readiness", "literacy_at_least": 1.0})
    assert outcome(ready, "claimed").max() == 0.0 and outcome(unready, "claimed").min() == 1.0


def test_endogenous_claims_move_at_congresses_only() -> None:
    events = {"x": Event(kind="congress", start="1921-06")}
    claimed = outcome(run(months=12, policy={"rule": "endogenous", "start": 0.3}, events=events), "claimed")
    assert np.all(claimed[:6] == 0.3) and np.all(claimed[6:] == claimed[6]) and claimed[6] != 0.3


def test_perfect_judges_of_one_mind_choose_the_most_skilled() -> None:
    """With validity 1 and no tastes, whoever is elected has the best skill of the candidates considered."""
    blind = run(months=60, guberniias=8, policy={"rule": "election"}, r_v=0.0, err_ctx=0.0)
    sharp = run(months=60, guberniias=8, policy={"rule": "election"}, r_v=1.0, err_ctx=0.0, inc_v=0.0, dem=0.0)
    assert outcome(sharp, "team_skill")[-1] > outcome(blind, "team_skill")[-1] + 0.03


def test_packing_selects_loyalty() -> None:
    def loyalty(pack: float) -> float:
        deep = {"policy": {"rule": "appointment"}, "options": {"capacity": "unlimited"}, "res_d": 1.0}
        model = PartyModel(world(months=48, guberniias=8, pack=pack, **deep), 0)
        for _ in range(48):
            model.step()
        return float(np.mean([c.seats[0].loyalty for c in model.guberniia_list if c.appointed]))

    assert loyalty(1.0) > loyalty(0.0) + 0.3


def test_the_embattled_may_stand_or_not_for_both_sides() -> None:
    hot = {"a_temp": 0.04, "cool": 0.04, "theta": 0.3, "months": 24}
    for rule, word in (("election", "extraordinary"), ("appointment", "transfer")):
        removed = reasons(run(policy={"rule": rule}, **hot))[word]
        standing = reasons(run(policy={"rule": rule}, variants={"embattled_may_stand": "yes"}, **hot))[word]
        assert removed > 0 and standing < removed


def test_sent_down_men_take_or_join() -> None:
    taking, joining = run(months=60), run(months=60, variants={"need_displaces": "no"})
    assert reasons(taking)["displaced"] > 0 and reasons(joining)["displaced"] == 0


OFF_EVENT = [
    ("wear", "left", "wear"), ("unfit", "left", "unfit"), ("need", "left", "need"),
    ("lateral", "left", "lateral"), ("transfers", "left", "transfer"), ("extraordinary", "left", "extraordinary"),
    ("ladder", "left", "promotion"), ("mediation", "mediated", ""), ("skloki", "incident", ""),
]  # fmt: skip


@pytest.mark.parametrize(("mechanism", "kind", "reason"), OFF_EVENT)
def test_switched_off_events_do_not_happen(mechanism: str, kind: str, reason: str) -> None:
    hot = {"months": 60, "guberniias": 8, "uezds_each": 1, "a_temp": 0.04, "cool": 0.04, "theta": 0.3}
    assert any(e.kind == kind and e.reason == reason for e in run(**hot).events)
    off = run(off=(mechanism,), **hot)
    assert not any(e.kind == kind and e.reason == reason for e in off.events)


@cache
def everything(simulate: Callable[..., Trajectory], *off: str) -> Trajectory:
    """Run a world in which every mechanism has something to do."""
    events = {
        "levy": Event(kind="levy", start="1921-03", end="1921-06", size=0.3),
        "famine": Event(kind="famine", start="1921-05", end="1921-09"),
        "dispute": Event(kind="dispute", start="1921-02", end="1921-08"),
        "error": Event(kind="policy_error", start="1921-05", size=0.1),
        "congress": Event(kind="congress", start="1921-06"),
        "later": Event(kind="congress", start="1922-06"),
    }
    policy = {"rule": "endogenous", "start": 0.6}
    heat = {"a_temp": 0.04, "cool": 0.04, "theta": 0.3, "pack": 0.3, "q_max": 0.6, "h_unf": 0.04}
    heat |= {"ask_above": 0.3, "tail": 1.0, "trust": 0.3}  # off by default
    readings = {"ties": "persons_and_platforms"}
    settings = scenario(guberniias=8, uezds_each=1, policy=policy, events=events, off=off, variants=readings, **heat)
    late = {"complexity": Period(start="1928-08", end="1929-12")}.get(off[0] if off else "", settings.period)
    return simulate(build(settings.model_copy(update={"period": late})), 0)


@pytest.mark.parametrize("mechanism", list(MECHANISMS))
def test_every_switch_changes_the_world(mechanism: str) -> None:
    simulate, bare = worlds.simulate, ("complexity", "mediation") if mechanism == "complexity" else ()
    plain, off = everything(simulate, *bare), everything(simulate, mechanism)
    assert plain.values.shape == off.values.shape
    assert not np.array_equal(plain.values, off.values, equal_nan=True)


def test_removed_men_are_barred_for_a_year_on_both_sides() -> None:
    """Who is recalled, sent down, moved or voted out of a sklok does not come back there within a year.

    Only the last removal counts: a man removed elsewhere since may return to the first place.
    """
    for rule in ("election", "appointment", "recorded"):
        gone: dict[int, tuple[str, int]] = {}
        often = {"a_temp": 0.04, "theta": 0.3, "h_unf": 0.04}
        trajectory = run(months=60, guberniias=8, uezds_each=1, policy={"rule": rule}, **often)
        for number, event in ((month_number(e.month), e) for e in trajectory.events):
            if event.kind == "left" and event.reason in ("unfit", "need", "lateral", "transfer", "extraordinary"):
                gone[event.person] = event.committee, number
            elif event.kind == "took" and event.person in gone:
                place, when = gone[event.person]
                assert event.committee != place or number - when >= 12
        assert gone


def test_acting_men_wear_out_too() -> None:
    settings = {"policy": {"rule": "appointment"}, "options": {"capacity": 0.0}, "uezds_each": 0}
    worn = reasons(run(months=24, guberniias=8, w0=0.2, **settings))["wear"]
    assert worn > 8 * 4, "more than sat there at the start"


def test_no_transfers_without_capacity() -> None:
    hot = {"months": 36, "a_temp": 0.04, "cool": 0.04, "theta": 0.3, "policy": {"rule": "appointment"}}
    assert reasons(run(options={"capacity": 0.0}, **hot), level="guberniia")["transfer"] == 0
    assert reasons(run(options={"capacity": "unlimited"}, **hot), level="guberniia")["transfer"] > 0


def test_skloki_are_recorded_although_they_are_cured_at_once() -> None:
    """Every remedy is preceded by an open sklok in the same month's record."""
    trajectory = run(months=36, guberniias=6, uezds_each=0, tr_p=0.4, x_el=0.4, a_temp=0.04, theta=0.35)
    share = outcome(trajectory, "open_skloki")
    start = month_number("1921-01")
    cured = {e.month for e in trajectory.events if e.kind == "left" and e.reason in ("transfer", "extraordinary")}
    assert cured and all(share[month_number(month) - start] > 0 for month in cured)


OFF_FLAT = [
    ("economy", "recovery"), ("complexity", "complexity"), ("standards", "clarity"),
    ("attitudes", "unity"), ("attitudes", "discussion"), ("levies", "members"), ("credit", "credit"),
]  # fmt: skip


@pytest.mark.parametrize(("mechanism", "name"), OFF_FLAT)
def test_switched_off_states_stay(mechanism: str, name: str) -> None:
    levy = {"levy": Event(kind="levy", start="1921-03", end="1921-06", size=0.5)}
    series = outcome(run(months=12, off=(mechanism,), events=levy), name)
    assert np.ptp(series) < 1e-12
    if name != "complexity":
        assert np.ptp(outcome(run(months=12, events=levy), name)) > 1e-6


def test_perception_off_is_objective_threat() -> None:
    trajectory = run(months=12, off=("perception",))
    assert np.array_equal(outcome(trajectory, "threat_perceived"), outcome(trajectory, "threat_objective"))


def test_levies_reach_their_size() -> None:
    levy = {"levy": Event(kind="levy", start="1921-03", end="1921-08", size=0.5)}
    members = outcome(run(months=10, events=levy), "members")
    assert members[-1] / members[0] == pytest.approx(1.5, rel=1e-12)


def test_policy_errors_add_to_the_national_error() -> None:
    error = {"e": Event(kind="policy_error", start="1921-05", end="1921-06", size=0.2)}
    with_error, without = run(months=6, events=error), run(months=6)
    added = outcome(with_error, "national_error") - outcome(without, "national_error")
    assert added[3] == 0.0 and added[4] == pytest.approx(0.1) and 0.15 < added[5] < 0.2


def test_conference_votes_are_logged_by_tier() -> None:
    trajectory = run(months=4, events={"c": Event(kind="conference", start="1921-03")})
    votes = [e for e in trajectory.events if e.kind == "conference"]
    assert Counter(e.reason for e in votes) == {"raion": 4, "guberniia": 4, "nation": 1}
    assert votes[-1].value == outcome(trajectory, "opposition_nation")[2]


def test_a_relief_of_policy_does_not_make_the_error_negative() -> None:
    relief = {"e": Event(kind="policy_error", start="1921-03", size=-0.9)}
    assert outcome(run(months=6, events=relief), "national_error").min() >= 0.0


def test_half_of_a_dated_error_is_gone_after_its_half_life():
    """The half-life that is recorded is that of an error which is really added, other things as they are."""
    calm = {"off": ("skloki", "attitudes", "practice", "education", "levies", "perception"), "months": 30}
    added = {"x": Event(kind="policy_error", start="1921-06", size=0.2)}
    without, with_error = (run(events=events, mu=0.0, **calm) for events in ({}, added))
    gap = outcome(with_error, "national_error") - outcome(without, "national_error")
    half_life = outcome(with_error, "error_half_life")
    left = gap[6:] / gap[5]
    expected = np.cumprod(0.5 ** (1.0 / half_life[6:]))
    assert gap[5] > 0.1 and np.allclose(left, expected, rtol=0.1)


def test_the_worst_tenth_is_the_guberniia_a_tenth_of_the_way_up():
    for guberniias in (1, 4, 10, 11, 23):
        trajectory = run(months=8, guberniias=guberniias, committees=True)
        results = np.sort(trajectory.committees[:, :guberniias, COMMITTEE_FIELDS.index("performance")], axis=1)
        assert np.array_equal(outcome(trajectory, "performance_p10"), results[:, (guberniias + 9) // 10 - 1])
    done, task = outcome(trajectory, "performance"), outcome(trajectory, "complexity")
    assert np.allclose(outcome(trajectory, "effort"), done * task)


def test_whom_the_centre_wants_elsewhere_stays_until_his_successor_is_served() -> None:
    """Without capacity nobody leaves for need or laterally; version 0.1 took him at once, whoever came after him."""
    nobody = {"capacity": 0.0, "conference_capacity": 0.0}
    for defaults, moved in (("0.2", False), ("0.1", True)):
        policy = {"rule": "appointment"}
        world_of = run(months=60, guberniias=8, policy=policy, options=nobody, defaults=defaults)
        left = reasons(world_of, level="guberniia")
        assert bool(left["need"] or left["lateral"]) == moved
    served = run(months=60, guberniias=8, policy={"rule": "appointment"}, options={"capacity": "unlimited"})
    assert reasons(served)["need"] and reasons(served)["lateral"]
    log = [e for e in served.events if e.level == "guberniia" and e.seat == "secretary"]
    called = [e for e in log if e.kind == "left" and e.reason in ("need", "lateral")]
    filled = {(e.month, e.committee, e.reason) for e in log if e.kind == "took"}
    assert all((e.month, e.committee, "appointed") in filled for e in called)


def test_under_lapse_the_place_keeps_whom_the_centre_wants_elsewhere() -> None:
    """A review or transfer that lapses is the place's to decide; that the centre needs a man elsewhere is not."""
    settings = {"policy": {"rule": "appointment"}, "options": {"capacity": 0.0}, "variants": {"unserved": "lapses"}}
    left = reasons(run(months=60, guberniias=8, **settings), level="guberniia")
    assert left["unfit"] and not left["need"] and not left["lateral"]


def test_skloki_that_return_are_counted_among_those_that_ended_a_year_ago():
    trajectory = run(months=60, guberniias=8, uezds_each=0, a_temp=0.03)
    start = month_number("1921-01")
    log = [(month_number(e.month) - start, e.committee, e.kind) for e in trajectory.events if e.kind[:5] == "sklok"]
    ended = [(t, place) for t, place, kind in log if kind == "sklok_closed" and t + 12 < 60]
    number, returned = Counter(t + 12 for t, _ in ended), Counter()
    for t, place in ended:
        again = [at for at, where, kind in log if (where, kind) == (place, "sklok_opened") and t < at <= t + 12]
        returned[t + 12] += bool(again)
    found = outcome(trajectory, "sklok_returns")
    assert 0 < returned.total() < number.total()
    for t in range(60):
        assert found[t] == returned[t] / number[t] if number[t] else np.isnan(found[t])
