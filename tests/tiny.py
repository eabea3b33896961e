"""A sweep that runs in a moment: four guberniias, a year, every kind of factor."""

from __future__ import annotations

import io
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiment.experiment import Design, Experiment, Factor, Option
from sim.experiment.horizons import Horizon
from sim.runner.sweep import sweep

BASE = {
    "defaults": "0.2",  # said aloud, as that of a file is
    "period": {"start": "1921-01", "end": "1921-12"},
    "tree": {"kind": "synthetic", "guberniias": 4},
}  # fmt: skip
POLICY = Factor("policy", tuple(Option(rule, {"policy": {"rule": rule}}) for rule in ("appointment", "election")))
PACKING = ((True, 0.0), (False, 0.6))
WEIGHT = Factor("gentle", tuple(Option(value, {"parameters": {"pack": pack}}) for value, pack in PACKING))
UNCERTAINTIES = (
    Factor("r_f", target="parameters.r_f", low=0.02, high=0.55, default=0.1),
    Factor("bench", target="tree.bench", low=3, high=6, whole=True, default=5),
    Factor("order", tuple(Option(order, {"options": {"order": order}}) for order in ("need", "random"))),
    Factor("depth", tuple(Option(value, {"parameters": {"res_d": value}}) for value in (0.1, 0.5))),
)  # fmt: skip


def experiment(points: int = 5, replicates: int = 3, kind: Any = "latin-hypercube", **other: Any) -> Experiment:
    known = Experiment(
        "tiny", "A tiny experiment", BASE, (POLICY, WEIGHT), UNCERTAINTIES, Design(kind, points, 2, 7), replicates,
        1921, ("performance", "opposition_nation", "moves"),
        {"year": Horizon("1921-01", "1921-12"), "end": Horizon("1921-12", "1921-12")}, ("nation", "agrarian"),
    )  # fmt: skip
    return replace(known, **other)


def with_curves(kind: str, points: int = 0, **other: Any) -> Experiment:
    outcomes = ("performance", "opposition_nation", "moves")
    return experiment(curves=kind, curve_outcomes=outcomes, curve_points=points, **other)


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of all tables' files."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("*/*.parquet"))}


def table(folder: Path, name: str = "runs") -> pa.Table:
    """Return the rows of all parts, in the parts' order."""
    parts = [content for file, content in files(folder).items() if file.startswith(f"{name}/")]
    return pa.concat_tables([pq.read_table(io.BytesIO(content)) for content in parts])


def main(folder: str, points: str, stop: str = "0", share: str | None = None) -> None:
    """Sweep in small parts, or make a share, as a process to be killed: it waits, and says so, before a file is put."""
    replace, left = os.replace, [int(stop)]

    def counted(hidden: Path, path: Path) -> None:
        left[0] -= 1
        if left[0] == 0:
            print("waiting", flush=True)
            threading.Event().wait()
        replace(hidden, path)

    os.replace = counted  # type: ignore[assignment]
    sweep(experiment(int(points)), folder, workers=2, part_units=2, share=share or None)


if __name__ == "__main__":
    main(*sys.argv[1:])
