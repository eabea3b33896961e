"""What is asked of what is stored: names are found once, with the nearest one told, and handed down found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, UserError, nearest, one_of
from sim.experiment.experiment import label as label
from sim.experiment.factors import CONDITIONS as NUMBER
from sim.registry.entries import Outcome

if TYPE_CHECKING:
    from sim.experiment.experiment import Factor
    from sim.results.sweep import SweepFolder


@dataclass(frozen=True)
class Selection:
    """What a picture or a table is of."""

    #: none: all, or of what shows one, the first, the nation, the main one
    outcome: str | None = None
    scope: str | None = None
    horizon: str | None = None
    #: whose options are set against the first, and their numbers; no lever: nothing is compared
    lever: Factor | None = None
    options: tuple[int, ...] = ()
    #: levers or uncertainties along which it is shown
    x: Factor | None = None
    y: Factor | None = None
    #: of a comparison, which world is set against the baseline; of a map, its month
    world: str | None = None
    date: str | None = None


@dataclass(frozen=True)
class Shown:
    """The one outcome that is shown: its column of the store, its entry with unit and direction, where and when."""

    column: str
    entry: Outcome
    scope: str
    horizon: str


def shown(sweep: SweepFolder, selection: Selection = Selection()) -> Shown:  # noqa: B008
    """Return the outcome of a selection, by default the first; of the nation and at the main horizon."""
    experiment = sweep.experiment
    outcome = selection.outcome or experiment.outcomes[0]
    scope = selection.scope or ("nation" if "nation" in experiment.scopes else experiment.scopes[0])
    column = sweep.column(outcome, scope, selection.horizon)
    return Shown(column, experiment.outcome(outcome), scope, selection.horizon or next(iter(experiment.horizons)))


def against(lever: Factor, option_: Any) -> list[int]:
    """Return the numbers of the options that are set against the baseline: all others, or the one asked for."""
    if option_ is None:
        return list(range(1, len(lever.options)))
    found, others = repr(option_), [str(given(entry.value)) for entry in lever.options[1:]]
    try:
        place = lever.options.index(lever.option(option_))
    except UserError as error:
        near = nearest(str(given(option_)), others)
        raise UserError(Problem(lever.name, "option", found, ", ".join(others), near)) from error
    if place == 0:
        raise UserError(Problem(lever.name, "option", f"{found}, the baseline itself", ", ".join(others)))
    return [place]


def given(value: Any) -> str:
    """Return an option's value as files and questions have it: pictures call a truth value on or off."""
    return str(value).lower() if isinstance(value, bool) else label(value)


def points(sweep: SweepFolder, condition: str) -> NDArray[np.int64]:
    """Return the points of which a condition on the uncertainties is true; refused where there is none."""
    drawn = ", ".join(f'any_value("{factor.name}") AS "{factor.name}"' for factor in sweep.experiment.uncertainties)
    # under a name that nobody gives to an uncertainty: a condition is on these alone
    each = f"SELECT point AS {NUMBER}{', ' if drawn else ''}{drawn} FROM runs GROUP BY point"
    try:
        # without brackets, so that it closes none that it has not opened
        kinds = [*sweep.query(f"DESCRIBE SELECT {condition} FROM ({each})")["column_type"]]
        if kinds != ["BOOLEAN"]:  # which SQL would take for true wherever it is not 0
            raise UserError(Problem("where", found=f"a value of type {' and '.join(kinds)}, neither true nor false"))
        found = sweep.query(f"SELECT {NUMBER} FROM ({each}) WHERE ({condition}) ORDER BY {NUMBER}")
    except UserError as error:
        names = [factor.name for factor in sweep.experiment.uncertainties]
        allowed = f"a condition on uncertainties, as in SQL ({', '.join(names) or 'there are none'})"
        raise misread("where", condition, error.problems[0].found, names, allowed) from error
    if found.empty:
        allowed = "; ".join(_values(sweep.experiment.uncertainties, condition)) or "what is true of some point"
        raise UserError(Problem("where", found=f"{condition!r}, which no point fits", allowed=allowed))
    return found[NUMBER].to_numpy(np.int64)


def misread(where: str, condition: str, reason: str, names: Iterable[str], allowed: str) -> UserError:
    """Return what is wrong with a condition, of which a database said a reason: as its writer sees it."""
    known = list(names)
    name = re.search(r'Referenced (?:column|table) "([^"]+)"', reason)
    token = re.search(r'syntax error at or near "(.+)"', reason)
    found, close = f"{condition!r}: {re.sub('^[A-Z][a-z]+ Error: ', '', reason)}", ""
    if name and name[1] not in known:
        found, close = repr(name[1]), nearest(name[1], known)
    elif not condition.strip():
        found = repr(condition)
    elif token and token[1].casefold() not in condition.casefold():  # what stands after it in the whole question
        found = f"{condition!r}, which is no whole condition"
    return UserError(Problem(where, found=found, allowed=allowed, suggestion=close))


def _values(uncertainties: Iterable[Factor], condition: str) -> Iterator[str]:
    """Yield what those may be that a condition names."""
    for factor in uncertainties:
        if re.search(rf"\b{factor.name}\b", condition):
            options = " or ".join(repr(option.value) for option in factor.options)
            yield f"{factor.name} = {options}" if options else f"{factor.name} from {factor.low:g} to {factor.high:g}"


def known(sweep: SweepFolder, kind: str) -> list[str]:
    """Return the names of a sweep's outcomes, scopes or horizons."""
    place = ("column", "outcome", "scope", "horizon").index(kind)
    return list(dict.fromkeys(entry[place] for entry in sweep.columns))


def some(kind: str, name: str | None, known: Iterable[str]) -> list[str]:
    """Return the one name that was asked for, or all; UserError where it is none of them."""
    known = list(dict.fromkeys(known))
    return known if name is None else [one_of(kind, name, known)]
