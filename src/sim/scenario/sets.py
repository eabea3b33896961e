"""Values that the command line sets: ``policy.rule=election``, or a parameter by its bare name."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sim.errors import Problem, nearest
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.scenario.file_form import show
from sim.scenario.files import Stack, plain, too_deep
from sim.scenario.layers import SETS, Layer
from sim.scenario.schema import Scenario


def add_sets(sets: Iterable[str] | Mapping[str, Any], stack: Stack) -> None:
    """Lay the items ``a.b=c`` of the command line on a stack, or fields with their values; later items win.

    The value of an item is read as TOML, and as a plain text where it is none.
    """
    table: dict[str, Any] = {}
    for item in sets:
        try:
            path, value = (key_path(str(item)), plain(sets[item])) if isinstance(sets, Mapping) else _parts(item)
        except RecursionError:
            stack.refuse(too_deep(SETS, "a dict"))
            continue
        if path is None:
            example = "NAME=VALUE, for example policy.rule=election"
            stack.problems.append(Problem(SETS, found=show(item), allowed=example))
            continue
        if len(path) == 1:
            known = [*Scenario.model_fields, *PARAMETERS, *VARIANTS, *MECHANISMS]
            if path[0] not in known:
                allowed = "a field as table.name, a parameter, a variant or a mechanism"
                near = nearest(path[0], known)
                stack.problems.append(Problem(SETS, path[0], f'unknown name "{path[0]}"', allowed, near))
                continue
            tables = {"parameters": PARAMETERS, "variants": VARIANTS, "mechanisms": MECHANISMS}
            within = [] if path[0] in Scenario.model_fields else [name for name in tables if path[0] in tables[name]]
            path = [*within[:1], *path]
        _put(table, path, value)
    stack.layers.append(Layer(SETS, table, folder=Path()))


def _parts(item: Any) -> tuple[list[str] | None, Any]:
    """Return the keys and the value of an item; a quoted key may itself hold an equals sign."""
    for at in (at for at, letter in enumerate(item if isinstance(item, str) else "") if letter == "="):
        path = key_path(item[:at].strip())
        if path is not None:
            return path, read_value(item[at + 1 :].strip())
    return None, ""


def key_path(key: str) -> list[str] | None:
    """Return the keys of a dotted name, in which such as hold dots are quoted; none where it is no name."""
    try:
        inner: Any = tomllib.loads(f"{key} = 0")
    except (ValueError, RecursionError):
        return None
    path: list[str] = []
    while isinstance(inner, dict) and len(inner) == 1:
        path += inner
        inner = inner[path[-1]]
    return path if inner == 0 and path else None


def read_value(text: str) -> Any:
    """Return a value as the command line means it: read as TOML, and as a plain text where it is none."""
    try:
        table = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return table["value"] if len(table) == 1 else text


def _put(table: dict[str, Any], path: list[str], value: Any) -> None:
    for key in path[:-1]:
        inner = table.get(key)
        table[key] = inner if isinstance(inner, dict) else {}
        table = table[key]
    table[path[-1]] = value
