"""The command trace: what it prints, what it stores, how it refuses."""

from __future__ import annotations

import json

import pytest

A = """
title = "Plain"
[period]
end = "1922-06"
[tree]
kind = "synthetic"
guberniias = 4
uezds_each = 1
"""
B = """
extends = "a.toml"
title = "Election from the second year on"
[policy.changes.x]
date = "1922-01"
rule = "election"
"""


@pytest.fixture
def worlds(here):
    (here / "a.toml").write_text(A)
    (here / "b.toml").write_text(B)
    return here


@pytest.fixture
def skloki(skloki):
    """Carry out this command with the reference engine: skloki("a.toml", "b.toml") -> (code, output, errors)."""
    return lambda *arguments, engine="reference": skloki("trace", *arguments, "--engine", engine)


def test_it_tells_where_the_worlds_part(worlds, skloki, no_figures):
    code, out, err = skloki("a.toml", "b.toml", "--seed", 3, "--out", "t")
    assert code == 0 and not err
    assert "A: Plain\nB: Election from the second year on\nseed 3, replicate 0, 1921-01 to 1922-06" in out
    assert "Until 1921-12 every event and every recorded number is the same." in out
    record = json.loads((worlds / "t" / "manifest.json").read_text())
    first = record["first"]["event"]
    for word in (first["month"], first["committee"], *first["persons"], "The cascade", "by rules, not proven"):
        assert word in out
    assert record["first"]["inputs"] == "1922-01" and first["month"] >= "1922-01"
    assert "1 figure files in" in out and out.splitlines()[-1] == str(worlds / "t")
    assert sorted(path.name for path in (worlds / "t").iterdir()) == [
        "cascade.csv", "figures", "manifest.json", "monthly.csv",
    ]  # fmt: skip


def test_json_is_one_document(worlds, skloki, no_figures):
    code, out, err = skloki("a.toml", "b.toml", "--json", "--replicate", 1, "--set", "g_y=0.4")
    document = json.loads(out)
    assert code == 0 and not err
    assert len(document["warnings"]) == 1 and "plausible" in document["warnings"][0]
    assert (document["a"]["name"], document["b"]["title"]) == ("a", "Election from the second year on")
    assert document["replicate"] == 1 and not document["same"]
    assert document["inputs"][0]["what"] == "who claims posts" and document["inputs"][0]["month"] == "1922-01"
    parted = [row for row in document["cascade"] if "month" in row]
    assert parted[0]["committee"] == document["first"]["event"]["committee"]
    assert len(document["cascade"]) == 8 and len(document["nation"]) == 18
    assert document["nation"][-1]["parted"] == len(parted)
    assert document["result"].startswith(str(worlds / "results" / "runs" / "trace-a-b-"))
    assert [name.endswith("figures/one.png") for name in document["figures"]] == [True]


def test_pictures_can_be_left_out(worlds, skloki):
    assert skloki("a.toml", "b.toml", "--figures", "none", "--out", "t")[0] == 0
    assert not (worlds / "t" / "figures").exists()
    assert skloki("a.toml", "b.toml", "--figures", "summary")[0] == 2


def test_quiet_prints_the_place_alone(worlds, skloki, no_figures):
    assert skloki("a.toml", "b.toml", "--quiet", "--out", "t") == (0, f"{worlds / 't'}\n", "")


def test_the_same_worlds_are_said_to_be_the_same(worlds, skloki):
    code, out, _ = skloki("a.toml", "a.toml", "--out", "t")
    assert code == 0 and "Nothing that was put in differs." in out and "The two worlds are the same" in out
    assert not (worlds / "t" / "figures").exists() and json.loads((worlds / "t" / "manifest.json").read_text())["same"]


def test_settings_without_effect_in_the_period_are_told(worlds, skloki):
    code, out, _ = skloki("a.toml", "b.toml", "--set", "period.end=1921-06", "--out", "t")
    assert code == 0 and "policy.changes.x.rule" in out
    assert "None of this changes an input before the end, 1921-06." in out and "The two worlds are the same" in out


def test_a_difference_without_events_is_said_to_be_one_of_numbers(worlds, skloki):
    famine = '[events.hunger]\nkind = "famine"\nstart = "1922-06"\nplaces = ["Synthetic 2"]\n'
    (worlds / "c.toml").write_text('extends = "a.toml"\ntitle = "Hunger in the last month"\n' + famine)
    code, out, _ = skloki("a.toml", "c.toml", "--out", "t")
    assert code == 0 and "Only numbers differ." in out and "recovery" in out and "Synthetic 2" in out
    assert not (worlds / "t" / "figures").exists()


def test_sets_hold_for_both(worlds, skloki, no_figures):
    code, _, _ = skloki("a.toml", "b.toml", "--set", "g_y=0.3", "--set", "period.end=1922-03", "--out", "t")
    record = json.loads((worlds / "t" / "manifest.json").read_text())
    assert code == 0 and all(record[name]["scenario"]["parameters"]["g_y"] == 0.3 for name in "ab")
    assert all(setting["name"].startswith("policy.changes") for setting in record["settings"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a.toml", "nowhere.toml"), "nowhere.toml"),
        (("a.toml", "b.toml", "--set", "g_z=1"), "g_z"),
        (("a.toml", "b.toml", "--seed", "-1"), "--seed"),
        (("a.toml", "b.toml", "--replicate", "-1"), "--replicate"),
        (("a.toml", "b.toml", "--out", "a.toml"), "a file"),
        (("a.toml", "later.toml"), "period.end"),
        (("a.toml", "larger.toml"), "tree.guberniias"),
        (("bad.toml", "worse.toml"), "bad.toml"),
        (("bad.toml", "worse.toml"), "worse.toml"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_written(worlds, skloki, arguments, said):
    (worlds / "later.toml").write_text('extends = "a.toml"\ntitle = "Longer"\n[period]\nend = "1923-06"\n')
    (worlds / "larger.toml").write_text('extends = "a.toml"\ntitle = "Larger"\n[tree]\nguberniias = 5\n')
    (worlds / "bad.toml").write_text("title = 1\n")
    (worlds / "worse.toml").write_text('title = "Worse"\n[tree]\nkind = "none"\n')
    before = {path.name: path.read_bytes() for path in worlds.iterdir()}
    code, out, err = skloki(*arguments)
    assert code == 2 and not out and said in err
    assert {path.name: path.read_bytes() for path in worlds.iterdir()} == before


def test_an_unknown_engine_is_refused(worlds, skloki):
    code, out, err = skloki("a.toml", "b.toml", engine="compield")
    assert code == 2 and not out and "did you mean 'compiled'" in err and not (worlds / "results").exists()


def test_errors_are_json_where_json_was_asked_for(worlds, skloki):
    code, out, _ = skloki("a.toml", "b.toml", "--json", "--replicate", "-1")
    assert code == 2 and "--replicate" in json.loads(out)["errors"][0]


def test_an_earlier_result_is_not_overwritten(worlds, skloki, no_figures):
    assert skloki("a.toml", "b.toml", "--out", "t")[0] == 0
    code, _, err = skloki("a.toml", "b.toml", "--out", "t")
    assert code == 2 and "--force" in err
    assert skloki("a.toml", "b.toml", "--out", "t", "--force", "--quiet")[0] == 0
