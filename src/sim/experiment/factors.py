"""Levers and uncertainties of an experiment file: what each sets, and whether it may."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.errors import nearest
from sim.experiment.experiment import Factor, Option
from sim.experiment.schema import NOT_VARIED, Draft, LayeredFactor, Lever, Uncertainty, inline
from sim.registry.mechanisms import MECHANISMS
from sim.registry.observables import OBSERVABLES
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.scenario.file_form import Node, in_words, show
from sim.scenario.format import FORM as SCENARIO
from sim.scenario.layers import Fault, KeyPath, Layer, dotted, leaves, merge, nested, unknown
from sim.scenario.schema import Scenario

PLACES = ("kind", "only", "uezds", "guberniias", "uezds_each", "places")
"""Fields of [tree] that decide who is in the world."""
KNOWN = {"parameters": PARAMETERS, "variants": VARIANTS}
BARE = {name: f"{table}." for table, known in (*KNOWN.items(), ("mechanisms", MECHANISMS)) for name in known}
"""What may be written by its name alone, with the table that it stands in."""
_WAYS = "one of worlds, options, or values of a field"
NAME = re.compile(r"[a-z][a-z0-9_]*")
RUNS = ("run", "point", "replicate", "series", "seed", "error", "error_at")
CURVES = ("run", "month", "scope")
BINS = ("combination", "outcome", "scope", "month", "bin", "count")
"""Columns that the tables of every sweep have, whatever its experiment."""
BANDS = ("combination", "outcome", "scope", "month", "runs")
EFFECTS = (
    "lever", "option", "baseline", "others", "outcome", "unit", "better", "scope", "horizon", "points", "pairs",
    "failed", "undefined", "base", "effect", "low", "high", "interval", "chance", "superiority", "within",
    "reading", "points_better", "points_above", "points_below", "points_within", "smallest",
)  # fmt: skip
"""Columns of what is reckoned from them, beside quantiles; tests hold all to the tables themselves."""
CONDITIONS = "number_of_this_point"
"""What a point's number is called beside uncertainties in a condition on these."""
BESIDE = frozenset((*RUNS, *CURVES, "world", "horizon", *OBSERVABLES))
"""Columns of tables in which outcomes are columns, too: of runs, comparisons and sweeps."""
TARGET = re.compile(r"t\d\d[a-z]?")
"""What a query does not tell from a target's name, such as T01."""
RESERVED = frozenset((*RUNS, *CURVES, *BINS, *BANDS, *EFFECTS, CONDITIONS))
_QUANTILE = re.compile(r"p[0-9]+")


class _Wrong(Exception):
    """Why a factor is left out; without faults where they stand in files that have been read before."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def factors(draft: Draft) -> tuple[list[LayeredFactor], list[LayeredFactor], list[Fault]]:
    """Return the levers and the uncertainties that are sound, and what is wrong with the others."""
    levers: list[LayeredFactor] = []
    own: list[LayeredFactor] = []
    faults: list[Fault] = []
    for name, lever in draft.file.levers.items():
        try:
            levers.append(_lever(draft, name, lever))
        except _Wrong as wrong:
            faults += wrong.faults
    for name, table in draft.file.uncertainties.own.items():
        try:
            own.append(_own(draft, name, table))
        except _Wrong as wrong:
            faults += wrong.faults
    prior, prior_faults = _of_ensemble(draft) if draft.file.uncertainties.ensemble else _prior(draft, own)
    uncertainties = prior + [each for each in own if each not in prior]
    return levers, uncertainties, [*faults, *prior_faults, *_overlaps([*levers, *uncertainties])]


def _prior(draft: Draft, own: Sequence[LayeredFactor]) -> tuple[list[LayeredFactor], list[Fault]]:
    """Return parameters and variants of the prior in the registry's order, and what is wrong with those that are fixed.

    What is varied in a table of its own is taken from there.
    """
    asked, faults = draft.file.uncertainties, []
    every = asked.prior == "all"
    named = {each.factor.name: each for each in own for table in KNOWN if (table, each.factor.name) in each.fields()}
    where: KeyPath
    for i, name in enumerate(asked.fixed):
        where = ("uncertainties", "fixed", i)
        if any(name in known for known in KNOWN.values()) and not every and name not in asked.prior:
            faults.append(Fault(where, f'"{name}"', "a parameter or a variant of the prior"))
        elif name in named:
            faults.append(Fault(where, f'"{name}"', f"what [uncertainties.{name}] does not vary"))
    taken = {path for each in own for path in each.fields()}
    found = []
    for table, name in ((table, name) for table, known in KNOWN.items() for name in known):
        if (every or name in asked.prior) and name not in asked.fixed:
            if name in named:
                found.append(named[name])
            elif (table, name) not in taken:
                where = ("uncertainties", "prior") if every else ("uncertainties", "prior", asked.prior.index(name))
                found.append(_as_registered(draft, where, name, f"{table}.{name}"))
    return found, faults


def _of_ensemble(draft: Draft) -> tuple[list[LayeredFactor], list[Fault]]:
    """Return what an ensemble draws, nothing where it could not be read, and what is wrong with what is held fixed."""
    ensemble = draft.ensemble
    if ensemble is None:
        return [], []
    names = [factor.name for factor in ensemble.factors]
    faults = [
        unknown(("uncertainties", "fixed", i), name, f"what {ensemble.name} draws", names)
        for i, name in enumerate(draft.file.uncertainties.fixed) if name not in names
    ]  # fmt: skip
    where: KeyPath = ("uncertainties", "ensemble")
    found = []
    for factor in ensemble.factors:
        tables = [dict(option.table) for option in factor.options] or [
            nested(factor.target, end) for end in (factor.low, factor.high)]  # fmt: skip
        if factor.name not in draft.file.uncertainties.fixed:
            found.append(LayeredFactor(factor, where, [[inline(draft.own, where, table)] for table in tables]))
    return found, faults


def _as_registered(draft: Draft, where: KeyPath, name: str, field: str) -> LayeredFactor:
    """Return a parameter or a variant as the registry has it drawn."""
    if name in PARAMETERS:
        return _number(draft, where, name, Uncertainty(), _field(where, field))
    of_choice = _choice(draft, (*where, name), Lever(field=field, values=list(VARIANTS[name].choices)))
    return replace(of_choice, where=where)


def _lever(draft: Draft, name: str, table: Lever) -> LayeredFactor:
    where: KeyPath = ("levers", name)
    given = _given(where, table)
    if given not in (["worlds"], ["options"], ["field", "values"]):
        raise _Wrong(Fault(where, " and ".join(given) or "nothing to choose from", _WAYS))
    return _choice(draft, where, table)


def _given(where: KeyPath, table: Lever) -> list[str]:
    """Return which keys a table has, whose name must be one that a factor may have."""
    if fault := _name_fault(str(where[-1])):
        raise _Wrong(Fault(where, *fault))
    return [key for key, value in table if value is not None]


def _name_fault(name: str) -> tuple[str, str, str] | None:
    """Return what is found, allowed and suggested, where a lever or an uncertainty may not be called so."""
    if NAME.fullmatch(name) and not _taken(name):
        return None
    plain = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")
    near = plain if NAME.fullmatch(plain) and not _taken(plain) else f"world_{plain}" if plain else ""
    allowed = "a name of a-z, 0-9 and _, a letter first"
    if _taken(name):
        return f'the name "{name}"', f"{allowed}, but no column of the sweep's own tables, as this is", near
    return f'the name "{name}"', allowed, near


def _taken(name: str) -> bool:
    return name in RESERVED or _QUANTILE.fullmatch(name) is not None


def _own(draft: Draft, name: str, table: Uncertainty) -> LayeredFactor:
    """Return an uncertainty that has a table of its own."""
    where: KeyPath = ("uncertainties", name)
    given = _given(where, table)
    chosen = {"worlds", "options", "values"} & set(given)
    if chosen and given not in (["worlds"], ["options"], ["values"], ["field", "values"]):
        raise _Wrong(Fault(where, " and ".join(given), f"{_WAYS}, or low and high"))
    if chosen - {"values"}:
        return _choice(draft, where, table)
    if table.field is None and name not in BARE:
        allowed = "a parameter, a variant or a mechanism, or a field with low and high, or with values"
        raise _Wrong(unknown(where, name, allowed, BARE))
    field = table.field or BARE[name] + name
    if chosen:
        return _choice(draft, where, table.model_copy(update={"field": field}))
    varied = _field((*where, "field") if table.field else where, field)
    if varied.path[0] == "mechanisms" and set(given) <= {"field"}:
        on = draft.scenario.mechanisms.get(str(varied.path[1]), True)
        return _choice(draft, where, Lever(field=field, values=[on, not on]))
    if varied.path[0] == "variants" and set(given) <= {"field"}:
        return _as_registered(draft, where, str(varied.path[1]), varied.name)
    return _number(draft, where, name, table, varied)


@dataclass(frozen=True)
class _Field:
    """A field of a scenario, and what the format says of it."""

    name: str
    path: KeyPath
    node: Node

    @property
    def described(self) -> tuple[str, str]:
        """Its unit and its meaning."""
        if self.path[0] == "parameters":
            return PARAMETERS[str(self.path[1])].unit, PARAMETERS[str(self.path[1])].meaning
        if self.path[0] == "mechanisms":
            return "", MECHANISMS[str(self.path[1])].meaning
        if self.path[0] == "variants":
            return "", VARIANTS[str(self.path[1])].meaning
        return str(self.node.get("unit", "")), str(self.node.get("description", ""))

    def layer(self, own: Layer, root: KeyPath, value: Any) -> Layer:
        """Return the layer of a value of the field, which stands in the file at another place."""
        return inline(own, root, nested(self.name, value), self.path)


def _field(where: KeyPath, field: str) -> _Field:
    """Return a field that may be varied."""
    path: KeyPath = tuple(field.split("."))
    if path[0] in NOT_VARIED:
        raise _Wrong(Fault(where, f'"{field}"', NOT_VARIED[str(path[0])]))
    node, reached = SCENARIO.node_at(path)
    if len(reached) == len(path) and not in_words(node).startswith("a table"):
        return _Field(field, path, node)
    if field in BARE:
        near = BARE[field] + field
    else:
        begin = ".".join(map(str, reached))
        close = nearest(str(path[len(reached)]), SCENARIO.keys_at(reached)) if len(reached) < len(path) else ""
        near = (f"{begin}." if begin else "") + close if close else ""
    raise _Wrong(Fault(where, f'"{field}"', "the dotted name of a field of a scenario that is no table", near))


def _choice(draft: Draft, where: KeyPath, table: Lever) -> LayeredFactor:
    """Return a choice: a setting has a value, stands somewhere in the file, and has layers if these can be read."""
    places: list[KeyPath]
    settings: list[tuple[Any, KeyPath, list[Layer] | None]]
    unit = meaning = target = ""
    if table.worlds is not None:
        key = "worlds"
        places = [(*where, key, i) for i in range(len(table.worlds))]
        settings = [(Path(name).stem, at, draft.worlds[at]) for name, at in zip(table.worlds, places, strict=True)]
    elif table.options is not None:
        key = "options"
        settings = [
            (name, (*where, key, name), [inline(draft.own, (*where, key, name), dict(tables))])
            for name, tables in table.options.items()
        ]
    else:
        key, given = "values", table.values or []
        varied = _field((*where, "field"), table.field or "")
        unit, meaning = varied.described
        target = varied.name if varied.path[0] == "variants" else ""
        kinds = {bool if isinstance(value, bool) else str if isinstance(value, str) else float for value in given}
        places = [(*where, key, i) for i in range(len(given))]
        settings = [
            (value if len(kinds) == 1 else _text(value), at, [varied.layer(draft.own, at, value)])
            for value, at in zip(given, places, strict=True)
        ]
    faults = [fault for _, at, layers in settings for fault in _setting_faults(at, layers or ())]
    wrong = bool(faults) or any(layers is None or any(each.faults for each in layers) for _, _, layers in settings)
    if len(settings) < 2 and not wrong:
        faults.append(Fault((*where, key), f"{len(settings)} option" + "s" * (not settings), "two or more"))
    values = [value for value, _, _ in settings]
    faults += [
        Fault(at, f"{show(value)} again", "options that differ")
        for i, (value, at, _) in enumerate(settings) if value in values[:i]
    ]  # fmt: skip
    if wrong or faults:
        raise _Wrong(*faults)
    layers = [layers or [] for _, _, layers in settings]
    options = tuple(Option(value, merge(each)[0]) for value, each in zip(values, layers, strict=True))
    return LayeredFactor(Factor(str(where[-1]), options, target, unit=unit, meaning=meaning), where, layers)


def _setting_faults(where: KeyPath, layers: Sequence[Layer]) -> Iterator[Fault]:
    """Yield what is wrong in the tables of a setting, and what they may not set."""
    for layer in layers:
        # those of a file that is named have been reported with it
        yield from (layer.in_file(fault) for fault in layer.faults if layer.root)
    for first in {path[0]: path for layer in layers for path, _ in leaves(layer.table)}.values():
        if first[0] in NOT_VARIED:
            yield Fault(where, dotted(first), NOT_VARIED[str(first[0])])
    if where[0] == "levers":
        for layer in layers:
            for name in PLACES:
                if name in layer.table.get("tree", {}):
                    allowed = "the same places in all worlds that are compared; as an uncertainty it may be varied"
                    yield Fault(where, f"tree.{name}", allowed)


def _text(value: Any) -> str:
    """Return a value as text, where numbers and texts stand side by side."""
    return value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value).lower()


def _number(draft: Draft, where: KeyPath, name: str, table: Uncertainty, varied: _Field) -> LayeredFactor:
    """Return a number drawn from a range."""
    parameter = PARAMETERS.get(str(varied.path[1])) if varied.path[0] == "parameters" else None
    kinds = {branch.get("type") for branch in [varied.node, *varied.node.get("anyOf", [])]}
    if not kinds & {"number", "integer"}:
        raise _Wrong(Fault(where, f"{varied.name}, which is no number", "values = [...] for what is no number"))
    low = table.low if table.low is not None or parameter is None else parameter.low
    high = table.high if table.high is not None or parameter is None else parameter.high
    if low is None or high is None:
        raise _Wrong(Fault(where, "no range", "low and high, or values = [...]"))
    whole = "integer" in kinds and "number" not in kinds
    distribution = table.distribution or (parameter.distribution if parameter else "uniform")
    layers = []
    for key, end in (("low", float(low)), ("high", float(high))):
        layers.append(varied.layer(draft.own, (*where, key), int(end) if whole and end == int(end) else end))
    if faults := [layer.in_file(fault) for layer in layers for fault in layer.faults]:
        raise _Wrong(*faults)
    if not low < high:
        allowed = "a range whose low end lies below its high end"
        raise _Wrong(Fault((*where, "low"), f"{low:g} to {high:g}", allowed))
    if distribution == "loguniform" and whole:
        raise _Wrong(Fault((*where, "distribution"), "loguniform", "uniform for whole numbers"))
    if distribution == "loguniform" and low <= 0:
        raise _Wrong(Fault((*where, "low"), f"{low:g}", "a low end above 0 for loguniform"))
    factor = Factor(
        name, (), varied.name, float(low), float(high), distribution, whole,
        _default(draft.scenario, varied.path, (low, high), whole), *varied.described,
    )  # fmt: skip
    return LayeredFactor(factor, where, [[layer] for layer in layers])


def _default(base: Scenario, path: KeyPath, ends: tuple[float, float], whole: bool) -> float:
    """Return a field's value in the base; the middle of the range where it has none that is a number."""
    inner: Any = base
    for key in path:
        inner = inner.get(str(key)) if isinstance(inner, dict) else getattr(inner, str(key), None)
    if inner is None and path[0] == "parameters":
        inner = PARAMETERS[str(path[1])].default
    if isinstance(inner, int | float) and not isinstance(inner, bool):
        return float(inner)
    middle = (ends[0] + ends[1]) / 2
    return float(int(middle)) if whole else middle


def _overlaps(factors: Sequence[LayeredFactor]) -> Iterator[Fault]:
    """Yield factors that set the same field: it would hang on their order which of them counts."""
    taken: dict[KeyPath, LayeredFactor] = {}
    for layered in factors:
        mine = set(layered.fields())
        for path in sorted(mine, key=dotted):
            other = next((taken[path[:n]] for n in range(1, len(path) + 1) if path[:n] in taken), None)
            if other is not None:
                allowed = "a field that no other lever or uncertainty sets"
                if {("uncertainties", "prior"), ("uncertainties", "ensemble")} & {other.where[:2], layered.where[:2]}:
                    allowed += ", or the parameter in uncertainties.fixed"
                yield Fault(layered.where, f"{dotted(path)}, which {dotted(other.where)} sets, too", allowed)
                break
        for path in mine:
            taken.setdefault(path, layered)
