"""What an experiment is: worlds that are crossed (levers), what is not known (uncertainties), and what is kept."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sim.errors import Problem, UserError, misfits, one_of
from sim.experiment.horizons import Horizon
from sim.experiment.smallest_effect import Smallest
from sim.registry.derived import RECORD as DEFINED
from sim.registry.derived import Derived, read
from sim.registry.entries import SCOPES, Outcome
from sim.registry.outcomes import OUTCOMES
from sim.registry.variants import VARIANTS
from sim.registry.versions import FIRST
from sim.scenario.renewal import renew

CurveKind = Literal["none", "quantiles", "sample", "all"]
Accidents = Literal["own", "shared"]


def label(value: Any) -> str:
    """Return an option's value as a reader sees it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)


@dataclass(frozen=True)
class Option:
    """One setting of a factor that is chosen, not measured.

    Attributes
    ----------
    value
        As the tables of the store show it.
    table
        Laid over the scenario, as nested tables of the scenario file.
    """

    value: str | float | int | bool
    table: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Its value as a reader sees it."""
        return label(self.value)


@dataclass(frozen=True)
class Factor:
    """A lever or an uncertainty: a choice among options, or a number from a range.

    Attributes
    ----------
    name
        Also the name of its column in the store.
    options
        Of a choice; the first of a lever is its baseline. Empty for a number.
    target
        Of a number or a variant: dotted name of the scenario's field, for example ``parameters.r_f``.
    low, high, distribution, whole
        Of a number: range, ``uniform`` or ``loguniform``, whether only whole numbers are allowed.
    default
        Of a number: its value in the base scenario, about which one-at-a-time designs vary.
    unit, meaning
        For tables and axes.
    """

    name: str
    options: tuple[Option, ...] = ()
    target: str = ""
    low: float = 0.0
    high: float = 1.0
    distribution: Literal["uniform", "loguniform"] = "uniform"
    whole: bool = False
    default: float = 0.0
    unit: str = ""
    meaning: str = ""

    @property
    def under(self) -> tuple[str, str] | None:
        """Of a variant: the field of another and its reading without which this one decides nothing."""
        variant = VARIANTS.get(self.target.removeprefix("variants."))
        if variant is None or variant.under is None:
            return None
        return f"variants.{variant.under[0]}", variant.under[1]

    def option(self, value: Any) -> Option:
        """Return the option of that value, which may be given as text; UserError where there is none."""
        known = {option.label: option for option in self.options}
        # A truth value may be given as TOML and Python write it.
        said = {str(option.value).lower(): option for option in self.options if isinstance(option.value, bool)}
        return said.get(str(value).lower()) or known[one_of("option", label(value), known)]


@dataclass(frozen=True)
class Design:
    """How the space of uncertainties is covered.

    Attributes
    ----------
    kind
        A name out of `sim.experiment.designs.DESIGNS`, which says what the rest means.
    points
        Points, base points or trajectories; nothing where their number follows from levels or rows.
    levels
        Settings of a number.
    seed
        Of the design, not of the model.
    rows
        Of a table: one mapping of factor names to values per point.
    """

    kind: str
    points: int = 0
    levels: int = 5
    seed: int = 0
    rows: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Given:
    """Which ensemble points are drawn from: its name, what it agrees with in words, its model, a hash of its rows."""

    name: str
    given: str
    model: str
    digest: str
    #: the file that was read; none where it comes from a record, which does not hold it
    source: Path | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Experiment:
    """A sweep that can be run: everything a worker needs, and nothing it has to look up.

    Attributes
    ----------
    name, title, why
        For people; they change no number.
    base
        Merged table of the base scenario and of ``[set]``, without title, why and run. A world of the experiment is
        this with the tables of its options on top, in order: those of worlds leave out whatever ``[set]`` says.
    replicates, seed
        Replicates of each point, on the same accidents in all worlds; the model's seed.
    accidents
        Whether every point has accidents of its ``own``, or replicate r the same at all points (``shared``).
    outcomes, scopes, horizons
        What is kept of each run; horizons by name, the first is the main one.
    targets
        Whether each run's row has what it gave for the targets.
    observables
        Names of those that each run's row has: see `sim.registry.observables`.
    ensemble
        Out of which the points are draws, where they are not over the ranges.
    derived
        Of what is kept, the outcomes that the model does not record.
    curves, curve_outcomes, curve_points
        Whether months are kept: not at all, as quantiles over all runs, of the first points, or of all runs.
    """

    name: str
    title: str
    base: Mapping[str, Any]
    levers: tuple[Factor, ...]
    uncertainties: tuple[Factor, ...]
    design: Design
    replicates: int
    seed: int
    outcomes: tuple[str, ...]
    horizons: Mapping[str, Horizon]
    scopes: tuple[str, ...] = SCOPES
    curves: CurveKind = "none"
    curve_outcomes: tuple[str, ...] = ()
    curve_points: int = 0
    smallest: Smallest = field(default_factory=Smallest)
    why: str = ""
    accidents: Accidents = "shared"
    targets: bool = False
    observables: tuple[str, ...] = ()
    ensemble: Given | None = None
    derived: tuple[Derived, ...] = ()

    def lever(self, name: str | None = None) -> Factor:
        """Return the lever of that name, by default the first that has a choice; UserError where there is none."""
        known = {factor.name: factor for factor in self.levers if len(factor.options) > 1}
        if not known:
            raise UserError(Problem(self.name, "lever", allowed="there is none: this sweep compares no policies"))
        return next(iter(known.values())) if name is None else known[one_of("lever", name, known)]

    def factor(self, name: str) -> Factor:
        """Return the lever or the uncertainty of that name; UserError where there is none."""
        known = {factor.name: factor for factor in (*self.levers, *self.uncertainties)}
        return known[one_of("lever or uncertainty", name, known)]

    @property
    def combinations(self) -> list[tuple[Option, ...]]:
        """The levers' options, crossed: the first lever changes slowest; one empty combination without levers."""
        return list(itertools.product(*(lever.options for lever in self.levers)))

    def series(self, point: int, replicate: int) -> int:
        """Return the number of the series of accidents of a replicate of a point: the engine's replicate.

        All combinations of levers at the point share it. With accidents of its own no other point has it, so that
        what chance does to the mean over points shrinks with their number; nor will one that comes later, be it that
        there can be more points or only more replicates.
        """
        if self.accidents == "shared":
            return replicate
        return point + replicate * self.design.points if self.ensemble else point * self.replicates + replicate

    def outcome(self, name: str) -> Outcome:
        """Return an outcome that is kept: a recorded one, or one of those that the experiment defines."""
        return OUTCOMES[name] if name in OUTCOMES else next(one for one in self.derived if one.name == name)

    def columns(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield the store's columns of outcomes as (column, outcome, scope, horizon's name).

        ``performance`` is the nation at the main horizon, ``performance_agrarian`` a class,
        ``performance_agrarian_end`` a class at another horizon.
        """
        for place, horizon in enumerate(self.horizons):
            for outcome in self.outcomes:
                for scope in self.scopes if self.outcome(outcome).by_class else ("nation",):
                    parts = [outcome, *([scope] if scope != "nation" else []), *([horizon] if place else [])]
                    yield "_".join(parts), outcome, scope, horizon

    def record(self) -> dict[str, Any]:
        """Return the experiment as JSON can hold it, without loss."""
        record: dict[str, Any] = json.loads(json.dumps(written(self, RECORD), allow_nan=False))
        for name in ("targets", "observables", "ensemble", "derived"):
            if not record[name]:  # as before there were any
                del record[name]
        return record

    def fingerprint(self) -> str:
        """Return a hash of whatever decides the rows there are: not of names, nor of how many points or replicates."""
        record = self.record()
        for key in ("name", "title", "why", "replicates", "smallest"):
            del record[key]
        del record["design"]["points"]
        text = json.dumps(record, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


NUMBER = float | int
#: How an experiment stands in a sweep's manifest. These names are a format: a field that is called otherwise one day
#: keeps its name here.
FACTOR = {
    "name": str, "options": [{"value": object, "table": dict}], "target": str, "low": NUMBER, "high": NUMBER,
    "distribution": str, "whole": bool, "default": NUMBER, "unit": str, "meaning": str,
}  # fmt: skip
GIVEN = {"name": str, "given": str, "model": str, "digest": str}
RECORD = {
    "name": str, "title": str, "base": dict, "levers": [FACTOR], "uncertainties": [FACTOR],
    "design": {"kind": str, "points": int, "levels": int, "seed": int, "rows": [dict]}, "replicates": int, "seed": int,
    "outcomes": [str], "horizons": {"*": {"first": str, "last": str}}, "scopes": [str], "curves": str,
    "curve_outcomes": [str], "curve_points": int,
    "smallest": {"share": NUMBER | None, "relative": NUMBER, "named": {"*": NUMBER}}, "why": str, "accidents": str,
    "targets?": bool, "observables?": [str], "ensemble?": GIVEN, "derived?": [DEFINED],
}  # fmt: skip


def from_record(record: Mapping[str, Any]) -> Experiment:
    """Return the experiment that `Experiment.record` has written; ValueError where it is none.

    One that names no version is of the first.
    """
    faults = [f"{field}: found {found}; allowed: {allowed}" for field, found, allowed in misfits(record, RECORD)]
    faults += [f"{name} is not known" for name in record if name not in RECORD and f"{name}?" not in RECORD]
    if faults:
        raise ValueError("; ".join(faults))
    levers, uncertainties = (
        tuple(map(factor_of, record[kind])) for kind in ("levers", "uncertainties")
    )
    base = {"defaults": FIRST, **record["base"]}
    renew(base)
    return Experiment(**{
        **record, "base": base, **{name: tuple(record[name]) for name in ("outcomes", "scopes", "curve_outcomes")},
        "levers": levers, "uncertainties": uncertainties,
        "design": Design(**{**record["design"], "rows": tuple(record["design"]["rows"])}),
        "horizons": {name: Horizon(**horizon) for name, horizon in record["horizons"].items()},
        "smallest": Smallest(**record["smallest"]),
        "observables": tuple(record.get("observables", ())),
        "ensemble": Given(**record["ensemble"]) if "ensemble" in record else None,
        "derived": tuple(read(record.get("derived", ()))),
    })  # fmt: skip


def factor_of(record: Mapping[str, Any]) -> Factor:
    """Return a factor that stands in a record."""
    return Factor(**{**record, "options": tuple(Option(**option) for option in record["options"])})


def written(value: Any, shape: Any) -> Any:
    """Return what a shape names of a value's fields, as JSON can hold it."""
    if isinstance(shape, list):
        return [written(item, shape[0]) for item in value]
    if isinstance(shape, dict):
        if value is None:
            return None
        if "*" in shape:
            return {name: written(item, shape["*"]) for name, item in value.items()}
        names = {name.removesuffix("?"): inner for name, inner in shape.items()}
        return {name: written(getattr(value, name), inner) for name, inner in names.items()}
    return value
