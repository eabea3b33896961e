"""A calibration, and the rest of one that was broken off: rounds of runs, an ensemble, and what it changes.

Every round is a sweep of the first options of all levers, which are what happened: the first over the ranges, each
later one where the emulator of all rounds before says that runs agree with the record, and to one part in five over the
ranges again, so that nothing is ruled out by a bad emulator. Then the ensemble is drawn, and the levers are swept over
it and over the ranges. Every part is a sweep in the calibration's folder: what is finished is never made again.
"""

from __future__ import annotations

import ctypes
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.kernels import compared
from sim.analysis.sweep import Sweep, open_sweep
from sim.errors import Problem, UserError
from sim.experiment import designs
from sim.experiment.ensemble import PLACE, Ensemble, over
from sim.experiment.experiment import Design, Experiment, from_record
from sim.experiment.schema import Calibrate
from sim.inference import report
from sim.inference.data_tree import data_tree
from sim.inference.fit import Fit, Round, fitted
from sim.inference.space import Space
from sim.results.atomic import staged_files
from sim.results.calibration import DATA_TREE, GIVEN, INSTALL, PRIOR, Calibration, lacking_for_arviz, store
from sim.results.folder import MANIFEST
from sim.results.sweep_locks import Share
from sim.runner.calibrate_asked import load
from sim.runner.ensembles import check_of
from sim.runner.model_version import model
from sim.runner.progress import Progress, status
from sim.runner.sweep import sweep, unless_finished
from sim.version import __version__

if TYPE_CHECKING:
    import xarray

POINTS, TIMES = 40, 4
"""Points at which chance is looked at alone, and runs at each."""
FEW, MORE = 0.3, 2.0
"""An emulator that explains a smaller share of a figure, and leaves so many times what chance does, cannot score it."""
AGAIN = 0.2
"""Share of every later round that is drawn over the ranges, whatever the emulator says."""
ROUND, CHANCE = "round-{}", "chance"
"""Folders of the other sweeps."""
BEGUN = "begun.json"
"""Says what later rounds were drawn for: a calibration goes on with these figures alone."""


def calibrate(
    experiment: str | Path, out: Path | str | None = None, workers: int | None = None, progress: Progress | None = None,
    *, note: Callable[[str], None] | None = None,
) -> Calibration:  # fmt: skip
    """Make an experiment's worlds agree with recorded figures, and say what that decides.

    Parameters
    ----------
    experiment
        A file, or the name of an experiment that comes with the package; its table ``[calibrate]`` says on what.
    out
        The folder; by default ``results/calibration/NAME`` below the current one. What has begun there goes on.
    workers, progress, note
        As for `sim.sweep`.
    """
    asked, settings, targets = load(experiment)
    folder = (PLACE / asked.name if out is None else Path(out)).expanduser().resolve()
    work = _Work(asked, settings, targets, folder, workers, progress, note or (lambda text: None))
    fit = work.rounds()
    ensemble = work.ensemble(fit)
    prior = work.swept(work.over_ranges(), PRIOR)
    given = work.over(ensemble)
    work.make_room(given)
    posterior = work.swept(given, GIVEN)
    effects = list(report.contrasts(prior, posterior))
    found = report.tables(fit, prior, posterior, effects, targets, work.chance)
    store(folder, ensemble, found, {
        "title": asked.title, "name": ensemble.name, "experiment": asked.record(), "model": model(),
        "targets": targets, "converged": fit.converged, "given": ensemble.given,
        "answer": report.answer(found, converged=fit.converged),
        "coverage": report.checked(fit, prior, posterior, effects),
        "settings": settings.model_dump(),
        "runs": work.runs + sum(len(one.pairs) * len(one.experiment.combinations) for one in (prior, posterior)),
    }, work.tree(fit, prior, posterior, ensemble))  # fmt: skip
    return Calibration.open(folder)


def share_of(
    experiment: str | Path, share: tuple[int, int] | str, out: Path | str | None = None, workers: int | None = None,
    progress: Progress | None = None, *, note: Callable[[str], None] | None = None,
) -> list[str]:  # fmt: skip
    """Make a share of the sweeps that a calibration is at, and return their names; none is left where it has all.

    First come the first round, chance and the ranges, none of which hangs on the others; then each later round, whose
    draws every share finds for itself once the rounds before are there; at last the levers over the ensemble.
    """
    mine = Share.asked(share)
    asked, settings, targets = load(experiment)
    folder = (PLACE / asked.name if out is None else Path(out)).expanduser().resolve()
    work = _Work(asked, settings, targets, folder, workers, progress, note or (lambda text: None), mine)
    for of, name in ((work.happened, ROUND.format(0)), (work.alike(), CHANCE), (work.over_ranges(), PRIOR)):
        work.make_share(of, name)
    try:
        if not work.made:
            work.swept(work.over(work.ensemble(work.rounds())), GIVEN)
    except _Made:
        pass
    return work.made


def _give_back() -> None:
    """Give memory that is free back to the system: glibc keeps what fits and threads have let go, some 80 MB."""
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


class _Made(Exception):
    """Ends a share when it has made its part of the round that comes next."""


@dataclass
class _Work:
    """A calibration under way: what was asked, and what is needed of the sweeps that are done."""

    asked: Experiment
    settings: Calibrate
    targets: list[str]
    folder: Path
    workers: int | None
    progress: Progress | None
    say: Callable[[str], None]
    share: Share | None = None

    def __post_init__(self) -> None:
        self.done: list[Round] = []
        self.made: list[str] = []
        self.happened = replace(
            self.asked, targets=True, observables=(), curves="none", curve_outcomes=(), curve_points=0, replicates=1,
            levers=tuple(replace(lever, options=lever.options[:1]) for lever in self.asked.levers),
        )  # fmt: skip

    def swept(self, experiment: Experiment, name: str) -> Sweep:
        """Run a sweep in the calibration's folder, or what is left of it; a share ends with its own of one."""
        if self.share is None:
            self._sweep(experiment, name)
        elif self.make_share(experiment, name):
            raise _Made
        return open_sweep(self.folder / name)

    def make_share(self, experiment: Experiment, name: str) -> bool:
        """Make the share of a sweep, unless all of that is there already; return whether it was not."""
        place = self.folder / name
        lacks = not (place / MANIFEST).is_file() or not status(place).finished
        if lacks:
            self._sweep(experiment, name)
            self.made.append(name)
        return lacks

    def _sweep(self, experiment: Experiment, name: str) -> None:
        sweep(replace(experiment, name=name), self.folder / name, self.workers, progress=self.progress,
              share=self.share, note=unless_finished(self.say))  # fmt: skip
        _give_back()

    def alike(self) -> Experiment:
        """Return the sweep in which chance is looked at alone."""
        points = min(POINTS, self.asked.design.points)
        return replace(self.happened, replicates=TIMES, design=replace(self.asked.design, points=points))

    def over_ranges(self) -> Experiment:
        """Return the sweep of the levers over the ranges."""
        return replace(self.asked, targets=True, design=replace(self.asked.design, points=self.settings.draws))

    def over(self, ensemble: Ensemble) -> Experiment:
        """Return the sweep of the levers over the draws that agree with the record."""
        return over(replace(self.asked, targets=True), ensemble, say=self.say)

    def rounds(self) -> Fit:
        """Run rounds until they change nothing any more, or there are as many as were asked for."""
        fit: Fit | None = None
        for number in range(self.settings.rounds):
            fresh = self.swept(self.round(number, fit), ROUND.format(number))
            if number == 0:
                self.begin()
                self.space, self.months = Space(fresh.experiment.uncertainties), list(fresh.manifest["months"])
                self.targets[:] = self.possible(fresh)
                self.chance = self.swept(self.alike(), CHANCE)
            self.done.append(Round.of(self.space, fresh, self.targets))
            del fresh  # with its draws and its files: only what the fit needs stays in memory
            fit = self.fitted(fit)
            if number == 0 and (refused := self.unexplained(fit)):
                fit = self.fitted(None)
                self.say(f"{', '.join(refused)}: not scored, since neither what is drawn nor chance explains them")
            self.say(fit.told)
            if fit.converged:
                break
        assert fit is not None
        return fit

    def fitted(self, before: Fit | None) -> Fit:
        """Return what the rounds that are done come to."""
        targets = [compared()[name] for name in self.targets]
        found = fitted(self.space, self.done, targets, before, self.asked.design.seed)
        _give_back()
        return found

    @property
    def runs(self) -> int:
        """How many were made for the fit, and to see chance."""
        return sum(len(one.positions) for one in self.done) + len(self.chance.pairs)

    def begin(self) -> None:
        """Write down what later rounds are drawn for; refuse to go on with what was begun for something else."""
        path = self.folder / BEGUN
        asked = {"targets": self.targets, "points": self.settings.points or self.asked.design.points}
        if not path.is_file():
            with staged_files(self.folder, replace=True) as hidden:  # shares may come to this at the same moment
                (hidden / BEGUN).write_text(json.dumps(asked, indent=1) + "\n", encoding="utf-8")
            return
        begun = json.loads(path.read_text(encoding="utf-8"))
        if begun != asked:
            raise UserError(
                Problem(str(path), f"calibrate.{name}", f"{value}, which it was begun with",
                        "what it was begun with, or another folder (--out)")
                for name, value in begun.items() if value != asked.get(name)
            )  # fmt: skip

    def make_room(self, given: Experiment) -> None:
        """Take away runs over an ensemble of fewer rounds: after one more it is another, and so are its runs."""
        place = self.folder / GIVEN
        if (place / MANIFEST).is_file():
            before = from_record(open_sweep(place).manifest["experiment"]).ensemble
            if before is not None and given.ensemble is not None and before.digest != given.ensemble.digest:
                self.say(f"{GIVEN}: begun anew, since the draws are others now")
                shutil.rmtree(place)

    def unexplained(self, fit: Fit) -> list[str]:
        """Take out and return the targets of which an emulator explains little, and leaves more than chance does."""
        found = [
            figure.target.id
            for figure, r2, left in zip(fit.likelihood.figures, fit.emulator.r2, np.diag(fit.emulator.residual),
                                        strict=True)
            if r2 < FEW and left > MORE * report.chance_of(self.chance, figure.target.id, figure.scale)
        ]  # fmt: skip
        self.targets[:] = [name for name in self.targets if name not in found]
        if not self.targets:
            raise UserError(Problem("calibrate.targets", found=", ".join(found),
                                    allowed="a figure that what is drawn explains, or chance"))  # fmt: skip
        return found

    def round(self, number: int, fit: Fit | None) -> Experiment:
        """Return the sweep of a round; one that has begun is as it was begun."""
        place = self.folder / ROUND.format(number)
        if fit is None:
            return self.happened
        if (place / MANIFEST).is_file():
            return from_record(open_sweep(place).manifest["experiment"])
        points = self.settings.points or self.asked.design.points
        wide = round(AGAIN * points)
        others = replace(self.asked.design, points=wide, seed=self.asked.design.seed + number)
        again = replace(self.happened, design=others)
        rows = [*fit.draws(points - wide), *designs.samples(again, (0, wide), 0, wide)]
        # other accidents than those of the rounds before, which the emulator has seen
        return replace(self.happened, design=Design("table", rows=tuple(rows)), accidents="own",
                       seed=self.asked.seed + number)  # fmt: skip

    def possible(self, first: Sweep) -> list[str]:
        """Return the targets that can be scored; refuse such as no run comes near."""
        known, problems = [], list[Problem]()
        for name in self.targets:
            near = report.nearest_of(first, name)
            if near is None:
                self.say(f"{name}: not scored, the months of these worlds do not hold it")
                continue
            known.append(name)
            if near.log_kernel < report.FAR:
                problems.append(Problem(
                    f"calibrate.targets: {name}", found=f"{near.value:.3g} in the nearest of {near.runs:,} runs",
                    allowed=f"about {near.recorded:.3g}: no world that is drawn can meet it; exclude it, or draw more",
                ))  # fmt: skip
        if not known:
            problems.append(Problem("calibrate.targets", found=", ".join(self.targets), allowed="a figure that the "
                                    "months of these worlds hold"))  # fmt: skip
        if problems:
            raise UserError(problems)
        return known

    def ensemble(self, fit: Fit) -> Ensemble:
        """Return the draws that agree with the record."""
        rows = fit.draws(self.settings.draws)
        record = replace(self.happened, design=Design("table"), accidents="shared").record()
        given = f"{len(self.targets)} recorded figure{'s' * (len(self.targets) != 1)}"
        check = check_of(record, self.months, rows)
        return Ensemble(self.folder.name, given, model(), self.asked.uncertainties, tuple(rows), check)

    def tree(self, fit: Fit, prior: Sweep, given: Sweep, ensemble: Ensemble) -> xarray.DataTree | None:
        """Return what ArviZ reads; none, with a remark, where nothing here can write it."""
        if lacking := lacking_for_arviz():
            self.say(f"{DATA_TREE}, for ArviZ: not written, {lacking} is not installed ({INSTALL})")
            return None
        return data_tree(fit, prior, given, self.targets, {
            "title": self.asked.title, "name": ensemble.name, "given": ensemble.given, "model": ensemble.model,
            "converged": int(fit.converged), "inference_library": "skloki", "inference_library_version": __version__,
        })  # fmt: skip
