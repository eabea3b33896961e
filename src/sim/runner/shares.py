"""A sweep that several make: shares of it in one folder, which must agree, and folders made apart, which are joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.engines.engine import ENGINES
from sim.errors import Problem, UserError
from sim.experiment import designs
from sim.experiment.experiment import Experiment
from sim.experiment.plan import Plan
from sim.results.folder import read_manifest
from sim.results.manifest import describe_sweep
from sim.results.sweep_locks import holder
from sim.results.sweep_store import SWEEP, Store, read_journal
from sim.runner import compatibility
from sim.runner.chunks import Job


@dataclass(frozen=True)
class Apart:
    """What was made of a sweep in another folder: of the same experiment, points and rows."""

    store: Store
    manifest: dict[str, Any]
    plan: Plan
    drawn: list[str]


def read_apart(
    folders: Iterable[Path | str], experiment: Experiment, job: Job, say: Callable[[str], None]
) -> list[Apart]:
    """Return folders that are to be joined, refused where one could not go on as this sweep, or still grows."""
    found: list[Apart] = []
    for folder in folders:
        place = Path(folder).expanduser().resolve()
        manifest = read_manifest(place, SWEEP)
        if writer := holder(place):
            raise UserError(Problem(str(place), found=f"a sweep writes there: {writer}", allowed="wait for its end"))
        store, plan = Store(place, manifest, read_journal(place)), Plan.read(manifest["plan"])
        by_format = replace(job, format_version=manifest["format_version"])
        _, drawn = compatibility.resolved(store, experiment, by_format, plan, None, say)
        found.append(Apart(store, manifest, plan, drawn))
        _refuse_other_cut(place, manifest, found[0].store.folder, found[0].manifest)
    return found


def joined(store: Store, plan: Plan, drawn: list[str], apart: Sequence[Apart]) -> tuple[Plan, list[str]]:
    """Return the larger of a sweep's plan and those of folders that are joined to it, with what is drawn."""
    for one in apart:
        if store.known is not None:
            _refuse_other_cut(one.store.folder, one.manifest, store.folder, store.known)
    return max([(plan, drawn), *((one.plan, one.drawn) for one in apart)], key=lambda each: each[0].chunks)


def _refuse_other_cut(place: Path, other: Mapping[str, Any], folder: Path, known: Mapping[str, Any]) -> None:
    """Refuse parts of another size, which are other parts, and rows of another format."""
    for field, one, two in (
        ("plan.part_units", other["plan"]["part_units"], known["plan"]["part_units"]),
        ("format_version", other["format_version"], known["format_version"]),
    ):
        if one != two:
            raise UserError(Problem(str(place), field, str(one), f"{two}, as in {folder}"))


def agree(store: Store, experiment: Experiment, first: Plan, job: Job) -> None:
    """Have a share made by the first share's manifest; refused where that is of another model."""
    known = store.known
    if known is None:
        drawn = designs.hashes(experiment, first)
        known = store.establish(describe_sweep(experiment, first, drawn, job.months, ENGINES[0], job.model))
    if job.model not in compatibility.models(known):
        allowed = (
            f"{known['model']}, by which its rows are made (commit {known['commit']}): go on with that version; the "
            "command without --share asks whether the rows are the same"
        )
        raise UserError(Problem(f"{store.folder}: share {store.share}", "model", job.model, allowed))


def refuse_unmerged(store: Store) -> None:
    """Refuse to enlarge a sweep before what shares have made of it is merged."""
    if unmerged := len(store.journal.unmerged):
        allowed = "a sweep that is merged: first give the command without --extend"
        found = f"shares in {store.folder}, of which {unmerged} are not merged"
        raise UserError(Problem("--extend", found=found, allowed=allowed))
