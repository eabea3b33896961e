"""What holds for every room: completeness, off switches, arithmetic, compiled equals interpreted."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.kernel import interpreted
from sim.registry.constants import CONSTANTS
from sim.registry.mechanisms import LIMITS, MECHANISMS
from sim.registry.parameters import PARAMETERS
from tests.mechanisms.ranges import ROOMS, Kernel, arguments, bits, kernels

SOURCE = Path(sim.__file__).parent
HELD_TO_ARITHMETIC = [*sorted((SOURCE / "mechanisms").glob("*.py")), SOURCE / "draws" / "addressed.py"]
#: Rooms of step n of the month; ``arithmetic`` serves all.
STEPS = {
    "environment": 1, "administration": 2, "economy": 3, "discussion": 4, "skloki": 5, "remedies": 6, "vacancies": 7,
    "selection": 8, "education": 9, "attitudes": 10, "congress": 11, "record": 12,
}  # fmt: skip
ALL = {f"{room}.{name}": kernel for room in ROOMS for name, kernel in kernels(room).items()}
each_file = pytest.mark.parametrize("file", HELD_TO_ARITHMETIC, ids=lambda file: file.stem)


# Completeness.


def test_there_is_one_room_per_step() -> None:
    assert set(ROOMS) == {*STEPS, "arithmetic"}
    assert sorted(STEPS.values()) == list(range(1, 13))
    assert all(kernels(room) for room in ROOMS)


@pytest.mark.parametrize("room", STEPS)
def test_a_room_says_which_step_it_is(room: str) -> None:
    doc = importlib.import_module(f"sim.mechanisms.{room}").__doc__ or ""
    assert re.match(rf"Step {STEPS[room]}, {room}\b.*[:.] ", doc.replace("\n", " ") + " "), doc


@pytest.mark.parametrize("name", ALL)
def test_a_kernel_is_a_pure_scalar_function_that_says_what_it_returns(name: str) -> None:
    function = ALL[name].py_func  # type: ignore[attr-defined]
    doc = inspect.getdoc(function) or ""
    assert re.match(r"(Return|Tell whether) .+\.", doc, re.DOTALL), doc
    for argument in inspect.signature(function).parameters.values():
        assert argument.default is inspect.Parameter.empty, "an engine states every argument"
    assert not inspect.getclosurevars(function).nonlocals


def test_no_public_function_of_a_room_escapes_compilation() -> None:
    for room in ROOMS:
        module = importlib.import_module(f"sim.mechanisms.{room}")
        plain = [n for n, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__]
        assert not plain, f"{room}: {plain}"


# Off switches.


def test_every_mechanism_has_a_room_of_kernels_and_a_limit() -> None:
    assert set(LIMITS) == set(MECHANISMS)
    for mechanism in MECHANISMS.values():
        assert mechanism.room in STEPS, mechanism.name
        assert LIMITS[mechanism.name], f"{mechanism.name} switches nothing off"


def test_limits_set_parameters_and_constants_to_values_they_may_take() -> None:
    for mechanism, limit in LIMITS.items():
        for name, value in limit.items():
            assert name in PARAMETERS or name in CONSTANTS, f"{mechanism}: {name}"
            if name in PARAMETERS:
                assert PARAMETERS[name].minimum <= value <= PARAMETERS[name].maximum, f"{mechanism}: {name}"
            normal = PARAMETERS[name].default if name in PARAMETERS else CONSTANTS[name].value
            off = {"pack", "ask_above", "tail", "trust"}  # by default
            assert value != normal or name in off, f"{mechanism}: switching off changes nothing of {name}"


def test_a_parameter_of_a_mechanism_is_among_those_its_switch_sets() -> None:
    """Each switch reaches at least one of the parameters and constants that are declared to act in it."""
    for mechanism in MECHANISMS.values():
        declared = {x.name for x in (*PARAMETERS.values(), *CONSTANTS.values()) if x.mechanism == mechanism.name}
        touched = set(LIMITS[mechanism.name])
        assert not declared or declared & touched, f"{mechanism.name}: declared {declared}, set {touched}"


def _read_of_p() -> set[str]:
    """Return every NAME that mechanisms, engines or the world read as ``p.NAME`` (or ``model.p.NAME``)."""
    read = set()
    for room in ("mechanisms", "engines", "world"):
        for file in (SOURCE / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                    owner = node.value
                    if (isinstance(owner, ast.Name) and owner.id == "p") or (
                        isinstance(owner, ast.Attribute) and owner.attr == "p"
                    ):
                        read.add(node.attr)
    return read


def test_every_parameter_and_constant_is_read_and_nothing_else_is() -> None:
    declared = PARAMETERS.keys() | CONSTANTS.keys()
    assert _read_of_p() == declared


# Arithmetic that gives the same bits everywhere.

OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.USub, ast.UAdd, ast.And, ast.Or, ast.Not)
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
#: Integer operations and casts, for addresses only.
INTEGER_OPERATORS = (ast.FloorDiv, ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor)
CASTS = {"np.uint64", "np.float64"}
STATEMENTS = (ast.Assign, ast.AugAssign, ast.Return, ast.If, ast.Expr, ast.Pass)
NAMES = (ast.Name, ast.Tuple, ast.Constant, ast.Load, ast.Store, ast.arguments, ast.arg)
FORMS = (ast.FunctionDef, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Attribute)


def _functions(file: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef))


@each_file
def test_kernels_use_plain_arithmetic_only(file: Path) -> None:
    """An allow-list of syntax: no ``**``, no loop, no ``sum``, no libm but sqrt, no call but to other kernels."""
    addresses = file.stem == "addressed"
    allowed = (*OPERATORS, *COMPARISONS, *STATEMENTS, *NAMES, *FORMS, *(INTEGER_OPERATORS if addresses else ()))
    module = importlib.import_module(f"sim.{file.parent.name}.{file.stem}".removesuffix(".__init__"))
    for function in _functions(file):
        decorators = [ast.unparse(d) for d in function.decorator_list]
        assert decorators in (["kernel"], ["inlined", "kernel"]), function.name
        for statement in function.body:
            for node in ast.walk(statement):
                assert isinstance(node, allowed), f"{function.name}: {ast.unparse(node)}"
                if isinstance(node, ast.Call):
                    called = ast.unparse(node.func)
                    known = called == "math.sqrt" or (addresses and called in CASTS)
                    assert known or hasattr(vars(module)[called], "py_func"), f"{function.name} calls {called}"
                if isinstance(node, ast.Attribute):
                    assert ast.unparse(node) in {"math.sqrt"} | (CASTS if addresses else set()), ast.unparse(node)


@each_file
def test_rooms_import_nothing_but_sqrt_and_kernels(file: Path) -> None:
    allowed = {"__future__", "math", "sim.kernel", "sim.mechanisms.arithmetic"}
    if file.stem == "addressed":
        allowed = {"__future__", "math", "numpy", "sim.kernel", "sim.draws.philox"}
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom):
            assert node.module in allowed


def test_the_allow_list_refuses_what_spoils_the_bits() -> None:
    """The check itself can fail: one example of each kind that must not appear."""
    allowed = (*OPERATORS, *COMPARISONS, *STATEMENTS, *NAMES, *FORMS)
    for text in ("x ** 2", "[y for y in x]", "x // 2", "x[0]", "lambda: x", "x @ y", "f'{x}'"):
        assert any(not isinstance(node, allowed) for node in ast.walk(ast.parse(text).body[0])), text
    for text in ("for y in x: pass", "while x: pass", "import math", "x += yield_ if x in y else 0"):
        assert any(not isinstance(node, allowed) for node in ast.walk(ast.parse(text).body[0])), text


# Compiled and interpreted.


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=15)
@given(data=st.data())
def test_a_compiled_kernel_equals_its_python_form_bit_for_bit(name: str, data: st.DataObject) -> None:
    compare(name, data)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ALL)
@settings(max_examples=100)
@given(data=st.data())
def test_a_compiled_kernel_equals_its_python_form_at_many_arguments(name: str, data: st.DataObject) -> None:
    compare(name, data)


def compare(name: str, data: st.DataObject) -> None:
    """The engines call one form or the other; ``interpreted`` has no compiled callee, ``py_func`` has."""
    kernel: Kernel = ALL[name]
    chosen: tuple[Any, ...] = data.draw(arguments(kernel))
    found = kernel(*chosen)
    for form in (kernel.py_func, interpreted(kernel)):  # type: ignore[attr-defined]
        expected = form(*chosen)
        assert type(found) is type(expected)
        assert bits(found) == bits(expected)


def test_the_bitwise_comparison_can_fail() -> None:
    assert bits(0.1 + 0.2) != bits(0.3)
    assert bits(0.0) != bits(-0.0)
    assert bits(float("nan")) == bits(float("nan"))
