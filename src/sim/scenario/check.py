"""What is wrong with single values: types, ranges, names; and what a whole scenario lacks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from pydantic import ValidationError

from sim.data import place_names
from sim.errors import nearest
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.scenario import json_schema
from sim.scenario.lines import KeyPath
from sim.scenario.schema import Scenario

_KEY = "[key]"  # pydantic's mark of a fault in a key and not in its value


@dataclass(frozen=True)
class Fault:
    """A problem before it is known in which layer and line it stands.

    ``in_whole`` marks what a single layer may lack: it counts when all layers are merged. It may
    depend on a second value, too.
    """

    path: KeyPath
    found: str
    allowed: str
    suggestion: str = ""
    in_whole: bool = False
    depends: KeyPath = ()


def show(value: Any) -> str:
    """Return a value as a user would recognise it, with its kind where that is the point."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "an empty array" if not value else f"an array of {len(value)}"
    if isinstance(value, date | time):
        return f"{value} (a date or time; texts stand in quotes)"
    if isinstance(value, str):
        return f'"{value[:60]}{"..." if len(value) > 60 else ""}"'
    text = str(value) if not isinstance(value, int) or abs(value) < 10**30 else "a huge number"
    return "nan (not a number)" if isinstance(value, float) and math.isnan(value) else text


def value_faults(table: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with the values of one layer, which need not be complete."""
    faults = [fault for fault in _validated(table)[1] if not fault.in_whole]
    known = {fault.path for fault in faults}
    return faults + [fault for fault in _name_faults(table) if fault.path not in known]


def whole(table: Mapping[str, Any]) -> tuple[Scenario, list[Fault]]:
    """Return the scenario of merged layers, and what keeps it from being whole.

    Every value is right by now. A table at fault is taken as if it were not there, so that the
    rest can still be looked at.
    """
    rest = _copy(table)
    found: list[Fault] = []
    while True:
        scenario, faults = _validated(rest)
        found += faults
        if scenario is not None:
            return scenario, list(dict.fromkeys(found))
        for fault in faults:
            if fault.path == ("title",):
                rest["title"] = "?"
            else:
                drop(rest, fault.path[:-1] if fault.in_whole else fault.path)


def _copy(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copy(value) if isinstance(value, Mapping) else value for key, value in table.items()}


def drop(table: dict[str, Any], path: KeyPath) -> None:
    """Take a key, or the whole array that an element stands in, out of nested tables."""
    inner: Any = table
    for i, key in enumerate(path):
        following = inner.get(key)
        if i + 1 == len(path) or not isinstance(following, dict):
            inner.pop(key, None)
            return
        inner = following


def _validated(table: Mapping[str, Any]) -> tuple[Scenario | None, list[Fault]]:
    try:
        return Scenario.model_validate(table), []
    except ValidationError as error:
        faults: dict[KeyPath, Fault] = {}
        for details in error.errors(include_url=False):
            fault = _fault(table, details)
            faults.setdefault(fault.path, fault)
        return None, list(faults.values())


def _fault(table: Mapping[str, Any], details: Any) -> Fault:
    kind, location, value = details["type"], tuple(details["loc"]), details["input"]
    if kind == "extra_forbidden":
        known, key = json_schema.keys_at(location[:-1]), str(location[-1])
        return Fault(location, f'unknown key "{key}"', "one of " + ", ".join(known), nearest(key, known))
    if location[-1:] == (_KEY,):
        return Fault(location[:-1], f'the key "{value}"', json_schema.allowed(("period", "start")).capitalize())
    if kind == "missing" and isinstance(location[-1], str):
        return Fault(location, "nothing", json_schema.allowed(location), in_whole=True)
    if kind == "value_error" and isinstance(value, Mapping):  # a table whose months are out of order
        path = (*location, "end")
        found = f"{show(value['end'])}, before the start {show(value.get('start', 'by default'))}: contradictory dates"
        allowed = "an end not before the start"
        return Fault(path, found, allowed, in_whole=True, depends=(*location, "start"))
    path = json_schema.node_at(location)[1]  # without the branches of a choice that pydantic adds
    if kind in ("missing", "too_long"):
        path, value = path[:-1] if kind == "missing" else path, _at(table, path[:-1] if kind == "missing" else path)
    return Fault(path, show(value), json_schema.allowed(path), _near(path, value))


def _at(table: Any, path: KeyPath) -> Any:
    for key in path:
        table = table[key]
    return table


def _near(path: KeyPath, value: Any) -> str:
    """Return the valid text next to a wrong one."""
    if not isinstance(value, str):
        return ""
    node = json_schema.node_at(path)[0]
    choices = [v for branch in [node, *node.get("anyOf", [])] for v in branch.get("enum", [branch.get("const", "")])]
    return nearest(value, [choice for choice in choices if choice])


def _name_faults(table: Mapping[str, Any]) -> list[Fault]:
    """Return unknown names of parameters, mechanisms, places and regions, and parameters out of bounds."""
    faults = _parameter_faults(_table(table, "parameters"))
    for name in _table(table, "mechanisms"):
        if name not in MECHANISMS:
            faults.append(Fault(
                ("mechanisms", name), f'unknown mechanism "{name}"', "a mechanism (skloki list mechanisms)",
                nearest(name, MECHANISMS),
            ))  # fmt: skip
    lists: list[tuple[KeyPath, Any]] = [(("tree", "only"), _table(table, "tree").get("only"))]
    for path in (("events",), ("policy", "changes")):
        entries = _table(_table(table, "policy"), "changes") if len(path) > 1 else _table(table, "events")
        for name, entry in entries.items():
            if isinstance(entry, Mapping):
                lists += [((*path, name, key), entry.get(key)) for key in ("places", "regions")]
    for where, values in lists:
        for i, value in enumerate(values if isinstance(values, list) else []):
            if isinstance(value, str):
                faults += _place_faults((*where, i), value)
    return faults


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = table.get(key)
    return inner if isinstance(inner, Mapping) else {}


def _parameter_faults(values: Mapping[str, Any]) -> list[Fault]:
    faults = []
    for name, value in values.items():
        parameter = PARAMETERS.get(name)
        path: KeyPath = ("parameters", name)
        if parameter is None:
            faults.append(Fault(
                path, f'unknown parameter "{name}"', "a parameter (skloki list parameters)", nearest(name, PARAMETERS)
            ))  # fmt: skip
        elif isinstance(value, int | float) and not parameter.minimum <= value <= parameter.maximum:
            faults.append(Fault(path, show(value), json_schema.allowed(path)))
    return faults


def _place_faults(path: KeyPath, name: str) -> list[Fault]:
    if path[-2] == "regions":
        known = [*place_names.regions(), place_names.SYNTHETIC_REGION]
        return [] if name in known else [Fault(path, show(name), json_schema.allowed(path), nearest(name, known))]
    made_up = path[0] != "tree" and place_names.SYNTHETIC_PLACE.fullmatch(name)
    if name in place_names.places() or made_up:
        return []
    return [Fault(path, show(name), json_schema.allowed(path), place_names.nearest_place(name))]
