"""What several tests ask for, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def once(function: Callable[..., T]) -> Callable[..., T]:
    """Keep what a function gave, by what it was asked, which need not be hashable."""
    known: dict[str, T] = {}

    def give(*asked: Any) -> T:
        key = repr(asked)
        if key not in known:
            known[key] = function(*asked)
        return known[key]

    return give
