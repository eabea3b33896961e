"""Stored sweeps of worlds that were never run, whose truths are written down here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.sweep import Sweep, open_sweep
from sim.experiment.designs import DESIGNS, points, samples
from sim.experiment.experiment import Design, Experiment, Factor, Given, Option
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from tests.made_sweep import EXPERIMENT, Truth, choice, made

POLICY = choice("policy", "appointment", "election")
WHOLE = {"outcomes": ("performance",), "scopes": ("nation",), "curves": "none", "curve_outcomes": ()}


def parameter(name: str) -> Factor:
    """A parameter as the registry has it drawn."""
    one = PARAMETERS[name]
    return Factor(name, (), f"parameters.{name}", one.low, one.high, one.distribution, default=one.default)


def variant(name: str) -> Factor:
    """A variant, with all its readings."""
    options = tuple(Option(value, {"variants": {name: value}}) for value in VARIANTS[name].choices)
    return Factor(name, options, f"variants.{name}")


def switch(name: str) -> Factor:
    """A mechanism that is on or off."""
    return Factor(name, tuple(Option(on, {"mechanisms": {name: on}}) for on in (True, False)))


TWINS = tuple(map(parameter, ("r_v", "r_f", "ign", "paro", "cool", "recovery_start")))
MIXED = (*TWINS, variant("unserved"), variant("electorate"), switch("packing"), parameter("pack"))


def planted(
    folder: Path, factors: tuple[Factor, ...], truth: Truth, *, kind: str = "latin-hypercube", number: int = 400,
    levers: tuple[Factor, ...] = (POLICY,), replicates: int = 1, given: Given | None = None, **changes: Any,
) -> Sweep:  # fmt: skip
    """Store a sweep at the points that the design has, and open it."""
    drawn = DESIGNS[kind].drawn
    of: Experiment = replace(
        EXPERIMENT, levers=levers, uncertainties=factors, design=Design(kind, points=number, levels=4, seed=7),
        replicates=replicates, accidents="own" if drawn else "shared", ensemble=given, **{**WHOLE, **changes},
    )  # fmt: skip
    if kind != "ensemble":
        count = points(of)
        of = replace(of, design=replace(of.design, rows=tuple(samples(of, (0, count), 0, count))))
    else:
        from_prior = replace(of, design=replace(of.design, kind="sobol"), ensemble=None)
        count = number
        of = replace(of, design=replace(of.design, rows=tuple(samples(from_prior, (0, count), 0, count))))
    return open_sweep(made(folder, of, truth, part_units=1_000_000, count=count))


def is_elected(levers: Any) -> bool:
    """Whether officials are elected in a world."""
    return levers.get("policy") == "election"


def judges(drawn: Any, levers: Any, outcome: str, scope: int, noise: np.ndarray) -> np.ndarray:
    """Election gains by how much better voters judge than files, more than by what a newcomer does not know."""
    gain = 0.1 * (drawn["r_v"] - drawn["r_f"]) + 0.06 * (drawn["ign"] - drawn["paro"]) - 0.004
    return 0.5 + 0.2 * drawn["cool"] + is_elected(levers) * (gain + 0.003 * noise[1])
