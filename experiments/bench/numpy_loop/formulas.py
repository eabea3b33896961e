"""The mechanisms for arrays: the same source where it has no branches, ``np.where`` where it has."""

from __future__ import annotations

from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sim.mechanisms.administration
import sim.mechanisms.attitudes
import sim.mechanisms.congress
import sim.mechanisms.discussion
import sim.mechanisms.education
import sim.mechanisms.selection
import sim.mechanisms.skloki
import sim.mechanisms.vacancies

Floats = NDArray[np.float64]


def unit(x: Floats) -> Floats:
    """Return x bounded to [0, 1]."""
    return np.minimum(np.maximum(x, 0.0), 1.0)


#: What branch-free sources find instead of scalar functions.
REBOUND: dict[str, Any] = {"unit": unit, "math": SimpleNamespace(sqrt=np.sqrt)}


def _for_arrays(function: Any) -> Any:
    """Return a mechanism's Python form, its callees rebound to those for arrays."""
    source = function.py_func
    scope = dict(source.__globals__)
    for name in source.__code__.co_names:
        if name in REBOUND:
            scope[name] = REBOUND[name]
        elif hasattr(scope.get(name), "py_func"):
            scope[name] = _for_arrays(scope[name])
    return FunctionType(source.__code__, scope, source.__name__)


def _room(module: ModuleType) -> Any:
    """Return the mechanisms of a module for arrays; one that branches on an array raises when called."""
    kernels = {name: value for name, value in vars(module).items() if hasattr(value, "py_func")}
    return SimpleNamespace(**{name: _for_arrays(value) for name, value in kernels.items()})


administration = _room(sim.mechanisms.administration)
attitudes = _room(sim.mechanisms.attitudes)
congress = _room(sim.mechanisms.congress)
discussion = _room(sim.mechanisms.discussion)
education = _room(sim.mechanisms.education)
selection = _room(sim.mechanisms.selection)
skloki = _room(sim.mechanisms.skloki)
vacancies = _room(sim.mechanisms.vacancies)

# The mechanisms that branch; each is the one of the same name in sim.mechanisms.


def usable_skill(skill: Floats, outsider: Floats, fresh: Floats, ignorance: float, parochial: float) -> Floats:
    """Return the skill that officials can use; ``fresh`` is what they have not learned yet."""
    return np.where(outsider > 0.5, skill * (1.0 - ignorance * fresh), skill * (1.0 - parochial * (1.0 - fresh)))


def recover(recovery: Floats, result: Floats, growth: float, ceiling: float, famine: Floats) -> Floats:
    """Return next month's recovery."""
    grown = recovery + growth * result * recovery * (1.0 - recovery / ceiling) - famine * recovery
    return np.where(grown > 0.0, grown, 0.0)


def hardship_factor(clarity: Floats, recovery: Floats, amplified: float) -> Floats:
    """Return by how much unclear rules and hardship multiply the clash of tempers (``quarrel_rate``)."""
    hardship = 1.0 - recovery
    return 1.0 + amplified * (1.0 - clarity) + amplified * np.where(hardship < 0.0, 0.0, hardship)


def place_friction(
    outsider: tuple[Floats, Floats], clique: tuple[Floats, Floats], fresh: tuple[Floats, Floats],
    by_outsider: float, by_clique: float,
) -> Floats:  # fmt: skip
    """Return the friction of place in ties of two officials."""
    strange = by_outsider * np.where(outsider[0] > 0.5, fresh[0], fresh[1])
    cliques = np.where(clique[0] != clique[1], by_clique, 0.0)
    return np.where(outsider[0] != outsider[1], strange, cliques)


def validity(stated: float, variance: Floats) -> Floats:
    """Return the validity when the variance of error is multiplied."""
    bottom = stated * stated + (1.0 - stated * stated) * variance
    safe = np.where(bottom <= 0.0, 1.0, bottom)
    return np.where(bottom <= 0.0, stated, stated / np.sqrt(safe))


def influenced(share: Floats, appointed: Floats, elected: Floats, cut: float) -> Floats:
    """Return delegates' shares after the secretaries' influence on their choice."""
    kept = 1.0 - cut
    against = (appointed > 0.5) | ((elected > 0.5) & (share < 0.5))
    with_majority = (elected > 0.5) & (share > 0.5)
    swayed = np.where(with_majority & ~against, share / (share + (1.0 - share) * kept), share)
    return np.where(against, share * kept / (share * kept + 1.0 - share), swayed)
