"""Worlds whose posterior is known: outputs are straight lines of a few factors, with even chance."""

from __future__ import annotations

import numpy as np

from sim.analysis.targets import Target
from sim.experiment.experiment import Factor
from sim.inference.emulator import Emulator
from sim.inference.likelihood import ENTRIES, likelihood
from sim.inference.space import Space
from sim.inference.walk import Density, Records

Q = 1.2815515655446004  # grade B: the band holds 80 per cent


def target(name, value, sd, grade="B"):
    q = {"A": 1.959963984540054, "B": Q, "C": 0.8416212335729143}[grade]
    return Target(name, name, name, value, value - q * sd, value + q * sd, "", grade, "")


class Straight:
    """Outputs A x of the first factors, with chance of covariance `chance`, and a record of what x = `truth` gives."""

    def __init__(self, size=65, matter=8, rows=1500, chance=None, sd=0.03, seed=1):
        random = np.random.default_rng(seed)
        self.space = Space([Factor(f"x{n}") for n in range(size)])
        self.slopes = random.standard_normal((matter, matter)) + 3.0 * np.eye(matter)
        self.chance = 0.05**2 * (0.4 * np.ones((matter, matter)) + 0.6 * np.eye(matter)) if chance is None else chance
        self.truth = 0.35 + 0.3 * random.random(matter)
        self.sd, self.positions = sd, random.random((rows, size))
        self.outputs = self.run(self.positions, random)
        self.targets = [target(f"Y{n}", value, sd) for n, value in enumerate(self.slopes @ self.truth)]

    def run(self, positions, random):
        matter = len(self.slopes)
        luck = random.multivariate_normal(np.zeros(matter), self.chance, len(positions))
        return positions[:, :matter] @ self.slopes.T + luck

    def likelihood(self, targets=None, **asked):
        by = {one.id: column for one, column in zip(self.targets, self.outputs.T, strict=True)}
        return likelihood(self.space, self.positions, by, self.targets if targets is None else targets, **asked)

    def exact(self):
        """Return mean and covariance of the factors that matter, walls far away."""
        known = np.linalg.inv(self.chance + self.sd**2 * np.eye(len(self.slopes)))
        return self.truth, np.linalg.inv(self.slopes.T @ known @ self.slopes)


def leaning(size, *by):
    """Return a density whose logarithm is that of the first of some factors times a number, one for each record."""
    space = Space([Factor(f"x{n}") for n in range(size)])
    linear, low = np.zeros((1, size)), 1e-9
    linear[0, 0] = 1.0
    one = Emulator(space, np.zeros(1), linear, np.zeros((1, size, size)), np.ones(1), np.eye(1), np.ones(1, int))
    # the code of a factor goes from -1 to 1; a deviate z counts as -z^2/2
    entries = np.sqrt(-2.0 * np.log(np.maximum(np.linspace(0.0, 1.0, ENTRIES), low)))
    tables = np.stack([np.sqrt(much) * entries for much in by])[:, None]
    shape = len(by), 1
    records = Records(np.full(shape, -1.0), np.full(shape, 2.0 / (ENTRIES - 1)), tables, np.ones((*shape, 1)))
    return Density(space.coding, one.terms, records)
