"""The cache of compiled functions cannot be stale, and its folder need not be writable."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim import kernel as kernel_module
from sim.mechanisms.vacancies import unfit_chance

PACKAGE = Path(sim.__file__).parent
#: ``unfit_chance`` calls ``link`` of another file: at lag 0 it returns the hazard times link(0) = 1/2.
PROGRAM = """
from sim.mechanisms.vacancies import unfit_chance
from sim.kernel import cache_folder
print(unfit_chance(0.5, 2.0, 0.0), sum(unfit_chance.stats.cache_hits.values()), cache_folder().name, sep="\\n")
"""


def fresh_hash() -> str:
    return kernel_module.source_hash.__wrapped__()


def copied(target: Path) -> Path:
    """Copy what compiled functions consist of, as a package of its own."""
    (target / "sim").mkdir(parents=True)
    for name in ("__init__.py", "kernel.py"):
        shutil.copy(PACKAGE / name, target / "sim" / name)
    for name in ("draws", "mechanisms"):
        shutil.copytree(PACKAGE / name, target / "sim" / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target / "sim"


def run(package: Path, cache: Path) -> tuple[float, int, str]:
    """Run the program in a process of its own; return its value, cache hits and cache folder."""
    environment = {k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "PYTHONPATH")}
    environment |= {"PYTHONPATH": str(package.parent), "NUMBA_CACHE_DIR": str(cache), "TMPDIR": str(package.parent)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        cwd=package.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    value, hits, folder = done.stdout.split()
    return float(value), int(hits), folder


def test_kernels_are_kept_in_a_folder_named_by_the_source_hash() -> None:
    assert fresh_hash() == kernel_module.source_hash()
    assert len(fresh_hash()) == 16 and int(fresh_hash(), 16) >= 0
    unfit_chance(0.02, 2.0, 0.0)
    kept_in = Path(unfit_chance.stats.cache_path)  # type: ignore[attr-defined]
    assert kernel_module.cache_folder() in kept_in.parents


def test_the_folder_has_the_hash_in_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert kernel_module.cache_folder.__wrapped__() == tmp_path / f"kernels-{fresh_hash()}"


def test_every_source_of_kernels_enters_the_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = copied(tmp_path)
    monkeypatch.setattr(kernel_module, "_ROOT", package)
    before = fresh_hash()
    assert before == kernel_module.source_hash(), "the hash depends on sources, not on where they lie"
    seen = {before}
    files = [file for file in sorted(package.rglob("*.py")) if file != package / "__init__.py"]
    assert {"arithmetic.py", "addressed.py", "philox.py", "kernel.py"} <= {file.name for file in files}
    for file in files:
        file.write_text(file.read_text("utf-8") + "\n", "utf-8")
        assert fresh_hash() not in seen, file.name
        seen.add(fresh_hash())
    (package / "mechanisms" / "new_room.py").write_text("", "utf-8")
    assert fresh_hash() not in seen


def test_every_file_with_kernels_is_among_the_hashed() -> None:
    """A kernel defined elsewhere would be cached without its own file being watched."""
    hashed = {PACKAGE / "kernel.py", *(PACKAGE / "draws").glob("*.py"), *(PACKAGE / "mechanisms").glob("*.py")}
    for file in PACKAGE.rglob("*.py"):
        text = file.read_text("utf-8")
        if "@kernel" in text or "njit" in text:
            assert file in hashed, file


def test_a_changed_callee_in_another_file_is_not_answered_from_the_cache(tmp_path: Path) -> None:
    package, cache = copied(tmp_path / "code"), tmp_path / "cache"
    value, hits, folder = run(package, cache)
    assert (value, hits) == (0.25, 0)
    assert run(package, cache) == (0.25, 1, folder), "an unchanged source is answered from the cache"
    callee = package / "mechanisms" / "arithmetic.py"
    text = callee.read_text("utf-8")
    assert text.count("return 0.5 + 0.5 * h") == 1
    callee.write_text(text.replace("return 0.5 + 0.5 * h", "return 0.75 + 0.5 * h"), "utf-8")
    value, hits, changed = run(package, cache)
    assert (value, hits) == (0.375, 0), "stale: the caller's file is unchanged, but what it calls is not"
    assert changed != folder


def test_a_cache_folder_that_cannot_be_made_is_replaced(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    value, _, folder = run(copied(tmp_path / "code"), in_the_way / "below")
    assert value == 0.25
    assert folder.startswith("skloki-kernels-")
    assert in_the_way.read_text() == "not a folder"
