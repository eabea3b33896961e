"""Worlds whose posterior is known: outputs are straight lines of a few factors, with even chance."""

from __future__ import annotations

import numpy as np

from sim.analysis.targets import Target
from sim.experiment.experiment import Factor
from sim.inference.likelihood import likelihood
from sim.inference.space import Space

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
