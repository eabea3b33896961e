"""Small worlds and a fast engine for tests of comparisons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.engines.engine import Engine
from sim.engines.trajectory import Trajectory
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOME_INDEX, OUTCOMES
from sim.scenario.load import Loaded
from sim.scenario.schema import Scenario
from sim.world.build import build

PERFORMANCE = OUTCOME_INDEX["performance"]
MISFIT = OUTCOME_INDEX["misfit"]
MONTHS = [f"19{year}-{month:02d}" for year in range(21, 30) for month in range(1, 13)]


def world(name: str = "base", rule: str = "appointment", months: int = 12, **changes: Any) -> Loaded:
    """Return a small world; rules change in July 1921."""
    content = {
        "title": f"World {name}",
        "period": {"start": "1921-01", "end": MONTHS[months - 1]},
        "tree": {"kind": "synthetic", "guberniias": 4},
        "policy": {"changes": {"switch": {"date": "1921-07", "rule": rule}}},
    }
    return Loaded(Scenario.model_validate(content | changes), {}, Path(f"{name}.toml"))


def traced(*courses: list[float]) -> list[Trajectory]:
    """Return a trace per world whose outcomes all take one course."""
    shape = len(SCOPES), len(OUTCOMES)
    return [
        Trajectory(
            MONTHS[: len(course)], np.broadcast_to(np.array(course)[:, None, None], (len(course), *shape)).copy()
        )
        for course in courses
    ]


def fake(effect: float = 0.1, noise: float = 0.02, before: Callable[[Any, int], None] = lambda *_: None) -> Engine:
    """Return an engine of noise that worlds share by replicate; election adds an effect from July 1921."""

    def simulate(world: Any, replicate: int, on_month: Any = None, *, events: bool = True) -> Trajectory:
        before(world, replicate)
        common, own = (np.random.default_rng([replicate, key]) for key in (0, 1 + len(world.scenario.title)))
        shape = len(world.months), len(SCOPES), len(OUTCOMES)
        values = 0.5 + 0.1 * common.standard_normal(shape[1:]) + np.zeros(shape)
        values[:, 2, MISFIT] = np.nan
        if world.scenario.policy.changes["switch"].rule == "election":
            values[6:] += effect + noise * own.standard_normal()
        return Trajectory(world.months, values)

    return Engine("fake", build, simulate)


def row(comparison: Any, outcome: str = "performance", scope: str = "nation", at: int = 0, of: int = 1) -> Any:
    frame = comparison.effects()
    keys = {"outcome": outcome, "scope": scope, "horizon": comparison.horizons[at], "world": comparison.worlds[of]}
    (found,) = frame[np.logical_and.reduce([frame[name] == value for name, value in keys.items()])].itertuples()
    return found
