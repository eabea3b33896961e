"""The answer in three sentences says what the ledger's verdicts say, and never more."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

import pytest

from sim.claims.answer import three
from sim.claims.lines import At
from sim.claims.rules import VERDICTS
from tests.report.made_ledger import KINDS, SHARES, WORDS, ledger


def told(verdicts: Mapping[str, str], **more: Any) -> tuple[str, str, str]:
    first, second, third = three(At(ledger(verdicts, **more), "claims/ledger.json"))
    return str(first), str(second), str(third)


def verdicts_in(text: str) -> list[str]:
    """Return the verdicts that a sentence gives, in its order, outside what it quotes."""
    plain = re.sub("“.*?”", "", text)
    return re.findall(r"\) is (not identified|[a-z]+(?: here| construction)?)", plain)


@pytest.mark.parametrize("pair", [*itertools.product(VERDICTS, repeat=2)])
def test_each_claim_has_its_own_verdict(pair: tuple[str, str]) -> None:
    one, other = pair
    first, second, third = told({"22a": one, "22b": other, "25a": other, "25b": one})
    assert verdicts_in(first) == [one, other] and verdicts_in(second) == [other, one]
    for word in set(VERDICTS) - {one, other}:
        said = f"{word} for 0" if word in ("supported", "contradicted", "not identified") else word
        assert (said in third) == (word in ("supported", "contradicted", "not identified"))
        assert word not in re.sub("“.*?”", "", first + second)
    assert f"{one} for {4 if one == other else 2}" in third


def test_all_open_says_so_and_nothing_else() -> None:
    first, second, third = told(KINDS["open"])
    assert verdicts_in(first + second) == ["not identified"] * 4
    assert third == ("Of the article’s 8 claims the verdict is supported for 0, contradicted for 0, and not identified "
                     "for 8.")  # fmt: skip
    assert "of 100 worlds fitted to the record it holds in 31 and its opposite in 12" in first
    assert "in 57 the difference is too small to count" in first


def test_all_supported() -> None:
    first, second, third = told(KINDS["supported"])
    assert verdicts_in(first + second) == ["supported"] * 4 and "86 of 100 worlds fitted to the record" in first
    assert "supported for 8, contradicted for 0" in third


def test_a_condition_is_part_of_the_verdict() -> None:
    first, _, _ = told({"22a": "conditional"})
    assert "is conditional: it holds where voters judge better than files" in first
    first, _, _ = told({"22a": "untestable here"})
    assert "is untestable here: the model begins in 1921" in first


def test_marks_stand_with_the_verdict() -> None:
    first, second, third = told({"22a": "supported", "25a": "supported"}, quick=True, c22a={"fragile": True},
                                c25a={"borderline": True})  # fmt: skip
    assert first.startswith("By a quick look, over fewer worlds than the rule asks for: in the provinces, the claim “")
    assert first.endswith("(fragile).") and second.endswith("(borderline).")
    assert second.startswith("By the same quick look: in the capitals")
    assert third.startswith("By the same quick look: of")


def test_what_is_no_worse_is_not_said_to_be_better() -> None:
    made = ledger({"25a": "supported"})
    made["claims"][0]["estimands"][0]["populations"]["calibrated"] |= {"for": 1.0, "against": 0.0, "within": 0.93}
    made["claims"][0]["estimands"][0]["claimed"] = "not below"
    first, *_ = map(str, three(At(made, "claims/ledger.json")))
    assert "holds in 100 of 100 worlds fitted to the record, and in 93 of these the difference is too small" in first
    assert first.endswith("count.")
    made["claims"][0]["estimands"][0]["populations"]["prior"] |= {"for": 0.97}
    first, *_ = map(str, three(At(made, "claims/ledger.json")))
    assert first.endswith("(over all ranges it is so too, and the record has added little).")


def test_another_measure_that_would_give_another_verdict_is_not_passed_over() -> None:
    made = ledger({"22a": "immaterial"})
    claim = made["claims"][0]
    claim["estimands"][1]["verdict"] = "not identified"

    def said() -> str:
        return str(three(At(made, "claims/ledger.json"))[0])

    assert said().endswith("count (judged by months of recovery, agrarian and borderland; by performance it would be "
                           "not identified).")  # fmt: skip
    claim["estimands"][1]["shown"] = True
    assert "judged" not in said(), "what is only shown is no measure of the claim"
    claim["estimands"][1]["shown"] = False
    claim["estimands"][0]["claimed"] = "holds"
    assert "judged" not in said(), "of a relation the rest are its parts"
    claim["estimands"][0]["claimed"] = "below"
    claim["estimands"][1]["verdict"] = "immaterial"
    assert "judged" not in said()


def test_what_has_two_sides_alone_has_no_third() -> None:
    made = ledger({"25a": "not identified"})
    made["claims"][0]["estimands"][0]["populations"]["calibrated"] |= {"for": 0.72, "against": 0.28, "within": 0.6}
    made["claims"][0]["estimands"][0]["claimed"] = "not below"
    first, *_ = map(str, three(At(made, "claims/ledger.json")))
    assert "it holds in 72 and fails in 28" in first and "too small" not in first


def test_another_ledger_begins_with_what_it_asks_first() -> None:
    first, second, third = told({"24": "supported"})
    assert first.startswith(f"The claim “{WORDS['24']}” (24) is supported")
    assert second == "No other claim was asked."
    first, second, _ = told({"24": "supported", "12": "contradicted"})
    assert "(24)" in first and "(12)" in second


@pytest.mark.parametrize(("asked", "said"), [
    ({"X1": "supported"}, "1 claim of one’s own is supported."),
    ({"X1": "supported", "X2": "immaterial"},
     "Of 2 claims of one’s own the verdict is supported for 1, and immaterial for 1."),
    ({"R1": "contradicted", "22a": "immaterial", "X1": "supported"},
     "1 claim of the article is immaterial; 1 claim of a rival of the article or test between accounts is contradicted;"
     " 1 claim of one’s own is supported."),
    (dict.fromkeys(("R1", "R2", "R3", "R4"), "contradicted"),
     "Of 4 claims of the article’s rivals or tests between accounts the verdict is supported for 0, contradicted for "
     "4, and not identified for 0."),
])  # fmt: skip
def test_claims_of_ones_own_are_counted_apart_and_few_without_noughts(asked: Mapping[str, str], said: str) -> None:
    places = {f"c{name}": {"place": "Trotsky 1923"} for name in asked if name.startswith("R")}
    assert told(asked, **places)[2] == said


@pytest.mark.parametrize("verdict", SHARES)
def test_a_share_near_an_edge_is_not_rounded_over_it(verdict: str) -> None:
    made = ledger({"22a": verdict})
    made["claims"][0]["estimands"][0]["populations"]["calibrated"] |= {"for": 0.7975, "against": 0.2, "within": 0.0025}
    first, *_ = map(str, three(At(made, "claims/ledger.json")))
    assert "in 80 of" not in first


def test_what_hangs_on_several_numbers_gives_no_share_of_one() -> None:
    first, *_ = told({"22a": "supported"}, c22a={"all": True})
    assert "is supported: each of 2 numbers is as claimed." in first
    first, *_ = told({"22a": "immaterial"}, c22a={"all": True})
    assert "is immaterial: not all of 2 numbers are as claimed." in first
    made = ledger({"22a": "supported"}, c22a={"all": True})
    made["claims"][0]["estimands"][1]["shown"] = True
    first, *_ = map(str, three(At(made, "claims/ledger.json")))
    assert "numbers" not in first and "it holds in" in first, "what is only shown decides nothing"


def test_no_right_moment_is_told_by_worlds_in_which_it_was_one() -> None:
    made = ledger({"M": "supported"})
    made["claims"][0]["estimands"][0] |= {"claimed": "not ready"}
    first, *_ = map(str, three(At(made, "claims/ledger.json")))
    assert "is supported: election does no worse in 3 of 100 worlds" in first
