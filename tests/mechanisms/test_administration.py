"""Step 2, administration."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.mechanisms.administration import (
    guberniia_result,
    parochial_loss,
    performance,
    seat_weight,
    served_together,
    trust_between,
    trusted,
    usable_skill,
)
from tests.mechanisms.ranges import of, positive, share, tenure, within

# Usable skill: the twins ign and paro.


def test_usable_skill_by_hand() -> None:
    """Ten months in post, half-time ten months: half is learned, and half of the ties are grown."""
    assert usable_skill(0.6, 1.0, 10.0, 0.2, 0.0, 10.0) == pytest.approx(0.6 * 0.9, abs=1e-15)
    assert usable_skill(0.6, 0.0, 10.0, 0.0, 0.2, 10.0) == pytest.approx(0.6 * 0.9, abs=1e-15)
    assert usable_skill(0.6, 1.0, 0.0, 0.2, 0.3, 10.0) == pytest.approx(0.6 * 0.8, abs=1e-15)
    assert usable_skill(0.6, 0.0, 30.0, 0.2, 0.4, 10.0) == pytest.approx(0.6 * 0.7, abs=1e-15)


def test_ties_cost_by_literacy_or_alike() -> None:
    assert parochial_loss(0.2, 0.4, True) == pytest.approx(0.12, abs=1e-15)
    assert parochial_loss(0.2, 0.4, False) == 0.2 == parochial_loss(0.2, 0.0, True)
    assert parochial_loss(0.2, 1.0, True) == 0.0


@given(skill=share, cost=of("ign"), half=positive)
def test_outsider_and_local_mirror_each_other_at_both_ends_of_tenure(skill: float, cost: float, half: float) -> None:
    """A new outsider stands where a local of endless tenure does, and the other way round."""
    endless = 1e12
    new_outsider, old_outsider = (usable_skill(skill, 1.0, t, cost, cost, half) for t in (0.0, endless))
    new_local, old_local = (usable_skill(skill, 0.0, t, cost, cost, half) for t in (0.0, endless))
    assert new_outsider == pytest.approx(old_local, abs=1e-9) == skill * (1.0 - cost)
    assert new_local == pytest.approx(old_outsider, abs=1e-9) == skill


@given(skill=share, months=tenure, cost=of("ign"), half=positive)
def test_what_the_twins_cost_adds_up_to_one_cost_at_any_tenure(
    skill: float, months: float, cost: float, half: float
) -> None:
    both = usable_skill(skill, 1.0, months, cost, cost, half) + usable_skill(skill, 0.0, months, cost, cost, half)
    assert both == pytest.approx(skill * (2.0 - cost), abs=1e-12)


@given(skill=share, outsider=st.sampled_from([0.0, 1.0]), months=tenure, more=tenure, half=positive,
       ign=of("ign"), paro=of("paro"))  # fmt: skip
def test_usable_skill_is_bounded_and_moves_with_tenure_as_each_should(
    skill: float, outsider: float, months: float, more: float, half: float, ign: float, paro: float
) -> None:
    now = usable_skill(skill, outsider, months, ign, paro, half)
    later = usable_skill(skill, outsider, months + more, ign, paro, half)
    assert 0.0 <= now <= skill
    assert later >= now - 1e-15 if outsider else later <= now + 1e-15
    assert usable_skill(skill, outsider, months, 0.0, 0.0, half) == skill


# The team.


@given(seats=st.integers(1, 12), secretary=within(0.05, 0.95))
def test_weights_add_up_to_one_and_keep_the_secretarys_ratio(seats: int, secretary: float) -> None:
    weights = [seat_weight(seat, float(seats), secretary) for seat in range(seats)]
    assert sum(weights) == pytest.approx(1.0, abs=1e-12)
    for weight in weights[1:]:
        assert weights[0] / weight == pytest.approx(3.0 * secretary / (1.0 - secretary), rel=1e-9)


def test_weights_by_hand() -> None:
    assert [seat_weight(seat, 4.0, 0.4) for seat in range(4)] == pytest.approx([0.4, 0.2, 0.2, 0.2], abs=1e-15)
    assert [seat_weight(seat, 2.0, 0.4) for seat in range(2)] == pytest.approx([2 / 3, 1 / 3], abs=1e-15)


# Performance.

#: A team of skill 0.8 in circumstances that cost nothing; the threshold of paralysis is far away.
BEST = {
    "skill": 0.8, "conflict": 0.0, "misfit": 0.0, "clarity": 1.0, "literacy": 1.0, "discussion": 0.0, "threat": 0.0,
    "task": 1.0, "conflict_loss": 0.5, "paralysis_loss": 0.0, "paralysis": 0.6, "width": 0.03, "misfit_loss": 0.4,
    "debate_loss": 0.2, "clarity_share": 0.4, "literate_share": 0.3,
}  # fmt: skip


def work(**changed: float) -> float:
    return float(performance(*(BEST | changed).values()))


def test_performance_is_skill_where_nothing_hampers() -> None:
    assert work() == 0.8


@pytest.mark.parametrize(
    ("changed", "factor"),
    [
        ({"conflict": 0.4}, 0.8),
        ({"misfit": 0.5}, 0.8),
        ({"clarity": 0.25}, 0.7),
        ({"literacy": 0.5}, 0.85),
        ({"discussion": 0.5, "threat": 0.5}, 0.95),
        ({"discussion": 1.0}, 1.0),
        ({"threat": 1.0}, 1.0),
        ({"task": 1.25}, 0.8),
        ({"conflict": 0.6, "conflict_loss": 0.0, "paralysis_loss": 0.4}, 0.8),
        ({"conflict": 0.6225, "conflict_loss": 0.0, "paralysis_loss": 0.5}, 1.0 - 0.5 * 0.8),
        (
            {"conflict": 0.4, "misfit": 0.5, "clarity": 0.25, "literacy": 0.5, "task": 1.25},
            0.8 * 0.8 * 0.7 * 0.85 * 0.8,
        ),
    ],
)
def test_each_factor_by_hand(changed: dict[str, float], factor: float) -> None:
    """The link is 1/2 at the threshold of paralysis and 0.8 three quarters of its width above."""
    assert work(**changed) == pytest.approx(0.8 * factor, abs=1e-14)


CIRCUMSTANCES = {
    "skill": share, "conflict": share, "misfit": share, "clarity": share, "literacy": share, "discussion": share,
    "threat": share, "task": within(1.0, 2.0), "conflict_loss": of("b_conf"), "paralysis_loss": of("par_loss"),
    "paralysis": of("theta"), "width": within(0.01, 1.0), "misfit_loss": of("e_err"), "debate_loss": of("d_thr"),
    "clarity_share": share, "literate_share": share,
}  # fmt: skip
HELPS = {"skill", "clarity", "literacy"}
HAMPERS = {"conflict", "misfit", "discussion", "threat"}


@given(state=st.fixed_dictionaries(CIRCUMSTANCES), more=share)
def test_performance_is_a_share_and_each_circumstance_works_one_way(state: dict[str, Any], more: float) -> None:
    now = work(**state)
    assert 0.0 <= now <= 1.0
    for name in HELPS | HAMPERS:
        changed = work(**state | {name: max(state[name], more)})
        assert changed >= now - 1e-12 if name in HELPS else changed <= now + 1e-12, name


@given(own=share, uezds=share, own_share=share)
def test_a_guberniias_result_lies_between_its_own_work_and_its_uezds(
    own: float, uezds: float, own_share: float
) -> None:
    found = guberniia_result(own, uezds, own_share)
    assert min(own, uezds) - 1e-15 <= found <= max(own, uezds) + 1e-15
    assert guberniia_result(own, uezds, 1.0) == own
    assert guberniia_result(own, uezds, 0.0) == uezds
    assert guberniia_result(0.5, 0.25, 0.6) == pytest.approx(0.4, abs=1e-15)


# Networks.


def test_common_service_by_hand() -> None:
    """From month 10 to 20, and from 15 to 40: five months. Who came as the other left has not served with him."""
    assert served_together(20.0, 10.0, 40.0, 25.0) == 5.0 == served_together(40.0, 25.0, 20.0, 10.0)
    assert served_together(20.0, 10.0, 40.0, 20.0) == 0.0 == served_together(20.0, 10.0, 40.0, 5.0)
    assert served_together(7.0, 3.0, 7.0, 30.0) == 3.0


@given(until_a=tenure, months_a=tenure, until_b=tenure, months_b=tenure)
def test_common_service_is_mutual_and_no_longer_than_either_was_there(
    until_a: float, months_a: float, until_b: float, months_b: float
) -> None:
    together = served_together(until_a, months_a, until_b, months_b)
    assert 0.0 <= together <= min(months_a, months_b) + 1e-9
    assert together == served_together(until_b, months_b, until_a, months_a)


@given(together=tenure, half=positive)
def test_half_of_full_trust_comes_at_its_month(together: float, half: float) -> None:
    assert trust_between(half, half) == 0.5
    assert trust_between(0.0, half) == 0.0 <= trust_between(together, half) < 1.0


@given(skill=share, trust=share, by_trust=of("trust"), more=share)
def test_trust_adds_to_skill_and_never_beyond_one(skill: float, trust: float, by_trust: float, more: float) -> None:
    now = trusted(skill, trust, by_trust)
    assert skill <= now <= 1.0
    assert trusted(skill, 0.0, by_trust) == skill == trusted(skill, trust, 0.0)
    assert trusted(skill, max(trust, more), by_trust) >= now
    assert trusted(0.5, 0.5, 0.4) == pytest.approx(0.55)
