"""Whole processes: how long until something happens, how much memory, how soon Ctrl-C is obeyed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from experiments.bench.contest import Spread
from experiments.bench.plan import HERE, HISTORICAL, Plan

SKLOKI = (sys.executable, "-m", "sim")
#: Replicates of the run that is interrupted: it would last for minutes.
LONG = 20_000


class Usage(NamedTuple):
    """What a process took; ``first`` is the time to its first output."""

    seconds: float
    first: float
    peak_mib: float


class Failed(Exception):
    """A process that was to be measured did not end well."""


def launched(command: Sequence[str], **environment: str) -> Usage:
    """Run a command to its end.

    Raises
    ------
    Failed
        It ended with an error.
    """
    with tempfile.TemporaryFile() as errors:
        done = subprocess.run(
            [sys.executable, "-S", str(HERE / "launch.py"), *command], stdout=subprocess.PIPE, stderr=errors,
            check=True, env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        )  # fmt: skip
        *usage, status = json.loads(done.stdout)
        if status != 0:
            errors.seek(0)
            raise Failed(f"{' '.join(command)} ended with {status}\n{errors.read().decode(errors='replace')}")
    return Usage(*usage)


def run(folder: Path, replicates: int, name: str = "result", **environment: str) -> Usage:
    """Run the historical world as a user does, into a folder."""
    command = [*SKLOKI, "run", str(HISTORICAL), "--replicates", str(replicates), "--out", str(folder / name), "--force"]
    return launched(command, **environment)


def starts(plan: Plan) -> dict[str, list[float]]:
    """Return seconds from start to end of some processes, in interleaved rounds; to the first output for a run."""
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(folder, 1)  # so that whatever can be cached is
        for _ in range(plan.repeats):
            for what, command in (
                ("python", (sys.executable, "-c", "pass")), ("import_numba", (sys.executable, "-c", "import numba")),
                ("version", (*SKLOKI, "--version")), ("help", (*SKLOKI, "--help")),
            ):  # fmt: skip
                found.setdefault(what, []).append(launched(command).seconds)
            usage = run(folder, 1)
            found.setdefault("run_first_result", []).append(usage.first)
            found.setdefault("run_with_figures", []).append(usage.seconds)
    return found


def compilation(times: int = 2) -> list[float]:
    """Return how many seconds longer a first run takes with an empty cache than with a full one."""
    longer = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as name:
            cache = {"NUMBA_CACHE_DIR": str(Path(name) / "cache")}
            cold, warm = (run(Path(name), 1, **cache).first for _ in range(2))
            longer.append(cold - warm)
    return longer


def memory(plan: Plan) -> dict[int, float]:
    """Return the peak MiB of runs by number of replicates."""
    with tempfile.TemporaryDirectory() as name:
        return {number: run(Path(name), number).peak_mib for number in plan.memory}


def obeyed(command: Sequence[str], delay: float) -> float:
    """Send a Ctrl-C to a command after some seconds; return how many it took to end.

    Raises
    ------
    Failed
        It had ended before.
    """
    before = signal.getsignal(signal.SIGINT)
    # a shell may have told this process, as a job in the background, to ignore Ctrl-C: the child would inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        time.sleep(delay)
        if process.poll() is not None:
            raise Failed(f"{' '.join(command)} ended before it was interrupted")
        begin = time.perf_counter()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        return time.perf_counter() - begin
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def interrupts(plan: Plan, start: float) -> list[float]:
    """Return how many seconds long runs took to obey Ctrl-C, sent at different moments after ``start`` seconds."""
    with tempfile.TemporaryDirectory() as name:
        command = [*SKLOKI, "run", str(HISTORICAL), "--replicates", str(LONG), "--out", str(Path(name) / "result")]
        return [obeyed(command, start + 0.37 * i) for i in range(plan.repeats)]


def shown(found: dict[str, list[float]]) -> dict[str, Spread]:
    """Summarise each list."""
    return {name: Spread.of(values) for name, values in found.items()}
