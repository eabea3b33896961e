"""What kernels may consist of, in their source and in what the compiler makes of it (docs/arithmetic.md)."""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import re
import textwrap
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
from numba.core.extending import _Intrinsic

from sim.kernel import KERNELS

# ---------------------------------------------------------------- the source
SYNTAX = (
    ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AugAssign, ast.Expr, ast.Pass,
    ast.If, ast.For, ast.While, ast.Break, ast.Continue,
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Attribute, ast.Subscript, ast.Slice,
    ast.Name, ast.Tuple, ast.Constant, ast.Load, ast.Store,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub, ast.UAdd,
    ast.Mod, ast.FloorDiv, ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor, ast.Invert,  # integers only
    ast.And, ast.Or, ast.Not, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq,
)  # fmt: skip
#: What may be called besides other kernels.
FUNCTIONS = (
    math.sqrt, abs, bool, float, int, len, max, min, range,
    np.float64, np.int64, np.uint64,
)  # fmt: skip
#: Values of module level that may be frozen into compiled code, besides tuples and read-only arrays of them.
FROZEN = (bool, int, float, np.bool_, np.integer, np.float64, np.dtype)


def _value(node: ast.expr, scope: dict[str, Any]) -> Any:
    """Return what a name, or a name of a module, stands for at module level; None if nothing does."""
    if isinstance(node, ast.Name):
        return scope.get(node.id, getattr(builtins, node.id, None))
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, scope)
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
    return None


def is_kernel(value: Any) -> bool:
    """Tell whether a value was made by ``sim.kernel.kernel``."""
    return any(value is kernel for kernel in KERNELS)


def may_be_frozen(value: Any) -> bool:
    """Tell whether a value of module level has one meaning for ever and in every engine."""
    if isinstance(value, tuple):
        return all(may_be_frozen(inner) for inner in value)
    if isinstance(value, np.ndarray):
        return not value.flags.writeable and may_be_frozen(value.flat[0])
    return isinstance(value, FROZEN)


def _callable(value: Any) -> bool:
    ours = isinstance(value, _Intrinsic) and value._defn.__module__.startswith("sim.")
    return ours or is_kernel(value) or any(value is function for function in FUNCTIONS)


def faults(function: Any) -> list[str]:
    """Return what a kernel's source contains and must not."""
    source = getattr(function, "py_func", function)
    scope = source.__globals__
    tree = ast.parse(textwrap.dedent(inspect.getsource(source))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    local = set(source.__code__.co_varnames)
    found = ["closure"] if source.__closure__ else []
    found += ["default"] if source.__defaults__ or source.__kwdefaults__ else []
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    for statement in body:
        found += [fault for node in ast.walk(statement) for fault in _faults_of(node, scope, local, called)]
    return found


def _faults_of(node: ast.AST, scope: dict[str, Any], local: set[str], called: set[int]) -> Iterator[str]:
    if not isinstance(node, SYNTAX):
        yield f"{type(node).__name__}: {ast.unparse(node)}"
    elif isinstance(node, ast.Call):
        if node.keywords or not _callable(_value(node.func, scope)):
            yield f"call: {ast.unparse(node)}"
    elif isinstance(node, ast.For):
        if not (isinstance(node.iter, ast.Call) and _value(node.iter.func, scope) is range) or node.orelse:
            yield f"loop over something else than a range: {ast.unparse(node.iter)}"
    elif isinstance(node, ast.Constant):
        if not isinstance(node.value, (bool, int, float)):
            yield f"constant: {node.value!r}"
    elif isinstance(node, (ast.Name, ast.Attribute)) and id(node) not in called:
        value = _value(node, scope)
        if isinstance(node, ast.Name) and node.id in local:
            return
        taken_from = isinstance(node, ast.Name) and isinstance(value, ModuleType)  # the math of math.sqrt
        if value is not None and not may_be_frozen(value) and not taken_from:
            yield f"frozen: {ast.unparse(node)} is a {type(value).__name__}"


# ---------------------------------------------------------------- what the compiler made of it
#: Functions outside the compiled ones that may be called; all others are faults.
OUTSIDE = re.compile(
    r"sqrt"
    r"|_?Py\w+|numba_(gil_\w+|unpickle|do_raise|runtime_build_excinfo_struct|extract_record_data|release_buffer)"
    r"|NRT_(incref|decref|Free|MemInfo_call_dtor|adapt_\w+)"
    r"|llvm\.(prefetch|sqrt|fabs|abs|[su](min|max)|fsh[lr]|ctlz|cttz|ctpop|bswap"
    r"|[su](add|sub|mul)\.(with\.overflow|sat)|vector\.reduce|masked|experimental"
    r"|mem(cpy|move|set)|lifetime|assume|\w+\.atomic)\b.*"
)
#: An operation that may be contracted, reordered, or loses signs, infinities or nan.
FAST = re.compile(
    r"\b(?:f(?:add|sub|mul|div|neg|cmp)|call|select|phi) (?:fast|reassoc|nnan|ninf|nsz|arcp|contract|afn)\b"
)
NARROW = re.compile(r"(?<![%\w.])(float|half|bfloat)\b")
FUSED = re.compile(r"\bv?fn?m(?:add|sub|la|ls)\w*")


def forbidden_in(function: Any, machine: bool = True) -> list[str]:
    """Return what the compiled forms of a kernel contain and must not, its callees included.

    Works for a kernel that was loaded from the cache too: its optimised intermediate form is
    kept with it. ``machine``: look at the machine code as well, for fused operations.
    """
    assert function.overloads, "it has not been compiled"
    found: set[str] = set()
    for compiled in function.overloads.values():
        library = compiled.library
        module = library._get_module_for_linking()
        found |= set(_in_intermediate(str(module)))
        if machine:
            code = str(library._codegen._tm.emit_assembly(module))
            found |= {f"fused: {name}" for name in FUSED.findall(code)}
    return sorted(found)


def _in_intermediate(text: str) -> Iterator[str]:
    defined = set(re.findall(r'^define [^@]*@"?([\w.$]+)', text, re.MULTILINE))
    for line in text.splitlines():
        if not line.startswith("  "):
            continue
        call = re.search(r'\b(?:call|invoke)\b[^@]*@"?([\w.$]+)', line)
        if call and call[1] not in defined and not OUTSIDE.fullmatch(call[1]):
            yield f"call: {call[1]}"
        if " frem " in line:
            yield "remainder of floats"
        if NARROW.search(line):
            yield "float32"
        if fast := FAST.search(line):
            yield f"fast: {fast[0]}"
