"""Experiment files: what they come to, and every message where something is wrong."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.experiment import schema
from sim.experiment.designs import points, samples
from sim.experiment.experiment import Experiment, from_record
from sim.experiment.load import is_experiment, load_experiment, shipped_experiments
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.runner.chunks import Worlds, scenario_table
from sim.scenario.load import shipped
from sim.scenario.schema import Scenario
from tests.pieces import END, GRID, ONE, POINTS

ROOT = Path(__file__).resolve().parents[2]
def merged(experiment: Experiment, combination: int = 0, point: int = 0) -> dict[str, Any]:
    """Return the scenario of a run as nested tables, defaults written out."""
    draw = samples(experiment, (0, points(experiment)), point, point + 1)[0]
    return Scenario.model_validate(scenario_table(experiment, combination, draw), strict=False).model_dump()


# what files come to


def test_shipped_experiments_can_all_be_read():
    found = shipped_experiments()
    assert "december-1923" in found and not found.keys() & shipped().keys(), "names tell experiments from scenarios"
    for name in found:
        experiment = load_experiment(name)
        assert experiment.name == name and points(experiment) > 0 and experiment.horizons
        assert from_record(experiment.record()) == experiment
        assert from_record(json.loads(json.dumps(experiment.record()))).fingerprint() == experiment.fingerprint()


def test_shipped_experiments_are_in_the_wheel():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    listed = {name for name in included if name.startswith("experiments/")}
    folders = {path.parent for path in (ROOT / "experiments").glob("*/*.toml")} - {ROOT / "experiments" / "bench"}
    assert listed == {f"experiments/{path.name}" for path in (*folders, *(ROOT / "experiments").glob("*.toml"))}
    assert all(included[name] == f"sim/{name}" for name in listed)


def test_the_question_of_december_1923():
    experiment = load_experiment("december-1923")
    assert [option.value for option in experiment.levers[0].options] == ["historical", "appointment", "election"]
    assert [factor.name for factor in experiment.uncertainties] == [*PARAMETERS, *VARIANTS]
    worlds = [merged(experiment, number) for number in range(6)]
    assert [list(world["policy"]["changes"]) for world in worlds] == [[], [], *[["everywhere"]] * 4]
    assert [world["options"]["capacity"] for world in worlds] == ["recorded", "unlimited"] * 3
    assert {world["period"]["end"] for world in worlds} == {"1926-12"}
    assert worlds[0]["tree"]["uezds"] == 650 and worlds[0]["events"], "the rest is the documented world"


def test_defaults(read):
    experiment = read(f"{ONE}{POINTS}")
    assert (experiment.replicates, experiment.seed, experiment.design.seed) == (1, 77, 0)
    assert experiment.accidents == "own" and read(f"{ONE}{GRID}").accidents == "shared"
    shared = read(f"{ONE}{POINTS}[run]\naccidents = 'shared'\n")
    assert (shared.accidents, shared.series(7, 2), experiment.series(7, 0)) == ("shared", 2, 7)
    assert shared.fingerprint() != experiment.fingerprint()
    assert experiment.curves == "none" and experiment.scopes[0] == "nation" and "performance" in experiment.outcomes
    assert experiment.horizons["after"].name == "1921-01:1921-12" and experiment.smallest.share is None
    assert "title" not in experiment.base and "run" not in experiment.base
    (factor,) = experiment.uncertainties
    assert (factor.target, factor.low, factor.high, factor.default) == ("parameters.r_f", 0.02, 0.55, 0.28)
    assert factor.unit == "correlation" and not factor.whole


def test_set_lies_over_scenario_and_worlds_and_levers_over_set(read):
    experiment = read(
        '[set]\npolicy.rule = "share"\npolicy.share = 0.4\ntree.bench = 7\n'
        '[levers.world]\nworlds = ["small", "other"]\n'
        '[levers.share]\nfield = "policy.share"\nvalues = [0.2, 0.9]\n' + GRID + END,
        other__toml='extends = "small.toml"\ntitle = "Other"\n[tree]\nbench = 9\nskill_shift = 0.1\n[run]\nseed = 5\n',
    )
    worlds = [merged(experiment, number) for number in range(4)]
    assert [w["tree"]["bench"] for w in worlds] == [7, 7, 7, 7], "[set] has the last word over worlds"
    assert [w["tree"]["skill_shift"] for w in worlds] == [0, 0, 0.1, 0.1]
    assert [w["policy"]["share"] for w in worlds] == [0.2, 0.9, 0.2, 0.9], "a lever has it over [set]"
    assert experiment.seed == 77 and {w["run"]["seed"] for w in worlds} == {77}
    assert experiment.levers[0].options[1].table == {"tree": {"skill_shift": 0.1}}


def test_a_file_that_lies_below_is_not_laid_again(read):
    experiment = read(
        '[levers.world]\nworlds = ["first", "second"]\n' + GRID + END,
        head='title = "T"\nscenario = ["small", "first"]\n',
        first__toml='extends = "small.toml"\ntitle = "1"\n[tree]\nbench = 9\n',
        second__toml='extends = "small.toml"\ntitle = "2"\n[policy]\nrule = "election"\n',
    )
    assert [option.table for option in experiment.levers[0].options] == [{}, {"policy": {"rule": "election"}}]
    assert merged(experiment, 1)["tree"]["bench"] == 9 and merged(experiment, 1)["tree"]["kind"] == "synthetic"


def test_kinds_of_uncertainties(read):
    experiment = read(f"""
[uncertainties]
prior = ["r_v", "g_y"]
[uncertainties.r_f]
high = 0.9
[uncertainties.kv]
distribution = "uniform"
[uncertainties.bench]
field = "tree.bench"
low = 2
high = 10
[uncertainties.transfers]
[uncertainties.need]
field = "mechanisms.need"
[uncertainties.order]
field = "options.order"
values = ["need", "random"]
[uncertainties.depth]
field = "parameters.res_d"
values = [0.1, 1]
[uncertainties.pack]
values = [0.0, 0.5, 1.0]
[uncertainties.peace.options]
war = {{}}
quiet = {{ threat.shift = -0.2 }}
{POINTS}{END}""")
    by_name = {factor.name: factor for factor in experiment.uncertainties}
    assert list(by_name)[:2] == ["g_y", "r_v"], "the prior in the registry's order, the others behind it"
    assert (by_name["r_f"].low, by_name["r_f"].high) == (0.02, 0.9)
    assert by_name["g_y"].distribution == "loguniform" and by_name["kv"].distribution == "uniform"
    assert by_name["bench"].whole and by_name["bench"].default == 5
    values = {name: [option.value for option in factor.options] for name, factor in by_name.items() if factor.options}
    assert values == {
        "transfers": [True, False], "need": [True, False], "order": ["need", "random"], "depth": [0.1, 1],
        "pack": [0.0, 0.5, 1.0], "peace": ["war", "quiet"],
    }  # fmt: skip
    assert by_name["transfers"].options[1].table == {"mechanisms": {"transfers": False}}
    assert by_name["depth"].options[0].table == {"parameters": {"res_d": 0.1}}
    assert by_name["depth"].unit == "persons per seat"


def test_the_whole_prior_less_what_is_fixed_or_has_a_table_of_its_own(read):
    experiment = read(f"""[uncertainties]
prior = "all"
fixed = ["pack"]
[uncertainties.r_f]
low = 0.1
[uncertainties.depth]
field = "parameters.res_d"
values = [0.1, 1.0]
{POINTS}{END}""")
    names = [factor.name for factor in experiment.uncertainties]
    assert names == [name for name in (*PARAMETERS, *VARIANTS) if name not in ("pack", "res_d")] + ["depth"]
    assert next(factor.low for factor in experiment.uncertainties if factor.name == "r_f") == 0.1


def test_readings_are_drawn_with_the_prior_and_left_out_where_another_excludes_them(read):
    experiment = read(f'[uncertainties]\nprior = ["unfilled", "succession", "r_f"]\n{POINTS}{END}')
    assert [factor.name for factor in experiment.uncertainties] == ["r_f", "unfilled", "succession"]
    drawn = samples(experiment, (0, 40), 0, 40)
    assert {point["unfilled"] for point in drawn} == {"lapse", "acting"}
    for point in drawn:
        assert (point["succession"] is None) == (point["unfilled"] == "lapse")
        world = Worlds(experiment).world(0, point)
        assert world.variants["unfilled"] == point["unfilled"]
        assert world.variants["succession"] == (point["succession"] or "once")
        table = scenario_table(experiment, 0, point)
        assert table["variants"] == {k: v for k, v in point.items() if k != "r_f" and v is not None}
    assert {point["succession"] for point in drawn} == {"once", "at_arrival", None}


def test_a_reading_may_be_varied_by_its_name(read):
    (factor,) = read(f"[uncertainties.majority_wants]\n{POINTS}{END}").uncertainties
    assert [option.value for option in factor.options] == ["conditional", "status_quo", "all"]
    (factor,) = read(f"[uncertainties.majority_wants]\nvalues = ['all', 'status_quo']\n{POINTS}{END}").uncertainties
    assert [option.value for option in factor.options] == ["all", "status_quo"]
    assert factor.target == "variants.majority_wants"


def test_a_mechanism_begins_with_what_the_base_says(read):
    experiment = read(f"[set]\nmechanisms.need = false\n[uncertainties.need]\n{POINTS}{END}")
    assert [option.value for option in experiment.uncertainties[0].options] == [False, True]


def test_numbers_and_texts_side_by_side_become_texts(read):
    values = 'values = ["recorded", 1.5, 3, "unlimited"]'
    experiment = read(f'[levers.c]\nfield = "options.capacity"\n{values}\n{GRID}{END}')
    assert [option.value for option in experiment.levers[0].options] == ["recorded", "1.5", "3", "unlimited"]
    assert experiment.levers[0].options[2].table == {"options": {"capacity": 3}}


def test_a_lever_may_make_the_base_whole(read):
    lever = '[levers.s]\nfield = "policy.share"\nvalues = [0.1, 0.9]\n'
    experiment = read(f'[set]\npolicy.rule = "share"\n{lever}{GRID}{END}')
    assert merged(experiment, 1)["policy"]["share"] == 0.9


def test_usual_horizons_begin_where_the_levers_part(read):
    tables = 'policy.changes.x = { date = "1921-05", rule = "election" }'
    experiment = read(f"[levers.policy.options]\nold = {{}}\nnew = {{ {tables} }}\n{GRID}")
    assert experiment.horizons["after"].name == "1921-05:1921-12"


def test_a_table_of_points(read):
    experiment = read(
        f'[uncertainties.r_f]\n[uncertainties.bench]\nfield = "tree.bench"\nlow = 2\nhigh = 10\n'
        f'[uncertainties.need]\n[design]\nkind = "table"\nfile = "points.csv"\n{END}',
        points__csv="need, r_f, bench\ntrue, 0.1, 3\n\nfalse,5e-1,10\n",
    )
    assert points(experiment) == 2
    assert samples(experiment, (0, 2), 1, 2) == [{"r_f": 0.5, "bench": 10, "need": False}]


@pytest.mark.parametrize("text", [
    ",,\nr_f,need\n,\n0.1,true\n , \n0.2,false\n,\n", "r_f,need,\n0.1,true,\n0.2,false\n",
    "r_f,,need,,\n0.1,,true,,\n0.2,,false,,\n", '\ufeffr_f,need\r\n"0.1",TRUE\r\n2e-1,False\r\n',
])  # fmt: skip
def test_empty_rows_and_columns_of_a_spreadsheet_are_passed_over(text, read):
    table = f'[uncertainties.r_f]\n[uncertainties.need]\n[design]\nkind = "table"\nfile = "p.csv"\n{END}'
    experiment = read(table, p__csv=text)
    assert samples(experiment, (0, 2), 0, 2) == [{"r_f": 0.1, "need": True}, {"r_f": 0.2, "need": False}]


def test_an_experiment_is_told_from_a_scenario(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.toml").write_text('[design]\nkind = "grid"\n')
    (tmp_path / "b.toml").write_text('title = "x"\n[policy]\nrule = "election"\n')
    (tmp_path / "c.toml").write_text("no toml")
    assert is_experiment("a.toml") and is_experiment("december-1923") and is_experiment("december-1923.toml")
    for name in ("b.toml", "c.toml", "nowhere.toml", "historical", "historical.toml", "", "x" * 5000, "a\0b", "."):
        assert not is_experiment(name)


# the document


def test_the_document_is_current():
    document = ROOT / "docs" / "experiments.md"
    text = document.read_text("utf-8")
    assert schema.render(text) == text, "out of date: make docs"
    for name in schema.TABLES:
        assert f"<!-- generated: {name} -->" in text


def test_the_document_describes_every_kind_of_design():
    text = (ROOT / "docs" / "experiments.md").read_text("utf-8")
    for kind in schema.FORM.schema["properties"]["design"]["properties"]["kind"]["enum"]:
        assert f"| `{kind}` |" in text


def test_the_example_of_the_document_is_an_experiment(tmp_path):
    text = (ROOT / "docs" / "experiments.md").read_text("utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    (tmp_path / "example.toml").write_text(example)
    assert points(load_experiment(tmp_path / "example.toml")) > 1
