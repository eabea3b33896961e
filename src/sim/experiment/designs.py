"""The points of a design: a pure function of the experiment and of a point's number.

No point depends on how many are asked for at once, and none moves when a design grows, so parts may be worked on
anywhere and in any order. Numbers from a logarithmic range are rounded to twelve digits, since the last bits of
``exp`` differ between machines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, UserError
from sim.experiment.experiment import Experiment, Factor

Positions = NDArray[np.float64]
Value = float | int | str | bool

CHUNK = 4096
"""Points of a Sobol' sequence that are made at once; a power of two, as the sequence wants it."""
MOST_NUMBERS = 2**28
"""Numbers in a block of a Latin hypercube, which can only be drawn as a whole: 2 GiB."""
DIGITS = 12
_MORRIS = 1  # what is drawn, in the address of a draw
_once = Lock()
_drawn: dict[tuple[int, int, int, int], Positions] = {}


def points(experiment: Experiment) -> int:
    """Return the number of points of the first block.

    Raises
    ------
    UserError
        A Latin hypercube of so many does not fit into memory.
    """
    design, factors = experiment.design, experiment.uncertainties
    if design.kind == "grid":
        return math.prod(len(levels(factor, design.levels)) for factor in factors)
    if design.kind == "one-at-a-time":
        return 1 + len(_departures(experiment))
    if design.kind == "table":
        return len(design.rows)
    if design.kind == "latin-hypercube" and design.points * len(factors) > MOST_NUMBERS:
        found = f"{design.points:,} points of {len(factors)} uncertainties"
        allowed = (
            f"at most {MOST_NUMBERS // len(factors):,} for a latin-hypercube, which is drawn as a whole; sobol is not, "
            "and a smaller hypercube can be enlarged (sweep --extend)"
        )
        raise UserError(Problem(experiment.name, "design.points", found, allowed))
    return design.points * group(experiment)


def group(experiment: Experiment) -> int:
    """Return how many points belong together: a trajectory, or a base point with what is made of it; otherwise one."""
    more = {"morris": 1, "saltelli": 2}.get(experiment.design.kind)
    return 1 if more is None else len(experiment.uncertainties) + more


def draws(experiment: Experiment, block: tuple[int, int], start: int, stop: int) -> list[dict[str, Value]]:
    """Return the values of the uncertainties at points ``start`` to ``stop``, the end excluded.

    Parameters
    ----------
    block
        First point, and the one after the last, of the block that they belong to.

    Returns
    -------
    list
        For each point the value of each uncertainty by its name; of a choice, its option's value.
    """
    design, factors = experiment.design, experiment.uncertainties
    if design.kind == "table":
        return [{factor.name: row[factor.name] for factor in factors} for row in design.rows[start:stop]]
    if design.kind == "one-at-a-time":
        base = {factor.name: _base(factor) for factor in factors}
        return [base | departure for departure in [{}, *_departures(experiment)][start:stop]]
    if not factors:
        return [{} for _ in range(start, stop)]
    found = places(experiment, block, start, stop)
    if design.kind in ("grid", "morris"):
        steps = [levels(factor, design.levels) for factor in factors]
        columns = [[step[place] for place in column] for step, column in zip(steps, found.T.tolist(), strict=True)]
    else:
        columns = [values(factor, column) for factor, column in zip(factors, found.T, strict=True)]
    names = [factor.name for factor in factors]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def places(experiment: Experiment, block: tuple[int, int], start: int, stop: int) -> NDArray[Any]:
    """Return where points lie, a column for each factor: positions from 0 to 1, or numbers of levels.

    What `draws` makes values of, and much faster; not for tables and one-at-a-time designs.
    """
    design, numbers = experiment.design, np.arange(start, stop)
    if design.kind not in ("grid", "morris"):
        return _positions(experiment, block, numbers)
    steps = [levels(factor, design.levels) for factor in experiment.uncertainties]
    return _grid(steps, numbers) if design.kind == "grid" else _morris(steps, design.seed, numbers)


def values(factor: Factor, positions: Positions) -> list[Value]:
    """Return the values at positions from 0 to 1 of a factor's distribution.

    Options and whole numbers share the way from 0 to 1 evenly.
    """
    if factor.options:
        of = [option.value for option in factor.options]
        return [of[place] for place in _evenly(positions, len(of))]
    if factor.whole:
        first, last = int(factor.low), int(factor.high)
        return [first + place for place in _evenly(positions, last - first + 1)]
    if factor.distribution == "loguniform":
        low, span = math.log(factor.low), math.log(factor.high) - math.log(factor.low)
        raw = (float(f"{math.exp(low + span * position):.{DIGITS}g}") for position in positions.tolist())
        return [min(max(value, factor.low), factor.high) for value in raw]
    found = factor.low + (factor.high - factor.low) * positions
    clipped: list[Value] = np.clip(found, factor.low, factor.high).tolist()
    return clipped


def _evenly(positions: Positions, number: int) -> list[int]:
    places: list[int] = np.minimum((positions * number).astype(np.int64), number - 1).tolist()
    return places


def levels(factor: Factor, number: int) -> list[Value]:
    """Return the settings of a factor in designs that go by levels, both ends of a range included."""
    if factor.options:
        return [option.value for option in factor.options]
    return list(dict.fromkeys(values(factor, np.linspace(0.0, 1.0, number))))


def _base(factor: Factor) -> Value:
    if factor.options:
        return factor.options[0].value
    return int(factor.default) if factor.whole else factor.default


def _departures(experiment: Experiment) -> list[dict[str, Value]]:
    """Return what a one-at-a-time design changes in the base, point by point after the first."""
    return [
        {factor.name: value}
        for factor in experiment.uncertainties
        for value in levels(factor, experiment.design.levels)
        if value != _base(factor)
    ]


def _grid(steps: Sequence[Sequence[Value]], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the levels at points of a grid: the last factor changes fastest."""
    places = np.empty((len(numbers), len(steps)), np.int64)
    rest = numbers
    for column in reversed(range(len(steps))):
        rest, places[:, column] = np.divmod(rest, len(steps[column]))
    return places


def _morris(steps: Sequence[Sequence[Value]], seed: int, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the levels at points of Morris trajectories.

    A trajectory has a point more than there are factors: from each to the next one factor moves over half of its
    levels, up or down. Everything is addressed by the trajectory's number and the factor's.
    """
    # Whoever draws nothing needs no compiler.
    from sim.draws.philox import MASK, words_block

    factors = len(steps)
    trajectories, rows = np.divmod(numbers, factors + 1)
    of, which = np.unique(trajectories, return_inverse=True)
    counters = np.zeros((len(of) * factors, 4), np.uint64)
    counters[:, 0] = np.repeat(of, factors)
    counters[:, 1] = np.tile(np.arange(factors), len(of))
    counters[:, 3] = _MORRIS
    words = words_block(counters, (seed & MASK, seed >> 32)).reshape(len(of), factors, 4)
    number = np.array([len(step) for step in steps], np.uint64)
    stride = np.maximum(number // np.uint64(2), np.uint64(1))
    bottom = (words[:, :, 0] * (number - stride)) >> np.uint64(32)
    upwards = words[:, :, 1] % np.uint64(2) == 1
    rank = words[:, :, 2].argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    moved = rank[which] < rows[:, None]
    return (bottom[which] + stride * (upwards[which] == moved)).astype(np.int64)


def _positions(experiment: Experiment, block: tuple[int, int], numbers: NDArray[np.int64]) -> Positions:
    """Return the positions at points of a space-filling design, a column for each factor."""
    design, factors = experiment.design, len(experiment.uncertainties)
    if design.kind == "latin-hypercube":
        key = (factors, design.seed, *block)
        with _once:  # threads that begin together would each make the same large table
            if key not in _drawn:
                _drawn.clear()  # before the next one is made: there is room for one
                _drawn[key] = _latin(*key)
            return _drawn[key][numbers - block[0]]
    if design.kind == "sobol":
        return _sobol(factors, design.seed, numbers)
    # Saltelli et al. 2010: one point each of the samples A and B, then A with one factor after another out of B
    bases, rows = np.divmod(numbers, factors + 2)
    both = _sobol(2 * factors, design.seed, bases)
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


def _sobol(columns: int, seed: int, numbers: NDArray[np.int64]) -> Positions:
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
