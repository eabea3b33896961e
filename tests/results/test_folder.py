"""What holds for every kind of stored folder: opened whole or refused with every reason, asked in SQL without harm."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.analysis.divergence.folder import DivergenceFolder
from sim.analysis.stored import KINDS
from sim.analysis.sweep import Sweep
from sim.errors import misfits
from sim.experiment.experiment import from_record
from sim.results.calibration import Calibration
from sim.results.comparison import Comparison
from sim.results.folder import Folder, is_replaceable
from sim.results.ledger import LedgerFolder
from sim.results.result import Result
from tests import golden
from tests.brief import brief

FACES: dict[str, type[Folder]] = {
    "run": Result, "comparison": Comparison, "trace": DivergenceFolder, "sweep-sobol": Sweep,
    "calibration": Calibration, "ledger": LedgerFolder,
}  # fmt: skip
TABLES = {
    "run": ("monthly", "events", "committees", "targets"), "comparison": ("effects", "bands", "pairs"),
    "trace": ("cascade", "monthly"), "sweep-sobol": ("runs", "bins"),
    "calibration": ("targets", "parameters", "effects", "left_out", "observables", "rounds", "ensemble"),
    "ledger": ("ledger", "error_rates", "claims", "verdicts", "variance", "readings", "hangs_on", "grid", "lookfor",
               "populations"),
}  # fmt: skip


@pytest.fixture(params=FACES)
def name(request) -> str:
    return request.param


@pytest.fixture
def folder(name, tmp_path) -> Path:
    """Copy a stored folder of each kind."""
    return shutil.copytree(golden.STORED / name, tmp_path / "a [1]*")


def edit(folder: Path, **entries: Any) -> None:
    (folder / "manifest.json").write_text(json.dumps(golden.manifest(folder) | entries))


def records(folder: Path) -> dict[str, Any]:
    """Return size and hash of the tables' files, as the manifest or the journal has them."""
    if (folder / "journal.jsonl").exists():
        entries = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
        return {name: record for entry in entries for name, record in entry["files"].items()}
    return {name: record for name, record in golden.manifest(folder)["files"].items() if "figures" not in name}


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


SHIPPED = {"skloki-readiness": "readiness", "skloki-lockin": "lockin"}  # their golden folders are those of results/


def test_every_kind_is_here():
    assert {face.format.name for face in FACES.values()} | set(SHIPPED) == set(KINDS)


@pytest.mark.parametrize("kind", SHIPPED)
def test_what_is_shipped_opens_whole(kind):
    stored = sim.open(Path(__file__).resolve().parents[2] / "results" / SHIPPED[kind])
    assert stored.format.name == kind and len(stored.answer) > 0


def test_it_opens_as_what_it_is(name, folder):
    stored = sim.open(folder)
    assert type(stored) is FACES[name] and stored.path == folder and str(folder) in repr(stored)
    assert stored.manifest == golden.manifest(folder)
    assert FACES[name].open(str(folder), verify=False).manifest == stored.manifest


# Whole or refused


def cut(content: bytes) -> bytes:
    return content[:-1]


def flipped(content: bytes) -> bytes:
    return content[:60] + bytes([content[60] ^ 1]) + content[61:]


def spoil(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        file = folder / next(iter(records(folder)))
        file.write_bytes(change(file.read_bytes()))

    return apply


def write(content: bytes) -> Callable[[Path], Any]:
    return lambda folder: (folder / "manifest.json").write_bytes(content)


@pytest.mark.parametrize(
    ("hurt", "said"),
    [
        (shutil.rmtree, "no such folder; name the folder that `(run|compare|trace|sweep|calibrate|claims)` has"),
        (lambda f: (shutil.rmtree(f), f.write_text("")), "found a file; allowed: the folder of a"),
        (lambda f: (f / "manifest.json").unlink(), "it has no manifest.json"),
        (lambda f: ((f / "manifest.json").unlink(), (f / "manifest.json").mkdir()), "cannot be read: Is a directory"),
        (write(b"{"), "manifest.json: is damaged"),
        (write(b"\xff\xfe\x00"), "manifest.json: is damaged"),
        (write(b"[" * 100_000), "manifest.json: is damaged"),
        (write(b"[1]"), "this is not the manifest of a"),
        (lambda f: edit(f, format="other"), "this is not the manifest of a"),
        (lambda f: edit(f, format_version=99), "format_version: found 99; allowed: 1.*made by another version"),
        (lambda f: edit(f, format_version="1"), "made by another version"),
        (lambda f: (f / next(iter(records(f)))).unlink(), "the file is missing"),
        (spoil(cut), r"found \d+ bytes; allowed: \d+ bytes; the file is damaged"),
        (spoil(flipped), "the file is damaged: its content is not what"),
    ],
)
def test_what_is_damaged_is_refused_in_the_same_words(hurt, said, name, folder):
    hurt(folder)
    with pytest.raises(sim.UserError, match=said) as refused:
        FACES[name].open(folder)
    assert str(folder) in str(refused.value)


def test_without_verification_a_change_of_content_is_not_looked_for(name, folder):
    spoil(flipped)(folder)
    assert FACES[name].open(folder, verify=False)


def test_every_entry_of_a_manifest_is_checked_for_its_kind(name, folder):
    whole = golden.manifest(folder)
    for key in (key.removesuffix("?") for key in FACES[name].format.shape):
        for wrong in (17.5, [[]]):
            edit(folder, **{key: wrong})
            with pytest.raises(sim.UserError, match=rf"manifest.json: {key}[\w.]*: (found|is damaged)"):
                FACES[name].open(folder)
        edit(folder, **{key: whole.get(key)})


@pytest.mark.parametrize("outside", ["../secret", "/etc/hostname", "a\0b"])
def test_nothing_outside_the_folder_is_read(outside, name, folder):
    (folder.parent / "secret").write_text("x")
    record = {"bytes": 1, "sha256": ""}
    if name.startswith("sweep"):
        lines = (folder / "journal.jsonl").read_text().splitlines()
        lines[0] = json.dumps(json.loads(lines[0]) | {"files": {outside: record}})
        (folder / "journal.jsonl").write_text("\n".join(lines) + "\n")
    else:
        edit(folder, files=golden.manifest(folder)["files"] | {outside: record})
    with pytest.raises(sim.UserError, match="files inside the folder"):
        sim.open(folder)


def test_pictures_and_exports_do_not_disturb_nor_stand_in_the_way(name, folder):
    (folder / "figures").mkdir(exist_ok=True)
    (folder / "figures" / "mine.png").write_bytes(b"x")
    assert type(sim.open(folder)) is FACES[name]
    if not name.startswith("sweep"):
        (folder / "csv").mkdir()
        (folder / "csv" / "columns.csv").touch()
        assert is_replaceable(folder, FACES[name].format)
        for own in ("thesis.odt", "figures/thesis.odt", "figures/mine/a.png", "csv/mine.csv"):
            (folder / own).parent.mkdir(exist_ok=True)
            (folder / own).touch()
            assert not is_replaceable(folder, FACES[name].format), own
            (folder / own).unlink()


def test_a_kind_that_nobody_knows_is_called_so(folder):
    edit(folder, format="skloki-results")
    with pytest.raises(sim.UserError, match="found skloki-results; allowed: .*did you mean 'skloki-result'"):
        sim.open(folder)


# Asked


def test_tables_are_called_as_their_files(name, folder):
    stored = sim.open(folder)
    assert stored.tables == TABLES[name]
    for table in stored.tables:
        assert stored.query(f"SELECT count(*) AS n FROM {table}")["n"][0] > 0


@pytest.mark.parametrize("name", brief(FACES, "run", "ledger"))
def test_a_query_can_read_tables_and_do_nothing_else(name, folder, monkeypatch):
    monkeypatch.chdir(folder)
    before, stored = everything(folder.parent), sim.open(folder)
    for sql in ("copy (select 1) to 'x.csv'", "selekt 1", "", ";", "/* nothing */", "DROP TABLE monthly",
                "SELECT * FROM nowhere", "SELECT * FROM 'manifest.json'", "SELECT * FROM read_csv('manifest.json')",
                "INSTALL httpfs", "SET enable_external_access = true", "ATTACH 'x.db'"):  # fmt: skip
        with pytest.raises(sim.UserError, match="SQL over " + ", ".join(TABLES[name])) as refused:
            stored.query(sql)
        assert len(refused.value.problems) == 1 and "\n" not in str(refused.value), sql
        assert everything(folder.parent) == before, sql


def test_the_command_asks_every_kind(name, folder, skloki):
    table = TABLES[name][0]
    code, out, err = skloki("query", folder, f"SELECT count(*) AS n FROM {table}", "--json")
    assert (code, err) == (0, "") and json.loads(out)[0]["n"] > 0
    code, out, err = skloki("query", folder, "selekt 1")
    assert (code, out) == (2, "") and err.startswith("query: found Parser Error") and err.count("\n") == 1
    write(b"{")(folder)
    code, out, err = skloki("query", folder, "SELECT 1")
    assert (code, out) == (2, "") and "manifest.json: is damaged" in err and err.count("\n") == 1


# What a sweep has beside


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"finished": "yesterday"}, "Invalid isoformat string: 'yesterday'"),
        ({"finished": "2026-01-01"}, "finished: found '2026-01-01'; allowed: a time with its zone"),
        ({"finished": 7}, "finished: found int; allowed: str"),
        ({"runs": "16"}, "runs: found str; allowed: int"),
        ({"seconds": "0.1"}, "seconds: found str; allowed: int | float"),
        ({"failed": True}, "failed: found bool; allowed: int"),
        ({"part": None}, "part: found NoneType; allowed: int"),
        ({"files": []}, "files: found list; allowed: dict"),
        ({"files": {"runs/x": 3}}, "files.runs/x: found int; allowed: dict"),
    ],
)
def test_every_value_of_a_journal_is_checked_for_its_kind(change, said, tmp_path, skloki):
    folder = shutil.copytree(golden.STORED / "sweep-table", tmp_path / "s")
    lines = (folder / "journal.jsonl").read_text().splitlines()
    lines[0] = json.dumps(json.loads(lines[0]) | change)
    (folder / "journal.jsonl").write_text("\n".join(lines) + "\n")
    line = f"{folder / 'journal.jsonl'}:1: is damaged: {said}; start the same sweep again: it makes this part anew\n"
    assert skloki("status", folder) == (2, "", line)
    assert skloki("query", folder, "SELECT 1") == (2, "", line)


def test_a_line_that_is_no_json_is_told_and_one_that_is_being_written_does_not_count(tmp_path):
    folder = shutil.copytree(golden.STORED / "sweep-table", tmp_path / "s")
    journal = folder / "journal.jsonl"
    whole = journal.read_text()
    journal.write_text(whole + '{"part": 9, "files": {"runs/part-0000')
    assert sim.open(folder).parts == sim.open(golden.STORED / "sweep-table").parts
    journal.write_text("nonsense\n" + whole)
    with pytest.raises(sim.UserError, match="jsonl:1: is damaged: Expecting value"):
        sim.open(folder)


@pytest.mark.parametrize("name", golden.SWEEPS)
def test_an_experiment_is_recorded_as_it_ever_was(name):
    record = golden.manifest(golden.STORED / name)["experiment"]
    again = from_record(record).record()
    assert again.pop("base") == {"defaults": "0.1", **record.pop("base")}, "it names the version that it is of"
    assert again == record and list(again) == list(record)


@pytest.mark.parametrize(
    ("value", "shape", "found"),
    [
        ({"a": 1}, {"a": int}, []),
        ({}, {"a": int, "b?": str}, [("a", "nothing", "int")]),
        ({"b": 1}, {"b?": str}, [("b", "int", "str")]),
        ({"a": {"b": [1, "x"]}}, {"a": {"b": [int]}}, [("a.b", "str", "int")]),
        ({"x": {"n": None}}, {"*": {"n": int}}, [("x.n", "NoneType", "int")]),
        ([1, 2, 3], (int, int), [("", "list", "a list of 2")]),
        (True, int, [("", "bool", "int")]),
        ([1, True], [int], [("", "bool", "int")]),
        (None, str | None, []),
        (3, str | None, [("", "int", "str | None")]),
        ([1], {"a": int}, [("", "list", "dict")]),
        (1, [int], [("", "int", "list")]),
        (True, object, []),
    ],
)
def test_what_is_not_of_the_kind_that_is_meant(value, shape, found):
    assert list(misfits(value, shape)) == found
