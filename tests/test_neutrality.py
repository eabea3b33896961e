"""Neutrality: with all twins equal, untwinned terms off and places alike, neither policy is favoured.

Small synthetic worlds keep this fast; the share that is allowed, 45 to 55 per cent, is that of MODEL. Points come from
the registry's ranges, by the shipped experiment on a tree as large as the country.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sim.analysis.sweep import open_sweep
from sim.experiment.experiment import Experiment
from sim.experiment.load import load_experiment
from sim.runner.sweep import sweep

ONE_LEVEL, TWO_LEVELS = {"guberniias": 8, "uezds_each": 0}, {"guberniias": 4, "uezds_each": 4}
Better = Callable[..., dict[str, float]]


def small(tree: dict[str, int], points: int, **held: float) -> Experiment:
    """Return the experiment on a small tree, with parameters held that then are no twins."""
    known = load_experiment("neutrality")
    base = known.base | {"tree": known.base["tree"] | tree}
    if held:
        base |= {"options": base["options"] | {"twins": "own"}, "parameters": base["parameters"] | held}
    drawn = tuple(factor for factor in known.uncertainties if factor.name not in held)
    design = replace(known.design, points=points)
    return replace(known, base=base, levers=known.levers[:1], uncertainties=drawn, design=design)


@pytest.fixture
def better(tmp_path: Any) -> Better:
    """Return by outcome the share of points at which election does better: better(tree, points, ...)."""

    def of(*what: Any, **held: float) -> dict[str, float]:
        folder = sweep(small(*what, **held), tmp_path / f"{len(list(tmp_path.iterdir()))}")
        found = open_sweep(folder).effects(scope="nation")
        assert set(found["option"]) == {"election"}
        return dict(zip(found["outcome"], found["points_better"], strict=True))

    return of


@pytest.mark.parametrize(("tree", "points"), [(ONE_LEVEL, 500), (TWO_LEVELS, 400)], ids=["one level", "two levels"])
def test_the_neutral_kernel_favours_neither(tree: dict[str, int], points: int, better: Better) -> None:
    share = better(tree, points)
    assert 0.45 <= share["performance"] <= 0.55
    # paralysis is nearly neutral: removed locals stay in the place, removed outsiders go
    assert 0.38 <= share["paralysed"] <= 0.55


def test_an_unequal_twin_is_noticed(better: Better) -> None:
    """The test above could not fail if the comparison were blind: clear-sighted voters must win."""
    assert better(ONE_LEVEL, 40, r_v=0.9, r_f=0.02)["performance"] > 0.7
    assert better(ONE_LEVEL, 40, r_v=0.02, r_f=0.9)["performance"] < 0.3


def test_the_same_terms_are_off_wherever_the_kernel_is_neutral() -> None:
    neutral = load_experiment("openness").levers[1].options[-1]
    kernels = [neutral.table, *(load_experiment(name).base for name in ("neutrality", "openness-places"))]
    assert neutral.value == "neutral"
    assert {kernel["options"]["twins"] for kernel in kernels} == {"equal"}
    assert {frozenset(kernel["mechanisms"]) for kernel in kernels} == {frozenset(kernels[0]["mechanisms"])}
    assert not any(on for kernel in kernels for on in kernel["mechanisms"].values())
