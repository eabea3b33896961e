"""What a sweep costs beyond its runs: two workers against one, Dask against threads, storing, and very many runs.

Run: ``python -m experiments.bench.sweeps`` (about five minutes, on an idle machine), and
``python -m experiments.bench.sweeps NAME`` for one experiment as a whole, in a process of its own: a shipped one,
or a file such as ``experiments/bench/million.toml``.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from experiments.bench.contest import Spread
from experiments.bench.report import entry, hardware, write_json
from sim.analysis.sweep import open_sweep
from sim.engines.compiled import prepare, simulate
from sim.experiment import designs
from sim.experiment.experiment import Experiment
from sim.experiment.load import load_experiment
from sim.experiment.plan import Plan
from sim.experiment.worlds import Worlds
from sim.runner.chunks import Job, run_part
from sim.runner.sweep import sweep

OUT = Path(__file__).parents[2] / "results" / "bench"
ROUNDS = 5
POINTS = 768
"""Points of the sweeps that are timed: some ten seconds of one core."""


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds that some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def small(name: str = "who-judges-better") -> Experiment:
    """Return a shipped experiment with few points."""
    found = load_experiment(name)
    return replace(found, design=replace(found.design, points=POINTS))


def alternating(contestants: Sequence[Callable[[], Any]], rounds: int = ROUNDS) -> list[list[float]]:
    """Return seconds per contestant and round, all contestants in each round."""
    times: list[list[float]] = [[] for _ in contestants]
    for _ in range(rounds):
        for place, contestant in enumerate(contestants):
            times[place].append(timed(contestant))
    return times


def ratios(over: Sequence[float], under: Sequence[float]) -> Spread:
    """Return the spread of ratios round by round."""
    return Spread.of([a / b for a, b in zip(over, under, strict=True)])


def workers() -> list[Any]:
    """Return one worker's time over two workers', and a Dask cluster's of two processes over two threads'."""
    from distributed import LocalCluster

    experiment, folder = small(), Path(tempfile.mkdtemp(prefix="skloki-"))
    numbers = iter(range(10**6))

    def with_(**how: Any) -> Callable[[], Any]:
        return lambda: sweep(experiment, folder / str(next(numbers)), part_units=128, **how)

    with closing(LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)) as cluster:
        address = cluster.scheduler_address
        with_(cluster=address)()  # the workers load what they need
        one, two, dask = alternating([with_(workers=1), with_(workers=2), with_(cluster=address)])
    return [
        entry("sweep_two_workers_over_one", ratios(one, two), "times"),
        entry("sweep_dask_over_threads", ratios(dask, two), "times"),
    ]


def storing() -> list[Any]:
    """Return what a part costs beside making its worlds and running them, as a share of these."""
    experiment = small()
    plan = Plan.first(POINTS, experiment.replicates, len(experiment.combinations), 128)
    part = plan.part(0)
    draws = designs.samples(experiment, part.block.points, *part.points)
    worlds = Worlds(experiment)
    job = Job.of(experiment, worlds.world(0, draws[0]).months, "")

    def bare() -> None:
        for point, draw in enumerate(draws):
            made = [worlds.world(combination, draw) for combination in range(part.combinations)]
            for pair in part.pairs():
                if pair[0] == part.points[0] + point:
                    for world in made:
                        simulate(world, pair[1], events=False)

    times = alternating([lambda: run_part(job, part, draws), bare], 2 * ROUNDS)
    spread = Spread.of([whole / alone - 1.0 for whole, alone in zip(*times, strict=True)])
    return [entry("sweep_storing_over_running", spread, "share")]


def whole(name: str) -> dict[str, Any]:
    """Run a shipped experiment by the command, and return what it took."""
    root = Path(__file__).parents[2]
    out = root / "results" / "sweeps" / Path(name).stem
    began = time.perf_counter()
    command = [sys.executable, "-m", "sim", "--quiet", "sweep", name, "--out", str(out)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(root / "src")})
    seconds = time.perf_counter() - began
    sweep_ = open_sweep(out)
    state, world = sweep_.progress(), Worlds(sweep_.experiment).world(0, _first(sweep_.experiment))
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    return {
        "experiment": Path(name).stem,
        "runs": state["runs"],
        "failed": state["failed"],
        "committees": len(world.committees),
        "months": len(world.months),
        "wall_seconds": round(seconds, 1),
        "thread_seconds": round(sum(part["seconds"] for part in sweep_.parts.values()), 1),
        "runs_per_second": round(state["runs"] / seconds, 1),
        "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
        "disk_mib": round(size / 2**20, 1),
        "parts": state["parts"],
        "seconds_per_part": round(median(part["seconds"] for part in sweep_.parts.values()), 2),
        "machine": hardware(),
    }


def _first(experiment: Experiment) -> dict[str, Any]:
    return designs.samples(experiment, (0, designs.points(experiment)), 0, 1)[0]


def _keep(changes: dict[str, Any]) -> None:
    path = OUT / "sweeps.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    write_json(path, known | changes | {"whole": known.get("whole", {}) | changes.get("whole", {})})


def main(names: Sequence[str]) -> None:
    """Measure ratios, or one experiment after the other as a whole."""
    for name in names:
        _keep({"whole": {Path(name).stem: whole(name)}})
    if not names:
        prepare()
        _keep({"ratios": [found._asdict() for found in (*workers(), *storing())], "machine": hardware()})


if __name__ == "__main__":
    main(sys.argv[1:])
