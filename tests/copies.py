"""The compiled parts of the package as a package of its own, to be changed and run in other processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import sim
from sim.kernel import KERNEL_SOURCES

PACKAGE = Path(sim.__file__).parent
#: ``unfit_chance`` calls ``link`` of another file: at lag 0 it returns the hazard times link(0) = 1/2.
PROGRAM = """
from sim.mechanisms.vacancies import unfit_chance
from sim.kernel import cache_folder
print(unfit_chance(0.5, 2.0, 0.0), sum(unfit_chance.stats.cache_hits.values()), cache_folder())
"""


def sources(package: Path) -> list[Path]:
    """Return the files that enter the hash."""
    paths = [package / name for name in KERNEL_SOURCES]
    return [file for path in paths for file in ([path] if path.is_file() else sorted(path.glob("*.py")))]


def copied(target: Path) -> Path:
    """Copy what compiled functions consist of, as a package of its own."""
    for file in [*sources(PACKAGE), PACKAGE / "registry" / "__init__.py"]:
        copy = target / "sim" / file.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    (target / "sim" / "__init__.py").write_text("")
    return target / "sim"


def start(package: Path, program: str = PROGRAM, **environment: str) -> subprocess.Popen[str]:
    """Start a program in a process of its own, with a home and a folder for temporary files beside the package."""
    kept = {k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "PYTHONPATH")}
    (package.parent / "tmp").mkdir(exist_ok=True)
    places = {"PYTHONPATH": str(package.parent), "HOME": str(package.parent), "TMPDIR": str(package.parent / "tmp")}
    return subprocess.Popen(
        [sys.executable, "-B", "-W", "error", "-c", program],
        env=kept | places | environment,
        cwd=package.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(process: subprocess.Popen[str]) -> list[str]:
    """Wait for a program; it must have ended well, and silently but for its words."""
    out, err = process.communicate()
    assert (process.returncode, err) == (0, ""), err
    return out.split()


def run(package: Path, **environment: str) -> tuple[float, int, Path]:
    """Run the program in a process of its own; return its value, cache hits and cache folder."""
    value, hits, folder = outcome(start(package, **environment))
    return float(value), int(hits), Path(folder)
