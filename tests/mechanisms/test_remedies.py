"""Step 6, remedies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.mechanisms.remedies import is_open, mediated, remedy_chance, request_chance
from tests.mechanisms.ranges import of, share


@pytest.mark.parametrize(
    ("conflict", "expected"), [(0.44, False), (0.45, False), (0.46, True), (0.0, False), (1.0, True)]
)
def test_a_sklok_is_open_above_its_threshold_only(conflict: float, expected: bool) -> None:
    assert is_open(conflict, 0.45) is expected


@given(grievance=share)
def test_mediation_halves(grievance: float) -> None:
    assert mediated(grievance) == grievance / 2.0
    assert mediated(0.0) == 0.0


@given(by_transfer=of("tr_p"), by_conference=of("x_el"), claimed=st.booleans())
def test_both_remedies_have_the_same_kind_of_chance(by_transfer: float, by_conference: float, claimed: bool) -> None:
    assert remedy_chance(True, by_transfer, by_conference) == by_transfer
    assert remedy_chance(False, by_transfer, by_conference) == by_conference
    assert remedy_chance(claimed, by_transfer, by_conference) == remedy_chance(not claimed, by_conference, by_transfer)


@given(asking=of("ask_above"))
def test_only_a_place_in_an_open_sklok_asks(asking: float) -> None:
    assert request_chance(True, asking) == asking
    assert request_chance(False, asking) == 0.0
