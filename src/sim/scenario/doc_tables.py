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

from sim.scenario.file_form import FileForm, Node, in_words
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
    first = {"scenario": [_row("extends", EXTENDS, "none")], "tree": [_row("table", TABLE, "none")]}.get(name, [])
    return fields_of(FORM, *TABLES[name], first)


def fields_of(form: FileForm[Any], model: type[BaseModel], path: KeyPath, first: Iterable[Sequence[str]] = ()) -> str:
    """Return the Markdown table of the fields of a table of a format, which stands at a path, after other rows."""
    rows = [*first]
    for field, info in model.model_fields.items():
        default = "required" if info.is_required() else _default(info.get_default())
        rows.append(_row(field, form.node_at((*path, field))[0], default))
    return table("field | accepts | default | meaning", rows)


def table(header: str, rows: Iterable[Iterable[str]]) -> str:
    """Return a document's Markdown table; ``header`` has names of columns between bars; those in cells are escaped."""
    columns = [name.strip() for name in header.split("|")]
    lines = [columns, ["---"] * len(columns), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table of a page of results, whose cells may hold Markdown of their own."""
    lines = [f"| {' | '.join(cells)} |" for cells in (heads, *rows)]
    return "\n".join([lines[0], "|---" * len(heads) + "|", *lines[1:]])


def _row(field: str, node: Node, default: str) -> tuple[str, ...]:
    return f"`{field}`", in_words(node), default, node.get("description", "")


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
