"""Draws by address: what they are, that the address is all they depend on, and which draws share words."""

from __future__ import annotations

import ast
import itertools
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.draws import addressed
from sim.draws import blocks as in_blocks
from sim.draws.addressed import block, normal, normals, uniform, uniforms
from sim.draws.philox import words
from sim.engines.reference import PartyModel
from sim.registry.decision_points import DECISION_POINTS
from sim.scenario.schema import Scenario
from sim.world.build import build

Address = tuple[int, int, int, int, int, int]

word = st.integers(0, 2**32 - 1)
#: Seed, replicate, decision point, month, entity, index.
addresses = st.tuples(
    st.integers(0, 2**63 - 1), word, st.integers(0, 2**16 - 1), st.integers(0, 2**16 - 1), word, st.integers(0, 2**30)
)
HERE: Address = (1921, 3, 5, 23052, 77 << 8, 6)
NAMES = ("seed", "replicate", "point", "month", "entity", "index")


def specified(address: Address, number: int) -> tuple[int, int, int, int]:
    """Return a block's words from the specification, in plain integers."""
    seed, replicate, point, month, entity, _ = address
    return words((entity, month + 65536 * point, number, replicate), (seed % 2**32, seed // 2**32))


def specified_normal(address: Address) -> float:
    """Return the closed form: the sum of four 16-bit integers, standardised by its exact mean and variance."""
    index = address[5]
    high, low = specified(address, index // 2)[2 * (index % 2) : 2 * (index % 2) + 2]
    total = (high & 0xFFFF) + (high >> 16) + (low & 0xFFFF) + (low >> 16)
    # variance of one integer, uniform on 0 to n - 1, is (n^2 - 1) / 12
    return (total - 4 * 65535 / 2) / math.sqrt(4 * (65536**2 - 1) / 12)


@given(address=addresses)
def test_a_block_is_the_specification_at_its_address(address: Address) -> None:
    assert tuple(int(w) for w in block(*address)) == specified(address, address[5])
    assert tuple(int(w) for w in block.py_func(*address)) == specified(address, address[5])  # type: ignore[attr-defined]


@given(address=addresses)
def test_a_uniform_draw_is_the_middle_of_its_word(address: Address) -> None:
    index = address[5]
    expected = (specified(address, index // 4)[index % 4] + 0.5) * 2**-32
    assert uniform(*address) == expected
    assert uniform.py_func(*address) == expected  # type: ignore[attr-defined]
    assert 0.0 < expected < 1.0


@given(address=addresses)
def test_a_block_of_uniform_draws_is_four_single_ones(address: Address) -> None:
    number = address[5] // 4
    four = uniforms(*address[:5], number)
    assert four == tuple(uniform(*address[:5], 4 * number + lane) for lane in range(4))
    assert four == uniforms.py_func(*address[:5], number)  # type: ignore[attr-defined]


@given(address=addresses)
def test_a_block_of_normal_draws_is_two_single_ones(address: Address) -> None:
    number = address[5] // 2
    two = normals(*address[:5], number)
    assert two == tuple(normal(*address[:5], 2 * number + lane) for lane in range(2))
    assert two == normals.py_func(*address[:5], number)  # type: ignore[attr-defined]


def test_the_extreme_words_give_draws_strictly_between_zero_and_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addressed, "block", lambda *_: (0, 1, 2**32 - 2, 2**32 - 1))
    draws = [uniform.py_func(*HERE[:5], index) for index in range(4)]  # type: ignore[attr-defined]
    assert 0.0 < draws[0] < draws[1] < draws[2] < draws[3] < 1.0
    assert draws[0] == 1.0 - draws[3]
    monkeypatch.setattr(addressed, "block", lambda *_: (0, 0, 2**32 - 1, 2**32 - 1))
    low, high = (normal.py_func(*HERE[:5], index) for index in range(2))  # type: ignore[attr-defined]
    assert low == -high == pytest.approx(-131070 / math.sqrt((2**32 - 1) / 3))


@given(address=addresses)
def test_a_normal_draw_is_its_closed_form(address: Address) -> None:
    found = normal(*address)
    assert found == pytest.approx(specified_normal(address), abs=1e-12)
    assert found == normal.py_func(*address)  # type: ignore[attr-defined]
    assert abs(found) < 3.5


def test_uniform_draws_are_uniform_and_uncorrelated() -> None:
    """Moments within about four standard errors, over entities and over neighbouring indices."""
    n = 20_000
    for draws in (
        [uniform(1921, 0, 1, 23052, entity, 0) for entity in range(n)],
        [uniform(1921, 0, 1, 23052, 7, index) for index in range(n)],
    ):
        assert statistics.fmean(draws) == pytest.approx(0.5, abs=4 * math.sqrt(1 / 12 / n))
        assert statistics.pvariance(draws) == pytest.approx(1 / 12, rel=0.03)
        assert abs(statistics.correlation(draws[:-1], draws[1:])) < 4 / math.sqrt(n)


def test_normal_draws_have_mean_zero_and_deviation_one() -> None:
    n = 20_000
    draws = [normal(1921, 0, 1, 23052, entity, 1) for entity in range(n)]
    assert statistics.fmean(draws) == pytest.approx(0.0, abs=4 / math.sqrt(n))
    assert statistics.pstdev(draws) == pytest.approx(1.0, abs=0.02)
    # a sum of four uniforms: kurtosis 3 - 6/5/4 = 2.7
    assert statistics.fmean(x**4 for x in draws) == pytest.approx(2.7, abs=0.15)
    neighbours = [normal(1921, 0, 1, 23052, entity, 0) for entity in range(n)]
    assert abs(statistics.correlation(draws, neighbours)) < 4 / math.sqrt(n)


@pytest.mark.parametrize("place", range(6), ids=NAMES)
@given(address=addresses, step=st.integers(1, 1000))
def test_every_part_of_an_address_matters(place: int, address: Address, step: int) -> None:
    top = (2**63, 2**32, 2**16, 2**16, 2**32, 2**30)[place]
    other = list(address)
    other[place] = (address[place] + step) % top
    assert uniform(*address) != uniform(*other)


def test_no_two_neighbouring_addresses_share_a_draw() -> None:
    """All addresses of a small box: month and point, or replicate and entity, must not add up to one number."""
    two = (1, 2)
    box = list(itertools.product(two, two, two, two, two, range(8)))
    assert len({uniform(*address) for address in box}) == len(box)


def test_the_upper_half_of_the_seed_counts() -> None:
    seeds = [5, 5 + 2**32, 5 + 2**62, 2**63 - 1]
    assert len({uniform(seed, *HERE[1:]) for seed in seeds}) == len(seeds)
    assert uniform(2**63 - 1, *HERE[1:]) == (specified((2**63 - 1, *HERE[1:]), 1)[2] + 0.5) * 2**-32


@given(order=st.permutations(range(12)))
def test_the_order_of_draws_does_not_matter(order: list[int]) -> None:
    addresses_here = [(*HERE[:5], index) for index in range(12)]
    straight = [uniform(*address) for address in addresses_here]
    mixed = {i: (normal(*addresses_here[i]), uniform(*addresses_here[i]))[1] for i in order}
    assert [mixed[i] for i in range(12)] == straight


# Which draws share words.


@given(address=addresses, i=st.integers(0, 40), j=st.integers(0, 20))
def test_a_normal_draw_uses_the_words_of_uniform_draws_of_its_own_block_only(address: Address, i: int, j: int) -> None:
    """Within one decision point, month and entity: uniform i and normal j share words only if i//4 == j//2.

    Normal j is made of two of the four words of block j//2: those of uniforms 4 (j//2) + 2 (j%2) and
    the next. A point used for both kinds must therefore take them from different blocks.
    """
    made_of = {4 * (j // 2) + 2 * (j % 2) + k for k in (0, 1)}
    assert all(u // 4 == j // 2 for u in made_of)
    back = [int(uniform(*address[:5], u) * 2**32 - 0.5) for u in sorted(made_of)]
    total = sum((w & 0xFFFF) + (w >> 16) for w in back)
    assert normal(*address[:5], j) == pytest.approx((total - 131070) / math.sqrt((2**32 - 1) / 3), abs=1e-12)
    if i // 4 != j // 2:
        assert i not in made_of


KINDS = {
    "uniform": "uniform", "uniforms": "uniform", "uniform_of_each": "uniform", "pick": "uniform", "normal": "normal",
}  # fmt: skip


def _drawn() -> Iterator[tuple[str, str]]:
    """Find every draw of the reference engine by its text: decision point and kind."""
    for file in sorted((Path(sim.__file__).parent / "engines" / "reference").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in KINDS:
                point = node.args[0]
                if isinstance(point, ast.Constant):
                    yield str(point.value), KINDS[node.func.attr]


def test_points_drawn_from_in_both_kinds_are_known() -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for point, kind in _drawn():
        kinds[point].add(kind)
    assert set(kinds) <= set(DECISION_POINTS)
    assert {point for point, used in kinds.items() if len(used) == 2} == {"birth", "unfit"}


def test_no_word_serves_both_a_uniform_and_a_normal_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a small world with quick turnover and note every block that is drawn from, and in which kind."""
    used: dict[str, set[tuple[int, ...]]] = {"uniform": set(), "normal": set()}

    def noting(draw: Callable[..., Any], kind: str, per_block: int) -> Callable[..., Any]:
        def noted(*address: int) -> Any:
            used[kind].add((*address[:5], address[5] // per_block))
            return draw(*address)

        return noted

    monkeypatch.setattr(addressed, "uniform", noting(uniform, "uniform", 4))
    monkeypatch.setattr(addressed, "uniforms", noting(uniforms, "uniform", 1))
    monkeypatch.setattr(addressed, "normal", noting(normal, "normal", 2))
    each = noting(uniform, "uniform", 4)
    monkeypatch.setattr(
        in_blocks, "uniform_of_each",
        lambda *at: np.array([each(*at[:4], int(entity) & 0xFFFFFFFF, at[5]) for entity in at[4]]),
    )
    scenario = Scenario.model_validate({
        "title": "small", "period": {"start": "1921-01", "end": "1922-03"}, "policy": {"rule": "share", "share": 0.5},
        "tree": {"kind": "synthetic", "guberniias": 6, "uezds_each": 2},
        "parameters": {"w0": 0.1, "h_unf": 0.3, "n_cand": 5.0, "cont": 1.0, "rev": 1.0, "res_d": 1.0},
    })  # fmt: skip
    model = PartyModel(build(scenario))
    for _ in range(15):
        model.step()
    number = {name: point.number for name, point in DECISION_POINTS.items()}
    blocks = {kind: {point: {a[5] for a in found if a[2] == number[point]} for point in number}
              for kind, found in used.items()}  # fmt: skip
    assert {point for point in number if blocks["uniform"][point] and blocks["normal"][point]} == {"birth", "unfit"}
    assert (blocks["uniform"]["unfit"], blocks["normal"]["unfit"]) == ({0}, {1})
    # of each trainee: attributes, then skill and loyalty, then what judges see beyond skill
    assert {block % 4 for block in blocks["uniform"]["birth"]} == {0}
    assert {block % 4 for block in blocks["normal"]["birth"]} == {1, 2}
    assert not used["uniform"] & used["normal"]


@given(
    seed=st.integers(0, 2**63 - 1), replicate=st.integers(0, 2**32 - 1), point=st.integers(1, 255),
    month=st.integers(0, 65535), entities=st.lists(st.integers(0, 2**40), min_size=1, max_size=20),
    index=st.integers(0, 1000),
)  # fmt: skip
def test_many_entities_at_once_draw_what_each_draws(
    seed: int, replicate: int, point: int, month: int, entities: list[int], index: int
) -> None:
    """Generations above 32 bits do not count, as in the single form."""
    at_once = in_blocks.uniform_of_each(seed, replicate, point, month, np.array(entities, dtype=np.uint64), index)
    assert at_once.tolist() == [uniform(seed, replicate, point, month, entity, index) for entity in entities]
