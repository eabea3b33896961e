"""What is wrong between values that are right one by one: a whole scenario looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sim.data import place_names
from sim.errors import Problem, nearest
from sim.registry.mechanisms import LIMITS
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.scenario.file_form import show
from sim.scenario.format import FORM
from sim.scenario.layers import Fault, KeyPath, Layer, dotted, merge
from sim.scenario.schema import Change, Committee, Event, Scenario, Tree, month_number, readings

#: Sizes that make sense, by kind of event; of the others the format's own bounds hold.
_SIZES = {"dispute": (0.0, 1.0), "famine": (0.0, 1.0), "policy_error": (-0.9, 1.0)}

#: Fields of [tree] that only one kind of tree reads.
OF_KIND = {"real": ("only", "uezds"), "synthetic": ("guberniias", "uezds_each", "alike"), "table": ()}
MOST_UNDER = 255
"""Committees under one: the draws of more could not be addressed."""


@dataclass
class Review:
    """A scenario under review, with the layer that each value comes from."""

    scenario: Scenario
    table: dict[str, Any]  # the layers merged
    origin: Mapping[KeyPath, Layer]
    layers: Sequence[Layer]
    #: values that were wrong and have been left out, with the number of their layer
    broken: Mapping[KeyPath, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)  # contradictions: the scenario is refused
    warnings: list[Problem] = field(default_factory=list)  # what is allowed and may still not be meant
    #: inherited values that a later layer has deprived of their effect: they are left out
    idle: list[KeyPath] = field(default_factory=list)

    def __post_init__(self) -> None:
        # a wrong value does no harm where a higher layer gives a right one
        self._broken = {path for path, rank in self.broken.items() if self.rank(path) < rank}
        self._around = {part for path in self._broken for part in _prefixes(path)}

    @classmethod
    def of(cls, layers: Sequence[Layer]) -> Review:
        """Look at layers all of whose values are right by now: what the whole lacks, and what does not go together."""
        table, origin = merge(layers)
        # what was wrong and has been left out is not missing
        broken = {fault.path: rank for rank, layer in enumerate(layers) for fault in layer.faults}
        scenario, lacking = FORM.sound(table)
        sound = cls(scenario, table, origin, layers, broken).sound
        missing = [fault for fault in lacking if sound(fault.path, fault.depends or fault.path)]
        known = {**broken, **{fault.path: len(layers) for fault in lacking}}
        return cls(scenario, table, origin, layers, known, missing).run()

    def run(self) -> Review:
        """Look at everything that can be judged; return itself."""
        for look in (_parameters, _variants, _tree, _own_places, _policy, _threat, _sizes, _places, _dates):
            look(self)
        return self

    def sound(self, *paths: KeyPath) -> bool:
        """Return whether none of these is broken: what depends on a broken value would be noise."""
        return not any(path in self._around or any(part in self._broken for part in _prefixes(path)) for path in paths)

    @cached_property
    def _ranks(self) -> dict[KeyPath, int]:
        ranks = dict[KeyPath, int]()
        numbers = {id(layer): number for number, layer in enumerate(self.layers)}
        for path, layer in self.origin.items():
            number = numbers[id(layer)]
            for part in reversed(_prefixes(path)):
                if ranks.get(part, -1) >= number:
                    break  # so have all around it
                ranks[part] = number
        return ranks

    def rank(self, path: KeyPath) -> int:
        """Return the number of the layer that last set a value, or any below it; -1 for a default."""
        return self._ranks.get(path, -1)

    def problems(self) -> list[Problem]:
        """Return the contradictions, each where the value stands, or what lies around it."""
        return [self._layer(fault.path).problem(fault) for fault in self.faults]

    def _layer(self, path: KeyPath) -> Layer:
        ranks = (self._ranks[part] for part in reversed(_prefixes(path)) if part in self._ranks)
        return self.layers[next(ranks, self.own)]

    @property
    def own(self) -> int:
        """The number of the scenario's own file; what the command line sets lies above it."""
        return len(self.layers) - 2

    def fault(self, path: KeyPath, found: Any, allowed: str, suggestion: str = "") -> None:
        """Note a contradiction."""
        self.faults.append(Fault(path, found if isinstance(found, str) else show(found), allowed, suggestion))

    def warn(self, path: KeyPath, text: str) -> None:
        """Note what may not be meant."""
        self.warnings.append(Problem(self._layer(path).where(path), dotted(path), allowed=text))

    def without_effect(self, path: KeyPath, because: KeyPath, reason: str) -> None:
        """Judge a value that another deprives of its effect.

        Given together they contradict each other; a value that was inherited is left out.
        """
        if 0 <= self.rank(path) >= self.rank(because):
            self.fault(path, "a value without effect", reason)
        elif self.rank(path) >= 0:
            self.idle.append(path)
            self.warn(path, f"inherited and without effect: {reason}")


def _prefixes(path: KeyPath) -> list[KeyPath]:
    return [path[:length] for length in range(1, len(path) + 1)]


def _parameters(review: Review) -> None:
    for parameter in (one for one in PARAMETERS.values() if one.name in review.scenario.parameters):
        path, value = ("parameters", parameter.name), review.scenario.parameters[parameter.name]
        if not parameter.low <= value <= parameter.high:
            plausible = f"{parameter.low:g} to {parameter.high:g} ({parameter.unit})"
            review.warn(path, f"{value:g} lies outside the plausible range {plausible}")
        for name, on in review.scenario.mechanisms.items():
            if not on and parameter.name in LIMITS.get(name, {}):
                review.warn(path, f"without effect: the mechanism {name} is off")


def _variants(review: Review) -> None:
    taken, limit = readings(review.scenario), review.scenario.options.conference_capacity
    for name in review.scenario.variants:
        under = VARIANTS[name].under
        # where conferences are limited men act for want of one, too, whatever the other variant says
        if under is not None and taken[under[0]] != under[1] and limit == "unlimited":
            found = f"{under[0]} is {taken[under[0]]} and not {under[1]}"
            review.warn(("variants", name), f"next to no effect: {found}, so men act only where nobody else is found")


def _tree(review: Review) -> None:
    tree = review.scenario.tree
    for name in (name for kind, names in OF_KIND.items() for name in names if kind != tree.kind):
        if review.rank(("tree", name)) >= max(review.rank(("tree", "kind")), 0):
            review.warn(("tree", name), f"without effect in a {tree.kind} tree")
    everywhere = len(place_names.places())
    if review.sound(("tree",)) and tree.kind == "real" and not tree.only and 0 < tree.uezds < everywhere:
        review.fault(("tree", "uezds"), tree.uezds, f"0, or at least one for each of {everywhere} guberniias")


def _own_places(review: Review) -> None:
    """Look at a table of one's own: two tiers, and what each of them needs."""
    tree, at = review.scenario.tree, ("tree", "places")
    if not review.sound(("tree",)):
        return
    if tree.kind != "table":
        review.without_effect(at, ("tree", "kind"), "rows belong to the kind table")
        return
    if not tree.places:
        review.fault(at, "nothing", "at least one committee, or the name of a table, which the kind table needs")
    heads = {row.name: row for row in reversed(tree.places) if not row.superior}
    first, under = dict[str, int](), Counter[str]()
    for i, row in enumerate(tree.places):
        if first.setdefault(row.name, i) != i:
            review.fault((*at, i, "name"), show(row.name), "each name once")
        for name in ("unit_class", "members") if not row.superior else ():
            if getattr(row, name) is None:
                review.fault((*at, i, name), "nothing", f"{FORM.allowed((*at, i, name))}: needed without a superior")
        if row.superior:
            _inferior(review, (*at, i), row, heads)
            under[row.superior] += 1
            if under[row.superior] == MOST_UNDER + 1:
                review.fault((*at, i, "superior"), show(row.superior), f"at most {MOST_UNDER} committees under one")


def _inferior(review: Review, at: KeyPath, row: Committee, heads: Mapping[str, Committee]) -> None:
    head = heads.get(row.superior)
    if head is None:
        known = "a committee of the table that is itself under the centre"
        review.fault((*at, "superior"), show(row.superior), known, nearest(row.superior, heads))
        return
    for name in ("unit_class", "region"):
        own, above = getattr(row, name), getattr(head, name)
        if own and own != above:
            review.fault((*at, name), show(own), f"nothing, or {show(above)}, as {row.superior} has it")


def _policy(review: Review) -> None:
    policy = review.scenario.policy
    _share(review, ("policy",), policy.rule, policy.share)
    if policy.rule != "endogenous" and review.sound(("policy", "rule")):
        review.without_effect(("policy", "start"), ("policy", "rule"), "start belongs to the rule endogenous")
    for name, change in policy.changes.items():
        _share(review, ("policy", "changes", name), change.rule, change.share)
        _change_dates(review, ("policy", "changes", name), change)
    _rivals(review)


def _share(review: Review, path: KeyPath, rule: str, share: float | None) -> None:
    if not review.sound((*path, "rule"), (*path, "share")):
        return
    if rule != "share":
        review.without_effect((*path, "share"), (*path, "rule"), "a share belongs to the rule share")
    elif share is None:
        review.fault((*path, "share"), "nothing", "a number from 0 to 1, which the rule share needs")


def _change_dates(review: Review, path: KeyPath, change: Change) -> None:
    begin = change.date or review.scenario.period.start
    known = review.sound((*path, "date")) and (change.date is not None or review.sound(("period", "start")))
    if known and change.until is not None and change.until < begin:
        found = f"{change.until}, before the beginning {begin}: contradictory dates"
        review.fault((*path, "until"), found, "an end not before the beginning")


def _rivals(review: Review) -> None:
    """Find changes of the same date that name the same place, the same class or everywhere."""
    first: dict[tuple[str, str], tuple[str, Change]] = {}
    for name, change in review.scenario.policy.changes.items():
        if not change.enabled or not review.sound(("policy", "changes", name)):
            continue
        named = [f"the class {each}" for each in change.classes] + [f"the place {each}" for each in change.places]
        for scope in named or ["all places"]:
            other, earlier = first.setdefault((change.date or "", scope), (name, change))
            if any(getattr(earlier, what) != getattr(change, what) for what in ("rule", "share", "recall", "until")):
                found = f"the rule {show(change.rule)} for {scope}"
                allowed = f"one change of a date for {scope}: policy.changes.{other} is another"
                review.fault(("policy", "changes", name), found, allowed)


def _threat(review: Review) -> None:
    threat, peace = review.scenario.threat, review.scenario.threat.peace
    if peace is not None and peace.passage is None and review.sound(("threat", "peace", "passage")):
        for name, words in (("begin", "a month as YYYY-MM"), ("months", "a whole number from 1 to 240")):
            if getattr(peace, name) is None and review.sound(("threat", "peace", name)):
                review.fault(("threat", "peace", name), "nothing", f"{words}, unless passage names a country")
    if not review.sound(("threat", "series")):
        return
    for path in (path for path in (("threat", "objective"), ("threat", "perceived")) if review.sound(path)):
        if threat.series != "constant":
            review.without_effect(path, ("threat", "series"), "a level belongs to the series constant")
        elif getattr(threat, path[1]) is None:
            review.fault(path, "nothing", "a number from 0 to 1, which the series constant needs")
    if threat.series != "custom":
        review.without_effect(("threat", "custom"), ("threat", "series"), "months belong to the series custom")
    elif not threat.custom and review.sound(("threat", "custom")):
        review.fault(("threat", "custom"), "nothing", "at least one month = [objective, perceived]")


def _sizes(review: Review) -> None:
    for name, event in review.scenario.events.items():
        if not review.sound(("events", name)):
            continue
        low, high = _SIZES.get(event.kind, (-0.9, 5.0))
        if not low <= event.size <= high:
            review.fault(("events", name, "size"), event.size, f"a number from {low:g} to {high:g} for a {event.kind}")
        for scope in ("classes", "regions", "places"):
            if getattr(event, scope) and event.kind != "famine":
                allowed = f"nothing: a {event.kind} concerns the whole nation, only a famine can be limited"
                review.fault(("events", name, scope), getattr(event, scope), allowed)


def _named(scenario: Scenario) -> Iterator[tuple[KeyPath, str]]:
    tables: tuple[tuple[KeyPath, Mapping[str, Change | Event]], ...] = (
        (("policy", "changes"), scenario.policy.changes), (("events",), scenario.events)
    )
    for at, entries in tables:
        for own, entry in entries.items():
            for scope in ("regions", "places") if entry.enabled else ():
                for i, name in enumerate(getattr(entry, scope, [])):
                    yield (*at, own, scope, i), name


def _own_names(tree: Tree) -> dict[str, list[str]]:
    """Return the names of places and regions of a table, by the key that may name them."""
    heads = [row for row in tree.places if not row.superior]
    return {"places": [row.name for row in heads], "regions": [*dict.fromkeys(row.region for row in heads)]}


def _unknown(path: KeyPath, name: str) -> Fault | None:
    """Return the fault of a name that is neither of the record nor of a synthetic tree."""
    region = path[-2] == "regions"
    known = [*place_names.regions(), place_names.SYNTHETIC_REGION] if region else place_names.places()
    if name in known or (not region and place_names.SYNTHETIC_PLACE.fullmatch(name)):
        return None
    near = nearest(name, known) if region else place_names.nearest_place(name)
    return Fault(path, show(name), FORM.allowed(path), near)


def _here(tree: Tree, own: Mapping[str, Sequence[str]] | None, scope: str, name: str) -> tuple[bool, str, str]:
    """Return whether a name is of this tree, what is, and the nearest."""
    match = place_names.SYNTHETIC_PLACE.fullmatch(name)
    if own is not None:
        return name in own[scope], "a name of this world's own table", nearest(name, own[scope])
    if tree.kind == "synthetic":
        here = name == place_names.SYNTHETIC_REGION or bool(match and int(match[1]) <= tree.guberniias)
        return here, f'"Synthetic 1" to "Synthetic {tree.guberniias}" in this synthetic tree', ""
    return match is None and name != place_names.SYNTHETIC_REGION, "a name of the real tree", ""


def absent(scenario: Scenario) -> Iterator[KeyPath]:
    """Yield where an entry names what this tree does not have: inherited it concerns nobody, else it is refused."""
    own = _own_names(scenario.tree) if scenario.tree.kind == "table" else None
    for path, name in _named(scenario):
        if not _here(scenario.tree, own, str(path[-2]), name)[0]:
            yield path


def _places(review: Review) -> None:
    """Find names of places that exist but are not part of this tree."""
    tree = review.scenario.tree
    inherited = []
    sound, own = review.sound(("tree",)), _own_names(tree) if tree.kind == "table" else None
    if own and not sound:
        return
    for path, name in _named(review.scenario):
        if own is None and (fault := _unknown(path, name)):
            review.faults.append(fault)
            continue
        if not sound:
            continue
        here, allowed, near = _here(tree, own, str(path[-2]), name)
        later = review.rank(path[:-1]) >= review.rank(("tree",))
        left_out = tree.kind == "real" and tree.only and path[-2] == "places" and name not in tree.only
        if not here and later:
            review.fault(path, show(name), allowed, near)
        elif not here or (left_out and not later):
            inherited.append(name)
        elif left_out:
            review.warn(path, f"without effect: {name} is not part of this tree")
    if inherited:
        review.warn(("tree",), "inherited entries name what this tree does not have: " + _some(inherited))


def _dates(review: Review) -> None:
    """Find what lies outside the period; of inherited events a new period gives one warning."""
    period = review.scenario.period
    inherited = []
    if not review.sound(("period",)):
        return
    for name, event in review.scenario.events.items():
        if event.enabled and not (event.start <= period.end and (event.end or event.start) >= period.start):
            if review.rank(("events", name)) >= review.own:
                review.warn(("events", name), "outside the period: it does not happen")
            else:
                inherited.append(name)
    if inherited:
        review.warn(("period",), "inherited events outside the period do not happen: " + _some(inherited))
    for name, change in review.scenario.policy.changes.items():
        begin, until = change.date or period.start, change.until or max(change.date or "", period.end)
        if change.enabled and begin <= until and (begin > period.end or until < period.start):
            review.warn(("policy", "changes", name), "outside the period: it does not happen")
    peace = review.scenario.threat.peace
    if peace is not None and (peace.passage or peace.begin) and peace.dates[0] > month_number(period.end):
        review.warn(("threat", "peace"), "outside the period: it does not happen")


def _some(entries: Sequence[str]) -> str:
    unique = list(dict.fromkeys(entries))
    return ", ".join(unique[:6]) + (f" and {len(unique) - 6} more" if len(unique) > 6 else "")
