"""Names that a scenario may use and that its format does not hold itself."""

from __future__ import annotations

import re
from functools import cache

from sim.data import tables
from sim.errors import nearest

#: What a synthetic tree calls its guberniias, counted from 1, and the region they lie in.
SYNTHETIC_PLACE = re.compile(r"Synthetic ([1-9]\d*)")
SYNTHETIC_REGION = "Synthetic"


@cache
def _rows() -> tuple[dict[str, str], ...]:
    known = (row for row in tables.load("guberniia") if row["exists_1923"])
    return tuple({name: str(row[name] or "") for name in ("name", "region", "alt_name")} for row in known)


@cache
def places() -> tuple[str, ...]:
    """Return the names of the guberniia-level organisations of 1923."""
    return tuple(row["name"] for row in _rows())


@cache
def regions() -> tuple[str, ...]:
    """Return the names of their regions."""
    return tuple(dict.fromkeys(row["region"] for row in _rows()))


def nearest_place(name: str) -> str:
    """Return the place closest to a mistyped or later name (``Leningrad`` is Petrograd)."""
    for row in _rows():
        other = row["alt_name"]  # begins with a small letter where it is a remark and not a name
        if len(name) > 3 and other[:1].isupper() and other.casefold().startswith(name.casefold()):
            return row["name"]
    return nearest(name, places())
