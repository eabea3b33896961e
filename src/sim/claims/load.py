"""Claims read from their files, with every problem of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sim.claims import expressions
from sim.claims.claim import Claim, Estimand, Quantity, id_of, known, locate
from sim.claims.form import BASE, FORM, ClaimFile, EstimandTable, Term
from sim.claims.verbs import BY_EVIDENCE, OVER_ALL, RELATIONS
from sim.errors import Problem, UserError
from sim.experiment.factors import NAME, PLACES
from sim.experiment.schema import NOT_VARIED, inline
from sim.registry.derived import KEPT
from sim.registry.mechanisms import MECHANISMS
from sim.scenario import files
from sim.scenario.contradictions import Review
from sim.scenario.file_form import show
from sim.scenario.layers import SETS, Fault, KeyPath, Layer, in_order, merge, unknown
from sim.scenario.schema import Period, month_name, month_number


def load_claims(asked: tuple[str, ...] = ()) -> list[Claim]:
    """Read claims by id or file, by default all; UserError with every problem of every file."""
    found, problems = list[Claim](), list[Problem]()
    paths = list(dict.fromkeys(map(locate, asked)) if asked else known().values())
    for path in paths:
        try:
            found.append(load_claim(path, beside=paths))
        except UserError as error:
            problems += error.problems
    places = dict[str, Path]()
    for one in found:
        if places.setdefault(one.id, one.path) != one.path:
            allowed = f"an id of its own: {places[one.id]} has it, too"
            problems.append(Problem(str(one.path), "id", repr(one.id), allowed))
    if problems:
        raise UserError(problems)
    return found


def load_claim(path_or_id: str | Path, beside: Iterable[Path] = ()) -> Claim:
    """Read a claim file.

    Parameters
    ----------
    beside
        Files of claims that it may name, besides all that are known and those in its folder.

    Raises
    ------
    UserError
        With every problem of the file, and of the scenarios that it names.
    """
    path = locate(path_or_id)
    own = files.read_experiment(path, FORM)
    file, faults = FORM.sound(own.table)
    worlds, problems = _worlds(own, path, file)
    broken = {fault.path[:2] for fault in faults if fault.path[:1] == ("estimands",)}
    estimands = []
    for name, table in file.estimands.items():
        estimand, wrong = _estimand(file, name, table)
        faults += wrong
        if estimand is not None:
            estimands.append(estimand)
    faults += _outside(file, estimands)
    if not (estimands or faults or broken or problems) and file.kind == "tested":
        faults.append(Fault(("estimands",), "none", "[estimands.NAME]: what is reckoned, or another kind"))
    if file.kind != "tested" and not file.reason:
        faults.append(Fault(("reason",), "nothing", f"why it is {file.kind}"))
    if file.kind == "tested" and file.reason:
        allowed = 'none, or kind = "by construction" or "untestable"'
        faults.append(Fault(("reason",), 'a reason with kind = "tested"', allowed))
    faults += _related(file, (*beside, *path.parent.glob("*.toml")))
    for at, name in enumerate(file.grid):
        if name not in MECHANISMS:
            faults.append(unknown(("grid", at), name, "a mechanism (skloki list mechanisms)", MECHANISMS))
    if file.grid and estimands and estimands[0].said.claimed in (*RELATIONS, *OVER_ALL):
        allowed = "none, or a first estimand of which above, below or within is claimed"
        faults.append(Fault(("grid",), f"a grid with claimed = {show(estimands[0].said.claimed)}", allowed))
    name = id_of(path)
    if (file.id != name or not name.isalnum()) and not any(fault.path == ("id",) for fault in faults):
        allowed = f"{show(name)}, with which the file's name begins" if name.isalnum() else "letters and digits"
        faults.append(Fault(("id",), show(file.id), allowed))
    problems = [*map(own.problem, faults), *problems]
    if problems:
        raise UserError(in_order(problems, [own.label]))
    return Claim(path, file, worlds, tuple(estimands))


def _related(file: ClaimFile, beside: Iterable[Path]) -> Iterator[Fault]:
    """Yield the claims that it is a reason for or against, and that are none."""
    named = [(key, at, name) for key in ("supports", "attacks") for at, name in enumerate(getattr(file, key))]
    there = [*known(), *map(id_of, beside)] if named else []
    for key, at, name in named:
        if name not in there:
            allowed = "the id of a claim (skloki list claims), or of one in a file beside it"
            yield unknown((key, at), name, allowed, there)


def _worlds(own: Layer, path: Path, file: ClaimFile) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """Return what each world lays over a base, ``[set]`` included, and what is wrong with it."""
    below = files.read_named(own, path, {("worlds",): BASE})
    set_layer = inline(own, ("set",), dict(file.set))
    problems = [*set_layer.problems(), *_barred(own, ("set",), set_layer)]
    found: dict[str, dict[str, Any]] = {}
    for name, tables in file.worlds.items():
        where: KeyPath = ("worlds", name)
        if not NAME.fullmatch(name):
            problems.append(own.problem(Fault(where, f'the name "{name}"', "a name of a-z, 0-9 and _, a letter first")))
        plain = dict(tables)
        named = plain.pop("scenario", [])
        asked: dict[KeyPath, Any] = (
            {(*where, "scenario", at): one for at, one in enumerate(named)} if isinstance(named, list)
            else {(*where, "scenario"): named}
        )  # fmt: skip
        stack = files.read_named(own, path, asked, below.done)
        layers = [*stack.layers, inline(own, where, plain)]
        for layer in layers:
            layer.table.pop("run", None)
        wrong = [*stack.problems, *layers[-1].problems(), *_barred(own, where, layers[-1])]
        if not wrong and not problems:
            review = Review.of([Layer("", {"title": "?"}), *below.layers, set_layer, *layers, Layer(SETS, {})])
            wrong += review.problems()
        problems += wrong
        found[name] = merge([set_layer, *layers])[0]
    return found, list(dict.fromkeys(problems))


def _barred(own: Layer, where: KeyPath, layer: Layer) -> Iterator[Problem]:
    for key in layer.table:
        if key in NOT_VARIED:
            allowed = "start and end of the claim" if key == "period" else NOT_VARIED[key]
            yield own.problem(Fault((*where, key), f'"{key}"', allowed))
    for name in PLACES if where[0] == "worlds" else ():
        if name in layer.table.get("tree", {}):
            allowed = "the same places in all worlds that are compared: in [set]"
            yield own.problem(Fault((*where, "tree", name), f"tree.{name}", allowed))


def _estimand(file: ClaimFile, name: str, table: EstimandTable) -> tuple[Estimand | None, list[Fault]]:
    """Return an estimand, or what is wrong with it."""
    where: KeyPath = ("estimands", name)
    faults = list(_named(file, where, table))
    if not NAME.fullmatch(name):
        faults.append(Fault(where, f'the name "{name}"', "a name of a-z, 0-9 and _, a letter first"))
    needed = [*_used(table), *table.signs, *([table.planted] if table.planted else [])]
    quantities = {}
    for each in needed if not faults else ():
        term = table.terms.get(each) or Term(world=each)
        outcome = term.outcome or table.outcome
        if outcome is None and not table.figures:
            faults.append(Fault((*where, "outcome"), "nothing", f"an outcome, of which {each} is reckoned"))
            break
        quantities[each] = Quantity(term.world, outcome or "", tuple(term.scopes or table.scopes),
                                    term.horizon or table.horizon or file.horizon)  # fmt: skip
    if faults:
        return None, faults
    outcomes = {one.outcome for one in quantities.values()}
    main = table.outcome or (outcomes.pop() if len(outcomes) == 1 else None)
    return Estimand(name, table, quantities, KEPT.get(main or "")), []


def _used(table: EstimandTable) -> list[str]:
    try:
        return expressions.names(table.value)
    except expressions.Wrong:
        return []


def _named(file: ClaimFile, where: KeyPath, table: EstimandTable) -> Iterator[Fault]:
    """Yield what is wrong with names, horizons and ends."""
    from sim.analysis.targets import PRODUCED

    worlds, outcome = file.worlds, "an outcome (skloki list outcomes)"
    for each, term in table.terms.items():
        at: KeyPath = (*where, "terms", each)
        if each in worlds:
            yield Fault(at, f'the name "{each}", which a world has', "a name of its own")
        if term.world not in worlds:
            yield unknown((*at, "world"), term.world, "a world of the claim", worlds)
        if term.outcome is not None and term.outcome not in KEPT:
            yield unknown((*at, "outcome"), term.outcome, outcome, KEPT)
        yield from _month_faults((*at, "horizon"), term.horizon)
    if table.outcome is not None and table.outcome not in KEPT:
        yield unknown((*where, "outcome"), table.outcome, outcome, KEPT)
    try:
        expressions.check(table.value, [*worlds, *table.terms])
    except expressions.Wrong as why:
        yield Fault((*where, "value"), why.found, expressions.WORDS, why.suggestion)
    for each in table.signs:
        if each not in table.terms:
            yield unknown((*where, "signs", each), each, "a term of the estimand", table.terms)
    for place, each in enumerate(table.figures):
        if each not in PRODUCED:
            allowed = "a figure that the model produces (skloki list targets)"
            yield unknown((*where, "figures", place), each, allowed, PRODUCED)
    yield from _month_faults((*where, "horizon"), table.horizon or file.horizon)
    if table.claimed == "between" and (table.low is None and table.high is None or
                                       None not in (table.low, table.high) and table.low > table.high):  # type: ignore[operator]
        found = "neither low nor high" if table.low is None else f"{show(table.low)} to {show(table.high)}"
        yield Fault((*where, "low"), found, "between needs low, high or both, in that order")
    for end, value in (("low", table.low), ("high", table.high)) if table.claimed != "between" else ():
        if value is not None:
            yield Fault((*where, end), f"{show(value)} with claimed = {show(table.claimed)}",
                        'an end with claimed = "between", none with others')  # fmt: skip
    if (table.claimed == "signs") != bool(table.signs):
        yield Fault((*where, "signs"), f"{len(table.signs)} signs",
                    'a sign or more with claimed = "signs", none with others')  # fmt: skip
    if (table.claimed in BY_EVIDENCE) != bool(table.figures):
        yield Fault((*where, "figures"), f"{len(table.figures)} figures",
                    'figures with claimed = "likelier" or "not needed", none with others')  # fmt: skip
    if (table.claimed == "not needed") != (table.planted is not None):
        yield Fault((*where, "planted"), show(table.planted or ""),
                    'a world with claimed = "not needed", none with others')  # fmt: skip
    elif table.planted is not None and table.planted not in worlds:
        yield unknown((*where, "planted"), table.planted, "a world of the claim", worlds)


def _outside(file: ClaimFile, estimands: Sequence[Estimand]) -> Iterator[Fault]:
    """Yield what is kept of months that no run has."""
    start = file.start or Period().start
    for one in estimands:
        for name, quantity in one.quantities.items() if not one.said.figures else ():
            months = [month for _, horizon in quantity.columns() for month in horizon.split(":")]
            if min(months) < start or (file.end is not None and max(months) > file.end):
                where: KeyPath = ("estimands", one.name, "horizon")
                found = f"{quantity.horizon}, for which {name} is needed from {min(months)} to {max(months)}"
                yield Fault(where, found, f"months of the runs, {start} to {file.end or 'any'}")


def _month_faults(where: KeyPath, text: str | None) -> Iterator[Fault]:
    if text is None:
        return
    ends = text.split(":")
    try:
        good = len(ends) <= 2 and all(month_name(month_number(end)) == end for end in ends) and ends[0] <= ends[-1]
    except ValueError:
        good = False
    if not good:
        yield Fault(where, show(text), 'a month "YYYY-MM", or a span "YYYY-MM:YYYY-MM"')
