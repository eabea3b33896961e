"""The knock-out and rescue grid: its worlds, what it says of each mechanism, and its price."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sim.claims import grid, told
from sim.claims.load import load_claim, load_claims
from sim.claims.worlds import HISTORY
from sim.doors.cli import call
from sim.errors import UserError
from sim.runner import claims as running
from sim.scenario.load import load

CLAIM = """id = "{id}"
claim = "Elections would have made administration better in a few guberniias"
place = "nowhere"
horizon = "1921-07:1921-12"
end = "1921-12"
grid = ["transfers", "close_race", "economy"]
[set]
tree = {{ only = ["Moscow", "Tambov"], uezds = 0 }}
{off}
[worlds]
recorded = {{}}
election = {{ policy.changes.everywhere = {{ date = "1921-03", rule = "election" }} }}
[estimands.performance]
outcome = "performance"
value = "election - recorded"
claimed = "above"
"""
PERFORMANCE = {"words": "performance, election less what happened", "unit": "share", "smallest": 0.005}


def file(folder: Path, off: str = "", name: str = "x1", text: str = CLAIM) -> Path:
    path = folder / f"{name}-small.toml"
    path.write_text(text.format(id=name, off=off))
    return path


def test_worlds_are_without_each_with_each_alone_and_without_all(tmp_path):
    claim = load_claim(file(tmp_path))
    worlds = {kind: other.worlds["election"] for kind, other in grid.knocked_out(claim).items()}
    off = {kind: set(world["mechanisms"]) for kind, world in worlds.items()}
    every = {"transfers", "close_race", "economy"}
    assert off == {grid.NONE: every, **{f"off {one}": {one} for one in every},
                   **{f"alone {one}": every - {one} for one in every}}  # fmt: skip
    assert all(value is False for world in worlds.values() for value in world["mechanisms"].values())
    assert all(world["policy"] == claim.worlds["election"]["policy"] for world in worlds.values())


def test_worlds_of_the_package_grids_are_sound():
    gridded = [claim for claim in load_claims() if claim.said.grid]
    assert len(gridded) >= 4
    for claim in gridded:
        for other in grid.knocked_out(claim).values():
            for name in other.estimands[0].worlds:
                load({"extends": "historical", "title": "?", **other.worlds[name]})


@dataclass
class Given:
    means: np.ndarray


@pytest.mark.parametrize(("change", "spread", "what"), [
    (0.02, 0.001, grid.RAISES), (-0.02, 0.001, grid.LOWERS), (0.0, 0.001, grid.LITTLE),
    (0.004, 0.0001, grid.LITTLE), (0.006, 0.05, grid.OPEN), (0.0, 0.05, grid.OPEN),
])  # fmt: skip
def test_what_a_mechanism_does_is_said_only_by_two_standard_errors(change, spread, what):
    without = np.linspace(-1.0, 1.0, 41)
    sides = np.where(np.arange(41) % 2, 1.0, -1.0)
    assert grid.does(Given(without + change + spread * sides), Given(without), 0.005) == what
    assert grid.does(Given(without[:1]), Given(without[:1]), 0.005) == grid.OPEN


def row(name: str, off: float, alone: float, does: str, does_alone: str, whole: float = -0.02) -> dict:
    return {"mechanism": name, "off": off, "alone": alone, "with_all": whole, "with_none": 0.001, "does": does,
            "does_alone": does_alone}  # fmt: skip


def test_it_says_which_carry_the_effect_and_which_are_enough():
    rows = [row("close_race", -0.004, -0.018, "lowers", "lowers"), row("transfers", -0.031, 0.001, "raises", "open"),
            row("economy", -0.02, 0.001, "matters little", "matters little"),
            row("skloki", -0.015, -0.004, "open", "lowers")]  # fmt: skip
    said = grid.said(rows, PERFORMANCE)
    assert said.startswith("Performance, election less what happened: on average -2 percentage points with all")
    assert "Carried by close race (without it -0.4 percentage points)." in said
    assert "Enough by itself: close race (with it alone -1.8 percentage points)." in said, "skloki alone are too small"
    assert "Against it works transfers (without it -3.1 percentage points)." in said
    assert "each by less than 0.5 percentage points: economy." in said and "Not told by so few draws: skloki." in said
    none = grid.said([row("economy", -0.02, 0.001, "matters little", "matters little")], PERFORMANCE)
    assert "No single one of them is seen to carry it." in none and "None is seen to be enough by itself." in none


def test_an_effect_that_is_too_small_is_carried_by_nothing():
    rows = [row("close_race", 0.02, -0.018, "lowers", "lowers", 0.001),
            row("transfers", -0.02, 0.01, "raises", "open", 0.001)]  # fmt: skip
    said = grid.said(rows, PERFORMANCE)
    assert "too small to matter either way." in said and "arried" not in said and "nough" not in said
    assert "It is raised by transfers" in said and "It is lowered by close race" in said


def without_history(given):
    real = running.Work.sweeps
    given.setattr(running.Work, "sweeps", lambda work: (one for one in real(work) if one[1].world.name != HISTORY))


def test_from_the_file_to_what_is_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    without_history(monkeypatch)
    monkeypatch.setattr("sim.runner.estimate.TRIED", 0.0)  # no time is asked for
    path = file(tmp_path)
    common = ["claims", str(path), "--population", "prior", "--draws", "3", "--workers", "1", "--quiet"]
    plain = running.prepared([path], over=["prior"], draws=3).missing()
    dear = running.prepared([path], over=["prior"], draws=3, gridded=True).missing()
    assert (plain.grid_runs, plain.runs) == (0, 2 * 6)
    assert dear.runs == plain.runs + dear.grid_runs and dear.grid_sweeps == 2 * 7 and dear.grid_runs == 14 * 6
    assert call([*common, "--grid"]) == 0
    capsys.readouterr()
    work = running.prepared([path], over=["prior"], draws=3, gridded=True)
    assert work.missing().runs == 0
    (entry,) = work.ledger().claims
    assert [one["mechanism"] for one in entry.grid] == ["transfers", "close_race", "economy"]
    # a claim of its own in a world without it says the same, out of the same runs
    other = running.prepared([file(tmp_path, "mechanisms.transfers = false", "x2")], over=["prior"], draws=3)
    other.run()
    (alone,) = other.ledger().claims
    assert entry.grid[0]["off"] == pytest.approx(alone.estimands[0]["populations"]["prior"]["mean"], abs=1e-12)
    assert entry.grid[0]["with_all"] == entry.estimands[0]["populations"]["prior"]["mean"]
    assert call([*common[:-1], "--grid"]) == 0
    out = capsys.readouterr().out
    assert "x1, by mechanisms: Performance: on average" in out
    assert call([*common[:-1], "--grid", "--explain", "x1"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "The superior body moves the most embattled official (transfers): without it" in out
    assert call([*common, "--grid", "--estimate"]) == 0 and "nothing is missing" in capsys.readouterr().out
    page = (tmp_path / "results" / "sweeps" / "claims" / "ledger" / "README.md").read_text()
    assert "By mechanisms: Performance" in page and "- The superior body moves" in page
    assert told.mechanisms(work.ledger())[0].startswith("x1, by mechanisms: ")


def test_a_grid_needs_an_effect(tmp_path):
    text = CLAIM.replace('claimed = "above"', 'claimed = "between"\nlow = 0.0')
    with pytest.raises(UserError, match=r'x1-small\.toml:6: grid: found a grid with claimed = "between"'):
        load_claim(file(tmp_path, text=text))
