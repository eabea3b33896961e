"""Rules by which paired differences become shares, dates and a frontier: on made tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.inference import readiness as rules
from sim.registry.outcomes import OUTCOMES
from sim.registry.readiness import MEASURES, UNIVERSAL

HALVES = ["1921-01", "1921-07", "1922-01", "1922-07"]


def made(recovery, skloki=None, *, half="1921-01", place="Tula", later=False):
    """Return differences of some draws in one place and half-year."""
    quiet = np.zeros(len(recovery))
    return pd.DataFrame({
        "point": range(len(recovery)), "population": "record", "scheme": UNIVERSAL, "half": half, "place": place,
        "unit_class": "industrial", "later": later, "recovery_months": recovery, "performance": quiet,
        "open_skloki": quiet if skloki is None else skloki, "paralysed": quiet,
    })  # fmt: skip


def of(rows, measure):
    """Return the one row of a measure."""
    [row] = rows[rows["measure"] == measure].to_dict(orient="records")
    return row


def test_no_worse_is_within_the_smallest_effect_or_better():
    row = of(rules.shares(made([-1.0, -1.001, 0.0, 1.001, 5.0])), "recovery_months")
    assert (row["share"], row["better"], row["draws"]) == (0.8, 0.4, 5)
    assert row["mean"] == pytest.approx(4.0 / 5)


def test_fewer_skloki_are_better():
    row = of(rules.shares(made([0.0] * 4, [0.5, 0.021, 0.019, -0.5])), "open_skloki")
    assert (row["share"], row["better"]) == (0.5, 0.25)


def test_even_is_what_as_often_for_as_against_would_give():
    row = of(rules.shares(made([-3.0, -3.0, -3.0, 0.0, 3.0])), "recovery_months")
    assert row["share"] == 0.4 and row["even"] == pytest.approx(0.2 + 0.8 / 2)


def test_a_draw_that_failed_is_left_out_of_its_measure_alone():
    rows = rules.shares(made([np.nan, -5.0, 0.0]))
    assert of(rows, "recovery_months")["draws"] == 2 and of(rows, "recovery_months")["share"] == 0.5
    assert of(rows, "performance")["draws"] == 3


def test_every_measure_has_a_smallest_effect_and_a_direction():
    for measure in MEASURES:
        assert rules.smallest(measure) > 0 and OUTCOMES[measure].better in ("higher", "lower")


@pytest.mark.parametrize("shares, found", [
    ([0.4, 0.6, 0.5, 0.8], "1921-07"), ([0.9, 0.9, 0.4, 0.9], "1922-07"), ([0.9, 0.9, 0.9, 0.49], None),
    ([0.5, 0.5, 0.5, 0.5], "1921-01"), ([0.9, np.nan, 0.9, 0.9], "1922-01"), ([0.1, 0.1, 0.1, np.nan], None),
])  # fmt: skip
def test_a_date_is_where_the_share_stays(shares, found):
    assert rules.date(HALVES, np.array(shares), 0.5) == found


def test_dates_do_not_rest_on_later_half_years_and_know_how_sure_they_are():
    course = {"1921-01": 0.2, "1921-07": 0.56, "1922-01": 0.9, "1922-07": 0.9}
    tables = [made(np.where(np.arange(100) < 100 * share, 0.0, -9.0), half=half) for half, share in course.items()]
    tables.append(made(np.full(100, -9.0), half="1927-01", later=True))
    [row] = rules.dates(rules.shares(pd.concat(tables))).query("measure == 'recovery_months'").to_dict("records")
    assert (row["at_50"], row["at_50_surely"], row["at_50_perhaps"]) == ("1921-07", "1922-01", "1921-07")
    assert (row["at_80"], row["at_80_surely"]) == ("1922-01", "1922-01")


def test_the_frontier_of_planted_shares_is_found():
    literacy, bench, threat = (values.ravel() for values in np.meshgrid(
        np.linspace(0.2, 0.6, 9), np.linspace(0.3, 0.6, 5), np.linspace(0.3, 0.8, 4)))  # fmt: skip
    terms = np.column_stack([literacy, bench, threat])
    chance = 1 / (1 + np.exp(-(-4.0 + 10.0 * literacy + 4.0 * bench - 3.0 * threat)))
    draws = np.full((10, len(terms)), 1000.0)
    fit = rules.frontier(chance * draws, draws, terms)
    assert fit.slopes == pytest.approx((10.0, 4.0, -3.0), rel=0.01)
    assert fit.literacy(0.4, 0.5) == pytest.approx((4.0 - 1.6 + 1.5) / 10.0, abs=0.003)
    assert fit.explained > 0.99 and all(np.subtract(fit.high, fit.low) < 0.01)


def test_what_does_not_differ_has_no_slope():
    terms = np.column_stack([np.linspace(0.2, 0.6, 40), np.full(40, 0.4), np.full(40, 0.5)])
    draws = np.full((10, 40), 10.0)
    yes = np.tile(np.where(np.arange(40) % 2, 6.0, 4.0), (10, 1))
    fit = rules.frontier(yes, draws, terms)
    assert fit.slopes[1:] == (0.0, 0.0) and abs(fit.slopes[0]) < 0.5 and fit.explained < 0.05


def test_the_answer_counts_what_the_tables_say():
    good, bad = np.zeros(20), np.full(20, -9.0)
    tables = [made(bad if place == "Perm" else good, half=half, place=place)
              for place in ("Tula", "Tver", "Perm") for half in HALVES]  # fmt: skip
    rows = rules.shares(pd.concat(tables))
    said = rules.answer(rows, rules.dates(rows), "record", "calibrated on 3 figures")
    assert len(said) == 3
    assert "no harm over the next three years in 2 of 3 guberniias" in said[0]
    assert "20 worlds calibrated on 3 figures, and in 2 in at least four of five" in said[0]
    mean = rows.loc[(rows["measure"] == "recovery_months") & ~rows["later"], ["share", "even"]].mean() * 100
    assert f"no worse in {mean['share']:.0f} of 100 worlds" in said[1] and f"it would in {mean['even']:.0f}" in said[1]
    assert "2 of 3 have such a half-year (2 from 1921), 1 have none" in said[2] and "2 of 3 industrial" in said[2]
    assert "open skloki, looked at apart, 3 of 3" in said[2]
