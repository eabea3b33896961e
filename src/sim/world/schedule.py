"""The scenario's dated part, month by month: policy, threat, events."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserError
from sim.registry.versions import FIRST
from sim.scenario.schema import Change, Event, Policy, Scenario, Threat, month_name, month_number
from sim.world import series
from sim.world.places import Place
from sim.world.series import Array

#: Months between which claims rise in the recorded policy (HISTORY section 5; PROTOTYPE-1).
CLAIMS_RISE = (month_number("1921-01"), month_number("1923-07"))
CLAIMS_LATE = (month_number("1926-01"), month_number("1929-01"))
#: When the second and later spans of recall begin.
RECALL_BEGINS = tuple(map(month_number, ("1922-04", "1923-04", "1924-06", "1927-01")))
BUNCHED = (1.0, 2.0, 2.0, 2.0, 1.75, 1.75, 0.0, 0.0, 0.0, 0.0, 0.875, 0.875, 0.875, 0.875)
"""Recall from April 1923 to May 1924, mean 1: it bunched after the Twelfth Congress and all but ceased in October 1923
(appointments.csv, Pavliuchenkov 2008)."""
FILES_KEPT = month_number("1925-01")
#: The last month in which delegates were elected by platform, in proportion, before the ban on factions.
LAST_PLATFORMS = month_number("1921-03")
#: The month from which the Secretariat has aims of its own: Stalin becomes General Secretary.
SECRETARIAT = month_number("1922-04")
PLAN_RAMP = (month_number("1928-10"), month_number("1929-12"))


class Rule(NamedTuple):
    """How posts of one guberniia are filled in one month.

    ``claimed`` is the share of vacancies that the superior body claims, nan where it is found
    during the run (rules ``readiness`` and ``endogenous``).
    """

    rule: str
    claimed: float
    recall: bool


@dataclass(frozen=True)
class Calendar:
    """The nation's series, one value a month."""

    objective: Array  # threat, 0 to 1, as the next two
    perceived: Array
    economic: Array
    ramp: Array  # growth of the task, 0 to 1
    dispute: Array  # strength of leadership disputes, 0 to 1
    joined: Array  # members added this month, as a share of those before (negative: purged)
    error: Array  # national policy error added
    capacity: Array  # responsible assignments of the centre a month
    officials: Array  # share of officials among congress delegates
    famine: Array  # months x committees, strength 0 to 1
    congress: NDArray[np.bool_]  # whether one meets, as the next
    conference: NDArray[np.bool_]
    recall_period: NDArray[np.int64]  # which dated span of recall a month is in
    recall: Array  # how far the recorded moves bunched in it
    files: Array  # years of the cadre department's record keeping since the end of 1924
    disputed: Array  # size of disputes by the month: over its months each adds up to its strength
    proportional: NDArray[np.bool_]  # whether delegates are elected by platform, in proportion
    ambitious: NDArray[np.bool_]  # whether the centre wants more posts than the moment asks for


def _line(numbers: NDArray[np.int64], begin: float, end: float) -> Array:
    return np.clip((numbers - begin) / (end - begin), 0.0, 1.0)


def _threat(threat: Threat, months: list[str], numbers: NDArray[np.int64]) -> tuple[Array, ...]:
    objective, perceived, economic = series.threat(months)
    if threat.series == "constant":
        objective, perceived = (np.full(len(months), level) for level in (threat.objective, threat.perceived))
    elif threat.series == "custom":
        levels = ({month: pair[i] for month, pair in threat.custom.items()} for i in (0, 1))
        objective, perceived = (series.straight(months, points) for points in levels)
    if (peace := threat.peace) is not None:
        begin, lasts = peace.dates
        way, aims = _line(numbers, begin, begin + lasts), (peace.objective, peace.perceived, peace.economic)
        pairs = zip((objective, perceived, economic), aims, strict=True)
        objective, perceived, economic = (each + way * np.minimum(aim - each, 0.0) for each, aim in pairs)
    shifted = [np.clip(s + threat.shift, 0.0, 1.0) for s in (objective, perceived)]
    return shifted[0], shifted[1], economic


def _hit(event: Event, place: Place, places: list[Place]) -> bool:
    head = places[place.parent] if place.parent >= 0 else place
    named = place.unit_class in event.classes or place.region in event.regions or head.name in event.places
    return named or not (event.classes or event.regions or event.places)


def _joined(levies: list[Event], months: list[str], p: SimpleNamespace) -> Array:
    """Return the share of members joining each month: each levy in equal numbers, a share of those at its start."""
    spans = [(month_number(e.start), month_number(e.end or e.start), p.LEVIES * e.size) for e in levies]
    begin, last = month_number(months[0]), month_number(months[-1])
    members = 1.0
    at_start: dict[int, float] = {}
    joined: dict[int, float] = {}
    for number in range(min([begin, *(first for first, _, _ in spans)]), last + 1):
        at_start |= {i: members for i, (first, _, _) in enumerate(spans) if first == number}
        now = [(i, end - first + 1, size) for i, (first, end, size) in enumerate(spans) if first <= number <= end]
        change = math.fsum(size * at_start[i] / lasts for i, lasts, size in now)
        joined[number] = change / members
        if joined[number] <= -1.0:
            raise UserError(f"events: the purges of {month_name(number)} would leave no members")
        members += change
    return np.array([joined[number] for number in range(begin, last + 1)])


def _events(
    scenario: Scenario, months: list[str], numbers: NDArray[np.int64], places: list[Place], p: SimpleNamespace
) -> dict[str, NDArray[Any]]:
    """Return what comes of the scenario's events, by name in the calendar."""
    enabled = [event for event in scenario.events.values() if event.enabled]
    found: dict[str, NDArray[Any]] = {name: np.zeros(len(months)) for name in ("dispute", "disputed", "error")}
    found |= {name: np.zeros(len(months), dtype=bool) for name in ("congress", "conference")}
    found["famine"] = np.zeros((len(months), len(places)))
    found["joined"] = _joined([event for event in enabled if event.kind == "levy"], months, p)
    for event in enabled:
        first, last = month_number(event.start), month_number(event.end or event.start)
        covered, lasts = (numbers >= first) & (numbers <= last), last - first + 1
        if event.kind == "dispute":
            strength = np.where(covered, np.clip(event.size, 0.0, 1.0), 0.0)
            found["dispute"] = np.maximum(found["dispute"], strength)
            found["disputed"] = np.maximum(found["disputed"], strength / lasts)
        elif event.kind == "policy_error":
            found["error"] += np.where(covered, p.DATED_ERRORS * event.size / lasts, 0.0)
        elif event.kind == "famine":
            hit = np.array([_hit(event, place, places) for place in places])
            strength = covered[:, None] * hit[None, :] * min(max(event.size, 0.0), 1.0)
            found["famine"] = np.maximum(found["famine"], strength)
        elif event.kind != "levy":
            found[event.kind] |= numbers == first
    return found


def check_members(scenario: Scenario, months: list[str], p: SimpleNamespace) -> None:
    """Refuse purges that would leave no members."""
    levies = [event for event in scenario.events.values() if event.enabled and event.kind == "levy"]
    _joined(levies, months, p)


def calendar(scenario: Scenario, months: list[str], places: list[Place], p: SimpleNamespace) -> Calendar:
    """Return the scenario's series for its months."""
    first_version = scenario.defaults == FIRST
    numbers = np.array([month_number(month) for month in months])
    objective, perceived, economic = _threat(scenario.threat, months, numbers)
    recall_period, recall = _recall(numbers, first_version)
    return Calendar(
        objective, perceived, economic, **_events(scenario, months, numbers, places, p),
        ramp=_line(numbers, *PLAN_RAMP), capacity=series.responsible_assignments(months),
        officials=series.officials_among_delegates(months, *(["1925-12"] if first_version else [])),
        recall_period=recall_period, recall=recall, files=np.maximum(numbers - FILES_KEPT, 0) / 12.0,
        proportional=(numbers <= LAST_PLATFORMS) & bool(p.PROPORTIONAL > 0.5 and not first_version),
        ambitious=numbers >= SECRETARIAT,
    )


def _recall(numbers: NDArray[np.int64], evenly: bool) -> tuple[NDArray[np.int64], Array]:
    """Return each month's span of recall, and how the moves bunched in the one that is recorded."""
    period = np.searchsorted(np.array(RECALL_BEGINS), numbers, side="right")
    within = np.clip(numbers - RECALL_BEGINS[1], 0, len(BUNCHED) - 1)
    return period, np.ones(len(numbers)) if evenly else np.array(BUNCHED)[within]


def _claimed(rule: str, share: float | None, number: int, p: SimpleNamespace) -> float:
    if rule == "share":
        return float(share or 0.0)
    if rule == "recorded":
        way, late = (min(max((number - begin) / (end - begin), 0.0), 1.0) for begin, end in (CLAIMS_RISE, CLAIMS_LATE))
        return p.k0 + way * (p.k1 - p.k0) + late * p.k_late * (1.0 - p.k1)
    return {"election": 0.0, "appointment": 1.0}.get(rule, float("nan"))


def _holds(source: Policy | Change, number: int) -> bool:
    """Say whether a rule holds in a month, if no other comes over it."""
    date, until = (None, None) if isinstance(source, Policy) else (source.date, source.until)
    return (date is None or month_number(date) <= number) and (until is None or number <= month_number(until))


def _concerns(source: Policy | Change, place: Place) -> bool:
    if isinstance(source, Policy) or not (source.classes or source.places):
        return True
    return place.unit_class in source.classes or place.name in source.places


def _rule(source: Policy | Change, number: int, p: SimpleNamespace) -> Rule:
    recall = source.rule != "election" if source.recall is None else source.recall
    return Rule(source.rule, _claimed(source.rule, source.share, number, p), recall)


class Rules:
    """The rules of selection: a list for each month, of the rule in each guberniia.

    A sweep has worlds by the hundred thousand which differ in the recorded share of claims alone, so the
    few rules that there are, ``known``, stand apart from the months and places in which each holds: ``at`` has their
    numbers, shape (months, guberniias).
    """

    def __init__(
        self, origins: Sequence[tuple[Policy | Change, int]], at: NDArray[np.int64], p: SimpleNamespace
    ) -> None:
        self.known, self.at, self._origins = [_rule(source, number, p) for source, number in origins], at, origins
        self._rows: dict[int, list[Rule]] = {}

    def under(self, p: SimpleNamespace) -> Rules:
        """Return the rules under other parameters."""
        return Rules(self._origins, self.at, p)

    def __len__(self) -> int:
        return len(self.at)

    def __iter__(self) -> Iterator[list[Rule]]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, month: int) -> list[Rule]:
        if month not in self._rows:
            self._rows[month] = [self.known[number] for number in self.at[month]]
        return self._rows[month]


def rules(policy: Policy, heads: list[Place], months: list[str], p: SimpleNamespace) -> Rules:
    """Return the rule of selection per month and guberniia.

    Of the changes that apply, the one with the latest date wins, and of those the last written.
    """
    enabled = (change for change in policy.changes.values() if change.enabled)
    sources: list[Policy | Change] = [policy, *sorted(enabled, key=lambda change: change.date or "")]
    concerned = [np.array([_concerns(source, place) for place in heads]) for source in sources]
    origins: dict[tuple[int, int], int] = {}
    at = np.zeros((len(months), len(heads)), np.int64)
    for row, month in zip(at, months, strict=True):
        number = month_number(month)
        for index, source in enumerate(sources):
            if _holds(source, number):
                # before and after its rises the recorded share stands still; other rules never change
                origin = index, min(max(number, CLAIMS_RISE[0]), CLAIMS_LATE[1]) if source.rule == "recorded" else 0
                row[concerned[index]] = origins.setdefault(origin, len(origins))
    return Rules([(sources[index], number) for index, number in origins], at, p)
