"""Whether an ensemble's draws are this model's: they agree with the record only as the model was that made them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.errors import Problem, UserError
from sim.experiment.ensemble import Ensemble, read
from sim.experiment.experiment import Given, from_record
from sim.experiment.plan import Plan
from sim.runner.chunk_rows import Recorder
from sim.runner.chunks import Job, simulate
from sim.runner.compatibility import differing
from sim.runner.compiling import prepare
from sim.runner.model_version import model

LOOKED_AT = 3
"""Draws that are run again where the model's hash has changed."""


def checked(ensemble: Ensemble, say: Callable[[str], None] | None = None) -> Ensemble:
    """Return an ensemble if its draws are this model's.

    Where the model's hash is another one, rows decide: the first draws are run again, and what they give for the
    recorded figures is set beside what they gave.
    """
    if ensemble.model == model():
        return ensemble
    found = next(differing(ensemble.check["rows"], made(ensemble.check, ensemble.rows)), None)
    if found is not None:
        raise UserError(Problem(
            f"ensemble {ensemble.name}", "model", f"draws of model {ensemble.model}: {found}",
            f"draws that this model, {model()}, gives too: calibrate again, or go on with that version",
        ))  # fmt: skip
    if say is not None:
        say(f"the model's sources have changed since {ensemble.name} was made ({ensemble.model}, now {model()}); "
            f"{len(ensemble.check['rows'])} of its draws, run again, gave the same to the last bit")  # fmt: skip
    return ensemble


def ensemble_of(name: str | Path | None) -> Ensemble | None:
    """Return the ensemble of a name or a path, if one is named and its draws are this model's."""
    return None if name is None else checked(read(name))


def require(given: Given, say: Callable[[str], None]) -> None:
    """Refuse an experiment whose points are the draws of another model.

    The file is read again only where the hash of the model is another one. Of an experiment that was stored it is not
    known: there the sweep's own rows decide.
    """
    if given.source is None or given.model == model():
        return
    ensemble = read(given.source)
    if ensemble.identity != given:
        raise UserError(Problem(f"ensemble {given.name}", found=f"draws {ensemble.identity.digest}",
                                allowed=f"the draws {given.digest}, which the experiment has read"))  # fmt: skip
    checked(ensemble, say)


def check_of(record: Mapping[str, Any], months: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return by which another version of the model can tell whether it is the same: see `Ensemble.check`."""
    check: dict[str, Any] = {"experiment": dict(record), "months": [*months], "rows": []}
    check["rows"] = made(check, rows)
    return check


def _plain(value: float) -> float | str | None:
    """Return a number as JSON can hold it: nothing where a figure is not defined."""
    return None if math.isnan(value) else value if math.isfinite(value) else repr(value)


def made(check: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what the first draws give for the recorded figures, in the world that the calibration ran."""
    experiment = from_record(check["experiment"])
    some = [dict(row) for row in rows[:LOOKED_AT]]
    experiment = replace(experiment, replicates=1, accidents="shared", targets=True)
    job = Job(experiment, check["months"], model())
    chunk = Plan.first(len(some), 1, 1, len(some)).chunk(0)
    kept = Recorder(job.experiment, job.months, chunk)
    prepare()
    errors = simulate(job, chunk, some, kept)
    return [
        {"run": at, **{name: _plain(found[at].item()) for name, found in kept.targets.items()},
         "error": errors.get(at, (None,))[0]}
        for at in range(len(some))
    ]  # fmt: skip
