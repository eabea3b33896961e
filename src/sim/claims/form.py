"""What a claim file may say, one pydantic model per table, and what was read of one.

A claim is added by adding a file: to ``experiments/claims``, or to a folder ``claims`` of one that SKLOKI_PATH names.
``python -m sim.claims.form docs/claims.md`` rewrites the tables of that document.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from sim.claims import expressions
from sim.errors import Problem, UserError, nearest
from sim.experiment.factors import NAME, PLACES
from sim.experiment.horizons import YEARS
from sim.experiment.own_outcomes import folders
from sim.experiment.schema import NOT_VARIED, Positive, Scope, inline
from sim.registry.derived import KEPT
from sim.registry.entries import Outcome
from sim.registry.mechanisms import MECHANISMS
from sim.scenario import doc_tables, files
from sim.scenario.contradictions import Review
from sim.scenario.file_form import FileForm, show
from sim.scenario.files import keys, shipped
from sim.scenario.layers import SETS, Fault, KeyPath, Layer, in_order, merge, unknown
from sim.scenario.schema import Month, Period, Table, month_name, month_number

Claimed = Literal["above", "below", "within", "not below", "not above", "between", "holds", "signs", "not ready", "likelier", "not needed"]
BY_EVIDENCE = ("likelier", "not needed")
"""What is claimed of how likely worlds make recorded figures."""
Kind = Literal["tested", "by construction", "untestable"]
Over = Literal["prior", "calibrated", "documented", "rivals"]
POPULATIONS: list[Over] = ["prior", "calibrated", "documented", "rivals"]
BASE = "historical"
"""The scenario over which the worlds of claims are laid, where a population has no other."""
USUAL = "1923-12:1926-11"
"""The horizon that is meant where none is named: 36 months from December 1923."""
REPLICATES = 2
LEAST_END = "1926-12"
"""Runs last so long at least, so that claims about earlier years share worlds with the others."""
RECORD_END = "1929-12"
"""Runs last so long where recorded figures are scored: the last are of that year."""


class Term(Table):
    """A quantity that has a name in the expression."""

    world: str = Field(description="in which world: a name in [worlds]")
    outcome: str | None = Field(None, description="of what; default: the estimand's outcome")
    scopes: list[Scope] | None = Field(None, min_length=1, description="where; default: the estimand's scopes")
    horizon: str | None = Field(None, description="when; default: the estimand's horizon")


class EstimandTable(Table):
    """A number of every draw, and what is claimed of it."""

    words: str = Field("", description="what it is, in a few words")
    value: str = Field(min_length=1, description=f"an expression: {expressions.WORDS}. A world stands for the outcome in it")
    outcome: str | None = Field(None, description="an outcome (`skloki list outcomes`); needed unless every name is a term with one of its own, or figures are scored")
    scopes: list[Scope] = Field(["nation"], min_length=1, description="the nation, or classes: of several the mean over their places")
    horizon: str | None = Field(None, description='month "YYYY-MM", or mean of a span "YYYY-MM:YYYY-MM"; default: the claim\'s')
    claimed: Claimed = Field(description="what is claimed: see below")
    smallest: Positive | None = Field(None, description="the smallest effect of interest; default: the outcome's own (`skloki explain`)")
    unit: str = Field("", description="in what; default: the outcome's unit")
    low: float | None = Field(None, allow_inf_nan=False, description="between: from")
    high: float | None = Field(None, allow_inf_nan=False, description="between: to")
    signs: dict[str, Literal["+", "-"]] = Field({}, description="signs: of the slopes over draws of the value on these terms")
    figures: list[str] = Field([], description="likelier, not needed: recorded figures (`skloki list targets`) by which worlds are scored; a world then stands for the logarithm of its evidence")
    planted: str | None = Field(None, description="not needed: a world; only if records made in it would have shown a difference of 2 is anything said")
    shown: bool = Field(False, description="whether it is only shown, and has no part in a verdict to which all are needed")
    terms: dict[str, Term] = Field({}, description="names in the expression that are no worlds")


class ClaimFile(Table):
    """A claim as its file says it."""

    id: str = Field(min_length=1, max_length=12, description="by which it is asked for, such as 22a: letters and digits, with which the file's name begins")
    claim: str = Field(min_length=1, max_length=400, description="what is claimed, in own words")
    place: str = Field(min_length=1, description="where it is claimed")
    mechanism: str = Field("", description="by what it is said to come about")
    rival: str = Field("", description="who or what says otherwise")
    contrast: str = Field("", description="the contrast in words")
    kind: Kind = Field("tested", description="tested; by construction: size only; untestable: not asked, with the reason")
    reason: str = Field("", description="by construction, untestable: why")
    all: bool = Field(False, description="whether all estimands must hold; otherwise the first decides, and the others are shown")
    horizon: str = Field(USUAL, description="of estimands that name none")
    replicates: int = Field(REPLICATES, ge=1, le=1000, description="runs of each draw in each world that differ only by chance")
    populations: list[Over] = Field(POPULATIONS, min_length=1, description="over which draws it is asked")
    end: Month | None = Field(None, description="last month of the runs; default: December of the last horizon's year, 1926 at least, 1929 where figures are scored")
    start: Month | None = Field(None, description="first month of the runs; default: the base scenario's")
    set: dict[str, Any] = Field({}, description="tables of a scenario, laid over the base in all worlds")
    worlds: dict[str, dict[str, Any]] = Field({}, description="by name: tables of a scenario, laid over the base; `scenario = \"election\"` lays a scenario first")
    estimands: dict[str, EstimandTable] = Field({}, description="by name: what is reckoned; the first decides")
    grid: list[str] = Field([], description="mechanisms for the knock-out and rescue grid (`skloki claims --grid`)")
    supports: list[str] = Field([], description="claims that it is a reason for, by id")
    attacks: list[str] = Field([], description="claims that it is a reason against, by id")


FORM = FileForm(
    ClaimFile, "a claim file", "a claim file, or the id of a claim (skloki list claims)", "experiments/claims", "",
    ClaimFile.model_json_schema, placeholders={"id": "0", "claim": "?", "place": "?"}, entries=("estimands",),
)  # fmt: skip
"""The format of claim files."""
TABLES: dict[str, tuple[type[BaseModel], KeyPath]] = {
    "claim": (ClaimFile, ()),
    "estimand": (EstimandTable, ("estimands", "NAME")),
    "term": (Term, ("estimands", "NAME", "terms", "NAME")),
}
"""Each table of a claim file: its model, and where it stands."""


@dataclass(frozen=True)
class Quantity:
    """An outcome of one world, somewhere and at some time."""

    world: str
    outcome: str
    scopes: tuple[str, ...]
    horizon: str

    @property
    def span(self) -> tuple[str, str]:
        """First and last month."""
        first, _, last = self.horizon.partition(":")
        return first, last or first

    def columns(self) -> Iterator[tuple[str, str]]:
        """Yield outcome and horizon of what must be kept for it.

        What is counted in months of its growth is reckoned when worlds are set side by side.
        """
        if not KEPT[self.outcome].in_months:
            yield self.outcome, self.horizon
            return
        last = self.span[1]
        yield "recovery", last
        yield "recovery", month_name(month_number(last) - 12 * YEARS)


@dataclass(frozen=True)
class Estimand:
    """A number of every draw, and what is claimed of it."""

    name: str
    said: EstimandTable
    quantities: Mapping[str, Quantity]
    outcome: Outcome | None

    @property
    def unit(self) -> str:
        """In what it is."""
        return self.said.unit or ("" if self.outcome is None else self.outcome.unit)

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Between which the number of a relation must lie: one that holds where it is nought or more, from there on."""
        return (0.0, None) if self.said.claimed == "holds" else (self.said.low, self.said.high)

    @property
    def words(self) -> str:
        """What it is, in words."""
        return self.said.words or self.name.replace("_", " ")

    @property
    def worlds(self) -> tuple[str, ...]:
        """The worlds that it needs, in the order in which they are named."""
        return tuple(dict.fromkeys(one.world for one in self.quantities.values()))


@dataclass(frozen=True)
class Claim:
    """A claim that was read: its file, its worlds' tables, its estimands."""

    path: Path
    said: ClaimFile
    worlds: Mapping[str, Mapping[str, Any]]
    estimands: tuple[Estimand, ...]

    @property
    def id(self) -> str:
        """By which it is asked for."""
        return self.said.id

    @property
    def tested(self) -> bool:
        """Whether anything is run for it."""
        return bool(self.estimands) and self.said.kind != "untestable"

    @property
    def shipped(self) -> bool:
        """Whether it comes with the package."""
        return self.path in shipped_claims().values()

    @property
    def asked(self) -> str:
        """As what a command takes it: its id, or its file's name where no folder of claims has it."""
        return self.id if self.path in known().values() else self.path.name

    @cached_property
    def end(self) -> str:
        """The last month of its runs."""
        if self.said.end is not None:
            return self.said.end
        if any(one.said.figures for one in self.estimands):
            return RECORD_END
        last = max(one.span[1] for each in self.estimands for one in each.quantities.values())
        return max(f"{last[:4]}-12", LEAST_END)

    @cached_property
    def fixes(self) -> frozenset[str]:
        """The variants that it fixes in all its worlds."""
        tables = [set(table.get("variants", {})) for name, table in self.worlds.items()
                  if any(name in one.worlds for one in self.estimands)]  # fmt: skip
        return frozenset(set.intersection(*tables)) if tables else frozenset()


def shipped_claims() -> dict[str, Path]:
    """Return the claims that come with the package, by the names of their files."""
    return shipped(FORM)


@cache
def shipped_ids() -> frozenset[str]:
    """Return the ids of the claims that come with the package."""
    return frozenset(map(_id_of, shipped_claims().values()))


def known() -> dict[str, Path]:
    """Return the files of all claims by id: those of the package, and of the user's folders."""
    own = [path for folder in folders() for path in sorted((folder / "claims").glob("*.toml"))]
    found: dict[str, Path] = {}
    for path in (*sorted(shipped_claims().values(), key=_order), *own):
        name = _id_of(path)
        if name in found:
            raise UserError(Problem(str(path), "id", f"{name}, which {found[name]} has", "an id of its own"))
        found[name] = path
    return found


def _order(path: Path) -> tuple[str, int, str]:
    name = _id_of(path)
    letters = name.rstrip("0123456789abcdefghijklmnopqrstuvwxyz")
    digits = "".join(one for one in name if one.isdigit())
    return letters, int(digits or 0), name


def is_claim(path_or_name: str | Path) -> bool:
    """Return whether a path or name means a claim."""
    path = Path(path_or_name)
    if path.suffix == ".toml" or path.parent != Path():
        return {"claim", "place"} <= keys(path)
    return str(path_or_name) in known() and str(path_or_name) not in shipped()


def locate(path_or_id: str | Path) -> Path:
    """Return the file that a path or a claim's id means; UserError where there is none."""
    path = Path(path_or_id)
    if path.suffix == ".toml" or path.parent != Path():
        return path
    every = {one.casefold(): place for one, place in known().items()}
    every |= {place.stem.casefold(): place for place in known().values()}
    found = every.get(str(path_or_id).casefold())
    if found is None:
        raise UserError(Problem("claims", found=repr(str(path_or_id)), allowed=FORM.sought,
                                suggestion=nearest(str(path_or_id), known())))  # fmt: skip
    return found


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
    if file.grid and estimands and estimands[0].said.claimed in ("between", "holds", "signs", *BY_EVIDENCE):
        allowed = "none, or a first estimand of which above, below or within is claimed"
        faults.append(Fault(("grid",), f"a grid with claimed = {show(estimands[0].said.claimed)}", allowed))
    name = _id_of(path)
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
    there = [*known(), *map(_id_of, beside)] if named else []
    for key, at, name in named:
        if name not in there:
            allowed = "the id of a claim (skloki list claims), or of one in a file beside it"
            yield unknown((key, at), name, allowed, there)


def _id_of(path: Path) -> str:
    """Return the id with which a file's name begins."""
    return path.stem.partition("-")[0]


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
            yield unknown((*where, "figures", place), each, "a figure that the model produces (skloki list targets)", PRODUCED)
    yield from _month_faults((*where, "horizon"), table.horizon or file.horizon)
    if table.claimed == "between" and (table.low is None and table.high is None or
                                       None not in (table.low, table.high) and table.low > table.high):  # type: ignore[operator]
        found = "neither low nor high" if table.low is None else f"{show(table.low)} to {show(table.high)}"
        yield Fault((*where, "low"), found, "between needs low, high or both, in that order")
    for end, value in (("low", table.low), ("high", table.high)) if table.claimed != "between" else ():
        if value is not None:
            yield Fault((*where, end), f"{show(value)} with claimed = {show(table.claimed)}", 'an end with claimed = "between", none with others')
    if (table.claimed == "signs") != bool(table.signs):
        yield Fault((*where, "signs"), f"{len(table.signs)} signs", 'a sign or more with claimed = "signs", none with others')
    if (table.claimed in BY_EVIDENCE) != bool(table.figures):
        yield Fault((*where, "figures"), f"{len(table.figures)} figures", 'figures with claimed = "likelier" or "not needed", none with others')
    if (table.claimed == "not needed") != (table.planted is not None):
        yield Fault((*where, "planted"), show(table.planted or ""), 'a world with claimed = "not needed", none with others')
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


def field_table(name: str) -> str:
    """Return a Markdown table of the document: the fields of one table of the format."""
    return doc_tables.fields_of(FORM, *TABLES[name])


def render(text: str) -> str:
    """Return a document with its generated tables made anew."""
    return doc_tables.render(text, field_table)


if __name__ == "__main__":
    doc_tables.rewrite(sys.argv[1], render)
