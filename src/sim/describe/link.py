"""The address at which an explorable page shows the two worlds that a claim sets side by side, where it can.

A page holds some worlds, and in them may be moved parameters, readings, mechanisms and rules. A world of a claim is
shown by one of these worlds and what is to be moved in it; one that differs in anything else has no address.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sim.claims.claim import Claim
from sim.claims.load import load_claim
from sim.claims.populations import EXPERIMENT
from sim.errors import UserError
from sim.experiment.load import load_experiment
from sim.registry.outcomes import OUTCOMES
from sim.scenario.layers import KeyPath, Layer, leaves, merge
from sim.scenario.load import complete, load

CONTENT = re.compile(r'<script type="application/json" id="content">(.*?)</script>', re.DOTALL)
WORDS = ("title", "why", "run")
"""Tables of a scenario that make no other world."""
DIFFERENCE = re.compile(r"\s*(\w+)\s*-\s*(\w+)\s*")
Known = Mapping[str, Any]


def read(page: Path) -> Known | None:
    """Return what an explorable page knows; nothing where it is none."""
    try:
        found = CONTENT.search(page.read_text(encoding="utf-8"))
        text = json.loads(found[1]) if found else {}
        known = json.loads(gzip.decompress(base64.b64decode(text["packed"]))) if "packed" in text else text
    except (OSError, ValueError, EOFError):
        return None
    return known if isinstance(known, dict) and known.get("worlds") else None


def of_claim(known: Known | None, name: str, words: str) -> str:
    """Return the settings that show a claim, as they stand behind ``#``; nothing where its file has changed since."""
    try:
        claim = load_claim(name) if known is not None else None
    except UserError:
        return ""
    return settings(claim, known) if claim is not None and known is not None and claim.said.claim == words else ""


def settings(claim: Claim, known: Known) -> str:
    """Return the settings that show the two worlds of a claim's first estimand; nothing where a page cannot."""
    first = claim.estimands[0] if claim.tested else None
    pair = DIFFERENCE.fullmatch(first.said.value) if first is not None else None
    if first is None or pair is None or not all(name in claim.worlds for name in pair.groups()):
        return ""
    quantity = first.quantities[pair[1]]
    found, moved = dict[str, str](), dict[str, str]()
    for side, name in (("a", pair[2]), ("b", pair[1])):
        shown = [(steps, at, each) for at, each in enumerate(known["worlds"])
                 if quantity.span[0] in each["months"] and quantity.span[1] in each["months"]
                 and (steps := _moved(_scenario(claim.worlds[name]), each, known)) is not None]  # fmt: skip
        if not shown:
            return ""
        steps, _, each = min(shown, key=lambda one: (len(one[0]), one[1]))
        found[side] = each["name"]
        moved |= {f"{side}:{key}": value for key, value in steps.items()}
    if quantity.outcome in OUTCOMES:
        found["outcome"] = quantity.outcome
    if len(quantity.scopes) == 1:
        found["scope"] = quantity.scopes[0]
    return urlencode({**found, "first": quantity.span[0], "last": quantity.span[1], **moved})


@cache
def _base() -> Mapping[str, Any]:
    return load_experiment(EXPERIMENT).base


def _scenario(table: Mapping[str, Any]) -> dict[KeyPath, Any]:
    whole = merge([Layer("", dict(_base())), Layer("", dict(table))])[0]
    return _values({"title": "?", **whole})


def _values(source: Mapping[str, Any]) -> dict[KeyPath, Any]:
    return {path: value for path, value in leaves(complete(load(source).scenario))
            if path[0] not in WORDS and path != ("period", "end")}  # fmt: skip


def _moved(wanted: Mapping[KeyPath, Any], world: Known, known: Known) -> dict[str, str] | None:
    """Return what is to be moved in a page's world so that it is another; nothing where that cannot be."""
    have = _values(tomllib.loads(world["file"]))
    differing = [path for path in {**have, **wanted} if have.get(path) != wanted.get(path)]
    steps = dict(_steps(differing, wanted, world, known))
    return steps if len(steps) == len(differing) else None


def _steps(
    differing: list[KeyPath], wanted: Mapping[KeyPath, Any], world: Known, known: Known
) -> Iterator[tuple[str, str]]:
    """Yield those settings that a page can move, and to what."""
    rules = {rule["field"] for rule in world["rules"]}
    for path in differing:
        name, value = ".".join(map(str, path)), wanted.get(path)
        movable = {"parameters": isinstance(value, (int, float)), "variants": isinstance(value, str),
                   "mechanisms": isinstance(value, bool) and path[-1] not in world["off"],
                   "policy": name in rules and value in known["rules"]}  # fmt: skip
        if movable.get(str(path[0])):
            yield name, str(value).lower() if isinstance(value, bool) else str(value)
