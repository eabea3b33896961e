"""``make bench``: measure, compare, write results/bench; ``--quick`` only tries it out."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from statistics import median

import pandas as pd

from experiments.bench import measure as bench
from experiments.bench import processes, report
from experiments.bench.instructions import divisions
from experiments.bench.measure import Contestant, Plan, Spread, Timing, ratio
from experiments.bench.report import OUT, Entry, entry
from sim.errors import UserError
from sim.scenario.load import load
from sim.world.build import World, build

PER_MONTH = "ns per committee-month"


def say(text: str) -> None:
    """Tell what is being measured."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def main(given: Sequence[str] | None = None) -> int:
    """Measure everything; write nothing unless all of it went well."""
    parser = argparse.ArgumentParser(prog="python -m experiments.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small worlds and few rounds: numbers without meaning")
    parser.add_argument("--engine", default="compiled", help="the engine that stands as the compiled one")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to")
    wishes = parser.parse_args(given)
    try:
        world = build(bench.synthetic(18, 3) if wishes.quick else load(processes.HISTORICAL).scenario)
        plan = bench.QUICK if wishes.quick else bench.FULL
        measure(plan, world, bench.contestants(wishes.engine), wishes.engine, wishes.out)
    except (UserError, bench.Unequal, processes.Failed) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2 if isinstance(error, UserError) else 1
    return 0


def measure(plan: Plan, world: World, every: dict[str, Contestant], fast: str, out: Path) -> None:
    """Measure by a plan and write the results."""
    begun, loads = time.time(), [os.getloadavg()[0]]
    entries: list[Entry] = []
    if plan.repeats:  # first of all, while this process holds little memory
        say("starting processes")
        entries += _of_processes(*processes.measured(plan.repeats, plan.memory))
    say(f"contest: {plan.rounds} rounds on {len(world.committees)} committees and {len(world.months)} months")
    control = Spread.of([bench.two_threads_over_one(plan.spins) for _ in range(plan.rounds)])
    timings = bench.contest(every, world, plan)
    say(f"time against size, to {plan.sizes[-1]:,} committees")
    sizes = bench.against_size(every, plan)
    loads.append(os.getloadavg()[0])
    entries = [
        *_of_contest(timings, every), entry("two_threads_over_one_in_control", control, "times"),
        entry("scaling_slope", bench.slope(sizes, "compiled"), "log s per log committee-month"),
        *entries, *_of_engine(world, fast, plan.size_rounds),
    ]  # fmt: skip
    shares = {
        name: round(median(t.processor_seconds / t.seconds for t in timings if t.contestant == name), 3)
        for name in every
    }
    machine = report.hardware() | {
        "engine": fast, "date": time.strftime("%Y-%m-%d", time.gmtime(begun)),
        "wall_seconds": round(time.time() - begun), "load_average": [round(load, 2) for load in loads],
        "processor_seconds_per_second": shares,
        "note": "a load beyond the number of threads in use, or fewer processor seconds per second than threads, "
                "means that others used the machine too",
    }  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    report.write_json(out / "bench.json", [e._asdict() for e in entries])
    report.write_json(out / "machine.json", machine)
    for name, rows in (("rounds.csv", timings), ("scaling.csv", sizes)):
        pd.DataFrame(rows).to_csv(out / name, index=False, float_format="%.6g", lineterminator="\n")
    (out / "table.md").write_text(
        f"# Measured {machine['date']} on {machine['processor']}, {machine['cores']} cores\n\n"
        f"{world.scenario.title}: {len(world.committees)} committees, {len(world.months)} months. Medians and ranges "
        f"over interleaved rounds; machine.json describes the machine and what else ran on it.\n\n"
        f"{report.entries_table(entries)}\n",
        encoding="utf-8",
    )
    report.draw(sizes, every, out)
    say(f"written to {out}")


def _of_contest(timings: list[Timing], every: dict[str, Contestant]) -> Iterator[Entry]:
    """Yield the ratios of the contest, and each contestant's times."""
    yield entry("compiled_over_reference", ratio(timings, "reference", "compiled"), "times")
    yield entry("compiled_over_peer", ratio(timings, "mesa", "compiled"), "times")
    yield entry("two_threads_over_one", ratio(timings, "compiled", "compiled_two_threads"), "times")
    committee_months = timings[0].committees * timings[0].months
    for name in every:
        spread = Spread.of(bench.seconds(timings, name))
        yield entry(f"run_{name}", spread, "s")
        yield entry(f"ns_per_committee_month_{name}", Spread(*(1e9 * s / committee_months for s in spread)), "ns")


def _of_processes(found: dict[str, list[float]], peaks: dict[int, float]) -> Iterator[Entry]:
    """Yield times of processes, the first result relative to numba's import, and peak memory."""
    for name, values in found.items():
        yield entry(name, Spread.of(values), "s")
    first = Spread.of(found["run_first_result"], found["import_numba"])
    yield entry("first_result_over_import_numba", first, "times")
    for number, peak in peaks.items():
        yield entry(f"peak_memory_of_{number}", Spread.of([peak]), "MiB")


def _of_engine(world: World, fast: str, times: int) -> Iterator[Entry]:
    """Yield the state of a thread, and ns per committee-month by phase, where the engine tells."""
    module = import_module(f"sim.engines.{fast}")
    if hasattr(module, "profile"):
        yield entry("state_per_thread", Spread.of([module.state_bytes(world) / 1024]), "KiB")
        for kind, number in zip(("vector", "scalar"), divisions(), strict=True):
            yield entry(f"{kind}_divisions", Spread.of([number]), "in the object")
        found = [module.profile(world, replicate, 10) for replicate in range(times)]
        for phase in found[0]:
            yield entry(f"phase_{phase}", Spread.of([one[phase] for one in found]), PER_MONTH)


if __name__ == "__main__":
    sys.exit(main())
