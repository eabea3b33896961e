"""What an experiment file asks for: its design, what is kept of each run, and whether that can be done."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from sim.errors import UserError
from sim.experiment import fields
from sim.experiment.designs import DESIGNS, kinds, points
from sim.experiment.experiment import Accidents, Design, Experiment, Factor
from sim.experiment.horizons import Horizon, chosen, parting, usual
from sim.experiment.layers import Draft, LayeredFactor
from sim.experiment.names import NAME, RUNS
from sim.experiment.smallest_effect import Smallest
from sim.experiment.table import read_table
from sim.registry.outcomes import OUTCOMES
from sim.scenario.files import Unreadable
from sim.scenario.form import show
from sim.scenario.layers import merge
from sim.scenario.lines import KeyPath
from sim.scenario.schema import Scenario, month_name, month_number

MOST_RUNS = 10**9


def kept(
    draft: Draft, base: Scenario, levers: Sequence[LayeredFactor], uncertainties: Sequence[LayeredFactor]
) -> Experiment:
    """Return the experiment, its design and what it keeps; horizons only where they are named."""
    unknowns = tuple(each.factor for each in uncertainties)
    file = draft.file
    outcomes = _outcomes(draft, ("keep", "outcomes"), file.keep.outcomes)
    curves = file.keep.curves
    asked = _outcomes(draft, ("keep", "curves", "outcomes"), curves.outcomes or [])
    if curves.kind == "sample" and curves.points is None:
        draft.refuse(("keep", "curves", "points"), "nothing", "a number of points, which the kind sample needs")
    elif curves.kind != "sample" and curves.points is not None:
        draft.refuse(("keep", "curves", "points"), str(curves.points), "nothing: points belong to the kind sample")
    _repeated(draft, ("keep", "scopes"), file.keep.scopes)
    table = merge(draft.base)[0]
    months = base.period
    seed = base.run.seed if file.run.seed is None else file.run.seed
    return Experiment(
        name=draft.path.stem, title=file.title, why=file.why,
        base={key: value for key, value in table.items() if key != "run"},
        levers=tuple(lever.factor for lever in levers), uncertainties=unknowns, design=_design(draft, unknowns),
        replicates=file.run.replicates, seed=seed, outcomes=outcomes, accidents=_accidents(draft),
        horizons=_horizons(draft, (months.start, months.end)), scopes=tuple(file.keep.scopes), curves=curves.kind,
        curve_outcomes=() if curves.kind == "none" else asked or outcomes, curve_points=curves.points or 0,
        smallest=_smallest(draft),
    )  # fmt: skip


def _accidents(draft: Draft) -> Accidents:
    asked, kind = draft.file.run.accidents, draft.file.design.kind
    if asked == "own" and not DESIGNS[kind].growing:
        # more replicates would otherwise need numbers that other points have
        growing = ", ".join(kinds(lambda kind: kind.growing))
        draft.refuse(("run", "accidents"), f'"own" with {kind}', f'"shared", or a design out of {growing}')
    return asked or ("own" if DESIGNS[kind].drawn else "shared")


def _outcomes(draft: Draft, where: KeyPath, names: Sequence[str]) -> tuple[str, ...]:
    for i, name in enumerate(names):
        if name not in OUTCOMES:
            draft.unknown((*where, i), name, "an outcome (skloki list outcomes)", OUTCOMES)
    _repeated(draft, where, names)
    return tuple(name for name in dict.fromkeys(names) if name in OUTCOMES)


def _repeated(draft: Draft, where: KeyPath, names: Sequence[str]) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            draft.refuse((*where, i), f"{show(name)} again", "names that differ")


def _horizons(draft: Draft, period: tuple[str, str]) -> dict[str, Horizon]:
    found: dict[str, Horizon] = {}
    for name, text in draft.file.keep.horizons.items():
        where: KeyPath = ("keep", "horizons", name)
        if not NAME.fullmatch(name):
            draft.refuse(where, f'the name "{name}"', "a name of a-z, 0-9 and _, a letter first")
        try:
            (found[name],) = chosen([text], _months(*period), None)
        except UserError as error:
            if draft.sound:
                draft.refuse(where, error.problems[0].found, error.problems[0].allowed)
    return found


def _months(start: str, end: str) -> list[str]:
    return [month_name(number) for number in range(month_number(start), month_number(end) + 1)]


def usual_horizons(draft: Draft, levers: Sequence[LayeredFactor]) -> dict[str, Horizon]:
    """Return the usual horizons, counted from the month in which some option of some lever begins to differ."""
    from sim.world.build import build

    baseline = [lever.layers[0] for lever in levers]
    tables = [merge([*draft.base, *itertools.chain(*baseline)])[0]]
    for i, lever in enumerate(levers):
        for layers in lever.layers[1:]:
            above = [*baseline[:i], layers, *baseline[i + 1 :]]
            tables.append(merge([*draft.base, *itertools.chain(*above)])[0])
    worlds = [build(Scenario.model_validate({**table, "title": "?"})) for table in tables]
    months, begin = worlds[0].months, parting(worlds) or 0
    names: dict[str, Horizon] = {}
    for horizon in usual(months, begin):
        since = months.index(horizon.first) - begin
        name = {12: "year", 36: "three_years"}.get(since, "end") if horizon.first == horizon.last else "since"
        names["after" if not names else name] = horizon
    return names


def _smallest(draft: Draft) -> Smallest:
    table = draft.file.smallest
    named = dict(table.__pydantic_extra__ or {})
    for name in named:
        if name not in OUTCOMES:
            allowed = "share, relative or an outcome (skloki list outcomes)"
            draft.unknown(("smallest", name), name, allowed, ["share", "relative", *OUTCOMES])
    return Smallest(table.share, table.relative, named)


def _design(draft: Draft, uncertainties: Sequence[Factor]) -> Design:
    table = draft.file.design
    kind = table.kind
    growing, filed = kinds(lambda kind: kind.growing), kinds(lambda kind: kind.file)
    for key, having in (("points", growing), ("levels", fields.BY_LEVELS), ("file", filed)):
        value = getattr(table, key)
        if value is not None and kind not in having:
            allowed = f"nothing: {key} belong{'s' * (key == 'file')} to {', '.join(having)}"
            draft.refuse(("design", key), show(value), allowed)
        elif value is None and kind in having and key != "levels":
            draft.refuse(("design", key), "nothing", f"{fields.FORM.allowed(('design', key))}, which {kind} needs")
    asked = draft.file.uncertainties
    some = bool(uncertainties or asked.prior or asked.__pydantic_extra__)
    if not some and kind != "grid" and not any(problem.field.startswith("uncertainties") for problem in draft.problems):
        draft.refuse(("design", "kind"), f'"{kind}" without uncertainties', 'uncertainties, or "grid" for one point')
    rows = _rows(draft, table.file, uncertainties) if DESIGNS[kind].file and table.file else ()
    return Design(kind, table.points or 0, table.levels or DESIGNS[kind].levels or 5, table.seed, rows)


def _rows(draft: Draft, name: str, factors: Sequence[Factor]) -> tuple[Mapping[str, object], ...]:
    if any(problem.field.startswith("uncertainties") for problem in draft.problems):
        return ()  # which columns there must be is not known
    try:
        rows, problems = read_table(draft.path.parent / name, factors)
    except FileNotFoundError:
        draft.refuse(("design", "file"), f'"{name}", no such file', "a CSV file beside the experiment")
        return ()
    except Unreadable as why:
        draft.refuse(("design", "file"), f'"{name}", {why.found}', why.allowed)
        return ()
    draft.problems += problems
    return rows


def within_reach(draft: Draft, experiment: Experiment) -> None:
    """Refuse what could never be finished."""
    combinations = math.prod(len(lever.options) for lever in experiment.levers)
    runs = points(experiment) * combinations * experiment.replicates
    if runs > MOST_RUNS:
        found = f"{runs:,} runs" if runs < 10**15 else f"about 10^{len(str(runs)) - 1} runs"
        found += f" (a {experiment.design.kind} of {len(experiment.uncertainties)} uncertainties)"
        draft.refuse(("design",), found, f"at most {MOST_RUNS:,}")
    if experiment.curve_points > points(experiment):
        found = f"{experiment.curve_points:,}"
        draft.refuse(("keep", "curves", "points"), found, f"at most the design's {points(experiment):,} points")


def distinct_columns(draft: Draft, experiment: Experiment) -> None:
    """Refuse names that would give two columns of the store one name."""
    taken = dict.fromkeys(RUNS, "a column of every table")
    alike: set[str] = set()
    for column, outcome, scope, horizon in experiment.columns():
        if column in taken and horizon not in alike:
            alike.add(horizon)
            where: KeyPath = ("keep", "horizons", horizon) if draft.file.keep.horizons else ("keep",)
            draft.refuse(where, f'the name "{horizon}", whose column {column} is {taken[column]}', "another name")
        taken.setdefault(column, f"{outcome} of {scope}, {horizon}")
    factors = [("levers", lever) for lever in experiment.levers]
    factors += [("uncertainties", each) for each in experiment.uncertainties]
    for table, factor in factors:
        if factor.name in taken:
            where = (table, factor.name)
            draft.refuse(where, f'the name "{factor.name}", which is {taken[factor.name]}', "a name of its own")
        taken[factor.name] = f"a name in {table}"
    for horizon in experiment.horizons:
        if any(horizon == factor.name for _, factor in factors):
            found = f'the name "{horizon}", which a lever or an uncertainty has'
            draft.refuse(("keep", "horizons", horizon), found, "a name of its own")
