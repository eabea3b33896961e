"""What is put into two worlds: settings and dated series, and from when on they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, UserError

if TYPE_CHECKING:
    from sim.scenario.load import Loaded
    from sim.world.build import World
    from sim.world.schedule import Rule

Flags = NDArray[np.bool_]

#: Different values of one input that are told.
SEVERAL = 3
#: Settings that say nothing of the world itself.
ASIDE = ("title", "why", "run.")
#: What makes a committee of one world the same as one of another.
PLACE = ("key", "name", "level", "unit_class", "parent")
#: Settings that decide which committees and months there are.
EXTENT = ("period.start", "period.end", "tree.kind", "tree.only", "tree.uezds", "tree.guberniias", "tree.uezds_each",
          "tree.alike", "tree.places")  # fmt: skip
#: The nation's series of a calendar, in words.
SERIES = {
    "objective": "objective threat", "perceived": "perceived threat", "economic": "economic threat",
    "ramp": "growth of the task", "dispute": "leadership disputes", "joined": "levies and purges",
    "error": "dated policy errors", "capacity": "the centre's capacity",
    "officials": "officials among congress delegates", "congress": "congresses", "conference": "conferences",
}  # fmt: skip


class Setting(NamedTuple):
    """A setting that differs, by its dotted name; None where a world does not have it."""

    name: str
    values: tuple[Any, Any]


class Dated(NamedTuple):
    """An input that differs, the first month in which it does, its values then, and in how many places.

    ``places`` is 0 for what concerns the whole nation.
    """

    what: str
    month: int
    values: tuple[str, str]
    places: int = 0


def settings(pair: tuple[Loaded, Loaded]) -> list[Setting]:
    """Return the settings that differ, as far as a file or an option has set them in either world."""
    known = [{name: (value, layer) for name, value, layer in loaded.effective()} for loaded in pair]
    found = []
    for name in dict.fromkeys([*known[0], *known[1]]):
        (one, layer), (two, other) = (values.get(name, (None, "default")) for values in known)
        if one != two and {layer, other} != {"default"} and not name.startswith(ASIDE):
            found.append(Setting(name, (one, two)))
    return found


def require_comparable(pair: tuple[Loaded, Loaded], worlds: tuple[World, World]) -> None:
    """Refuse worlds of which no month or committee answers one of the other's."""
    places = [[tuple(getattr(place, name) for name in PLACE) for place in world.committees] for world in worlds]
    apart = {"period": worlds[0].months != worlds[1].months, "tree": places[0] != places[1], "run": True}
    problems = []
    for field in [*EXTENT, "run.seed"]:
        table, name = field.split(".")
        ours, theirs = (getattr(getattr(loaded.scenario, table), name) for loaded in pair)
        if apart[table] and ours != theirs:
            if name == "places":
                ours, theirs = (f"a table of {len(rows)} committees" for rows in (ours, theirs))
            allowed = f"{theirs!r}, as in {pair[1].path}: only worlds of one period, tree and seed can be compared"
            allowed += "; --seed sets both" if field == "run.seed" else ""
            problems.append(Problem(str(pair[0].path), field, repr(ours), allowed))
    if problems:
        raise UserError(problems)


@dataclass(frozen=True)
class Inputs:
    """How the inputs of two worlds with the same months and committees differ."""

    worlds: tuple[World, World]

    @cached_property
    def rule(self) -> Flags:
        """Months x committees: whether the rule by which the superior body claims posts differs."""
        one, two = self.claims
        return np.asarray(one != two)

    @cached_property
    def claims(self) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """That rule in each world, as a text."""
        return _claims(self.worlds[0]), _claims(self.worlds[1])

    @cached_property
    def recall(self) -> Flags:
        """Months x guberniias: whether the centre's right to recall and move secretaries differs."""
        one, two = (np.array([[rule.recall for rule in month] for month in world.rules]) for world in self.worlds)
        return np.asarray(one != two)

    @cached_property
    def famine(self) -> Flags:
        """Months x committees: whether famine differs."""
        one, two = (world.calendar.famine for world in self.worlds)
        return np.asarray(one != two)

    @cached_property
    def beginnings(self) -> Flags:
        """Committees: whether what they start from differs."""
        one, two = (list(zip(world.committees, world.skill, strict=True)) for world in self.worlds)
        return np.array([here != there for here, there in zip(one, two, strict=True)])

    @cached_property
    def dated(self) -> list[Dated]:
        """Every input that differs, by its first month."""
        return sorted([*self._everywhere(), *self._of_places()], key=lambda dated: dated.month)

    @property
    def parameters(self) -> bool:
        """Whether a parameter or option differs, which may change anything anywhere."""
        one, two = self.worlds
        return vars(one.p) != vars(two.p) or one.scenario.options != two.scenario.options

    def national(self, month: int) -> bool:
        """Tell whether something has differed for all places by some month: parameters, options, series."""
        return any(not dated.places and dated.month <= month for dated in self.dated)

    def _everywhere(self) -> Iterator[Dated]:
        one, two = self.worlds
        for name, value in vars(one.p).items():
            if value != getattr(two.p, name):
                yield Dated(name, 0, (f"{value:g}", f"{getattr(two.p, name):g}"))
        for name, value in one.scenario.options:
            if value != getattr(two.scenario.options, name):
                yield Dated(f"options.{name}", 0, (str(value), str(getattr(two.scenario.options, name))))
        if one.claims != two.claims:
            yield Dated("claims at the start", 0, (f"{one.claims:g}", f"{two.claims:g}"))
        for name, words in SERIES.items():
            series = getattr(one.calendar, name), getattr(two.calendar, name)
            months = np.flatnonzero(series[0] != series[1])
            if len(months):
                at = int(months[0])
                yield Dated(words, at, (f"{series[0][at]:g}", f"{series[1][at]:g}"))

    def _of_places(self) -> Iterator[Dated]:
        tables: dict[str, tuple[Flags, Callable[[int, int, int], str]]] = {
            "who claims posts": (self.rule, lambda side, *at: _shown(str(self.claims[side][at]))),
            "recall by the centre": (self.recall, lambda side, *at: _yes(self._rule(side, *at).recall)),
            "famine": (self.famine, lambda side, *at: f"{self.worlds[side].calendar.famine[at]:g}"),
            "starting values of places": (self.beginnings[None], lambda *_: ""),
        }
        for what, (flags, value) in tables.items():
            months = np.flatnonzero(flags.any(axis=1))
            if len(months):
                month = int(months[0])
                places = np.flatnonzero(flags[month]).tolist()
                one, two = (dict.fromkeys(value(side, month, place) for place in places) for side in (0, 1))
                yield Dated(what, month, (_several(one), _several(two)), len(places))

    def _rule(self, side: int, month: int, head: int) -> Rule:
        return self.worlds[side].rules[month][head]


def _claims(world: World) -> NDArray[np.object_]:
    """Return the rule by which the superior body claims posts, months x committees."""
    policy = world.scenario.policy
    heads = np.array([[_claim(rule, world) for rule in month] for month in world.rules], dtype=object)
    claims = heads[:, [place.parent if place.parent >= 0 else i for i, place in enumerate(world.committees)]]
    if policy.uezds != "follow":
        claims[:, world.guberniias :] = policy.uezds
    return claims


def _claim(rule: Rule, world: World) -> str:
    """Return how claims are decided, as a text that is equal for equal rules only."""
    policy = world.scenario.policy
    if rule.rule == "readiness":
        return f"readiness {policy.literacy_at_least!r} {policy.bench_at_least!r}"
    return rule.rule if rule.claimed != rule.claimed else f"share {rule.claimed!r}"


def _shown(claim: str) -> str:
    """Return such a text as a table shows it."""
    word, *numbers = claim.split()
    return " ".join([word, *(f"{float(number):.2g}" for number in numbers)])


def _yes(condition: bool) -> str:
    return "yes" if condition else "no"


def _several(values: Iterable[str]) -> str:
    """Return the values of several places, as far as a table has room for them."""
    known = list(values)
    return "; ".join(known[:SEVERAL]) + ("; …" if len(known) > SEVERAL else "")
