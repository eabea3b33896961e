"""An effective scenario written as one file, every value with the layer that it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.scenario.layers import KeyPath, dotted, quoted
from sim.scenario.load import Loaded, complete

#: Fields that only one kind of tree reads: written for the other kind they would raise a warning.
_TREE = {"real": ("guberniias", "uezds_each", "alike"), "synthetic": ("only", "uezds")}


def to_toml(loaded: Loaded) -> str:
    """Return a scenario file that stands alone: loaded again, it gives the same world.

    Defaults are written out too, parameters among them, so that the file keeps its meaning if a
    default should change. Behind each value stands the layer that set it.
    """
    values = complete(loaded.scenario)
    for name in _TREE[loaded.scenario.tree.kind]:
        del values["tree"][name]
    return "\n".join(_tables(values, (), loaded.layers)).lstrip("\n") + "\n"


def _tables(table: Mapping[str, Any], path: KeyPath, layers: Mapping[str, str]) -> Iterator[str]:
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    leaves = {key: value for key, value in table.items() if key not in inner}
    if path and leaves:
        yield f"\n[{dotted(path)}]"
    for key, value in leaves.items():
        yield f"{dotted((key,))} = {_value(value)}  # {layers.get(dotted((*path, key)), 'default')}"
    for key, value in inner.items():
        yield from _tables(value, (*path, key), layers)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, str):
        return quoted(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)
