"""The lock-in test: the sweep of the experiment ``lock-in``, or what is left of it, and what it says by the rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment import ensemble as ensembles
from sim.experiment.load import load_experiment
from sim.inference import lockin as rules
from sim.results.readiness import LOCKIN, LockInTest, store
from sim.results.sweep import SweepFolder
from sim.results.sweep_store import usual_place
from sim.runner.ensembles import checked
from sim.runner.progress import Progress
from sim.runner.readiness import DRAWS, PRIOR, enough
from sim.runner.sweep import sweep
from sim.version import __version__
from sim.world.series import straight

Floats = NDArray[np.float64]

WANTS, HABIT = "majority_wants", "habit"
"""The reading of what congresses want, and how much of their want is what they have."""


def made(
    experiment: str | Path = "lock-in", ensemble: str | Path | None = "record", draws: int | None = None,
    *, out: Path | str | None = None, workers: int | None = None, progress: Progress | None = None,
    note: Callable[[str], None] | None = None,
) -> LockInTest:  # fmt: skip
    """Make a lock-in test, or what is left of one, and return its folder; for the parameters see `sim.api.readiness`.

    Its sweep lies in ``results/sweeps/NAME-ENSEMBLE-DRAWS``, or in the folder that is asked for.
    """
    say, asked = note or (lambda text: None), load_experiment(experiment)
    name, number = asked.name, enough(DRAWS if draws is None else draws)
    if ensemble is None:
        asked = replace(asked, design=replace(asked.design, points=number))
    else:
        asked = ensembles.over(asked, checked(ensembles.read(ensemble), say), number, say)
        asked = replace(asked, ensemble=replace(asked.ensemble, source=None) if asked.ensemble else None)
    asked = replace(asked, curve_points=number)
    called = f"{asked.name}-{number}"
    place = usual_place(called) if out is None else Path(out) / "sweep"
    sweep(replace(asked, name=called), place, workers, progress=progress, note=say)
    return told(place, Path("results") / "lockin" if out is None else Path(out), name)


def told(place: Path | str, folder: Path, name: str = "lock-in") -> LockInTest:
    """Write what a stored sweep of the lock-in experiment says into a folder, and return it.

    Parameters
    ----------
    name
        Of the experiment, as the command takes it.
    """
    found = SweepFolder.open(place)
    draws, ramps = rules.told(found)
    uncertain = {one.name for one in found.experiment.uncertainties}
    columns = [one for one in (WANTS, HABIT) if one in uncertain]
    drawn = found.runs(["point", *columns]).drop_duplicates("point")
    draws = draws.merge(drawn, on="point", how="left")
    for column, empty in ((WANTS, ""), (HABIT, np.nan)):
        if column not in draws:
            draws[column] = empty
    given = found.experiment.ensemble
    population = "over the ranges" if given is None else f"calibrated on {given.given}"
    state = found.progress()
    store(folder.expanduser().resolve(), LOCKIN, {
        "draws.csv": draws, "ramps.csv": ramps, "readings.csv": rules.readings(draws), "courses.csv": courses(found),
    }, {
        "name": name, "title": found.experiment.title, "experiment": found.experiment.record(),
        "model": found.manifest["model"], "made_with": __version__, "ensemble": PRIOR if given is None else given.name,
        "draws": len(ramps), "population": population, "runs": state["runs"],
        "answer": rules.answer(draws, ramps, population),
    })  # fmt: skip
    return LockInTest.open(folder)


def courses(found: SweepFolder) -> pd.DataFrame:
    """Return claims of every July by driver and start: the middle draw, eight in ten, and threat."""
    runs = found.runs(["run", "drivers", "start"])
    curves = found.table("curves").to_table().to_pandas(date_as_object=False)
    curves = curves[(curves["scope"] == "nation") & (curves["month"].dt.month == 7)].merge(runs, on="run")
    grouped = curves.groupby(["drivers", "start", "month"], sort=False, observed=True)
    table = grouped[rules.OUTCOME].quantile([0.1, 0.5, 0.9]).unstack()
    table.columns = ["p10", "p50", "p90"]
    table = table.reset_index()
    table["month"] = table["month"].dt.strftime("%Y-%m")
    table["threat"] = np.nan
    for option in found.experiment.lever("drivers").options:
        here = table["drivers"] == option.value
        table.loc[here, "threat"] = _threat(option.table["threat"], table.loc[here, "month"].tolist())
    return table


def _threat(said: Mapping[str, Any], months: Sequence[str]) -> Floats:
    """Return the objective threat that an option says."""
    if said["series"] == "constant":
        return np.full(len(months), float(said["objective"]))
    points = {month: float(pair[0]) for month, pair in said["custom"].items()}
    return straight(months, points)
