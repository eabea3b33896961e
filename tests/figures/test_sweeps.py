"""Pictures of a sweep: tidy whatever it holds, and drawn where the numbers are."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

import sim
from sim import figures
from sim.analysis.importance import leading
from sim.analysis.sweep import open_sweep
from sim.errors import UserError
from sim.experiment.experiment import Design, Factor
from sim.experiment.horizons import Horizon
from sim.figures import select
from sim.figures.select import slug
from sim.figures.sweeps import common, outcome, strokes
from tests.brief import brief
from tests.figures.drawn import page, pages
from tests.figures.sweep_cases import CASES, GRID, factor, legend, of_outcome, words
from tests.made_sweep import experiment


def every(sweep):
    """Yield pictures of all kinds that a sweep allows, along numbers, choices and levers: of which kind, how asked."""
    numbers = [factor.name for factor in sweep.experiment.uncertainties if not factor.options]
    choices = [factor.name for factor in (*sweep.experiment.levers, *sweep.experiment.uncertainties) if factor.options]
    factors = [*numbers[::2], *choices[:3]]
    compared = [lever for lever in sweep.experiment.levers if len(lever.options) > 1]
    for lever in compared:
        for what in ("effects", "classes", "horizons"):
            yield f"{what} of a lever", what, {"lever": lever.name}
    for lever, other in itertools.permutations(compared, 2):
        yield "effects at another's options", "effects", {"lever": lever.name, "x": other.name}
    for name in factors:
        along = "a number" if name in numbers else "options"
        for what in ("outcome", "classes"):
            yield f"{what} along {along}", what, {"x": name}
    for x, y in [pair for pair in (numbers[:2], (numbers[-1:] + choices)[:2], choices[-2:]) if len(pair) == 2]:
        yield f"surface {(x in numbers) + (y in numbers)}", "surface", {"x": x, "y": y}
    if sweep.curve_outcomes():
        yield "bands", "bands", {}
        yield "bands of one", "bands", {"outcome": "performance"}


def test_a_picture_of_each_kind_is_tidy(stores, untidy):
    sweep, seen = stores("long names"), set()
    for kind, what, asked in every(sweep):
        if kind not in seen:
            seen.add(kind)
            for figure in pages(sweep, what, **asked)[:2]:
                assert untidy(figure) == [], (what, asked)


@pytest.mark.exhaustive
@pytest.mark.parametrize("case", CASES)
def test_every_picture_is_tidy(stores, untidy, case):
    sweep = stores(case)
    for _, what, asked in every(sweep):
        for figure in pages(sweep, what, **asked):
            assert untidy(figure) == [], (what, asked)


def test_the_usual_pictures_are_those_of_every_lever_and_of_what_leads(stores, undrawn, tmp_path):
    paths = figures.draw_all(stores("usual"), tmp_path)
    assert [path.stem for path in paths] == [
        "effects-policy", "effects-peace", "effects-policy-by-peace", "effects-peace-by-policy",
        "classes-performance-policy", "classes-performance-peace", "bands",
        "outcome-performance-r-f", "outcome-performance-skill", "surface-performance-r-f-skill",
    ]  # fmt: skip


@pytest.mark.parametrize(("what", "asked"), [
    pytest.param("classes", {"lever": "policy"}, marks=pytest.mark.exhaustive), ("surface", {}),
])  # fmt: skip
def test_what_is_drawn_again_has_the_same_bytes(what, asked, stores, tmp_path):
    again = open_sweep(stores("usual").path)
    one, two = (
        figures.draw(sweep, tmp_path / name, what, svg=what == "surface", **asked)
        for sweep, name in ((stores("usual"), "one"), (again, "two"))
    )
    assert [path.suffix for path in one] == [".png", ".svg"][: 1 + (what == "surface")]
    for first, second in zip(one, two, strict=True):
        assert first.read_bytes() == second.read_bytes()


def test_sweeps_are_drawn_by_the_verb_and_the_command(stores, tmp_path, skloki):
    folder = stores("usual").path
    paths = sim.plot(folder, "surface", x="r_f", y="order", option="election", out=tmp_path / "a")
    stem = "surface-performance-r-f-order-election"
    assert [path.name for path in paths] == [f"{stem}.png"]
    code, out, _ = skloki(
        "plot", folder, "--what", "outcome", "--x", "speed", "--outcome", "misfit", "--out", tmp_path / "b", "--svg"
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
        ("bands", {"scope": "nations"}, "nation"), ("effects", {"x": "piece"}, "peace"),
        ("horizons", {"option": "electoin"}, "election"), ("horizon", {}, "horizons"),
    ],
)  # fmt: skip
def test_wrong_names_are_refused_with_the_nearest(stores, tmp_path, what, asked, nearest):
    with pytest.raises(UserError, match=f"did you mean '{nearest}'"):
        figures.draw(stores("usual"), tmp_path, what, **asked)


@pytest.mark.parametrize(
    ("case", "what", "asked", "said"),
    [
        ("usual", "surface", {"x": "r_f", "y": "r_f"}, "another one than x"),
        ("usual", "surface", {"x": "r_f", "y": "policy", "lever": "policy"}, "neither x nor y"),
        ("usual", "surface", {"option": "appointment"}, "the baseline itself"),
        ("usual", "effects", {"option": "appointment"}, "the baseline itself"),
        ("usual", "classes", {"option": "appointment", "x": "r_f"}, "the baseline itself"),
        ("usual", "effects", {"x": "policy"}, "a lever other than the one whose effects are shown"),
        ("usual", "effects", {"x": "r_f"}, "^x: found 'r_f'; allowed: a lever: policy, peace"),
        ("usual", "classes", {"x": "peace", "option": "election"}, "^peace: option: found 'election'; allowed: true$"),
        ("usual", "effects", {"outcome": "opposition_nation", "scope": "capital"}, "not recorded"),
        ("one horizon", "horizons", {}, "two or more of which none holds another"),
        ("no levers", "effects", {}, "compares no policies"),
        ("one outcome of the nation", "bands", {}, "none were kept"),
        ("nothing yet", "effects", {}, "no run is stored yet"),
        ("alone", "surface", {}, "--x and --y"),
    ],
)
def test_what_a_sweep_does_not_allow_is_told(stores, tmp_path, case, what, asked, said):
    stores("one horizon", horizons={"all": Horizon("1921-01", "1926-12"), "end": Horizon("1926-12", "1926-12")})
    stores("nothing yet", parts=0), stores("alone", uncertainties=(), points=3, curves="none")
    with pytest.raises(UserError, match=said):
        figures.draw(stores(case), tmp_path, what, **asked)


@pytest.mark.exhaustive
def test_a_sweep_without_uncertainties_still_has_its_overview(stores, unwritten, tmp_path):
    paths = figures.draw_all(stores("alone", uncertainties=(), points=3, curves="none"), tmp_path)
    assert {path.stem for path in paths} >= {"effects-policy", "classes-performance-peace"}


def test_bands_along_a_number_are_quantiles_of_points(stores):
    sweep = stores("usual")
    drawn = outcome.scattered(sweep, of_outcome(sweep, "performance"), factor(sweep, "r_f"), factor(sweep, "policy"))
    frame = sweep.runs(["point", "replicate", "r_f", "policy", "performance"])
    means = frame[frame["policy"] == "election"].groupby("point").agg({"performance": "mean", "r_f": "first"})
    np.testing.assert_allclose(drawn.x, means["r_f"])
    np.testing.assert_allclose(drawn.levels[1], means["performance"])
    base = frame[frame["policy"] == "appointment"].groupby("point")["performance"].mean()
    np.testing.assert_allclose(drawn.effects[1], means["performance"] - base)
    places, quantiles = strokes.binned(drawn.x, drawn.levels[1])
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


@pytest.mark.exhaustive
def test_what_changes_one_thing_at_a_time_is_a_line_and_no_sample(stores, untidy, unwritten, tmp_path):
    sweep = one_at_a_time(stores)
    shown, policy = of_outcome(sweep, "performance"), factor(sweep, "policy")
    assert select.of_leading_two(sweep) == [], "points on lines are no plane"
    drawn = outcome.scattered(sweep, shown, factor(sweep, "r_f"), policy)
    assert drawn.x.tolist() == [0.4, -0.2, 0.9] and drawn.base.tolist() == [True, False, False]
    means = sweep.pairs.by_point(sweep.pairs.by_option(sweep.pairs.values("performance"), policy)[:, 1].mean(axis=1))[0]
    np.testing.assert_allclose(drawn.levels[1], means[:3])
    assert outcome.scattered(sweep, shown, factor(sweep, "order"), policy).x.tolist() == [0.0, 1.0, 2.0]
    assert outcome.scattered(sweep, shown, factor(sweep, "peace"), policy).x.tolist() == [0.0, 1.0]
    for name in ("r_f", "order", "peace"):
        figure = page(sweep, "outcome", x=name)
        assert untidy(figure) == [], name
        assert not any("%" in text for text in legend(figure)) and not figure.axes[0].collections
        assert untidy(page(sweep, "classes", x=name)) == [], name
    figure = page(sweep, "outcome", x="r_f")
    assert figure.axes[0].get_xlim() == (-0.2, 1.0)
    assert not any(path.stem.startswith("surface") for path in figures.draw_all(sweep, tmp_path))


@pytest.mark.parametrize("asked", brief(
    [("effects",), ("classes",), ("classes", "r_f"), ("outcome", "r_f"), ("surface", "r_f", "skill"), ("bands",)],
    ("effects",), ("outcome", "r_f"),
), ids="-".join)  # fmt: skip
def test_a_grid_that_is_not_finished_is_not_read_as_whole(stores, asked):
    what, *along = asked
    of = {"kind": "grid", "rows": GRID, "points": 0, "uncertainties": experiment().uncertainties[:2], "count": 20}
    part, whole = stores("part of a grid", parts=3, **of), stores("whole grid", **of)
    for sweep, number in ((part, 1), (whole, 0)):
        said = words(page(sweep, what, **dict(zip("xy", along, strict=False))))
        assert sum("the points done so far, in the design's order" in text for text in said) == number
        assert any("over the points chosen, not over history" in text for text in said)
    assert common.unfinished(stores("halfway", parts=3, fail=[1])) == []


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
    shown, policy = of_outcome(sweep, "performance"), factor(sweep, "policy")
    drawn = outcome.scattered(sweep, shown, factor(sweep, "peace"), policy)
    frame = sweep.runs(["point", "peace", "policy", "performance"])
    for place, peace in enumerate((False, True)):
        rows = frame[(frame["peace"] == peace) & (frame["policy"] == "election")].groupby("point")["performance"].mean()
        np.testing.assert_allclose(drawn.levels[1][drawn.x == place], rows)
    alone = outcome.scattered(sweep, shown, policy, policy)
    assert np.isfinite(alone.levels[1]).sum() == 60 and set(alone.x[np.isfinite(alone.levels[1])]) == {1.0}


def test_the_strip_is_the_smallest_effect_of_interest(stores):
    sweep = stores("usual")
    figure = page(sweep, "outcome", x="r_f", outcome="performance")
    strips = [patch for patch in figure.axes[1].patches if to_hex(patch.get_facecolor()).upper() == strokes.STRIP]
    assert len(strips) == 1
    box = strips[0].get_window_extent().transformed(figure.axes[1].transData.inverted())
    assert (box.y0, box.y1) == pytest.approx((-0.005, 0.005))


def test_what_a_picture_rests_on_is_said(stores):
    sweep = stores("halfway", parts=3, fail=[1])
    said = words(page(sweep, "effects"))
    assert any("84 runs (1 failed) of 480 planned" in text and "not over history" in text for text in said)
    chance = stores("alone", uncertainties=(), points=3, curves="none")
    assert "over chance only" in common.described(chance)


def test_the_uncertainty_that_matters_leads(stores):
    def one(drawn, levers, outcome, scope, noise):
        elected = levers["policy"] == "election"
        return drawn["r_f"] + elected * (np.log(drawn["speed"]) + 0.1 * (drawn["order"] == "rank"))

    sweep = stores("leading", points=300, truth=one, curves="none", outcomes=("performance",))
    policy = sweep.experiment.levers[0]
    assert leading(sweep, "performance", policy)[0] == "speed"
    assert select.of_leading(sweep)[0] == {"x": "speed"}
    one = Factor("u", target="x", low=0.5, high=0.5)
    fixed = stores("fixed", uncertainties=(*experiment().uncertainties[:2], one))
    assert "u" not in leading(fixed, "performance", policy)


def test_slugs_are_safe_for_files():
    assert slug("capitals only/now") == "capitals-only-now" and slug(0.25) == "0.25"
    assert slug("///") == "option"
    assert isinstance(experiment().design, Design)
