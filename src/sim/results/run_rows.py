"""The tables of a result folder: their columns, and how a replicate becomes rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.engines.trajectory import COMMITTEE_FIELDS, Event, EventLog
from sim.registry.derived import KEPT, extended
from sim.registry.entries import SCOPES, Outcome
from sim.registry.outcomes import OUTCOMES
from sim.results.columns import first_days, floats, plain, texts

if TYPE_CHECKING:
    from sim.engines.trajectory import Trajectory
    from sim.world.places import Place


class Column(NamedTuple):
    """One column of a table, for the codebook."""

    table: str
    column: str
    unit: str
    meaning: str


_KEYS: list[tuple[str, Any]] = [("replicate", pa.int32()), ("month", pa.date32())]

_NUMBERS = {"person": pa.int64(), "other": pa.int64(), "value": pa.float64()}
EVENTS = pa.schema([*_KEYS, *((name, _NUMBERS.get(name, pa.string())) for name in Event._fields[1:])])
COMMITTEES = pa.schema([
    *_KEYS, *((name, pa.string()) for name in ("committee", "level", "unit_class")),
    *((name, pa.float64()) for name in COMMITTEE_FIELDS),
])  # fmt: skip

#: Outcomes that single guberniias have, of which maps are drawn.
PLACE_OUTCOMES = (
    "performance", "recovery", "recovery_months", "conflict", "open_skloki", "skloki_year", "paralysed", "appointed",
    "claimed", "misfit", "discussion", "unity", "clarity", "literacy", "team_skill",
)  # fmt: skip
#: Fields of a committee's state whose name is not that of the outcome which counts them.
OF_FIELD = {"open_sklok": "open_skloki"}
YEAR = 12
_OPEN = COMMITTEE_FIELDS.index("open_sklok")
_FIELDS = [*(OF_FIELD.get(name, name) for name in COMMITTEE_FIELDS), "skloki_year", "recovery_months"]
_PLACES = [_FIELDS.index(name) for name in PLACE_OUTCOMES]
#: One row per month and guberniia: means over replicates.
PLACES = pa.schema([
    ("month", pa.date32()), ("committee", pa.string()), ("unit_class", pa.string()), ("replicates", pa.int32()),
    *((name, pa.float64()) for name in PLACE_OUTCOMES),
])  # fmt: skip


def outcomes_of(states: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the outcomes of places, ``PLACE_OUTCOMES``, that their states hold: (months, places, outcomes)."""
    opened = states[..., _OPEN]
    year = np.stack([opened[max(at + 1 - YEAR, 0) : at + 1].max(axis=0) for at in range(len(opened))])
    recovery = states[..., COMMITTEE_FIELDS.index("recovery")]
    return np.concatenate([states, year[..., None], recovery[..., None]], axis=-1)[..., _PLACES]


def monthly_schema() -> pa.Schema:
    """Return the table of outcomes: one row per month and scope."""
    return pa.schema([*_KEYS, ("scope", pa.string()), *((name, pa.float64()) for name in KEPT)])


def monthly_rows(replicate: int, trajectory: Trajectory) -> pa.Table:
    """Return one row per month and scope; outcomes that are not defined (nan) become nulls."""
    months, scopes, outcomes = trajectory.values.shape
    if (months, scopes, outcomes) != (len(trajectory.months), len(SCOPES), len(OUTCOMES)):
        found = trajectory.values.shape
        raise ValueError(f"a trajectory of shape {found} does not fit {len(trajectory.months)} months")
    flat = extended(trajectory.values).reshape(months * scopes, -1)
    scope = texts(np.tile(np.arange(scopes), months), SCOPES)
    columns = [*_keys(replicate, trajectory.months, scopes), scope, *map(floats, flat.T)]
    return pa.Table.from_arrays(columns, schema=monthly_schema())


def event_rows(replicate: int, events: EventLog) -> pa.Table:
    """Return one row per event, in the order in which they happened."""
    columns = []
    for field in list(EVENTS)[2:]:
        numbers, labels = events.numbers(field.name), events.labels.get(field.name)
        if labels is not None:
            columns.append(texts(numbers, labels))
        elif pa.types.is_floating(field.type):
            columns.append(floats(numbers))
        else:
            columns.append(plain(numbers, np.int64, field.type))
    months = np.array(events.labels["month"], dtype="datetime64[M]")[events.numbers("month")]
    return pa.Table.from_arrays([*_keys(replicate, months), *columns], schema=EVENTS)


def committee_rows(replicate: int, trajectory: Trajectory, places: Sequence[Place]) -> pa.Table:
    """Return one row per month and committee."""
    months, committees, fields = trajectory.committees.shape
    if (months, committees, fields) != (len(trajectory.months), len(places), len(COMMITTEE_FIELDS)):
        raise ValueError(f"committees of shape {trajectory.committees.shape} do not fit {len(places)} places")
    flat = trajectory.committees.reshape(-1, fields)
    each = np.tile(np.arange(committees), months)
    labels = ([getattr(place, name) for place in places] for name in ("name", "level", "unit_class"))
    keys = [*_keys(replicate, trajectory.months, committees), *(texts(each, known) for known in labels)]
    return pa.Table.from_arrays([*keys, *map(floats, flat.T)], schema=COMMITTEES)


def codebook(tables: Sequence[str], own: Sequence[Outcome] = ()) -> list[Column]:
    """Return the meaning of every column of the named tables; ``own`` are outcomes that a result defines itself."""
    keys = (("replicate", "number", "replicate, from 0"), ("month", "date", "first day of the month"))
    begin = {"places": keys[1:]}
    meant = {
        "monthly": [("scope", "name", "the nation or a class of committees")]
        + [(outcome.name, outcome.unit, outcome.meaning) for outcome in (*OUTCOMES.values(), *own)],
        "events": [
            ("kind", "name", "what happened"), ("committee", "name", "where"),
            ("level", "name", "guberniia, uezd or centre"),
            ("seat", "name", "seat concerned, empty where none is meant"),
            ("person", "identity", "the official, -1 for none"),
            ("other", "identity", "the other side of an incident, -1 for none"),
            ("reason", "name", "why"), ("authority", "name", "who decided"),
            ("value", "number", "a number that belongs to the event, empty where there is none"),
        ],
        "committees": [
            ("committee", "name", "the committee"), ("level", "name", "guberniia or uezd"),
            ("unit_class", "name", "class of the place"),
            *((name, "", "state of the committee in this month") for name in COMMITTEE_FIELDS),
        ],
        "places": [
            ("committee", "name", "the guberniia"), ("unit_class", "name", "class of the place"),
            ("replicates", "number", "over how many the means are"),
            *((name, OUTCOMES[name].unit, f"mean over replicates: {OUTCOMES[name].meaning}")
              for name in PLACE_OUTCOMES),
        ],
    }  # fmt: skip
    return [Column(table, *column) for table in tables for column in (*begin.get(table, keys), *meant[table])]


def _keys(replicate: int, months: Any, each: int = 1) -> tuple[pa.Array, pa.Array]:
    """Return the columns that all tables begin with, every month so many times."""
    days = first_days(months)
    numbers: NDArray[np.int32] = np.full(len(days) * each, replicate, np.int32)
    return plain(numbers, np.int32, pa.int32()), plain(np.repeat(days, each), np.int32, pa.date32())
