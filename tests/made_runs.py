"""An engine that computes nothing: traces of the right shape, filled at random, at once."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.engines.engine import Engine
from sim.engines.trajectory import COMMITTEE_FIELDS, Event, Trajectory, encode
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.results.run_store import new_result
from sim.scenario.load import Loaded
from sim.scenario.schema import Scenario, month_name, month_number

PLACES = [
    SimpleNamespace(name="Tver", level="guberniia", unit_class="agrarian"),
    SimpleNamespace(name="Tver uezd 1", level="uezd", unit_class="agrarian"),
]
EVENTS = [
    Event("1921-01", "left", "Tver", "guberniia", "secretary", 7, reason="wear"),
    Event("1921-01", "incident", "Tver uezd 1", "uezd", "bureau1", 7, 9, "confirmed", value=0.25),
    Event("1921-02", "conference", "Tver", "guberniia", reason="guberniia", value=0.1),
]

MANIFEST = {"title": "A test", "scenario": {}, "layers": {}, "replicates": 1, "seed": 1}


def made_up(months: list[str], replicate: int, committees: bool = True) -> Trajectory:
    random = np.random.default_rng(zlib.crc32(f"{replicate}".encode()))
    values = random.random((len(months), len(SCOPES), len(OUTCOMES)))
    values[0, 1, 2] = np.nan
    states = random.random((len(months), len(PLACES), len(COMMITTEE_FIELDS))) if committees else np.empty((0, 0, 0))
    events = [event for event in EVENTS if event.month in months]
    return Trajectory(months, values, encode(events, months, PLACES), states)


@pytest.fixture
def trajectory() -> Callable[..., Trajectory]:
    """A made-up trace: trace(replicate=0, months=3)."""
    first = month_number("1921-01")
    return lambda replicate=0, months=3: made_up([month_name(first + i) for i in range(months)], replicate)


@pytest.fixture
def places() -> list[SimpleNamespace]:
    return PLACES


@pytest.fixture
def loaded() -> Callable[..., Loaded]:
    """A scenario that needs no file: loaded(replicates=3, committees=True)."""

    def make(start: str = "1921-01", end: str = "1921-12", **run: Any) -> Loaded:
        content = {"title": "A test", "period": {"start": start, "end": end}, "run": {"replicates": 3} | run}
        content["parameters"] = {"g_y": 0.2}
        return Loaded(Scenario.model_validate(content), {"parameters.g_y": "made-up.toml:3"}, Path("made-up.toml"))

    return make


@pytest.fixture
def engine() -> Callable[..., Engine]:
    """A fake engine: engine(before=function of the replicate), which may raise."""

    def make(before: Callable[[int], None] = lambda replicate: None) -> Engine:
        def build(scenario: Scenario) -> SimpleNamespace:
            numbers = range(month_number(scenario.period.start), month_number(scenario.period.end) + 1)
            return SimpleNamespace(scenario=scenario, months=[month_name(n) for n in numbers], committees=PLACES)

        def simulate(world: Any, replicate: int, on_month: Callable[[int], None], *, events: bool = True) -> Trajectory:
            before(replicate)
            for done in range(len(world.months)):
                on_month(done + 1)
            return made_up(world.months, replicate)

        return Engine("fake", build, simulate)

    return make


@pytest.fixture
def stored(trajectory: Callable[..., Trajectory]) -> Callable[..., Path]:
    """Store replicates in a folder and return it: stored(folder, replicates=2)."""

    def make(folder: Path | None, replicates: int = 2, force: bool = False) -> Path:
        with new_result(folder, "test", committees=True, force=force) as writer:
            for replicate in range(replicates):
                writer.add(replicate, trajectory(replicate), PLACES)
            writer.close_tables()
            (writer.folder / "targets.csv").write_bytes(b"id\nT01\n")
            writer.finish(MANIFEST | {"replicates": replicates})
        return writer.destination

    return make
