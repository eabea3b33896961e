"""The same chunks on a Dask cluster, or on machines that Slurm gives.

Only this process writes: no shared disk is needed. A chunk that is lost with its worker is made again by another.
Workers need the same version of this program.
"""

from __future__ import annotations

import pickle
import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from importlib.metadata import version
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import Problem, UserError
from sim.experiment.plan import Chunk
from sim.results.sweep_store import Made
from sim.runner import slurm
from sim.runner.chunks import Job, Values, run_chunk
from sim.runner.model_version import model
from sim.runner.slurm import KEPT

if TYPE_CHECKING:
    from distributed.security import Security

    from sim.runner.slurm import Jobs

INSTALL = "python -m pip install 'skloki[cluster]'"
PATIENCE = 15.0
"""Seconds for a scheduler to answer; then, how often a missing worker is spoken of."""
RETRIES = 2
LOOK, FETCH, STARTING, LONGEST = 2.0, 5.0, 20.0, 600.0
"""Seconds between two looks at which workers there are; for a chunk that is made to be fetched; until it is told why
nothing comes; until one gives up."""
ADDRESS = re.compile(r"(tcp|tls)://(?:\[[0-9a-fA-F:.%]+\]|[^][/:@\s]+):([0-9]{1,5})")
NOBODY = "tcp://0.0.0.0:0"
"""A worker that is nowhere: what is sent to it waits."""

Say = Callable[[str], None]


def connect(job: Job, cluster: str, workers: int | None, say: Say, *, tls: bool = False) -> Dask:
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
    tls
        Encrypt what workers of our own are told, and let nobody else in; of an address its scheme decides (``tls://``).
    """
    if tls and cluster not in ("slurm", "local"):
        allowed = "with slurm or local; of an address tls:// says so, and Dask's configuration how"
        raise UserError(Problem("--tls", found=repr(cluster), allowed=allowed))
    needed = ["distributed", *(["dask_jobqueue"] if cluster == "slurm" else []), *(["cryptography"] if tls else [])]
    missing = [package.replace("_", "-") for package in needed if find_spec(package) is None]
    if missing:
        allowed = f"{' and '.join(missing)} must be installed: {INSTALL}"
        raise UserError(Problem("--cluster", found=repr(cluster), allowed=allowed))
    if cluster == "slurm" and workers is None:
        raise UserError(Problem("--cluster", found="'slurm'", allowed="with --workers N, the number of jobs"))
    if cluster not in ("slurm", "local"):
        _check_address(cluster)
        if workers is not None:
            allowed = "nothing beside an address: the workers are those that have joined the scheduler"
            raise UserError(Problem("--workers", found=str(workers), allowed=allowed))
    return Dask(job, cluster, workers, say, tls=tls)


def _check_address(cluster: str) -> None:
    """Refuse what is no address of a scheduler: of such Dask gives up only after a while, and by a traceback."""
    found = ADDRESS.fullmatch(cluster)
    if not found or int(found[2]) > 65535:
        allowed = "the address of a Dask scheduler (tcp://host:8786, tls://host:8786), slurm, or local"
        raise UserError(Problem("--cluster", found=repr(cluster), allowed=allowed))
    if found[1] == "tls":
        from distributed.security import Security

        if Security().get_connection_args("client").get("ssl_context") is None:
            allowed = "with certificate and key in distributed.comm.tls of Dask's configuration (ca-file, client)"
            raise UserError(Problem("--cluster", found=repr(cluster), allowed=allowed))


class Sent(NamedTuple):
    """A chunk that is under way, and the workers that may make it; any, where none is set aside."""

    number: int
    content: bytes
    workers: frozenset[str] | None


class Dask:
    """Workers of a Dask scheduler; those of another model, or another version of Dask, are set aside."""

    def __init__(self, job: Job, cluster: str, workers: int | None, say: Say, *, tls: bool = False) -> None:
        self._job, self._cluster, self._workers, self._say, self._tls = job, cluster, workers, say, tls
        self._open = ExitStack()
        self._waiting: dict[Any, Sent] = {}
        self._ended: SimpleQueue[Any] = SimpleQueue()
        self._jobs: Jobs | None = None
        self._agreed: dict[str, int] = {}
        self._aside: dict[str, str] = {}
        now = time.monotonic()
        self._looked, self._spoken, self._seen, self._stored, self._joined = 0.0, now, now, 0, False

    def __enter__(self) -> Dask:
        import distributed

        try:
            security = self._security()
            place = self._cluster if "://" in self._cluster else self._start(security)
            self._client = self._open.enter_context(
                distributed.Client(place, timeout=PATIENCE, set_as_default=False, security=security))  # fmt: skip
            self._agree(self._client.nthreads())
            if self._aside and not self._agreed and self._jobs is None:
                raise self._none_of_use()
        except BaseException as error:
            self._open.close()
            if isinstance(error, OSError | TimeoutError):
                found = f"{self._cluster}, where nobody answers: {str(error) or type(error).__name__}"
                allowed = "the address of a Dask scheduler that runs, slurm or local"
                raise UserError(Problem("--cluster", found=found, allowed=allowed)) from error
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
        self._look_now_and_then()
        return len(self._waiting) < max(2 * sum(self._agreed.values()), 4)

    def submit(self, chunk: Chunk, samples: Sequence[Values]) -> None:
        """Take a chunk."""
        # as one thing: Dask would look into every list and mapping
        self._send(chunk.number, pickle.dumps((self._job, chunk, samples)))

    def finished(self, seconds: float) -> list[Made]:
        """Return chunks that have come to their end."""
        if self._client.status not in ("running", "connecting"):
            raise self._lost()
        self._look_now_and_then()
        found = []
        try:
            found.append(self._ended.get(timeout=seconds))
            while True:
                found.append(self._ended.get_nowait())
        except Empty:
            pass
        return [made for future in found if (made := self._result(future)) is not None]

    def _send(self, number: int, content: bytes) -> None:
        may = frozenset(self._agreed) if self._aside else None
        where = {} if may is None else {"workers": sorted(may) or [NOBODY], "allow_other_workers": False}
        # not pure: a result of the same name that a scheduler still has is none of ours
        future = self._client.submit(remote, content, pure=False, retries=RETRIES, **where)
        self._waiting[future] = Sent(number, content, may)
        future.add_done_callback(self._ended.put)

    def _look_now_and_then(self) -> None:
        if time.monotonic() - self._looked > LOOK:
            try:
                self._look()
            except OSError as error:
                raise self._lost() from error

    def _look(self) -> None:
        """See which workers there are, tell what is worth telling, and give up where none has come for long."""
        there = self._client.nthreads()
        self._agree(there)
        now = self._looked = time.monotonic()
        if self._agreed:
            self._seen, self._joined = now, True
        elif self._jobs is not None and self._jobs.all_have_come(len(self._aside)):
            raise self._none_of_use()
        if self._jobs is not None:
            self._jobs.look(sum(self._agreed.values()))
            self._spoken = self._spoken if self._agreed else now  # what they wait for the jobs say
        elif not self._agreed and now - self._spoken > PATIENCE:
            self._say("all workers are gone; one that joins goes on" if self._joined else "no worker has joined yet")
            self._spoken = now
        if self._agreed and not self._stored and now - self._spoken > STARTING:
            self._say("workers are at it, and nothing has come yet: at its first part each compiles the engine")
            self._spoken = now
        if self._jobs is None and now - self._seen > LONGEST:
            raise UserError(Problem(self._cluster, found=f"no worker for {LONGEST / 60:.0f} minutes", allowed=KEPT))
        for future, sent in [*self._waiting.items()]:
            stuck = not sent.workers & self._agreed.keys() if sent.workers is not None else bool(self._aside)
            if stuck and self._agreed and future.status == "pending":  # who might have made it is gone, or set aside
                del self._waiting[future]
                self._client.cancel([future], force=True)
                self._send(sent.number, sent.content)

    def _result(self, future: Any) -> Made | None:
        """Return what a worker has made; nothing of one that is set aside, and whose chunk another gets."""
        import distributed

        sent = self._waiting.get(future)
        if sent is None or future.status == "cancelled" and self._client.status == "running":
            return None  # sent again
        del self._waiting[future]
        try:
            made = future.result(timeout=FETCH)
        except TimeoutError:  # it was made, and lost with its worker: another one makes it, if one comes
            self._waiting[future] = sent
            future.add_done_callback(self._ended.put)
            return None
        except distributed.scheduler.KilledWorker as error:
            allowed = f"its workers were killed again and again, perhaps for want of memory: {error}; {KEPT}"
            raise UserError(Problem(self._cluster, found=f"part {sent.number}", allowed=allowed)) from error
        except (CancelledError, distributed.client.FutureCancelledError, OSError) as error:
            # A connection may break before the client has noticed; any other fault of a system is the worker's own.
            broken = isinstance(error, distributed.comm.core.CommClosedError) or self._client.status != "running"
            if isinstance(error, OSError) and not broken:
                raise
            raise self._lost() from error
        if isinstance(made, Other):  # it joined since the last look
            self._set_aside(made.worker, made.what)
            self._send(sent.number, sent.content)
            return None
        self._stored += 1
        if self._jobs is not None:
            self._jobs.stored()
        found: Made = made
        return found

    def _lost(self) -> UserError:
        return UserError(Problem(self._cluster, allowed=f"the connection to the scheduler is lost; {KEPT}"))

    def _agree(self, there: Mapping[str, int]) -> None:
        """Ask workers that are new for their model and their version of Dask, and set aside those that have others."""
        self._agreed = {worker: threads for worker, threads in there.items() if worker in self._agreed}
        self._aside = {worker: what for worker, what in self._aside.items() if worker in there}
        new = [worker for worker in there if worker not in self._agreed and worker not in self._aside]
        if not new:
            return
        mine, versions = version("distributed"), self._client.get_versions()
        theirs = {worker: _dask(found) for worker, found in versions["workers"].items()}
        if (scheduler := _dask(versions["scheduler"])) != mine:
            what = f"the scheduler has distributed {scheduler}"
            raise UserError(Problem("--cluster", found=what, allowed=f"{mine}, as here"))
        fitting = [worker for worker in new if theirs.get(worker) == mine]
        answers = self._client.run(model, workers=fitting, on_error="return") if fitting else {}
        for worker in new:
            if worker not in theirs:
                continue  # it has not answered: the next look asks again
            if theirs[worker] != mine:
                self._set_aside(worker, f"distributed {theirs[worker]}")
                continue
            found = answers.get(worker)
            if found is None or isinstance(found, OSError):
                continue  # it is gone again, or will answer at the next look
            if isinstance(found, Exception):
                self._set_aside(worker, f"not this program ({(str(found) or repr(found)).splitlines()[0]})")
            elif found == self._job.model:
                self._agreed[worker] = there[worker]
            else:
                self._set_aside(worker, f"model {found}")

    def _set_aside(self, worker: str, what: str) -> None:
        self._agreed.pop(worker, None)
        if worker not in self._aside:
            self._say(f"worker {worker} has {what}; allowed: {self._wanted(what)}: it is set aside")
        self._aside[worker] = what

    def _none_of_use(self) -> UserError:
        return UserError(Problem("--cluster", found=f"worker {worker} has {what}", allowed=self._wanted(what))
                         for worker, what in self._aside.items())  # fmt: skip

    def _wanted(self, what: str) -> str:
        return (f"{version('distributed')}, as here" if what.startswith("distributed")
                else f"{self._job.model}, as here")  # fmt: skip

    def _security(self) -> Security | None:
        """Return keys that are made for this sweep alone, if it is to be encrypted."""
        from distributed.security import Security

        return Security.temporary() if self._tls else None

    def _start(self, security: Security | None) -> Any:
        """Start workers of our own, which end with this sweep."""
        if self._cluster == "slurm":
            cluster, self._jobs = slurm.enter(self._open, self._workers or 1, self._say, security)
            return cluster
        import distributed

        return self._open.enter_context(distributed.LocalCluster(
            n_workers=self._workers, threads_per_worker=1 if self._workers else None, processes=True,
            dashboard_address=None, security=security, protocol=None if security is None else "tls://",
        ))  # fmt: skip


class Other(NamedTuple):
    """What a worker answers that has another model."""

    worker: str
    what: str


def _dask(found: Any) -> str:
    """Return the version of Dask that is named in an answer."""
    return str(((found or {}).get("packages") or {}).get("distributed"))


def remote(sent: bytes) -> Made | Other:
    """Run a chunk on a worker, if it has the same model."""
    job, chunk, samples = pickle.loads(sent)
    if job.model != model():
        from distributed import get_worker

        return Other(get_worker().address, f"model {model()}")
    return run_chunk(job, chunk, samples)
