"""Small worlds for tests of the engines."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from sim.engines.reference import simulate
from sim.engines.trajectory import Trajectory
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOME_INDEX
from sim.scenario.schema import Event, Options, Period, Policy, Run, Scenario, Threat, Tree
from sim.world.build import World, build

FIRST_OUTCOMES = (
    "performance committee_performance uezd_performance recovery conflict open_skloki skloki_year paralysed "
    "uezd_open_skloki team_skill misfit discussion unity credit clarity literacy members appointed recommended "
    "elected acting appointed_cc uezd_appointed claimed centralisation bench bench_skill moves moves_centre "
    "moves_unfit moves_need moves_lateral moves_conflict moves_voted moves_wear tenure_appointed "
    "tenure_elected conflict_after_transfer conflict_after_election opposition_members opposition_guberniia "
    "opposition_nation threat_objective threat_perceived complexity national_error assignments reserve people "
).split()
SCOPE = {name: i for i, name in enumerate(SCOPES)}


def scenario(
    months: int = 24,
    uezds_each: int = 2,
    guberniias: int = 4,
    policy: dict[str, Any] | None = None,
    tree: dict[str, Any] | None = None,
    off: tuple[str, ...] = (),
    events: dict[str, Event] | None = None,
    threat: dict[str, Any] | None = None,
    options: dict[str, Any] | None = None,
    defaults: Literal["0.2", "0.1"] = "0.2",
    variants: dict[str, str] | None = None,
    seed: int = 5,
    committees: bool = False,
    **parameters: float,
) -> Scenario:
    """Return a synthetic scenario, or one with another tree."""
    end = f"{1921 + (months - 1) // 12}-{(months - 1) % 12 + 1:02d}"
    return Scenario(
        title="test",
        period=Period(start="1921-01", end=end),
        tree=Tree(**(tree or {"kind": "synthetic", "guberniias": guberniias, "uezds_each": uezds_each})),
        policy=Policy(**(policy or {})),
        threat=Threat(**(threat or {})),
        events=events or {},
        mechanisms=dict.fromkeys(off, False),
        options=Options(**(options or {})),
        defaults=defaults,
        variants=variants or {},
        parameters=parameters,
        run=Run(seed=seed, committees=committees),
    )


def world(**changes: Any) -> World:
    """Return a small world."""
    return build(scenario(**changes))


def run(replicate: int = 0, **changes: Any) -> Trajectory:
    """Run a small world."""
    return simulate(world(**changes), replicate)


def outcome(trajectory: Trajectory, name: str, scope: str = "nation") -> Any:
    """Return one outcome's series."""
    return trajectory.values[:, SCOPE[scope], OUTCOME_INDEX[name]]


def first_fingerprint(trajectory: Trajectory) -> str:
    """Return the hash of the outcomes that version 0.1 had, in its order, and of every event."""
    return _hash(trajectory, trajectory.values[:, :, [OUTCOME_INDEX[name] for name in FIRST_OUTCOMES]])


def fingerprint(trajectory: Trajectory) -> str:
    """Return a hash of every monthly value and every event."""
    return _hash(trajectory, trajectory.values)


def _hash(trajectory: Trajectory, values: Any) -> str:
    digest = hashlib.sha256(values.tobytes())
    for event in trajectory.events:
        digest.update(repr(event).encode())
    return digest.hexdigest()
