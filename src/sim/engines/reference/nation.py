"""What an agent sees of the nation that it belongs to."""

from __future__ import annotations

import math
from typing import Any, Protocol


class Nation(Protocol):
    """The model, as committees read it; all else of it is the processes' affair."""

    world: Any
    p: Any
    variants: Any
    month: int
    threat: float
    perceived: float
    task: float
    dispute: float
    held: float
    held_step: float
    joined: float
    news: float
    national_error: float
    famine: Any

    def uniforms(self, point: str, entity: int, number: int) -> list[float]:
        """Return the first draws at an address."""
        ...

    def standing(self, identity: int) -> float:
        """Return the lot by which a person stands for or against the majority's line."""
        ...

    def log(self, kind: str, committee: Any, seat: str, man: Any, other: Any,
            reason: str = "", authority: str = "", value: float = math.nan) -> None:  # fmt: skip
        """Add an event."""
        ...
