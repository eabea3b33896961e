"""The verbs, each declared where its work is done and loaded when first used.

They are reached as ``sim.run(...)``, ``sim.open(...)`` and so on; see the package. Here are those that need several
rooms. Wherever a request is wrong, `UserError` names every reason.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, UserError, one_of, understood

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.analysis.divergence.folder import DivergenceFolder
    from sim.analysis.pair_table import PairedSweep
    from sim.analysis.stored import Stored
    from sim.analysis.stored import open_folder as open_
    from sim.claims.claim import Claim
    from sim.describe.citation import cite
    from sim.describe.glossary import entries as list_
    from sim.describe.glossary import explain
    from sim.inference.boxes import Discovery
    from sim.inference.lookfor import lookfor
    from sim.inference.sensitivity import Finding
    from sim.memory.live import live, pair
    from sim.page.content import registered
    from sim.page.export import export_page
    from sim.page.server import view
    from sim.report.pages import write_report
    from sim.results.result import export_csv as export
    from sim.runner.calibrate import calibrate
    from sim.runner.claims import claims
    from sim.runner.compare import compare
    from sim.runner.estimate import Estimate
    from sim.runner.lockin import made as lockin
    from sim.runner.lockin import told as lockin_told
    from sim.runner.preview import Preview
    from sim.runner.progress import status
    from sim.runner.readiness import estimate as readiness_estimate
    from sim.runner.readiness import made as readiness
    from sim.runner.rerun import rerun
    from sim.runner.run import Progress, run
    from sim.runner.sweep import sweep
    from sim.scenario.load import Sets, Source

__all__ = [
    "calibrate", "check", "cite", "claims", "compare", "discover", "explain", "export", "export_page", "list_",
    "live", "lockin", "lockin_told", "lookfor", "open_", "pair", "plot", "readiness", "readiness_estimate",
    "registered", "rerun", "run", "sensitivity", "status", "sweep", "trace", "view", "write_report",
]  # fmt: skip

ELSEWHERE = {
    "run": "runner.run.run", "compare": "runner.compare.compare", "sweep": "runner.sweep.sweep",
    "calibrate": "runner.calibrate.calibrate", "claims": "runner.claims.claims", "cite": "describe.citation.cite",
    "readiness": "runner.readiness.made", "readiness_estimate": "runner.readiness.estimate",
    "lockin": "runner.lockin.made", "lockin_told": "runner.lockin.told",
    "status": "runner.progress.status", "rerun": "runner.rerun.rerun", "open_": "analysis.stored.open_folder",
    "export": "results.result.export_csv", "list_": "describe.glossary.entries", "explain": "describe.glossary.explain",
    "lookfor": "inference.lookfor.lookfor",
    "live": "memory.live.live", "pair": "memory.live.pair", "registered": "page.content.registered",
    "export_page": "page.export.export_page", "view": "page.server.view",
    "write_report": "report.pages.write_report",
}  # fmt: skip


def look() -> None:
    """Take in what the user's folders define, if there are any or were."""
    if os.environ.get("SKLOKI_PATH") or "sim.experiment.own_outcomes" in sys.modules:
        import_module("sim.experiment.own_outcomes").look()


class Verb:
    """A verb that is loaded when it is first called, or asked what it is."""

    def __init__(self, place: str) -> None:
        self._room, _, self._name = f"sim.{place}".rpartition(".")
        self.__name__ = self._name

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        verb: Callable[..., Any] = getattr(import_module(self._room), self._name)
        return verb

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.__wrapped__.__doc__

    def __call__(self, *given: Any, **named: Any) -> Any:
        look()
        return understood(self.__wrapped__)(*given, **named)

    def __get__(self, owner: Any, kind: Any = None) -> Verb:
        return self  # so that `help` takes it for a function


if not TYPE_CHECKING:
    globals().update({name: Verb(place) for name, place in ELSEWHERE.items()})


@understood
def trace(
    a: Source, b: Source, *, seed: int | None = None, replicate: int = 0, sets: Sets = (),
    out: str | Path | None = None, force: bool = False, engine: str = "compiled", progress: Progress | None = None,
    svg: bool = False, figures: str = "all",
) -> DivergenceFolder:  # fmt: skip
    """Run two scenarios on the same accidents, find where they part, and store what was found, with pictures.

    Parameters are those of `sim.runner.diverge.trace`; ``svg`` draws pictures as SVG besides PNG, and
    ``figures="none"`` draws none.
    """
    look()
    one_of("--figures", figures, ("none", "all"))
    from sim.figures import draw_all
    from sim.runner.diverge import trace as trace_worlds

    return trace_worlds(
        a, b, seed=seed, replicate=replicate, sets=sets, out=out, force=force, engine=engine, progress=progress,
        draw=None if figures == "none" else lambda traced, folder: draw_all(traced, folder, svg),
    )  # fmt: skip


@understood
def sensitivity(sweep: PairedSweep | str | Path, **asked: Any) -> list[Finding]:
    """Return what effects, or levels, of a stored sweep hang on: a finding for each option and scope.

    ``str(finding)`` is no table: ``.sentence`` is the answer, ``.rows`` the shares, ``.refused`` why there are none.

    Parameters
    ----------
    asked
        ``outcome``, ``scope``, ``horizon``, ``lever``, ``option``; ``levels=True`` instead of effects; ``least``, the
        share of the variance that an emulator must foretell.
    """
    from sim.analysis.sweep import open_sweep
    from sim.inference.sensitivity import sensitivity as found

    return found(open_sweep(sweep) if isinstance(sweep, (str, Path)) else sweep, **asked)


@understood
def discover(sweep: PairedSweep | str | Path, where: str, **asked: Any) -> list[Discovery]:
    """Return in which worlds of a stored sweep a condition is true: boxes, tried on points held back, and a plane.

    Parameters
    ----------
    where
        In SQL, over ``effect``, ``base`` (the baseline's level), ``level`` (the option's) and the uncertainties.
    asked
        ``outcome``, ``scope`` (by default the nation), ``horizon``, ``lever``, ``option``; ``levels=True``.
    """
    from sim.analysis.sweep import open_sweep
    from sim.inference.boxes import discover as found

    return found(open_sweep(sweep) if isinstance(sweep, (str, Path)) else sweep, where, **asked)


@understood
def draw_boxes(found: Sequence[Discovery], file: str | Path) -> Path:
    """Draw the best box of the first of what was found, and return the file: a .png or .svg."""
    from sim.figures.inference import draw_discovery

    if not found:
        raise UserError(Problem("draw_boxes", found="nothing", allowed="what `discover` has found"))
    return _drawn(file, lambda: draw_discovery(found[0]))


@understood
def draw_findings(found: Sequence[Sequence[Finding]], file: str | Path) -> Path:
    """Draw what effects hang on, of one sweep or of two side by side, and return the file: a .png or .svg."""
    from sim.figures.inference import draw_sensitivity

    return _drawn(file, lambda: draw_sensitivity(found))


def _drawn(file: str | Path, draw: Callable[[], Figure]) -> Path:
    """Write one picture to a file of its own."""
    from sim.figures.style import save
    from sim.results.atomic import disk

    place = Path(file).expanduser().resolve()
    if place.suffix not in (".png", ".svg"):
        raise UserError(Problem("--picture", found=place.name, allowed="a name that ends in .png or .svg"))
    figure = draw()
    with disk(place.parent):
        drawn = save(figure, place.parent, place.stem, svg=place.suffix == ".svg")
        if place.suffix == ".svg":
            drawn[0].unlink()
    return place


def check(scenario: Source, *, sets: Sets = ()) -> Preview | Estimate | Claim:
    """Check a scenario, an experiment or a claim without running it.

    Returns
    -------
    preview, estimate or claim
        Of a scenario: effective values with their layers, warnings, size. Of an experiment: what it would take in
        runs, time and disk, for which some runs are tried. Of a claim: what was read.
    """
    look()
    from sim.claims.claim import is_claim
    from sim.claims.load import load_claim
    from sim.experiment.load import is_experiment, load_experiment
    from sim.runner.preview import preview
    from sim.scenario.load import load

    if isinstance(scenario, (str, Path)) and is_claim(scenario):
        if sets:
            raise UserError(Problem("--set", allowed="nothing: the values of a claim stand in its tables"))
        return load_claim(scenario)
    if not isinstance(scenario, (str, Path)) or not is_experiment(scenario):
        return preview(load(scenario, sets))
    if sets:
        raise UserError(Problem("--set", allowed="nothing: the values of an experiment stand in its table [set]"))
    from sim.runner.estimate import estimate

    return estimate(load_experiment(scenario))


@understood
def plot(
    stored: Stored | str | Path, what: str | None = None, *, outcome: str | None = None, date: str | None = None,
    out: str | Path | None = None, force: bool = False, svg: bool = False, **asked: str | None,
) -> list[Path]:  # fmt: skip
    """Draw figures of whatever a command has stored, and return the files.

    Parameters
    ----------
    what
        One of its pictures, see `sim.figures.pictures`; by default those that it usually has.
    outcome, date
        For pictures that show one outcome, or one month (``YYYY-MM``).
    asked
        Of a sweep's pictures: x, y, lever, option, scope, horizon; see `sim.figures.pictures.OPTIONS`.
    out
        A folder; by default ``figures`` in the stored one's own, whose files are replaced.
    force
        Replace files of the same names in ``out``.
    svg
        As SVG besides PNG.
    """
    look()
    from sim.analysis.stored import open_folder
    from sim.figures import draw
    from sim.results.atomic import disk, staged_files

    stored = open_folder(stored) if isinstance(stored, (str, Path)) else stored
    folder = stored.path / "figures" if out is None else Path(out).expanduser()
    with staged_files(folder, replace=force or out is None) as hidden, disk(folder):
        drawn = draw(stored, hidden, what, svg=svg, outcome=outcome, date=date, **asked)
        names = [path.relative_to(hidden) for path in drawn]
    return [folder.resolve() / name for name in names]
