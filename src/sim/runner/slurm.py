"""Jobs of Slurm in which Dask's workers run: asked for, watched, asked for again while they are of use, and ended.

What a job is, dask-jobqueue makes of the user's configuration; it is handed in here, so that what sbatch refuses is
told in its own words, and what Slurm knows of a job that waits is told as well.
"""

from __future__ import annotations

import getpass
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.analysis.wording import counted
from sim.errors import Problem, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed.security import Security

Say = Callable[[str], None]
SETTINGS = "jobqueue.slurm of ~/.config/dask/jobqueue.yaml, as docs/sweeps.md shows"
NAME = "dummy-name"
"""What dask-jobqueue calls the worker of a script that is only shown; each job's own number takes its place."""
NEVER = re.compile(
    "DependencyNeverSatisfied|launch[_ ]failed[_ ]requeued[_ ]held|"
    "PartitionConfig|PartitionTimeLimit|PartitionNodeLimit|BadConstraints|Invalid(Account|QOS)|"
    "(Account|QOS|Group|Nodes|Reservation)NotAllowed|.*(MaxWallDurationPerJobLimit|PerJobLimit|PerNodeLimit|MinCpu.*)"
)
"""Reasons of Slurm's for which a job never starts, however long it waits."""
POLL, SPOKEN, COMMAND, LONGEST = 5.0, 15.0, 60.0, 600.0
"""Seconds between two looks where nobody works; between two remarks on the same thing, and looks where somebody works;
for a command of Slurm's to answer; for jobs that run to bring a worker."""
KEPT = "what is finished is kept; the same command again goes on from there"
NAMED = 5
"""Jobs that are named where there are many."""


class Waiting(NamedTuple):
    """What Slurm says of a job."""

    state: str
    reason: str


@contextmanager
def ctrl_c_kept() -> Iterator[None]:
    """Hold the handler of Ctrl-C while dask-jobqueue is imported, which takes it for itself."""
    before = signal.getsignal(signal.SIGINT)
    yield
    with suppress(ValueError):  # not in the main thread: nothing was taken
        signal.signal(signal.SIGINT, before)


@contextmanager
def started(security: Security | None) -> Iterator[Any]:
    """Hold a scheduler in this process whose job scripts are made by the user's configuration (``jobqueue.slurm``)."""
    import dask

    with ctrl_c_kept():
        from dask_jobqueue.slurm import SLURMCluster
    missing = [name for name in ("cores", "memory") if not dask.config.get(f"jobqueue.slurm.{name}", None)]
    if missing:
        raise UserError(Problem("--cluster", found="'slurm'", allowed=f"{' and '.join(missing)} in {SETTINGS}"))
    asked = dask.config.get("jobqueue.slurm.scheduler-options", None) or {}
    try:
        cluster = SLURMCluster(scheduler_options={"dashboard_address": None, **asked}, security=security)
    except Exception as error:  # of many kinds, as many as there are settings
        said = (str(error).strip() or type(error).__name__).splitlines()[-1]
        raise UserError(Problem("--cluster", found=f"'slurm': {said}", allowed=SETTINGS)) from error
    try:
        yield cluster
    finally:
        with suppress(Exception):  # a sweep that is finished does not fail for want of a clean end
            cluster.close()


class Jobs:
    """Jobs that were handed in: as many as were asked for, while they are of use."""

    def __init__(self, script: str, number: int, say: Say) -> None:
        self._script = script.replace(f"--name {NAME}", "--name skloki-$SLURM_JOB_ID")
        self._number, self._say = number, say
        self._jobs: list[str] = []
        self._all: list[str] = []
        self._stored = self._asked_at = 0
        self._joined, self._looked, self._silent = False, 0.0, time.monotonic()
        self._told: dict[str, float] = {}
        self._last: dict[str, Waiting] = {}
        self._idle: set[str] = set()
        found = re.search(r"^#SBATCH -o (\S+)", script, re.MULTILINE)
        workers = re.search(r"--nworkers (\d+)", script)
        self._each = int(workers[1]) if workers else 1
        self._log = (found[1] if found else "slurm-%J.out").replace("%j", "%J")

    def hand_in(self) -> None:
        """Ask Slurm for the jobs; refused where it takes none of them."""
        refused = self._submit(self._number)
        if not self._jobs:
            raise self._error(f"sbatch refused {counted(self._number, 'job')}: {refused[-1]}", "what Slurm accepts")
        if refused:
            self._say(f"{len(refused)} of {counted(self._number, 'job')} were refused: {refused[-1]}")

    def stored(self) -> None:
        """Note that a part has come from one of them."""
        self._stored += 1

    def all_have_come(self, workers: int) -> bool:
        """Say whether so many workers are all that will come: every job runs, and nobody else is waited for."""
        run = all(one.state == "RUNNING" for one in self._last.values())
        return run and 0 < self._each * len(self._last) <= workers

    def look(self, threads: int) -> None:
        """See how jobs are; tell of those that wait, ask for ended ones again, give up where nothing can come."""
        now = time.monotonic()
        self._joined |= threads > 0
        if now - self._looked < (SPOKEN if threads else POLL):
            return
        self._looked = now
        queue = self._queue()
        self._silent = now if threads else self._silent
        if queue is None:
            self._once("squeue does not answer: the jobs may go on all the same")
            if now - self._silent > LONGEST:
                raise self._error(f"no worker for {LONGEST / 60:.0f} minutes, and squeue does not answer", KEPT)
            return
        self._last = queue
        ended = [job for job in self._jobs if job not in queue]
        never = {job: one for job, one in queue.items() if one.state == "PENDING" and NEVER.fullmatch(one.reason)}
        if never and len(never) == len(queue) and not threads:
            raise self._error(f"{counted(len(never), 'job')} can never start ({_named(never)})",
                              f"other settings in {SETTINGS}")  # fmt: skip
        if ended and not (threads and not queue):  # a worker may outlive its job for a moment
            self._replace(ended, threads)
        elif never:
            self._once(f"{counted(len(never), 'job')} can never start ({_named(never)})")
        if any(one.state != "RUNNING" for job, one in queue.items() if job not in never):
            self._silent = now
        if not threads and queue and now - self._silent > LONGEST:
            raise self._error(f"{_doing(len(queue), 'run')} without a worker for {LONGEST / 60:.0f} minutes",
                              f"a job in which a worker runs; {self.last_words()}")  # fmt: skip
        if not threads and queue and not never and self._idle.issuperset(ended):
            self._tell_waiting(queue)

    def cancel(self) -> None:
        """End all jobs."""
        if self._jobs:
            with suppress(OSError, subprocess.SubprocessError):
                _run(["scancel", *self._jobs])
        self._jobs.clear()

    def last_words(self) -> str:
        """Return the last line that a job has logged, and where."""
        for job in reversed(self._all):
            place = Path(self._log.replace("%J", job))
            with suppress(OSError):
                lines = place.read_text(errors="replace").strip().splitlines()
                return f"{place} ends with: {lines[-1].strip()}" if lines else f"{place} is empty"
        return f"their logs are {self._log.replace('%J', 'NUMBER')}, where the command was given"

    def _replace(self, ended: Sequence[str], threads: int) -> None:
        """Ask again for jobs that have ended, if parts were stored since jobs were asked for last."""
        if self._stored > self._asked_at:
            self._jobs = [job for job in self._jobs if job not in ended]
            refused = self._submit(len(ended))
            self._say(f"{counted(len(ended), 'job')} ended ({', '.join(ended[:NAMED])}), of their own or by their "
                      f"time limit: {len(ended) - len(refused)} more are asked for")  # fmt: skip
            if refused:
                self._say(f"{counted(len(refused), 'job')} were refused: {refused[-1]}")
            if not self._jobs:
                raise self._error(f"all jobs have ended, and sbatch refuses more: {refused[-1]}", "what Slurm accepts")
        elif len(ended) == len(self._jobs) and not threads:
            what = "without storing a part" if self._joined else "before a worker joined"
            raise self._error(f"{counted(len(ended), 'job')} ended {what} ({', '.join(ended[:NAMED])})",
                              f"a job in which a worker runs; {self.last_words()}")  # fmt: skip
        elif fresh := [job for job in ended if job not in self._idle]:
            self._say(f"{counted(len(fresh), 'job')} ended and stored nothing ({', '.join(fresh[:NAMED])}): not asked "
                      f"for again; {self.last_words()}")  # fmt: skip
            self._idle.update(fresh)

    def _tell_waiting(self, queue: dict[str, Waiting]) -> None:
        waiting = {job: one for job, one in queue.items() if one.state != "RUNNING"}
        if waiting:
            self._once(f"{_doing(len(waiting), 'wait')} in Slurm's queue ({_named(waiting)})")
        else:
            jobs = f"{_doing(len(queue), 'run')} ({', '.join([*queue][:NAMED])})"
            self._once(f"{jobs}, and their workers are starting")

    def _once(self, text: str) -> None:
        """Say something, and not again for a while."""
        if time.monotonic() - self._told.get(text, -SPOKEN) >= SPOKEN:
            self._told[text] = time.monotonic()
            self._say(text)

    def _submit(self, number: int) -> list[str]:
        """Hand in so many jobs; return of those that were refused what sbatch said."""
        refused = []
        self._asked_at = self._stored
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "skloki.sh"
            script.write_text(self._script, encoding="utf-8")
            for _ in range(number):
                try:
                    done = _run(["sbatch", "--parsable", str(script)])
                except FileNotFoundError:
                    raise self._error("no command sbatch here", "a machine from which Slurm takes jobs") from None
                except (OSError, subprocess.SubprocessError) as error:
                    refused.append(str(error))
                    continue
                if done.returncode:
                    refused.append((done.stderr.strip().splitlines() or ["without a word"])[-1])
                else:
                    self._jobs.append(done.stdout.strip().split(";")[0])
                    self._all.append(self._jobs[-1])
        return refused

    def _queue(self) -> dict[str, Waiting] | None:
        """Return those of the jobs that Slurm still has, with their states; nothing where it does not answer.

        One that is being tidied up has ended.
        """
        try:
            done = _run(["squeue", "--noheader", "--user", getpass.getuser(), "--format", "%i|%T|%r"])
        except (OSError, subprocess.SubprocessError):
            return None
        if done.returncode:
            return None
        rows = (line.strip().split("|") for line in done.stdout.splitlines())
        known = {row[0]: Waiting(row[1], row[2]) for row in rows if len(row) == 3 and row[0] in self._jobs}
        return {job: one for job, one in known.items() if one.state != "COMPLETING"}

    def _error(self, found: str, allowed: str) -> UserError:
        return UserError(Problem("--cluster", found=f"'slurm': {found}", allowed=allowed))


def enter(open_: ExitStack, number: int, say: Say, security: Security | None) -> tuple[Any, Jobs]:
    """Start a scheduler and hand in jobs, which end with the block; the jobs first."""
    cluster = open_.enter_context(started(security))
    jobs = Jobs(cluster.job_script(), number, say)
    open_.callback(jobs.cancel)
    jobs.hand_in()
    return cluster, jobs


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, text=True, capture_output=True, timeout=COMMAND, check=False)


def _doing(number: int, verb: str) -> str:
    """Return how many jobs do something."""
    return f"{counted(number, 'job')} {verb}{'s' * (number == 1)}"


def _named(jobs: dict[str, Waiting]) -> str:
    """Return jobs with what Slurm says of each, some of many."""
    said = [f"{job}: {one.state}, {one.reason}" for job, one in list(jobs.items())[:NAMED]]
    return "; ".join(said) + ("; ..." if len(jobs) > NAMED else "")
