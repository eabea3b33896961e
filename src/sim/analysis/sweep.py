"""A stored sweep, opened with one call, and what can be asked of it; it can be read while it grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.analysis import bands, conditions, effects, importance
from sim.analysis.pair_table import PairedSweep

if TYPE_CHECKING:
    import pandas as pd


class Sweep(PairedSweep):
    """A sweep's folder with what can be reckoned from its rows."""

    def effects(self, **asked: Any) -> pd.DataFrame:
        """Return paired effects of the levers' options; see `sim.analysis.effects.effects`."""
        return effects.effects(self, **asked)

    def thirds(self, **asked: Any) -> pd.DataFrame:
        """Return effects in thirds of each uncertainty's values; see `sim.analysis.conditions.thirds`."""
        return conditions.thirds(self, **asked)

    def by_year(self, **asked: Any) -> pd.DataFrame:
        """Return effects in the means of single years; see `sim.analysis.conditions.by_year`."""
        return conditions.by_year(self, **asked)

    def importance(self, **asked: Any) -> pd.DataFrame:
        """Return which uncertainties an effect goes with; see `sim.analysis.importance.importance`."""
        return importance.importance(self, **asked)

    def bands(self, outcomes: Sequence[str] | None = None, **asked: Any) -> pd.DataFrame:
        """Return quantiles over runs month by month; see `sim.analysis.bands.bands`."""
        return bands.bands(self, outcomes, **asked)


open_sweep = Sweep.open
