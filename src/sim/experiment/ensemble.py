"""An ensemble: draws of parameters and readings that are as likely as any other, given what somebody has scored.

One file holds it: a row for each draw, and in the file's own description what each column is drawn from. Experiments
take one in place of ranges (``[uncertainties] ensemble = "record"``); so do `compare` and `run` with ``--ensemble``.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, UserError, misfits, nearest
from sim.experiment.experiment import FACTOR, Design, Experiment, Factor, Given, factor_of, written
from sim.scenario.layers import leaves

if TYPE_CHECKING:
    from sim.experiment.sampling import Value

FILE = "ensemble.parquet"
PLACE = Path("results", "calibration")
"""Where ensembles lie that are called by name, below the current folder."""
_KEY = b"skloki"
RECORD = {"name": str, "given": str, "model": str, "factors": [FACTOR], "check": dict, "digest?": str}


@dataclass(frozen=True)
class Ensemble:
    """Draws, all with the same weight.

    Attributes
    ----------
    name
        What it is called: of its folder.
    given
        In words: what the draws agree with.
    model
        Hash of the model that was run to make them.
    factors
        What is drawn: parameters, readings, and whatever else the calibration drew.
    rows
        A value for each factor; None for a variant that another one excludes.
    check
        What made the runs behind the first rows (an experiment's record, without its draws), and what these gave: by
        which another version of the model can be told to be the same.
    """

    name: str
    given: str
    model: str
    factors: tuple[Factor, ...]
    rows: tuple[Mapping[str, Value | None], ...]
    check: Mapping[str, Any]
    #: the file that was read; none of one that is being made
    source: Path | None = field(default=None, compare=False)

    @property
    def identity(self) -> Given:
        """What results say of it."""
        rows = json.dumps([dict(row) for row in self.rows], sort_keys=True).encode()
        return Given(self.name, self.given, self.model, hashlib.sha256(rows).hexdigest()[:16], self.source)

    def write(self, path: Path) -> None:
        """Write the file."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = {factor.name: pa.array([row[factor.name] for row in self.rows]) for factor in self.factors}
        said: dict[str, Any] = json.loads(json.dumps(written(self, {k: v for k, v in RECORD.items() if "?" not in k})))
        pq.write_table(pa.table(columns).replace_schema_metadata({_KEY: json.dumps(said)}), path)


def read(name: str | Path, folder: Path | None = None) -> Ensemble:
    """Read an ensemble: its file, the folder that holds it, or its name in ``results/calibration``.

    Parameters
    ----------
    folder
        From which a path is looked for first, before the current one.

    Raises
    ------
    UserError
        There is none, or the file is none.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = _place(name, folder)
    try:
        table = pq.read_table(path)
        said = json.loads((table.schema.metadata or {})[_KEY])
        for field, found, allowed in misfits(said, RECORD):
            raise ValueError(f"{field}: found {found}; allowed: {allowed}")
        factors = tuple(map(factor_of, said["factors"]))
        columns = [table[factor.name].to_pylist() for factor in factors]
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise UserError(Problem(str(name), found=f"{path}: {error}", allowed="an ensemble, as skloki calibrate "
                                "writes it")) from error  # fmt: skip
    names = [factor.name for factor in factors]
    rows = tuple(dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
    if problems := [*_outside(path, factors, columns), *([] if rows else [Problem(str(path), found="no draws")])]:
        raise UserError(problems)
    return Ensemble(said["name"], said["given"], said["model"], factors, rows, said["check"], path.resolve())


def known() -> list[str]:
    """Return the names of the ensembles below the current folder."""
    return sorted(path.parent.name for path in PLACE.glob(f"*/{FILE}"))


def _place(name: str | Path, folder: Path | None) -> Path:
    near = [Path(name).expanduser()] if folder is None else [folder / Path(name).expanduser(), Path(name).expanduser()]
    for place in (*near, PLACE / name):
        for path in (place, place / FILE):
            if path.is_file():
                return path
    listed = f": {', '.join(known())}" if known() else ""
    raise UserError(Problem(
        "ensemble", found=f"{str(name)!r}", suggestion=nearest(str(name), known()),
        allowed=f"a folder with {FILE}, as skloki calibrate makes it, or the name of one in {PLACE}{listed}",
    ))  # fmt: skip


def _outside(path: Path, factors: Sequence[Factor], columns: Sequence[Sequence[Any]]) -> list[Problem]:
    """Return a problem for each factor that has a value which it cannot have."""
    found = []
    for factor, column in zip(factors, columns, strict=True):
        options = {option.value for option in factor.options}
        for at, value in enumerate(column):
            good = value in options or value is None and factor.under is not None if options else (
                isinstance(value, int | float) and math.isfinite(value) and factor.low <= value <= factor.high)
            if not good:
                allowed = ", ".join(map(str, options)) if options else f"{factor.low:g} to {factor.high:g}"
                found.append(Problem(f"{path.name}: draw {at}", factor.name, repr(value), allowed))
                break
    return found


def over_name(name: str, ensemble: Ensemble) -> str:
    """Return what an experiment over an ensemble is called: its folder, too, unless another is asked for."""
    return f"{name}-{ensemble.name}"


def over(
    experiment: Experiment, ensemble: Ensemble, points: int | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Experiment:  # fmt: skip
    """Return an experiment over an ensemble's draws instead of its own ranges, and say what is not drawn.

    What a lever sets is left to the lever. The experiment has a name of its own, so that its sweep lies apart.
    """
    levers = _fields(experiment.levers)
    free = [factor for factor in ensemble.factors if not _fields([factor]) & levers]
    left = [factor.name for factor in ensemble.factors if factor not in free]
    held = [factor.name for factor in experiment.uncertainties if factor not in free
            and factor.name not in {one.name for one in free}]  # fmt: skip
    found = replace(
        experiment, name=over_name(experiment.name, ensemble), uncertainties=tuple(free),
        design=design(ensemble, free, points), accidents="own", ensemble=ensemble.identity,
    )  # fmt: skip
    if left:
        say(f"{', '.join(left)}: as the levers say, not as the ensemble has it")
    if held:
        say(f"{', '.join(held)}: not drawn, the ensemble does not have them")
    return replace(found, curve_points=min(experiment.curve_points, found.design.points))


def design(ensemble: Ensemble, factors: Sequence[Factor], points: int | None = None) -> Design:
    """Return the design whose points are an ensemble's draws, or the first of them."""
    if points is not None and not 1 <= points <= len(ensemble.rows):
        allowed = f"1 to {len(ensemble.rows):,}, the draws of {ensemble.name}"
        raise UserError(Problem("points", found=f"{points:,}", allowed=allowed))
    names = [factor.name for factor in factors]
    rows = tuple({name: row[name] for name in names} for row in ensemble.rows[:points])
    return Design("ensemble", len(rows), rows=rows)


def _fields(factors: Sequence[Factor]) -> set[tuple[Any, ...]]:
    """Return the fields of a scenario that factors set."""
    found: set[tuple[Any, ...]] = {tuple(factor.target.split(".")) for factor in factors if factor.target}
    for factor in factors:
        for option in factor.options:
            found |= {path for path, _ in leaves(dict(option.table))}
    return found
