"""What is asked of a sweep, by name: levers, options, uncertainties, points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, UserError, one_of
from sim.experiment.experiment import label as label
from sim.experiment.names import CONDITIONS as NUMBER

if TYPE_CHECKING:
    from sim.experiment.experiment import Factor
    from sim.results.sweep import SweepFolder


def lever(sweep: SweepFolder, name: str | None) -> Factor:
    """Return the lever of that name, by default the first that has a choice."""
    return sweep.experiment.lever(name)


def factor(sweep: SweepFolder, name: str) -> Factor:
    """Return the lever or the uncertainty of that name."""
    return sweep.experiment.factor(name)


def against(lever: Factor, option_: Any) -> list[int]:
    """Return the numbers of the options that are set against the baseline: all others, or the one asked for."""
    if option_ is None:
        return list(range(1, len(lever.options)))
    place = lever.options.index(lever.option(option_))
    if place == 0:
        allowed = ", ".join(label(entry.value) for entry in lever.options[1:])
        raise UserError(Problem(lever.name, "option", f"{option_!r}, the baseline itself", allowed))
    return [place]


def points(sweep: SweepFolder, condition: str) -> NDArray[np.int64]:
    """Return the points of which a condition on the uncertainties is true."""
    drawn = ", ".join(f'any_value("{factor.name}") AS "{factor.name}"' for factor in sweep.experiment.uncertainties)
    # under a name that nobody gives to an uncertainty: a condition is on these alone
    each = f"SELECT point AS {NUMBER}{', ' if drawn else ''}{drawn} FROM runs GROUP BY point"
    try:
        found = sweep.query(f"SELECT {NUMBER} FROM ({each}) WHERE ({condition}) ORDER BY {NUMBER}")
    except UserError as error:
        names = ", ".join(factor.name for factor in sweep.experiment.uncertainties) or "there are none"
        allowed = f"a condition on uncertainties, as in SQL ({names})"
        raise UserError(Problem("where", found=f"{condition!r}: {error.problems[0].found}", allowed=allowed)) from error
    return found[NUMBER].to_numpy(np.int64)


def some(kind: str, name: str | None, known: Iterable[str]) -> list[str]:
    """Return the one name that was asked for, or all; UserError where it is none of them."""
    known = list(dict.fromkeys(known))
    return known if name is None else [one_of(kind, name, known)]
