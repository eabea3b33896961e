"""Worlds on the same accidents: run replicate by replicate, and compared pair by pair.

Replicate r of one world and replicate r of another draw the same random numbers at the same
addresses, so that what differs between them follows from what the worlds differ in. The first world
is the baseline; every effect is another world minus the baseline.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.analysis import paired
from sim.analysis.places import mapped
from sim.analysis.sample import Sample, band_tables, effect_of, effect_rows
from sim.analysis.sentences import drawn_from
from sim.analysis.wording import committees
from sim.engines.engine import ENGINES, Engine
from sim.engines.engine import engine as load_engine
from sim.errors import Problem, UserError
from sim.experiment import horizons as spans
from sim.experiment.draws import Draws
from sim.experiment.draws import draws as drawn_for
from sim.experiment.ensemble import Ensemble
from sim.experiment.smallest_effect import Smallest
from sim.experiment.smallest_effect import smallest as read_smallest
from sim.registry.derived import KEPT, unknown
from sim.registry.outcomes import SHOWN
from sim.results import manifest
from sim.results.comparison import Comparison, ComparisonWriter, new_comparison, open_comparison
from sim.results.manifest import Failure
from sim.runner.ensembles import ensemble_of
from sim.runner.run import Progress, RunFailed, agreed_workers, drawn_pairs, finished, with_run
from sim.scenario.load import Loaded, Sets, Source, differences, load_all
from sim.world.build import World, vary

REPLICATES = 200
"""Unless the user says otherwise; a scenario's own number is meant for a single world."""
MOST = 2_000
"""Replicates at most where a precision is asked for."""
PILOT = 50
"""Pairs from which the number for a precision is planned."""
FINEST = 1e-9
"""Precision that may be asked for: below it, differences are rounding."""
CAVEAT = (
    "Intervals are over chance only, at fixed parameters: they hold neither the parameters' uncertainty "
    "nor that of the model's structure, and no verdict on a policy may rest on them alone."
)
CAVEAT_OF_DRAWS = (
    "Intervals are over chance, parameters and readings, drawn {given}: they are of the mean over all draws "
    "and hold nothing of the model's structure. Shares are of these draws, not probabilities."
)
MOST_DRAWS = 1_000_000
LOOKED_AT = 8
"""Draws at which it is asked when worlds part: what is off at the defaults may not be where it is drawn."""

@dataclass(frozen=True)
class Precision:
    """How narrow half the interval of one outcome's effect shall be: for the nation, at the main horizon."""

    half_width: float
    outcome: str


def compare(
    *worlds: Source, replicates: int | None = None, seed: int | None = None, sets: Sets = (),
    horizons: Iterable[str] = (), outcomes: Sequence[str] = (), smallest: Iterable[str] = (),
    precision: float | None = None, target: str | None = None, draws: int | None = None,
    ensemble: str | Path | None = None, out: Path | str | None = None, force: bool = False,
    progress: Progress | None = None, engine: str | Engine = ENGINES[0], workers: int | None = None,
    threads: int | None = None,
) -> Comparison:  # fmt: skip
    """Run worlds on the same accidents, compare them pair by pair, and store the comparison.

    Parameters
    ----------
    worlds
        The baseline first; each as for `sim.runner.run.run`, as are ``sets``, ``force``, ``engine`` and
        ``workers``.
    replicates
        Number of pairs (200); with a precision, at most so many (2000).
    seed
        Instead of the scenarios' own, which must otherwise be the same.
    horizons
        ``YYYY-MM``, or ``YYYY-MM:YYYY-MM`` for the mean of a span; the first is the main one.
    outcomes
        To print and draw; all are stored.
    smallest
        The smallest effects of interest: ``"0.02"`` for shares, ``"performance=0.005"`` for one outcome.
    precision
        Run until half the interval is so narrow, or the replicates are used up.
    target
        Outcome that the precision is about, for the nation at the main horizon: performance.
    draws
        Number of pairs, instead of ``replicates``: each pair has a draw of its own of whatever no world sets (see
        `sim.experiment.draws`), the same in all worlds, besides accidents of its own.
    ensemble
        Whose draws these are, instead of draws over the ranges: a calibration's folder or name; see
        `sim.experiment.ensemble.read`. Without ``draws``, the first 200.
    out
        The folder; by default a new one below ``results/comparisons`` of the current folder.
    progress
        Called with months done and months planned so far, over all runs.

    Raises
    ------
    RunFailed
        No replicate could be finished in all worlds. If only some fail, they are in the manifest.
    """
    began, started = time.perf_counter(), datetime.now(UTC)
    read, least = load_all(worlds, sets), read_smallest(smallest)
    wanted = _wanted(precision, target)
    calibrated = ensemble_of(ensemble)
    if calibrated is not None and draws is None and replicates is None:
        draws = min(REPLICATES, len(calibrated.rows))
    _check(outcomes, wanted, replicates, draws, calibrated)
    workers = agreed_workers(workers, threads)
    usual = MOST if wanted else REPLICATES
    most = next((number for number in (draws, replicates) if number is not None), usual)
    loaded, names = agreed(read, most, seed), named(read)
    drawn = None if draws is None else drawn_for(*loaded, ensemble=calibrated)
    # The destination comes first: a place that cannot be written is found before any work is done.
    with new_comparison(out, names, force=force) as writer:
        chosen = load_engine(engine)
        built = [chosen.build(mapped(world.scenario)) for world in loaded]
        require_same_places(loaded, built)
        months, starts = built[0].months, partings(built, drawn)
        looked_at = spans.chosen(horizons, months, spans.earliest(starts))
        sample = Sample(names, months, looked_at, starts, built[0].committees)
        for numbers in _batches(sample, most, wanted):
            _run(sample, chosen, drawn_pairs(built, drawn, numbers), numbers, writer, progress, workers)
        writer.finish(effect_rows(sample, least), band_tables(sample), {
            **record(sample, loaded, least, outcomes, drawn),
            "replicates": most,
            "precision": None if wanted is None else achieved(sample, wanted),
            **manifest.circumstances(chosen.name, started, time.perf_counter() - began),
            **manifest.own_outcomes(),
        }, sample.by_place.table(names[1:]))  # fmt: skip
    return open_comparison(writer.destination, verify=False)


def record(
    sample: Sample, loaded: Sequence[Loaded], least: Smallest, outcomes: Sequence[str], drawn: Draws | None
) -> dict[str, Any]:
    """Return what a manifest says of pairs, however they were made."""
    months = sample.months
    return {
        "title": " | ".join(world.scenario.title for world in loaded),
        "worlds": [
            _world_record(world, name, loaded[0], drawn) | {"parting": _month(months, start)}
            for world, name, start in zip(loaded, sample.names, sample.partings, strict=True)
        ],
        "parting": _month(months, spans.earliest(sample.partings)),
        "horizons": [horizon.name for horizon in sample.horizons],
        "shown": list(dict.fromkeys(outcomes or SHOWN)),
        "smallest": asdict(least),
        "seed": loaded[0].scenario.run.seed,
        "pairs": sample.pairs,
        "pairs_of_curves": len(sample.curves[0]),
        "failed": sample.failed,
        "level": paired.LEVEL,
        "draws": None if drawn is None else drawn.record(),
        "uncertainty": CAVEAT if drawn is None else CAVEAT_OF_DRAWS.format(given=drawn_from(drawn.ensemble)),
    }


def _month(months: Sequence[str], at: int | None) -> str | None:
    return None if at is None else months[at]


def achieved(sample: Sample, precision: Precision) -> dict[str, Any]:
    """Return how narrow the interval is, and how many replicates it would take if it is not yet narrow enough.

    Worlds that part and of which all pairs differ by the same are named in ``equal``, with the
    number of pairs: the interval then has no width, but something rare may not have been seen.
    """
    column, wanted = [*KEPT].index(precision.outcome), precision.half_width
    widest, needed, equal = 0.0, 0, {}
    for world in range(1, len(sample.names)):
        found = effect_of(sample, world, 0, Smallest())
        pairs, spread = int(found.pairs[0, column]), float(found.sd[0, column])
        if pairs < 2 <= sample.pairs:
            where = f"an outcome that is defined here {sample.horizons[0].meaning}"
            raise UserError(Problem("--for", found=repr(precision.outcome), allowed=where))
        half = float(found.high[0, column] - found.effect[0, column])
        widest = max(widest, half)
        if half > wanted:
            # Not every replicate is a pair: some fail, and in some the outcome is not defined.
            needed = max(needed, -(-paired.needed(spread, wanted) * sample.tried // pairs))
        if spread == 0.0 and not sample.alike(world, 0):
            equal[sample.names[world]] = pairs
    enough = sample.pairs > 1
    return {
        "half_width": precision.half_width,
        "outcome": precision.outcome,
        "horizon": sample.horizons[0].name,
        "achieved": widest if enough else None,
        "reached": enough and widest <= wanted and not equal,
        "needed": needed or None,
        "equal": equal,
    }


def _batches(sample: Sample, most: int, precision: Precision | None) -> Iterator[range]:
    """Yield the numbers of replicates to run next, looking at what the last ones left.

    With a precision, a pilot gives the spread of the differences, and the spread the number of
    pairs; if that falls short, it is planned anew. Only the interval's width is looked at, never the
    effect, so that stopping favours no answer. Where nothing varies there is nothing to plan from.
    """
    if precision is None:
        yield range(most)
        return
    done = min(PILOT, most)
    yield range(done)
    while done < most:
        state = achieved(sample, precision)
        if state["reached"]:
            return
        lacking = (state["needed"] or 0) - sample.tried
        end = min(most, done + max(lacking, done if state["equal"] else done // 10, 1))
        yield range(done, end)
        done = end


def partings(built: Sequence[World], drawn: Draws | None) -> list[int | None]:
    """Return for each world the first month in which it differs from the baseline, at the defaults or at a draw."""
    found = [spans.partings(built)]
    for parameters, readings in [] if drawn is None else drawn.varied(0, LOOKED_AT):
        found.append(spans.partings([vary(world, parameters, readings) for world in built]))
    return [spans.earliest(starts) for starts in zip(*found, strict=True)]


def _run(
    sample: Sample, engine: Engine, runs: Iterable[tuple[World, int]], numbers: range, writer: ComparisonWriter,
    progress: Progress | None, workers: int | None,
) -> None:  # fmt: skip
    """Run replicates of all worlds in turn, and store what is compared of them."""
    each = len(sample.names) * len(sample.months)
    with finished(engine, runs, range(numbers.start * each, numbers.stop * each), progress, workers) as made:
        for number in numbers:
            rows = sample.add(number, [next(made) for _ in sample.names])
            if rows is not None:
                writer.add(rows)
    if not sample.pairs:
        whole = {failure["replicate"]: failure for failure in sample.failed}
        raise RunFailed([Failure(**{k: v for k, v in one.items() if k != "world"}) for one in whole.values()])


def _wanted(precision: float | None, target: str | None) -> Precision | None:
    if precision is None:
        if target is not None:
            raise UserError("--for belongs to --precision")
        return None
    return Precision(precision, target or "performance")


def _check(
    shown: Sequence[str], precision: Precision | None, replicates: int | None, draws: int | None,
    ensemble: Ensemble | None,
) -> None:  # fmt: skip
    """Refuse what can be refused before anything is done."""
    problems = unknown("--outcome", shown)
    if precision is not None:
        problems += unknown("--for", [precision.outcome])
        if not FINEST <= precision.half_width < float("inf"):
            allowed = f"a number above 0, {FINEST:g} at least"
            problems.append(Problem("--precision", found=f"{precision.half_width:g}", allowed=allowed))
    most = MOST_DRAWS if ensemble is None else len(ensemble.rows)
    if draws is not None and not 1 <= draws <= most:
        whose = "" if ensemble is None else f", the draws of {ensemble.name}"
        problems.append(Problem("--draws", found=str(draws), allowed=f"1 to {most:,}{whose}"))
    elif ensemble is not None and draws is None:
        problems.append(Problem("--replicates", found=str(replicates), allowed="--draws N beside --ensemble"))
    elif draws is not None and replicates is not None:
        allowed = f"nothing beside --draws {draws}: each draw is a pair with accidents of its own"
        problems.append(Problem("--replicates", found=str(replicates), allowed=allowed))
    if problems:
        raise UserError(problems)


def named(worlds: Iterable[Loaded]) -> list[str]:
    """Return a name for each world: its file's, with a number where two are called alike."""
    names: list[str] = []
    for world in worlds:
        name, number = world.path.stem, 1
        while name in names:
            number += 1
            name = f"{world.path.stem}-{number}"
        names.append(name)
    return names


def agreed(worlds: Sequence[Loaded], replicates: int, seed: int | None) -> list[Loaded]:
    """Return the worlds with one number of replicates and one seed; refuse such as differ in months or seed."""
    if len(worlds) < 2:
        raise UserError(Problem("compare", found=f"{len(worlds)} scenario", allowed="two scenarios or more"))
    # A world's single committees would fill memory and are not compared.
    plain = [replace(world, scenario=world.scenario.with_run(committees=False)) for world in worlds]
    plain = [with_run(world, replicates, seed) for world in plain]
    base, problems = plain[0].scenario, []
    for world in plain[1:]:
        where, mine = str(world.path), world.scenario
        if mine.period != base.period:
            problems.append(Problem(
                where, "period", f"{mine.period.start} to {mine.period.end}",
                f"the months of {worlds[0].path.stem}, {base.period.start} to {base.period.end} "
                f"(--set period.start=..., --set period.end=... sets them for all)",
            ))  # fmt: skip
        if mine.run.seed != base.run.seed:
            allowed = f"the seed of {worlds[0].path.stem}, {base.run.seed} (--seed S sets it for all)"
            problems.append(Problem(where, "run.seed", str(mine.run.seed), allowed))
    if problems:
        raise UserError(problems)
    return plain


def require_same_places(worlds: Sequence[Loaded], built: Sequence[World]) -> None:
    """Refuse worlds of other committees: their means would differ by who is counted.

    The same places may differ in literacy, skill or benches: that is then part of the effect.
    """
    def places(world: World) -> list[Any]:
        return [(place.key, place.name, place.unit_class) for place in world.committees]

    def size(world: World) -> str:
        return committees(world.guberniias, len(world.committees) - world.guberniias)

    base = worlds[0].path.stem
    problems = [
        Problem(str(loaded.path), "tree", size(world), f"the committees of {base}, {size(built[0])}")
        for loaded, world in zip(worlds, built, strict=True)
        if places(world) != places(built[0])
    ]
    if problems:
        raise UserError(problems)


def same_but_rules(one: Loaded, other: Loaded) -> bool:
    """Return whether two worlds differ in how posts are filled alone."""
    return all(found["field"].startswith("policy.") for found in differences(one, other))


def _world_record(loaded: Loaded, name: str, base: Loaded, drawn: Draws | None) -> dict[str, Any]:
    """Return what the manifest says of a world."""
    scenario = loaded.scenario
    return {
        "name": name,
        "title": scenario.title,
        "scenario": scenario.model_dump(mode="json"),
        "layers": dict(sorted(loaded.layers.items())),
        "parameters": manifest.parameter_records(scenario, loaded.layers, drawn),
        "differs": differences(base, loaded),
    }
