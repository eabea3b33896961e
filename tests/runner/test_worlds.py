"""The worlds of an experiment: made quickly, and equal to what the scenario of the run builds."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engines.compiled import simulate
from sim.experiment.experiment import Design, Experiment, Factor, Option
from sim.experiment.horizons import Horizon
from sim.runner.chunks import LEAST, Worlds, scenario_table
from sim.scenario.schema import Scenario
from sim.world.build import build

POLICY = Factor("policy", (
    Option("appointment", {"policy": {"rule": "appointment"}}),
    Option("recorded", {"policy": {"rule": "recorded", "uezds": "election"}}),
))  # fmt: skip
ORDER = Factor("order", tuple(Option(order, {"options": {"order": order}}) for order in ("need", "random")))
NUMBERS = (
    Factor("b_slope", target="parameters.b_slope"), Factor("k1", target="parameters.k1"),
    Factor("files", target="parameters.r_f"), Factor("skill", target="tree.skill_shift"),
    Factor("bench", target="tree.bench", whole=True),
)  # fmt: skip


def experiment() -> Experiment:
    base = {
        "period": {"start": "1921-01", "end": "1922-03"},
        "tree": {"kind": "synthetic", "guberniias": 3, "uezds_each": 2}, "parameters": {"pack": 0.25},
    }  # fmt: skip
    horizon = {"end": Horizon("1922-03", "1922-03")}
    design = Design("latin-hypercube", 4)
    return Experiment("x", "An experiment", base, (POLICY,), (ORDER, *NUMBERS), design, 2, 7, ("performance",), horizon)


def draw(number: int, order: str = "need") -> dict[str, object]:
    values = {"b_slope": 0.01 * number, "k1": 0.5 + 0.02 * number, "files": 0.03 * number}
    return {"order": order, **values, "skill": 0.001 * number, "bench": 3 + number % 4}


def test_a_world_gives_the_trace_of_its_scenario_to_the_last_bit() -> None:
    known, worlds = experiment(), Worlds(experiment())
    for number in range(6):
        for combination in (0, 1):
            values = draw(number, "random" if number % 2 else "need")
            made = worlds.world(combination, values)
            plain = build(Scenario.model_validate(scenario_table(known, combination, values), strict=False))
            assert made.scenario.model_dump(exclude={"title"}) == plain.scenario.model_dump(exclude={"title"})
            assert (made.scenario.parameters["r_f"], made.scenario.parameters["pack"]) == (0.03 * number, 0.25)
            traces = [simulate(world, number).values for world in (made, plain)]
            np.testing.assert_array_equal(*traces)


def test_every_combination_has_its_model_at_hand_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.runner.chunks.LEAST", 1)
    worlds = Worlds(experiment())
    assert len(worlds.combinations) > 1
    first, second = (
        [worlds.world(combination, draw(1) | {"files": files}) for combination in range(len(worlds.combinations))]
        for files in (0.3, 0.4)
    )
    assert all(one.like is two.like for one, two in zip(first, second, strict=True))
    monkeypatch.setattr("sim.runner.chunks.MOST", 1)
    few = Worlds(experiment())
    for combination in range(len(few.combinations)):
        few.world(combination, draw(1))
    assert len(few._patterns) == 1, "memory stays bounded with very many combinations, too"


def test_worlds_that_differ_in_parameters_alone_share_the_rest() -> None:
    worlds = Worlds(experiment())
    one, two = worlds.world(0, draw(1)), worlds.world(0, draw(1) | {"files": 0.4})
    assert one.calendar is two.calendar and one.like is two.like
    assert worlds.world(0, draw(1, "random")).like is not one.like
    for number in range(LEAST + 5):
        worlds.world(1, draw(3) | {"skill": 0.001 * number})
    assert len(worlds._patterns) == LEAST, "memory stays bounded"
    again = worlds.world(0, draw(1))
    assert again.like is not one.like and (again.committees, again.skill) == (one.committees, one.skill)
