"""The cache of compiled functions cannot be stale: what its folder's name depends on."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from pathlib import Path
from typing import Any

import numba
import pytest

import sim.draws
import sim.engines
import sim.inference
import sim.mechanisms
from sim import kernel as kernel_module
from sim.kernel import KERNEL_SOURCES, KERNELS
from sim.mechanisms.vacancies import unfit_chance
from tests.copies import PACKAGE, copied, outcome, run, sources, start
from tests.frozen import Tracer


def fresh_hash() -> str:
    return kernel_module.source_hash.__wrapped__()


def test_kernels_are_kept_in_a_folder_named_by_the_source_hash() -> None:
    assert fresh_hash() == kernel_module.source_hash()
    assert len(fresh_hash()) == 16 and int(fresh_hash(), 16) >= 0
    unfit_chance(0.02, 2.0, 0.0)
    kept_in = Path(unfit_chance.stats.cache_path)  # type: ignore[attr-defined]
    assert kernel_module.cache_folder() in kept_in.parents


def test_every_source_of_kernels_enters_the_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = copied(tmp_path)
    monkeypatch.setattr(kernel_module, "_ROOT", package)
    before = fresh_hash()
    assert before == kernel_module.source_hash(), "the hash depends on sources, not on where they lie"
    seen = {before}
    files = sources(package)
    named = {"arithmetic.py", "addressed.py", "philox.py", "kernel.py", "decision_points.py"}
    assert named <= {file.name for file in files}
    for file in files:
        file.write_text(file.read_text("utf-8") + "\n", "utf-8")
        assert fresh_hash() not in seen, file.name
        seen.add(fresh_hash())
    for room in ("mechanisms", "engines/compiled"):
        (package / room / "new_room.py").write_text("")
        assert fresh_hash() not in seen, room
        seen.add(fresh_hash())


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        (kernel_module.numba, "__version__", "0.1"), (kernel_module.np, "__version__", "1.0"),
        (kernel_module.llvmlite, "__version__", "0.1"), (sys, "version_info", (3, 99, 0)),
        (numba.core.config, "BOUNDSCHECK", 1), (numba.core.config, "OPT", 0),
    ],
)  # fmt: skip
def test_versions_and_settings_enter_the_hash(
    where: Any, name: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, value)
    assert fresh_hash() != kernel_module.source_hash()


def test_every_named_source_exists() -> None:
    assert all((PACKAGE / name).exists() for name in KERNEL_SOURCES)


def import_all(package: Any) -> None:
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)


def test_all_that_is_frozen_into_kernels_comes_from_hashed_files() -> None:
    """Their own code, that of callees, and every constant, through whatever modules it was derived.

    Chains are no part of the model: they hang on hashed files and on their own, which numba's index looks at.
    """
    for room in (sim.draws, sim.mechanisms, sim.engines, sim.inference):
        import_all(room)
    tracer, hashed = Tracer(PACKAGE), set(sources(PACKAGE))
    ours = [k.py_func for k in KERNELS if k.py_func.__module__.startswith("sim.")]
    assert len(ours) > 50
    for function in ours:
        own = Path(sys.modules[function.__module__].__file__ or "")
        chains = own == PACKAGE / "inference" / "walk.py"
        followed = Tracer(PACKAGE) if chains else tracer
        followed.follow(own, function.__name__)
        looked_at = hashed | {own} if chains else hashed
        assert followed.files <= looked_at, f"{function.__module__}.{function.__name__}: {followed.files - hashed}"


def test_nothing_is_compiled_but_by_kernel() -> None:
    """What numba compiles by itself would be kept under its own rules, and not be held to plain arithmetic."""
    for file in set(PACKAGE.rglob("*.py")) - {PACKAGE / "kernel.py"}:
        assert not re.search(r"\b(n?jit|vectorize|guvectorize|stencil|cfunc)\b", file.read_text("utf-8")), file


@pytest.mark.parametrize(
    "source",
    [
        "from pack.far import X\ndef f(): return X",
        "from pack.far import X as Y\nZ = [Y + 1]\nW, V = Z[0], 2\ndef f(): return V",
        "import pack.far\ndef f(): return pack.far.X",
        "import pack.far as far\nA = {1: far.X}\ndef f(): return A",
        "from pack import far\ndef g(): return far.X\ndef f(): return g()",
        "from pack.near import Y\ndef f(): return Y",
        "A = {}\nif True:\n    from pack.far import X\n    for i in (1, 2):\n        A[i] = X\ndef f(): return A[1]",
    ],
)
def test_a_constant_is_traced_to_where_it_was_made(source: str, tmp_path: Path) -> None:
    package = tmp_path / "pack"
    package.mkdir()
    modules = {"__init__": "", "far": "X = 1", "near": "from pack.far import X\nY = X + 1", "at": source}
    for name, text in modules.items():
        (package / f"{name}.py").write_text(text)
    tracer = Tracer(package)
    tracer.follow(package / "at.py", "f")
    assert package / "far.py" in tracer.files
    other = Tracer(package)
    other.follow(package / "far.py", "X")
    assert other.files == {package / "far.py"}


# ---------------------------------------------------------------- a change is picked up at once


@pytest.mark.exhaustive
def test_a_changed_callee_in_another_file_is_not_answered_from_the_cache(tmp_path: Path) -> None:
    package = copied(tmp_path)
    value, hits, folder = run(package)
    assert (value, hits) == (0.25, 0)
    assert run(package) == (0.25, 1, folder), "an unchanged source is answered from the cache"
    callee = package / "mechanisms" / "arithmetic.py"
    text = callee.read_text("utf-8")
    assert text.count("return 0.5 + 0.5 * h") == 1
    callee.write_text(text.replace("return 0.5 + 0.5 * h", "return 0.75 + 0.5 * h"), "utf-8")
    value, hits, changed = run(package)
    assert (value, hits) == (0.375, 0), "stale: the caller's file is unchanged, but what it calls is not"
    assert changed != folder


@pytest.mark.exhaustive
def test_a_changed_constant_of_another_room_is_not_answered_from_the_cache(tmp_path: Path) -> None:
    package = copied(tmp_path)
    (package / "engines" / "compiled" / "__init__.py").write_text("""
from sim.kernel import kernel
from sim.registry.decision_points import DECISION_POINTS
NUMBER = DECISION_POINTS["threat"].number
@kernel
def number(x):
    return x + NUMBER
""")
    program = "from sim.engines.compiled import number; print(number(0), sum(number.stats.cache_hits.values()))"
    assert outcome(start(package, program)) == ["1", "0"]
    points = package / "registry" / "decision_points.py"
    points.write_text(points.read_text("utf-8").replace('Point(1, "threat"', 'Point(1001, "threat"'), "utf-8")
    assert outcome(start(package, program)) == ["1001", "0"]
