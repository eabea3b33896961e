"""What a calibration says: its tables, and the answer in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis import effects as of_effects
from sim.analysis.kernels import compared, log_kernels
from sim.analysis.pair_table import PairedSweep
from sim.analysis.plain import named
from sim.analysis.sentences import PLACES, SURE, beyond, by_enough, gains, verdict
from sim.analysis.targets import PRODUCED
from sim.analysis.wording import capital, hundred, instead, ordinal, outcome_in_words, size, together
from sim.experiment import sampling
from sim.experiment.experiment import Factor
from sim.inference.emulator import apart, parts_of
from sim.inference.fit import ALL_C, STILL, UNBIASED, Contrast, positions_of
from sim.inference.posterior import UNLEARNED
from sim.inference.scales import Scale
from sim.inference.worth import HALF
from sim.registry.observables import OBSERVABLES
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS
from sim.results.calibration import GIVEN, PRIOR

if TYPE_CHECKING:
    from sim.inference.fit import Fit

Array = NDArray[np.float64]
Row = dict[str, Any]

FAR = -12.5
"""Logarithm of a kernel at five standard deviations: no run that is further away has anything to do with a figure."""
AS_IT_IS = Scale()
NAMED = 4
"""Numbers that a sentence names."""
NEARLY, NARROW = 0.9, 0.9
"""Share from which something is nearly all; share of a limit from which a test was passed narrowly."""
QUANTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}


class Nearest(NamedTuple):
    """The run that comes nearest to a recorded figure."""

    value: float
    recorded: float
    log_kernel: float
    runs: int


def nearest_of(sweep: PairedSweep, target: str) -> Nearest | None:
    """Return which of the runs comes nearest to a figure; none where no run holds its months."""
    values = sweep.pairs.values(target)[:, 0]
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    scores = log_kernels(compared()[target], known)
    at = int(np.argmax(scores))
    return Nearest(float(known[at]), compared()[target].value, float(scores[at]), len(known))


def chance_of(sweep: PairedSweep, target: str, scale: Scale = AS_IT_IS) -> float:
    """Return the variance within points of what runs gave for a figure; nan where none has two that gave one."""
    values = scale.forward(sweep.pairs.values(target)[:, 0])
    values = np.where(np.isfinite(values), values, np.nan)
    means, counts = sweep.pairs.by_point(values)
    away = values - sweep.pairs.repeated(means)
    free = int(counts.sum()) - int((counts > 0).sum())
    return float(np.nansum(away * away) / free) if free else math.nan


def tables(
    fit: Fit, prior: PairedSweep, given: PairedSweep, effects: Sequence[Contrast], used: Sequence[str],
    chance: PairedSweep,
) -> dict[str, list[Row]]:  # fmt: skip
    """Return the rows of the tables that are stored; `effects` are those of `contrasts`."""
    before, after = positions_of(fit.space, prior), fit.chosen(len(given.pairs.points))[given.pairs.point]
    emulator = fit.emulated(effects, before, after) if effects else None
    left_out = [] if emulator is None else [*fit.left_out(effects, emulator, after)]
    learned = [] if emulator is None else [*fit.learned(emulator)]
    without = {_which(row): row["given_better"] for row in left_out if row["left_out"] == ALL_C}
    return {
        "targets.csv": [*_targets(fit, prior, given, used, chance)], "parameters.csv": [*_parameters(fit)],
        "observables.csv": [*_observables(prior, given)],
        "effects.csv": [*_effects(effects, learned, without)],
        "left_out.csv": left_out,
        "rounds.csv": fit.told_rounds,
    }  # fmt: skip


def checked(fit: Fit, prior: PairedSweep, given: PairedSweep, every: Sequence[Contrast]) -> Row:
    """Return how often intervals hold the truth in known worlds of both sweeps: of parameters, and of main effects.

    Main effects are those of `every` (see `contrasts`) on the first outcome at the first horizon. Those of each known
    world are foretold from the other nine parts of the pairs, with what such emulators leave in its sweep: over the
    ranges that is more.
    """
    effects = [one for one in every if all(one.labels[key] == every[0].labels[key] for key in ("outcome", "horizon"))]
    found: Row = {PRIOR: None, GIVEN: None, "worlds": 0, "effects": {}}
    where = [positions_of(fit.space, sweep) for sweep in (prior, given)]
    emulator = fit.emulated(effects, *where, parts=True) if effects else None
    part = parts_of(np.vstack(where), len(emulator.parts)) if emulator else np.zeros(sum(map(len, where)), np.int64)
    for name, sweep, at, parts in zip((PRIOR, GIVEN), (prior, given), where, np.split(part, [len(where[0])]),
                                      strict=True):  # fmt: skip
        had = np.column_stack([gains(one.labels["outcome"], one.prior if sweep is prior else one.given)
                               for one in effects]) if effects else np.empty((len(at), 0))  # fmt: skip
        unseen = apart(emulator, at, parts, had) if emulator else []
        known = fit.known(sweep)
        known = known[np.isfinite(had[known]).all(axis=1)]
        if not len(known):
            continue
        of = fit.covered(sweep, known, [unseen[each] for each in parts[known].tolist()] if unseen else [], had[known])
        found |= {name: None if of.mean is None else round(of.mean, 4), "worlds": max(of.truths, found["worlds"])}
        names = (f"{one.labels['option']}, {one.labels['scope']}" for one in effects)
        found["effects"][name] = dict(zip(names, of.effects.round(4).tolist(), strict=True))
    return found


def _targets(
    fit: Fit, prior: PairedSweep, given: PairedSweep, used: Sequence[str], chance: PairedSweep
) -> Iterator[Row]:
    """Yield a row for each figure: what the worlds gave over the ranges, and what those give that agree."""
    explained = dict(zip(fit.targets, fit.emulator.r2.tolist(), strict=True))
    scales = {figure.target.id: figure.scale for figure in fit.likelihood.figures}
    both = {which: sweep.pairs.baseline(*compared()).T for which, sweep in (("prior", prior), ("given", given))}
    for at, (name, target) in enumerate(compared().items()):
        row: Row = {
            "id": name, "description": target.description, "unit": PRODUCED[name].unit, "period": target.period,
            "grade": target.confidence, "kind": PRODUCED[name].kind, "used": name in used,
            "recorded": target.value, "low": target.low, "high": target.high,
            "explained": explained.get(name, math.nan),
            "chance": _part(chance, both["prior"][at], name, scales.get(name, AS_IT_IS)),
        }  # fmt: skip
        for which, columns in both.items():
            row |= {f"{which}_{label}": value for label, value in spread(columns[at]).items()}
            values = columns[at][~np.isnan(columns[at])]
            inside = (values >= target.low) & (values <= target.high)
            row[f"{which}_in_band"] = float(inside.mean()) if len(values) else math.nan
        yield row | {"reading": _reading(row)}


def _observables(prior: PairedSweep, given: PairedSweep) -> Iterator[Row]:
    """Yield a row for each observable that was kept: what the worlds that happened gave, before and after."""
    names = [name for name in given.experiment.observables if name in OBSERVABLES]
    before, after = (sweep.pairs.baseline(*names).T for sweep in (prior, given))
    for name, earlier, values in zip(names, before, after, strict=True):
        entry = OBSERVABLES[name]
        row: Row = {"name": name, "unit": entry.unit, "meaning": entry.meaning, "reliability": entry.reliability}
        for which, column in (("prior", earlier), ("given", values)):
            row |= {f"{which}_{label}": value for label, value in spread(column).items()}
        known = values[np.isfinite(values)]
        # a spread over the few draws that have it would set two accounts far apart
        yield row | {"given_sd": float(known.std(ddof=1)) if len(known) > max(HALF * len(values), 1) else math.nan}


def spread(values: Array) -> dict[str, float]:
    """Return quantiles of what is known; nan where it is not a number that could be recorded."""
    known = values[~np.isnan(values)]
    with np.errstate(invalid="ignore"):  # between two that are infinite
        found = np.quantile(known, [*QUANTILES.values()]) if len(known) else np.full(len(QUANTILES), np.nan)
    found = np.where(np.isfinite(found), found, np.nan)
    return dict(zip(QUANTILES, found.tolist(), strict=True))


def _part(chance: PairedSweep, prior: Array, name: str, scale: Scale) -> float:
    """Return which part of a figure's variance over the ranges is chance, at most all of it, on a scale."""
    values = scale.forward(prior)
    known = values[np.isfinite(values)]
    whole = float(known.var()) if len(known) else math.nan
    return min(chance_of(chance, name, scale) / whole, 1.0) if whole > 0.0 else math.nan


def _reading(row: Mapping[str, Any]) -> str:
    """Say in words how a figure lies in what the calibrated worlds give."""
    if math.isnan(row["given_p50"]):
        return "not in these months"
    if row["low"] <= row["given_p50"] <= row["high"]:
        return "met"
    if row["given_p05"] <= row["high"] and row["given_p95"] >= row["low"]:
        return "within reach"
    return "too low" if row["given_p95"] < row["low"] else "too high"


def proviso(row: Mapping[str, Any]) -> str:
    """Return what keeps the reading of a figure from being a success, to be said after it."""
    if fixed_in_all(row):
        return ", but the same in all worlds"
    return ", but not its recorded value" if row["reading"] == "met" and not_held(row) else ""


def fixed_in_all(row: Mapping[str, Any]) -> bool:
    """Whether a figure is the same in all worlds, so that it could not be missed."""
    return bool(row["prior_p05"] == row["prior_p95"] == row["given_p05"] == row["given_p95"])


def not_held(row: Mapping[str, Any]) -> bool:
    """Whether nine in ten calibrated worlds do not hold the recorded value, be their middle in the band or not."""
    return bool(row["recorded"] < row["given_p05"] or row["recorded"] > row["given_p95"]) and not fixed_in_all(row)


def _parameters(fit: Fit) -> Iterator[Row]:
    """Yield a row for each number, and for each option of a choice, with what the record taught of it."""
    numbers = fit.space.numbers(fit.positions)
    for at, factor in enumerate(fit.space.factors):
        learned = {"contraction": fit.contraction[at], "error": fit.contraction_error[at]}
        if not factor.options:
            yield {**_number(factor, fit.positions[:, at]), **learned, "name": factor.name, "option": ""}
            continue
        for number, option in enumerate(factor.options):
            prior = 1.0 / len(factor.options)
            yield {
                "name": factor.name, "option": option.label, "kind": "reading" if factor.target else "structure",
                "unit": "share of draws", "prior_mean": prior, "prior_sd": math.sqrt(prior * (1.0 - prior)),
                "given_mean": float(np.mean(numbers[:, at] == number)), **learned,
            }  # fmt: skip


def _number(factor: Factor, column: Array) -> Row:
    parameter = PARAMETERS.get(factor.target.removeprefix("parameters."))
    every = np.array(sampling.values(factor, (np.arange(1000) + 0.5) / 1000), float)
    found = np.array(sampling.values(factor, column), float)
    return {
        "kind": "parameter" if parameter else "number", "unit": factor.unit, "low": factor.low, "high": factor.high,
        "grade": parameter.grade if parameter else "", "prior_mean": every.mean(), "prior_sd": every.std(),
        "given_mean": found.mean(), "given_sd": found.std(),
        **{f"given_{label}": float(np.quantile(found, share)) for label, share in QUANTILES.items()},
    }  # fmt: skip


def contrasts(prior: PairedSweep, given: PairedSweep) -> Iterator[Contrast]:
    """Yield the effect of every option of every lever, on each outcome in each scope at each horizon."""
    columns = list(given.experiment.columns())
    read = [sweep.pairs.each(*(column for column, *_ in columns)) for sweep in (prior, given)]
    for (_, outcome, scope, horizon), *both in zip(columns, *read, strict=True):
        for lever in (one for one in given.experiment.levers if len(one.options) > 1):
            for number, option in enumerate(lever.options[1:], start=1):
                found = [of_effects.differences(sweep.pairs, lever, number, values)
                         for sweep, values in zip((prior, given), both, strict=True)]  # fmt: skip
                base = found[1][1]
                entry = OUTCOMES[outcome]
                yield Contrast(
                    {"lever": lever.name, "option": option.label, "baseline": lever.options[0].label,
                     "outcome": outcome, "unit": entry.unit, "better": entry.better, "scope": scope,
                     "horizon": horizon},
                    found[0][0], found[1][0],
                    float(given.experiment.smallest.of(entry, float(np.nanmean(base)) if len(base) else math.nan)),
                )  # fmt: skip


def shares(outcome: str, effect: Array, smallest: float) -> tuple[float, float, float]:
    """Return shares of draws in which an effect is better by more than the smallest, worse by more, better at all."""
    gain = gains(outcome, effect[np.isfinite(effect)])
    ahead, behind = beyond(gain, smallest)
    return ahead, behind, float(np.mean(gain > 0) + np.mean(gain == 0) / 2) if len(gain) else math.nan


def _which(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("lever", "option", "outcome", "scope", "horizon"))


def _effects(
    effects: Sequence[Contrast], learned: Sequence[dict[str, float]], without: Mapping[tuple[Any, ...], float]
) -> Iterator[Row]:
    """Yield the identification table; `without` has shares without any figure of grade C, where there are such."""
    for one, known_of in zip(effects, learned, strict=True):
        outcome, row = one.labels["outcome"], dict(one.labels) | {"smallest": one.smallest}
        for which, effect, reading in (("prior", one.prior, "prior_reading"), ("given", one.given, "reading")):
            ahead, behind, better = shares(outcome, effect, one.smallest)
            known = effect[np.isfinite(effect)]
            row |= {f"{which}_better": better, f"{which}_ahead": ahead, f"{which}_behind": behind,
                    f"{which}_effect": float(known.mean()) if len(known) else math.nan,
                    reading: verdict([(ahead, behind, better)])}  # fmt: skip
        count = int(np.isfinite(one.given).sum())
        share = row["given_better"]
        yield row | {
            "prior_draws": int(np.isfinite(one.prior).sum()), "draws": count,
            "error": math.sqrt(share * (1.0 - share) / count) if count else math.nan, **known_of,
            "without_c": without.get(_which(row), share),
        }  # fmt: skip


def answer(found: Mapping[str, Sequence[Row]], *, converged: bool) -> list[str]:
    """Return what a calibration says, from its tables: what the record decides, on what it then hangs, how sure."""
    effects = found["effects.csv"]
    said = [_decides(effects), _elsewhere(effects), _measures(effects), _hangs(found), _settled(found, converged)]
    return [sentence for sentence in said if sentence]


def _main(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the main effect: of the last lever's last option, first outcome, main horizon."""
    if not rows:
        return []
    names = ("lever", "option", "outcome", "horizon")
    key = [row[name] for name, row in zip(names, (rows[-1], rows[-1], rows[0], rows[0]), strict=True)]
    return [row for row in rows if [row[name] for name in names] == key
            and math.isfinite(row["given_better"]) and math.isfinite(row["prior_better"])]  # fmt: skip


def _does(row: Row) -> tuple[str, str, str]:
    """Return how it is said that an option is ahead: does better, better, worse; higher where neither is better."""
    return ("is higher", "higher", "lower") if row["better"] == "neither" else ("does better", "better", "worse")


def _decides(rows: Sequence[Row]) -> str:
    """Say whether the sign of the main effect is identified, and in how many worlds the effect is large enough."""
    main = _main(rows)
    if not main:
        return ""
    first, outcome = main[0], outcome_in_words(main[0]["outcome"])
    does, better, worse = _does(first)
    what = instead(first["option"], first["baseline"])
    subject = (f"with {what}, {outcome}" if first["better"] == "neither" else what) + " would have been"
    words = {"better": better, "worse": worse, "same": "too little different to count"}
    decided = [row for row in main if row["reading"] in words]
    given = "Given the recorded figures" + (
        ", as over the ranges already" if all(row["reading"] == row["prior_reading"] for row in decided) else "")
    if not decided:
        lead = f"The recorded figures do not decide whether {subject} {better} or {worse}"
    elif len(decided) == len(main):
        which = " or ".join(dict.fromkeys(words[row["reading"]] for row in main))
        lead = f"{given}, {subject} {which} everywhere"
    else:
        where = "; ".join(f"{words[row['reading']]} in {PLACES[row['scope']]}" for row in decided)
        lead = f"{given}, {subject} {where}; elsewhere they leave it open"
    rule = "" if decided else (
        f" ({hundred(SURE)} of 100 worlds would have to be {better}, or {worse}, by enough to matter)")
    counted = by_enough(f"under {first['option']} it" if first["better"] == "neither" else first["option"], does,
                        first["given_better"], first["given_ahead"], first["given_behind"],
                        size(first["smallest"], first["unit"]))  # fmt: skip
    return (f"{lead}{rule}. By {outcome} in {PLACES[first['scope']]} {counted}. Before the figures were used it was "
            f"{hundred(first['prior_better'])}.")  # fmt: skip


def _listed(rows: Sequence[Row], called: Sequence[str]) -> str:
    """Return in how many worlds of a hundred each does better, and better and worse by enough: the first in full."""
    said = []
    for at, (row, name) in enumerate(zip(rows, called, strict=True)):
        does, _, worse = _does(row)
        better, ahead, behind = (hundred(row[f"given_{key}"]) for key in ("better", "ahead", "behind"))
        full = not at or does != _does(rows[at - 1])[0]
        said.append(f"{name} {row['option']} {does} in {better} of 100, by enough in {ahead}, {worse} by enough in "
                    f"{behind}" if full else f"{name} {better}, {ahead} and {behind}")  # fmt: skip
    return "; ".join(said)


def _elsewhere(rows: Sequence[Row]) -> str:
    """Say the same of the other places."""
    others = _main(rows)[1:]
    told = _listed(others, [f"in {PLACES[row['scope']]}" for row in others])
    return f"{capital(told)}." if others else ""


def _measures(rows: Sequence[Row]) -> str:
    """Say the same by the other measures, where the first is told; of which the difference is too small to count."""
    main = _main(rows)
    if not main:
        return ""
    one = main[0]
    alike = [row for row in rows if row["outcome"] != one["outcome"] and math.isfinite(row["given_better"])
             and all(row[key] == one[key] for key in ("lever", "option", "scope", "horizon"))]  # fmt: skip
    if not alike:
        return ""
    told = _listed(alike, [f"by {outcome_in_words(row['outcome'])}" for row in alike])
    small = [outcome_in_words(row["outcome"]) for row in alike if row["reading"] == "same"]
    less = f". By {together(small)} the difference is too small to count in {hundred(SURE)} of 100 or more"
    return f"By other measures in {PLACES[one['scope']]}: {told}{less if small else ''}."


def _hangs(found: Mapping[str, Sequence[Row]]) -> str:
    """Say what was learned, and how much of the main effect hangs on what was not."""
    numbers = [row for row in found["parameters.csv"] if not row["option"]]
    learned = sorted((row for row in numbers if row["contraction"] >= UNLEARNED), key=lambda row: -row["contraction"])
    if not numbers:
        return ""
    names = "; ".join(named(row["name"]) for row in learned[:NAMED])
    taught = f"{len(learned)} of {len(numbers)} numbers" + (f" (most of all {names})" if names else "")
    main, rest = _main(found["effects.csv"]), ""
    if main:
        one = max(main, key=lambda row: float(row["explained"]))
        rest = (f" Of how the effect of {one['option']} in {PLACES[one['scope']]} differs from world to world, "
                f"{hundred(one['explained'])} of 100 parts can be traced to what is drawn, ")  # fmt: skip
        rest += f"and {_open(one['unlearned'])}." if math.isfinite(one["unlearned"]) else (
            "too few to say on what it hangs.")  # fmt: skip
    return f"The figures teach something of {taught}.{rest}"


def _open(part: float) -> str:
    """Say how much of what could be traced hangs on what the figures hardly narrow."""
    much = "nearly all of it hangs" if part >= NEARLY else f"of these {hundred(part)} of 100 hang"
    return (f"{much} on numbers and readings that the figures hardly narrow (each one's variance by less than "
            f"{hundred(UNLEARNED)} of 100 parts)")  # fmt: skip


def _settled(found: Mapping[str, Sequence[Row]], converged: bool) -> str:
    """Say how the rounds ended, with the numbers of the test, and how narrowly it was passed."""
    off = [row["id"] for row in found["targets.csv"] if row["used"] and row["reading"].startswith("too ")]
    lacking = f"; {', '.join(off)} cannot be met with the rest" if off else ""
    last = found["rounds.csv"][-1]
    after = f"after the {ordinal(int(last['round']) + 1)} round"
    numbers = "" if math.isnan(last["change"]) else (
        f" {after} the best known numbers moved by {last['change']:.3f} at most (limit {STILL:g}), and the emulator "
        f"that foretells the figures was off by {last['bias']:.3f} of their width at most (limit {UNBIASED:g})")
    if not converged:
        moved = f". {capital(numbers.strip())}" if numbers else ""
        return f"It has not converged: another round would move what is said here{moved}{lacking}."
    near = max(last["change"] / STILL, last["bias"] / UNBIASED)
    passed = ": the test was passed narrowly" if near >= NARROW else ": the test was passed"
    return (f"{capital(numbers.strip())}{passed}{lacking}. Shares are of worlds drawn under these "
            "assumptions, never probabilities of the past.")  # fmt: skip
