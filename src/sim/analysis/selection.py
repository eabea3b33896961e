"""What is asked of a sweep, by name: levers, options, uncertainties, points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, UserError, nearest
from sim.experiment.names import CONDITIONS as NUMBER

if TYPE_CHECKING:
    from sim.experiment.experiment import Factor, Option
    from sim.results.sweep import SweepFolder


def lever(sweep: SweepFolder, name: str | None) -> Factor:
    """Return the lever of that name, by default the first that has a choice.

    Raises
    ------
    UserError
        There is none.
    """
    known = {factor.name: factor for factor in sweep.experiment.levers if len(factor.options) > 1}
    if not known:
        raise UserError(Problem(str(sweep.path), "lever", allowed="there is none: this sweep compares no policies"))
    return next(iter(known.values())) if name is None else known[_one("lever", name, known)]


def option(factor: Factor, text: Any) -> Option:
    """Return the option of a lever that is called so.

    Raises
    ------
    UserError
        There is none.
    """
    known = {label(entry.value): entry for entry in factor.options}
    # A truth value may be given as TOML and Python write it.
    said = {str(entry.value).lower(): entry for entry in factor.options if isinstance(entry.value, bool)}
    found = said.get(str(text).lower())
    return found or known[_one("option", label(text), known)]


def against(lever: Factor, option_: Any) -> list[int]:
    """Return the numbers of the options that are set against the baseline: all others, or the one asked for.

    Raises
    ------
    UserError
        There is no such option, or it is the baseline.
    """
    if option_ is None:
        return list(range(1, len(lever.options)))
    place = lever.options.index(option(lever, option_))
    if place == 0:
        allowed = ", ".join(label(entry.value) for entry in lever.options[1:])
        raise UserError(Problem(lever.name, "option", f"{option_!r}, the baseline itself", allowed))
    return [place]


def factor(sweep: SweepFolder, name: str) -> Factor:
    """Return the lever or the uncertainty of that name.

    Raises
    ------
    UserError
        There is none.
    """
    known = {entry.name: entry for entry in (*sweep.experiment.levers, *sweep.experiment.uncertainties)}
    return known[_one("lever or uncertainty", name, known)]


def points(sweep: SweepFolder, condition: str) -> NDArray[np.int64]:
    """Return the points of which a condition on the uncertainties is true.

    Raises
    ------
    UserError
        It is no such condition.
    """
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
    return known if name is None else [_one(kind, name, known)]


def label(value: Any) -> str:
    """Return an option's value as a reader sees it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)


def _one(kind: str, name: str, known: Iterable[str]) -> str:
    known = list(known)
    if name not in known:
        raise UserError(Problem(kind, found=repr(name), allowed=", ".join(known), suggestion=nearest(name, known)))
    return name
