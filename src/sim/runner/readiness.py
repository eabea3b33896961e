"""The readiness map's runs: for every half-year a sweep of election everywhere, and in each single place alone.

Each is a sweep as any other, resumed and stored like one, in which what happened, all places at once and each place
alone share their accidents. Of single places it keeps a row for each draw and place, reduced while the runs are made:
the states of all committees would be some megabytes a run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engines.engine import cores, engine
from sim.errors import Problem, UserError
from sim.experiment import ensemble as ensembles
from sim.experiment.experiment import Experiment, Factor, Option
from sim.experiment.horizons import Horizon
from sim.experiment.load import load_experiment
from sim.inference import readiness as rules
from sim.inference.readiness import LAST, MONTHS, Half
from sim.registry.readiness import MEASURES, UNIVERSAL
from sim.results.readiness import MAP, ReadinessMap, store
from sim.results.sweep import SweepFolder
from sim.runner.chunks import scenario_table
from sim.runner.ensembles import checked
from sim.runner.model_version import model
from sim.runner.place_rows import PlaceJob
from sim.runner.progress import Progress
from sim.runner.sweep import sweep, unless_finished
from sim.scenario.schema import Scenario, month_name, month_number
from sim.version import __version__
from sim.world.build import World, build

Floats = NDArray[np.float64]
Follow = Callable[[str], AbstractContextManager[Progress]]

NEVER, EVERYWHERE = "never", "everywhere"
"""Options of the lever beside the places' names: the first is what happened."""
CHANGE = "readiness"
"""Name of the change of policy."""
PRIOR = "prior"
"""What the population over the ranges is called."""
AFTER = "after"
DRAWS, QUICK = 100, 20
SWEEPS = "sweeps"
"""Where the sweeps lie, below the map's folder."""


@dataclass(frozen=True)
class Population:
    """Draws over which the map is made.

    Attributes
    ----------
    name
        As tables have it: of the ensemble, or `PRIOR`.
    given
        In words.
    experiment
        Of which each half-year's sweep is made.
    alone
        Whether single places elect alone, too.
    """

    name: str
    given: str
    experiment: Experiment
    alone: bool


@dataclass(frozen=True)
class Asked:
    """A map that was asked for.

    Attributes
    ----------
    experiment
        As its file has it.
    populations
        The first decides.
    halves
        In the order of time.
    world
        What happened, at default values: its guberniias are the map's.
    quick
        Whether it is marked as a first look.
    """

    experiment: Experiment
    populations: tuple[Population, ...]
    halves: tuple[Half, ...]
    world: World
    draws: int
    quick: bool

    @property
    def places(self) -> list[str]:
        """Names of the guberniias, in the order of the world."""
        return [place.name for place in self.world.committees if place.parent < 0]

    def sweeps(self) -> Iterator[tuple[Population, Half, Experiment]]:
        """Yield all sweeps; later half-years are looked at everywhere at once."""
        for population in self.populations:
            for half in self.halves:
                places = self.places if population.alone and half.counted else []
                yield population, half, experiment_of(population.experiment, half, places)


def asked(
    experiment: str | Path = "readiness", ensemble: str | Path | None = "record", draws: int | None = None,
    *, quick: bool = False, note: Callable[[str], None] | None = None,
) -> Asked:  # fmt: skip
    """Return what a map amounts to; for the parameters see `made`."""
    say, loaded = note or (lambda text: None), load_experiment(experiment)
    number = enough((QUICK if quick else DRAWS) if draws is None else draws)
    _check(loaded)
    world = build(Scenario.model_validate({**loaded.base, "title": loaded.title}, strict=False))
    prior = replace(loaded, design=replace(loaded.design, points=number))
    populations = [Population(PRIOR, "over the ranges", prior, alone=ensemble is None)]
    if ensemble is not None:
        calibrated = checked(ensembles.read(ensemble), say)
        drawn = ensembles.over(loaded, calibrated, number, say)
        populations.insert(0, Population(calibrated.name, f"calibrated on {calibrated.given}", drawn, alone=True))
    halves = _halves(world.months)
    if not any(half.counted for half in halves):
        raise UserError(Problem(loaded.name, "period", f"{world.months[0]} to {world.months[-1]}",
                                f"a half-year up to {LAST} and {MONTHS} months after it"))  # fmt: skip
    return Asked(loaded, tuple(populations), halves, world, number, quick)


def enough(draws: int) -> int:
    """Return a number of draws of which shares can be told; UserError where it is none."""
    if draws < 2:
        raise UserError(Problem("--draws", found=str(draws), allowed="2 or more: of one draw no share can be told"))
    return draws


def _check(loaded: Experiment) -> None:
    """Refuse an experiment of which no map can be made."""
    problems = []
    if len(loaded.levers) != 1 or loaded.levers[0].options[0].value != NEVER:
        problems.append(Problem(loaded.name, "levers", allowed=f"one lever, whose first option is {NEVER}"))
    if loaded.ensemble is not None:
        allowed = "ranges: the ensemble is named by --ensemble"
        problems.append(Problem(loaded.name, "uncertainties.ensemble", loaded.ensemble.name, allowed))
    if loaded.replicates != 1:
        problems.append(Problem(loaded.name, "run.replicates", str(loaded.replicates), "1: history happened once"))
    if missing := [name for name in (*MEASURES, "threat_perceived") if name not in loaded.outcomes]:
        problems.append(Problem(loaded.name, "keep.outcomes", f"without {', '.join(missing)}", "these"))
    if problems:
        raise UserError(problems)


def _halves(months: Sequence[str]) -> tuple[Half, ...]:
    """Return the half-years that begin within a world's months."""
    found, end = [], month_number(months[-1])
    for month in months:
        if month[5:] in ("01", "07"):
            last = min(month_number(month) + MONTHS - 1, end)
            whole = last - month_number(month) == MONTHS - 1
            found.append(Half(month, month_name(last), whole and month <= LAST))
    return tuple(found)


def experiment_of(asked: Experiment, half: Half, places: Sequence[str]) -> Experiment:
    """Return the sweep of a half-year: what happened, election everywhere from then on, and in each place alone.

    Its worlds end with the horizon: no month hangs on a later one.
    """
    tables = [{}, _elects(half), *(_elects(half, name) for name in places)]
    names = [NEVER, EVERYWHERE, *places]
    lever = asked.levers[0].name
    options = tuple(Option(name, table) for name, table in zip(names, tables, strict=True))
    base = dict(asked.base)
    base["period"] = {**base.get("period", {}), "end": half.last}
    base["run"] = {**base.get("run", {}), "committees": True}
    return replace(
        asked, name=f"{asked.name}-{half.date}", title=f"{asked.title} From {half.date} on", base=base,
        levers=(Factor(lever, options),), horizons={AFTER: Horizon(half.date, half.last)},
        curves="none", curve_outcomes=(), curve_points=0, accidents="own",
    )  # fmt: skip


def _elects(half: Half, place: str | None = None) -> dict[str, Any]:
    where = {} if place is None else {"places": [place]}
    return {"policy": {"changes": {CHANGE: {"date": half.date, "rule": "election", **where}}}}


def run(
    wanted: Asked, folder: Path, workers: int | None = None, follow: Follow | None = None,
    note: Callable[[str], None] | None = None,
) -> list[tuple[Population, Half, SweepFolder]]:  # fmt: skip
    """Run what is missing of a map's sweeps, and return all of them.

    Parameters
    ----------
    follow
        Given a sweep's name in words, a context that gives what is called while it runs.
    """
    found, say = [], unless_finished(note or (lambda text: None))
    for population, half, experiment in wanted.sweeps():
        if experiment.ensemble is not None:  # `asked` has looked whether its draws are this model's
            experiment = replace(experiment, ensemble=replace(experiment.ensemble, source=None))
        place = folder / SWEEPS / f"{population.name}-{wanted.draws}" / half.date
        with nullcontext() if follow is None else follow(f"{half.date}, {population.given}") as tell:
            sweep(experiment, place, workers, progress=tell, note=say, work=PlaceJob)
        found.append((population, half, SweepFolder.open(place)))
    return found


def effects(population: Population, half: Half, swept: SweepFolder, wanted: Asked) -> pd.DataFrame:
    """Return what election from a half-year on changes: a row for each draw, scheme and place."""
    table = swept.table("places").to_table().to_pandas()
    heads = [place for place in wanted.world.committees if place.parent < 0]
    table["unit_class"] = [heads[at].unit_class for at in table["place"]]
    table["place"] = [heads[at].name for at in table["place"]]
    return table.assign(population=population.name, half=half.date, later=not half.counted)


def made(
    experiment: str | Path = "readiness", ensemble: str | Path | None = "record", draws: int | None = None,
    *, quick: bool = False, out: Path | str | None = None, workers: int | None = None,
    follow: Follow | None = None, note: Callable[[str], None] | None = None,
) -> ReadinessMap:  # fmt: skip
    """Make a readiness map, or what is left of one, and return its folder.

    Parameters
    ----------
    experiment
        A file or a name: which world, which ranges.
    ensemble
        A calibration's folder or name; without it the map is over the ranges alone, both ways.
    draws
        By default 100, or 20 for a first look.
    quick
        A first look, marked as such.
    out
        The folder; by default ``results/readiness``.
    workers, note
        As for `sim.sweep`.
    follow
        Given a half-year in words, a context that gives what is called while its sweep runs.
    """
    wanted = asked(experiment, ensemble, draws, quick=quick, note=note)
    folder = (Path("results") / "readiness" if out is None else Path(out)).expanduser().resolve()
    found = run(wanted, folder, workers, follow, note)
    changes = pd.concat([effects(*one, wanted) for one in found], ignore_index=True)
    rows = rules.shares(changes)
    when, known = rules.dates(rows), _known(wanted, found, changes)
    tables = {"shares.parquet": rows, "dates.csv": when, "places.csv": known,
              "frontier.csv": frontiers(changes, known)}  # fmt: skip
    states = [one.progress() for *_, one in found]
    store(folder, MAP, tables, {
        "name": wanted.experiment.name, "title": wanted.experiment.title, "experiment": wanted.experiment.record(),
        "model": model(), "made_with": __version__, "ensemble": wanted.populations[0].name, "draws": wanted.draws,
        "quick": quick,
        "populations": [{"name": one.name, "given": one.given, "alone": one.alone} for one in wanted.populations],
        "halves": [half._asdict() for half in wanted.halves], "runs": sum(state["runs"] for state in states),
        "failed": sum(state["failed"] for state in states),
        "answer": rules.answer(rows, when, wanted.populations[0].name, wanted.populations[0].given),
        "tree": wanted.world.scenario.tree.model_dump(mode="json"),
    })  # fmt: skip
    return ReadinessMap.open(folder)


def _known(
    wanted: Asked, found: Sequence[tuple[Population, Half, SweepFolder]], changes: pd.DataFrame
) -> pd.DataFrame:
    """Return what is known of each place at each half-year: literacy and threat in what happened, and its bench."""
    universal = changes[changes["scheme"] == UNIVERSAL]
    rows = universal.groupby(["population", "half", "place", "unit_class"], sort=False, observed=True)["literacy"]
    table = rows.mean().reset_index()
    skill = dict(zip(wanted.places, wanted.world.skill, strict=False))
    threat = {}
    for population, half, swept in found:
        lever = swept.experiment.levers[0].name
        runs = swept.runs([lever, swept.column("threat_perceived")])
        threat[population.name, half.date] = runs.loc[runs[lever] == NEVER, "threat_perceived"].mean()
    table["bench"] = [skill[place] for place in table["place"]]
    table["threat"] = [threat[key] for key in zip(table["population"], table["half"], strict=True)]
    return table


def frontiers(changes: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each population, scheme and measure: where shares cross one half."""
    found = []
    counted = changes[~changes["later"]]
    for (population, scheme), one in counted.groupby(["population", "scheme"], sort=False, observed=True):
        terms = known[known["population"] == population].set_index(["half", "place"])
        for measure in MEASURES:
            yes, of, keys = rules.counts(one, measure)
            fit = rules.frontier(yes, of, terms.loc[keys, list(rules.TERMS)].to_numpy())
            row = {"population": population, "scheme": scheme, "measure": measure, "cells": fit.cells,
                   "explained": fit.explained, "constant": fit.constant}  # fmt: skip
            for at, term in enumerate(rules.TERMS):
                row |= {term: fit.slopes[at], f"{term}_low": fit.low[at], f"{term}_high": fit.high[at],
                        f"typical_{term}": fit.typical[at]}  # fmt: skip
            found.append(row)
    return pd.DataFrame(found)


@dataclass(frozen=True)
class Estimate:
    """What a map takes: runs, seconds of a run and core as tried here, and in all on so many cores."""

    runs: int
    alone: int  #: runs in which one place elects alone
    per_run: float
    seconds: float
    cores: int


def estimate(
    experiment: str | Path = "readiness", ensemble: str | Path | None = "record", draws: int | None = None,
    *, quick: bool = False, workers: int | None = None,
) -> Estimate:  # fmt: skip
    """Return what a map takes, from a few runs made here; for the parameters see `made`."""
    wanted = asked(experiment, ensemble, draws, quick=quick)
    number = workers or cores()
    runs, months, alone = 0, 0, 0
    for _, half, swept in wanted.sweeps():
        of_half = wanted.draws * len(swept.combinations)
        runs, months = runs + of_half, months + of_half * (wanted.world.months.index(half.last) + 1)
        alone += of_half - 2 * wanted.draws
    tried_on = replace(experiment_of(wanted.experiment, wanted.halves[-1], []), uncertainties=())
    table = scenario_table(tried_on, 1, {})
    world, chosen = build(Scenario.model_validate(table, strict=False)), engine()
    chosen.prepare()
    chosen.simulate(world, 0, events=False)  # what is allotted once
    began, tried = time.perf_counter(), 5
    for replicate in range(tried):
        chosen.simulate(world, replicate, events=False)
    per_month = (time.perf_counter() - began) / tried / len(world.months)
    return Estimate(runs, alone, per_month * months / runs, per_month * months / number, number)
