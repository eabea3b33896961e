"""Which model this is: a hash of everything that decides a run's numbers, so that rows of two models never mix."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from sim import version
from sim.kernel import KERNEL_SOURCES

#: Beside what is compiled: worlds and their data, what makes a world of an experiment, and what is kept of a run
#: and how.
OTHERS = (
    "world", "data", "data/catalogue", "data/csv", "scenario/schema.py", "registry/mechanisms.py", "scenario/layers.py",
    "experiment/horizons.py", "experiment/experiment.py", "experiment/worlds.py", "runner/recorder.py",
    "analysis/bands.py", "results/sweep_rows.py", "runner/chunks.py",
)  # fmt: skip


@cache
def model() -> str:
    """Return the hash, 16 hexadecimal digits; the same on every machine and interpreter."""
    root, digest = Path(version.__file__).parent, hashlib.sha256()
    for name in (*KERNEL_SOURCES, *OTHERS):
        path = root / name
        files = [path] if path.is_file() else sorted([*path.glob("*.py"), *path.glob("*.csv")])
        for file in files:
            # Lines may end otherwise where a checkout says so.
            content = file.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{file.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]
