"""The rivals' page counts each account's predictions against its own worlds, and turns round what it switches off."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from sim.describe.rivals import RIVALS, TESTS, Account, answer, borne_out, of_test
from sim.experiment.load import load_experiment

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "rivals"
BY_NAME = {test.name: test for test in TESTS}


def account(effect: float, reading: str) -> Account:
    rows = [{"option": test.option, "outcome": test.outcome, "scope": test.scope, "horizon": test.horizon,
             "given_effect": effect, "reading": reading} for test in TESTS if test.option]  # fmt: skip
    return Account(SimpleNamespace(effects=lambda: pd.DataFrame(rows)), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(("predicted", "reading", "said"), [
    ("0", "same", "yes"), ("0", "worse", "no"), ("0 (hysteresis)", "same", "yes"), ("0 or up", "better", "yes"),
    ("0 or up", "worse", "no"), ("++", "better", "yes"), ("falls little", "worse", "yes"), ("small", "better", "no"),
    ("down for the centre", "worse", "yes"), ("large fall", "same", "no"), ("", "same", ""), ("by patron", "same", ""),
    ("0", "open", ""), ("up", "leans towards", ""),
])  # fmt: skip
def test_only_what_is_decided_bears_a_prediction_out(predicted: str, reading: str, said: str) -> None:
    assert borne_out(predicted, reading) == said


def test_an_effect_of_switching_off_counts_as_one_of_switching_on() -> None:
    accounts = {"harris": account(0.2, "better"), "circular-flow": account(-0.2, "worse")}
    added = {row["rival"]: row for row in of_test(BY_NAME["D1"], accounts)}
    assert added["harris"]["given"] == added["circular-flow"]["given"] == pytest.approx(0.2)
    assert {row["reading"] for row in added.values()} == {"better"}
    assert added["harris"]["borne_out"] == "no" and added["circular-flow"]["borne_out"] == "yes"
    taken = {row["rival"]: row for row in of_test(BY_NAME["D10"], accounts)}
    assert taken["harris"]["given"] == pytest.approx(-0.2) and taken["circular-flow"]["given"] == pytest.approx(-0.2)


def test_the_answer_counts_what_worlds_bear_out() -> None:
    accounts = {"harris": account(-0.2, "worse"), "gill": account(0.0, "open")}
    for one in accounts.values():
        one.found.manifest = {"converged": True}
    asked = [test for test in TESTS if test.option and not test.level]
    tests = [row for test in asked for row in of_test(test, accounts)]
    pair = {"one": "harris", "other": "gill", "told_apart": 0, "figure": "vote_appointed_more_jan_1924", "widths": 0.4,
            "median_one": 0.1, "median_other": 0.2}  # fmt: skip
    first, _, third, _ = answer([pair], tests, accounts)
    assert first.startswith("**Calibrated on the same figures, 1 of 1 pairs of accounts cannot be told apart")
    made = [row for row in tests if row["predicted"]]
    yes = sum(row["borne_out"] == "yes" for row in made)
    no = sum(row["borne_out"] == "no" for row in made)
    assert yes and no and f"bear out {yes}, give something else than predicted in {no}, and leave" in third


@pytest.mark.parametrize("name", RIVALS)
def test_each_rival_has_every_option_that_a_test_asks_and_turns_what_it_has(name: str) -> None:
    rival: Any = load_experiment(FOLDER / f"{name}.toml")
    (lever,) = [one for one in rival.levers if len(one.options) > 1]
    options = {option.label: option.table for option in lever.options}
    for test in TESTS:
        assert not test.option or test.option in options
        if test.name in ("D1", "D10"):
            ((_, on),) = options[test.option]["mechanisms"].items()
            # the effect is of loyalty added and of ambition taken away, whichever way the account switches it
            assert (name in test.turned) == (on if test.name == "D10" else not on)
    assert lever.options[-1].label == "elected"  # what the answer of its own page is about
