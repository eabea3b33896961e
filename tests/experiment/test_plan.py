"""Numbers of runs, units and parts: each run stands once, and an enlarged plan moves nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.plan import Block, Plan

PLANS = st.builds(
    lambda points, replicates, combinations, part_units, times, growing: (
        Plan.first(points, replicates, combinations, part_units), times, growing
    ),
    st.integers(1, 9), st.integers(1, 5), st.integers(1, 4), st.integers(1, 50),
    st.lists(st.integers(2, 6), max_size=3), st.booleans(),
)  # fmt: skip


def grown(plan: Plan, times: list[int], growing: bool) -> Plan:
    for number in times:
        plan = plan.enlarged(number, growing=growing)
    return plan


def runs_of(plan: Plan, number: int) -> list[tuple[int, int, int, int]]:
    """Return run, point, replicate and combination of all runs of a chunk."""
    chunk = plan.chunk(number)
    return [
        (chunk.first_run + unit * chunk.combinations + combination, point, replicate, combination)
        for unit, (point, replicate) in enumerate(chunk.pairs())
        for combination in range(chunk.combinations)
    ]


@given(PLANS)
def test_every_run_stands_in_exactly_one_part(drawn):
    plan = grown(*drawn)
    rows = [row for number in range(plan.chunks) for row in runs_of(plan, number)]
    assert [row[0] for row in rows] == list(range(plan.runs))
    assert len({row[1:] for row in rows}) == plan.runs
    points, replicates = plan.points, max(block.replicates[1] for block in plan.blocks)
    assert plan.runs == points * replicates * plan.combinations
    for run, *_ in rows:
        chunk = plan.chunk_of(run)
        assert chunk.first_run <= run < chunk.first_run + chunk.runs


@given(PLANS)
def test_an_enlarged_plan_moves_nothing(drawn):
    plan, times, growing = drawn
    larger = grown(plan, times, growing)
    assert all(larger.chunk(number) == plan.chunk(number) for number in range(plan.chunks))
    assert larger.runs == plan.runs * max([1, *times])
    assert Plan.read(larger.record()) == larger


@given(PLANS)
def test_parts_are_rows_of_units_of_one_block(drawn):
    plan = grown(*drawn)
    for number in range(plan.chunks):
        chunk = plan.chunk(number)
        pairs = list(chunk.pairs())
        assert 1 <= len(pairs) == chunk.size <= plan.pairs_per_chunk
        assert chunk.runs == chunk.size * plan.combinations
        assert chunk.points == (pairs[0][0], pairs[-1][0] + 1)
        assert pairs == sorted(pairs)


def test_numbers_as_the_contract_has_them():
    plan = Plan.first(10, 2, 3, 7).enlarged(2, growing=True)
    assert plan.blocks == (Block((0, 10), (0, 2)), Block((10, 20), (0, 2)))
    # point 12, replicate 1, combination 2
    assert (59 + 1 + ((12 - 10) * 2 + 1) * 3 + 2, 12, 1, 2) in runs_of(plan, plan.chunk_of(71).number)
    assert plan.enlarged(2, growing=True) is plan
    others = Plan.first(10, 2, 3, 7).enlarged(3, growing=False)
    assert others.blocks == (Block((0, 10), (0, 2)), Block((0, 10), (2, 4)), Block((0, 10), (4, 6)))


@given(PLANS)
def test_a_plan_is_the_same_however_it_grew(drawn):
    plan, times, growing = drawn
    assert grown(plan, times, growing) == plan.enlarged(max([1, *times]), growing=growing)


@given(PLANS, st.integers(1, 7), st.data())
def test_what_has_not_begun_can_be_left_out_again(drawn, asked, data):
    plan = grown(*drawn)
    stored = data.draw(st.sets(st.integers(0, plan.chunks - 1)))
    found = plan.enlarged(asked, growing=drawn[2], stored=stored)
    last = plan.chunk(max(stored)).block if stored else plan.blocks[0]
    assert found.blocks[: len(plan.blocks)] == plan.blocks[: len(found.blocks)], "no block is another one"
    assert len(found.blocks) == max(asked, plan.blocks.index(last) + 1)
    assert [found.chunk(number) for number in stored] == [plan.chunk(number) for number in stored]


@pytest.mark.parametrize("number", [-1, 6])
def test_a_part_that_is_not_there(number):
    plan = Plan.first(6, 1, 1, 1)
    with pytest.raises(IndexError):
        plan.chunk(number)
    with pytest.raises(IndexError):
        plan.chunk_of(number)
