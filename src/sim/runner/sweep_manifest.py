"""What the manifest of a sweep says: what it is, and of how it began and went on."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sim.engines.engine import ENGINES
from sim.experiment.experiment import Experiment
from sim.experiment.plan import Plan
from sim.results import manifest as about
from sim.results.sweep_store import SWEEP
from sim.runner.chunks import Job


def describe(experiment: Experiment, plan: Plan, job: Job, drawn: list[str]) -> dict[str, Any]:
    """Return the manifest of a sweep."""
    return {
        "format": SWEEP.name, "format_version": SWEEP.version, "name": experiment.name, "title": experiment.title,
        "why": experiment.why, "experiment": experiment.record(), "fingerprint": experiment.fingerprint(),
        "columns": {
            "levers": [lever.name for lever in experiment.levers],
            "uncertainties": [factor.name for factor in experiment.uncertainties],
            "outcomes": [list(column) for column in experiment.columns()],
        },
        "plan": plan.record(), "draws": drawn, "months": list(job.months), "engine": ENGINES[0], "model": job.model,
        "versions": about.versions(), "platform": platform.platform(), "commit": about.commit(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip


def kept(
    known: Mapping[str, Any] | None, apart: Sequence[Mapping[str, Any]], now: Mapping[str, Any], *, grows: bool
) -> dict[str, Any]:
    """Return what a manifest keeps saying of the sweep's beginning, and of models and commits that gave rows before.

    The commit goes with the model, and is that of the last rows: it stays where neither is new.

    Parameters
    ----------
    apart
        Manifests of folders that are joined to it.
    """
    kept: dict[str, Any] = {}
    if known is not None:
        kept = {key: known[key] for key in ("format_version", "versions", "platform", "created")}
        if not grows and now["model"] == known["model"]:
            kept["commit"] = known["commit"]
    latest = {"model": now["model"], "commit": kept.get("commit", now["commit"])}
    earlier = [*apart] if known is None else [known, *apart]
    for key, others in (("model", "models"), ("commit", "commits")):
        before = dict.fromkeys(name for one in earlier for name in (one[key], *one.get(others, ())))
        if named := [name for name in before if name is not None and name != latest[key]]:
            kept[others] = named
    return kept
