"""Draws of what nobody set: the same at every door, and none that moves."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from sim.experiment.designs import samples
from sim.experiment.draws import STEPS, Draws, draws
from sim.experiment.load import load_experiment
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.scenario.load import load
from sim.world.build import build, vary

A, B = load("appointment"), load("election")
ALL = draws(A, B)


def test_whatever_nobody_set_is_drawn_from_its_range_or_its_readings():
    assert [factor.name for factor in ALL.factors] == [*PARAMETERS, *VARIANTS]
    for sample in ALL.samples(0, 64):
        for name, parameter in PARAMETERS.items():
            assert parameter.low <= sample[name] <= parameter.high
        for name, variant in VARIANTS.items():
            excluded = variant.under and sample[variant.under[0]] != variant.under[1]
            assert sample[name] is None if excluded else sample[name] in variant.choices


def test_draws_are_those_of_an_experiment_with_the_same_seed(tmp_path):
    (tmp_path / "e.toml").write_text(
        'title = "E"\nscenario = "appointment"\n[uncertainties]\nprior = "all"\n'
        '[design]\nkind = "sobol"\npoints = 16\nseed = 1921\n'
    )
    assert ALL.samples(0, 16) == samples(load_experiment(tmp_path / "e.toml"), (0, 16), 0, 16)


@pytest.mark.parametrize("by", ["scenario", "command line", "one world alone", "page"])
def test_what_was_set_is_not_drawn_and_moves_no_other_draw(by):
    if by == "page":
        found, missing = draws(A, B, fixed=["r_f"]), ["r_f"]
    elif by == "scenario":
        found, missing = draws(load("abundant-cadres")), ["res_d"]
    elif by == "one world alone":
        found, missing = draws(A, load("election", ["r_f=0.1"])), ["r_f"]
    else:
        found, missing = draws(load("appointment", ["r_f=0.1", "electorate=plenum"])), ["r_f", "electorate"]
    assert [factor.name for factor in ALL.factors if factor not in found.factors] == missing
    rest = [{name: value for name, value in sample.items() if name not in missing} for sample in ALL.samples(0, 8)]
    assert found.samples(0, 8) == rest


def test_worlds_of_two_versions_of_the_defaults_are_not_drawn_where_these_differ():
    found = [factor.name for factor in draws(A, load("election", ['defaults="0.1"'])).factors]
    assert "recovery_max" not in found and "unfilled" not in found and "r_f" in found


@pytest.mark.parametrize(("reading", "drawn"), [("acting", True), ("lapse", False)])
def test_a_variant_is_drawn_only_where_it_decides_something(reading, drawn):
    found = draws(load("appointment", [f"unfilled={reading}"]))
    assert ("succession" in [factor.name for factor in found.factors]) == drawn
    if drawn:
        assert None not in [sample["succession"] for sample in found.samples(0, 8)]


def test_no_draw_moves_when_more_are_asked_for():
    assert ALL.samples(0, 100)[37:64] == ALL.samples(37, 64)
    assert np.array_equal(ALL.positions(0, 5000)[4090:], ALL.positions(4090, 5000))


def test_another_seed_draws_otherwise():
    assert not np.array_equal(draws(load("appointment", ["run.seed=7"])).positions(0, 4), ALL.positions(0, 4))


def test_positions_are_enough_to_repeat_the_draws():
    positions = ALL.positions(0, 32)
    assert positions.dtype == np.uint32 and positions.max() < STEPS
    for row, sample in zip(positions.tolist(), ALL.samples(0, 32), strict=True):
        for factor, position in zip(ALL.factors, row, strict=True):
            p = position / STEPS
            if factor.options:
                value = factor.options[math.floor(p * len(factor.options))].value
            elif factor.distribution == "loguniform":
                value = float(f"{math.exp(math.log(factor.low) + math.log(factor.high / factor.low) * p):.12g}")
            else:
                value = factor.low + (factor.high - factor.low) * p
            assert sample[factor.name] in (None, value if factor.options else pytest.approx(value, rel=1e-11))


def test_draws_come_back_from_their_record():
    assert Draws.read(json.loads(json.dumps(ALL.record()))) == ALL
    with pytest.raises(ValueError, match="width"):
        Draws.read(ALL.record() | {"width": "many"})


def test_a_world_that_is_varied_by_a_draw_is_the_world_that_has_it_set():
    parameters, variants = list(ALL.varied(3, 4))[0]
    sets = {**{f"parameters.{name}": value for name, value in parameters.items()},
            **{f"variants.{name}": value for name, value in variants.items()}}  # fmt: skip
    one, two = vary(build(A.scenario), parameters, variants), build(load("appointment", sets).scenario)
    assert (one.p, one.variants, one.skill) == (two.p, two.variants, two.skill)
