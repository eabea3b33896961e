"""What each arm pays for a pair of terms: the audit by which two terms are called twins, or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.effects import differences
from sim.errors import Problem, UserError

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.pair_table import PairedSweep
    from sim.experiment.experiment import Option

Array = NDArray[np.float64]
PART = 0.1
"""Of the larger payment, or of the smallest effect of interest: how far the arms may differ."""


def payments(sweep: PairedSweep) -> pd.DataFrame:
    """Return what the arms of the first lever pay for each option of the second against its first.

    An arm pays the outcome with a pair of terms left out less the outcome with both as drawn, on the same accidents.
    Terms are twins if the arms pay alike: to within a tenth of the larger payment or of the smallest effect of
    interest, whichever is more, and two standard errors are below that tolerance.

    Returns
    -------
    DataFrame
        A row per outcome, horizon and option: ``pays`` of the first and of the second arm, their ``difference`` with
        its standard ``error``, the ``tolerance``, and ``reading``: ``alike``, ``unlike``, or ``undecided`` where
        there are too few points to tell.

    Raises
    ------
    UserError
        There are not two levers, the first with two options.
    """
    import pandas as pd

    levers, pairs, rows = sweep.experiment.levers, sweep.pairs, []
    if len(levers) != 2 or len(levers[0].options) != 2:
        raise UserError(Problem(str(sweep.path), "levers", str(len(levers)), "two, the first with two options"))
    arms, terms = levers
    mine = [column for column in sweep.columns if column[2] == "nation"]
    for (_, outcome, _, horizon), values in zip(mine, pairs.each(*(column[0] for column in mine)), strict=True):
        for number, option in enumerate(terms.options[1:], start=1):
            found = [pairs.by_point(differences(pairs, terms, number, values, arm)[0])[0] for arm in (0, 1)]
            known = np.isfinite(found[0]) & np.isfinite(found[1])
            one, other = (each[known] for each in found)
            base = float(np.nanmean(pairs.by_option(values, terms)[:, 0]))
            least = float(sweep.experiment.smallest.of(sweep.experiment.outcome(outcome), base))
            rows.append({
                "outcome": outcome, "horizon": horizon, terms.name: option.label, "points": len(one),
                **_judged(one, other, least, arms.options),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _judged(one: Array, other: Array, smallest: float, arms: Sequence[Option]) -> dict[str, Any]:
    """Return what the arms pay, and whether alike."""
    pays, away = (float(one.mean()), float(other.mean())), other - one
    error = float(away.std(ddof=1) / len(away) ** 0.5) if len(away) > 1 else np.inf
    tolerance = PART * max(abs(pays[0]), abs(pays[1]), smallest)
    difference = float(away.mean())
    reading = "undecided"
    if abs(difference) > tolerance + 2.0 * error:
        reading = "unlike"
    elif abs(difference) <= tolerance and 2.0 * error <= tolerance:
        reading = "alike"
    labels = [f"pays under {arm.label}" for arm in arms]
    said = {"difference": difference, "error": error, "tolerance": tolerance, "reading": reading}
    return dict(zip(labels, pays, strict=True)) | said
