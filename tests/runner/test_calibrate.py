"""Calibrations over a small world: the same whatever interrupts them, and refused before anything is lost."""

from __future__ import annotations

import gc
import hashlib
import shutil
import signal
import subprocess
import sys
import warnings
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.sweep import Sweep
from sim.errors import UserError
from sim.experiment.ensemble import read
from sim.inference import report
from sim.inference.checking import check
from sim.registry.variants import VARIANTS
from sim.results.calibration import DATA_TREE, GIVEN, PRIOR, Calibration
from sim.runner.calibrate import calibrate, share_of

TEXT = """title = "A small calibration"
scenario = "small.toml"
[levers.policy]
field = "policy.rule"
values = ["recorded", "election"]
[uncertainties]
prior = ["k1", "g_y", "cool", "theta", "unfilled", "succession"]
[design]
kind = "latin-hypercube"
points = 60
seed = 3
[keep]
observables = "all"
outcomes = ["performance", "paralysed"]
horizons = { end = "1923-12" }
[calibrate]
targets = ["T01", "T16", "T18", "T31", "T32"]
points = 40
rounds = 2
draws = 30
"""
SMALL = """title = "Small"
[period]
start = "1921-01"
end = "1923-12"
[tree]
kind = "synthetic"
guberniias = 12
[policy]
rule = "recorded"
"""


def written(folder: Path) -> Path:
    """Write the experiment and its world into a folder; return the experiment's file."""
    (folder / "small.toml").write_text(SMALL)
    path = folder / "c.toml"
    path.write_text(TEXT)
    return path


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return written(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    """Calibrate by one worker, once for this module."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return calibrate(written(folder), workers=1)


@pytest.fixture
def stored(made: Calibration, asked: Path) -> Calibration:
    """Copy it to where the experiment's calibration would be stored."""
    copy = shutil.copytree(made.path, asked.parent / "results" / "calibration" / "c")
    found = sim.open(copy)
    assert isinstance(found, Calibration)
    return found


def digests(folder: Path) -> dict[str, str]:
    """Return hashes of all files but those that say when and how long."""
    told = ("manifest.json", "journal.jsonl", "sweep.writer")
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in told
    }  # fmt: skip


KILLED = """
import os, signal, sys
from sim.results import run_store
from sim.runner import calibrate

stage, experiment, out = sys.argv[1:]


def die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)


def watched(asked, *rest, progress, **named):
    begun = (lambda state: die() if state.done else None) if asked.name == stage else progress
    return sweep(asked, *rest, progress=begun, **named)


sweep, calibrate.sweep = calibrate.sweep, watched
if stage == "fit":
    calibrate.fitted = die
elif stage == "tables":
    run_store.manifest_text = die  # all tables are written, none is in its place
calibrate.calibrate(experiment, out, workers=2)
"""


class Stop(Exception):
    """Ends a calibration where a machine might."""


def test_a_calibration_learns_what_its_figures_say_and_leaves_the_rest(made: Calibration) -> None:
    found = made
    assert found.path.name == "c" and found.manifest["targets"] == ["T01", "T16", "T18", "T31", "T32"]
    assert len(found.ensemble.rows) == 30
    learned = found.parameters().set_index("name")["contraction"]
    assert learned["g_y"] > 0.5  # growth of output, of which three figures tell
    assert abs(learned["succession"]).max() < 0.5
    met = found.targets().set_index("id")
    assert met.loc["T31", "reading"] in ("met", "within reach") and not met.loc["T03", "used"]
    assert met.loc["T31", "given_in_band"] > met.loc["T31", "prior_in_band"]
    effects = found.effects()
    assert set(effects["option"]) == {"election"} and set(effects["outcome"]) == {"performance", "paralysed"}
    assert effects["given_better"].between(0, 1).all() and (effects["draws"] == 30).all()
    held = found.manifest["coverage"]
    assert held["worlds"] == 30 and held[PRIOR] > 0.7 and held[GIVEN] > 0.7
    assert all(len(each) == 5 and min(each.values()) > 0.6 for each in held["effects"].values())
    assert len(found.answer) >= 2
    assert isinstance(sim.open(found.path), Calibration)


@pytest.mark.parametrize("after", [1, pytest.param(5, marks=pytest.mark.exhaustive)])
def test_it_goes_on_where_it_was_broken_off_and_on_any_number_of_workers_with_no_round_in_memory(
    made: Calibration, asked: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rounds with their draws would be most of what a calibration has in memory, and the fit alone needs them."""
    whole = digests(made.path)
    told: list[tuple[int, int]] = []
    opened, kept, tables = weakref.WeakSet[Sweep](), list[str](), report.tables

    def tell(state: Any) -> None:
        # how often it tells the same hangs on the clock, not how often that changes
        if told[-1:] != [(state.done, state.total)]:
            told.append((state.done, state.total))
        if len(told) == after:
            raise Stop

    def open_sweep(path: Path) -> Sweep:
        opened.add(one := Sweep.open(path))
        return one

    def told_of(*given: Any) -> Any:
        gc.collect()
        kept.extend(sorted(one.path.name for one in opened))
        return tables(*given)

    with pytest.raises(Stop):
        calibrate(asked, "broken/c", workers=2, progress=tell)
    monkeypatch.setattr("sim.runner.calibrate.open_sweep", open_sweep)
    monkeypatch.setattr(report, "tables", told_of)
    assert digests(calibrate(asked, "broken/c", workers=2).path) == whole
    assert kept == ["chance", GIVEN, PRIOR]


@pytest.mark.exhaustive
def test_shares_make_round_after_round_and_come_to_the_same(made: Calibration, asked: Path, skloki: Any) -> None:
    stages: list[list[str]] = []
    for _ in range(5):
        both = [share_of(asked, (number, 2), "shared/c", workers=1) for number in (2, 1)]
        assert both[0] == both[1], "the second makes its share of the same"
        stages.append(both[0])
    assert stages == [["round-0", "chance", PRIOR], ["round-1"], [GIVEN], [], []]
    code, out, err = skloki("calibrate", asked, "--out", "shared/c", "--share", "1/2")
    assert (code, out) == (0, "all rounds are there: the command without --share does the rest\n"), err
    assert not (Path("shared/c") / "manifest.json").exists() and len([*Path("shared/c").glob("*/shares")]) == 5
    assert digests(calibrate(asked, "shared/c", workers=1).path) == digests(made.path)
    assert not [*Path("shared/c").glob("*/shares")]
    for wrong in (["--share", "3/2"], ["--share", "1/2", "--check", "x.csv"]):
        assert skloki("calibrate", asked, *wrong)[0] == 2
    assert skloki("calibrate", "shared/c", "--share", "1/2")[0] == 2


@pytest.mark.exhaustive
def test_killed_at_every_stage_it_goes_on_and_comes_to_the_same(made: Calibration, asked: Path) -> None:
    whole = digests(made.path)
    for stage in ("round-0", "chance", "fit", "round-1", PRIOR, GIVEN, "tables"):
        # at each stage of one calibration: what was kept of the stages before is never made again
        ended = subprocess.run([sys.executable, "-c", KILLED, stage, str(asked), "broken/c"], check=False).returncode
        assert ended == -signal.SIGKILL, stage
        assert not (Path("broken/c") / "manifest.json").exists()
    assert digests(calibrate(asked, "broken/c", workers=1).path) == whole


@pytest.mark.exhaustive
def test_arviz_reads_what_is_drawn_before_and_after(
    stored: Calibration, asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("h5netcdf")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it announces its own next version
        arviz = pytest.importorskip("arviz")
    found = stored
    file = found.path / DATA_TREE
    assert file.stat().st_size < 1_000_000 and DATA_TREE in found.manifest["files"]
    read = arviz.from_netcdf(file)
    summary = arviz.summary(read, var_names=["g_y", "k1"], round_to="none")
    assert (summary["r_hat"] < 1.2).all() and (summary["ess_bulk"] > 50).all()
    means = found.parameters().set_index("name")["given_mean"]
    assert summary["mean"]["g_y"] == pytest.approx(means["g_y"], abs=0.2 * summary["sd"]["g_y"])
    assert float(read.posterior["g_y"].std()) < 0.7 * float(read.prior["g_y"].std())
    tree = found.arviz()
    assert tree.attrs["title"] == "A small calibration" and tree.attrs["model"] == found.manifest["model"]
    named = tree["posterior"]["unfilled_option"].values
    share = float((named[tree["posterior"]["unfilled"].values] == "lapse").mean())
    told = found.parameters().set_index(["name", "option"])["given_mean"]
    assert share == pytest.approx(told["unfilled", "lapse"], abs=0.1)
    sweep = sim.open(found.path / GIVEN)
    # what worlds gave is simulated at the ensemble's draws, in the world that happened, and recorded beside
    gave = tree["posterior_predictive"]["T31"].values[0]
    np.testing.assert_array_equal(gave, sweep.pairs.baseline("T31")[:, 0].astype(np.float32))
    record = tree["constant_data"].to_dataset().sel(figure="T31")
    assert record["low"] < tree["observed_data"]["T31"] < record["high"] and record["used"] == 1
    assert tree["prior_predictive"]["T31"].shape == tree["prior"]["g_y"].shape == (1, 30)
    # without the packages all else is there, and the file of other draws is not left
    whole = digests(found.path)
    monkeypatch.setattr("sim.results.calibration.NEEDED", ("xarray", "h5netcdf_is_not_here"))
    notes: list[str] = []
    found = calibrate(asked, workers=1, note=notes.append)
    assert [note for note in notes if "skloki[arviz]" in note and "h5netcdf_is_not_here" in note]
    assert digests(found.path) == {name: value for name, value in whole.items() if name != DATA_TREE}
    with pytest.raises(UserError, match=r"h5netcdf_is_not_here.*skloki\[arviz\]"):
        found.arviz()
    monkeypatch.undo()
    with pytest.raises(UserError, match=r"posterior\.nc.*the same command adds it"):
        found.arviz()


@pytest.mark.usefixtures("stored")
def test_its_ensemble_is_taken_by_name() -> None:
    found = sim.compare("small.toml", {"extends": "small.toml", "title": "E", "policy": {"rule": "election"}},
                        ensemble="c", draws=12)  # fmt: skip
    assert found.draws is not None and found.draws.ensemble == read("c").identity


@pytest.mark.parametrize(("old", "new", "said"), [
    ('"T01",', '"T99",', r"c\.toml:\d+: calibrate\.targets.*T99.*did you mean"),
    ('targets = ["T01", "T16", "T18", "T31", "T32"]', "targets = []", "one target or more"),
    ('kind = "latin-hypercube"\npoints = 60\nseed = 3', 'kind = "grid"', "drawn over their ranges"),
    ('["T01",', '["T33",', "T33.*not in these months|do not hold it"),
    ("rounds = 2", "rounds = 0", "calibrate.rounds"),
    ("[design]", 'fixed = ["k1", "g_y", "cool", "theta", "unfilled", "succession"]\n[design]',
     "uncertainties: found nothing that is drawn"),
    ("[keep]", '[run]\naccidents = "shared"\n[keep]', "run.accidents.*shared.*chance"),
])  # fmt: skip
def test_what_cannot_be_calibrated_is_refused(asked: Path, old: str, new: str, said: str) -> None:
    asked.write_text(TEXT.replace(old, new))
    notes: list[str] = []
    if "T33" in new:
        def stop(state: Any) -> None:
            if any("T33: not scored" in note for note in notes):
                raise Stop

        with pytest.raises(Stop):  # what comes after it is told is as in other calibrations
            calibrate(asked, workers=1, note=notes.append, progress=stop)
        return
    with pytest.raises(UserError, match=said):
        calibrate(asked)
    assert not Path("results").exists()


def test_a_figure_that_no_world_meets_is_named_and_the_round_is_kept(asked: Path) -> None:
    far = TEXT.replace('prior = ["k1", "g_y",', 'prior = ["k1",')
    asked.write_text(far.replace("[levers", "[set]\nparameters.g_y = 0.9\n[levers"))
    with pytest.raises(UserError, match=r"T3[12].*no world that is drawn can meet it"):
        calibrate(asked, workers=1)
    assert (Path("results") / "calibration" / "c" / "round-0" / "journal.jsonl").is_file()


@pytest.mark.exhaustive
def test_another_round_goes_on_and_other_figures_do_not(made: Calibration, asked: Path) -> None:
    asked.write_text(TEXT.replace("rounds = 2", "rounds = 1"))
    one = calibrate(asked, workers=1)
    first = one.ensemble.identity
    assert len(one.rounds()) == 1
    asked.write_text(TEXT)
    two = calibrate(asked, workers=1)
    assert len(two.rounds()) == 2 and two.ensemble.identity != first
    assert two.manifest["runs"] == 60 + 40 + 40 * 4 + 2 * (30 + 30)
    assert digests(made.path) == digests(two.path)
    asked.write_text(TEXT.replace('"T01", ', ""))
    with pytest.raises(UserError, match=r"begun\.json: calibrate\.targets: found .*T01.*another folder"):
        calibrate(asked, workers=1)
    assert digests(two.path) == digests(made.path)


@pytest.mark.exhaustive
def test_a_choice_between_two_can_be_all_that_is_calibrated_and_no_observable_kept(asked: Path) -> None:
    drawn = 'prior = ["k1", "g_y", "cool", "theta", "unfilled", "succession"]'
    assert drawn in TEXT
    text = TEXT.replace(drawn, 'prior = ["unfilled"]').replace("rounds = 2", "rounds = 1")
    asked.write_text(text.replace('observables = "all"\n', ""))
    found = calibrate(asked)
    assert found.manifest["coverage"][PRIOR] is None  # of no number
    assert found.parameters()["option"].tolist() == list(VARIANTS["unfilled"].choices)
    assert found.observables().empty
    before = digests(found.path)
    assert digests(calibrate(asked).path) == before, "over what is finished the same command changes nothing"


def test_worlds_that_hold_no_figure_are_refused(asked: Path) -> None:
    asked.write_text(TEXT.replace('["T01", "T16", "T18", "T31", "T32"]', '["T33"]'))
    with pytest.raises(UserError, match=r"T33; allowed: a figure that the months"):
        calibrate(asked, workers=1)


def test_figures_held_apart_are_scored_and_change_nothing(stored: Calibration) -> None:
    found = stored
    before = digests(found.path)
    middle = found.observables().set_index("name")["given_p50"]["turnover_1922"]
    table = Path("figures.csv")
    head = "quantity,place,period,value,low,high,unit,grade\n"
    row = "turnover,nation,1922,{},{},{},per post and year,B\n"
    table.write_text(head + row.format(middle, middle - 0.1, middle + 0.1))
    (met,) = check(found, table)
    assert met["reading"] == "foretold" and met["figure"] == "turnover_1922" and met["given_in_band"] > 0.0
    table.write_text(head + row.format(middle + 50, middle + 49, middle + 51))
    (missed,) = check(found, table)
    assert missed["reading"] == "higher than foretold" and -1e9 < missed["gained"] < met["gained"]
    assert digests(found.path) == before
    table.write_text(head + row.format(1, 0.5, 1.5).replace("per post and year", ""))
    with pytest.raises(UserError, match=r"figures\.csv:2: unit"):
        check(found, table)


def test_what_is_there_is_told_and_nothing_written(stored: Calibration, skloki: Any) -> None:
    before = digests(stored.path)
    code, out, _ = skloki("calibrate", stored.path)
    assert code == 0 and stored.answer[0] in " ".join(out.split()) and "figure files" not in out
    for wrong in (["--out", "elsewhere"], ["--workers", 1], ["--svg"]):
        code, _, err = skloki("calibrate", stored.path, *wrong)
        assert code == 2 and f"{wrong[0]}: of what is there nothing is made" in err
    assert digests(stored.path) == before and not (stored.path / "figures").exists() and not Path("elsewhere").exists()


def test_a_table_of_figures_is_read_before_anything_runs(asked: Path, skloki: Any) -> None:
    Path("figures.csv").write_text("quantity,value,low,high,unit,grade\nturnover,1,0.5,1.5,,B\n")
    code, _, said = skloki("calibrate", asked, "--check", "figures.csv")
    assert code == 2 and "figures.csv:2" in said
    # a good row of what the experiment does not keep would otherwise be refused when all has run
    asked.write_text(TEXT.replace('observables = "all"\n', ""))
    Path("figures.csv").write_text("quantity,value,low,high,unit,grade\nturnover_1922,1,0.5,1.5,per post and year,B\n")
    code, _, said = skloki("calibrate", asked, "--check", "figures.csv")
    assert code == 2 and "turnover_1922" in said and "observables" in said
    assert not Path("results").exists()
