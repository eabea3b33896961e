"""Populations: the draws over which claims are asked, each the same in all worlds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sim.errors import UserError
from sim.experiment import designs
from sim.experiment import ensemble as ensembles
from sim.experiment.experiment import Design, Experiment
from sim.experiment.load import load_experiment
from sim.experiment.schema import FORM
from sim.scenario.files import shipped

EXPERIMENT = "record"
"""Whose base and uncertainties the prior and calibrated populations have."""
DRAWS, QUICK = 400, 60
BESIDE = 100
"""Draws of a rival account, at most: its shares stand beside a verdict and decide none, to within .05 (one s.e.)."""
RIVALS = "rivals"
"""The folder of the rivals' experiments, beside those of the package."""


@dataclass(frozen=True)
class Population:
    """Draws over which claims are asked.

    Attributes
    ----------
    name, words
        How it is called, and in words what its draws are.
    experiment
        Whose base, uncertainties and design worlds have; it has no levers.
    rival
        Whether it is of another account: then its base is that account's world.
    """

    name: str
    words: str
    experiment: Experiment
    rival: bool = False

    @property
    def asked(self) -> str:
        """Under which name claims ask for it: rivals together."""
        return RIVALS if self.rival else self.name

    @property
    def draws(self) -> int:
        """How many draws it has."""
        return len(self.experiment.design.rows)

    @property
    def ensemble(self) -> str:
        """The ensemble's name; nothing of the prior."""
        given = self.experiment.ensemble
        return "" if given is None else given.name


def rivals() -> dict[str, Path]:
    """Return the experiments of the rivals, by name."""
    beside = next(iter(shipped(FORM).values())).parent
    return {path.stem: path for path in sorted((beside / RIVALS).glob("*.toml"))}


def accounts() -> dict[str, str]:
    """Return what each rival account says, in a clause, by name: what its title has after whose it is."""
    return {name: tomllib.loads(path.read_text(encoding="utf-8"))["title"].partition(": ")[2]
            for name, path in rivals().items()}  # fmt: skip


def names() -> list[str]:
    """Return the names of all populations, the one that decides first."""
    return ["calibrated", "prior", "documented", *rivals()]


def populations(asked: list[str], draws: int) -> Iterator[Population | str]:
    """Yield populations by name; of one that is not there, why."""
    for name in asked:
        try:
            yield population(name, draws)
        except UserError as error:
            problem = error.problems[0]
            yield f"{name}: not there ({problem.found or problem.allowed})"


def population(name: str, draws: int) -> Population:
    """Return a population by name; UserError where its ensemble is not there."""
    rival = name in rivals()
    asked = load_experiment(rivals()[name] if rival else EXPERIMENT)
    plain = replace(asked, levers=(), targets=False, observables=(), curves="none", curve_outcomes=(), curve_points=0,
                    why="", accidents="own")  # fmt: skip
    if name == "prior":
        design = replace(asked.design, points=draws)
        rows = designs.samples(replace(asked, design=design), (0, draws), 0, draws)
        # listed, so that a world that sets one of the factors leaves the others where they are
        given = replace(plain, design=Design("ensemble", draws, rows=tuple(rows)))
        return Population(name, "drawn over the ranges", given)
    draws = min(draws, BESIDE) if rival else draws
    ensemble = ensembles.read({"calibrated": "record"}.get(name, name))
    given = ensembles.over(plain, ensemble, min(draws, len(ensemble.rows)))
    words = f"calibrated on {ensemble.given}" + (f", by the account of {rival_words(asked.title)}" if rival else "")
    if name == "documented":
        words += ", none of grade C"
    return Population(name, words, given, rival)


def rival_words(title: str) -> str:
    """Return whose account an experiment of a rival is."""
    return title.partition(":")[0]
