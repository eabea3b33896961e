"""Both policies by one rule: pools, removed men, moves that wait for a successor; what readings do."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sim.engines import compiled
from sim.engines.reference import PartyModel, people, selection
from sim.engines.trajectory import Trajectory
from sim.registry.outcomes import OUTCOME_INDEX
from tests.brief import brief
from tests.engines.worlds import outcome, run, world

#: What the neutral kernel leaves out: terms that have no counterpart on the other side.
UNTWINNED = (
    "need", "lateral", "circumstances", "debate_costs", "misfit_costs", "packing", "levies", "education", "attitudes",
    "networks", "demand_from_below",
)  # fmt: skip
HOT: dict[str, Any] = {"a_temp": 0.04, "cool": 0.04, "theta": 0.3}
APPOINTED = {"rule": "appointment"}


def kernel_world(rule: str, uezds: int, **changes: Any) -> Any:
    """Return a world of the neutral kernel: places alike, eight guberniias, appointment without a limit."""
    tree = {"kind": "synthetic", "guberniias": 8, "uezds_each": uezds, "alike": True}
    options = {"capacity": "unlimited"}
    return world(tree=tree, off=UNTWINNED, options=options, policy={"rule": rule}, pack=0.0, **changes)


def left(trajectory: Trajectory, **where: str) -> Counter[str]:
    """Count why officials left their seats."""
    events = (e for e in trajectory.events if e.kind == "left" and all(getattr(e, k) == v for k, v in where.items()))
    return Counter(e.reason for e in events)


def mean_bench(rule: str, **changes: Any) -> float:
    """Return the mean bench of a guberniia in the third to sixth year, over twenty worlds."""
    worlds = (kernel_world(rule, 8, months=60, seed=seed, **changes) for seed in range(20))
    series = [compiled.simulate(w, 0, events=False).values[24:, 0, OUTCOME_INDEX["bench"]] for w in worlds]
    return float(sum(one.mean() for one in series)) / len(series)


def test_benches_are_alike_under_both_policies() -> None:
    assert mean_bench("appointment") == pytest.approx(mean_bench("election"), abs=0.2)
    first = {"defaults": "0.1"}
    assert mean_bench("appointment", **first) < mean_bench("election", **first) - 2.0


def share_removed(monkeypatch: pytest.MonkeyPatch, rule: str, months: int, **changes: Any) -> float:
    """Return the share of candidates for guberniia posts, the holder apart, whom a remedy or recall once removed."""
    known, seen = selection._candidates, [0, 0]

    def watched(model: Any, opening: Any) -> Any:
        chosen = known(model, opening)
        others = [man for man in chosen if man is not opening.committee.seats[opening.seat]]
        if opening.committee.head is None:
            seen[0] += sum(man.removed_from is not None for man in others)
            seen[1] += len(others)
        return chosen

    with monkeypatch.context() as patch:
        patch.setattr(selection, "_candidates", watched)
        for seed in range(6):
            model = PartyModel(kernel_world(rule, 4, months=months, seed=seed, **changes), 0)
            for _ in range(months):
                model.step()
    return seen[0] / seen[1]


@pytest.mark.exhaustive
def test_removed_men_are_as_common_among_candidates_of_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    def gap(**changes: Any) -> float:
        appointed, elected = (share_removed(monkeypatch, rule, 36, **changes) for rule in ("appointment", "election"))
        return appointed - elected

    assert abs(gap()) < 0.03
    assert gap(defaults="0.1") > 0.03


def test_pools_are_to_uezds_what_the_reserve_is_to_guberniias() -> None:
    """Both grow to ``res_d`` persons a seat; all who wait in a pool are of the guberniia's uezds."""
    model = PartyModel(world(months=72, guberniias=8, uezds_each=8, policy=APPOINTED, off=("lateral",), res_d=0.5), 0)
    for _ in range(72):
        model.step()
    pooled = [man for committee in model.guberniia_list for man in committee.pool]
    assert all(man.home.head is not None and man in man.home.head.pool for man in pooled)
    assert len(pooled) / (64 * 2) == pytest.approx(0.5, abs=0.25)
    assert len(model.reserve) / (8 * 4) == pytest.approx(0.5, abs=0.25)


def test_pools_empty_where_nothing_is_claimed() -> None:
    changes = {"x": {"date": "1922-01", "rule": "election"}}
    model = PartyModel(world(months=13, policy={**APPOINTED, "changes": changes}, res_d=1.0), 0)
    counts = []
    for _ in range(13):
        model.step()
        counts.append(sum(len(committee.pool) for committee in model.guberniia_list))
    assert counts[11] > 0 == counts[12]


def test_whoever_is_moved_goes_home_and_holds_his_post_till_then() -> None:
    """A transfer by the centre asks for capacity, and spends it, when it is served: none without a successor."""
    def moves_without_successor(defaults: Any) -> int:
        settings: dict[str, Any] = {"policy": APPOINTED, "options": {"capacity": 1.0}, "defaults": defaults, **HOT}
        trajectory = run(months=48, guberniias=8, uezds_each=0, variants={"unfilled": "acting"}, **settings)
        took = {(e.month, e.committee, e.seat) for e in trajectory.events if e.reason == "appointed"}
        moved = [e for e in trajectory.events if e.kind == "left" and e.reason in ("transfer", "unfit")]
        assert len(moved) > 10
        return sum((e.month, e.committee, e.seat) not in took for e in moved)

    assert moves_without_successor("0.2") == 0 < moves_without_successor("0.1")


def test_an_imposed_grievance_does_not_fade_with_debate() -> None:
    """Twin of a race's, which does not read the habit of debate either."""

    def imposed(defaults: Any) -> set[float]:
        found = set()
        for start in (0.1, 0.9):
            model = PartyModel(world(months=2, defaults=defaults), 0)
            committee, other = model.guberniia_list[:2]
            committee.ties, committee.discussion = [0.0] * len(committee.ties), start
            man, secretary = other.bench[0], committee.seats[0]
            assert secretary is not None
            people.call_up(man)
            people.vacate(model, secretary, "wear", "")
            model.seat(man, committee, 0, "appointed", "centre", float("nan"))
            found.add(committee.ties[0])
        return found

    assert len(imposed("0.2")) == 1 and len(imposed("0.1")) == 2


def added_by(installed: str, outsider: bool, defaults: Any) -> float:
    """Return the grievance that a new secretary finds beside what he inherits, chosen by a small margin."""
    model = PartyModel(world(months=2, defaults=defaults), 0)
    committee, other = model.guberniia_list[:2]
    committee.ties = [0.0] * len(committee.ties)
    man, secretary = (other if outsider else committee).bench[0], committee.seats[0]
    assert secretary is not None
    people.call_up(man)
    people.vacate(model, secretary, "wear", "")
    model.seat(man, committee, 0, installed, "centre", 0.2)
    return committee.ties[0]


def test_a_close_decision_leaves_alike_whoever_decides_and_whoever_comes() -> None:
    """Else what an appointment leaves hangs on how many locals are in the files, and a vote's does not."""
    ways = [(how, outsider) for how in ("elected", "appointed") for outsider in (False, True)]
    assert len({added_by(*way, "0.2") for way in ways}) == 1
    assert len({added_by(*way, "0.1") for way in ways}) == 3


def strangers(newcomer: float, others: float, defaults: Any) -> float:
    """Return the friction of place between a new secretary and somebody who has served for years."""
    model = PartyModel(world(months=2, defaults=defaults), 0)
    committee = model.guberniia_list[0]
    first, second = committee.seats[:2]
    assert first is not None and second is not None
    first.outsider, second.outsider, first.tenure, second.tenure = newcomer, others, 0.0, 60.0
    return committee._friction(first, second)


def test_a_new_local_is_as_strange_to_outsiders_as_a_new_outsider_to_locals() -> None:
    """Election brings the one and appointment the other: friction must not fade for the one alone."""
    assert strangers(0.0, 1.0, "0.2") == strangers(1.0, 0.0, "0.2") > 0.0
    assert strangers(0.0, 1.0, "0.1") < strangers(1.0, 0.0, "0.1")


def passed_over_in(rule: str, defaults: Any) -> float:
    """Return how many uezd decisions had one candidate alone, or none, where nobody crosses over on purpose."""
    known, seen = selection._candidates, [0, 0]

    def watched(model: Any, opening: Any) -> Any:
        chosen = known(model, opening)
        if opening.committee.head is not None and opening.cause == "vacancy":
            seen[0] += len(chosen) < 2
            seen[1] += 1
        return chosen

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "_candidates", watched)
        model = PartyModel(kernel_world(rule, 4, months=36, seed=1, cross=0.0, defaults=defaults, **HOT), 0)
        for _ in range(36):
            model.step()
    return seen[0] / seen[1]


def test_voters_and_superiors_choose_from_as_many() -> None:
    """An uezd's bench is short: a side that has nobody left asks the other, and hardly anybody wins unopposed."""
    for rule in ("appointment", "election"):
        assert passed_over_in(rule, "0.2") < 0.02
    assert passed_over_in("election", "0.1") > 0.05


def test_nobody_waits_above_for_ever() -> None:
    """Whom the superior body passes over goes home in the end: else the reserve would be those whom it never wants."""

    def stayed(defaults: Any) -> float:
        model = PartyModel(kernel_world("appointment", 2, months=72, seed=3, res_d=1.0, defaults=defaults), 0)
        for _ in range(24):
            model.step()
        then = set(model.reserve)
        for _ in range(48):
            model.step()
        return len(then & set(model.reserve)) / len(then)

    assert stayed("0.2") < 0.5 * stayed("0.1")


def kept(rule: str, defaults: Any) -> PartyModel:
    """Return a world whose first officials, half of them of the other policy's, have been reviewed or voted on."""
    model = PartyModel(world(
        months=30, guberniias=8, uezds_each=0, policy={"rule": rule, "start": 0.5}, options={"capacity": "unlimited"},
        defaults=defaults, off=("wear", "unfit", "need", "lateral", "skloki"), rev=1.0, cont=1.0, inc_v=3.0, inc_f=3.0,
    ), 0)  # fmt: skip
    for _ in range(30):
        model.step()
    return model


def test_whom_the_other_side_keeps_owes_half_to_each() -> None:
    """An elected man kept by a review is confirmed, an appointed one kept by a vote recommended; so they stay."""
    for rule, word in (("appointment", "confirmed"), ("election", "recommended")):
        model = kept(rule, "0.2")
        men = [(committee, committee.seats[0]) for committee in model.guberniia_list]
        halves = [committee for committee, man in men if man is not None and man.installed == word]
        assert halves and all(committee.appointed == committee.elected == 0.5 for committee in halves)
    first = [man for committee in kept("appointment", "0.1").committee_list for man in committee.seats]
    assert not any(man is not None and man.installed == "confirmed" for man in first)


# ---------------------------------------------------------------- readings
def test_unfilled_posts_lapse_to_the_place_or_stand_acting() -> None:
    settings: dict[str, Any] = {"months": 36, "policy": APPOINTED, "options": {"capacity": 0.0}}
    lapsed = run(**settings)
    assert outcome(lapsed, "acting").max() == 0.0 and outcome(lapsed, "assignments").max() == 0.0
    assert outcome(lapsed, "elected")[-1] > 0.9
    assert outcome(run(variants={"unfilled": "acting"}, **settings), "acting")[-1] > 0.5


def test_unserved_transfers_wait_or_lapse_to_the_place() -> None:
    settings: dict[str, Any] = {"months": 36, "policy": APPOINTED, "options": {"capacity": 0.0}, "uezds_each": 0, **HOT}
    assert not {"transfer", "extraordinary", "lost_contest"} & set(left(run(**settings)))
    lapsed = left(run(variants={"unserved": "lapses"}, **settings))
    assert lapsed["extraordinary"] > 0 and lapsed["lost_contest"] > 0 == lapsed["transfer"]


def conflict_after_departures(rule: str, succession: str, capacity: float | str) -> float:
    """Return mean conflict six months after every secretary has left, where grievances only cool."""
    off = ("skloki", "close_race", "wear", "unfit", "need", "lateral", "transfers", "extraordinary", "mediation",
           "standards", "ladder")  # fmt: skip
    variants = {"unfilled": "acting", "succession": succession}
    total = 0.0
    for seed in range(8):
        model = PartyModel(world(
            months=8, guberniias=8, uezds_each=0, policy={"rule": rule}, options={"capacity": capacity}, off=off,
            variants=variants, seed=seed, inh_l=0.5, inh_o=0.5, cont=0.0, rev=0.0,
        ), 0)  # fmt: skip
        model.step()
        for committee in model.guberniia_list:
            secretary = committee.seats[0]
            assert secretary is not None
            people.vacate(model, secretary, "wear", "")
            people.leave_stock(model, secretary)
        for _ in range(6):
            model.step()
        total += sum(committee.conflict for committee in model.guberniia_list)
    return total / 64


@pytest.mark.parametrize("capacity", brief([0.0, 1.0, "unlimited"], 1.0))
def test_a_feud_is_passed_on_once_whoever_fills_the_post_and_when(capacity: float | str) -> None:
    elected = conflict_after_departures("election", "once", capacity)
    assert conflict_after_departures("appointment", "once", capacity) == pytest.approx(elected, abs=0.003)


def test_a_feud_that_waits_for_a_lasting_holder_makes_the_policies_differ() -> None:
    elected = conflict_after_departures("election", "at_arrival", 0.0)
    assert conflict_after_departures("appointment", "at_arrival", 0.0) > elected + 0.03


def misfit(voice: str, capacity: float | str) -> float:
    """Return mean local misfit after four years under appointment, where voice and inspection correct alike."""
    off = ("attitudes", "education", "levies", "hiding")
    tree = {"kind": "synthetic", "guberniias": 16, "uezds_each": 0, "alike": True}
    variants = {"unfilled": "acting", "acting_voice": voice}
    alike = {"phi_v": 0.6, "phi_i": 0.6, "chi": 0.0, "nu": 0.0, "kv": 0.1}
    first = world(months=48, tree=tree, off=off, **alike)
    place, p = first.committees[0], first.p
    reach = p.debate_start * (p.VOICE_BASE + (1.0 - p.VOICE_BASE) * place.literacy)
    alike["ki"] = alike["kv"] * reach / p.reach
    total = 0.0
    for seed in range(10):
        options = {"capacity": capacity}
        changes = {"options": options, "variants": variants, "seed": seed, **alike}
        w = world(months=48, tree=tree, off=off, policy=APPOINTED, **changes)
        total += float(compiled.simulate(w, 0, events=False).values[-1, 0, OUTCOME_INDEX["misfit"]])
    return total / 10


def test_an_acting_secretary_owes_half_to_either_side() -> None:
    """Where voice and inspection reach equally far, what capacity leaves to acting men then moves no misfit."""
    assert misfit("half", 0.25) == pytest.approx(misfit("half", "unlimited"), abs=0.002)
    assert misfit("free", 0.25) < misfit("free", "unlimited") - 0.01
