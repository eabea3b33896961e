"""Draws of all that nobody set: parameters from their ranges and variants from their readings, point by point.

`compare --draws`, `sim.pair` and the page ask `draws`, so that draw 7 of a scenario is the same at every door. Factors
are those of an experiment with ``prior = "all"``, and points those of a scrambled Sobol' sequence seeded by the
scenario's ``run.seed``. Every parameter and variant of the registry has its own column of the sequence whether it is
drawn or not: so no draw moves when more are asked for, nor when another parameter is set by hand. Out of an ensemble
draw 7 is its row 7.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, UserError, misfits
from sim.experiment import sampling
from sim.experiment.ensemble import Ensemble
from sim.experiment.experiment import FACTOR, GIVEN, Factor, Given, factor_of, written
from sim.experiment.factors import KNOWN, factors
from sim.experiment.sampling import Value
from sim.experiment.schema import Draft, ExperimentFile
from sim.scenario.layers import Layer
from sim.scenario.load import Loaded, complete
from sim.scenario.schema import Scenario

STEPS = 2**30
"""Positions are whole numbers of this part, from 0 up: a reader without this sequence can be sent these."""
RECORD = {"seed": int, "width": int, "columns": [int], "factors": [FACTOR], "ensemble?": GIVEN}


@dataclass(frozen=True)
class Draws:
    """What is drawn, and where its draws come from.

    Attributes
    ----------
    factors
        Parameters, then variants, in the registry's order.
    columns
        Of the sequence, one for each factor.
    width
        How many columns the sequence has.
    seed
        Of the sequence.
    ensemble, rows
        Out of which they are drawn, if not over the ranges, and its rows; of stored draws these are not kept.
    """

    factors: tuple[Factor, ...]
    columns: tuple[int, ...]
    width: int
    seed: int
    ensemble: Given | None = None
    rows: tuple[Mapping[str, Value | None], ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of the parameters and variants that are drawn."""
        return [factor.name for factor in self.factors]

    def positions(self, start: int, stop: int) -> NDArray[np.uint32]:
        """Return where points ``start`` to ``stop`` lie, in parts of `STEPS`: a row each, a column for each factor.

        With p = position / 2**30, a uniform number is low + (high - low) p; a loguniform one
        exp(log low + (log high - log low) p) in twelve digits; a choice is the option with the number floor(p options).
        """
        points = sampling.scrambled(self.width, self.seed, np.arange(start, stop))
        return (points[:, list(self.columns)] * STEPS).astype(np.uint32)

    def samples(self, start: int, stop: int) -> list[dict[str, Value | None]]:
        """Return the value of each factor at points by its name; None for a variant that another one excludes."""
        if self.ensemble is not None:
            return [{name: row[name] for name in self.names} for row in self.rows[start:stop]]
        columns = (self.positions(start, stop) / STEPS).T
        values = [sampling.values(factor, column) for factor, column in zip(self.factors, columns, strict=True)]
        found: list[dict[str, Value | None]]
        found = [{factor.name: of[at] for factor, of in zip(self.factors, values, strict=True)}
                 for at in range(stop - start)]  # fmt: skip
        sampling.silence(self.factors, found)
        return found

    def varied(self, start: int, stop: int) -> Iterator[tuple[dict[str, float], dict[str, str]]]:
        """Yield parameters and readings at points, as `sim.world.build.vary` takes them."""
        for sample in self.samples(start, stop):
            parameters = {name: float(value) for name, value in sample.items() if isinstance(value, float)}
            yield parameters, {name: value for name, value in sample.items() if isinstance(value, str)}

    def record(self) -> dict[str, Any]:
        """Return what gives the same draws again, as JSON can hold it."""
        found: dict[str, Any] = written(self, RECORD)
        return found if self.ensemble else {name: of for name, of in found.items() if name != "ensemble"}

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Draws:
        """Return the draws that `record` has written down; ValueError where it is none."""
        for field, found, allowed in misfits(record, RECORD):
            raise ValueError(f"{field}: found {found}; allowed: {allowed}")
        given = Given(**record["ensemble"]) if "ensemble" in record else None
        factors = tuple(map(factor_of, record["factors"]))
        return cls(factors, tuple(record["columns"]), record["width"], record["seed"], given)


def draws(*worlds: Loaded, fixed: Collection[str] = (), ensemble: Ensemble | None = None) -> Draws:
    """Return the draws of worlds, the same for all: of what none of them sets, and in which they do not differ.

    Parameters
    ----------
    worlds
        The seed is the first one's.
    fixed
        Parameters and variants that are not drawn besides, by name.
    ensemble
        Out of which they are drawn, instead of over the ranges.
    """
    set_by_hand = {name for name in every_name() if any(is_set(world, name) for world in worlds)} | set(fixed)
    values = [complete(world.scenario) for world in worlds]
    apart = {name for table, known in KNOWN.items() for name in known
             if any(each[table][name] != values[0][table][name] for each in values)}  # fmt: skip
    of_all = prior(worlds[0].scenario) if ensemble is None else plain(ensemble)
    kept = [
        (factor, column) for column, factor in enumerate(of_all)
        if factor.name not in set_by_hand | apart and not _excluded(factor, values[0]["variants"], set_by_hand | apart)
    ]  # fmt: skip
    found = Draws(
        tuple(factor for factor, _ in kept), tuple(column for _, column in kept), len(of_all),
        worlds[0].scenario.run.seed,
    )  # fmt: skip
    return found if ensemble is None else replace(found, ensemble=ensemble.identity, rows=ensemble.rows)


def plain(ensemble: Ensemble) -> Sequence[Factor]:
    """Return what an ensemble draws, which must be parameters and variants alone."""
    other = [one.name for one in ensemble.factors if one.target != f"{_table(one.name)}.{one.name}"]
    if other:
        allowed = "an ensemble of parameters and variants; one of more can be swept (skloki sweep --ensemble)"
        raise UserError(Problem("ensemble", ensemble.name, f"draws of {', '.join(other)}", allowed))
    return ensemble.factors


def _table(name: str) -> str:
    return next((table for table, known in KNOWN.items() if name in known), "")


def every_name() -> Iterator[str]:
    """Yield the names of whatever may be drawn."""
    for known in KNOWN.values():
        yield from known


def is_set(world: Loaded, name: str) -> bool:
    """Return whether a file or the command line sets a parameter or variant of a world."""
    return any(f"{table}.{name}" in world.layers for table in KNOWN)


def prior(scenario: Scenario) -> list[Factor]:
    """Return all parameters and variants as an experiment on a scenario draws them with ``prior = "all"``."""
    file = ExperimentFile.model_validate(
        {"title": "?", "scenario": [], "uncertainties": {"prior": "all"}, "design": {"kind": "sobol"}}
    )
    _, found, faults = factors(Draft(Path(), Layer("", {}), file, [], {}, scenario, {}, [], True))
    assert not faults, faults
    return [layered.factor for layered in found]


def _excluded(factor: Factor, readings: Mapping[str, str], held: Collection[str]) -> bool:
    """Return whether a variant decides nothing since another is held at a reading that excludes it."""
    target, reading = factor.under or ("", "")
    parent = target.removeprefix("variants.")
    return parent in held and readings[parent] != reading
