"""Every picture: written, tidy, with units, the same again, and honest about grades."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.colors import to_hex

from sim import figures
from sim.errors import UserError
from sim.figures import panels, recorded, style
from sim.figures.pictures import PICTURES
from sim.figures.series import Series
from sim.registry.outcomes import OUTCOMES
from tests.brief import brief
from tests.figures.drawn import known, page

KINDS = PICTURES["skloki-result"].pictures
CASES = [(kind, None) for kind in KINDS] + [("outcome", "threat_perceived"), ("column", "people")]
WRITTEN = [("column", None), ("tilemap", None)]  # one of each width
SINGLE = [kind for kind in KINDS if kind not in ("overview", "tilemap")]  # of which the overview has many
PAGE, COLUMN = round(174 / 25.4 * 200), round(84 / 25.4 * 200)


def pixels_wide(png: Path) -> int:
    return struct.unpack(">I", png.read_bytes()[16:20])[0]


@pytest.mark.parametrize(("kind", "outcome"), [
    pytest.param(*case, marks=[] if case in WRITTEN else pytest.mark.exhaustive) for case in CASES
])  # fmt: skip
def test_each_kind_is_written_as_png_and_svg_of_a_journals_width(result, tmp_path, kind, outcome):
    png, svg = figures.draw(result, tmp_path / "new", kind, svg=True, outcome=outcome)
    assert (png.suffix, svg.suffix) == (".png", ".svg")
    assert abs(pixels_wide(png) - (COLUMN if kind == "column" else PAGE)) <= 1
    assert svg.read_text(encoding="utf-8").rstrip().endswith("</svg>")


@pytest.mark.parametrize("kind", brief(["column", "outcome", "moves", "tilemap"], "column"))
def test_a_second_drawing_has_the_same_bytes_whatever_the_users_settings(result, tmp_path, kind):
    first = figures.draw(result, tmp_path / "first", kind, svg=True)
    with mpl.rc_context({"font.size": 30, "svg.hashsalt": "another", "axes.grid": True}):
        second = figures.draw(result, tmp_path / "second", kind, svg=True)
        assert mpl.rcParams["font.size"] == 30
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(("kind", "outcome"), CASES)
def test_no_text_runs_over_another_or_off_the_page(result, untidy, kind, outcome):
    assert untidy(page(result, kind, outcome=outcome)) == []


@pytest.mark.parametrize("kind", brief([kind for kind in KINDS if kind != "tilemap"], *SINGLE))
@pytest.mark.parametrize(
    "case", [{"replicates": 1, "months": 1},
             *(pytest.param(case, marks=pytest.mark.exhaustive)
               for case in ({"replicates": 1}, {"months": 7}, {"months": 30, "events": {}}))],
)  # fmt: skip
def test_small_results_are_drawn_as_tidily(fake, untidy, kind, case):
    assert untidy(page(fake(**case), kind)) == []


@pytest.mark.parametrize("title", ["A world " * 15, "Two\nlines", r"$\frac{half a formula", "Мир"])
def test_no_title_of_a_scenario_spoils_the_page(fake, untidy, title):
    assert untidy(page(fake(1, 24, title=title), "column", outcome="centralisation")) == []


@pytest.mark.parametrize("kind", brief([kind for kind in KINDS if kind not in ("tilemap", "moves")], "summary"))
def test_outcomes_without_any_value_are_called_so(fake, untidy, kind):
    empty = fake(2, 24)
    empty.frame[list(OUTCOMES)] = np.nan
    drawn = page(empty, kind)
    said = {text.get_text() for axes in drawn.axes for text in axes.texts}
    assert "not defined in this world" in said
    assert untidy(drawn) == []


@pytest.mark.parametrize("name", brief(sorted({o.unit: o.name for o in OUTCOMES.values()}.values()), "bench_skill"))
def test_the_vertical_axis_carries_the_outcomes_unit(fake, name):
    unit = OUTCOMES[name].unit
    result = fake(2, 12)
    for narrow in (False, True):
        drawn = page(result, "column" if narrow else "outcome", outcome=name)
        assert unit in [axes.get_ylabel() for axes in drawn.axes]


def test_the_line_is_the_median_and_the_band_is_10_to_90_percent(result):
    panel = known(result, "outcome", outcome="performance").axes[0]
    rows = result.frame[result.frame["scope"] == "nation"]
    values = rows.pivot(index="replicate", columns="month", values="performance").to_numpy()
    heavy = max(panel.lines, key=lambda line: line.get_linewidth())
    np.testing.assert_allclose(heavy.get_ydata(), np.median(values, axis=0))
    band = panel.collections[-1].get_paths()[0].vertices[:, 1]
    low, high = np.percentile(values, (10, 90), axis=0)
    assert (band.min(), band.max()) == pytest.approx((low.min(), high.max()))


def test_all_that_is_drawn_lies_within_the_scale(result):
    for name in ("performance", "recovery", "members", "skloki_year"):
        for panel in known(result, "outcome", outcome=name).axes[:1]:
            low, high = panel.get_ylim()
            # the median, and of four replicates a line each, which are one artist
            threads = [path.vertices[:, 1] for lines in panel.collections for path in lines.get_paths()]
            medians = [line.get_ydata() for line in panel.lines]
            drawn = [y for y in (*threads, *medians) if len(y) == 108]
            assert len(drawn) == 5
            assert all(low <= np.nanmin(y) and np.nanmax(y) <= high for y in drawn)


@given(arrays(float, (5, 3), elements=st.floats(0, 1) | st.just(float("nan"))))
def test_the_band_encloses_the_median_and_rare_values_have_neither(values):
    series = Series(np.arange(3.0), values)
    _, centre, low, high, *_ = series.curve()
    known = np.isfinite(centre)
    assert (low[known] <= centre[known]).all() and (centre[known] <= high[known]).all()
    np.testing.assert_array_equal(known, np.isfinite(values).sum(axis=0) >= 3)


def test_a_month_without_neighbours_is_a_dot():
    axes = style.place(style.new(50, 50), 5, 5, 40, 40)
    panels.line(axes, np.arange(6.0), np.array([np.nan, 1, np.nan, 2, 2, np.nan]), "black", 1)
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [list(line.get_xdata()) for line in dots] == [[1.0]]


def test_shares_of_posts_are_stacked_to_one(result):
    stack = known(result, "appointed").axes[0]
    tops = [area.get_paths()[0].vertices[:, 1].max() for area in stack.collections]
    assert tops[-1] == pytest.approx(1.0)
    colours = [to_hex(area.get_facecolor()[0]).upper() for area in stack.collections]
    assert colours == list(style.INSTALLED_COLOURS.values())


def marks(axes):
    """Return (value, hollow) of each recorded figure drawn in a panel."""
    points = [line for line in axes.lines if line.get_marker() == recorded.MARKER]
    return {(round(float(p.get_ydata()[0]), 3), p.get_markerfacecolor() == "white") for p in points}


def test_recorded_shares_stand_in_december_1923_filled_and_graded(result):
    drawn = known(result, "appointed")
    assert marks(drawn.axes[-1]) == {(round(31 / 83, 3), False), (round(23 / 83, 3), False)}
    said = {text.get_text() for text in drawn.legends[-1].get_texts()}
    assert "recorded (grade A)" in said and not any("estimate" in text for text in said)


def test_an_estimate_is_drawn_hollow_and_called_an_estimate(result, monkeypatch):
    rows = [row | {"confidence": "C"} for row in recorded.load("appointments")]
    monkeypatch.setattr(recorded, "load", lambda name: rows)
    drawn = page(result, "appointed")
    assert all(hollow for _, hollow in marks(drawn.axes[-1]))
    said = {text.get_text() for text in drawn.legends[-1].get_texts()}
    assert "estimate (grade C)" in said and not any("recorded" in text for text in said)


def test_no_recorded_figure_is_drawn_outside_the_period(fake):
    assert marks(page(fake(2, 12), "appointed").axes[-1]) == set()


def test_bars_add_up_to_the_moves_of_a_year_even_of_half_a_year(fake):
    for months in (6, 108):
        result = fake(3, months)
        nation = result.frame[result.frame["scope"] == "nation"]
        wanted = 12 * nation.groupby(nation["month"].dt.year)["moves"].mean()
        axes = page(result, "moves").axes[0]
        tops = {}
        for bar in (bar for bars in axes.containers for bar in bars):
            year = round(bar.get_x() + bar.get_width() / 2)
            tops[year] = max(tops.get(year, 0.0), bar.get_y() + bar.get_height())
        assert tops == pytest.approx(wanted.to_dict())


def test_recorded_moves_add_up_to_their_rate(result):
    beside = known(result, "moves").axes[1]
    tops = [bar.get_y() + bar.get_height() for bars in beside.containers for bar in bars if bar.get_x() > 0.5]
    assert max(tops) == pytest.approx(0.73)
    shares = sorted(bar.get_height() / 0.73 for bars in beside.containers for bar in bars if bar.get_x() > 0.5)
    assert shares == pytest.approx(sorted(n / 66 for n in (11, 23, 7, 66 - 41)))


def test_conferences_of_1924_are_left_out_of_worlds_without_them(result, fake):
    assert len(page(result, "opposition").axes) == 3
    early = fake(2, 12)
    early.targets = lambda: result.targets().assign(median=np.nan)
    assert "Conferences of January 1924" not in [axes.get_title("left") for axes in page(early, "opposition").axes]


@pytest.mark.exhaustive
def test_draw_all_draws_every_kind_once_and_a_map_only_of_stored_real_places(fake, tmp_path, monkeypatch):
    result = fake(1, 12, committees=True)
    paths = figures.draw_all(result, tmp_path)
    assert len(set(paths)) == len(paths) and all(path.stat().st_size > 5000 for path in paths)
    assert all(abs(pixels_wide(path) - PAGE) <= 1 for path in paths)
    drawn = {path.name.split("-")[0].split(".")[0] for path in paths}
    assert drawn == set(KINDS) - {"column"}
    alone = replace(PICTURES["skloki-result"], pictures={"tilemap": KINDS["tilemap"]})
    monkeypatch.setitem(PICTURES, "skloki-result", alone)
    assert [path.stem for path in figures.draw_all(result, tmp_path)] == ["tilemap-performance"]
    result.manifest["scenario"]["tree"] = {"kind": "synthetic"}
    assert figures.draw_all(result, tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "outcome", "nearest"), [("overvw", None, "overview"), ("outcome", "prformance", "performance")]
)
def test_a_misspelt_request_names_the_nearest(result, tmp_path, kind, outcome, nearest):
    with pytest.raises(UserError, match=f"did you mean '{nearest}'"):
        figures.draw(result, tmp_path, kind, outcome=outcome)


@pytest.mark.parametrize(
    ("text", "days"),
    [("Dec 1923", 31), ("Apr 1923 - May 1924", 427), ("1921", 365), ("1925-27", 1095)],
)
def test_periods_of_targets_are_read(text, days):
    start, end = recorded.period(text if text != "1925-27" else "1925-1927")
    assert end - start == days


def test_of_a_class_of_two_places_each_has_a_line_by_name_and_no_median_is_drawn(result):
    places = result.states.set_index("committee")
    for kind in ("outcome", "column"):
        figure = known(result, kind, outcome="performance")
        red = style.CLASS_COLOURS["capital"]
        lines = [line for axes in figure.axes for line in axes.lines if line.get_color() == red]
        drawn = [line for line in lines if len(line.get_xdata()) == 108]
        assert len(drawn) == 2 and len({line.get_linestyle() for line in drawn}) == 2
        for line, name in zip(drawn, ("Moscow", "Petrograd"), strict=True):
            np.testing.assert_array_equal(line.get_ydata(), places.loc[name, "performance"])
        said = {text.get_text().removesuffix(", mean") for text in figure.legends[0].get_texts()}
        assert {"Moscow", "Petrograd"} <= said and "capitals" not in said


def test_of_few_places_that_were_not_stored_the_mean_is_drawn_and_called_so(fake):
    for tree, scope in ((None, "capital"), ({"kind": "synthetic", "guberniias": 5}, "agrarian")):
        older = fake(3, 24, **({"tree": tree} if tree else {}))
        figure = page(older, "outcome", outcome="appointed")
        rows = older.frame[older.frame["scope"] == scope]
        wanted = rows.groupby("month")["appointed"].mean().to_numpy()
        drawn = [line.get_ydata() for axes in figure.axes for line in axes.lines
                 if line.get_color() == style.CLASS_COLOURS[scope] and len(line.get_xdata()) == 24]
        assert len(drawn) == 1
        np.testing.assert_allclose(drawn[0], wanted)
        assert f"{style.SCOPE_LABELS[scope]}, mean" in {text.get_text() for text in figure.legends[0].get_texts()}
