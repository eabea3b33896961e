"""Tables of a result as targets see them: replicate by replicate."""

from __future__ import annotations

import pandas as pd

from sim.analysis.scores import Row, Scores


def score(monthly: pd.DataFrame) -> list[Row]:
    """Compare tables, one row per replicate, month and scope, with every target."""
    scores = Scores()
    for _, run in monthly.groupby("replicate"):
        scores.take(run)
    return scores.rows()
