"""Kernels keep to docs/arithmetic.md, in source and in machine code; and the checks notice when they do not."""

from __future__ import annotations

import importlib
import math
import os
import pkgutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

import sim
import sim.draws
import sim.engines
import sim.inference
import sim.mechanisms
from sim.engines.compiled import simulate
from sim.engines.compiled.month import advance_at
from sim.kernel import KERNELS, kernel
from tests import grid
from tests.brief import brief
from tests.engines.worlds import world
from tests.exactness import FAST, FUSED, NARROW, faults, forbidden_in

ROOT = Path(__file__).parents[1]
for room in (sim.draws, sim.mechanisms, sim.engines, sim.inference):
    for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
        importlib.import_module(module.name)
OURS = {f"{k.py_func.__module__}.{k.__name__}": k for k in KERNELS if k.py_func.__module__.startswith("sim.")}


# ---------------------------------------------------------------- our kernels keep to the rules


def test_all_rooms_with_kernels_are_looked_at() -> None:
    rooms = {".".join(name.split(".")[:3]) for name in OURS}
    assert {"sim.draws.philox", "sim.draws.addressed", "sim.engines.compiled", "sim.mechanisms.skloki"} <= rooms
    assert len(OURS) > 100


@pytest.mark.parametrize("name", OURS)
def test_a_kernel_is_written_in_plain_arithmetic(name: str) -> None:
    assert faults(OURS[name]) == []


def test_what_is_compiled_of_mechanisms_and_draws_is_plain_arithmetic() -> None:
    grid.digest()
    used = [k for name, k in OURS.items() if k.overloads and not name.startswith("sim.engines.")]
    assert len(used) > 50
    for function in used:
        assert forbidden_in(function) == [], function.__name__


def test_what_is_compiled_of_the_engine_is_plain_arithmetic() -> None:
    simulate(world(months=2), 0)
    assert forbidden_in(advance_at) == []


# ---------------------------------------------------------------- one example of each thing that must not be

ARRAY, NARROWER, MUTABLE = np.ones(8), np.ones(8, dtype=np.float32), np.ones(8)


def power(x):
    return x**1.7


def square(x):
    return x**2


def exponential(x):
    return math.exp(x)


def hyperbolic(x):
    return np.tanh(x)


def hypotenuse(x):
    return math.hypot(x, x)


def remainder(x):
    return x % 0.3


def whole_part(x):
    return x // 0.3


def rounded(x):
    return round(x)


def rounded_down(x):
    return np.floor(x)


def smaller_by_numpy(x):
    return np.minimum(x, 1.0)


def random_draw(x):
    return x + np.random.random()


def narrow(x):
    return np.float32(x) * 3.0


def of_narrow_array(a):
    return a[0] * a[1]


def library_sum(a):
    return np.sum(a)


def method_sum(a):
    return a.sum()


def builtin_sum(a):
    return sum(a)


def mean(a):
    return a.mean()


def scalar_product(a):
    return np.dot(a, a)


def sorted_copy(a):
    return np.sort(a)[0]


def new_array(a):
    return np.zeros(3)[0] + a[0]


def hidden_new_array(a):
    b = a + a
    return b[0]


def new_list(a):
    return [a[0], a[1]][0]


def comprehension(a):
    return [x for x in a][0]


def loop_over_elements(a):
    total = 0.0
    for x in a:
        total += x
    return total


def global_array(x):
    return x + MUTABLE[0]


def raising(x):
    if x > 1.0:
        raise ValueError("too large")
    return x


def printing(x):
    print(x)
    return x


def helper(x):
    return x


not_a_kernel = numba.njit(helper)


def calling_out(x):
    return not_a_kernel(x)


def plain(a):
    total = 0.0
    for i in range(len(a)):
        if a[i] > 0.5 and i % 2 == 0:
            total += math.sqrt(a[i]) / 3.0 - min(float(i // 2), 1.0)
    return total


#: For each example: its argument, and whether its source and its compiled form give it away.
EXAMPLES: list[tuple[Callable[..., Any], Any, bool, bool]] = [
    (power, 0.3, True, True), (square, 0.3, True, False), (exponential, 0.3, True, True), (hyperbolic, 0.3, True, True),
    (hypotenuse, 0.3, True, True), (remainder, 0.7, False, True), (whole_part, 0.7, False, True),
    (rounded, 0.7, True, True), (rounded_down, 0.7, True, True), (smaller_by_numpy, 0.7, True, False),
    (random_draw, 0.3, True, True), (narrow, 0.3, True, True), (of_narrow_array, NARROWER, False, True),
    (library_sum, ARRAY, True, False), (method_sum, ARRAY, True, False), (builtin_sum, ARRAY, True, False),
    (mean, ARRAY, True, False), (scalar_product, ARRAY, True, True), (sorted_copy, ARRAY, True, True),
    (new_array, ARRAY, True, True), (hidden_new_array, ARRAY, False, True), (new_list, ARRAY, True, False),
    (comprehension, ARRAY, True, True), (loop_over_elements, ARRAY, True, False), (global_array, 0.3, True, False),
    (raising, 0.3, True, False), (printing, 0.3, True, False), (calling_out, 0.3, True, False),
    (plain, ARRAY, False, False),
]  # fmt: skip
each_example = pytest.mark.parametrize(
    ("function", "argument", "in_source", "in_code"), EXAMPLES, ids=[example[0].__name__ for example in EXAMPLES]
)


def compiled(function: Callable[..., Any], argument: Any, **options: Any) -> Any:
    made = numba.njit(error_model="numpy", nogil=True, **options)(function)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made(argument)
    return made


@each_example
def test_the_source_gives_it_away(
    function: Callable[..., Any], argument: Any, in_source: bool, in_code: bool
) -> None:
    assert bool(faults(function)) == in_source, faults(function)
    assert in_source or in_code or function is plain


@pytest.mark.parametrize(
    ("function", "argument", "in_code"),
    [pytest.param(function, argument, in_code, marks=pytest.mark.exhaustive if function is sorted_copy else [])
     for function, argument, _, in_code in EXAMPLES if in_code or function is plain],
)  # fmt: skip
def test_the_compiled_form_gives_it_away(function: Callable[..., Any], argument: Any, in_code: bool) -> None:
    """What the source shows need not be visible here."""
    assert bool(forbidden_in(compiled(function, argument))) == in_code


@pytest.mark.parametrize("options", brief([True, {"contract"}, {"reassoc"}, {"nnan"}, {"arcp"}], {"contract"}), ids=str)
def test_fast_arithmetic_is_seen(options: Any) -> None:
    assert any(fault.startswith("fast") for fault in forbidden_in(compiled(plain, ARRAY, fastmath=options)))


def test_a_closure_is_seen() -> None:
    step = 2.0

    def shifted(x):
        return x + step

    assert faults(shifted) == ["closure"]


def test_a_kernel_from_the_cache_is_looked_at_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sim.kernel.cache_folder", lambda: tmp_path)
    for hits in (0, 1):
        made: Any = kernel(exponential)
        KERNELS.remove(made)
        made(0.3)
        assert sum(made.stats.cache_hits.values()) == hits
        assert forbidden_in(made) == ["call: llvm.exp.f64"]


@pytest.mark.parametrize("text", ["vfmadd213sd", "vfnmadd231pd", "vfmsub132sd", "fmadd d0", "fmla v0.2d", "fnmsub d1"])
def test_fused_operations_of_processors_are_known(text: str) -> None:
    assert FUSED.search(f"\t{text}")


@pytest.mark.parametrize("text", ["vmulsd %xmm0", "vaddpd", "fmul d0, d1", "vmovapd", "fmov d0", "vminsd"])
def test_plain_operations_of_processors_are_not_fused(text: str) -> None:
    assert not FUSED.search(f"\t{text}")


def test_names_are_not_taken_for_types() -> None:
    assert NARROW.search("  %.3 = fptrunc double %x to float") and NARROW.search("  %.4 = fadd <4 x float> %a, %b")
    assert not NARROW.search("  %.3 = fadd double %arg.half, %half") and not FAST.search("  %.3 = fadd double %fast")


# ---------------------------------------------------------------- the reasons given in docs/arithmetic.md


def test_smaller_and_larger_of_two_are_those_of_python() -> None:
    """Kernels may use min and max: the order of the arguments decides, also for nan and -0.0."""
    cases = [(a, b) for a in (0.0, -0.0, 1.0, math.nan) for b in (0.0, -0.0, 1.0, math.nan)]
    lower, upper = numba.njit(lambda a, b: min(a, b)), numba.njit(lambda a, b: max(a, b))
    for a, b in cases:
        assert grid.struct.pack("<dd", lower(a, b), upper(a, b)) == grid.struct.pack("<dd", min(a, b), max(a, b))


# ---------------------------------------------------------------- the same bits elsewhere


PLAIN, NO_COMPILER = {"NUMBA_CPU_NAME": "generic"}, {"NUMBA_DISABLE_JIT": "1"}
GRID = """
from sim.kernel import interpreted
from tests import grid
print(grid.digest(), grid.digest(interpreted))
"""


def printed(program: str, environment: dict[str, str]) -> list[str]:
    """Return the words that a program prints in a process of its own."""
    places = {"PYTHONPATH": os.pathsep.join([str(Path(sim.__file__).parents[1]), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=dict(os.environ) | places | environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("environment", [
    pytest.param(NO_COMPILER, id="no compiler"),
    pytest.param(PLAIN, id="plain processor", marks=pytest.mark.exhaustive),
])  # fmt: skip
def test_mechanisms_and_draws_give_the_same_bits_elsewhere(environment: dict[str, str]) -> None:
    here = grid.digest()
    assert printed(GRID, environment) == [here, here]


def test_the_grid_tells_bits_apart() -> None:
    assert len(grid.functions()) > 50
    here = list(grid.results(lambda function: function))
    assert all(math.isfinite(x) for x in here) and len(set(here)) > len(here) / 2
