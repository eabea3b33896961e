"""Neutrality: with all twins equal, untwinned terms off and classes alike, neither policy is favoured.

Small synthetic worlds keep this fast on the reference engine; the share that is allowed, 45 to 55
per cent, is that of MODEL. Draws come from the registry's ranges.
"""

from __future__ import annotations

import pytest

from sim.experiment.twins import LOOSE, UNTWINNED, latin_hypercube, with_equal_twins
from sim.registry.parameters import PARAMETERS
from sim.runner.openness import neutral_pairs, run_pairs, share_better

WORKERS = 2


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("tree", "draws"),
    [
        pytest.param({"guberniias": 8, "uezds_each": 0}, 500, id="one level"),
        pytest.param({"guberniias": 4, "uezds_each": 4}, 400, id="two levels"),
    ],
)
def test_the_neutral_kernel_favours_neither(tree: dict[str, int], draws: int) -> None:
    effects = run_pairs(neutral_pairs(tree, draws, design_seed=1921), WORKERS)
    assert 0.45 <= share_better(effects, "nation", "performance") <= 0.55
    # paralysis is nearly neutral: removed locals stay in the place, removed outsiders go
    assert 0.38 <= share_better(effects, "nation", "paralysed", better=-1) <= 0.55


def test_an_unequal_twin_is_noticed() -> None:
    """The test above could not fail if the comparison were blind: clear-sighted voters must win."""
    pairs = neutral_pairs({"guberniias": 8, "uezds_each": 0}, 40, design_seed=1, fixed={"r_v": 0.9, "r_f": 0.02})
    assert share_better(run_pairs(pairs, WORKERS), "nation", "performance") > 0.7
    pairs = neutral_pairs({"guberniias": 8, "uezds_each": 0}, 40, design_seed=1, fixed={"r_v": 0.02, "r_f": 0.9})
    assert share_better(run_pairs(pairs, WORKERS), "nation", "performance") < 0.3


def test_twins_are_equal_after_setting_them_so() -> None:
    values = with_equal_twins(latin_hypercube(1, 3)[0])
    twins = [p for p in PARAMETERS.values() if p.twin and p.name not in LOOSE]
    assert len(twins) >= 24
    assert all(values[p.name] == values[p.twin] for p in twins)


def test_designs_cover_the_ranges_evenly() -> None:
    draws = latin_hypercube(50, 7, {"pack": 0.0})
    assert {draw["pack"] for draw in draws} == {0.0}
    for parameter in PARAMETERS.values():
        values = sorted(draw[parameter.name] for draw in draws)
        if parameter.name == "pack":
            continue
        assert parameter.low <= values[0] and values[-1] <= parameter.high
        if parameter.distribution == "uniform":
            strata = {int((v - parameter.low) / (parameter.high - parameter.low) * 50 - 1e-9) for v in values}
            assert len(strata) >= 49


def test_untwinned_names_exist() -> None:
    from sim.registry.mechanisms import MECHANISMS

    assert set(UNTWINNED) <= set(MECHANISMS)
