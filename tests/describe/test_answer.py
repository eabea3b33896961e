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
        (made(80, 5, 15), "would have done better"),
        (made(79, 6, 15), "comes out ahead more often than behind, but not often enough to call it an answer"),
        (made(5, 80, 15), "would have done worse"),
        (made(6, 79, 15), "comes out behind more often than ahead, but not often enough to call it an answer"),
        (made(10, 10, 80, 1.0), "would have made no difference worth the name"),
        (made(11, 10, 79, 0.5), "comes out ahead about as often as behind"),
    ],
)
def test_an_answer_is_given_from_four_in_five_worlds_on(found: Contrast, said: str) -> None:
    assert worded(found, "agrarian") == said


def test_shares_count_ties_half_and_beyond_counts_the_smallest_effect_as_little() -> None:
    found = Contrast("recovery_months", {"agrarian": np.array([0.0, 1.0, 1.1, -3.0])}, 1.0)
    assert found.share("agrarian") == 0.625 and found.beyond("agrarian") == (0.25, 0.25)
