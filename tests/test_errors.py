"""Names that are nearly right."""

from __future__ import annotations

import pytest

from sim.errors import UserError, nearest
from sim.scenario.load import load


@pytest.mark.parametrize(("name", "names", "found"), [
    ("HISTORICAL", ["historical", "theory"], "historical"),
    ("G_Y", ["g_y", "g_d"], "g_y"), ("r_F", ["r_v", "R_F"], "R_F"),
    ("Kv", ["KV", "kv", "Kv1"], "kv"), ("KV", ["kv", "KV2"], "kv"), ("zzz", ["a", "b"], ""), ("", [], ""),
])  # fmt: skip
def test_nearest_whatever_the_case(name, names, found):
    assert nearest(name, names) == found


@pytest.mark.parametrize(("name", "sets", "suggestion"), [
    ("HISTORICAL", (), "historical"), ("historical", ("G_Y=0.2",), "g_y"),
    ("historical", ("Policy.Rule=election",), "policy"),
    ("historical", ("policy.rule=Election",), "election"), ("historical", ("tree.only=[\"TVER\"]",), "Tver"),
])  # fmt: skip
def test_names_in_capitals_are_understood(name, sets, suggestion):
    with pytest.raises(UserError) as caught:
        load(name, sets)
    assert [problem.suggestion for problem in caught.value.problems] == [suggestion]


def test_the_largest_seed_is_said():
    with pytest.raises(UserError, match=rf"found {2**63}; allowed: a whole number from 0 to {2**63 - 1}"):
        load("historical", [f"run.seed={2**63}"])
