"""One part: its rows are those of the runs it is made of, whatever else is in it."""

from __future__ import annotations

import functools
import io
import operator
import pickle

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.bands import bins
from sim.engines import compiled
from sim.experiment import designs
from sim.experiment.experiment import Design, Factor, Option
from sim.experiment.horizons import Horizon, measured
from sim.experiment.plan import Plan
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.results.sweep_store import Made
from sim.runner import chunk_rows
from sim.runner.chunks import Job, Worlds, run_chunk
from sim.runner.progress import Estimate, Headline
from tests.brief import brief
from tests.tiny import experiment, with_curves

MONTHS = [f"1921-{month:02d}" for month in range(1, 13)]
NAMES = list(OUTCOMES)


def made(known, number=0, part_units=1_000) -> Made:
    points = designs.points(known)
    plan = Plan.first(points, known.replicates, len(known.combinations), part_units)
    part = plan.chunk(number)
    return run_chunk(Job(known, MONTHS, "m"), part, designs.samples(known, (0, points), *part.points))


def read(content: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(content))


def runs(part: Made) -> pa.Table:
    return read(part.files[f"runs/part-{part.number:06d}.parquet"])


def trajectories(known):
    """Yield number, combination and trace of all runs, one by one."""
    worlds, number = Worlds(known), 0
    for point, draw in enumerate(designs.samples(known, (0, designs.points(known)), 0, designs.points(known))):
        for replicate in range(known.replicates):
            series = replicate + (point * known.replicates if known.accidents == "own" else 0)
            for combination in range(len(known.combinations)):
                yield number, combination, compiled.simulate(worlds.world(combination, draw), series, events=False)
                number += 1


@pytest.mark.parametrize("accidents", ["own", "shared"])
def test_a_row_holds_what_its_run_was_given_and_gave(accidents):
    known = experiment(3, 2, accidents=accidents)
    table = runs(made(known))
    assert table["run"].to_pylist() == list(range(24))
    assert table["point"].to_pylist() == [point for point in range(3) for _ in range(8)]
    assert table["replicate"].to_pylist() == [replicate for _ in range(3) for replicate in (0, 1) for _ in range(4)]
    series = range(6) if accidents == "own" else (0, 1, 0, 1, 0, 1)
    assert table["series"].to_pylist() == [number for number in series for _ in range(4)], "shared by all worlds"
    assert set(table["seed"].to_pylist()) == {1921}
    assert table["policy"].to_pylist()[:4] == ["appointment", "appointment", "election", "election"]
    assert table["gentle"].to_pylist()[:4] == [True, False, True, False]
    draws = designs.samples(known, (0, 3), 0, 3)
    for factor in known.uncertainties:
        assert table[factor.name].to_pylist() == [draw[factor.name] for draw in draws for _ in range(8)]
    assert table["error"].null_count == table["error_at"].null_count == 24
    for number, _, trajectory in trajectories(known):
        for column, outcome, scope, horizon in known.columns():
            months = trajectory.values[:, SCOPES.index(scope), NAMES.index(outcome)].tolist()
            value = months[-1] if horizon == "end" else functools.reduce(operator.add, months) / 12
            assert table[column][number].as_py() == value, (number, column)


def test_columns_have_the_types_of_their_factors():
    whole = Factor("term", tuple(Option(value, {"parameters": {"term": float(value)}}) for value in (6, 12)))
    mixed = Factor("depth", tuple(Option(value, {"parameters": {"res_d": value}}) for value in (0.5, 1)))
    table = runs(made(experiment(1, 1, levers=(whole, mixed))))
    types = {field.name: field.type for field in table.schema}
    assert [types[name] for name in ("run", "point", "replicate", "seed")] == [
        pa.int64(), pa.int64(), pa.int32(), pa.int64(),
    ]  # fmt: skip
    assert (types["term"], types["depth"]) == (pa.int64(), pa.float64())
    assert (types["r_f"], types["bench"], types["order"]) == (pa.float64(), pa.int64(), pa.string())
    assert (types["performance"], types["error"], types["error_at"]) == (pa.float64(), pa.string(), pa.string())
    assert runs(made(experiment(1, 1))).schema.field("gentle").type == pa.bool_()


@pytest.mark.parametrize("kind", brief(["none", "quantiles", "sample", "all"], "quantiles", "all"))
@pytest.mark.parametrize("together", brief([1, 7], 7))
def test_rows_do_not_depend_on_who_is_beside_them(kind, together, monkeypatch):
    known = with_curves(kind, 2)
    whole = made(known)
    monkeypatch.setattr(chunk_rows, "TOGETHER", together)
    parts = [made(known, number, 4) for number in range(4)]
    for table in ("runs", "curves"):
        names = [f"{table}/part-{part.number:06d}.parquet" for part in parts]
        pieces = [read(part.files[name]) for part, name in zip(parts, names, strict=True) if name in part.files]
        if pieces:
            assert pa.concat_tables(pieces).equals(read(whole.files[f"{table}/part-000000.parquet"]))
    if kind == "quantiles":
        assert sum_bins(parts) == sum_bins([whole])


def test_the_estimate_does_not_depend_on_how_a_sweep_is_cut():
    headline, plans = Headline.of(experiment()), [Plan.first(5, 3, 4, size) for size in (15, 4)]
    values = np.random.default_rng(1).uniform(size=60)
    values[7] = np.nan
    estimates = [Estimate(5), Estimate(5)]
    for plan, estimate in zip(plans, estimates, strict=True):
        for part in map(plan.chunk, range(plan.chunks)):
            of = values[part.first_run : part.first_run + part.runs]
            estimate.add(part.points[0], *headline.pieces(of, part))
    assert plans[1].chunks == 4 and estimates[0].value() == pytest.approx(estimates[1].value(), rel=1e-12)


def sum_bins(parts) -> dict[tuple[object, ...], int]:
    found: dict[tuple[object, ...], int] = {}
    for part in parts:
        columns = read(part.files[f"bins/part-{part.number:06d}.parquet"]).to_pydict().values()
        for *key, count in zip(*columns, strict=True):
            found[tuple(key)] = found.get(tuple(key), 0) + count
    return found


def test_histograms_count_every_run():
    known = with_curves("quantiles")
    expected: dict[tuple[object, ...], int] = {}
    for _, combination, trajectory in trajectories(known):
        for outcome in known.curve_outcomes:
            for scope in known.scopes if outcome != "opposition_nation" else ("nation",):
                values = trajectory.values[:, SCOPES.index(scope), NAMES.index(outcome)]
                for month, bin_ in enumerate(bins(values, outcome)):
                    if bin_ >= 0:
                        key = (combination, outcome, scope, np.datetime64(MONTHS[month], "D").item(), int(bin_))
                        expected[key] = expected.get(key, 0) + 1
    assert sum_bins([made(known)]) == expected


def test_curves_are_the_months_of_the_runs_that_are_asked_for():
    known = with_curves("sample", 2)
    table = read(made(known).files["curves/part-000000.parquet"])
    few = 2 * known.replicates * len(known.combinations)
    assert table["run"].to_pylist() == [run for run in range(few) for _ in range(12 * 2)]
    assert table["scope"].to_pylist()[:3] == ["nation", "agrarian", "nation"]
    assert [str(month) for month in table["month"].to_pylist()[:3]] == ["1921-01-01", "1921-01-01", "1921-02-01"]
    for number, _, trajectory in trajectories(known):
        if number < few:
            rows = table.slice(number * 24, 24)
            for outcome in ("performance", "moves"):
                values = trajectory.values[:, [SCOPES.index(scope) for scope in known.scopes], NAMES.index(outcome)]
                np.testing.assert_array_equal(rows[outcome].to_numpy(), values.astype(np.float32).ravel())
            assert rows["opposition_nation"].to_pylist()[1::2] == [None] * 12


def test_a_part_without_runs_of_the_sample_has_no_curves():
    assert list(made(with_curves("sample", 1), 3, 3).files) == ["runs/part-000003.parquet"]


@pytest.mark.parametrize("draws", [{3, 4}, {0, 1, 2, 3, 4}])
def test_a_failed_run_is_a_row(draws, monkeypatch):
    known = with_curves("all")
    simulate, benches = compiled.simulate, [draw["r_f"] for draw in designs.samples(known, (0, 5), 0, 5)]

    def some(world, replicate, on_month=None, *, events=True):
        if benches.index(world.scenario.parameters["r_f"]) in draws and replicate == 1:
            raise ZeroDivisionError("by nobody")
        return simulate(world, replicate, on_month, events=events)

    whole = runs(made(known))
    monkeypatch.setattr(compiled, "simulate", some)
    part = made(known)
    table = runs(part)
    units = [(point, replicate) for point in range(5) for replicate in range(3)]
    failed = np.repeat([point in draws and replicate == 1 for point, replicate in units], 4)
    assert part.failed == failed.sum()
    assert [error is not None for error in table["error"].to_pylist()] == failed.tolist()
    assert set(table["error"].to_pylist()) == {None, "ZeroDivisionError: by nobody"}
    assert {place.split(":")[0] for place in table["error_at"].to_pylist() if place} == {"test_chunks.py"}
    given = [name for name in table.schema.names if name not in [entry[0] for entry in known.columns()]][:-2]
    assert table.select(given).equals(whole.select(given))
    for column, *_ in known.columns():
        assert table[column].filter(pa.array(failed)).null_count == failed.sum()
        assert table[column].filter(pa.array(~failed)).equals(whole[column].filter(pa.array(~failed)))
    lines = read(part.files["curves/part-000000.parquet"])["run"].unique().to_pylist()
    assert lines == np.flatnonzero(~failed).tolist()


def test_values_that_make_no_scenario_are_a_failed_run():
    shift = Factor("shift", target="tree.skill_shift", low=0.4, high=0.6)
    known = experiment(4, 1, kind="grid", uncertainties=(shift,), design=Design("grid", levels=3))
    table = runs(made(known))
    assert [error is None for error in table["error"].to_pylist()] == [True] * 8 + [False] * 4
    assert table["error"][8].as_py() == "ValueError: tree.skill_shift: Input should be less than or equal to 0.5"


@pytest.mark.parametrize("error", [MemoryError, OSError])
def test_a_fault_of_the_machine_is_no_row(error, monkeypatch):
    def fail(*given, **named):
        raise error

    monkeypatch.setattr(compiled, "simulate", fail)
    with pytest.raises(error):
        made(experiment(1))


def test_jobs_and_parts_can_be_sent():
    known = experiment()
    job, part = Job(known, MONTHS, "m"), Plan.first(5, 3, 4, 2).chunk(1)
    draws = designs.samples(known, (0, 5), *part.points)
    here, there = (run_chunk(*given) for given in ((job, part, draws), pickle.loads(pickle.dumps((job, part, draws)))))
    assert here.files == there.files
    assert pickle.loads(pickle.dumps(here)).files == here.files


def test_worlds_are_kept_for_a_job_and_those_of_another_are_not_taken_for_its_own(monkeypatch):
    known, part = experiment(points=1), Plan.first(1, 3, 4, 2).chunk(0)
    draws, begun = designs.samples(known, (0, 1), *part.points), []
    begin = Worlds.__init__
    monkeypatch.setattr(Worlds, "__init__", lambda self, of: (begun.append(of), begin(self, of))[1])
    job, other = Job(known, MONTHS, "m"), Job(experiment(points=1, seed=1922), MONTHS, "m")
    again = pickle.loads(pickle.dumps(job))  # as each of its chunks reaches a worker
    first, second, third = (run_chunk(of, part, draws).files for of in (job, again, other))
    assert first == second != third and [of.seed for of in begun] == [1921, 1922]


def test_the_headline_is_the_first_levers_second_option_against_its_first():
    known = experiment()
    headline, part = Headline.of(known), Plan.first(5, 3, 4, 1_000).chunk(0)
    assert (headline.column, headline.stride) == ("performance", 2)
    assert headline.text == "performance, nation, mean of 1921-01 to 1921-12: election minus appointment"
    values = np.arange(60.0) ** 2
    values[4] = np.nan
    sums, counts = headline.pieces(values, part)
    units = values.reshape(5, 3, 4)
    differences = units[..., 2] - units[..., 0]
    np.testing.assert_allclose(sums, np.nansum(differences, axis=1))
    assert counts.tolist() == [2, 3, 3, 3, 3]
    alone = Headline.of(experiment(levers=()))
    assert (alone.stride, alone.text) == (0, "performance, nation, mean of 1921-01 to 1921-12")


def test_a_world_of_other_months_fails():
    longer = Factor("end", tuple(Option(end, {"period": {"end": end}}) for end in ("1921-12", "1922-01")))
    table = runs(made(experiment(1, 1, levers=(longer,))))
    assert table["error"].to_pylist() == [None, "ValueError: this world has 13 months, the experiment has 12"]


def test_means_have_the_same_bits_in_any_company():
    values = np.random.default_rng(3).random((12, 40, 3, 5))
    at = [Horizon("1921-01", "1921-12"), Horizon("1921-03", "1921-09")]
    whole = measured(values, at, MONTHS)
    for pair in range(40):
        for outcome in range(5):
            alone = measured(np.ascontiguousarray(values[:, pair, :1, outcome : outcome + 1]), at, MONTHS)
            np.testing.assert_array_equal(alone[:, 0, 0], whole[:, pair, 0, outcome])


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=60), st.booleans())
def test_counting_in_a_table_is_counting_by_sorting(pairs, twice):
    cells, numbers = (np.array(column, dtype=np.int64) for column in (zip(*pairs, strict=True) if pairs else ((), ())))
    counts = np.arange(1, len(pairs) + 1) if twice else None
    expected: dict[tuple[int, int], int] = {}
    for at, pair in enumerate(pairs):
        expected[pair] = expected.get(pair, 0) + (at + 1 if twice else 1)
    for dense in (0, chunk_rows.DENSE):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(chunk_rows, "DENSE", dense)
            found = chunk_rows.counted(cells, numbers, counts)
        assert [(cell, bin_, count) for cell, bin_, count in zip(*map(np.ndarray.tolist, found), strict=True)] == [
            (*pair, count) for pair, count in sorted(expected.items())
        ]
