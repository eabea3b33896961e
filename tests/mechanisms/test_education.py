"""Step 9, education and recruitment."""

from __future__ import annotations

import pytest
from hypothesis import given

from sim.mechanisms.education import clarified, course_quality, diluted, practised, schooled
from tests.mechanisms.ranges import of, share, within


def test_schooling_by_hand() -> None:
    """0.4 + 0.01 x (0.45 / 0.3) x 0.6."""
    assert schooled(0.4, 0.01, 0.45, 0.3) == pytest.approx(0.409, abs=1e-15)
    assert schooled(0.4, 1.0, 0.3, 0.3) == pytest.approx(1.0, abs=1e-15)
    assert schooled(0.4, 1.0, 1.0, 0.3) == 1.0


def test_schooling_closes_the_gap_geometrically() -> None:
    literacy = 0.4
    for _ in range(108):
        literacy = schooled(literacy, 0.006, 0.3, 0.3)
    assert 1.0 - literacy == pytest.approx(0.6 * 0.994**108, abs=1e-12)


@given(literacy=share, schooling=of("edu"), result=share, more=share)
def test_schooling_never_lowers_literacy(literacy: float, schooling: float, result: float, more: float) -> None:
    found = schooled(literacy, schooling, result, 0.3)
    assert literacy <= found <= 1.0
    assert found <= schooled(literacy, schooling, max(result, more), 0.3)
    assert schooled(literacy, 0.0, result, 0.3) == literacy == schooled(literacy, schooling, 0.0, 0.3)


def test_a_levy_by_hand() -> None:
    """Half as many recruits as members, half as literate: (0.6 + 0.5 x 0.3) / 1.5."""
    assert diluted(0.6, 0.5, 0.5) == pytest.approx(0.5, abs=1e-15)


@given(literacy=share, joined=within(0.0, 5.0), relative=of("l_new"))
def test_a_levy_conserves_the_literate(literacy: float, joined: float, relative: float) -> None:
    """Literate members afterwards are those before and those who joined."""
    after = diluted(literacy, joined, relative)
    assert after * (1.0 + joined) == pytest.approx(literacy + joined * relative * literacy, abs=1e-12)
    assert literacy * relative - 1e-15 <= after <= literacy + 1e-15


@given(literacy=share, joined=within(-0.9, 5.0), relative=of("l_new"))
def test_levies_without_effect(literacy: float, joined: float, relative: float) -> None:
    assert diluted(literacy, 0.0, relative) == literacy
    assert diluted(literacy, joined, 1.0) == pytest.approx(literacy, abs=1e-14)


@given(literacy=share, purged=within(-0.9, 0.0), relative=of("l_new"))
def test_a_purge_raises_literacy_within_bounds(literacy: float, purged: float, relative: float) -> None:
    assert literacy - 1e-15 <= diluted(literacy, purged, relative) <= 1.0
    assert diluted(0.5, -0.2, 0.6) == pytest.approx(0.55, abs=1e-15)


def test_clarity_by_hand() -> None:
    """0.5 + 0.01 x (0.4 + 2 x 0.3) x 0.5 - 0.04 x 0.25 x 0.5."""
    assert clarified(0.5, 0.3, 0.01, 0.25, 0.04) == pytest.approx(0.5, abs=1e-15)
    assert clarified(0.5, 0.3, 0.01, 0.0, 0.04) == pytest.approx(0.505, abs=1e-15)
    assert clarified(0.5, 0.3, 0.0, 1.0, 1.0) == 0.0
    assert clarified(0.5, 0.3, 1.0, 0.0, 0.0) == pytest.approx(1.0, abs=1e-15)
    assert clarified(0.5, 1.0, 1.0, 0.0, 0.0) == 1.0


@given(clarity=share, result=share, rules=share, changes=share, loss=share, more=share)
def test_rules_clarify_and_changes_blur(
    clarity: float, result: float, rules: float, changes: float, loss: float, more: float
) -> None:
    found = clarified(clarity, result, rules, changes, loss)
    assert 0.0 <= found <= 1.0
    assert found <= clarified(clarity, max(result, more), rules, changes, loss) + 1e-15
    assert found >= clarified(clarity, result, rules, max(changes, more), loss) - 1e-15
    assert clarified(clarity, result, 0.0, changes, 0.0) == clarity


def test_practice_by_hand() -> None:
    assert practised(0.4, 0.01, 1.0) == pytest.approx(0.403, abs=1e-15)
    assert practised(0.4, 0.01, 0.5) == pytest.approx(0.4015, abs=1e-15)
    assert practised(1.0, 0.01, 1.0) == 1.0


@given(skill=share, practice=of("train"), courses=within(0.0, 5.0), more=within(0.0, 5.0))
def test_practice_never_lowers_skill(skill: float, practice: float, courses: float, more: float) -> None:
    found = practised(skill, practice, courses)
    assert skill <= found <= 1.0
    assert found <= practised(skill, practice, courses + more)
    assert practised(skill, 0.0, courses) == skill == practised(skill, practice, 0.0)


def test_courses_by_hand() -> None:
    assert course_quality(0.5, 0.3, 0.3) == pytest.approx(0.65, abs=1e-15)
    assert course_quality(0.0, 0.3, 0.3) == pytest.approx(0.3, abs=1e-15)
    assert course_quality(1.0, 0.6, 0.3) == pytest.approx(2.0, abs=1e-15)
    assert course_quality(1.0, 0.0, 0.3) == 0.0
