"""Step 4, discussion and correction."""

from __future__ import annotations

import pytest
from hypothesis import given

from sim.mechanisms.discussion import credit, felt_misfit, free_voice, heard_voice, inspection, misfit, news
from tests.mechanisms.ranges import flag, of, share, within


def test_free_voice_by_hand() -> None:
    assert free_voice(0.5, 0.5, 0.4, 0.2, 0.5) == pytest.approx(0.5 * 0.6 * 0.8, abs=1e-15)
    assert free_voice(0.5, 0.0, 0.0, 0.2, 0.5) == pytest.approx(0.1, abs=1e-15)
    assert free_voice(0.5, 1.0, 0.0, 0.2, 0.5) == 0.5
    assert free_voice(1.0, 1.0, 1.0, 0.2, 1.0) == 0.0


@given(debate=share, literacy=share, perceived=share, base=share, silenced=of("chi"), more=share)
def test_free_voice_rises_with_debate_and_literacy_and_falls_with_threat(
    debate: float, literacy: float, perceived: float, base: float, silenced: float, more: float
) -> None:
    voice = free_voice(debate, literacy, perceived, base, silenced)
    assert 0.0 <= voice <= debate * (1.0 + 1e-15)
    assert voice <= free_voice(max(debate, more), literacy, perceived, base, silenced) + 1e-15
    assert voice <= free_voice(debate, max(literacy, more), perceived, base, silenced) + 1e-15
    assert voice >= free_voice(debate, literacy, max(perceived, more), base, silenced) - 1e-15


def test_what_reaches_whom_by_hand() -> None:
    assert heard_voice(0.6, 1.0, 0.0, 0.5, 0.4, 0.3) == pytest.approx(0.36, abs=1e-15)
    assert heard_voice(0.6, 0.0, 1.0, 0.5, 0.4, 0.3) == pytest.approx(0.51, abs=1e-15)
    assert heard_voice(0.6, 0.0, 0.0, 0.5, 0.4, 0.3) == 0.6, "an acting secretary has nobody to please"
    assert inspection(0.6, 0.0, 1.0, 0.5, 0.4, 0.3) == pytest.approx(0.36, abs=1e-15)
    assert inspection(0.6, 1.0, 0.0, 0.5, 0.4, 0.3) == pytest.approx(0.51, abs=1e-15)
    assert inspection(0.6, 0.0, 0.0, 0.5, 0.4, 0.3) == 0.6, "nor voters to hide behind"


@given(reach=share, appointed=flag, elected=flag, trait=share, lost=of("phi_v"), hidden=of("hide"))
def test_voice_and_inspection_are_mirror_images(
    reach: float, appointed: float, elected: float, trait: float, lost: float, hidden: float
) -> None:
    """Exchange elected and appointed, temper and pliancy, voice and reach: the same number comes out."""
    heard = heard_voice(reach, appointed, elected, trait, lost, hidden)
    assert heard == inspection(reach, elected, appointed, trait, lost, hidden)


@given(reach=share, appointed=flag, trait=share, lost=of("phi_i"), hidden=of("hide"), more=share)
def test_what_is_heard_is_part_of_what_could_be(
    reach: float, appointed: float, trait: float, lost: float, hidden: float, more: float
) -> None:
    for heard in (
        lambda t: heard_voice(reach, appointed, 1.0 - appointed, t, lost, hidden),
        lambda t: inspection(reach, appointed, 1.0 - appointed, t, lost, hidden),
    ):
        assert 0.0 <= heard(trait) <= reach
        assert heard(max(trait, more)) <= heard(trait) + 1e-15
    assert heard_voice(reach, appointed, 1.0 - appointed, trait, 0.0, 0.0) == reach
    assert inspection(reach, appointed, 1.0 - appointed, trait, 0.0, 0.0) == reach


def test_misfit_by_hand() -> None:
    """0.4 + 0.01 x 1.5 x 0.6 - (0.1 x 0.5 + 0.2 x 0.25) x 0.4."""
    assert misfit(0.4, 0.01, 1.5, 0.5, 0.1, 0.25, 0.2) == pytest.approx(0.4 + 0.009 - 0.04, abs=1e-15)


def test_misfit_comes_to_rest_where_novelty_and_correction_balance() -> None:
    """E = m / (m + k) with m = mu Q and k = kv V + ki I, whatever it was before."""
    for start in (0.0, 1.0):
        error = start
        for _ in range(2000):
            error = misfit(error, 0.02, 1.25, 0.5, 0.06, 0.3, 0.1)
        assert error == pytest.approx(0.025 / (0.025 + 0.06), abs=1e-12)


@given(error=share, novelty=of("mu"), task=within(1.0, 2.0), voice=share, by_voice=of("kv"), inspected=share,
       by_inspection=of("ki"), more=share)  # fmt: skip
def test_misfit_is_a_share_that_either_kind_of_correction_lowers(
    error: float, novelty: float, task: float, voice: float, by_voice: float, inspected: float, by_inspection: float,
    more: float,
) -> None:  # fmt: skip
    found = misfit(error, novelty, task, voice, by_voice, inspected, by_inspection)
    assert 0.0 <= found <= 1.0
    assert misfit(error, novelty, task, max(voice, more), by_voice, inspected, by_inspection) <= found + 1e-15
    assert misfit(error, novelty, task, voice, by_voice, max(inspected, more), by_inspection) <= found + 1e-15
    assert misfit(error, max(novelty, more), task, voice, by_voice, inspected, by_inspection) >= found - 1e-15
    assert misfit(error, 0.0, task, voice, 0.0, inspected, 0.0) == error
    swapped = misfit(error, novelty, task, inspected, by_inspection, voice, by_voice)
    assert swapped == pytest.approx(found, abs=1e-15), "voice and inspection correct alike"


def test_full_correction_leaves_nothing_and_full_novelty_everything() -> None:
    assert misfit(0.7, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0) == 0.0
    assert misfit(0.7, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0) == 0.0
    assert misfit(0.7, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0) == 1.0


@given(local=share, national=share, part=of("nu"))
def test_felt_misfit_mixes_the_place_and_the_nation(local: float, national: float, part: float) -> None:
    found = felt_misfit(local, national, part)
    assert min(local, national) - 1e-15 <= found <= max(local, national) + 1e-15
    assert felt_misfit(local, national, 0.0) == local
    assert felt_misfit(local, national, 1.0) == national
    assert felt_misfit(0.2, 0.6, 0.25) == pytest.approx(0.3, abs=1e-15)


def test_news_is_plainer_in_a_crisis_and_at_most_complete() -> None:
    assert news(0.0, 0.5) == 0.5
    assert news(0.25, 0.5) == 0.75
    assert news(0.9, 0.5) == 1.0


def test_credit_by_hand_and_at_rest() -> None:
    """Held for ever it would rest at gain V m news / (1 - memory) = 0.1 x 0.5 x 0.4 x 0.8 / 0.05."""
    assert credit(0.5, 0.5, 0.4, 0.8, 0.95, 0.1) == pytest.approx(0.475 + 0.016, abs=1e-15)
    held = 0.0
    for _ in range(1000):
        held = credit(held, 0.5, 0.4, 0.8, 0.95, 0.1)
    assert held == pytest.approx(0.32, abs=1e-12)
    assert credit(0.5, 1.0, 1.0, 1.0, 1.0, 0.0) == 0.5
    assert credit(0.5, 0.0, 1.0, 1.0, 0.0, 1.0) == 0.0
