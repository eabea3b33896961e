"""Arguments for kernels: parameters within their hard bounds, everything else within what it measures."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import struct
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import sim.mechanisms
from sim.registry.parameters import PARAMETERS

Kernel = Callable[..., Any]
Floats = SearchStrategy[float]

ROOMS = sorted(module.name for module in pkgutil.iter_modules(sim.mechanisms.__path__))


def within(low: float, high: float) -> Floats:
    """Return floats from low to high, both included."""
    return st.floats(low, high)


def of(name: str) -> Floats:
    """Return values of a parameter, from its hard minimum to its hard maximum."""
    return within(PARAMETERS[name].minimum, PARAMETERS[name].maximum)


share, score = within(0.0, 1.0), within(-4.0, 4.0)
flag = st.sampled_from([0.0, 1.0])
positive = within(0.01, 60.0)
tenure = within(0.0, 400.0)

#: By kernel and argument, or by argument alone; whatever is not named here is a share.
ARGUMENTS: dict[str, SearchStrategy[Any]] = {
    "unit.x": within(-1e9, 1e9), "link.h": within(-1e6, 1e6),
    "half": positive, "tenure": tenure, "tenure_a": tenure, "tenure_b": tenure,
    "noise": within(-1.0, 1.0), "z": score, "score": score, "skill": share, "trait": score, "loyalty": score,
    "judged.skill": score, "outsider": flag, "outsider_a": flag, "outsider_b": flag, "clique_a": flag, "clique_b": flag,
    "seat": st.integers(0, 3), "seats": st.sampled_from([2.0, 4.0]), "secretary": within(0.05, 0.95),
    "task": within(1.0, 3.0), "width": positive, "recovery": within(0.0, 2.0), "ceiling": within(1.0, 2.0),
    "reference": within(0.05, 1.0), "jump": within(0.05, 1.0), "amplified": of("a_amp"), "rate": within(0.0, 3.0),
    "margin": within(0.0, 50.0),
    "month": st.integers(0, 10**5), "phase": st.integers(0, 60), "term": st.integers(1, 60),
    "slope": within(0.0, 10.0), "judged_lag": within(-3.0, 3.0), "load": within(0.0, 5.0), "variance": within(0.0, 6.0),
    "taste": of("dem"), "advantage": of("inc_v"), "joined": within(-0.9, 5.0), "courses": within(0.0, 5.0),
    "until_a": tenure, "until_b": tenure, "months_a": tenure, "months_b": tenure, "together": tenure,
    "is_open_now": st.booleans(), "number": st.integers(0, 3),
    "held": within(0.0, 2.0), "exponent": of("maj"), "cut": within(0.0, 0.99), "remedy_chance.claimed": st.booleans(),
    "count": st.integers(0, 100).map(float), "total": within(-1e6, 1e6), "appointed": flag, "elected": flag,
}  # fmt: skip


def kernels(room: str) -> dict[str, Kernel]:
    """Return the compiled functions that a room defines itself, by name."""
    module = importlib.import_module(f"sim.mechanisms.{room}")
    return {
        name: value
        for name, value in vars(module).items()
        if hasattr(value, "py_func") and value.py_func.__module__ == module.__name__
    }


def arguments(kernel: Kernel) -> SearchStrategy[tuple[Any, ...]]:
    """Return lists of arguments for a kernel, chosen by the names that it gives them."""
    function = kernel.py_func  # type: ignore[attr-defined]
    names = list(inspect.signature(function).parameters)
    return st.tuples(*(ARGUMENTS.get(f"{function.__name__}.{n}", ARGUMENTS.get(n, share)) for n in names))


def bits(value: float) -> bytes:
    """Return a float's bits, so that nan equals nan and 0.0 differs from -0.0."""
    return struct.pack("<d", value)
