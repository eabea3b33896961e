"""A table of committees of one's own, which a scenario names: its rows take the place of its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from sim.data.columns import Column, Kind, Table, numbered
from sim.errors import UserError, nearest
from sim.scenario.file_form import show
from sim.scenario.layers import Fault, KeyPath, Layer
from sim.scenario.schema import Committee
from sim.scenario.texts import Unreadable, read_text

PLACES: KeyPath = ("tree", "places")
NAMED: KeyPath = ("tree", "table")
_KINDS: dict[str, Kind] = {"string": "text", "integer": "integer", "number": "number"}


def _column(name: str, field: FieldInfo, node: dict[str, Any]) -> Column:
    """Return a field of a committee as a column: bounds and choices are those of the format."""
    of = next((branch for branch in node.get("anyOf", ()) if branch["type"] != "null"), node)
    limits = of.get("minimum"), of.get("maximum")
    return Column(name, _KINDS[of["type"]], str(field.description), "", *limits, allowed=tuple(of.get("enum", ())),
                  empty=not field.is_required())  # fmt: skip


TABLE = Table(
    "committees", "a committee of one's own", ("name",),
    tuple(_column(name, Committee.model_fields[name], node)
          for name, node in Committee.model_json_schema()["properties"].items()),
    "", "", "", ordered=(), partial=True,
)  # fmt: skip


def take(layer: Layer) -> None:
    """Put the rows of the table that a layer names into the layer; what is wrong with them is noted there."""
    tree = layer.table.get("tree")
    if not isinstance(tree, dict) or "table" not in tree:
        return
    name = tree.pop("table")
    if tree.setdefault("kind", "table") != "table" or "places" in tree:
        other = "places" if "places" in tree else f"kind = {show(tree['kind'])}"
        layer.faults.append(Fault(NAMED, f"a table beside {other}", "one of the two"))
    elif not isinstance(name, str) or not name.strip():
        layer.faults.append(Fault(NAMED, show(name), "the name of a CSV table, looked up beside the file"))
    else:
        _read(layer, tree, name, (layer.folder or Path()) / name)


def _read(layer: Layer, tree: dict[str, Any], name: str, path: Path) -> None:
    try:
        rows = numbered(TABLE, read_text(path, "a CSV table").encode(), path.name)
    except FileNotFoundError:
        beside = [other.name for other in path.parent.glob("*.csv")] if path.parent.is_dir() else []
        layer.faults.append(Fault(NAMED, f"{show(name)}, no such file", "a CSV table", nearest(path.name, beside)))
    except Unreadable as why:
        layer.faults.append(Fault(NAMED, f"{show(name)}, {why.found}", why.allowed, why.suggestion))
    except UserError as error:
        for number, problem in enumerate(error.problems):
            at: KeyPath = (*PLACES, number, problem.field)
            layer.taken[at] = problem.where
            layer.faults.append(Fault(at, problem.found, problem.allowed, problem.suggestion))
    else:
        layer.taken[PLACES] = path.name
        for number, (line, _) in enumerate(rows):
            layer.taken[*PLACES, number] = f"{path.name}:{line}"
        tree["places"] = [{key: cell for key, cell in row.items() if cell is not None} for _, row in rows]
