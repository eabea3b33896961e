"""What all tests share: repeatable examples, exact baselines, and what tries the commands."""

from __future__ import annotations

import gc
import importlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from sim import figures
from sim.doors.cli import call
from sim.figures import style
from tests.small import SMALL

# The same examples every time, so that a red run can be repeated; no deadline, since a first call compiles.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.register_profile("brief", settings.get_profile("repeatable"), max_examples=30)


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples where what is exhaustive is left out."""
    settings.load_profile("brief" if "not exhaustive" in config.option.markexpr else "repeatable")


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


@pytest.fixture(scope="session", autouse=True)
def unwaited() -> Iterator[None]:
    """Have nobody wait for the disk: no test loses power. Those in which a disk fails put their own in its place."""
    with pytest.MonkeyPatch.context() as here:
        here.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def frozen() -> Iterator[None]:
    """Have what was loaded before the first test looked through for garbage never again: most there is.

    And what is new not as often as is usual: pictures are made of a great many things.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()


@pytest.fixture(autouse=True)
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pictures written in few dots: tests of pictures have them as they are."""
    monkeypatch.setitem(style.SETTINGS, "savefig.dpi", 40.0)


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    """Write a small world as a file, ``small.toml``."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of the test's own, on a terminal of 120 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def skloki(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Carry out a command here: skloki("run", ...) -> (exit code, output, errors)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = call([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return run


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each command draw one picture instead of all: they have their own tests."""

    def draw_all(shown: object, folder: Path, svg: bool = False) -> list[Path]:
        folder.mkdir(exist_ok=True)
        (folder / "one.png").write_bytes(b"picture")
        return [folder / "one.png"]

    monkeypatch.setattr("sim.figures.draw_all", draw_all)


@pytest.fixture
def unwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pictures made and not written."""
    monkeypatch.setattr("sim.figures.style.save", lambda figure, folder, stem, svg: [folder / f"{stem}.png"])


@pytest.fixture
def undrawn(unwritten: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have tables of pictures read, and nothing drawn of them."""
    monkeypatch.setattr(figures, "pages", lambda stored, what, **asked: (
        (stem, None) for stem, _ in figures._tables(stored, what, asked)))  # fmt: skip


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], set[int]]:
    """Have replicates of an engine fail: failing("compiled") -> the numbers of those that do, to be filled."""

    def of(engine: str) -> set[int]:
        module = importlib.import_module(f"sim.engines.{engine}")
        simulate, numbers = module.simulate, set[int]()

        def some(world: Any, replicate: int, on_month: Any = None, *, events: bool = True) -> Any:
            if replicate in numbers:
                raise ZeroDivisionError("by nobody")
            return simulate(world, replicate, on_month, events=events)

        monkeypatch.setattr(module, "simulate", some)
        return numbers

    return of
