"""From an experiment file to an experiment: everything that is wrong with it is reported at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sim.errors import Problem, UserError
from sim.experiment import ensemble as ensembles
from sim.experiment import schema
from sim.experiment.design_file import Rows, read_table
from sim.experiment.designs import DESIGNS, kinds, points
from sim.experiment.experiment import Design, Experiment
from sim.experiment.factors import NAME, RUNS, TARGET, factors
from sim.experiment.horizons import Horizon, chosen, parting, usual
from sim.experiment.schema import FORM, NOT_VARIED, Draft, ExperimentFile, LayeredFactor, inline
from sim.experiment.smallest_effect import Smallest
from sim.registry import observables
from sim.registry.derived import ASKED, KEPT
from sim.registry.observables import OBSERVABLES
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.scenario import files
from sim.scenario.contradictions import Review
from sim.scenario.file_form import show
from sim.scenario.files import keys, locate, shipped
from sim.scenario.format import FORM as SCENARIO
from sim.scenario.layers import SETS, Fault, KeyPath, Layer, drop, in_order, leaves, merge, unknown
from sim.scenario.schema import Scenario, month_name, month_number

MOST_RUNS = 10**9
MOST_COMBINATIONS = 10_000
JUDGED_WHOLE = 2_000
"""So many combinations of levers are all looked at; of more, every pair of options, the rest at the baseline."""


def shipped_experiments() -> dict[str, Path]:
    """Return the experiments that come with the package, by name."""
    return shipped(FORM)


def is_experiment(path_or_name: str | Path) -> bool:
    """Return whether a path or name means an experiment, and not a scenario."""
    return str(path_or_name) not in shipped() and bool(schema.OWN & keys(locate(path_or_name, FORM)))


def load_experiment(path_or_name: str | Path) -> Experiment:
    """Read an experiment file, or a shipped experiment by name.

    Raises
    ------
    UserError
        With every problem of the file, and of the scenarios that it names.
    """
    return experiment_of(read(locate(path_or_name, FORM)))


def experiment_of(draft: Draft) -> Experiment:
    """Return the experiment of a file that was read, or raise as `load_experiment` does."""
    levers, uncertainties, faults = factors(draft)
    problems = [*draft.problems, *map(draft.own.problem, faults)]
    known = {(problem.where, problem.field) for problem in problems}
    judged = _judged(draft, levers, uncertainties)
    problems += [problem for problem in judged if (problem.where, problem.field) not in known]
    all_known = not any(problem.field.startswith("uncertainties") for problem in problems)
    experiment, faults, of_table = _experiment(draft, levers, uncertainties, all_known)
    problems += [*map(draft.own.problem, faults), *of_table]
    if not problems:
        problems += map(draft.own.problem, _out_of_reach(experiment))
    if not problems and not experiment.horizons:
        experiment = replace(experiment, horizons=_usual_horizons(draft.base, levers))
    problems += map(draft.own.problem, _alike_columns(experiment, bool(draft.file.keep.horizons)))
    if problems:
        raise UserError(in_order(problems, [draft.own.label]))
    return experiment


def read(path: Path) -> Draft:
    """Read an experiment file, and all scenarios that it names."""
    own = files.read_experiment(path, FORM)
    file, faults = FORM.sound(own.table)
    faults += _unknown_names(file)
    names = file.scenario
    asked: dict[KeyPath, str] = (
        {("scenario", i): name for i, name in enumerate(names)} if isinstance(names, list) else {("scenario",): names}
    )
    below = files.read_named(own, path, asked)
    if names == [] and not any(fault.path == ("scenario",) for fault in faults):
        faults.append(Fault(("scenario",), "an empty array", "at least one scenario"))
    barred = [key for key in file.set if key in NOT_VARIED and key != "period"]
    faults += [Fault(("set", key), f'"{key}"', NOT_VARIED[key]) for key in barred]
    above = inline(own, ("set",), {key: value for key, value in file.set.items() if key not in barred})
    problems = [*map(own.problem, faults), *below.problems, *above.problems()]
    worlds: dict[KeyPath, list[Layer] | None] = {}
    choices = {("levers", name): lever for name, lever in file.levers.items()}
    choices |= {("uncertainties", name): each for name, each in file.uncertainties.own.items()}
    for root, choice in choices.items():
        for i, name in enumerate(choice.worlds or ()):
            where: KeyPath = (*root, "worlds", i)
            stack = files.read_named(own, path, {where: name}, below.done)
            problems += stack.problems
            for layer in stack.layers:
                layer.table.pop("run", None)
                for field, _ in leaves(above.table):  # [set] has the last word
                    drop(layer.table, field)
            worlds[where] = stack.layers if stack.complete else None
    base = [*below.layers, above]
    table, _ = merge(base)
    scenario, _ = SCENARIO.sound({**table, "title": "?"})
    complete, ensemble = below.complete and bool(below.layers), None
    if file.uncertainties.ensemble is not None:
        try:
            ensemble = ensembles.read(file.uncertainties.ensemble, path.parent)
        except UserError as error:
            said = error.problems[0]
            where = ("uncertainties", "ensemble")
            problems.append(own.problem(Fault(where, said.found, said.allowed, said.suggestion)))
    return Draft(path, own, file, base, table, scenario, worlds, problems, complete, ensemble)


def _unknown_names(file: ExperimentFile) -> Iterator[Fault]:
    """Yield names of parameters and outcomes that there are not."""
    asked, keep = file.uncertainties, file.keep
    parameter, outcome = "a parameter or a variant (skloki list)", "an outcome (skloki list outcomes)"
    observable, drawn = "all, or observables (skloki list observables)", [*PARAMETERS, *VARIANTS]
    lists: list[tuple[KeyPath, Sequence[str], Collection[str], str]] = [
        (("uncertainties", "prior"), [] if asked.prior == "all" else asked.prior, drawn, parameter),
        (("uncertainties", "fixed"), asked.fixed, drawn, parameter),
        (("keep", "outcomes"), keep.outcomes, KEPT, outcome),
        (("keep", "curves", "outcomes"), keep.curves.outcomes or [], KEPT, outcome),
        (("keep", "observables"), [] if keep.observables == "all" else keep.observables, observables.ASKED, observable),
    ]
    for where, names, known, allowed in lists:
        yield from (unknown((*where, i), name, allowed, known) for i, name in enumerate(names) if name not in known)
    allowed, known = f"share, relative or {outcome}", ["share", "relative", *KEPT]
    yield from (unknown(("smallest", name), name, allowed, known) for name in file.smallest.named if name not in known)


def load_page(path_or_name: str | Path) -> schema.Page:
    """Return what an experiment file says of its sweep's page."""
    draft = read(locate(path_or_name, FORM))
    if draft.problems:
        raise UserError(in_order(draft.problems, [draft.own.label]))
    return draft.file.page


def _judged(draft: Draft, levers: Sequence[LayeredFactor], uncertainties: Sequence[LayeredFactor]) -> Iterable[Problem]:
    """Return what does not go together in the worlds that are looked at, once for each place."""
    combinations = math.prod(len(lever.factor.options) for lever in levers)
    if combinations > MOST_COMBINATIONS:
        found = f"{combinations:,} combinations"
        return [draft.own.problem(Fault(("levers",), found, f"at most {MOST_COMBINATIONS:,}"))]
    first: dict[tuple[str, str], Problem] = {}
    for above in _worlds(levers, uncertainties) if draft.complete else ():
        # below, a title, which no layer has; the last is where a command line would stand
        review = Review.of([Layer("", {"title": "?"}), *draft.base, *above, Layer(SETS, {})])
        for problem in review.problems():
            first.setdefault((problem.where, problem.field), problem)
    return first.values()


def _worlds(levers: Sequence[LayeredFactor], uncertainties: Sequence[LayeredFactor]) -> Iterator[list[Layer]]:
    """Yield what is laid over the base in the worlds that are looked at.

    These are the combinations of levers, and the baseline with each option and each end of a range of the
    uncertainties.
    """
    sizes = [range(len(lever.layers)) for lever in levers]
    combinations: Iterator[Sequence[int]] = itertools.product(*sizes)
    if math.prod(map(len, sizes)) > JUDGED_WHOLE:
        combinations = (
            [{one: i, two: j}.get(at, 0) for at in range(len(levers))]
            for one, two in itertools.combinations(range(len(levers)), 2)
            for i, j in itertools.product(sizes[one], sizes[two])
        )
    for combination in combinations:
        yield [layer for lever, at in zip(levers, combination, strict=True) for layer in lever.layers[at]]
    baseline = [layer for lever in levers for layer in lever.layers[0]]
    for each in uncertainties:
        # of a parameter's range there is nothing between values that could be wrong
        if not each.factor.target.startswith("parameters."):
            for layers in each.layers:
                yield [*baseline, *layers]


def _experiment(
    draft: Draft, levers: Sequence[LayeredFactor], uncertainties: Sequence[LayeredFactor], known: bool
) -> tuple[Experiment, list[Fault], list[Problem]]:
    """Return the experiment, horizons only where they are named; and what is wrong with what its file asks for.

    The problems are those of a table of points; ``known`` says whether all its columns are.
    """
    unknowns = tuple(each.factor for each in uncertainties)
    file, keep = draft.file, draft.file.keep
    kind = DESIGNS[file.design.kind]
    faults = [*_kept_faults(file), *_design_faults(file, known and not unknowns)]
    horizons, wrong_horizons = _horizons(draft)
    rows: Rows = ()
    wrong_rows: list[Fault] = []
    problems: list[Problem] = []
    if known and kind.file and file.design.file:
        rows, wrong_rows, problems = read_table(draft.path.parent, file.design.file, unknowns)
    design = Design(
        file.design.kind, file.design.points or 0, file.design.levels or kind.levels or 5, file.design.seed, rows
    )
    if draft.ensemble is not None and not faults:
        try:
            design = ensembles.design(draft.ensemble, unknowns, file.design.points)
        except UserError as error:
            wrong_rows = [Fault(("design", "points"), error.problems[0].found, error.problems[0].allowed)]
    outcomes, curve_outcomes = _known(keep.outcomes), _known(keep.curves.outcomes or ())
    experiment = Experiment(
        name=draft.path.stem, title=file.title, why=file.why,
        # said aloud, so that the rows keep their meaning when there are other defaults
        base={"defaults": draft.scenario.defaults, **{key: of for key, of in draft.table.items() if key != "run"}},
        levers=tuple(lever.factor for lever in levers), uncertainties=unknowns,
        design=design, ensemble=None if draft.ensemble is None else draft.ensemble.identity,
        replicates=file.run.replicates, seed=draft.scenario.run.seed if file.run.seed is None else file.run.seed,
        accidents=file.run.accidents or ("own" if kind.drawn else "shared"), outcomes=outcomes, horizons=horizons,
        scopes=tuple(keep.scopes), curves=keep.curves.kind,
        curve_outcomes=() if keep.curves.kind == "none" else curve_outcomes or outcomes,
        curve_points=keep.curves.points or 0, targets=keep.targets,
        observables=observables.named(OBSERVABLES if keep.observables == "all" else keep.observables),
        smallest=Smallest(file.smallest.share, file.smallest.relative, file.smallest.named),
        derived=tuple(one for name, one in ASKED.items() if name in (*outcomes, *curve_outcomes)),
    )  # fmt: skip
    return experiment, [*faults, *wrong_horizons, *wrong_rows], problems


def _known(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(names) if name in KEPT)


def _kept_faults(file: ExperimentFile) -> Iterator[Fault]:
    keep, curves = file.keep, file.keep.curves
    lists: list[tuple[KeyPath, Sequence[str]]] = [
        (("keep", "outcomes"), keep.outcomes), (("keep", "curves", "outcomes"), curves.outcomes or []),
        (("keep", "scopes"), keep.scopes),
        (("keep", "observables"), [] if keep.observables == "all" else keep.observables),
    ]  # fmt: skip
    for where, names in lists:
        for i, name in enumerate(names):
            if name in names[:i]:
                yield Fault((*where, i), f"{show(name)} again", "names that differ")
    if curves.kind == "sample" and curves.points is None:
        yield Fault(("keep", "curves", "points"), "nothing", "a number of points, which the kind sample needs")
    elif curves.kind != "sample" and curves.points is not None:
        yield Fault(("keep", "curves", "points"), str(curves.points), "nothing: points belong to the kind sample")


def _horizons(draft: Draft) -> tuple[dict[str, Horizon], list[Fault]]:
    """Return the horizons that are named; those outside a period that is not known are no fault."""
    found, faults = dict[str, Horizon](), []
    start, end = (month_number(month) for month in (draft.scenario.period.start, draft.scenario.period.end))
    months = [month_name(number) for number in range(start, end + 1)]
    for name, text in draft.file.keep.horizons.items():
        where: KeyPath = ("keep", "horizons", name)
        if not NAME.fullmatch(name):
            faults.append(Fault(where, f'the name "{name}"', "a name of a-z, 0-9 and _, a letter first"))
        try:
            (found[name],) = chosen([text], months, None)
        except UserError as error:
            if draft.complete:
                faults.append(Fault(where, error.problems[0].found, error.problems[0].allowed))
    return found, faults


def _usual_horizons(base: Sequence[Layer], levers: Sequence[LayeredFactor]) -> dict[str, Horizon]:
    """Return the usual horizons, counted from the month in which some option of some lever begins to differ."""
    from sim.world.build import build

    baseline = [lever.layers[0] for lever in levers]
    worlds_above = [baseline]
    for i, lever in enumerate(levers):
        worlds_above += [[*baseline[:i], layers, *baseline[i + 1 :]] for layers in lever.layers[1:]]
    tables = [merge([*base, *itertools.chain(*above)])[0] for above in worlds_above]
    worlds = [build(Scenario.model_validate({**table, "title": "?"})) for table in tables]
    months, begin = worlds[0].months, parting(worlds) or 0
    names: dict[str, Horizon] = {}
    for horizon in usual(months, begin):
        since = months.index(horizon.first) - begin
        name = {12: "year", 36: "three_years"}.get(since, "end") if horizon.first == horizon.last else "since"
        names["after" if not names else name] = horizon
    return names


def _design_faults(file: ExperimentFile, certain: bool) -> Iterator[Fault]:
    """Yield what does not go with the kind of the design; ``certain`` if there is no uncertainty."""
    table, kind = file.design, file.design.kind
    growing, filed = kinds(lambda kind: kind.growing), kinds(lambda kind: kind.file)
    if file.run.accidents == "own" and kind not in (*growing, "ensemble"):
        # more replicates would otherwise need numbers that other points have
        allowed = f'"shared", or a design out of {", ".join(growing)}'
        yield Fault(("run", "accidents"), f'"own" with {kind}', allowed)
    if (kind == "ensemble") != (file.uncertainties.ensemble is not None):
        yield Fault(("design", "kind"), f'"{kind}"', 'design.kind = "ensemble" together with uncertainties.ensemble')
    elif kind == "ensemble" and (file.uncertainties.prior or file.uncertainties.own):
        found = "ranges beside an ensemble"
        yield Fault(("uncertainties",), found, "an ensemble alone: what it does not draw is as the base has it")
    for key, having in (("points", growing), ("levels", schema.BY_LEVELS), ("file", filed)):
        value = getattr(table, key)
        if kind == "ensemble" and key == "points":
            continue
        if value is not None and kind not in having:
            allowed = f"nothing: {key} belong{'s' * (key == 'file')} to {', '.join(having)}"
            yield Fault(("design", key), show(value), allowed)
        elif value is None and kind in having and key != "levels":
            yield Fault(("design", key), "nothing", f"{FORM.allowed(('design', key))}, which {kind} needs")
    if certain and not file.uncertainties.prior and not file.uncertainties.own and kind not in ("grid", "ensemble"):
        allowed = 'uncertainties, or "grid" for one point'
        yield Fault(("design", "kind"), f'"{kind}" without uncertainties', allowed)


def _out_of_reach(experiment: Experiment) -> Iterator[Fault]:
    """Yield what could never be finished."""
    combinations = math.prod(len(lever.options) for lever in experiment.levers)
    runs = points(experiment) * combinations * experiment.replicates
    if runs > MOST_RUNS:
        found = f"{runs:,} runs" if runs < 10**15 else f"about 10^{len(str(runs)) - 1} runs"
        found += f" (a {experiment.design.kind} of {len(experiment.uncertainties)} uncertainties)"
        yield Fault(("design",), found, f"at most {MOST_RUNS:,}")
    if experiment.curve_points > points(experiment):
        allowed = f"at most the design's {points(experiment):,} points"
        yield Fault(("keep", "curves", "points"), f"{experiment.curve_points:,}", allowed)


def _alike_columns(experiment: Experiment, named: bool) -> Iterator[Fault]:
    """Yield names that would give two columns of the store one name; ``named`` says whether the file names horizons."""
    taken = dict.fromkeys(RUNS, "a column of every table")
    alike: set[str] = set()
    for column, outcome, scope, horizon in experiment.columns():
        if column in taken and horizon not in alike:
            alike.add(horizon)
            where: KeyPath = ("keep", "horizons", horizon) if named else ("keep",)
            yield Fault(where, f'the name "{horizon}", whose column {column} is {taken[column]}', "another name")
        taken.setdefault(column, f"{outcome} of {scope}, {horizon}")
    taken |= dict.fromkeys(experiment.observables, "an observable's")
    factors = [("levers", lever.name) for lever in experiment.levers]
    factors += [("uncertainties", each.name) for each in experiment.uncertainties]
    for table, name in factors:
        if name in taken:
            yield Fault((table, name), f'the name "{name}", which is {taken[name]}', "a name of its own")
        if experiment.targets and TARGET.fullmatch(name):
            yield Fault((table, name), f'the name "{name}", which is a target\'s', "a name of its own")
        taken[name] = f"a name in {table}"
    for horizon in experiment.horizons:
        if any(horizon == name for _, name in factors):
            found = f'the name "{horizon}", which a lever or an uncertainty has'
            yield Fault(("keep", "horizons", horizon), found, "a name of its own")
