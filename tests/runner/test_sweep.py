"""A sweep from beginning to end: the same bytes however it was worked on, and no rows of two experiments."""

from __future__ import annotations

import json
import math
import threading
from contextlib import nullcontext
from dataclasses import replace

import pyarrow as pa
import pytest

from sim.analysis.observables import needs_committees
from sim.analysis.sweep import open_sweep
from sim.analysis.targets import PRODUCED
from sim.engines import compiled
from sim.errors import UserError
from sim.experiment.experiment import Design, Factor, from_record
from sim.runner import sweep as driver
from sim.runner.first_plan import PER_RUN, first_plan
from sim.runner.progress import State, status
from sim.runner.rerun import rerun
from sim.runner.sweep import Threads, sweep
from tests.brief import brief
from tests.tiny import BASE, experiment, files, table, with_curves


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Give the folder of a sweep by one worker in small parts."""
    return sweep(with_curves("all"), tmp_path_factory.mktemp("alone") / "s", workers=1, part_units=1)


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_do_not_show(workers, alone, tmp_path):
    assert files(sweep(with_curves("all"), tmp_path / "s", workers=workers, part_units=1)) == files(alone)


@pytest.mark.parametrize("part_units", [7, 15, 100])
def test_parts_do_not_show_in_the_rows(part_units, alone, tmp_path):
    folder = sweep(with_curves("all"), tmp_path / "s", part_units=part_units)
    for name in ("runs", "curves"):
        assert table(folder, name).equals(table(alone, name))


class Backwards(Threads):
    """Hands parts over in another order than they were taken in."""

    def __init__(self, *given):
        super().__init__(*given)
        self._held = []

    def has_room(self):
        return not self._held

    def submit(self, part, draws):
        super().submit(part, draws)

    def finished(self, seconds):
        while self._waiting:
            self._held += super().finished(seconds)
        self._held.sort(key=lambda made: -made.number)
        return [self._held.pop(0)] if self._held else []


def test_purges_that_leave_nobody_at_their_lowest_are_refused_before_anything_is_written(tmp_path):
    purge = {"kind": "levy", "start": "1921-03", "size": -0.4}
    base = {**experiment().base, "events": {"a": purge, "b": purge}}
    for lowest, refused in ((-0.7, True), (-0.5, False)):
        drawn = Factor("purge", target="events.a.size", low=lowest, high=0.0)
        of = experiment(base=base, uncertainties=(drawn,))
        with pytest.raises(UserError, match="purges of 1921-03 would leave no members") if refused else nullcontext():
            sweep(of, tmp_path / "s")
        assert (tmp_path / "s").exists() != refused


def test_order_does_not_show(alone, tmp_path, monkeypatch):
    monkeypatch.setattr(driver, "Threads", Backwards)
    folder = sweep(with_curves("all"), tmp_path / "s", part_units=1)
    lines = [json.loads(line)["part"] for line in (folder / "journal.jsonl").read_text().splitlines()]
    assert sorted(lines) == list(range(15)) and lines != sorted(lines)
    assert files(folder) == files(alone)


@pytest.mark.parametrize("after", brief([1, 4, 9], 4))
def test_interruptions_do_not_show(after, alone, tmp_path):
    def stop(state):
        if state.done > before + 4 * after:
            raise KeyboardInterrupt

    kept = []
    for _ in range(3):
        before = status(tmp_path / "s").runs if kept else 0
        try:
            sweep(with_curves("all"), tmp_path / "s", part_units=1, progress=stop)
        except KeyboardInterrupt:
            kept.append(status(tmp_path / "s").runs)
    assert kept == sorted(set(kept)) and kept
    assert files(sweep(with_curves("all"), tmp_path / "s")) == files(alone)


def test_an_interrupt_ends_the_threads_at_once(tmp_path, monkeypatch):
    simulate, running = compiled.simulate, threading.Event()

    def slow(world, replicate, on_month=None, *, events=True):
        running.set()
        for _ in range(10_000):  # a run that would take minutes
            threading.Event().wait(0.01)
            on_month(1)
        return simulate(world, replicate, on_month, events=events)

    def stop(state):
        if running.is_set():
            raise KeyboardInterrupt

    monkeypatch.setattr(compiled, "simulate", slow)
    before = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt):
        sweep(experiment(), tmp_path / "s", part_units=1, progress=stop)
    assert set(threading.enumerate()) <= before
    assert status(tmp_path / "s").runs == 0


def test_where_nobody_asks_how_far_it_is_nothing_is_read_back(tmp_path, monkeypatch):
    def stop(state):
        if state.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(experiment(), tmp_path / "s", part_units=1, progress=stop)
    monkeypatch.setattr("sim.runner.progress.read_file", None)
    assert status(sweep(experiment(), tmp_path / "s")).finished


def test_few_parts_are_on_their_way_at_any_time(tmp_path, monkeypatch):
    most = []

    class Counting(Threads):
        def submit(self, part, draws):
            super().submit(part, draws)
            most.append(len(self._waiting))

    monkeypatch.setattr(driver, "Threads", Counting)
    sweep(experiment(), tmp_path / "s", workers=2, part_units=1)
    assert max(most) == 4 and len(most) == 15


# What is told


def test_progress_tells_of_all_and_of_the_estimate(tmp_path):
    states = []
    folder = sweep(experiment(), tmp_path / "s", part_units=2, progress=states.append)
    assert [states[0].done, states[-1].done, states[-1].total] == [0, 60, 60]
    assert [state.done for state in states] == sorted(state.done for state in states)
    nested: list[State] = []
    sweep(experiment(accidents="own"), tmp_path / "own", progress=nested.append)
    rows = table(folder)
    values = rows["performance"].to_numpy().reshape(5, 3, 4)
    effects = (values[..., 2] - values[..., 0]).mean(axis=1)
    assert states[-1].estimate == pytest.approx(effects.mean(), rel=1e-12)
    assert states[-1].error == pytest.approx(effects.std(ddof=1) / math.sqrt(5), rel=1e-9)
    assert states[-1].shared and not nested[-1].shared
    assert states[-1].points == 5 and states[-1].rate > 0 and states[-1].left == 0


def test_a_resumed_sweep_knows_the_estimate_of_what_is_there(tmp_path):
    def stop(state):
        if state.done:
            raise KeyboardInterrupt

    whole: list[State] = []
    sweep(experiment(), tmp_path / "w", part_units=2, progress=whole.append)
    with pytest.raises(KeyboardInterrupt):
        sweep(experiment(), tmp_path / "s", part_units=2, progress=stop)
    states: list[State] = []
    sweep(experiment(), tmp_path / "s", progress=states.append)
    assert states[0].done > 0 and math.isfinite(states[0].estimate)
    assert states[-1].estimate == pytest.approx(whole[-1].estimate, rel=1e-12)
    sweep(experiment(), tmp_path / "s", progress=states.append)
    assert states[-1].estimate == pytest.approx(whole[-1].estimate, rel=1e-12)


def test_failed_runs_are_rows_and_the_rest_goes_on(tmp_path, failing):
    failing("compiled").add(1)
    states: list[State] = []
    folder = sweep(experiment(), tmp_path / "s", part_units=2, progress=states.append)
    assert states[-1].failed == status(folder).failed == 20
    found = open_sweep(folder).failed()
    assert set(found["error"]) == {"ZeroDivisionError: by nobody"} and set(found["replicate"]) == {1}


def test_a_fault_of_the_machine_ends_the_sweep_and_can_be_resumed(tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        simulate, left = compiled.simulate, [30]

        def some(*given, **named):
            left[0] -= 1
            if left[0] < 0:
                raise MemoryError
            return simulate(*given, **named)

        patched.setattr(compiled, "simulate", some)
        with pytest.raises(MemoryError):
            sweep(experiment(), tmp_path / "s", part_units=1, workers=1)
    assert 0 < status(tmp_path / "s").runs < 60
    folder = sweep(experiment(), tmp_path / "s")
    assert table(folder)["error"].null_count == 60


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"extend": 0}, {"part_units": 0}])
def test_wrong_numbers_are_refused(wrong, tmp_path):
    with pytest.raises(UserError, match="a whole number from"):
        sweep(experiment(), tmp_path / "s", **wrong)
    assert not (tmp_path / "s").exists()


def test_an_experiment_without_levers_and_uncertainties(tmp_path):
    known = experiment(0, levers=(), uncertainties=(), design=Design("grid"))
    rows = table(sweep(known, tmp_path / "s"))
    assert rows["run"].to_pylist() == [0, 1, 2] and rows["performance"].null_count == 0


def test_parts_of_a_long_sweep_take_seconds(tmp_path):
    plan = first_plan(experiment(1_000_000, kind="sobol"))[0]
    assert 1.0 < plan.pairs_per_chunk * 4 * PER_RUN < 3.0 and plan.pairs_per_chunk % 3 == 0
    assert first_plan(experiment(100))[0].pairs_per_chunk in range(15, 60)


def test_it_can_be_read_while_it_grows(tmp_path):
    seen: list[int] = []

    def look(state):
        if state.done:
            frame = open_sweep(tmp_path / "s").runs()
            seen.append(len(frame))
            assert len(frame) <= state.total and not frame["performance"].isna().any()

    sweep(experiment(), tmp_path / "s", part_units=1, progress=look)
    assert seen[-1] == 60 and len(set(seen)) > 2


def test_types_of_all_parts_are_the_same(alone):
    assert len({pa.ipc.read_schema(pa.py_buffer(table(alone).schema.serialize())).to_string()}) == 1


def test_rows_have_targets_where_they_are_kept(alone, tmp_path):
    plain = with_curves("all")
    kept = replace(plain, targets=True)
    folder = sweep(kept, tmp_path / "s", part_units=7)
    found = table(folder, "runs")
    assert not set(PRODUCED) & set(table(alone, "runs").column_names)
    assert found.drop_columns(list(PRODUCED)).equals(table(alone, "runs"))
    # of 1921 the record has the Tenth Congress and industry
    known = {name for name in PRODUCED if found[name].null_count < len(found)}
    assert known == {"T18", "T23"}
    march = open_sweep(folder).query(
        "SELECT \"T23\" AS target, c.opposition_nation AS vote FROM runs JOIN curves c USING (run) "
        "WHERE c.scope = 'nation' AND c.month = DATE '1921-03-01'"
    )
    assert len(march) == len(found)
    assert march["target"].tolist() == pytest.approx(march["vote"].tolist(), rel=1e-6)
    assert "targets" not in plain.record() and not from_record(plain.record()).targets
    assert from_record(kept.record()).targets and kept.fingerprint() != plain.fingerprint()


def test_rows_have_observables_where_they_are_kept(tmp_path):
    base = {**BASE, "period": {"start": "1921-01", "end": "1923-02"}}
    plain = experiment(3, 1, base=base)
    kept = replace(plain, observables=("turnover_1921", "filled_from_above_1921", "bench_dec_1923"))
    for one, folder in ((plain, "plain"), (kept, "kept")):
        sweep(one, tmp_path / folder, part_units=2)
    found = table(tmp_path / "kept")
    assert found.drop_columns(list(kept.observables)).equals(table(tmp_path / "plain"))
    assert [found[name].null_count for name in kept.observables] == [0, found["filled_from_above_1921"].null_count, 12]
    assert found["filled_from_above_1921"].null_count < 12
    # the committee that is read of a run is its own, however many are at work
    sweep(kept, tmp_path / "two", part_units=1, workers=2)
    assert table(tmp_path / "two").equals(found)
    again = rerun(tmp_path / "kept", 7, tmp_path / "again", engine="reference")
    assert again.equal and again.row["turnover_1921"] is not None
    assert len(table(sweep(kept, tmp_path / "kept", extend=2))) == 24
    assert "observables" not in plain.record() and from_record(kept.record()) == kept
    # a stored sweep opens for ever, also when an observable is no longer registered; its column stays
    gone = from_record({**kept.record(), "observables": ["counted_no_more_1921"]})
    assert gone.observables == ("counted_no_more_1921",) and not needs_committees(gone.observables)
    assert kept.fingerprint() != plain.fingerprint()
