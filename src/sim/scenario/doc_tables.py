"""The generated parts of the scenario format: the tables of docs/scenarios.md and the editors' schema.

``python -m sim.scenario.doc_tables docs/scenarios.md scenarios/scenario.schema.json`` rewrites both.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.scenario.file_form import Node, in_words
from sim.scenario.format import EXTENDS, FORM, TABLE, write_schema
from sim.scenario.layers import KeyPath
from sim.scenario.schema import Change, Committee, Event, Options, Peace, Period, Policy, Run, Scenario, Threat, Tree

#: Each table of a scenario file: its model, and where it stands.
TABLES: dict[str, tuple[type[BaseModel], KeyPath]] = {
    "scenario": (Scenario, ()),
    "period": (Period, ("period",)),
    "tree": (Tree, ("tree",)),
    "committees": (Committee, ("tree", "places", 0)),
    "policy": (Policy, ("policy",)),
    "changes": (Change, ("policy", "changes", "NAME")),
    "threat": (Threat, ("threat",)),
    "peace": (Peace, ("threat", "peace")),
    "events": (Event, ("events", "NAME")),
    "options": (Options, ("options",)),
    "run": (Run, ("run",)),
}

_BLOCK = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def field_table(name: str) -> str:
    """Return the Markdown table of the fields of one table of the format."""
    model, path = TABLES[name]
    first = {"scenario": [_row("extends", EXTENDS, "none")], "tree": [_row("table", TABLE, "none")]}.get(name, [])
    return fields_of(model, lambda field: FORM.node_at((*path, field))[0], first)


def fields_of(model: type[BaseModel], node: Callable[[str], Node], first: Iterable[str] = ()) -> str:
    """Return the Markdown table of a model's fields, after other rows; ``node`` gives a field's node of the schema."""
    rows = ["| field | accepts | default | meaning |", "| --- | --- | --- | --- |", *first]
    for field, info in model.model_fields.items():
        rows.append(_row(field, node(field), "required" if info.is_required() else _default(info.get_default())))
    return "\n".join(rows)


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(cells)} |" for cells in (heads, *rows)]
    return "\n".join([lines[0], "|---" * len(heads) + "|", *lines[1:]])


def _row(field: str, node: Node, default: str) -> str:
    cells = (f"`{field}`", in_words(node), default, node.get("description", ""))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, BaseModel):
        return "see below"
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def render(text: str, table: Callable[[str], str] = field_table) -> str:
    """Return a document with each block ``<!-- generated: NAME -->`` to ``<!-- end -->`` made anew."""
    return _BLOCK.sub(lambda match: f"{match[1]}{table(match[2])}\n{match[3]}", text)


def rewrite(document: str, made: Callable[[str], str] = render) -> None:
    """Rewrite the tables of a document, as ``made`` makes its text anew."""
    path = Path(document)
    path.write_text(made(path.read_text(encoding="utf-8")), encoding="utf-8")


def main(document: str, schema: str) -> None:
    """Rewrite the tables of a document, and the schema."""
    rewrite(document)
    write_schema(schema)


if __name__ == "__main__":
    main(*sys.argv[1:])
