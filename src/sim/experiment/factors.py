"""Levers and uncertainties of an experiment file: what each sets, and whether it may."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.errors import nearest
from sim.experiment import names
from sim.experiment.experiment import Factor, Option
from sim.experiment.fields import Lever, Uncertainty
from sim.experiment.layers import NOT_VARIED, Draft, LayeredFactor
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.scenario.form import in_words, show
from sim.scenario.format import FORM
from sim.scenario.layers import Layer, leaves, merge, nested
from sim.scenario.lines import KeyPath, dotted
from sim.scenario.schema import Scenario

PLACES = ("kind", "only", "uezds", "guberniias", "uezds_each")
"""Fields of [tree] that decide who is in the world."""
_WAYS = "one of worlds, options, or values of a field"


def levers(draft: Draft) -> list[LayeredFactor]:
    """Return the levers that are sound."""
    found = []
    for name, lever in draft.file.levers.items():
        where: KeyPath = ("levers", name)
        if _named(draft, where):
            given = _given(lever)
            if given in (["worlds"], ["options"], ["field", "values"]):
                found += _choice(draft, where, lever)
            else:
                draft.refuse(where, " and ".join(given) or "nothing to choose from", _WAYS)
    return found


def _given(table: Lever) -> list[str]:
    return [key for key, value in table if value is not None]


def uncertainties(draft: Draft, base: Scenario) -> list[LayeredFactor]:
    """Return the uncertainties that are sound: those of the prior in the registry's order, then the others."""
    asked = draft.file.uncertainties
    tables = asked.__pydantic_extra__ or {}
    own = [layered for name, table in tables.items() for layered in _own(draft, name, table, base)]
    named = {each.factor.name: each for each in own if ("parameters", each.factor.name) in each.fields()}
    taken = {path for each in own for path in each.fields()}
    every = asked.prior == "all"
    for key, listed in (("prior", [] if every else asked.prior), ("fixed", asked.fixed)):
        for i, name in enumerate(listed):
            where: KeyPath = ("uncertainties", key, i)
            if name not in PARAMETERS:
                draft.unknown(where, name, "a parameter (skloki list parameters)", PARAMETERS)
            elif key == "fixed" and not every and name not in asked.prior:
                draft.refuse(where, f'"{name}"', "a parameter of the prior")
            elif key == "fixed" and name in named:
                draft.refuse(where, f'"{name}"', f"a parameter that [uncertainties.{name}] does not vary")
    prior: list[LayeredFactor] = []
    for parameter in PARAMETERS.values():
        name = parameter.name
        if (every or name in asked.prior) and name not in asked.fixed:
            if name in named:
                prior.append(named[name])
            elif ("parameters", name) not in taken:
                root: KeyPath = ("uncertainties", "prior")
                if not every:
                    root += (list(asked.prior).index(name),)
                prior += _number(draft, root, name, Uncertainty(), ("parameters", name), base)
    return prior + [each for each in own if each not in prior]


def _own(draft: Draft, name: str, table: Uncertainty, base: Scenario) -> list[LayeredFactor]:
    """Return an uncertainty that has a table of its own: none if it is wrong."""
    where: KeyPath = ("uncertainties", name)
    if not _named(draft, where):
        return []
    given = _given(table)
    chosen = {"worlds", "options", "values"} & set(given)
    if chosen and given not in (["worlds"], ["options"], ["values"], ["field", "values"]):
        draft.refuse(where, " and ".join(given), f"{_WAYS}, or low and high")
        return []
    if chosen - {"values"}:
        return _choice(draft, where, table)
    if table.field is None and name not in PARAMETERS and name not in MECHANISMS:
        allowed = "a parameter or a mechanism, or a field with low and high, or with values"
        draft.unknown(where, name, allowed, [*PARAMETERS, *MECHANISMS])
        return []
    field = table.field or ("parameters." if name in PARAMETERS else "mechanisms.") + name
    path = _field(draft, (*where, "field") if table.field else where, field)
    if path is None:
        return []
    if chosen:
        return _choice(draft, where, table.model_copy(update={"field": field}))
    if path[0] == "mechanisms" and set(given) <= {"field"}:
        on = base.mechanisms.get(str(path[1]), True)
        return _choice(draft, where, Lever(field=field, values=[on, not on]))
    return _number(draft, where, name, table, path, base)


def _named(draft: Draft, where: KeyPath) -> bool:
    fault = names.fault(str(where[-1]))
    if fault:
        draft.refuse(where, *fault)
    return fault is None


def _field(draft: Draft, where: KeyPath, field: str) -> KeyPath | None:
    """Return the path of a field that may be varied; none, and a problem, if there is no such field."""
    path: KeyPath = tuple(field.split("."))
    if path[0] in NOT_VARIED:
        draft.refuse(where, f'"{field}"', NOT_VARIED[str(path[0])])
        return None
    node, reached = FORM.node_at(path)
    if len(reached) == len(path) and not in_words(node).startswith("a table"):
        return path
    bare = {**dict.fromkeys(PARAMETERS, "parameters."), **dict.fromkeys(MECHANISMS, "mechanisms.")}
    if field in bare:
        near = bare[field] + field
    else:
        begin = ".".join(map(str, reached))
        keys = FORM.keys_at(reached)
        close = nearest(str(path[len(reached)]), keys) if len(reached) < len(path) else ""
        near = (f"{begin}." if begin else "") + close if close else ""
    draft.refuse(where, f'"{field}"', "the dotted name of a field of a scenario that is no table", near)
    return None


def _choice(draft: Draft, where: KeyPath, table: Lever) -> list[LayeredFactor]:
    """Return a choice: none if it is wrong."""
    before = len(draft.problems)
    if table.worlds is not None:
        key: str = "worlds"
        found = [
            (Path(name).stem, (*where, key, i), draft.world((*where, key, i), name))
            for i, name in enumerate(table.worlds)
        ]
    elif table.options is not None:
        key = "options"
        found = [
            (name, (*where, key, name), [draft.part((*where, key, name), dict(tables))])
            for name, tables in table.options.items()
        ]
    else:
        key = "values"
        found = _values(draft, where, table)
    for _, at, layers in found:
        for first in {path[0]: path for layer in layers or () for path, _ in leaves(layer.table)}.values():
            if first[0] in NOT_VARIED:
                draft.refuse(at, dotted(first), NOT_VARIED[str(first[0])])
            elif where[0] == "levers" and first[0] == "tree":
                _same_places(draft, at, layers or ())
    values = [value for value, _, _ in found]
    if len(found) < 2 and len(draft.problems) == before:
        draft.refuse((*where, key), f"{len(found)} option" + "s" * (not found), "two or more")
    for i, (value, at, _) in enumerate(found):
        if value in values[:i]:
            draft.refuse(at, f"{show(value)} again", "options that differ")
    if len(draft.problems) > before:
        return []
    options = tuple(Option(value, merge(layers or ())[0]) for value, _, layers in found)
    unit, meaning = _described(tuple(str(table.field).split("."))) if table.field else ("", "")
    factor = Factor(str(where[-1]), options, unit=unit, meaning=meaning)
    return [LayeredFactor(factor, where, [layers or [] for _, _, layers in found])]


def _same_places(draft: Draft, where: KeyPath, layers: Sequence[Layer]) -> None:
    for layer in layers:
        for name in PLACES:
            if name in layer.table.get("tree", {}):
                allowed = "the same places in all worlds that are compared; as an uncertainty it may be varied"
                draft.refuse(where, f"tree.{name}", allowed)


def _values(draft: Draft, where: KeyPath, table: Lever) -> list[tuple[Any, KeyPath, list[Layer] | None]]:
    """Return the values of a field as options."""
    path = _field(draft, (*where, "field"), table.field or "")
    if path is None:
        return []
    given = table.values or []
    kinds = {bool if isinstance(value, bool) else str if isinstance(value, str) else float for value in given}
    found: list[tuple[Any, KeyPath, list[Layer] | None]] = []
    for i, value in enumerate(given):
        root: KeyPath = (*where, "values", i)
        part = draft.part(root, nested(dotted(path), value), single=True)
        found.append((value if len(kinds) == 1 else _text(value), root, [part]))
    return found


def _text(value: Any) -> str:
    """Return a value as text, where numbers and texts stand side by side."""
    return value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value).lower()


def _described(path: KeyPath) -> tuple[str, str]:
    """Return the unit and the meaning of a field."""
    if path[0] == "parameters":
        return PARAMETERS[str(path[1])].unit, PARAMETERS[str(path[1])].meaning
    if path[0] == "mechanisms":
        return "", MECHANISMS[str(path[1])].meaning
    node = FORM.node_at(path)[0]
    return str(node.get("unit", "")), str(node.get("description", ""))


def _number(
    draft: Draft, where: KeyPath, name: str, table: Uncertainty, path: KeyPath, base: Scenario
) -> list[LayeredFactor]:
    """Return a number drawn from a range: none if the range is wrong."""
    node = FORM.node_at(path)[0]
    parameter = PARAMETERS.get(str(path[1])) if path[0] == "parameters" else None
    kinds = {branch.get("type") for branch in [node, *node.get("anyOf", [])]}
    if not kinds & {"number", "integer"}:
        draft.refuse(where, f"{dotted(path)}, which is no number", "values = [...] for what is no number")
        return []
    low = table.low if table.low is not None or parameter is None else parameter.low
    high = table.high if table.high is not None or parameter is None else parameter.high
    if low is None or high is None:
        draft.refuse(where, "no range", "low and high, or values = [...]")
        return []
    whole = "integer" in kinds and "number" not in kinds
    distribution = table.distribution or (parameter.distribution if parameter else "uniform")
    before = len(draft.problems)
    layers: list[list[Layer]] = []
    for key, end in (("low", float(low)), ("high", float(high))):
        setting = int(end) if whole and end == int(end) else end
        layers.append([draft.part((*where, key), nested(dotted(path), setting), single=True)])
    if len(draft.problems) == before:
        if not low < high:
            draft.refuse((*where, "low"), f"{low:g} to {high:g}", "a range whose low end lies below its high end")
        elif distribution == "loguniform" and whole:
            draft.refuse((*where, "distribution"), "loguniform", "uniform for whole numbers")
        elif distribution == "loguniform" and low <= 0:
            draft.refuse((*where, "low"), f"{low:g}", "a low end above 0 for loguniform")
    if len(draft.problems) > before:
        return []
    factor = Factor(
        name, (), dotted(path), float(low), float(high), distribution, whole,
        _default(base, path, (low, high), whole), *_described(path),
    )  # fmt: skip
    return [LayeredFactor(factor, where, layers)]


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


def overlaps(draft: Draft, factors: Sequence[LayeredFactor]) -> None:
    """Refuse factors that set the same field: it would hang on their order which of them counts."""
    taken: dict[KeyPath, LayeredFactor] = {}
    for layered in factors:
        mine = set(layered.fields())
        for path in sorted(mine, key=dotted):
            other = next((taken[path[:n]] for n in range(1, len(path) + 1) if path[:n] in taken), None)
            if other is not None and other is not layered:
                known = dotted(other.where)
                allowed = "a field that no other lever or uncertainty sets"
                if other.where[:2] == ("uncertainties", "prior") or layered.where[:2] == ("uncertainties", "prior"):
                    allowed += ", or the parameter in uncertainties.fixed"
                draft.refuse(layered.where, f"{dotted(path)}, which {known} sets, too", allowed)
                break
        for path in mine:
            taken.setdefault(path, layered)
