"""The Python interface: the same verbs as the command line, and an import that costs nothing."""

from __future__ import annotations

import inspect
import pydoc

import pytest

import sim
from sim.scenario.load import load
from tests.fresh import imported

HEAVY = {"numpy", "pandas", "pyarrow", "numba", "mesa", "matplotlib", "duckdb", "rich", "pydantic", "click", "scipy"}


def test_the_import_costs_nothing():
    assert not imported("import sim; dir(sim); sim.__version__; sim.run; sim.open; sim.UserError") & HEAVY


def test_all_verbs_are_there():
    assert set(dir(sim)) == set(sim.__all__)
    assert all(callable(getattr(sim, name)) for name in sim.__all__ if name != "__version__")
    with pytest.raises(AttributeError, match="module 'sim' has no attribute 'simulates'"):
        sim.simulates  # noqa: B018


def test_a_verb_tells_what_it_takes():
    assert {"scenario", "sets", "out", "engine"} <= set(inspect.signature(sim.run).parameters)
    told = pydoc.plain(pydoc.render_doc(sim.run))
    assert "run(scenario:'Source'" in "".join(told.split())  # newer versions give each a line
    assert inspect.getdoc(sim.sweep).startswith("Run a sweep") and sim.sweep is sim.sweep


def test_what_is_wrong_with_any_world_is_told_at_once(tmp_path):
    for verb in (sim.compare, sim.trace):
        with pytest.raises(sim.UserError, match=r"one.toml: found no such file(.|\n)*two.toml: found no such file"):
            verb(tmp_path / "one.toml", tmp_path / "two.toml", sets=iter(["g_y=0.2"]), out=tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_the_verbs_together(small_file, tmp_path):
    result = sim.run(small_file, replicates=3, seed=4, sets={"g_y": 0.2, "policy.rule": "election"}, out=tmp_path / "r")
    assert (result.scenario.run.seed, result.scenario.run.replicates) == (4, 3)
    assert (result.scenario.parameters["g_y"], result.scenario.policy.rule) == (0.2, "election")
    assert result.manifest["layers"]["policy.rule"] == "--set"
    again = sim.open(tmp_path / "r")
    assert again.manifest == result.manifest
    assert len(again.monthly()) == 3 * 12 * 5
    assert repr(again) == f"<Result {tmp_path / 'r'} (A small world, 3 replicates)>"
    files = sim.export(again, tmp_path / "tables")
    assert sim.export(str(tmp_path / "r"), str(tmp_path / "tables"), force=True) == files
    with pytest.raises(sim.UserError, match="an earlier result"):
        sim.run(small_file, out=tmp_path / "r")
    assert sim.run(small_file, out=tmp_path / "r", force=True).manifest["seed"] == 1921


def test_arguments_of_another_kind_are_refused_and_nothing_is_written(small_file, tmp_path):
    for call in (
        lambda out: sim.trace(small_file, small_file, replicate=1.5, out=out),
        lambda out: sim.trace(small_file, small_file, replicate=2**32, out=out),
        lambda out: sim.trace(small_file, small_file, figures="some", out=out),
        lambda out: sim.run(small_file, workers="2", out=out), lambda out: sim.run(small_file, first=2**32, out=out),
        lambda out: sim.compare(small_file, small_file, draws="3", out=out),
        lambda out: sim.compare(small_file, small_file, precision="x", out=out),
        lambda out: sim.explain(3), lambda out: sim.open(None), lambda out: sim.plot(3), lambda out: sim.check(None),
        lambda out: sim.sweep(None, out=out), lambda out: sim.sweep("december-1923", points=2.0, out=out),
        lambda out: sim.sweep("december-1923", extend="x", out=out),
        lambda out: sim.sweep("december-1923", extend=1.5, out=out),
        lambda out: sim.sweep("december-1923", share=3, out=out), lambda out: sim.rerun(out, "3"),
    ):  # fmt: skip
        with pytest.raises(sim.UserError, match="found .*; allowed"):
            call(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_one_text_is_one_of_several(small_file, tmp_path):
    pair = sim.compare(small_file, small_file, replicates=2, outcomes="conflict", horizons="1921-06",
                       smallest={"conflict": 0.01}, sets="k1=0.5", out=tmp_path / "c")  # fmt: skip
    assert (pair.manifest["shown"], pair.horizons) == (["conflict"], ["1921-06"])
    assert pair.manifest["smallest"]["named"] == {"conflict": 0.01}


def test_sets_may_be_a_table_or_words(small_file):
    checks = [sim.check(small_file, sets=sets) for sets in ({"tree.alike": True}, ["tree.alike=true"])]
    assert checks[0].settings == checks[1].settings
    assert checks[0].loaded.scenario.tree.alike


def test_a_loaded_scenario_will_do(small_file):
    loaded = load(small_file)
    assert sim.check(loaded).loaded is loaded
    with pytest.raises(TypeError, match="when a scenario is loaded"):
        sim.check(loaded, sets={"tree.alike": True})


def test_names_are_listed_and_explained():
    assert "historical" in [entry.name for entry in sim.list("scenarios")]
    assert sim.explain("recovery")[0].kind == "outcome"


def test_figures_are_drawn_all_or_none(small_file, tmp_path, monkeypatch):
    import sim.figures

    def draw_all(result, folder, svg):
        (folder / "a.png").write_bytes(b"picture")
        return [folder / "a.png"]

    def half(result, folder, svg):
        (folder / "b.png").write_bytes(b"half a pic")
        raise KeyboardInterrupt

    result = sim.run(small_file, replicates=1, out=tmp_path / "r")
    monkeypatch.setattr(sim.figures, "draw_all", draw_all)
    assert sim.plot(result) == [tmp_path / "r" / "figures" / "a.png"]
    assert sim.plot(result), "the default folder is renewed"
    sim.plot(result, out=tmp_path / "elsewhere")
    with pytest.raises(sim.UserError, match="there already: a.png"):
        sim.plot(result, out=tmp_path / "elsewhere")
    monkeypatch.setattr(sim.figures, "draw_all", half)
    with pytest.raises(KeyboardInterrupt):
        sim.plot(result)
    with pytest.raises(KeyboardInterrupt):
        sim.plot(result, out=tmp_path / "new")
    assert [path.name for path in (tmp_path / "r" / "figures").iterdir()] == ["a.png"]
    assert not (tmp_path / "new").exists()
    assert sim.open(result.path).manifest == result.manifest


def test_one_figure(small_file, tmp_path):
    result = sim.run(small_file, replicates=2, out=tmp_path / "r")
    assert [file.name for file in sim.plot(result, "column", outcome="conflict")] == ["column-conflict.png"]
    files = sim.plot(result, "column", outcome="conflict", svg=True)
    assert {file.suffix for file in files} == {".png", ".svg"}
    assert all(file.stat().st_size > 1000 for file in files)
    with pytest.raises(sim.UserError, match="did you mean 'tilemap'"):
        sim.plot(result, "titlemap")
