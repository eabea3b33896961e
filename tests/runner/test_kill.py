"""Processes that are killed or interrupted in the middle: what is finished stays, and the bytes come out the same."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.results.sweep_store import read_journal
from sim.runner.progress import status
from sim.runner.sweep import sweep
from tests.fresh import start
from tests.tiny import experiment, files

POINTS = 20
ROOT = Path(__file__).parents[2]


def parts_in(folder: Path) -> int:
    return len(read_journal(folder).parts)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Give the files of a sweep that nobody disturbed."""
    return files(sweep(experiment(POINTS), tmp_path_factory.mktemp("whole") / "s", part_units=2))


def begin(folder: Path, stop: int = 0) -> subprocess.Popen[str]:
    """Start a sweep as a process, which waits before the file of that number takes its place."""
    command = [sys.executable, "-m", "tests.tiny", str(folder), str(POINTS), str(stop)]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.exhaustive
def test_a_killed_sweep_goes_on_where_it_was(whole, tmp_path):
    folder, seen = tmp_path / "s", 0
    for _ in range(2):
        with begin(folder, stop=10) as process:
            assert process.stdout.readline() == "waiting\n"
            process.kill()
        assert list(folder.rglob(".*.partial-*")), "it was killed between two files"
        assert parts_in(folder) > seen
        seen = parts_in(folder)
        entries = read_journal(folder).parts
        stored = files(folder)
        assert all(stored[name] == whole[name] for entry in entries.values() for name in entry["files"])
        assert status(folder).writer == ""
    kept = {path: path.stat().st_mtime_ns for name in stored if (path := folder / name).exists()}
    sweep(experiment(POINTS), folder)
    assert files(folder) == whole
    assert not list(folder.rglob(".*"))
    # what had been finished was not made again
    done = {folder / name for entry in entries.values() for name in entry["files"]}
    assert {path: path.stat().st_mtime_ns for path in done} == {path: kept[path] for path in done}


@pytest.mark.exhaustive
def test_two_sweeps_into_one_folder(whole, tmp_path):
    refused = []

    def start_another(state):
        if state.done and not refused:
            assert status(tmp_path / "s").writer.startswith(f"process {os.getpid()} on ")
            with begin(tmp_path / "s") as second:
                refused.append(second.communicate()[1])
            assert second.returncode == 1

    sweep(experiment(POINTS), tmp_path / "s", part_units=2, progress=start_another)
    assert f"another sweep writes here: process {os.getpid()} on " in refused[0]
    assert files(tmp_path / "s") == whole


EXPERIMENT = """title = "A small experiment"
scenario = "small.toml"
[levers.policy.options]
appointment = { policy.rule = "appointment" }
election = { policy.rule = "election" }
[uncertainties.r_f]
[design]
kind = "latin-hypercube"
points = 20000
seed = 7
[run]
replicates = 3
[keep]
outcomes = ["performance"]
[keep.horizons]
year = "1921-01:1921-12"
"""


@pytest.mark.exhaustive
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_keeps_what_is_finished(number, code, small_file, tmp_path):
    (tmp_path / "long.toml").write_text(EXPERIMENT)
    with start("sweep", "long.toml", "--out", "s", cwd=tmp_path) as process:
        while not parts_in(tmp_path / "s") and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        _, err = process.communicate()
    assert process.returncode == code
    found = status(tmp_path / "s")
    assert 0 < found.runs < found.runs_planned and not found.writer
    if number == signal.SIGINT:
        said = re.search(r"interrupted: ([\d,]+) of 120,000 runs are kept; the same command again goes on", err)
        assert said and 0 <= int(said[1].replace(",", "")) <= found.runs
    assert not list((tmp_path / "s").rglob(".*"))
