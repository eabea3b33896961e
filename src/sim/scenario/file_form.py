"""A format of TOML files: one pydantic model, and from its schema everything that is said of what a file holds.

There are two, of scenarios and of experiments; both are read, and their faults put in words, by the same code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from sim.errors import nearest
from sim.scenario.layers import Fault, KeyPath, Layer, drop, leaves
from sim.scenario.schema import FIRST_MONTH, LAST_MONTH

Node = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)
MONTH = f'a month as "YYYY-MM" from {FIRST_MONTH} to {LAST_MONTH}'
LINE = 200
"""Characters of a text that stands in a line, at most: an expression or a claim may have more lines."""
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_KEY = "[key]"  # pydantic's mark of a fault in a key and not in its value


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
        plain = _BREAKS.sub(lambda one: one[0].encode("unicode_escape").decode(), value[:60])
        return f'"{plain}{"..." if len(value) > 60 else ""}"'
    text = str(value) if not isinstance(value, int) or abs(value) < 10**30 else "a huge number"
    return "nan (not a number)" if isinstance(value, float) and math.isnan(value) else text


@dataclass(frozen=True)
class FileForm(Generic[Model]):
    """A format of files."""

    model: type[Model]  # of the whole file
    #: called, sought, folder: what such a file is; what is sought where there is none; where shipped ones lie
    called: str
    sought: str
    folder: str
    #: a key that a file of this format has and others in the folder have not; nothing where there are no others
    mark: str
    json: Callable[[], Node]  # gives the model's JSON schema
    #: gives faults of names and ranges that the model does not know
    names: Callable[[Mapping[str, Any]], list[Fault]] = lambda table: []
    #: writes anew what stands in a layer as an earlier version had it
    renew: Callable[[Layer], None] = lambda layer: None
    #: what stands for a missing or wrong field, so that the rest can still be looked at
    placeholders: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[str, ...] = ()  # tables whose entries are left out whole where something in them is wrong

    @cached_property
    def schema(self) -> Node:
        """The JSON schema, references filled in."""
        plain = self.json()
        tables = plain.pop("$defs", {})

        def filled(node: Any) -> Any:
            if isinstance(node, dict) and "$ref" in node:
                return filled(tables[node["$ref"].rsplit("/", 1)[-1]])
            if isinstance(node, dict):
                return {key: filled(inner) for key, inner in node.items()}
            return [filled(inner) for inner in node] if isinstance(node, list) else node

        return dict(filled(plain))

    def node_at(self, path: KeyPath) -> tuple[Node, KeyPath]:
        """Return the schema's node for a key, and how far along the path the schema goes."""
        node = self.schema
        for length, key in enumerate(path):
            deeper = _step(node, key)
            if deeper is None:
                return node, path[:length]
            node = deeper
        return node, path

    def keys_at(self, path: KeyPath) -> list[str]:
        """Return the keys that the table at a path may have."""
        return [key for branch in _branches(self.node_at(path)[0]) for key in branch.get("properties", {})]

    def allowed(self, path: KeyPath) -> str:
        """Return in words what the field at a path accepts."""
        return in_words(self.node_at(path)[0])

    def validated(self, table: Mapping[str, Any]) -> tuple[Model | None, list[Fault]]:
        """Return what tables come to, or else what is wrong with them: one fault for each field."""
        found, faults = None, [*self._broken_lines(table)]
        try:
            found = self.model.model_validate(table)
        except ValidationError as error:
            faults += [self._fault(table, details) for details in error.errors(include_url=False)]
        return None if faults else found, list({fault.path: fault for fault in reversed(faults)}.values())[::-1]

    def _broken_lines(self, table: Mapping[str, Any]) -> Iterator[Fault]:
        """Yield texts for a line that pictures and tables cannot write in one; stored ones are read nonetheless."""
        for path, value in leaves(table):
            if isinstance(value, str) and (value.isspace() or _BREAKS.search(value)):
                node, _ = self.node_at(path)
                if node.get("maxLength", LINE + 1) <= LINE:
                    yield Fault(path, show(value), f"{_text(node)}, in one line and not blank")

    def clean(self, layer: Layer) -> None:
        """Leave out what is wrong with the values of a layer, which need not be complete, and note it."""
        self.renew(layer)
        found = {fault.path: fault for fault in self.validated(layer.table)[1] if not fault.in_whole}
        for fault in self.names(layer.table):
            found.setdefault(fault.path, fault)
        for path in found:
            drop(layer.table, path)
        layer.faults.extend(found.values())

    def sound(self, table: Mapping[str, Any]) -> tuple[Model, list[Fault]]:
        """Return what is sound of tables, and what is wrong with the rest, which is left out."""
        rest, found = _copy(table), dict[KeyPath, Fault]()
        while True:
            whole, faults = self.validated(rest)
            for fault in faults:
                found.setdefault(fault.path, fault)
                self._leave_out(rest, fault)
            if whole is not None:
                return whole, list(found.values())

    def _leave_out(self, table: dict[str, Any], fault: Fault) -> None:
        path = fault.path[:-1] if fault.in_whole else fault.path
        if path and path[0] in self.entries:
            path = path[:2]
        if len(path) <= 1 and fault.path[0] in self.placeholders:
            table[str(fault.path[0])] = self.placeholders[str(fault.path[0])]
        else:
            drop(table, path)

    def _fault(self, table: Mapping[str, Any], details: Any) -> Fault:
        kind, location, value = details["type"], tuple(details["loc"]), details["input"]
        if kind == "extra_forbidden":
            known, key = self.keys_at(location[:-1]), str(location[-1])
            return Fault(location, f'unknown key "{key}"', "one of " + ", ".join(known), nearest(key, known))
        if location[-1:] == (_KEY,):
            known = re.findall(r"'([^']*)'", details["ctx"]["expected"]) if kind == "literal_error" else []
            return Fault(location[:-1], f'the key "{value}"', ", ".join(known) or MONTH, nearest(str(value), known))
        if kind == "missing" and isinstance(location[-1], str):
            return Fault(location, "nothing", self.allowed(location), in_whole=True)
        if kind == "value_error" and isinstance(value, Mapping):  # a table whose months are out of order
            start, path = show(value.get("start", "by default")), (*location, "end")
            found = f"{show(value['end'])}, before the start {start}: contradictory dates"
            return Fault(path, found, "an end not before the start", in_whole=True, depends=(*location, "start"))
        node, path = self.node_at(location)  # without the branches of a choice that pydantic adds
        if kind in ("missing", "too_long"):
            path = path[:-1] if kind == "missing" else path
            node = self.node_at(path)[0]
        value = table
        for step in path:
            value = value[step]  # type: ignore[index]
        words = in_words(node)
        if kind == "too_short" and isinstance(value, list):
            words = words.replace("an array", "an array that is not empty", 1)
        return Fault(path, show(value), words, nearest(value, _choices(node)) if isinstance(value, str) else "")


def _choices(node: Node) -> list[str]:
    every = [v for branch in [node, *node.get("anyOf", [])] for v in branch.get("enum", [branch.get("const", "")])]
    return [choice for choice in every if choice]


def _copy(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copy(value) if isinstance(value, Mapping) else value for key, value in table.items()}


def _branches(node: Node) -> list[Node]:
    """Return the alternatives that a node leaves, absence left out."""
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
    limits = "" if low is None else f" of at least {low:.10g}"
    if low is not None and high is not None:
        limits = f" from {low:.10g} to {high if isinstance(high, int) else format(high, '.10g')}"
    return limits + (f" ({unit})" if unit else "")


def _text(node: Node) -> str:
    pattern = node.get("pattern", "")
    if pattern.startswith("^Synthetic"):
        return '"Synthetic 1" and so on of a synthetic tree'
    if pattern:
        return MONTH
    if node.get("title", "").startswith("a "):
        return str(node["title"])
    if "maxLength" in node:
        return f"a text of {node['minLength']} to {node['maxLength']} characters"
    return "a text"
