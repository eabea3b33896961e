"""A stored sweep, opened with one call, and what can be asked of it; it can be read while it grows."""

from __future__ import annotations

from sim.analysis import bands as _bands
from sim.analysis import conditions as _conditions
from sim.analysis import effects as _effects
from sim.analysis import importance as _importance
from sim.analysis import twins as _twins
from sim.analysis.pair_table import PairedSweep


class Sweep(PairedSweep):
    """A sweep's folder with what can be reckoned from its rows: the functions of these names, of this sweep."""

    effects = _effects.effects
    thirds = _conditions.thirds
    by_year = _conditions.by_year
    importance = _importance.importance
    bands = _bands.bands
    payments = _twins.payments


open_sweep = Sweep.open
