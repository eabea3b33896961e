"""Where what is frozen into a kernel comes from: a slice through the package's modules, by their syntax.

Numba freezes into compiled code what a kernel reads at module level. Where such a value was made
follows from the statement that binds its name, the names in that statement, and so on through
imports: every file on the way can change what is compiled.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

#: By name: the statements that bind it at module level.
Bindings = dict[str, list[ast.stmt]]
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@cache
def bindings(file: Path) -> Bindings:
    """Return what a module binds, and how."""
    found: Bindings = {}
    for statement in _statements(ast.parse(file.read_text("utf-8")).body):
        for name in _bound(statement):
            found.setdefault(name, []).append(statement)
    return found


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of module level, those inside ``if``, ``for``, ``with`` and ``try`` too."""
    for statement in body:
        yield statement
        if not isinstance(statement, SCOPES):
            for part in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(statement, part, []))
            for handler in getattr(statement, "handlers", []):
                yield from _statements(handler.body)


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, SCOPES):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            assert alias.name != "*", "what a star brings in cannot be followed"
            yield alias.asname or alias.name.partition(".")[0]
    else:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
                yield node.id
            elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
                yield from (inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name))


class Tracer:
    """Follows names through a package.

    Attributes
    ----------
    files
        All files that were met.
    """

    def __init__(self, package: Path) -> None:
        self.package = package
        self.files: set[Path] = set()
        self._seen: set[tuple[Path, str]] = set()

    def follow(self, file: Path, name: str) -> None:
        """Find the files on which the value of a module's name depends."""
        if (file, name) in self._seen:
            return
        self._seen.add((file, name))
        for statement in bindings(file).get(name, []):
            self.files.add(file)
            if isinstance(statement, ast.ImportFrom):
                self._from(statement, name)
            elif isinstance(statement, ast.Import):
                for alias in statement.names:
                    if (alias.asname or alias.name.partition(".")[0]) == name and (module := self._file(alias.name)):
                        self.files.add(module)
            else:
                self._names(file, statement)

    def _from(self, statement: ast.ImportFrom, name: str) -> None:
        assert statement.level == 0, "relative imports are not followed"
        for alias in statement.names:
            if (alias.asname or alias.name) != name:
                continue
            if module := self._file(f"{statement.module}.{alias.name}"):
                self.files.add(module)
            elif module := self._file(statement.module or ""):
                self.follow(module, alias.name)

    def _names(self, file: Path, statement: ast.stmt) -> None:
        """Follow all names of a statement; annotations make no values."""
        for node in _without_annotations(statement):
            if isinstance(node, ast.Attribute) and (module := self._module(file, node.value)):
                self.follow(module, node.attr)
            elif isinstance(node, ast.Name) and node.id in bindings(file):
                self.follow(file, node.id)

    def _module(self, file: Path, node: ast.expr) -> Path | None:
        """Return the file of the module that an expression stands for."""
        if not isinstance(node, ast.Name):
            return self._file(ast.unparse(node))
        for statement in bindings(file).get(node.id, []):
            if isinstance(statement, ast.ImportFrom):
                names = {alias.asname or alias.name: alias.name for alias in statement.names}
                return self._file(f"{statement.module}.{names[node.id]}")
            if isinstance(statement, ast.Import):
                names = {alias.asname: alias.name for alias in statement.names if alias.asname}
                return self._file(names.get(node.id, node.id))
        return None

    def _file(self, module: str) -> Path | None:
        """Return the file of a module of the package; None for everything else."""
        first, *rest = module.split(".")
        if first != self.package.name:
            return None
        path = self.package.joinpath(*rest)
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file
        return None


def _without_annotations(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns"):
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, ast.AST):
                    yield from _without_annotations(inner)
