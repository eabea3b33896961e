"""The scenario format as a JSON schema: for editors, for messages and for the documentation."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from sim.data import place_names
from sim.registry.entries import Mechanism, Parameter
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.scenario.lines import KeyPath
from sim.scenario.schema import FIRST_MONTH, LAST_MONTH, Scenario

Node = dict[str, Any]

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


def schema_json() -> Node:
    """Return the JSON schema of a scenario file, parameters and mechanisms by name."""
    return copy.deepcopy(_schema())


def write_schema(path: Path | str) -> None:
    """Write the schema that editors read from the first line of a scenario file."""
    text = json.dumps(schema_json(), indent=2, ensure_ascii=False)
    Path(path).write_text(text + "\n", encoding="utf-8")


def _branches(node: Node) -> list[Node]:
    """Return the alternatives that a node leaves, references followed, absence left out."""
    if "$ref" in node:
        return _branches(_schema()["$defs"][node["$ref"].rsplit("/", 1)[-1]])
    if "anyOf" in node:
        return [leaf for branch in node["anyOf"] for leaf in _branches(branch) if leaf.get("type") != "null"]
    return [node]


def _step(node: Node, key: str | int) -> Node | None:
    """Return what a node says of one of its keys or elements, None where it knows none such."""
    for branch in _branches(node):
        if isinstance(key, int):
            prefix = branch.get("prefixItems", [])
            found = prefix[key] if key < len(prefix) else branch.get("items")
        else:
            others = [*branch.get("patternProperties", {}).values(), branch.get("additionalProperties")]
            found = branch.get("properties", {}).get(key, next((o for o in others if isinstance(o, dict)), None))
        if found is not None:
            return dict(found)
    return None


def node_at(path: KeyPath, root: Node | None = None) -> tuple[Node, KeyPath]:
    """Return the schema's node for a key, and how far along the path the schema goes.

    ``root`` is another schema without references, instead of that of scenarios.
    """
    node: Node = _schema() if root is None else root
    for length, key in enumerate(path):
        deeper = _step(node, key)
        if deeper is None:
            return node, path[:length]
        node = deeper
    return node, path


def keys_at(path: KeyPath, root: Node | None = None) -> list[str]:
    """Return the keys that the table at a path may have."""
    return [key for branch in _branches(node_at(path, root)[0]) for key in branch.get("properties", {})]


def allowed(path: KeyPath) -> str:
    """Return in words what the field at a path accepts."""
    return in_words(node_at(path)[0])


def in_words(node: Node) -> str:
    """Return in words what a node of the schema accepts."""
    return " or ".join(dict.fromkeys(_words(branch) for branch in _branches(node)))


def _words(node: Node) -> str:
    if "enum" in node or "const" in node:
        values = node.get("enum", [node.get("const")])
        if "title" in node and len(values) > 12:
            return str(node["title"])
        return ("one of " if len(values) > 1 else "") + ", ".join(f'"{value}"' for value in values)
    kind = node.get("type")
    if kind == "boolean":
        return "true or false"
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + _range(node)
    if kind == "string":
        return _text(node)
    if kind == "array" and "prefixItems" in node:
        return f"an array of {len(node['prefixItems'])}, each {in_words(node['prefixItems'][0])}"
    if kind == "array":
        return f"an array, each element {in_words(node.get('items', {}))}"
    if "patternProperties" in node:
        return f"a table of months, each {in_words(next(iter(node['patternProperties'].values())))}"
    if isinstance(node.get("additionalProperties"), dict):
        return "a table of named entries"
    return "a table"


def _range(node: Node) -> str:
    if "exclusiveMinimum" in node:
        return f" above {node['exclusiveMinimum']:.10g}"
    low, high, unit = node.get("minimum"), node.get("maximum"), node.get("unit", "")
    limits = ""
    if low is not None:
        limits = f" of at least {low:.10g}" if high is None else f" from {low:.10g} to {_bound(high)}"
    return limits + (f" ({unit})" if unit else "")


def _bound(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:.10g}"


def _text(node: Node) -> str:
    pattern = node.get("pattern", "")
    if pattern.startswith("^Synthetic"):
        return '"Synthetic 1" and so on of a synthetic tree'
    if pattern:
        return f'a month as "YYYY-MM" from {FIRST_MONTH} to {LAST_MONTH}'
    if "maxLength" in node:
        return f"a text of {node['minLength']} to {node['maxLength']} characters"
    return "a text"
