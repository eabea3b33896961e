"""The packaged record: that it is whole, that it says what it is said to say, and that faults are found."""

from __future__ import annotations

import csv
import math
import statistics
from collections import Counter
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.data.columns import GRADES, Column, number
from sim.data.tables import TABLES, grade, grade_text, guberniias, load, sources, table
from sim.errors import UserError
from sim.registry.entries import CLASSES

NAMES = [declared.name for declared in TABLES]
ROWS = {
    "guberniia": 89, "guberniia_1897": 89, "units_1926": 67, "party_membership": 26, "party_education": 88,
    "appointments": 58, "elections_quality": 35, "skloki_cases": 36, "economy": 145, "threat": 55,
    "threat_index": 49, "democracy_events": 50, "calibration_targets": 30,
    "comparators": 105, "comparators_events": 46,
}  # fmt: skip


def packaged(name: str) -> str:
    return files("sim.data").joinpath("csv", f"{name}.csv").read_bytes().decode("utf-8")


# What is packaged.


def test_every_packaged_file_is_declared_and_has_its_rows():
    assert {Path(entry.name).stem for entry in files("sim.data").joinpath("csv").iterdir()} == set(NAMES)
    assert {name: len(load(name)) for name in NAMES} == ROWS


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_are_lf(name):
    assert "\r" not in packaged(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_known_figure_has_a_grade(name):
    for row in load(name):
        for column in table(name).columns:
            letter = grade(name, row, column.name)
            assert letter in GRADES or row[column.name] is None, (row, column.name)


@pytest.mark.parametrize("name", NAMES)
def test_sources_account_for_every_row(name):
    found = sources(name)
    assert sum(source.rows for source in found) == ROWS[name]
    assert all(sum(source.grades.values()) == source.rows and set(source.grades) <= set(GRADES) for source in found)
    assert len({source.text for source in found}) == len(found)


def test_loaded_rows_belong_to_the_caller():
    load("economy")[0]["value"] = -1.0
    assert load("economy")[0]["value"] == 10251.0


def test_empty_cells_and_the_one_text_are_not_known():
    assert [sum(row["value"] is None for row in load(name)) for name in ("appointments", "elections_quality")] == [5, 7]
    skipped = [row for row in load("party_education") if row["value"] is None]
    assert [(row["group"], row["indicator"]) for row in skipped] == [("guberniia_secretaries", "seniority_rule")]
    with pytest.raises(ValueError, match="value is not a known number"):
        number(skipped[0], "value")


# Grades.


def test_grade_c_is_never_shown_as_a_fact():
    assert grade_text("C") == "C: estimate, not a historical figure"
    moscow = load("guberniia")[0]
    assert grade("guberniia", moscow) == "A"
    assert [grade("guberniia", moscow, name) for name in ("lit_1897_all_pct", "pop_1926")] == ["A", "A"]
    guesses = ("lit_1920_est_pct", "party_members_1923_low", "party_members_1923_high", "unit_class")
    for row in load("guberniia"):
        assert {grade("guberniia", row, name) for name in guesses} == {"C"}
    assert {grade("threat_index", row, "combined_perceived") for row in load("threat_index")} == {"C"}


def test_a_figure_can_have_another_grade_than_its_row():
    event = next(row for row in load("democracy_events") if row["confidence"] == "A")
    assert [grade("democracy_events", event, name) for name in ("event", "date", "weight")] == ["A", "B", "C"]
    threat = load("threat")[0]
    assert [grade("threat", threat, name) for name in ("start", "severity_objective")] == ["B", "C"]


def test_unknown_names_are_answered_with_the_nearest():
    for ask, near in (
        (lambda: load("guberniya"), "guberniia"),
        (lambda: grade("threat", load("threat")[0], "startt"), "start"),
    ):
        with pytest.raises(UserError) as error:
            ask()
        assert error.value.problems[0].suggestion == near
    with pytest.raises(UserError, match="allowed: A, B, C"):
        grade_text("D")


# What the tables say.


def test_85_guberniias_with_stable_keys():
    found, rows = guberniias(), load("guberniia")
    assert len(found) == 85
    assert Counter(g.unit_class for g in found) == dict(zip(CLASSES, (2, 18, 31, 34), strict=True))
    assert all(rows[g.key]["name"] == g.name and rows[g.key]["exists_1923"] == 1 for g in found)
    gone = set(range(89)) - {g.key for g in found}
    assert {rows[key]["name"] for key in gone} == {"Rybinsk", "Kremenchug", "Zaporozhie", "Nikolaev"}
    assert [g.key for g in found] == sorted(g.key for g in found)


def test_guberniia_in_shares_and_persons():
    moscow = guberniias()[0]
    assert (moscow.name, moscow.unit_class, moscow.lit_1920, moscow.pop_1926) == ("Moscow", "capital", 0.53, 4570836)
    assert moscow.urban_share == pytest.approx(0.592)
    assert moscow.members_mid == (40300 + 63400) / 2
    assert all(0 < g.lit_1920 < 1 and 0 <= g.urban_share < 1 and g.members_mid > 0 for g in guberniias())
    # The guesses bracket the 410 to 430 thousand of January 1923.
    assert sum(g.members_mid for g in guberniias()) == pytest.approx((288_400 + 590_200) / 2)


@pytest.mark.parametrize("column, target", [("lit_1897_all_pct", "T12"), ("secondary_plus_1897_pct", "T13")])
def test_ratios_of_capitals_are_those_of_the_targets(column, target):
    soviet = [row for row in load("guberniia_1897") if row["in_ussr_1923"] == 1]
    assert len(soviet) == 71
    capitals = [row for row in soviet if row["name"] in ("Moscow", "St Petersburg")]
    people = [number(row, "pop_1897") for row in capitals]
    mean = sum(number(row, column) * n for row, n in zip(capitals, people, strict=True)) / sum(people)
    ratio = mean / statistics.median(number(row, column) for row in soviet)
    recorded = next(row for row in load("calibration_targets") if row["id"] == target)
    assert ratio == pytest.approx(number(recorded, "value"), abs=0.05)


def test_the_wars_dip_is_that_of_its_target():
    index = {(row["country"], row["year"]): number(row, "v2x_libdem") for row in load("comparators")}
    fall = {
        country: 1 - min(index[country, year] for year in range(1914, 1919)) / index[country, 1913]
        for country, _ in index
    }
    four = ("United Kingdom", "Germany", "France", "Italy")
    assert [round(100 * fall[country]) for country in four] == [3, 8, 11, 13]
    recorded = next(row for row in load("calibration_targets") if row["id"] == "T22")
    assert max(fall[country] for country in four) == pytest.approx(number(recorded, "value"), abs=0.005)


def test_rates_with_counts_are_counts_over_exposure():
    rates = [row for row in load("calibration_targets") if row["count"] is not None]
    assert [row["id"] for row in rates] == ["T03", "T24", "T30", "T33"]
    for row in rates:
        assert number(row, "count") / number(row, "exposure") == pytest.approx(number(row, "value"), abs=0.006)


def test_the_empire_of_1897():
    rows = load("guberniia_1897")
    people = sum(number(row, "pop_1897") for row in rows)
    assert people == 125_640_021
    literate = sum(number(row, "lit_1897_all_pct") * number(row, "pop_1897") for row in rows) / people
    assert literate == pytest.approx(21.1, abs=0.05)


def test_units_of_1926_sum_to_the_printed_total():
    units = load("units_1926")
    names = {row["name"] for row in units}
    assert all(row["nested_in"] is None or row["nested_in"] in names for row in units)
    outer = [row for row in units if row["nested_in"] is None]
    assert len(units) - len(outer) == 11
    assert sum(number(row, "pop_1926") for row in outer) == 147_027_915
    assert sum(number(row, "urban_pop_1926") for row in outer) == 26_314_114


def test_membership_totals():
    for row in load("party_membership"):
        if None not in (parts := (row["members"], row["candidates"], row["total"])):
            assert parts[0] + parts[1] == parts[2], row["date"]
        assert row["date"][:4] == str(row["year"])
    stock = {row["year"]: row["total"] for row in load("party_membership") if row["kind"] == "jan1"}
    assert sorted(stock) == list(range(1922, 1931))
    assert stock[1926] / stock[1924] == pytest.approx(2.29, abs=0.005)


def test_names_of_other_tables_exist():
    provinces = {row["name"] for row in load("guberniia_1897")}
    units = {row["name"] for row in load("units_1926")}
    shares: Counter[str] = Counter()
    for row in load("guberniia"):
        parents = [part.strip().rsplit(":", 1) for part in row["parent_1897"].split(";")]
        assert {parent for parent, _ in parents} <= provinces
        assert {unit.strip() for unit in (row["unit_1926"] or "").split(";") if unit} <= units
        if row["exists_1923"]:
            shares.update({parent: float(share) for parent, share in parents})
    assert max(shares.values()) < 1.0 + 1e-9
    known = {row["name"] for row in load("guberniia")}
    elsewhere = {row["guberniia"] for row in load("skloki_cases")} - known
    assert elsewhere == {"Siberia (Sibbiuro area)", "Ural oblast"}


def test_literacy_of_1920_follows_its_rule():
    shift = {"North Caucasus": 0.80, "Siberia": 0.83, "Far East": 0.49, "Transcaucasia": 0.49, "Steppe": 0.49,
             "Central Asia": 0.49}  # fmt: skip
    for row in load("guberniia"):
        before = number(row, "lit_1897_all_pct") / 100
        odds = before / (1 - before) * math.exp(shift.get(row["region"], 0.51))
        assert number(row, "lit_1920_est_pct") == pytest.approx(100 * odds / (1 + odds), abs=0.6), row["name"]


QUARTER = 91.3
HALF_LIFE = {"external": 2, "internal": 2, "economic": 1}


def weight(event, first, after):
    """Return how much an event counts in the quarter from first to the day before after."""
    start, end = date.fromisoformat(event["start"]), date.fromisoformat(event["end"]) + timedelta(days=1)
    if start >= after:
        return 0.0
    if end <= first:
        since = (first - (end - timedelta(days=1))).days / QUARTER
        return 0.5 ** (since / HALF_LIFE[event["kind"]])
    share = (min(end, after) - max(start, first)).days / (after - first).days
    return 1.0 if share == 1 else max(0.5, share)


def joined(values):
    values = list(values)
    most = max(values, default=0.0)
    return most + 0.25 * (1 - math.prod(1 - value for value in values) - most)


@pytest.mark.parametrize("view", ["objective", "perceived"])
def test_the_index_is_computed_from_the_events(view):
    events = load("threat")
    for row in load("threat_index"):
        first = date(row["year"], 3 * row["quarter"] - 2, 1)
        after = date(row["year"] + row["quarter"] // 4, (3 * row["quarter"]) % 12 + 1, 1)
        parts = {
            kind: joined(e[f"severity_{view}"] * weight(e, first, after) for e in events if e["kind"] == kind)
            for kind in HALF_LIFE
        }
        for relief in (e for e in events if e["kind"] == "relief"):
            if relief["start"] < after.isoformat() and relief["end"] >= first.isoformat():
                parts["external"] *= 1 + relief[f"severity_{view}"]
        for kind, value in parts.items():
            assert row[f"{kind}_{view}"] == pytest.approx(value, abs=0.0015), (row["year"], row["quarter"], kind)
        combined = joined([parts["external"], parts["internal"], 0.7 * parts["economic"]])
        assert row[f"combined_{view}"] == pytest.approx(combined, abs=0.0015), (row["year"], row["quarter"])


# Broken copies.


def broken(tmp_path, name, *edits, encoding="utf-8"):
    """Write a copy with the edits (line, column, new cell) and return its path."""
    lines = list(csv.reader(packaged(name).splitlines(keepends=True)))
    for line, column, cell in edits:
        lines[line - 1][lines[0].index(column)] = cell
    path = tmp_path / f"{name}.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def problems(name, path):
    with pytest.raises(UserError) as error:
        load(name, path)
    return error.value.problems


def test_a_faithful_copy_is_accepted_with_any_line_ends_and_a_byte_order_mark(tmp_path):
    for name in NAMES:
        path = broken(tmp_path, name, encoding="utf-8-sig")
        assert b"\r\n" in path.read_bytes()
        assert load(name, path) == load(name)


def test_the_order_of_columns_is_free(tmp_path):
    rows = [row[::-1] for row in csv.reader(packaged("economy").splitlines(keepends=True))]
    path = tmp_path / "turned.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    assert load("economy", path) == load("economy")


def test_all_faults_are_reported_at_once_each_with_its_line(tmp_path):
    path = broken(
        tmp_path, "appointments",
        (2, "value", "many"), (3, "confidence", "D"), (4, "source", "  "), (5, "low", "39000"),
        (6, "period_start", "1921-13"), (7, "period_end", "1921-12"), (9, "value", "nan"), (10, "value", "-3"),
        (12, "level", "guberniia and oblast"), (12, "indicator", "secretaries_ever_in_office"),
    )  # fmt: skip
    found = problems("appointments", path)
    assert [(p.where, p.field) for p in found] == [
        (f"{path}:2", "value"), (f"{path}:3", "confidence"), (f"{path}:4", "source"), (f"{path}:5", "low, value, high"),
        (f"{path}:6", "period_start"), (f"{path}:7", "period_start, period_end"), (f"{path}:9", "value"),
        (f"{path}:10", "value"), (f"{path}:12", "period_start, indicator, level"),
    ]  # fmt: skip
    texts = [str(p) for p in found]
    assert texts[0] == f"{path}:2: value: found 'many'; allowed: a number from 0, or empty"
    assert texts[1].startswith(f"{path}:3: confidence: found 'D'; allowed: one of A, B, C")
    assert texts[3] == f"{path}:5: low, value, high: found 39000.0, 37547.0, 40000.0; allowed: low <= value <= high"
    assert "already" in texts[8] and "line 11" in texts[8]


@pytest.mark.parametrize(
    "name, column, cell, allowed",
    [
        ("threat", "start", "1923-02-30", "a day as YYYY-MM-DD, year from 1917 to 1930"),
        ("threat", "end", "1941-06-22", "a day as YYYY-MM-DD, year from 1917 to 1930"),
        ("threat", "severity_objective", "1.5", "a number from -1 to 1"),
        ("threat", "kind", "exxternal", "one of external, internal, economic, relief"),
        ("threat_index", "quarter", "5", "a whole number from 1 to 4"),
        ("threat_index", "quarter", "1.0", "a whole number from 1 to 4"),
        ("guberniia", "lit_1920_est_pct", "101", "a number from 0 to 100"),
        ("guberniia", "pop_1926", "4_570_836", "a whole number from 0"),
        ("guberniia", "lat", "", "a number from 35 to 82"),
        ("skloki_cases", "year", "21", "a whole number from 1917 to 1939"),
        ("calibration_targets", "value", "inf", "a number from 0"),
    ],
)
def test_types_ranges_and_choices(tmp_path, name, column, cell, allowed):
    [problem] = problems(name, broken(tmp_path, name, (2, column, cell)))
    assert (problem.field, problem.found, problem.allowed) == (column, repr(cell), allowed)
    assert problem.where.endswith(":2")
    assert problem.suggestion == ("external" if cell == "exxternal" else "")


@pytest.mark.parametrize("cell", ["1922", "1924-25", "1924-12", "1923-12/1924-01", "1937-04/05", "1899-00"])
def test_periods_of_elections(cell):
    assert Column("date", "period", "when").read(cell) == cell


@pytest.mark.parametrize(
    "cell", ["", "192", "1924-26", "1924-00", "1923-12/1923-11", "1937-05/04", "1937-04/", "1924 "]
)
def test_what_is_no_period(cell):
    with pytest.raises(ValueError):
        Column("date", "period", "when").read(cell)


def test_a_header_with_faults(tmp_path):
    path = tmp_path / "renamed.csv"
    head, rest = packaged("economy").split("\n", 1)
    path.write_text(head.replace("indicator", "indikator").replace(",low", ",high") + "\n" + rest, encoding="utf-8")
    texts = [str(p) for p in problems("economy", path)]
    assert any(f"{path}:1: indicator: found no such column" in text for text in texts)
    assert any("indikator: found an unknown column" in text and "did you mean 'indicator'" in text for text in texts)
    assert any("low: found no such column" in text for text in texts)
    assert any("high: found the column 2 times" in text for text in texts)


def test_lines_are_counted_through_cells_that_span_several(tmp_path):
    path = broken(tmp_path, "economy", (3, "note", "one\ntwo\nthree"), (4, "value", "?"))
    assert [p.where for p in problems("economy", path)] == [f"{path}:6"]


def test_a_row_with_a_cell_too_many_is_named(tmp_path):
    path = tmp_path / "long.csv"
    lines = packaged("economy").splitlines()
    lines[4] += ",more"
    path.write_text("\n".join(lines), encoding="utf-8")
    [problem] = problems("economy", path)
    assert str(problem) == f"{path}:5: found 10 cells; allowed: 9, as in the header"


@pytest.mark.parametrize(
    "content, found",
    [
        (b"", "no such column"),
        (packaged("economy").split("\n")[0].encode(), "at least one row"),
        (packaged("economy").encode() + b"\xff\xfe", ":147: found bytes that are not UTF-8"),
        (packaged("economy").encode() + b'1930,"open', "a CSV table"),
    ],
)
def test_what_is_no_table(tmp_path, content, found):
    path = tmp_path / "none.csv"
    path.write_bytes(content)
    assert any(found in str(problem) for problem in problems("economy", path))


def test_a_missing_file(tmp_path):
    assert problems("economy", tmp_path / "absent.csv")[0].where == str(tmp_path / "absent.csv")
    assert problems("economy", tmp_path)[0].where == str(tmp_path)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cell=st.one_of(st.text(max_size=12), st.floats().map(str), st.integers().map(str)))
def test_a_cell_is_a_number_in_its_range_or_a_named_fault(tmp_path, cell):
    path = broken(tmp_path, "threat_index", (7, "external_objective", cell))
    try:
        rows = load("threat_index", path)
    except UserError as error:
        assert [(p.where, p.field) for p in error.problems] == [(f"{path}:7", "external_objective")]
    else:
        assert 0.0 <= rows[5]["external_objective"] <= 1.0
