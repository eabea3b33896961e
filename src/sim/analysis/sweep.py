"""A stored sweep, opened with one call, and what can be asked of it; it can be read while it grows."""

from __future__ import annotations

from sim.analysis import bands as _bands
from sim.analysis import conditions as _conditions
from sim.analysis import effects as _effects
from sim.analysis import importance as _importance
from sim.analysis import twins as _twins
from sim.analysis.pair_table import PairedSweep
from sim.errors import understood


class Sweep(PairedSweep):
    """A sweep's folder with what can be reckoned from its rows: the functions of these names, of this sweep."""

    effects = understood(_effects.effects)
    thirds = understood(_conditions.thirds, asked=_effects.contrasts)
    by_year = understood(_conditions.by_year, asked=_effects.effects)
    importance = understood(_importance.importance, asked=_effects.contrasts)
    bands = understood(_bands.bands)
    payments = _twins.payments


open_sweep = Sweep.open
