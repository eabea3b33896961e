"""The rules of verdicts: at their boundaries, and whatever the numbers are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.claims import rules
from sim.claims.expressions import evaluate
from sim.claims.load import load_claims
from sim.claims.rules import Shares
from sim.inference import lockin

SIZE = 0.5
DIRECTED = ("above", "below", "within", "not below", "not above", "not ready", "likelier", "not needed")


def draws(above: int, within: int, below: int) -> np.ndarray:
    return np.array([1.0] * above + [0.0] * within + [-1.0] * below)


@pytest.mark.parametrize(
    ("claimed", "values", "verdict"),
    [
        ("above", draws(80, 20, 0), rules.SUPPORTED), ("above", draws(79, 21, 0), rules.OPEN),
        ("above", draws(0, 20, 80), rules.CONTRADICTED), ("above", draws(0, 21, 79), rules.OPEN),
        ("above", draws(10, 80, 10), rules.IMMATERIAL), ("above", draws(11, 79, 10), rules.OPEN),
        ("below", draws(0, 20, 80), rules.SUPPORTED), ("below", draws(80, 20, 0), rules.CONTRADICTED),
        ("within", draws(10, 80, 10), rules.SUPPORTED), ("within", draws(40, 20, 40), rules.CONTRADICTED),
        ("within", draws(40, 21, 39), rules.OPEN),
        ("not below", draws(0, 80, 20), rules.SUPPORTED), ("not below", draws(0, 20, 80), rules.CONTRADICTED),
        ("not below", draws(0, 79, 21), rules.OPEN),
        ("not above", draws(20, 80, 0), rules.SUPPORTED), ("not above", draws(80, 20, 0), rules.CONTRADICTED),
        ("not ready", draws(0, 79, 21), rules.SUPPORTED), ("not ready", draws(0, 80, 20), rules.CONTRADICTED),
        ("likelier", draws(80, 20, 0), rules.SUPPORTED), ("likelier", draws(0, 20, 80), rules.CONTRADICTED),
        ("not needed", draws(20, 80, 0), rules.SUPPORTED), ("not needed", draws(100, 0, 0), rules.OPEN),
    ],
)  # fmt: skip
def test_a_rule_at_its_boundary(claimed, values, verdict):
    assert rules.decided(claimed, rules.shares(claimed, values, SIZE)) == verdict


def test_exactly_the_smallest_effect_is_within():
    found = rules.shares("above", np.array([SIZE, -SIZE, SIZE + 1e-9, -SIZE - 1e-9]), SIZE)
    assert (found.holds, found.fails, found.within) == (0.25, 0.25, 0.5)


@pytest.mark.parametrize(("low", "high", "holds"), [(0.2, 0.4, 0.5), (0.2, None, 0.75), (None, 0.2, 0.5)])
def test_a_relation_holds_between_its_ends(low, high, holds):
    found = rules.shares("between", np.array([0.1, 0.2, 0.4, 0.5, np.nan]), 0.0, low, high)
    assert (found.holds, found.fails, found.draws) == (holds, 1.0 - holds, 4)


def test_what_holds_from_nought_on_is_a_relation():
    values = np.array([0.0, 0.1, -0.1, np.nan, -1.0])
    assert rules.shares("holds", values, 0.0, 0.0, None) == Shares(0.5, 0.5, 0.0, 4)


LEVELS = st.floats(0.0, 1.0)


@pytest.fixture(scope="module")
def no_way_back():
    (claim,) = load_claims(("32",))
    return claim


@given(before=st.tuples(LEVELS, LEVELS), end=st.tuples(LEVELS, LEVELS, LEVELS))
def test_no_way_back_is_judged_by_the_rule_of_lockin(no_way_back, before, end):
    claim = no_way_back
    low, middle, high = end
    levels = {"low": low, "middle": middle, "high": high, "low_before": before[0], "high_before": before[1]}
    margin = evaluate(claim.estimands[0].said.value, {name: np.float64(value) for name, value in levels.items()})
    assume(abs(margin) > 1e-6)  # on the very edge, arithmetic decides
    found = lockin.reading(np.array([before[0], 0.5, before[1]]), np.array(end), lockin.smallest())
    assert (margin >= 0.0) == (found == lockin.TWO)


def test_every_reading_with_draws_enough_has_a_say():
    whole = Shares(0.85, 0.0, 0.15, 400)
    assert rules.decided("above", whole, [Shares(0.5, 0.0, 0.5, 40)]) == rules.SUPPORTED
    assert rules.decided("above", whole, [Shares(0.49, 0.0, 0.5, 40)]) == rules.OPEN
    assert rules.decided("above", whole, [Shares(0.0, 0.0, 1.0, 39)]) == rules.SUPPORTED
    assert rules.decided("above", Shares(0.0, 0.85, 0.15, 400), [Shares(0.0, 0.4, 0.6, 50)]) == rules.OPEN


def test_readings_are_told_apart():
    values, half = draws(50, 0, 50), np.arange(100) < 50
    found = rules.readings("above", values, SIZE, {("unfilled", "lapse"): half, ("unfilled", "acting"): ~half})
    assert found["unfilled", "lapse"].holds == 1.0 and found["unfilled", "acting"].fails == 1.0


def test_blind_assignment_needs_a_record_that_would_have_shown_the_opposite():
    whole = rules.shares("not needed", draws(0, 100, 0), 1.0)
    assert rules.decided("not needed", whole, power=2.0) == rules.SUPPORTED
    assert rules.decided("not needed", whole, power=1.99) == rules.OPEN


@pytest.mark.parametrize(("share", "near"), [(0.74, False), (0.75, True), (0.8, True), (0.85, True), (0.86, False)])
def test_a_share_next_to_the_rules_is_borderline(share, near):
    assert rules.borderline("above", Shares(share, 0.0, 1.0 - share, 400)) is near
    assert rules.borderline("not ready", Shares(0.8, share, 0.0, 400)) is near


def test_all_must_hold_where_all_are_needed():
    good, bad, small, nothing = rules.SUPPORTED, rules.CONTRADICTED, rules.IMMATERIAL, rules.OPEN
    assert rules.together([good, good]) == good
    assert rules.together([good, bad, small, nothing]) == bad
    assert rules.together([good, small, nothing]) == small
    assert rules.together([good, nothing]) == nothing


def test_nothing_is_said_of_no_draws():
    found = rules.shares("above", np.array([np.nan]), SIZE)
    assert found.draws == 0 and rules.decided("above", found) == rules.OPEN


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(DIRECTED), st.lists(st.floats(-5.0, 5.0), min_size=1, max_size=60), st.floats(0.01, 3.0),
    st.floats(0.0, 5.0),
)  # fmt: skip
def test_shares_are_shares_and_more_of_the_same_never_turns_a_verdict_round(claimed, values, smallest, more):
    values = np.array(values)
    found = rules.shares(claimed, values, smallest)
    assert 0.0 <= found.holds <= 1.0 and 0.0 <= found.fails <= 1.0 and found.holds + found.fails <= 1.0 + 1e-12
    if claimed in ("above", "not below", "likelier"):
        moved = rules.shares(claimed, values + more, smallest)
        assert moved.holds >= found.holds and moved.fails <= found.fails
    elif claimed in ("below", "not above", "not ready"):
        moved = rules.shares(claimed, values - more, smallest)
        assert moved.holds >= found.holds and moved.fails <= found.fails


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(-5.0, 5.0), min_size=1, max_size=60), st.floats(0.01, 3.0))
def test_a_claim_and_its_opposite_are_never_both_supported(values, smallest):
    found = {name: rules.decided(name, rules.shares(name, np.array(values), smallest)) for name in ("above", "below")}
    turned = {rules.SUPPORTED: rules.CONTRADICTED, rules.CONTRADICTED: rules.SUPPORTED}
    assert found["below"] == turned.get(found["above"], found["above"])


def test_slopes_are_taken_together():
    place = np.linspace(-1.0, 1.0, 60)
    other = np.cos(7.0 * place)
    values, rows = 2.0 * place - other, [np.arange(60), np.arange(60)[::-1]]
    terms = {"a": place, "b": other}
    assert (rules.signs(values, terms, {"a": "+", "b": "-"}, rows) == 1.0).all()
    assert (rules.signs(values, terms, {"a": "+", "b": "+"}, rows) == -1.0).all()
    assert np.isnan(rules.signs(values[:4], {"a": place[:4], "b": other[:4]}, {"a": "+", "b": "-"}, rows)).all()


def test_evidence_is_the_mean_likelihood():
    rows = [np.array([0, 1]), np.array([1, 1])]
    found = rules.evidence(np.log(np.array([0.5, 0.25])), rows)
    assert np.allclose(np.exp(found), [0.375, 0.25])
    assert np.isnan(rules.evidence(np.array([np.nan, -np.inf]), rows)).all()
