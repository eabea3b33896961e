"""Levers, uncertainties and options are found by name, in one place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sim.errors import UserError
from sim.experiment.experiment import Factor, Option
from tests.tiny import experiment

CHOICE = Factor("choice", (Option(True, {}), Option(0.1, {}), Option(3, {}), Option("need", {}), Option(0.1 + 0.2, {})))


@pytest.mark.parametrize("asked, number", [
    (True, 0), ("true", 0), ("True", 0), ("on", 0), (0.1, 1), ("0.1", 1), (3, 2), ("3", 2), ("need", 3),
    ("0.30000000000000004", 4), (0.1 + 0.2, 4),
])  # fmt: skip
def test_options_go_by_value_and_by_text(asked: Any, number: int):
    assert CHOICE.option(asked) is CHOICE.options[number]


def test_levers_and_factors_go_by_name():
    known = experiment()
    assert known.lever() is known.lever("policy") is known.levers[0]
    assert known.factor("gentle") is known.levers[1] and known.factor("r_f") is known.uncertainties[0]
    single = replace(known.levers[0], options=known.levers[0].options[:1])
    assert replace(known, levers=(single, known.levers[1])).lever().name == "gentle", "one option is no choice"


@pytest.mark.parametrize("ask, message", [
    (lambda: experiment().lever("POLICY"), "lever: found 'POLICY'; allowed: policy, gentle; did you mean 'policy'?"),
    (lambda: experiment().lever("r_f"), "lever: found 'r_f'; allowed: policy, gentle"),
    (lambda: experiment().factor("bensh"), "lever or uncertainty: found 'bensh'; allowed: policy, gentle, r_f, "),
    (lambda: experiment().factor("bensh"), "did you mean 'bench'?"),
    (lambda: CHOICE.option("Need"), "option: found 'Need'; allowed: on, 0.1, 3, need, 0.30000000000000004"),
    (lambda: experiment(levers=()).lever(), "tiny: lever: there is none: this sweep compares no policies"),
])  # fmt: skip
def test_other_names_are_refused_with_the_nearest(ask, message):
    with pytest.raises(UserError) as caught:
        ask()
    assert message in str(caught.value)
