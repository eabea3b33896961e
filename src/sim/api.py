"""The Python interface: the verbs of the command line, on the same rooms below.

They are reached as ``sim.run(...)``, ``sim.open(...)`` and so on; see the package.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.load import Loaded
    from sim.study.comparison import Comparison
    from sim.study.glossary import Entry
    from sim.study.preview import Preview
    from sim.study.result import Result
    from sim.study.run import Progress
    from sim.study.tracing import Traced

Sets = Iterable[str] | Mapping[str, Any]


def run(
    scenario: str | Path | Loaded,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    sets: Sets = (),
    out: str | Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
    engine: str = "compiled",
    threads: int | None = None,
) -> Result:
    """Run a scenario and store the result.

    Parameters
    ----------
    scenario
        A file, or the name of a scenario that comes with the package, or one that was loaded before.
    replicates, seed
        Instead of the scenario's own.
    sets
        Values to override: ``{"parameters.g_y": 0.2}`` or ``["parameters.g_y=0.2"]``.
    out
        The result's folder; by default a new one below ``results/runs`` of the current folder.
    force
        Replace an earlier result in ``out``.
    progress
        Called with months done and months in all.
    engine
        ``compiled``, or ``reference``: slow, written to be read, with the same result.
    threads
        Of the compiled engine; by default one for each core. The result does not depend on it.

    Raises
    ------
    UserError
        The scenario is wrong or the result cannot be written; every reason is named.
    """
    from sim.study.run import run as run_loaded

    return run_loaded(
        _load(scenario, sets), replicates, seed, out, progress, force=force, engine=engine, threads=threads
    )


def compare(
    *worlds: str | Path | Loaded, replicates: int | None = None, seed: int | None = None, sets: Sets = (),
    horizons: Iterable[str] = (), outcomes: Sequence[str] = (), smallest: Iterable[str] = (),
    precision: float | None = None, target: str = "performance", out: str | Path | None = None,
    force: bool = False, progress: Progress | None = None, engine: str = "compiled", threads: int | None = None,
) -> Comparison:  # fmt: skip
    """Run worlds on the same accidents, compare each with the first pair by pair, and store the comparison.

    Parameters are those of the command; see docs/comparing.md.

    Raises
    ------
    UserError
        The request is wrong, or the worlds cannot be paired; every reason is named.
    """
    from sim.study import compare as study
    from sim.study.pairing import smallest as read

    return study.compare(
        [_load(world, sets) for world in worlds], replicates, seed, out, progress, at=horizons, shown=outcomes,
        smallest=read(smallest), precision=None if precision is None else study.Precision(precision, target),
        force=force, engine=engine, threads=threads,
    )  # fmt: skip


def trace(
    a: str | Path | Loaded, b: str | Path | Loaded, *, seed: int | None = None, replicate: int = 0, sets: Sets = (),
    out: str | Path | None = None, force: bool = False, engine: str = "compiled", progress: Progress | None = None,
) -> Traced:  # fmt: skip
    """Run two scenarios on the same accidents, find where they part, and store what was found, with pictures.

    Raises
    ------
    UserError
        A scenario is wrong, the two cannot be compared, or the folder cannot be written.
    """
    from sim.figures.divergence import draw_all
    from sim.study.tracing import trace as trace_worlds

    sets = sets if isinstance(sets, Mapping) else tuple(sets)
    return trace_worlds(
        (_load(a, sets), _load(b, sets)), seed=seed, replicate=replicate, out=out, force=force,
        engine=engine, progress=progress, draw=draw_all,
    )  # fmt: skip


def check(scenario: str | Path | Loaded, *, sets: Sets = ()) -> Preview:
    """Check a scenario without running it: effective values with their layers, warnings, size.

    Raises
    ------
    UserError
        It is not valid; every reason is named.
    """
    from sim.study.preview import preview

    return preview(_load(scenario, sets))


def open_(path: str | Path, *, verify: bool = True) -> Result:
    """Open a stored result.

    Parameters
    ----------
    verify
        Compare every file with the manifest's hashes; otherwise only sizes.

    Raises
    ------
    UserError
        It is missing, incomplete or damaged.
    """
    from sim.study.result import open_result

    return open_result(path, verify=verify)


def plot(
    result: Result | str | Path,
    what: str | None = None,
    *,
    outcome: str | None = None,
    date: str | None = None,
    out: str | Path | None = None,
    force: bool = False,
) -> list[Path]:
    """Draw figures of a result, as PNG and SVG, and return the files.

    Parameters
    ----------
    what
        A kind out of `sim.figures.KINDS`; by default all that the result allows.
    outcome, date
        For the kinds that show one outcome, or one month (``YYYY-MM``).
    out
        A folder; by default ``figures`` in the result's own, whose files are replaced.
    force
        Replace files of the same names in ``out``.

    Raises
    ------
    UserError
        There is no such figure, or the folder cannot be written, or holds files of these names.
    """
    from sim.figures import draw, draw_all
    from sim.study.atomic import disk, staged_files

    result = _result(result)
    folder = result.path / "figures" if out is None else Path(out).expanduser()
    with staged_files(folder, replace=force or out is None) as hidden, disk(folder):
        if what is None:
            drawn = draw_all(result, hidden)
        else:
            drawn = draw(result, what, hidden, outcome, date)
        names = [path.relative_to(hidden) for path in drawn]
    return [folder.resolve() / name for name in names]


def export(result: Result | str | Path, out: str | Path | None = None, *, force: bool = False) -> list[Path]:
    """Write a result's tables as CSV, with a codebook, and return the files.

    Parameters
    ----------
    out
        A folder; by default ``csv`` in the result's own, whose files are replaced.
    force
        Replace files of the same names in ``out``.

    Raises
    ------
    UserError
        The folder cannot be written, or holds files of these names.
    """
    from sim.study.export import export_csv

    return export_csv(_result(result), None if out is None else Path(out).expanduser(), force=force)


def list_(what: str) -> list[Entry]:
    """Return all scenarios, parameters, outcomes, mechanisms, draws, data, constants or targets."""
    from sim.study.glossary import entries

    return entries(what)


def explain(name: str) -> list[Entry]:
    """Return what is known of a name, one entry for each thing that bears it.

    Raises
    ------
    UserError
        Nothing is called so; the nearest name is suggested.
    """
    from sim.study.glossary import explain as look_up

    return look_up(name)


def _load(scenario: str | Path | Loaded, sets: Sets) -> Loaded:
    from sim.scenario.load import Loaded, load

    if isinstance(scenario, Loaded):
        if sets:
            raise TypeError("values can be overridden when a scenario is loaded, not afterwards")
        return scenario
    if isinstance(sets, Mapping):
        sets = [f"{name}={json.dumps(value)}" for name, value in sets.items()]
    return load(scenario, tuple(sets))


def _result(result: Result | str | Path) -> Result:
    return open_(result) if isinstance(result, (str, Path)) else result
