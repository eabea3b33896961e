"""Where chunks are worked on: threads of this process, or whatever else has these few methods."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Protocol

from sim.engines.engine import ENGINES, Stopped, engine
from sim.experiment.plan import Chunk
from sim.results.sweep_store import Made
from sim.runner.chunks import Job, Values, run_chunk


class Pool(Protocol):
    """Works on chunks; leaving its block ends all work."""

    def __enter__(self) -> Pool: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def has_room(self) -> bool:
        """Say whether more chunks would be of use now; memory is bounded by it."""

    def submit(self, chunk: Chunk, samples: Sequence[Values]) -> None:
        """Take a chunk."""

    def finished(self, seconds: float) -> list[Made]:
        """Return chunks that have come to their end, after so many seconds at the latest; raise what a chunk raised."""


class Threads:
    """Threads of this process: the month loop holds no lock, so they run side by side."""

    def __init__(self, job: Job, workers: int) -> None:
        self._job, self._workers = job, workers
        self._stop = threading.Event()
        self._waiting: set[Future[Made]] = set()

    def __enter__(self) -> Threads:
        # Compiled here, where Ctrl-C is heard.
        engine(ENGINES[0]).prepare()
        self._pool = ThreadPoolExecutor(self._workers)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)

    def has_room(self) -> bool:
        """Say whether some worker has no next chunk waiting for it."""
        return len(self._waiting) < 2 * self._workers

    def submit(self, chunk: Chunk, samples: Sequence[Values]) -> None:
        """Take a chunk."""
        self._waiting.add(self._pool.submit(run_chunk, self._job, chunk, samples, self._go_on))

    def finished(self, seconds: float) -> list[Made]:
        """Return chunks that have come to their end."""
        done, self._waiting = wait(self._waiting, seconds, FIRST_COMPLETED)
        return [future.result() for future in sorted(done, key=id)]

    def _go_on(self, months: int) -> None:
        if self._stop.is_set():
            raise Stopped
