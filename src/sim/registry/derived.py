"""Outcomes that somebody derives from the recorded ones: an expression over their names, month by month and scope.

Claims reckon with expressions over the names of worlds in the same way. Engines know nothing of outcomes that are
derived. What is *asked* for is kept of every run besides what is recorded; what is only *known*,
from results that have been opened, can be read and drawn.
"""

from __future__ import annotations

import ast
import re
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, nearest
from sim.registry import outcomes
from sim.registry.entries import CLASSES, Better, Outcome
from sim.registry.outcomes import OUTCOME_INDEX, OUTCOMES

Array = NDArray[np.float64]

LONGEST = 300
"""Characters of an expression."""
DEEPEST = 30
"""Operations within one another."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
OPERATIONS: dict[type[ast.AST], Any] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide,
    ast.USub: np.negative, ast.UAdd: np.positive,
}  # fmt: skip
#: Name, least and most arguments. Nothing of which machines have versions of their own, such as logarithms.
_FUNCTIONS = {"min": (2, 9), "max": (2, 9), "abs": (1, 1), "sqrt": (1, 1)}
WORDS = "numbers, outcomes by their names, + - * /, brackets, min(a, b), max(a, b), abs(a) and sqrt(a)"


class Wrong(ValueError):
    """Why a text is no expression: what was found, what is allowed, and what may have been meant."""

    def __init__(self, found: str, allowed: str = WORDS, suggestion: str = "") -> None:
        super().__init__(f"{found}; allowed: {allowed}")
        self.found, self.allowed, self.suggestion = found, allowed, suggestion


@dataclass(frozen=True)
class Derived(Outcome):
    """An outcome that is derived from recorded ones of the same month and scope.

    Attributes
    ----------
    value
        The expression; not defined where it divides by zero, or one of its outcomes is not defined.
    """

    value: str = ""

    @cached_property
    def tree(self) -> ast.expr:
        """The expression, whose every part is allowed."""
        return parsed(self.value)

    def of(self, recorded: Callable[[str], Array]) -> Array:
        """Return it, given what returns a recorded outcome by its name."""
        return evaluate(self.tree, recorded)

    def record(self) -> dict[str, Any]:
        """Return its definition as results store it."""
        return {name: getattr(self, name) for name in RECORD}


RECORD = {"name": str, "value": str, "unit": str, "meaning": str, "better": str, "smallest": float | int | None}
"""How a definition stands in a manifest."""
ASKED: dict[str, Derived] = {}
"""Kept of every run: what the user's folders define."""
KNOWN: dict[str, Derived] = {}
"""These, and those of results that were opened."""
KEPT: Mapping[str, Outcome] = ChainMap(ASKED, OUTCOMES)  # type: ignore[arg-type]
"""The outcomes of a run, the recorded ones first."""
EVERY: Mapping[str, Outcome] = ChainMap(KNOWN, OUTCOMES)  # type: ignore[arg-type]
"""All outcomes that can be looked up, the recorded ones first."""


def derived(name: str, *, value: str, unit: str, meaning: str, better: Better = "neither",
            smallest: float | None = None) -> Derived:  # fmt: skip
    """Return an outcome that an expression defines; `Wrong` where it does not."""
    if name in OUTCOMES or not NAME.fullmatch(name) or name.endswith(tuple(f"_{scope}" for scope in CLASSES)):
        found = f'the name "{name}"' + (", which is recorded" if name in OUTCOMES else "")
        raise Wrong(found, "a name of a-z, 0-9 and _, a letter first, that ends in no class and is no outcome's yet")
    inputs = {node.id for node in ast.walk(parsed(value)) if isinstance(node, ast.Name) and node.id in OUTCOMES}
    by_class = all(OUTCOMES[one].by_class for one in inputs)
    return Derived(name, unit, meaning, better, by_class, -np.inf, None, smallest=smallest, value=value)


def syntax(text: str) -> ast.expr:
    """Return the syntax of an expression, whatever it asks for; `Wrong` where it is none."""
    if len(text) > LONGEST:
        raise Wrong(f"an expression of {len(text)} characters", f"at most {LONGEST}")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Wrong(f'"{text[:60]}", which is no expression') from None


def parsed(text: str) -> ast.expr:
    """Return an expression; `Wrong` where it is none, or asks for anything but arithmetic over outcomes."""
    tree = syntax(text)
    _check(tree, DEEPEST)
    if not any(isinstance(node, ast.Name) and node.id in OUTCOMES for node in ast.walk(tree)):
        raise Wrong(f'"{text[:60]}", which names no outcome')
    return tree


def _check(node: ast.expr, depth: int) -> None:
    if depth == 0:
        raise Wrong("an expression nested too deeply", f"operations within one another to a depth of {DEEPEST}")
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and abs(float(str(node.value))) < 1e15:
        return
    if isinstance(node, ast.Name):
        if node.id not in OUTCOMES or OUTCOMES[node.id].in_months:
            raise Wrong(f'"{node.id}"', "a recorded outcome (skloki list outcomes)", nearest(node.id, OUTCOMES))
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        least, most = _FUNCTIONS.get(node.func.id, (1, 0))
        parts: list[ast.expr] = node.args if least <= len(node.args) <= most else []
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        parts = [node.left, node.right]
    else:
        parts = [node.operand] if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATIONS else []
    if not parts:
        raise Wrong(f'"{ast.unparse(node)[:60]}"')
    for part in parts:
        _check(part, depth - 1)


def evaluate(tree: ast.expr, known: Callable[[str], Array]) -> Array:
    """Return what an expression comes to, given what returns a value by its name; nan where it is not defined."""
    with np.errstate(all="ignore"):
        found: Array = np.asarray(_evaluated(tree, known), np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def _evaluated(node: ast.expr, recorded: Callable[[str], Array]) -> Any:
    if isinstance(node, ast.Constant):
        return np.float64(str(node.value))
    if isinstance(node, ast.Name):
        return recorded(node.id)
    if isinstance(node, ast.BinOp):
        return OPERATIONS[type(node.op)](_evaluated(node.left, recorded), _evaluated(node.right, recorded))
    if isinstance(node, ast.UnaryOp):
        return OPERATIONS[type(node.op)](_evaluated(node.operand, recorded))
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    parts = [_evaluated(part, recorded) for part in node.args]
    if node.func.id in ("abs", "sqrt"):
        return getattr(np, node.func.id)(*parts)
    # nan where any part is: of what is not defined there is no least and no greatest
    return reduce(np.minimum if node.func.id == "min" else np.maximum, parts)


def column(values: Array, outcome: Outcome) -> Array:
    """Return an outcome of recorded ones, which stand on the last axis."""
    if isinstance(outcome, Derived):
        return outcome.of(lambda name: values[..., OUTCOME_INDEX[name]])
    return values[..., OUTCOME_INDEX[outcome.name]]


def extended(values: Array) -> Array:
    """Return recorded outcomes, on the last axis, with those behind them that are asked for."""
    if not ASKED:
        return values
    return np.concatenate([values, np.stack([column(values, one) for one in ASKED.values()], axis=-1)], axis=-1)


def ask(found: Iterable[Derived]) -> None:
    """Keep these outcomes, and no others, of the runs that follow."""
    for name in ASKED:
        KNOWN.pop(name, None)
    ASKED.clear()
    ASKED.update({one.name: one for one in found})
    know(ASKED.values())


def know(found: Iterable[Derived]) -> None:
    """Take in what a result defines; of one name the last is meant."""
    KNOWN.update({one.name: one for one in found})


def records() -> list[dict[str, Any]]:
    """Return the definitions of the outcomes that are asked for."""
    return [one.record() for one in ASKED.values()]


def read(found: Iterable[Mapping[str, Any]]) -> Iterator[Derived]:
    """Yield outcomes from their stored definitions."""
    for one in found:
        yield derived(**{key: one[key] for key in RECORD})


def unknown(where: str, names: Iterable[str], known: Mapping[str, Outcome] = KEPT) -> list[Problem]:
    """Return a problem for each name that no outcome bears."""
    return outcomes.unknown(where, [name for name in names if name not in known])
