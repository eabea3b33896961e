"""Scenarios written for earlier versions, taken as they are meant."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sim.errors import Problem
from sim.registry.versions import FIRST, MOVED_OPTIONS
from sim.scenario.layers import Layer
from sim.scenario.schema import Scenario


def stored(table: Mapping[str, Any]) -> Scenario:
    """Return a scenario that a result holds; one that names no version was run by the first."""
    renewed = json.loads(json.dumps({"defaults": FIRST, **table}))
    renew(renewed)
    # as JSON: strict models accept lists for tuples there
    return Scenario.model_validate_json(json.dumps(renewed))


def renew(table: dict[str, Any]) -> list[str]:
    """Move options that are variants now; return their names. Values that were never allowed stay and are refused."""
    options = table.get("options")
    if not isinstance(options, dict):
        return []
    moved = [name for name in MOVED_OPTIONS if _reading(options, name)]
    variants = table.setdefault("variants", {}) if moved else {}
    for name in moved if isinstance(variants, dict) else ():
        variants.setdefault(name, _reading(options, name))
        del options[name]
    return moved


def _reading(options: Mapping[str, Any], name: str) -> str:
    value = options.get(name)
    known = isinstance(value, bool | str) and value in MOVED_OPTIONS[name]
    return MOVED_OPTIONS[name][value] if known else ""


def renew_layer(layer: Layer) -> None:
    """Renew the tables of a layer, and remark on it."""
    for name in renew(layer.table):
        where, allowed = layer.where(("options", name)), f"variants.{name}, as which it was taken"
        layer.remarks.append(Problem(where, f"options.{name}", "an option of version 0.1", allowed))
