"""Memory: what a run and its reports need does not grow with the number of replicates."""

from __future__ import annotations

import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sim import figures
from sim.analysis.summary import summarise
from sim.engines.engine import Engine
from sim.engines.trajectory import CODES, EventLog, Trajectory
from sim.figures.pictures import PICTURES
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.results import run_store
from sim.results.folder import Folder, read_frame
from sim.results.result import Result
from sim.runner.run import run
from sim.scenario.load import Loaded

EVENTS = 4_000
MONTHS = [f"{year}-{month:02d}" for year in range(1921, 1926) for month in range(1, 13)]
#: Bytes of a replicate's monthly table.
ROWS = len(MONTHS) * len(SCOPES) * len(OUTCOMES) * 8
FEW, MANY = 20, 60
#: Pools that have counted. Arrow's threads let go of their last buffers after a read has returned: a pool that went
#: with its reading would take them back when it is no more, which ends the process.
POOLS: list[pa.ProxyMemoryPool] = []


@pytest.fixture
def made(loaded: Callable[..., Loaded], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[int], Result]:
    """Run replicates with many events: made(replicates)."""
    # A few replicates fill a row group, so that FEW of them need no less memory for that.
    monkeypatch.setattr(run_store, "ROW_GROUP_BYTES", 4 * ROWS)

    def build(scenario: Any) -> SimpleNamespace:
        return SimpleNamespace(scenario=scenario, months=MONTHS, committees=[])

    def simulate(world: Any, replicate: int, on_month: Any, *, events: bool = True) -> Trajectory:
        values = np.random.default_rng(replicate).random((len(MONTHS), len(SCOPES), len(OUTCOMES)))
        codes = np.zeros(EVENTS, CODES)
        codes["committee"] = -1
        codes["month"] = np.sort(codes["month"] + np.arange(EVENTS) % len(MONTHS))
        return Trajectory(MONTHS, values, EventLog(codes, MONTHS, []))

    def make(replicates: int) -> Result:
        scenario = loaded(MONTHS[0], MONTHS[-1], replicates=replicates)
        return run(scenario, out=tmp_path / f"{replicates}", engine=Engine("fake", build, simulate))

    return make


def peak(work: Callable[[], object]) -> int:
    """Return the bytes that some work has held at most, by Python, numpy and Arrow."""
    usual = pa.default_memory_pool()
    counted = pa.proxy_memory_pool(usual)
    POOLS.append(counted)
    pa.set_memory_pool(counted)
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] + counted.max_memory()
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(usual)


def grows(work: Callable[[int], object]) -> float:
    """Return by how many bytes a replicate raises the peak."""
    work(FEW)  # what is loaded or kept at the first call is no part of the question
    return (peak(lambda: work(MANY)) - peak(lambda: work(FEW))) / (MANY - FEW)


def test_a_run_holds_a_few_numbers_of_each_replicate(made):
    assert grows(lambda n: shutil.rmtree(made(n).path)) < ROWS / 20


def test_reports_hold_one_outcome_at_a_time(made):
    results = {n: made(n) for n in (FEW, MANY)}

    def read(n: int) -> None:
        summarise(results[n])
        trajectories = results[n].trajectories()
        for outcome in OUTCOMES.values():
            for scope in SCOPES:
                trajectories.of(outcome.name, scope)

    # Of each replicate one column in 49, twice where row groups are put together, and the keys.
    assert grows(read) < 4 * ROWS / len(OUTCOMES)


def test_a_part_of_a_table_is_read_row_group_by_row_group(made):
    files = {n: made(n).path / "events.parquet" for n in (FEW, MANY)}
    whole = peak(lambda: read_frame(files[MANY])) - peak(lambda: read_frame(files[FEW]))
    assert grows(lambda n: read_frame(files[n], kind="conference")) < whole / (MANY - FEW) / 20


@pytest.mark.parametrize("kind", [kind for kind in PICTURES["skloki-result"].pictures if kind != "tilemap"])
def test_figures_read_no_table_as_a_whole(kind, made, monkeypatch):
    result = made(2)
    monkeypatch.delattr(Folder, "frame")
    assert figures.table(result, kind)
