"""What to look for: a sweep whose truths are known, figures that were found in it, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace

import pytest

from sim.analysis.selection import Selection
from sim.analysis.sweep import open_sweep
from sim.errors import UserError
from sim.experiment.experiment import Given
from sim.figures.sweeps import lookfor as picture
from sim.inference import lookfor_told as told
from sim.inference.found import read_found
from sim.inference.lookfor import lookfor
from sim.registry.observables import OBSERVABLES
from tests.made_sweep import choice, experiment, made

PLANTED, PARTLY, USELESS, SAME = (
    "results_appointed_ahead_1922_23", "skloki_returned_1922_23", "bench_dec_1923", "results_appointed_ahead_1924_26",
)  # fmt: skip
NAMES = (PLANTED, SAME, USELESS, PARTLY)
HEADER = "quantity,place,period,value,low,high,unit,grade\n"


def truth(drawn, levers, outcome, scope, noise):
    """Elections gain where r_f is above .5, in the agrarian class twice as much; one figure shows r_f, one a part."""
    files = drawn["r_f"]
    if outcome in (PLANTED, SAME):
        return 0.1 * files + 0.01 * noise[1]
    if outcome == PARTLY:
        return files * drawn["skill"] + 0.05 * noise[1] + (drawn.get("structure") == "packed") * 0.3
    if outcome == USELESS:
        return noise[0]
    if outcome.startswith("T"):
        return files
    elected = levers["policy"] == "election"
    return 0.5 + 0.1 * noise[0] + elected * (0.1 * (files - 0.5) * (1 + (scope == 3)) + 0.02 * noise[1])


def a_sweep(folder, **changes):
    of = experiment(**{"points": 400, "replicates": 1, "observables": NAMES, "curves": "none"} | changes)
    return made(folder, of, truth, part_units=100)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    return a_sweep(tmp_path_factory.mktemp("looked") / "s", targets=True)


@pytest.fixture
def table(tmp_path):
    """Write a table of figures: table("results..., agrarian, ...")."""

    def write(*rows, header=HEADER):
        path = tmp_path / "figures.csv"
        path.write_text(header + "".join(f"{row}\n" for row in rows))
        return path

    return write


def test_the_planted_figure_is_ranked_first_and_a_useless_one_gets_nothing(swept):
    look = lookfor(swept, scope="agrarian")
    (answer,) = look.answers
    assert [one.observable.name for one in answer.worths[:2]] == [PLANTED, SAME]
    assert answer.best.observable.name == PLANTED
    worths = {one.observable.name: one for one in answer.worths}
    assert worths[USELESS].explains[0] <= answer.luck and worths[USELESS].expected <= answer.luck
    assert worths[PARTLY].explains[0] > answer.luck
    assert answer.share == pytest.approx(0.5, abs=0.03)
    # reliability .5 of .4, and its own .5
    best = worths[PLANTED]
    assert best.explains[1] == pytest.approx(0.5 * best.explains[0], rel=0.02)
    assert best.expected == best.explains[1] and best.narrowing == pytest.approx(1 - (1 - best.expected) ** 0.5)
    low, middle, high = best.ahead
    assert low < 0.2 < middle < 0.8 < high
    for few in answer.few:  # the same figure of two spans is one errand
        assert PLANTED in few.observables and SAME not in few.observables


def test_questions_are_effects_by_class_at_the_baseline_of_other_levers(swept):
    look = lookfor(swept)
    assert [answer.question.scope for answer in look.answers] == [
        "nation", "capital", "industrial", "agrarian", "borderland"
    ]
    assert {answer.question.option for answer in look.answers} == {"election"}
    assert look.history == {"policy": "appointment", "peace": "off"}
    turned = lookfor(swept, option="appointment", against="election", scope="agrarian").answers[0]
    assert turned.mean == pytest.approx(-look.answers[3].mean)
    assert turned.share == pytest.approx(1 - look.answers[3].share)
    less = lookfor(swept, outcome="misfit", scope="nation").answers[0]
    assert less.question.better == "lower"
    assert told.leading(look).question.scope == "agrarian"


def test_structures_are_told_apart_by_what_differs_between_them(tmp_path):
    structures = choice("structure", "kernel", "packed", "networks")
    of = experiment().uncertainties[:2]
    look = lookfor(a_sweep(tmp_path / "s", uncertainties=(*of, structures)), scope="nation")
    named = {told.named(answer.question): answer for answer in look.answers if answer.question.kind == "structure"}
    assert list(named) == ["kernel or packed", "kernel or networks", "packed or networks"]
    assert named["kernel or packed"].best.observable.name == PARTLY
    assert named["kernel or networks"].best is None
    assert named["kernel or packed"].best.ahead[0] > 0.9 and named["kernel or packed"].best.ahead[2] < 0.1


def test_rivals_are_told_apart_between_sweeps(tmp_path, table, skloki):
    def packed(drawn, levers, outcome, scope, noise):
        return truth(drawn, levers, outcome, scope, noise) + 0.3 * (outcome == PARTLY)

    few = experiment().uncertainties[:2]
    kernel = a_sweep(tmp_path / "kernel", uncertainties=few, name="kernel")
    of = open_sweep(kernel).experiment
    rival = made(tmp_path / "packed", replace(of, name="packed", design=replace(of.design, points=100)), packed)
    again = made(tmp_path / "again", replace(of, name="again", observables=NAMES[:3]), truth)
    look = lookfor(kernel, rivals=[rival])
    (answer,) = look.answers
    assert told.named(answer.question) == "kernel or packed" and answer.draws == 500
    assert answer.share == pytest.approx(0.5)  # each sweep counts as much, whatever its number of draws
    assert answer.best.observable.name == PARTLY and answer.best.ahead[0] > 0.9 > 0.1 > answer.best.ahead[2]
    assert "standard deviations apart" in " ".join(told.sentences(look))
    assert [one.observable.name for one in answer.apart] == [PARTLY]
    same = lookfor(kernel, rivals=[again])
    assert same.answers[0].best is None and not same.answers[0].apart
    assert "kernel and again a standard deviation apart" in told.sentences(same)[-1]
    assert PARTLY not in {one.observable.name for one in lookfor(kernel, rivals=[again]).answers[0].worths}
    # a figure that was found decides between them
    unit = OBSERVABLES[PARTLY].unit
    found = lookfor(kernel, rivals=[rival], figures=table(f"{PARTLY},,,0.4,0.3,0.5,{unit},A"))
    assert found.answers[0].share < 0.1
    code, out, _ = skloki("lookfor", kernel, "--rival", rival, "--quiet")
    assert code == 0 and "he world is that of kernel and not of packed" in out
    code, _, err = skloki("lookfor", kernel, "--rival", rival, "--scope", "nation")
    assert code == 2 and "one of both" in err
    # called alike, in one folder: by their own folders; and none is its own rival
    other = made(tmp_path / "other", replace(of, name="kernel", design=replace(of.design, points=100)), packed)
    assert told.named(lookfor(kernel, rivals=[other]).answers[0].question) == "kernel or other"
    deep = shutil.copytree(other, tmp_path / "deep" / "kernel")
    assert told.named(lookfor(kernel, rivals=[deep]).answers[0].question) == f"{tmp_path.name} or deep"
    with pytest.raises(UserError, match="--rival: found .*kernel, the same sweep twice; allowed: another sweep"):
        lookfor(kernel, rivals=[rival, tmp_path / "." / "kernel"])


def test_a_figure_that_was_found_moves_the_answer(swept, table):
    before = lookfor(swept, scope="agrarian").answers[0]
    look = lookfor(swept, scope="agrarian", figures=table(f"{PLANTED},,,0.085,0.07,0.1,share,A"))
    (answer,) = look.answers
    assert answer.share > 0.9 > before.share and answer.sd < before.sd
    assert answer.before == pytest.approx((before.mean, before.sd, before.share))
    assert 30 < look.effective < 200 and look.effective == answer.effective
    assert PLANTED not in [one.observable.name for one in answer.worths]
    assert f"instead of {before.share:.2f}" in told.found(look)
    wide = lookfor(swept, scope="agrarian", figures=table(f"{PLANTED},,,0.05,-9,9,share,A"))
    assert wide.answers[0].share == pytest.approx(before.share, abs=0.005)
    assert wide.effective == pytest.approx(400, rel=0.01)


def test_a_recorded_figure_known_better_is_scored_too(swept, table):
    look = lookfor(swept, scope="agrarian", figures=table("T01,,,0.2,0.1,0.3,share of posts,A"))
    assert look.answers[0].share < 0.1
    assert look.found[0].target.id == "T01"


def test_a_figure_may_be_named_by_what_is_counted_where_and_when(table):
    for row in ("results_appointed_ahead,agrarian,1922_23,1,0,2,share,C",
                "results_appointed_ahead,Agrarian,1922-01..1923-11,1,0,2,share,C",
                "results_appointed_ahead_agrarian_1922_23,,,1,0,2,share,C"):  # fmt: skip
        (found,) = read_found(table(row))
        assert found.column == "results_appointed_ahead_agrarian_1922_23"
        assert (found.target.low, found.target.high, found.target.confidence) == (0.0, 2.0, "C")
    row = "turnover,nation,1921,1,0,2,per post and year,B,my note"
    (found,) = read_found(table(row, header=HEADER.strip() + ",source\n"))
    assert found.source == "my note"


def test_figures_with_which_no_draw_agrees_are_refused(swept, table):
    with pytest.raises(UserError, match=r"only [\d.]+ of 400 draws agree .*; allowed: at least 30"):
        lookfor(swept, figures=table(f"{PLANTED},,,0.05,0.0499,0.0501,share,A"))
    with pytest.raises(UserError, match="draws agree"):
        lookfor(swept, figures=table(f"{PLANTED},,,50,49,51,share,A"))


@pytest.mark.parametrize(("row", "said"), [
    ("results_apointed_ahead,,,1,0,2,share,A", "did you mean 'results_appointed_ahead'"),
    ("results_appointed_ahead,,,1,0,2,share,A", "which may be several"),
    ("results_appointed_ahead,capital,1922_23,1,0,2,share,A", "which is none"),
    (f"{PLANTED},Tver,,1,0,2,share,A", "no figure is of a single place"),
    (f"{PLANTED},,,1,0,2,,A", "unit: found 'nothing'; allowed: 'share'"),
    (f"{PLANTED},,,1,0,2,per cent,A", "unit: found 'per cent'; allowed: 'share'"),
    (f"{PLANTED},,,1,0,2,share,D", "grade: found 'D'; allowed: A, B, C"),
    (f"{PLANTED},,,one,0,2,share,A", "value: found 'one'; allowed: a number"),
    (f"{PLANTED},,,3,0,2,share,A", "three numbers in that order"),
    (f"{PLANTED},,,1,1,1,share,A", "a band"),
    (f"{PLANTED},,,1,0,2,share,A,x", "found 9 values"),
    (f"{PLANTED},,,1", "found 4 values"),
    ("T14a,,,0.1,0,1,share of delegates,B", "low: found 0; allowed: above 0"),
    ("T01,agrarian,,0.2,0.1,0.3,share of posts,A", "place: found 'agrarian'"),
    ("T01,,1999,0.2,0.1,0.3,share of posts,A", "period: found '1999'"),
])  # fmt: skip
def test_what_a_table_of_figures_may_not_say(table, row, said):
    with pytest.raises(UserError) as caught:
        read_found(table(row))
    (problem,) = caught.value.problems
    assert said in str(problem) and str(problem).startswith(str(table.__closure__[0].cell_contents / "figures.csv:2"))


def test_a_table_without_columns_or_rows_is_refused(table, tmp_path):
    with pytest.raises(UserError) as caught:
        read_found(table("x", header="quantity,value,low,high,grade,units\n"))
    assert [problem.field for problem in caught.value.problems] == ["unit", "units"]
    assert caught.value.problems[1].suggestion == "unit"
    with pytest.raises(UserError, match="no figure"):
        read_found(table())
    with pytest.raises(UserError, match="twice"):
        read_found(table(*[f"{PLANTED},,,1,0,2,share,A"] * 2))
    with pytest.raises(UserError, match="no such file"):
        read_found(tmp_path / "nowhere.csv")


def test_sweeps_of_which_nothing_can_be_asked_are_refused(tmp_path, swept, table):
    for name, changes, said in (
        ("none", {"observables": ()}, r"no observables kept; allowed: .*observables = \"all\""),
        ("few", {"points": 20}, "20 draws; allowed: at least 30"),
        ("grid", {"kind": "grid", "points": 0, "levels": 3}, "points that were chosen"),
        ("still", {"levers": ()}, "nothing is open"),
    ):
        changes |= {"count": 243} if name == "grid" else {}
        count = changes.pop("count", None)
        of = experiment(**{"points": 40, "replicates": 1, "observables": NAMES, "curves": "none"} | changes)
        folder = made(tmp_path / name, of, lambda *given: 0.5 + given[-1][0], count=count)
        with pytest.raises(UserError, match=said):
            lookfor(folder)
    with pytest.raises(UserError, match="nothing of T01"):
        lookfor(a_sweep(tmp_path / "bare", points=40), figures=table("T01,,,0.2,0.1,0.3,share of posts,A"))
    with pytest.raises(UserError, match="'appointment' against itself"):
        lookfor(swept, option="appointment")
    with pytest.raises(UserError, match="performance"):
        lookfor(swept, outcome="performence")


def test_the_same_sweep_gives_the_same_to_the_last_bit(swept, tmp_path):
    of = open_sweep(swept).experiment
    again = made(tmp_path / "again", of, truth, part_units=33)
    one, other = (json.dumps(told.document(lookfor(folder))) for folder in (swept, again))
    assert one == other


def test_the_command_answers_first_and_says_how_sure_it_is(swept, skloki, table):
    code, out, err = skloki("lookfor", swept, "--scope", "agrarian", "--top", "3")
    assert (code, err) == (0, "")
    assert "plans met" in out.split(f"(1922-01 to 1923-11; {PLANTED}).")[0]
    assert "RGASPI f. 17" in out and "cross-validated over 400 worlds" in out
    assert "not weighed by what is recorded" in out
    assert "policy = appointment, peace = off" in out and USELESS not in out.split("\n\n")[0]
    code, out, _ = skloki("lookfor", swept, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0 and len(rows) == 5 * len(NAMES) and rows[0]["rank"] == "1" and rows[0]["where"]
    code, out, _ = skloki("lookfor", swept, "--json", "--figure", table(f"{PLANTED},,,0.085,0.07,0.1,share,A"))
    document = json.loads(out)
    assert document["figures"][0]["quantity"] == PLANTED and document["effective"] < 400
    assert document["questions"][3]["before"][2] < document["questions"][3]["share"]
    code, out, err = skloki("lookfor", swept, "--figure", table(f"{PLANTED},,,0.085,0.07,0.1,,A"))
    assert (code, out) == (2, "") and "unit" in err


def test_over_an_ensemble_it_is_given_the_record(tmp_path):
    drawn = experiment(points=60).uncertainties[:2]
    rows = tuple({"r_f": at / 60, "skill": 0.1} for at in range(60))
    given = Given("record", "22 recorded figures", "0" * 16, "1" * 16)
    look = lookfor(a_sweep(tmp_path / "s", kind="ensemble", rows=rows, points=60, uncertainties=drawn, ensemble=given))
    assert look.calibrated and look.population == "calibrated on 22 recorded figures"
    assert "calibrated on 22 recorded figures" in told.sentences(look)[1]
    assert not any("not weighed" in said for said in told.sureness(look))


def test_the_picture_shows_what_the_table_says(swept):
    sweep = open_sweep(swept)
    lever = sweep.experiment.lever()
    shown = picture.table(sweep, Selection(lever=lever, options=(1,), scope="agrarian"))
    (page,) = picture.draw(shown)
    (answer,) = shown.look.answers
    shares, thirds = page.axes
    named = [text.get_text().split("\n")[-1] for text in shares.get_yticklabels()]
    assert named == [one.observable.name for one in answer.worths]
    expected = [line.get_xdata()[0] for line in shares.lines if line.get_marker() == "D"]
    assert expected == [one.expected for one in answer.worths]
    lowest = [line.get_xdata()[0] for line in thirds.lines if line.get_marker() == "v"]
    assert lowest == [one.ahead[0] for one in answer.worths]
    assert any("policy = appointment, peace = off" in text.get_text() for text in page.texts)


def test_where_nothing_would_teach_anything_that_is_the_answer(tmp_path):
    look = lookfor(a_sweep(tmp_path / "s", observables=(USELESS,), points=60), scope="nation")
    (first,) = told.sentences(look)
    assert first.startswith("Nothing that was kept would teach more about this question than luck: over 60 worlds")
