"""What is asked of a sweep, by name: levers, options, uncertainties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sim.errors import one_of
from sim.experiment.experiment import label as label

if TYPE_CHECKING:
    from sim.analysis.sweep import Sweep
    from sim.experiment.experiment import Factor, Option


def lever(sweep: Sweep, name: str | None) -> Factor:
    """Return the lever of that name, by default the first that has a choice."""
    return sweep.experiment.lever(name)


def option(factor: Factor, text: Any) -> Option:
    """Return the option of a lever that is called so."""
    return factor.option(text)


def factor(sweep: Sweep, name: str) -> Factor:
    """Return the lever or the uncertainty of that name."""
    return sweep.experiment.factor(name)


def some(kind: str, name: str | None, known: Iterable[str]) -> list[str]:
    """Return the one name that was asked for, or all; UserError where it is none of them."""
    known = list(dict.fromkeys(known))
    return known if name is None else [one_of(kind, name, known)]
