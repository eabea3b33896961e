"""Effects where uncertainties have certain values, year by year, and at each option of another lever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.effects import chosen, contrasts, differences, effects, statistics
from sim.analysis.paired import student
from sim.errors import Problem, UserError
from sim.experiment.designs import kind_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.pair_table import PairedSweep
    from sim.experiment.experiment import Factor

THIRDS = ("low", "middle", "high")
SETTINGS = 10
"""A number that takes no more values than this, at more points than these, is told by them: it has no thirds."""


def thirds(sweep: PairedSweep, **asked: Any) -> pd.DataFrame:
    """Return effects in thirds of each uncertainty's values, or at each of its options, or of its values if it has few.

    Asked as `sim.analysis.effects.contrasts` is. A row per option, uncertainty and ``group``: ``low``, ``middle``,
    ``high``, or the option or value; and what `sim.analysis.effects.effects` says of the points in it.
    """
    import pandas as pd

    pairs, rows, drawn = sweep.pairs, [], list(sweep.pairs.uncertainties())
    for labels, outcome, effect, base in contrasts(sweep, **asked):
        for factor, given in drawn:
            for group, at in _groups(factor, given):
                there = np.isin(pairs.point, pairs.points[at])
                said = statistics(pairs.at(pairs.points[at]), outcome, effect[there], base[there])
                rows.append({"uncertainty": factor.name, "group": group, **labels, **said})
    return pd.DataFrame(rows)


def by_year(sweep: PairedSweep, **asked: Any) -> pd.DataFrame:
    """Return what `sim.analysis.effects.effects` does at horizons that are the mean of a year, with the ``year``."""
    named = sweep.experiment.horizons.items()
    years = {name: int(at.first[:4]) for name, at in named if (at.first[4:], at.last) == ("-01", f"{at.first[:4]}-12")}
    frame = effects(sweep, **asked)
    frame = frame[frame["horizon"].isin(years)].assign(year=lambda found: found["horizon"].map(years).astype(int))
    return frame.sort_values("year", kind="stable", ignore_index=True)


def apart(sweep: PairedSweep) -> pd.DataFrame:
    """Return effects of the first lever at each option of the second, and how far they are from those at its first.

    Differences are paired: on the same accidents at each point. Their intervals are Student's over points, so these
    must be independent: drawn, each with accidents of its own.
    """
    import pandas as pd

    design, levers = kind_of(sweep.experiment), sweep.experiment.levers
    if len(levers) != 2:
        raise UserError(Problem(str(sweep.path), "levers", str(len(levers)), "two, of which one is taken apart"))
    if sweep.experiment.accidents == "shared" or design.fixed or design.families:
        allowed = "points that are independent: drawn, each with accidents of its own"
        raise UserError(Problem(str(sweep.path), "design", sweep.experiment.design.kind, allowed))
    (lever, other), pairs, outcome, rows = levers, sweep.pairs, sweep.columns[0][1], []
    mine = [entry for entry in sweep.columns if entry[1] == outcome]
    for (_, _, scope, horizon), values in zip(mine, pairs.each(*(entry[0] for entry in mine)), strict=True):
        whole = differences(pairs, lever, 1, values, 0)[0]
        for number, option in enumerate(other.options):
            effect, base = differences(pairs, lever, 1, values, number)
            found = statistics(pairs, pairs.experiment.outcome(outcome), effect, base)
            change = pairs.by_point(effect - whole)[0]
            change = change[np.isfinite(change)]
            half = student(np.asarray(len(change))) * change.std(ddof=1) / len(change) ** 0.5
            rows.append({
                "outcome": outcome, "scope": scope, "horizon": horizon, other.name: option.label,
                **{name: found[name] for name in ("points", "effect", "points_better")},
                "change": change.mean(), "change_low": change.mean() - half, "change_high": change.mean() + half,
            })  # fmt: skip
    return pd.DataFrame(rows)


def _groups(factor: Factor, values: NDArray[Any]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the thirds of a factor's values, or its options, or its few values: a label, and which points are in it."""
    if factor.options:
        yield from ((option.label, values == option.value) for option in factor.options)
        return
    settings = np.unique(values)
    if len(settings) <= SETTINGS and len(settings) < len(values):  # few draws of anything are not few settings
        yield from ((f"{value:g}", values == value) for value in settings)
        return
    low, high = np.quantile(values, (1 / 3, 2 / 3))
    # Where a third or more of all points have one value, as in designs around a base, a third may have none.
    above = (values > high) | (values == settings[-1])
    thirds = ((values <= low) & ~above, (values > low) & ~above, above)
    yield from ((name, at) for name, at in zip(THIRDS, thirds, strict=True) if at.any())


def places_of(sweep: PairedSweep, factor: Factor, lever: Factor | None) -> NDArray[np.int64]:
    """Return which option of another lever each combination of all levers (but one) has."""
    others = [entry for entry in sweep.experiment.levers if lever is None or entry.name != lever.name]
    grid = np.indices([len(entry.options) for entry in others])
    return np.asarray(grid[[entry.name for entry in others].index(factor.name)]).ravel()


def effects_at(
    sweep: PairedSweep, lever: Factor, other: Factor, options: list[int], outcome: str | None, scope: str, horizon: str
) -> pd.DataFrame:
    """Return effects of options, by their numbers, as `effects` does, but a row for each option of another lever.

    ``at`` is that option's number. Over the options of further levers it is a mean.
    """
    import pandas as pd

    pairs, places = sweep.pairs, places_of(sweep, other, lever)
    rows: list[dict[str, Any]] = []
    for column, name, where, _ in chosen(sweep, outcome, scope, horizon):
        values, entry = pairs.values(column), sweep.experiment.outcome(name)
        for option in options:
            for at in range(len(other.options)):
                effect, base = differences(pairs, lever, option, values, np.flatnonzero(places == at))
                rows.append({
                    "option": lever.options[option].value, "at": at, "outcome": name, "better": entry.better,
                    "scope": where, "horizon": horizon, **statistics(pairs, entry, effect, base),
                })  # fmt: skip
    return pd.DataFrame(rows)
