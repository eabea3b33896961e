"""What a scenario may not say, and what it may say with a warning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import Problem
from sim.scenario.load import load

Save = Callable[..., Path]
Refused = Callable[..., list[Problem]]
RefusedOnce = Callable[..., Problem]


# -- single values

CUSTOM = "[threat]\nseries = 'custom'\n[threat.custom]\n"
ELECT = "[policy.changes.a]\nrule = 'election'\n"
FAMINE = "[events.a]\nkind = 'famine'\nstart = '1921-01'\n"

TABLE = [
    # text, line, field, found, allowed, suggestion
    ("[period]\nstart = 1921", 3, "period.start", "1921", "month", ""),
    ("[period]\nstart = 1921-01-01", 3, "period.start", "date", "month", ""),
    ('[period]\nstart = "1921-13"', 3, "period.start", '"1921-13"', "1918-01 to 1989-12", ""),
    ('[period]\nstart = "1817-01"', 3, "period.start", '"1817-01"', "1918-01 to 1989-12", ""),
    ('[run]\nreplicates = "240"', 3, "run.replicates", '"240"', "a whole number from 1 to 1000000", ""),
    ("[run]\nreplicates = 0", 3, "run.replicates", "0", "from 1", ""),
    ("[run]\nseed = 1.0", 3, "run.seed", "1.0", "a whole number", ""),
    ("[run]\nseed = true", 3, "run.seed", "true", "a whole number", ""),
    ("[run]\nsede = 1", 3, "run.sede", "unknown key", "replicates, seed, committees", "seed"),
    ("perod.start = 1", 2, "perod", "unknown key", "period", "period"),
    ("[parameters]\nk1 = 1.5", 3, "parameters.k1", "1.5", "a number from 0 to 1 (share)", ""),
    ("[parameters]\nterm = 0.5", 3, "parameters.term", "0.5", "a number from 1 to 60 (months)", ""),
    ("[parameters]\nk1 = nan", 3, "parameters.k1", "nan", "a number from 0 to 1", ""),
    ("[parameters]\nk1 = -inf", 3, "parameters.k1", "-inf", "a number from 0 to 1", ""),
    ("[parameters]\nk1 = true", 3, "parameters.k1", "true", "a number", ""),
    (f"[parameters]\nk1 = 1{'0' * 400}", 3, "parameters.k1", "a huge number", "a number", ""),
    ("[parameters]\nUEZD_RURAL = 0.1", 3, "parameters.UEZD_RURAL", "constant", "skloki list parameters", ""),
    ("[parameters]\nphy_v = 0.1", 3, "parameters.phy_v", "unknown parameter", "skloki list parameters", "phi_v"),
    ("[mechanisms]\nskloky = false", 3, "mechanisms.skloky", "unknown mechanism", "skloki list mechanisms", "skloki"),
    ("[mechanisms]\nskloki = 0", 3, "mechanisms.skloki", "0", "true or false", ""),
    ("[threat]\nshift = inf", 3, "threat.shift", "inf", "a number from -1 to 1", ""),
    ('[threat]\nseries = "custom"\ncustom.1921-1 = [0, 0]', 4, "threat.custom.1921-1", "the key",
     'a month as "YYYY-MM"', ""),
    ("[tree.names]\ncapitals = 'towns'", 3, "tree.names.capitals", 'the key "capitals"',
     "nation, capital, industrial, agrarian, borderland", "capital"),
    (CUSTOM + "1921-01 = [0]", 5, "threat.custom.1921-01", "array of 1", "array of 2", ""),
    (CUSTOM + "1921-01 = [0,\n 2]", 6, "threat.custom.1921-01[1]", "2", "0 to 1", ""),
    ('[policy]\nrule = "elect"', 3, "policy.rule", '"elect"', '"endogenous"', "election"),
    *(("[tree.names]\nnation = " + text, 3, "tree.names.nation", found, "1 to 24 characters, in one line and not blank",
       "") for text, found in (("'  '", '"  "'), (r'"a\nb"', r'"a\nb"'), (r'"a\u0000"', r'"a\x00"'),
                              (r'"a\u2028b"', r'"a\u2028b"'))),
    ("policy = 3", 2, "policy", "3", "a table", ""),
    ("[[events]]\nkind = 'levy'", 2, "events", "an array of 1", "a table of named entries", ""),
    ("[options]\ncapacity = 'unlimted'", 3, "options.capacity", '"unlimted"', '"unlimited"', "unlimited"),
    ("[options]\ncapacity = -1", 3, "options.capacity", "-1", "a number of at least 0", ""),
    ("[tree]\nguberniias = 0", 3, "tree.guberniias", "0", "from 1", ""),
    ("[tree]\nonly = [\n 'Tula',\n 'Tulla']", 5, "tree.only[1]", '"Tulla"', "guberniia", "Tula"),
    ("[tree]\nonly = ['Leningrad']", 3, "tree.only[0]", '"Leningrad"', "guberniia", "Petrograd"),
    ("[tree]\nonly = ['Rybinsk']", 3, "tree.only[0]", '"Rybinsk"', "guberniia", "Briansk"),
    ("[tree]\nonly = [3]", 3, "tree.only[0]", "3", "guberniia", ""),
    ("[tree]\nonly = 'Tula'", 3, "tree.only", '"Tula"', "an array", ""),
    (ELECT + "places = ['Kiew']", 4, "policy.changes.a.places[0]", '"Kiew"', "guberniia", "Kiev"),
    (ELECT + "classes = ['agrar']", 4, "policy.changes.a.classes[0]", '"agrar"', "capital", "agrarian"),
    (FAMINE + "regions = ['Volga']", 5, "events.a.regions[0]", '"Volga"', "region", ""),
    ("[policy.changes.a]\ndate = '1922-01'", 2, "policy.changes.a.rule", "nothing", "election", ""),
    ("events.a = {kind = 'levy'}", 2, "events.a.start", "nothing", "month", ""),
    ("[threat.peace]\nbegin = '1922-01'", 2, "threat.peace.months", "nothing", "from 1 to 240", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "field", "found", "allowed", "suggestion"), TABLE, ids=lambda v: str(v)[:24])
def test_a_wrong_value(
    save: Save, text: str, line: int, field: str, found: str, allowed: str, suggestion: str, the_problem: RefusedOnce
):
    problem = the_problem(save(text + "\n"))
    assert (problem.where, problem.field) == (f"mine.toml:{line}", field)
    assert found in problem.found
    assert allowed in problem.allowed
    if suggestion:
        assert problem.suggestion == suggestion


def test_titles_are_not_too_long(save: Save, the_problem: RefusedOnce):
    for text in ("  ", r"a\nb", r"a\u007f"):
        assert "in one line" in the_problem(save(f'title = "{text}"\n', title=False)).allowed
    assert "1 to 120 characters" in the_problem(save(f'title = "{"x" * 121}"\n', title=False)).allowed


# -- what contradicts itself

CHANGE = "[policy.changes.{name}]\ndate = '{date}'\nrule = '{rule}'\n{more}\n"


def change(name: str, rule: str, more: str = "", date: str = "1923-12") -> str:
    return CHANGE.format(name=name, rule=rule, more=more, date=date)


CONTRADICTIONS = [
    ("[period]\nstart = '1925-01'\nend = '1924-12'", 4, "period.end", "contradictory dates"),
    ("[events.a]\nkind = 'levy'\nstart = '1925-01'\nend = '1924-12'", 5, "events.a.end", "contradictory dates"),
    (change("a", "election", "until = '1923-11'"), 5, "policy.changes.a.until", "contradictory dates"),
    ("[policy.changes.a]\nrule = 'election'\nuntil = '1920-12'", 4, "policy.changes.a.until", "contradictory dates"),
    ("[policy]\nrule = 'share'", 2, "policy.share", "which the rule share needs"),
    ("[policy]\nrule = 'election'\nshare = 0.5", 4, "policy.share", "belongs to the rule share"),
    ("[policy]\nshare = 0.5", 3, "policy.share", "belongs to the rule share"),
    ("[policy]\nstart = 0.5", 3, "policy.start", "belongs to the rule endogenous"),
    (change("a", "share"), 2, "policy.changes.a.share", "which the rule share needs"),
    (change("a", "election", "share = 0.5"), 5, "policy.changes.a.share", "belongs to the rule share"),
    (change("a", "election") + change("b", "appointment"), 6, "policy.changes.b", "all places"),
    (
        change("a", "election", "places = ['Tula', 'Kiev']") + change("b", "appointment", "places = ['Kiev']"),
        6, "policy.changes.b", "the place Kiev: policy.changes.a",
    ),
    (
        change("a", "election", "classes = ['capital']") + change("b", "recorded", "classes = ['capital']"),
        6, "policy.changes.b", "the class capital",
    ),
    ("[threat]\nseries = 'constant'\nobjective = 0.5", 2, "threat.perceived", "which the series constant needs"),
    ("[threat]\nperceived = 0.5", 3, "threat.perceived", "belongs to the series constant"),
    ("[threat]\nseries = 'custom'", 2, "threat.custom", "at least one month"),
    ("[threat.custom]\n1921-01 = [0.1, 0.1]", 2, "threat.custom", "belong to the series custom"),
    ("[events.a]\nkind = 'dispute'\nstart = '1922-01'\nsize = 1.5", 5, "events.a.size", "from 0 to 1 for a dispute"),
    ("[events.a]\nkind = 'levy'\nstart = '1922-01'\nplaces = ['Tula']", 5, "events.a.places", "only a famine"),
    ("[tree]\nuezds = 84", 3, "tree.uezds", "each of 85"),
    (
        "[tree]\nkind = 'synthetic'\n" + change("a", "election", "places = ['Tula']"),
        7, "policy.changes.a.places[0]", '"Synthetic 12"',
    ),
    (
        "[tree]\nkind = 'synthetic'\nguberniias = 2\n" + change("a", "election", "places = ['Synthetic 3']"),
        8, "policy.changes.a.places[0]", '"Synthetic 2"',
    ),
    (change("a", "election", "places = ['Synthetic 1']"), 5, "policy.changes.a.places[0]", "real tree"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "field", "allowed"), CONTRADICTIONS)
def test_contradictions(save: Save, text: str, line: int, field: str, allowed: str, the_problem: RefusedOnce):
    problem = the_problem(save(text + "\n"))
    assert (problem.where, problem.field) == (f"mine.toml:{line}", field)
    assert allowed in (problem.found if allowed == "contradictory dates" else problem.allowed)


@pytest.mark.parametrize(
    "text",
    [
        change("a", "election") + change("b", "appointment", date="1924-01"),
        change("a", "election") + change("b", "appointment", "places = ['Tula']"),
        change("a", "election", "places = ['Tula']") + change("b", "recorded", "places = ['Kiev']"),
        change("a", "election") + change("b", "appointment", "enabled = false"),
        change("a", "election", "places = ['Tula']") + change("b", "election", "places = ['Tula', 'Kiev']"),
        "[tree]\nonly = []",
        "[tree]\nuezds = 85",
        "[tree]\nonly = ['Tula']\nuezds = 10",
        "[period]\nend = '1989-12'",
        "[period]\nstart = '1918-01'\nend = '1918-01'",
        "[tree]\nkind = 'synthetic'\n" + change("a", "election", "places = ['Synthetic 12']"),
        "[policy]\nrule = 'endogenous'",
        "[variants]\nsuccession = 'at_arrival'\n[options]\nconference_capacity = 2.0",
    ],
)
def test_what_does_not_contradict_itself(save: Save, text: str):
    assert load(save(text + "\n")).warnings == ()


WARNINGS = [
    ("[parameters]\nk1 = 0.1", 3, "parameters.k1", "0.45 to 1 (share)"),
    ("[parameters]\nkv = 0.1\n[mechanisms]\nvoice = false", 3, "parameters.kv", "voice is off"),
    ("[events.a]\nkind = 'levy'\nstart = '1920-01'", 2, "events.a", "outside the period"),
    ("[events.a]\nkind = 'levy'\nstart = '1930-01'", 2, "events.a", "outside the period"),
    (change("a", "election", date="1930-01"), 2, "policy.changes.a", "outside the period"),
    (change("a", "election", "until = '1920-02'", date="1920-01"), 2, "policy.changes.a", "outside the period"),
    ("[threat.peace]\nbegin = '1930-01'\nmonths = 1", 2, "threat.peace", "outside the period"),
    ("[tree]\nguberniias = 3", 3, "tree.guberniias", "without effect in a real tree"),
    ("[tree]\nkind = 'synthetic'\nuezds = 3", 4, "tree.uezds", "without effect in a synthetic tree"),
    ("[variants]\nsuccession = 'at_arrival'", 3, "variants.succession", "next to no effect: unfilled is lapse"),
    ("[tree]\nonly = ['Tula']\n" + ELECT + "places = ['Kiev']", 6, "policy.changes.a.places[0]", "Kiev is not part"),
]


@pytest.mark.parametrize(("text", "line", "field", "words"), WARNINGS)
def test_warnings(save: Save, text: str, line: int, field: str, words: str):
    (warning,) = load(save(text + "\n")).warnings
    assert (warning.where, warning.field) == (f"mine.toml:{line}", field)
    assert words in warning.allowed


def test_a_shorter_period_gives_one_warning_for_all_inherited_events(save: Save):
    (warning,) = load(save("extends = 'historical'\n[period]\nstart = '1924-01'\n")).warnings
    assert warning.where == "mine.toml:3"
    assert "famine_1921" in warning.allowed and "lenin_levy" not in warning.allowed


def test_a_synthetic_tree_under_the_history_gives_one_warning_for_inherited_places(save: Save):
    (warning,) = load(save("extends = 'historical'\n[tree]\nkind = 'synthetic'\n")).warnings
    assert "Middle Volga" in warning.allowed


# -- all at once


def test_all_faults_of_all_layers_at_once_in_order(save: Save, problems: Refused):
    save('[tree]\nuezds = "many"\nbench = 7\n[run]\nsed = 1\n', "base.toml")
    path = save(
        'extends = "base.toml"\n[tree]\nuezds = 7\n[policy]\nrule = "electon"\n[policy.changes.a]\n'
        'date = "1923-12"\nuntil = "1922-01"\nrule = "share"\n[parameters]\nk1 = 3\nkvv = 0.1\n'
        '[threat]\nseries = "constant"\n'
    )
    found = [(p.where, p.field) for p in problems(path, "voce=1", "run.seed=x")]
    assert found == [
        ("base.toml:3", "tree.uezds"),  # reported although the file above sets another value
        ("base.toml:6", "run.sed"),
        ("mine.toml:4", "tree.uezds"),
        ("mine.toml:6", "policy.rule"),
        ("mine.toml:7", "policy.changes.a.share"),
        ("mine.toml:9", "policy.changes.a.until"),
        ("mine.toml:12", "parameters.k1"),
        ("mine.toml:13", "parameters.kvv"),
        ("mine.toml:14", "threat.objective"),
        ("mine.toml:14", "threat.perceived"),
        ("--set", "voce"),
        ("--set", "run.seed"),
    ]


def test_a_wrong_value_raises_no_second_complaint(save: Save, problems: Refused):
    # the rule is wrong, so nothing can be said of the share; the start is wrong, so nothing of the order of dates
    text = "[policy]\nrule = 'shre'\nshare = 0.5\n[period]\nstart = 'x'\nend = '1919-01'\n"
    text += "[events.a]\nkind = 'lvy'\nstart = '1920-01'\n"
    assert [p.field for p in problems(save(text))] == ["policy.rule", "period.start", "events.a.kind"]


def test_faults_are_reported_beside_a_base_that_cannot_be_read(save: Save, problems: Refused):
    save("[run\n", "base.toml")
    found = problems(save('extends = ["base.toml", "none.toml"]\n[run]\nsed = 1\n', title=False))
    where = [(p.where, p.field) for p in found]
    assert where == [("mine.toml:1", "extends"), ("mine.toml:3", "run.sed"), ("base.toml:2", "")]
