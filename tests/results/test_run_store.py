"""Storing: what goes in comes out, and whatever goes wrong leaves no half result."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from sim.engines.trajectory import AUTHORITIES, COMMITTEE_FIELDS, KINDS, REASONS, SEAT_NAMES, Event, Trajectory, encode
from sim.errors import UserError
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.results import atomic, run_store
from sim.results.result import open_result
from sim.results.run_rows import COMMITTEES, EVENTS, event_rows, monthly_rows, monthly_schema
from sim.results.run_store import new_result


def everything(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_goes_in_comes_out(stored, trajectory, places, tmp_path):
    result = open_result(stored(tmp_path / "r"))
    trajectories = [trajectory(0), trajectory(1)]
    monthly = result.monthly()
    assert list(monthly.columns) == ["replicate", "month", "scope", *OUTCOMES]
    values = np.concatenate([t.values.reshape(-1, len(OUTCOMES)) for t in trajectories])
    np.testing.assert_array_equal(monthly.iloc[:, 3:].to_numpy(), values)
    assert monthly["scope"].tolist() == [*SCOPES] * 6
    assert monthly["month"].dt.strftime("%Y-%m").tolist() == [m for t in trajectories for m in t.months for _ in SCOPES]
    assert monthly["replicate"].tolist() == [0] * 15 + [1] * 15

    committees = result.committees()
    assert committees.loc[4, ["committee", "level", "unit_class"]].tolist() == ["Tver", "guberniia", "agrarian"]
    states = np.concatenate([t.committees.reshape(-1, len(COMMITTEE_FIELDS)) for t in trajectories])
    np.testing.assert_array_equal(committees[[*COMMITTEE_FIELDS]].to_numpy(), states)

    events = result.events()
    assert events.loc[1, "committee":"authority"].tolist() == ["Tver uezd 1", "uezd", "bureau1", 7, 9, "confirmed", ""]
    assert events["value"].isna().tolist() == [True, False, False] * 2
    assert events["other"].tolist() == [-1, 9, -1] * 2


@given(st_numpy.arrays(np.float64, (2, len(SCOPES), len(OUTCOMES))))
def test_every_float_survives(values):
    rows = monthly_rows(3, Trajectory(["1921-12", "1922-01"], values))
    back = np.column_stack([rows[name].to_numpy() for name in OUTCOMES])
    flat = values.reshape(back.shape)
    known = ~np.isnan(flat)
    assert (back.view(np.uint64)[known] == np.ascontiguousarray(flat).view(np.uint64)[known]).all()
    assert np.isnan(back[~known]).all()
    assert sum(rows[name].null_count for name in OUTCOMES) == (~known).sum()


identities = st.integers(-1, 2**63 - 1)
made_up_events = st.builds(
    Event, st.sampled_from(["1925-04", "1925-05"]), st.sampled_from(KINDS),
    st.sampled_from(["Tver", "Tver uezd 1", ""]), st.just(""), st.sampled_from(SEAT_NAMES),
    identities, identities, st.sampled_from(REASONS), st.sampled_from(AUTHORITIES), st.floats(),
)  # fmt: skip


@given(st.lists(made_up_events))
def test_every_event_survives(events):
    places = [SimpleNamespace(name="Tver", level="guberniia"), SimpleNamespace(name="Tver uezd 1", level="uezd")]
    levels = {"Tver": "guberniia", "Tver uezd 1": "uezd", "": "centre"}
    events = [event._replace(level=levels[event.committee]) for event in events]
    log = encode(events, ["1925-04", "1925-05"], places)
    assert str(list(log)) == str(events)
    rows = event_rows(0, log).to_pylist()
    assert [tuple(row[name] for name in Event._fields[1:-1]) for row in rows] == [event[1:-1] for event in events]
    assert [row["month"].isoformat()[:7] for row in rows] == [event.month for event in events]


def test_a_trace_of_the_wrong_shape_is_refused(trajectory):
    wrong = trajectory()
    wrong.months.append("1930-01")
    with pytest.raises(ValueError, match="does not fit"):
        monthly_rows(0, wrong)


def test_encodings(stored, tmp_path):
    folder = stored(tmp_path / "r")
    for name, schema in (("monthly", monthly_schema()), ("events", EVENTS), ("committees", COMMITTEES)):
        file = pq.ParquetFile(folder / f"{name}.parquet")
        assert file.schema_arrow == schema
        for index, field in enumerate(schema):
            column = file.metadata.row_group(0).column(index)
            assert column.compression == "ZSTD"
            wanted = "BYTE_STREAM_SPLIT" if field.type == "double" else "RLE_DICTIONARY"
            assert wanted in column.encodings, field.name


def test_rows_are_written_as_they_come(trajectory, places, tmp_path, monkeypatch):
    monkeypatch.setattr(run_store, "ROW_GROUP", 40)
    with pytest.raises(ZeroDivisionError), new_result(tmp_path / "r", "test") as writer:
        for replicate in range(9):
            writer.add(replicate, trajectory(replicate), places)
            waiting = writer._tables["monthly"]._rows
            assert waiting == 15 * (replicate % 3 + 1) % 45, "three replicates of 15 rows fill a group of 40"
        raise ZeroDivisionError
    assert not everything(tmp_path)


def test_the_same_traces_give_the_same_bytes(stored, tmp_path):
    first, second = (open_result(stored(tmp_path / name)).manifest["files"] for name in "ab")
    assert first == second


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_an_error_leaves_nothing(error, trajectory, places, tmp_path):
    with pytest.raises(error), new_result(tmp_path / "r", "test") as writer:
        writer.add(0, trajectory(), places)
        assert [name.partition("@")[0] for name in everything(tmp_path)] == [f".r.partial-{os.getpid()}"]
        raise error
    assert not everything(tmp_path)


KILLED = """
import os, signal, sys
from pathlib import Path
from sim.results.run_store import new_result
with new_result(Path(sys.argv[1]) / "r", "test"):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_has_left_is_removed_by_the_next_that_writes_there(stored, tmp_path, caplog):
    subprocess.run([sys.executable, "-c", KILLED, tmp_path])
    (left,) = everything(tmp_path)
    assert left.startswith(".r.partial-")
    stored(tmp_path / "other")
    assert everything(tmp_path) == ["other"] and f"{left} was left unfinished by a process that is gone" in caplog.text


def test_what_others_are_writing_stays(stored, tmp_path, caplog):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    mine, theirs = atomic.machine(), "0" * 6
    kept = [f".a.partial-{os.getpid()}-2@{mine}", f".a.partial-{gone.pid}@{theirs}", f".b.partial-{gone.pid}",
            ".partial-thesis"]  # fmt: skip
    for name in (*kept, f".old.partial-{gone.pid}"):
        (tmp_path / name).mkdir()
    os.utime(tmp_path / f".old.partial-{gone.pid}", (1, 1))  # by an earlier version, long ago
    stored(tmp_path / "r")
    assert everything(tmp_path) == sorted([*kept, "r"]) and len(caplog.records) == 1


def test_no_manifest_no_result(tmp_path):
    with pytest.raises(RuntimeError, match="manifest"), new_result(tmp_path / "r", "test") as writer:
        writer.close_tables()
    assert not everything(tmp_path)


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("at", ["write_table", "footer", "manifest", "fsync", "rename"])
def test_a_full_disk_leaves_nothing(at, stored, tmp_path, monkeypatch):
    def full(*_, **__):
        raise FULL

    place = {
        "write_table": (pq.ParquetWriter, "write_table"),
        "footer": (pq.ParquetWriter, "close"),
        "manifest": (Path, "write_text"),
        "fsync": (os, "fsync"),
        "rename": (Path, "rename"),
    }[at]
    with monkeypatch.context() as patch:
        patch.setattr(*place, full)
        with pytest.raises(UserError, match=r"/r: cannot be written: no space left on the disk"):
            stored(tmp_path / "r")
    assert not everything(tmp_path)


SMALL_DISK = """
import sys, numpy as np
from pathlib import Path
from types import SimpleNamespace
from sim.engines.trajectory import Trajectory
from sim.errors import UserError
from sim.registry.outcomes import OUTCOMES
from sim.registry.entries import SCOPES
from sim.results import run_store
folder = Path(sys.argv[1])
run_store.ROW_GROUP = 1000
try:
    with run_store.new_result(folder / "r", "test") as writer:
        for replicate in range(1000):
            values = np.random.default_rng(replicate).random((108, len(SCOPES), len(OUTCOMES)))
            writer.add(replicate, Trajectory([f"{1921 + i // 12}-{i % 12 + 1:02d}" for i in range(108)], values), [])
except UserError as error:
    print(replicate, error, [path.name for path in folder.iterdir()], sep="|")
"""


def test_a_disk_that_really_is_full(tmp_path):
    mount = f'mount -t tmpfs -o size=2m none "{tmp_path}" && exec "{sys.executable}" -c "$0" "{tmp_path}"'
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a small disk")
    done = subprocess.run(["unshare", "-rm", "sh", "-c", mount, SMALL_DISK], capture_output=True, text=True)
    if "mount" in done.stderr and done.returncode == 32:
        pytest.skip("this system lets nobody mount a small disk")
    replicate, message, left = done.stdout.strip().split("|")
    assert done.returncode == 0 and not done.stderr
    assert 1 < int(replicate) < 100
    assert message == f"{tmp_path}/r: cannot be written: no space left on the disk; nothing was stored"
    assert left == "[]"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: f.write_text(""), "found a file; allowed: the name of a new folder"),
        (lambda f: (f.mkdir(), (f / "notes.txt").write_text("")), "found a folder with other files in it"),
        (lambda f: f.symlink_to(f.parent / "nowhere" / "else"), None),
    ],
    ids=["file", "folder", "dangling link"],
)
@pytest.mark.parametrize("force", [False, True])
def test_what_is_there_is_not_touched(make, message, force, stored, tmp_path):
    make(tmp_path / "r")
    if message is None:
        assert stored(tmp_path / "r", force=force) == tmp_path / "nowhere" / "else"
        return
    with pytest.raises(UserError, match=message):
        stored(tmp_path / "r", force=force)
    assert everything(tmp_path) == ["r"]


def test_an_empty_folder_is_taken(stored, tmp_path):
    (tmp_path / "r").mkdir()
    assert open_result(stored(tmp_path / "r")).path == tmp_path / "r"


def test_below_a_file_nothing_can_be_written(stored, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written: (Not a directory|File exists)"):
        stored(tmp_path / "file" / "r")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(stored, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="cannot be written: Permission denied"):
        stored(tmp_path / "r")


def test_the_current_folder_is_refused(stored, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="the current folder itself"):
        stored(Path("."))


def test_an_earlier_result_is_replaced_only_by_force(stored, tmp_path):
    folder = stored(tmp_path / "r", replicates=1)
    (folder / "figures").mkdir()
    with pytest.raises(UserError, match="found an earlier result; allowed: a new folder, or --force"):
        stored(folder)
    assert open_result(folder).manifest["replicates"] == 1
    assert open_result(stored(folder, replicates=2, force=True)).manifest["replicates"] == 2
    assert everything(tmp_path) == ["r"]


def test_force_does_not_delete_what_skloki_did_not_write(stored, tmp_path):
    folder = stored(tmp_path / "r")
    (folder / "chapter.docx").write_text("three years of work")
    with pytest.raises(UserError, match="other files"):
        stored(folder, force=True)
    assert (folder / "chapter.docx").exists()


def test_a_forced_run_that_fails_keeps_the_old_result(stored, trajectory, places, tmp_path, monkeypatch):
    folder = stored(tmp_path / "r", replicates=1)
    rename = Path.rename

    def second_fails(self, target):
        if ".partial-" in self.name:
            raise FULL
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", second_fails)
        with pytest.raises(UserError):
            stored(folder, force=True)
    with pytest.raises(KeyboardInterrupt), new_result(folder, "test", force=True) as writer:
        writer.add(0, trajectory(), places)
        raise KeyboardInterrupt
    assert open_result(folder).manifest["replicates"] == 1
    assert everything(tmp_path) == ["r"]


def test_who_comes_second_does_not_overwrite(stored, trajectory, places, tmp_path):
    with pytest.raises(UserError, match="an earlier result"), new_result(tmp_path / "r", "test") as writer:
        stored(tmp_path / "r", replicates=1)
        writer.close_tables()
        writer.finish(open_result(tmp_path / "r").manifest | {"replicates": 5})
    assert open_result(tmp_path / "r", verify=True).manifest["replicates"] == 1
    assert everything(tmp_path) == ["r"]


def test_default_folders_of_one_second_get_numbers(stored, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run_store, "default_folder", lambda name: Path("results/runs") / f"{name}-19231215-120000")
    assert stored(None).name == "test-19231215-120000"
    assert stored(None).name == "test-19231215-120000-2"
    # Both have looked for a free name before either has finished.
    together = threading.Barrier(2)
    sync = atomic._sync_tree
    monkeypatch.setattr(atomic, "_sync_tree", lambda folder: (together.wait(5), sync(folder)))
    names: list[str] = []
    threads = [threading.Thread(target=lambda: names.append(stored(None).name)) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(names) == ["test-19231215-120000-3", "test-19231215-120000-4"]
    assert len(everything(tmp_path / "results" / "runs")) == 4
