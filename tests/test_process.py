"""The command as a process: completion, pipes, full disks, Ctrl-C, and being killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim
from sim.errors import UserError
from tests.fresh import start


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Have the engine compiled: what it says about that is no part of what these tests compare."""
    from sim.engines.compiled import prepare

    prepare()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("skloki ru", "run"),
        ("skloki run hist", "historical"),
        ("skloki check elec", "election"),
        ("skloki list para", "parameters"),
        ("skloki explain recov", "recovery"),
        ("skloki run x --set g", None),
        ("skloki run x --set parameters.g_", "parameters.g_y="),
        ("skloki plot r --what tile", "tilemap"),
        ("skloki plot r --outcome misf", "misfit"),
    ],
)
def test_completion(words, expected):
    asked = {"_SKLOKI_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    out, err = start(env=os.environ | asked).communicate()
    assert not err
    assert out.split() == ([] if expected is None else [f"plain,{expected}"])


def test_completion_falls_back_on_files():
    environment = os.environ | {"_SKLOKI_COMPLETE": "bash_complete", "COMP_WORDS": "skloki run ./my", "COMP_CWORD": "2"}
    assert start(env=environment).communicate()[0].split() == ["file,./my"]


def test_a_closed_pipe_is_no_error():
    with start("list", "parameters") as listing:
        listing.stdout.close()
        assert not listing.stderr.read()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("mode", [[], ["--quiet"]])
def test_output_to_a_full_disk_is_refused(mode):
    command = [sys.executable, "-m", "sim", "list", "parameters", *mode]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "standard output: cannot be written: No space left on device\n"


# The end of a process


def begun(process: subprocess.Popen[str], folder: Path) -> None:
    """Wait until a run into a folder has begun: its tables stand in the hidden folder."""
    while not any(folder.parent.glob(f".{folder.name}.partial-*/monthly.parquet")):
        assert process.poll() is None
        time.sleep(0.02)


@pytest.fixture
def endless(small_file, tmp_path):
    """Start a run that would take hours; stop it at the end of the test."""
    process = start("run", "small.toml", "--replicates", 1_000_000, "--out", tmp_path / "r", cwd=tmp_path)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("after", [0.0, 1.0], ids=["while starting", "while running"])
def test_an_interrupt_leaves_nothing(after, endless, tmp_path):
    begun(endless, tmp_path / "r")
    time.sleep(after)
    endless.send_signal(signal.SIGINT)
    _, err = endless.communicate()
    assert endless.returncode == 130
    assert err == "interrupted: nothing was stored\n"
    assert [path.name for path in tmp_path.iterdir()] == ["small.toml"]


def test_a_request_to_end_leaves_nothing(endless, tmp_path):
    begun(endless, tmp_path / "r")
    endless.terminate()
    endless.communicate()
    assert endless.returncode == 128 + signal.SIGTERM
    assert [path.name for path in tmp_path.iterdir()] == ["small.toml"]


def test_a_killed_run_is_no_result(endless, tmp_path):
    begun(endless, tmp_path / "r")
    time.sleep(1.0)
    endless.kill()
    endless.communicate()
    assert not (tmp_path / "r").exists()
    (left,) = tmp_path.glob(".r.partial-*")
    with pytest.raises(UserError, match="it has no manifest.json"):
        sim.open(left)
    # What is left does not stand in the way.
    assert sim.run(tmp_path / "small.toml", replicates=1, out=tmp_path / "r").path == tmp_path / "r"
    assert not left.exists()


def test_an_interrupt_that_a_library_swallowed_still_ends_the_run(small_file, tmp_path):
    code = """
import os, signal, sys
import sim.engines.reference as engine
from sim.doors import cli
simulate = engine.simulate
def swallowing(world, replicate, on_month, events):
    if replicate == 1:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            signal.pause()
        except KeyboardInterrupt:
            raise ValueError("a library's own idea")
    return simulate(world, replicate, on_month, events=events)
engine.simulate = swallowing
sys.argv = ["skloki", "run", "small.toml", "--out", "r", "--engine", "reference"]
signal.signal(signal.SIGINT, signal.default_int_handler)
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "interrupted: nothing was stored\n")
    assert [path.name for path in tmp_path.iterdir()] == ["small.toml"]
