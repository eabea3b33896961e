"""Boxes and planes: planted ones are found, and what is said of them is said on points held back."""

from __future__ import annotations

import builtins
import inspect
import json
import re
import sys
from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.errors import UserError
from sim.figures.inference import draw_discovery
from sim.inference import boxes
from sim.inference.asked import asked, drawn
from sim.inference.boxes import CONDITIONS, Counted, discover, discovered
from sim.inference.boxes_told import leading, rows, sentences, tells, would
from tests.inference.planted import MIXED, TWINS, is_elected, judges, planted


def cornered(drawn, levers, outcome, scope, noise):
    """Election harms where patrons pack and a claim that cannot be served waits, and helps a little elsewhere."""
    bad = (drawn["pack"] > 0.6) & (drawn["unserved"] == "waits")
    return 0.5 + is_elected(levers) * (np.where(bad, -0.02, 0.005) + 0.004 * noise[1])


@pytest.fixture(scope="module", autouse=True)
def loaded():
    """Load PRIM at once: to name a class, its package looks up the sources of all that called, pytest's with them."""
    with pytest.MonkeyPatch.context() as here:
        here.setattr(inspect, "getouterframes", lambda frame: (None, (None, None, None, frame.f_back.f_code.co_name)))
        boxes._workbench()


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("cornered") / "s", MIXED, cornered)


@pytest.fixture(scope="module")
def corner(sweep):
    (found,) = discover(sweep, "effect < -0.005")
    return found


def test_a_planted_box_is_found_and_told_on_points_held_back(corner):
    found = corner
    best = leading(found)
    bounds = {one.axis.name: one for one in best.conditions}
    assert set(bounds) == {"pack", "unserved"}
    assert 0.55 < bounds["pack"].low < 0.65 and bounds["pack"].high == np.inf
    assert bounds["unserved"].options == ("waits",)
    assert best.held.density > 0.85 and best.held.coverage > 0.8
    assert best.held.all_points == found.held == 134 and best.learnt.all_points == found.learnt == 266
    low, high = best.held.interval()
    assert low < best.held.density <= high
    first, second = sentences(found)
    assert f": {100 * best.held.density:.0f} of 100 on worlds held back (95 % interval " in first
    assert "More often it is true where " in first and "where the rule was made" in first
    assert "weight of loyalty in the centre's judgement (pack) is 0." in first and "(unserved) is waits" in first
    ahead, behind = found.beyond
    assert behind > 0.1 and f"0.5 percentage points or more, in {100 * ahead:.0f}, and worse in" in first
    assert "held back" in second


def test_held_back_points_are_others_and_noise_gives_no_box(tmp_path):
    def noisy(drawn, levers, outcome, scope, noise):
        return 0.5 + is_elected(levers) * 0.01 * noise[1] + 0.0 * drawn["pack"]

    (found,) = discover(planted(tmp_path / "s", MIXED, noisy), "effect < -0.005")
    for box in found.boxes:
        # what was fitted to luck is told for what it is
        assert box.learnt.density > box.held.density and box.held.interval()[0] < box.held.rate
    assert found.plane.r2 < 0.05 and not tells(found)


def test_differences_of_twins_are_split_first(tmp_path):
    (found,) = discover(planted(tmp_path / "s", MIXED, judges), "effect > 0")
    assert found.first.startswith("r_v - r_f is ")
    assert all(len(box.conditions) <= CONDITIONS for box in found.boxes)
    assert leading(found).conditions[0].axis.name == "r_v - r_f"
    names = list(found.plane.slopes["name"])
    assert names[0] == "r_v - r_f" and "r_v" not in names and "r_f" not in names


def test_what_would_have_to_be_true(tmp_path):
    sweep = planted(tmp_path / "s", TWINS, judges)
    found = discovered(drawn(sweep), *asked(sweep), "effect > 0", boxes=False)
    plane = found.plane
    assert plane.r2 > 0.9 and tells(found)
    assert plane.at_default == pytest.approx(-0.004, abs=0.001)
    span = TWINS[0].high - TWINS[0].low
    first = plane.departures.iloc[0]
    assert first["name"] == "r_v - r_f" and float(first["to"]) == pytest.approx(0.04, abs=0.01)
    assert first["share"] == pytest.approx(0.04 / span / 2.0, rel=0.2)
    assert list(plane.departures["share"]) == sorted(plane.departures["share"])
    # together each has less far to go
    joint = plane.together.set_index("name")
    assert 0.0 < float(joint["to"]["r_v - r_f"]) < float(first["to"])
    assert "candidates (r_v - r_f) from +0 to +0.0" in sentences(found)[1]
    assert re.search(r"is -0\.\d+ percentage points, less than the smallest that counts \(0\.5 p", sentences(found)[1])
    assert "sign" in would(found) and "sign" not in would(found, sign=False)
    assert "candidates (r_v - r_f) raises it" in would(found, sign=False)
    assert would(replace(found, plane=replace(plane, r2=0.05))) == (
        "A plane explains 5 of 100 parts of the effect on worlds held back: no simple rule tells how it hangs on "
        "anything.")  # fmt: skip


@pytest.mark.parametrize(("held", "rate", "said"), [
    (Counted(9, 5, 80, 300), 0.28, "it is 96 where it was made, but 56 of 100 on worlds held back (95 % interval"),
    (Counted(22, 20, 100, 133), 0.72, "Perhaps more often, though the interval reaches the share in all, it is true"),
    (Counted(60, 58, 80, 300), 0.28, "More often it is true where"),
])  # fmt: skip
def test_a_rule_is_called_one_only_where_worlds_held_back_bear_it_out(corner, held, rate, said):
    best = replace(leading(corner), held=held, learnt=Counted(24, 23, 80, 600))
    told = sentences(replace(corner, boxes=(best,), rate=rate))[0]
    assert said in told and ("No reliable rule" in told) == said.startswith("it is 96")


def test_the_same_again(sweep, corner):
    again = list(rows(discover(sim.open(sweep.path), "effect < -0.005")))
    assert again == list(rows([corner])) and again


def test_a_condition_may_be_on_levels_and_uncertainties(sweep, tmp_path):
    (found,) = discover(sweep, "effect < -0.005 and base < 0.6 and level > 0 and cool > 0")
    assert {one.axis.name for one in leading(found).conditions} >= {"pack"}
    (level, _) = discover(planted(tmp_path / "l", TWINS, judges, number=200), "level > 0.52", levels=True)
    assert leading(level).conditions[0].axis.name == "cool" and "default" not in sentences(level)[1]


@pytest.mark.parametrize(
    ("where", "said"),
    [("effect <", "--where: found 'effect <', which is no whole condition; allowed: a condition on effect, base"),
     ("effect > 0, base > 1", "found 'effect > 0, base > 1'; allowed: what is true or false"),
     (" ", "found ' '; allowed"),
     ("efect < 0", "--where: found 'efect'; allowed: .*did you mean 'effect'"), ("coool > 0", "did you mean 'cool'"),
     ("effect < )", r"found 'effect < \)': syntax error at or near "), ("(effect < 0", "which is no whole condition"),
     ("effect < 0) or (effect > 0", r"syntax error at or near \"\)"),
     ("effect + 1", "what is true or false"), ("effect < -1", "true at 0 of 400 points"),
     ("effect > -1", "true at 400 of 400 points")],
)  # fmt: skip
def test_conditions_that_are_refused(sweep, where, said):
    with pytest.raises(UserError, match=said):
        discover(sweep, where)


def test_without_the_extra_its_name_is_told(sweep, monkeypatch):
    known = builtins.__import__

    def lacking(name, *rest):
        if name.startswith("ema_workbench"):
            raise ImportError("none", name="ema_workbench")
        return known(name, *rest)

    for name in [name for name in sys.modules if name.startswith("ema_workbench")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(UserError, match=r"ema_workbench is not installed; allowed: pip install 'skloki\[discover\]'"):
        discover(sweep, "effect < -0.005")


def test_the_command(sweep, corner, tmp_path, skloki, monkeypatch):
    code, _, err = skloki("discover", str(sweep.path), "--where", "effect <")
    assert code == 2 and "--where" in err
    known = []
    monkeypatch.setattr("sim.inference.boxes.discover",
                        lambda of, where, **asked: known.append((of.path, where)) or [corner])  # fmt: skip
    command = "discover", str(sweep.path), "--where", "effect < -0.005"
    code, out, err = skloki(*command, "--picture", str(tmp_path / "box.png"))
    assert (code, err) == (0, "")
    assert out.startswith("effect < -0.005, for election instead of appointment on performance in the nation: true in ")
    assert "of 100 worlds over the ranges" in out
    assert "PRIM" in out and "CART" in out and "A plane through the effect: R2 ." in out
    assert (tmp_path / "box.png").exists()
    told = json.loads(skloki(*command, "--json")[1])
    assert told["answer"] == sentences(corner)
    assert told["boxes"][0]["method"] == "PRIM" and told["planes"][0]["slopes"]
    code, out, _ = skloki(*command, "--csv")
    assert known == [(sweep.path, "effect < -0.005")] * 3
    assert code == 0 and out.splitlines()[0].startswith("of,lever,option,baseline,outcome,scope,horizon,where,method")


def test_the_picture_shows_points_held_back(corner):
    scatter, _ = draw_discovery(corner).axes
    assert sum(len(line.get_xdata()) for line in scatter.lines if line.get_marker() == "o") == corner.held
