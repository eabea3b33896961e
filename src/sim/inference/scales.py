"""On which scale a figure is emulated: where a quadratic with even chance tells most of what runs gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.inference.emulator import fit
from sim.inference.space import Array, Space

LOOKED_AT = 1500
"""Rows by which a scale is chosen."""
OF_MIDDLE, OF_SHARE = 0.01, 0.005
"""What is added before logarithms are taken: of the median, and to a share and to the rest of it."""


@dataclass(frozen=True)
class Scale:
    """How an output is stretched.

    Attributes
    ----------
    kind
        As it is, as a logarithm, or as a share's log odds.
    added
        Before the logarithm is taken.
    low, high
        What outputs can be; what is infinite counts as the highest.
    """

    kind: Literal["plain", "log", "odds"] = "plain"
    added: float = 0.0
    low: float = -np.inf
    high: float = np.inf

    def forward(self, values: Array) -> Array:
        """Return outputs as they are emulated."""
        values = np.clip(values, self.low, self.high)
        if self.kind == "log":
            return np.log(values + self.added)
        if self.kind == "odds":
            return np.log((values + self.added) / (1.0 - values + self.added))
        return values

    def back(self, values: Array) -> Array:
        """Return outputs as they are recorded."""
        if self.kind == "log":
            values = np.exp(np.minimum(values, 700.0)) - self.added
        elif self.kind == "odds":
            share = 1.0 / (1.0 + np.exp(-np.clip(values, -700.0, 700.0)))
            values = np.minimum(share * (1.0 + 2.0 * self.added) - self.added, 1.0)
        return np.maximum(values, self.low)

    def slope(self, values: Array) -> Array:
        """Return the logarithm of how much further apart neighbouring outputs are on the scale."""
        if self.kind == "log":
            return -np.log(values + self.added)
        if self.kind == "odds":
            return np.log(1.0 / (values + self.added) + 1.0 / (1.0 - values + self.added))
        return np.zeros_like(values)


def candidates(values: Array) -> list[Scale]:
    """Return the scales that outputs (rows,) can have."""
    finite = values[np.isfinite(values)]
    if not len(finite) or np.ptp(finite) == 0.0 or finite.min() < 0.0:
        return [Scale(high=float(finite.max()))] if len(finite) else [Scale()]
    high = float(finite.max())
    found = [Scale(low=0.0, high=high)]
    if (added := OF_MIDDLE * float(np.median(finite))) > 0.0:
        found.append(Scale("log", added, 0.0, high))
    return [*found, Scale("odds", OF_SHARE, 0.0, high)] if high <= 1.0 else found


def chosen(space: Space, positions: Array, outputs: Array) -> list[Scale]:
    """Return the scale of each output on which straight lines and squares make what was found likeliest.

    That the outputs are further apart on one scale than on another is taken into account.
    """
    positions, some = positions[:LOOKED_AT], outputs[:LOOKED_AT]
    offered = [(at, scale) for at, values in enumerate(outputs.T) for scale in candidates(values)]
    stretched = [scale.forward(some[:, at]) for at, scale in offered]
    if not offered:
        return []
    left = np.diag(fit(space, positions, np.column_stack(stretched), quadratic=0).residual)
    best: dict[int, tuple[float, Scale]] = {}
    for (at, scale), rest in zip(offered, left, strict=True):
        values = some[np.isfinite(some[:, at]), at]
        likely = float(scale.slope(values).mean() - 0.5 * np.log(rest)) if rest > 0.0 and len(values) else 0.0
        if at not in best or likely > best[at][0]:
            best[at] = likely, scale
    return [best[at][1] for at in range(outputs.shape[1])]
