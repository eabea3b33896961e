"""Slurm through Dask, by commands that start scripts as processes: what goes well, and what goes wrong, in words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from sim.errors import UserError
from sim.runner import cluster, slurm
from sim.runner.slurm import NEVER, Jobs
from sim.runner.sweep import sweep
from tests.runner import fake_slurm
from tests.tiny import experiment, files

if find_spec("dask_jobqueue") is None:  # not imported: that takes Ctrl-C for itself
    pytest.skip("dask-jobqueue is not installed", allow_module_level=True)
ROOT = Path(__file__).parents[2]
SCRIPT = "#!/usr/bin/env bash\n#SBATCH -J w\n{} --name dummy-name\n"
# Dask's own threads and sockets are closed when they are collected.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore::{kind}")
    for kind in ("ResourceWarning", "DeprecationWarning", "pytest.PytestUnraisableExceptionWarning", "UserWarning")
]


@pytest.fixture
def state(tmp_path, monkeypatch):
    """Give the folder that tells what the commands of Slurm do, which come first in the path."""
    found = fake_slurm.install(tmp_path / "slurm")
    monkeypatch.setenv("PATH", f"{tmp_path / 'slurm'}:{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    for name in ("POLL", "SPOKEN"):
        monkeypatch.setattr(slurm, name, 0.05)
    yield found
    fake_slurm.scancel(found, list(fake_slurm.jobs(found)))


@pytest.fixture
def settings():
    """Have a configuration of Dask's in which jobs are small."""
    import dask

    with slurm.ctrl_c_kept():
        import dask_jobqueue  # noqa: F401  its defaults come first

    wanted = {"cores": 1, "processes": 1, "memory": "2GB", "interface": "lo", "death-timeout": 30}
    with dask.config.set({f"jobqueue.slurm.{name}": value for name, value in wanted.items()}):
        yield


class Asked(Jobs):
    """Jobs whose remarks are kept."""

    def __init__(self, command: str, number: int) -> None:
        self.said: list[str] = []
        super().__init__(SCRIPT.format(command), number, self.said.append)

    def until(self, threads: int, done) -> None:
        """Look until something is so."""
        end = time.monotonic() + 20.0
        while not done():
            assert time.monotonic() < end, self.said
            time.sleep(0.06)
            self.look(threads)


def within(seconds: float, done) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)


def ended(state: Path) -> bool:
    return not fake_slurm.jobs(state)


def test_jobs_are_handed_in_under_names_of_their_own_and_ended(state):
    jobs = Asked("sleep 60;:", 3)
    jobs.hand_in()
    assert list(fake_slurm.jobs(state)) == ["1", "2", "3"] and not jobs.said
    assert "--name skloki-$SLURM_JOB_ID" in (state / "1.sh").read_text()
    jobs.look(0)
    assert jobs.said == ["3 jobs run (1, 2, 3), and their workers are starting"]
    jobs.cancel()
    assert ended(state)


def test_some_that_are_refused_are_told_and_the_rest_goes_on(state):
    (state / "refuse").write_text("2 3")
    jobs = Asked("sleep 60;:", 4)
    jobs.hand_in()
    assert list(fake_slurm.jobs(state)) == ["1", "4"]
    assert jobs.said == [f"2 of 4 jobs were refused: {fake_slurm.REFUSED}"]


def test_all_refused_is_an_error_with_sbatchs_own_words(state):
    (state / "refuse").write_text("1 2")
    with pytest.raises(UserError, match=r"--cluster: found 'slurm': sbatch refused 2 jobs: sbatch: error: .*limit\)"):
        Asked("sleep 60;:", 2).hand_in()


def test_a_machine_without_slurm_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="no command sbatch here"):
        Asked("true", 1).hand_in()


def test_waiting_is_told_in_slurms_terms_and_now_and_then(state, monkeypatch):
    (state / "hold").write_text("Resources")
    jobs = Asked("true", 2)
    jobs.hand_in()
    monkeypatch.setattr(slurm, "SPOKEN", 60.0)
    monkeypatch.setattr(slurm, "POLL", 0.0)
    for _ in range(3):
        jobs.look(0)
    assert jobs.said == ["2 jobs wait in Slurm's queue (1: PENDING, Resources; 2: PENDING, Resources)"]


@pytest.mark.parametrize(
    "reason", ["PartitionTimeLimit", "PartitionConfig", "QOSMaxWallDurationPerJobLimit", "DependencyNeverSatisfied"]
)
def test_what_can_never_start_ends(state, reason):
    (state / "hold").write_text(reason)
    jobs = Asked("true", 2)
    jobs.hand_in()
    with pytest.raises(UserError, match=rf"2 jobs can never start \(1: PENDING, {reason}; 2: .*jobqueue\.slurm"):
        jobs.look(0)


@pytest.mark.parametrize(
    "reason", ["Resources", "Priority", "BeginTime", "AssocMaxJobsLimit", "QOSMaxJobsPerUserLimit"]
)
def test_what_only_waits_is_waited_for(reason):
    assert not NEVER.fullmatch(reason)


def test_jobs_that_die_at_once_end_with_their_last_words(state):
    jobs = Asked("echo before; echo 'no such python'; exit 1;:", 2)
    jobs.hand_in()
    said = r"2 jobs ended before a worker joined \(1, 2\).*slurm-2.out ends with: no such python"
    with pytest.raises(UserError, match=said):
        jobs.until(0, lambda: False)


def test_jobs_are_asked_for_again_while_they_store_parts_and_not_otherwise(state):
    jobs = Asked("sleep 60;:", 2)
    jobs.hand_in()
    jobs.look(2)
    jobs.stored()
    fake_slurm.scancel(state, ["1", "2"])
    jobs.until(0, lambda: len(fake_slurm.jobs(state)) == 2)
    assert list(fake_slurm.jobs(state)) == ["3", "4"]
    assert jobs.said[-1] == "2 jobs ended (1, 2), of their own or by their time limit: 2 more are asked for"
    fake_slurm.scancel(state, ["3", "4"])
    with pytest.raises(UserError, match=r"2 jobs ended without storing a part \(3, 4\)"):
        jobs.until(0, lambda: False)
    assert len((state / "calls").read_text().split()) == 4


def test_one_of_several_that_ends_is_replaced_and_an_idle_one_is_not(state):
    jobs = Asked("sleep 60;:", 2)
    jobs.hand_in()
    jobs.look(2)
    fake_slurm.scancel(state, ["1"])
    jobs.until(1, lambda: bool(jobs.said))
    assert "1 job ended and stored nothing (1): not asked for again" in jobs.said[-1]
    jobs.stored()
    jobs.until(1, lambda: len(fake_slurm.jobs(state)) == 2)
    assert list(fake_slurm.jobs(state)) == ["2", "3"]


def test_jobs_that_run_without_a_worker_for_long_end(state, monkeypatch):
    monkeypatch.setattr(slurm, "LONGEST", 0.2)
    jobs = Asked("echo loading modules; sleep 60;:", 1)
    jobs.hand_in()
    with pytest.raises(UserError, match="1 job runs without a worker .*slurm-1.out ends with: loading modules"):
        jobs.until(0, lambda: False)


def test_all_have_come_where_every_job_has_its_workers(state):
    jobs = Asked("sleep 60;: --nworkers 4", 2)
    jobs.hand_in()
    jobs.look(0)
    assert not jobs.all_have_come(4) and jobs.all_have_come(8)


def test_all_have_come_where_every_job_runs_and_none_waits(state):
    jobs = Asked("sleep 60;:", 2)
    assert not jobs.all_have_come(2)
    jobs.hand_in()
    jobs.look(0)
    assert jobs.all_have_come(2) and not jobs.all_have_come(1)
    (state / "hold").write_text("Resources")
    jobs = Asked("sleep 60;:", 1)
    jobs.hand_in()
    jobs.look(0)
    assert not jobs.all_have_come(1)


def test_one_that_runs_without_a_worker_ends_though_another_has_ended_before(state, monkeypatch):
    monkeypatch.setattr(slurm, "LONGEST", 0.3)
    jobs = Asked("sleep 60;:", 2)
    jobs.hand_in()
    jobs.look(1)
    fake_slurm.scancel(state, ["1"])
    with pytest.raises(UserError, match="1 job runs without a worker"):
        jobs.until(0, lambda: False)
    assert sum("ended and stored nothing" in text for text in jobs.said) == 1, jobs.said


def test_a_queue_that_never_answers_ends_where_nobody_works(state, monkeypatch):
    monkeypatch.setattr(slurm, "LONGEST", 0.3)
    jobs = Asked("sleep 60;:", 1)
    jobs.hand_in()
    (state / "deaf").touch()
    for _ in range(6):
        jobs.look(1)
        time.sleep(0.06)
    with pytest.raises(UserError, match="no worker for 0 minutes, and squeue does not answer; .* is kept"):
        jobs.until(0, lambda: False)


def test_a_job_that_is_being_tidied_up_has_ended(state, monkeypatch):
    jobs = Asked("sleep 60;:", 1)
    jobs.hand_in()
    jobs.look(1)
    jobs.stored()
    monkeypatch.setattr(slurm, "_run", lambda command, run=slurm._run: run(command) if command[0] != "squeue" else
                        subprocess.CompletedProcess(command, 0, "1|COMPLETING|None\n2|RUNNING|None\n"))  # fmt: skip
    jobs.until(0, lambda: bool(jobs.said))
    assert jobs.said == ["1 job ended (1), of their own or by their time limit: 1 more are asked for"]


def test_a_queue_that_does_not_answer_ends_nothing(state):
    jobs = Asked("sleep 60;:", 1)
    jobs.hand_in()
    (state / "deaf").touch()
    jobs.until(0, lambda: bool(jobs.said))
    assert jobs.said[-1].startswith("squeue does not answer") and not ended(state)


def test_ctrl_c_is_still_heard_after_the_import_of_dask_jobqueue():
    program = ("import signal; own = lambda *_: None; signal.signal(signal.SIGINT, own)\n"
               "import dask; from sim.errors import UserError; from sim.runner import slurm\n"
               "dask.config.set({'jobqueue.slurm.cores': 0})\n"
               "try:\n    slurm.started(None).__enter__()\nexcept UserError: pass\n"
               "assert signal.getsignal(signal.SIGINT) is own")  # fmt: skip
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_a_network_that_is_not_there_is_one_line(state, settings, tmp_path):
    import dask

    with dask.config.set({"jobqueue.slurm.interface": "ib0"}), pytest.raises(UserError, match="'slurm': .*ib0") as said:
        sweep(experiment(4), tmp_path / "s", cluster="slurm", workers=1, part_units=2)
    assert len(str(said.value).splitlines()) == 1


def test_there_is_no_dashboard_unless_asked(settings):
    import dask

    def shown(asked) -> str | None:
        with dask.config.set({"jobqueue.slurm.scheduler-options": asked}), slurm.started(None) as made:
            return made.scheduler_spec["options"]["dashboard_address"]

    assert shown(None) is None and shown({"port": 0}) is None
    assert shown({"dashboard_address": "127.0.0.1:0"}) == "127.0.0.1:0"


def test_a_sweep_on_slurm_gives_the_same_bytes_and_leaves_no_job(state, settings, tmp_path):
    whole = files(sweep(experiment(12), tmp_path / "here", part_units=2))
    said: list[str] = []
    folder = sweep(experiment(12), tmp_path / "s", cluster="slurm", workers=1, part_units=2, note=said.append)
    assert files(folder) == whole and ended(state), said


@pytest.mark.exhaustive
def test_a_sweep_outlives_the_time_limits_of_its_jobs(state, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "LOOK", 0.2)
    whole = files(sweep(experiment(400), tmp_path / "here", part_units=2))
    said: list[str] = []
    killed: list[int] = []

    def limit(state_now):
        running = list(fake_slurm.jobs(state))
        if len(killed) < 2 and running and state_now.done > (killed[-1] if killed else 0) + 100:
            killed.append(state_now.done)
            fake_slurm.scancel(state, running)

    folder = sweep(experiment(400), tmp_path / "s", cluster="slurm", workers=1, part_units=2, progress=limit,
                   note=said.append)  # fmt: skip
    assert files(folder) == whole and len(killed) == 2
    assert sum("more are asked for" in text for text in said) == 2 and ended(state)


@pytest.mark.exhaustive
def test_one_job_that_is_refused_leaves_the_sweep_to_the_others(state, settings, tmp_path):
    (state / "refuse").write_text("1")
    whole = files(sweep(experiment(12), tmp_path / "here", part_units=2))
    said: list[str] = []
    folder = sweep(experiment(12), tmp_path / "s", cluster="slurm", workers=2, part_units=2, note=said.append)
    assert files(folder) == whole and ended(state)
    assert said[0] == f"1 of 2 jobs were refused: {fake_slurm.REFUSED}" and (state / "2.sh").exists()


@pytest.mark.exhaustive
def test_a_client_that_is_killed_leaves_what_is_stored_and_jobs_that_end_by_themselves(state, tmp_path):
    """Nobody is left to cancel them: their workers miss the scheduler, and end after Dask's death-timeout."""
    program = ("from sim.runner.sweep import sweep; from tests.tiny import experiment\n"
               "sweep(experiment(400), 's', cluster='slurm', workers=1, part_units=2)")  # fmt: skip
    wanted = {"CORES": "1", "MEMORY": "2GB", "INTERFACE": "lo", "DEATH_TIMEOUT": "2"}
    asked = {f"DASK_JOBQUEUE__SLURM__{name}": value for name, value in wanted.items()}
    client = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL,
                              env=os.environ | asked | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"})  # fmt: skip
    journal = tmp_path / "s" / "journal.jsonl"
    within(120.0, lambda: journal.exists() and journal.stat().st_size)
    client.kill()
    client.wait()
    assert not ended(state)
    within(120.0, lambda: ended(state))
    whole = files(sweep(experiment(400), tmp_path / "here", part_units=2))
    assert files(sweep(experiment(400), tmp_path / "s", part_units=2)) == whole


@pytest.fixture
def heard():
    """Have Ctrl-C heard here even where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.exhaustive
@pytest.mark.usefixtures("heard")
def test_an_interrupt_ends_the_jobs_and_keeps_what_is_there(state, settings, tmp_path):
    def stop(state_now):
        if state_now.done:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        sweep(experiment(40), tmp_path / "s", cluster="slurm", workers=1, part_units=2, progress=stop)
    assert ended(state) and files(tmp_path / "s")


@pytest.mark.exhaustive
def test_encrypted_workers_give_the_same_bytes(state, settings, tmp_path):
    pytest.importorskip("cryptography")
    whole = files(sweep(experiment(12), tmp_path / "here", part_units=2))
    for place in ("slurm", "local"):
        folder = sweep(experiment(12), tmp_path / f"by-{place}", cluster=place, workers=1, part_units=2, tls=True)
        assert files(folder) == whole
    assert "tls://" in (state / "1.sh").read_text()
