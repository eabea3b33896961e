"""What a scenario file gives: layers, values set on the command line, and where each value comes from."""

from __future__ import annotations

import copy
import pickle
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import Problem, UserError
from sim.registry.mechanisms import MECHANISMS
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS
from sim.scenario.layers import dotted
from sim.scenario.load import load
from sim.scenario.schema import Scenario
from sim.scenario.write import to_toml
from sim.world.build import build

Save = Callable[..., Path]
Refused = Callable[..., list[Problem]]
RefusedOnce = Callable[..., Problem]


# -- what a good file gives


def test_a_title_is_enough(save: Save):
    loaded = load(save(""))
    assert loaded.scenario == Scenario(title="t")
    assert loaded.layers == {"title": "mine.toml:1"}
    assert loaded.warnings == ()


def test_what_is_loaded_can_be_sent_and_copied_and_shares_nothing_with_what_is_loaded_next():
    loaded = load("election")
    assert pickle.loads(pickle.dumps(loaded)).scenario == copy.deepcopy(loaded).scenario == loaded.scenario
    changed = Scenario(title="t")
    changed.policy.changes["x"] = None  # type: ignore[assignment]
    assert not Scenario(title="t").policy.changes
    loaded.below[0].lines.clear()
    assert load("election").below[0].lines


def test_a_long_file_is_read_like_a_short_one(save: Save):
    long = save("[parameters]\nk1 = 0.7\n" + "# a comment\n" * 9000)
    assert load(long).scenario.parameters["k1"] == 0.7 and load(long).layers["parameters.k1"] == "mine.toml:3"


def test_effective_lists_every_value_with_its_layer(save: Save):
    loaded = load(save("[parameters]\nk1 = 0.7\n[threat]\nshift = 0.1\n"), ["voice=false"])
    values = {key: (value, layer) for key, value, layer in loaded.effective()}
    assert values["parameters.k1"] == (0.7, "mine.toml:3")
    assert values["threat.shift"] == (0.1, "mine.toml:5")
    assert values["mechanisms.voice"] == (False, "--set")
    assert values["mechanisms.wear"] == (True, "default")
    assert values["run.seed"] == (1921, "default")
    assert values["policy.share"] == (None, "default")
    assert {f"parameters.{name}" for name in PARAMETERS} <= values.keys()
    assert all(values[f"parameters.{p.name}"] == (p.default, "default") for p in PARAMETERS.values() if p.name != "k1")


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path, the_problem: RefusedOnce):
    path = tmp_path / "w.toml"
    path.write_bytes(b'\xef\xbb\xbftitle = "t"\r\n[run]\r\nseed = "x"\r\n')
    assert the_problem(path).where == "w.toml:3"


# -- layers


def test_tables_merge_and_other_values_replace(save: Save):
    text = '[tree]\nonly = ["Tula", "Tver"]\nuezds = 90\n[policy.changes.a]\ndate = "1922-01"\nrule = "election"\n'
    save(text, "b.toml")
    loaded = load(save('extends = "b.toml"\n[tree]\nonly = ["Kiev"]\n[policy.changes.a]\nrule = "appointment"\n'))
    assert loaded.scenario.tree.only == ["Kiev"]
    assert loaded.scenario.tree.uezds == 90
    assert loaded.scenario.policy.changes["a"].date == "1922-01"
    assert loaded.layers == {
        "title": "mine.toml:1", "tree.only": "mine.toml:4", "tree.uezds": "b.toml:4",
        "policy.changes.a.date": "b.toml:6", "policy.changes.a.rule": "mine.toml:6",
    }  # fmt: skip


def test_the_command_line_lies_on_top(save: Save):
    save("[run]\nseed = 1\nreplicates = 3\n", "b.toml")
    loaded = load(save('extends = "b.toml"\n[run]\nseed = 2\n'), ["run.seed=3", "run.seed=4"])
    assert (loaded.scenario.run.seed, loaded.layers["run.seed"]) == (4, "--set")
    assert (loaded.scenario.run.replicates, loaded.layers["run.replicates"]) == (3, "b.toml:4")


def test_title_and_why_are_not_inherited(save: Save, the_problem: RefusedOnce):
    save('why = "because"\n', "b.toml")
    assert load(save('extends = "b.toml"\n')).scenario.why == ""
    problem = the_problem(save('extends = "b.toml"\n', title=False))
    assert (problem.where, problem.field, problem.found) == ("mine.toml:1", "title", "nothing")


def test_several_bases_are_laid_in_order_and_a_common_one_once(save: Save):
    save("[run]\nseed = 1\nreplicates = 1\n[tree]\nbench = 1\n", "common.toml")
    save('extends = "common.toml"\n[run]\nseed = 2\n', "a.toml")
    save('extends = "common.toml"\n[tree]\nbench = 7\n', "b.toml")
    scenario = load(save('extends = ["a.toml", "b.toml"]\n[run]\nreplicates = 9\n')).scenario
    # had the common base been laid again with b, the seed of a would be gone
    assert (scenario.run.seed, scenario.run.replicates, scenario.tree.bench) == (2, 9, 7)


def test_a_base_is_sought_beside_the_file_and_then_among_the_shipped(save: Save):
    path = save('extends = "historical.toml"\n', "deep/mine.toml")
    assert "lenin_levy" in load(path).scenario.events
    assert load(save('extends = "historical"\n')).layers["period.start"].startswith("historical.toml:")
    save("", "deep/historical.toml")
    assert load(path).scenario.events == {}


def test_two_bases_of_one_name_are_told_apart(save: Save):
    save("[run]\nseed = 1\n", "one/base.toml")
    save('extends = "one/base.toml"\n[run]\nreplicates = 2\n', "base.toml")
    layers = load(save('extends = "base.toml"\n')).layers
    assert layers["run.replicates"] == "base.toml:4"
    assert layers["run.seed"] == "one/base.toml:3"


def test_names_of_shipped_scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert load("election").path.name == "election.toml"
    assert load("election.toml").scenario.title == load("election").scenario.title
    (tmp_path / "election").mkdir()  # a folder of results must not hide the scenario
    assert load("election").path.name == "election.toml"
    (tmp_path / "election.toml").write_text('title = "mine"')
    assert load("election.toml").scenario.title == "mine"


def test_inherited_values_without_effect_are_left_out_with_a_warning(save: Save):
    text = '[policy]\nrule = "share"\nshare = 0.5\n[threat]\nseries = "constant"\nobjective = 0.1\nperceived = 0.2\n'
    save(text, "b.toml")
    loaded = load(save('extends = "b.toml"\n[policy]\nrule = "election"\n'), ["threat.series=recorded"])
    assert loaded.scenario.policy.share is None
    assert loaded.scenario.threat.objective is None and loaded.scenario.threat.perceived is None
    assert "policy.share" not in loaded.layers
    assert sorted(w.field for w in loaded.warnings) == ["policy.share", "threat.objective", "threat.perceived"]
    assert {w.where for w in loaded.warnings} == {"b.toml:4", "b.toml:7", "b.toml:8"}


# -- --set


def test_set_reads_toml_and_falls_back_to_text(save: Save):
    sets = ["tree.only=['Tula']", "run.seed=7", "title=A title", "period.end=1925-06", "policy.rule=election", "pack=1"]
    scenario = load(save(""), sets).scenario
    assert (scenario.tree.only, scenario.run.seed, scenario.title) == (["Tula"], 7, "A title")
    assert (scenario.period.end, scenario.policy.rule, scenario.parameters) == ("1925-06", "election", {"pack": 1.0})


def test_set_reaches_quoted_names(save: Save):
    path = save('[policy.changes."a.b=c"]\nrule = "election"\n')
    assert load(path, ['policy.changes."a.b=c".enabled=false']).scenario.policy.changes["a.b=c"].enabled is False


def test_bare_names_are_unambiguous():
    parameters, mechanisms = set(PARAMETERS), set(MECHANISMS)
    assert not parameters & mechanisms
    assert not (parameters | mechanisms) & set(Scenario.model_fields)


@pytest.mark.parametrize(
    ("item", "field", "suggestion"),
    [
        ("voce=false", "voce", "voice"),
        ("parameters.kkv=1", "parameters.kkv", "kv"),
        ("run.sed=1", "run.sed", "seed"),
        ("run.seed=many", "run.seed", ""),
        ("policy.rule=elections", "policy.rule", "election"),
        ("k1=1.5", "parameters.k1", ""),
        ("k1=nan", "parameters.k1", ""),
        ("k1", "", ""),
        ("=3", "", ""),
        ("a b=3", "", ""),
        ("extends=historical", "extends", "events"),
        ("run.seed=1\nrun.replicates=2", "run.seed", ""),
        ("events.x.size=1", "events.x.kind", ""),
    ],
)
def test_faults_of_the_command_line(save: Save, item: str, field: str, suggestion: str, problems: Refused):
    problem = problems(save(""), item)[0]
    assert (problem.where, problem.field, problem.suggestion) == ("--set", field, suggestion)


def test_outcomes_cannot_be_set(save: Save, problems: Refused):
    path = save("")
    assert all(problems(path, f"{name}=1") for name in OUTCOMES)


# -- properties


def overrides() -> st.SearchStrategy[list[str]]:
    months = st.tuples(st.integers(1918, 1989), st.integers(1, 12)).map(lambda m: f"{m[0]}-{m[1]:02d}")
    share = st.floats(0, 1)
    parameter = st.sampled_from(list(PARAMETERS)).flatmap(
        lambda name: st.floats(PARAMETERS[name].minimum, PARAMETERS[name].maximum).map(lambda x: f"{name}={x!r}")
    )
    return st.lists(
        st.one_of(
            parameter,
            st.tuples(st.sampled_from(list(MECHANISMS)), st.booleans()).map(lambda x: f"{x[0]}={str(x[1]).lower()}"),
            st.integers(0, 2**63 - 1).map("run.seed={}".format),
            months.map("period.end={}".format),
            st.floats(-1, 1).map("threat.shift={!r}".format),
            share.map("tree.literacy_floor={!r}".format),
            st.one_of(share.map(repr), st.just("recorded")).map("options.capacity={}".format),
            st.sampled_from(["election", "appointment", "readiness", "recorded"]).map("policy.rule={}".format),
            st.tuples(st.text("ab .\"'\\é#\x7f\n", max_size=3), months).map(
                lambda x: f"events.{dotted((x[0],))}={{kind='dispute', start='{x[1]}', size=0.5}}"
            ),
            st.tuples(months, share, share).map(lambda x: f"threat.custom={{{x[0]}=[{x[1]!r}, {x[2]!r}]}}"),
        ),
        max_size=8,
    ).map(lambda items: items + ["threat.series=custom"] * any(i.startswith("threat.custom") for i in items))


@settings(max_examples=25)
@given(overrides())
def test_what_is_set_arrives_and_a_written_world_is_the_same_world(sets: list[str]):
    arrives(sets)


@pytest.mark.exhaustive
@given(overrides())
def test_what_is_set_of_many_arrives_and_a_written_world_is_the_same_world(sets: list[str]):
    arrives(sets)


def arrives(sets: list[str]) -> None:
    try:
        loaded = load("historical", sets)
    except UserError as error:
        assert {p.field for p in error.problems} == {"period.end"}  # before the start, by chance
        return
    last = {item.partition("=")[0]: item.partition("=")[2] for item in sets}
    values = {key: (value, layer) for key, value, layer in loaded.effective()}
    for parameter in PARAMETERS.values():
        given_value = last.get(parameter.name)
        expected = (parameter.default, "default") if given_value is None else (float(given_value), "--set")
        assert values[f"parameters.{parameter.name}"] == expected
    for key in ("run.seed", "period.end", "policy.rule", "tree.literacy_floor"):
        assert (values[key][1] == "--set") == (key in last)
        assert key not in last or str(values[key][0]) == str(type(values[key][0])(last[key]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written.toml"
        path.write_text(to_toml(loaded), encoding="utf-8")
        again = load(path)
    assert again.scenario.parameters == {name: values[f"parameters.{name}"][0] for name in PARAMETERS}
    assert [entry[:2] for entry in again.effective()] == [entry[:2] for entry in loaded.effective()]


@pytest.mark.parametrize(
    ("tree", "changes"), [("guberniias = 3", {"some": ["Synthetic 2"]}), ('kind = "real"\nuezds = 0', {})],
)  # fmt: skip
def test_a_file_that_stands_alone_names_nobody_of_another_tree(tree: str, changes: dict[str, list[str]], save: Save):
    """Inherited entries may; in a file of their own they would be refused, and without a name concern everybody."""
    save('''extends = "historical"
        [tree]
        kind = "synthetic"
        guberniias = 4
        [policy.changes]
        some = { rule = "election", date = "1922-06", places = ["Synthetic 2", "Synthetic 4"] }
        one = { rule = "appointment", date = "1922-07", places = ["Synthetic 4"] }''', "base.toml")
    loaded = load(save(f'extends = "base.toml"\nperiod.end = "1922-12"\n[tree]\n{tree}\n'))
    again = load(save(to_toml(loaded), "alone.toml", title=False))
    assert {name: change.places for name, change in again.scenario.policy.changes.items()} == changes
    assert ("famine_1921" in again.scenario.events) == ("real" in tree)
    one, two = build(loaded.scenario), build(again.scenario)
    assert np.array_equal(one.calendar.famine, two.calendar.famine) and one.committees == two.committees
    assert [*one.rules] == [*two.rules]


def test_names_outside_a_part_of_the_tree_are_one_warning_where_inherited_and_one_each_where_written(save: Save):
    loaded = load(save('extends = "historical"\ntree.only = ["Moscow", "Tula"]\n'
                       '[events.hunger]\nkind = "famine"\nstart = "1922-01"\nplaces = ["Tula", "Altai"]'))  # fmt: skip
    inherited, own = sorted(
        (str(warning) for warning in loaded.warnings if "tree" in str(warning)), key=lambda said: "hunger" in said
    )  # fmt: skip
    assert re.search(r"tree: inherited entries name what this tree does not have: .*, .* and \d+ more$", inherited)
    assert own.endswith("events.hunger.places[1]: without effect: Altai is not part of this tree")
