"""Which model this is: a hash of everything that decides a run's numbers, by what it does and not by how it is told.

Comments, docstrings and the names of source files do not count. Where the hash has changed, rows decide: see
`sim.runner.compatibility`.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import Lock

from sim import version
from sim.kernel import KERNEL_SOURCES

#: Beside what is compiled: worlds and their data, what makes a world of an experiment, and what is kept of a run
#: and how.
OTHERS = (
    "world", "data", "data/csv", "scenario/layers.py", "scenario/schema.py", "results/columns.py",
    "results/run_rows.py", "runner/chunk_rows.py", "runner/chunks.py", "runner/place_rows.py",
    *(f"analysis/{name}.py" for name in ("archive", "bands", "observables", "scores", "targets")),
    *(f"experiment/{name}.py" for name in ("experiment", "horizons", "plan")),
    *(f"registry/{name}.py" for name in ("derived", "mechanisms", "observables", "readiness", "versions")),
)  # fmt: skip
UNSAID = ("type_params", "type_ignores", "type_comment", "kind")
"""Fields of Python's syntax trees that not every version has, or that mean nothing when a program runs."""


_PARSING = Lock()  # of two threads that parse at once, some interpreters count each other's depth


def model() -> str:
    """Return the hash, 16 hexadecimal digits; the same on every machine and interpreter."""
    with _PARSING:
        return _model()


@cache
def _model() -> str:
    return _of(KERNEL_SOURCES + OTHERS)


@cache
def kernels() -> str:
    """Return the hash of what is compiled alone: of two models that agree in it the engine is the same."""
    return _of(KERNEL_SOURCES)


def _of(names: Iterable[str]) -> str:
    root = Path(version.__file__).parent
    places = [root / name for name in names]
    files = {file for place in places for file in ([place] if place.is_file() else place.glob("*.*"))}
    return hash_of(file for file in files if file.suffix in (".py", ".csv"))


def hash_of(files: Iterable[Path]) -> str:
    """Return the hash of sources and tables, in whatever order and folders they stand."""
    digests = sorted(hashlib.sha256(_content(file)).digest() for file in files)
    return hashlib.sha256(b"".join(digests)).hexdigest()[:16]


def _content(file: Path) -> bytes:
    if file.suffix == ".py":
        return form(ast.parse(file.read_bytes())).encode()
    # A table is found by its name. Lines may end otherwise where a checkout says so.
    return file.name.encode() + b"\n" + file.read_bytes().replace(b"\r\n", b"\n")


def form(node: object) -> str:
    """Return a syntax tree as a text that is the same for all versions of Python: without what is empty or told.

    Of what is imported from this package only the names count, not from where: a file may move.
    """
    if isinstance(node, list):
        return f"[{','.join(form(item) for item in node if not _is_idle(item))}]"
    if not isinstance(node, ast.AST):
        return ascii(node)
    fields = {name: value for name, value in ast.iter_fields(node) if name not in UNSAID and value not in (None, [])}
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sim":
        del fields["module"]
    return f"{type(node).__name__}({','.join(f'{name}={form(value)}' for name, value in fields.items())})"


def _is_idle(node: object) -> bool:
    """Say whether a statement does nothing when the program runs: a docstring, or imports for type checkers."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    if not isinstance(node, ast.If) or node.orelse:
        return False
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
