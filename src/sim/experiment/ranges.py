"""Uncertain numbers of an experiment file: their ranges, and what they are numbers of."""

from __future__ import annotations

from typing import Any, Literal

from sim.experiment.experiment import Factor
from sim.experiment.fields import Uncertainty
from sim.experiment.layers import Draft, Read
from sim.experiment.worlds import nested
from sim.registry.entries import Parameter
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.scenario.json_schema import FORM
from sim.scenario.layers import Layer
from sim.scenario.lines import KeyPath, dotted
from sim.scenario.schema import Scenario


def described(path: KeyPath) -> tuple[str, str]:
    """Return the unit and the meaning of a field."""
    if path[0] == "parameters":
        return PARAMETERS[str(path[1])].unit, PARAMETERS[str(path[1])].meaning
    if path[0] == "mechanisms":
        return "", MECHANISMS[str(path[1])].meaning
    node = FORM.node_at(path)[0]
    return str(node.get("unit", "")), str(node.get("description", ""))


def number(
    draft: Draft, where: KeyPath, name: str, table: Uncertainty, path: KeyPath, base: Scenario
) -> list[Read]:
    """Return a number drawn from a range: none if the range is wrong."""
    node = FORM.node_at(path)[0]
    parameter = PARAMETERS.get(str(path[1])) if path[0] == "parameters" else None
    kinds = {branch.get("type") for branch in [node, *node.get("anyOf", [])]}
    if not kinds & {"number", "integer"}:
        draft.refuse(where, f"{dotted(path)}, which is no number", "values = [...] for what is no number")
        return []
    low, high = (_end(table.low, parameter, "low"), _end(table.high, parameter, "high"))
    if low is None or high is None:
        draft.refuse(where, "no range", "low and high, or values = [...]")
        return []
    whole = "integer" in kinds and "number" not in kinds
    distribution = table.distribution or (parameter.distribution if parameter else "uniform")
    before = len(draft.problems)
    layers = [_bound(draft, (*where, key), path, value, whole) for key, value in (("low", low), ("high", high))]
    if len(draft.problems) > before:
        return []
    if not low < high:
        draft.refuse((*where, "low"), f"{low:g} to {high:g}", "a range whose low end lies below its high end")
    elif distribution == "loguniform" and (whole or low <= 0):
        allowed = "uniform for whole numbers" if whole else "a low end above 0 for loguniform"
        draft.refuse((*where, "distribution" if whole else "low"), "loguniform" if whole else f"{low:g}", allowed)
    if len(draft.problems) > before:
        return []
    factor = Factor(
        name, (), dotted(path), low, high, distribution, whole, _default(base, path, (low, high), whole),
        *described(path),
    )  # fmt: skip
    return [Read(factor, where, layers)]


def _end(given: float | None, parameter: Parameter | None, end: Literal["low", "high"]) -> float | None:
    return float(given) if given is not None else getattr(parameter, end) if parameter else None


def _bound(draft: Draft, where: KeyPath, path: KeyPath, value: float, whole: bool) -> list[Layer]:
    setting = int(value) if whole and value == int(value) else value
    return [draft.part(where, nested(dotted(path), setting), single=True)]


def _default(base: Scenario, path: KeyPath, ends: tuple[float, float], whole: bool) -> float:
    """Return a field's value in the base; the middle of the range where it has none that is a number."""
    inner: Any = base
    for key in path:
        inner = inner.get(str(key)) if isinstance(inner, dict) else getattr(inner, str(key), None)
    if inner is None and path[0] == "parameters":
        inner = PARAMETERS[str(path[1])].default
    if isinstance(inner, int | float) and not isinstance(inner, bool):
        return float(inner)
    middle = (ends[0] + ends[1]) / 2
    return float(int(middle)) if whole else middle
