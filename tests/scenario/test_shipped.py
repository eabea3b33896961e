"""The shipped worlds load, follow the record where they say so, and differ in what they say."""

from __future__ import annotations

import csv
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest

from sim.data import place_names
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.scenario import doc_tables
from sim.scenario.format import schema_json, write_schema
from sim.scenario.load import Loaded, load, shipped
from sim.scenario.schema import Event, Rule, month_number

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "scenarios.md"
SCHEMA = ROOT / "scenarios" / "scenario.schema.json"

FROM_DECEMBER_1923 = {"date": "1923-12", "enabled": True}

#: What each world changes in the documented one, and nothing else.
DIFFERENCES = {
    "historical": {},
    "appointment": {"policy.changes.everywhere.rule": "appointment"},
    "election": {"policy.changes.everywhere.rule": "election"},
    "new-course": {"policy.changes.resolution.rule": "election", "policy.changes.resolution.recall": True},
    "capitals-only": {
        "policy.changes.elsewhere.rule": "appointment",
        "policy.changes.capitals.rule": "election",
        "policy.changes.capitals.classes": ["capital"],
    },
    "readiness-rule": {"policy.changes.where_ready.rule": "readiness"},
    "mixed": {"policy.changes.half.rule": "share", "policy.changes.half.share": 0.5},
    "european-peace": {
        "threat.peace.passage": "germany", "threat.peace.objective": 0.1,
        "threat.peace.perceived": 0.1, "threat.peace.economic": 0.0,
    },
    "permanent-threat": {"threat.series": "constant", "threat.objective": 0.8, "threat.perceived": 0.8},
    "loyal-packing": {"parameters.pack": 1.0, "parameters.res_d": 1.0, "options.capacity": "unlimited"},
    "abundant-cadres": {
        "tree.skill_shift": 0.11, "tree.bench": 8, "tree.uezd_bench": 5, "parameters.res_d": 1.0,
    },
    "literate-provinces": {"tree.literacy_floor": 0.7},
    "no-transfers": {"mechanisms.transfers": False},
    "no-levies": {
        f"events.{name}.enabled": False for name in ("lenin_levy", *(f"recruits_{year}" for year in range(1924, 1930)))
    },
    "endogenous-congress": {"policy.rule": "endogenous", "policy.start": 0.1},
}  # fmt: skip


def rows(table: str) -> list[dict[str, str]]:
    text = (files("sim") / "data" / "csv" / f"{table}.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def values(loaded: Loaded) -> dict[str, object]:
    return {key: value for key, value, _ in loaded.effective()}


@pytest.fixture(scope="module")
def historical() -> Loaded:
    return load("historical")


def test_the_fifteen_are_there():
    assert set(shipped()) == set(DIFFERENCES)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_loads_says_why_and_points_to_the_schema(name: str):
    loaded = load(name)
    assert loaded.warnings == ()
    assert loaded.path.read_text("utf-8").startswith("#:schema ./scenario.schema.json\n")
    assert len(loaded.scenario.why.split()) > 80
    assert re.search(r"count\s+against", loaded.scenario.why)


def test_titles_are_distinct():
    assert len({load(name).scenario.title for name in DIFFERENCES}) == len(DIFFERENCES)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_differs_from_history_in_what_it_says_and_in_nothing_else(name: str, historical: Loaded):
    world, record = values(load(name)), values(historical)
    changed = {key: value for key, value in world.items() if record.get(key) != value}
    own_words = {"title", "why"} if name != "historical" else set()
    assert {key for key in record if key not in world} <= {"threat.peace"}
    for key in own_words:
        assert changed.pop(key)
    for key in [key for key in changed if re.fullmatch(r"policy\.changes\.\w+\.(date|enabled)", key)]:
        assert changed.pop(key) == FROM_DECEMBER_1923[key.rsplit(".", 1)[-1]]
    empty = [key for key, value in changed.items() if value in ([], None)]
    assert {key: value for key, value in changed.items() if key not in empty} == DIFFERENCES[name]


def test_every_event_has_a_source_and_lies_in_the_period(historical: Loaded):
    period = historical.scenario.period
    for name, event in historical.scenario.events.items():
        assert event.source, name
        assert period.start <= event.start <= (event.end or event.start) <= period.end, name


def members_after(start: float, events: list[Event], month: str) -> float:
    """Members at the beginning of a month: each levy adds equal numbers in each of its months."""
    members = start
    for event in sorted(events, key=lambda event: event.start):
        first, last = month_number(event.start), month_number(event.end or event.start)
        done = min(max(month_number(month) - first, 0), last - first + 1)
        members += members * event.size * done / (last - first + 1)
    return members


def test_levies_and_purges_follow_the_recorded_membership(historical: Loaded):
    table = rows("party_membership")
    levies = [event for event in historical.scenario.events.values() if event.kind == "levy"]
    (start,) = [float(row["total"]) for row in table if row["date"] == "1921-03-08"]
    recorded = {row["date"][:7]: float(row["total"]) for row in table if row["kind"] == "jan1"}
    assert sorted(recorded) == [f"{year}-01" for year in range(1922, 1931)]
    for month, total in recorded.items():
        assert members_after(start, levies, month) == pytest.approx(total, rel=0.002), month
    # between the years: the rolls of 1921, and the Thirteenth Congress in the middle of the Lenin levy
    assert members_after(start, levies, "1921-08") == pytest.approx(660_000, rel=0.002)
    assert members_after(start, levies, "1924-06") == pytest.approx(735_881, rel=0.05)


def test_levies_do_not_overlap(historical: Loaded):
    levies = sorted((e.start, e.end or e.start) for e in historical.scenario.events.values() if e.kind == "levy")
    assert all(end < following for (_, end), (following, _) in zip(levies, levies[1:], strict=False))


def test_a_party_without_levies_stays_as_small_as_in_january_1924():
    levies = [event for event in load("no-levies").scenario.events.values() if event.kind == "levy" and event.enabled]
    assert members_after(732_521, levies, "1930-01") == pytest.approx(472_000, rel=0.002)


def test_disputes_and_crises_have_the_dates_and_sizes_of_the_threat_table(historical: Loaded):
    events = historical.scenario.events
    table = {(row["start"][:7], row["end"][:7]): row for row in rows("threat")}
    for name in ("discussion_1923", "united_opposition_1926", "united_opposition_1927", "right_deviation"):
        row = table[events[name].start, events[name].end or ""]
        assert (row["kind"], float(row["severity_perceived"])) == ("internal", events[name].size), name
    for name in ("famine_1921", "famine_1921_margins", "poor_harvest_1924", "scissors_crisis", "grain_crisis"):
        assert table[events[name].start, events[name].end or ""]["kind"] == "economic", name
    for name in ("trade_union_discussion", "new_opposition", "scissors_crisis", "grain_crisis"):
        assert "size assumed" in events[name].source or "and size assumed" in events[name].source, name


def test_congresses_and_conferences_are_those_of_the_tables(historical: Loaded):
    recorded = {row["date"][:7] for row in rows("democracy_events") + rows("party_membership")}
    meetings = {n: e for n, e in historical.scenario.events.items() if e.kind in ("congress", "conference")}
    assert sum(event.kind == "congress" for event in meetings.values()) == 6
    for name, event in meetings.items():
        assert event.start in recorded, name


def test_famine_strikes_the_volga_and_spares_the_north(historical: Loaded):
    region = {row["name"]: row["region"] for row in rows("guberniia")}
    famine = historical.scenario.events["famine_1921"]
    hit = {name for name in place_names.places() if name in famine.places or region[name] in famine.regions}
    assert {"Samara", "Saratov", "Tatar ASSR", "Odessa", "Orenburg"} <= hit
    assert not {"Moscow", "Vologda", "Kiev", "Tomsk"} & hit
    margins = historical.scenario.events["famine_1921_margins"]
    assert not hit & set(margins.places)


def test_packing_has_a_deep_reserve_and_cadres_are_as_skilled_as_in_the_capitals():
    assert load("loyal-packing").scenario.parameters["res_d"] == PARAMETERS["res_d"].high
    # the capitals' schooling is 6.4 times the median (T13); ln 6.4 = 1.856
    shift = load("abundant-cadres").scenario.tree.skill_shift
    assert shift == pytest.approx(PARAMETERS["b_slope"].default * 1.856, abs=0.005)


# -- what is generated


def test_the_schema_of_the_editors_is_current(tmp_path: Path):
    write_schema(tmp_path / "s.json")
    assert SCHEMA.read_text("utf-8") == (tmp_path / "s.json").read_text("utf-8"), "out of date: sim.scenario.doc_tables"


def test_the_schema_knows_every_name():
    schema = json.loads(SCHEMA.read_text("utf-8"))
    parameters = schema["properties"]["parameters"]
    assert list(parameters["properties"]) == list(PARAMETERS)
    assert parameters["properties"]["term"]["unit"] == "months"
    assert parameters["properties"]["term"]["minimum"] == 1
    assert parameters["additionalProperties"] is False
    assert list(schema["properties"]["mechanisms"]["properties"]) == list(MECHANISMS)
    assert schema["$defs"]["Tree"]["properties"]["only"]["items"]["enum"] == list(place_names.places())
    assert "extends" in schema["properties"]
    assert schema["required"] == ["title"]


def test_changing_a_returned_schema_changes_no_other():
    schema_json()["properties"].clear()
    assert schema_json()["properties"]


def test_the_document_is_current_and_complete():
    text = DOCUMENT.read_text("utf-8")
    assert doc_tables.render(text) == text, "out of date: sim.scenario.doc_tables"
    assert re.findall(r"<!-- generated: (\w+) -->", text) == list(doc_tables.TABLES)
    for name, (model, _) in doc_tables.TABLES.items():
        for field in model.model_fields:
            assert f"| `{field}` |" in doc_tables.field_table(name)
    rules = text.partition("## Rules of selection")[2].partition("##")[0]
    assert re.findall(r"^\| `(\w+)` \|", rules, re.MULTILINE) == list(get_args(Rule))
    listed = text.partition("## Shipped scenarios")[2].partition("##")[0]
    assert set(re.findall(r"^\| `([\w-]+)` \|", listed, re.MULTILINE)) == set(DIFFERENCES)


def test_a_stale_table_is_made_anew():
    stale = "a\n<!-- generated: run -->\nold\n<!-- end -->\nb"
    fresh = doc_tables.render(stale)
    assert "old" not in fresh and "| `seed` |" in fresh and fresh.startswith("a\n") and fresh.endswith("\nb")


def test_examples_of_the_document_load(tmp_path: Path):
    examples = re.findall(r"^```toml\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(examples) >= 3
    for example in examples:
        (tmp_path / "mine.toml").write_text(example, encoding="utf-8")
        assert load(tmp_path / "mine.toml").warnings == ()


def test_one_line_edits_of_the_document_load(tmp_path: Path):
    text = DOCUMENT.read_text("utf-8").partition("| to see | write |")[2].partition("## Layers")[0]
    edits = re.findall(r"^\| [^|]+ \| `(\[[^`]+\])` with (.*?) \|$", text, re.MULTILINE)
    assert len(edits) >= 7
    for table, pairs in edits:
        lines = ["extends = 'historical'", "title = 't'", table, *re.findall(r"`([^`]+)`", pairs)]
        (tmp_path / "mine.toml").write_text("\n".join(lines), encoding="utf-8")
        load(tmp_path / "mine.toml")
