"""The folder of a sweep: whole or not at all, one writer, and mended where it was hurt."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sim.errors import UserError
from sim.results import sweep_locks
from sim.results import sweep_store as module
from sim.results.atomic import write_whole
from sim.results.folder import MANIFEST
from sim.results.sweep_locks import LOCK, Share, holder, locked
from sim.results.sweep_store import SWEEP, _link, begun, read_journal
from sim.runner.progress import status
from sim.runner.sweep import sweep
from tests.tiny import experiment, files, with_curves


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Give a finished sweep's folder; not to be changed."""
    return sweep(with_curves("quantiles"), tmp_path_factory.mktemp("whole") / "s", part_units=4)


@pytest.fixture
def copied(whole, tmp_path):
    """Give a copy of the finished sweep."""
    for file in whole.rglob("*"):
        if file.is_file():
            (tmp_path / "s" / file.relative_to(whole)).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "s" / file.relative_to(whole)).write_bytes(file.read_bytes())
    return tmp_path / "s"


def again(folder):
    """Sweep again; return the remarks."""
    notes: list[str] = []
    sweep(with_curves("quantiles"), folder, note=notes.append)
    return notes


def test_the_manifest_tells_how_the_rows_came_about(whole):
    manifest = json.loads((whole / "manifest.json").read_text())
    known = with_curves("quantiles")
    assert (manifest["format"], manifest["format_version"]) == ("skloki-sweep", 2)
    assert manifest["experiment"] == known.record()
    assert manifest["fingerprint"] == known.fingerprint()
    assert manifest["plan"] == {
        "blocks": [{"points": [0, 5], "replicates": [0, 3]}], "combinations": 4, "part_units": 4,
    }  # fmt: skip
    assert manifest["months"][0::11] == ["1921-01", "1921-12"]
    assert manifest["columns"]["outcomes"] == [list(column) for column in known.columns()]
    assert manifest["versions"]["python"] and len(manifest["model"]) == 16 and len(manifest["draws"]) == 1


def test_the_journal_names_every_file(whole):
    entries, sound = read_journal(whole).parts, read_journal(whole).sound
    assert sound and set(entries) == {0, 1, 2, 3}
    named = {name: record for entry in entries.values() for name, record in entry["files"].items()}
    assert set(named) == set(files(whole))
    assert {name: record["bytes"] for name, record in named.items()} == {n: len(c) for n, c in files(whole).items()}
    assert [entries[part]["runs"] for part in range(4)] == [16, 16, 16, 12]


def test_nothing_is_done_twice(copied):
    before = {path: path.stat().st_mtime_ns for path in copied.rglob("*.parquet")}
    assert again(copied) == ["all 60 runs are there: nothing to do"]
    assert {path: path.stat().st_mtime_ns for path in copied.rglob("*.parquet")} == before


@pytest.mark.parametrize("hurt", ["deleted", "shortened", "one bit"])
@pytest.mark.parametrize("table", ["runs", "bins"])
def test_a_part_that_was_hurt_is_made_anew(hurt, table, whole, copied):
    file = copied / table / "part-000002.parquet"
    content = bytearray(file.read_bytes())
    if hurt == "deleted":
        file.unlink()
    elif hurt == "shortened":
        file.write_bytes(content[:-7])
    else:
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    (note,) = again(copied)
    assert note == f"{file} is {'missing' if hurt == 'deleted' else 'damaged'}; part 2 is made anew"
    assert files(copied) == files(whole)
    assert again(copied) == ["all 60 runs are there: nothing to do"]


@pytest.mark.parametrize("keep", [0, 1, 150, -1])
def test_a_torn_last_line_does_not_count(keep, whole, copied):
    lines = (copied / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (copied / "journal.jsonl").write_bytes(b"".join(lines[:3]) + lines[3][:keep])
    assert status(copied).parts == 3
    again(copied)
    assert files(copied) == files(whole)
    entries, sound = read_journal(copied).parts, read_journal(copied).sound
    assert sound and len(entries) == 4
    assert (copied / "journal.jsonl").read_bytes().startswith(b"".join(lines[:3]))


@pytest.mark.parametrize("line", [b"nonsense\n", b'{"part": 1}\n', b"\x00\xff\n", b'{"part":9,"files":{"../x":{}}}\n'])
def test_a_damaged_line_is_mended(line, copied):
    lines = (copied / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (copied / "journal.jsonl").write_bytes(lines[0] + line + b"".join(lines[1:]))
    said = "journal.jsonl:2 was damaged; the part that it stood for is made anew, unless another has it"
    assert f"{copied}/{said}" in again(copied)
    assert sorted((copied / "journal.jsonl").read_bytes().splitlines()) == sorted(b"".join(lines).splitlines())


def test_what_a_killed_process_has_left_is_removed(copied):
    for name in (".manifest.json", "runs/.part-000001.parquet", "bins/.part-000001.parquet"):
        (copied / f"{name}.partial-12").write_text("half")
    assert sum("left unfinished by a process that is gone: removed" in note for note in again(copied)) == 3
    assert not list(copied.rglob(".*"))


def test_a_folder_that_was_left_before_its_manifest_is_a_new_one(tmp_path):
    (tmp_path / "s" / "runs").mkdir(parents=True)
    (tmp_path / "s" / LOCK).touch()
    (tmp_path / "s" / ".manifest.json.partial-1").write_text("half")
    assert status(sweep(experiment(1, 1), tmp_path / "s")).finished


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda place: place.write_text("x"), "a file"),
        (lambda place: (place.mkdir(), (place / "thesis.odt").touch()), "a folder with other files in it"),
        (lambda place: (place.mkdir(), (place / "manifest.json").write_text('{"format": "skloki-result"}')),
         "this is not the manifest of a sweep"),
        (lambda place: (place.mkdir(), (place / "manifest.json").write_text('{"format":')), "is damaged"),
    ],
)  # fmt: skip
def test_nothing_else_is_written_into(make, found, tmp_path):
    make(tmp_path / "s")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=found):
        sweep(experiment(1), tmp_path / "s")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["manifest.json", "journal.jsonl"])
def test_what_cannot_be_read_is_named(name, copied):
    (copied / name).unlink()
    (copied / name).mkdir()
    with pytest.raises(UserError, match=f"{name}: cannot be read: Is a directory"):
        status(copied)


# One writer


def test_a_second_sweep_is_refused_and_the_first_is_named(copied):
    held = "import sys, time; from pathlib import Path; from sim.results.sweep_locks import locked\n"
    held += "with locked(Path(sys.argv[1]), print): print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", held, str(copied)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        assert holder(copied).startswith(f"process {other.pid} on ")
        with pytest.raises(UserError, match=f"another sweep writes here: process {other.pid} on "):
            again(copied)
        other.stdin.close()
    assert holder(copied) == ""
    assert again(copied)


def test_a_look_does_not_stand_in_the_way(copied):
    with (copied / LOCK).open("rb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        with pytest.raises(UserError), locked(copied, print):
            pass
    with locked(copied, print):
        assert status(copied).writer == f"process {os.getpid()} on {os.uname().nodename}"


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP])
def test_where_a_file_system_knows_no_locks_that_is_said(number, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(sweep_locks.fcntl, "flock", refuse)
    for share in (None, Share(1, 2), None):  # what is left of one stands in nobody's way
        notes: list[str] = []
        with locked(tmp_path, notes.append, share):
            assert holder(tmp_path) == ""
        assert len(notes) == 1 and "this file system knows no locks" in notes[0]


def test_where_a_system_has_no_such_locks_a_library_does(tmp_path, monkeypatch):
    monkeypatch.setattr(sweep_locks, "HAS_FLOCK", False)
    with locked(tmp_path, print):
        with pytest.raises(UserError, match="another sweep writes here"), locked(tmp_path, print):
            pass
        assert holder(tmp_path).startswith(f"process {os.getpid()}")
    assert holder(tmp_path) == ""


def test_a_lock_that_one_may_not_take_is_no_missing_lock(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(sweep_locks.fcntl, "flock", refuse)
    with pytest.raises(UserError, match=r"sweep.lock: cannot be locked: Input/output error"), locked(tmp_path, print):
        pass


def test_a_writer_is_seen_by_who_may_only_read(copied, monkeypatch):
    with locked(copied, print):
        (copied / LOCK).chmod(0o444)
        opened = Path.open

        def read_only(path, mode="r", *rest, **how):
            if path.name == LOCK and mode != "rb":
                raise PermissionError(errno.EACCES, "Permission denied")
            return opened(path, mode, *rest, **how)

        monkeypatch.setattr(Path, "open", read_only)
        assert holder(copied).startswith(f"process {os.getpid()}")


def test_a_share_that_meets_another_ones_manifest_goes_on(copied, monkeypatch):
    """Between the two looks of `begun` another share begins the sweep."""
    exists, looks = Path.exists, []

    def late(path, **how):
        looks.append(path.name == MANIFEST)
        return exists(path, **how) and (path.name != MANIFEST or sum(looks) > 1)

    monkeypatch.setattr(Path, "exists", late)
    found = begun(copied)
    assert found is not None and found["format"] == SWEEP.name and sum(looks) == 2


def test_without_links_one_of_two_begins_a_sweep(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    path, gate, replace, at_once = tmp_path / "manifest.json", threading.Barrier(2), os.replace, []

    def slowly(one, other):
        at_once.append(path.exists())
        time.sleep(0.05)
        replace(one, other)

    monkeypatch.setattr(os, "replace", slowly)

    def begin(content: bytes) -> None:
        gate.wait()
        write_whole(path, content, _link)

    threads = [threading.Thread(target=begin, args=(content,)) for content in (b"one", b"two")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert at_once == [False] and path.read_bytes() in (b"one", b"two")
    assert [one.name for one in tmp_path.iterdir() if not one.name.startswith(".")] == ["manifest.json"]


# Full disks


@pytest.fixture
def full(monkeypatch):
    """Have writes fail after so many calls: full("fsync", 5)."""

    def after(name: str, calls: int, reason: int = errno.ENOSPC) -> None:
        real, left = getattr(os, name), [calls]

        def failing(*given):
            left[0] -= 1
            if left[0] < 0:
                raise OSError(reason, os.strerror(reason))
            return real(*given)

        monkeypatch.setattr(module.os, name, failing)

    return after


FSYNC = [("fsync", number) for number in (0, 1, 4, 5, 6, 7, 8, 9, 10, 11)]
REPLACE = [("replace", number) for number in (0, 1, 4, 5, 6, 7, 8)]


@pytest.mark.parametrize(("call", "calls"), [
    pytest.param(*one, marks=[] if calls.index(one) in (0, 5) else pytest.mark.exhaustive)
    for calls in (FSYNC, REPLACE) for one in calls
])  # fmt: skip
def test_a_full_disk_keeps_what_is_finished(call, calls, full, whole, tmp_path, monkeypatch):
    with monkeypatch.context():
        full(call, calls)
        with pytest.raises(UserError, match="no space left on the disk; free some space") as refused:
            sweep(with_curves("quantiles"), tmp_path / "s", part_units=4)
        assert len(refused.value.problems) == 1
        monkeypatch.undo()
    assert not list(tmp_path.rglob(".*"))
    if (tmp_path / "s" / "manifest.json").exists():
        entries, sound = read_journal(tmp_path / "s").parts, read_journal(tmp_path / "s").sound
        assert sound and len(entries) < 4
        assert all(files(tmp_path / "s")[name] == files(whole)[name] for e in entries.values() for name in e["files"])
    sweep(with_curves("quantiles"), tmp_path / "s", part_units=4)
    assert files(tmp_path / "s") == files(whole)


def test_a_line_that_does_not_fit_leaves_the_journal_as_it_was(copied):
    with (copied / "journal.jsonl").open("ab", buffering=0) as journal:
        before = (copied / "journal.jsonl").read_bytes()

        class Short:
            fileno = journal.fileno

            def write(self, line):
                return journal.write(line[:10])

        with pytest.raises(OSError, match="No space"):
            module._append(Short(), b"x" * 100)
    assert (copied / "journal.jsonl").read_bytes() == before


def test_another_error_of_the_disk_is_named(full, tmp_path):
    full("fsync", 3, errno.EIO)
    with pytest.raises(UserError, match="cannot be written: Input/output error; what is finished is kept"):
        sweep(experiment(1), tmp_path / "s")
