"""Effects of a lever's options at each option of another lever: whether the one hangs on the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.effects import chosen, differences, statistics
from sim.analysis.sweep import Sweep
from sim.experiment.experiment import Factor
from sim.registry.outcomes import OUTCOMES


def places_of(sweep: Sweep, factor: Factor, lever: Factor) -> NDArray[np.int64]:
    """Return which option of another lever each combination of all levers but one has."""
    others = [entry for entry in sweep.experiment.levers if entry.name != lever.name]
    grid = np.indices([len(entry.options) for entry in others])
    return np.asarray(grid[[entry.name for entry in others].index(factor.name)]).ravel()


def effects_at(
    sweep: Sweep, lever: Factor, other: Factor, options: list[int], outcome: str | None, scope: str, horizon: str
) -> pd.DataFrame:
    """Return effects of options, by their numbers, as `effects` does, but a row for each option of another lever.

    ``at`` is that option's number. Over the options of further levers it is a mean.
    """
    pairs, places = sweep.pairs, places_of(sweep, other, lever)
    rows: list[dict[str, Any]] = []
    for column, name, where, _ in chosen(sweep, outcome, scope, horizon):
        values, entry = pairs.values(column), OUTCOMES[name]
        for option in options:
            for at in range(len(other.options)):
                inner = [differences(pairs, lever, option, values, int(one)) for one in np.flatnonzero(places == at)]
                effect, base = np.mean(inner, axis=0)
                rows.append({
                    "option": lever.options[option].value, "at": at, "outcome": name, "better": entry.better,
                    "scope": where, "horizon": horizon, **statistics(pairs, entry, effect, base),
                })  # fmt: skip
    return pd.DataFrame(rows)
