"""One run of a sweep again, alone and with full output, set beside the row that the sweep has stored."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from sim.analysis.archive import Archive
from sim.analysis.sweep import Sweep, open_sweep
from sim.engines.engine import ENGINES
from sim.engines.trajectory import COMMITTEE_FIELDS, Event, Trajectory, encode
from sim.errors import Problem, UserError
from sim.experiment import designs
from sim.experiment.plan import Chunk, Plan
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.results.columns import read_file
from sim.results.result import Result
from sim.runner.chunk_rows import file_name
from sim.runner.chunks import Job, refusal, scenario_table, simulate
from sim.runner.compatibility import models
from sim.runner.model_version import model
from sim.runner.run import Progress, RunFailed
from sim.runner.run import run as run_loaded
from sim.scenario.load import Loaded
from sim.scenario.schema import Scenario
from sim.scenario.write import to_toml
from sim.world.build import build

SCENARIO = "scenario.toml"


@dataclass(frozen=True)
class Rerun:
    """A run that was run again.

    Attributes
    ----------
    run, point, replicate
        Which one.
    result
        Its full output; none where it failed.
    error
        Why it failed; empty otherwise.
    row
        As stored; none if the sweep has not come so far.
    differing
        Columns whose values are not those of the row, with both.
    model
        Of the stored rows, where it is not known to be this one, and the commit: another need not give the same.
    """

    run: int
    point: int
    replicate: int
    result: Result | None
    error: str
    row: Mapping[str, Any] | None
    differing: Mapping[str, tuple[Any, Any]]
    model: str = ""

    @property
    def equal(self) -> bool | None:
        """Whether it gave what is stored, to the last bit; none where nothing is stored."""
        return None if self.row is None else not self.differing


def rerun(
    path: Path | str | Sweep,
    run: int,
    out: Path | str | None = None,
    progress: Progress | None = None,
    *,
    force: bool = False,
    engine: str = ENGINES[0],
) -> Rerun:
    """Run one run of a sweep again.

    The result's folder holds the run's scenario as a file, ``scenario.toml``, every number exact.

    Parameters
    ----------
    run
        Its number in the table of runs.
    out, progress, force, engine
        As for `sim.runner.run.run`.
    """
    sweep = path if isinstance(path, Sweep) else open_sweep(path, verify=False)
    plan = Plan.read(sweep.manifest["plan"])
    if not 0 <= run < plan.runs:
        raise UserError(Problem("--run", found=str(run), allowed=f"a number from 0 to {plan.runs - 1}"))
    chunk = plan.chunk_of(run)
    number, combination = divmod(run - chunk.first_run, chunk.combinations)
    point, replicate = chunk.block.pair(chunk.first_pair + number)
    row = None
    if chunk.number in sweep.parts:
        stored = read_file(sweep.path / "runs" / file_name(chunk.number))
        row = stored.slice(run - chunk.first_run, 1).to_pylist()[0]
    (sample,) = designs.samples(sweep.experiment, chunk.block.points, point, point + 1)
    found: dict[str, Any] = {}
    result, error = None, ""
    try:
        loaded = _loaded(sweep, run, combination, sample)
        texts = {SCENARIO: to_toml(loaded)}
        series = sweep.experiment.series(point, replicate)
        result = run_loaded(loaded, 1, None, out, progress, force=force, engine=engine, first=series, texts=texts)
        pair = replace(chunk, first_pair=chunk.first_pair + number, size=1, first_run=run - combination)
        found, error = _measured(sweep, pair, combination, sample, result, loaded.scenario)
    except ValidationError as refused:
        error = refusal(refused)
    except RunFailed as failure:
        error = failure.failed[0].error
    differing = {} if row is None else _differing(row, found, error)
    return Rerun(run, point, replicate, result, error, row, differing, _other_model(sweep.manifest))


def _other_model(manifest: Mapping[str, Any]) -> str:
    """Return which model gave a sweep's rows, in words; nothing where this one is known to give them too."""
    if "model" not in manifest or model() in models(manifest):
        return ""
    return f"model {manifest['model']} (commit {manifest.get('commit')}), not by this one, {model()}"


def _loaded(sweep: Sweep, run: int, combination: int, sample: Mapping[str, Any]) -> Loaded:
    """Return the scenario of a run, as if it had been read from a file."""
    title = f"Run {run} of {sweep.manifest['name']}"
    table = scenario_table(sweep.experiment, combination, sample) | {"title": title}
    table["run"] = {**table.get("run", {}), "committees": True}
    scenario = Scenario.model_validate(table, strict=False)
    layers = dict.fromkeys(_names(table), f"run {run}")
    return Loaded(scenario, layers, Path(f"{sweep.manifest['name']}-run-{run}.toml"))


def _names(table: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _names(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"


def _measured(
    sweep: Sweep, pair: Chunk, combination: int, sample: Mapping[str, Any], result: Result, scenario: Scenario
) -> tuple[dict[str, float], str]:
    """Return the columns of outcomes, targets and observables from the result's tables, or why they are none.

    Which months count hangs on the other worlds of its pair too: these are run beside it.
    """
    job = Job(sweep.experiment, sweep.months, model(), sweep.manifest["format_version"])
    kept = job.recorder(pair)
    if job.format_version > 1:
        simulate(job, pair, [sample], kept, without=combination)
    frame = result.monthly().sort_values("month", kind="stable")
    values = np.stack([frame[frame["scope"] == scope][list(OUTCOMES)].to_numpy(np.float64) for scope in SCOPES], axis=1)
    try:
        kept.add(combination, values, _archive(sweep, result, values, scenario) if kept.observables else None)
    except ValueError as fault:
        return {}, f"ValueError: {fault}"
    kept.finish()
    columns = [column for column, *_ in sweep.experiment.columns()]
    found = dict(zip(columns, kept.outcomes[combination].tolist(), strict=True))
    return found | {name: of[combination].item() for name, of in (kept.targets | kept.observables).items()}, ""


def _archive(sweep: Sweep, result: Result, values: NDArray[np.float64], scenario: Scenario) -> Archive:
    """Return what observables are counted in, from the tables of a result."""
    places, months = build(scenario).committees, [*sweep.months]
    frame = result.events(["month", *Event._fields[1:]])
    frame["month"] = frame["month"].astype("datetime64[ms]").dt.strftime("%Y-%m")
    events = encode(map(Event._make, frame.itertuples(index=False)), months, places)
    states = result.committees([*COMMITTEE_FIELDS]).to_numpy(np.float64)
    return Archive(Trajectory(months, values, events, states.reshape(len(months), len(places), -1)), places)


def _differing(row: Mapping[str, Any], found: Mapping[str, Any], error: str) -> dict[str, tuple[Any, Any]]:
    if error or row["error"]:
        # Why it failed is said in words, which may change.
        return {} if error and row["error"] else {"error": (row["error"], error or None)}
    both = {column: (row[column], None if math.isnan(value) else value) for column, value in found.items()}
    return {column: values for column, values in both.items() if repr(values[0]) != repr(values[1])}
