"""The ledger of claims, and the rest of one that was broken off: which sweeps are missing, and then the reduction.

Every world of every population is a sweep of its own, with one option: so a world is run once for all claims that need
it, claims that are asked later run what is missing alone, and what a claim's numbers are does not hang on which others
were asked beside it. All worlds of a population have the same draws and the same accidents; sweeps make them resumable
and the same on any number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.analysis.sweep import Sweep, open_sweep
from sim.claims import rates, told
from sim.claims.form import REPLICATES, Claim, load_claims
from sim.claims.ledger import PLACE, Ledger, store
from sim.claims.populations import DRAWS, QUICK, Population, names, population, populations
from sim.claims.reduce import Reader, entry, grid, knocked_out
from sim.claims.worlds import Asked, Wanted, experiment_of, history
from sim.engines.engine import cores
from sim.errors import Problem, UserError, one_of
from sim.experiment.experiment import Experiment
from sim.results.folder import MANIFEST
from sim.runner.estimate import estimate as estimate_sweep
from sim.runner.model_version import model
from sim.runner.progress import Progress
from sim.runner.sweep import sweep
from sim.scenario.schema import month_number

SWEEPS = Path("results", "sweeps", "claims")
"""Where the worlds of claims lie, below the current folder: a folder for each population."""
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
    seconds
        On all cores of this machine.
    """

    sweeps: int
    runs: int
    stored: int
    seconds: float
    notes: tuple[str, ...]


@dataclass
class Work:
    """Claims under way: what was asked, over which draws, and what is there."""

    claims: Sequence[Claim]
    populations: Sequence[Population]
    notes: list[str]
    quick: bool
    place: Path
    gridded: bool = False
    workers: int | None = None
    progress: Progress | None = None
    say: Callable[[str], None] = lambda text: None

    def __post_init__(self) -> None:
        self.wanted = Wanted(self.claims)
        self._open: dict[Path, Sweep] = {}
        gridded = [one for one in self.claims if one.said.grid and one.tested] if self.gridded else []
        self.knocked = {one.id: knocked_out(one) for one in gridded}

    def sweeps(self) -> Iterator[tuple[Population, Asked]]:
        """Yield the sweeps that are needed, each once."""
        for at, each in enumerate(self.populations):
            asked = [one for one in self.claims if ("rivals" if each.rival else each.name) in one.said.populations]
            wants = self.wanted.all(asked)
            if at == 0 and any(one.tested for one in asked):
                others = [other for one in asked for other in self.knocked.get(one.id, {}).values()]
                wants += [self.wanted.sweep(other, name) for other in others for name in other.estimands[0].worlds]
                wants.append(history())
            for one in {want.name: want for want in wants}.values():
                yield each, one

    def folder(self, each: Population, asked: Asked) -> Path:
        """Return where a world's sweep lies."""
        number = "" if each.draws == DRAWS else f"-{each.draws}"
        return self.place / f"{each.name}{number}" / asked.name

    def there(self, each: Population, asked: Asked, experiment: Experiment) -> bool:
        """Return whether a world's sweep is finished, and this model's."""
        place = self.folder(each, asked)
        if not (place / MANIFEST).is_file():
            return False
        found = open_sweep(place, verify=False)
        done = found.progress()
        return (done["runs"] == done["runs_planned"] and found.manifest["model"] == model()
                and found.manifest["fingerprint"] == experiment.fingerprint())  # fmt: skip

    def run(self) -> None:
        """Run what is missing."""
        for each, asked in self.sweeps():
            experiment = experiment_of(each, asked)
            if not self.there(each, asked, experiment):
                sweep(experiment, self.folder(each, asked), self.workers, progress=self.progress, note=self._remark)

    def _remark(self, text: str) -> None:
        if "nothing to do" not in text:
            self.say(text)

    def missing(self) -> Missing:
        """Return what is missing, and what it would take."""
        counted = stored = sweeps = 0
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
        return Missing(sweeps, counted, stored, (per_month or 0.0) * months / cores(), tuple(self.notes))

    def opened(self, each: Population, asked: Asked) -> Sweep:
        """Return a world's sweep."""
        place = self.folder(each, asked)
        if place not in self._open:
            self._open[place] = open_sweep(place, verify=False)
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
            one = entry(claim, readers, quick=self.quick, looked=looked)
            if claim.id in self.knocked:
                one = replace(one, grid=list(grid(claim, readers[0], self.knocked[claim.id])))
            found.append(one)
        return Ledger(model(), self.quick, looked, tuple(found), notes=tuple(self.notes))


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
    found, notes = [], []
    for one in populations(wanted, number):
        if isinstance(one, Population):
            found.append(one)
        else:
            notes.append(one)
    if over and len(found) < len(over):
        population(next(name for name in over if name not in {one.name for one in found}), number)
    say = note or (lambda text: None)
    for text in notes:
        say(text)
    folder = place.expanduser().resolve()
    return Work(read_claims, found, notes, number < DRAWS, folder, gridded, workers, progress, say)


def claims(
    asked: Iterable[str | Path] = (), out: Path | str | None = None, workers: int | None = None,
    progress: Progress | None = None, *, quick: bool = False, over: Sequence[str] = (), draws: int | None = None,
    gridded: bool = False, note: Callable[[str], None] | None = None,
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
    """
    asked = [*asked]
    work = prepared(asked, quick=quick, over=over, draws=draws, gridded=gridded, workers=workers, progress=progress,
                    note=note)  # fmt: skip
    work.run()
    ledger = work.ledger()
    partly = bool(asked) or ledger.quick or bool(over)
    folder = Path(out) if out is not None else SWEEPS / "ledger" if partly else PLACE
    table = pa.Table.from_pylist(rates.rates(ledger), schema=rates.ROWS)
    store(folder.expanduser().resolve(), ledger, told.page(ledger), table)
    return ledger


