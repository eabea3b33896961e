"""Experiments over a small world, and what is said of those that are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import UserError
from sim.experiment.experiment import Experiment
from sim.experiment.load import load_experiment
from tests.pieces import HEAD
from tests.small import YEAR


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Experiment]:
    """Return what reads an experiment over a small world; other files may be given by name."""
    (tmp_path / "small.toml").write_text(f'title = "Small"\n{YEAR}[run]\nseed = 77\nreplicates = 9\n')

    def read(text: str, head: str = HEAD, **files: str) -> Experiment:
        for name, content in files.items():
            (tmp_path / name.replace("__", ".")).write_text(content)
        path = tmp_path / "e.toml"
        path.write_text(head + text)
        return load_experiment(path)

    return read


@pytest.fixture
def refused(read: Callable[..., Experiment]) -> Callable[..., list[str]]:
    def refused(text: str, head: str = HEAD, **files: str) -> list[str]:
        with pytest.raises(UserError) as caught:
            read(text, head, **files)
        return [str(problem) for problem in caught.value.problems]

    return refused
