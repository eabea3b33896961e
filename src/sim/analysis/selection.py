"""What is asked of a sweep, by name: levers, options, uncertainties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, UserError, nearest

if TYPE_CHECKING:
    from sim.analysis.sweep import Sweep
    from sim.experiment.experiment import Factor, Option


def lever(sweep: Sweep, name: str | None) -> Factor:
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


def factor(sweep: Sweep, name: str) -> Factor:
    """Return the lever or the uncertainty of that name.

    Raises
    ------
    UserError
        There is none.
    """
    known = {entry.name: entry for entry in (*sweep.experiment.levers, *sweep.experiment.uncertainties)}
    return known[_one("lever or uncertainty", name, known)]


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
