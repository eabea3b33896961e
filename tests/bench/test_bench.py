"""The driver of ``make bench``: what it writes, how it sums up, and that it fails where bits differ."""

from __future__ import annotations

import gc
import json
import math
import sys
from pathlib import Path

import pytest

from experiments.bench import processes
from experiments.bench.__main__ import main
from experiments.bench.measure import Timing, Unequal, compare, ratio, seconds, slope, synthetic
from experiments.bench.report import Entry, entry
from sim.engines import compiled
from sim.engines.trajectory import Trajectory
from sim.world.build import World, build

#: Names that others rely on.
NAMED = {
    "compiled_over_reference", "two_threads_over_one", "compiled_over_peer", "scaling_slope",
}  # fmt: skip


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what makes times comparable: most of a quick bench is the collection of garbage before each."""
    monkeypatch.setattr(gc, "collect", lambda: 0)


@pytest.mark.usefixtures("hasty")
def test_quick_writes_everything(tmp_path: Path) -> None:
    assert main(["--quick", "--engine", "reference", "--out", str(tmp_path)]) == 0
    entries = [Entry(**one) for one in json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))]
    assert {e.name for e in entries} >= NAMED
    assert len({e.name for e in entries}) == len(entries)
    for e in entries:
        assert e.min <= e.median <= e.max and math.isfinite(e.min + e.max) and e.unit
    machine = json.loads((tmp_path / "machine.json").read_text(encoding="utf-8"))
    assert machine["engine"] == "reference" and machine["cores"] >= 1
    assert {file.name for file in tmp_path.iterdir()} == {
        "bench.json", "machine.json", "rounds.csv", "scaling.csv", "table.md", "scaling.png", "scaling.svg",
    }  # fmt: skip
    table = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert all(name in table for name in NAMED) and "run_mesa" in table


@pytest.mark.usefixtures("hasty")
def test_other_bits_are_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = compiled.simulate

    def last_bit(world: World, replicate: int, *arguments: object, **more: object) -> Trajectory:
        trajectory = honest(world, replicate)
        trajectory.values[-1, 0, 3] = math.nextafter(trajectory.values[-1, 0, 3], 2.0)
        return trajectory

    monkeypatch.setattr(compiled, "simulate", last_bit)
    assert main(["--quick", "--engine", "compiled", "--out", str(tmp_path / "out")]) == 1
    assert "other bits" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_unknown_engine_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick", "--engine", "compield", "--out", str(tmp_path / "out")]) == 2
    assert "compiled" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_compare() -> None:
    compare({"a": ["1", "2"], "b": ["1"], "c": []})
    for other in (["2"], ["1", "3"]):
        with pytest.raises(Unequal):
            compare({"a": ["1", "2"], "b": other})


def _timing(number: int, name: str, took: float, committees: int = 84) -> Timing:
    return Timing(number, name, committees, 24, 1, took, took)


def test_ratios_are_taken_within_rounds() -> None:
    """A machine that is twice as slow in one round does not touch the ratio."""
    timings = [
        _timing(0, "slow", 4.0), _timing(0, "fast", 1.0), _timing(1, "slow", 10.0), _timing(1, "fast", 2.0),
        _timing(2, "slow", 3.0), _timing(2, "fast", 1.0),
    ]  # fmt: skip
    assert ratio(timings, "slow", "fast") == (4.0, 3.0, 5.0)
    assert seconds(timings, "slow") == [4.0, 10.0, 3.0]
    assert entry("x", ratio(timings, "slow", "fast"), "times") == Entry("x", 4.0, 3.0, 5.0, "times")


def test_slope() -> None:
    timings = [
        _timing(number, "compiled", (1 + number) * (24 * n) ** power, n)
        for number, power in enumerate((1.0, 1.1)) for n in (84, 735, 100_000)
    ]  # fmt: skip
    assert slope([*timings, _timing(0, "reference", 7.0)], "compiled") == pytest.approx((1.05, 1.0, 1.1))


def test_worlds_grow() -> None:
    for size in (84, 735, 2_000):
        world = build(synthetic(size, 24))
        assert len(world.months) == 24 and abs(len(world.committees) / size - 1.0) < 0.05


def test_a_process_is_measured() -> None:
    program = "import time; print(1, flush=True); time.sleep(0.3); x = bytearray(90 << 20)"
    usage = processes.launched([sys.executable, "-c", program])
    assert 0.0 < usage.first < usage.seconds - 0.25
    assert 90 < usage.peak_mib < 140
    with pytest.raises(processes.Failed, match="ZeroDivisionError"):
        processes.launched([sys.executable, "-c", "1 / 0"])
