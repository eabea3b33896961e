"""The cache of compiled functions: where it lies, and that damage, a full disk and company do it no harm."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import kernel as kernel_module
from sim.kernel import KERNELS, announced, kernel, source_hash
from tests.copies import PROGRAM, copied, outcome, run, start

DAY = 86400.0


def fresh_folder() -> Path:
    return kernel_module.cache_folder.__wrapped__()


# ---------------------------------------------------------------- where the folder is


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Take every place for caches away but the folder for temporary files."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    (tmp_path / "in the way").write_text("not a folder")
    monkeypatch.setenv("HOME", str(tmp_path / "in the way"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, places: Path) -> None:
    name = f"kernels-{source_hash()}"
    monkeypatch.setenv("HOME", str(places / "home"))
    assert fresh_folder() == places / "home" / ".cache" / "skloki" / name
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert fresh_folder() == places / "home" / ".cache" / "skloki" / name, "the convention wants an absolute path"
    monkeypatch.setenv("XDG_CACHE_HOME", str(places / "xdg"))
    assert fresh_folder() == places / "xdg" / "skloki" / name
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(places / "numba"))
    assert fresh_folder() == places / "numba" / name


def test_a_user_without_a_home_has_a_temporary_folder_that_lasts(monkeypatch: pytest.MonkeyPatch, places: Path) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    folder = fresh_folder()
    assert folder == fresh_folder() == places / "tmp" / f"skloki-kernels-{os.getuid()}" / f"kernels-{source_hash()}"
    assert folder.parent.stat().st_mode & 0o077 == 0, "others could plant code there"


@pytest.mark.parametrize("planted", ["open to others", "a link", "a file"])
def test_a_temporary_folder_that_others_may_have_planted_is_not_used(planted: str, places: Path) -> None:
    shared = places / "tmp" / f"skloki-kernels-{os.getuid()}"
    if planted == "a file":
        shared.write_text("")
    elif planted == "a link":
        (places / "elsewhere").mkdir()
        shared.symlink_to(places / "elsewhere")
    else:
        shared.mkdir()
        shared.chmod(0o777)
    folder = fresh_folder()
    assert folder.parent == places / "tmp" and folder.name.startswith("skloki-kernels-") and folder != shared


@pytest.mark.exhaustive
def test_a_read_only_install_is_not_written_to(tmp_path: Path) -> None:
    package = copied(tmp_path)
    everything = sorted(package.rglob("*"), reverse=True)
    for path in [*everything, package]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        value, hits, folder = run(package)
        assert (value, hits, folder.parent) == (0.25, 0, tmp_path / ".cache" / "skloki")
        assert run(package)[:2] == (0.25, 1)
        (tmp_path / "file").write_text("not a folder")
        value, hits, folder = run(package, HOME=str(tmp_path / "file"))
        assert (value, hits, folder.parents[1]) == (0.25, 0, tmp_path / "tmp")
        assert sorted(package.rglob("*"), reverse=True) == everything
    finally:
        for path in [package, *reversed(everything)]:
            path.chmod(0o755)


def test_folders_unused_for_long_are_removed_when_a_new_one_is_made(
    monkeypatch: pytest.MonkeyPatch, places: Path
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(places))
    ages = {"kernels-0123456789abcdef": 31, "kernels-00000000000000ff": 29, "kernels-of-mine": 99, "other": 99}
    for name, days in ages.items():
        (places / name / "below").mkdir(parents=True)
        os.utime(places / name, (time.time() - days * DAY,) * 2)
    folder = fresh_folder()
    left = {path.name for path in places.iterdir() if path.is_dir()} - {"tmp"}
    assert left == {*ages, folder.name} - {"kernels-0123456789abcdef"}
    os.utime(folder, (0, 0))
    os.utime(places / "kernels-00000000000000ff", (0, 0))
    assert fresh_folder() == folder
    assert folder.stat().st_mtime > time.time() - DAY, "use is noted"
    assert (places / "kernels-00000000000000ff").exists(), "old folders are looked for only when one is added"


# ---------------------------------------------------------------- damage, a full disk, company


def double(x):
    return x * 2


def again(function: Callable[..., Any] = double) -> Any:
    """Return a kernel as another process would make it: nothing compiled, the same files."""
    made = kernel(function)
    KERNELS.remove(made)
    return made


@pytest.fixture
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(kernel_module, "cache_folder", lambda: tmp_path)
    return tmp_path


def hits(function: Any) -> int:
    return sum(function.stats.cache_hits.values())


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("content", [b"", b"rubbish", None], ids=["empty", "rubbish", "cut short"])
def test_a_damaged_file_is_replaced(kind: str, content: bytes | None, empty_cache: Path) -> None:
    assert again()(21.0) == 42.0
    (file,) = empty_cache.rglob(f"*.{kind}")
    file.write_bytes(file.read_bytes()[:-10] if content is None else content)
    second, third = again(), again()
    assert second(21.0) == 42.0 and hits(second) == 0
    assert third(21.0) == 42.0 and hits(third) == 1


def test_a_full_disk_is_no_error(monkeypatch: pytest.MonkeyPatch, empty_cache: Path) -> None:
    function = again()

    def full(name: str, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(function._cache._cache_file, "_save_data", full)
    assert function(21.0) == 42.0


def test_a_kernel_that_can_be_kept_nowhere_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(kernel_module, "cache_folder", nowhere)
    assert again()(21.0) == 42.0


def test_two_processes_cannot_keep_two_signatures_under_one_name(
    monkeypatch: pytest.MonkeyPatch, empty_cache: Path
) -> None:
    """Both find the index empty, then write by turns; numba alone then answers 3.5 with an integer's code."""
    whole, broken = again(), again()
    file = whole._cache._cache_file
    monkeypatch.setattr(file, "_load_index", dict)
    monkeypatch.setattr(broken._cache._cache_file, "_load_index", dict)
    write = file._save_data

    def late(name: str, data: bytes) -> None:
        assert broken(3.5) == 7.0
        write(name, data)

    monkeypatch.setattr(file, "_save_data", late)
    assert whole(3) == 6
    after = again()
    assert (after(3.5), after(3)) == (7.0, 6)
    assert hits(after) == 1, "one index entry was lost, none is wrong"


@pytest.mark.exhaustive
def test_three_processes_may_start_at_once_on_an_empty_cache(tmp_path: Path) -> None:
    package = copied(tmp_path)
    wait = """
import os, pathlib, time
pathlib.Path(f"ready-{os.getpid()}").touch()
while not os.path.exists("go"): time.sleep(0.001)
"""
    first = [f"unfit_chance({arguments})\n" for arguments in ("1, 2, 0", "1.0, 2, 0.0", "0.5, 2.0, 0.0")]
    load, rest = PROGRAM.split("\n", 2)[1:]
    processes = [start(package, f"{load}\n{wait}{line}{rest}") for line in first]
    while len(list(tmp_path.glob("ready-*"))) < 3 and not any(process.poll() for process in processes):
        time.sleep(0.01)
    (tmp_path / "go").write_text("")
    for process in processes:
        value, _, folder = outcome(process)
        assert float(value) == 0.25
    assert run(package) == (0.25, 1, Path(folder))
    left = [path.name for path in Path(folder).rglob("*.tmp.*")]
    assert not left


def test_two_threads_may_call_a_kernel_for_the_first_time_at_once(tmp_path: Path) -> None:
    program = """
import threading
from sim.kernel import cache_folder
import sim.kernel
said = []
sim.kernel.on_compile = said.append
found = []
barrier = threading.Barrier(4)
def work(number):
    barrier.wait()
    if number % 2:
        from sim.mechanisms.vacancies import unfit_chance as function
    else:
        from sim.mechanisms.skloki import cooled as function
    sim.kernel.announced("a kernel")(function)
    barrier.wait()
    found.append((number % 2, function(0.5, 2.0, 0.0) if number % 2 else function(0.5, 1.0, 1.0, 0.5)))
    assert str(cache_folder()) in function.stats.cache_path
    assert sum(function.stats.cache_misses.values()) == 1
threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(sorted(found) == [(0, 0.0), (0, 0.0), (1, 0.25), (1, 0.25)], len(said))
"""
    assert outcome(start(copied(tmp_path), program)) == ["True", "4"]


# ---------------------------------------------------------------- announcements


def test_a_long_compilation_is_announced_once(monkeypatch: pytest.MonkeyPatch, empty_cache: Path) -> None:
    said: list[str] = []
    monkeypatch.setattr(kernel_module, "on_compile", said.append)
    function = announced("the engine")(again())
    assert not said, "nothing is compiled before it is called"
    assert function(21.0) == 42.0
    began, ended = said
    assert began == "compiling the engine for this machine, once: about half a minute"
    assert ended.startswith("compiled in ") and ended.endswith(" s")
    assert function(22.0) == 44.0
    assert announced("the engine")(again())(21.0) == 42.0, "the second process finds it"
    assert again()(3) == 6, "a kernel that is no entry point is compiled silently"
    assert len(said) == 2
    monkeypatch.setattr(kernel_module, "on_compile", None)
    assert announced("the engine")(again())(3.0 + 0j) == 6.0


def test_announcements_go_to_standard_error(empty_cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    announced("the engine")(again())(21.0)
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split()[0] for line in err.splitlines()] == ["compiling", "compiled"]


def test_without_standard_error_there_is_silence(
    monkeypatch: pytest.MonkeyPatch, empty_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert announced("the engine")(again())(21.0) == 42.0
    assert capsys.readouterr().out == ""
