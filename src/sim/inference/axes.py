"""What boxes and planes are bounded in: numbers, choices, and differences of twins; those that values go with most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.importance import correlation_ratio, grouped
from sim.experiment.experiment import Factor, label
from sim.inference.asked import Drawn
from sim.inference.space import Array
from sim.inference.terms import BY_TWO, Term, terms

Which = NDArray[np.bool_]
"""At which points."""


class Axis(NamedTuple):
    """Something that a box can be bounded in: a number, a choice, or the difference (the ratio) of twins."""

    term: Term
    name: str
    values: NDArray[Any]  #: of each point; of a ratio its logarithm
    factor: Factor | None  #: of a single one
    ratio: bool = False
    span: float = 1.0  #: of a number: its whole way; of a difference that of either twin

    @property
    def chosen(self) -> bool:
        """Whether it is a choice."""
        return self.factor is not None and bool(self.factor.options)


def axes_of(points: Drawn) -> Iterator[Axis]:
    """Yield what boxes and planes over points may be bounded in: numbers, choices, and differences of twins."""
    factors, values = points.space.factors, points.values
    for term in terms(factors):
        at = int(np.argmax(term.of))
        if term.pair is not None:
            one, two = (factors[place] for place in term.pair)
            a, b = (np.asarray(values[each.name], float) for each in (one, two))
            ratio = one.distribution == "loguniform"
            name = f"{one.name} / {two.name}" if ratio else term.name
            span = np.log(one.high / one.low) if ratio else one.high - one.low
            yield Axis(term, name, np.log(a / b) if ratio else a - b, None, ratio, float(span))
        elif term.leads and factors[at].options:
            drawn_ = np.array(["" if value is None else label(value) for value in values[factors[at].name].tolist()])
            yield Axis(term, term.name, drawn_, factors[at])
        elif term.leads:
            factor = factors[at]
            yield Axis(term, term.name, np.asarray(values[factor.name], float), factor, span=factor.high - factor.low)


def screened(axes: Sequence[Axis], values: Array, rows: Which, most: int, least: float = 0.0) -> list[Axis]:
    """Return the axes that values go with most; of twins either their difference or the two."""
    ratio = {axis.term.name: correlation_ratio(grouped(axis.values[rows], 10), values[rows]) for axis in axes}
    left = set()
    for axis in axes:
        if axis.term.pair is not None:
            both = axis.term.name.split(" - ")
            by_two = ratio[axis.term.name] >= BY_TWO * sum(max(ratio[name], 0.0) for name in both)
            left |= set(both) if by_two else {axis.term.name}
    kept = [axis for axis in axes if axis.term.name not in left and ratio[axis.term.name] >= least]
    return sorted(kept, key=lambda axis: -ratio[axis.term.name])[:most]
