"""The same parts on Dask: a real scheduler and workers, one of which is killed; and what goes wrong, in words."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.errors import UserError
from sim.runner import cluster, slurm
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


def python(*words: object, **environment: str) -> subprocess.Popen[str]:
    """Start Python with this project at hand."""
    return subprocess.Popen([sys.executable, *map(str, words)], cwd=ROOT, stderr=subprocess.DEVNULL, text=True,
                            env=os.environ | environment)  # fmt: skip


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

    def worker(self, **environment: str) -> subprocess.Popen[str]:
        words = ["--no-dashboard", "--no-nanny", "--nthreads", 1, "--host", "127.0.0.1"]
        self.processes.append(python("-m", "distributed.cli.dask_worker", self.address, *words, **environment))
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


@pytest.mark.exhaustive
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

    def result(self, timeout: float) -> None:
        raise self.error


def test_a_broken_connection_is_a_lost_scheduler_even_before_the_client_knows():
    from distributed.comm import CommClosedError

    client = Client(CommClosedError("reset by peer"))
    pool = cluster.Dask(cluster.Job(experiment(), ["1921-01"], "m"), "tcp://there:1", None, print)
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


@pytest.mark.exhaustive
def test_a_worker_of_another_model_is_set_aside_and_named_and_the_others_go_on(dask, whole, tmp_path, monkeypatch):
    """One is there at the start, another joins later; neither gives a row."""
    monkeypatch.setattr(cluster, "LOOK", 0.1)
    dask.worker()
    (folder_of_other := tmp_path / "other").mkdir()
    shutil.copytree(ROOT / "src" / "sim", folder_of_other / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder_of_other / "sim" / "world" / "build.py").open("a") as file:
        file.write("MOVED = True\n")
    dask.worker(PYTHONPATH=str(folder_of_other))
    said: list[str] = []
    folder = sweep(experiment(40), tmp_path / "s", cluster=dask.address, part_units=2, note=said.append)
    named = [text for text in said if "it is set aside" in text]
    assert len(named) == 1 and "has model " in named[0] and "as here" in named[0]
    assert files(folder) == whole


def test_a_chunk_that_a_worker_of_another_model_got_is_given_to_another():
    """It joined since the last look: what it answers is no row, and it gets no more."""

    class Answered:
        status = "finished"

        def __init__(self, answer: object) -> None:
            self.answer, self.added = answer, []

        def result(self, timeout: float) -> object:
            return self.answer

        def add_done_callback(self, call: object) -> None:
            self.added.append(call)

    class Sends:
        status = "running"

        def __init__(self) -> None:
            self.sent: list[dict[str, object]] = []

        def submit(self, function: object, content: bytes, **how: object) -> Answered:
            self.sent.append(how)
            return Answered(None)

    said: list[str] = []
    pool = cluster.Dask(cluster.Job(experiment(), ["1921-01"], "m"), "tcp://there:1", None, said.append)
    pool._client, pool._agreed = Sends(), {"tcp://good:1": 2, "tcp://wrong:1": 2}
    pool._send(3, b"chunk")
    assert "workers" not in pool._client.sent[0], "nobody is set aside"
    (future,) = pool._waiting
    future.answer = cluster.Other("tcp://wrong:1", "model 1234")
    assert pool._result(future) is None
    assert said == ["worker tcp://wrong:1 has model 1234; allowed: m, as here: it is set aside"]
    assert pool._client.sent[1]["workers"] == ["tcp://good:1"] and not pool._client.sent[1]["allow_other_workers"]
    assert [sent.number for sent in pool._waiting.values()] == [3]


class Asked:
    """A client whose workers answer as is said when they are asked for their model."""

    status = "running"

    def __init__(self, answers: dict[str, object]) -> None:
        self.answers, self.asked = answers, list[int]()

    def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(self.answers, 2)

    def get_versions(self) -> dict[str, object]:
        mine = {"packages": {"distributed": cluster.version("distributed")}}
        return {"scheduler": mine, "workers": dict.fromkeys(self.answers, mine)}

    def run(self, function: object, workers: list[str], on_error: str) -> dict[str, object]:
        assert on_error == "return"
        self.asked.append(len(workers))
        return {worker: self.answers[worker] for worker in workers if self.answers[worker] is not None}


def asked(answers: dict[str, object], place: str = "tcp://there:1") -> tuple[cluster.Dask, list[str]]:
    """Return a pool whose workers answer so, and what it says."""
    said: list[str] = []
    pool = cluster.Dask(cluster.Job(experiment(), ["1921-01"], "m"), place, None, said.append)
    pool._client = Asked(answers)
    return pool, said


@pytest.mark.parametrize("gone", [None, OSError("reset by peer"), TimeoutError("no answer")])
def test_a_worker_that_goes_while_it_is_asked_for_its_model_is_asked_at_the_next_look(gone):
    pool, said = asked({"tcp://a:1": gone, "tcp://b:1": "m"})
    pool._look()
    assert (list(pool._agreed), pool._aside, said) == (["tcp://b:1"], {}, [])
    assert pool._client.asked == [2], "all new ones at once"
    pool._client.answers["tcp://a:1"] = "m"
    pool._look()
    assert list(pool._agreed) == ["tcp://b:1", "tcp://a:1"]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (ModuleNotFoundError("No module named 'sim'"), "not this program (No module named 'sim')"),
        (AttributeError("no attribute 'model'\nin a module"), "not this program (no attribute 'model')"),
        (ValueError(), "not this program (ValueError())"),
        ("1234", "model 1234"),
    ],
)
def test_a_worker_that_cannot_be_asked_is_set_aside_and_the_others_go_on(answer, what):
    pool, said = asked({"tcp://a:1": answer, "tcp://b:1": "m"})
    pool._look()
    pool._look()
    assert said == [f"worker tcp://a:1 has {what}; allowed: m, as here: it is set aside"]
    assert list(pool._agreed) == ["tcp://b:1"]


class JobsThatRun:
    """Jobs of Slurm of which every one runs."""

    def __init__(self, number: int) -> None:
        self.number = number

    def look(self, threads: int) -> None:
        pass

    def all_have_come(self, workers: int) -> bool:
        return workers >= self.number


def test_jobs_whose_workers_are_all_set_aside_end_with_the_reason():
    pool, said = asked({"tcp://a:1": "1234"}, "slurm")
    pool._jobs = JobsThatRun(2)
    pool._look()  # another may come
    pool._client.answers["tcp://b:1"] = ImportError("no sim")
    with pytest.raises(UserError, match=r"worker tcp://a:1 has model 1234; allowed: m, as here") as ended:
        pool._look()
    assert "tcp://b:1 has not this program (no sim)" in str(ended.value) and len(said) == 2


@pytest.mark.parametrize("place", ["tcp://there:1", "slurm"])
def test_that_workers_compile_is_told_wherever_they_run(place, monkeypatch):
    monkeypatch.setattr(cluster, "STARTING", 0.0)
    pool, said = asked({"tcp://a:1": "m"}, place)
    pool._jobs = JobsThatRun(1) if place == "slurm" else None
    pool._look()
    assert said == ["workers are at it, and nothing has come yet: at its first part each compiles the engine"]
    pool._stored = 1
    pool._look()
    assert len(said) == 1


def test_no_worker_for_long_ends(dask, tmp_path, monkeypatch):
    for name, value in {"LOOK": 0.1, "PATIENCE": 5.0, "LONGEST": 0.5}.items():
        monkeypatch.setattr(cluster, name, value)
    with pytest.raises(UserError, match=r"found no worker for 0 minutes; allowed: what is finished is kept"):
        sweep(experiment(), tmp_path / "s", cluster=dask.address)


def test_nobody_at_the_address(monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    said = r"--cluster: found tcp://127.0.0.1:9, where nobody answers: .*; allowed: the address of a Dask scheduler"
    with pytest.raises(UserError, match=said):
        sweep(experiment(), tmp_path / "s", cluster="tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cluster": "slurm"}, "with --workers N, the number of jobs"),
        *(({"cluster": address}, "the address of a Dask scheduler")
          for address in ("host", "tcp://host", "http://host:1", "tcp://host:x", "tcp://host:65536", "://", "tcp://:1")),
        ({"cluster": "tls://127.0.0.1:9"}, "with certificate and key in distributed.comm.tls"),
        ({"cluster": "tcp://a:1", "workers": 2}, "--workers: found 2"),
        ({"cluster": "tcp://a:1", "tls": True}, "--tls: found 'tcp://a:1'; allowed: with slurm or local"),
        ({"tls": True}, "--tls: allowed: with --cluster slurm or local|--tls: with --cluster"),
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

    with slurm.ctrl_c_kept():
        import dask_jobqueue  # noqa: F401  its defaults come first

    wanted = {"cores": 16, "processes": 1, "memory": "32GB", "walltime": "04:00:00", "queue": "long", "interface": "lo"}
    settings = {f"jobqueue.slurm.{name}": value for name, value in wanted.items()}
    with dask.config.set(settings), slurm.started(None) as made:
        script = made.job_script()
    for line in ("#SBATCH -p long", "#SBATCH -t 04:00:00", "#SBATCH --cpus-per-task=16"):
        assert line in script
    assert "distributed.cli.dask_worker tcp://127.0.0.1:" in script and "--nthreads 16" in script


def test_slurm_without_a_configuration(tmp_path):
    with pytest.raises(UserError, match=r"allowed: cores and memory in jobqueue.slurm of ~/.config/dask"):
        sweep(experiment(), tmp_path / "s", cluster="slurm", workers=2)
