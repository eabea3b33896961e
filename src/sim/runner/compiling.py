"""The engine compiled in a process of its own: what the compiler takes, some 350 MB, no process gives back."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import Any, cast

from sim import kernel
from sim.engines.engine import ENGINES, engine


def prepare() -> None:
    """Load the engine; where it is not kept yet, another process compiles it first.

    Where none can, or nothing can be kept, it is compiled here.
    """
    with suppress(OSError):
        if _lacks():
            _compile_apart()
    engine(ENGINES[0]).prepare()


def _lacks() -> bool:
    """Say whether the engine is kept where another process can put it, and is not there."""
    from sim.engines.compiled import month

    place, entry = kernel.cache_folder(), cast("Any", month.advance_at)
    lasting = hasattr(entry, "compile") and place.name == f"kernels-{kernel.source_hash()}"
    return lasting and not any(place.rglob(f"{entry._cache._impl.filename_base}.*.nbc"))


def _compile_apart() -> None:
    """Wait for a process that compiles the engine, and pass on what it says; who waits no longer ends it."""
    places = {"NUMBA_CACHE_DIR": str(kernel.cache_folder().parent), "PYTHONPATH": os.pathsep.join(sys.path)}
    command, nowhere = [sys.executable, "-P", "-m", __name__], subprocess.DEVNULL
    with subprocess.Popen(
        command, env=os.environ | places, text=True, stdout=subprocess.PIPE, stderr=nowhere
    ) as child:  # fmt: skip
        try:
            for line in child.stdout or ():
                if kernel.on_compile:
                    kernel.on_compile(line.rstrip())
        except BaseException:
            child.kill()
            raise


if __name__ == "__main__":
    kernel.on_compile = lambda text: print(text, flush=True)
    engine(ENGINES[0]).prepare()
