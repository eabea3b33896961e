"""Pages of pictures, drawn and not written."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from sim import figures


def pages(stored: Any, what: str, **asked: str | None) -> list[Figure]:
    """Return all pages of a picture."""
    return [figure for _, figure in figures.pages(stored, what, **asked)]


def page(stored: Any, what: str, **asked: str | None) -> Figure:
    """Return the first page of a picture."""
    return next(figures.pages(stored, what, **asked))[1]


def world(stored: Any, what: str, world: str) -> Figure:
    """Return a comparison's picture of one world."""
    return next(figure for stem, figure in figures.pages(stored, what) if stem == f"{what}-{world}")
