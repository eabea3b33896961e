"""What tests of scenario files share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import Problem, UserError
from sim.scenario.load import load


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Write a scenario file, with a title on line 1 unless told otherwise."""

    def write(text: str, name: str = "mine.toml", title: bool = True) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(('title = "t"\n' if title else "") + text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def problems() -> Callable[..., list[Problem]]:
    """Load what must be refused, and return why."""

    def refused(path: Path | str, *sets: str) -> list[Problem]:
        with pytest.raises(UserError) as caught:
            load(path, sets)
        return list(caught.value.problems)

    return refused


@pytest.fixture
def the_problem(problems: Callable[..., list[Problem]]) -> Callable[..., Problem]:
    """Load what must be refused for one reason, and return it."""

    def refused(path: Path | str, *sets: str) -> Problem:
        (problem,) = problems(path, *sets)
        return problem

    return refused
