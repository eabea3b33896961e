"""A hash of what all mechanisms and draws return on fixed arguments, to be compared between processes."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
import struct
from collections.abc import Callable, Iterator
from typing import Any

import sim.mechanisms
from sim.draws import addressed
from sim.draws.philox import words
from sim.kernel import KERNELS

POINTS = 60
#: Arguments that are whole numbers, flags, or need another range than [0, 1): lowest and highest.
WHOLE = {"seat": (0, 3), "month": (0, 5000), "phase": (0, 60), "term": (1, 36)}
FLAGS = {"outsider", "outsider_a", "outsider_b", "clique_a", "clique_b", "appointed", "elected", "claimed"}
WIDE = {
    "h": (-9.0, 9.0), "x": (-1.0, 2.0), "z": (-3.5, 3.5), "score": (-3.0, 3.0), "slope": (0.0, 9.0),
    "tenure": (0.0, 90.0), "half": (0.5, 30.0), "noise": (-0.5, 0.5), "seats": (2.0, 4.0), "exponent": (1.0, 3.0),
}  # fmt: skip


def functions() -> list[Any]:
    """Return all kernels of the mechanisms, in the order of modules and definitions."""
    for module in sorted(module.name for module in pkgutil.iter_modules(sim.mechanisms.__path__)):
        importlib.import_module(f"sim.mechanisms.{module}")
    found = [kernel for kernel in KERNELS if kernel.py_func.__module__.startswith("sim.mechanisms.")]
    return sorted(found, key=lambda kernel: (kernel.py_func.__module__, kernel.py_func.__name__))


def arguments(function: Any, number: int) -> list[float]:
    """Return the arguments of a kernel at one point of the grid, by a generator that needs no compiler."""
    chosen: list[float] = []
    for place, name in enumerate(inspect.signature(function.py_func).parameters):
        word = words((number, place, 7, 0), (1921, 1929))[0]
        share = word * 2.0**-32
        if name in WHOLE:
            low, high = WHOLE[name]
            chosen.append(low + word % (high - low + 1))
        elif name in FLAGS:
            chosen.append(float(word % 2))
        else:
            least, most = WIDE.get(name, (0.0, 1.0))
            chosen.append(least + share * (most - least))
    return chosen


def results(form: Callable[[Any], Any]) -> Iterator[float]:
    """Yield all results of all kernels in one form: compiled or interpreted."""
    for function in functions():
        for number in range(POINTS):
            yield float(form(function)(*arguments(function, number)))
    for draw in (addressed.uniform, addressed.normal, addressed.uniforms):
        for number in range(POINTS):
            drawn = form(draw)(2**63 - 1 - number, number, number % 26, 3 * number, number << 6, number)
            yield from drawn if isinstance(drawn, tuple) else (drawn,)


def digest(form: Callable[[Any], Any] = lambda function: function) -> str:
    """Return the hash of all results."""
    found = hashlib.sha256()
    for result in results(form):
        found.update(struct.pack("<d", result))
    return found.hexdigest()

