"""A ledger whose making was killed, at any point, and made again by another number of workers: the same bytes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parents[2]
CLAIM = """id = "{id}"
claim = "A small claim"
place = "nowhere"
horizon = "1921-07:1921-12"
end = "1921-12"
[set]
tree = {{ only = ["Moscow", "Tambov"], uezds = 0 }}
[worlds]
recorded = {{}}
other = {{ policy.changes.everywhere = {{ date = "1921-03", rule = "{rule}" }} }}
[estimands.performance]
outcome = "performance"
value = "other - recorded"
claimed = "above"
"""
KILLED = """
import os, re, signal, sys
import sim.runner.claims as running
pattern, left, replace, entry = sys.argv[1], [int(sys.argv[2])], os.replace, running.entry

def reached(what):
    left[0] -= bool(re.search(pattern, str(what)))
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def counted(hidden, path, **how):
    reached(path)
    replace(hidden, path, **how)

def entered(claim, *given, **how):
    reached("reduction of " + claim.id)
    return entry(claim, *given, **how)

os.replace, running.entry = counted, entered
from sim.doors.cli import call
call(sys.argv[3:])
"""
"""Kills itself when it comes so often to something: a file that is about to take its place, or a claim's reduction."""
POINTS = {
    "in the first sweep": (r"\.parquet$", 1),
    "when a sweep is begun": (r"prior-2/[^/]+/manifest\.json$", 2),
    "in the third sweep": (r"\.parquet$", 3),
    "in the last sweep": (r"\.parquet$", 4),
    "before the reduction": ("reduction of x1", 1),
    "in the reduction": ("reduction of x2", 1),
    "before the ledger stands": (r"ledger/README\.md$", 1),
    "when half of the ledger stands": (r"ledger/ledger\.json$", 1),
    "before the ledger's manifest stands": (r"ledger/manifest\.json$", 1),
}
BRIEFLY = ("in the third sweep", "before the ledger's manifest stands")
LEDGER = Path("results", "sweeps", "claims", "ledger")


def asked(folder: Path, workers: int) -> list[str]:
    for name, rule in (("x1", "election"), ("x2", "appointment")):
        (folder / f"{name}-small.toml").write_text(CLAIM.format(id=name, rule=rule))
    return ["claims", "x1-small.toml", "x2-small.toml", "--population", "prior", "--draws", "2", "--workers",
            str(workers), "--quiet"]  # fmt: skip


def made(folder: Path, workers: int, *before: str) -> subprocess.CompletedProcess[bytes]:
    """Make the ledger as a process of its own, which ``before`` may end."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(sim.__file__).parents[1]), str(ROOT)])}
    begun = ["-c", KILLED, *before] if before else ["-m", "sim"]
    return subprocess.run([sys.executable, *begun, *asked(folder, workers)], cwd=folder, env=environment,
                          capture_output=True, check=False)  # fmt: skip


def files(folder: Path) -> dict[str, bytes]:
    """Return the ledger's files, and the rows of all sweeps that it rests on."""
    found = [*(folder / LEDGER).iterdir(), *folder.rglob("*.parquet")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(found)}


def kill(folder: Path, point: str, workers: int) -> None:
    pattern, number = POINTS[point]
    done = made(folder, workers, pattern, str(number))
    assert done.returncode == -signal.SIGKILL, f"{point}: it was not come to: {done.stderr.decode()}"
    if re.search("ledger|reduction", pattern):
        assert len([*folder.rglob("*.parquet")]) == 4, "three worlds, and the one in which figures are counted"


@pytest.mark.exhaustive
def test_killed_twice_and_made_again_it_is_the_same(tmp_path):
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    assert made(tmp_path / "whole", 1).returncode == 0
    for point in BRIEFLY:
        kill(tmp_path / "killed", point, 2)
        with pytest.raises(sim.UserError):
            sim.open(tmp_path / "killed" / LEDGER)
    assert made(tmp_path / "killed", 2).returncode == 0
    assert files(tmp_path / "killed") == files(tmp_path / "whole")
    assert len(files(tmp_path / "whole")) == 9 and not [*tmp_path.rglob(".*")]
    assert len(sim.open(tmp_path / "killed" / LEDGER).claims()) == 2


@pytest.mark.exhaustive
def test_killed_at_any_point_and_made_again_it_is_the_same(tmp_path):
    for folder, workers in (("one", 1), ("three", 3)):
        (tmp_path / folder).mkdir()
        assert made(tmp_path / folder, workers).returncode == 0
    whole = files(tmp_path / "one")
    assert files(tmp_path / "three") == whole
    for number, point in enumerate(POINTS):
        folder = tmp_path / f"killed-{number}"
        folder.mkdir()
        kill(folder, point, 1 + number % 2)
        assert made(folder, 2 - number % 2).returncode == 0
        assert files(folder) == whole, point
