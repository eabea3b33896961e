"""Step 5, skloki: incidents, cooling, and what becomes of a feud."""

from __future__ import annotations

import pytest
from hypothesis import given

from sim.draws.addressed import uniform
from sim.mechanisms.skloki import (
    acquaintance,
    cooled,
    imposed_grievance,
    incident_chance,
    inherited,
    of_several,
    peace_left,
    place_friction,
    quarrel_rate,
    race_grievance,
)
from tests.mechanisms.ranges import flag, of, positive, share, tenure, within


def test_the_rate_by_hand() -> None:
    """0.02 x 4 x 0.5 x 0.25 x (1 + 0.5 x 0.6 + 0.5 x 0.4) = 0.015; above 0.03 x 0.5; escalation 0.05 x 0.2."""
    assert quarrel_rate(0.5, 0.25, 0.4, 0.6, 0.2, 0.3, 0.2, 0.02, 0.5, 0.03, 0.05) == pytest.approx(0.04, abs=1e-15)
    assert quarrel_rate(1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.02, 0.5, 0.03, 0.05) == pytest.approx(0.08, abs=1e-15)
    assert quarrel_rate(0.5, 0.5, 1.0, 1.0, 0.0, 0.0, 0.0, 0.02, 2.0, 0.03, 0.05) == pytest.approx(0.02, abs=1e-15)


def test_no_hardship_beyond_full_recovery() -> None:
    at, above = (quarrel_rate(0.5, 0.5, 0.5, y, 0.2, 0.1, 0.0, 0.02, 1.0, 0.03, 0.05) for y in (1.0, 1.4))
    assert at == above


@given(a=share, b=share, clarity=share, recovery=within(0.0, 2.0), grievance=share, above=share, dispute=share,
       by_temper=of("a_temp"), amplified=of("a_amp"), more=share)  # fmt: skip
def test_everything_that_should_raise_the_rate_does(
    a: float, b: float, clarity: float, recovery: float, grievance: float, above: float, dispute: float,
    by_temper: float, amplified: float, more: float,
) -> None:  # fmt: skip
    def rate(*args: float) -> float:
        return float(quarrel_rate(*args, by_temper, amplified, 0.03, 0.05))

    args = [a, b, clarity, recovery, grievance, above, dispute]
    now = rate(*args)
    assert now >= 0.0
    for place, up in enumerate((True, True, False, False, True, True, True)):
        changed = rate(*[max(x, more) if i == place else x for i, x in enumerate(args)])
        assert changed >= now - 1e-12 if up else changed <= now + 1e-12, place
    assert rate(b, a, *args[2:]) == pytest.approx(now, abs=1e-15), "a tie has no direction"
    assert quarrel_rate(*args, 0.0, amplified, 0.0, 0.0) == 0.0


# Friction of place: the twins a_out and a_clq.


def test_two_know_each_other_since_the_later_of_them_came() -> None:
    assert acquaintance(5.0, 60.0) == acquaintance(60.0, 5.0) == 5.0


def test_friction_by_hand() -> None:
    outsider_and_local, two_cliques = (1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0)
    assert place_friction(*outsider_and_local, 0.0, 99.0, 0.03, 0.5, 10.0) == 0.03
    assert place_friction(*outsider_and_local, 10.0, 99.0, 0.03, 0.5, 10.0) == 0.015
    assert place_friction(0.0, 1.0, 0.0, 0.0, 99.0, 10.0, 0.03, 0.5, 10.0) == 0.015
    assert place_friction(*two_cliques, 0.0, 0.0, 0.5, 0.04, 10.0) == 0.04
    assert place_friction(1.0, 1.0, 0.0, 1.0, 50.0, 9.0, 0.5, 0.04, 10.0) == 0.04
    for same in ((0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0)):
        assert place_friction(*same, 3.0, 4.0, 0.5, 0.5, 10.0) == 0.0


@given(o_a=flag, o_b=flag, c_a=flag, c_b=flag, t_a=tenure, t_b=tenure, by=of("a_out"), clq=of("a_clq"), half=positive)
def test_friction_is_mutual_and_bounded_by_its_twins(
    o_a: float, o_b: float, c_a: float, c_b: float, t_a: float, t_b: float, by: float, clq: float, half: float
) -> None:
    found = place_friction(o_a, o_b, c_a, c_b, t_a, t_b, by, clq, half)
    assert found == place_friction(o_b, o_a, c_b, c_a, t_b, t_a, by, clq, half)
    assert 0.0 <= found <= max(by, clq)
    assert place_friction(o_a, o_b, c_a, c_b, t_a, t_b, 0.0, 0.0, half) == 0.0


@given(by=of("a_out"), half=positive)
def test_a_new_outsider_and_another_clique_cause_the_same_friction_where_twins_are_equal(
    by: float, half: float
) -> None:
    assert place_friction(1.0, 0.0, 0.0, 0.0, 0.0, 50.0, by, by, half) == place_friction(
        0.0, 0.0, 1.0, 0.0, 0.0, 50.0, by, by, half
    )


# Incidents and cooling.


def test_the_chance_of_an_incident_by_hand() -> None:
    assert incident_chance(0.05, 0.2, 0.25) == pytest.approx(0.16, abs=1e-15)
    assert incident_chance(0.05, 1.0, 0.25) == 0.0
    assert incident_chance(2.0, 0.0, 0.25) == 1.0
    assert incident_chance(0.0, 0.0, 0.25) == 0.0


@given(rate=within(0.0, 0.25), grievance=share)
def test_incidents_add_on_average_what_the_rate_says(rate: float, grievance: float) -> None:
    """Chance x jump = rate (1 - G): counting grievance in jumps does not change its growth."""
    assert incident_chance(rate, grievance, 0.25) * 0.25 == pytest.approx(rate * (1.0 - grievance), abs=1e-15)


def test_incidents_bring_a_tie_where_growth_and_cooling_balance() -> None:
    """Both are linear in G on average, so the mean rests at m = (m + r (1 - m)) (1 - c), c = 0.1 x 1 x 1/2."""
    rate, jump, months = 0.05, 0.05, 20_000
    grievance, total = 0.5, 0.0
    for month in range(months):
        if uniform(1, 0, 5, 0, month, 0) < incident_chance(rate, grievance, jump):
            grievance += jump
        grievance = cooled(grievance, 0.1, 1.0, 0.0)
        total += grievance
    assert total / months == pytest.approx(0.05 * 0.95 / (1.0 - 0.95 * 0.95), abs=0.01)


def test_cooling_by_hand() -> None:
    """1/2 + R/2 = 0.75 and 1/2 + s = 0.8: a tenth of that goes."""
    assert cooled(0.5, 0.1, 0.5, 0.3) == pytest.approx(0.5 * (1.0 - 0.06), abs=1e-15)
    assert cooled(0.5, 0.0, 0.5, 0.3) == 0.5
    assert cooled(0.5, 1.0, 1.0, 0.5) == 0.0
    assert cooled(0.5, 1.0, 1.0, 1.0) == 0.0


@given(grievance=share, cooling=of("cool"), clarity=share, skill=share, more=share)
def test_clear_and_skilful_committees_cool_faster(
    grievance: float, cooling: float, clarity: float, skill: float, more: float
) -> None:
    left = cooled(grievance, cooling, clarity, skill)
    assert 0.0 <= left <= grievance
    assert cooled(grievance, cooling, max(clarity, more), skill) <= left + 1e-15
    assert cooled(grievance, cooling, clarity, max(skill, more)) <= left + 1e-15


# Conflict, inheritance, contests.


def test_conflict_of_two_ties_by_hand() -> None:
    """1 - (1 - 0.7 x 0.25) (1 - 0.42 x 0.04)."""
    peace = peace_left(peace_left(1.0, 0.7, 0.5), 0.42, 0.2)
    assert 1.0 - peace == pytest.approx(1.0 - 0.825 * 0.9832, abs=1e-15)
    assert peace_left(1.0, 1.0, 1.0) == 0.0


@given(peace=share, weight=share, grievance=share, more=share)
def test_each_tie_takes_part_of_the_peace_left(peace: float, weight: float, grievance: float, more: float) -> None:
    left = peace_left(peace, weight, grievance)
    assert 0.0 <= left <= peace
    assert peace_left(peace, weight, max(grievance, more)) <= left + 1e-15
    assert peace_left(peace, weight, 0.0) == peace == peace_left(peace, 0.0, grievance)


@pytest.mark.parametrize("ties", [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0])
def test_peace_of_several_ties_is_a_power_in_steps_of_a_half(ties: float) -> None:
    for peace in (0.0, 0.3, 0.81, 1.0):
        assert of_several(peace, ties) == pytest.approx(peace**ties, abs=1e-15)
    assert of_several(0.64, 2.25) == pytest.approx((0.64**2 + 0.64**2.5) / 2, abs=1e-15), "linear in between"


@given(peace=share, ties=of("uezd_ties"), more=of("uezd_ties"))
def test_more_ties_leave_less_peace(peace: float, ties: float, more: float) -> None:
    few, many = sorted((ties, more))
    assert 0.0 <= of_several(peace, many) <= of_several(peace, few) + 1e-15 <= peace + 2e-15


@given(grievance=share, part=of("inh_l"), other=of("inh_o"))
def test_inheritance_treats_local_and_outsider_alike(grievance: float, part: float, other: float) -> None:
    assert inherited(grievance, 1.0, part, other) == inherited(grievance, 0.0, other, part) == other * grievance
    assert inherited(grievance, 0.0, part, other) == part * grievance
    assert inherited(grievance, 0.0, 0.0, 1.0) == 0.0 == inherited(grievance, 1.0, 1.0, 0.0)


def test_a_race_by_hand() -> None:
    assert race_grievance(0.0, 0.5, 0.6, 0.4) == pytest.approx(0.1, abs=1e-15)
    assert race_grievance(0.6, 0.5, 0.6, 0.4) == pytest.approx(0.05, abs=1e-15)
    assert race_grievance(0.0, 1.0, 0.6, 0.4) == 0.0
    assert race_grievance(float("inf"), 0.0, 0.6, 0.4) == 0.0


def test_an_imposition_by_hand() -> None:
    assert imposed_grievance(1.0, 0.6, 0.5, 0.4) == pytest.approx(0.06, abs=1e-15)
    assert imposed_grievance(0.0, 0.6, 0.5, 0.4) == 0.0
    assert imposed_grievance(1.0, 0.0, 0.5, 0.4) == 0.0


@given(clarity=share, strength=of("a_con"), margin=within(0.0, 20.0), more=share, debate=share)
def test_dead_heat_and_imposition_are_twins(
    clarity: float, strength: float, margin: float, more: float, debate: float
) -> None:
    """At full debate an imposed outsider leaves what a dead heat does; both fade from there to nothing."""
    heat, imposed = race_grievance(0.0, clarity, 0.6, strength), imposed_grievance(1.0, 1.0, clarity, strength)
    assert heat == pytest.approx(imposed, abs=1e-15)
    assert (
        0.0 <= race_grievance(margin + more, clarity, 0.6, strength) <= race_grievance(margin, clarity, 0.6, strength)
    )
    assert race_grievance(margin, clarity, 0.6, strength) <= 0.5 * strength + 1e-15
    assert 0.0 <= imposed_grievance(1.0, debate, clarity, strength) <= imposed + 1e-15
