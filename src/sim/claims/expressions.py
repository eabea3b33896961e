"""What an estimand reckons with: an expression over the names of worlds and terms."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import nearest

Array = NDArray[np.float64]
WORDS = "names of worlds and terms, numbers, + - * /, brackets, min(a, b) and max(a, b)"
LONGEST = 300
_OPERATIONS: Mapping[type[ast.AST], Any] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide,
    ast.USub: np.negative, ast.UAdd: np.positive,
}  # fmt: skip
_CALLS: Mapping[str, Any] = {"min": np.minimum, "max": np.maximum}
"""What may be called: nan where any part is."""


class Wrong(ValueError):
    """Why a text is no expression over some names: what was found, and what may have been meant."""

    def __init__(self, found: str, suggestion: str = "") -> None:
        super().__init__(found)
        self.found, self.suggestion = found, suggestion


@cache
def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise Wrong(f"an expression of {len(text)} characters")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Wrong(f'"{text[:60]}", which is no expression') from None


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
            raise Wrong(f'"{name}" in "{text[:60]}"', nearest(name, known))


def _walk(node: ast.expr, found: list[str]) -> None:
    if isinstance(node, ast.Name):
        found.append(node.id)
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        _walk(node.left, found)
        _walk(node.right, found)
    elif isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATIONS:
        _walk(node.operand, found)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS and node.args:
        for part in node.args:
            _walk(part, found)
    elif not (isinstance(node, ast.Constant) and type(node.value) in (int, float)):
        raise Wrong(f'"{ast.unparse(node)[:60]}"')


def evaluate(text: str, values: Mapping[str, Array]) -> Array:
    """Return what an expression comes to; nan where it is not defined."""
    with np.errstate(all="ignore"):
        found = np.asarray(_evaluated(_parsed(text), values), np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def _evaluated(node: ast.AST, values: Mapping[str, Array]) -> Any:
    if isinstance(node, ast.Constant):
        return np.float64(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.BinOp):
        return _OPERATIONS[type(node.op)](_evaluated(node.left, values), _evaluated(node.right, values))
    if isinstance(node, ast.UnaryOp):
        return _OPERATIONS[type(node.op)](_evaluated(node.operand, values))
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return reduce(_CALLS[node.func.id], (_evaluated(part, values) for part in node.args))
