"""Slurm as far as a sweep needs it: sbatch, squeue and scancel that start scripts as processes of this machine.

What happens is told by files in the folder FAKE_SLURM: `refuse` has the numbers of the calls of sbatch that are
refused, `hold` a reason for which jobs wait, `deaf` stands for a squeue that does not answer.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

COMMANDS = ("sbatch", "squeue", "scancel")
REFUSED = "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit)"


def install(folder: Path) -> Path:
    """Write the commands into a folder, and return that of what happens."""
    state = folder / "state"
    state.mkdir(parents=True)
    for name in COMMANDS:
        place = folder / name
        place.write_text(f"#!/bin/sh\nFAKE_SLURM={state} exec {sys.executable} -S {__file__} {name} \"$@\"\n")
        place.chmod(0o755)
    return state


def jobs(state: Path) -> dict[str, int]:
    """Return the jobs that have not ended, with their processes; 0 of one that waits."""
    found = {place.stem: int(place.read_text()) for place in sorted(state.glob("*.job"))}
    return {job: process for job, process in found.items() if not process or _lives(process)}


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def sbatch(state: Path, words: list[str]) -> int:
    """Start a script, or have it wait, or refuse it."""
    calls = state / "calls"
    number = (len(calls.read_text().split()) if calls.exists() else 0) + 1
    with calls.open("a") as file:
        file.write(f"{number}\n")
    refuse = state / "refuse"
    if refuse.exists() and str(number) in refuse.read_text().split():
        print(REFUSED, file=sys.stderr)
        return 1
    process = 0
    if not (state / "hold").exists():
        with open(f"slurm-{number}.out", "wb") as log, open(words[-1], "rb") as script:
            started = subprocess.Popen(
                ["/bin/bash", "-s"], stdin=script, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "SLURM_JOB_ID": str(number)},
            )  # fmt: skip
        process = started.pid
    (state / f"{number}.job").write_text(str(process))
    (state / f"{number}.sh").write_text(Path(words[-1]).read_text())
    print(number)
    return 0


def squeue(state: Path, words: list[str]) -> int:
    """List jobs that have not ended."""
    if (state / "deaf").exists():
        print("slurm_load_jobs error: Unable to contact slurm controller", file=sys.stderr)
        return 1
    hold = state / "hold"
    reason = hold.read_text().strip() if hold.exists() else "None"
    for job, process in jobs(state).items():
        print(f"{job}|{'RUNNING|None' if process else f'PENDING|{reason}'}")
    return 0


def scancel(state: Path, words: list[str]) -> int:
    """End jobs."""
    for job in words:
        process = jobs(state).get(job)
        if process:
            with suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)
        (state / f"{job}.job").unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    sys.exit({"sbatch": sbatch, "squeue": squeue, "scancel": scancel}[name](Path(os.environ["FAKE_SLURM"]), rest))
