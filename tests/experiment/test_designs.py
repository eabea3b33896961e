"""Designs: what they cover, and that no point ever moves."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import UserError
from sim.experiment.designs import DESIGNS, MOST_NUMBERS, DesignKind, group, hashes, kinds, points, positions, samples
from sim.experiment.experiment import Design, Experiment, Factor, Option
from sim.experiment.plan import Plan
from sim.experiment.sampling import CHUNK, levels
from sim.experiment.warnings import cautions

NUMBER = Factor("a", target="parameters.r_f", low=0.02, high=0.55, default=0.28)
LOG = Factor("b", target="parameters.kv", low=0.01, high=0.2, distribution="loguniform", default=0.06)
WHOLE = Factor("c", target="tree.bench", low=2, high=5, whole=True, default=3)
CHOICE = Factor("d", options=tuple(Option(name, {}) for name in ("x", "y", "z")))
SWITCH = Factor("e", options=(Option(True, {}), Option(False, {})))
ALL = (NUMBER, LOG, WHOLE, CHOICE, SWITCH)


def experiment(kind: str, number: int = 0, factors: tuple[Factor, ...] = ALL, **design: Any) -> Experiment:
    return Experiment(
        "e", "E", {}, (), factors, Design(kind, number, **design), 1, 1, ("performance",), {}
    )


def first(plan: Experiment) -> list[dict[str, Any]]:
    return samples(plan, (0, points(plan)), 0, points(plan))


def column(rows: list[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([row[name] for row in rows])


ROWS = tuple({"a": 0.1 * i, "b": 0.01, "c": 2, "d": "y", "e": True} for i in range(7))
KINDS = [
    experiment("grid", levels=3), experiment("latin-hypercube", 40, seed=3), experiment("sobol", 40, seed=3),
    experiment("saltelli", 6, seed=3), experiment("morris", 6, seed=3, levels=4),
    experiment("one-at-a-time", levels=4), experiment("table", rows=ROWS),
    experiment("ensemble", len(ROWS), rows=ROWS),
]  # fmt: skip


@pytest.mark.parametrize("plan", KINDS, ids=lambda plan: plan.design.kind)
@given(st.data())
def test_a_part_is_the_slice_of_the_whole(plan, data):
    whole = first(plan)
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    assert samples(plan, (0, len(whole)), start, stop) == whole[start:stop]


@pytest.mark.parametrize("plan", KINDS, ids=lambda plan: plan.design.kind)
def test_every_value_is_allowed_and_of_its_kind(plan):
    rows = first(plan)
    assert len(rows) == points(plan) > 0
    for row in rows:
        assert list(row) == ["a", "b", "c", "d", "e"]
        assert all(type(row[name]) is float for name in "ab") and type(row["c"]) is int
        assert row["d"] in "xyz" and type(row["e"]) is bool
        if plan.design.kind not in ("table", "ensemble"):
            assert 0.02 <= row["a"] <= 0.55 and 0.01 <= row["b"] <= 0.2 and 2 <= row["c"] <= 5


@pytest.mark.parametrize("kind", [kind for kind in kinds(lambda kind: kind.growing) if kind != "latin-hypercube"])
def test_a_longer_sequence_begins_with_the_shorter(kind):
    few, many = experiment(kind, 8, seed=5), experiment(kind, 16, seed=5)
    n = points(few)
    assert first(many)[:n] == first(few)
    # what a later block holds does not depend on how it is cut off from the first
    assert samples(few, (n, 2 * n), n, 2 * n) == first(many)[n:]


def test_blocks_of_a_hypercube_are_hypercubes_of_their_own():
    plan = experiment("latin-hypercube", 32, (NUMBER, LOG), seed=5)
    one, two = first(plan), samples(plan, (32, 64), 32, 64)
    assert one == first(plan) and not {row["a"] for row in one} & {row["a"] for row in two}
    for rows in (one, two):
        strata = np.floor((column(rows, "a") - 0.02) / 0.53 * 32)
        assert sorted(strata) == list(range(32))
        strata = np.floor(np.log(column(rows, "b") / 0.01) / math.log(20) * 32)
        assert sorted(strata) == list(range(32))
    assert samples(plan, (32, 64), 40, 50) == two[8:18]


@pytest.mark.parametrize("number", [1, 2, 1000])
def test_a_hypercube_is_scipys(number):
    from scipy.stats import qmc

    for first in (0, number):
        plan, block = experiment("latin-hypercube", number, seed=5), (first, first + number)
        assert (positions(plan, block, *block) == qmc.LatinHypercube(5, rng=[5, first]).random(number)).all()


def test_a_hypercube_takes_little_more_memory_than_its_numbers():
    import tracemalloc

    factors = tuple(replace(NUMBER, name=f"a{i}") for i in range(20))
    plan = experiment("latin-hypercube", 20_000, factors, seed=5)
    positions(experiment("latin-hypercube", 2, factors), (0, 2), 0, 2)  # what is imported once
    tracemalloc.start()
    try:
        positions(plan, (0, 20_000), 0, 10)
        positions(plan, (20_000, 40_000), 20_000, 20_010)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.5 * 8 * 20_000 * 20, "one block at a time, and no copies of it"


def test_a_hypercube_that_does_not_fit_into_memory_is_refused():
    most = MOST_NUMBERS // len(ALL)
    assert points(experiment("latin-hypercube", most)) == most
    with pytest.raises(UserError, match=f"at most {most:,} for a latin-hypercube.*; sobol is not") as refused:
        points(experiment("latin-hypercube", most + 1))
    assert "design.points: found 53,687,092 points of 5 uncertainties" in str(refused.value)
    assert points(experiment("sobol", most + 1)) == most + 1


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol", "saltelli"])
def test_marginals_are_those_asked_for(kind):
    rows = first(experiment(kind, 512, seed=2))
    a, b = (column(rows, "a") - 0.02) / 0.53, np.log(column(rows, "b") / 0.01) / math.log(20)
    for found in (a, b):
        assert np.abs(np.quantile(found, [0.1, 0.25, 0.5, 0.75, 0.9]) - [0.1, 0.25, 0.5, 0.75, 0.9]).max() < 0.02
    for name, settings in (("c", 4), ("d", 3), ("e", 2)):
        counts = Counter(column(rows, name).tolist())
        assert len(counts) == settings and max(counts.values()) - min(counts.values()) < 0.04 * len(rows)


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol", "saltelli", "morris"])
def test_the_seed_of_the_design_decides(kind):
    one, two = (first(experiment(kind, 8, seed=seed)) for seed in (1, 2**40 + 1))
    assert one != two and one == first(experiment(kind, 8, seed=1))


def test_sobol_points_of_a_power_of_two_fill_every_stratum():
    a = (column(first(experiment("sobol", 64, (NUMBER, LOG), seed=9)), "a") - 0.02) / 0.53
    assert sorted(np.floor(a * 64)) == list(range(64))


def test_sobol_points_far_out_are_those_of_the_sequence():
    from scipy.stats import qmc

    plan = experiment("sobol", 3 * CHUNK, (NUMBER, LOG), seed=9)
    sequence = qmc.Sobol(2, rng=9).random(4 * CHUNK)
    got = samples(plan, (0, 3 * CHUNK), 2 * CHUNK - 3, 2 * CHUNK + 3)
    assert column(got, "a") == pytest.approx(0.02 + 0.53 * sequence[2 * CHUNK - 3 : 2 * CHUNK + 3, 0], rel=1e-15)


def test_chunks_of_a_sequence_may_be_asked_for_in_any_order():
    from scipy.stats import qmc

    plan = experiment("sobol", 8 * CHUNK, (NUMBER, LOG), seed=11)
    whole = qmc.Sobol(2, rng=11).random(8 * CHUNK)
    for chunk in (6, 1, 7, 0, 2, 3, 5, 6, 4):
        start = chunk * CHUNK
        assert (positions(plan, (0, 8 * CHUNK), start, start + 3) == whole[start : start + 3]).all()


def test_grid_crosses_all_levels():
    rows = first(experiment("grid", levels=3))
    assert len(rows) == 3 * 3 * 3 * 3 * 2 == len({tuple(row.values()) for row in rows})
    assert sorted({row["a"] for row in rows}) == pytest.approx([0.02, 0.285, 0.55])
    assert sorted({row["b"] for row in rows}) == pytest.approx([0.01, math.sqrt(0.002), 0.2])
    assert {row["c"] for row in rows} == {2, 4, 5}
    assert [row["e"] for row in rows[:4]] == [True, False, True, False], "the last changes fastest"


def test_without_uncertainties_there_is_one_point():
    assert first(experiment("grid", factors=())) == [{}]


def test_levels_of_few_whole_numbers_are_each_there_once():
    assert levels(WHOLE, 9) == [2, 3, 4, 5]
    assert levels(replace(WHOLE, high=3), 5) == [2, 3]


def test_one_at_a_time_changes_one_at_a_time():
    rows = first(experiment("one-at-a-time", levels=4))
    base = rows[0]
    assert base == {"a": 0.28, "b": 0.06, "c": 3, "d": "x", "e": True}
    changed = [[name for name in row if row[name] != base[name]] for row in rows[1:]]
    assert all(len(names) == 1 for names in changed)
    # the base's own settings are not run twice
    assert Counter(names[0] for names in changed) == {"a": 4, "b": 4, "c": 3, "d": 2, "e": 1}


@pytest.mark.parametrize("steps", [2, 4, 5, 8])
def test_morris_moves_each_factor_once_by_half_its_levels(steps):
    plan = experiment("morris", 60, seed=4, levels=steps)
    rows, size = first(plan), len(ALL) + 1
    assert group(plan) == size and len(rows) == 60 * size
    orders, directions = set(), set()
    for start in range(0, len(rows), size):
        moved = []
        for one, two in zip(rows[start : start + size - 1], rows[start + 1 : start + size], strict=True):
            (name,) = (name for name in one if one[name] != two[name])
            moved.append(name)
            if name == "a":
                stride = (two["a"] - one["a"]) / 0.53
                assert abs(stride) == pytest.approx(max(steps // 2, 1) / (steps - 1))
                directions.add(stride > 0)
        assert sorted(moved) == list("abcde")
        orders.add(tuple(moved))
    assert directions == {True, False} and len(orders) > 30


def test_morris_visits_an_even_number_of_levels_evenly():
    rows = first(experiment("morris", 400, (NUMBER, LOG), seed=4, levels=4))
    counts = Counter(column(rows, "a").round(9).tolist())
    assert len(counts) == 4 and max(counts.values()) < 1.25 * min(counts.values())


def test_saltelli_exchanges_one_column_at_a_time():
    plan = experiment("saltelli", 16, (NUMBER, LOG, CHOICE), seed=4)
    rows = first(plan)
    assert group(plan) == 5 and len(rows) == 16 * 5
    for start in range(0, len(rows), 5):
        a, b, *mixed = rows[start : start + 5]
        for name, row in zip("abd", mixed, strict=True):
            assert row == a | {name: b[name]}
    # A and B are columns of one sequence: unrelated
    ab = column(rows[0::5], "a"), column(rows[1::5], "a")
    assert abs(np.corrcoef(*ab)[0, 1]) < 0.5


def test_loguniform_values_have_twelve_digits():
    for value in column(first(experiment("sobol", 32, (LOG, NUMBER), seed=1)), "b").tolist():
        assert value == float(f"{value:.12g}")


def test_every_design_is_described_and_gives_its_points_in_one_way():
    assert [plan.design.kind for plan in KINDS] == list(DESIGNS)
    for name, kind in DESIGNS.items():
        assert (kind.positions is None) != (kind.listed is None), name
        assert kind.covers and kind.when
        assert not kind.drawn or kind.growing or kind.listed, "what is drawn, and not listed, can be drawn further"


def test_a_new_design_is_one_entry(monkeypatch):
    def middle(plan, block, numbers):
        return np.full((len(numbers), len(plan.uncertainties)), 0.5)

    def warn(plan):
        yield "all points are one"

    kind = DesignKind("the middle", "never", middle, counted=("point", "points"), drawn=True, cautions=(warn,))
    monkeypatch.setitem(DESIGNS, "middle", kind)
    plan = experiment("middle", 3)
    a, b = pytest.approx(0.285), pytest.approx(math.sqrt(0.002))
    assert first(plan) == [{"a": a, "b": b, "c": 4, "d": "y", "e": False}] * 3
    assert "all points are one" in list(cautions(plan))
    assert len(set(hashes(plan, Plan.first(3, 1, 1, 3).enlarged(2, growing=kind.growing)))) == 1
