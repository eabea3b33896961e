"""Outcomes that are derived from recorded ones: arithmetic, and nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.registry import derived
from sim.registry.derived import Wrong, column, parsed
from sim.registry.outcomes import OUTCOME_INDEX, OUTCOMES


def value(text: str, **recorded: float) -> float:
    values = np.full((1, len(OUTCOMES)), np.nan)
    for name, number in recorded.items():
        values[0, OUTCOME_INDEX[name]] = number
    return float(column(values, derived.derived("mine", value=text, unit="u", meaning="m"))[0])


def test_arithmetic_over_outcomes() -> None:
    assert value("performance / effort", performance=0.6, effort=0.4) == 0.6 / 0.4
    assert value("1 - -conflict * (2 + conflict)", conflict=0.5) == 1 + 0.5 * 2.5
    assert value("min(conflict, misfit, 0.3) + max(0, misfit)", conflict=0.4, misfit=0.5) == 0.8
    assert value("sqrt(abs(conflict - 1))", conflict=0.75) == 0.5


def test_what_cannot_be_known_is_not_defined() -> None:
    assert math.isnan(value("performance / conflict", performance=1.0, conflict=0.0))
    assert math.isnan(value("sqrt(0 - conflict)", conflict=1.0))
    assert math.isnan(value("min(conflict, misfit)", conflict=1.0))


REFUSED = [
    ("__import__('os').system('id')", "__import__"),
    ("performance.__class__", "performance.__class__"),
    ("(lambda: performance)()", "lambda"),
    ("performance ** 99", "performance ** 99"),
    ("[performance][0]", "[performance][0]"),
    ("performance if conflict else 1", "performance if conflict"),
    ("performance > 1", "performance > 1"),
    ("log(performance)", "log(performance)"),
    ("min(performance)", "min(performance)"),
    ("min(performance, key=conflict)", "key"),
    ("min(*performance)", "min(*performance)"),
    ("performance + True", "True"),
    ("performance + 'x'", "'x'"),
    ("performance + 1e400", "1e"),
    ("performance + 2j", "2j"),
    ("performance := 1", "no expression"),
    ("performance +", "no expression"),
    ("1 + 1", "names no outcome"),
    ("-" * 40 + "performance", "nested too deeply"),
    ("performance + " * 30 + "performance", "300"),
    ("perfomance", "perfomance"),
    ("recovery_months", "recovery_months"),
    ("min", '"min"'),
]


@pytest.mark.parametrize(("text", "found"), REFUSED)
def test_nothing_else_is_evaluated(text: str, found: str) -> None:
    with pytest.raises(Wrong, match=".*") as caught:
        parsed(text)
    assert found in str(caught.value)


def test_a_mistyped_outcome_is_answered_with_the_nearest() -> None:
    with pytest.raises(Wrong) as caught:
        parsed("perfomance / effort")
    assert caught.value.suggestion == "performance"


@given(st.text(alphabet="performance+-*/(). 0123456789abs,minx", max_size=40))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        tree = parsed(text)
    except Wrong:
        return
    assert tree is not None


@pytest.mark.parametrize("name", ["performance", "Mine", "1st", "a b", "mine_agrarian", "x" * 60, ""])
def test_names_that_would_be_taken_for_others_are_refused(name: str) -> None:
    with pytest.raises(Wrong, match="the name"):
        derived.derived(name, value="performance", unit="u", meaning="m")


def test_it_is_known_of_classes_where_all_it_is_made_of_is() -> None:
    assert derived.derived("a", value="performance / effort", unit="u", meaning="m").by_class
    assert not derived.derived("a", value="performance * reserve", unit="u", meaning="m").by_class


def test_a_definition_comes_back_from_its_record() -> None:
    one = derived.derived("a", value="performance", unit="u", meaning="m", better="lower", smallest=0.5)
    assert [*derived.read([one.record()])] == [one]


def test_without_any_nothing_is_added() -> None:
    values = np.zeros((2, 5, len(OUTCOMES)))
    assert derived.extended(values) is values and list(derived.KEPT) == list(OUTCOMES)
