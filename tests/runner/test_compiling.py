"""The compiler's memory is another process's: who runs a sweep loads what that has compiled."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.caching import NullCache

from sim import kernel
from sim.engines import compiled
from sim.engines.compiled.month import advance_at  # before a place is taken from it
from sim.runner import compiling

PROGRAM = """
from sim.engines.compiled.month import advance_at
from sim.runner.compiling import _lacks, prepare
prepare()
print(sum(advance_at.stats.cache_hits.values()), sum(advance_at.stats.cache_misses.values()), _lacks())
"""
CHILD = """#!/bin/sh
echo "compiling $*"
touch "$NUMBA_CACHE_DIR/begun"
echo compiled
"""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Have nothing compiled, a child that compiles nothing, and note what is said and done."""
    assert hasattr(advance_at, "compile")
    found: list[str] = []
    folder = tmp_path / f"kernels-{kernel.source_hash()}"
    folder.mkdir()
    (tmp_path / "python").write_text(CHILD)
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr(kernel, "cache_folder", lambda: folder)
    monkeypatch.setattr(kernel, "on_compile", found.append)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(compiled, "prepare", lambda: found.append("loaded"))
    return found


def test_another_process_compiles_before_this_one_loads(said: list[str], tmp_path: Path) -> None:
    compiling.prepare()
    assert said == ["compiling -P -m sim.runner.compiling", "compiled", "loaded"]
    assert (tmp_path / "begun").exists(), "it keeps what it compiles where this process looks for it"


def test_what_is_kept_is_loaded_at_once(said: list[str]) -> None:
    place = kernel.cache_folder() / "compiled_0"
    place.mkdir()
    (place / f"{advance_at._cache._impl.filename_base}.5eed.1.nbc").touch()  # type: ignore[attr-defined]
    compiling.prepare()
    assert said == ["loaded"]


def test_what_another_process_could_not_keep_for_this_one_is_compiled_here(
    said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kernel, "cache_folder", lambda: tmp_path)  # a temporary one, of this process alone
    compiling.prepare()
    assert said == ["loaded"]


def test_who_waits_no_longer_ends_the_other_process(
    said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\necho $$\nexec sleep 600\n")

    def stop(text: str) -> None:
        said.append(text)
        raise KeyboardInterrupt

    monkeypatch.setattr(kernel, "on_compile", stop)
    with pytest.raises(KeyboardInterrupt):
        compiling.prepare()
    with pytest.raises(ProcessLookupError):
        os.kill(int(said[0]), 0)


def test_paths_may_stand_where_modules_are_looked_for(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, Path("of a notebook")])
    compiling.prepare()
    assert said[-1] == "loaded" and len(said) == 3


@pytest.mark.parametrize("where", ["in that process", "no interpreter", "embedded", "frozen", "nothing is kept"])
def test_no_process_is_started(where: str, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if where == "in that process":
        monkeypatch.setenv(compiling.APART, "1")
    elif where == "frozen":
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    elif where in ("no interpreter", "embedded"):
        monkeypatch.setattr(sys, "executable", "" if where == "no interpreter" else None)
    else:
        monkeypatch.setattr(advance_at, "_cache", NullCache())
    compiling.prepare()
    assert said == ["loaded"]


def test_the_other_process_finds_what_it_is_to_do() -> None:
    ended = subprocess.run([sys.executable, "-P", "-m", compiling.__name__], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.exhaustive
def test_an_engine_that_is_kept_nowhere_is_compiled_elsewhere_and_loaded(tmp_path: Path) -> None:
    places = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", PROGRAM], env=places, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["1", "0", "False"]
    assert [line.split()[0] for line in ended.stderr.splitlines()] == ["compiling", "compiled"]
