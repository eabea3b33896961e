"""What all tests share: repeatable examples, and exact baselines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The same examples every time, so that a red run can be repeated; no deadline, since a first call compiles.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-baseline", action="store_true", help="rewrite stored baselines, on purpose")


@pytest.fixture
def baseline(request: pytest.FixtureRequest) -> Callable[[str, Any], None]:
    """Compare exactly with ``baselines/NAME.json`` beside the test, or rewrite it if asked to.

    Floats are kept as their shortest repr, which restores the same bits.
    """
    folder = Path(request.path).parent / "baselines"

    def compare(name: str, value: Any) -> None:
        file = folder / f"{name}.json"
        if request.config.getoption("--refresh-baseline"):
            folder.mkdir(exist_ok=True)
            file.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        assert file.exists(), f"{file.name} does not exist; `make baseline` writes it"
        stored = json.loads(file.read_text(encoding="utf-8"))
        assert json.loads(json.dumps(value)) == stored, "differs from the baseline; if that is meant: `make baseline`"

    return compare
