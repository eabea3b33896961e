"""The ledger of claims, and the rest of one that was broken off: which sweeps are missing, and then the reduction.

Every world of every population is a sweep of its own, with one option: so a world is run once for all claims that need
it, claims that are asked later run what is missing alone, and what a claim's numbers are does not hang on which others
were asked beside it. All worlds of a population have the same draws and the same accidents; sweeps make them resumable
and the same on any number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.analysis.sweep import Sweep, open_sweep
from sim.claims import grid, join, rates, told
from sim.claims.claim import Claim
from sim.claims.form import REPLICATES
from sim.claims.ledger import PLACE, Ledger, read, refuse_loss, refuse_other, store
from sim.claims.load import load_claims
from sim.claims.populations import DRAWS, QUICK, RIVALS, Population, names, population, populations
from sim.claims.reckon import Reader
from sim.claims.reduce import entry
from sim.claims.worlds import Wanted, WorldSweep, experiment_of, history
from sim.engines.engine import cores
from sim.errors import Problem, UserError, one_of
from sim.experiment.experiment import Experiment
from sim.results.folder import MANIFEST
from sim.results.sweep_locks import Share, shares
from sim.runner.ensembles import require
from sim.runner.estimate import estimate as estimate_sweep
from sim.runner.model_version import model
from sim.runner.progress import Progress
from sim.runner.sweep import sweep, unless_finished
from sim.scenario.schema import month_number

SWEEPS = Path("results", "sweeps", "claims")
"""Where the worlds of claims lie, below the current folder: a folder for each population."""
UNASKED: Mapping[str, str] = {
    "documented": "Draws without figures of grade C were not asked: whether a verdict stands without estimates is not "
                  "known, and none is marked fragile.",
    RIVALS: "Worlds of rival accounts were not asked.",
}
"""What a ledger cannot tell where draws were not asked."""
QUICKLY = ("calibrated", "prior")
"""Populations over which a quick ledger is asked, unless others are named."""


@dataclass(frozen=True)
class Missing:
    """What a ledger would take.

    Attributes
    ----------
    sweeps, runs
        Of all populations, those that are not there yet.
    stored
        Runs that are there already.
    grid_sweeps, grid_runs
        Of those that are missing, what grids alone need.
    seconds
        On all cores of this machine.
    """

    sweeps: int
    runs: int
    stored: int
    seconds: float
    notes: tuple[str, ...]
    grid_sweeps: int = 0
    grid_runs: int = 0


@dataclass
class Work:
    """Claims under way: what was asked, over which draws, and what is there.

    Attributes
    ----------
    decided
        Ids of claims that a ledger has decided over other draws: of these shares alone are wanted.
    """

    claims: Sequence[Claim]
    populations: Sequence[Population]
    notes: list[str]
    quick: bool
    place: Path
    gridded: bool = False
    workers: int | None = None
    progress: Progress | None = None
    say: Callable[[str], None] = lambda text: None
    decided: Collection[str] = ()

    def __post_init__(self) -> None:
        self.wanted = Wanted(self.claims)
        self._open: dict[Path, Sweep] = {}
        gridded = [one for one in self.claims if one.said.grid and one.tested] if self.gridded else []
        self.knocked = {one.id: grid.knocked_out(one) for one in gridded}

    def decides(self, claim: Claim) -> Population | None:
        """Return the population whose verdict is the claim's: the first in which it is asked."""
        return next((each for each in self.populations if each.asked in claim.said.populations), None)

    def sweeps(self) -> Iterator[tuple[Population, WorldSweep]]:
        """Yield the sweeps that are needed, each once."""
        for each in self.populations:
            asked = [one for one in self.claims if each.asked in one.said.populations]
            main = [one for one in asked if one.tested and self.decides(one) is each and one.id not in self.decided]
            wants = [*self.wanted.all(asked), *self.grids(main), *([history()] if main else [])]
            for one in {want.name: want for want in wants}.values():
                yield each, one

    def grids(self, claims: Iterable[Claim]) -> list[WorldSweep]:
        """Return the sweeps that grids need, beside those of the claims themselves."""
        others = [other for one in claims for other in self.knocked.get(one.id, {}).values()]
        return [self.wanted.sweep(other, name) for other in others for name in other.estimands[0].worlds]

    def folder(self, each: Population, asked: WorldSweep) -> Path:
        """Return where a world's sweep lies."""
        number = "" if each.draws == DRAWS else f"-{each.draws}"
        return self.place / f"{each.name}{number}" / asked.name

    def there(self, each: Population, asked: WorldSweep, experiment: Experiment) -> bool:
        """Return whether a world's sweep is finished, and this model's."""
        place = self.folder(each, asked)
        if not (place / MANIFEST).is_file():
            return False
        found = open_sweep(place, verify=False)
        done = found.progress()
        same = found.manifest["model"] == model() and found.manifest["fingerprint"] == experiment.fingerprint()
        return bool(same and done["runs"] >= done["runs_planned"])

    def run(self, share: Share | None = None) -> int:
        """Run what is missing, or a share of that, and return in how many sweeps; without one, shares are merged."""
        number = 0
        for each, asked in self.sweeps():
            experiment, place = experiment_of(each, asked), self.folder(each, asked)
            if not self.there(each, asked, experiment) or (share is None and shares(place)):
                number += 1
                sweep(experiment, place, self.workers, progress=self.progress, share=share,
                      note=unless_finished(self.say))  # fmt: skip
        return number

    def missing(self) -> Missing:
        """Return what is missing, and what it would take."""
        counted = stored = sweeps = grid_sweeps = grid_runs = 0
        grids = {one.name for one in self.grids(self.claims)} - {one.name for one in self.wanted.all(self.claims)}
        months = 0.0
        per_month: float | None = None
        for each, asked in self.sweeps():
            experiment = experiment_of(each, asked)
            runs = each.draws * experiment.replicates
            if self.there(each, asked, experiment):
                stored += runs
                continue
            period = experiment.base["period"]
            length = month_number(period["end"]) - month_number(period.get("start", "1921-01")) + 1
            if per_month is None:
                per_month = estimate_sweep(experiment).seconds_per_run / length
            counted, sweeps, months = counted + runs, sweeps + 1, months + runs * length
            if asked.name in grids:
                grid_sweeps, grid_runs = grid_sweeps + 1, grid_runs + runs
        seconds = (per_month or 0.0) * months / cores()
        return Missing(sweeps, counted, stored, seconds, tuple(self.notes), grid_sweeps, grid_runs)

    def opened(self, each: Population, asked: WorldSweep) -> Sweep:
        """Return a world's sweep."""
        place = self.folder(each, asked)
        if place not in self._open:
            self._open[place] = open_sweep(place)
        return self._open[place]

    def ledger(self) -> Ledger:
        """Return the ledger out of what was run."""
        looked: list[dict[str, Any]] = [
            {"name": one.name, "words": one.words, "draws": one.draws, "replicates": REPLICATES,
             "ensemble": one.ensemble, "rival": one.rival}
            for one in self.populations
        ]  # fmt: skip
        readers = [Reader(one, self.wanted, self.opened) for one in self.populations]
        found = []
        for claim in self.claims:
            one = entry(claim, readers, quick=self.quick, looked=looked, deep=claim.id not in self.decided)
            decides = self.decides(claim)
            if claim.id in self.knocked and decides is not None:
                reader = readers[self.populations.index(decides)]
                rows = grid.reckoned(claim, reader, self.knocked[claim.id])
                one = replace(one, grid=rows, mechanisms=grid.said(rows, one.estimands[0]))
            found.append(one)
        there = {one.asked for one in self.populations}
        return Ledger(model(), self.quick, looked, tuple(found), notes=(*self.notes, *self.unasked(there)))

    def added(self, old: Ledger) -> Ledger:
        """Return a ledger with what was run beside what it has."""
        there = {RIVALS if one.get("rival") else str(one["name"]) for one in old.populations}
        notes = [text for text in old.notes if text not in UNASKED.values()]
        unasked = self.unasked(there | {one.asked for one in self.populations})
        return join.joined(old, self.ledger(), names(), (*notes, *unasked))

    def unasked(self, there: Set[str]) -> Iterator[str]:
        """Yield what a ledger cannot tell, where only these draws were asked."""
        wanted = {name for claim in self.claims if claim.tested for name in claim.said.populations}
        for name, lost in UNASKED.items():
            if name in wanted - there:
                yield lost


def prepared(
    asked: Iterable[str | Path] = (), *, quick: bool = False, over: Sequence[str] = (), draws: int | None = None,
    gridded: bool = False, workers: int | None = None, progress: Progress | None = None,
    note: Callable[[str], None] | None = None, place: Path = SWEEPS,
) -> Work:  # fmt: skip
    """Return claims, over populations that are there, as work to be done; see `claims`."""
    known = names()
    for name in over:
        one_of("population", name, known)
    read_claims = load_claims(tuple(map(str, asked)))
    number = draws or (QUICK if quick else DRAWS)
    if number < 2:
        raise UserError(Problem("--draws", found=str(number), allowed="two or more"))
    wanted = [name for name in known if name in over] or (list(QUICKLY) if quick else known)
    found, notes = list[Population](), list[str]()
    say = note or (lambda text: None)
    for one in populations(wanted, number):
        if isinstance(one, str):
            notes.append(one)
            continue
        try:
            if one.experiment.ensemble is not None:
                require(one.experiment.ensemble, say)
        except UserError as error:  # draws of another model: told before anything is run
            if one.name in over:
                raise
            notes.append(f"{one.name}: not there ({error.problems[0].found})")
        else:
            found.append(one)
    if len(found) < len(set(over)):
        population(next(name for name in over if name not in {one.name for one in found}), number)
    for text in notes:
        say(text)
    folder = place.expanduser().resolve()
    if gridded and not any(one.said.grid and one.tested for one in read_claims):
        others = ", ".join(one.id for one in load_claims() if one.said.grid)
        raise UserError(Problem("--grid", found="no claim with a grid", allowed=f"with one: {others}"))
    return Work(read_claims, found, notes, number < DRAWS, folder, gridded, workers, progress, say)


def claims(
    asked: Iterable[str | Path] = (), out: Path | str | None = None, workers: int | None = None,
    progress: Progress | None = None, *, quick: bool = False, over: Sequence[str] = (), draws: int | None = None,
    gridded: bool = False, add: bool = False, force: bool = False, note: Callable[[str], None] | None = None,
) -> Ledger:  # fmt: skip
    """Run what claims need and is missing, and return their ledger; it is stored, too.

    Parameters
    ----------
    asked
        Ids of claims, or files; by default all there are.
    out
        The ledger's folder; by default ``results/claims`` below the current one, of some claims or few draws
        ``results/sweeps/claims/ledger``.
    quick
        Over few draws, marked so everywhere.
    over
        Names of populations; by default all that are there.
    draws
        Of each population, instead of 400.
    gridded
        With the knock-out and rescue grid of claims that have one.
    add
        Take the populations of ``over`` into the ledger that is in ``out`` and lacks them, and keep its others.
    force
        Replace a ledger that has claims, draws or grids which the new one would not have; where trials lie anyway it is
        replaced.
    """
    asked = [*asked]
    if add and gridded:
        allowed = "with a ledger that is made whole: a grid is of the draws that decide"
        raise UserError(Problem("--grid", found="with --add", allowed=allowed))
    work = prepared(asked, quick=quick, over=over, draws=draws, gridded=gridded, workers=workers, progress=progress,
                    note=note)  # fmt: skip
    partly = (bool(asked) or work.quick or bool(over)) and not add
    trial = out is None and partly
    folder = (Path(out) if out is not None else SWEEPS / "ledger" if trial else PLACE).expanduser().resolve()
    refuse_other(folder)
    if not (add or force or trial):
        refuse_loss(folder, [one.id for one in work.claims], {one.name: one.draws for one in work.populations},
                    work.knocked)  # fmt: skip
    held = read(folder) if add else None
    if held is not None:
        join.refuse_unlike(held, work.claims, [one.name for one in work.populations] if over else [], model(),
                           quick=work.quick)  # fmt: skip
        work.decided = [one.id for one in held.claims if one.estimands]
    work.run()
    ledger = work.ledger() if held is None else work.added(held)
    store(folder, ledger, told.page(ledger), rates.rates(ledger))
    return ledger


