"""The answer of a calibration says no more than its tables do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.analysis.sentences import by_enough
from sim.analysis.wording import size
from sim.inference.fit import Contrast, _share
from sim.inference.report import _decides, _elsewhere, _hangs, _measures, _observables, _part, _reading, _settled
from sim.inference.scales import Scale


def effect(scope: str, given: float, reading: str, before: str = "open", **more: Any) -> dict[str, Any]:
    return {"lever": "policy", "option": "election", "baseline": "historical", "outcome": "performance",
            "better": "higher", "scope": scope, "horizon": "after", "prior_better": 0.5, "given_better": given,
            "given_ahead": 0.28, "given_behind": 0.06, "smallest": 0.005, "unit": "share",
            "prior_reading": before, "reading": reading, "explained": 0.5, "unlearned": 0.25, **more}  # fmt: skip


@pytest.mark.parametrize(("rows", "said"), [
    ([effect("agrarian", 0.5, "open"), effect("capital", 0.7, "leans towards")],
     "The recorded figures do not decide whether election instead of historical would have been better or worse (80 of "
     "100 worlds would have to be better, or worse, by enough to matter). By performance in agrarian provinces"),
    ([effect("agrarian", 0.1, "worse"), effect("capital", 0.6, "open")],
     "Given the recorded figures, election instead of historical would have been worse in agrarian provinces; "
     "elsewhere they leave it open. By"),
    ([effect("agrarian", 0.1, "worse", "worse"), effect("capital", 0.0, "worse", "worse")],
     "Given the recorded figures, as over the ranges already, election instead of historical would have been worse "
     "everywhere. By"),
    ([effect("nation", 0.9, "same"), effect("capital", 0.9, "better")],
     "would have been too little different to count or better everywhere."),
    ([effect("nation", 0.9, "better", better="neither", outcome="centralisation")],
     "Given the recorded figures, with election instead of historical, centralisation would have been higher "
     "everywhere. By centralisation in the nation under election it is higher in 90 of every 100 worlds"),
    ([effect("agrarian", 0.1, "worse"), effect("capital", float("nan"), "open")], "would have been worse everywhere."),
    ([effect("agrarian", 0.5, "open"), effect("agrarian", 0.9, "better", lever="threat", option="peace",
                                              baseline="war")], "peace instead of war would have been better"),
])  # fmt: skip
def test_what_is_decided_is_what_readings_say(rows: list[dict[str, Any]], said: str) -> None:
    assert said in _decides(rows)


@pytest.mark.parametrize(("shares", "said"), [
    ((0.72, 0.28, 0.06), "a does better in 72 of every 100 worlds, but by enough to matter in only 28, and worse by "
     "enough in 6; in the other 66 the difference is too small to count (less than 0.5 percentage points)"),
    ((0.9, 0.85, 0.0), "in 90 of every 100 worlds, by enough to matter in 85, and worse by enough in 0; in the other "
     "15 the difference"),
    ((0.6, 0.0, 0.0), "in only 0, and worse by enough in 0; the difference is nowhere large enough to count"),
])  # fmt: skip
def test_that_it_does_better_is_never_told_without_by_how_much(shares: tuple[float, float, float], said: str) -> None:
    assert said in by_enough("a", "does better", *shares, size(0.005, "share"))


def test_the_other_measures_stand_beside_the_one_that_leads() -> None:
    rows = [effect("nation", 0.72, "leans towards"), effect("capital", 0.7, "open"),
            effect("nation", 0.43, "same", outcome="open_skloki", given_ahead=0.06, given_behind=0.12),
            effect("capital", 0.5, "same", outcome="open_skloki"),
            effect("nation", 0.45, "open", outcome="paralysed", given_ahead=0.05, given_behind=0.08)]  # fmt: skip
    assert _measures(rows) == (
        "By other measures in the nation: by open skloki election does better in 43 of 100, by enough in 6, worse by "
        "enough in 12; by paralysed committees 45, 5 and 8. By open skloki the difference is too small to count in 80 "
        "of 100 or more.")  # fmt: skip
    assert _elsewhere(rows) == (
        "In the capitals election does better in 70 of 100, by enough in 28, worse by enough in 6.")
    assert _measures(rows[:2]) == ""


@pytest.mark.parametrize(("explained", "unlearned", "said"), [
    (0.5, 0.25, "50 of 100 parts can be traced to what is drawn, and of these 25 of 100 hang on numbers and readings"),
    (0.5, 0.99, "and nearly all of it hangs on numbers and readings that the figures hardly narrow"),
    (0.02, float("nan"), "2 of 100 parts can be traced to what is drawn, too few to say on what it hangs."),
])
def test_nothing_is_parted_that_is_not_explained(explained: float, unlearned: float, said: str) -> None:
    rows = [effect("agrarian", 0.5, "open", explained=explained, unlearned=unlearned)]
    parameters = [{"name": "k1", "option": "", "contraction": 0.4}, {"name": "r_f", "option": "", "contraction": 0.0}]
    told = _hangs({"effects.csv": rows, "parameters.csv": parameters})
    assert told.startswith("The figures teach something of 1 of 2 numbers (most of all vacancies the centre claims, "
                           "1923-25 (k1)). Of how the effect of election in agrarian provinces differs")  # fmt: skip
    assert said in told


@pytest.mark.parametrize(("change", "bias", "converged", "said"), [
    (0.033, 0.1987, True, "After the third round the best known numbers moved by 0.033 at most (limit 0.05), and the "
     "emulator that foretells the figures was off by 0.199 of their width at most (limit 0.2): the test was passed "
     "narrowly; T02 cannot be met with the rest."),
    (0.01, 0.1, True, "(limit 0.2): the test was passed; T02"),
    (0.01, 0.3, False, "It has not converged: another round would move what is said here. After the third round"),
    (float("nan"), float("nan"), False, "another round would move what is said here; T02"),
])  # fmt: skip
def test_how_narrowly_the_rounds_ended_is_told(change: float, bias: float, converged: bool, said: str) -> None:
    targets = [{"id": "T01", "used": True, "reading": "met"}, {"id": "T02", "used": True, "reading": "too low"}]
    found = {"targets.csv": targets, "rounds.csv": [{"round": 2, "change": change, "bias": bias}]}
    assert said in _settled(found, converged)


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
