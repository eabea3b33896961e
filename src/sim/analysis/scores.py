"""Recorded figures beside what the replicates of a result gave: the rows of ``targets.csv``."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.targets import PRODUCED, Kind, Produced, Table, Target, targets, tiers
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOME_INDEX

if TYPE_CHECKING:
    from sim.engines.trajectory import Trajectory


class Row(NamedTuple):
    """A target beside what the replicates gave; a field that is called otherwise one day keeps its name in the file."""

    id: str
    description: str
    unit: str
    period: str
    #: the recorded figure, its band and its evidence grade
    recorded: float
    low: float
    high: float
    grade: str
    #: what agreement is worth
    kind: Kind
    why: str
    #: of these replicates; nan if there is none
    median: float
    p10: float
    p90: float
    share_in_band: float
    in_band: bool | None  #: whether the median lies within the band; None if no replicate covers the period
    replicates: int  #: how many cover the period: those meant below


def table_of(values: NDArray[np.float64], months: Sequence[str]) -> dict[str, Any]:
    """Return the nation's months, by outcome, of a trajectory's values."""
    nation = values[:, SCOPES.index("nation")]
    when = np.array(months, dtype="datetime64[M]")
    monthly = {name: nation[:, index] for name, index in OUTCOME_INDEX.items()}
    return {"month": when, "scope": np.full(len(when), "nation"), **monthly}


class Scores:
    """What replicates give for each target, taken one by one: a few numbers are kept of each."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {name: [] for name in PRODUCED}

    def add(self, trajectory: Trajectory) -> None:
        """Take a replicate as it leaves the engine."""
        self.take(table_of(trajectory.values, trajectory.months))

    def take(self, monthly: Table) -> None:
        """Take a replicate as a table of its months."""
        for name, produced in PRODUCED.items():
            self._values[name].append(produced.value(monthly))

    def rows(self) -> list[Row]:
        """Return every target that the model produces, beside what was taken."""
        known = {target.id: target for target in (*targets(), *tiers())}
        return [
            _row(known[name], produced, np.array(self._values[name], dtype=np.float64))
            for name, produced in PRODUCED.items()
        ]


def _row(target: Target, produced: Produced, values: NDArray[np.float64]) -> Row:
    values = values[~np.isnan(values)]
    # of what is infinite, a ratio to nothing, half may be: then there is no median, and it lies in no band
    with np.errstate(invalid="ignore"):
        found = np.quantile(values, (0.1, 0.5, 0.9)) if len(values) else np.full(3, np.nan)
    p10, median, p90 = np.where(np.isfinite(found), found, np.nan)
    inside = (values >= target.low) & (values <= target.high)
    return Row(
        target.id, target.description, produced.unit, target.period, target.value, target.low, target.high,
        target.confidence, produced.kind, produced.why, float(median), float(p10), float(p90),
        float(inside.mean()) if len(values) else float("nan"),
        bool(target.low <= median <= target.high) if len(values) else None, len(values),
    )  # fmt: skip


def write_csv(rows: Iterable[Row], path: str | Path) -> None:
    """Write rows as a CSV table: six digits, empty where the run's period does not cover a target.

    Raises `OSError` if the file cannot be written.
    """
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(map(_cell, row) for row in rows)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.6g}"
    return str(value)
