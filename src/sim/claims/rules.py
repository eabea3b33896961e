"""The rules by which a claim gets a verdict: functions of numbers of draws, fixed before there were results.

Shares are of draws, that is of worlds under stated assumptions; never probabilities of the past. There are no p-values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.sentences import SURE, beyond
from sim.claims.verbs import IMMATERIAL_FOR, RELATIONS, SIDES

Array = NDArray[np.float64]

SUPPORTED, CONTRADICTED, IMMATERIAL = "supported", "contradicted", "immaterial"
CONDITIONAL, OPEN = "conditional", "not identified"
PUT_IN, UNTESTABLE = "by construction", "untestable here"
VERDICTS = (SUPPORTED, CONTRADICTED, IMMATERIAL, CONDITIONAL, OPEN, PUT_IN, UNTESTABLE)
HALF = 0.5
"""Share that each choice of a reading must reach, if it has enough draws."""
ENOUGH = 40
"""Draws from which a choice of a reading has a say."""
BORDER = (0.75, 0.85)
"""Between these a share that decides is printed as borderline."""
DENSITY, COVERAGE = 0.8, 0.3
"""Of a box, on draws held back, that makes a verdict conditional."""
POWER = 2.0
"""Difference in the logarithm of evidence that must have been seen, were the claim wrong, before it counts for it."""


@dataclass(frozen=True)
class Shares:
    """Shares of draws.

    Attributes
    ----------
    holds, fails
        In which what is claimed holds, and in which its opposite does.
    within
        In which an effect is within the smallest that matters; none where nothing is an effect.
    draws
        In which it is defined.
    """

    holds: float
    fails: float
    within: float
    draws: int


def plainly(verdict: str) -> str:
    """Return a verdict as populations have it in which no condition is looked for."""
    return OPEN if verdict == CONDITIONAL else verdict


def fragile(verdict: str, verdicts: Mapping[str, str]) -> bool:
    """Return whether a verdict is another one without figures of grade C."""
    return "documented" in verdicts and verdicts["documented"] != plainly(verdict)


def shares(claimed: str, values: Array, smallest: float, low: float | None = None, high: float | None = None) -> Shares:
    """Return in which share of draws what is claimed of their values holds.

    Parameters
    ----------
    claimed
        A direction: ``above``, ``below`` (beyond the smallest effect), ``within``, ``not below``, ``not above``;
        ``between`` two ends, or ``holds``, which is the same from nought on; ``not ready``: below by more than the
        smallest. ``likelier`` and ``signs`` count as ``above``, ``not needed`` as ``not above``.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return Shares(math.nan, math.nan, math.nan, 0)
    above, below = beyond(known, smallest)
    within = 0.0 if claimed in RELATIONS else float(np.mean(np.abs(known) <= smallest))
    where = {"above": above, "below": below, "within": within, "inside": float(between(known, low, high).mean())}
    holds, fails = (
        1.0 - where[side.removeprefix("not ")] if side.startswith("not ") else where[side] for side in SIDES[claimed]
    )
    return Shares(holds, fails, within, len(known))


def between(values: Array, low: float | None, high: float | None) -> NDArray[np.bool_]:
    """Tell which values lie between two ends, each of which may be open."""
    return (values >= (-np.inf if low is None else low)) & (values <= (np.inf if high is None else high))


def readings(
    claimed: str, values: Array, smallest: float, choices: Mapping[tuple[str, str], NDArray[np.bool_]],
    low: float | None = None, high: float | None = None,
) -> dict[tuple[str, str], Shares]:  # fmt: skip
    """Return the same for the draws of each choice of each reading."""
    return {of: shares(claimed, values[at], smallest, low, high) for of, at in choices.items()}


def decided(claimed: str, whole: Shares, by_reading: Sequence[Shares] = (), power: float = math.inf) -> str:
    """Return the verdict on one estimand, as far as shares of draws decide it; `OPEN` where they do not.

    Parameters
    ----------
    power
        Of ``not needed``: the difference that records made in the other world would have shown.
    """
    if not whole.draws:
        return OPEN
    if claimed == "not needed":  # that the record needs it is never said
        return SUPPORTED if whole.holds >= SURE and power >= POWER else OPEN
    told = [one for one in by_reading if one.draws >= ENOUGH]
    if claimed == "not ready":  # ready where it does no worse in so many; otherwise not
        return CONTRADICTED if whole.fails >= SURE else SUPPORTED
    if whole.holds >= SURE and all(one.holds >= HALF for one in told):
        return SUPPORTED
    if whole.fails >= SURE and all(one.fails >= HALF for one in told):
        return CONTRADICTED
    return IMMATERIAL if claimed in IMMATERIAL_FOR and whole.within >= SURE else OPEN


def borderline(claimed: str, whole: Shares) -> bool:
    """Return whether a share that decides lies so near the rule's that it might as well have fallen otherwise."""
    near = [whole.fails] if claimed == "not ready" else [whole.holds, whole.fails]
    near = [whole.holds] if claimed == "not needed" else near
    near += [whole.within] if claimed in IMMATERIAL_FOR else []
    return any(BORDER[0] <= share <= BORDER[1] for share in near)


def together(verdicts: Sequence[str]) -> str:
    """Return the verdict on a claim all of whose estimands must hold: never more than on any of them."""
    if all(one == SUPPORTED for one in verdicts):
        return SUPPORTED
    for one in (CONTRADICTED, IMMATERIAL, OPEN):
        if one in verdicts:
            return one
    return CONDITIONAL


def signs(values: Array, terms: Mapping[str, Array], claimed: Mapping[str, str], rows: Sequence[NDArray[Any]]) -> Array:
    """Return for each resample of draws whether all slopes of the value on the terms, taken together, are as claimed.

    1 where they are, -1 where one is not.
    """
    table = np.column_stack([values, *(terms[name] for name in claimed)])
    table = table[np.isfinite(table).all(axis=1)]
    if len(table) <= 2 * table.shape[1]:
        return np.full(len(rows), np.nan)
    wanted = np.array([1.0 if sign == "+" else -1.0 for sign in claimed.values()])
    found = []
    for at in rows:
        some = table[at % len(table)]
        design = np.column_stack([np.ones(len(some)), some[:, 1:] - some[:, 1:].mean(axis=0)])
        slopes = np.linalg.lstsq(design, some[:, 0], rcond=None)[0][1:]
        found.append(1.0 if (slopes * wanted > 0.0).all() else -1.0)
    return np.array(found)


def evidence(log_kernels: Array, rows: Sequence[NDArray[Any]]) -> Array:
    """Return the logarithm of a world's evidence for each resample of draws: the mean likelihood over draws.

    Parameters
    ----------
    log_kernels
        Of each draw, the sum over figures.
    """
    known = np.where(np.isnan(log_kernels), -np.inf, log_kernels)
    top = known.max(initial=-np.inf)
    if not np.isfinite(top):
        return np.full(len(rows), np.nan)
    likely = np.exp(known - top)
    with np.errstate(divide="ignore"):
        return np.array([float(top + np.log(likely[at % len(likely)].mean())) for at in rows])
