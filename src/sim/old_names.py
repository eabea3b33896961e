"""Modules under their old names, from before the rooms were ordered by concept: forwarded for one version.

Asked only for modules that nobody else has found.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, cast

#: Rooms that are no more, or hold others now (`sim.report`); they held nothing but modules.
ROOMS = ("sim.study", "sim.study.sweeps", "sim.report")
#: Old room, new room, modules; OLD:NEW where a module has another name now.
MODULES = (
    ("", "doors", "cli"),
    ("engines", "engines", "trace:trajectory"),
    ("report", "describe", "odd"),
    ("scenario", "data", "names:place_names"),
    ("scenario", "registry",
     "constants outcomes parameters points:decision_points registry:entries switches:mechanisms"),
    ("scenario", "scenario", "fields:doc_tables lines:layers"),
    ("study", "analysis", "paired scores summary tabulate:sample targets"),
    ("study", "analysis.divergence",
     "alignment cascade divergence inputs persons retrace:folder spread:distance"),
    ("study", "describe", "glossary"),
    ("study", "engines", "engines:engine"),
    ("study", "experiment", "horizons"),
    ("study", "results",
     "atomic columns:run_rows comparison courses:result export:result manifest opening:folder result store:run_store"),
    ("study", "runner", "compare failures:run pairing:compare preview run tracing:diverge"),
    ("study.sweeps", "analysis",
     "asked:selection bands crossed:variance_components effects influence:importance opened:sweep units:pair_table"),
    ("study.sweeps", "experiment",
     "cautions:warnings designs draft:load experiment factors fields:schema plan ranges:factors reading:load "
     "requested:load table:design_file"),
    ("study.sweeps", "results", "checking:sweep_store locking:sweep_store store:sweep_store"),
    ("study.sweeps", "runner",
     "agreement:compatibility cluster driver:sweep enlarging:compatibility estimate kept:chunk_rows parts:chunks "
     "pools:sweep progress rerun rows:chunk_rows sources:model_version worlds:chunks"),
    ("world", "data", "catalogue catalogue.country:catalogue catalogue.party:catalogue catalogue.places:catalogue "
     "catalogue.terms:catalogue columns tables"),
)  # fmt: skip
#: What has another name now, or stands elsewhere than the rest of its module.
NAMES = {
    "sim.engines.trace": {"Trace": "sim.engines.trajectory.Trajectory"},
    "sim.study.columns": {"writer_options": "sim.results.columns.writer_options"},
    "sim.study.courses": {
        "Courses": "sim.results.result.Trajectories",
        "open_courses": "sim.results.result.open_trajectories",
    },
    "sim.study.engines": {"traces": "sim.engines.engine.trajectories"},
    "sim.study.pairing": {
        "SHOWN": "sim.registry.outcomes.SHOWN",
        "Smallest": "sim.experiment.smallest_effect.Smallest", "smallest": "sim.experiment.smallest_effect.smallest",
    },
    "sim.study.tracing": {"Traced": "sim.analysis.divergence.folder.DivergenceFolder"},
    "sim.study.sweeps.designs": {
        "draws": "sim.experiment.designs.samples", "places": "sim.experiment.designs.positions",
    },
    "sim.study.sweeps.kept": {"Kept": "sim.runner.chunk_rows.Recorder"},
    "sim.study.sweeps.parts": {"Made": "sim.results.sweep_store.Made"},
    "sim.study.sweeps.plan": {"Part": "sim.experiment.plan.Chunk"},
    "sim.study.sweeps.rows": {"kind_of": "sim.results.columns.kind_of"},
    "sim.study.sweeps.units": {"Units": "sim.analysis.pair_table.PairTable"},
}  # fmt: skip


@cache
def moves() -> dict[str, str]:
    """Return the new name of every module that has moved."""
    return dict(_moves())


def _moves() -> Iterator[tuple[str, str]]:
    for old_room, new_room, modules in MODULES:
        for module in modules.split():
            old, _, new = module.partition(":")
            yield ".".join(filter(None, ("sim", old_room, old))), f"sim.{new_room}.{new or old}"


class Forward:
    """Finds modules under their old names, and fills them with what stands under the new ones.

    Of no class of ``importlib.abc``: loading these would make up half of ``import sim``.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a module of that old name."""
        if not name.startswith("sim.") or not (name in ROOMS or name in moves()):
            return None
        holds_modules = any(other.startswith(f"{name}.") for other in moves())
        return ModuleSpec(name, cast(Any, self), is_package=holds_modules)

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to Python to make a module."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill a module."""
        old = module.__name__
        if old in ROOMS:
            return
        new = moves()[old]
        warnings.warn(f"{old} is {new} now; the old name goes with the next version", DeprecationWarning, stacklevel=2)
        for name, value in vars(import_module(new)).items():
            vars(module).setdefault(name, value)
        for name, place in NAMES.get(old, {}).items():
            room, _, renamed = place.rpartition(".")
            setattr(module, name, getattr(import_module(room), renamed))


def forward() -> None:
    """Have old names forwarded, after all else has been asked for them."""
    if not any(isinstance(finder, Forward) for finder in sys.meta_path):
        sys.meta_path.append(Forward())
