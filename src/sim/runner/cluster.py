"""The same chunks on a Dask cluster, or on machines that Slurm gives.

Only this process writes: no shared disk is needed. A chunk that is lost with its worker is made again by another.
Workers need the same version of this program.
"""

from __future__ import annotations

import ast
import pickle
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType, TracebackType
from typing import Any

from sim.errors import Problem, UserError
from sim.experiment.plan import Chunk
from sim.results.sweep_store import Made
from sim.runner.chunks import Job, Values, run_chunk
from sim.runner.model_version import model

INSTALL = "python -m pip install 'skloki[cluster]'"
PATIENCE = 15.0
"""Seconds for a scheduler to answer; then, how often a missing worker is spoken of."""
RETRIES = 2
LOOK = 2.0
"""Seconds between two looks at how many workers there are."""
KEPT = "what is finished is kept; the same command again goes on from there"

Say = Callable[[str], None]


def connect(job: Job, cluster: str, workers: int | None, say: Say) -> Dask:
    """Return the pool of a cluster.

    Parameters
    ----------
    cluster
        Address of a scheduler; ``slurm``: ask Slurm for machines, as the user's configuration of dask-jobqueue says;
        ``local``: processes of this machine.
    workers
        Jobs of Slurm, or processes of this machine. The workers of an address are those it has.
    say
        Is told remarks.
    """
    needed = ["distributed", *(["dask_jobqueue"] if cluster == "slurm" else [])]
    missing = [package.replace("_", "-") for package in needed if find_spec(package) is None]
    if missing:
        allowed = f"{' and '.join(missing)} must be installed: {INSTALL}"
        raise UserError(Problem("--cluster", found=repr(cluster), allowed=allowed))
    if cluster == "slurm" and workers is None:
        raise UserError(Problem("--cluster", found="'slurm'", allowed="with --workers N, the number of jobs"))
    if cluster not in ("slurm", "local"):
        if "://" not in cluster:
            allowed = "the address of a Dask scheduler (tcp://host:8786), slurm, or local"
            raise UserError(Problem("--cluster", found=repr(cluster), allowed=allowed))
        if workers is not None:
            allowed = "nothing beside an address: the workers are those that have joined the scheduler"
            raise UserError(Problem("--workers", found=str(workers), allowed=allowed))
    return Dask(job, cluster, workers, say)


class Dask:
    """Workers of a Dask scheduler."""

    def __init__(self, job: Job, cluster: str, workers: int | None, say: Say) -> None:
        self._job, self._cluster, self._workers, self._say = job, cluster, workers, say
        self._open = ExitStack()
        self._waiting: dict[Any, int] = {}
        self._ended: SimpleQueue[Any] = SimpleQueue()
        self._threads, self._looked, self._spoken = 0, 0.0, time.monotonic()

    def __enter__(self) -> Dask:
        import distributed

        try:
            place = self._cluster if "://" in self._cluster else self._start()
            self._client = self._open.enter_context(distributed.Client(place, timeout=PATIENCE, set_as_default=False))
            self._agree()
        except BaseException as error:
            self._open.close()
            if isinstance(error, OSError | TimeoutError):
                allowed = f"nobody answers there: {str(error) or type(error).__name__}"
                raise UserError(Problem("--cluster", found=self._cluster, allowed=allowed)) from error
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._waiting and self._client.status == "running":
            with suppress(OSError):  # a scheduler that is gone has nothing to cancel
                self._client.cancel(list(self._waiting), force=True)
        self._waiting.clear()
        self._open.close()

    def has_room(self) -> bool:
        """Say whether some worker has no next chunk waiting for it."""
        if time.monotonic() - self._looked > LOOK:
            try:
                self._threads = sum(self._client.nthreads().values())
            except OSError as error:
                raise self._lost() from error
            self._looked = time.monotonic()
            if not self._threads and self._looked - self._spoken > PATIENCE:
                self._say("no worker has joined yet")
                self._spoken = self._looked
        return len(self._waiting) < max(2 * self._threads, 4)

    def submit(self, chunk: Chunk, samples: Sequence[Values]) -> None:
        """Take a chunk."""
        # not pure: a result of the same name that a scheduler still has is none of ours
        sent = pickle.dumps((self._job, chunk, samples))  # as one thing: Dask would look into every list and mapping
        future = self._client.submit(remote, sent, pure=False, retries=RETRIES)
        self._waiting[future] = chunk.number
        future.add_done_callback(self._ended.put)

    def finished(self, seconds: float) -> list[Made]:
        """Return chunks that have come to their end."""
        if self._client.status not in ("running", "connecting"):
            raise self._lost()
        found = []
        try:
            found.append(self._ended.get(timeout=seconds))
            while True:
                found.append(self._ended.get_nowait())
        except Empty:
            pass
        return [self._result(future) for future in found]

    def _result(self, future: Any) -> Made:
        import distributed

        number = self._waiting.pop(future)
        try:
            made: Made = future.result()
            return made
        except distributed.scheduler.KilledWorker as error:
            allowed = f"its workers were killed again and again, perhaps for want of memory: {error}; {KEPT}"
            raise UserError(Problem(self._cluster, found=f"part {number}", allowed=allowed)) from error
        except (CancelledError, distributed.client.FutureCancelledError, OSError) as error:
            # A connection may break before the client has noticed; any other fault of a system is the worker's own.
            broken = isinstance(error, distributed.comm.core.CommClosedError) or self._client.status != "running"
            if isinstance(error, OSError) and not broken:
                raise
            raise self._lost() from error

    def _lost(self) -> UserError:
        return UserError(Problem(self._cluster, allowed=f"the connection to the scheduler is lost; {KEPT}"))

    def _agree(self) -> None:
        """Refuse workers of another model; those that join later look for themselves."""
        try:
            found = self._client.run(model)
        except ModuleNotFoundError as error:
            allowed = f"its workers must have this program: {error} there"
            raise UserError(Problem("--cluster", found=self._cluster, allowed=allowed)) from error
        others = {worker: other for worker, other in found.items() if other != self._job.model}
        if others:
            raise UserError(
                Problem("--cluster", found=f"worker {worker} has model {other}", allowed=f"{self._job.model}, as here")
                for worker, other in others.items()
            )

    def _start(self) -> Any:
        """Start workers of our own, which end with this sweep."""
        if self._cluster == "slurm":
            cluster = self._open.enter_context(slurm())
            cluster.scale(jobs=self._workers)
            return cluster
        import distributed

        return self._open.enter_context(distributed.LocalCluster(
            n_workers=self._workers, threads_per_worker=1 if self._workers else None, processes=True,
            dashboard_address=None,
        ))  # fmt: skip


def slurm() -> Any:
    """Return a cluster of Slurm's, as the user's configuration says (``jobqueue.slurm`` in Dask's)."""
    import dask
    from dask_jobqueue.slurm import SLURMCluster

    missing = [name for name in ("cores", "memory") if not dask.config.get(f"jobqueue.slurm.{name}", None)]
    if missing:
        allowed = f"{' and '.join(missing)} in jobqueue.slurm of ~/.config/dask/jobqueue.yaml, as docs/sweeps.md shows"
        raise UserError(Problem("--cluster", found="'slurm'", allowed=allowed))
    return SLURMCluster()


def remote(sent: bytes) -> Made:
    """Run a chunk on a worker, if it has the same model."""
    job, chunk, samples = pickle.loads(sent)
    if job.model != model():
        raise UserError(f"a worker has model {model()}, not {job.model}: install the same version there")
    return run_chunk(job, chunk, samples)


def require_guard() -> None:
    """Refuse to start processes from a script without a main guard: each imports the script, and would run it anew."""
    file = getattr(sys.modules["__main__"], "__file__", None)
    line = _line_of_main()
    if file is None or line is None:  # a notebook, or a shell: there is nothing to import
        return
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, ValueError, SyntaxError):
        return
    guards = (node for node in ast.walk(tree) if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test))
    if not any(node.lineno <= line <= (node.end_lineno or line) for node in guards):
        allowed = 'below `if __name__ == "__main__":` in a script, since each process imports the script'
        raise UserError(Problem(f"{Path(file).name}:{line}", found="cluster local", allowed=allowed))


def _line_of_main() -> int | None:
    """Return the line at which the main script stands."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__") == "__main__":
            return frame.f_lineno
        frame = frame.f_back
    return None
