"""Is the question open? Election against appointment over the ranges, without calibration.

Openness (MODEL, "Two rules above all others") is the share of draws from the parameters' ranges in
which electing does better. It is shown in three columns: as drawn; with all twins equal; with all
twins equal and the untwinned mechanisms off, which is the neutral kernel.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sim.experiment.twins import UNTWINNED, latin_hypercube, with_equal_twins
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOME_INDEX
from sim.scenario.schema import Scenario, month_name, month_number

COLUMNS = ("as drawn", "twins equal", "neutral")
#: What is compared, and whether more of it (1) or less (-1) is better.
MEASURES = {"performance": 1, "committee_performance": 1, "paralysed": -1}


#: Paired effect per scope and outcome.
Effects = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Pair:
    """Two worlds that differ in the rule of selection: its settings, ready to be sent to a worker.

    Attributes
    ----------
    scenario
        Effective scenario as a dictionary, without the rule.
    worlds
        Policy tables of the two worlds: election first.
    replicate
        Number of the replicate, the same in both.
    window
        First and last month that are averaged, counted from 0.
    """

    scenario: dict[str, Any]
    worlds: tuple[dict[str, Any], dict[str, Any]]
    replicate: int
    window: tuple[int, int]


def paired_effect(pair: Pair) -> Effects:
    """Return election minus appointment, mean over the window, per scope and outcome."""
    from sim.engines.engine import engine

    chosen = engine()
    means = []
    first, last = pair.window
    for policy in pair.worlds:
        world = chosen.build(Scenario.model_validate({**pair.scenario, "policy": policy}, strict=False))
        trajectory = chosen.simulate(world, pair.replicate, events=False)
        means.append(trajectory.values[first : last + 1].mean(axis=0))
    effect = means[0] - means[1]
    return {
        scope: {name: float(effect[s, OUTCOME_INDEX[name]]) for name in MEASURES}
        for s, scope in enumerate(SCOPES)
    }


def column(values: dict[str, float], name: str) -> tuple[dict[str, float], dict[str, bool]]:
    """Return the parameters and switches of a draw in one of the three columns."""
    if name == "as drawn":
        return values, {}
    switches = dict.fromkeys(UNTWINNED, False) if name == "neutral" else {}
    return with_equal_twins(values), switches


def run_pairs(
    pairs: Iterable[Pair], workers: int, done: Callable[[int], None] | None = None
) -> list[Effects]:
    """Run pairs in worker processes; results in the order of the pairs."""
    results = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for result in pool.map(paired_effect, pairs, chunksize=4):
            results.append(result)
            if done is not None:
                done(len(results))
    return results


def neutral_pairs(
    tree: dict[str, Any], draws: int, design_seed: int, fixed: dict[str, float] | None = None, months: int = 36
) -> list[Pair]:
    """Return pairs of synthetic worlds under the neutral kernel, places alike.

    Parameters
    ----------
    tree
        Settings of the synthetic tree.
    draws
        Number of draws from the ranges, one replicate each.
    fixed
        Values held instead of drawn, set after the twins were made equal.
    months
        Length of a run; the first six months are left out of the mean.
    """
    base = {
        "title": "neutral kernel",
        "tree": {"kind": "synthetic", "alike": True, **tree},
        "period": {"start": "1921-01", "end": month_name(month_number("1921-01") + months - 1)},
        "threat": {"series": "constant", "objective": 0.4, "perceived": 0.4},
        "options": {"capacity": "unlimited"},
    }
    worlds = ({"rule": "election", "recall": False}, {"rule": "appointment", "recall": False})
    pairs = []
    for replicate, values in enumerate(latin_hypercube(draws, design_seed, {"pack": 0.0})):
        parameters, off = column(values, "neutral")
        scenario = {**base, "parameters": {**parameters, **(fixed or {})}, "mechanisms": off}
        pairs.append(Pair(scenario, worlds, replicate, (6, months - 1)))
    return pairs


def share_better(effects: Iterable[Effects], scope: str, outcome: str, better: int = 1) -> float:
    """Return the share of pairs in which election does better, ties half; ``better`` is -1 where less is better."""
    signs = [better * effect[scope][outcome] for effect in effects]
    return sum(1.0 if sign > 0 else 0.5 if sign == 0 else 0.0 for sign in signs) / len(signs)


def read_settings(path: Path) -> dict[str, Any]:
    """Return the settings of ``experiments/openness/settings.toml``."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
