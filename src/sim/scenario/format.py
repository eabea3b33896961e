"""The format of scenario files: its model, its JSON schema, and the names that stand in neither.

The schema is for editors, for messages and for the documentation.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sim.data import place_names
from sim.errors import nearest
from sim.registry.constants import CONSTANTS
from sim.registry.entries import Parameter, Variant
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.registry.versions import SUCCESSORS
from sim.scenario.file_form import FileForm, Node, show
from sim.scenario.layers import Fault, KeyPath, Layer
from sim.scenario.own_places import take
from sim.scenario.renewal import renew_layer
from sim.scenario.schema import Scenario

EXTENDS: Node = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    "title": "Extends",
    "description": "scenario files that this one is laid over: looked up beside it, then among the shipped ones",
}

TABLE: Node = {
    "type": "string", "title": "Table",
    "description": "a CSV table of committees, looked up beside the file: its rows are taken in, and kind is table",
}  # fmt: skip


@cache
def _schema() -> Node:
    schema: Node = _plain(Scenario.model_json_schema())
    schema["$schema"] = "http://json-schema.org/draft-07/schema#"
    schema["title"] = "skloki scenario"
    properties = schema["properties"]
    schema["properties"] = {"extends": EXTENDS, **properties}
    for table, named in (
        ("parameters", {p.name: _parameter(p) for p in PARAMETERS.values()}),
        ("mechanisms", {m.name: {"type": "boolean", "default": True, "description": f"{m.meaning} Off: {m.off}."}
                        for m in MECHANISMS.values()}),
        ("variants", {v.name: _variant(v) for v in VARIANTS.values()}),
    ):  # fmt: skip
        properties[table] |= {"properties": named, "additionalProperties": False}
    real = {"type": "string", "enum": list(place_names.places()), "title": "the name of a guberniia"}
    made = {"type": "string", "pattern": r"^Synthetic [1-9][0-9]*$"}
    own = {"type": "string", "minLength": 1, "title": "a name of the world's own table"}
    names = [*place_names.regions(), place_names.SYNTHETIC_REGION]
    regions = {"type": "string", "enum": names, "title": "the name of a region"}
    tables = schema["$defs"]
    tables["Tree"]["properties"] = {"table": TABLE, **tables["Tree"]["properties"]}
    for table, field, items in (
        ("Tree", "only", real), ("Change", "places", {"anyOf": [real, made, own]}),
        ("Event", "places", {"anyOf": [real, made, own]}), ("Event", "regions", {"anyOf": [regions, own]}),
    ):  # fmt: skip
        tables[table]["properties"][field]["items"] = items
    for table in tables.values():
        # a layer may give part of a table: whether the whole is complete is seen when it is loaded
        table.pop("required", None)
    return schema


def _plain(value: Any) -> Any:
    """Return a schema in which whole numbers are written alike, whatever the version of pydantic."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _parameter(p: Parameter) -> Node:
    plausible = f"{p.unit}; plausible {p.low:g} to {p.high:g}, default {p.default:g}, {p.grade}"
    return {
        "type": "number", "minimum": p.minimum, "maximum": p.maximum, "default": p.default, "unit": p.unit,
        "description": f"{p.meaning} ({plausible}); acts in {p.mechanism}",
    }  # fmt: skip


def _variant(v: Variant) -> Node:
    readings = "; ".join(f"{choice}: {meaning}" for choice, meaning in v.choices.items())
    return {"type": "string", "enum": list(v.choices), "default": v.default, "description": f"{v.meaning}. {readings}"}


def schema_json() -> Node:
    """Return the JSON schema of a scenario file, parameters and mechanisms by name."""
    return copy.deepcopy(_schema())


def write_schema(path: Path | str) -> None:
    """Write the schema that editors read from the first line of a scenario file."""
    text = json.dumps(schema_json(), indent=2, ensure_ascii=False)
    Path(path).write_text(text + "\n", encoding="utf-8")


def _name_faults(table: Mapping[str, Any]) -> list[Fault]:
    """Return unknown names of parameters, mechanisms, places and regions, and parameters out of bounds."""
    faults = []
    for kind, registry in (("parameter", PARAMETERS), ("mechanism", MECHANISMS), ("variant", VARIANTS)):
        for name, value in _table(table, f"{kind}s").items():
            path: KeyPath = (f"{kind}s", name)
            if name not in registry and kind == "parameter" and name in SUCCESSORS:
                faults.append(Fault(path, f'the parameter "{name}" of version 0.1', SUCCESSORS[name]))
            elif kind == "parameter" and name in CONSTANTS:
                found = f'the constant "{name}", which no scenario sets'
                faults.append(Fault(path, found, "a parameter (skloki list parameters)"))
            elif name not in registry:
                allowed = f"a {kind} (skloki list {kind}s)"
                faults.append(Fault(path, f'unknown {kind} "{name}"', allowed, nearest(name, registry)))
            elif kind == "parameter" and isinstance(value, int | float):
                if not PARAMETERS[name].minimum <= value <= PARAMETERS[name].maximum:
                    faults.append(Fault(path, show(value), FORM.allowed(path)))
            elif kind == "variant" and isinstance(value, str) and value not in VARIANTS[name].choices:
                faults.append(Fault(path, show(value), FORM.allowed(path), nearest(value, VARIANTS[name].choices)))
    kept = _table(table, "tree").get("only")
    for i, value in enumerate(kept if isinstance(kept, list) else []):
        if isinstance(value, str) and value not in place_names.places():
            where: KeyPath = ("tree", "only", i)
            faults.append(Fault(where, show(value), FORM.allowed(where), place_names.nearest_place(value)))
    return faults


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = table.get(key)
    return inner if isinstance(inner, Mapping) else {}


def _renew(layer: Layer) -> None:
    """Write anew what an earlier version had, and take in the table that a layer names."""
    renew_layer(layer)
    take(layer)


FORM = FileForm(
    Scenario, "a scenario file", "a scenario file or a shipped scenario (skloki list scenarios)", "scenarios", "",
    schema_json, _name_faults, _renew, {"title": "?"},
)  # fmt: skip
