"""What an experiment file may not say, and every message of importance."""

from __future__ import annotations

import pytest

from sim.errors import UserError
from sim.experiment.load import load_experiment
from sim.registry.parameters import PARAMETERS
from tests.pieces import END, GRID, ONE, POINTS, cases

REFUSED = cases("refused.txt")


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case, refused):
    text, message = REFUSED[case]
    problems = refused(text)
    assert any(message in problem for problem in problems), problems
    assert len(problems) <= 2, "one mistake, one message"


def test_everything_that_is_wrong_is_reported_at_once_and_in_order(refused):
    problems = refused(
        """why = 3
[set]
policy.rule = "elect"
[levers.w]
worlds = ["small", "wrong"]
[uncertainties]
prior = ["r_g"]
[uncertainties.r_f]
low = 2
[design]
kind = "sobol"
[keep]
outcomes = ["x"]
[smallest]
y = 1
""",
        wrong__toml='title = "Wrong"\n[tree]\nbench = "many"\n',
    )
    where = [problem.split(": ")[0:2] for problem in problems]
    assert where == [
        ["e.toml:3", "why"], ["e.toml:5", "set.policy.rule"], ["e.toml:9", "uncertainties.prior[0]"],
        ["e.toml:11", "uncertainties.r_f.low"], ["e.toml:12", "design.points"], ["e.toml:15", "keep.outcomes[0]"],
        ["e.toml:17", "smallest.y"], ["wrong.toml:3", "tree.bench"],
    ]  # fmt: skip


def test_the_worlds_of_a_lever_that_is_refused_are_read_all_the_same(refused):
    problems = refused('[levers.Run]\nworlds = ["small", "nowhere"]\n' + GRID + END)
    assert [problem.split("; ")[0] for problem in problems] == [
        'e.toml:3: levers.Run: found the name "Run"',
        'e.toml:4: levers.Run.worlds[1]: found "nowhere", no such file',
    ]


def test_a_range_is_tried_at_both_ends(refused):
    head = 'title = "T"\nscenario = "historical"\n'
    text = f'[uncertainties.u]\nfield = "tree.uezds"\nlow = 10\nhigh = 200\n{POINTS}'
    assert refused(text, head) == [
        "e.toml:5: uncertainties.u.low: found 10; allowed: 0, or at least one for each of 85 guberniias"
    ]


def test_an_uncertain_number_of_places_is_allowed(read):
    (factor,) = read(f'[uncertainties.g]\nfield = "tree.guberniias"\nlow = 3\nhigh = 6\n{POINTS}{END}').uncertainties
    assert factor.whole


@pytest.mark.parametrize("scenario", ["", "scenario = []", 'scenario = "nowhere"', "scenario = 3"])
def test_no_scenario(scenario, refused):
    (problem,) = refused(ONE + POINTS + "[keep.horizons]\nx = '1999-01'\n", f'title = "T"\n{scenario}\n')
    assert ": scenario: found " in problem


def test_worlds_that_lay_the_same_file_cannot_be_crossed(refused):
    files = {
        f"{name}__toml": f'extends = "shared.toml"\ntitle = "x"\n[options]\n{text}\n'
        for name, text in (("a", 'order = "random"'), ("b", 'conference_capacity = 0.5'))
    }
    (problem,) = refused(
        '[levers.one]\nworlds = ["small", "a"]\n[levers.two]\nworlds = ["small", "b"]\n' + GRID + END,
        shared__toml='extends = "small.toml"\ntitle = "x"\n[tree]\nbench = 9\n', **files,
    )  # fmt: skip
    assert problem == (
        "e.toml:5: levers.two: found tree.bench, which levers.one sets, too; "
        "allowed: a field that no other lever or uncertainty sets"
    )


def test_too_many_combinations(refused):
    text = "".join(
        f'[levers.l{i}]\nfield = "parameters.{p.name}"\nvalues = [{p.low}, {(p.low + p.high) / 2}, {p.high}]\n'
        for i, p in enumerate(list(PARAMETERS.values())[:9])
    )
    assert refused(text + GRID + END) == ["e.toml:3: levers: found 19,683 combinations; allowed: at most 10,000"]


TABLE = '[uncertainties.r_f]\n[uncertainties.need]\n[design]\nkind = "table"\nfile = "p.csv"\n' + END
TABLES = cases("refused_tables.txt")


@pytest.mark.parametrize("case", TABLES)
def test_wrong_tables(case, refused):
    text, message = TABLES[case]
    problems = refused(TABLE, p__csv=text)
    assert any(problem.startswith(message) for problem in problems), problems


def test_a_table_full_of_mistakes_is_cut_short(refused):
    problems = refused(TABLE, p__csv="r_f,need\n" + "x,true\n" * 100)
    assert len(problems) == 21 and problems[-1] == "p.csv: found 80 more problems of this table"


@pytest.mark.parametrize("name, message", [
    ("nowhere.toml", "nowhere.toml: found no such file; allowed: an experiment file or the name of a shipped"),
    ("december-1922", "did you mean 'december-1923'?"),
    (".", "found a directory; allowed: an experiment file"),
    ("a\0b", "found a file that cannot be read"),
])  # fmt: skip
def test_no_such_experiment(name, message):
    with pytest.raises(UserError) as caught:
        load_experiment(name)
    assert message in str(caught.value)


def test_a_binary_file(tmp_path):
    (tmp_path / "e.toml").write_bytes(b"\0\1\2")
    with pytest.raises(UserError, match="a binary file; allowed: an experiment file, which is text"):
        load_experiment(tmp_path / "e.toml")
