"""Calibrated worlds against figures that had no part in it: what they foretell, and what was found."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import logsumexp

from sim.analysis.pair_table import PairedSweep
from sim.errors import Problem, UserError
from sim.inference.found import Found, read_found
from sim.inference.report import spread
from sim.results.calibration import GIVEN, PRIOR, Calibration

Row = dict[str, Any]


def check(calibration: Calibration, figures: Path) -> list[Row]:
    """Return a row for each figure of a table, beside what the world that happened gave over the ranges and calibrated.

    Nothing is fitted to them. ``gained`` is by how much the logarithm of a figure's likelihood, meant over draws, has
    risen by calibrating: above 0 the calibrated worlds foretell it better than the ranges do.

    Raises
    ------
    UserError
        A row of the table is wrong, or the calibration kept nothing of what it counts.
    """
    found = read_found(figures)
    prior, given = (PairedSweep.open(calibration.path / name) for name in (PRIOR, GIVEN))
    require_kept(found, given.table("runs").schema.names, figures)
    return list(_rows(found, prior, given))


def require_kept(found: Sequence[Found], kept: Collection[str], figures: Path) -> None:
    """Refuse figures of which a calibration keeps nothing: of a table that was read from a file."""
    lacking = [one.column for one in found if one.column not in kept]
    if lacking:
        allowed = 'figures that this calibration kept: [keep] observables = "all" in its experiment keeps every one'
        raise UserError(Problem(str(figures), "quantity", name, allowed) for name in lacking)


def _rows(found: Sequence[Found], prior: PairedSweep, given: PairedSweep) -> Iterator[Row]:
    names = [one.column for one in found]
    both = [("prior", prior.pairs.baseline(*names).T), ("given", given.pairs.baseline(*names).T)]
    for at, one in enumerate(found):
        target = one.target
        row: Row = {"figure": one.column, "unit": one.unit, "grade": target.confidence, "recorded": target.value,
                    "low": target.low, "high": target.high}  # fmt: skip
        scores = []
        for which, columns in both:
            values = columns[at]
            row |= {f"{which}_{label}": value for label, value in spread(values).items()}
            known = values[np.isfinite(values)]
            inside = (known >= target.low) & (known <= target.high)
            row[f"{which}_in_band"] = float(inside.mean()) if len(known) else math.nan
            likely = one.log_kernels(values)
            scores.append(float(logsumexp(likely)) - math.log(len(likely)) if len(likely) else -math.inf)
        below = float(np.mean(known < target.value) + np.mean(known == target.value) / 2) if len(known) else math.nan
        yield row | {"below": below, "gained": scores[1] - scores[0] if max(scores) > -math.inf else math.nan,
                     "reading": _reading(row, below)}  # fmt: skip


def _reading(row: Row, below: float) -> str:
    """Say in words how a figure lies among calibrated draws."""
    if math.isnan(below):
        return "not given by these worlds"
    if 0.05 <= below <= 0.95:
        return "foretold" if row["low"] <= row["given_p50"] <= row["high"] else "within reach"
    return "higher than foretold" if below > 0.5 else "lower than foretold"
