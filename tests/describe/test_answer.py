"""The page that answers one question: its words follow from its numbers, and are never stronger."""

from __future__ import annotations

import numpy as np
import pytest

from sim.describe.answer import Contrast, worded


def made(ahead: int, behind: int, little: int, favour: float = 0.5) -> Contrast:
    """Return effects in months: so many of a hundred beyond a month either way, the rest little, ``favour`` above 0."""
    up = round(little * favour)
    found = np.array([2.0] * ahead + [-2.0] * behind + [0.1] * up + [-0.1] * (little - up))
    return Contrast("recovery_months", {"agrarian": found}, 1.0)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (made(80, 5, 15), "it would have done better"),
        (made(79, 6, 15), "the model gives no answer, but leans towards election"),
        (made(5, 80, 15), "it would have done worse"),
        (made(6, 79, 15), "the model gives no answer, but leans against election"),
        (made(10, 10, 80, 1.0), "it would have made no difference worth the name"),
        (made(11, 10, 79, 0.5), "the model gives no answer"),
    ],
)
def test_an_answer_is_given_from_four_in_five_worlds_on(found: Contrast, said: str) -> None:
    assert worded(found, ["agrarian"]) == said


def test_shares_count_ties_half_and_beyond_counts_the_smallest_effect_as_little() -> None:
    found = Contrast("recovery_months", {"agrarian": np.array([0.0, 1.0, 1.1, -3.0])}, 1.0)
    assert found.share("agrarian") == 0.625 and found.beyond("agrarian") == (0.25, 0.25)


def test_of_places_together_no_more_is_said_than_of_each() -> None:
    better, even = made(90, 5, 5), made(10, 11, 79)
    effects = {"agrarian": better.effects["agrarian"], "industrial": even.effects["agrarian"]}
    both = Contrast("recovery_months", effects, 1.0)
    assert worded(both, ["agrarian"]) == "it would have done better"
    assert worded(both, ["agrarian", "industrial"]) == "the model gives no answer"
