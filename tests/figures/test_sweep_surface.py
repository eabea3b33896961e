"""Response surfaces of a sweep: lines and cells where the truth has them, and no more said than is known."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from sim.figures.sweeps import plane as planes
from sim.figures.sweeps import surface
from sim.figures.sweeps.plane import Plane, plane
from tests.figures.drawn import page
from tests.figures.sweep_cases import GRID, factor, legend, of_outcome, words
from tests.made_sweep import choice, experiment


def gain(drawn, levers, outcome, scope, noise):
    """Elections gain where r_f and skill, as parts of their ranges, together are more than 1."""
    elected = levers.get("policy") == "election"
    return 0.4 + 0.1 * elected * (drawn["r_f"] + (drawn["skill"] + 0.1) / 0.4 - 1.0) + 0.001 * noise[0]


def lines(sweep, x, y):
    figure = page(sweep, "surface", x=x, y=y, lever="policy", outcome="performance")
    found = plane(sweep, of_outcome(sweep, "performance"), *(factor(sweep, name) for name in (x, y)),
                  factor(sweep, "policy"), 1)  # fmt: skip
    return figure, found, surface.sign_line(Figure().add_subplot(), found)


def test_the_sign_changes_where_the_truth_does_with_scattered_points(stores):
    sweep = stores("scattered", points=900, truth=gain, curves="none", outcomes=("performance",))
    figure, found, pieces = lines(sweep, "r_f", "skill")
    points = np.concatenate(pieces)
    away = points[:, 0] + (points[:, 1] + 0.1) / 0.4 - 1.0
    assert len(points) > 50 and np.abs(away).max() < 0.02
    assert points[:, 0].min() < 0.02 and points[:, 0].max() > 0.98
    assert not found.tiles and np.isfinite(found.means).all()
    drawn = [area for area in figure.axes[0].collections if np.isclose(area.get_linewidth(), 2.2).any()]
    assert len(drawn) == 1, "the line is bold"


def test_the_sign_changes_where_the_truth_does_on_a_grid(stores):
    rows = tuple({"r_f": x, "skill": y} for x in np.linspace(0, 1, 7) for y in np.linspace(-0.1, 0.3, 6))
    two = experiment().uncertainties[:2]
    sweep = stores("grid", kind="table", rows=rows, points=0, uncertainties=two, truth=gain, curves="none")
    _, found, pieces = lines(sweep, "r_f", "skill")
    assert found.x.tolist() == np.linspace(0, 1, 7).tolist() and found.means.shape == (6, 7)
    points = np.concatenate(pieces)
    assert np.abs(points[:, 0] + (points[:, 1] + 0.1) / 0.4 - 1.0).max() < 1e-6
    np.testing.assert_allclose(found.means[0], 0.1 * (found.x - 1.0), atol=1e-12)


def test_between_tiles_the_line_runs_along_borders(stores):
    of = choice("skill", -0.1, 0.0, 0.1, 0.2, 0.3)
    rows = tuple({"r_f": x, "skill": y} for x in (0.1, 0.6, 0.9) for y in (-0.1, 0.0, 0.1, 0.2, 0.3))
    uncertain = (experiment().uncertainties[0], of)
    sweep = stores("tiles", kind="table", rows=rows, points=0, uncertainties=uncertain, truth=gain, curves="none")
    _, found, pieces = lines(sweep, "r_f", "skill")
    assert found.tiles and found.names == (["0.1", "0.6", "0.9"], ["-0.1", "0", "0.1", "0.2", "0.3"])
    sign = np.sign(found.means)
    np.testing.assert_array_equal(sign, np.sign(np.add.outer(np.arange(5) / 4, [0.1, 0.6, 0.9]) - 1.0))
    borders = {tuple(piece.mean(axis=0)) for piece in pieces}
    assert borders == {(0.5, 2.0), (0.5, 3.0), (0.0, 3.5), (1.0, 1.5), (1.5, 1.0), (2.0, 0.5)} & borders
    assert (0.0, 3.5) in borders and (2.0, 0.5) in borders


def test_where_the_sign_never_changes_there_is_no_line(stores):
    def better(drawn, levers, outcome, scope, noise):
        return 0.4 + 0.05 * (levers["policy"] == "election") * (1 + drawn["r_f"])

    _, _, pieces = lines(stores("better", points=200, truth=better, curves="none"), "r_f", "skill")
    assert pieces == []


def test_local_means_are_exact_for_a_plane_and_silent_where_there_is_nothing():
    random = np.random.default_rng(2)
    x, y = random.random((2, 800))
    x *= 0.4
    means, errors = planes.local_means(x, y, 2.0 + 3.0 * x - y)
    nodes = np.linspace(0, 1, planes.NODES)
    told = np.isfinite(means)
    assert told[:, nodes <= 0.4].all() and not told[:, nodes > 0.85].any()
    truth = 2.0 + 3.0 * nodes - nodes[:, None]
    # Points are put together in cells of 1/120: so much is lost.
    assert np.abs(means - truth)[:, nodes <= 0.4].max() < 0.02
    assert np.isnan(errors[~told]).all()


def test_standard_errors_of_local_means_are_of_the_right_size():
    found = []
    for seed in range(60):
        random = np.random.default_rng(seed)
        means, errors = planes.local_means(*random.random((2, 400)), random.normal(size=400), nodes=9)
        found.append((means, errors))
    means, errors = (np.array(values) for values in zip(*found, strict=True))
    ratio = means.std(axis=0) / errors.mean(axis=0)
    assert 0.75 < ratio.min() and ratio.max() < 1.35


def test_cells_that_lost_their_runs_are_blank(stores):
    def partly(drawn, levers, outcome, scope, noise):
        return np.where((drawn["order"] == "rank") & (drawn["depth"] == 1.0), np.nan, 0.5)

    sweep = stores("partly", points=200, truth=partly, curves="none")
    axes = factor(sweep, "order"), factor(sweep, "depth")
    found = plane(sweep, of_outcome(sweep, "performance"), *axes, None, 0)
    blank = np.isnan(found.means)
    assert blank.sum() == 1 and blank[2, 2]


def shaken(drawn, levers, outcome, scope, noise):
    return gain(drawn, levers, outcome, scope, noise) + 0.05 * (levers.get("policy") == "election") * noise[1]


def test_one_point_in_a_cell_has_the_error_of_its_replicates_or_says_that_it_has_none(stores):
    of = {"kind": "grid", "rows": GRID, "points": 0, "uncertainties": experiment().uncertainties[:2], "curves": "none"}
    sweep = stores("replicated", truth=shaken, replicates=4, count=20, **of)
    figure, found, _ = lines(sweep, "r_f", "skill")
    effect = sweep.pairs.values("performance")
    effect = (effect[:, 2] - effect[:, 0]).reshape(5, 4, 4)
    np.testing.assert_allclose(found.errors, effect.std(axis=2, ddof=1).T / 2)
    assert "within two standard errors by chance of 0" in legend(figure)
    figure, found, _ = lines(stores("once", truth=shaken, replicates=1, count=20, **of), "r_f", "skill")
    assert np.isnan(found.errors).all()
    assert "no standard errors: one point, one replicate in each cell" in legend(figure)


def test_colours_of_effects_lie_evenly_about_nought():
    edges = surface.levels(np.array([[-0.01, 0.07]]), effect=True)
    assert 0.0 in edges and edges[0] == -edges[-1] and edges[-1] >= 0.07
    edges = surface.levels(np.array([[0.31, 0.37]]), effect=False)
    assert edges[0] <= 0.31 and edges[-1] >= 0.37


def made_plane(means, errors, grain=0.1):
    even = np.linspace(0.0, 1.0, len(means))
    return Plane(even, even, means, np.broadcast_to(errors, means.shape), False, ([], []), "by hand", grain)


def drawn(stores, monkeypatch, found):
    """Draw a plane made by hand."""
    sweep = stores("by hand", points=30, curves="none")
    monkeypatch.setattr(surface, "plane", lambda *_: found)
    return page(sweep, "surface", x="r_f", y="skill", lever="policy", outcome="performance")


X, Y = np.meshgrid(np.linspace(0, 1, 61), np.linspace(0, 1, 61))
BUMP = 0.05 * np.exp(-(((X - 0.3) / 0.03) ** 2) - (Y / 0.03) ** 2)


def test_a_turn_of_the_sign_smaller_than_the_grain_has_no_line(stores, monkeypatch):
    found = made_plane(0.02 - BUMP, 0.001)
    assert found.means.min() < 0 and surface.sign_line(Figure().add_subplot(), found) == []
    assert "the effect changes its sign" not in legend(drawn(stores, monkeypatch, found))
    both = made_plane(0.02 - BUMP - 0.1 * np.maximum(X + 0.3 * Y - 0.7, 0), 0.001)
    (piece,) = surface.sign_line(Figure().add_subplot(), both)
    np.testing.assert_allclose(piece @ (1.0, 0.3), 0.9, atol=0.01)
    figure = drawn(stores, monkeypatch, both)
    bold = [area for area in figure.axes[0].collections if np.isclose(area.get_linewidth(), 2.2).any()]
    assert len(bold) == 1 and len(bold[0].get_paths()) == 1
    assert "the effect changes its sign" in legend(figure)
    fine = made_plane(0.02 - BUMP, 0.001, grain=0.01)
    assert len(surface.sign_line(Figure().add_subplot(), fine)) == 1


def test_the_grain_is_the_bandwidth_or_a_cell(stores):
    for name, of, grain in (
        ("scattered", {"points": 900, "truth": gain, "outcomes": ("performance",)}, planes.bandwidth(900)),
        ("gridded", {"kind": "table", "rows": GRID, "points": 0, "uncertainties": experiment().uncertainties[:2]}, 0.2),
    ):
        _, found, _ = lines(stores(name, curves="none", **of), "r_f", "skill")
        assert found.grain == pytest.approx(grain)


@pytest.mark.parametrize(("node", "there"), [((0, 0), False), ((1, 1), True)])
def test_dots_are_explained_only_where_there_are_any(stores, monkeypatch, node, there):
    errors = np.full(X.shape, 0.001)
    errors[node] = 1.0
    found = made_plane(0.02 + 0.01 * X, errors)
    assert surface.unsure(found).sum() == 1
    figure = drawn(stores, monkeypatch, found)
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "." and len(line.get_xdata())]
    assert bool(dots) == there == ("within two standard errors of 0" in legend(figure))


def test_the_heading_and_the_scale_say_what_is_compared(stores):
    figure, _, _ = lines(stores("scattered", points=900, truth=gain, curves="none"), "r_f", "skill")
    assert words(figure)[0] == "Effect of election instead of appointment on performance"
    assert figure.axes[1].get_ylabel() == "difference (share); higher is better"


@pytest.mark.parametrize(
    ("x", "y", "cut"), [(0.5, 5.0, False), (0.01, 5.0, True), (0.5, 9.8, True), (0.95, 9.5, False)]
)
def test_numbers_that_the_edge_would_cut_are_left_out(x, y, cut):
    axes = Figure().subplots()
    axes.set(xlim=(0.0, 1.0), ylim=(0.0, 10.0))
    assert surface.cut_off(axes, axes.text(x, y, "0.004")) == cut
