"""How soon the first result is there: nothing is loaded before the summary that it does not need."""

from __future__ import annotations

from pathlib import Path

from tests.fresh import imported
from tests.golden import STORED
from tests.small import SMALL

RUN = """
from sim import api
from sim.doors import cli
def stop(result, svg): raise KeyboardInterrupt
api.plot = stop
assert cli.call(["run", {scenario!r}, "--out", {out!r}]) == 130
"""


def test_a_run_needs_no_data_frames_and_no_figures_for_its_summary(tmp_path: Path):
    (tmp_path / "small.toml").write_text(SMALL)
    statement = RUN.format(scenario=str(tmp_path / "small.toml"), out=str(tmp_path / "r"))
    loaded = imported(statement)
    assert loaded >= {"numba", "pyarrow", "rich"}
    assert not loaded & {"pandas", "matplotlib", "mesa", "networkx", "duckdb"}
    assert (tmp_path / "r" / "targets.csv").exists()


READING = """
import shutil, sys
import sim, sim.figures
for kind in ("run", "comparison", "trace", "sweep-sobol", "calibration", "ledger"):
    sim.open({stored!r} + "/" + kind).query("SELECT 1")
sim.status({stored!r} + "/sweep-sobol")
assert not {{"numba", "mesa", "matplotlib", "scipy"}} & {{*sys.modules}}
from sim.doors import cli
from sim.figures import style
style.SETTINGS["savefig.dpi"] = 40.0
for kind in ("run", "comparison", "sweep-once"):
    folder = str(shutil.copytree({stored!r} + "/" + kind, {out!r} + "/" + kind))
    assert cli.call(["plot", folder, "--what", {{"run": "moves", "comparison": "effects"}}.get(kind, "classes")]) == 0
assert cli.call(["query", folder, "SELECT count(*) FROM runs"]) == 0
assert cli.call(["status", folder]) == 0
assert cli.call(["list", "outcomes"]) == cli.call(["explain", "r_f"]) == cli.call(["check", "historical"]) == 0
assert cli.call(["export", {out!r} + "/run", "--csv"]) == 0
from sim.figures import appointed, curves, moves, opposition, tilemap
assert not {{"matplotlib.pyplot", "scipy.optimize"}} & {{*sys.modules}}
"""


def test_who_reads_what_is_stored_waits_for_no_pictures_and_who_draws_for_no_compiler(tmp_path: Path):
    loaded = imported(READING.format(stored=str(STORED), out=str(tmp_path)))
    assert loaded >= {"pandas", "matplotlib", "duckdb"}
    assert not loaded & {"numba", "llvmlite", "mesa", "networkx"}
