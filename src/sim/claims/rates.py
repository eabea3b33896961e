"""How often the rules err: synthetic claims whose effect is known, with draws as spread as those that were found."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.claims import rules
from sim.claims.ledger import Ledger, deciding, plain
from sim.claims.verbs import IMMATERIAL_FOR
from sim.draws.blocks import uniform_of_each
from sim.errors import UserError
from sim.inference import boxes
from sim.inference.asked import Asked, Drawn
from sim.registry.entries import Outcome

Array = NDArray[np.float64]
NUMBER = 100
"""Synthetic claims of each kind."""
PLANTED: Mapping[str, float] = {"planted at 1.5": 1.5, "planted at 3": 3.0, "none": 0.0, "reversed": -3.0}
"""What is planted, in smallest effects in the claimed direction."""
WRONG: Mapping[str, tuple[str, ...]] = {
    "planted at 1.5": (rules.CONTRADICTED, rules.IMMATERIAL), "planted at 3": (rules.CONTRADICTED, rules.IMMATERIAL),
    "none": (rules.SUPPORTED, rules.CONTRADICTED), "reversed": (rules.SUPPORTED, rules.IMMATERIAL),
}  # fmt: skip
"""Verdicts that would be wrong of each. That nothing is identified is never wrong."""
SEED = 1905
"""Of synthetic draws: a method's own, no world's."""


def normal(number: int, at: int, count: int) -> Array:
    """Return draws of a standard normal, by address."""
    places = np.arange(count, dtype=np.uint64)
    return np.asarray(ndtri(uniform_of_each(SEED, number, at, 0, places, 0)), np.float64)


def verdict(values: Array, smallest: float, number: int, points: Drawn | None = None) -> str:
    """Return the verdict on a synthetic claim that an effect is above.

    A reading of two choices, which has nothing to do with the effect, must bear it out as one of the model would.
    """
    place = np.arange(len(values), dtype=np.uint64)
    half = uniform_of_each(SEED, number, 1, 0, place, 0) < 0.5
    each = rules.readings("above", values, smallest, {("reading", "one"): half, ("reading", "other"): ~half})
    found = rules.decided("above", rules.shares("above", values, smallest), list(each.values()))
    if found != rules.OPEN or points is None:
        return found
    counts = points.sweep.pairs.repeated(values)
    asked = Asked("", "", "", Outcome("synthetic", "", ""), "nation", "", False, counts, counts)
    for where in (f"effect > {smallest!r}", f"effect < -{smallest!r}"):
        try:
            looked = boxes.discovered(points, asked, where)
        except UserError:
            continue
        if any(one.held.density >= rules.DENSITY and one.held.coverage >= rules.COVERAGE for one in looked.boxes):
            return rules.CONDITIONAL
    return rules.OPEN


def measured(
    smallest: float, sd: float, draws: int, number: int = NUMBER, points: Drawn | None = None
) -> Iterator[dict[str, Any]]:
    """Yield for each that is planted the shares of verdicts, and of wrong ones.

    Parameters
    ----------
    sd
        Of draws, as found.
    points
        Draws of the model: then conditions are looked for as well, among factors that have nothing to do with the
        effect, so that where nothing was planted any condition is wrong.
    """
    for at, (name, planted) in enumerate(PLANTED.items()):
        count = draws if points is None else len(points.sweep.pairs.points)
        found = [verdict(planted * smallest + sd * normal(one, 2 + at, count), smallest, one, points)
                 for one in range(number)]  # fmt: skip
        shares = {one: found.count(one) / number for one in rules.VERDICTS[:5]}
        wrong = [*WRONG[name], *([rules.CONDITIONAL] if name == "none" else [])]
        yield {"planted": name, "smallest": smallest, "sd": sd, "draws": count, "synthetic": number,
               **{one.replace(" ", "_"): share for one, share in shares.items()},
               "wrong": sum(shares[one] for one in wrong), "boxes": points is not None}  # fmt: skip


def rates(ledger: Ledger, number: int = NUMBER, points: Drawn | None = None) -> list[dict[str, Any]]:
    """Return error rates at the spread of each directed estimand of a ledger, in the population that decides."""
    name, found = deciding(ledger.populations), list[dict[str, Any]]()
    for entry in ledger.claims:
        for one in entry.estimands:
            numbers = one["populations"].get(name)
            if one["claimed"] not in IMMATERIAL_FOR or not numbers or not _spread(numbers) or not one["smallest"]:
                continue
            asked = float(plain(one["smallest"])), float(plain(numbers["sd"])), int(numbers["draws"])
            found += [{"id": entry.id, "estimand": one["name"], **row} for row in measured(*asked, number, points)]
    return found


def _spread(numbers: Mapping[str, Any]) -> bool:
    sd = numbers.get("sd")
    return sd is not None and math.isfinite(sd) and sd > 0.0
