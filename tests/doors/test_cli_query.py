"""The command `query`: whatever SQL gives is a table, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json

import pytest

import sim
from sim.analysis.sweep import open_sweep
from sim.errors import UserError
from tests.doors.test_cli_sweep import FEW
from tests.tiny import files


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Have the engine compiled: what it says about that is no part of what these tests compare."""
    from sim.engines.compiled import prepare

    prepare()


@pytest.fixture
def swept(small_file, here):
    """Sweep a small experiment; give the folder, ``s``."""
    (here / "few.toml").write_text(FEW)
    return sim.sweep("few.toml", out="s")


COUNT = "SELECT policy, count(*) AS runs, max(performance) AS best FROM runs GROUP BY policy ORDER BY policy"


def test_a_query_as_a_table(swept, skloki):
    code, out, err = skloki("query", "s", COUNT)
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.split("\n") if line.strip()][::2] == ["policy", "appointment"]
    assert out.count(" 12 ") == 2


@pytest.mark.parametrize("ask", [("query", "s", COUNT), ("sensitivity", "s"), ("lookfor", "s"), ("plot", "s")])
def test_a_part_of_which_a_bit_was_flipped_is_refused_by_whatever_reads_rows(swept, skloki, ask):
    part = min((swept / "runs").glob("*.parquet"))
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    code, out, err = skloki(*ask)
    assert (code, out) == (2, "") and f"{part.name}: the file is damaged: its content is not what was" in err


def test_two_forms_at_once_are_refused(swept, skloki):
    code, out, err = skloki("query", "s", COUNT, "--csv", "--json")
    assert (code, json.loads(out)["errors"], err) == (2, ["--csv and --json: one of them"], "")


def test_an_opened_sweep_is_asked_by_one_name_or_several(swept):
    opened = open_sweep(swept)
    assert list(opened.runs("performance")) == list(opened.runs(["performance"])) == ["performance"]
    assert opened.bands(at=0.5).columns[-1] == "p50"
    for ask in (lambda: opened.thirds(where="k1 > 0"), lambda: opened.importance(each=True)):
        with pytest.raises(UserError, match="asked: found '(where|each)'; allowed: lever, option, outcome, scope, hor"):
            ask()


def test_a_query_for_programs(swept, skloki):
    rows = json.loads(skloki("query", "s", COUNT, "--json")[1])
    assert [(row["policy"], row["runs"]) for row in rows] == [("appointment", 12), ("election", 12)]
    table_ = _csv(skloki("query", "s", COUNT, "--csv")[1])
    assert [row["best"] for row in rows] == [float(best) for _, _, best in table_]
    (row,) = json.loads(skloki("query", "s", "SELECT error, run FROM runs WHERE run = 3", "--json")[1])
    assert row == {"error": None, "run": 3}
    few = "SELECT run, seed FROM runs WHERE run < 2 ORDER BY run"
    assert skloki("query", "s", few, "--quiet")[1] == "0\t1921\n1\t1921\n"


def _csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))[1:]


def test_a_long_answer_is_cut_and_says_so(swept, skloki):
    code, out, err = skloki("query", "s", "SELECT * FROM range(60)")
    assert code == 0 and err == "the first 50 of 60 rows; all of them: --csv or --json\n"
    assert len(_csv(skloki("query", "s", "SELECT * FROM range(60)", "--csv")[1])) == 60


@pytest.mark.parametrize("columns", [40, 120])
def test_an_answer_that_is_too_wide_is_told_name_by_name(columns, swept, skloki, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    (row,) = json.loads(skloki("query", "s", "SELECT * FROM runs WHERE run = 3", "--json")[1])
    many = ", ".join(f"{number}.5 AS column_{number}" for number in range(40))
    code, out, err = skloki("query", "s", f"SELECT run, policy, {many} FROM runs WHERE run IN (3, 4) ORDER BY run")
    lines = [line.split() for line in out.splitlines() if line]
    assert (code, err) == (0, "") and lines[0] == ["row", "1", "of", "2"] and lines[43] == ["row", "2", "of", "2"]
    assert lines[1:3] == [["run", "3"], ["policy", str(row["policy"])]]
    assert lines[3:43] == [[f"column_{number}", f"{number}.5"] for number in range(40)]


def test_integers_stay_integers(swept, skloki):
    sql = "SELECT sum(run) AS a, sum(NULL::INTEGER) AS b, 2::DECIMAL(9, 0) AS c, avg(run) AS d, sum(2.5) AS e FROM runs"
    assert "276" in skloki("query", "s", sql)[1] and "276." not in skloki("query", "s", sql)[1]
    (row,) = json.loads(skloki("query", "s", sql, "--json")[1])
    assert [repr(value) for value in row.values()] == ["276", "None", "2", "11.5", "60.0"]
    assert skloki("query", "s", sql, "--csv")[1].splitlines()[1] == "276,,2,11.5,60.0"


EVERYTHING = """SELECT [1, 2] AS list, list(run ORDER BY run) AS runs, [1.5, NULL] AS gaps,
{'a': DATE '1921-03-01', 'b': [1]} AS struct, MAP {'x': 1} AS map, 'ab'::BLOB AS blob,
list(1.25::DECIMAL(5, 2)) AS decimals, histogram(replicate) AS histogram, [DATE '1921-03-01', NULL] AS days,
[TIMESTAMP_NS '1921-03-01 10:00:00'] AS moments, DATE '1921-03-01' AS day, NULL AS none,
TIMESTAMP '1921-03-01 10:00:00' AS moment, INTERVAL 2 DAY AS span, [[1], [2, 3]] AS nested FROM runs WHERE run < 2"""


def test_whatever_a_query_gives(swept, skloki):
    code, out, err = skloki("query", "s", EVERYTHING, "--json")
    (row,) = json.loads(out)
    assert (code, err) == (0, "")
    assert row == {
        "list": [1, 2], "runs": [0, 1], "gaps": [1.5, None], "struct": {"a": "1921-03-01", "b": [1]}, "map": {"x": 1},
        "blob": "6162", "decimals": [1.25, 1.25], "histogram": {"0": 2}, "days": ["1921-03-01", None], "none": None,
        "moments": ["1921-03-01 10:00:00"], "day": "1921-03-01", "moment": "1921-03-01 10:00:00",
        "span": "2 days 00:00:00", "nested": [[1], [2, 3]],
    }  # fmt: skip
    code, out, err = skloki("query", "s", EVERYTHING, "--quiet")
    assert (code, err) == (0, "") and out.startswith('[1, 2]\t[0, 1]\t[1.5, null]\t{"a": "1921-03-01", "b": [1]}')
    assert skloki("query", "s", EVERYTHING)[0] == 0
    (cells,) = _csv(skloki("query", "s", EVERYTHING, "--csv")[1])
    assert cells[1] == "[0, 1]" and cells[10] == "1921-03-01"


@pytest.mark.parametrize("sql", ["", ";", "/* nothing */"])
def test_no_query(sql, swept, skloki):
    code, out, err = skloki("query", "s", sql)
    assert (code, out) == (2, "") and err == f"query: found {sql!r}; allowed: SQL over runs\n"


def test_one_query_at_a_time(swept, skloki):
    code, out, err = skloki("query", "s", "SELECT 1; SELECT 2")
    assert (code, out, err) == (2, "", "query: found 2 statements; allowed: one, with one answer\n")
    assert skloki("query", "s", "SELECT 1 AS n; -- with its end", "--csv") == (0, "n\n1\n", "")


def test_a_wrong_query(swept, skloki):
    code, out, err = skloki("query", "s", "SELECT nothing FROM runs")
    assert (code, out) == (2, "") and "nothing" in err
    with pytest.raises(UserError):
        open_sweep(swept).query("DROP TABLE runs")


def test_a_query_can_write_nothing(swept, here, skloki):
    before = files(swept)
    for place in (next(swept.glob("runs/*.parquet")), here / "x.csv"):
        code, _, err = skloki("query", "s", f"COPY runs TO '{place}'")
        assert code == 2 and "disabled" in err
    assert files(swept) == before and not (here / "x.csv").exists()
