"""What is kept of a shipped sweep: a table that can be read, with what other levers' options do to effects."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from sim.analysis.sweep import open_sweep
from tests.made_sweep import choice, experiment, made

CAPACITY = choice("capacity", "recorded", "1", "3", "6", "12", "unlimited")
POLICY = choice("policy", "appointment", "election")


@pytest.fixture(scope="module")
def keep():
    path = Path(__file__).parents[2] / "experiments" / "keep.py"
    spec = importlib.util.spec_from_file_location("keep", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(text):
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line[:1] == "|"]


def test_effects_are_kept_for_each_option_of_another_lever_and_over_all(keep, tmp_path):
    sweep = open_sweep(made(tmp_path / "two", experiment(levers=(POLICY, CAPACITY), points=8, curves="none")))
    effects = keep.effects_of(sweep)
    policy = effects[(effects["lever"] == "policy") & (effects["outcome"] == "misfit") & (effects["scope"] == "nation")]
    of = ["pooled", *(f"capacity = {name}" for name in ("recorded", "1", "3", "6", "12", "unlimited"))]
    assert policy["others"][policy["horizon"] == "after"].tolist() == of
    found = rows(keep.table(sweep, effects))
    assert found[0][2:5] == ["other levers", "outcome", "nation [95 %]"] and found[0][-1] == "borderland"
    assert {len(row) for row in found} == {len(found[0])} and len(found) - 2 <= keep.MOST
    # Each for the first outcome, pooled for all.
    assert {row[3] for row in found[2:] if row[2] != "pooled"} == {"performance"}
    assert {row[3] for row in found[2:] if row[2] == "pooled"} == set(sweep.experiment.outcomes)
    assert "effects.csv" in keep.table(sweep, effects)


def test_one_lever_has_no_column_of_others_and_what_is_not_recorded_is_empty(keep, tmp_path):
    sweep = open_sweep(made(tmp_path / "one", experiment(levers=(POLICY,), points=8, curves="none")))
    effects = keep.effects_of(sweep)
    assert effects.equals(sweep.effects())
    found = rows(keep.table(sweep, effects))
    assert "other levers" not in found[0] and [row[2] for row in found[2:]] == list(sweep.experiment.outcomes)
    assert found[-1][-1] == "" and found[2][-1].startswith("+")
    nation = effects[(effects["outcome"] == "misfit") & (effects["scope"] == "nation")].iloc[0]
    assert found[3][3].startswith(f"{nation['effect']:+.4f} [{nation['low']:+.4f}, ")
