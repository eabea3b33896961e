"""The house: no import goes in a circle, no room holds too much, none is named like a verb of the package.

That rooms import downwards only is the contract of `lint-imports`; circles within a room, and those of imports inside
functions or for types alone, are looked for here.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).parent
ROOT = Path(__file__).parents[1]
LARGEST = 0.2
"""Share of the package's lines that a room may hold."""


def modules(package: Path) -> dict[str, Path]:
    """Return the files of a package by module, without its own face, whose verbs load what they need."""
    found = {}
    for path in package.rglob("*.py"):
        name = ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        found[name] = path
    return {name: path for name, path in found.items() if name != package.name}


def statements(body: list[ast.AST], *, types: bool) -> Iterator[ast.AST]:
    """Yield statements and those within them; where `types` is false, not those for types alone."""
    for node in body:
        yield node
        if types or not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            for inner in ("body", "orelse", "handlers", "finalbody", "cases"):
                yield from statements(getattr(node, inner, []), types=types)


def imports(path: Path, known: dict[str, Path], *, types: bool = True) -> set[str]:
    """Return the modules that a module imports, wherever in it and for whatever, or all but those for types alone."""
    found = set()
    for node in statements([ast.parse(path.read_text("utf-8"))], types=types):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            within = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= within & known.keys() or {str(node.module)}
    return found & known.keys()


def circle(package: Path) -> list[str]:
    """Return some modules that import one another, the first again at the end; none if there are none."""
    known = modules(package)
    try:
        TopologicalSorter({name: imports(path, known) - {name} for name, path in known.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_import_goes_in_a_circle() -> None:
    assert len(modules(PACKAGE)) > 150
    assert circle(PACKAGE) == []


@pytest.mark.parametrize(
    "back",
    ["import pack.one", "from pack import one", "from pack.one import x", "def f():\n    from pack.one import x",
     "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pack.one import x"],
)  # fmt: skip
def test_a_circle_is_seen(back: str, tmp_path: Path) -> None:
    package = tmp_path / "pack"
    (package / "room").mkdir(parents=True)
    for name, text in {"__init__": "import pack.one", "one": "from pack.room import two\nx = 1",
                       "room/__init__": "", "room/two": ""}.items():  # fmt: skip
        (package / f"{name}.py").write_text(text)
    assert circle(package) == []
    (package / "room" / "two.py").write_text(back)
    assert set(circle(package)) == {"pack.one", "pack.room.two"}


def test_no_room_holds_too_much() -> None:
    lines: dict[str, int] = {}
    for path in modules(PACKAGE).values():
        room = path.relative_to(PACKAGE).parts[0]
        lines[room] = lines.get(room, 0) + len(path.read_text("utf-8").splitlines())
    assert {room for room, number in lines.items() if number > LARGEST * sum(lines.values())} == set()


def test_no_room_is_named_like_a_verb() -> None:
    rooms = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in modules(PACKAGE).values()}
    assert "engines" in rooms and not rooms & set(sim.__all__)


def test_the_table_of_rooms_is_in_the_order_of_the_contract():
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    layers = [re.findall(r"\w+", layer) for layer in reversed(contract["layers"])]
    told = re.findall(r"^\| (`sim/.*?) \|", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    rooms = [re.findall(r"`sim/(\w+)", names) for names in told]
    at = {room: place for place, layer in enumerate(layers) for room in layer}
    assert {room for row in rooms for room in row} == at.keys() - {"__main__"}
    order = [sorted(at[room] for room in row) for row in rooms]
    assert all(above[-1] <= below[0] for above, below in pairwise(order)), order
