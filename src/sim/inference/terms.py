"""What an outcome can hang on: single uncertainties, twins and their difference, what acts together, grades."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiment.experiment import Factor
from sim.registry.by_construction import BY_CONSTRUCTION
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS

GRADES = ("documented", "inferred", "assumed", "free")
KINDS = {"parameters": "parameter", "variants": "variant", "mechanisms": "mechanism"}
SINGLE = (*KINDS.values(), "setting")
"""Kinds of terms that are one uncertainty."""
BY_TWO = 0.8
"""Part of what goes with two twins each by itself from which on their difference stands for both."""
OF_VARIANTS = "reading"
"""Where a parameter has a grade."""


@dataclass(frozen=True)
class Term:
    """What an outcome can hang on.

    Attributes
    ----------
    kind
        ``parameter``, ``variant``, ``mechanism`` (whether it is on), ``setting``; ``twins`` (both), ``difference`` (of
        twins), ``acts in`` (all that acts in a mechanism, its own switch included), ``grade`` (all of a grade).
    of
        Which uncertainties it consists of.
    pair
        Of a difference: the two, as first less second.
    grade
        Of the evidence; of several none, unless all have it.
    put_in
        What holds because it was written down so, if anything.
    """

    kind: str
    name: str
    of: NDArray[np.bool_]
    pair: tuple[int, int] | None = None
    grade: str = ""
    put_in: str = ""

    @property
    def leads(self) -> bool:
        """Whether it can be named as what an outcome hangs on: a group is no answer."""
        return self.kind in SINGLE or self.kind == "difference"


def terms(factors: Sequence[Factor]) -> list[Term]:
    """Return all terms of uncertainties that are drawn together."""
    singles = [_single(factors, at) for at in range(len(factors))]
    return [*singles, *_twins(factors, singles), *_groups(factors, singles)]


def twins(factors: Sequence[Factor]) -> list[tuple[int, int]]:
    """Return pairs of twins of which both are drawn over the same range, in the registry's order."""
    at = {_known(factor)[1]: place for place, factor in enumerate(factors) if _known(factor)[0] == "parameters"}
    names = list(PARAMETERS)
    found = []
    for name, place in at.items():
        other = PARAMETERS[name].twin if name in PARAMETERS else ""
        if other in at and names.index(name) < names.index(other):
            one, two = factors[place], factors[at[other]]
            if (one.low, one.high, one.distribution) == (two.low, two.high, two.distribution) and not one.options:
                found.append((place, at[other]))
    return found


def _known(factor: Factor) -> tuple[str, str]:
    """Return the table and the name of what a factor sets; a switch's stand in what it lays over the scenario."""
    table, _, name = factor.target.partition(".")
    if not name and factor.options:
        switches = list(factor.options[0].table.get("mechanisms", {}))
        if list(factor.options[0].table) == ["mechanisms"] and len(switches) == 1:
            return "mechanisms", switches[0]
    return table, name


def _single(factors: Sequence[Factor], at: int) -> Term:
    factor, of = factors[at], np.arange(len(factors)) == at
    table, name = _known(factor)
    grade: str = PARAMETERS[name].grade if table == "parameters" and name in PARAMETERS else ""
    grade = OF_VARIANTS if table == "variants" else grade
    return Term(KINDS.get(table, "setting"), factor.name, of, None, grade, BY_CONSTRUCTION.get(name, ""))


def _twins(factors: Sequence[Factor], singles: Sequence[Term]) -> Iterator[Term]:
    for a, b in twins(factors):
        one, two = singles[a], singles[b]
        grade = one.grade if one.grade == two.grade else ""
        both = one.of | two.of
        yield Term("twins", f"{one.name} and {two.name}", both, None, grade)
        yield Term("difference", f"{one.name} - {two.name}", both, (a, b), grade)


def _groups(factors: Sequence[Factor], singles: Sequence[Term]) -> Iterator[Term]:
    acts = {}
    for at, factor in enumerate(factors):
        table, name = _known(factor)
        known = PARAMETERS.get(name) if table == "parameters" else VARIANTS.get(name) if table == "variants" else None
        acts[at] = known.mechanism if known is not None else name if table == "mechanisms" else ""
    for mechanism in dict.fromkeys(name for name in acts.values() if name):
        of = np.array([acts[at] == mechanism for at in range(len(factors))])
        if of.sum() > 1:
            yield Term("acts in", mechanism, of, None, "", BY_CONSTRUCTION.get(mechanism, ""))
    for grade in (*GRADES, OF_VARIANTS):
        of = np.array([term.grade == grade for term in singles])
        if of.any():
            named = "all readings (variants)" if grade == OF_VARIANTS else f"all {grade} parameters"
            yield Term("grade", named, of, None, grade)
