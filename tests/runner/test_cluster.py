"""The same parts on Dask: a real scheduler and workers, one of which is killed; and what goes wrong, in words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.errors import UserError
from sim.runner import cluster
from sim.runner.sweep import sweep
from tests.tiny import experiment, files

pytest.importorskip("distributed")
ROOT = Path(__file__).parents[2]
# Dask's own threads and sockets are closed when they are collected.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore::{kind}")
    for kind in ("ResourceWarning", "DeprecationWarning", "pytest.PytestUnraisableExceptionWarning", "UserWarning")
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return files(sweep(experiment(40), tmp_path_factory.mktemp("whole") / "s", part_units=2))


def python(*words: object) -> subprocess.Popen[str]:
    """Start Python with this project at hand."""
    return subprocess.Popen([sys.executable, *map(str, words)], cwd=ROOT, stderr=subprocess.DEVNULL, text=True)


class Cluster:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, file: Path) -> None:
        words = ["--port", 0, "--no-dashboard", "--scheduler-file", file, "--host", "127.0.0.1"]
        self.processes = [python("-m", "distributed.cli.dask_scheduler", *words)]
        self.scheduler = self.processes[0]
        while not (file.exists() and file.read_text().endswith("}")):
            assert self.scheduler.poll() is None
            time.sleep(0.05)
        self.address = json.loads(file.read_text())["address"]

    def worker(self) -> subprocess.Popen[str]:
        words = ["--no-dashboard", "--no-nanny", "--nthreads", 1, "--host", "127.0.0.1"]
        self.processes.append(python("-m", "distributed.cli.dask_worker", self.address, *words))
        return self.processes[-1]


@pytest.fixture
def dask(tmp_path):
    made = Cluster(tmp_path / "scheduler.json")
    yield made
    for process in reversed(made.processes):
        process.kill()
        process.communicate()


@pytest.mark.exhaustive
def test_a_killed_worker_does_not_show(dask, whole, tmp_path):
    first, _ = dask.worker(), dask.worker()
    killed = []

    def kill(state):
        if state.done > 40 and not killed:
            killed.append(state.done)
            os.kill(first.pid, signal.SIGKILL)

    folder = sweep(experiment(40), tmp_path / "s", cluster=dask.address, part_units=2, progress=kill)
    assert killed and first.wait() == -signal.SIGKILL
    assert files(folder) == whole


def test_a_sweep_may_move_between_threads_and_processes(whole, tmp_path):
    def stop(state):
        if state.done > 80:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(experiment(40), tmp_path / "s", cluster="local", workers=1, part_units=2, progress=stop)
    assert files(sweep(experiment(40), tmp_path / "s")) == whole


@pytest.mark.exhaustive
def test_a_lost_scheduler_keeps_what_is_finished(dask, tmp_path, whole):
    dask.worker()

    def kill(state):
        if state.done > 40:
            dask.scheduler.kill()

    with pytest.raises(UserError, match="the connection to the scheduler is lost; what is finished is kept"):
        sweep(experiment(40), tmp_path / "s", cluster=dask.address, part_units=2, progress=kill)
    assert files(sweep(experiment(40), tmp_path / "s")) == whole


class Client:
    """A client that has not noticed yet that its scheduler is gone."""

    status = "running"

    def __init__(self, error: OSError) -> None:
        self.error = error

    def nthreads(self) -> dict[str, int]:
        raise self.error

    def cancel(self, futures: list[object], force: bool) -> None:
        raise self.error

    def result(self) -> None:
        raise self.error


def test_a_broken_connection_is_a_lost_scheduler_even_before_the_client_knows():
    from distributed.comm import CommClosedError

    client = Client(CommClosedError("reset by peer"))
    pool = cluster.Dask(cluster.Job.of(experiment(), ["1921-01"], "m"), "tcp://there:1", None, print)
    pool._client, pool._waiting = client, {client: 3}
    for ask in (pool.has_room, lambda: pool._result(client)):
        with pytest.raises(UserError, match="tcp://there:1: the connection to the scheduler is lost"):
            ask()
    pool._waiting = {client: 3}
    pool.__exit__(None, None, None)
    assert not pool._waiting
    full = Client(OSError(28, "No space left on device"))
    pool._waiting = {full: 3}
    with pytest.raises(OSError, match="No space left"):
        pool._client = full
        pool._result(full)


def test_workers_of_another_model_are_refused(monkeypatch, tmp_path):
    job = cluster.Job.of(experiment(), ["1921-01"], "another")
    import pickle

    with pytest.raises(UserError, match="a worker has model .*, not another: install the same version there"):
        cluster.remote(pickle.dumps((job, None, [])))


def test_nobody_at_the_address(monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with pytest.raises(UserError, match=r"--cluster: found tcp://127.0.0.1:9; allowed: nobody answers there"):
        sweep(experiment(), tmp_path / "s", cluster="tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cluster": "slurm"}, "with --workers N, the number of jobs"),
        ({"cluster": "host"}, "the address of a Dask scheduler"),
        ({"cluster": "tcp://a:1", "workers": 2}, "--workers: found 2"),
    ],
)
def test_wrong_requests(given, said, tmp_path):
    with pytest.raises(UserError, match=said):
        sweep(experiment(), tmp_path / "s", **given)


@pytest.mark.parametrize(("place", "name"), [("tcp://127.0.0.1:9", "distributed"), ("slurm", "dask-jobqueue")])
def test_a_missing_package_is_named(place, name, monkeypatch, tmp_path):
    find = cluster.find_spec
    module = name.replace("-", "_")
    monkeypatch.setattr(cluster, "find_spec", lambda package: None if package == module else find(package))
    with pytest.raises(UserError, match=rf"{name} must be installed: python -m pip install 'skloki\[cluster\]'"):
        sweep(experiment(), tmp_path / "s", cluster=place, workers=None if "://" in place else 2)


def test_the_script_for_slurm():
    import dask
    import dask_jobqueue  # noqa: F401  its defaults come first

    wanted = {"cores": 16, "processes": 1, "memory": "32GB", "walltime": "04:00:00", "queue": "long", "interface": "lo"}
    settings = {f"jobqueue.slurm.{name}": value for name, value in wanted.items()}
    with dask.config.set(settings), cluster.slurm() as made:
        script = made.job_script()
    for line in ("#SBATCH -p long", "#SBATCH -t 04:00:00", "#SBATCH --cpus-per-task=16"):
        assert line in script
    assert "distributed.cli.dask_worker tcp://127.0.0.1:" in script and "--nthreads 16" in script


def test_slurm_without_a_configuration(tmp_path):
    with pytest.raises(UserError, match=r"allowed: cores and memory in jobqueue.slurm of ~/.config/dask"):
        sweep(experiment(), tmp_path / "s", cluster="slurm", workers=2)
