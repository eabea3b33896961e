"""A table of committees of one's own: taken into the scenario, and refused with line and column."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import Problem, UserError
from sim.scenario.load import differences, load
from sim.scenario.renewal import stored
from sim.scenario.schema import Scenario
from sim.scenario.write import to_toml

Save = Callable[..., Path]
HEAD = "name,superior,unit_class,region,literacy,schooling,members,bench,source\n"
ROWS = HEAD + (
    "Head Office,,capital,Centre,0.95,4,400,6,invented\n"
    "North,,industrial,,0.8,2,900,,\n"
    "\n"
    "Harbour,North,,,0.7,,,,\n"
)
NAMED = "[tree]\ntable = 'offices.csv'\n"


@pytest.fixture
def ministry(save: Save) -> Callable[..., Path]:
    """Write a scenario that names a table, and the table beside it."""

    def write(rows: str = ROWS, text: str = NAMED) -> Path:
        path = save(text)
        (path.parent / "offices.csv").write_text(rows, encoding="utf-8")
        return path

    return write


def test_rows_take_the_place_of_the_name(ministry) -> None:
    tree = load(ministry()).scenario.tree
    assert tree.kind == "table" and [row.name for row in tree.places] == ["Head Office", "North", "Harbour"]
    assert [(head.name, [row.name for row in rows]) for head, rows in tree.units] == [
        ("Head Office", []), ("North", ["Harbour"])]  # fmt: skip
    harbour = tree.places[2]
    assert (harbour.superior, harbour.schooling, harbour.members, harbour.bench) == ("North", 0.89, None, None)


def test_every_value_is_known_by_the_file_that_set_it(ministry) -> None:
    known = {name: (value, layer) for name, value, layer in load(ministry()).effective()}
    assert known["tree.kind"] == ("table", "mine.toml:2")
    assert known['tree.places."Head Office".literacy'] == (0.95, "offices.csv")
    assert "tree.places.Harbour.members" not in known, "what a row leaves open is no value"


def test_columns_may_be_left_out_and_stand_in_any_order(ministry) -> None:
    tree = load(ministry("members,literacy,name,unit_class\n10,1,One,agrarian\n")).scenario.tree
    assert [(row.name, row.literacy, row.schooling, row.region) for row in tree.places] == [("One", 1.0, 0.89, "")]


def test_what_is_stored_needs_no_table(ministry, tmp_path) -> None:
    loaded = load(ministry())
    (tmp_path / "offices.csv").unlink()
    again = stored(json.loads(loaded.scenario.model_dump_json()))
    assert again == loaded.scenario
    (tmp_path / "alone.toml").write_text(to_toml(loaded), encoding="utf-8")
    alone = load(tmp_path / "alone.toml")
    assert alone.scenario.tree == loaded.scenario.tree
    assert not [warning for warning in alone.warnings if "tree" in warning.field]


def test_worlds_without_a_table_are_stored_as_before() -> None:
    assert "places" not in json.loads(load("historical").scenario.model_dump_json())["tree"]
    assert "places" not in Scenario(title="t").model_dump()["tree"]


def test_a_layer_above_may_go_back_to_the_real_tree(save, ministry) -> None:
    ministry()
    loaded = load(save("extends = 'mine.toml'\n[tree]\nkind = 'real'\n", "above.toml"))
    assert loaded.scenario.tree.kind == "real" and not loaded.scenario.tree.places
    assert any("inherited and without effect" in str(warning) for warning in loaded.warnings)


def test_a_table_is_looked_up_beside_the_file_that_names_it(save, ministry, tmp_path, monkeypatch) -> None:
    ministry()
    (tmp_path / "deeper").mkdir()
    above = save("extends = '../mine.toml'\n", "deeper/above.toml")
    monkeypatch.chdir(tmp_path / "deeper")
    assert len(load(above).scenario.tree.places) == 3
    assert len(load("historical", ["tree.table=../offices.csv"]).scenario.tree.places) == 3
    assert len(load({"title": "t", "tree": {"table": "../offices.csv"}}).scenario.tree.places) == 3


def test_a_dict_may_hold_the_rows_themselves() -> None:
    row = {"name": "One", "unit_class": "agrarian", "literacy": 0.5, "members": 10}
    loaded = load({"title": "t", "tree": {"kind": "table", "places": [row]}})
    assert loaded.scenario.tree.places[0].name == "One"
    with pytest.raises(UserError, match=r"dict: tree.places\[0\].literacy: found 5"):
        load({"title": "t", "tree": {"kind": "table", "places": [row | {"literacy": 5}]}})


FAULTS = [
    # rows, where, column, found, allowed, suggestion
    (ROWS.replace("0.8", "8"), "offices.csv:3", "literacy", "'8'", "a number from 0 to 1", ""),
    ("name,unit_class,members\nA,agrarian,9\n", "offices.csv:1", "literacy", "no such column", "of this name", ""),
    (ROWS.replace("bench", "bensh"), "offices.csv:1", "bensh", "unknown column", "superior", "bench"),
    (ROWS.replace("industrial", "industral"), "offices.csv:3", "unit_class", "'industral'", "capital", "industrial"),
    (ROWS.replace("900,", "0,"), "offices.csv:3", "members", "'0'", "from 1", ""),
    (ROWS.replace("900", "9.5"), "offices.csv:3", "members", "'9.5'", "a whole number", ""),
    (ROWS.replace("900", ""), "offices.csv:3", "members", "nothing", "needed without a superior", ""),
    (ROWS.replace("industrial", ""), "offices.csv:3", "unit_class", "nothing", "needed without a superior", ""),
    (ROWS.replace("Harbour,North,,", "Harbour,North,agrarian,"), "offices.csv:5", "unit_class", '"agrarian"',
     'nothing, or "industrial", as North', ""),
    (ROWS.replace("Harbour,North", "Harbour,Nort"), "offices.csv:5", "superior", '"Nort"', "under the centre", "North"),
    (ROWS + "Quay,Harbour,,,0.5,,,,\n", "offices.csv:6", "superior", '"Harbour"', "itself under the centre", ""),
    (ROWS.replace("Harbour,", "North,"), "offices.csv:5", "name", "North", "each key once", ""),
    (ROWS + "Quay,North\n", "offices.csv:6", "", "2 cells", "9, as in the header", ""),
    (ROWS.replace("Head Office", "x" * 61), "offices.csv:2", "name", "xxx", "a text of 1 to 60 characters", ""),
    (HEAD, "offices.csv", "", "", "at least one row", ""),
    (HEAD + "N,,agrarian,,1,1,9,,\n" + "".join(f"{i},N,,,1,,,,\n" for i in range(256)), "offices.csv:258", "superior",
     '"N"', "at most 255", ""),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "where", "column", "found", "allowed", "near"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_names_line_and_column(ministry, the_problem, rows, where, column, found, allowed, near) -> None:
    problem: Problem = the_problem(ministry(rows))
    assert (problem.where, problem.field, problem.suggestion) == (where, column, near)
    assert found in problem.found and allowed in problem.allowed


def test_empty_rows_and_ends_are_passed_over_as_spreadsheets_leave_them(ministry) -> None:
    left = "".join(f"{line},,\n" for line in ROWS.splitlines()) + "," * 10 + "\n\n"
    assert load(ministry(left)).scenario.tree == load(ministry(ROWS)).scenario.tree


@pytest.mark.parametrize(("mark", "called"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_mark_between_columns_is_said_once(ministry, the_problem, mark: str, called: str) -> None:
    problem = the_problem(ministry(ROWS.replace(",", mark)))
    assert str(problem).startswith(f"offices.csv:1: found columns parted by {called}; allowed: columns parted by comm")


def test_all_faults_are_told_at_once(ministry, problems) -> None:
    wrong = ROWS.replace("0.8", "8").replace("0.7", "x")
    found = problems(ministry(wrong, NAMED + "[run]\nseeds = 1\n"))
    assert {(one.where, one.field) for one in found} == {
        ("offices.csv:3", "literacy"), ("offices.csv:5", "literacy"), ("mine.toml:5", "run.seeds")}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found", "near"),
    [
        ("[tree]\ntable = 'office.csv'", '"office.csv", no such file', "offices.csv"),
        ("[tree]\ntable = '.'", "a directory", ""),
        ("[tree]\ntable = 3", "3", ""),
        ("[tree]\nkind = 'real'\ntable = 'offices.csv'", 'a table beside kind = "real"', ""),
        ("[tree]\nplaces = []\ntable = 'offices.csv'", "a table beside places", ""),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_taken(ministry, the_problem, text: str, found: str, near: str) -> None:
    problem = the_problem(ministry(text=text))
    assert (problem.where, problem.field) == (f"mine.toml:{1 + len(text.splitlines())}", "tree.table")
    assert found in problem.found and problem.suggestion == near


def test_a_kind_without_rows_is_refused(save, the_problem) -> None:
    assert "at least one committee" in the_problem(save("[tree]\nkind = 'table'\n")).allowed


CHANGE = NAMED + "[policy.changes.a]\nrule = 'election'\nplaces = ['{}']\n"
FAMINE = NAMED + "[events.a]\nkind = 'famine'\nstart = '1921-01'\nregions = ['{}']\n"


def test_changes_and_events_name_places_and_regions_of_the_table(ministry, the_problem) -> None:
    assert not load(ministry(text=CHANGE.format("Head Office"))).warnings
    assert not load(ministry(text=FAMINE.format("Centre"))).warnings
    for text, line, field in ((CHANGE.format("Hed Office"), 6, "policy.changes.a.places[0]"),
                              (FAMINE.format("Center"), 7, "events.a.regions[0]")):  # fmt: skip
        problem = the_problem(ministry(text=text))
        assert (problem.where, problem.field) == (f"mine.toml:{line}", field)
        assert "own table" in problem.allowed and problem.suggestion in ("Head Office", "Centre")
    # names of the record, and of those under another, are none of its heads
    assert "Tula" in the_problem(ministry(text=CHANGE.format("Tula"))).found
    assert "Harbour" in the_problem(ministry(text=CHANGE.format("Harbour"))).found


def test_worlds_of_two_tables_differ_cell_by_cell_and_from_others_in_one_line(ministry) -> None:
    one, other = load(ministry()), load(ministry(ROWS.replace("0.7", "0.6")))
    assert differences(one, other) == [{"field": "tree.places.Harbour.literacy", "base": 0.7, "other": 0.6}]
    assert {"field": "tree.places", "base": None, "other": "3 committees"} in differences(load("historical"), one)


def test_the_whole_and_its_classes_may_be_called_otherwise(ministry, the_problem, tmp_path) -> None:
    names = "[tree.names]\nnation = 'ministry'\ncapital = 'head office'\n"
    loaded = load(ministry(text=NAMED + names))
    assert loaded.scenario.tree.names == {"nation": "ministry", "capital": "head office"}
    (tmp_path / "alone.toml").write_text(to_toml(loaded), encoding="utf-8")
    assert load(tmp_path / "alone.toml").scenario.tree.names == loaded.scenario.tree.names
    problem = the_problem(ministry(text=NAMED + names.replace("capital", "capitol")))
    assert problem.where == "mine.toml:6" and "capitol" in problem.found + problem.field
    assert "names" not in Scenario(title="t").model_dump()["tree"]
