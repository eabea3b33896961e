"""An effective scenario written as one file, every value with the layer that it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import getitem
from typing import Any

from sim.scenario.contradictions import OF_KIND, absent
from sim.scenario.layers import KeyPath, dotted, quoted
from sim.scenario.load import Loaded, complete


def to_toml(loaded: Loaded) -> str:
    """Return a scenario file that stands alone: loaded again, it gives the same world.

    Defaults are written out too, parameters among them, so that the file keeps its meaning if a
    default should change. Behind each value stands the layer that set it.
    """
    values = complete(loaded.scenario)
    for name in (name for kind, names in OF_KIND.items() for name in names if kind != loaded.scenario.tree.kind):
        del values["tree"][name]  # which would raise a warning
    _leave_out(values, [*absent(loaded.scenario)])
    return "\n".join(_tables(values, (), loaded.layers)).lstrip("\n") + "\n"


def _leave_out(values: Any, names: Sequence[KeyPath]) -> None:
    """Take out names that the tree does not have, and entries that concern nobody by them: inherited they may stand."""
    for *at, scope, number in reversed(names):
        entries = reduce(getitem, at[:-1], values)
        entry = entries[at[-1]]
        del entry[scope][number]
        if not any(entry.get(key) for key in ("classes", "regions", "places")):
            del entries[at[-1]]  # with no name left it would concern all


def _tables(table: Mapping[str, Any], path: KeyPath, layers: Mapping[str, str]) -> Iterator[str]:
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    leaves = {key: value for key, value in table.items() if key not in inner}
    if path and leaves:
        yield f"\n[{dotted(path)}]"
    for key, value in leaves.items():
        yield f"{dotted((key,))} = {toml_value(value)}  # {layers.get(dotted((*path, key)), 'default')}"
    for key, value in inner.items():
        yield from _tables(value, (*path, key), layers)


def toml_value(value: Any) -> str:
    """Return a value as it is written in a scenario file."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{dotted((key,))} = {toml_value(inner)}' for key, inner in value.items())} }}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):  # a line for each row
        return "[\n" + "".join(f"  {toml_value(item)},\n" for item in value) + "]"
    if isinstance(value, list):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    if isinstance(value, str):
        return quoted(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)
