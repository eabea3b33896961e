"""The registry is complete and consistent: what reads it may rely on it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import sim
from sim.registry.constants import CONSTANTS
from sim.registry.decision_points import DECISION_POINTS
from sim.registry.entries import Outcome, Parameter, by_name
from sim.registry.mechanisms import MECHANISMS
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS

SOURCE = Path(sim.__file__).parent
#: Steps of the month that a number may name where it belongs to no single switch, and the stock of people.
ROOMS = {m.room for m in MECHANISMS.values()} | {"people"}
#: Pairs that answer each other on different states, so that their scales need not agree.
LOOSE = {frozenset(("d_vc", "u_s")): "heard voice raises debate, suppressed voice lowers unity: two states, two rates"}

each_parameter = pytest.mark.parametrize("p", PARAMETERS.values(), ids=lambda p: p.name)
each_outcome = pytest.mark.parametrize("o", OUTCOMES.values(), ids=lambda o: o.name)


def sources() -> list[str]:
    return [entry.source for kind in (PARAMETERS, CONSTANTS, MECHANISMS) for entry in kind.values()]


def repeated(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def test_names_and_symbols_are_unique():
    for kind in (PARAMETERS, CONSTANTS, MECHANISMS, OUTCOMES, DECISION_POINTS):
        assert kind
        assert [x.name for x in kind.values()] == list(kind)
    threat = DECISION_POINTS["threat"]
    with pytest.raises(ValueError, match="declared twice: threat"):
        by_name(threat, DECISION_POINTS["place"], threat)
    assert not repeated([p.symbol for p in PARAMETERS.values()])


def test_a_registry_cannot_be_changed():
    for kind in (PARAMETERS, CONSTANTS, MECHANISMS, OUTCOMES, DECISION_POINTS):
        with pytest.raises(TypeError):
            kind["new"] = next(iter(kind.values()))


def test_parameters_stay_about_a_hundred():
    assert len(PARAMETERS) <= 110


@each_parameter
def test_parameter_has_a_sensible_default_and_range(p: Parameter):
    assert p.minimum <= p.low < p.high <= p.maximum
    assert p.low <= p.default <= p.high
    assert p.distribution == "uniform" or p.low > 0, "a logarithmic range must stay above zero"


@each_parameter
def test_parameter_says_where_it_acts_and_where_it_comes_from(p: Parameter):
    assert p.mechanism in MECHANISMS.keys() | ROOMS
    assert all((p.name, p.symbol, p.unit, p.meaning, p.source))
    assert p.grade != "documented" or ".csv" in p.source, "documented in which table?"


@pytest.mark.parametrize("p", [p for p in PARAMETERS.values() if p.twin], ids=lambda p: p.name)
def test_twins_are_mutual_with_equal_ranges_and_defaults(p: Parameter):
    twin = PARAMETERS[p.twin]
    assert twin.twin == p.name
    assert twin.name != p.name
    if frozenset((p.name, twin.name)) not in LOOSE:
        assert (p.low, p.high, p.distribution, p.minimum, p.maximum) == (
            twin.low, twin.high, twin.distribution, twin.minimum, twin.maximum,
        )  # fmt: skip
        assert p.default == twin.default, "defaults have all twins equal, so that no verdict is put in by hand"


def test_loose_pairs_exist():
    for pair in LOOSE:
        assert all(PARAMETERS[name].twin in pair for name in pair)


def test_constants_say_where_they_act_and_are_all_used():
    text = "\n".join(f.read_text("utf-8") for f in SOURCE.rglob("*.py") if f.name != "constants.py")
    for c in CONSTANTS.values():
        assert c.mechanism in MECHANISMS.keys() | ROOMS, c.name
        assert c.unit and c.meaning and c.source, c.name
        assert re.search(rf"\b{c.name}\b", text), f"{c.name} is used nowhere"


@each_outcome
def test_outcome_has_a_unit_and_a_plain_name(o: Outcome):
    assert o.unit and o.meaning
    assert re.fullmatch(r"[a-z][a-z0-9_]*", o.name), "it becomes a column"
    assert o.name not in {"replicate", "month", "scope"}
    assert o.high is None or o.low < o.high


def test_mechanisms_belong_to_a_step_and_name_their_limit():
    for m in MECHANISMS.values():
        assert 1 <= m.step <= 12, m.name
        assert m.meaning.endswith("."), m.name
        assert m.off and m.source, m.name


def test_decision_points_have_increasing_numbers_that_fit_the_address():
    numbers = [point.number for point in DECISION_POINTS.values()]
    assert numbers == sorted(set(numbers))
    assert 0 < numbers[0] and numbers[-1] < 2**16


def test_every_decision_point_is_drawn_from():
    text = "\n".join(f.read_text("utf-8") for f in SOURCE.rglob("*.py") if f.name != "decision_points.py")
    unused = [name for name in DECISION_POINTS if f'"{name}"' not in text]
    assert not unused


def test_tables_named_as_sources_are_packaged():
    packaged = {file.name for file in (SOURCE / "data" / "csv").glob("*.csv")}
    named = {table for source in sources() for table in re.findall(r"\w+\.csv", source)}
    assert named <= packaged


def test_works_and_claims_named_as_sources_are_explained():
    explained = (SOURCE.parents[1] / "docs" / "SOURCES.md").read_text("utf-8")
    stated = " ; ".join(sources())
    authors = set(re.findall(r"([A-Z]\w+)(?: & [A-Z]\w+| et al\.)? \(?(?:19|20)\d\d", stated))
    authors -= {"January", "December"}
    assert {"Harris", "Pavliuchenkov", "Rigby"} <= authors
    assert not {author for author in authors if author not in explained}
    claims = {n for group in re.findall(r"claims? ((?:\d+(?:, | and )?)+)", stated) for n in re.findall(r"\d+", group)}
    assert {"12", "30", "31"} <= claims
    assert not {claim for claim in claims if f"\n| {claim} |" not in explained}
