"""What an estimand reckons with: an expression over the names of worlds and terms."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.errors import nearest
from sim.registry import derived
from sim.registry.derived import OPERATIONS
from sim.registry.derived import Wrong as Wrong

Array = NDArray[np.float64]
WORDS = "names of worlds and terms, numbers, + - * /, brackets, min(a, b) and max(a, b)"
CALLS = ("min", "max")
"""What may be called: nan where any part is."""

_parsed = cache(derived.syntax)


def names(text: str) -> list[str]:
    """Return the names in an expression, each once, in the order written; `Wrong` where it is none."""
    found: list[str] = []
    _walk(_parsed(text), found)
    return list(dict.fromkeys(found))


def check(text: str, known: Iterable[str]) -> None:
    """Raise `Wrong` where a text is no expression, or knows other names."""
    known, used = list(known), names(text)
    if not used:
        raise Wrong(f'"{text[:60]}", which names nothing')
    for name in used:
        if name not in known:
            raise Wrong(f'"{name}" in "{text[:60]}"', suggestion=nearest(name, known))


def _walk(node: ast.expr, found: list[str]) -> None:
    if isinstance(node, ast.Name):
        found.append(node.id)
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        _walk(node.left, found)
        _walk(node.right, found)
    elif isinstance(node, ast.UnaryOp) and type(node.op) in OPERATIONS:
        _walk(node.operand, found)
    elif (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and node.args
          and not node.keywords):  # fmt: skip
        for part in node.args:
            _walk(part, found)
    elif not (isinstance(node, ast.Constant) and type(node.value) in (int, float)):
        raise Wrong(f'"{ast.unparse(node)[:60]}"')


def evaluate(text: str, values: Mapping[str, Array]) -> Array:
    """Return what an expression comes to; nan where it is not defined."""
    return derived.evaluate(_parsed(text), values.__getitem__)
