"""The page of a sweep: tables that can be read, what it hangs on, and a folder that holds all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.sweep import open_sweep
from sim.describe import page
from sim.errors import UserError
from sim.experiment.load import load_experiment, load_page, shipped_experiments
from sim.experiment.schema import Page
from sim.figures.pictures import PICTURES
from tests.brief import brief
from tests.made_sweep import choice, experiment, made

PICTURED = PICTURES["skloki-sweep"].pictures

CAPACITY = choice("capacity", "recorded", "1", "3", "6", "12", "unlimited")
POLICY = choice("policy", "appointment", "election")


def rows(text):
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line[:1] == "|"]


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    return open_sweep(made(tmp_path_factory.mktemp("sweep") / "sweep", of=experiment(), count=120, part_units=80))


@pytest.fixture
def few(tmp_path):
    """A sweep of few points, for what hangs on no number."""
    return open_sweep(made(tmp_path / "few", of=experiment(points=8), count=8))


def test_effects_are_kept_for_each_option_of_another_lever_and_over_all(tmp_path):
    sweep = open_sweep(made(tmp_path / "two", experiment(levers=(POLICY, CAPACITY), points=8, curves="none")))
    effects = page.effects_of(sweep)
    policy = effects[(effects["lever"] == "policy") & (effects["outcome"] == "misfit") & (effects["scope"] == "nation")]
    of = ["pooled", *(f"capacity = {name}" for name in ("recorded", "1", "3", "6", "12", "unlimited"))]
    assert policy["others"][policy["horizon"] == "after"].tolist() == of
    found = rows(page.table(sweep, effects))
    assert found[0][2:5] == ["other levers", "outcome", "nation [95 %]"] and found[0][-1] == "borderland"
    assert {len(row) for row in found} == {len(found[0])} and len(found) - 2 <= page.MOST
    # Each for the first outcome, pooled for all.
    assert {row[3] for row in found[2:] if row[2] != "pooled"} == {"performance"}
    assert {row[3] for row in found[2:] if row[2] == "pooled"} == set(sweep.experiment.outcomes)
    assert "effects.csv" in page.table(sweep, effects)


def test_one_lever_has_no_column_of_others_and_what_is_not_recorded_is_empty(tmp_path):
    sweep = open_sweep(made(tmp_path / "one", experiment(levers=(POLICY,), points=8, curves="none")))
    effects = page.effects_of(sweep)
    assert effects.equals(sweep.effects())
    found = rows(page.table(sweep, effects))
    assert "other levers" not in found[0] and [row[2] for row in found[2:]] == list(sweep.experiment.outcomes)
    assert found[-1][-1] == "" and found[2][-1].startswith("+")
    nation = effects[(effects["outcome"] == "misfit") & (effects["scope"] == "nation")].iloc[0]
    assert found[3][3].startswith(f"{nation['effect']:+.4f} [{nation['low']:+.4f}, ")


def test_the_table_of_what_it_hangs_on_leads_with_what_moves_the_effect(sweep):
    ratios = sweep.importance()
    text = page.hangs_on(sweep, "election", ratios, sweep.thirds())
    names = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert set(names[:2]) == {"r_f", "skill"} and len(names) == len(set(names))
    assert "policy: election against appointment" in text
    ratios.loc[ratios["uncertainty"] == "order", "size"] = 1.0
    text = page.hangs_on(sweep, "election", ratios, sweep.thirds())
    assert re.search(r"\| `order` \| .* \| need: 0\.\d\d, random: 0\.\d\d, rank: 0\.\d\d \|", text)
    assert "| favoured in its low, middle, high third |" in text


def test_a_page_holds_what_its_file_asks_for_and_keeps_the_words(sweep, few, tmp_path):
    asked = Page.model_validate({
        "pictures": [{"kind": "effects", "lever": "policy"}], "where": {"files far off": "r_f > 0.8"}, "apart": True,
        "queries": {"How many runs.": "SELECT count(*) AS number, 0.5::DOUBLE AS half FROM runs"},
    })  # fmt: skip
    folder = tmp_path / "results" / "made"
    readme = page.write(sweep, asked, folder)
    text = readme.read_text()
    assert all(f"<!-- generated: {mark} -->" in text for mark in page.MARKS)
    assert "| files far off: `r_f > 0.8` |" in text and "| 960 | 0.500 |\n\nHow many runs." in text
    drawn = sweep.pairs.first(sweep.pairs.drawn("r_f"))
    subsets = pd.read_csv(folder / "subsets.csv")
    assert set(subsets.loc[subsets["points_where"] == "files far off", "points"]) == {int((drawn > 0.8).sum())}
    assert {path.name for path in folder.iterdir()} == {
        "README.md", "manifest.json", "effects.csv", "influence.csv", "thirds.csv", "subsets.csv", "apart.csv",
        "effects-policy.png",
    }  # fmt: skip
    assert json.loads((folder / "manifest.json").read_text())["done"]["runs"] == 960
    assert "<!-- generated: course -->\n\n<!-- end -->" in text, "there are no single years"
    readme.write_text(text.replace("<!-- generated: where -->", "Words.\n\n<!-- generated: where -->"))
    again = page.write(few, Page(option="election"), folder).read_text()
    assert "Words.\n\n<!-- generated: where -->" in again and "files far off" not in again


@pytest.mark.parametrize("asked", brief(
    [{"where": {"x": "r_g > 1"}}, {"pictures": [{"kind": "effect"}]}, {"option": "no"}], {"option": "no"},
))  # fmt: skip
def test_what_a_page_cannot_have_is_refused(few, asked, tmp_path):
    with pytest.raises(UserError):
        page.write(few, Page.model_validate(asked), tmp_path / "page")


def test_a_sweep_that_is_not_finished_has_no_page(few, tmp_path):
    few.manifest["plan"]["blocks"][0]["points"][1] = 16
    with pytest.raises(UserError, match="a finished sweep: "):
        page.write(few, Page(), tmp_path / "page")
    assert not (tmp_path / "page").exists()


@pytest.mark.parametrize(("given", "said"), [
    ([], "name"), (["decembr-1923"], "december-1923"), (["december-1923", "nowhere"], "no such folder"),
])  # fmt: skip
def test_a_wrong_request_is_told_and_nothing_written(given, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        page.main(given)
    assert ended.value.code == 2 and said in capsys.readouterr().err and not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", shipped_experiments())
def test_a_shipped_experiment_asks_its_page_for_what_there_is(name):
    asked, of = load_page(name), load_experiment(name)
    known = {"kind", "lever", "option", "outcome", "scope", "horizon", "x", "y"}
    shown = Path(__file__).parents[2] / "results" / name / "thirds.csv"
    assert bool(asked.pictures) == shown.exists(), "experiments with a page of another kind ask for none"
    assert all(picture["kind"] in PICTURED and set(picture) <= known for picture in asked.pictures)
    named = {factor.name for factor in (*of.levers, *of.uncertainties)} | set(of.outcomes) | set(of.horizons)
    options = {str(option.value) for lever in of.levers for option in lever.options}
    assert {picture["option"] for picture in asked.pictures if "option" in picture} <= options
    others = ("kind", "scope", "option")
    values = {value for picture in asked.pictures for key, value in picture.items() if key not in others}
    assert values <= named
