"""Neutrality: with twins equal, untwinned terms off and places alike, neither policy is favoured, soon or late.

Points come from the registry's ranges and readings, by the shipped experiment, on its two smaller trees; the largest
is in docs/openness.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from sim.analysis.sweep import open_sweep
from sim.experiment.experiment import Experiment
from sim.experiment.load import load_experiment
from sim.registry.outcomes import OUTCOMES
from sim.runner.sweep import sweep

SMALL, MIDDLE = {"guberniias": 8, "uezds_each": 0}, {"guberniias": 30, "uezds_each": 8}
Rows = dict[tuple[str, str], dict[str, Any]]
Effects = Callable[..., Rows]


#: Terms with one number for both sides: neither with them nor without may a policy be favoured, or leans cancel.
SHARED = ("crossing", "ladder", "renewal")


def small(tree: dict[str, int], points: int, defaults: str = "", off: Iterable[str] = (), **held: float) -> Experiment:
    """Return the experiment on one tree, with mechanisms off and with parameters held that then are no twins."""
    known = load_experiment("neutrality")
    base = known.base | {
        "tree": known.base["tree"] | tree, "mechanisms": known.base["mechanisms"] | dict.fromkeys(off, False),
    }  # fmt: skip
    if defaults:
        base |= {"defaults": defaults}
    if held:
        base |= {"options": base["options"] | {"twins": "own"}, "parameters": base["parameters"] | held}
    drawn = tuple(factor for factor in known.uncertainties if factor.name not in held and factor.name != "tree")
    return replace(known, base=base, uncertainties=drawn, design=replace(known.design, points=points))


@pytest.fixture
def effects(tmp_path: Any) -> Effects:
    """Return effects by outcome and horizon: effects(tree, points, ...)."""

    def of(*what: Any, **held: Any) -> Rows:
        folder = sweep(small(*what, **held), tmp_path / f"{len(list(tmp_path.iterdir()))}")
        found = open_sweep(folder).effects(scope="nation").to_dict("records")
        assert {row["option"] for row in found} == {"election"}
        return {(row["outcome"], row["horizon"]): row for row in found}

    return of


def leaning(rows: Rows) -> dict[tuple[str, str], float]:
    """Return the effects that lie further from nothing than they may, and the shares that do.

    Three standard errors and not two: sixteen comparisons are made, of which one in three would fail by chance.
    """
    found = {}
    for outcome, horizon in ((o, h) for o in ("performance", "paralysed") for h in ("soon", "late")):
        row = rows[outcome, horizon]
        error = (row["high"] - row["low"]) / 4
        if abs(row["effect"]) > 0.1 * float(OUTCOMES[outcome].smallest or 0.0) + 3 * error:
            found[outcome, horizon] = row["effect"]
        if abs(row["points_better"] - 0.5) > 0.05 + 1.5 / row["points"] ** 0.5:
            found[outcome, horizon] = row["points_better"]
    return found


#: So many that the first version's lean is seen.
FEW = 100


@pytest.mark.parametrize(("tree", "points", "off"), [
    pytest.param(SMALL, 300, (), id="8 places"),
    pytest.param(SMALL, 300, SHARED, id="8 places without shared terms", marks=pytest.mark.exhaustive),
    pytest.param(MIDDLE, FEW, (), id="30 with 8 uezds each"),
    pytest.param(MIDDLE, 300, (), id="at more points", marks=pytest.mark.exhaustive),
    pytest.param(MIDDLE, 300, SHARED, id="and without shared terms", marks=pytest.mark.exhaustive),
])  # fmt: skip
def test_the_neutral_kernel_favours_neither(
    tree: dict[str, int], points: int, off: tuple[str, ...], effects: Effects
) -> None:
    assert leaning(effects(tree, points, off=off)) == {}


@pytest.mark.exhaustive
def test_the_first_version_leant(effects: Effects) -> None:
    """The test above can fail: pools and the reserve as they were favour election where there are uezds."""
    assert leaning(effects(MIDDLE, FEW, defaults="0.1"))


def test_an_unequal_twin_is_noticed(effects: Effects) -> None:
    """Nor could it if the comparison were blind: clear-sighted voters must win."""
    seen = effects(SMALL, 40, r_v=0.9, r_f=0.02)["performance", "soon"]["points_better"]
    blind = effects(SMALL, 40, r_v=0.02, r_f=0.9)["performance", "soon"]["points_better"]
    assert seen > 0.7 and blind < 0.3


def test_the_same_terms_are_off_wherever_the_kernel_is_neutral() -> None:
    neutral = load_experiment("openness").levers[1].options[-1]
    kernels = [neutral.table, *(load_experiment(name).base for name in ("neutrality", "openness-places"))]
    assert neutral.value == "neutral"
    assert {kernel["options"]["twins"] for kernel in kernels} == {"equal"}
    assert {frozenset(kernel["mechanisms"]) for kernel in kernels} == {frozenset(kernels[0]["mechanisms"])}
    assert not any(on for kernel in kernels for on in kernel["mechanisms"].values())
