"""Claim files: the package's are sound, and whatever is wrong with one is said by file, line and nearest name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim import api
from sim.claims import expressions
from sim.claims.claim import known, shipped_claims
from sim.claims.form import render
from sim.claims.load import load_claim, load_claims
from sim.errors import UserError

ROOT = Path(__file__).parents[2]
GOOD = """id = "x1"
claim = "A small claim"
place = "nowhere"
[set]
tree.uezds = 0
[worlds]
recorded = {}
election = { scenario = "election" }
[estimands.main]
outcome = "performance"
value = "election - recorded"
claimed = "above"
"""


def write(folder: Path, text: str, name: str = "x1-small.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, *changes: tuple[str, str]) -> list[str]:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(UserError) as caught:
        load_claim(write(folder, text))
    return [str(problem) for problem in caught.value.problems]


def test_every_claim_of_the_package_is_sound():
    found = {claim.id: claim for claim in load_claims()}
    assert set(found) == set(known()) and len(found) == len(shipped_claims()) == 45
    for claim in found.values():
        assert claim.said.kind == "tested" or claim.said.reason
        assert claim.tested or claim.said.kind != "tested"
        assert set(claim.said.supports) | set(claim.said.attacks) <= set(found)
    assert found["22a"].fixes == {"electorate"} and found["22a"].end == "1926-12"


def test_a_claim_is_read_with_its_worlds(tmp_path):
    claim = load_claim(write(tmp_path, GOOD))
    assert claim.worlds["recorded"] == {"tree": {"uezds": 0}}
    assert claim.worlds["election"]["policy"]["changes"]["everywhere"]["rule"] == "election"
    assert claim.worlds["election"]["tree"] == {"uezds": 0}
    (one,) = claim.estimands
    assert one.quantities["election"].horizon == "1923-12:1926-11" and one.unit == "share"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('value = "election', 'value = "electoin', ':11: estimands.main.value: found "electoin" in'),
        ('"performance"', '"performence"', ":10: estimands.main.outcome: found"),
        ('claimed = "above"', 'claimed = "abov"', ":12: estimands.main.claimed"),
        ('id = "x1"', 'id = "x2"', ":1: id:"),
        ("place =", "plaice =", 'unknown key "plaice"'),
        ('"election" }', '"electiom" }', ":8: worlds.election.scenario"),
        ("tree.uezds = 0", "tree.uezd = 0", ":5: set.tree"),
        ("recorded = {}", "recorded = { tree.uezds = 3 }", "worlds.recorded"),
        ("recorded = {}", 'recorded = { period.end = "1925-12" }', "start and end of the claim"),
        ('claimed = "above"', 'claimed = "between"', "found neither low nor high; allowed: between needs low, high"),
        ('claimed = "above"', 'claimed = "between"\nlow = 3\nhigh = 1', "low: found 3.0 to 1.0"),
        ('claimed = "above"', 'claimed = "below"\nlow = 3', ':13: estimands.main.low: found 3.0 with claimed = '),
        ("[set]", 'supports = ["22c", "22z"]\n[set]', "supports[1]: found \"22z\"; allowed: the id of a claim"),
        ("[set]", 'attacks = ["22cc"]\n[set]', "did you mean '22c'"),
        ("[set]", 'reason = "so"\n[set]', ':4: reason: found a reason with kind = "tested"; allowed: none, or kind'),
        ('claimed = "above"', 'claimed = "signs"', "estimands.main.signs"),
        ('claimed = "above"', 'claimed = "likelier"', "estimands.main.figures"),
        ('claimed = "above"', 'claimed = "above"\nhorizon = "1923-13"', 'a month "YYYY-MM"'),
        ('claimed = "above"', 'claimed = "above"\nhorizon = "1919-01"', "months of the runs"),
        ("election - recorded", "election ** 2", "names of worlds and terms"),
        ("election - recorded", "1 + 1", "names nothing"),
        ("recorded = {}", "recorded = { parameters.r_v = 7.0 }", "worlds.recorded.parameters.r_v"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path, old, new, said):
    found = problems(tmp_path, (old, new))
    assert any(said in text and "x1-small.toml" in text for text in found), found


def test_the_nearest_name_is_told(tmp_path):
    assert any("electoin" in text and "election" in text.partition("electoin")[2]
               for text in problems(tmp_path, ("- recorded", "- electoin")))  # fmt: skip


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    found = problems(tmp_path, ('"performance"', '"performence"'), ("tree.uezds = 0", "tree.uezd = 0"))
    assert len(found) >= 2


def test_a_claim_that_is_not_tested_says_why(tmp_path):
    text = 'id = "x1"\nclaim = "A claim"\nplace = "nowhere"\n'
    with pytest.raises(UserError, match="estimands"):
        load_claim(write(tmp_path, text))
    with pytest.raises(UserError, match="why it is untestable"):
        load_claim(write(tmp_path, text + 'kind = "untestable"\n'))
    assert not load_claim(write(tmp_path, text + 'kind = "untestable"\nreason = "no record"\n')).tested


def test_a_user_adds_a_claim_by_adding_a_file(tmp_path, monkeypatch):
    (tmp_path / "claims").mkdir()
    path = write(tmp_path / "claims", GOOD)
    monkeypatch.setenv("SKLOKI_PATH", str(tmp_path))
    assert known()["x1"] == path and load_claim("X1").path == path
    assert [entry.fields["meaning"] for entry in api.explain("x1", "claim")] == ["A small claim"]
    assert "x1" in {entry.name for entry in api.list_("claims")}
    write(tmp_path / "claims", GOOD.replace('"x1"', '"22a"'), "22a-mine.toml")
    with pytest.raises(UserError, match="an id of its own"):
        known()


def test_claims_of_ones_own_may_support_each_other(tmp_path):
    (tmp_path / "other").mkdir()
    one = write(tmp_path, GOOD.replace("[set]", 'supports = ["x2", "22a"]\nattacks = ["x3"]\n[set]'))
    write(tmp_path, GOOD.replace('"x1"', '"x2"'), "x2-more.toml")
    far = write(tmp_path / "other", GOOD.replace('"x1"', '"x3"'), "x3-far.toml")
    with pytest.raises(UserError, match=r'attacks\[0\]: found "x3"'):
        load_claim(one)
    assert [claim.id for claim in load_claims((str(one), str(far)))] == ["x1", "x3"]


def test_an_unknown_claim_is_refused_with_the_nearest():
    with pytest.raises(UserError, match="22a"):
        load_claim("22aa")


def test_check_knows_claims(tmp_path):
    found = api.check(write(tmp_path, GOOD))
    assert found.id == "x1"
    with pytest.raises(UserError, match="estimands.main.outcome"):
        api.check(write(tmp_path, GOOD.replace('"performance"', '"performence"')))


def test_expressions_are_arithmetic_alone():
    assert expressions.names("(a - b) * 2 + max(a, c)") == ["a", "b", "c"]
    values = {"a": [1.0, 2.0], "b": [1.0, 0.0]}
    given = {name: np.array(of) for name, of in values.items()}
    found = expressions.evaluate("a / b", given)
    assert found[0] == 1.0 and found[1] != found[1]
    assert expressions.evaluate("min(a, b, 1.5)", given).tolist() == [1.0, 0.0]
    for text in ("__import__('os')", "a.b", "a[0]", "a if a else b", "abs(a)", "a and b", "'a'", "min(a, b, c=3)"):
        with pytest.raises(expressions.Wrong):
            expressions.check(text, ["a", "b"])


def test_the_documents_tables_are_current():
    text = (ROOT / "docs" / "claims.md").read_text("utf-8")
    assert render(text) == text, "out of date: python -m sim.claims.form docs/claims.md"
