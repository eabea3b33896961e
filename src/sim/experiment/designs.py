"""The designs there are, a record each, and the points of an experiment: a pure function of it and of their numbers.

No point depends on how many are asked for at once, and none moves when a design grows, so parts may be worked on
anywhere and in any order. A new design is an entry of `DESIGNS` and its function in `sim.experiment.sampling`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, UserError
from sim.experiment import sampling
from sim.experiment.experiment import Experiment
from sim.experiment.plan import Plan
from sim.experiment.sampling import Range, Value

MOST_NUMBERS = 2**28
"""Numbers in a block of a design that can only be drawn as a whole: 2 GiB."""
SLAB, SOME = 4096, 256
"""Points whose positions are hashed at once, and points of a block whose values are."""
FEW_EACH = 10
"""Points of a space-filling design for each uncertainty, and trajectories of a Morris design: the usual least."""


@dataclass(frozen=True)
class DesignKind:
    """A way to cover the space of uncertainties, and whatever hangs on which it is.

    Attributes
    ----------
    covers, when
        In words: what its points are, and what it is good for.
    positions
        Gives where points lie, a row each and a column for each factor: numbers of levels if it goes by `levels`,
        otherwise positions from 0 to 1.
    listed
        Instead: gives all points as they are.
    counted
        One and several of what the file's ``points`` counts. Nothing where levels or rows decide how many points
        there are.
    extra
        Of a design whose points come in families: how many points a family has beside one for each factor. Only
        families are independent of one another.
    levels
        How many settings of a number there are by default; nothing where none are picked out.
    drawn
        Whether points are drawn, over the ranges or out of an ensemble: each has accidents of its own unless the file
        says otherwise.
    whole
        Whether a block can only be drawn as a whole.
    from_base
        Whether points change one thing at a time in the first.
    file
        Whether the points stand in a file.
    cautions
        Give what is allowed of such a design but worth a thought.
    """

    covers: str
    when: str
    positions: Callable[[Experiment, Range, NDArray[np.int64]], NDArray[Any]] | None = None
    listed: Callable[[Experiment], Sequence[Mapping[str, Value]]] | None = None
    counted: tuple[str, str] | None = None
    extra: int | None = None
    levels: int | None = None
    drawn: bool = False
    whole: bool = False
    from_base: bool = False
    file: bool = False
    cautions: tuple[Callable[[Experiment], Iterator[str]], ...] = ()

    @property
    def growing(self) -> bool:
        """Whether there can be more points without moving those there are; others get more replicates."""
        return self.counted is not None

    @property
    def fixed(self) -> bool:
        """Whether its points are chosen, so that there is nothing between them to conclude on."""
        return not (self.growing or self.drawn)

    @property
    def families(self) -> bool:
        """Whether only families of points are independent of one another."""
        return self.extra is not None


def _no_power_of_two(experiment: Experiment) -> Iterator[str]:
    asked = experiment.design.points
    if asked & (asked - 1):
        below = 1 << (asked.bit_length() - 1)
        yield (
            f"design.points: {asked:,} is no power of two, so the sequence does not fill its space evenly: "
            f"{below:,} or {2 * below:,} would"
        )


def _few_points(experiment: Experiment) -> Iterator[str]:
    number, unknowns = points(experiment), len(experiment.uncertainties)
    if number < FEW_EACH * unknowns:
        each = f"each of {unknowns} uncertainties" if unknowns > 1 else "an uncertainty"
        yield f"design.points: {number:,} {'are' if number > 1 else 'is'} fewer than {FEW_EACH} for {each}"


def _few_families(experiment: Experiment) -> Iterator[str]:
    asked, named = experiment.design.points, kind_of(experiment).counted or ("", "")
    if asked < FEW_EACH:
        yield f"design.points: {asked} {named[asked > 1]} {'are' if asked > 1 else 'is'} few"


def _odd_levels(experiment: Experiment) -> Iterator[str]:
    if experiment.design.levels % 2:
        odd = experiment.design.levels
        yield f"design.levels: of an odd number, {odd}, Morris trajectories visit some levels more often"


def _base_outside(experiment: Experiment) -> Iterator[str]:
    for factor in experiment.uncertainties:
        if not factor.options and not factor.low <= factor.default <= factor.high:
            yield (
                f"uncertainties.{factor.name}: the base, {factor.default:g}, from which one at a time departs, "
                f"lies outside the range {factor.low:g} to {factor.high:g}"
            )


DESIGNS: dict[str, DesignKind] = {
    "grid": DesignKind(
        "every combination of levels",
        "one to three uncertainties: a map that anybody can read. Without uncertainties it is a single point, for "
        "levers alone",
        sampling.grid, levels=5,
    ),
    "latin-hypercube": DesignKind(
        "each uncertainty has one point in every slice of its range",
        'the usual choice for many uncertainties: "how often, over the ranges?"',
        sampling.latin_hypercube, counted=("point", "points"), drawn=True, whole=True, cautions=(_few_points,),
    ),
    "sobol": DesignKind(
        "a sequence that fills space evenly, scrambled by the seed",
        "the same with fewer points, and for pictures of surfaces; a power of two is best",
        sampling.sobol, counted=("point", "points"), drawn=True, cautions=(_no_power_of_two, _few_points),
    ),
    "saltelli": DesignKind(
        "for each base point k + 2 points (two samples, and one with each uncertainty exchanged in turn)",
        "which uncertainty the spread comes from (Sobol' indices); dear",
        sampling.saltelli, counted=("base point", "base points"), extra=2, cautions=(_no_power_of_two, _few_families),
    ),
    "morris": DesignKind(
        "trajectories of k + 1 points, each step moves one uncertainty over half of its levels",
        "a first screening of many uncertainties, with few runs",
        sampling.morris, counted=("trajectory", "trajectories"), extra=1, levels=4,
        cautions=(_few_families, _odd_levels),
    ),
    "one-at-a-time": DesignKind(
        "the base, then each uncertainty alone at its levels",
        "to see what each does near the base; blind to what they do together",
        listed=sampling.one_at_a_time, levels=5, from_base=True, cautions=(_base_outside,),
    ),
    "table": DesignKind(
        "the lines of a CSV file",
        "points from elsewhere: a posterior, another program's design, single cases",
        listed=lambda experiment: experiment.design.rows, file=True,
    ),
    "ensemble": DesignKind(
        "the draws of the ensemble that `[uncertainties]` names, all of them or the first `points`",
        "what recorded figures leave open, instead of the whole ranges",
        listed=lambda experiment: experiment.design.rows, drawn=True,
    ),
}  # fmt: skip


def kinds(which: Callable[[DesignKind], object]) -> list[str]:
    """Return the names of the designs of which something holds."""
    return [name for name, kind in DESIGNS.items() if which(kind)]


def kind_of(experiment: Experiment) -> DesignKind:
    """Return the record of an experiment's design."""
    return DESIGNS[experiment.design.kind]


def points(experiment: Experiment) -> int:
    """Return the number of points of the first block.

    Raises
    ------
    UserError
        A design that is drawn as a whole does not fit into memory with so many.
    """
    design, kind, unknowns = experiment.design, kind_of(experiment), len(experiment.uncertainties)
    if kind.listed:
        return len(kind.listed(experiment))
    if not kind.growing:
        return math.prod(map(len, sampling.steps(experiment)))
    if kind.whole and design.points * unknowns > MOST_NUMBERS:
        found = f"{design.points:,} points of {unknowns} uncertainties"
        allowed = (
            f"at most {MOST_NUMBERS // unknowns:,} for a {design.kind}, which is drawn as a whole; sobol is not, "
            "and a smaller hypercube can be enlarged (sweep --extend)"
        )
        raise UserError(Problem(experiment.name, "design.points", found, allowed))
    return design.points * group(experiment)


def first_look(experiment: Experiment, number: int) -> Experiment:
    """Return an experiment with fewer points, under a name of its own: a sweep of it is no part of the whole one.

    Of sequences and trajectories these are the first that the whole has; a hypercube is another one.
    """
    kind, asked = kind_of(experiment), experiment.design.points
    counted = ("draw", "draws") if experiment.ensemble else kind.counted
    if counted is None:
        allowed = f"nothing: the points of a {experiment.design.kind} are all of them"
        raise UserError(Problem("--points", found=f"{number:,}", allowed=allowed))
    if not 1 <= number < asked:
        allowed = f"1 to {asked - 1:,}, fewer {counted[1]} than the experiment's {asked:,}; for more, --extend"
        raise UserError(Problem("--points", found=f"{number:,}", allowed=allowed))
    design = replace(experiment.design, points=number, rows=experiment.design.rows[:number])
    fewer = replace(experiment, name=first_name(experiment.name, number), design=design)
    return replace(fewer, curve_points=min(experiment.curve_points, points(fewer)))


def first_name(name: str, number: int) -> str:
    """Return what a first look at an experiment is called: its folder, too, unless another is asked for."""
    return f"{name}-first-{number}"


def group(experiment: Experiment) -> int:
    """Return how many points belong together: a trajectory, or a base point with what is made of it; otherwise one."""
    extra = kind_of(experiment).extra
    return 1 if extra is None else len(experiment.uncertainties) + extra


def samples(experiment: Experiment, block: Range, start: int, stop: int) -> list[dict[str, Value | None]]:
    """Return the values of the uncertainties at points ``start`` to ``stop``, the end excluded.

    Parameters
    ----------
    block
        First point, and the one after the last, of the block that they belong to.

    Returns
    -------
    list
        For each point the value of each uncertainty by its name; of a choice, its option's value; None for a
        variant that another one excludes.
    """
    kind, factors = kind_of(experiment), experiment.uncertainties
    names = [factor.name for factor in factors]
    found: list[dict[str, Value | None]]
    if kind.listed:
        found = [{name: row[name] for name in names} for row in kind.listed(experiment)[start:stop]]
    elif not factors:
        found = [{} for _ in range(start, stop)]
    else:
        columns = positions(experiment, block, start, stop).T
        if kind.levels:
            steps = zip(sampling.steps(experiment), columns.tolist(), strict=True)
            drawn = [[step[number] for number in column] for step, column in steps]
        else:
            drawn = [sampling.values(factor, column) for factor, column in zip(factors, columns, strict=True)]
        found = [dict(zip(names, row, strict=True)) for row in zip(*drawn, strict=True)]
    sampling.silence(factors, found)
    return found


def positions(experiment: Experiment, block: Range, start: int, stop: int) -> NDArray[Any]:
    """Return where points lie, a column for each factor: positions from 0 to 1, or numbers of levels.

    What `samples` makes values of, and much faster; not for designs that list their points.
    """
    lie = kind_of(experiment).positions
    if lie is None:
        raise TypeError(f"points of a {experiment.design.kind} are listed")
    return lie(experiment, block, np.arange(start, stop))


def hashes(experiment: Experiment, plan: Plan) -> list[str]:
    """Return a hash of what is drawn for each block."""
    of: dict[Range, str] = {}
    for block in plan.blocks:
        if block.points not in of:
            of[block.points] = _hash(experiment, block.points)
    return [of[block.points] for block in plan.blocks]


def _hash(experiment: Experiment, block: Range) -> str:
    """Return the hash of a block: of all that chance decides, and of some values, which follow from that.

    What a table, a grid or a one-at-a-time design gives stands in the experiment, which is compared itself.
    """
    digest = sha256()
    if kind_of(experiment).growing:
        for start in range(*block, SLAB):
            lie = positions(experiment, block, start, min(start + SLAB, block[1]))
            digest.update(lie.astype("<f8").tobytes())
    drawn = samples(experiment, block, block[0], min(block[0] + SOME, block[1]))
    for factor in experiment.uncertainties:
        values = [sample[factor.name] for sample in drawn]
        if factor.options:
            digest.update(json.dumps(values).encode())
        else:
            digest.update(np.array(values, dtype="<f8").tobytes())
    return digest.hexdigest()
