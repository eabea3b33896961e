"""Monthly series: they pass through what is recorded, run straight between, and stay within it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.data.tables import load
from sim.errors import UserError
from sim.scenario.schema import month_name, month_number
from sim.world import series

FIRST, LAST = month_number("1918-01"), month_number("1989-12")
EVERY = [month_name(number) for number in range(FIRST, LAST + 1)]
SERIES = {
    "objective": lambda months: series.threat(months).objective,
    "perceived": lambda months: series.threat(months).perceived,
    "economic": lambda months: series.threat(months).economic,
    "assignments": series.responsible_assignments,
    "officials": series.officials_among_delegates,
    "membership": series.membership,
}


def months(first, last):
    return [month_name(number) for number in range(month_number(first), month_number(last) + 1)]


def test_a_quarter_stands_at_its_middle_month():
    rows = [row for row in load("threat_index") if row["year"] > 1917]
    middles = [f"{row['year']}-{ {1: '02', 2: '05', 3: '08', 4: '11'}[row['quarter']]}" for row in rows]
    found = series.threat(middles)
    np.testing.assert_array_equal(found.objective, [row["combined_objective"] for row in rows])
    np.testing.assert_array_equal(found.perceived, [row["combined_perceived"] for row in rows])
    np.testing.assert_array_equal(found.economic, [row["economic_objective"] for row in rows])


def test_threat_between_quarters_and_beyond_the_last():
    # 1922 Q4 is .593 in November, 1923 Q1 .348 in February.
    found = series.threat(["1922-12", "1923-01", "1929-12", "1989-12"])
    np.testing.assert_allclose(found.objective, [0.593 - 0.245 / 3, 0.593 - 2 * 0.245 / 3, 0.433, 0.433], atol=1e-12)


def test_economic_threat_does_not_start_from_the_gap_of_1917():
    assert series.threat(["1918-01"]).economic[0] == 0.9


def test_assignments_spread_the_recorded_totals():
    per_year = series.responsible_assignments(months("1922-04", "1923-03"))
    assert per_year.sum() == pytest.approx(4738)
    share = 4738 / 10351
    assert series.responsible_assignments(months("1921-03", "1922-02")).sum() == pytest.approx(22500 * share)
    assert series.responsible_assignments(months("1920-04", "1920-11")).sum() == pytest.approx(37547 * share)


def test_assignments_bridge_the_gap_and_hold_the_ends():
    before, middle, after, begin, late, end = series.responsible_assignments(
        ["1920-11", "1921-01", "1921-03", "1918-01", "1923-04", "1929-12"]
    )
    assert middle == pytest.approx((before + after) / 2)
    assert begin == before
    assert end == late == pytest.approx(4738 / 12)


def test_officials_among_delegates():
    found = series.officials_among_delegates(["1918-01", "1921-03", "1923-04", "1924-05", "1925-12", "1930-01"])
    np.testing.assert_allclose(found, [0.248, 0.248, 0.551, 0.653, 0.70, 0.54])
    first_version = series.officials_among_delegates(["1925-12", "1927-12", "1930-01"], "1925-12")
    np.testing.assert_allclose(first_version, 0.70)
    assert series.officials_among_delegates(["1922-03"])[0] == pytest.approx(0.248 + (0.551 - 0.248) * 12 / 25)


def test_membership_passes_through_the_stocks_and_leaves_out_flows():
    found = series.membership(["1921-01", "1921-03", "1922-01", "1924-01", "1926-01", "1930-01", "1935-06"])
    np.testing.assert_allclose(found, [732.521, 732.521, 528.354, 472.0, 1079.814, 1677.91, 1677.91])
    assert series.membership(["1924-07"])[0] == pytest.approx((472.0 + 801.804) / 2)


@pytest.mark.parametrize("name", SERIES)
def test_series_stay_within_what_is_recorded(name):
    values = SERIES[name](EVERY)
    assert values.dtype == np.float64 and values.shape == (len(EVERY),)
    assert np.isfinite(values).all() and (values > 0).all()
    if name not in ("assignments", "membership"):
        assert values.max() <= 1.0
    assert (values[EVERY.index("1930-01") :] == values[-1]).all()


@pytest.mark.parametrize("name", SERIES)
@settings(deadline=None, max_examples=30)
@given(chosen=st.lists(st.sampled_from(EVERY), max_size=20))
def test_a_month_does_not_depend_on_the_others_asked_for(name, chosen):
    whole = dict(zip(EVERY, SERIES[name](EVERY), strict=True))
    assert SERIES[name](chosen).tolist() == [whole[month] for month in chosen]


@pytest.mark.parametrize("month", ["1917-12", "1990-01"])
def test_months_outside_are_refused(month):
    with pytest.raises(UserError, match=f"found {month}; allowed: 1918-01 to 1989-12"):
        series.membership(["1925-01", month])
