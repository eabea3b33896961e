"""The compiled engine in a browser: the same kernels, lowered to WebAssembly, with the same bits.

`engine` gives the module for these sources, `image` a world as it stands in the module's memory, `layout` where
everything in it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from uuid import uuid4

import llvmlite  # type: ignore[import-untyped]
import numba
import numpy

from sim import kernel
from sim.engines.wasm.images import Image, image, layout, patch
from sim.errors import UserError

__all__ = ["Image", "engine", "image", "layout", "patch", "ship", "shipped", "told", "tools", "version_of"]

SHIPPED = "engine.wasm", "engine.json", "layout.json"
_PARTS = "derive.py", "lower.py"


def engine(kernels: str) -> bytes:
    """Return the module of what is compiled: shipped, kept from an earlier call, or lowered now, in about a minute.

    Parameters
    ----------
    kernels
        The hash of its sources, see `sim.runner.model_version`.

    Raises
    ------
    UserError
        The compiler gave up.
    """
    version = version_of(kernels)
    if shipped() == version:
        return files("sim.engines.wasm").joinpath(SHIPPED[0]).read_bytes()
    kept = kernel.cache_folder() / f"engine-{version}.wasm"
    if not kept.exists():
        _lower_into(kept)
    return kept.read_bytes()


def shipped() -> str:
    """Return the version of the module that comes with the package; empty if none does."""
    return told().get("version", "")


def told() -> dict[str, str]:
    """Return what is told of the module that comes with the package: version, check sum, and what made it."""
    file = files("sim.engines.wasm").joinpath(SHIPPED[1])
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def tools() -> str:
    """Return what lowers here: others give a module of other bytes that reckons the same."""
    libraries = ", ".join(f"{one.__name__} {one.__version__}" for one in (numba, llvmlite, numpy))
    return f"Python {sys.version_info.major}.{sys.version_info.minor}, {libraries}"


def ship(kernels: str) -> None:
    """Put the module of what is compiled into the package: ``make engine``."""
    folder = Path(__file__).parent
    _lower_into(folder / SHIPPED[0])
    digest = hashlib.sha256((folder / SHIPPED[0]).read_bytes()).hexdigest()
    about = {"version": version_of(kernels), "sha256": digest, "made_with": tools()}
    for name, content in zip(SHIPPED[1:], (about, layout()), strict=True):
        (folder / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _lower_into(target: Path) -> None:
    """Lower the engine into a file, in a process of its own."""
    from sim.engines.wasm.lower import SETTINGS

    if kernel.on_compile:
        kernel.on_compile("lowering the engine to WebAssembly, once: about a minute")
    hidden = target.with_name(f"{uuid4().hex}.tmp")
    command = [sys.executable, "-m", "sim.engines.wasm.lower", str(hidden)]
    try:
        ended = subprocess.run(command, env=os.environ | SETTINGS, capture_output=True, text=True, check=False)
        if ended.returncode or not hidden.exists():
            why = ended.stderr.strip().rpartition("\n")[2] or f"exit code {ended.returncode}"
            raise UserError(f"the engine could not be lowered to WebAssembly: {why}")
        os.replace(hidden, target)
    finally:
        hidden.unlink(missing_ok=True)


@cache
def version_of(kernels: str) -> str:
    """Return the hash of a module, 16 hexadecimal digits: the same on every machine."""
    digest = hashlib.sha256(kernels.encode())
    for name in _PARTS:
        digest.update(files("sim.engines.wasm").joinpath(name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]
