"""The tree: who is in it, in which order, with which keys, and what it starts from."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.data.tables import guberniias
from sim.draws.addressed import normal
from sim.errors import UserError
from sim.world.places import PERSON_BITS, UEZD_BITS, Place, _apportion, rounded
from tests.world.worlds import heads, numbers, planted, skills

REAL = planted()
SKILL = skills(REAL)
P = numbers()


def uezds_of(places: list[Place], name: str) -> list[Place]:
    index = next(i for i, place in enumerate(places) if place.name == name)
    return [place for place in places if place.parent == index]


def test_guberniias_come_first_then_the_uezds_of_each_in_turn() -> None:
    assert [place.level for place in REAL] == ["guberniia"] * 85 + ["uezd"] * 650
    parents = [place.parent for place in REAL[85:]]
    assert parents == sorted(parents)
    assert set(parents) == set(range(85)), "each guberniia has at least one uezd"
    assert all(place.parent == -1 for place in REAL[:85])


def test_an_uezd_shares_class_and_region_with_its_guberniia_and_its_key_lies_below() -> None:
    for place in REAL[85:]:
        head = REAL[place.parent]
        assert (place.unit_class, place.region) == (head.unit_class, head.region)
        assert place.key >> UEZD_BITS == head.key >> UEZD_BITS
    first = [place.name for place in REAL if place.parent == 0]
    assert first == [f"{REAL[0].name} uezd {number + 1}" for number in range(len(first))]


def test_populous_guberniias_have_more_uezds() -> None:
    population = {g.name: g.pop_1926 for g in guberniias()}
    number = Counter(REAL[place.parent].name for place in REAL[85:])
    ordered = sorted(population, key=lambda name: population[name])
    assert all(number[a] <= number[b] for a, b in pairwise(ordered))
    assert number[ordered[-1]] > 3 * number[ordered[0]]


@pytest.mark.parametrize("tree", [{"uezds": 650}, {"kind": "synthetic", "guberniias": 9, "uezds_each": 200}])
def test_keys_are_unique_and_persons_fit_below_them(tree: dict[str, object]) -> None:
    places = planted(**tree)
    assert len({place.key for place in places}) == len(places)
    assert all(0 <= place.key < 2 ** (32 - PERSON_BITS) for place in places)
    assert all(place.block <= 2**PERSON_BITS for place in planted(bench=30, uezd_bench=30))


def test_keys_and_attributes_do_not_move_when_a_guberniia_is_left_out() -> None:
    kept = [g.name for g in guberniias() if g.name != "Moscow"]
    assert len(kept) == 84
    fewer = {place.key: place for place in planted(only=kept)}
    whole = {place.key: place for place in REAL}
    # the number of uezds of a guberniia may differ by one: they are a share of fewer in all
    assert len(set(fewer) - set(whole)) < 10
    assert {place.name for place in heads(list(fewer.values()))} == set(kept)
    for key in set(fewer) & set(whole):
        a, b = fewer[key], whole[key]
        assert (a.name, a.literacy, a.schooling, a.unit_class) == (b.name, b.literacy, b.schooling, b.unit_class)
        if a.level == "guberniia":
            assert a.members == b.members, "members are shares of the nation, not of who is kept"


def test_only_keeps_those_named_with_their_share_of_the_uezds() -> None:
    places = planted(only=["Tver", "Omsk"])
    assert sorted(place.name for place in heads(places)) == ["Omsk", "Tver"]
    for name in ("Tver", "Omsk"):
        assert abs(len(uezds_of(places, name)) - len(uezds_of(REAL, name))) <= 1
    assert len(planted(only=["Tver"], uezds=1)) == 2, "at least one uezd each"


def test_without_uezds_there_are_guberniias_alone() -> None:
    assert planted(uezds=0) == REAL[:85]


@pytest.mark.parametrize("uezds", [1, 84])
def test_too_few_uezds_are_refused(uezds: int) -> None:
    with pytest.raises(UserError, match=f"{uezds} uezds cannot give each of 85 guberniias one"):
        planted(uezds=uezds)


def test_uezds_beyond_the_keys_of_their_guberniia_are_refused() -> None:
    """Keys have room for 255 uezds below each guberniia; one more would take the next guberniia's keys."""
    with pytest.raises(UserError, match=r"20000 give one guberniia 7\d\d; allowed: fewer than 256 each"):
        planted(uezds=20_000)
    most = planted(uezds=5000)
    assert len({place.key for place in most}) == len(most) == 5085


def test_as_many_uezds_as_guberniias_are_one_each() -> None:
    assert [place.parent for place in planted(uezds=85)[85:]] == list(range(85))


@given(
    weights=st.lists(st.floats(0.001, 1e7), min_size=1, max_size=90),
    extra=st.integers(0, 2000),
)
def test_apportionment_is_exact_fair_and_leaves_nobody_out(weights: list[float], extra: int) -> None:
    total = len(weights) + extra
    parts = _apportion(total, weights)
    assert sum(parts) == total
    assert min(parts) >= 1
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - 1 - extra * weight / sum(weights)) < 1.0 + 1e-6, "largest remainders stay within one"


def test_apportionment_by_hand() -> None:
    """Beyond one each, 5 by 5 : 3 : 2 is 2.5, 1.5, 1: the tie for the last goes to the first."""
    assert _apportion(8, [5.0, 3.0, 2.0]) == [1 + 3, 1 + 1, 1 + 1]
    assert _apportion(7, [1.0, 9.0]) == [1 + 1, 1 + 4]


# What places start from.


def test_capitals_are_the_most_literate_and_skilled() -> None:
    values = {"literacy": [place.literacy for place in REAL], "skill": SKILL}
    mean = {
        (level, unit_class, what): statistics.fmean(
            value
            for place, value in zip(REAL, values[what], strict=True)
            if (place.level, place.unit_class) == (level, unit_class)
        )
        for level in ("guberniia", "uezd")
        for unit_class in ("capital", "industrial", "agrarian", "borderland")
        for what in ("literacy", "skill")
    }
    for level in ("guberniia", "uezd"):
        for what in ("literacy", "skill"):
            rest = [mean[level, other, what] for other in ("industrial", "agrarian", "borderland")]
            assert mean[level, "capital", what] > max(rest) + 0.05, (level, what)


def test_shares_are_shares_and_rounded_so_that_libm_does_not_matter() -> None:
    for place, trained in zip(REAL, SKILL, strict=True):
        assert 0.0 < place.literacy < 1.0 and 0.02 <= trained <= 0.98
        assert place.literacy == round(place.literacy, 6) and trained == round(trained, 6)


def test_members_are_shared_out_once_at_either_level() -> None:
    assert sum(place.members for place in REAL[:85]) == pytest.approx(700.0)
    for index in range(85):
        below = [place.members for place in REAL if place.parent == index]
        assert sum(below) == pytest.approx(REAL[index].members)


def literacy(population_logit: float) -> float:
    """Members' literacy from the logit of the population's: its mean where that is 0.3, with part of the spread."""
    mean = math.log(P.LITERACY_MEAN / (1.0 - P.LITERACY_MEAN))
    return 1.0 / (1.0 + math.exp(-mean - P.LITERACY_SPREAD * (population_logit - math.log(0.3 / 0.7))))


def skill(log_schooling: float) -> float:
    """Mean skill from the logarithm of secondary schooling: its mean at 0.89 per cent, beta per unit."""
    return P.SKILL_MEAN + P.b_slope * (log_schooling - math.log(0.89))


def drawn(place: Place) -> tuple[float, float]:
    """Return a place's two draws: decision point 2, addressed by its key alone."""
    return normal(1921, 0, 2, 0, place.key, 0), normal(1921, 0, 2, 0, place.key, 1)


def test_real_places_by_hand() -> None:
    known = {g.name: g for g in guberniias()}
    for place, trained in zip(REAL, SKILL, strict=True):
        g = known[place.name if place.parent < 0 else REAL[place.parent].name]
        logit, schooling = math.log(g.lit_1920 / (1.0 - g.lit_1920)), math.log(g.secondary_pct)
        if place.parent >= 0:
            z = drawn(place)
            logit += P.UEZD_SPREAD * z[0] - P.UEZD_RURAL * (1.0 - g.urban_share)
            schooling += P.UEZD_SPREAD * z[1] - P.UEZD_RURAL * (1.0 - g.urban_share)
        assert place.literacy == pytest.approx(literacy(logit), abs=1e-6)
        assert trained == pytest.approx(skill(schooling), abs=1e-6)


def test_the_tree_is_the_same_for_a_seed_and_differs_between_seeds() -> None:
    assert planted(seed=1921) == REAL
    other = planted(seed=1922)
    assert other[:85] == REAL[:85], "what is recorded does not depend on the seed"
    assert all(a.literacy != b.literacy for a, b in zip(other[85:95], REAL[85:95], strict=True))


def test_shift_and_floor() -> None:
    raised = planted(literacy_floor=0.7)
    assert skills(REAL, skill_shift=0.1) == pytest.approx([min(before + 0.1, 0.98) for before in SKILL], abs=2e-6)
    for place, before in zip(raised, REAL, strict=True):
        assert place.literacy == max(before.literacy, 0.7)
    extreme = skills(REAL, {"b_slope": 1.0}, skill_shift=0.5)
    assert (min(extreme), max(extreme)) == (0.02, 0.98)


# Synthetic trees.


def test_places_alike_are_identical_at_both_levels() -> None:
    places = planted(kind="synthetic", guberniias=7, uezds_each=3, alike=True)
    assert len(places) == 7 + 21
    assert len({(p.literacy, p.schooling, p.unit_class, p.region) for p in places}) == 1
    assert (places[0].literacy, skills(places)[0]) == pytest.approx((P.LITERACY_MEAN, P.SKILL_MEAN), abs=1e-6)


def test_synthetic_places_by_hand() -> None:
    shifts = {"capital": (0.85, 1.8), "industrial": (0.25, 0.2), "agrarian": (-0.2, 0.0), "borderland": (-0.4, -0.3)}
    places = heads(planted(kind="synthetic", guberniias=8))
    for place, trained in zip(places, skills(places), strict=True):
        shift, z = shifts[place.unit_class], drawn(place)
        assert place.literacy == pytest.approx(
            literacy(math.log(0.3 / 0.7) + shift[0] + P.UEZD_SPREAD * z[0]), abs=1e-6
        )
        assert trained == pytest.approx(skill(math.log(0.89) + shift[1] + P.UEZD_SPREAD * z[1]), abs=1e-6)


def test_places_not_alike_differ_by_class_and_chance() -> None:
    places = planted(kind="synthetic", guberniias=40, uezds_each=2)
    assert len({p.literacy for p in places}) == len(set(skills(places))) == 120
    assert Counter(p.unit_class for p in heads(places)) == dict.fromkeys(
        ("capital", "industrial", "agrarian", "borderland"), 10
    )
    of_class = {c: [p for p in heads(places) if p.unit_class == c] for c in ("capital", "borderland")}
    mean = {c: statistics.fmean(skills(found)) for c, found in of_class.items()}
    assert mean["capital"] > mean["borderland"]


def test_a_larger_synthetic_tree_contains_the_smaller_one() -> None:
    small = {p.key: p for p in heads(planted(kind="synthetic", guberniias=5))}
    large = {p.key: p for p in heads(planted(kind="synthetic", guberniias=9))}
    assert small.items() <= large.items()
    assert not {p.key for p in REAL} & set(large)


@given(st.lists(st.floats(0.0, 999.0), min_size=1, max_size=9), st.lists(st.integers(0, 10**9), max_size=3))
def test_numbers_are_rounded_as_python_does(values: list[float], middles: list[int]) -> None:
    """In the middle between two, too, where multiplying may lead to the other."""
    known = values + [math.nextafter((k + 0.5) / 1e6, way) for k in middles for way in (0.0, k / 1e6, math.inf)]
    assert rounded(np.array(known)) == [round(value, 6) for value in known]
