"""Modules under the names of version 0.1, which users' notebooks may hold."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from sim.old_names import ROOMS, moves

STUDY = """
alignment atomic cascade columns compare comparison courses divergence engines export failures glossary horizons
inputs manifest opening paired pairing persons preview result retrace run scores spread store summary tabulate
targets tracing
"""
SWEEPS = """
agreement asked bands cautions checking cluster crossed designs draft driver effects enlarging estimate experiment
factors fields influence kept locking opened parts plan pools progress ranges reading requested rerun rows sources store
table units worlds
"""
OTHERS = """
sim.cli sim.engines.trace sim.report.odd sim.scenario.constants sim.scenario.fields sim.scenario.lines
sim.scenario.names
sim.scenario.outcomes sim.scenario.parameters sim.scenario.points sim.scenario.registry sim.scenario.switches
sim.world.catalogue sim.world.catalogue.country sim.world.catalogue.party sim.world.catalogue.places
sim.world.catalogue.terms sim.world.columns sim.world.tables
"""
OLD = [*(f"sim.study.{name}" for name in STUDY.split()), *(f"sim.study.sweeps.{name}" for name in SWEEPS.split()),
       *OTHERS.split()]  # fmt: skip


@pytest.fixture
def forgotten():
    """Have modules under old names looked for anew."""
    def forget():
        for name in [*moves(), *ROOMS]:
            sys.modules.pop(name, None)

    forget()
    yield
    forget()


@pytest.mark.parametrize("old", OLD)
def test_every_old_module_is_forwarded(old, forgotten):
    new = moves()[old]
    with pytest.warns(DeprecationWarning) as warned:
        module = import_module(old)
    assert str(warned[-1].message) == f"{old} is {new} now; the old name goes with the next version"
    public = {name: value for name, value in vars(import_module(new)).items() if not name.startswith("_")}
    assert public and public.items() <= vars(module).items()


def test_nothing_else_is_forwarded():
    assert set(moves()) == set(OLD)
    with pytest.raises(ModuleNotFoundError, match="No module named 'sim.study.horizon'"):
        import_module("sim.study.horizon")


@pytest.mark.filterwarnings("ignore:sim.*the old name goes:DeprecationWarning")
@pytest.mark.parametrize(
    ("old", "name", "new", "renamed"),
    [
        ("sim.engines.trace", "Trace", "sim.engines.trajectory", "Trajectory"),
        ("sim.study.courses", "Courses", "sim.results.result", "Trajectories"),
        ("sim.study.courses", "open_courses", "sim.results.result", "open_trajectories"),
        ("sim.study.pairing", "Smallest", "sim.experiment.smallest_effect", "Smallest"),
        ("sim.study.pairing", "SHOWN", "sim.registry.outcomes", "SHOWN"),
        ("sim.study.tracing", "Traced", "sim.analysis.divergence.folder", "DivergenceFolder"),
        ("sim.study.sweeps.kept", "Kept", "sim.runner.chunk_rows", "Recorder"),
        ("sim.study.sweeps.opened", "open_sweep", "sim.analysis.sweep", "open_sweep"),
        ("sim.study.sweeps.parts", "Made", "sim.results.sweep_store", "Made"),
        ("sim.study.sweeps.plan", "Part", "sim.experiment.plan", "Chunk"),
        ("sim.study.sweeps.units", "Units", "sim.analysis.pair_table", "PairTable"),
    ],
)
def test_names_that_have_changed(old, name, new, renamed, forgotten):
    assert getattr(import_module(old), name) is getattr(import_module(new), renamed)


def test_as_a_notebook_would_import():
    code = """
from sim.study import horizons
import sim.study.sweeps.opened
from sim.study.sweeps.opened import Sweep
import sim.analysis.sweep
assert Sweep is sim.analysis.sweep.Sweep is sim.study.sweeps.opened.Sweep and sim.analysis.sweep.__spec__.origin
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # newer versions show the line, too
    told = [line for line in done.stderr.splitlines() if not line.startswith("  ")]
    assert [line.split(": ")[:2] for line in told] == [
        ["<string>:2", "DeprecationWarning"], ["<string>:3", "DeprecationWarning"],
    ]  # fmt: skip
