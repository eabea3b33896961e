"""A plane through an effect: what would have to be true for its sign to turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.experiment import label
from sim.inference.axes import Axis, Which, screened
from sim.inference.space import Array
from sim.registry.variants import VARIANTS

if TYPE_CHECKING:
    import pandas as pd

IN_PLANE = 8
"""Terms of the plane at most."""
TURNS = 0.02
"""Correlation ratio below which a term is not in the plane."""
DEPARTURES = ("name", "grade", "from", "to", "share", "meaning")


@dataclass(frozen=True)
class Plane:
    """A plane through an effect, made of some points and tried on the others.

    Attributes
    ----------
    r2
        Share of the variance of points held back.
    slopes
        A row a term: by how much the effect rises over its whole way, from option to option.
    at_default, error
        The effect at default values of all that is in it (all else as drawn), and its standard error.
    departures
        What would have to be true for the sign to turn: a row a term, the smallest departure first, as a share of its
        range; not those that would have to leave it.
    together
        The same with all of them at once, each by as much as it is worth.
    """

    r2: float
    constant: float
    slopes: pd.DataFrame
    at_default: float
    error: float
    departures: pd.DataFrame
    together: pd.DataFrame


def plane_of(axes: Sequence[Axis], effect: Array, learn: Which, held: Which) -> Plane:
    """Return the plane through an effect: over whole ways, so that slopes can be compared."""
    import pandas as pd

    usable = [axis for axis in axes if not axis.chosen or (axis.factor is not None and len(axis.factor.options) == 2)]
    chosen = screened(usable, effect, learn, IN_PLANE, TURNS)
    columns, usual = [], []
    for axis in chosen:
        place, default = _place(axis)
        columns.append(place)
        usual.append(default)
    design = np.column_stack([np.ones(len(effect)), *columns])
    inner = np.linalg.pinv(design[learn].T @ design[learn])
    weights = inner @ design[learn].T @ effect[learn]
    left = effect - design @ weights
    spread = float(effect[held].var())
    r2 = 1.0 - float((left[held] ** 2).mean()) / spread if spread > 0.0 else 0.0
    at = np.array([1.0, *usual])
    noise = float((left[learn] ** 2).sum()) / max(1, int(learn.sum()) - len(weights))
    value, error = float(at @ weights), float(np.sqrt(max(0.0, at @ inner @ at * noise)))
    slopes = pd.DataFrame([
        {"name": axis.name, "grade": axis.term.grade, "slope": _ways(axis) * slope,
         "error": _ways(axis) * float(np.sqrt(inner[place, place] * noise))}
        for place, (axis, slope) in enumerate(zip(chosen, weights[1:].tolist(), strict=True), start=1)
    ], columns=["name", "grade", "slope", "error"])  # fmt: skip
    slopes = slopes.sort_values("slope", key=np.abs, ascending=False, kind="stable", ignore_index=True)
    rest = _departures(chosen, weights[1:], usual, value)
    return Plane(r2, float(weights[0]), slopes, value, error, *rest)


def _place(axis: Axis) -> tuple[Array, float]:
    """Return where points lie on the way of an axis, from 0 to 1 (of a difference -1 to 1), and where its default."""
    if axis.factor is not None and axis.chosen:
        options = [option.label for option in axis.factor.options]
        variant = VARIANTS.get(axis.factor.target.removeprefix("variants."))
        usual = label(variant.default) if variant is not None else options[0]
        # where it is not asked it decides nothing
        place = np.where(axis.values == "", 0.5, (axis.values == options[1]).astype(float))
        return place, float(usual == options[1])
    if axis.factor is None:
        return axis.values / axis.span, 0.0
    factor = axis.factor
    if factor.distribution == "loguniform":
        low, span = np.log(factor.low), np.log(factor.high / factor.low)
        return (np.log(axis.values) - low) / span, float((np.log(factor.default) - low) / span)
    return (axis.values - factor.low) / axis.span, (factor.default - factor.low) / axis.span


def _departures(
    axes: Sequence[Axis], slopes: Array, usual: Sequence[float], value: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what would turn the sign of an effect: each by itself, and all at once by the shortest way."""
    import pandas as pd

    square = float((slopes**2).sum())
    rows: list[Mapping[str, Any]] = []
    joint: list[Mapping[str, Any]] = []
    for axis, slope, default in zip(axes, slopes.tolist(), usual, strict=True):
        if not slope:
            continue
        low = -1.0 if axis.factor is None else 0.0
        alone = default - value / slope
        if axis.chosen:
            other = 1.0 - default
            alone = other if (value + slope * (other - default)) * value < 0.0 else np.inf
        if low <= alone <= 1.0:
            rows.append(_departure(axis, default, alone))
        if not axis.chosen:
            joint.append(_departure(axis, default, min(1.0, max(low, default - value * slope / square))))
    alone, both = (pd.DataFrame(each, columns=list(DEPARTURES)) for each in (rows, joint))
    return (alone.sort_values("share", kind="stable", ignore_index=True),
            both.sort_values("share", ascending=False, kind="stable", ignore_index=True))  # fmt: skip


def _ways(axis: Axis) -> float:
    """Return how far the places of an axis are apart at most."""
    return 2.0 if axis.factor is None else 1.0


def _departure(axis: Axis, before: float, after: float) -> dict[str, Any]:
    return {"name": axis.name, "grade": axis.term.grade, "from": _value(axis, before), "to": _value(axis, after),
            "share": abs(after - before) / _ways(axis),
            "meaning": axis.factor.meaning if axis.factor is not None else ""}  # fmt: skip


def _value(axis: Axis, place: float) -> str:
    """Return what stands at a place of an axis."""
    factor = axis.factor
    if factor is None:
        return f"{np.exp(place * axis.span):.2g}" if axis.ratio else f"{place * axis.span:+.3g}"
    if factor.options:
        return factor.options[round(place)].label
    if factor.distribution == "loguniform":
        return f"{factor.low * (factor.high / factor.low) ** place:.3g}"
    return f"{factor.low + place * axis.span:.3g}"
