"""Paired effects of the levers' options over all points of a sweep.

The estimand. A *point* is a set of values of the uncertain parameters; a *pair* is two runs at one
point, on the same accidents, that differ in one lever alone: one with its first option (the
baseline), one with another. An effect is the option minus the baseline. The mean effect is the mean
over points of the mean over a point's replicates: what the option changes on average in this model
when parameters are spread as the experiment says they are. Intervals and shares over points speak
of these ranges of parameters, and of chance, not of history: whether the model is right is not in
them. Nothing is tested for significance; see `sim.analysis.paired` for why.

Chance. Where every point has accidents of its own, replicates are nested in points, and what varies
over points holds chance as well. Where all points share theirs, replicates are crossed with points:
what a series of accidents does to all points alike does not average out over them, and is told only
by other series (`sim.analysis.variance_components`). With one replicate an interval over points is then
given this one series.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis import paired, selection
from sim.analysis.paired import TINY, quantiles, student
from sim.analysis.variance_components import ROUNDING, Crossed, crossed
from sim.experiment.designs import kind_of
from sim.registry.entries import Outcome

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.pair_table import PairedSweep, PairTable
    from sim.experiment.experiment import Factor

Array = NDArray[np.float64]

QUANTILES = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
ONE_SERIES = "points, one series"
"""Name of intervals over points that share one series of accidents: what another would do is not in them."""
POOLED = "pooled"


def effects(
    sweep: PairedSweep, *, lever: str | None = None, option: Any = None, outcome: str | None = None,
    scope: str | None = None, horizon: str | None = None, each: bool = False, where: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Return the paired effects of options against their lever's baseline; the module says of what.

    Parameters
    ----------
    sweep
        With a lever of two options or more; otherwise the answer is empty.
    lever, option, outcome, scope, horizon
        Only these; by default all.
    each
        For each combination of the other levers' options instead of over all of them. Over all, a
        pair's difference is the mean over these combinations, and it counts where all are defined.
    where
        Only at points of which this condition is true, in SQL over the uncertainties: ``r_f - r_v > 0.2``.

    Returns
    -------
    DataFrame
        A row per lever, option, combination of the others, outcome, scope and horizon; docs/sweeps.md explains the
        columns. ``interval`` is ``chance`` where points were chosen (grid, table, one at a time) or there is one.
    """
    import pandas as pd

    levers = [entry for entry in sweep.experiment.levers if len(entry.options) > 1]
    if lever is not None or (option is not None and levers):
        levers = [sweep.experiment.lever(lever)]
    columns = chosen(sweep, outcome, scope, horizon)
    options = {entry.name: selection.against(entry, option) for entry in levers}
    pairs = sweep.pairs if where is None else sweep.pairs.at(selection.points(sweep, where))
    rows: list[dict[str, Any]] = []
    read = pairs.each(*(column for column, *_ in columns)) if levers else iter(())
    for (_, *kept), values in zip(columns, read, strict=bool(levers)):
        for entry in levers:
            rows += _of_lever(pairs, entry, options[entry.name], values, kept, each)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    sort = {entry.name: at for at, entry in enumerate(levers)}
    return frame.sort_values("lever", key=lambda names: names.map(sort), kind="stable", ignore_index=True)


COLUMNS = [
    "lever", "option", "baseline", "others", "outcome", "unit", "better", "scope", "horizon",
    "points", "pairs", "failed", "undefined", "base", "effect", "low", "high", "interval", "chance",
    "superiority", "within", "reading", "points_better", "points_above", "points_below", "points_within", "smallest",
    *QUANTILES,
]  # fmt: skip


def chosen(
    sweep: PairedSweep, outcome: str | None = None, scope: str | None = None, horizon: str | None = None
) -> list[tuple[str, str, str, str]]:
    """Return the columns of outcomes that are asked for: column, outcome, scope, horizon."""
    asked = {"outcome": outcome, "scope": scope, "horizon": horizon}.items()
    wanted = [selection.some(kind, name, selection.known(sweep, kind)) for kind, name in asked]
    return [entry for entry in sweep.columns if all(entry[at + 1] in wanted[at] for at in range(3))]


def differences(
    pairs: PairTable, lever: Factor, option: int, values: NDArray[Any], other: int | NDArray[np.int64] | None = None
) -> tuple[Array, Array]:
    """Return each pair's effect of an option (by its number) and its baseline, from values of all combinations.

    At one combination of all ``other`` levers' options, by its number, or the mean over several; at none: over all.
    """
    shaped = pairs.by_option(values, lever)[:, :, slice(None) if other is None else np.atleast_1d(other)]
    base, changed = shaped[:, 0], shaped[:, option]
    # Nothing is left out of a mean: over other combinations it would be the mean of something else.
    effect = (changed - base).mean(axis=1)
    base = np.where(np.isfinite(effect), base.mean(axis=1), np.nan)
    return np.where(np.abs(effect) <= TINY * np.abs(base), 0.0, effect), base


def contrasts(
    sweep: PairedSweep, lever: str | None = None, option: Any = None, outcome: str | None = None,
    scope: str | None = None, horizon: str | None = None,
) -> Iterator[tuple[dict[str, Any], Outcome, Array, Array]]:  # fmt: skip
    """Yield what sets options against their lever's baseline: its labels, the outcome, and each pair's effect and base.

    By default the first lever that has a choice, all its options, the first outcome, the nation (or the first scope)
    and the main horizon.
    """
    chosen = sweep.experiment.lever(lever)
    of = selection.shown(sweep, selection.Selection(outcome, scope, horizon))
    values = sweep.pairs.values(of.column)
    for number in selection.against(chosen, option):
        labels = {"lever": chosen.name, "option": chosen.options[number].label, "outcome": of.entry.name}
        yield labels, of.entry, *differences(sweep.pairs, chosen, number, values)


def others(sweep_levers: tuple[Factor, ...], lever: Factor) -> list[str]:
    """Return the combinations of all other levers' options, as text."""
    named = ([f"{entry.name} = {option.label}" for option in entry.options]
             for entry in sweep_levers if entry.name != lever.name)  # fmt: skip
    return [", ".join(texts) for texts in product(*named)]


def _of_lever(
    pairs: PairTable, lever: Factor, options: list[int], values: Array, kept: list[str], each: bool
) -> Iterator[dict[str, Any]]:
    outcome, scope, horizon = kept
    entry = pairs.experiment.outcome(outcome)
    names = others(pairs.experiment.levers, lever)
    for option in options:
        for other in range(len(names)) if each else [None]:
            effect, base = differences(pairs, lever, option, values, other)
            broken = pairs.by_option(pairs.failed, lever)[:, [0, option]]
            failed = int(broken[:, :, slice(None) if other is None else [other]].any(axis=(1, 2)).sum())
            yield {
                "lever": lever.name, "option": lever.options[option].value, "baseline": lever.options[0].value,
                "others": POOLED if other is None and len(names) > 1 else names[other or 0],
                "outcome": outcome, "unit": entry.unit, "better": entry.better, "scope": scope, "horizon": horizon,
                "failed": failed, "undefined": int((~np.isfinite(effect)).sum()) - failed,
                **statistics(pairs, entry, effect, base),
            }  # fmt: skip


def statistics(pairs: PairTable, outcome: Outcome, effect: Array, base: Array) -> dict[str, Any]:
    """Return what `effects` says of the effects of all pairs, and of their baselines."""
    means, counts = pairs.by_point(effect)
    there = np.isfinite(means)
    known = means[there]
    alone = effect[np.isfinite(effect)]
    size = float(pairs.experiment.smallest.of(outcome, _mean(pairs.by_point(base)[0][there])))
    better = -1.0 if outcome.better == "lower" else 1.0
    within = _within(pairs, effect, means, counts)
    shared = pairs.experiment.accidents == "shared" and len(known) > 1
    both = crossed(pairs.table(effect)) if shared else None
    low, high, over = _interval(pairs, means, counts, within, both)
    return {
        "points": len(known), "pairs": len(alone),
        "base": _mean(pairs.by_point(base)[0][there]), "effect": _mean(known), "low": low, "high": high,
        "interval": over, "chance": both.share if both else _chance(means, counts, within),
        "superiority": float(paired.superiority(better * alone)[0]), "within": _mean(np.abs(alone) <= size),
        "reading": str(paired.reading(low, high, size, len(alone))),
        "points_better": float(paired.superiority(better * known)[0]), "points_above": _mean(known > size),
        "points_below": _mean(known < -size), "points_within": _mean(np.abs(known) <= size),
        "smallest": size, **dict(zip(QUANTILES, map(float, quantiles(known, tuple(QUANTILES.values()))), strict=True)),
    }  # fmt: skip


def _within(pairs: PairTable, effect: Array, means: Array, counts: NDArray[np.int64]) -> float:
    """Return the variance within points; nan where no point has two replicates."""
    free = int(counts.sum()) - int((counts > 0).sum())
    away = effect - pairs.repeated(means)
    away = np.where(np.abs(away) <= ROUNDING * np.nanmax(np.abs(effect), initial=0.0), 0.0, away)
    return float(np.nansum(away * away) / free) if free else float("nan")


def _chance(means: Array, counts: NDArray[np.int64], within: float) -> float:
    """Return the part of a pair's variance that is within points, by the method of moments."""
    there = counts > 0
    n, points = counts[there].astype(float), int(there.sum())
    if points < 2 or not np.isfinite(within):
        return float("nan")
    total = n.sum()
    grand = (n * means[there]).sum() / total
    away = means[there] - grand
    away = np.where(np.abs(away) <= ROUNDING * np.abs(means[there]).max(), 0.0, away)
    between = (n * away * away).sum() / (points - 1)
    typical = (total - (n * n).sum() / total) / (points - 1)
    whole = within + max(0.0, (between - within) / typical)
    return float(within / whole) if whole > 0 else float("nan")


def _interval(
    pairs: PairTable, means: Array, counts: NDArray[np.int64], within: float, both: Crossed | None
) -> tuple[float, float, str]:
    """Return the interval of the mean over points, and over what it is."""
    there = counts > 0
    known = means[there]
    over = "points"
    if len(known) < 2 or kind_of(pairs.experiment).fixed:
        variance, free = (both.chance, both.free) if both else _by_chance(counts[there], within)
        over = "chance"
    else:
        variance, free = _over_points(pairs, there, known)
        if both and np.isfinite(both.chance):
            parts, frees = np.array([variance, both.shared]), np.array([free, both.free])
            variance = float(parts.sum())
            # Welch and Satterthwaite: few series of accidents count as few, as far as they matter.
            free = variance**2 / float((parts * parts / frees).sum()) if variance > 0 else free
        elif both:
            over = ONE_SERIES
    half = float(student(np.asarray(free + 1))) * float(np.sqrt(variance))
    return _mean(known) - half, _mean(known) + half, over


def _by_chance(counts: NDArray[np.int64], within: float) -> tuple[float, float]:
    """Return the variance of the mean by accidents, each point having its own, and its degrees of freedom."""
    free = int(counts.sum()) - len(counts)
    return (within * float((1.0 / counts).sum()) / len(counts) ** 2 if free else float("nan")), free


def _over_points(pairs: PairTable, there: NDArray[np.bool_], known: Array) -> tuple[float, float]:
    """Return the variance of the mean over points that were drawn, and its degrees of freedom."""
    family = pairs.points[there] // pairs.family
    away = known - known.mean()
    sums = np.bincount(np.unique(family, return_inverse=True)[1], away)
    families = len(sums)
    if families < 2:  # as in a part of the points alone: one tells nothing of how they vary
        return float("nan"), 0
    return families / (families - 1) * float((sums * sums).sum()) / len(known) ** 2, families - 1


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else float("nan")
