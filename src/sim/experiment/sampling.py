"""Where the points of each design lie, and which values that means: every number by its address alone.

Numbers from a logarithmic range are rounded to twelve digits, since the last bits of ``exp`` differ between machines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.experiment import Experiment, Factor

Positions = NDArray[np.float64]
Numbers = NDArray[np.int64]
Value = float | int | str | bool
Range = tuple[int, int]
"""First, and the one after the last."""

CHUNK = 4096
"""Points of a Sobol' sequence that are made at once; a power of two, as the sequence wants it."""
DIGITS = 12
_MORRIS = 1  # what is drawn, in the address of a draw
_once = Lock()
_drawn: dict[tuple[int, int, int, int], Positions] = {}


def values(factor: Factor, positions: Positions) -> list[Value]:
    """Return the values at positions from 0 to 1 of a factor's distribution.

    Options and whole numbers share the way from 0 to 1 evenly.
    """
    if factor.options:
        of = [option.value for option in factor.options]
        return [of[number] for number in _evenly(positions, len(of))]
    if factor.whole:
        first, last = int(factor.low), int(factor.high)
        return [first + number for number in _evenly(positions, last - first + 1)]
    if factor.distribution == "loguniform":
        low, span = math.log(factor.low), math.log(factor.high) - math.log(factor.low)
        raw = (float(f"{math.exp(low + span * position):.{DIGITS}g}") for position in positions.tolist())
        return [min(max(value, factor.low), factor.high) for value in raw]
    raw_values = factor.low + (factor.high - factor.low) * positions
    clipped: list[Value] = np.clip(raw_values, factor.low, factor.high).tolist()
    return clipped


def silence(factors: Sequence[Factor], found: Sequence[dict[str, Value | None]]) -> None:
    """Take out of samples the variants that another one, drawn beside them, excludes: they decide nothing there."""
    for factor in factors:
        target, reading = factor.under or ("", "")
        for parent in (one.name for one in factors if target and one.target == target):
            for sample in found:
                if sample[parent] != reading:
                    sample[factor.name] = None


def _evenly(positions: Positions, count: int) -> list[int]:
    numbers: list[int] = np.minimum((positions * count).astype(np.int64), count - 1).tolist()
    return numbers


def levels(factor: Factor, number: int) -> list[Value]:
    """Return the settings of a factor in designs that go by levels, both ends of a range included."""
    if factor.options:
        return [option.value for option in factor.options]
    return list(dict.fromkeys(values(factor, np.linspace(0.0, 1.0, number))))


def _base(factor: Factor) -> Value:
    if factor.options:
        return factor.options[0].value
    return int(factor.default) if factor.whole else factor.default


def one_at_a_time(experiment: Experiment) -> list[dict[str, Value]]:
    """Return the points of a one-at-a-time design: the base, then each factor alone at its other levels."""
    factors = experiment.uncertainties
    base = {factor.name: _base(factor) for factor in factors}
    departures = (
        {factor.name: value}
        for factor in factors
        for value in levels(factor, experiment.design.levels)
        if value != base[factor.name]
    )
    return [base, *(base | departure for departure in departures)]


def steps(experiment: Experiment) -> list[list[Value]]:
    """Return the levels of each factor."""
    return [levels(factor, experiment.design.levels) for factor in experiment.uncertainties]


def grid(experiment: Experiment, block: Range, numbers: Numbers) -> Numbers:
    """Return the levels at points of a grid: the last factor changes fastest."""
    sizes = [len(step) for step in steps(experiment)]
    found = np.empty((len(numbers), len(sizes)), np.int64)
    rest = numbers
    for column in reversed(range(len(sizes))):
        rest, found[:, column] = np.divmod(rest, sizes[column])
    return found


def morris(experiment: Experiment, block: Range, numbers: Numbers) -> Numbers:
    """Return the levels at points of Morris trajectories.

    A trajectory has a point more than there are factors: from each to the next one factor moves over half of its
    levels, up or down. Everything is addressed by the trajectory's number and the factor's.
    """
    from sim.draws.philox import MASK, words_block  # brings the compiler along

    seed, sizes = experiment.design.seed, [len(step) for step in steps(experiment)]
    factors = len(sizes)
    trajectories, rows = np.divmod(numbers, factors + 1)
    of, which = np.unique(trajectories, return_inverse=True)
    counters = np.zeros((len(of) * factors, 4), np.uint64)
    counters[:, 0] = np.repeat(of, factors)
    counters[:, 1] = np.tile(np.arange(factors), len(of))
    counters[:, 3] = _MORRIS
    words = words_block(counters, (seed & MASK, seed >> 32)).reshape(len(of), factors, 4)
    number = np.array(sizes, np.uint64)
    stride = np.maximum(number // np.uint64(2), np.uint64(1))
    bottom = (words[:, :, 0] * (number - stride)) >> np.uint64(32)
    upwards = words[:, :, 1] % np.uint64(2) == 1
    rank = words[:, :, 2].argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    moved = rank[which] < rows[:, None]
    return (bottom[which] + stride * (upwards[which] == moved)).astype(np.int64)


def latin_hypercube(experiment: Experiment, block: Range, numbers: Numbers) -> Positions:
    """Return the positions at points of a Latin hypercube: one for each block, drawn as a whole."""
    key = (len(experiment.uncertainties), experiment.design.seed, *block)
    with _once:  # threads that begin together would each make the same large table
        if key not in _drawn:
            _drawn.clear()  # before the next one is made: there is room for one
            _drawn[key] = _latin(*key)
        return _drawn[key][numbers - block[0]]


def sobol(experiment: Experiment, block: Range, numbers: Numbers) -> Positions:
    """Return the positions at points of a scrambled Sobol' sequence."""
    return scrambled(len(experiment.uncertainties), experiment.design.seed, numbers)


def saltelli(experiment: Experiment, block: Range, numbers: Numbers) -> Positions:
    """Return the positions at points of Saltelli et al. 2010.

    One point each of the samples A and B, then A with one factor after another out of B.
    """
    factors = len(experiment.uncertainties)
    bases, rows = np.divmod(numbers, factors + 2)
    both = scrambled(2 * factors, experiment.design.seed, bases)
    from_b = (rows[:, None] == 1) | (rows[:, None] == np.arange(factors) + 2)
    return np.where(from_b, both[:, factors:], both[:, :factors])


def _latin(factors: int, seed: int, first: int, last: int) -> Positions:
    """Return a Latin hypercube: scipy's, number for number, in a quarter of the memory."""
    from scipy.stats import qmc

    number, random = last - first, qmc.LatinHypercube(factors, rng=[seed, first]).rng
    positions: Positions = random.uniform(size=(number, factors))
    for column in positions.T:
        order = np.arange(1, number + 1)
        random.shuffle(order)
        column[:] = (order - column) / number
    return positions


def scrambled(columns: int, seed: int, numbers: NDArray[np.int64]) -> Positions:
    """Return points of a scrambled Sobol' sequence by their numbers, which never fall."""
    chunks, within = np.divmod(numbers, CHUNK)
    parts = [_chunk(columns, seed, int(chunk))[within[chunks == chunk]] for chunk in np.unique(chunks)]
    return np.concatenate(parts) if parts else np.empty((0, columns))


@lru_cache(maxsize=4)
def _chunk(columns: int, seed: int, number: int) -> Positions:
    with _once:
        sequence = _sequence(columns, seed)
        if sequence.num_generated > number * CHUNK:
            sequence.reset()
        if ahead := number * CHUNK - sequence.num_generated:
            sequence.fast_forward(ahead)
        positions: Positions = sequence.random(CHUNK)
    positions.setflags(write=False)
    return positions


@lru_cache(maxsize=1)
def _sequence(columns: int, seed: int) -> Any:
    """Return a sequence that stands where it was left: from its beginning the way to late chunks is long."""
    from scipy.stats import qmc

    return qmc.Sobol(columns, scramble=True, rng=seed)
