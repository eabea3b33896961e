"""Step 8, selection: what judges see. Voters and the centre are judged by one function."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import assume, given

from sim.draws.addressed import normal
from sim.mechanisms.selection import blur, crowded, incumbent_advantage, judged, learned, seen, tail_chance, validity
from tests.mechanisms.ranges import of, score, share, within

NUMBER = 20_000
SKILL = [normal(1, 0, 1, 0, person, 0) for person in range(NUMBER)]
NOISE = [normal(1, 0, 1, 0, person, 1) for person in range(NUMBER)]


def test_blur_by_hand() -> None:
    """A quarter more load than where validity is stated, counted half."""
    assert blur(1.25, 0.5) == 1.125
    assert blur(0.25, 1.0) == 0.25


@given(load=within(0.0, 5.0), weight=of("err_ctx"), more=within(0.0, 5.0))
def test_blur_is_neutral_at_the_reference_load_and_without_weight(load: float, weight: float, more: float) -> None:
    assert blur(1.0, weight) == 1.0 == blur(load, 0.0)
    assert 0.0 <= blur(load, weight) <= blur(load + more, weight) + 1e-15
    assert blur(load, 1.0) == pytest.approx(load, abs=1e-15)


def test_judges_learn_and_crowds_see_less_by_hand() -> None:
    """Five years at .1 a year leave two thirds of the error; twenty thousand electors add a fifth."""
    assert learned(0.9, 0.1, 5.0) == pytest.approx(0.6, abs=1e-15)
    assert crowded(0.5, 0.1, 20.0) == pytest.approx(0.6, abs=1e-15)
    assert learned(0.9, 0.1, 0.0) == learned(0.9, 0.0, 5.0) == 0.9 == crowded(0.9, 0.0, 20.0)


def test_validity_by_hand() -> None:
    """r = 0.6 has error variance 1/0.36 - 1 = 16/9; nine sixteenths of it are 1: r = 1 / sqrt(2)."""
    assert validity(0.6, 9 / 16) == pytest.approx(math.sqrt(0.5), abs=1e-15)
    assert validity(0.6, 0.0) == 1.0
    assert validity(1.0, 5.0) == 1.0
    assert validity(0.0, 0.5) == 0.0
    assert validity(0.0, 0.0) == 0.0


@given(stated=of("r_v"), variance=within(0.0, 6.0), other=within(0.0, 6.0))
def test_validity_is_a_correlation_that_falls_with_the_variance_of_error(
    stated: float, variance: float, other: float
) -> None:
    assume(stated == 0.0 or stated > 1e-100)  # below, the square is rounded away
    r = validity(stated, variance)
    assert 0.0 <= r <= 1.0
    assert validity(stated, 1.0) == pytest.approx(stated, abs=1e-15)
    assert validity(stated, variance + other) <= r + 1e-15
    assert validity(validity(stated, variance), other) == pytest.approx(validity(stated, variance * other), abs=1e-9)


@given(stated=within(0.05, 0.95), variance=within(0.1, 6.0))
def test_validity_is_the_inverse_of_its_error_variance(stated: float, variance: float) -> None:
    """Error variance v(r) = 1/r^2 - 1 is what circumstances multiply; the inverse factor restores r."""
    r = validity(stated, variance)
    assert 1.0 / (r * r) - 1.0 == pytest.approx(variance * (1.0 / (stated * stated) - 1.0), rel=1e-9)
    assert validity(r, 1.0 / variance) == pytest.approx(stated, abs=1e-12)


@pytest.mark.parametrize("r", [0.0, 0.28, 0.55, 1.0])
def test_what_is_seen_correlates_with_skill_by_its_validity(r: float) -> None:
    judgements = [seen(s, r, z) for s, z in zip(SKILL, NOISE, strict=True)]
    assert statistics.correlation(SKILL, judgements) == pytest.approx(r, abs=0.02)
    assert statistics.pstdev(judgements) == pytest.approx(1.0, abs=0.02)


def test_the_best_seen_of_three_is_better_in_proportion_to_validity() -> None:
    """The mean of the largest of three standard normals is 3 / (2 sqrt(pi)) = 0.846; of it r is skill."""
    for r in (0.0, 0.5, 1.0):
        chosen = []
        for first in range(0, NUMBER - 3, 3):
            three = [(seen(SKILL[i], r, NOISE[i]), SKILL[i]) for i in range(first, first + 3)]
            chosen.append(max(three)[1])
        assert statistics.fmean(chosen) == pytest.approx(0.846 * r, abs=0.05)


@given(skill=score, r=share, z=score)
def test_seen_at_the_limits(skill: float, r: float, z: float) -> None:
    assert seen(skill, 0.0, z) == z
    assert seen(skill, 1.0, z) == skill
    assert seen(-skill, r, -z) == -seen(skill, r, z)
    # the coefficients lie on a circle: a judgement's variance is 1
    a, b = seen(1.0, r, 0.0), seen(0.0, r, 1.0)
    assert a * a + b * b == pytest.approx(1.0, abs=1e-14)


def test_judged_by_hand() -> None:
    """0.75 (0.6 x 1 + 0.8 x (-0.5) + 0.2 x 2) + 0.25 x (-1)."""
    assert judged(1.0, 0.6, -0.5, 0.2, 2.0, -1.0, 0.25) == pytest.approx(0.2, abs=1e-15)


@given(skill=score, r=share, z=score, taste=of("dem"), trait=score, loyalty=score, packing=of("pack"), more=score)
def test_judged_at_the_limits(
    skill: float, r: float, z: float, taste: float, trait: float, loyalty: float, packing: float, more: float
) -> None:
    assert judged(skill, r, z, 0.0, trait, loyalty, 0.0) == seen(skill, r, z)
    assert judged(skill, r, z, taste, trait, loyalty, 1.0) == loyalty
    assert judged(skill, r, z, taste, trait, loyalty, 0.0) == judged(skill, r, z, taste, trait, more, 0.0)
    now = judged(skill, r, z, taste, trait, loyalty, packing)
    assert judged(max(skill, more), r, z, taste, trait, loyalty, packing) >= now - 1e-12
    assert judged(skill, r, z, taste, max(trait, more), loyalty, packing) >= now - 1e-12
    assert judged(skill, r, z, taste, trait, max(loyalty, more), packing) >= now - 1e-12


def test_incumbency_by_hand() -> None:
    """A tenth above the mean is worth a fifth more; two fifths either way is the most that counts."""
    assert incumbent_advantage(0.5, 0.4, 0.4) == 0.5
    assert incumbent_advantage(0.5, 0.44, 0.4) == pytest.approx(0.6, abs=1e-14)
    assert incumbent_advantage(0.5, 0.36, 0.4) == pytest.approx(0.4, abs=1e-14)
    assert incumbent_advantage(0.5, 0.9, 0.4) == pytest.approx(0.9, abs=1e-14)
    assert incumbent_advantage(0.5, 0.0, 0.4) == pytest.approx(0.1, abs=1e-14)
    assert incumbent_advantage(0.5, 0.7, 0.0) == 0.5


@given(advantage=of("inc_v"), result=share, mean=share, more=share)
def test_incumbency_is_bounded_and_rises_with_the_places_work(
    advantage: float, result: float, mean: float, more: float
) -> None:
    found = incumbent_advantage(advantage, result, mean)
    assert 0.2 * advantage - 1e-12 <= found <= 1.8 * advantage + 1e-12
    assert incumbent_advantage(advantage, max(result, more), mean) >= found - 1e-12
    assert incumbent_advantage(0.0, result, mean) == 0.0


@given(tail=of("tail"))
def test_nobody_is_brought_along_of_whom_nobody_is_left(tail: float) -> None:
    assert tail_chance(0, tail) == 0.0
    assert tail_chance(1, tail) == tail_chance(3, tail) == tail
