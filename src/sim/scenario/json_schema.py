"""The scenario format as a JSON schema: for editors, for messages and for the documentation."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from sim.data import place_names
from sim.registry.entries import Mechanism, Parameter, Variant
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.scenario.file_form import Node
from sim.scenario.schema import Scenario

EXTENDS: Node = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    "title": "Extends",
    "description": "scenario files that this one is laid over: looked up beside it, then among the shipped ones",
}


@cache
def _schema() -> Node:
    schema: Node = _plain(Scenario.model_json_schema())
    schema["$schema"] = "http://json-schema.org/draft-07/schema#"
    schema["title"] = "skloki scenario"
    properties = schema["properties"]
    schema["properties"] = {"extends": EXTENDS, **properties}
    _close(properties["parameters"], {p.name: _parameter(p) for p in PARAMETERS.values()})
    _close(properties["mechanisms"], {m.name: _mechanism(m) for m in MECHANISMS.values()})
    _close(properties["variants"], {v.name: _variant(v) for v in VARIANTS.values()})
    real = {"type": "string", "enum": list(place_names.places()), "title": "the name of a guberniia"}
    made = {"type": "string", "pattern": r"^Synthetic [1-9][0-9]*$"}
    names = [*place_names.regions(), place_names.SYNTHETIC_REGION]
    regions = {"type": "string", "enum": names, "title": "the name of a region"}
    tables = schema["$defs"]
    for table, field, items in (
        ("Tree", "only", real), ("Change", "places", {"anyOf": [real, made]}),
        ("Event", "places", {"anyOf": [real, made]}), ("Event", "regions", regions),
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


def _close(node: Node, properties: dict[str, Node]) -> None:
    node["properties"] = properties
    node["additionalProperties"] = False


def _parameter(p: Parameter) -> Node:
    plausible = f"{p.unit}; plausible {p.low:g} to {p.high:g}, default {p.default:g}, {p.grade}"
    return {
        "type": "number", "minimum": p.minimum, "maximum": p.maximum, "default": p.default, "unit": p.unit,
        "description": f"{p.meaning} ({plausible}); acts in {p.mechanism}",
    }  # fmt: skip


def _mechanism(m: Mechanism) -> Node:
    return {"type": "boolean", "default": True, "description": f"{m.meaning} Off: {m.off}."}


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
