"""The Python interface: the verbs of the command line, on the same rooms below.

They are reached as ``sim.run(...)``, ``sim.open(...)`` and so on; see the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, UserError

if TYPE_CHECKING:
    from sim.analysis.divergence.folder import DivergenceFolder
    from sim.analysis.stored import Stored
    from sim.describe.glossary import Entry
    from sim.experiment.experiment import Experiment
    from sim.results.comparison import Comparison
    from sim.results.result import Result
    from sim.runner.estimate import Estimate
    from sim.runner.preview import Preview
    from sim.runner.progress import State, Status
    from sim.runner.rerun import Rerun
    from sim.runner.run import Progress
    from sim.scenario.load import Source

Sets = Iterable[str] | Mapping[str, Any]


def run(
    scenario: Source,
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
        A file, or the name of a scenario that comes with the package, or a dict of what could stand in a file, or one
        that was loaded before.
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
    from sim.runner.run import run as run_loaded
    from sim.scenario.load import load

    return run_loaded(
        load(scenario, sets), replicates, seed, out, progress, force=force, engine=engine, threads=threads
    )


def compare(
    *worlds: Source, replicates: int | None = None, seed: int | None = None, sets: Sets = (),
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
    from sim.experiment.smallest_effect import smallest as read
    from sim.runner import compare as study
    from sim.scenario.load import load

    return study.compare(
        [load(world, sets) for world in worlds], replicates, seed, out, progress, at=horizons, shown=outcomes,
        smallest=read(smallest), precision=None if precision is None else study.Precision(precision, target),
        force=force, engine=engine, threads=threads,
    )  # fmt: skip


def trace(
    a: Source, b: Source, *, seed: int | None = None, replicate: int = 0, sets: Sets = (),
    out: str | Path | None = None, force: bool = False, engine: str = "compiled", progress: Progress | None = None,
) -> DivergenceFolder:  # fmt: skip
    """Run two scenarios on the same accidents, find where they part, and store what was found, with pictures.

    Raises
    ------
    UserError
        A scenario is wrong, the two cannot be compared, or the folder cannot be written.
    """
    from sim.figures.divergence import draw_all
    from sim.runner.diverge import trace as trace_worlds
    from sim.scenario.load import load

    sets = sets if isinstance(sets, Mapping) else tuple(sets)
    return trace_worlds(
        (load(a, sets), load(b, sets)), seed=seed, replicate=replicate, out=out, force=force,
        engine=engine, progress=progress, draw=draw_all,
    )  # fmt: skip


def check(scenario: Source, *, sets: Sets = ()) -> Preview | Estimate:
    """Check a scenario or an experiment without running it.

    Returns
    -------
    preview or estimate
        Of a scenario: effective values with their layers, warnings, size. Of an experiment: what it would take in
        runs, time and disk, for which some runs are tried.

    Raises
    ------
    UserError
        It is not valid; every reason is named.
    """
    from sim.experiment.load import is_experiment, load_experiment
    from sim.runner.preview import preview
    from sim.scenario.load import load

    if not isinstance(scenario, (str, Path)) or not is_experiment(scenario):
        return preview(load(scenario, sets))
    if sets:
        raise UserError(Problem("--set", allowed="nothing: the values of an experiment stand in its table [set]"))
    from sim.runner.estimate import estimate

    return estimate(load_experiment(scenario))


def open_(path: str | Path, *, verify: bool = True) -> Stored:
    """Open what `run`, `compare` or `trace` has stored, and return what it returned.

    Parameters
    ----------
    verify
        Compare every table with the manifest's hashes; otherwise at most its size.

    Raises
    ------
    UserError
        It is missing, incomplete or damaged.
    """
    from sim.analysis.stored import open_folder

    return open_folder(path, verify=verify)


def plot(
    stored: Stored | str | Path,
    what: str | None = None,
    *,
    outcome: str | None = None,
    date: str | None = None,
    out: str | Path | None = None,
    force: bool = False,
    **asked: str | None,
) -> list[Path]:
    """Draw figures of a result, a comparison, a trace or a sweep, as PNG and SVG, and return the files.

    Parameters
    ----------
    what
        One of its pictures, see `sim.figures.folders.KINDS`; by default all that it allows.
    outcome, date
        For pictures that show one outcome, or one month (``YYYY-MM``).
    asked
        Of a sweep's pictures: x, y, lever, option, scope, horizon; see `sim.figures.sweeps.draw`.
    out
        A folder; by default ``figures`` in the stored one's own, whose files are replaced.
    force
        Replace files of the same names in ``out``.

    Raises
    ------
    UserError
        There is no such figure, or the folder cannot be written, or holds files of these names.
    """
    from sim.figures.folders import draw
    from sim.results.atomic import disk, staged_files

    stored = open_(stored) if isinstance(stored, (str, Path)) else stored
    folder = stored.path / "figures" if out is None else Path(out).expanduser()
    with staged_files(folder, replace=force or out is None) as hidden, disk(folder):
        drawn = draw(stored, hidden, what, outcome=outcome, date=date, **asked)
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
    from sim.results.export import export_csv
    from sim.results.result import open_result

    result = open_result(result) if isinstance(result, (str, Path)) else result
    return export_csv(result, None if out is None else Path(out).expanduser(), force=force)


def sweep(
    experiment: str | Path | Experiment, *, out: str | Path | None = None, workers: int | None = None,
    cluster: str | None = None, extend: int | None = None, progress: Callable[[State], None] | None = None,
    note: Callable[[str], None] | None = None,
) -> Path:  # fmt: skip
    """Run an experiment, or what is left of it, and return its folder; see docs/sweeps.md.

    Parameters are those of the command; ``experiment`` is a file, the name of a shipped one, or one that was read.
    ``progress`` is called with the state now and then, ``note`` with remarks.

    Raises
    ------
    UserError
        The request is wrong, or the folder cannot be written. What is finished is kept.
    """
    from sim.experiment.load import load_experiment
    from sim.runner.sweep import sweep as run_sweep

    read = load_experiment(experiment) if isinstance(experiment, (str, Path)) else experiment
    return run_sweep(read, out, workers, cluster, extend, progress, note=note)


def status(path: str | Path) -> Status:
    """Return how far the sweep in a folder is, also while it runs."""
    from sim.runner.progress import status as read_status

    return read_status(path)


def rerun(
    path: str | Path, run: int, *, out: str | Path | None = None, force: bool = False,
    progress: Progress | None = None, engine: str = "compiled",
) -> Rerun:  # fmt: skip
    """Run one run of a sweep again, alone and with full output, and compare it with what the sweep has stored."""
    from sim.runner.rerun import rerun as run_again

    return run_again(path, run, out, progress, force=force, engine=engine)


def list_(what: str) -> list[Entry]:
    """Return all scenarios, parameters, outcomes, mechanisms, draws, data, constants or targets."""
    from sim.describe.glossary import entries

    return entries(what)


def explain(name: str) -> list[Entry]:
    """Return what is known of a name, one entry for each thing that bears it.

    Raises
    ------
    UserError
        Nothing is called so; the nearest name is suggested.
    """
    from sim.describe.glossary import explain as look_up

    return look_up(name)
