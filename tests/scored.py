"""Tables of a result as targets see them: replicate by replicate."""

from __future__ import annotations

import pandas as pd

from sim.analysis.scores import Row, Scores


def score(monthly: pd.DataFrame, events: pd.DataFrame) -> list[Row]:
    """Compare tables, one row per replicate, month and scope and one per event, with every target."""
    scores = Scores()
    for replicate, run in monthly.groupby("replicate"):
        scores.take(run, events[(events["replicate"] == replicate).to_numpy()])
    return scores.rows()
