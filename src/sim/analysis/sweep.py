"""A stored sweep, opened with one call, and what can be asked of it; it can be read while it grows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.results.sweep import SweepFolder

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.pair_table import PairTable


class Sweep(SweepFolder):
    """A sweep's folder with what can be reckoned from its rows."""

    def effects(self, **asked: Any) -> pd.DataFrame:
        """Return paired effects of the levers' options; see `sim.analysis.effects.effects`."""
        from sim.analysis.effects import effects

        return effects(self, **asked)

    def bands(self, outcomes: Sequence[str] | None = None, **asked: Any) -> pd.DataFrame:
        """Return quantiles over runs month by month; see `sim.analysis.bands.bands`."""
        from sim.analysis.bands import bands

        return bands(self, outcomes, **asked)

    @cached_property
    def units(self) -> PairTable:
        """The runs, in rows of one point and replicate with all combinations of the levers' options."""
        from sim.analysis.pair_table import PairTable

        return PairTable(self)


open_sweep = Sweep.open
