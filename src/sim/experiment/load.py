"""From an experiment file to an experiment: everything that is wrong with it is reported at once."""

from __future__ import annotations

import itertools
import math
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sim.errors import Problem, UserError, nearest
from sim.experiment import factors, fields, keep
from sim.experiment.experiment import Experiment
from sim.experiment.layers import Draft, Read
from sim.scenario.files import Reader, Unreadable, exists, read_text, shipped
from sim.scenario.layers import Layer, Stack
from sim.scenario.lines import dotted

MOST_COMBINATIONS = 10_000
JUDGED_WHOLE = 2_000
"""So many combinations of levers are all looked at; of more, every pair of options, the rest at the baseline."""


def shipped_experiments() -> dict[str, Path]:
    """Return the experiments that come with the package, by name."""
    package = Path(__file__).resolve().parents[1]
    # in an installed package beside the rooms, in a checkout at the root of the project
    for folder in (package / "experiments", package.parents[1] / "experiments"):
        found = {path.stem: path for path in sorted(folder.glob("*.toml")) if "design" in _keys(path)}
        if found:
            return found
    return {}


def locate(path_or_name: str | Path) -> Path:
    """Return the file that a path or the name of a shipped experiment means."""
    path = Path(path_or_name)
    if path.parent != Path() or path.is_absolute():
        return path
    known = shipped_experiments()
    if path.suffix == ".toml" and not exists(path):
        return known.get(path.stem, path)
    return known.get(path.name, path)


def is_experiment(path_or_name: str | Path) -> bool:
    """Return whether a path or name means an experiment, and not a scenario."""
    return str(path_or_name) not in shipped() and bool(fields.OWN & _keys(locate(path_or_name)))


def _keys(path: Path) -> frozenset[str]:
    try:
        return frozenset(tomllib.loads(read_text(path)))
    except (Unreadable, ValueError, RecursionError, OSError):
        return frozenset()


def load_experiment(path_or_name: str | Path) -> Experiment:
    """Read an experiment file, or a shipped experiment by name.

    Raises
    ------
    UserError
        With every problem of the file, and of the scenarios that it names.
    """
    path = locate(path_or_name)
    draft = _draft(path)
    levers = factors.levers(draft)
    base = draft.below()
    uncertainties = factors.uncertainties(draft, base)
    factors.overlaps(draft, [*levers, *uncertainties])
    combinations = math.prod(len(lever.factor.options) for lever in levers)
    if combinations > MOST_COMBINATIONS:
        draft.refuse(("levers",), f"{combinations:,} combinations", f"at most {MOST_COMBINATIONS:,}")
    elif draft.sound:
        for layers in _worlds(levers, uncertainties):
            draft.judge(layers)
    experiment = keep.kept(draft, base, levers, uncertainties)
    if not draft.problems:
        keep.within_reach(draft, experiment)
    if not draft.problems and not experiment.horizons:
        experiment = replace(experiment, horizons=keep.usual_horizons(draft, levers))
    keep.distinct_columns(draft, experiment)
    if draft.problems:
        raise UserError(_in_order(draft))
    return experiment


def load_page(path_or_name: str | Path) -> fields.Page:
    """Return what an experiment file says of its sweep's page."""
    draft = _draft(locate(path_or_name))
    if draft.problems:
        raise UserError(_in_order(draft))
    return draft.file.page


def _draft(path: Path) -> Draft:
    stack = Stack()
    try:
        own = Reader(stack).layer(path, read_text(path, "an experiment file"))
    except Unreadable as why:
        missing = why.found == "no such file"
        allowed = "an experiment file or the name of a shipped experiment" if missing else why.allowed
        near = nearest(path.stem, shipped_experiments()) if missing else ""
        raise UserError(Problem(str(path), found=why.found, allowed=allowed, suggestion=near)) from None
    if own is None:
        raise UserError(stack.problems)
    file, faults = fields.read(own.table)
    problems = [Problem(own.where(f.path), dotted(f.path), f.found, f.allowed, f.suggestion) for f in faults]
    return Draft(path, own, file, problems)


def _worlds(levers: Sequence[Read], uncertainties: Sequence[Read]) -> Iterator[list[Layer]]:
    """Yield what is laid over the base in the worlds that are looked at.

    These are the combinations of levers, and the baseline with each option and each end of a range of the
    uncertainties.
    """
    sizes = [range(len(lever.layers)) for lever in levers]
    combinations: Iterator[Sequence[int]] = itertools.product(*sizes)
    if math.prod(map(len, sizes)) > JUDGED_WHOLE:
        combinations = (
            [{one: i, two: j}.get(at, 0) for at in range(len(levers))]
            for one, two in itertools.combinations(range(len(levers)), 2)
            for i, j in itertools.product(sizes[one], sizes[two])
        )
    for combination in combinations:
        yield [layer for lever, at in zip(levers, combination, strict=True) for layer in lever.layers[at]]
    baseline = [layer for lever in levers for layer in lever.layers[0]]
    for each in uncertainties:
        # of a parameter's range there is nothing between values that could be wrong
        if not each.factor.target.startswith("parameters."):
            for layers in each.layers:
                yield [*baseline, *layers]


def _in_order(draft: Draft) -> list[Problem]:
    """Return the problems of the experiment file line by line, then those of other files; each once."""
    problems = list(dict.fromkeys(draft.problems))
    files = list(dict.fromkeys([draft.own.label, *(problem.where.partition(":")[0] for problem in problems)]))

    def position(problem: Problem) -> tuple[int, float]:
        label, _, line = problem.where.partition(":")
        return files.index(label), int(line) if line else math.inf

    return sorted(problems, key=position)
