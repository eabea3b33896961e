"""Pictures of a sweep: tidy whatever it holds, and drawn where the numbers are."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import sim
from sim.errors import UserError
from sim.figures import style, sweeps
from sim.figures.sweeps import classes, common, fans, forest, marks, outcome, smooth, surface
from sim.figures.sweeps.plane import plane
from sim.scenario.registry import SCOPES
from sim.study.sweeps.experiment import Design, Factor
from sim.study.sweeps.opened import open_sweep
from tests.figures.test_style import EYES, lab
from tests.made_sweep import choice, experiment, made

DATES = choice("date", *(f"19{year}-{month}" for year in (21, 22, 23, 24) for month in ("06", "12")))
LONG = choice("a_lever_with_a_long_name", "a very long name of an option that somebody wrote", "no shorter " * 6)
CASES = {
    "usual": {},
    "one point": {"points": 1, "replicates": 1},
    "few": {"points": 5, "curves": "all"},
    "no levers": {"levers": (), "points": 40},
    "one lever": {"levers": (choice("policy", "appointment", "election"),), "curves": "sample", "curve_points": 9},
    "many options": {"levers": (DATES,), "points": 10, "curves": "all"},
    "long names": {"levers": (LONG,), "points": 20, "title": "A title that is much too long " * 8},
    "one outcome of the nation": {"outcomes": ("opposition_nation",), "curves": "none", "points": 12},
    "choices alone": {"uncertainties": (choice("order", "need", "random"), choice("need", True, False)), "points": 30},
}  # fmt: skip


def gain(drawn, levers, outcome, scope, noise):
    """Elections gain where r_f and skill, as parts of their ranges, together are more than 1."""
    elected = levers.get("policy") == "election"
    return 0.4 + 0.1 * elected * (drawn["r_f"] + (drawn["skill"] + 0.1) / 0.4 - 1.0) + 0.001 * noise[0]


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Give the sweep of a case, or of other changes to the experiment, made once."""
    known = {}

    def give(name, **changes):
        if name not in known:
            keep = {key: changes.pop(key) for key in ("truth", "fail", "parts", "count") if key in changes}
            of = experiment(**({"points": 60} | CASES.get(name, {}) | changes))
            known[name] = open_sweep(made(tmp_path_factory.mktemp("sweep") / "sweep", of, **keep))
        return known[name]

    return give


def every(sweep):
    """Yield pictures of all kinds that a sweep allows, along numbers, choices and levers."""
    shown = common.shown(sweep, None)
    numbers = [factor.name for factor in sweep.experiment.uncertainties if not factor.options]
    choices = [factor.name for factor in (*sweep.experiment.levers, *sweep.experiment.uncertainties) if factor.options]
    factors = [*numbers[::2], *choices[:3]]
    compared = [lever for lever in sweep.experiment.levers if len(lever.options) > 1]
    for lever in compared:
        for page in range(forest.pages(lever)):
            yield f"effects {lever.name} {page}", forest.figure(sweep, lever.name, page=page)
        yield f"classes {lever.name}", classes.distributions(sweep, shown, lever.name)
    for name in factors:
        yield f"outcome {name}", outcome.figure(sweep, shown, name)
        yield f"classes {name}", classes.courses(sweep, shown, name)
    for x, y in [pair for pair in (numbers[:2], (numbers[-1:] + choices)[:2], choices[-2:]) if len(pair) == 2]:
        yield f"surface {x} {y}", surface.figure(sweep, shown, x, y)
    if sweep.curve_outcomes():
        yield "bands", fans.figure(sweep)
        yield "bands of one", fans.figure(sweep, "performance")


@pytest.mark.parametrize("case", CASES)
def test_every_picture_is_tidy(stores, untidy, case):
    for name, figure in every(stores(case)):
        assert untidy(figure) == [], name


def test_the_usual_pictures_are_drawn_as_png_and_svg_and_the_same_again(stores, tmp_path):
    paths = sweeps.draw_all(stores("usual"), tmp_path / "one")
    assert [path.stem for path in paths[::2]] == [
        "effects-policy", "effects-peace", "classes-performance-policy", "classes-performance-peace", "bands",
        "outcome-performance-r-f", "outcome-performance-skill", "surface-performance-r-f-skill",
    ]  # fmt: skip
    again = sweeps.draw_all(open_sweep(stores("usual").path), tmp_path / "two")
    for one, other in zip(paths, again, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_sweeps_are_drawn_by_the_verb_and_the_command(stores, tmp_path, skloki):
    folder = stores("usual").path
    paths = sim.plot(folder, "surface", x="r_f", y="order", option="election", out=tmp_path / "a")
    stem = "surface-performance-r-f-order-election"
    assert [path.name for path in paths] == [f"{stem}.png", f"{stem}.svg"]
    code, out, _ = skloki(
        "plot", folder, "--what", "outcome", "--x", "speed", "--outcome", "misfit", "--out", tmp_path / "b"
    )
    assert code == 0 and out.split("/")[-1].strip() == "outcome-misfit-speed.svg"
    code, _, said = skloki("plot", folder, "--what", "surfaces")
    assert code == 2 and "did you mean 'surface'" in said
    code, _, said = skloki("plot", folder, "--x", "speed")
    assert code == 2 and "--what" in said


@pytest.mark.parametrize(
    ("what", "asked", "nearest"),
    [
        ("surfase", {}, "surface"), ("outcome", {"x": "r_g"}, "r_f"), ("surface", {"x": "r_f", "y": "skil"}, "skill"),
        ("effects", {"lever": "piece"}, "peace"), ("classes", {"option": "elected"}, "election"),
        ("outcome", {"outcome": "misfits"}, "misfit"), ("outcome", {"scope": "capitals"}, "capital"),
        ("effects", {"horizon": "afterr"}, "after"), ("bands", {"outcome": "recovry"}, "recovery"),
        ("bands", {"scope": "nations"}, "nation"),
    ],
)  # fmt: skip
def test_wrong_names_are_refused_with_the_nearest(stores, tmp_path, what, asked, nearest):
    with pytest.raises(UserError, match=f"did you mean '{nearest}'"):
        sweeps.draw(stores("usual"), what, tmp_path, **asked)


@pytest.mark.parametrize(
    ("case", "what", "asked", "said"),
    [
        ("usual", "surface", {"x": "r_f", "y": "r_f"}, "another one than x"),
        ("usual", "surface", {"x": "r_f", "y": "policy", "lever": "policy"}, "neither x nor y"),
        ("usual", "surface", {"option": "appointment"}, "the baseline itself"),
        ("no levers", "effects", {}, "compares no policies"),
        ("one outcome of the nation", "bands", {}, "none were kept"),
        ("nothing yet", "effects", {}, "no run is stored yet"),
        ("alone", "surface", {}, "--x and --y"),
    ],
)
def test_what_a_sweep_does_not_allow_is_told(stores, tmp_path, case, what, asked, said):
    stores("nothing yet", parts=0), stores("alone", uncertainties=(), points=3, curves="none")
    with pytest.raises(UserError, match=said):
        sweeps.draw(stores(case), what, tmp_path, **asked)


def test_a_sweep_without_uncertainties_still_has_its_overview(stores, tmp_path):
    paths = sweeps.draw_all(stores("alone", uncertainties=(), points=3, curves="none"), tmp_path)
    assert {path.stem for path in paths} >= {"effects-policy", "classes-performance-peace"}


# Response surfaces


def lines(sweep, x, y, **asked):
    figure = surface.figure(sweep, common.shown(sweep, "performance"), x, y, "policy", **asked)
    found = plane(sweep, common.shown(sweep, "performance"), *(factor(sweep, name) for name in (x, y)),
                  factor(sweep, "policy"), 1)  # fmt: skip
    return figure, found, surface.sign_line(Figure().add_subplot(), found)


def factor(sweep, name):
    everything = (*sweep.experiment.uncertainties, *sweep.experiment.levers)
    return next(entry for entry in everything if entry.name == name)


def test_the_sign_changes_where_the_truth_does_with_scattered_points(stores):
    sweep = stores("scattered", points=1500, truth=gain, curves="none", outcomes=("performance",))
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
    means, errors = smooth.surface(x, y, 2.0 + 3.0 * x - y)
    nodes = np.linspace(0, 1, smooth.NODES)
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
        means, errors = smooth.surface(*random.random((2, 400)), random.normal(size=400), nodes=9)
        found.append((means, errors))
    means, errors = (np.array(values) for values in zip(*found, strict=True))
    ratio = means.std(axis=0) / errors.mean(axis=0)
    assert 0.75 < ratio.min() and ratio.max() < 1.35


def test_cells_that_lost_their_runs_are_blank(stores):
    def partly(drawn, levers, outcome, scope, noise):
        return np.where((drawn["order"] == "rank") & (drawn["depth"] == 1.0), np.nan, 0.5)

    sweep = stores("partly", points=200, truth=partly, curves="none")
    axes = factor(sweep, "order"), factor(sweep, "depth")
    found = plane(sweep, common.shown(sweep, "performance"), *axes, None, 0)
    blank = np.isnan(found.means)
    assert blank.sum() == 1 and blank[2, 2]


GRID = tuple({"r_f": x, "skill": y} for x in np.linspace(0, 1, 5) for y in np.linspace(-0.1, 0.3, 4))


def shaken(drawn, levers, outcome, scope, noise):
    return gain(drawn, levers, outcome, scope, noise) + 0.05 * (levers.get("policy") == "election") * noise[1]


def test_one_point_in_a_cell_has_the_error_of_its_replicates_or_says_that_it_has_none(stores):
    of = {"kind": "grid", "rows": GRID, "points": 0, "uncertainties": experiment().uncertainties[:2], "curves": "none"}
    sweep = stores("replicated", truth=shaken, replicates=4, count=20, **of)
    figure, found, _ = lines(sweep, "r_f", "skill")
    effect = sweep.units.values("performance")
    effect = (effect[:, 2] - effect[:, 0]).reshape(5, 4, 4)
    np.testing.assert_allclose(found.errors, effect.std(axis=2, ddof=1).T / 2)
    assert "within two standard errors by chance of 0" in legend(figure)
    figure, found, _ = lines(stores("once", truth=shaken, replicates=1, count=20, **of), "r_f", "skill")
    assert np.isnan(found.errors).all()
    assert "no standard errors: one point, one replicate in each cell" in legend(figure)


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_colours_of_effects_lie_evenly_about_nought():
    edges = surface.levels(np.array([[-0.01, 0.07]]), effect=True)
    assert 0.0 in edges and edges[0] == -edges[-1] and edges[-1] >= 0.07
    edges = surface.levels(np.array([[0.31, 0.37]]), effect=False)
    assert edges[0] <= 0.31 and edges[-1] >= 0.37


# What the other pictures show


def test_bands_along_a_number_are_quantiles_of_points(stores):
    sweep = stores("usual")
    drawn = outcome.scattered(sweep, common.shown(sweep, "performance"), factor(sweep, "r_f"), factor(sweep, "policy"))
    frame = sweep.runs(["point", "replicate", "r_f", "policy", "performance"])
    means = frame[frame["policy"] == "election"].groupby("point").agg({"performance": "mean", "r_f": "first"})
    np.testing.assert_allclose(drawn.x, means["r_f"])
    np.testing.assert_allclose(drawn.levels[1], means["performance"])
    base = frame[frame["policy"] == "appointment"].groupby("point")["performance"].mean()
    np.testing.assert_allclose(drawn.effects[1], means["performance"] - base)
    places, quantiles = marks.binned(drawn.x, drawn.levels[1])
    assert len(places) == 7 and (np.diff(places) > 0).all()
    first = means.sort_values("r_f")["performance"][:9]
    np.testing.assert_allclose(quantiles[:, 0], np.quantile(first, (0.1, 0.5, 0.9)))


USUAL = {"r_f": 0.4, "skill": 0.1, "order": "need"}
AWAY = [("r_f", -0.2), ("r_f", 0.9), ("skill", -0.1), ("skill", 0.3), ("order", "random"), ("order", "rank")]


def one_at_a_time(stores):
    numbers, order = experiment().uncertainties[:2], experiment().uncertainties[3]
    uncertain = (*(replace(factor, default=USUAL[factor.name]) for factor in numbers), order)
    rows = (USUAL, *(USUAL | {name: value} for name, value in AWAY))
    return stores("one at a time", kind="one-at-a-time", rows=rows, points=0, uncertainties=uncertain, curves="none")


def test_what_changes_one_thing_at_a_time_is_a_line_and_no_sample(stores, untidy, tmp_path):
    sweep = one_at_a_time(stores)
    shown, policy = common.shown(sweep, "performance"), factor(sweep, "policy")
    drawn = outcome.scattered(sweep, shown, factor(sweep, "r_f"), policy)
    assert drawn.x.tolist() == [0.4, -0.2, 0.9] and drawn.base.tolist() == [True, False, False]
    means = sweep.units.by_point(sweep.units.options(sweep.units.values("performance"), policy)[:, 1].mean(axis=1))[0]
    np.testing.assert_allclose(drawn.levels[1], means[:3])
    assert outcome.scattered(sweep, shown, factor(sweep, "order"), policy).x.tolist() == [0.0, 1.0, 2.0]
    assert outcome.scattered(sweep, shown, factor(sweep, "peace"), policy).x.tolist() == [0.0, 1.0]
    for name in ("r_f", "order", "peace"):
        figure = outcome.figure(sweep, shown, name)
        assert untidy(figure) == [], name
        assert not any("%" in text for text in legend(figure)) and not figure.axes[0].collections
        assert untidy(classes.courses(sweep, shown, name)) == [], name
    figure = outcome.figure(sweep, shown, "r_f")
    assert figure.axes[0].get_xlim() == (-0.2, 1.0)
    assert not any(path.stem.startswith("surface") for path in sweeps.draw_all(sweep, tmp_path))


def test_a_grid_that_is_not_finished_is_not_read_as_whole(stores):
    of = {"kind": "grid", "rows": GRID, "points": 0, "uncertainties": experiment().uncertainties[:2], "count": 20}
    part, whole = stores("part of a grid", parts=3, **of), stores("whole grid", **of)
    for sweep, number in ((part, 1), (whole, 0)):
        shown = common.shown(sweep, None)
        for figure in (
            forest.figure(sweep), classes.distributions(sweep, shown), classes.courses(sweep, shown, "r_f"),
            outcome.figure(sweep, shown, "r_f"), surface.figure(sweep, shown, "r_f", "skill"), fans.figure(sweep),
        ):  # fmt: skip
            said = [text.get_text() for text in figure.texts]
            assert sum("the points done so far, in the design's order" in text for text in said) == number
            assert any("over the points chosen, not over history" in text for text in said)
    assert common.unfinished(stores("halfway", parts=3, fail=[1])) == []


def test_effects_over_another_levers_options_say_so(stores):
    sweep, alone = stores("usual"), stores("one lever")
    for figure in (forest.figure(sweep, "policy"), classes.distributions(sweep, common.shown(sweep, None), "policy")):
        assert "Mean over the options of peace" in [text.get_text() for text in figure.texts]
    assert not any("Mean over the options" in text.get_text() for text in forest.figure(alone).texts)


def test_no_zero_line_runs_through_an_options_name_and_no_gap_is_above_the_legend(stores):
    figure = forest.figure(stores("usual"), "policy", outcome="performance")
    figure.canvas.draw()
    axes = figure.axes[0]
    name = next(text for text in axes.texts if text.get_text() == "election")
    bottom = name.get_window_extent().transformed(axes.transData.inverted()).y0
    noughts = [line for line in axes.lines if set(line.get_xdata()) == {0.0}]
    assert noughts and min(min(line.get_ydata()) for line in noughts) >= bottom
    box = figure.legends[0].get_window_extent()
    below = axes.xaxis.label.get_window_extent().y0
    assert 0 < (below - box.y1) / figure.dpi / style.MM < 8


def test_labels_of_axes_are_cut_at_commas_and_name_no_constants(stores):
    files = Factor("r_f", target="parameters.r_f", unit="correlation",
                   meaning="validity of the cadre department's files, at LOAD_REF assignments a month")  # fmt: skip
    assert common.axis_label(files, 150.0) == "r_f: validity of the cadre department's files (correlation)"
    skill = replace(files, name="skill", unit="", meaning="shift of skill, of those (old, new) who came late, all told")
    assert common.axis_label(skill, 150.0) == f"skill: {skill.meaning}"
    assert common.axis_label(skill, 75.0) == "skill: shift of skill, of those (old, new) who came late"
    assert common.axis_label(skill, 50.0) == "skill: shift of skill"
    assert common.axis_label(skill, 22.0) == "skill: shift of …"


def test_against_another_lever_each_option_is_at_its_place(stores):
    sweep = stores("usual")
    shown, policy = common.shown(sweep, "performance"), factor(sweep, "policy")
    drawn = outcome.scattered(sweep, shown, factor(sweep, "peace"), policy)
    frame = sweep.runs(["point", "peace", "policy", "performance"])
    for place, peace in enumerate((False, True)):
        rows = frame[(frame["peace"] == peace) & (frame["policy"] == "election")].groupby("point")["performance"].mean()
        np.testing.assert_allclose(drawn.levels[1][drawn.x == place], rows)
    alone = outcome.scattered(sweep, shown, policy, policy)
    assert np.isfinite(alone.levels[1]).sum() == 60 and set(alone.x[np.isfinite(alone.levels[1])]) == {1.0}


def test_marks_of_the_overview_lie_where_the_effects_are(stores):
    sweep = stores("usual")
    figure = forest.figure(sweep, "policy")
    axes = next(axes for axes in figure.axes if axes.get_title("left") == "Misfit")
    rows = sweep.effects(lever="policy", outcome="misfit", horizon="after")
    marks = [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "s"]
    assert marks == pytest.approx(rows["effect"].tolist())
    spans = {tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2}
    assert set(zip(rows["low"], rows["high"], strict=True)) <= spans
    assert set(zip(rows["p5"], rows["p95"], strict=True)) <= spans
    said = [text.get_text() for text in axes.texts]
    assert [f"{value:.2f}" for value in rows["superiority"]] == [text for text in said if text[:1] in "01"]
    assert "P better" in said and rows["scope"].tolist() == list(SCOPES)


def test_the_strip_is_the_smallest_effect_of_interest(stores):
    sweep = stores("usual")
    figure = outcome.figure(sweep, common.shown(sweep, "performance"), "r_f")
    strips = [patch for patch in figure.axes[1].patches if to_hex(patch.get_facecolor()).upper() == common.STRIP]
    assert len(strips) == 1
    box = strips[0].get_window_extent().transformed(figure.axes[1].transData.inverted())
    assert (box.y0, box.y1) == pytest.approx((-0.01, 0.01))


def test_what_a_picture_rests_on_is_said(stores):
    sweep = stores("halfway", parts=3, fail=[1])
    said = [text.get_text() for text in forest.figure(sweep).texts]
    assert any("84 runs (1 failed) of 480 planned" in text and "not over history" in text for text in said)
    chance = stores("alone", uncertainties=(), points=3, curves="none")
    assert "over chance only" in common.described(chance)


def test_the_uncertainty_that_matters_leads(stores):
    def one(drawn, levers, outcome, scope, noise):
        elected = levers["policy"] == "election"
        return drawn["r_f"] + elected * (np.log(drawn["speed"]) + 0.1 * (drawn["order"] == "rank"))

    sweep = stores("leading", points=300, truth=one, curves="none", outcomes=("performance",))
    assert sweeps.leading(sweep, None, None, None)[0] == "speed"
    assert "u" not in sweeps.leading(stores("fixed", uncertainties=(
        *experiment().uncertainties[:2], Factor("u", target="x", low=0.5, high=0.5))), None, None, None)  # fmt: skip


def test_slugs_are_safe_for_files():
    assert common.slug("capitals only/now") == "capitals-only-now" and common.slug(0.25) == "0.25"
    assert common.slug("///") == "option"
    assert isinstance(experiment().design, Design)


@pytest.mark.parametrize("eye", EYES)
def test_options_stay_apart_for_every_eye_and_stand_out_from_paper(eye):
    few = common.colours(choice("x", *"abcde"))
    for one, other in combinations(few, 2):
        assert np.linalg.norm(lab(one, eye) - lab(other, eye)) > 20, (one, other)
    many = common.colours(choice("x", *"abcdefghi"))
    assert len(set(many)) == 9
    # A ramp is told by its order: it rises in lightness, and no colour is too pale for a line.
    assert (np.diff([lab(colour, eye)[0] for colour in many[1:]]) > 0).all()
    for colour in (*few, *many):
        assert 1.05 / (style.luminance(colour) + 0.05) > 2.8
