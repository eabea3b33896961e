"""Tables of the party: its members, offices, elections and conflicts, and the targets taken from them."""

from __future__ import annotations

from sim.data.catalogue.terms import FACTS, JUDGEMENT
from sim.data.columns import PROVENANCE, Column, Table


def _figures(empty: bool, skip: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Declare a figure with its plausible range and the unit of all three."""
    unit = "in column unit"
    return (
        Column("value", "number", "the figure", unit, 0, empty=empty, skip=skip),
        Column("low", "number", "low end of the plausible range", unit, 0, empty=True),
        Column("high", "number", "high end of the plausible range", unit, 0, empty=True),
        Column("unit", "text", "unit of the figure"),
    )


def _persons(name: str, meaning: str, low: int = 0) -> Column:
    return Column(name, "integer", meaning, "persons", low, 5_000_000, empty=True)


APPOINTMENTS = Table(
    "appointments",
    "a period and an indicator",
    ("period_start", "indicator", "level"),
    (
        Column("period_start", "month", "first month", low=1917, high=1939),
        Column("period_end", "month", "last month", low=1917, high=1939),
        Column("indicator", "text", "what is measured"),
        Column("level", "text", "whom it concerns"),
        *_figures(empty=True),
        *PROVENANCE,
    ),
    "A core, B and C around it",
    FACTS,
    "the centre's capacity, rates of removal, officials among delegates; targets T01 to T09, T16, T17, T24 to T30, T33",
    (("low", "value", "high"), ("period_start", "period_end")),
)

PARTY_MEMBERSHIP = Table(
    "party_membership",
    "a date",
    ("date",),
    (
        Column("date", "day", "day, new style; for a congress its first day", low=1917, high=1939),
        Column("year", "integer", "year", "year", 1917, 1939),
        Column("kind", "text", "stock on 1 January, at a congress or on another day, or a flow: never mix them",
               allowed=("jan1", "congress", "event", "flow")),
        _persons("members", "full members"),
        _persons("candidates", "candidates"),
        _persons("total", "both; negative where a flow is a loss", -5_000_000),
        _persons("low", "low end of the plausible range of total", -5_000_000),
        _persons("high", "high end of the plausible range of total", -5_000_000),
        *PROVENANCE,
    ),
    "B, some A",
    FACTS,
    "the members series; size of levies; target T10",
    (("low", "total", "high"),),
)

PARTY_EDUCATION = Table(
    "party_education",
    "a year, a group and an indicator",
    ("year", "group", "indicator"),
    (
        Column("year", "integer", "year", "year", 1890, 1939),
        Column("group", "text", "who is counted"),
        Column("indicator", "text", "what is measured"),
        # One figure is a date of joining and not a number.
        *_figures(empty=False, skip=("Oct 1917",)),
        *PROVENANCE,
    ),
    "B, some A and C",
    FACTS,
    "literacy of members at the start; target T11",
)

ELECTIONS_QUALITY = Table(
    "elections_quality",
    "a date, a place and an indicator",
    ("date", "place", "indicator"),
    (
        Column("date", "period", "when", low=1917, high=1939),
        Column("place", "text", "where"),
        Column("indicator", "text", "what is measured"),
        *_figures(empty=True),
        *PROVENANCE,
    ),
    "A and B",
    FACTS,
    "opposition share at each tier of the conferences of 1923-24: target T14; targets T21, T23",
)

SKLOKI_CASES = Table(
    "skloki_cases",
    "a documented local conflict; a list of cases, not a census",
    ("guberniia", "year"),
    (
        Column("guberniia", "text", "organisation of table guberniia, or a regional body (see note)"),
        Column("year", "integer", "year", "year", 1917, 1939),
        Column("type", "text", "what it was about"),
        Column("outcome", "text", "how it ended", empty=True),
        *PROVENANCE,
    ),
    "A and B",
    FACTS,
    "which kinds of friction the model has, never how frequent they are",
    (),
)

DEMOCRACY_EVENTS = Table(
    "democracy_events",
    "a dated change of institutions",
    ("date", "event"),
    (
        Column("date", "day", "day of adoption, or the last day of the meeting, new style", low=1917, high=1939,
               grade="B"),
        Column("event", "text", "what happened"),
        Column("sphere", "text", "party or state", allowed=("party", "state")),
        Column("direction", "integer", "towards election and open debate (1), away (-1), ambivalent (0)", "", -1, 1),
        Column("weight", "number", "importance, a judgement", "share", 0, 1, grade="C"),
        Column("mechanism", "text", "how it acted"),
        *PROVENANCE,
    ),
    "A and B, weights C",
    JUDGEMENT,
    "the dated course of policy; marks in pictures",
    (),
)

CALIBRATION_TARGETS = Table(
    "calibration_targets",
    "a recorded figure with the band that a model should meet",
    ("id",),
    (
        Column("id", "text", "short name"),
        Column("name", "text", "long name"),
        Column("description", "text", "what is measured"),
        Column("value", "number", "the recorded figure", "in description", 0),
        Column("low", "number", "low end of the band", "in description", 0),
        Column("high", "number", "high end of the band", "in description", 0),
        Column("period", "text", "when"),
        Column("count", "integer", "of a rate: the events behind it", "events", 0, empty=True),
        Column("exposure", "number", "of a rate: what they were counted over", "post-years", 0, empty=True),
        *PROVENANCE,
    ),
    "A, B, C",
    JUDGEMENT,
    "what a run is compared with",
)

PARTY = (
    APPOINTMENTS, PARTY_MEMBERSHIP, PARTY_EDUCATION, ELECTIONS_QUALITY, SKLOKI_CASES, DEMOCRACY_EVENTS,
    CALIBRATION_TARGETS,
)
