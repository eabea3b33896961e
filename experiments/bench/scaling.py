"""Time against committees, months and replicates."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from experiments.bench.contest import Contestant, Spread, compare, timed
from experiments.bench.plan import Plan, shortened, synthetic
from sim.scenario.schema import Scenario
from sim.world.build import World, build

#: Replicates in one measurement at most.
MOST = 64


class Point(NamedTuple):
    """One measurement: seconds for a replicate of so many committees and months."""

    against: str
    round: int
    contestant: str
    committees: int
    months: int
    replicates: int
    seconds: float
    build_seconds: float


def against_committees(every: dict[str, Contestant], plan: Plan) -> list[Point]:
    """Measure one run of synthetic worlds of several sizes."""
    return _measure("committees", every, [synthetic(size, plan.size_months) for size in plan.sizes], plan)


def against_months(every: dict[str, Contestant], scenario: Scenario, plan: Plan) -> list[Point]:
    """Measure one run of a world of several lengths, by the compiled engine."""
    scenarios = [shortened(scenario, months) for months in plan.months]
    return _measure("months", {"compiled": every["compiled"]}, scenarios, plan)


def against_replicates(every: dict[str, Contestant], world: World, plan: Plan) -> list[Point]:
    """Measure sweeps of several lengths, with two threads."""
    points = []
    for number in range(min(2, plan.size_rounds)):
        for replicates in plan.replicates:
            timing, _ = timed(every["compiled_two_threads"], world, range(replicates), number)
            points.append(_point("replicates", number, "compiled_two_threads", world, replicates, timing.seconds, 0.0))
    return points


def _measure(against: str, every: dict[str, Contestant], scenarios: Sequence[Scenario], plan: Plan) -> list[Point]:
    """Measure world after world, in each the contestants by turns; all must agree."""
    points, largest = [], dict(plan.largest)
    for scenario in scenarios:
        begin = time.perf_counter()
        world = build(scenario)
        built = time.perf_counter() - begin
        able = [c for c in every.values() if len(world.committees) <= 1.1 * largest.get(c.name, 10**9)]
        runs = {c.name: _enough(c, world, plan.enough) for c in able}
        for number in range(plan.size_rounds):
            found = {}
            for contestant in able:
                timing, hashes = timed(contestant, world, range(runs[contestant.name]), number)
                points.append(_point(against, number, contestant.name, world, len(hashes), timing.seconds, built))
                if contestant.bits:
                    found[contestant.name] = hashes
            compare(found)
    return points


def _enough(contestant: Contestant, world: World, enough: float) -> int:
    """Return for how many replicates the time is to be taken: more of a short run, one of a slow contestant."""
    if contestant.threads == 1 and not contestant.engine.threads:
        return 1
    one, _ = timed(contestant, world, range(contestant.threads))
    return contestant.threads * max(1, min(MOST, int(enough / one.seconds / contestant.threads)))


def _point(
    against: str, number: int, name: str, world: World, replicates: int, seconds: float, built: float
) -> Point:
    return Point(against, number, name, len(world.committees), len(world.months), replicates, seconds, built)


def slope(points: Sequence[Point], contestant: str, against: str) -> Spread:
    """Return the slope of log seconds on log (committees x months), by least squares within each round."""
    its = [p for p in points if p.contestant == contestant and p.against == against]
    slopes = []
    for number in sorted({p.round for p in its}):
        x, y = np.log([(p.committees * p.months, p.seconds) for p in its if p.round == number]).T
        slopes.append(float(np.polyfit(x, y, 1)[0]))
    return Spread.of(slopes)


def curve(points: Sequence[Point], contestant: str, against: str) -> list[tuple[float, Spread]]:
    """Return (size, seconds per run) in the order of sizes, over rounds."""
    found: dict[float, list[float]] = {}
    for p in points:
        if p.contestant == contestant and p.against == against:
            found.setdefault(getattr(p, against), []).append(p.seconds)
    return [(size, Spread.of(found[size])) for size in sorted(found)]
