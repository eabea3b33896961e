"""The format of scenario files: its model, its schema, and the names that stand in neither."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.data import place_names
from sim.errors import nearest
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.registry.versions import SUCCESSORS
from sim.scenario.file_form import FileForm, show
from sim.scenario.json_schema import schema_json
from sim.scenario.layers import Fault, KeyPath
from sim.scenario.renewal import renew_layer
from sim.scenario.schema import Scenario


def _name_faults(table: Mapping[str, Any]) -> list[Fault]:
    """Return unknown names of parameters, mechanisms, places and regions, and parameters out of bounds."""
    faults = _parameter_faults(_table(table, "parameters"))
    for name in _table(table, "mechanisms"):
        if name not in MECHANISMS:
            faults.append(Fault(
                ("mechanisms", name), f'unknown mechanism "{name}"', "a mechanism (skloki list mechanisms)",
                nearest(name, MECHANISMS),
            ))  # fmt: skip
    for name, choice in _table(table, "variants").items():
        path: KeyPath = ("variants", name)
        if name not in VARIANTS:
            known = "a variant (skloki list variants)"
            faults.append(Fault(path, f'unknown variant "{name}"', known, nearest(name, VARIANTS)))
        elif isinstance(choice, str) and choice not in VARIANTS[name].choices:
            faults.append(Fault(path, show(choice), FORM.allowed(path), nearest(choice, VARIANTS[name].choices)))
    lists: list[tuple[KeyPath, Any]] = [(("tree", "only"), _table(table, "tree").get("only"))]
    for at in (("events",), ("policy", "changes")):
        entries = _table(_table(table, "policy"), "changes") if len(at) > 1 else _table(table, "events")
        for name, entry in entries.items():
            if isinstance(entry, Mapping):
                lists += [((*at, name, key), entry.get(key)) for key in ("places", "regions")]
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
        if parameter is None and name in SUCCESSORS:
            faults.append(Fault(path, f'the parameter "{name}" of version 0.1', SUCCESSORS[name]))
        elif parameter is None:
            faults.append(Fault(
                path, f'unknown parameter "{name}"', "a parameter (skloki list parameters)", nearest(name, PARAMETERS)
            ))  # fmt: skip
        elif isinstance(value, int | float) and not parameter.minimum <= value <= parameter.maximum:
            faults.append(Fault(path, show(value), FORM.allowed(path)))
    return faults


def _place_faults(path: KeyPath, name: str) -> list[Fault]:
    if path[-2] == "regions":
        known = [*place_names.regions(), place_names.SYNTHETIC_REGION]
        return [] if name in known else [Fault(path, show(name), FORM.allowed(path), nearest(name, known))]
    made_up = path[0] != "tree" and place_names.SYNTHETIC_PLACE.fullmatch(name)
    if name in place_names.places() or made_up:
        return []
    return [Fault(path, show(name), FORM.allowed(path), place_names.nearest_place(name))]


FORM = FileForm(
    Scenario, "a scenario file", "a scenario file or a shipped scenario (skloki list scenarios)", "scenarios", "",
    schema_json, _name_faults, renew_layer, {"title": "?"},
)  # fmt: skip
