"""The command as a process: completion, pipes, full disks, Ctrl-C, and being killed."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim
from sim.doors import endings
from sim.errors import UserError
from tests.brief import brief
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
        ("skloki run x --set parameters.g_", "parameters.g_y="),
        *(pytest.param(*case, marks=pytest.mark.exhaustive) for case in (
            ("skloki run hist", "historical"),
            ("skloki check elec", "election"),
            ("skloki list para", "parameters"),
            ("skloki explain clarit", "clarity"),
            ("skloki run x --set g", None),
            ("skloki plot r --what tile", "tilemap"),
            ("skloki plot r --outcome misf", "misfit"),
        )),
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
@pytest.mark.parametrize("mode", brief([[], ["--quiet"]], []))
def test_output_to_a_full_disk_is_refused(mode):
    command = [sys.executable, "-m", "sim", "list", "parameters", *mode]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "standard output: cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    ("words", "closed", "code"),
    [("explain nonsense", (2,), 2), ("explain r_f", (0, 1, 2), 0),
     *(pytest.param(*case, marks=pytest.mark.exhaustive) for case in (("explain r_f", (1,), 0), ("explain", (2,), 2)))],
)  # fmt: skip
def test_streams_that_are_closed_are_nobody_who_listens(words, closed, code):
    process = start(*words.split(), before=lambda: [os.close(stream) for stream in closed])
    out, err = process.communicate()
    assert process.returncode == code
    assert "Traceback" not in err and not out


@pytest.mark.parametrize("unbuffered", brief(["", "1"], ""))
def test_errors_that_nobody_can_read_change_no_exit_code(unbuffered):
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w") as full:
        for words in (["explain", "nonsense"], ["explain"], ["nonsense"]):
            command = [sys.executable, "-m", "sim", *words]
            assert subprocess.run(command, stderr=full, env=environment).returncode == 2


@pytest.mark.parametrize(
    "words", ["run b\udcff.toml", "run small.toml --out b\udcff", "plot \udcff", "compare small.toml \udcff",
              "trace small.toml \udcff", "sweep \udcff", "run small.toml --set title=\udcff"],
)  # fmt: skip
def test_names_that_are_no_utf8_are_refused_before_anything_is_done(words, here, small_file, skloki):
    Path(os.fsdecode(b"b\xff.toml")).write_bytes(small_file.read_bytes())
    code, out, err = skloki(*words.split())
    (strange,) = (repr(os.fsencode(word))[1:] for word in words.split() if "\udcff" in word)
    assert (code, out) == (2, "")
    assert err == f"skloki: found {strange}; allowed: a name must be UTF-8, or else no table could hold it\n"
    assert len(os.listdir()) == 2


def test_names_that_are_no_utf8_are_refused_in_python_too(small_file, tmp_path):
    strange = Path(os.fsdecode(bytes(tmp_path) + b"/b\xff.toml"))
    strange.write_bytes(small_file.read_bytes())
    with pytest.raises(UserError, match=r"found a file called 'b\\xff.toml'; allowed: a name must be UTF-8"):
        sim.run(strange, out=tmp_path / "r")
    with pytest.raises(UserError, match=r"b\\xff.toml/r': cannot be written to: a name must be UTF-8"):
        sim.run(small_file, out=strange / "r")
    assert len(list(tmp_path.iterdir())) == 2


# The end of a process


def begun(process: subprocess.Popen[str], folder: Path, file: str = "monthly.parquet") -> None:
    """Wait until a run into a folder has begun: its tables stand in the hidden folder."""
    while not any(folder.parent.glob(f".{folder.name}.partial-*/{file}")):
        assert process.poll() is None
        time.sleep(0.02)


@pytest.fixture
def endless(small_file, tmp_path):
    """Start a run that would take hours; stop it at the end of the test."""
    process = start("run", "small.toml", "--replicates", 1_000_000, "--out", tmp_path / "r", cwd=tmp_path)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("after", brief([0.0, 0.3], 0.3), ids=["while starting", "while running"])
def test_an_interrupt_leaves_nothing(after, endless, tmp_path):
    begun(endless, tmp_path / "r")
    time.sleep(after)
    endless.send_signal(signal.SIGINT)
    _, err = endless.communicate()
    assert endless.returncode == 130
    assert err == "interrupted: nothing was stored\n"
    assert [path.name for path in tmp_path.iterdir()] == ["small.toml"]


@pytest.mark.parametrize("signals", brief([("TERM",), ("HUP",), ("TERM", "HUP")], ("TERM",)), ids=" and ".join)
def test_a_request_to_end_leaves_nothing(signals, endless, tmp_path):
    begun(endless, tmp_path / "r")
    for name in signals:
        endless.send_signal(signal.Signals[f"SIG{name}"])
    endless.communicate()
    assert endless.returncode - 128 in [signal.Signals[f"SIG{name}"] for name in signals]
    assert [path.name for path in tmp_path.iterdir()] == ["small.toml"]


@pytest.mark.parametrize("ignored", brief([True, False], False), ids=["nohup", "hup"])
def test_a_terminal_that_closes_ends_a_comparison_unless_it_is_to_be_ignored(ignored, small_file, tmp_path):
    pairs = 100 if ignored else 1_000_000
    ask = ("compare", "small.toml", "small.toml", "--replicates", pairs, "--out", "c", "--figures", "none")
    heard = signal.SIG_IGN if ignored else signal.SIG_DFL
    process = start(*ask, "--quiet", cwd=tmp_path, before=lambda: signal.signal(signal.SIGHUP, heard))
    begun(process, tmp_path / "c", "*")
    process.send_signal(signal.SIGHUP)
    out, _ = process.communicate()
    assert process.returncode == (0 if ignored else 128 + signal.SIGHUP)
    assert (tmp_path / "c" / "manifest.json").exists() == ignored == (out == f"{tmp_path / 'c'}\n")
    assert not list(tmp_path.glob(".*"))


def test_a_killed_run_is_no_result(endless, tmp_path):
    begun(endless, tmp_path / "r")
    time.sleep(0.3)
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


@pytest.mark.parametrize(
    ("lost", "told"), [("signal.raise_signal(signal.SIGINT)", False), ("signal.raise_signal(signal.SIGTERM)", False),
                       ("1 / 0", True)],
)  # fmt: skip
def test_an_interrupt_where_c_calls_back_is_remembered_and_not_printed(lost, told):
    code = f"""
import ctypes, signal
from sim.doors import endings
signal.signal(signal.SIGINT, signal.default_int_handler)
endings.listen()
def heard():
    {lost}
ctypes.CFUNCTYPE(None)(heard)()
print(endings.received())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"{not told}\n")
    assert ("ZeroDivisionError" in done.stderr) == told == bool(done.stderr)


# Memory


@pytest.mark.skipif(sys.platform == "win32", reason="no limits here")
def test_too_narrow_a_limit_of_memory_is_said_before_the_run(small_file, tmp_path):
    import resource

    limits = (900_000 * 1024, resource.RLIM_INFINITY)
    process = start("run", "small.toml", "--out", "r", cwd=tmp_path,
                    before=lambda: resource.setrlimit(resource.RLIMIT_AS, limits))  # fmt: skip
    out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert err.splitlines()[-1].startswith("memory: found a limit of 900,000 KiB (ulimit -v); allowed: 1,572,864 KiB")
    assert "Traceback" not in err and [path.name for path in tmp_path.iterdir()] == ["small.toml"]


def test_errors_of_libraries_that_come_from_a_lack_of_memory_are_known():
    from sim.doors.endings import lacks_memory

    hidden = OSError("Could not find/load shared object file 'libllvmlite.so'")
    hidden.__context__ = OSError("libllvmlite.so: failed to map segment from shared object")
    lacking = [MemoryError(), ImportError("_fs.so: failed to map segment from shared object"), hidden,
               RuntimeError("can't start new thread"), OSError(errno.ENOMEM, "Cannot allocate memory")]  # fmt: skip
    assert all(lacks_memory(error) for error in lacking)
    assert not lacks_memory(ImportError("No module named 'pandas'"))


def test_a_lack_of_memory_is_one_line(skloki, monkeypatch):
    def starved(what):
        raise MemoryError

    monkeypatch.setattr("sim.api.list_", starved)
    code, out, err = skloki("list", "parameters")
    assert (code, out) == (1, "") and err.startswith("skloki: not enough memory;") and err.count("\n") == 1


def test_the_first_request_to_end_is_obeyed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no month of a run passes at which it would be raised again."""
    monkeypatch.setattr(endings, "_received", [])
    with pytest.raises(SystemExit):
        endings._receive(signal.SIGTERM, None)
    endings._receive(signal.SIGHUP, None)  # the second of a session's end disturbs nothing
