"""Comparing worlds until a precision is reached: plans, pilots, and what cannot be reached."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis import paired
from sim.engines.engine import Engine
from sim.engines.trajectory import Trajectory
from sim.errors import UserError
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.runner import compare as study
from sim.runner.compare import compare
from sim.world.build import build
from tests.fakes import PERFORMANCE, fake, row, world


def test_a_precision_is_reached_from_a_plan(tmp_path):
    worlds, seen = [world(), world("b", "election")], []
    result = compare(*worlds, out=tmp_path / "c", engine=fake(noise=0.05), precision=0.01,
        progress=lambda *done: seen.append(done),
    )  # fmt: skip
    found = result.manifest["precision"]
    assert found["reached"] and found["achieved"] <= 0.01 and found["needed"] is None
    pairs = result.manifest["pairs"]
    assert study.PILOT < pairs < 1.35 * paired.needed(0.05, 0.01), "about a hundred"
    assert row(result).high - row(result).effect == pytest.approx(found["achieved"])
    assert seen[:2] == [(12, 24 * study.PILOT), (24, 24 * study.PILOT)], "one world after the other"
    assert seen[-1] == (24 * pairs, 24 * pairs), "months of both worlds"
    assert seen == sorted(seen)
    plain = compare(*worlds, replicates=pairs, out=tmp_path / "d", engine=fake(noise=0.05))
    pd.testing.assert_frame_equal(plain.effects(), result.effects())


def test_a_precision_out_of_reach_says_how_many_pairs_it_would_take(tmp_path):
    worlds = [world(), world("b", "election")]
    result = compare(
        *worlds, replicates=20, out=tmp_path / "c", engine=fake(noise=0.05), precision=0.01, target="recovery"
    )
    found = result.manifest["precision"]
    assert not found["reached"] and found["achieved"] > 0.01 and result.manifest["pairs"] == 20
    assert found["needed"] == paired.needed(row(result, "recovery").sd, 0.01) > 20
    single = compare(*worlds, replicates=1, out=tmp_path / "d", engine=fake(), precision=0.01).manifest["precision"]
    assert (single["reached"], single["achieved"], single["needed"]) == (False, None, None)


def test_what_has_not_varied_yet_is_no_precision_reached(tmp_path):
    """An event in pair 130 only: the pilot shows none of it."""
    rare = fake(effect=0.0, noise=0.0)

    def simulate(world: Any, replicate: int, on_month: Any = None, *, events: bool = True) -> Trajectory:
        trajectory = rare.simulate(world, replicate)
        if replicate == 130 and world.scenario.policy.changes["switch"].rule == "election":
            trajectory.values[6:] += 1.0
        return trajectory

    engine = Engine("rare", build, simulate)
    worlds, wish = [world(), world("b", "election")], 0.01
    few = compare(*worlds, replicates=120, out=tmp_path / "few", engine=engine, precision=wish).manifest
    found = few["precision"]
    assert few["pairs"] == 120 and not found["reached"] and found["needed"] is None
    assert found["achieved"] == 0.0 and found["equal"] == {"b": 120}
    many = compare(*worlds, out=tmp_path / "many", engine=engine, precision=wish).manifest
    assert 130 < many["pairs"] < 800 and many["precision"]["reached"] and many["precision"]["equal"] == {}


@pytest.mark.parametrize(("other", "at"), [(world("b"), []), (world("b", "election"), ["1921-01:1921-06"])])
def test_worlds_of_the_same_inputs_need_no_more_than_the_pilot(other, at, tmp_path):
    result = compare(world(), other, out=tmp_path / "c", engine=fake(), precision=0.01, horizons=at)
    found = result.manifest["precision"]
    assert result.manifest["pairs"] == study.PILOT and found["reached"] and found["equal"] == {}


@pytest.mark.exhaustive
def test_a_plan_counts_replicates_that_fail_and_pairs_that_are_undefined(tmp_path):
    def fail(world, replicate):
        if replicate % 5 == 4:
            raise ZeroDivisionError

    steady = fake(noise=0.05, before=fail)

    def simulate(world: Any, replicate: int, on_month: Any = None, *, events: bool = True) -> Trajectory:
        trajectory = steady.simulate(world, replicate)
        if replicate % 5 < 2:
            trajectory.values[:, 0, PERFORMANCE] = np.nan
        return trajectory

    worlds = [world(), world("b", "election"), world("c", "election")]
    engine, wish = Engine("partly", build, simulate), 0.01
    result = compare(*worlds, replicates=20, out=tmp_path / "c", engine=engine, precision=wish)
    assert result.manifest["pairs"] == 16
    each = [row(result, of=of) for of in (1, 2)]
    assert [found.pairs for found in each] == [8, 8]
    needed = max(math.ceil(paired.needed(found.sd, 0.01) * 20 / 8) for found in each)
    assert result.manifest["precision"]["needed"] == needed
    seen: list[int] = []
    whole = compare(*worlds, out=tmp_path / "d", engine=engine, precision=wish,
                    progress=lambda _, total: seen.append(total))  # fmt: skip
    tried = whole.manifest["pairs"] + len({failure["replicate"] for failure in whole.manifest["failed"]})
    assert whole.manifest["precision"]["reached"] and tried * 36 == seen[-1]
    pilot = compare(
        *worlds, replicates=study.PILOT, out=tmp_path / "e", engine=engine, precision=wish
    ).manifest["precision"]
    assert list(dict.fromkeys(seen))[:2] == [36 * study.PILOT, 36 * pilot["needed"]], "planned in replicates"


def test_a_precision_of_what_is_not_defined_is_refused(tmp_path):
    engine = fake()
    never = Engine("never", engine.build, lambda world, replicate, on_month=None, *, events=True: Trajectory(
        world.months, np.full((12, len(SCOPES), len(OUTCOMES)), np.nan)))  # fmt: skip
    with pytest.raises(UserError, match="--for: found 'conflict'; allowed: an outcome that is defined here mean of"):
        compare(world(), world("b"), replicates=3, out=tmp_path / "c", engine=never, precision=0.1, target="conflict")
    assert not list(tmp_path.iterdir())
