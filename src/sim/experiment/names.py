"""What levers, uncertainties and horizons may be called: their names stand as columns beside those of the product."""

from __future__ import annotations

import re

NAME = re.compile(r"[a-z][a-z0-9_]*")
RUNS = ("run", "point", "replicate", "series", "seed", "error", "error_at")
CURVES = ("run", "month", "scope")
BINS = ("combination", "outcome", "scope", "month", "bin", "count")
"""Columns that the tables of every sweep have, whatever its experiment."""
BANDS = ("combination", "outcome", "scope", "month", "runs")
EFFECTS = (
    "lever", "option", "baseline", "others", "outcome", "unit", "better", "scope", "horizon", "points", "pairs",
    "failed", "undefined", "base", "effect", "low", "high", "interval", "chance", "superiority", "within",
    "reading", "points_better", "points_above", "points_below", "points_within", "smallest",
)  # fmt: skip
"""Columns of what is reckoned from them, beside quantiles; tests hold all to the tables themselves."""
CONDITIONS = "number_of_this_point"
"""What a point's number is called beside uncertainties in a condition on these."""
RESERVED = frozenset((*RUNS, *CURVES, *BINS, *BANDS, *EFFECTS, CONDITIONS))
_QUANTILE = re.compile(r"p[0-9]+")


def fault(name: str) -> tuple[str, str, str] | None:
    """Return what is found, allowed and suggested, where a lever or an uncertainty may not be called so."""
    if NAME.fullmatch(name) and not _taken(name):
        return None
    plain = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")
    near = plain if NAME.fullmatch(plain) and not _taken(plain) else f"world_{plain}" if plain else ""
    allowed = "a name of a-z, 0-9 and _, a letter first"
    if _taken(name):
        return f'the name "{name}"', f"{allowed}, but no column of the sweep's own tables, as this is", near
    return f'the name "{name}"', allowed, near


def _taken(name: str) -> bool:
    return name in RESERVED or _QUANTILE.fullmatch(name) is not None
