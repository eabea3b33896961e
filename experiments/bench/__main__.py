"""``make bench``: measure, compare, write results/bench; ``--quick`` only tries it out."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from experiments.bench import phases, processes, report, scaling
from experiments.bench.contest import Contestant, Spread, Timing, Unequal, contest, contestants
from experiments.bench.plan import FULL, HERE, HISTORICAL, QUICK, Plan, synthetic
from experiments.bench.report import Entry, entry
from experiments.bench.scaling import Point
from sim.errors import UserError
from sim.scenario.load import load
from sim.scenario.schema import Scenario
from sim.world.build import World, build

PER_MONTH = "ns per committee-month"
OUT = HERE.parents[1] / "results" / "bench"


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m experiments.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small worlds and few rounds: numbers without meaning")
    parser.add_argument("--engine", default="compiled", help="the engine that stands as the compiled one")
    parser.add_argument("--rounds", type=int, help="interleaved rounds of the contest")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to")
    return parser.parse_args(given)


def say(text: str) -> None:
    """Tell what is being measured."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def main(given: Sequence[str] | None = None) -> int:
    """Measure everything; write nothing unless all of it went well."""
    wishes = arguments(given)
    plan = QUICK if wishes.quick else FULL
    plan = replace(plan, rounds=wishes.rounds or plan.rounds)
    scenario = synthetic(18, 3) if wishes.quick else load(HISTORICAL).scenario
    try:
        measure(plan, scenario, contestants(wishes.engine), wishes.engine, wishes.out)
    except UserError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except (Unequal, processes.Failed) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def measure(plan: Plan, scenario: Scenario, every: dict[str, Contestant], fast: str, out: Path) -> None:
    """Measure by a plan and write the results."""
    begun, loads = time.time(), [os.getloadavg()[0]]
    started, peaks = _processes(plan)
    world = build(scenario)
    committee_months = len(world.committees) * len(world.months)
    say(f"contest: {plan.rounds} rounds on {len(world.committees)} committees and {len(world.months)} months")
    timings, gained = contest(every, world, plan.rounds, plan.batch, plan.spins)
    parts = phases.profile(world, fast, plan.size_rounds, 10)
    state = phases.state_kib(world, fast)
    say("time against months and replicates")
    points = scaling.against_months(every, scenario, plan) + scaling.against_replicates(every, world, plan)
    say(f"time against size, to {plan.sizes[-1]:,} committees")
    points += scaling.against_committees(every, plan)
    loads.append(os.getloadavg()[0])
    entries = [
        *report.contest_entries(timings, every, committee_months), *report.scaling_entries(points),
        entry("two_threads_over_one_in_control", Spread.of(gained), "times"),
        *report.process_entries(started, peaks), *_state(state),
        *(entry(f"phase_{name.replace(' ', '_')}", spread, PER_MONTH) for name, spread in parts.items()),
    ]  # fmt: skip
    write(out, world, every, timings, points, parts, entries, report.machine(fast, timings, begun, loads))


def _processes(plan: Plan) -> tuple[dict[str, list[float]], dict[int, float]]:
    """Measure whole processes, first of all, while this one holds little memory."""
    if not plan.repeats:
        return {}, {}
    say("starting processes")
    found = processes.starts(plan)
    say("interrupting runs")
    found["interrupt"] = processes.interrupts(plan, 1.5 * max(found["run_first_result"]))
    say("compiling from an empty cache")
    found["compile"] = processes.compilation()
    say("peak memory against replicates")
    return found, processes.memory(plan)


def _state(kib: float | None) -> list[Entry]:
    return [] if kib is None else [entry("state_per_thread", Spread(kib, kib, kib), "KiB")]


def write(
    out: Path, world: World, every: dict[str, Contestant], timings: list[Timing], points: list[Point],
    parts: dict[str, Spread], entries: list[Entry], machine: dict[str, object],
) -> None:  # fmt: skip
    """Write tables and pictures."""
    from experiments.bench import picture

    out.mkdir(parents=True, exist_ok=True)
    report.write_json(out / "bench.json", [e._asdict() for e in entries])
    report.write_json(out / "machine.json", machine)
    report.write_csv(out / "rounds.csv", timings)
    report.write_csv(out / "scaling.csv", points)
    committee_months = len(world.committees) * len(world.months)
    text = (
        f"# Measured {machine['date']} on {machine['processor']}, {machine['cores']} cores\n\n"
        f"{world.scenario.title}: {len(world.committees)} committees, {len(world.months)} months. Medians and ranges "
        f"over interleaved rounds; machine.json describes the machine and what else ran on it.\n\n"
        f"{report.contest_table(timings, every, committee_months)}\n\n{report.entries_table(entries)}\n"
    )
    (out / "table.md").write_text(text, encoding="utf-8")
    picture.draw_scaling(points, every, out)
    if parts:
        report.write_csv(out / "profile.csv", [entry(name, spread, PER_MONTH) for name, spread in parts.items()])
        picture.draw_phases(parts, out)
    say(f"written to {out}")


if __name__ == "__main__":
    sys.exit(main())
