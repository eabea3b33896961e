"""Shares of a sweep, made by processes that know nothing of each other: the same bytes, and nothing of two sweeps."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from sim.analysis.sweep import open_sweep
from sim.doors.sweeping import how_far
from sim.doors.terminal import Terminal
from sim.errors import UserError
from sim.results import sweep_locks
from sim.results.sweep_locks import Share, locked
from sim.results.sweep_store import Store, read_journal, read_lines
from sim.runner import sweep as driver
from sim.runner.progress import status
from sim.runner.sweep import sweep
from tests.tiny import experiment, files, with_curves

ROOT = Path(__file__).parents[2]
KEPT = with_curves("quantiles", replicates=2)
PARTS, RUNS = 5, 40
POINTS = 20
"""Of the sweep of `tests.tiny.main`: 60 pairs, 30 parts."""


def made(folder, *numbers, of=3, **other):
    """Make shares of the small sweep; return the remarks."""
    notes: list[str] = []
    for number in numbers:
        sweep(KEPT, folder, workers=1, part_units=2, share=(number, of), note=notes.append, **other)
    return notes


def merged(folder, *apart):
    """Merge what was made; return the remarks."""
    notes: list[str] = []
    sweep(KEPT, folder, workers=1, part_units=2, merge=apart, note=notes.append)
    return notes


def told(folder):
    found = status(folder)
    return found.parts, found.shares


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Give the files of a sweep that nobody disturbed."""
    return files(sweep(KEPT, tmp_path_factory.mktemp("whole") / "s", workers=1, part_units=2))


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Give a folder with two of three shares; not to be changed."""
    folder = tmp_path_factory.mktemp("shared") / "s"
    made(folder, 3, 1)
    return folder


@pytest.fixture
def copied(shared, tmp_path):
    """Give a copy of it."""
    return Path(shutil.copytree(shared, tmp_path / "s"))


def test_what_shares_have_made_can_be_read_before_it_is_merged(shared):
    assert told(shared) == (3, 2) and status(shared).runs == 24 and not status(shared).finished
    found = open_sweep(shared)
    assert found.progress()["parts"] == 3 and len(found.runs()) == 24
    assert found.query("SELECT count(*) AS n FROM runs")["n"].item() == 24
    assert sorted(read_journal(shared).parts) == [0, 2, 3]
    assert not (shared / "journal.jsonl").exists()


def test_shares_come_to_what_one_process_makes(copied, whole):
    kept = {path: path.stat().st_mtime_ns for path in copied.rglob("*.parquet")}
    assert merged(copied) == ["shares are merged: 2; parts taken over: 3"]
    assert files(copied) == whole
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "what shares had made was not made again"
    assert told(copied) == (PARTS, 0) and not (copied / "shares").exists()
    assert merged(copied) == [f"all {RUNS} runs are there: nothing to do"]
    assert made(copied, 2, of=2) == ["all 16 runs of share 2/2 are there: nothing to do"]
    assert told(copied) == (PARTS, 0), "a share that has made nothing is nothing to be merged"
    assert merged(copied) == [f"all {RUNS} runs are there: nothing to do"] and not (copied / "shares").exists()


def test_a_line_says_where_and_by_what_a_part_was_made(shared):
    entry = read_journal(shared).parts[2]
    assert entry["host"] == os.uname().nodename and {"python", "numpy", "pyarrow"} <= set(entry["versions"])
    assert sorted(path.name for path in (shared / "shares").glob("*.jsonl")) == ["1-of-3.jsonl", "3-of-3.jsonl"]


def test_a_share_may_have_no_parts_and_is_made_once(tmp_path):
    states = []
    assert made(tmp_path / "s", 7, of=7, progress=states.append) == ["all 0 runs of share 7/7 are there: nothing to do"]
    made(tmp_path / "s", 2)
    made(tmp_path / "s", 2, progress=states.append)
    assert (states[0].total, states[-1].done, states[-1].total) == (0, 16, 16)
    # another way of sharing takes what is there
    assert made(tmp_path / "s", 2, of=6) == ["all 8 runs of share 2/6 are there: nothing to do"]


@pytest.mark.parametrize("asked", [(0, 16), (17, 16), (3, 0), "a", "3/", "-1/2", "1.5/2"])
def test_shares_that_are_none(asked, tmp_path):
    with pytest.raises(UserError, match="K/N, the K-th of N shares, counted from 1") as refused:
        sweep(KEPT, tmp_path / "s", share=asked)
    assert len(refused.value.problems) == 1 and not (tmp_path / "s").exists()


# Several at once


def test_the_same_share_and_the_sweep_are_refused_while_a_share_is_made(copied, whole, monkeypatch):
    monkeypatch.setattr(sweep_locks, "PATIENCE", 0.1)
    me = f"process {os.getpid()} on {os.uname().nodename}"
    with locked(copied, print, Share(2, 3)):
        assert status(copied).writer == f"share 2/3 by {me}"
        with pytest.raises(UserError, match=f"share 2/3 is being made: {me}"):
            made(copied, 2)
        with pytest.raises(UserError, match=f"another sweep writes here: share 2/3 by {me}"):
            merged(copied)
        with pytest.raises(UserError, match=f"a sweep writes there: share 2/3 by {me}"):
            merged(copied.parent / "other", copied)
        assert made(copied, 1) == ["all 16 runs of share 1/3 are there: nothing to do"]
    with locked(copied, print), pytest.raises(UserError, match=f"another sweep writes here: {me}"):
        made(copied, 2)
    assert status(copied).writer == "" and merged(copied) and files(copied) == whole


def test_a_merging_sweep_waits_for_nobody_who_only_looks(copied):
    with locked(copied, print, Share(1, 3)), locked(copied, print, Share(2, 3)), locked(copied, print, Share(3, 3)):
        with locked(copied, print, Share(4, 4)):
            assert status(copied).writer.endswith(" and 1 more")
    assert merged(copied)


def test_of_shares_that_begin_at_the_same_moment_one_writes_the_manifest(tmp_path, whole, monkeypatch):
    gate, establish, begun = threading.Barrier(5), Store.establish, []

    def together(store, manifest):
        gate.wait(timeout=60)
        begun.append(establish(store, {**manifest, "commit": f"of share {store.share}"}))
        return begun[-1]

    monkeypatch.setattr(Store, "establish", together)

    def share(number):
        of = KEPT if number < 5 else with_curves("quantiles", points=6, replicates=2)
        return sweep(of, tmp_path / "s", workers=1, part_units=2, share=(number, 5))

    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(share, number) for number in range(1, 6)]
        failed = [number for number, one in enumerate(waiting, start=1) if one.exception()]
    first = json.loads((tmp_path / "s" / "manifest.json").read_text())
    assert len(begun) == 5 and all(one == first for one in begun), "the first one wins, all others read it"
    # whose experiment it is decides which of them are refused
    assert failed == ([5] if first["commit"] != "of share 5/5" else [1, 2, 3, 4])
    assert isinstance(waiting[failed[0] - 1].exception(), UserError)
    assert not list((tmp_path / "s").rglob(".*"))
    if failed == [5]:
        merged(tmp_path / "s")
        assert files(tmp_path / "s") == whole


def test_without_links_there_is_one_manifest_too(tmp_path, whole, monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    made(tmp_path / "s", 1, 2)
    merged(tmp_path / "s")
    assert files(tmp_path / "s") == whole and not list((tmp_path / "s").rglob(".*"))


# What was killed, or hurt


def begin(folder, share, stop):
    """Start a share as a process, which waits before the file of that number takes its place."""
    command = [sys.executable, "-m", "tests.tiny", str(folder), str(POINTS), str(stop), share]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.exhaustive
def test_a_killed_share_is_repeated_and_nobody_tidies_up_under_a_running_one(tmp_path):
    of, folder = experiment(POINTS), tmp_path / "s"
    with begin(folder, "1/4", 4) as process:
        assert process.stdout.readline() == "waiting\n"
        sweep(of, folder, share=(2, 4))
        with pytest.raises(UserError, match=f"share 1/4 by process {process.pid} on "):
            sweep(of, folder)
        assert len(list(folder.rglob(".part-*.partial-*@*"))) == 1, "the file that it is about to put"
        process.kill()
    assert told(folder) == (3 + 8, 2)
    sweep(of, folder, share=(1, 4))
    assert told(folder) == (8 + 8, 2)
    notes: list[str] = []
    sweep(of, folder, note=notes.append)
    assert sum("left unfinished by a process that is gone: removed" in note for note in notes) == 1
    assert files(folder) == files(sweep(of, tmp_path / "w", part_units=2)) and not list(folder.rglob(".*"))


@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize("hurt", ["torn", "damaged"])
def test_a_line_that_is_not_whole_does_not_count(hurt, again, copied, whole):
    journal = copied / "shares" / "1-of-3.jsonl"
    first, second = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(first + (second[:90] if hurt == "torn" else b"nonsense\n" + second[:90]))
    assert sorted(read_journal(copied).parts) == [0, 2]
    if again:
        made(copied, 1)
        assert told(copied) == (3, 2) and read_lines(journal).sound
    merged(copied)
    assert files(copied) == whole and told(copied) == (PARTS, 0)


def test_a_share_that_is_made_does_not_fail_by_another_ones_journal(copied, capsys):
    (copied / "shares" / "1-of-3.jsonl").write_bytes(b"nonsense\nnonsense\n")
    assert made(copied, 3) == ["all 8 runs of share 3/3 are there: nothing to do"]
    assert how_far(copied, "3/3", Terminal()) == {}
    assert "1-of-3.jsonl:1: is damaged" in capsys.readouterr().err
    with pytest.raises(UserError, match="is damaged"):
        how_far(copied, None, Terminal())


@pytest.mark.parametrize("again", [True, False])
def test_a_part_with_another_hash_is_made_anew(again, copied, whole):
    file = copied / "runs" / "part-000003.parquet"
    file.write_bytes(b"x" + file.read_bytes()[1:])
    notes = made(copied, 1) if again else merged(copied)
    assert f"{file} is damaged; part 3 is made anew" in notes
    assert len(read_lines(copied / "shares" / "1-of-3.jsonl").parts) == (2 if again else 0)
    merged(copied)
    assert files(copied) == whole


def test_a_share_of_another_model_is_refused(copied, monkeypatch):
    before = {path: path.read_bytes() for path in copied.rglob("*") if path.is_file()}
    monkeypatch.setattr(driver, "model", lambda: "f" * 16)
    with pytest.raises(UserError, match="share 2/3: model: found f{16}; allowed: "):
        made(copied, 2)
    assert all(path.read_bytes() == content for path, content in before.items())
    assert told(copied) == (3, 2)


# Larger, and apart


def test_a_sweep_is_enlarged_when_it_is_merged(copied, whole):
    with pytest.raises(UserError, match=r"--extend: found shares in .*, of which 2 are not merged; allowed: "):
        sweep(KEPT, copied, extend=2)
    for wrong in ({"share": (1, 2), "extend": 2}, {"merge": [copied], "extend": 2}, {"merge": ["x"], "share": "1/2"}):
        with pytest.raises(UserError, match="one of them at a time"):
            sweep(KEPT, copied, **wrong)
    merged(copied)
    with pytest.raises(KeyboardInterrupt):
        sweep(KEPT, copied, extend=2, progress=interrupt)
    made(copied, 1, 2, of=2)
    assert told(copied) == (2 * PARTS, 2)
    merged(copied)
    assert {name: files(copied)[name] for name in whole} == whole and len(files(copied)) == 2 * len(whole)


def interrupt(_):
    raise KeyboardInterrupt


def test_folders_that_were_made_apart_are_joined(tmp_path, whole):
    for number in (1, 2):
        made(tmp_path / f"a{number}", number, of=2)
    file = tmp_path / "a2" / "bins" / "part-000001.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    notes = merged(tmp_path / "s", tmp_path / "a1", tmp_path / "a2")
    assert f"{file} is damaged; part 1 is made anew" in notes
    assert [f"parts taken over from {tmp_path / a}: {n}" for n, a in ((3, "a1"), (1, "a2"))] == [
        note for note in notes if "taken over from" in note]  # fmt: skip
    assert files(tmp_path / "s") == whole and told(tmp_path / "s") == (PARTS, 0)
    # one into another, and again: then there is nothing to be had
    assert merged(tmp_path / "a1", tmp_path / "a2") and files(tmp_path / "a1") == whole
    assert merged(tmp_path / "a1", tmp_path / "s")[0] == f"parts taken over from {tmp_path / 's'}: 0"


def test_what_was_made_apart_in_an_older_format_is_joined_in_that(copied, tmp_path):
    manifest = json.loads((copied / "manifest.json").read_text())
    (copied / "manifest.json").write_text(json.dumps(manifest | {"format_version": 1}))
    merged(tmp_path / "new", copied)
    assert json.loads((tmp_path / "new" / "manifest.json").read_text())["format_version"] == 1


def test_a_foreign_journal_reaches_tables_alone(copied, tmp_path):
    manifest = (copied / "manifest.json").read_bytes()
    record = {"bytes": len(manifest), "sha256": hashlib.sha256(manifest).hexdigest()}
    line = {**read_journal(copied).parts[0], "part": 1, "files": {"manifest.json": record}}
    (copied / "shares" / "2-of-3.jsonl").write_text(json.dumps(line) + "\n")
    assert f"parts taken over from {copied}: 3" in merged(tmp_path / "new", copied)
    assert (tmp_path / "new" / "manifest.json").read_bytes() != manifest and told(tmp_path / "new") == (PARTS, 0)


def test_what_was_made_apart_otherwise_is_refused(copied, tmp_path):
    place = tmp_path / "new"
    apart = sweep(with_curves("quantiles", replicates=2, seed=5), tmp_path / "a", part_units=2, share=(1, 5))
    with pytest.raises(UserError, match=r"a: seed: found 5 -> 1921"):
        merged(place, copied, apart)
    cut = sweep(KEPT, tmp_path / "c", part_units=3, share=(1, 5))
    with pytest.raises(UserError, match=r"c: plan.part_units: found 3; allowed: 2, as in .*s"):
        merged(place, copied, cut)
    with pytest.raises(UserError, match="nowhere: there is no such folder"):
        merged(place, copied, tmp_path / "nowhere")
    of_another_model(copied)
    with pytest.raises(UserError, match=r"s: model: found rows of model f{16} .*run 0, performance: stored 0\.5, now"):
        merged(place, copied)
    assert not place.exists()
    made(place, 1)
    with pytest.raises(UserError, match=r"c: plan.part_units: found 3; allowed: 2, as in .*new"):
        merged(place, cut)
    assert told(place) == (2, 1)


def of_another_model(folder: Path) -> None:
    """Have another model's hash in a folder, and in one row what that gave; the journal names it."""
    manifest, journal = folder / "manifest.json", folder / "shares" / "1-of-3.jsonl"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"model": "f" * 16}))
    file = folder / "runs" / "part-000000.parquet"
    rows = pq.read_table(file)
    place = rows.column_names.index("performance")
    is_first = pa.array([number == 0 for number in range(len(rows))])
    pq.write_table(rows.set_column(place, "performance", pc.if_else(is_first, 0.5, rows["performance"])), file)
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    content = file.read_bytes()
    lines[0]["files"]["runs/part-000000.parquet"] = {
        "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}  # fmt: skip
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_a_manifest_names_the_models_of_what_was_joined(copied, tmp_path, whole):
    manifest = json.loads((copied / "manifest.json").read_text())
    (copied / "manifest.json").write_text(json.dumps(manifest | {"model": "f" * 16}))
    notes = merged(tmp_path / "new", copied)
    assert "gave what is stored, to the last bit" in notes[0] and files(tmp_path / "new") == whole
    assert json.loads((tmp_path / "new" / "manifest.json").read_text())["models"] == ["f" * 16]


@pytest.mark.exhaustive
def test_sixteen_shares_some_killed_some_repeated(tmp_path):
    of, folder = experiment(POINTS), tmp_path / "s"
    whole = files(sweep(of, tmp_path / "w", part_units=2))
    killed = (3, 6, 9, 12)
    running = [begin(folder, f"{number}/16", 2 if number in killed else 0) for number in range(1, 17)]
    running += [begin(folder, "5/16", 0)]  # the same one twice: refused, or nothing is left for it
    for number, process in enumerate(running, start=1):
        with process:
            if number in killed:
                assert process.stdout.readline() == "waiting\n"
                process.kill()
            _, err = process.communicate()
            twice = number in (5, 17) and "share 5/16 is being made: process " in err
            assert process.returncode == (-9 if number in killed else 0) or twice, err
    assert told(folder) == (30 - len(killed), 16)
    for number in killed[::2]:
        with begin(folder, f"{number}/16", 0) as process:
            _, err = process.communicate()
            assert process.returncode == 0, err
    both = [begin(folder, "", 0) for _ in range(2)]  # two sweeps, each of which would merge
    said = [process.communicate()[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 0], [0, 1]) and (codes == [0, 0] or "another sweep writes here: " in "".join(said))
    assert files(folder) == whole and not list(folder.rglob(".*")) and told(folder) == (30, 0)
