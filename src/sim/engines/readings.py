"""What both engines read off the guberniias each month, and count: the columns of step 12."""

from __future__ import annotations

#: Months over which moves are summed up.
YEAR = 12
#: Columns of the count of moves.
MOVES = (
    "moves", "moves_centre", "moves_unfit", "moves_need", "moves_lateral", "moves_conflict", "moves_voted",
    "moves_wear",
)  # fmt: skip
#: What is read off every guberniia; from ``bench_skill`` on, several values or none.
READ = (
    "performance", "committee_performance", "recovery", "conflict", "open_skloki", "skloki_year", "paralysed",
    "team_skill", "misfit", "discussion", "unity", "credit", "clarity", "literacy", "members", "claimed", "bench",
    "opposition_members", "opposition_guberniia", "appointed", "recommended", "elected", "acting", "appointed_cc",
    "bench_skill", "uezd_performance", "uezd_open_skloki", "uezd_appointed", "conflict_after_transfer",
    "conflict_after_election", "tenure_appointed", "tenure_elected",
)  # fmt: skip
