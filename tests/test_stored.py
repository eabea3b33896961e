"""Folders that were stored once and are kept: they open, are asked, drawn, enlarged and run again, for ever.

tests/stored/README.md says how they were made. Only what is public is used here, so that the rooms below may be
arranged otherwise.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim.experiment.ensemble import read
from tests import golden
from tests.brief import brief

PICTURES = {
    "calibration": ({"what": "decided"}, {"what": "learned"}, {"what": "met"}),
    "ledger": ({"what": "verdicts"},),
    "run": ({"what": "summary"}, {"what": "tilemap", "date": "1924-01"}),
    "comparison": ({"what": "effects", "outcome": "tenure_elected"},),
    "comparison-2": ({"what": "effects", "outcome": "recovery_months"},),
    "run-places": ({"what": "tilemap", "outcome": "skloki_year"}, {"what": "summary"}),
    "comparison-places": ({"what": "map"}, {"what": "map", "outcome": "paralysed"}),
    "run-2": ({"what": "appointed"}, {"what": "moves"}),
    "trace": ({"what": "spread"}, {"what": "cascade"}),
    "trace-2": ({"what": "spread"}, {"what": "cascade"}),
    "shares": ({"what": "bands", "outcome": "performance"},),
    "sweep-latin": ({"what": "surface", "x": "r_f", "y": "r_v"},),
    "sweep-once": ({"what": "outcome", "x": "r_v"},),
    "sweep-pair": ({"what": "effects"},),
    "sweep-readings": ({"what": "effects", "lever": "policy"},),
    "sweep-sobol": ({"what": "bands", "outcome": "performance"},),
    "sweep-table": ({"what": "bands"},),
}
DRAWN = ("calibration", "ledger", "run", "comparison", "trace", "shares", "sweep-readings", "sweep-once", "sweep-sobol")
"""One folder of each kind and of each picture, those that are the oldest."""
NAMING = [name for name in golden.FOLDERS if name != "ledger"]
"""Folders whose manifests name parameters."""
PLAIN = dict.fromkeys(NAMING, "r_f") | {
    name: "cool" for name in (*golden.SWEEPS, "calibration", "shares") if name != "sweep-pair"
}  # fmt: skip
"""Of each folder a parameter at its default, which its manifest names and which is not varied."""
GROWING = [name for name in golden.SWEEPS if name != "sweep-pair"]
"""Sweeps that are enlarged here: outcomes of the others are not defined in every month."""
OTHER = "0" * 16
"""A hash that no model has."""


@pytest.fixture
def copied(tmp_path: Path):
    """Copy a stored folder to where it may be changed."""
    return lambda name: shutil.copytree(golden.STORED / name, tmp_path / name)


def parts(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("*/*.parquet"))}


def enlarge(name: str, folder: Path) -> Any:
    return sim.open(sim.sweep(golden.SOURCES / f"{name}.toml", out=folder, workers=1, extend=2))


def say(folder: Path, **entries: Any) -> None:
    """Have a manifest say something else: nothing holds its bytes."""
    content = golden.manifest(folder) | entries
    (folder / "manifest.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def renamed(value: Any, old: str, new: str) -> Any:
    """Return what JSON holds, with a parameter called otherwise wherever it is named."""
    if isinstance(value, dict):
        return {renamed(key, old, new): renamed(inner, old, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, old, new) for inner in value]
    return re.sub(rf"^(parameters\.)?{old}$", rf"\g<1>{new}", value) if isinstance(value, str) else value


def forget(name: str, folder: Path) -> None:
    """Have a manifest name a parameter that the program does not know."""
    before = golden.manifest(folder)
    after = renamed(before, PLAIN[name], "zz_gone")
    assert after != before
    say(folder, **after)


def alter(folder: Path, column: str) -> list[int]:
    """Change the last bit of an outcome in the first run of every part; return these runs."""
    journal, runs = folder / "journal.jsonl", []
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    for entry in entries:
        (name,) = (name for name in entry["files"] if name.startswith("runs/"))
        table = pq.read_table(folder / name)
        values = table[column].to_pylist()
        values[0] = float(np.nextafter(values[0], np.inf))
        place = table.schema.get_field_index(column)
        table = table.set_column(place, table.schema.field(column), pa.array(values, table.schema.field(column).type))
        pq.write_table(table, folder / name)
        content = (folder / name).read_bytes()
        entry["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        runs.append(table["run"][0].as_py())
    journal.write_text("".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in entries))
    return runs


def test_every_folder_has_its_answers():
    assert set(golden.FOLDERS) == {path.stem for path in golden.EXPECTED.glob("*.json")} == set(PICTURES)
    assert {golden.kind(golden.STORED / name) for name in golden.FOLDERS} == set(golden.TABLES)


@pytest.mark.parametrize("name", golden.FOLDERS)
def test_every_stored_column_reads_as_it_did_to_the_last_bit(name):
    stored = sim.open(golden.STORED / name, verify=True)
    for table, expected in golden.expected(name)["tables"].items():
        assert not golden.unlike(expected, golden.frame(stored, table)), table


@pytest.mark.parametrize("name", golden.FOLDERS)
def test_what_is_computed_from_it_is_what_it_was(name):
    stored = sim.open(golden.STORED / name)
    for table in golden.COMPUTED[golden.kind(golden.STORED / name)]:
        place = golden.EXPECTED / f"{name}-{table}.csv"
        if place.exists():
            assert not golden.far(golden.read_rows(place), getattr(stored, table)()), table
        else:
            assert not len(getattr(stored, table)()), table


@pytest.mark.parametrize("name", golden.FOLDERS)
def test_it_answers_in_sql(name):
    stored = sim.open(golden.STORED / name)
    for sql, answer in golden.expected(name)["queries"]:
        assert golden.answer(stored.query(sql)) == answer, sql


@pytest.mark.parametrize("name", brief(golden.FOLDERS, *DRAWN))
def test_it_is_drawn(name, copied):
    folder = copied(name)
    for asked in PICTURES[name]:
        files = sim.plot(folder, **asked)
        assert files and all(file.stat().st_size > 1000 for file in files)
        assert {file.parent for file in files} == {folder / "figures"}


@pytest.mark.parametrize("name", NAMING)
def test_it_is_read_when_one_of_its_parameters_is_gone(name, copied):
    folder = copied(name)
    forget(name, folder)
    stored = sim.open(folder, verify=True)
    for table, expected in golden.expected(name)["tables"].items():
        assert not golden.unlike(expected, golden.frame(stored, table)), table


@pytest.mark.parametrize("name", NAMING)
def test_it_answers_when_one_of_its_parameters_is_gone(name, copied):
    folder = copied(name)
    forget(name, folder)
    sql, answer = golden.expected(name)["queries"][0]
    assert golden.answer(sim.open(folder).query(sql)) == answer


@pytest.mark.parametrize("name", brief(NAMING, "run", "trace", "sweep-readings"))
def test_it_is_drawn_when_one_of_its_parameters_is_gone(name, copied):
    folder = copied(name)
    forget(name, folder)
    assert sim.plot(folder, **PICTURES[name][0])


def test_a_result_is_written_as_csv(copied):
    files = sim.export(copied("run"))
    assert {"monthly.csv", "events.csv", "committees.csv"} <= {file.name for file in files}


@pytest.mark.parametrize("name", golden.SWEEPS)
def test_a_sweep_says_how_far_it_came(name, skloki):
    expected = golden.expected(name)["progress"]
    assert expected.items() <= sim.open(golden.STORED / name).progress().items()
    status = sim.status(golden.STORED / name)
    assert (status.runs, status.failed, status.finished) == (expected["runs"], expected["failed"], True)
    assert skloki("--quiet", "status", golden.STORED / name) == (0, "finished\n", "")


def test_shares_that_are_not_merged_say_how_far_they_came(copied):
    status = sim.status(golden.STORED / "shares")
    assert (status.shares, status.parts, status.runs, status.finished) == (2, 3, 24, False)
    folder = copied("shares")
    with pytest.raises(sim.UserError, match="--extend: found shares"):
        sim.sweep(golden.SOURCES / "sweep-sobol.toml", out=folder, extend=2)


@pytest.mark.parametrize("name", GROWING)
def test_a_sweep_grows_and_what_is_there_stays(name, copied):
    folder = copied(name)
    before = parts(folder)
    sweep = enlarge(name, folder)
    assert before.items() < parts(folder).items()
    for table, expected in golden.expected(name)["grown"].items():
        assert not golden.unlike(expected, golden.frame(sweep, table)), table


@pytest.mark.parametrize("name", golden.SWEEPS)
def test_a_run_gives_the_same_again(name, copied, tmp_path):
    again = sim.rerun(copied(name), run=3, out=tmp_path / "again")
    assert again.equal is True and not again.differing
    assert again.result is not None and len(again.result.monthly())


@pytest.mark.parametrize("name", ["sweep-once", "sweep-sobol"])
def test_a_sweep_of_a_model_that_gives_the_same_rows_grows(name, copied):
    folder = copied(name)
    say(folder, model=OTHER)
    sweep = enlarge(name, folder)
    for table, expected in golden.expected(name)["grown"].items():
        assert not golden.unlike(expected, golden.frame(sweep, table)), table
    after = golden.manifest(folder)
    assert after["model"] != OTHER and OTHER in after["models"]


@pytest.mark.parametrize("name", ["sweep-once", "sweep-sobol"])
def test_a_sweep_of_a_model_that_gives_other_rows_is_refused(name, copied):
    folder = copied(name)
    runs = alter(folder, "performance_agrarian")
    say(folder, model=OTHER)
    before = parts(folder), golden.manifest(folder)
    with pytest.raises(sim.UserError, match="performance_agrarian") as caught:
        enlarge(name, folder)
    assert re.search(rf"\brun\W{{1,3}}({'|'.join(map(str, runs))})\b", str(caught.value))
    assert (parts(folder), golden.manifest(folder)) == before


@pytest.mark.parametrize("name", ["sweep-once", "sweep-sobol"])
def test_a_run_of_a_model_that_gives_another_names_the_column(name, copied, tmp_path):
    folder = copied(name)
    run = alter(folder, "performance_agrarian")[1]
    say(folder, model=OTHER)
    again = sim.rerun(folder, run=run, out=tmp_path / "again")
    assert again.equal is False and list(again.differing) == ["performance_agrarian"]
    assert sim.rerun(folder, run=run + 1, out=tmp_path / "next").equal is True


def test_an_ensemble_is_read_for_ever():
    found = read(golden.STORED / "calibration")
    assert found.name == "calibration" and len(found.rows) == 30
    assert [factor.name for factor in found.factors] == ["theta", "g_y", "cool", "k1", "unfilled", "succession"]
    assert found.identity.digest == "c9fb1aa7bc7162ef"


def test_a_ledger_is_read_for_ever():
    from sim.claims.ledger import read as ledger

    found = ledger(golden.STORED / "ledger")
    assert len(found.claims) == 8 and found.claim("25a").verdict == "contradicted"
    assert found.claim("22b").grid[0]["does"] == "lowers" and not found.claim("6").estimands
