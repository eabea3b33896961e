"""What both engines know of the record: which moves are counted where, and over how many months they are summed."""

from __future__ import annotations

from sim.registry.outcomes import OUTCOMES

MOSCOW = "Moscow"
"""The guberniia whose conferences of January 1924 are recorded tier by tier."""
#: Months over which moves are summed up.
YEAR = 12
#: Outcomes that count guberniia secretaries who leave their posts.
MOVES = tuple(name for name, outcome in OUTCOMES.items() if outcome.unit == "per post")
#: Which of them counts a move for its reason alone; where it also matters who decides, both engines say so.
MOVES_FOR = {
    "need": "moves_need", "lateral": "moves_lateral", "transfer": "moves_conflict", "extraordinary": "moves_conflict",
    "wear": "moves_wear", "request": "moves_asked",
}  # fmt: skip
