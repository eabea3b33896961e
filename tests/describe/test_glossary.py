"""Every name that a user may meet can be listed and explained."""

from __future__ import annotations

import pytest

from sim.analysis.targets import PRODUCED, targets
from sim.claims.claim import known
from sim.data.catalogue import TABLES
from sim.data.place_names import places
from sim.describe import glossary
from sim.describe.glossary import KINDS, entries, explain, names, terms
from sim.errors import UserError
from sim.experiment.load import shipped_experiments
from sim.registry.by_construction import BY_CONSTRUCTION
from sim.registry.constants import CONSTANTS
from sim.registry.decision_points import DECISION_POINTS
from sim.registry.entries import CLASSES
from sim.registry.mechanisms import MECHANISMS
from sim.registry.observables import OBSERVABLES
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.scenario.load import load, shipped

DECLARED = {
    "scenarios": [*shipped()],
    "parameters": list(PARAMETERS),
    "variants": list(VARIANTS),
    "outcomes": list(OUTCOMES),
    "mechanisms": list(MECHANISMS),
    "draws": list(DECISION_POINTS),
    "data": [t.name for t in TABLES],
    "constants": list(CONSTANTS),
    "targets": [t.id for t in targets()],
    "observables": list(OBSERVABLES),
    "experiments": [*shipped_experiments()],
    "claims": [*known()],
    "classes": list(CLASSES),
    "places": list(places()),
    "events": list(load("historical").scenario.events),
    "terms": sorted(set(terms()) - set(CLASSES)),
}


@pytest.mark.parametrize("what", KINDS)
def test_lists_are_complete(what):
    assert sorted(entry.name for entry in entries(what)) == sorted(DECLARED[what])


def test_every_name_is_explained(monkeypatch):
    everything = {name for found in DECLARED.values() for name in found} | set(PRODUCED)
    assert everything == set(names())
    made = glossary._everything()  # once for all names: each question makes all entries anew
    monkeypatch.setattr(glossary, "_everything", lambda: made)
    for name in everything:
        for entry in explain(name):
            assert entry.name == name
            assert any(entry.fields.get(label) for label in ("meaning", "used for", "why")), name


def test_one_word_may_mean_several_things():
    assert {entry.kind for entry in explain("need")} == {"mechanism", "draw"}
    assert {entry.kind for entry in explain("economy")} == {"mechanism", "data"}


def test_a_parameter_says_all_that_is_declared():
    (entry,) = explain("ign")
    declared = PARAMETERS["ign"]
    assert entry.fields["default"] == declared.default
    assert entry.fields["range"] == f"{declared.low:g} to {declared.high:g}, {declared.distribution}"
    assert entry.fields["twin"] == "paro" and entry.fields["unit"] == "share of skill"
    assert entry.fields["acts in"] == "step 2, sim/mechanisms/administration.py"
    assert entry.fields["evidence"].startswith(declared.grade)


def test_what_is_put_in_by_hand_is_said():
    assert set(BY_CONSTRUCTION) <= {*PARAMETERS, *CONSTANTS, *MECHANISMS}
    marked = {entry.name for kind in KINDS for entry in entries(kind) if "by construction" in entry.fields}
    assert marked == set(BY_CONSTRUCTION) and "claim 8" in explain("d_thr")[0].fields["by construction"]
    assert {"k0", "d_thr", "b_conf", "par_loss", "b_slope", "q_max", "levies", "economy"} <= marked


def test_a_mechanism_names_its_numbers():
    (entry,) = (entry for entry in explain("economy") if entry.kind == "mechanism")
    assert {"g_y", "recovery_max"} <= set(entry.fields["numbers"].split(", "))


def test_a_judgement_is_never_presented_as_a_fact():
    (entry,) = explain("T16")
    assert entry.fields["grade"] == "C" and "not a historical figure" in entry.fields["evidence"]


@pytest.mark.parametrize(
    ("name", "start"),
    [("T01", "test: "), ("T06", "no: an input"), ("T14", "as T14a, T14b, T14c"), ("T14b", "test: ")],
)
def test_targets_say_whether_they_are_compared(name, start):
    (entry,) = explain(name)
    assert entry.fields["compared"].startswith(start)


def test_case_does_not_matter_and_near_names_are_suggested():
    assert [entry.name for entry in explain("t01")] == ["T01"]
    with pytest.raises(UserError, match="found 'skloky'.*did you mean 'skloki'"):
        explain("skloky")
    with pytest.raises(UserError, match="did you mean 'parameters'"):
        entries("parameterz")
    for wrong, meant in (("decembre-1923", "december-1923"), ("agrarien", "agrarian"), ("Tulla", "Tula"),
                         ("lenin_levi", "lenin_levy"), ("unfiled", "unfilled")):  # fmt: skip
        with pytest.raises(UserError, match=f"did you mean '{meant}'"):
            explain(wrong)


def test_without_a_kind_the_kinds_are_listed():
    found = {entry.name: entry.fields for entry in entries()}
    assert list(found) == list(KINDS) and all(fields["meaning"] for fields in found.values())
    assert {name: fields["number"] for name, fields in found.items()} == {k: len(v) for k, v in DECLARED.items()}


def test_an_experiment_says_what_it_asks():
    (entry,) = explain("december-1923")
    assert entry.kind == "experiment" and entry.fields["levers"]["policy"] == "historical, appointment, election"
    assert entry.fields["not known"] == "all parameters and variants" and "latin-hypercube" in entry.fields["design"]
    assert {len(one.fields["levers"]) for one in entries("experiments")} != {0}


def test_a_place_says_its_class_and_a_class_its_places():
    (tula,), (agrarian,) = explain("Tula"), explain("agrarian")
    assert tula.kind == "place" and tula.fields["class"] in CLASSES
    listed = {name: entry.fields["guberniias"].split(", ") for name in CLASSES for entry in explain(name)}
    assert "Tula" in listed[tula.fields["class"]] and sum(map(len, listed.values())) == len(places())
    assert agrarian.fields["number"] == len(listed["agrarian"])
