"""Pictures of effects: by class and outcome, at each option of another lever, along a factor, from year to year."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_hex

from sim import figures
from sim.analysis.conditions import effects_at
from sim.analysis.effects import effects
from sim.experiment.horizons import Horizon, following
from sim.figures import select, style
from sim.figures.series import day
from sim.figures.sweeps import classes, common, forest, strokes
from sim.registry.entries import SCOPES
from tests.figures.drawn import known, page, pages
from tests.figures.sweep_cases import DATES, YEARS, factor, legend, panel, words
from tests.made_sweep import choice


def growing(drawn, levers, outcome, scope, noise):
    """The later the date the more it raises; by accidents, too."""
    late = [option.value for option in DATES.options].index(levers["date"])
    return 0.4 + 0.01 * late * (1.0 + drawn["r_f"] + 0.1 * scope + 0.3 * noise[1])


def dated(stores):
    """Return a sweep in which dates matter, with single years in no order."""
    horizons = {"all": Horizon("1921-01", "1926-12")} | dict(reversed(YEARS.items()))
    return stores("dated", levers=(DATES,), points=20, truth=growing, horizons=horizons, curves="none")


def marked(axes, marker):
    """Return the places of all marks of a kind in a panel."""
    return [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == marker]


def spans(axes):
    return {tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2}


def test_marks_of_the_overview_lie_where_the_effects_are(stores):
    sweep = stores("usual")
    axes = panel(known(sweep, "effects", lever="policy"), "Misfit")
    rows = sweep.effects(lever="policy", outcome="misfit", horizon="after")
    assert marked(axes, "s") == pytest.approx(rows["effect"].tolist())
    assert set(zip(rows["low"], rows["high"], strict=True)) <= spans(axes)
    assert set(zip(rows["p5"], rows["p95"], strict=True)) <= spans(axes)
    said = [text.get_text() for text in axes.texts]
    assert [f"{value:.2f}" for value in rows["points_better"]] == [text for text in said if text[:1] in "01"]
    assert "share of\npoints" in said and rows["scope"].tolist() == list(SCOPES)


def test_intervals_are_seen_though_they_are_narrower_than_their_marks(stores):
    def steady(drawn, levers, outcome, scope, noise):
        return 0.4 + (levers["policy"] == "election") * (0.1 + 1e-4 * noise[1])

    sweep = stores("steady", truth=steady, curves="none", outcomes=("performance",))
    axes = page(sweep, "effects", lever="policy").axes[0]
    row = sweep.effects(lever="policy", scope="nation", horizon="after").iloc[0]
    mark = next(line for line in axes.lines if line.get_marker() == "s")
    bar = next(line for line in axes.lines if tuple(line.get_xdata()) == (row["low"], row["high"]))
    assert mark.get_markerfacecolor() == "white" and bar.get_zorder() > mark.get_zorder()
    assert "mean over points, in or across it the 95 % interval" in legend(axes.figure)
    once = stores("one point")
    assert "mean over points" in legend(page(once, "effects", lever="policy", outcome="performance"))


def test_each_outcome_says_what_is_better_and_in_which_unit_the_difference_is(stores):
    figure = known(stores("usual"), "effects", lever="policy")
    for title, hint, unit in (
        ("Performance", "higher is better", "share"), ("Misfit", "lower is better", "share"),
        ("Recovery", "higher is better", "1913 = 1"),
        ("Opposition, national conference", "neither is better", "share"),
    ):  # fmt: skip
        axes = panel(figure, title)
        assert hint in [text.get_text() for text in axes.texts]
        assert axes.get_xlabel() == f"difference ({unit})"
    share = "Share of points: that favour the option, ties half"
    assert f"{share}; where neither is better: that raise the outcome" in words(figure)
    assert share in words(page(stores("usual"), "effects", lever="policy", outcome="misfit"))


def test_no_title_runs_into_the_next_column(stores):
    figure = page(stores("three levers"), "effects", lever="policy")
    figure.canvas.draw()
    first, second = (axes.get_title("left") for axes in figure.axes)
    assert first == "Opposition, national\nconference" and second == "Performance"
    title = next(text for text in figure.axes[0].get_children() if getattr(text, "get_text", str)() == first)
    assert title.get_window_extent().x1 < figure.axes[1].get_window_extent().x0 - 5


def test_effects_over_another_levers_options_say_so(stores):
    sweep, alone = stores("usual"), stores("one lever")
    for figure in (known(sweep, "effects", lever="policy"), known(sweep, "classes")):
        assert "Mean over both options of peace" in words(figure)
    assert not any("Mean over" in text for text in words(page(alone, "effects")))
    three = words(page(stores("three levers"), "effects", lever="policy", x="peace"))
    assert "Mean over all 3 options of size" in three and not any("options of peace and" in text for text in three)


def test_effects_at_each_option_of_another_lever_are_those_of_the_table(stores):
    sweep = stores("usual")
    figure = page(sweep, "effects", lever="policy", x="peace", scope="agrarian")
    rows = sweep.effects(lever="policy", scope="agrarian", outcome="misfit", horizon="after", each=True)
    axes = panel(figure, "Misfit")
    assert rows["others"].tolist() == ["peace = off", "peace = on"]
    assert marked(axes, "s") == pytest.approx(rows["effect"].tolist())
    assert set(zip(rows["low"], rows["high"], strict=True)) <= spans(axes)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["peace off", "peace on"]
    assert words(figure)[0] == "Effect of election instead of appointment, at each option of peace"
    assert any("agrarian" in text for text in words(figure)) and not any("Mean over" in text for text in words(figure))


def test_over_a_third_lever_effects_at_an_option_are_means(stores):
    sweep = stores("three levers")
    policy, size = factor(sweep, "policy"), factor(sweep, "size")
    found = effects_at(sweep, policy, size, [1], "performance", "nation", "after")
    each = sweep.effects(lever="policy", outcome="performance", scope="nation", horizon="after", each=True)
    by_size = each.groupby(each["others"].str[-1])["effect"].mean()
    np.testing.assert_allclose(found["effect"], by_size)
    assert found["at"].tolist() == [0, 1, 2]


def test_many_options_are_spread_evenly_over_pages_with_one_scale(stores):
    sweep = dated(stores)
    drawn = pages(sweep, "effects")
    assert len(drawn) == 2
    for number, figure in enumerate(drawn, start=1):
        said = next(text for text in words(figure) if text.startswith("Page"))
        dates = [option.value for option in DATES.options[1:]][4 * number - 4 : 4 * number]
        assert said == f"Page {number} of 2, with the same outcomes and scales: date = {', '.join(dates)}"
        bold = [text.get_text() for text in figure.axes[0].texts if text.get_fontweight() == "bold"]
        assert bold == [f"date {date}" for date in dates]
    for one, other in zip(*(figure.axes for figure in drawn), strict=True):
        assert one.get_xlim() == other.get_xlim() and one.get_xticks().tolist() == other.get_xticks().tolist()


def test_what_options_count_is_said_where_they_are_numbers(stores):
    size, rule = (replace(choice(*of), meaning="of something") for of in (("size", 1.0, 2.0), ("rule", "a", "b")))
    sweep = stores("meant", levers=(size, rule), points=3, curves="none", outcomes=("performance",))
    assert "size: of something" in words(page(sweep, "effects", lever="size"))
    assert not any("of something" in text for text in words(page(sweep, "effects", lever="rule")))
    assert "size: of something" in words(page(sweep, "effects", lever="rule", x="size"))


@pytest.mark.exhaustive
def test_one_outcome_has_all_options_on_one_page(stores):
    (figure,) = pages(stores("many options"), "effects", outcome="performance")
    shown = [text.get_text() for axes in figure.axes for text in axes.texts if text.get_fontweight() == "bold"]
    assert shown == [f"date {option.value}" for option in DATES.options[1:]] and len(figure.axes) == 2
    sizes = stores("many sizes", levers=(choice("size", *range(60)),), points=2, curves="none")
    first, *_, last = pages(sizes, "effects", outcome="performance")
    assert len(first.axes) == forest.PANELS and first.get_figheight() * 25.4 < 320
    assert any(text.endswith("57, 58, 59") for text in words(last))


def test_no_zero_line_runs_through_an_options_name_and_no_gap_is_above_the_legend(stores):
    figure = page(stores("usual"), "effects", lever="policy", outcome="performance")
    figure.canvas.draw()
    axes = figure.axes[0]
    name = next(text for text in axes.texts if text.get_text() == "election")
    bottom = name.get_window_extent().transformed(axes.transData.inverted()).y0
    noughts = [line for line in axes.lines if set(line.get_xdata()) == {0.0}]
    assert noughts and min(min(line.get_ydata()) for line in noughts) >= bottom
    box = figure.legends[0].get_window_extent()
    below = axes.xaxis.label.get_window_extent().y0
    assert 0 < (below - box.y1) / figure.dpi / style.MM < 8


# Names


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (("appointment", "election"), ["appointment", "election"]), ((False, True), ["x off", "x on"]),
        (("recorded", "1", "unlimited"), ["x recorded", "x 1", "x unlimited"]), ((0.5, 2.0), ["x 0.5", "x 2"]),
        (("never", "1921-06"), ["x never", "x 1921-06"]),
    ],
)
def test_options_that_are_no_names_have_their_levers(values, shown):
    lever = choice("x", *values)
    assert [common.option(lever, place) for place in range(len(values))] == shown


def test_headings_of_effects_are_sentences():
    policy, size = choice("policy", "appointment", "election", "capitals-only"), choice("size", "usual", 3.0)
    assert common.effect(policy, [1]) == "Effect of election instead of appointment"
    assert common.effect(policy, [1], "performance", "r_v") == (
        "Effect of election instead of appointment on performance, along r_v"
    )
    said = "Effects of policy on paralysed committees, against appointment"
    assert common.effect(policy, [1, 2], "paralysed") == said
    assert common.effect(size, [1], along="size") == "Effect of size 3 instead of usual"


def test_headings_stand_over_the_pictures_and_the_baseline_is_in_no_legend_of_effects(stores):
    sweep = stores("usual")
    figure = page(sweep, "classes", x="r_f", outcome="misfit")
    assert words(figure)[0] == "Effect of election instead of appointment on misfit, along r_f"
    assert not any("appointment" in text for text in legend(figure))
    assert any(text.startswith("election") for text in legend(figure))
    assert figure.axes[0].get_ylabel() == "difference (share)"
    assert words(page(sweep, "classes", outcome="misfit"))[0] == "Effect of election instead of appointment on misfit"
    levels = page(sweep, "outcome", x="r_f", outcome="misfit")
    assert {"appointment", "election"} <= set(legend(levels))
    none = stores("no levers")
    assert words(page(none, "classes", x="r_f"))[0] == "Performance along r_f"


# Ticks


@pytest.mark.parametrize(
    ("low", "high"), [(-0.5, 0.4), (-0.022, 0.06), (-0.19, 0.07), (-3.0, 400.0), (0.02, 0.55), (-1e-4, 1e-4)]
)
def test_ticks_are_round_and_lie_on_both_sides_of_nought_where_there_is_room(low, high):
    found = common.round_numbers(low, high)
    assert common.LEAST <= len(found) <= common.MOST and low <= found[0] and found[-1] <= high
    steps = np.diff(found)
    assert np.allclose(steps, steps[0])
    if min(-low, high) > 0.15 * (high - low):
        assert found[0] < 0.0 < found[-1] and 0.0 in found


@pytest.mark.parametrize(("low", "high", "width"), [(-0.022, 0.06, 22.0), (-0.5, 0.4, 20.0), (0.02, 0.55, 38.0)])
def test_labels_of_ticks_do_not_touch_and_tell_both_sides(low, high, width):
    axes = style.place(style.new(60, 40), 10, 10, width, 20)
    axes.set_xlim(low, high)
    common.few_ticks(axes, width)
    axes.figure.canvas.draw()
    shown = [label for label in axes.get_xticklabels() if label.get_text()]
    assert all(one.x1 < other.x0 for one, other in pairwise(label.get_window_extent() for label in shown))
    assert axes.get_xlim() == (low, high)
    values = [float(label.get_text().replace("\u2212", "-")) for label in shown]
    assert values == pytest.approx([label.get_position()[0] for label in shown]) and len(values) >= 3
    assert low > 0 or values[0] < 0 < values[-1]


def test_pictures_of_classes_and_outcomes_have_such_ticks(stores):
    sweep = stores("usual")
    for figure in (
        page(sweep, "classes", x="skill"), known(sweep, "effects", lever="policy"), known(sweep, "classes"),
    ):  # fmt: skip
        for axes in figure.axes:
            assert axes.get_xticks().tolist() == common.round_numbers(*axes.get_xlim(), common.LEAST)


# From horizon to horizon


def test_horizons_follow_one_another_and_those_that_hold_others_are_left_out():
    spans = {"end": Horizon("1926-12", "1926-12"), "all": Horizon("1921-01", "1926-12")} | YEARS
    found = following(dict(reversed(spans.items())))
    assert list(found) == ["y1922", "y1923", "y1924", "y1925", "end"]
    twice = {"a": YEARS["y1922"], "b": YEARS["y1922"], "c": YEARS["y1923"]}
    assert list(following(twice)) == ["a", "c"]


def test_effects_from_year_to_year_are_those_of_the_table_in_the_middle_of_each_year(stores, monkeypatch):
    sweep = dated(stores)

    def yearly(*asked, **more):
        """Effects that differ from horizon to horizon, as a sweep that was never run cannot have them."""
        found = effects(*asked, **more)
        share = found["horizon"].map({name: 1.0 + 0.1 * at for at, name in enumerate(sweep.experiment.horizons)})
        return found.assign(**{name: found[name] * share for name in ("effect", "low", "high", "p25", "p75")})

    monkeypatch.setattr(classes, "effects", yearly)
    figure = page(sweep, "horizons", outcome="performance")
    assert [axes.get_title("left") for axes in figure.axes] == [
        "Nation", "Capitals", "Industrial", "Agrarian", "Borderlands",
    ]  # fmt: skip
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    rows = yearly(sweep, option="1922-12", outcome="performance", scope="agrarian")
    rows = rows[rows["horizon"] != "all"].sort_values("horizon")
    assert len(set(rows["effect"])) == 5 and (rows["low"] < rows["effect"]).all()
    colour = strokes.colours(factor(sweep, "date"))[3]
    line = next(line for line in figure.axes[3].lines if line.get_color() == colour)
    np.testing.assert_allclose(line.get_ydata(), rows["effect"])
    middle = [(day(f"{year}-01") + day(f"{year + 1}-01")) / 2 for year in range(1922, 1927)]
    np.testing.assert_allclose(line.get_xdata(), middle)
    bars = next(bars for bars in figure.axes[3].collections if to_hex(bars.get_edgecolor()[0]) == colour.lower())
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    np.testing.assert_allclose(ends, rows[["low", "high"]].to_numpy())
    assert legend(figure)[:7] == [f"date {option.value}" for option in DATES.options[1:]]
    assert any("years 1922 to 1926" in text for text in words(figure))


def test_a_few_options_have_their_spread_over_points_and_the_strip_is_that_of_each_horizon(stores):
    sweep = dated(stores)
    figure = page(sweep, "horizons", option="1922-12", scope="nation", outcome="recovery")
    (axes,) = figure.axes
    rows = sweep.effects(option="1922-12", outcome="recovery", scope="nation")
    rows = rows[rows["horizon"] != "all"]
    areas = {to_hex(area.get_facecolor()[0]).upper(): area.get_paths()[0].vertices[:, 1] for area in axes.collections
             if len(area.get_facecolor())}  # fmt: skip
    assert set(np.round(rows["smallest"], 9)) <= set(np.round(areas[strokes.STRIP], 9))
    band = areas[strokes.colours(factor(sweep, "date"))[3].upper()]
    assert set(np.round(rows[["p25", "p75"]].to_numpy().ravel(), 9)) <= set(np.round(band, 9))
    assert "25–75 % of points" in legend(figure)
    many = page(sweep, "horizons", outcome="recovery")
    assert not any("25–75" in text for text in legend(many))


def test_horizons_are_drawn_by_their_kind_and_among_all_where_there_are_more_than_two(stores, undrawn, tmp_path):
    paths = figures.draw(stores("years"), tmp_path, "horizons", outcome="misfit", option="1922-12")
    assert [path.name for path in paths] == ["horizons-misfit-1922-12.png"]
    assert select.of_courses(stores("years")) == [{"lever": "date"}] and select.of_courses(stores("one lever")) == []
