"""Files that are no scenarios, and files that extend what they cannot."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import Problem, UserError
from sim.scenario import files
from sim.scenario.load import load

Save = Callable[..., Path]
Refused = Callable[..., list[Problem]]
RefusedOnce = Callable[..., Problem]


def test_a_missing_file_names_the_nearest(save: Save, tmp_path: Path, the_problem: RefusedOnce):
    assert the_problem("historcal").suggestion == "historical"
    save("", "my-world.toml")
    problem = the_problem(tmp_path / "my-word.toml")
    assert (problem.where, problem.suggestion) == (str(tmp_path / "my-word.toml"), "my-world.toml")
    problem = the_problem(save('\nextends = "histrical.toml"\n'))
    assert (problem.where, problem.field, problem.suggestion) == ("mine.toml:3", "extends", "historical.toml")
    assert '"histrical.toml", no such file' in problem.found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "a binary file"),
        ('title = "é"\n'.encode("latin-1"), "not UTF-8 (line 1)"),
        ('title = "x"\n'.encode("utf-16"), "not UTF-8"),
        (b'title = "' + b"x" * 30_000 + b'"', "a line that is too long"),
        (b'title = "t"\na = ' + b"[" * 4000 + b"]" * 4000, "nested too deeply"),
        (b'title = "t"\n' + b".".join([b"a"] * 4000) + b" = 1", "nested too deeply"),
        (b'title = "t"\n[run]\nseed = ' + b"1" * 5000, "too many digits"),
        (b"", "nothing"),
    ],
)
def test_files_that_are_no_scenarios(tmp_path: Path, content: bytes, found: str, the_problem: RefusedOnce):
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    assert found in the_problem(path).found


def test_a_file_of_100_megabytes_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, the_problem: RefusedOnce
):
    path = tmp_path / "large.toml"
    with path.open("wb") as stream:
        stream.truncate(100 * 2**20)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("it was opened"))
    assert the_problem(path).found == "a file of 100.0 MiB"


def test_a_directory_a_pipe_and_impossible_names(tmp_path: Path, the_problem: RefusedOnce):
    assert the_problem(tmp_path).found == "a directory"
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in the_problem(tmp_path / "pipe").found
    assert "cannot be read" in the_problem("x" * 5000).found
    assert "cannot be read" in the_problem("a\0b").found
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    assert "cannot be read" in the_problem(tmp_path / "loop.toml").found


def test_a_file_that_may_not_be_read(save: Save, monkeypatch: pytest.MonkeyPatch, the_problem: RefusedOnce):
    path = save("")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    assert the_problem(path).found == "a file that cannot be read (permission denied)"


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("[period]\nstart = 1921-01\n", 3, 'months in quotes: "1921-01"'),
        ("[period]\nstart = 1921-01 # soon\n", 3, "months in quotes"),
        ("[period\n", 2, "TOML"),
        ("title = 'again'\n", 2, "TOML"),
        ('[period]\nstart = "1921', 3, "TOML"),
        ("a = [1,\n2\n", 4, "TOML"),
    ],
)
def test_broken_toml_names_the_line(save: Save, text: str, line: int, hint: str, the_problem: RefusedOnce):
    problem = the_problem(save(text))
    assert problem.where == f"mine.toml:{line}"
    assert hint in problem.allowed


def test_cycles_are_shown(save: Save, the_problem: RefusedOnce):
    save('extends = "c.toml"\n', "b.toml")
    save('\nextends = ["historical", "mine.toml"]\n', "c.toml")
    problem = the_problem(save('extends = "b.toml"\n'))
    assert (problem.where, problem.field) == ("c.toml:3", "extends")
    assert problem.found == "a cycle: mine.toml -> b.toml -> c.toml -> mine.toml"
    assert the_problem(save('extends = "self.toml"', "self.toml")).found == "a cycle: self.toml -> self.toml"


def test_too_many_levels_are_refused(save: Save, the_problem: RefusedOnce):
    for i in range(20):
        path = save(f'extends = "{i + 1}.toml"\n', f"{i}.toml")
    save("", "20.toml")
    assert "more than 16 levels" in the_problem(path.parent / "0.toml").found
    assert load(path.parent / "5.toml").scenario.title == "t"  # sixteen files


@pytest.mark.parametrize("value", ["3", "[3]", "''", "{}", "true"])
def test_extends_takes_names_only(save: Save, value: str, the_problem: RefusedOnce):
    problem = the_problem(save(f"extends = {value}\n"))
    assert (problem.where, problem.field) == ("mine.toml:2", "extends")


def test_shipped_scenarios_are_found_in_a_checkout_and_in_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for root, name in ((tmp_path / "scenarios", "outside"), (tmp_path / "src" / "sim" / "scenarios", "inside")):
        monkeypatch.setattr(files, "__file__", str(tmp_path / "src" / "sim" / "scenario" / "files.py"))
        root.mkdir(parents=True)
        (root / f"{name}.toml").write_text('title = "t"')
        assert list(files.shipped()) == [name]


@given(st.binary(max_size=200))
def test_no_file_gives_a_traceback(content: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.toml"
        path.write_bytes(content)
        with pytest.raises(UserError):
            load(path)
