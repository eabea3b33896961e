"""Levers and uncertainties of an experiment file: what each sets, and whether it may."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.errors import nearest
from sim.experiment import names
from sim.experiment.experiment import Factor, Option
from sim.experiment.fields import Lever, Uncertainty
from sim.experiment.layers import NOT_VARIED, Draft, Read, unknown
from sim.experiment.ranges import described, number
from sim.experiment.worlds import nested
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.scenario.form import in_words, show
from sim.scenario.json_schema import FORM
from sim.scenario.layers import Layer, leaves, merge
from sim.scenario.lines import KeyPath, dotted
from sim.scenario.schema import Scenario

PLACES = ("kind", "only", "uezds", "guberniias", "uezds_each")
"""Fields of [tree] that decide who is in the world."""
_WAYS = "one of worlds, options, or values of a field"


def levers(draft: Draft) -> list[Read]:
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


def uncertainties(draft: Draft, base: Scenario) -> list[Read]:
    """Return the uncertainties that are sound: those of the prior in the registry's order, then the others."""
    asked = draft.file.uncertainties
    own = [read for name, table in (asked.__pydantic_extra__ or {}).items() for read in _own(draft, name, table, base)]
    named = {read.factor.name: read for read in own if ("parameters", read.factor.name) in read.aims()}
    aimed = {path for read in own for path in read.aims()}
    every = asked.prior == "all"
    for key, listed in (("prior", [] if every else asked.prior), ("fixed", asked.fixed)):
        for i, name in enumerate(listed):
            where: KeyPath = ("uncertainties", key, i)
            if name not in PARAMETERS:
                draft.refuse(where, *unknown(name, "a parameter (skloki list parameters)", PARAMETERS))
            elif key == "fixed" and not every and name not in asked.prior:
                draft.refuse(where, f'"{name}"', "a parameter of the prior")
            elif key == "fixed" and name in named:
                draft.refuse(where, f'"{name}"', f"a parameter that [uncertainties.{name}] does not vary")
    prior: list[Read] = []
    for parameter in PARAMETERS.values():
        name = parameter.name
        if (every or name in asked.prior) and name not in asked.fixed:
            if name in named:
                prior.append(named[name])
            elif ("parameters", name) not in aimed:
                root: KeyPath = ("uncertainties", "prior")
                if not every:
                    root += (list(asked.prior).index(name),)
                prior += number(draft, root, name, Uncertainty(), ("parameters", name), base)
    return prior + [read for read in own if read not in prior]


def _own(draft: Draft, name: str, table: Uncertainty, base: Scenario) -> list[Read]:
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
        draft.refuse(where, f'"{name}"', allowed, nearest(name, [*PARAMETERS, *MECHANISMS]))
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
    return number(draft, where, name, table, path, base)


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


def _choice(draft: Draft, where: KeyPath, table: Lever) -> list[Read]:
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
    unit, meaning = described(tuple(str(table.field).split("."))) if table.field else ("", "")
    factor = Factor(str(where[-1]), options, unit=unit, meaning=meaning)
    return [Read(factor, where, [layers or [] for _, _, layers in found])]


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


def overlaps(draft: Draft, factors: Sequence[Read]) -> None:
    """Refuse factors that set the same field: it would hang on their order which of them counts."""
    taken: dict[KeyPath, Read] = {}
    for read in factors:
        mine = set(read.aims())
        for path in sorted(mine, key=dotted):
            other = next((taken[path[:n]] for n in range(1, len(path) + 1) if path[:n] in taken), None)
            if other is not None and other is not read:
                known = dotted(other.where)
                allowed = "a field that no other lever or uncertainty sets"
                if other.where[:2] == ("uncertainties", "prior") or read.where[:2] == ("uncertainties", "prior"):
                    allowed += ", or the parameter in uncertainties.fixed"
                draft.refuse(read.where, f"{dotted(path)}, which {known} sets, too", allowed)
                break
        for path in mine:
            taken.setdefault(path, read)
