"""What to look for: which figures that an archive could hold would teach most about what is open.

What is open is an effect (one policy against another, by class), or which of two structures the world has. A
population is the draws of a sweep: over the ranges, or those of an ensemble, which agree with the record. In each draw
every observable is counted in one world, the sweep's baseline: with `historical` there, that is what an archive holds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.analysis import selection
from sim.analysis.pair_table import PairedSweep
from sim.analysis.selection import Selection
from sim.analysis.sweep import open_sweep
from sim.analysis.targets import PRODUCED
from sim.errors import Problem, UserError
from sim.experiment.designs import kind_of
from sim.experiment.experiment import Factor
from sim.inference import worth
from sim.inference.found import Found, read_found
from sim.inference.worth import FEW, Array, Draws
from sim.registry.observables import OBSERVABLES, Observable
from sim.registry.outcomes import OUTCOMES

RELIABILITIES = (1.0, 0.5, 0.3)
"""At which every figure's worth is told, beside its own."""
STRUCTURE = "structure"
"""What a factor is called whose options are structures."""
APART = 1.0
"""Standard deviations that a figure must set two structures apart to tell one from the other."""


@dataclass(frozen=True, eq=False)
class Question:
    """Something that is open, and its value in each draw.

    Attributes
    ----------
    kind
        An effect, or which of two structures it is.
    option, against
        What is set against what.
    lever, outcome, scope, horizon, when
        Of an effect, the last in words; of structures the lever is the factor, and the others are empty.
    unit
        Of the values.
    values
        Shape (draws,). Effects as the option less the other; structures 1 and 0; nan where it is not asked.
    ahead
        1 where the option does better (where neither is better: is higher), .5 where both are alike, 0; nan as above.
    better
        Whether higher values are better, lower ones, or neither.
    smallest
        The smallest effect of interest; nan of structures.
    """

    kind: Literal["effect", "structure"]
    lever: str
    option: str
    against: str
    outcome: str
    scope: str
    horizon: str
    when: str
    unit: str
    values: Array
    ahead: Array
    better: str
    smallest: float = float("nan")

    @property
    def beyond(self) -> tuple[Array, Array]:
        """1 where the option is ahead by more than the smallest effect, and where behind by more; nan as above."""
        gain = np.where(self.better == "lower", -1.0, 1.0) * self.values
        known = np.isfinite(self.values)
        return np.where(known, gain > self.smallest, np.nan), np.where(known, gain < -self.smallest, np.nan)


@dataclass(frozen=True)
class Worth:
    """What one observable would teach about a question.

    Attributes
    ----------
    known
        Share of the draws in which it is defined.
    explains
        Share of the question's variance that it explains at each of `RELIABILITIES`; not below 0.
    expected
        The same at its own expected reliability.
    narrowing
        By which part the standard deviation of the question would shrink, at its own.
    edges, middle, ahead
        Of its thirds over draws: where they end (2), their means (3), and in which share of each the option is ahead.
    """

    observable: Observable
    known: float
    explains: tuple[float, ...]
    expected: float
    narrowing: float
    edges: tuple[float, float]
    middle: tuple[float, float, float]
    ahead: tuple[float, float, float]

    @property
    def distance(self) -> float:
        """Standard deviations that two structures lie apart in it, free of error."""
        return worth.distance(self.explains[0])


@dataclass(frozen=True)
class Together:
    """The few observables that would teach most together, at a reliability (None: each at its own)."""

    reliability: float | None
    observables: tuple[str, ...]
    explains: float


@dataclass(frozen=True)
class Answer:
    """What would be learnt about one question.

    Attributes
    ----------
    draws, effective
        Over how many draws, and how many that count alike are worth as much.
    mean, sd, share
        Of the question over draws, and the share of draws in which the option is ahead, ties half.
    luck
        Share that the best of as many useless observables seldom exceeds.
    worths
        Of all observables, the most telling first.
    beyond
        Shares of draws in which the option is ahead, and behind, by more than the smallest effect of interest.
    few
        The few best together.
    before
        Mean, standard deviation and share without the figures that were found; nothing where none were.
    """

    question: Question
    draws: int
    effective: float
    mean: float
    sd: float
    share: float
    beyond: tuple[float, float]
    luck: float
    worths: tuple[Worth, ...]
    few: tuple[Together, ...]
    before: tuple[float, float, float] | None

    @property
    def best(self) -> Worth | None:
        """What would teach most, if that is more than luck would have it."""
        return next((one for one in self.worths if one.explains[0] > self.luck), None)

    @property
    def apart(self) -> tuple[Worth, ...]:
        """Of two structures, the figures that tell one from the other: those they lie `APART` in, and not by luck."""
        return tuple(one for one in self.worths if one.explains[0] > self.luck and one.distance >= APART)


@dataclass(frozen=True)
class Look:
    """What to look for in the archive, by question.

    Attributes
    ----------
    title
        Of the sweep.
    population
        What the draws are, in words: over the ranges, or calibrated on what.
    history
        In which world observables were counted: options by lever.
    found
        Figures by which draws were weighed, and how many draws that count alike that leaves.
    """

    title: str
    population: str
    calibrated: bool
    history: dict[str, str]
    draws: int
    found: tuple[Found, ...]
    effective: float
    answers: tuple[Answer, ...]


class Observed:
    """The draws of a sweep: a row a pair of runs (one point, the same accidents)."""

    def __init__(self, sweep: PairedSweep) -> None:
        self.sweep, self.experiment = sweep, sweep.experiment
        if not self.experiment.observables:
            raise UserError(Problem(
                str(sweep.path), "keep.observables", "no observables kept",
                'a sweep whose experiment says [keep] observables = "all": they are counted while it runs',
            ))  # fmt: skip
        if kind_of(self.experiment).fixed:
            raise UserError(Problem(
                str(sweep.path), "design.kind", f'"{self.experiment.design.kind}", points that were chosen',
                "draws: latin-hypercube, sobol, ensemble",
            ))  # fmt: skip
        sweep.require_runs()
        self.pairs = sweep.pairs
        if len(self.pairs) < FEW:
            raise UserError(Problem(str(sweep.path), "runs", f"{len(self.pairs)} draws", f"at least {FEW}"))

    @cached_property
    def part(self) -> NDArray[np.int64]:
        """In which part of the draws each is foretold: what hangs together stays together."""
        found: NDArray[np.int64] = self.pairs.point // self.pairs.family % worth.FOLDS
        return found

    def columns(self, names: Sequence[str]) -> Array:
        """Return columns in the world that an archive is of, the baseline of every lever."""
        return self.pairs.baseline(*names)

    @property
    def given(self) -> str:
        """What its draws are, in words."""
        given = self.experiment.ensemble
        return "over the ranges" if given is None else f"calibrated on {given.given}"

    @property
    def history(self) -> dict[str, str]:
        """The baseline of every lever that has a choice."""
        return {lever.name: lever.options[0].label for lever in self.experiment.levers if len(lever.options) > 1}

    def log_weights(self, found: Sequence[Found]) -> Array:
        """Return the logarithm of how much each draw counts, given figures that were found."""
        missing = [one.column for one in found if one.column not in self._kept]
        if missing:
            raise UserError(
                Problem(str(self.sweep.path), "keep", f"nothing of {name}",
                        "a quantity that this sweep keeps: [keep] targets = true, observables = \"all\"")
                for name in missing
            )  # fmt: skip
        total = np.zeros(len(self.pairs))
        for one, values in zip(found, self.columns([one.column for one in found]).T, strict=True):
            total += one.log_kernels(values)
        return total

    @cached_property
    def _kept(self) -> set[str]:
        return {*self.experiment.observables, *(PRODUCED if self.experiment.targets else ())}

    def effects(self, selected: Selection, against: str | None) -> Iterator[Question]:
        """Yield the effects that are asked for: by default of the first lever's options, in all scopes."""
        lever = selected.lever
        if lever is None:
            return
        base = 0 if against is None else lever.options.index(lever.option(against))
        outcome = selected.outcome or ("performance" if "performance" in self.experiment.outcomes else None)
        shown = selection.shown(self.sweep, Selection(outcome, selected.scope, selected.horizon))
        scopes = [selected.scope] if selected.scope else [
            scope for scope in self.experiment.scopes if OUTCOMES[shown.entry.name].by_class or scope == "nation"
        ]
        columns = [self.sweep.column(shown.entry.name, scope, shown.horizon) for scope in scopes]
        when = self.experiment.horizons[shown.horizon].meaning
        for scope, values in zip(scopes, self.pairs.each(*columns), strict=True):
            # at the baseline of all other levers, as observables are
            options = self.pairs.by_option(values, lever)[:, :, 0]
            for number in selected.options:
                if number != base:
                    least = self.experiment.smallest.of(shown.entry, float(np.nanmean(options[:, base])))
                    apart = options[:, number] - options[:, base]
                    yield _effect(lever, number, base, shown, scope, when, apart, float(least))

    def structures(self) -> Iterator[Question]:
        """Yield every pair of structures, where they are drawn."""
        factor = next((one for one in self.experiment.uncertainties if one.name == STRUCTURE and one.options), None)
        if factor is None:
            return
        drawn = self.pairs.drawn(factor.name)
        for one, other in itertools.combinations(factor.options, 2):
            both = np.isin(drawn, [one.value, other.value])
            values = np.where(both, (drawn == one.value).astype(np.float64), np.nan)
            yield Question("structure", factor.name, one.label, other.label, "", "", "", "", "share of draws", values,
                           values, "neither")  # fmt: skip


def _effect(
    lever: Factor, number: int, base: int, shown: selection.Shown, scope: str, when: str, effect: Array, least: float
) -> Question:
    sign = -1.0 if shown.entry.better == "lower" else 1.0
    ahead = np.where(np.isfinite(effect), 0.5 + 0.5 * np.sign(sign * effect), np.nan)
    one, other = (lever.options[at].label for at in (number, base))
    entry = shown.entry
    return Question("effect", lever.name, one, other, entry.name, scope, shown.horizon, when, entry.unit, effect, ahead,
                    entry.better, least)  # fmt: skip


def lookfor(
    path: Path | str | PairedSweep, lever: str | None = None, option: Any = None, against: str | None = None,
    outcome: str | None = None, scope: str | None = None, horizon: str | None = None,
    figures: Path | str | Sequence[Found] = (), rivals: Sequence[Path | str | PairedSweep] = (),
) -> Look:  # fmt: skip
    """Return what observables would teach about effects, and about structures where a sweep draws them.

    Parameters
    ----------
    path
        Of a sweep whose runs have observables, or the sweep.
    lever, option, against
        Whose options are set against one, by default all of the first lever against its baseline.
    outcome, scope, horizon
        By default performance (or the first outcome), the nation and every class, the main horizon.
    figures
        Figures that were found, or a table of them (see `sim.inference.found`): draws count as they agree with these.
    rivals
        Sweeps of other structures. Then all that is asked is which of two sweeps the world is one of: each counts as
        much as any other, whatever its number of draws.
    """
    sweeps = [one if isinstance(one, PairedSweep) else open_sweep(one) for one in (path, *rivals)]
    paths = [one.path.resolve() for one in sweeps]
    for at, one in enumerate(paths):
        if one in paths[:at]:
            raise UserError(Problem("--rival", "", f"{sweeps[at].path}, the same sweep twice", "another sweep"))
    found = read_found(Path(figures)) if isinstance(figures, (str, Path)) else list(figures)
    populations = [Observed(sweep) for sweep in sweeps]
    used = {one.column for one in found}
    kept = [set(one.experiment.observables) for one in populations]
    names = [name for name in OBSERVABLES if name not in used and all(name in some for some in kept)]
    weights = _weights(populations, found, str(figures) if isinstance(figures, (str, Path)) else "figures")
    draws = Draws(np.concatenate([one.columns(names) for one in populations]), weights,
                  np.concatenate([one.part for one in populations]))  # fmt: skip
    first = populations[0]
    if rivals:
        if any((lever, option, against, outcome, scope, horizon)):
            raise UserError(Problem("rivals", found="rivals and an effect", allowed="one of both, a question each"))
        questions = [*_between(populations)]
    else:
        for kind, name in (("outcome", outcome), ("scope", scope), ("horizon", horizon)):
            selection.some(kind, name, selection.known(first.sweep, kind))
        selected = _selected(first, lever, option, against, outcome, scope, horizon)
        questions = [*first.effects(selected, against), *first.structures()]
    if not questions:
        raise UserError(Problem(str(first.sweep.path), allowed="nothing is open in this sweep: it compares no policies "
                                                               "and draws no structures"))  # fmt: skip
    given = list(dict.fromkeys(one.given for one in populations))
    return Look(
        " or ".join(one.experiment.title for one in populations), given[0] if len(given) == 1 else "of several sweeps",
        all(one.experiment.ensemble is not None for one in populations), {} if rivals else first.history, len(weights),
        tuple(found), worth.effective(weights),
        tuple(answered(question, draws, names, weighed=bool(found)) for question in questions),
    )  # fmt: skip


def _weights(populations: Sequence[Observed], found: Sequence[Found], where: str) -> Array:
    """Return how much each draw counts: as it agrees with what was found, and each sweep as much as any other."""
    size = float(np.mean([len(one.pairs) for one in populations]))
    total = np.concatenate([one.log_weights(found) + np.log(size / len(one.pairs)) for one in populations])
    weights: Array = np.exp(total - total.max()) if np.isfinite(total).any() else np.zeros(len(total))
    left = worth.effective(weights)
    if left < FEW:
        raise UserError(Problem(
            where, "", f"figures with which only {left:.1f} of {len(weights):,} draws agree (as many that count alike)",
            f"at least {FEW}: a sweep of more points, fewer figures at once, or wider bands; or calibrate on them",
        ))  # fmt: skip
    return weights


def _between(populations: Sequence[Observed]) -> Iterator[Question]:
    """Yield for each two sweeps the question which of them the world is one of."""
    names = _names(populations)
    owner = np.repeat(np.arange(len(populations)), [len(one.pairs) for one in populations])
    for one, other in itertools.combinations(range(len(populations)), 2):
        values = np.where(owner == one, 1.0, np.where(owner == other, 0.0, np.nan))
        yield Question("structure", STRUCTURE, names[one], names[other], "", "", "", "", "share of draws", values,
                       values, "neither")  # fmt: skip


def _names(populations: Sequence[Observed]) -> list[str]:
    """Return what each sweep is called, no two alike: as its experiment, or by where it lies."""
    parts = [one.sweep.path.resolve().parts for one in populations]
    ends = [[str(Path(*one[-length:])) for one in parts] for length in range(1, 1 + max(map(len, parts)))]
    # rounds of calibrations, say, are called alike: their parents are not
    tried = [[one.experiment.name for one in populations], [one[-2] for one in parts], *ends]
    return next(names for names in tried if len({*names}) == len(names))


def _selected(
    population: Observed, lever: str | None, option: Any, against: str | None, outcome: str | None, scope: str | None,
    horizon: str | None,
) -> Selection:  # fmt: skip
    """Return what is asked for, its names known; no lever where the sweep compares nothing and none is named."""
    levers = [one for one in population.experiment.levers if len(one.options) > 1]
    if not levers and lever is None and option is None and against is None:
        return Selection(outcome, scope, horizon)
    chosen = population.experiment.lever(lever)
    options = range(len(chosen.options))
    numbers = tuple(options) if option is None else (chosen.options.index(chosen.option(option)),)
    base = 0 if against is None else chosen.options.index(chosen.option(against))
    if numbers == (base,):
        allowed = ", ".join(one.label for at, one in enumerate(chosen.options) if at != base)
        raise UserError(Problem(chosen.name, "option", f"{chosen.options[base].label!r} against itself", allowed))
    return Selection(outcome, scope, horizon, chosen, numbers)


def answered(question: Question, draws: Draws, names: Sequence[str], *, weighed: bool = False) -> Answer:
    """Return what observables, whose columns draws have in the order of names, would teach about a question."""
    asked = np.isfinite(question.values)
    some, values, ahead = draws.at(asked), question.values[asked], question.ahead[asked]
    effective = some.effective
    if effective < FEW:
        found = f"{effective:.0f} draws in which both are defined"
        raise UserError(Problem(f"{question.option} against {question.against}", "", found, f"at least {FEW}"))
    own = np.array([OBSERVABLES[name].reliability for name in names])
    above, below = (worth.mean(one[asked], some.weights) for one in question.beyond)
    beyond = above, below
    known = _share_known(some)
    *explains, expected = worth.alone(some, values, [*RELIABILITIES, own])
    ranked = np.flatnonzero(known >= worth.HALF)
    ranked = ranked[np.argsort(-expected[ranked], kind="stable")]
    worths = [
        _worth(OBSERVABLES[names[at]], some, at, ahead, float(known[at]), [of[at] for of in explains], expected[at])
        for at in ranked.tolist()
    ]
    return Answer(
        question, len(values), effective, *_spread(values, ahead, some.weights), beyond,
        worth.luck(len(ranked), effective), tuple(worths),
        tuple(_few(some, values, names, ranked, own)),
        _spread(values, ahead, np.ones(len(values))) if weighed else None,
    )  # fmt: skip


def _share_known(draws: Draws) -> Array:
    found: Array = (np.isfinite(draws.figures) * draws.weights[:, None]).sum(axis=0) / draws.weights.sum()
    return found


def _spread(values: Array, ahead: Array, weights: Array) -> tuple[float, float, float]:
    """Return mean, standard deviation, and the share in which the option is ahead."""
    middle = worth.mean(values, weights)
    return middle, worth.mean((values - middle) ** 2, weights) ** 0.5, worth.mean(ahead, weights)


def _worth(
    one: Observable, draws: Draws, at: int, ahead: Array, known: float, explains: Sequence[float], expected: float
) -> Worth:
    edges, middle, shares = worth.thirds(draws.figures[:, at], ahead, draws.weights)
    at_own = max(0.0, float(expected))
    a, b = edges.tolist()
    x, y, z = middle.tolist()
    low, between, high = shares.tolist()
    told = tuple(max(0.0, float(value)) for value in explains)
    return Worth(one, known, told, at_own, 1.0 - (1.0 - at_own) ** 0.5, (a, b), (x, y, z), (low, between, high))


def _few(
    draws: Draws, values: Array, names: Sequence[str], ranked: NDArray[np.int64], own: Array
) -> Iterator[Together]:
    """Yield the few best together, at each reliability and at each figure's own."""
    some = Draws(draws.figures[:, ranked], draws.weights, draws.part)
    kinds = [OBSERVABLES[names[at]].figure for at in ranked]
    found = worth.together(some, values, [*RELIABILITIES, own[ranked]], kinds)
    for reliability, (chosen, share) in zip((*RELIABILITIES, None), found, strict=True):
        yield Together(reliability, tuple(names[ranked[at]] for at in chosen), max(0.0, share))
