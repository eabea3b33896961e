"""The one way to compile: scalar pure functions, kept in a cache that cannot be stale.

Numba checks only the file of the outermost function when it looks for a compiled copy, so a
changed callee in another file would go unnoticed. The cache folder is therefore named by a hash
of every file that holds compiled code, the constants included.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, ParamSpec, TypeVar

import numba
import numba.core.config

P = ParamSpec("P")
R = TypeVar("R")

_ROOT = Path(__file__).parent
#: Files and folders, below the package, that hold compiled functions.
KERNEL_SOURCES = ("kernel.py", "draws", "mechanisms")


@cache
def source_hash() -> str:
    """Return the hash of all sources of compiled functions, 16 hexadecimal digits."""
    digest = hashlib.sha256(numba.__version__.encode())
    for name in KERNEL_SOURCES:
        path = _ROOT / name
        for file in [path] if path.is_file() else sorted(path.glob("*.py")):
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def cache_folder() -> Path:
    """Return the folder of compiled functions; a temporary one where nothing else is writable."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    base = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "skloki"
    folder = base / f"kernels-{source_hash()}"
    return folder if _writable(folder) else Path(tempfile.mkdtemp(prefix="skloki-kernels-"))


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a scalar pure function; its Python form stays at ``.py_func``.

    Only + - * / sqrt, comparisons and integers may be used inside, so that every engine and
    machine computes the same bits. No fastmath: it would contract and reorder operations.
    """
    numba.core.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]
    compiled: Any = numba.njit(error_model="numpy", nogil=True, cache=True)(function)
    return compiled


_INTERPRETED: dict[int, Any] = {}


def interpreted(function: Any) -> Any:
    """Return the Python form of a compiled function, whose callees are interpreted too.

    It computes the same bits, can be stepped through, needs no compilation, and is faster where
    it is called from Python: a call into compiled code costs as much as ten operations.
    """
    source = getattr(function, "py_func", function)
    if id(source) not in _INTERPRETED:
        scope = dict(source.__globals__)
        plain = FunctionType(source.__code__, scope, source.__name__)
        plain.__doc__ = source.__doc__
        _INTERPRETED[id(source)] = plain
        for name in source.__code__.co_names:
            if hasattr(scope.get(name), "py_func"):
                scope[name] = interpreted(scope[name])
    return _INTERPRETED[id(source)]


def interpreted_room(module: ModuleType) -> SimpleNamespace:
    """Return all compiled functions of a module in their Python form."""
    kernels = {name: value for name, value in vars(module).items() if hasattr(value, "py_func")}
    return SimpleNamespace(**{name: interpreted(value) for name, value in kernels.items()})
