"""Quantiles over the runs of a sweep, month by month: from histograms that can be added, or from whole curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import Problem, UserError
from sim.registry.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.sweep import SweepFolder

Array = NDArray[np.float64]

QUANTILES = (0.1, 0.5, 0.9)
SHARES = frozenset(outcome.name for outcome in OUTCOMES.values() if outcome.high == 1.0)
"""Outcomes that lie between 0 and 1: their bins are of one width."""
STEPS = 1000
"""Bins of a share between 0 and 1; a last one holds what is 1."""
DROPPED = 14
"""Bits left out of the 32 of a number that is no share: sign, exponent and 9 bits of its fraction stay."""
NONE = -1
"""Bin of what is not defined; it is not counted."""
SIGN, INFINITE = 0x80000000, 0x7F800000


def bins(values: ArrayLike, outcome: str) -> NDArray[np.int32]:
    """Return the bin of each value: whole numbers in the values' order, so that histograms can be added.

    Shares have bins of 0.001. Others have bins that are 0.1 to 0.2 % wide: the first 18 bits of the value as a 32-bit
    number, turned so that their order is that of the values. That of nan is `NONE`.
    """
    values = np.asarray(values)
    if outcome in SHARES:
        known = np.isfinite(values)
        scaled = np.floor(np.where(known, values, 0.0).astype(np.float64) * STEPS)
        return np.where(known, np.clip(scaled, 0, STEPS), NONE).astype(np.int32)
    # Zero has two patterns; a sum has the one without a sign.
    bits = np.ascontiguousarray(values + 0.0, dtype=np.float32).view(np.uint32)
    ordered = np.where(bits & SIGN, ~bits, bits | np.uint32(SIGN))
    found = (ordered >> np.uint32(DROPPED)).astype(np.int32)
    return np.where(np.isnan(values), np.int32(NONE), found).astype(np.int32)


def middle(numbers: ArrayLike, outcome: str) -> Array:
    """Return the value in the middle of each bin, as `bins` gives them; nan for `NONE`."""
    numbers = np.asarray(numbers)
    none = numbers < 0
    if outcome in SHARES:
        return np.where(none, np.nan, np.minimum((numbers + 0.5) / STEPS, 1.0))
    ordered = (np.where(none, 0, numbers).astype(np.uint32) << np.uint32(DROPPED)) | np.uint32(1 << (DROPPED - 1))
    bits = np.where(ordered & SIGN, ordered & np.uint32(SIGN - 1), ~ordered)
    # What is infinite would else become what is no number.
    bits = np.where((bits & INFINITE) == INFINITE, (bits & np.uint32(SIGN)) | np.uint32(INFINITE), bits)
    found = np.ascontiguousarray(bits, dtype=np.uint32).view(np.float32).astype(np.float64)
    return np.where(none, np.nan, found)


def bands(sweep: SweepFolder, outcomes: Sequence[str] | None = None, at: Sequence[float] = QUANTILES) -> pd.DataFrame:
    """Return quantiles over all runs, by combination of the levers' options, outcome, scope and month.

    They are over points and replicates together: parameters within their ranges, and chance. Where the sweep kept
    quantiles they are of all its runs, to the width of a bin; where it kept curves, of the runs whose curves it kept.

    Parameters
    ----------
    outcomes
        Names; by default all whose curves were kept.
    at
        Which quantiles, from 0 to 1.

    Returns
    -------
    DataFrame
        A row per combination, outcome, scope and month: the levers' options, how many runs are defined, and
        a column per quantile, ``p10`` and so on. Empty where no curves were kept.
    """
    import pandas as pd

    shares = [_share(share) for share in at]
    chosen = sweep.curve_outcomes(outcomes)
    read = _from_bins if sweep.experiment.curves == "quantiles" else _from_curves
    found = [read(sweep, outcome, shares).assign(outcome=outcome) for outcome in chosen]
    names = [quantile_name(share) for share in shares]
    levers = [lever.name for lever in sweep.experiment.levers]
    columns = ["combination", *levers, "outcome", "scope", "month", "runs", *names]
    if not found:
        return pd.DataFrame(columns=columns)
    frame = pd.concat(found, ignore_index=True)
    options = sweep.experiment.combinations
    for place, lever in enumerate(levers):
        values = [options[combination][place].value for combination in frame["combination"]]
        frame[lever] = pd.Series(values, index=frame.index, dtype=object)
    frame["month"] = sweep.month_stamps(frame["month"])
    frame = frame.sort_values(["combination", "outcome", "scope", "month"], kind="stable", ignore_index=True)
    return frame[columns]


def differences(sweep: SweepFolder, outcome: str, combinations: Sequence[int], scopes: Sequence[str]) -> pd.DataFrame:
    """Return quantiles and mean of pairs' differences from the first combination, by combination, scope and month.

    Histograms know no pairs: the sweep must have kept curves of runs; of others the answer is empty.
    """
    import pandas as pd

    names = [quantile_name(share) for share in QUANTILES]
    if sweep.experiment.curves == "quantiles" or outcome not in sweep.curve_outcomes():
        return pd.DataFrame(columns=["combination", "scope", "month", "runs", *names, "mean"])
    width = len(sweep.experiment.combinations)
    change = f'(other."{outcome}" - base."{outcome}")'
    columns = ", ".join(f"quantile_cont({change}, {share!r}) AS {quantile_name(share)}" for share in QUANTILES)
    wanted = ", ".join(f"'{scope}'" for scope in scopes)
    frame = sweep.query(f"""
        SELECT other.run % {width} AS combination, other.scope, other.month, count(*) AS runs, {columns},
            avg({change}) AS mean
        FROM curves AS other JOIN curves AS base
            ON base.run = other.run - other.run % {width} AND base.scope = other.scope AND base.month = other.month
        WHERE other.run % {width} IN ({", ".join(map(str, combinations))}) AND other.scope IN ({wanted})
            AND {change} IS NOT NULL AND NOT isnan({change})
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """)
    frame["month"] = sweep.month_stamps(frame["month"])
    return frame


def means(sweep: SweepFolder, outcome: str, scope: str) -> pd.DataFrame:
    """Return means over all runs, by combination and month, of an outcome in a scope: of what `bands` has quantiles."""
    if sweep.experiment.curves == "quantiles":
        frame = sweep.query(f"""
            SELECT combination, month, bin, sum("count")::BIGINT AS n FROM bins
            WHERE outcome = '{outcome}' AND scope = '{scope}' AND bin >= 0 GROUP BY ALL ORDER BY ALL
        """)
        frame["total"] = middle(frame["bin"].to_numpy(), outcome) * frame["n"]
        frame = frame.groupby(["combination", "month"], as_index=False)[["total", "n"]].sum()
        frame["mean"] = frame["total"] / frame["n"]
    else:
        frame = sweep.query(f"""
            SELECT run % {len(sweep.experiment.combinations)} AS combination, month, avg("{outcome}") AS mean
            FROM curves WHERE scope = '{scope}' AND "{outcome}" IS NOT NULL AND NOT isnan("{outcome}")
            GROUP BY ALL ORDER BY ALL
        """)
    frame["month"] = sweep.month_stamps(frame["month"])
    return frame[["combination", "month", "mean"]]


def quantile_name(share: float) -> str:
    """Return a quantile's name as a column: 0.1 is ``p10``, 0.025 is ``p2.5``."""
    return f"p{100 * share:g}"


def _share(given: Any) -> float:
    """Return a share of the runs; UserError where it is none, of which histograms and curves would make something."""
    share = float(given) if isinstance(given, int | float | np.floating) else np.nan
    if 0.0 <= share <= 1.0:
        return share
    raise UserError(Problem("at", found=repr(given), allowed="a share from 0 to 1, such as 0.9"))


def _from_bins(sweep: SweepFolder, outcome: str, at: Sequence[float]) -> pd.DataFrame:
    """Add the histograms of all chunks and find, for each quantile, the bins of the runs around it."""
    # A quantile lies between two runs in the order of their values, as in numpy: so two bins each.
    ranks = [f"{end}((runs - 1) * {share!r})" for share in at for end in ("floor", "ceil")]
    edges = ", ".join(f"min(bin) FILTER (WHERE upto > {rank}) AS edge{n}" for n, rank in enumerate(ranks))
    frame = sweep.query(f"""
        WITH added AS (
            SELECT combination, scope, month, bin, sum("count")::BIGINT AS n FROM bins
            WHERE outcome = '{outcome}' AND bin >= 0 GROUP BY ALL
        ), counted AS (
            SELECT combination, scope, month, bin,
                sum(n) OVER (PARTITION BY combination, scope, month ORDER BY bin) AS upto,
                sum(n) OVER (PARTITION BY combination, scope, month) AS runs
            FROM added
        )
        SELECT combination, scope, month, runs::BIGINT AS runs, {edges} FROM counted
        GROUP BY combination, scope, month, runs
    """)
    runs = frame["runs"].to_numpy()
    for n, share in enumerate(at):
        low, high = (middle(frame.pop(f"edge{2 * n + end}").to_numpy(), outcome) for end in (0, 1))
        rank = (runs - 1) * share
        with np.errstate(invalid="ignore"):  # between two that are infinite
            frame[quantile_name(share)] = np.where(low == high, low, low + (high - low) * (rank - np.floor(rank)))
    return frame


def _from_curves(sweep: SweepFolder, outcome: str, at: Sequence[float]) -> pd.DataFrame:
    combinations = len(sweep.experiment.combinations)
    columns = ", ".join(f'quantile_cont("{outcome}", {share!r}) AS "{quantile_name(share)}"' for share in at)
    return sweep.query(f"""
        SELECT run % {combinations} AS combination, scope, month, count("{outcome}") AS runs, {columns}
        FROM curves WHERE "{outcome}" IS NOT NULL AND NOT isnan("{outcome}") GROUP BY 1, 2, 3
    """)


def numbers(frame: Any, name: str) -> Array:
    """Return a column as plain numbers, nan where there is none."""
    found: Array = frame[name].to_numpy(dtype=float, na_value=np.nan)
    return found
