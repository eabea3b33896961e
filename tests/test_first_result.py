"""How soon the first result is there: nothing is loaded before the summary that it does not need."""

from __future__ import annotations

from pathlib import Path

from tests.fresh import imported
from tests.small import SMALL

RUN = """
from sim import api
from sim.doors import cli
def stop(result): raise KeyboardInterrupt
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
