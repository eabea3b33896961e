"""The answer of a calibration says no more than its tables do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.inference.fit import Contrast, _share
from sim.inference.report import _decides, _hangs, _observables, _part, _reading
from sim.inference.scales import Scale


def effect(scope: str, given: float, reading: str, before: str = "open", **more: Any) -> dict[str, Any]:
    return {"lever": "policy", "option": "election", "baseline": "historical", "outcome": "performance",
            "better": "higher", "scope": scope, "horizon": "after", "prior_better": 0.5, "given_better": given,
            "prior_reading": before, "reading": reading, "explained": 0.5, "unlearned": 0.25, **more}  # fmt: skip


@pytest.mark.parametrize(("rows", "said"), [
    ([effect("agrarian", 0.5, "open"), effect("capital", 0.7, "leans towards")],
     "The recorded figures do not decide whether election instead of historical would have been better or worse:"),
    ([effect("agrarian", 0.1, "worse"), effect("capital", 0.6, "open")],
     "Given the recorded figures, election instead of historical would have been worse in agrarian provinces; "
     "elsewhere they leave it open:"),
    ([effect("agrarian", 0.1, "worse", "worse"), effect("capital", 0.0, "worse", "worse")],
     "Given the recorded figures, as over the ranges already, election instead of historical would have been worse "
     "everywhere:"),
    ([effect("nation", 0.9, "better", better="neither", outcome="centralisation")],
     "Given the recorded figures, with election instead of historical, centralisation would have been higher "
     "everywhere: by centralisation it is higher in"),
    ([effect("agrarian", 0.1, "worse"), effect("capital", float("nan"), "open")], "would have been worse everywhere:"),
    ([effect("agrarian", 0.5, "open"), effect("agrarian", 0.9, "better", lever="threat", option="peace",
                                              baseline="war")], "peace instead of war would have been better"),
])  # fmt: skip
def test_what_is_decided_is_what_readings_say(rows: list[dict[str, Any]], said: str) -> None:
    assert said in _decides(rows)


@pytest.mark.parametrize(("explained", "unlearned", "said"), [
    (0.5, 0.25, "all that is drawn explains 50 of 100 parts, and of these 25 of 100 hang on"),
    (0.02, float("nan"), "all that is drawn explains 2 of 100 parts, too few to say on what it hangs."),
])
def test_nothing_is_parted_that_is_not_explained(explained: float, unlearned: float, said: str) -> None:
    rows = [effect("agrarian", 0.5, "open", explained=explained, unlearned=unlearned)]
    parameters = [{"name": "k1", "option": "", "contraction": 0.4}, {"name": "r_f", "option": "", "contraction": 0.0}]
    told = _hangs({"effects.csv": rows, "parameters.csv": parameters})
    assert told.startswith("They teach something of 1 of 2 numbers (most of all k1); of what election changes in")
    assert said in told


@pytest.mark.parametrize(("draws", "said"), [
    ((0.18, 0.185, 0.19), "met"), ((0.2, 0.22, 0.3), "within reach"), ((0.05, 0.1, 0.12), "too low"),
    ((0.22, 0.25, 0.3), "too high"), ((float("nan"),) * 3, "not in these months"),
])  # fmt: skip
def test_a_figure_whose_band_holds_the_draws_is_met(draws: tuple[float, float, float], said: str) -> None:
    given = dict(zip(("given_p05", "given_p50", "given_p95"), draws, strict=True))
    assert _reading({"recorded": 0.2, "low": 0.13, "high": 0.21, **given}) == said


def test_chance_is_a_part_on_the_scale_of_what_is_explained() -> None:
    values = np.array([[1.0], [2.0], [10.0], [20.0], [100.0], [200.0]])
    pairs = SimpleNamespace(
        values=lambda name: values, repeated=lambda means: means.repeat(2),
        by_point=lambda given: (given.reshape(3, 2).mean(axis=1), np.full(3, 2)),
    )  # fmt: skip
    scale = Scale("log", 0.0, 0.0)
    sweep: Any = SimpleNamespace(pairs=pairs)
    logs = np.log(values[:, 0])
    assert _part(sweep, values[:, 0], "T", scale) == pytest.approx((np.log(2.0) ** 2 / 2) / logs.var())
    assert _part(sweep, values[:, 0], "T", Scale()) > 2 * _part(sweep, values[:, 0], "T", scale)


@pytest.mark.parametrize(("known", "told"), [(11, True), (10, False), (1, False)])
def test_a_figure_that_few_draws_have_tells_nothing_apart(known: int, told: bool) -> None:
    values = np.where(np.arange(20) < known, np.arange(20.0), np.nan)[:, None]
    sweep: Any = SimpleNamespace(pairs=SimpleNamespace(baseline=lambda *names: values),
                                 experiment=SimpleNamespace(observables=("turnover_1922",)))  # fmt: skip
    (row,) = _observables(sweep, sweep)
    assert np.isfinite(row["given_sd"]) == told


@pytest.mark.parametrize("seed", range(20))
def test_a_share_of_all_weights_is_one_however_they_are_summed(seed: int) -> None:
    weights = np.exp(-5.0 * np.random.default_rng(seed).random(150))
    better = Contrast({"outcome": "performance"}, np.ones(150), np.ones(150), 0.005)
    share, error, _ = _share(better, weights)
    assert share == pytest.approx(1.0) and error == pytest.approx(0.0, abs=1e-6)
