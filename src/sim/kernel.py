"""The one way to compile: pure functions of numbers, kept in a cache that cannot be stale.

Numba checks only the file of the outermost function when it looks for a compiled copy, so a
changed callee in another file would go unnoticed. The cache folder is therefore named by a hash
of every file that holds compiled code or constants that are frozen into it.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

import llvmlite  # type: ignore[import-untyped]
import numba
import numba.core.config
import numpy as np
from numba.core import types
from numba.core.caching import CompileResultCacheImpl, FunctionCache, InTreeCacheLocator
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

P = ParamSpec("P")
R = TypeVar("R")

_ROOT = Path(__file__).parent
#: Files, and folders of files, below the package, whose content can end up in compiled code.
KERNEL_SOURCES = (
    "kernel.py", "draws", "mechanisms", "engines", "engines/compiled", "engines/wasm/derive.py",
    *(f"registry/{name}.py" for name in (
        "constants", "decision_points", "entries", "outcomes", "parameters", "variants")),
)  # fmt: skip
#: Settings of numba that change the code it makes, but not the name under which it keeps it.
SETTINGS = ("OPT", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "LOOP_VECTORIZE", "SLP_VECTORIZE")
#: Days for which the folder of other sources is kept after it was last used.
KEPT_DAYS = 30
#: All compiled functions, in the order in which they were defined.
KERNELS: list[Any] = []


def _say(text: str) -> None:
    with suppress(AttributeError, OSError, ValueError):  # no standard error, or a closed one
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


#: Is told when a long compilation begins and ends; a door may replace it, None is silence.
on_compile: Callable[[str], None] | None = _say


# ---------------------------------------------------------------- where compiled functions are kept
@cache
def source_hash() -> str:
    """Return the hash of all that compiled functions depend on, 16 hexadecimal digits."""
    versions = (*sys.version_info[:3], numba.__version__, llvmlite.__version__, np.__version__)
    settings = [getattr(numba.core.config, name, None) for name in SETTINGS]
    digest = hashlib.sha256(repr((versions, settings)).encode())
    for name in KERNEL_SOURCES:
        path = _ROOT / name
        for file in [path] if path.is_file() else sorted(path.glob("*.py")):
            digest.update(file.relative_to(_ROOT).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _bases() -> Iterator[Path]:
    """Yield the places for caches, the best first."""
    chosen, kept = os.environ.get("NUMBA_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME", "")
    if chosen:
        yield Path(chosen).absolute()
    elif os.path.isabs(kept):
        yield Path(kept) / "skloki"
    else:
        with suppress(RuntimeError):  # a user without a home
            yield Path.home() / ".cache" / "skloki"
    if hasattr(os, "getuid"):
        shared = Path(tempfile.gettempdir()) / f"skloki-kernels-{os.getuid()}"
        with suppress(OSError):
            shared.mkdir(mode=0o700, exist_ok=True)
            about = shared.lstat()
            # Compiled code is run: a folder that somebody else can write to is not ours.
            if stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & 0o022:
                yield shared


@cache
def cache_folder() -> Path:
    """Return the folder of compiled functions; a temporary one where nothing else is writable."""
    name = f"kernels-{source_hash()}"
    for base in _bases():
        new = not (base / name).exists()
        if _writable(base / name):
            with suppress(OSError):
                os.utime(base / name)
            if new:
                _forget_unused(base)
            return base / name
    folder = Path(tempfile.mkdtemp(prefix="skloki-kernels-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _forget_unused(base: Path) -> None:
    """Remove folders of other sources that nobody has used for long."""
    for folder in base.glob("kernels-" + 16 * "[0-9a-f]"):
        with suppress(OSError):
            if folder.stat().st_mtime < time.time() - KEPT_DAYS * 86400:
                shutil.rmtree(folder, ignore_errors=True)


class _Locator(InTreeCacheLocator):
    """Keeps compiled functions in the package's own folder, whatever the settings of numba are."""

    def get_cache_path(self) -> str:
        below = self.get_suitable_cache_subpath(self._py_file)  # type: ignore[no-untyped-call]
        return str(cache_folder() / below)


class _Kept(CompileResultCacheImpl):
    _locator_classes = [_Locator]


class _Cache(FunctionCache):
    """Numba's cache, made safe for several processes, full disks and damaged files.

    Attributes
    ----------
    what
        What to call the function when its compilation is announced; not announced if empty.
    """

    _impl_class = _Kept
    what = ""
    _began: float | None = None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled function of a signature, or None: then it is going to be compiled."""
        try:
            found = super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:  # a damaged file: begin anew
            found = None
            with suppress(OSError):
                self.flush()  # type: ignore[no-untyped-call]
        if found is None and self.what and on_compile:
            self._began = time.monotonic()
            on_compile(f"compiling {self.what} for this machine, once: about half a minute")
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the compiled function of a signature, if there is room."""
        # By number alone, two processes may choose one name for the code of different signatures.
        self._cache_file._data_name_pattern = f"{self._impl.filename_base}.{uuid4().hex}.{{number:d}}.nbc"
        with suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        if self._began is not None and on_compile:
            on_compile(f"compiled in {time.monotonic() - self._began:.0f} s")
        self._began = None


# ---------------------------------------------------------------- compiled and interpreted
#: A division by zero gives inf or nan; no door for C.
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True}


class _Part(JITCodeLibrary):
    """Intermediate code of a kernel, for callers to link: LLVM optimises it there, with all else, and only there.

    Numba would optimise it and make machine code of it by itself, and optimise it again in each caller and each caller
    of these: a third of the time that compiling took.
    """

    def _optimize_final_module(self) -> None:
        """Leave it to the caller."""

    def _finalize_final_module(self) -> None:
        self._finalized = True


class _PartCompiler(Compiler):
    def define_pipelines(self) -> Any:
        """Return numba's passes, having made what they fill."""
        state = self.state
        state.library = _Part(state.targetctx.codegen(), state.func_id.func_qualname)  # type: ignore[no-untyped-call]
        state.flags.no_compile = True
        return super().define_pipelines()  # type: ignore[no-untyped-call]


def _part(function: Any) -> Any:
    """Return what callers compile a function to: nothing that Python could call."""
    options = _OPTIONS | {"no_cpython_wrapper": True, "pipeline_class": _PartCompiler}
    part: Any = numba.njit(**options)(function)
    find = part.get_call_template
    part.get_call_template = lambda args, kws: find(
        [_general(kind) for kind in args], {name: _general(kind) for name, kind in kws.items()}
    )

    def add_overload(made: Any) -> None:
        known = made._replace(entry_point=object())  # by which a caller's lowering finds it
        part.targetctx.insert_user_function(known.entry_point, known.fndesc, [known.library])
        part.overloads[tuple(known.signature.args)] = known

    part.add_overload = add_overload
    return part


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a pure function; its Python form stays at ``.py_func``.

    Only + - * / sqrt, comparisons and integers may be used inside, so that every engine and
    machine computes the same bits (docs/arithmetic.md). No fastmath: it would contract and
    reorder operations. With NUMBA_DISABLE_JIT=1 it stays as it is. It is compiled twice where both
    Python and kernels call it.
    """
    compiled: Any = numba.njit(**_OPTIONS)(function)
    if hasattr(compiled, "py_func"):
        compiled.part = _part(function)
        compiled.get_call_template, compiled.get_overload = compiled.part.get_call_template, compiled.part.get_overload
        with suppress(OSError, RuntimeError):  # nowhere to keep it: it is compiled each time
            compiled._cache = _Cache(function)  # type: ignore[no-untyped-call]
    else:
        compiled.py_func = compiled
    KERNELS.append(compiled)
    return compiled


def _general(kind: Any) -> Any:
    """Return the type with which a callee is compiled: signed integers and truth values have 64 bits, none is built in.

    Numba would compile a callee anew for each width of integer, for truth values beside these, and for each literal
    argument.
    """
    kind = types.unliteral(kind)  # type: ignore[no-untyped-call]
    whole = isinstance(kind, types.Boolean) or isinstance(kind, types.Integer) and getattr(kind, "signed", False)
    return types.int64 if whole else kind


def inlined(compiled: Callable[P, R]) -> Callable[P, R]:
    """Have a kernel copied into its callers, so that loops over it run several wide; decorates a kernel."""
    part = getattr(compiled, "part", None)  # none where compilation is disabled
    if part is not None:
        part.targetoptions["forceinline"] = True
    return compiled


def announced(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have ``on_compile`` told, by a name, when a kernel has to be compiled: decorates an entry point."""

    def mark(compiled: Any) -> Any:
        if isinstance(getattr(compiled, "_cache", None), _Cache):
            compiled._cache.what = what
        return compiled

    return mark


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
