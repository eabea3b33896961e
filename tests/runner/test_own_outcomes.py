"""Outcomes of a user's folder at every door, and stored so that results open without the folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.api import look
from sim.doors.cli import call
from sim.errors import UserError
from sim.experiment.factors import BESIDE
from sim.registry import derived
from sim.registry.outcomes import OUTCOMES
from sim.results.folder import MANIFEST

OWN = """\
[outcomes.per_effort]
value = "performance / max(effort, 0.001)"
meaning = "performance over effort"
unit = "ratio"
better = "higher"
smallest = 0.01
[outcomes.feuds]
value = "open_skloki + paralysed"
meaning = "open and paralysing feuds"
unit = "share of committees, twice"
"""
SMALL = {"title": "Small", "tree": {"kind": "synthetic", "guberniias": 4}, "period": {"end": "1922-06"}}
SWEEP = """\
title = "Own outcomes"
scenario = "small"
[levers.policy]
field = "policy.rule"
values = ["recorded", "election"]
[uncertainties]
prior = ["d_el"]
[design]
kind = "latin-hypercube"
points = 3
[keep]
outcomes = ["feuds", "performance"]
[keep.curves]
kind = "quantiles"
outcomes = ["feuds"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Iterator[Path]:
    """Return results that were made with a folder of outcomes, which is then forgotten."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "outcomes.toml").write_text(OWN)
    (folder / "small.toml").write_text(
        'title = "Small"\n[tree]\nkind = "synthetic"\nguberniias = 4\n[period]\nend = "1922-06"\n')
    (folder / "sweep.toml").write_text(SWEEP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SKLOKI_PATH", str(folder))
        sim.run(SMALL, replicates=2, out=folder / "run")
        elect = {**SMALL, "title": "Elect", "policy": {"rule": "election"}}
        sim.compare(SMALL, elect, replicates=4, outcomes=["per_effort"], out=folder / "pair")
        sim.sweep(folder / "sweep.toml", out=folder / "swept")
    forget()
    yield folder
    forget()


def forget() -> None:
    look()
    derived.KNOWN.clear()
    assert not derived.ASKED and list(derived.KEPT) == list(OUTCOMES)


@pytest.fixture
def own(folder, monkeypatch) -> Iterator[Path]:
    monkeypatch.setenv("SKLOKI_PATH", str(folder))
    look()
    yield folder
    monkeypatch.delenv("SKLOKI_PATH")
    forget()


def test_a_run_keeps_them_month_by_month(folder) -> None:
    result = sim.open(folder / "run")
    frame = result.monthly()
    assert list(frame.columns)[-2:] == ["per_effort", "feuds"]
    np.testing.assert_array_equal(frame["feuds"], frame["open_skloki"] + frame["paralysed"])
    assert len(result.query("select feuds from monthly where scope = 'agrarian'"))
    assert [one["name"] for one in result.manifest["derived"]] == ["per_effort", "feuds"]
    rows = (sim.export(result)[0].parent / "columns.csv").read_text()
    assert "monthly,per_effort,ratio,performance over effort" in rows


def test_a_comparison_is_about_them(folder) -> None:
    pair = sim.open(folder / "pair")
    frame = pair.effects()
    row = frame[(frame["outcome"] == "per_effort") & (frame["scope"] == "nation")].iloc[0]
    assert (row["unit"], row["better"], row["smallest"]) == ("ratio", "higher", 0.01)
    values = pair.pairs(["replicate", "world", "horizon", "scope", "per_effort"])
    of = values[(values["scope"] == "nation") & (values["horizon"] == row["horizon"])].groupby("world")["per_effort"]
    means = of.mean()
    assert row["effect"] == pytest.approx(means[pair.worlds[1]] - means[pair.worlds[0]])


def test_pictures_show_them_without_the_folder(folder, tmp_path, unwritten) -> None:
    assert not derived.ASKED
    for name, what in (("run", "outcome"), ("pair", "curves"), ("pair", "effects"), ("swept", "bands")):
        outcome = "feuds" if name != "pair" else "per_effort"
        assert sim.plot(folder / name, what, outcome=outcome, out=tmp_path / name / what)


def test_a_sweep_keeps_them_and_its_definitions(folder) -> None:
    swept = sim.open(folder / "swept")
    assert swept.experiment.derived[0].value == "open_skloki + paralysed" and len(swept.experiment.derived) == 1
    runs = swept.runs()
    assert runs["feuds"].notna().all() and "feuds_agrarian" in runs
    effects = swept.effects()
    assert set(effects["outcome"]) == {"feuds", "performance"}
    assert set(effects[effects["outcome"] == "feuds"]["unit"]) == {"share of committees, twice"}
    assert sim.rerun(folder / "swept", 1).differing == {}


def test_other_definitions_are_another_sweep(own, tmp_path) -> None:
    stored = json.loads((own / "swept" / MANIFEST).read_text())["fingerprint"]
    assert sim.check(own / "sweep.toml").experiment.fingerprint() == stored
    (tmp_path / "outcomes.toml").write_text(OWN.replace("+ paralysed", "+ 2 * paralysed"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SKLOKI_PATH", str(tmp_path))
        look()
        assert sim.check(own / "sweep.toml").experiment.fingerprint() != stored
        assert sim.open(own / "swept").experiment.derived[0].value == "open_skloki + paralysed", "as it was stored"
    look()


@pytest.mark.exhaustive
def test_sweeps_without_them_are_recorded_as_before() -> None:
    assert "derived" not in sim.check("december-1923").experiment.record()


def test_a_stored_run_is_drawn_with_what_was_defined_later(tmp_path, own) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SKLOKI_PATH")
        result = sim.run(SMALL, replicates=2, out=tmp_path / "plain")
    assert "derived" not in result.manifest and "feuds" not in result.monthly()
    look()
    of = sim.open(tmp_path / "plain").trajectories()
    np.testing.assert_array_equal(of.of("feuds"), of.of("open_skloki") + of.of("paralysed"))


def test_in_memory_too(own) -> None:
    live = sim.live(SMALL, replicates=1)
    np.testing.assert_array_equal(live.values("feuds"), live.values("open_skloki") + live.values("paralysed"))


def test_list_and_explain_know_them(own, capsys) -> None:
    assert call(["explain", "per_effort"]) == 0
    said = capsys.readouterr().out
    assert "performance / max(effort, 0.001), month by month" in said and "performance over effort" in said
    assert re.search("bounds +none ", said) and "inf" not in said
    assert call(["list", "outcomes"]) == 0 and "feuds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OWN.replace("max(effort", "max(efort"), "outcomes.toml:2: outcomes.per_effort.value: found \"efort\"; "
         "allowed: a recorded outcome (skloki list outcomes); did you mean 'effort'?"),
        (OWN.replace("performance / max(effort, 0.001)", "open('x')"), "outcomes.toml:2: outcomes.per_effort.value: "
         "found \"open('x')\""),
        (OWN.replace("outcomes.feuds", "outcomes.conflict"), 'outcomes.toml:7: outcomes.conflict: found the name '
         '"conflict", which is recorded'),
        *((OWN.replace("outcomes.feuds", f"outcomes.{name}"), f'outcomes.toml:7: outcomes.{name}: found the name '
           f'"{name}"; allowed: a name that no other column of the tables of results has; did you mean \'own_{name}\'?')
          for name in ("month", "world", "seed", "t01a", "results_outsiders_ahead_1924_26")),
        (OWN.replace('better = "higher"', 'better = "hihger"'), "did you mean 'higher'?"),
        (OWN.replace('unit = "ratio"\n', ""), "outcomes.per_effort.unit: found nothing"),
        (OWN.replace("[outcomes.feuds]", "[outcome.feuds]"), 'outcome: found unknown key "outcome"'),
    ],
)  # fmt: skip
def test_a_wrong_file_ends_every_command_with_code_2(text, said, tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "outcomes.toml").write_text(text)
    monkeypatch.setenv("SKLOKI_PATH", str(tmp_path))
    assert call(["list", "outcomes"]) == 2
    assert said in capsys.readouterr().err
    with pytest.raises(UserError):
        sim.list("outcomes")


def test_all_columns_beside_outcomes_are_known(folder) -> None:
    pairs, runs, monthly = (sim.open(folder / "pair").pairs(), sim.open(folder / "swept").runs(),
                            sim.open(folder / "run").monthly())
    swept = {column for column, *_ in sim.open(folder / "swept").columns} | {"policy", "d_el"}
    assert {*pairs, *monthly, *runs} - {*OUTCOMES, "per_effort", "feuds"} - swept <= BESIDE


def test_a_folder_that_is_none_is_told(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("SKLOKI_PATH", str(tmp_path / "none"))
    assert call(["list"]) == 2 and "SKLOKI_PATH: found" in capsys.readouterr().err


def test_one_name_in_two_folders_has_one_meaning(folder, tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "outcomes.toml").write_text(OWN.replace("0.001", "0.1"))
    monkeypatch.setenv("SKLOKI_PATH", f"{folder}:{tmp_path}")
    assert call(["list"]) == 2 and "outcomes.per_effort: found a name twice" in capsys.readouterr().err
