"""A comparison in sentences: what they say of every kind of answer."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

import sim.memory.live
from sim.analysis import sentences as words
from sim.analysis import wording
from sim.analysis.sentences import Finding, answer, beyond, finding, sentences, verdict
from sim.experiment.smallest_effect import Smallest
from sim.registry.entries import CLASSES, Outcome
from sim.registry.outcomes import SHOWN
from sim.runner.compare import compare
from tests.fakes import fake, world
from tests.golden import STORED

SPAN = "1923-12:1926-11"


def row(effect: float, half: float, reading: str, **other: Any) -> dict[str, Any]:
    known = {"pairs": 200, "effect": effect, "low": effect - half, "high": effect + half, "reading": reading}
    return known | {"smallest": 0.005, "superiority": 0.235} | other


def found(nation: dict[str, Any], outcome: str = "performance", **other: Any) -> Finding:
    classes = other.pop("classes", {})
    return Finding("appointment", "election", outcome, SPAN, {"nation": nation, **classes}, **other)


@pytest.mark.parametrize(
    ("nation", "said"),
    [
        (row(-0.012, 0.002, "below"),
         "Election left the nation's performance 0.0120 lower than appointment in 1923-12 to 1926-11 (95 % interval "
         "0.0100 to 0.0140): a difference worth naming, for the worse."),
        (row(0.0123, 0.003, "above"),
         "Election left the nation's performance 0.012 higher than appointment in 1923-12 to 1926-11 (95 % interval "
         "0.009 to 0.015): a difference worth naming, for the better."),
        (row(-0.001, 0.003, "within"),
         "Election made no difference of interest to the nation's performance in 1923-12 to 1926-11: 0.001 lower than "
         "appointment (95 % interval -0.004 to +0.002), where 0.005 would be worth naming."),
        (row(0.006, 0.003, "undecided"),
         "Election left the nation's performance 0.006 higher than appointment in 1923-12 to 1926-11 (95 % interval "
         "0.003 to 0.009): whether that is a difference worth naming, 0.005 or more, is undecided."),
        (row(-0.003, 0.008, "undecided"),
         "Whether election left the nation's performance higher or lower than appointment in 1923-12 to 1926-11 is "
         "undecided: 0.003 lower than appointment (95 % interval -0.011 to +0.005)."),
        (row(0.0, 0.0, "within"),
         "Election made no difference of interest to the nation's performance in 1923-12 to 1926-11: the same as under "
         "appointment (alike in all 200 pairs), where 0.005 would be worth naming."),
        (row(0.25, 0.0, "undecided", pairs=8),
         "Election left the nation's performance 0.25 higher than appointment in 1923-12 to 1926-11 (alike in all 8 "
         "pairs): undecided, since 8 pairs are too few to have seen what is rare."),
    ],
)  # fmt: skip
def test_over_chance_the_interval_answers(nation, said):
    first, second = sentences(found(nation))
    assert first == said
    assert second.startswith("Over chance alone, at one value of each parameter: ") and "--draws 200" in second


def test_how_often_it_did_better():
    def often(share: float, outcome: str = "performance") -> str:
        _, second = sentences(found(row(0.1, 0.01, "above", superiority=share), outcome))
        return re.search("parameter: (.*);", second)[1]

    assert often(0.235) == "election did better in 24 of 100 pairs"
    assert often(1.0) == "election did better in all 200 pairs"
    assert often(0.0, "members") == "election was higher in none of 200 pairs"
    assert often(0.0001) == "election did better in fewer than 1 of 100 pairs"
    same = sentences(found(row(0.0, 0.0, "within", superiority=0.5)))[1]
    assert "no difference in any of 200 pairs" in same


def test_few_pairs_and_draws_are_counted_and_not_told_of_a_hundred():
    def often(share: float, pairs: int, **other: Any) -> str:
        return " ".join(sentences(found(row(0.1, 0.01, "above", superiority=share, pairs=pairs), **other)))

    assert "election did better in 1 of 2 pairs;" in often(0.5, 2)
    assert "election did better in 1.5 of 2 pairs, a tie counted half;" in often(0.75, 2)
    assert "election did better in 28 of 29 pairs;" in often(28 / 29, 29)
    assert "election did better in 97 of 100 pairs;" in often(29 / 30, 30)
    few = often(2 / 3, 3, drawn=3, beyond={"nation": (1 / 3, 0.0)})
    assert "by more than 0.005 in 1 of 3 draws and worse by as much in 0;" in few
    assert "election did better in 2 of 3 draws;" in few
    more = often(0.6, 5, outcome="members", drawn=3, beyond={"nation": (0.6, 0.4)})
    assert "by more than 0.005 in 3 of 5 draws and lower by as much in 2;" in more


def test_less_can_be_better_and_neither_too():
    more = row(0.05, 0.003, "above")
    worse, neither, unit = (sentences(found(more, name))[0] for name in ("conflict", "appointed", "recovery_months"))
    assert "0.050 higher" in worse and worse.endswith("for the worse.")
    assert "the nation's share of posts that are appointed 0.050 higher" in neither
    assert neither.endswith("worth naming.")
    assert "0.050 months higher" in unit


@pytest.mark.parametrize(("name", "whose"), [
    ("ministry", "the ministry's performance"), ("the ministry", "the ministry's performance"),
    ("The Commissariat", "The Commissariat's performance"), ("a firm", "a firm's performance"),
])  # fmt: skip
def test_a_name_has_one_article(name: str, whose: str):
    assert found(row(0.1, 0.01, "above"), names={"nation": name}).what == whose


@pytest.mark.parametrize(
    ("readings", "said"),
    [
        (["above", "below", "below", "below"], "; signs differ: higher in the capitals, lower in the provinces."),
        (["within", "below", "below", "undecided"],
         "; no different in the capitals, lower in industrial provinces and agrarian provinces, undecided in the "
         "borderland."),
        (["below"] * 4, "; alike in the capitals and the provinces."),
        (["undecided"] * 4, "for the worse."),
    ],
)  # fmt: skip
def test_classes_that_disagree_are_told(readings, said):
    classes = {scope: row(0.0, 0.1, reading) for scope, reading in zip(CLASSES, readings, strict=True)}
    assert sentences(found(row(-0.012, 0.002, "below"), classes=classes))[0].endswith(said)


def test_over_draws_their_shares_answer():
    shares = {"nation": (0.4, 0.18), "capital": (0.85, 0.0)} | dict.fromkeys(CLASSES[1:], (0.1, 0.9))
    classes = {scope: row(0.1, 0.01, "above", superiority=0.5) for scope in CLASSES}
    nation = row(0.0039, 0.0017, "undecided", superiority=0.62)
    first, second = sentences(found(nation, beyond=shares, classes=classes, drawn=100))
    assert first == (
        "The model gives no answer, but leans towards election: by the nation's performance in 1923-12 to 1926-11 "
        "election does better than appointment by more than 0.005 in 40 of 100 draws and worse by as much in 18; on "
        "the mean 0.0039 higher than appointment (95 % interval 0.0022 to 0.0056); signs differ: better in the "
        "capitals, worse in the provinces."
    )
    assert second.startswith("Over chance and 100 of ") and "election did better in 62 of 100 draws" in second
    assert "--draws" not in second and "not probabilities" in second
    clear = sentences(found(row(0.1, 0.01, "above"), "members", beyond={"nation": (0.9, 0.0)}, drawn=3))[0]
    assert clear.startswith("Election would have raised the nation's members in 1923-12 to 1926-11: it is higher than")


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ([(0.8, 0.1, 0.9)], "better"), ([(0.1, 0.8, 0.1)], "worse"), ([(0.1, 0.1, 0.9)], "same"),
        ([(0.5, 0.1, 0.6)], "leans towards"), ([(0.1, 0.5, 0.4)], "leans against"), ([(0.3, 0.3, 0.5)], "open"),
        ([(0.9, 0.0, 0.95), (0.5, 0.2, 0.7)], "leans towards"), ([(0.9, 0.0, 0.95), (0.0, 0.9, 0.05)], "open"),
    ],
)  # fmt: skip
def test_a_verdict_says_no_more_of_scopes_together_than_of_each(shares, said):
    assert verdict(shares) == said


def test_where_there_is_no_answer_there_is_none():
    (same,) = sentences(found(row(0.0, 0.0, "within"), same=True))
    assert same == "Election and appointment have the same inputs until 1926-11: that they agree is no finding."
    (undefined,) = sentences(found(row(math.nan, math.nan, "undecided"), "conflict_after_election"))
    assert undefined.startswith("There is no answer: the nation's conflict after election is not defined")
    (one,) = sentences(found(row(0.1, math.nan, "undecided", pairs=1)))
    assert one == ("There is no answer yet: one pair of runs has no interval. In it the nation's performance in "
                   "1923-12 to 1926-11 is 0.10 higher than under appointment.")  # fmt: skip
    (one,) = sentences(found(row(6.9, math.nan, "undecided", pairs=1), "tenure_appointed", ran=3))
    assert one == ("There is no answer yet: the nation's tenure appointed in 1923-12 to 1926-11 is defined in one of 3 "
                   "pairs, and one has no interval. In it it is 6.9 months higher than under appointment.")  # fmt: skip


def test_a_stored_comparison_is_answered_from_its_tables(tmp_path):
    result = compare(world(), world("b", "election"), world("c", "share"), draws=40, out=tmp_path / "c", engine=fake())
    known = finding(result, "b", "conflict")
    pairs = result.pairs()
    pairs = pairs[(pairs["horizon"] == result.horizons[0]) & (pairs["scope"] == "capital")]
    wide = pairs.pivot(index="replicate", columns="world", values="conflict")
    less = wide["base"] - wide["b"]
    smallest = known.effects["capital"]["smallest"]
    assert known.beyond["capital"] == ((less > smallest).mean(), (less < -smallest).mean())
    assert known.drawn == len(result.draws.factors) and not known.same
    assert answer(result) == [said for name in "bc" for said in sentences(finding(result, name))]


def test_runs_in_memory_are_answered_like_a_folder(tmp_path):
    worlds = [world(), world("b", "election")]
    stored = compare(*worlds, replicates=40, out=tmp_path / "c", engine=fake())
    made = sim.memory.live.pair(*worlds, pairs=40, engine=fake()).all()
    for outcome in ("performance", "conflict", "opposition_nation"):
        assert sentences(words.sampled(made, Smallest(), outcome)) == sentences(finding(stored, "b", outcome))


@pytest.mark.parametrize("name", ["comparison", "comparison-2"])
def test_comparisons_of_earlier_versions_are_answered(name):
    result = sim.open(STORED / name)
    assert len(answer(result)) == 2 and finding(result, result.worlds[1]).ran == 8


def test_what_an_answer_is_about_and_what_worlds_are_called():
    assert words.main_outcome({"precision": None, "shown": list(SHOWN)}) == "performance"
    assert words.main_outcome({"precision": None, "shown": ["misfit", "performance"]}) == "misfit"
    assert words.main_outcome({"precision": {"outcome": "recovery"}, "shown": list(SHOWN)}) == "recovery"
    assert words.called({"name": "election", "title": "Election everywhere"}) == "election"
    assert [words.called({"name": name, "title": "Mine"}) for name in ("dict", "dict-2")] == ['"Mine"'] * 2


def test_small_words():
    assert list(map(wording.hundred, (0.999, 0.0, 1.0, 0.5))) == ["more than 99", "0", "100", "50"]
    assert beyond([0.1, -0.2, math.nan, 0.0], 0.05) == (1 / 3, 1 / 3)
    three = ["borderland", "capital", "industrial"]
    assert words.places(three) == "the capitals, industrial provinces and the borderland"
    assert words.places(CLASSES) == "the capitals and the provinces"


@pytest.mark.parametrize(("value", "unit", "said"), [
    (0.0118, "share of committees", "1.2 of 100 committees"), (0.02, "share of vacancies", "2 of 100 vacancies"),
    (0.005, "share", "0.5 percentage points"), (-0.01, "share", "-1 percentage point"), (1.0, "months", "1 month"),
    (1.0, "share", "100 percentage points"), (3.27, "months", "3.3 months"), (0.04, "months", "0 months"),
    (1234.0, "persons", "1,234 persons"), (0.29, "", "0.29"), (0.0, "ratio", "0 ratio"),
    (0.452, "share of members", "45 of 100 members"),
])  # fmt: skip
def test_an_amount_is_said_in_its_unit(value: float, unit: str, said: str) -> None:
    assert wording.amount(value, unit) == said


def test_an_effect_has_its_sign() -> None:
    assert wording.amount(0.0118, "share of committees", "+") == "+1.2 of 100 committees"
    assert wording.amount(-2.0, "months", "+") == "-2 months" and wording.in_unit(0.0, "months", "+") == "0"


@pytest.mark.parametrize(("texts", "found"), [
    (["the same from 1921 on", "the same from 1922 on"], (3, 1)), (["one", "other"], None), ([], None),
    (["the same on and on and on", "the same on and on"], None), (["performance there", "skloki over all years"], None),
    (["a b c d", "a b c d"], None), (["mean of all in 1921", "mean of all in late 1922"], (4, 0)),
])  # fmt: skip
def test_texts_that_differ_in_a_word_are_alike(texts: list[str], found: tuple[int, int] | None) -> None:
    assert wording.alike(texts) == found


def test_an_outcome_that_is_not_registered_has_gains_too() -> None:
    assert words.gains(Outcome("votes", "share", "a claim's own number"), [1.0, -2.0]).tolist() == [1.0, -2.0]
    assert words.gains(Outcome("quarrels", "share", "", better="lower"), [1.0]).tolist() == [-1.0]
    assert words.gains("paralysed", [1.0]).tolist() == [-1.0]
