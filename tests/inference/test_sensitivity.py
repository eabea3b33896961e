"""What an effect hangs on: known where it was planted, and refused where a sweep cannot tell."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import sim
from sim.describe.inference import hangs_on
from sim.errors import UserError
from sim.experiment.experiment import Factor, Given
from sim.figures.inference import draw_sensitivity
from sim.inference.sensitivity import beside, heads, sensitivity, settled, table, untold
from sim.inference.terms import terms, twins
from tests.inference.planted import MIXED, TWINS, is_elected, judges, planted

ISHIGAMI = tuple(Factor(name, low=-np.pi, high=np.pi) for name in ("one", "two", "three"))
ALONE, TOTAL = {"one": 0.3139, "two": 0.4424, "three": 0.0}, {"one": 0.5576, "two": 0.4424, "three": 0.2437}
G = dict(zip("abcd", (0.0, 1.0, 4.5, 9.0), strict=True))


def ishigami(drawn, levers, outcome, scope, noise):
    return np.sin(drawn["one"]) + 7.0 * np.sin(drawn["two"]) ** 2 + 0.1 * drawn["three"] ** 4 * np.sin(drawn["one"])


def sobol_g(drawn, levers, outcome, scope, noise):
    return np.prod([(np.abs(4.0 * drawn[name] - 2.0) + a) / (1.0 + a) for name, a in G.items()], axis=0)


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("judged") / "s", MIXED, judges)


@pytest.fixture(scope="module")
def finding(judged):
    (found,) = sensitivity(judged)
    return found


def rows(finding):
    return {row.name: row for row in reversed(list(finding.rows.itertuples()))}


def test_ishigami_directly(tmp_path):
    (found,) = sensitivity(planted(tmp_path / "s", ISHIGAMI, ishigami, kind="saltelli", number=1024, levers=()))
    assert found.method == "saltelli" and not found.refused
    of = rows(found)
    for name in ALONE:
        assert of[name].alone == pytest.approx(ALONE[name], abs=0.04)
        assert of[name].total == pytest.approx(TOTAL[name], abs=0.04)
        assert of[name].alone_low - 0.02 <= ALONE[name] <= of[name].alone_high + 0.02
        assert 0.0 < of[name].alone_high - of[name].alone_low < 0.25
    assert of["what several do together, and chance"].alone == pytest.approx(0.2437, abs=0.05)


def test_ishigami_is_no_quadratic_and_is_refused(tmp_path):
    (found,) = sensitivity(planted(tmp_path / "s", ISHIGAMI, ishigami, number=600, levers=(), replicates=2))
    assert found.refused.startswith("an emulator explains ") and "saltelli" in found.hint
    assert not len(found.rows) and not len(table([found]))


@pytest.mark.exhaustive
def test_sobol_g_by_an_emulator_and_directly(tmp_path):
    factors = tuple(Factor(name) for name in G)
    parts = {name: 1.0 / (3.0 * (1.0 + a) ** 2) for name, a in G.items()}
    whole = np.prod([1.0 + part for part in parts.values()]) - 1.0
    for kind, number, error in (("sobol", 1024, 0.08), ("saltelli", 1024, 0.05)):
        (found,) = sensitivity(planted(tmp_path / kind, factors, sobol_g, kind=kind, number=number, levers=()))
        of = rows(found)
        for name, part in parts.items():
            assert of[name].alone == pytest.approx(part / whole, abs=error), (kind, name)


def test_the_difference_of_twins_comes_first(judged):
    (one,) = sensitivity(judged, scope="nation")
    assert list(one.leading()["name"][:2]) == ["r_v - r_f", "ign - paro"]
    of = rows(one)
    assert of["r_v - r_f"].alone == pytest.approx(of["r_v and r_f"].alone, abs=0.03) and of["r_v - r_f"].alone > 0.7
    assert of["all documented parameters"].alone < 0.02
    assert one.sentence.startswith("Of the effect of election instead of appointment on performance in the nation none "
                                   "could be traced to documented numbers: ")  # fmt: skip
    assert ("Most goes with voters' judgement of candidates less the files' judgement of candidates (r_v - r_f): "
            in one.sentence and "of 100 parts of its variance over the ranges (95 % interval " in one.sentence)
    # ten to one by what goes with it, and by how far it reaches
    spans = {factor.name: factor.high - factor.low for factor in TWINS}
    assert of["r_v - r_f"].slope == pytest.approx(0.2 * spans["r_v"], rel=0.1)


def row(name, alone, low, high):
    return SimpleNamespace(name=name, alone=alone, alone_low=low, alone_high=high)


@pytest.mark.parametrize(("rows", "said"), [
    ([row("a", 0.18, 0.14, 0.22), row("b", 0.09, 0.05, 0.13), row("c", 0.08, 0.02, 0.15)],
     "Only the first is clearly ahead: the intervals of the others overlap"),
    ([row("a", 0.3, 0.25, 0.35), row("b", 0.09, 0.07, 0.11), row("c", 0.04, 0.03, 0.05)], "the order is settled"),
    ([row("a", 0.1, 0.05, 0.15), row("b", 0.09, 0.05, 0.13)], "which of them comes first is not settled"),
    ([row("a", 0.1, 0.05, 0.15)], ""), ([row("a", 0.1, np.nan, np.nan), row("b", 0.1, np.nan, np.nan)], ""),
])  # fmt: skip
def test_an_order_is_settled_where_intervals_lie_apart(rows, said):
    assert said in settled(rows) and bool(said) == bool(settled(rows))


def test_what_cannot_be_told_is_said_once_for_all_places_and_the_hint_is_the_command_s(tmp_path):
    def noisy(drawn, levers, outcome, scope, noise):
        return 0.5 + is_elected(levers) * 0.01 * noise[1] + 0.0 * drawn["pack"]

    found = sensitivity(planted(tmp_path / "s", MIXED, noisy))
    assert all(one.refused and one.hint.startswith("give replicates") and one.hint in one.sentence for one in found)
    (once,) = untold(found)
    assert once.startswith("Nowhere can be told on what it hangs: too little") and "give" not in once
    assert all(place in once for place in ("the nation", "the capitals", "the borderland")) or len(found) == 1


def test_shares_come_to_one_and_chance_is_a_row(tmp_path):
    (found,) = sensitivity(planted(tmp_path / "s", MIXED, judges, replicates=3))
    of = found.rows
    single = of["kind"].isin(["parameter", "variant", "mechanism"])
    rest = of["kind"].isin(["together", "chance", "unseen"])
    assert of["alone"][single | rest].sum() == pytest.approx(1.0, abs=0.03)
    chance = rows(found)["chance"].alone
    means = found.asked.values
    assert 0.0 < chance == pytest.approx(0.003**2 / 3 / means.var(), rel=0.4)


def test_an_effect_that_is_chance_is_refused_with_the_reason(tmp_path):
    def noisy(drawn, levers, outcome, scope, noise):
        voters = (drawn["r_v"] - TWINS[0].low) / (TWINS[0].high - TWINS[0].low)
        return 0.5 + is_elected(levers) * (0.035 * voters + 0.03 * noise[1])  # .01 and .03 by their spread

    (found,) = sensitivity(planted(tmp_path / "s", TWINS, noisy, number=200, replicates=2))
    assert re.search(r"chance makes (8[5-9]|9\d) of 100 parts of this difference", found.refused)
    assert "give more (run.replicates; " in found.hint and "would leave .25" in found.hint
    assert found.sentence.endswith(f": {found.refused}: {found.hint}.") and "give" not in untold([found])[0]
    (alone,) = sensitivity(planted(tmp_path / "t", TWINS, noisy, number=200))
    assert "one replicate cannot say" in alone.refused
    with pytest.raises(UserError, match="chance makes [89]"):
        draw_sensitivity([[found]])


def test_what_switches_and_readings_do(tmp_path):
    def switched(drawn, levers, outcome, scope, noise):
        packed = np.where(drawn["packing"], drawn["pack"], 0.0)
        return 0.5 + is_elected(levers) * (0.1 * packed + 0.02 * (drawn["unserved"] == "lapses") + 0.001 * noise[1])

    (found,) = sensitivity(planted(tmp_path / "s", MIXED, switched))
    of = rows(found)
    assert (of["packing"].kind, of["unserved"].kind, of["pack"].kind) == ("mechanism", "variant", "parameter")
    assert of["unserved"].slope == pytest.approx(0.02, rel=0.15)
    together = [row for row in found.rows.itertuples() if row.kind == "acts in" and row.name == "packing"][0]
    assert together.alone > of["packing"].alone + of["pack"].alone
    assert of["pack"].total > of["pack"].alone + 0.05
    assert of["all readings (variants)"].alone == pytest.approx(of["unserved"].alone, abs=0.02)


def test_a_screening_by_morris(tmp_path):
    def straight(drawn, levers, outcome, scope, noise):
        return 0.2 * drawn["a"] + 0.1 * drawn["b"] + 0.05 * (drawn["rule"] == "y") + 0.0 * drawn["d"]

    from tests.made_sweep import choice

    factors = (Factor("a", low=0.0, high=2.0), Factor("b"), choice("rule", "x", "y"), Factor("d"))
    (found,) = sensitivity(planted(tmp_path / "s", factors, straight, kind="morris", number=12, levers=()))
    of = rows(found)
    assert found.method == "morris" and "no shares" in found.sentence
    assert [of[name].alone for name in ("a", "b", "rule", "d")] == pytest.approx([0.4, 0.1, 0.05, 0.0], abs=1e-9)
    assert of["a"].slope == pytest.approx(0.4) and of["a"].total == pytest.approx(0.0, abs=1e-9)


def test_prior_and_ensemble_side_by_side(finding, tmp_path):
    given = Given("record", "the record", "0" * 16, "0" * 16)
    drawn = planted(tmp_path / "drawn", MIXED, judges, kind="ensemble", given=given)
    one, (other,) = finding, sensitivity(drawn)
    assert (one.population, other.population) == ("prior", "record")
    assert "calibrated on the record" in other.sentence
    # draws of an ensemble that are those of the ranges: two ways to the same shares
    for name in ("r_v - r_f", "ign and paro", "cool", "all free parameters"):
        assert rows(other)[name].alone == pytest.approx(rows(one)[name].alone, abs=0.06), name
    both = table([one, other])
    assert set(both["population"]) == {"prior", "record"} and len(both) == len(one.rows) + len(other.rows)
    figure = draw_sensitivity([[one], [other]])
    assert {"over the ranges", "calibrated"} <= {text.get_text() for text in figure.legends[0].get_texts()}


def test_two_sweeps_of_one_population_are_told_apart_by_their_names(finding, tmp_path, skloki, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")  # a narrow terminal breaks heads
    places = [tmp_path / "one", tmp_path / "other", tmp_path / "again" / "one"]
    one, other, again = ([replace(finding, sweep=place)] for place in places)
    for place in places[:2]:
        planted(place, MIXED, judges)
    assert heads([one[0], other[0]]) == ["one", "other"] and heads(one) == ["prior"]
    assert heads([one[0], again[0]]) == [str(places[0]), str(places[2])]
    code, out, _ = skloki("sensitivity", str(places[0]), str(places[1]))
    assert code == 0 and "one: alone" in " ".join(out.split()) and "prior: " not in out
    named = {text.get_text() for text in draw_sensitivity([one, other]).legends[0].get_texts()}
    assert {"one", "other"} <= named and "prior" not in named
    assert set(table([one[0], other[0]])["sweep"]) == {"one", "other"}


def test_what_stands_side_by_side_is_of_the_same(finding):
    found = [replace(finding, asked=replace(finding.asked, horizon=name)) for name in ("early", "late", "last")]
    for one, other in beside([found, found[::-1][:-1]]):
        assert one is other
    assert len(beside([found, found[1:]])) == len(found) - 1
    elsewhere = [replace(one, asked=replace(one.asked, horizon="never")) for one in found]
    with pytest.raises(UserError, match="two sweeps in which the same is asked"):
        beside([found, elsewhere])
    with pytest.raises(UserError, match="the same is asked"):
        draw_sensitivity([found, elsewhere])


def test_the_page_of_what_it_hangs_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("hangs-on", "hangs-on-record"):
        sweep = planted(tmp_path / "results" / "sweeps" / name, MIXED, judges)
    row = {"option": "election", "outcome": "performance", "unit": "share", "smallest": 0.005}
    stored = SimpleNamespace(path=tmp_path / "record", effects=lambda: pd.DataFrame([row]),
                             ensemble=SimpleNamespace(name="record"),
                             manifest={"experiment": sweep.experiment.record()})  # fmt: skip
    text = hangs_on(stored, tmp_path / "page").read_text()
    assert "judgement of candidates (r_v - r_f) | inferred |" in text and (tmp_path / "page" / "shares.png").is_file()
    assert text.startswith("# What the effect hangs on") and "give replicates" not in text
    assert "*performance*: result of the guberniia's administration (counts from 0.5 percentage points" in text
    assert "../calibration/record/README.md" in text and "never probabilities of the past" in text


def test_levels_too(tmp_path):
    found = sensitivity(planted(tmp_path / "s", TWINS, judges), levels=True)
    assert [one.asked.option for one in found] == ["appointment", "election"]
    assert found[0].leading()["name"][0] == "cool" and rows(found[0])["cool"].alone > 0.9
    assert found[1].leading()["name"][0] == "r_v - r_f"
    assert "performance in the nation under election" in found[1].sentence


def test_the_same_bytes_again(judged, finding):
    assert table(sensitivity(sim.open(judged.path))).to_csv() == table([finding]).to_csv()


def test_what_cannot_be_asked(tmp_path):
    sweep = planted(tmp_path / "s", TWINS, judges)
    with pytest.raises(UserError, match="did you mean 'performance'"):
        sensitivity(sweep, outcome="performence")
    with pytest.raises(UserError, match="appointment.*the baseline itself"):
        sensitivity(sweep, option="appointment")
    with pytest.raises(UserError, match="found 30 points; allowed: 100 or more"):
        sensitivity(planted(tmp_path / "few", TWINS, judges, number=30))
    grid = planted(tmp_path / "grid", TWINS[:2], lambda drawn, *_: drawn["r_v"], kind="grid", number=0)
    with pytest.raises(UserError, match="whose points are chosen; allowed: latin-hypercube, sobol, saltelli"):
        sensitivity(grid)


def test_an_effect_that_is_the_same_everywhere(tmp_path):
    (found,) = sensitivity(planted(tmp_path / "s", TWINS, lambda drawn, *_: 0.5 + 0.0 * drawn["r_v"]))
    assert found.refused == "it is the same at all points"


def test_twins_have_the_same_ranges():
    assert [(TWINS[a].name, TWINS[b].name) for a, b in twins(TWINS)] == [("r_v", "r_f"), ("ign", "paro")]
    narrow = (replace(TWINS[0], high=TWINS[0].high - 0.01), *TWINS[1:])
    assert [term.name for term in terms(narrow) if term.kind == "difference"] == ["ign - paro"]


def test_the_command(judged, finding, tmp_path, skloki, monkeypatch):
    path = str(judged.path)
    code, out, err = skloki("sensitivity", path, "--picture", str(tmp_path / "drawn.svg"))
    assert (code, err) == (0, "")
    assert out.startswith("Of the effect of election") and "r_v - r_f" in out and "all free parameters" in out
    assert (tmp_path / "drawn.svg").exists() and not (tmp_path / "drawn.png").exists()
    told = json.loads(skloki("sensitivity", path, "--json")[1])
    assert told["answer"] == [finding.sentence]
    assert told["findings"][0]["rows"][0]["name"] == "r_v"
    code, _, err = skloki("sensitivity", path, "--outcome", "nothing")
    assert code == 2 and "outcome" in err
    monkeypatch.setattr("sim.inference.sensitivity.sensitivity", lambda of, **asked: [finding])
    code, out, _ = skloki("sensitivity", path, "--csv")
    assert code == 0 and out.startswith("population,of,lever,option,baseline,outcome,scope,horizon,method,points,r2,")
    code, _, err = skloki("sensitivity", path, "--picture", str(tmp_path / "drawn.pdf"))
    assert code == 2 and ".png or .svg" in err


def test_a_sweep_published_without_its_runs_is_told_so_at_every_door(skloki):
    folder = Path(__file__).parents[2] / "results" / "december-1923"
    for words in (["sensitivity", folder], ["discover", folder, "--where", "effect < 0"], ["plot", folder]):
        code, _, err = skloki(*words)
        assert code == 2 and "found a sweep published without its runs; allowed: one with them: skloki sweep" in err
        assert f"december-1923 makes them, in {Path('results/sweeps/december-1923')}" in err
    sweep = sim.open(folder)
    code, out, _ = skloki("status", folder)
    assert code == 0 and "published without its runs; skloki sweep december-1923 makes them" in " ".join(out.split())
    for ask in (sweep.effects, sweep.thirds, sweep.importance, sweep.runs, lambda: sweep.effects(where="pack < 0.1")):
        with pytest.raises(UserError, match="found a sweep published without its runs"):
            ask()
