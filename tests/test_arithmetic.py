"""The rules of docs/arithmetic.md, in the source and in the machine code of every compiled function."""

from __future__ import annotations

import ast
import importlib
import inspect
import math
import pkgutil
import re
import textwrap
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

import sim.draws
import sim.engines.compiled
import sim.mechanisms
from sim import kernel as kernel_module

#: Functions that kernels may call beside other kernels.
ALLOWED = {
    "int", "float", "range", "len", "min", "max", "bool", "math.sqrt", "np.uint64", "np.float64", "np.int64",
    "record_at",
}  # fmt: skip
#: Where integers are divided: blocks of draws, terms of months, months of a year.
DIVIDE = {"uniform", "normal", "is_due", "write_scope"}
FORBIDDEN_NODES = (
    ast.Pow, ast.MatMult, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.List, ast.Dict, ast.Set,
    ast.Lambda, ast.Global, ast.Try, ast.With, ast.JoinedStr,
)  # fmt: skip
LIBM = "exp exp2 expm1 log log2 log10 log1p pow sin cos tan tanh sinh cosh atan atan2 cbrt fmod fma hypot".split()


def kernels() -> list[Any]:
    for room in (sim.draws, sim.mechanisms, sim.engines.compiled):
        for module in pkgutil.iter_modules(room.__path__, room.__name__ + "."):
            importlib.import_module(module.name)
    return [k for k in kernel_module.KERNELS if k.py_func.__module__.startswith("sim.")]


def faults(function: Callable[..., Any]) -> list[str]:
    """Return what a function's source does that the rules forbid."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    [definition] = tree.body
    assert isinstance(definition, ast.FunctionDef)
    found = []
    for node in (n for statement in definition.body for n in ast.walk(statement)):
        if isinstance(node, FORBIDDEN_NODES):
            found.append(type(node).__name__)
        if isinstance(node, ast.FloorDiv | ast.Mod) and definition.name not in DIVIDE:
            found.append(type(node).__name__)
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            called = function.__globals__.get(name)
            if name not in ALLOWED and not hasattr(called, "py_func"):
                found.append(f"call of {name}")
    return found


@pytest.mark.parametrize("kernel", kernels(), ids=lambda k: f"{k.py_func.__module__}.{k.py_func.__name__}")
def test_the_source_keeps_the_rules(kernel: Any) -> None:
    assert faults(kernel.py_func) == []


def power(x: float) -> float:
    return x**2


def total(x: float) -> float:
    return sum((x, x))


def listed(x: float) -> list[float]:
    return [x]


def rest(x: float) -> float:
    return x % 2.0


@pytest.mark.parametrize(
    ("function", "fault"), [(power, "Pow"), (total, "call of sum"), (listed, "List"), (rest, "Mod")]
)
def test_a_fault_is_found(function: Callable[..., Any], fault: str) -> None:
    assert fault in faults(function)


def in_machine_code(function: Callable[..., Any], signature: tuple[Any, ...], **options: Any) -> list[str]:
    """Return what the machine code of a function does that the rules forbid; it is compiled afresh."""
    compiled = numba.njit(error_model="numpy", nogil=True, **options)(function)
    compiled.compile(signature)
    assembly, llvm = "\n".join(compiled.inspect_asm().values()), "\n".join(compiled.inspect_llvm().values())
    found = [name for name in LIBM if re.search(rf"\b(?:call|jmp)\w*\s+\S*\b{name}f?\b|\${name}\b", assembly)]
    found += [name for name in LIBM if re.search(rf"call [^\n]*@(llvm\.)?{name}(\.f64)?\(", llvm)]
    found += re.findall(r"\bvfn?m(?:add|sub)\w*", assembly)[:1]
    found += ["NRT_Allocate"] if "NRT_MemInfo_alloc" in llvm else []
    return found + re.findall(r"f(?:add|mul|sub|div) (?:fast|contract|reassoc)", llvm)[:1]


@pytest.mark.slow
def test_the_month_loop_calls_nothing_and_allocates_nothing() -> None:
    """The whole engine, compiled into one function."""
    from sim.engines.compiled.layout import S
    from sim.engines.compiled.month import advance

    record = numba.from_dtype(S)
    assert in_machine_code(advance.py_func, (record, numba.int64, numba.int64)) == []


def exponential(x: float) -> float:
    return math.exp(x)


def polynomial(x: float) -> float:
    return x * x + x


def allocating(x: float) -> float:
    return np.full(3, x)[1]


def test_forbidden_machine_code_is_found() -> None:
    assert in_machine_code(polynomial, (numba.float64,)) == []
    assert "exp" in in_machine_code(exponential, (numba.float64,))
    assert "NRT_Allocate" in in_machine_code(allocating, (numba.float64,))
    assert in_machine_code(polynomial, (numba.float64,), fastmath=True)
