"""The model's hash: the same while sources do the same, whatever they are called and whatever they say of it."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

import sim
from sim.kernel import KERNEL_SOURCES
from sim.runner import model_version
from sim.runner.model_version import form, hash_of
from tests.test_house import PACKAGE, imports, modules

SOURCE = '''"""What it is."""
from sim.registry.entries import SCOPES

SLAB = 4096
"""How many."""


def twice(x: float) -> float:
    """Return it twice."""
    return 2.0 * x  # both


class Place:
    """A place."""

    size = 1
'''
TABLE = "name,value\nTula,1\nTver,2\n"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Write a source and a table."""
    (tmp_path / "a.py").write_text(SOURCE)
    (tmp_path / "t.csv").write_text(TABLE)
    return [tmp_path / "a.py", tmp_path / "t.csv"]


def changed(files: list[Path], old: str, new: str) -> str:
    """Return the hash when a text is another one in the file that holds it."""
    for file in files:
        text = file.read_text()
        if old in text:
            file.write_text(text.replace(old, new))
            found = hash_of(files)
            file.write_text(text)
            return found
    raise AssertionError(old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# both", "# the one and the other"),
        ("  # both", ""),
        ("Return it twice.", "Return the double."),
        ('    """Return it twice."""\n', ""),
        ('"""How many."""\n', ""),
        ("What it is.", "What it was."),
        ("sim.registry.entries", "sim.words"),
        ("    return", "\n\n    return"),
        ("2.0 * x", "(2.0\n        * x)"),
        ("SLAB = 4096", "if TYPE_CHECKING:\n    from elsewhere import Thing\nSLAB = 4096"),
    ],
)
def test_what_does_the_same_has_the_same_hash(old, new, files):
    before = hash_of(files)
    assert changed(files, old, new) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("4096", "4097"),
        ("2.0 * x", "x * 2.0"),
        ("2.0 * x", "-2.0 * x"),
        ("import SCOPES", "import GRADES as SCOPES"),
        ("size = 1", "size = True"),
        ("return 2.0", "x = 2.0"),
        ("Tver,2", "Tver,3"),
    ],
)
def test_what_does_something_else_has_another(old, new, files):
    before = hash_of(files)
    assert changed(files, old, new) != before


def test_names_of_sources_and_their_order_do_not_count_but_those_of_tables_do(files, tmp_path):
    before = hash_of(files)
    assert hash_of(reversed(files)) == before
    assert hash_of([files[0].rename(tmp_path / "z.py"), files[1]]) == before
    (tmp_path / "z.py").rename(files[0])
    assert hash_of([files[0], files[1].rename(tmp_path / "u.csv")]) != before, "a table is read by its name"


def test_line_ends_do_not_count(files):
    before = hash_of(files)
    for file in files:
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert hash_of(files) == before


def test_versions_of_python_agree():
    function = ast.parse("def f(): return 1").body[0]
    known = form(function)
    function.type_params = [function]  # new in 3.12
    assert form(function) == known
    for empty in ("decorator_list", "returns", "type_comment"):
        delattr(function, empty)  # 3.13 need not have them
    assert form(function) == known
    assert form(ast.Constant("x", kind="u")) == form(ast.Constant("x")) == "Constant(value='x')"
    assert form(ast.Constant("\u2713")) == r"Constant(value='\u2713')", "what can be printed is a matter of versions"
    assert form(ast.parse("{**a, None: 1}")) != form(ast.parse("{**a, **a}"))


#: What chunks import and no figure of a row hangs on: where and how files are stored, what an experiment says of its
#: smallest effects, how older scenarios are read (an experiment is stored renewed), the words of errors.
OF_NO_ROW = {
    "errors.py", "experiment/smallest_effect.py", "results/atomic.py", "results/folder.py",
    "results/manifest.py", "results/sweep_locks.py", "results/sweep_store.py", "scenario/renewal.py", "version.py",
}  # fmt: skip


def test_the_model_is_whatever_decides_a_table():
    hashed = {
        file for name in (*KERNEL_SOURCES, *model_version.OTHERS)
        for file in ([PACKAGE / name] if (PACKAGE / name).is_file() else (PACKAGE / name).glob("*.py"))
    }  # fmt: skip
    known, reached, left = modules(PACKAGE), set[str](), ["sim.runner.chunks", "sim.runner.place_rows"]
    while left:
        if (name := left.pop()) not in reached:
            reached.add(name)
            left += imports(known[name], known, types=False)
    files = {known[name] for name in reached}
    assert {file.relative_to(PACKAGE).as_posix() for file in files - hashed} == OF_NO_ROW
    assert all((PACKAGE / name).exists() for name in model_version.OTHERS)


def test_a_copy_of_the_sources_is_the_same_model(tmp_path, monkeypatch):
    root = Path(sim.__file__).parent
    copy = shutil.copytree(root, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    known = model_version.model()
    monkeypatch.setattr(model_version.version, "__file__", str(copy / "version.py"))
    assert model_version._model.__wrapped__() == known
    table = next((copy / "data" / "csv").glob("*.csv"))
    table.write_text(table.read_text() + "\n")
    assert model_version._model.__wrapped__() != known
