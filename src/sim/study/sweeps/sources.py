"""Which model this is: a hash of everything that decides a run's numbers, so that rows of two models never mix."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import sim
from sim.kernel import KERNEL_SOURCES

#: Beside what is compiled: worlds and their data, what makes a world of an experiment, and what is kept of a run
#: and how.
OTHERS = (
    "world", "world/catalogue", "world/data", "scenario/schema.py", "scenario/switches.py", "scenario/layers.py",
    "study/horizons.py", "study/sweeps/experiment.py", "study/sweeps/worlds.py", "study/sweeps/kept.py",
    "study/sweeps/bands.py", "study/sweeps/rows.py", "study/sweeps/parts.py",
)  # fmt: skip


@cache
def model() -> str:
    """Return the hash, 16 hexadecimal digits; the same on every machine and interpreter."""
    root, digest = Path(sim.__file__).parent, hashlib.sha256()
    for name in (*KERNEL_SOURCES, *OTHERS):
        path = root / name
        files = [path] if path.is_file() else sorted([*path.glob("*.py"), *path.glob("*.csv")])
        for file in files:
            # Lines may end otherwise where a checkout says so.
            content = file.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{file.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]
