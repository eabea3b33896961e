"""Courses of a sweep over time, and how options are told apart: by colour, width and dashes, for every eye."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Patch

from sim.analysis.bands import bands, means
from sim.figures import style
from sim.figures.sweeps import fans, strokes
from tests.figures.drawn import known, page
from tests.figures.sweep_cases import DATES, legend, words
from tests.figures.test_style import EYES, lab
from tests.made_sweep import choice


def lines_of(axes, colour):
    """Return the lines of a colour that are no edges of bands."""
    found = [line for line in axes.lines if line.get_color() == colour and len(line.get_xdata()) > 2]
    return [line for line in found if line.get_linewidth() > 0.5]


def swatch(figure, label):
    return next(entry for entry in figure.legends[0].legend_handles if entry.get_label() == label)


def test_where_courses_coincide_each_option_is_seen(stores):
    levers = (choice("policy", "appointment", "election", "capitals-only"),)
    sweep = stores("three options", levers=levers, curves="all", points=5)
    figure = page(sweep, "bands", outcome="performance")
    drawn = [lines_of(figure.axes[0], colour)[0] for colour in strokes.colours(levers[0])]
    base, *rest = drawn
    assert base.is_dashed() and not any(line.is_dashed() for line in rest)
    order = sorted(drawn, key=lambda line: line.get_zorder())
    assert order == [*rest, base]
    widths = [line.get_linewidth() for line in order]
    assert all(np.diff(widths) <= -0.2), "each is narrower than what it lies on"
    keys = {entry.get_label(): entry for entry in figure.legends[0].legend_handles}
    assert keys["appointment"].is_dashed() and keys["election"].get_linewidth() == rest[0].get_linewidth()


def test_a_band_has_edges_and_what_is_of_no_interest_has_none(stores):
    sweep = stores("few")
    for figure, band in (
        (known(sweep, "bands", outcome="performance"), "10–90 % of runs, of pairs"),
        (page(sweep, "outcome", x="r_f"), "10–90 % of points in bins"),
        (page(sweep, "classes", x="r_f"), "10–90 % of points in bins"),
    ):
        edged, plain = swatch(figure, band), swatch(figure, "smaller than is of interest")
        assert isinstance(edged, Patch) and edged.get_linewidth() > 0 and plain.get_linewidth() == 0
        assert to_hex(edged.get_edgecolor()) != to_hex(plain.get_facecolor())
        assert len(set(legend(figure))) == len(legend(figure))


def test_a_unit_is_not_repeated_between_panels_and_the_heading_is_a_phrase(stores):
    sweep = stores("few")
    one, both = known(sweep, "bands", outcome="performance"), page(sweep, "bands")
    assert [axes.get_ylabel() for axes in one.axes] == ["share", "difference", "", ""]
    assert [axes.get_ylabel() for axes in both.axes] == ["share", "difference", "1913 = 1", ""]
    assert words(one)[0] == "Performance over time, by option of policy"
    both.canvas.draw()
    left, right = both.axes[0].get_window_extent(), both.axes[2].yaxis.label.get_window_extent()
    assert (right.x0 - left.x1) / both.dpi / style.MM > 3.5


def test_medians_of_many_options_stand_out_from_the_strip(stores):
    figure = page(stores("many options"), "bands", outcome="performance")
    strip = lab(strokes.STRIP, "usual")
    colours = strokes.colours(DATES)[1:]
    for colour in colours:
        (line,) = lines_of(figure.axes[1], colour)
        assert line.get_linewidth() >= 1.2 and np.linalg.norm(lab(colour, "usual") - strip) > 40


@pytest.mark.parametrize("eye", EYES)
def test_options_stay_apart_for_every_eye_and_stand_out_from_paper(eye):
    few = strokes.colours(choice("x", *"abcde"))
    for one, other in combinations(few, 2):
        assert np.linalg.norm(lab(one, eye) - lab(other, eye)) > 20, (one, other)
    for count in (6, 7, 8, 9):
        many = strokes.colours(choice("x", *"abcdefghi"[:count]))
        assert len(set(many)) == count
        # A ramp is told by its order: it rises in lightness, and no colour is too pale for a line.
        assert (np.diff([lab(colour, eye)[0] for colour in many[1:]]) > 0).all()
        for one, other in combinations(many, 2):
            assert np.linalg.norm(lab(one, eye) - lab(other, eye)) > (30 if eye == "usual" else 8), (one, other)
        for colour in (*few, *many):
            assert 1.05 / (style.luminance(colour) + 0.05) > 2.8
    assert len(set(strokes.colours(choice("x", *range(30))))) == 30


@pytest.mark.parametrize("kind", ["all", "quantiles"])
def test_of_a_class_of_two_places_means_are_drawn_and_called_so(stores, kind):
    sweep = stores(f"capitals {kind}", curves=kind, points=20)
    figure = page(sweep, "bands", outcome="performance")
    titles = [axes.get_title("left") for axes in figure.axes]
    assert "Capitals, mean" in titles and "Nation" in titles and "Capitals" not in titles
    lever = sweep.experiment.levers[0]
    drawn = lines_of(figure.axes[titles.index("Capitals, mean")], strokes.colours(lever)[1])[0]
    combination = fans._combinations(sweep, lever)[1]
    wanted = means(sweep, "performance", "capital")
    np.testing.assert_allclose(drawn.get_ydata(), wanted[wanted["combination"] == combination]["mean"])
    rows = bands(sweep, ["performance"]).query(f"scope == 'capital' and combination == {combination}")
    medians = rows["p50"].to_numpy(float)
    assert not np.allclose(drawn.get_ydata(), medians, atol=1e-6)


def test_means_of_histograms_are_those_of_curves_to_the_width_of_a_bin(stores):
    whole, binned = (means(stores(f"capitals {kind}", curves=kind, points=20), "performance", "capital")
                     for kind in ("all", "quantiles"))  # fmt: skip
    np.testing.assert_allclose(whole["mean"], binned["mean"], atol=5.1e-4)
