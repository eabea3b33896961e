"""Which uncertainties an outcome or an effect goes with, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.effects import contrasts, differences
from sim.experiment.experiment import label

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.pair_table import PairedSweep
    from sim.experiment.experiment import Factor

Array = NDArray[np.float64]

BINS = 20
"""Of numbers with many values, with equally many points in each."""
NOT_ASKED = ""
"""The group of points at which another variant excludes this one."""
IN_BIN = 5
"""Points in a bin at least; with fewer points there are fewer bins."""


def correlation_ratio(groups: NDArray[Any], values: Array) -> float:
    """Return the part of the variance of values that lies between groups, less what chance would put there.

    This is eta squared with the correction known as epsilon squared: on average 0 where groups
    do not matter, however many they are; so it can be a little negative.
    """
    known = np.isfinite(values)
    groups, values = groups[known], values[known]
    codes = np.unique(groups, return_inverse=True)[1]
    count = np.bincount(codes) if len(codes) else np.zeros(0)
    free = len(values) - len(count)
    away = values - values.mean() if len(values) else values
    total = float((away * away).sum())
    if free < 1 or len(count) < 2 or total == 0.0:
        return 0.0
    inside = total - float((np.bincount(codes, away) ** 2 / count).sum())
    return 1.0 - (inside / free) / (total / (len(values) - 1))


def grouped(values: NDArray[Any], bins: int = BINS) -> NDArray[Any]:
    """Return a group for each value: itself where there are few, else which part of the values it is in."""
    if len(np.unique(values)) <= min(bins, len(values) // 2):
        return values
    bins = max(2, min(bins, len(values) // IN_BIN))
    ranks = np.empty(len(values), np.int64)
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks * bins // len(values)


def influence(sweep: PairedSweep, values: Array) -> pd.Series:
    """Return the correlation ratio of each uncertainty with values of pairs, the largest first.

    It is taken over points, of the means over their replicates. Interactions are not in it.
    """
    return _ratios(_groups(sweep), sweep.pairs.by_point(values)[0])


def _groups(sweep: PairedSweep) -> dict[str, NDArray[Any]]:
    """Return each uncertainty's group of every point; they are read from the disk."""
    found = {}
    for factor, drawn in sweep.pairs.uncertainties():
        if factor.options:
            drawn = np.array([NOT_ASKED if value is None else label(value) for value in drawn.tolist()])
        found[factor.name] = grouped(drawn)
    return found


def _where_asked(groups: NDArray[Any], values: Array) -> float:
    """Return the correlation ratio; of a variant that some points do not ask for, of the variance among the others."""
    asked = (groups != NOT_ASKED) | (groups.dtype.kind != "U")
    if asked.all():
        return correlation_ratio(groups, values)
    total, among = (np.nansum((each - np.nanmean(each)) ** 2) if len(each) else 0.0 for each in (values, values[asked]))
    return correlation_ratio(groups[asked], values[asked]) * float(among / total) if total else 0.0


def _ratios(groups: dict[str, NDArray[Any]], means: Array) -> pd.Series:
    import pandas as pd

    found = {name: _where_asked(group, means) for name, group in groups.items()}
    return pd.Series(found, dtype=float).sort_values(ascending=False, kind="stable")


def importance(sweep: PairedSweep, **asked: Any) -> pd.DataFrame:
    """Return how much of an effect goes with each uncertainty, the most first; asked as `contrasts` is.

    A row per option and uncertainty: ``size`` and ``sign`` are correlation ratios of the effect and of its sign, over
    points: an uncertainty may move many effects a little, or across zero, and another make the large ones larger.
    """
    import pandas as pd

    found, groups = [], _groups(sweep)
    for labels, _, effect, _ in contrasts(sweep, **asked):
        means, _ = sweep.pairs.by_point(effect)
        both = {"size": _ratios(groups, means), "sign": _ratios(groups, np.sign(means))}
        frame = pd.DataFrame(both).sort_values("size", ascending=False, kind="stable")
        found.append(frame.rename_axis("uncertainty").reset_index().assign(**labels))
    return pd.concat(found, ignore_index=True)


def leading(sweep: PairedSweep, column: str, lever: Factor | None, options: Sequence[int] = (1,)) -> list[str]:
    """Return the uncertainties by how much the first option's effect, or without a lever the outcome, goes with them.

    An uncertainty of one value is left out.
    """
    values = sweep.pairs.values(column)
    effect = values.mean(axis=1) if lever is None else differences(sweep.pairs, lever, options[0], values)[0]
    varied = {
        factor.name
        for factor in sweep.experiment.uncertainties
        if (len(factor.options) > 1 if factor.options else factor.high > factor.low)
    }
    return [str(name) for name in influence(sweep, effect).index if name in varied]
