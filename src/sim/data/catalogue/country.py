"""Tables of the country: its economy, and the threats to the regime."""

from __future__ import annotations

from sim.data.catalogue.terms import JUDGEMENT, MADDISON
from sim.data.columns import PROVENANCE, Column, Table

ECONOMY = Table(
    "economy",
    "a year and an indicator",
    ("year", "indicator"),
    (
        Column("year", "integer", "calendar year, or economic year in some editions (see note)", "year", 1890, 1945),
        Column("indicator", "text", "what is measured"),
        Column("value", "number", "the figure", "in column unit", 0),
        Column("low", "number", "low end of the plausible range", "in column unit", 0, empty=True),
        Column("high", "number", "high end of the plausible range", "in column unit", 0, empty=True),
        Column("unit", "text", "unit of the figure"),
        *PROVENANCE,
    ),
    "A (GDP) and B",
    MADDISON,
    "start of the recovery; targets T18 to T20, T31, T32",
)


def _severity(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning + "; negative for a relief", "severity", -1, 1, grade="C")


THREAT = Table(
    "threat",
    "a dated event that threatened or relieved the regime",
    ("start", "event"),
    (
        Column("start", "day", "first day, new style", low=1917, high=1930, grade="B"),
        Column("end", "day", "last day, new style", low=1917, high=1930, grade="B"),
        Column("event", "text", "what happened"),
        Column("kind", "text", "kind of event", allowed=("external", "internal", "economic", "relief")),
        _severity("severity_objective", "what a well-informed outsider with hindsight would say"),
        _severity("severity_perceived", "what leaders said and did at the time"),
        *PROVENANCE,
    ),
    "dates B, severities C",
    JUDGEMENT,
    "behind threat_index; dates of famines, crises and disputes in scenarios",
    (("start", "end"),),
)


def _index(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, "share", 0, 1, grade="C")


THREAT_INDEX = Table(
    "threat_index",
    "a quarter, 1917 Q4 to 1929 Q4",
    ("year", "quarter"),
    (
        Column("year", "integer", "year", "year", 1917, 1939),
        Column("quarter", "integer", "quarter", "quarter", 1, 4),
        _index("external_objective", "external threat, with hindsight"),
        _index("internal_objective", "internal threat, with hindsight"),
        _index("economic_objective", "economic crisis, with hindsight; 0 in 1917 Q4 only because no event is listed"),
        _index("external_perceived", "external threat as leaders saw it"),
        _index("internal_perceived", "internal threat as leaders saw it"),
        _index("economic_perceived", "economic crisis as leaders saw it; 0 in 1917 Q4 only because none is listed"),
        _index("combined_objective", "the three together, with hindsight"),
        _index("combined_perceived", "the three together, as leaders saw them"),
        *PROVENANCE,
    ),
    "C",
    JUDGEMENT,
    "the threat series",
    (),
)

COUNTRY = (ECONOMY, THREAT, THREAT_INDEX)
