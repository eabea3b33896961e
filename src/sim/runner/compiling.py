"""The engine compiled in a process of its own: what the compiler takes, some 330 MB, no process gives back."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

from sim import kernel

APART = "SKLOKI_COMPILES_APART"
"""Set in the environment of that process, which starts no other."""


def prepare() -> None:
    """Load the engine; where it is not kept yet, another process compiles it first.

    Where none can, or nothing can be kept, it is compiled here.
    """
    from sim.engines import compiled

    with suppress(OSError):
        if _lacks():
            _compile_apart()
    compiled.prepare()


def _lacks() -> bool:
    """Say whether another process could compile the engine and keep it for this one, and none has."""
    from sim.engines.compiled import month

    if os.environ.get(APART) or not sys.executable or getattr(sys, "frozen", False):
        return False  # this is that process, or one that is no interpreter
    kept: Any = getattr(getattr(month.advance_at, "_cache", None), "_impl", None)  # none where nothing can be kept
    place = kernel.cache_folder()
    lasting = kept is not None and place.name == f"kernels-{kernel.source_hash()}"
    return lasting and not any(place.rglob(f"{kept.filename_base}.*.nbc"))


def _compile_apart() -> None:
    """Wait for a process that compiles the engine, and pass on what it says; who waits no longer ends it."""
    path = os.pathsep.join(map(os.fspath, sys.path))  # in a notebook paths stand there, too
    places = {"NUMBA_CACHE_DIR": str(kernel.cache_folder().parent), "PYTHONPATH": path, APART: "1"}
    command, nowhere = [sys.executable, "-P", "-m", __name__], subprocess.DEVNULL
    with subprocess.Popen(
        command, env=os.environ | places, text=True, errors="replace", stdin=nowhere, stdout=subprocess.PIPE,
        stderr=nowhere,
    ) as child:  # fmt: skip
        try:
            for line in child.stdout or ():
                if kernel.on_compile:
                    kernel.on_compile(line.rstrip())
        except BaseException:
            child.kill()
            raise


if __name__ == "__main__":
    from sim.engines import compiled

    kernel.on_compile = lambda text: print(text, flush=True)
    compiled.prepare()
