"""The page that answers one question: its words follow from its numbers, and are never stronger."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.describe import answer
from sim.describe.answer import SAID, SHORT, SOUGHT, Contrast, came_out, sentences, worded
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS

RESULTS = Path(__file__).parents[2] / "results"


def effects(ahead: int, behind: int, favour: float = 0.5) -> np.ndarray:
    """Return months: so many of a hundred beyond a month either way; of the rest, ``favour`` are a little above 0."""
    up = round((100 - ahead - behind) * favour)
    return np.array([2.0] * ahead + [-2.0] * behind + [0.1] * up + [-0.1] * (100 - ahead - behind - up))


def made(ahead: int, behind: int, favour: float = 0.5, **others: np.ndarray) -> Contrast:
    return Contrast("recovery_months", dict.fromkeys(SCOPES, effects(ahead, behind, favour)) | others, 1.0)


MOVED = [(name, {"low": made(10, 10, 0.3), "high": made(10, 10, 0.9)}) for name in ("r_v", "pack", "a_imp", "inh_o")]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (made(80, 5), "better"), (made(79, 6), "often better"), (made(5, 80), "worse"), (made(6, 79), "often worse"),
        (made(10, 10, 1.0), "same"), (made(10, 10, 0.0), "same"), (made(11, 10, 1.0), "often same"),
        (made(30, 25), "open"), (made(25, 25), "open"), (made(25, 24), "often same"),
    ],
)  # fmt: skip
def test_an_answer_is_given_from_four_in_five_worlds_on_and_no_difference_is_one(found: Contrast, said: str) -> None:
    assert came_out(found, "agrarian") == said and said in SAID and said in SHORT


def test_shares_count_ties_half_and_beyond_counts_the_smallest_effect_as_little() -> None:
    found = Contrast("recovery_months", {"agrarian": np.array([0.0, 1.0, 1.1, -3.0, np.nan])}, 1.0)
    assert found.share("agrarian") == 0.625 and found.parts("agrarian") == (0.25, 0.5, 0.25)


def test_of_places_together_no_more_is_said_than_of_each_and_a_borderline_is_called_one() -> None:
    found = made(90, 5, industrial=effects(10, 11), borderland=effects(16, 8))
    assert worded(found, ["agrarian"]) == f"in agrarian provinces {SAID['better']}"
    assert worded(found, ["agrarian", "industrial", "borderland"]) == (
        f"in agrarian provinces {SAID['better']}; "
        f"in industrial provinces and the borderland {SAID['often same']} (borderline)"
    )
    assert "borderline" not in worded(made(20, 6), ["agrarian"])


def test_the_first_sentences_turn_with_the_numbers() -> None:
    provinces, capitals, unknowns = sentences(made(16, 8, capital=effects(19, 6)), MOVED)
    assert provinces.startswith("In the provinces the model bears out neither that elections were likely to make")
    assert "behind what happened by more than a month in 8, ahead by more in 16, and nearer than that in" in provinces
    assert "the model bears out: in 94 of 100" in capitals and "but nor are they in the provinces, in 92" in capitals
    assert unknowns.startswith("No single unknown decides") and "in 34 of 100 to being so in 82" in unknowns
    worse, contrary, decided = sentences(
        made(5, 85, capital=effects(5, 81)), [*MOVED, ("cool", {"low": made(85, 5), "high": made(9, 9)})])  # fmt: skip
    assert worse.startswith(f"In the provinces {SAID['worse']} (borderline).")
    assert "contradicts (borderline)" in contrary and "in the provinces in 15" in contrary and "nor" not in contrary
    assert decided.startswith(f"Alone could decide it: {SOUGHT['cool'][0]};")
    assert "leaves open" in sentences(made(5, 85, capital=effects(5, 50)), MOVED)[1]


def test_unknowns_come_by_how_far_the_share_moves_whatever_the_spread() -> None:
    low, high = np.repeat([0.0, 1.0], 150), np.tile([0.0, 1.0], 150)
    found = made(0, 0)
    there = {"nation": np.where(low == 1.0, 0.2, -0.2) + np.where(high == 1.0, 0.1, -5.0)}
    there["nation"][:10] = 9.0
    factors = [(name, values) for name, values in (("cool", low), ("pack", high))]
    readings = np.array(["members"] * 290 + ["plenum"] * 10, object)
    drawn = [(SimpleNamespace(name=name, options=()), values) for name, values in factors]
    choice = [SimpleNamespace(value=value, label=value) for value in ("members", "plenum")]
    drawn.append((SimpleNamespace(name="electorate", options=choice), readings))
    sweep = SimpleNamespace(pairs=SimpleNamespace(uncertainties=lambda: iter(drawn)))
    moved = answer.moves(sweep, Contrast(found.outcome, there, 1.0))
    assert [name for name, _ in moved] == ["pack", "cool", "electorate"]
    assert [len(ends) for name, ends in moved if name == "electorate"] == [1], "ten pasts are too few to tell apart"


def test_the_articles_premise_and_the_feuds_are_worded_by_the_same_rule() -> None:
    said = answer._on_premise(made(16, 8, 0.6), made(5, 5, 0.2))
    assert "6 in the nation" not in said and "(39 fewer in the nation); by the rule in the capitals and" in said
    assert said.endswith(f"the provinces {SHORT['same']}.")
    assert "more in the nation" in answer._on_premise(made(5, 5, 0.2), made(16, 8, 0.6))
    feuds = answer._paralysed(made(24, 20))
    assert f"{SHORT['often same']}: fewer by more than one of 85 in 24 of 100 pasts, more in 20" in feuds
    assert SHORT["worse"] in answer._paralysed(made(5, 90))


def test_what_was_set_down_beforehand_is_judged_by_the_numbers() -> None:
    drawn = SimpleNamespace(experiment=SimpleNamespace(why="Asked.\n\nIt would count\nagainst it.\n"))
    said = answer._beforehand(drawn, made(16, 8, 0.6), made(5, 5, 0.2))
    assert '"It would count against it." The first is met' in said and "premise it is not met (77 and 77)" in said
    assert "The second is met: the capitals gain more by over a month in 0 of 100" in said
    gains = made(0, 10, 0.1, capital=effects(100, 0))
    assert "The first is not met" in answer._beforehand(drawn, gains, gains)
    assert "The second is not met" in answer._beforehand(drawn, gains, gains)


def test_later_years_are_worded_by_their_numbers_or_said_to_be_wanting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "were not asked here" in answer._later(None)
    sweep = SimpleNamespace(experiment=SimpleNamespace(horizons=("decade", "y1923", "y1924", "y1929")))

    def said(first: float, last: float) -> str:
        shares = {"y1924": made(0, 0, first), "y1929": made(10, 20, last, capital=effects(80, 10))}
        monkeypatch.setattr(answer, "contrast", lambda *_, elect, horizon: shares[horizon])
        return answer._later(sweep)

    assert "election goes" in said(0.7, 0.4) and "70 of 100 in 1924, in 38 in 1929" in said(0.7, 0.4)
    assert "more than half then in the capitals; industry at the end of 1929 is better in 10" in said(0.7, 0.4)
    assert "election stays" in said(0.7, 0.8) and "in the capitals and the provinces" in said(0.7, 0.8)
    assert "election comes" in said(0.4, 0.8) and "election is wanting, too" in said(0.4, 0.4)


def test_what_would_shift_it_is_named_in_words_for_whoever_works_in_an_archive() -> None:
    assert set(SOUGHT) <= set(PARAMETERS) | set(VARIANTS)
    thirds = pd.read_csv(RESULTS / "december-1923" / "thirds.csv").query("option == 'election'")
    moved = thirds.groupby("uncertainty")["points_better"].agg(np.ptp).sort_values(ascending=False)
    assert set(moved.index[: answer.LEADING]) <= set(SOUGHT)


def test_the_page_as_it_is_has_no_code_names() -> None:
    text = (RESULTS / "answer.md").read_text(encoding="utf-8").split("## How to read it")[0]
    assert not [name for name in {*PARAMETERS, *VARIANTS} if "_" in name and name in text] and "`" not in text
    assert all(f"**{word}" in text for word in ("In ", "That ")) and len(CLASSES) == 4
