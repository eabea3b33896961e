"""What a sweep costs beyond its runs: two workers against one, Dask against threads, storing.

Run: ``python -m experiments.bench.sweeps`` (about five minutes, on an idle machine).
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.bench.measure import Spread
from experiments.bench.report import OUT, entry, hardware, write_json
from sim.engines.compiled import prepare, simulate
from sim.experiment import designs
from sim.experiment.experiment import Experiment
from sim.experiment.load import load_experiment
from sim.experiment.plan import Plan
from sim.runner.chunks import Job, Worlds, run_chunk
from sim.runner.sweep import sweep

ROUNDS = 5
POINTS = 768
"""Points of the sweeps that are timed: some ten seconds of one core."""


def small(name: str = "who-judges-better") -> Experiment:
    """Return a shipped experiment with few points."""
    found = load_experiment(name)
    return replace(found, design=replace(found.design, points=POINTS))


def alternating(contestants: Sequence[Callable[[], Any]], rounds: int = ROUNDS) -> list[list[float]]:
    """Return seconds per contestant and round, all contestants in each round."""
    times: list[list[float]] = [[] for _ in contestants]
    for _ in range(rounds):
        for place, contestant in enumerate(contestants):
            began = time.perf_counter()
            contestant()
            times[place].append(time.perf_counter() - began)
    return times


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
        entry("sweep_two_workers_over_one", Spread.of(one, two), "times"),
        entry("sweep_dask_over_threads", Spread.of(dask, two), "times"),
    ]


def storing() -> list[Any]:
    """Return what a chunk costs beside making its worlds and running them, as a share of these."""
    experiment = small()
    plan = Plan.first(POINTS, experiment.replicates, len(experiment.combinations), 128)
    chunk = plan.chunk(0)
    samples = designs.samples(experiment, chunk.block.points, *chunk.points)
    worlds = Worlds(experiment)
    job = Job(experiment, worlds.world(0, samples[0]).months, "")

    def bare() -> None:
        for point, sample in enumerate(samples):
            made = [worlds.world(combination, sample) for combination in range(chunk.combinations)]
            for pair in chunk.pairs():
                if pair[0] == chunk.points[0] + point:
                    for world in made:
                        simulate(world, pair[1], events=False)

    times = alternating([lambda: run_chunk(job, chunk, samples), bare], 2 * ROUNDS)
    spread = Spread.of([whole / alone - 1.0 for whole, alone in zip(*times, strict=True)])
    return [entry("sweep_storing_over_running", spread, "share")]


def main() -> None:
    """Measure, and keep the ratios beside what is kept of whole sweeps."""
    prepare()
    path = OUT / "sweeps.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    ratios = [found._asdict() for found in (*workers(), *storing())]
    write_json(path, known | {"ratios": ratios, "machine": hardware()})


if __name__ == "__main__":
    main()
