"""Targets: what is read from a run, by hand-made runs whose answers are known."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.scores import write_csv
from sim.analysis.targets import PRODUCED, UNPRODUCED, targets
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from tests.scored import score

SPLIT = {"T14": {"T14a", "T14b", "T14c"}}


def run(values, replicate=0, first=1921, last=1929, scopes=("nation",)):
    """Make a run: values maps an outcome to a constant, or to a function of (year, month)."""
    rows = []
    for year in range(first, last + 1):
        for month in range(1, 13):
            for scope in scopes:
                row = {"replicate": replicate, "month": date(year, month, 1), "scope": scope}
                row |= dict.fromkeys(OUTCOMES, 0.5)
                # Classes hold nonsense, so that taking them for the nation shows.
                known = {name: value(year, month) if callable(value) else value for name, value in values.items()}
                rows.append(row | (known if scope == "nation" else dict.fromkeys(known, 99.0)))
    return pd.DataFrame(rows)


def produced(name, values=(), **period):
    return PRODUCED[name].value(run(dict(values), **period))


def test_every_recorded_figure_is_produced_split_or_excused():
    recorded = {target.id for target in targets()}
    parts = set().union(*SPLIT.values())
    assert len(recorded) == 30
    assert recorded == (set(PRODUCED) - parts) | set(SPLIT) | set(UNPRODUCED)
    assert not set(PRODUCED) & set(UNPRODUCED)
    assert all(UNPRODUCED.values()) and all(item.why and item.unit for item in PRODUCED.values())


def test_targets_are_as_recorded():
    first = targets()[0]
    assert (first.id, first.value, first.low, first.high, first.confidence) == ("T01", 0.373, 0.3, 0.45, "A")
    assert all(target.low <= target.value <= target.high for target in targets())


def test_shares_of_december_1923():
    values = {"appointed": lambda y, m: 0.4 if (y, m) == (1923, 12) else 0.1, "appointed_cc": 0.3}
    assert produced("T01", values) == 0.4
    assert produced("T02", values) == 0.3


def test_moves_between_the_congresses():
    def within(y, m):
        return (1923, 4) <= (y, m) <= (1924, 5)

    values = {
        "moves": lambda y, m: 0.06 if within(y, m) else 9.0,
        "moves_centre": lambda y, m: 0.03 if within(y, m) else 9.0,
        "moves_unfit": lambda y, m: 0.006 if within(y, m) else 9.0,
    }
    assert produced("T03", values) == pytest.approx(0.72)
    assert produced("T04", values) == pytest.approx(0.5)
    assert produced("T05", values) == pytest.approx(0.2)


def test_ratios_weigh_months_by_their_moves():
    values = {
        "moves": lambda y, m: 0.30 if (y, m) == (1923, 5) else 0.1,
        "moves_centre": lambda y, m: 0.30 if (y, m) == (1923, 5) else 0.0,
    }
    assert produced("T04", values) == pytest.approx(0.30 / (0.30 + 13 * 0.1))


def test_ratios_without_moves_are_no_figures():
    assert produced("T04", {"moves": 0.0, "moves_centre": 0.0}) == math.inf
    assert produced("T05", {"moves_centre": 0.0, "moves_unfit": 0.0}) == math.inf
    rows = {row.id: row for row in score(run({"moves": 0.0, "moves_centre": 0.0}))}
    assert (rows["T04"].in_band, rows["T04"].share_in_band, rows["T04"].replicates) == (False, 0.0, 1)
    assert math.isnan(rows["T04"].median)


def test_growth_of_membership():
    stock = {1924: 472.0, 1926: 1079.814}
    values = {"members": lambda y, m: stock.get(y, 1.0) if m == 1 else 1.0}
    assert produced("T10", values) == pytest.approx(2.2877, abs=1e-4)


def test_open_skloki_are_read_in_decembers():
    shares = {1921: 0.5, 1922: 0.3, 1925: 0.2, 1926: 0.1, 1927: 0.06}
    values = {"skloki_year": lambda y, m: shares.get(y, 0.9) if m == 12 else 0.9}
    assert produced("T16", values) == pytest.approx(0.4)
    assert produced("T17", values) == pytest.approx(0.12)


def test_industry_is_the_mean_of_a_calendar_year():
    values = {"recovery": lambda y, m: {1921: 0.1, 1926: 1.0}.get(y, 7.0) + m / 100}
    assert produced("T18", values) == pytest.approx(0.165)
    assert produced("T19", values) == pytest.approx(1.065)


def test_the_other_rows_of_the_record():
    def years(first, last, inside, outside):
        return lambda y, m: inside if first <= y + m / 100 <= last else outside

    moves = {1921: 0.10, 1922: 0.12, 1923: 0.05, 1924: 0.07, 1927: 0.03, 1928: 0.04, 1929: 0.02}
    values = {
        "moves": lambda y, m: moves.get(y, 9.0), "tenure": years(1928.12, 1928.12, 22.0, 9.0),
        "elected": years(1929.02, 1929.02, 0.1, 0.9), "opposition_nation": years(1921.03, 1921.03, 0.17, 0.9),
        "moves_centre": years(1922.04, 1923.03, 0.08, 9.0), "recovery": lambda y, m: {1922: 0.2, 1923: 0.3}.get(y, 9.0),
        "uezd_open_skloki": lambda y, m: 0.1 if m < 7 else 0.3, "open_skloki": 0.4,
    }  # fmt: skip
    expected = {
        "T23": 0.17, "T24": 12 * 0.11, "T25": 0.11 / 0.03, "T26": 22.0, "T27": 0.1, "T28": 0.5, "T29": 0.96,
        "T30": 0.72, "T31": 0.2, "T32": 0.3, "T33": 0.36,
    }  # fmt: skip
    assert {name: produced(name, values) for name in expected} == pytest.approx(expected)
    assert produced("T25", {"moves": 0.0}) == math.inf


@pytest.mark.parametrize(
    "first, last, known",
    [
        (1921, 1922, {"T16", "T18", "T23", "T24", "T28", "T31"}),
        (1922, 1929, set(PRODUCED) - {"T16", "T18", "T23", "T24", "T25", "T28"}),
        (1924, 1925, {"T14a", "T14b", "T14c"}),
        (1923, 1924, {"T14a", "T14b", "T14c", "T01", "T02", "T03", "T04", "T05", "T30", "T32"}),
    ],
)
def test_what_the_period_does_not_cover_is_not_known(first, last, known):
    monthly = run({}, first=first, last=last)
    found = {name for name, item in PRODUCED.items() if not math.isnan(item.value(monthly))}
    assert found == known


def test_classes_are_not_the_nation():
    monthly = run({"appointed": 0.4, "moves": 0.05, "recovery": 1.0}, scopes=SCOPES)
    found = {row.id: row.median for row in score(monthly)}
    assert (found["T01"], found["T19"]) == (0.4, 1.0)
    assert found["T03"] == pytest.approx(0.6)
    assert PRODUCED["T01"].value(monthly) == 0.4


def test_tiers_are_read_from_january_1924():
    def january(share):
        return lambda y, m: share if (y, m) == (1924, 1) else 0.9

    tiers = {"moscow_raions": january(0.36), "moscow_conference": january(0.158), "opposition_nation": january(0.0234)}
    rows = {row.id: row for row in score(run(tiers))}
    expected = {
        "T14a": (0.36, 0.24, 0.54, "B"), "T14b": (0.158, 0.158 / 1.5, 0.158 * 1.5, "A"),
        "T14c": (3 / 128, 0.0, 3 / 128, "B"),
    }  # fmt: skip
    for name, (recorded, low, high, grade) in expected.items():
        row = rows[name]
        assert (row.recorded, row.low, row.high) == pytest.approx((recorded, low, high))
        assert row.in_band and row.median == pytest.approx(recorded, abs=1e-4)
        assert row.grade == grade


@pytest.mark.parametrize("how", ["dates", "times", "text"])
def test_months_are_read_however_the_table_was_opened(how):
    monthly = run({"appointed": lambda y, m: 0.4 if (y, m) == (1923, 12) else 0.1})
    if how == "times":
        monthly["month"] = pd.to_datetime(monthly["month"])
    elif how == "text":
        monthly["month"] = [month.isoformat()[:7] for month in monthly["month"]]
    assert PRODUCED["T01"].value(monthly) == 0.4


def test_scores_are_over_replicates():
    shares = [0.30, 0.34, 0.38, 0.42, 0.60]
    votes = [np.nan, 0.02, np.nan, np.nan, 0.04]
    monthly = pd.concat([
        run({"appointed": share, "opposition_nation": vote}, replicate=i)
        for i, (share, vote) in enumerate(zip(shares, votes, strict=True))
    ])
    rows = {row.id: row for row in score(monthly.sample(frac=1, random_state=1))}
    row = rows["T01"]
    assert (row.median, row.share_in_band, row.in_band, row.replicates) == (0.38, 0.8, True, 5)
    assert (row.p10, row.p90) == (pytest.approx(0.316), pytest.approx(0.528))
    assert (row.recorded, row.low, row.high, row.grade, row.kind) == (0.373, 0.3, 0.45, "A", "test")
    # Only two of the five had a vote, of which one lies outside the band.
    assert (rows["T14c"].replicates, rows["T14c"].median, rows["T14c"].share_in_band) == (2, pytest.approx(0.03), 0.5)


@settings(deadline=None, max_examples=25)
@given(shares=st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_the_median_decides_the_band(shares):
    monthly = pd.concat([run({"appointed": share}, i, 1923, 1923) for i, share in enumerate(shares)])
    row = next(row for row in score(monthly) if row.id == "T01")
    assert row.median == pytest.approx(float(np.median(shares)))
    assert row.in_band == (0.3 <= row.median <= 0.45)
    assert row.share_in_band == pytest.approx(sum(0.3 <= share <= 0.45 for share in shares) / len(shares))
    assert row.p10 <= row.median <= row.p90


def test_grade_c_and_inputs_are_marked():
    rows = {row.id: row for row in score(run({}))}
    assert {name for name, row in rows.items() if row.grade == "C"} == {"T05", "T16", "T17", "T27", "T28"}
    assert {name for name, row in rows.items() if row.kind == "input"} == {"T02", "T10", "T18"}
    assert all(rows[name].kind != "test" for name in ("T03", "T05", "T16", "T17"))


def test_what_is_not_covered_is_neither_in_nor_out_of_band(tmp_path):
    rows = score(run({}, first=1921, last=1922))
    uncovered = next(row for row in rows if row.id == "T01")
    assert (uncovered.in_band, uncovered.replicates) == (None, 0)
    write_csv(rows, tmp_path / "targets.csv")
    assert b"\r" not in (tmp_path / "targets.csv").read_bytes()
    frame = pd.read_csv(tmp_path / "targets.csv").set_index("id")
    assert list(frame.index) == list(PRODUCED)
    assert frame["in_band"].isna().tolist() == [row.in_band is None for row in rows]
    assert pd.isna(frame.loc["T01", "median"]) and frame.loc["T18", "median"] == 0.5
    assert frame.loc["T01", "recorded"] == 0.373
