"""The tree: guberniia organisations and their uezds, with what each starts from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.data.place_names import SYNTHETIC_REGION
from sim.data.tables import Guberniia, guberniias
from sim.errors import UserError
from sim.registry.decision_points import DECISION_POINTS
from sim.registry.entries import CLASSES

if TYPE_CHECKING:
    from sim.scenario.schema import Committee, Tree

PLACE = DECISION_POINTS["place"].number
#: Bits of a person's identity below the home's key, and of a committee's key below the guberniia's.
PERSON_BITS, UEZD_BITS = 6, 8
SEATS = {"guberniia": ("secretary", "ispolkom", "bureau1", "bureau2"), "uezd": ("secretary", "ispolkom")}
#: Persons of a home who may live beyond its seats and bench while others serve elsewhere.
SPARE = {"guberniia": 6, "uezd": 2}
MEDIAN_SCHOOLING = 0.89  # per cent, median Soviet guberniia of 1897 (T13)
MEAN_LITERACY = 0.30  # of the population of the median guberniia in 1920 (grade C)
SYNTHETIC_MEMBERS = 5.0  # thousand
#: Of a synthetic guberniia, by class: literacy in log-odds and log of schooling, against the median's.
LEVELS = {"capital": (0.85, 1.8), "industrial": (0.25, 0.2), "agrarian": (-0.2, 0.0), "borderland": (-0.4, -0.3)}


#: To which what libm gave is rounded, so that its last bits do not reach the model on any machine.
DIGITS = 6


class Place(NamedTuple):
    """A committee's place in the tree and its initial state."""

    key: int  # address of its random draws: the guberniia's number and, below it, the uezd's
    name: str
    level: str
    unit_class: str
    region: str
    parent: int  # index of the guberniia in the list of committees; -1 for a guberniia
    literacy: float  # share of members able to follow and judge written policy
    schooling: float  # log of the per cent with secondary schooling
    members: float  # thousand members and candidates of the whole guberniia; for an uezd its part of them
    bench: int

    @property
    def seats(self) -> tuple[str, ...]:
        """Names of the seats."""
        return SEATS[self.level]

    @property
    def block(self) -> int:
        """Number of persons that this home may have alive."""
        return len(self.seats) + self.bench + SPARE[self.level]


def _logit(share: float) -> float:
    return math.log(share / (1.0 - share))


def _member_literacy(population_logit: float, p: SimpleNamespace, floor: float) -> float:
    logit = _logit(p.LITERACY_MEAN) + p.LITERACY_SPREAD * (population_logit - _logit(MEAN_LITERACY))
    return round(max(1.0 / (1.0 + math.exp(-logit)), floor), DIGITS)


def _apportion(total: int, weights: list[float]) -> list[int]:
    """Share out a number by largest remainders, at least one each."""
    if total < len(weights):
        raise UserError(f"tree.uezds: {total} uezds cannot give each of {len(weights)} guberniias one; use 0 for none")
    rest = total - len(weights)
    exact = [rest * weight / sum(weights) for weight in weights]
    parts = [1 + int(value) for value in exact]
    order = sorted(range(len(weights)), key=lambda i: (int(exact[i]) - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _drawn(seed: int, key: int, index: int) -> float:
    """Return a place's own draw from the standard normal distribution."""
    # Who reads what is stored needs names of places, and no compiler.
    from sim.draws.addressed import normal

    return float(normal(seed, 0, PLACE, 0, key, index))


def _uezds(parent: int, origin: _Head, number: int, tree: Tree, p: SimpleNamespace, seed: int) -> Iterator[Place]:
    """Make the uezds of a guberniia: literacy and schooling vary around its own."""
    head, (logit, log_schooling) = origin.place, origin.base
    spread = 0.0 if tree.alike else p.UEZD_SPREAD
    below = 0.0 if tree.alike else p.UEZD_RURAL * (1.0 - origin.urban)
    for u in range(number):
        key = head.key + u + 1
        z = [_drawn(seed, key, i) for i in (0, 1)]
        yield Place(
            key, f"{head.name} uezd {u + 1}", "uezd", head.unit_class, head.region, parent,
            _member_literacy(logit - below + spread * z[0], p, tree.literacy_floor),
            log_schooling - below + spread * z[1], head.members / number, tree.uezd_bench,
        )


def _real(tree: Tree) -> list[Guberniia]:
    return [g for g in guberniias() if not tree.only or g.name in tree.only]


def _own(row: Committee, tree: Tree, key: int, parent: int, head: Place | None = None, among: int = 1) -> Place:
    """Make a committee of a table of one's own; one of several under a head, which gives what the row leaves open."""
    persons = row.members / 1000.0 if row.members is not None else head.members / among if head else 0.0
    unit_class, region = (head.unit_class, head.region) if head else (str(row.unit_class), row.region)
    usual = tree.uezd_bench if head else tree.bench
    return Place(
        key, row.name, "uezd" if head else "guberniia", unit_class, region, parent,
        round(max(row.literacy, tree.literacy_floor), DIGITS), math.log(row.schooling), persons, row.bench or usual,
    )


class _Head(NamedTuple):
    """A guberniia, and what its uezds are made from: logits, urban share."""

    place: Place
    base: tuple[float, float]
    urban: float


def _heads(tree: Tree, p: SimpleNamespace, members: float, seed: int) -> Iterator[_Head]:
    """Make the guberniias: those of the record or of a table, or made-up ones, alike or spread as the real by class."""
    def head(number: int, name: str, unit_class: str, region: str, base: tuple[float, float], members: float) -> Place:
        literacy = _member_literacy(base[0], p, tree.literacy_floor)
        return Place(
            number << UEZD_BITS, name, "guberniia", unit_class, region, -1, literacy, base[1], members, tree.bench
        )

    if tree.kind == "table":
        for i, (own, _) in enumerate(tree.units):
            yield _Head(_own(own, tree, (1024 + i) << UEZD_BITS, -1), (0.0, 0.0), 0.0)
        return
    if tree.kind == "real":
        per_member = members / sum(g.members_mid for g in guberniias())
        for g in _real(tree):
            base, persons = (_logit(g.lit_1920), math.log(g.secondary_pct)), g.members_mid * per_member
            yield _Head(head(g.key, g.name, g.unit_class, g.region, base, persons), base, g.urban_share)
        return
    for i in range(tree.guberniias):
        unit_class = "agrarian" if tree.alike else CLASSES[i % len(CLASSES)]
        shift, spread = ((0.0, 0.0), 0.0) if tree.alike else (LEVELS[unit_class], p.UEZD_SPREAD)
        z = [0.0 if tree.alike else spread * _drawn(seed, (1024 + i) << UEZD_BITS, j) for j in (0, 1)]
        base = (_logit(MEAN_LITERACY) + shift[0] + z[0], math.log(MEDIAN_SCHOOLING) + shift[1] + z[1])
        place = head(1024 + i, f"Synthetic {i + 1}", unit_class, SYNTHETIC_REGION, base, SYNTHETIC_MEMBERS)
        yield _Head(place, base, 0.2)


def plant(tree: Tree, p: SimpleNamespace, members: float, seed: int) -> list[Place]:
    """Return the committees: guberniias first, then the uezds of each in turn.

    ``members`` are thousand members and candidates of the nation at the start, shared out as the (grade C) estimates of
    ``guberniia.csv`` are. Synthetic attributes are drawn from the seed, the same in every replicate.
    """
    heads = [*_heads(tree, p, members, seed)]
    places = [head.place for head in heads]
    if tree.kind == "table":
        for i, (_, rows) in enumerate(tree.units):
            head = places[i]
            places += [_own(row, tree, head.key + u + 1, i, head, len(rows)) for u, row in enumerate(rows)]
        return places
    for i, (made, number) in enumerate(zip(heads, uezds_of(tree), strict=True)):
        places += _uezds(i, made, number, tree, p, seed)
    return places


def mean_skill(places: list[Place], tree: Tree, p: SimpleNamespace) -> list[float]:
    """Return the mean skill of trained people in each place, by its schooling."""
    schooling = np.array([place.schooling for place in places])
    skill = p.SKILL_MEAN + p.b_slope * (schooling - math.log(MEDIAN_SCHOOLING)) + tree.skill_shift
    return rounded(np.clip(skill, 0.02, 0.98))


def rounded(values: NDArray[np.float64]) -> list[float]:
    """Return numbers below 1,000 as Python's ``round`` gives them, all at once: a sweep has worlds by the million."""
    scaled = values * 10.0**DIGITS
    whole = np.rint(scaled)
    if (np.abs(np.abs(scaled - whole) - 0.5) < 1e-6).any():  # so near the middle, the product may be on its other side
        return [round(value, DIGITS) for value in values.tolist()]
    found: list[float] = (whole / 10.0**DIGITS).tolist()
    return found


def uezds_of(tree: Tree) -> list[int]:
    """Return the number of uezds of each guberniia: by population, as many for each, or as a table has them."""
    if tree.kind == "synthetic":
        return [tree.uezds_each] * tree.guberniias
    if tree.kind == "table":
        return [len(rows) for _, rows in tree.units]
    weights = [float(g.pop_1926) for g in _real(tree)]
    if tree.uezds == 0:
        return [0] * len(weights)
    total = tree.uezds
    if tree.only:
        share = sum(weights) / sum(g.pop_1926 for g in guberniias())
        total = max(round(tree.uezds * share), len(weights))
    parts = _apportion(total, weights)
    if max(parts) >= 1 << UEZD_BITS:
        allowed = f"fewer than {1 << UEZD_BITS} each"
        raise UserError(f"tree.uezds: {total} give one guberniia {max(parts)}; allowed: {allowed}")
    return parts
