"""The interpreted form of a kernel: same source, no compiled callee."""

from __future__ import annotations

from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
import pytest

from sim.engines.reference import rooms
from sim.kernel import interpreted, interpreted_room, kernel
from sim.mechanisms import arithmetic, congress


def test_callees_are_interpreted_too() -> None:
    plain = interpreted(congress.members_vote)
    assert isinstance(plain, FunctionType)
    assert isinstance(plain.__globals__["link"], FunctionType)
    assert hasattr(congress.link, "py_func"), "the compiled form keeps its compiled callee"


def test_both_forms_give_the_same_bits() -> None:
    for arguments in [(0.5, 0.61, 0.28, 0.03, 0.01, 4.0), (0.1, 0.9, 0.0, 0.0, -0.2, 4.0)]:
        assert interpreted(congress.members_vote)(*arguments) == congress.members_vote(*arguments)


def test_the_reference_engine_sees_every_function_of_a_room() -> None:
    assert set(vars(rooms.arithmetic)) == {"unit", "link", "fresh"}
    assert set(vars(interpreted_room(arithmetic))) == set(vars(rooms.arithmetic))


def inner(x, y):
    return x + y


adding = kernel(inner)


def outer(a):
    total = 0
    for i in range(len(a)):
        total += adding(a[i], ONE) + adding(i, a[i])
    return total


ONE = 1


def test_a_callee_is_compiled_once_for_all_whole_numbers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not anew for each width of integer and each constant: that took twice as long."""
    monkeypatch.setattr("sim.kernel.cache_folder", lambda: tmp_path)
    function: Any = kernel(outer)
    assert function(np.array([5, 7], dtype=np.int32)) == 27
    made: Any = adding
    assert made.part.signatures == [(numba.int64, numba.int64)]
    assert function(np.array([5, 7], dtype=np.int8)) == 27
    assert len(made.part.signatures) == 1
    assert function(np.array([0.5, 7.0])) == 18.0
    assert len(list(tmp_path.rglob("*.nbc"))) == 3, "a callee is kept within its caller, not by itself"
    assert not made.signatures, "nor is machine code made of it by itself"
    assert made(5, 7) == 12 and made.signatures == [(numba.int64, numba.int64)], "unless Python asks for it"


def test_without_a_compiler_kernels_are_plain_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.core.config, "DISABLE_JIT", 1)
    made: Any = kernel(inner)
    assert made is inner and made.py_func is inner
    assert made(1, 2) == interpreted(made)(1, 2) == 3
    room = ModuleType("room")
    vars(room).update(made=made, number=1)
    assert set(vars(interpreted_room(room))) == {"made"}
