"""Pages of pictures, drawn and not written."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from matplotlib.figure import Figure

from sim import figures


def pages(stored: Any, what: str, **asked: str | None) -> list[Figure]:
    """Return all pages of a picture."""
    return [figure for _, figure in figures.pages(stored, what, **asked)]


def page(stored: Any, what: str, **asked: str | None) -> Figure:
    """Return the first page of a picture."""
    return next(figures.pages(stored, what, **asked))[1]


def worlds(stored: Any, what: str) -> dict[str, Figure]:
    """Return a comparison's pictures by the other worlds."""
    return {stem.removeprefix(f"{what}-"): figure for stem, figure in figures.pages(stored, what)}


@lru_cache(16)
def known(stored: Any, what: str, **asked: str | None) -> Figure:
    """Return the first page of a picture, drawn once: of what no test changes, to be looked at alone."""
    return page(stored, what, **asked)
