"""Whole processes, as a user starts them: how long until something happens, and how much memory.

As a program it runs a command, and prints wall seconds, seconds to its first output, peak MiB and exit status as JSON.
It is a process of its own, because a child's peak memory begins at that of the process that starts it: a driver full
of worlds would be counted too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

SKLOKI = (sys.executable, "-m", "sim")
HISTORICAL = Path(__file__).parents[2] / "scenarios" / "historical.toml"


class Usage(NamedTuple):
    """What a process took; ``first`` is the time to its first output."""

    seconds: float
    first: float
    peak_mib: float


class Failed(Exception):
    """A process that was to be measured did not end well."""


def launched(command: Sequence[str], **environment: str) -> Usage:
    """Run a command to its end."""
    with tempfile.TemporaryFile() as errors:
        done = subprocess.run(
            [sys.executable, "-S", __file__, *command], stdout=subprocess.PIPE, stderr=errors,
            check=True, env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        )  # fmt: skip
        *usage, status = json.loads(done.stdout)
        if status != 0:
            errors.seek(0)
            raise Failed(f"{' '.join(command)} ended with {status}\n{errors.read().decode(errors='replace')}")
    return Usage(*usage)


def run(folder: Path, replicates: int, **environment: str) -> Usage:
    """Run the historical world as a user does, into a folder."""
    command = (*SKLOKI, "run", str(HISTORICAL), "--replicates", str(replicates), "--out", str(folder / "r"), "--force")
    return launched(command, **environment)


def measured(repeats: int, memory: Sequence[int]) -> tuple[dict[str, list[float]], dict[int, float]]:
    """Return seconds of some processes, in interleaved rounds, and the peak MiB of runs by number of replicates."""
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(folder, 1)  # so that whatever can be cached is
        for _ in range(repeats):
            for what, command in (
                ("python", (sys.executable, "-c", "pass")), ("import_numba", (sys.executable, "-c", "import numba")),
                ("version", (*SKLOKI, "--version")), ("help", (*SKLOKI, "--help")),
            ):  # fmt: skip
                found.setdefault(what, []).append(launched(command).seconds)
            usage = run(folder, 1)
            found.setdefault("run_first_result", []).append(usage.first)
            found.setdefault("run_with_figures", []).append(usage.seconds)
        cold, warm = (run(folder, 1, NUMBA_CACHE_DIR=str(folder / "cache")).first for _ in range(2))
        return found | {"compile": [cold - warm]}, {number: run(folder, number).peak_mib for number in memory}


def main() -> None:
    """Run the command in ``sys.argv``."""
    begin = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert process.stdout is not None
    first = None
    while os.read(process.stdout.fileno(), 1 << 16):
        first = first or time.perf_counter() - begin
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    unit = 2**20 if sys.platform == "darwin" else 2**10
    print(json.dumps([seconds, first or seconds, usage.ru_maxrss / unit, os.waitstatus_to_exitcode(status)]))


if __name__ == "__main__":
    main()
