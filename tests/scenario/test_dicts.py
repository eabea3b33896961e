"""A scenario as a dict is a file without lines: the same layers, the same messages."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import Problem, UserError
from sim.scenario.load import load
from tests.small import YEAR

Save = Callable[..., Path]


def refused(table: dict[Any, Any], *sets: str) -> list[Problem]:
    with pytest.raises(UserError) as caught:
        load(table, sets)
    return list(caught.value.problems)


def test_a_dict_gives_what_a_file_gives(save: Save):
    text = f'extends = "historical"\n{YEAR}[parameters]\nk1 = 0.7\n'
    path = save(text)
    table = tomllib.loads(path.read_text())
    one, other = load(path, ["voice=false"]), load(MappingProxyType(table), {"voice": False})
    assert one.scenario == other.scenario
    assert other.layers["parameters.k1"] == "dict" and one.layers["parameters.k1"].startswith("mine.toml:")
    lower = {key: layer for key, layer in one.layers.items() if layer.startswith("historical.toml")}
    assert lower and lower.items() <= other.layers.items()
    assert table == tomllib.loads(path.read_text()), "what was handed in stays as it was"


def test_files_beside_the_current_folder_can_be_extended(save: Save, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    save("[tree]\nuezds = 90\n", "below.toml")
    monkeypatch.chdir(tmp_path)
    assert load({"title": "t", "extends": "below"}).scenario.tree.uezds == 90


@pytest.mark.parametrize(("field", "given", "kept"), [
    ("title", "Tver \U0001f642", "Tver \U0001f642"), ("title", "true", "true"), ("parameters.k1", np.float32(0.5), 0.5),
    ("run.seed", np.int64(5), 5), ("tree.only", np.array(["Moscow"]), ["Moscow"]),
    ("policy.recall", None, None), ("threat.custom", {"1921-01": (0.5, 0.1)}, (0.5, 0.1)),
])  # fmt: skip
def test_values_that_are_set_are_those_of_python(field: str, given: Any, kept: Any):
    found: Any = load("historical", {"threat.series": "custom", "threat.custom.1921-01": [0, 0], field: given}).scenario
    for key in field.split("."):
        found = found[key] if isinstance(found, dict) else getattr(found, key)
    assert (found["1921-01"] if field == "threat.custom" else found) == kept


def test_a_table_may_be_a_path_and_a_setting_stand_alone(save: Save, tmp_path: Path):
    (tmp_path / "own.csv").write_text("name,unit_class,literacy,members\nA,agrarian,0.5,900\n")
    text = "[tree]\nuezds = 0\n"
    world = load(save(text), {"tree.kind": "table", "tree.table": tmp_path / "own.csv"}).scenario
    assert [row.name for row in world.tree.places] == ["A"]
    assert load(save(text), "k1=0.5").scenario.parameters == {"k1": 0.5}


@pytest.mark.parametrize("given", [None, 3, ["historical"]])
def test_what_is_no_scenario_is_refused(given: Any):
    with pytest.raises(UserError, match=r"a scenario file: found .*skloki list scenarios"):
        load(given)


@pytest.mark.parametrize(("table", "message"), [
    ({}, "dict: title: found nothing; allowed: a text of 1 to 120 characters"),
    ({"title": "t", "polcy": {}}, 'dict: polcy: found unknown key "polcy"; allowed: one of '),
    ({"title": "t", "polcy": {}}, "did you mean 'policy'?"),
    ({"title": "t", "policy": {"rule": "ELECTION"}}, "did you mean 'election'?"),
    ({"title": "t", "policy": {"rule": "share"}}, "dict: policy.share: found nothing; allowed: a number from 0 to 1"),
    ({"title": "t", "extends": "historcal"}, 'dict: extends: found "historcal", no such file'),
    ({"title": "t", "extends": "historcal"}, "did you mean 'historical'?"),
    ({"title": "t", "tree": {"only": ("Tver", "Tulla")}}, 'dict: tree.only[1]: found "Tulla"'),
    ({"title": "t", 3: {}}, 'dict: 3: found unknown key "3"'),
    ({"title": "t", "run": {"seed": np.int64(-1)}}, "dict: run.seed: found -1; allowed: a whole number from 0"),
    ({"title": "t", "run": {"seed": object}}, "dict: run.seed: found <class 'object'>"),
])  # fmt: skip
def test_what_is_wrong_is_said_as_of_a_file(table: dict[Any, Any], message: str):
    assert any(message in str(problem) for problem in refused(table)), [*map(str, refused(table))]


def test_a_dict_that_holds_itself_is_refused():
    table: dict[str, Any] = {"title": "t"}
    table["tree"] = table
    (problem,) = refused(table)
    assert str(problem) == "dict: found a dict nested too deeply; allowed: tables in tables to a depth of 32"


def test_the_verbs_take_dicts(tmp_path: Path):
    table = tomllib.loads(f'title = "t"\n{YEAR}')
    result = sim.run(table, replicates=1, out=tmp_path / "r")
    assert result.manifest["name"] == "dict" and result.manifest["title"] == "t"
    assert sim.check(table).loaded.scenario == load(table).scenario
    other = {**table, "policy": {"rule": "election"}}
    compared = sim.compare(table, other, replicates=2, out=tmp_path / "c")
    assert len(compared.worlds) == 2
