"""Scenario files: where they lie, how they are read, and what they extend."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.errors import Problem, UserError, nearest
from sim.scenario.file_form import FileForm, show
from sim.scenario.format import FORM
from sim.scenario.layers import KeyPath, Layer, dotted, scan
from sim.scenario.texts import Unreadable, read_text

LONGEST_CHAIN = 16
DEEPEST = 32  # tables in tables; the format needs five
LONG = 2**16  # characters of a file from which on it is read again each time: a hundred such would fill memory
#: What a file keeps to itself: it says what that file is about.
OWN_KEYS = ("title", "why")
DICT = "dict"
"""What problems call a scenario that was handed in as a dict."""

_UNQUOTED_MONTH = re.compile(r"=\s*\d{4}-\d{2}\s*(?:#.*)?$")


def shipped(form: FileForm[Any] = FORM) -> dict[str, Path]:
    """Return the files of a format that come with the package, by name: unless told otherwise, the scenarios."""
    package = Path(__file__).resolve().parents[1]
    # in an installed package beside the rooms, in a checkout at the root of the project
    for folder in (package / form.folder, package.parents[1] / form.folder):
        found = {path.stem: path for path in sorted(folder.glob("*.toml")) if not form.mark or form.mark in keys(path)}
        if found:
            return found
    return {}


def locate(path_or_name: str | Path, form: FileForm[Any] = FORM) -> Path:
    """Return the file that a path or the name of a shipped file means."""
    if not isinstance(path_or_name, str | os.PathLike):
        raise UserError(Problem(form.called, found=show(path_or_name), allowed=form.sought))
    path = Path(path_or_name)
    if path.parent != Path() or path.is_absolute() or (path.suffix == ".toml" and exists(path)):
        return path
    return shipped(form).get(path.stem if path.suffix == ".toml" else str(path_or_name), path)


def keys(path: Path) -> frozenset[str]:
    """Return the keys at the top of a file; none where it cannot be read."""
    try:
        return frozenset(_read(read_text(path))[0])
    except (Unreadable, ValueError, RecursionError, OSError):
        return frozenset()


def exists(path: Path) -> bool:
    """Return whether there is such a file or folder; a name that none can have names none."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def read_files(source: Path | Mapping[str, Any]) -> Stack:
    """Return the layers of a scenario file, or of what stands in one as a dict: first those that it extends."""
    stack = Stack()
    if isinstance(source, Path):
        stack.read(source, Problem(str(source)), ())
    else:
        try:
            stack.lay(Layer(DICT, plain(source), folder=Path()), Path(DICT))
        except RecursionError:
            stack.refuse(too_deep(DICT, "a dict"))
    for layer in stack.layers[:-1]:
        _without_own(layer)
    return stack


def read_experiment(path: Path, form: FileForm[Any]) -> Layer:
    """Return the tables of an experiment file."""
    stack = Stack()
    try:
        layer = stack.layer(path, read_file(path, form))
    except Unreadable as why:
        raise UserError(Problem(str(path), "", why.found, why.allowed, why.suggestion)) from None
    if layer is None:
        raise UserError(stack.problems)
    return layer


def read_named(own: Layer, path: Path, names: Mapping[KeyPath, Any], done: Iterable[str] = ()) -> Stack:
    """Return the layers of the scenarios that an experiment names, wrong values noted and left out.

    Names are given by where they stand in the experiment's own layer, ``done`` are files that lie below already.
    """
    stack = Stack(done=set(done))
    for where, name in names.items():
        stack.extend(own, where, name, (path,), dotted(where))
    for layer in stack.layers:
        _without_own(layer)
        FORM.clean(layer)
        stack.problems += layer.problems()
    return stack


def _without_own(layer: Layer) -> None:
    for key in OWN_KEYS:
        layer.table.pop(key, None)


@dataclass
class Stack:
    """Layers from the bottom up, and the problems met in reading them.

    Files are read depth first; a file that is met twice is laid once, where it came first.
    """

    layers: list[Layer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True  # false where a layer could not be read, so that nothing can be said of the whole
    done: set[str] = field(default_factory=set)  # files that are laid, and are not laid again
    labels: set[str] = field(default_factory=set)  # names by which problems call files

    def refuse(self, problem: Problem) -> None:
        """Note that a layer could not be read."""
        self.problems.append(problem)
        self.complete = False

    def read(self, path: Path, asked: Problem, chain: tuple[Path, ...]) -> None:
        """Lay a file on the stack, after those that it extends; ``asked`` says where, ``chain`` led here."""
        if _identity(path) in self.done:
            return
        try:
            layer = self.layer(path, read_file(path))
        except Unreadable as why:
            # of the file named on the command line the name says where, of another the line that names it
            found = f"{asked.found}, {why.found}" if asked.field else why.found
            return self.refuse(Problem(asked.where, asked.field, found, why.allowed, why.suggestion))
        if layer is not None:
            self.lay(layer, path, chain)

    def lay(self, layer: Layer, path: Path, chain: tuple[Path, ...] = ()) -> None:
        """Lay a layer on the stack, after the files that it extends; ``path`` says beside what these may stand."""
        bases = layer.table.pop("extends", [])
        several = isinstance(bases, list)
        for i, name in enumerate(bases if several else [bases]):
            self.extend(layer, ("extends", i) if several else ("extends",), name, (*chain, path))
        self.done.add(_identity(path))
        self.layers.append(layer)

    def layer(self, path: Path, text: str) -> Layer | None:
        """Return the tables of a file; nothing, and a problem on the stack, if its text is not TOML."""
        label = f"{path.parent.name}/{path.name}" if path.name in self.labels else path.name
        self.labels.add(label)
        try:
            table, lines = _read(text)
            return Layer(label, plain(table), dict(lines), folder=path.parent)
        except RecursionError:
            self.refuse(too_deep(label, "a file"))
        except ValueError as error:
            self.refuse(_not_toml(label, text, error))
        return None

    def extend(self, layer: Layer, where: KeyPath, name: Any, chain: tuple[Path, ...], called: str = "extends") -> None:
        """Lay the file that a layer names at a path on the stack; ``chain`` led here, the layer's own file last."""
        line = layer.where(where)
        if not isinstance(name, str) or not name.strip():
            allowed = "the name of a scenario file, or an array of such names"
            return self.refuse(Problem(line, called, show(name), allowed))
        base = _base(name, chain[-1].parent)
        above = [_identity(path) for path in chain]
        if _identity(base) in above:
            cycle = " -> ".join(path.name for path in (*chain[above.index(_identity(base)) :], base))
            self.refuse(Problem(line, called, f"a cycle: {cycle}", "files that do not extend themselves"))
        elif len(chain) >= LONGEST_CHAIN:
            found, allowed = "files that extend one another over more than", f"at most {LONGEST_CHAIN} levels"
            self.refuse(Problem(line, called, f"{found} {LONGEST_CHAIN} levels", allowed))
        else:
            self.read(base, Problem(line, called, show(name)), chain)


def _read(text: str) -> tuple[Mapping[str, Any], Mapping[KeyPath, int]]:
    """Return the tables of a TOML text and the lines of their keys, of which nothing is changed."""
    return _kept(text) if len(text) < LONG else (tomllib.loads(text), scan(text))


@lru_cache(maxsize=128)
def _kept(text: str) -> tuple[Mapping[str, Any], Mapping[KeyPath, int]]:
    """Read a text once: claims and experiments name the same few files."""
    return tomllib.loads(text), scan(text)


def _identity(path: Path) -> str:
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return str(path)


def _base(name: str, folder: Path) -> Path:
    """Return the file that ``extends`` names: beside the file, else among the shipped ones."""
    beside = folder / name
    for candidate in (beside, folder / f"{name}.toml"):
        if exists(candidate) and not candidate.is_dir():
            return candidate
    return shipped().get(name.removesuffix(".toml"), beside)


def read_file(path: Path, form: FileForm[Any] = FORM) -> str:
    """Return the text of a file of a format; `Unreadable` suggests the nearest one where there is no such file."""
    try:
        return read_text(path, form.called)
    except FileNotFoundError:
        raise Unreadable("no such file", form.sought, _near(path, form)) from None


def _near(path: Path, form: FileForm[Any]) -> str:
    """Return the shipped file or the file beside it that a missing file may have meant."""
    suffix = ".toml" if path.suffix == ".toml" else ""
    try:
        beside = sorted(other.name for other in path.parent.glob("*.toml"))
    except (OSError, ValueError):
        beside = []
    return nearest(path.name, [*(name + suffix for name in shipped(form)), *beside])


def _not_toml(label: str, text: str, error: ValueError) -> Problem:
    match = re.search(r"\(at (?:line (\d+), column \d+|end of document)\)", str(error))
    line = int(match[1]) if match and match[1] else text.count("\n") + 1 if match else 1
    written = text.split("\n")[line - 1] if match else ""
    reason = re.sub(r" \(at .*\)$", "", str(error)) if match else "a number with too many digits"
    allowed = "TOML" + (', with months in quotes: "1921-01"' if _UNQUOTED_MONTH.search(written) else "")
    reason = reason[:1].lower() + reason[1:]
    found = f"{written.strip()[:60]!r}, {reason}" if written.strip() else reason
    return Problem(f"{label}:{line}", found=found, allowed=allowed)


def too_deep(label: str, what: str) -> Problem:
    """Return the problem of tables in tables in tables ..."""
    return Problem(label, found=f"{what} nested too deeply", allowed=f"tables in tables to a depth of {DEEPEST}")


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """Return nested mappings as a file could have given them: texts as keys, lists, numbers of Python, not too deep."""
    if depth == 0:
        raise RecursionError
    if isinstance(value, Mapping):
        return {str(key): plain(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, depth - 1) for inner in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value.tolist() if hasattr(value, "tolist") else value  # a number of numpy, or several
