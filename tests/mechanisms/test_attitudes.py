"""Step 10, attitudes."""

from __future__ import annotations

import pytest
from hypothesis import given

from sim.mechanisms.attitudes import debate_habit, debate_habit_first, unity_preference
from tests.mechanisms.ranges import flag, of, share


def test_first_debate_by_hand() -> None:
    """(0.05 x 0.5 x 0.8 + 0.1 x 0.2) x 0.4 = 0.016; (0.01 x 0.5 + 0.01 x 0.2) x 0.6 = 0.0042."""
    elected = debate_habit_first(0.6, 1.0, 0.0, 0.5, 0.2, 0.5, 0.2, 0.05, 0.04, 0.1, 0.01)
    assert elected == pytest.approx(0.6 + 0.016 - 0.0042, abs=1e-15)
    appointed = debate_habit_first(0.6, 0.0, 1.0, 0.5, 0.2, 0.5, 0.2, 0.05, 0.04, 0.1, 0.01)
    assert appointed == pytest.approx(0.6 + 0.008 - 0.024 - 0.0042, abs=1e-15)


def test_first_debate_rests_where_use_and_loss_balance() -> None:
    """Grown at g = 0.02 x 0.5 and lost at l = 0.01 x 0.5, it rests at g / (g + l)."""
    for start in (0.0, 1.0):
        habit = start
        for _ in range(3000):
            habit = debate_habit_first(habit, 1.0, 0.0, 0.5, 0.0, 0.5, 0.0, 0.02, 0.04, 0.1, 0.01)
        assert habit == pytest.approx(2 / 3, abs=1e-12)


@given(habit=share, rate=of("d_el"), other=of("d_app"))
def test_first_use_and_appointment_mirror_each_other(habit: float, rate: float, other: float) -> None:
    """Where nothing else acts, debate gained by election is silence gained by appointment."""
    gained = debate_habit_first(habit, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, rate, other, 0.0, 0.0)
    lost = debate_habit_first(1.0 - habit, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, other, rate, 0.0, 0.0)
    assert gained - habit == pytest.approx((1.0 - habit) - lost, abs=1e-15)


def test_debate_by_hand() -> None:
    """0.05 x 0.5 x 0.8 x 2.5 x 0.24 = 0.012; 0.1 x 0.2 x 0.4 = 0.008; (0.01 x 0.5 + 0.01 x 0.2) x 0.6 = 0.0042."""
    elected = debate_habit(0.6, 1.0, 0.0, 0.5, 0.2, 0.5, 0.2, 0.05, 0.04, 0.1, 0.01, 2.5)
    assert elected == pytest.approx(0.6 + 0.012 + 0.008 - 0.0042, abs=1e-15)
    appointed = debate_habit(0.6, 0.0, 1.0, 0.5, 0.2, 0.5, 0.2, 0.05, 0.04, 0.1, 0.01, 2.5)
    assert appointed == pytest.approx(0.6 + 0.008 - 0.04 * 0.24 - 0.0042, abs=1e-15)


@given(habit=share, rate=of("d_el"))
def test_twins_of_debate_are_of_equal_force_at_every_habit(habit: float, rate: float) -> None:
    """Half elected and half appointed, or one month of each, leave debate where it was; in 0.1 they did not."""
    both = debate_habit(habit, 0.5, 0.5, 0.5, 0.4, 0.0, 0.0, rate, rate, 0.0, 0.0, 1.0 / 0.3)
    assert both == pytest.approx(habit, abs=1e-15)
    gained = debate_habit(habit, 1.0, 0.0, 0.5, 0.4, 0.0, 0.0, rate, rate, 0.0, 0.0, 1.0 / 0.3)
    lost = debate_habit(habit, 0.0, 1.0, 0.5, 0.4, 0.0, 0.0, rate, rate, 0.0, 0.0, 1.0 / 0.3)
    assert gained - habit == pytest.approx(habit - lost, abs=1e-15)


@given(habit=share, elected=flag, literacy=share, conflict=share, perceived=share, right=share,
       use=of("d_el"), app=of("d_app"), by_right=of("d_vc"), more=share)  # fmt: skip
def test_debate_is_a_share_moved_by_each_cause_one_way(
    habit: float, elected: float, literacy: float, conflict: float, perceived: float, right: float,
    use: float, app: float, by_right: float, more: float,
) -> None:  # fmt: skip
    def after(elected: float, literacy: float, conflict: float, perceived: float, right: float) -> float:
        return float(debate_habit(habit, elected, 1.0 - elected, literacy, conflict, perceived, right,
                                  use, app, by_right, 0.01, 1.0 / 0.3))  # fmt: skip

    args = [elected, literacy, conflict, perceived, right]
    now = after(*args)
    assert 0.0 <= now <= 1.0
    for place, up in enumerate((True, True, False, False, True)):
        changed = after(*[max(x, more if i else 1.0) if i == place else x for i, x in enumerate(args)])
        assert changed >= now - 1e-15 if up else changed <= now + 1e-15, place
    assert debate_habit(habit, elected, 1.0 - elected, *args[1:], 0.0, 0.0, 0.0, 0.0, 1.0 / 0.3) == habit


def test_unity_by_hand() -> None:
    """(0.04 x 0.5 + 0.02 x 0.25 + 0.01) x 0.4 = 0.014; 0.2 x 0.1 x 0.6 + 0.03 x (0.6 - 0.8 x 0.5) = 0.018."""
    found = unity_preference(0.6, 0.5, 0.25, 1.0, 0.1, 0.5, 0.04, 0.02, 0.01, 0.2, 0.03, 0.8)
    assert found == pytest.approx(0.6 + 0.014 - 0.018, abs=1e-15)


def test_unity_rests_at_its_resting_point_where_nothing_happens() -> None:
    for start in (0.0, 1.0):
        unity = start
        for _ in range(1500):
            unity = unity_preference(unity, 0.0, 0.0, 0.0, 0.0, 0.25, 0.02, 0.02, 0.02, 0.2, 0.03, 0.8)
        assert unity == pytest.approx(0.8 * 0.75, abs=1e-12)


def test_unity_rests_higher_under_threat_and_lower_under_suppression() -> None:
    """u_p P (1 - U) = u_s s U + rest (U - r): U = (u_p P + rest r) / (u_p P + u_s s + rest)."""
    unity = 0.5
    for _ in range(1500):
        unity = unity_preference(unity, 0.5, 0.0, 0.0, 0.1, 0.25, 0.04, 0.02, 0.02, 0.2, 0.03, 0.8)
    assert unity == pytest.approx((0.02 + 0.03 * 0.6) / (0.02 + 0.02 + 0.03), abs=1e-12)


@given(unity=share, perceived=share, conflict=share, appointed=flag, suppressed=share, habit=share,
       u_p=of("u_p"), u_c=of("u_c"), u_a=of("u_a"), u_s=of("u_s"), ud=of("ud"), more=share)  # fmt: skip
def test_unity_is_a_share_moved_by_each_cause_one_way(
    unity: float, perceived: float, conflict: float, appointed: float, suppressed: float, habit: float,
    u_p: float, u_c: float, u_a: float, u_s: float, ud: float, more: float,
) -> None:  # fmt: skip
    def after(*args: float) -> float:
        return float(unity_preference(unity, *args, u_p, u_c, u_a, u_s, 0.03, ud))

    args = [perceived, conflict, appointed, suppressed, habit]
    now = after(*args)
    assert 0.0 <= now <= 1.0
    for place, up in enumerate((True, True, True, False, False)):
        changed = after(*[max(x, more) if i == place else x for i, x in enumerate(args)])
        assert changed >= now - 1e-15 if up else changed <= now + 1e-15, place
    assert unity_preference(unity, *args, 0.0, 0.0, 0.0, 0.0, 0.0, ud) == unity
