"""Tables of other countries: how democracy was suspended in the war, and how it came back."""

from __future__ import annotations

from sim.data.catalogue.terms import FACTS, VDEM
from sim.data.columns import PROVENANCE, Column, Table


def _index(name: str, meaning: str) -> tuple[Column, ...]:
    """Declare an index of V-Dem with its 68 per cent credible bounds."""
    return (
        Column(name, "number", meaning, "index", 0, 1),
        Column(f"{name}_codelow", "number", f"low bound of {name}", "index", 0, 1),
        Column(f"{name}_codehigh", "number", f"high bound of {name}", "index", 0, 1),
    )


def _ordered(name: str) -> tuple[str, str, str]:
    return f"{name}_codelow", name, f"{name}_codehigh"


COMPARATORS = Table(
    "comparators",
    "a country and a year, 1910 to 1930: the four of target T22, and Russia",
    ("country", "year"),
    (
        Column("country", "text", "country"),
        Column("iso3", "text", "its code"),
        Column("year", "integer", "year", "year", 1900, 1940),
        *_index("v2x_polyarchy", "electoral democracy of the country, not of a ruling party"),
        *_index("v2x_libdem", "liberal democracy of the country, not of a ruling party"),
        *PROVENANCE,
    ),
    "A",
    VDEM,
    "target T22",
    (_ordered("v2x_polyarchy"), _ordered("v2x_libdem")),
)

COMPARATORS_EVENTS = Table(
    "comparators_events",
    "a dated suspension, restoration or breakdown of democracy",
    ("country", "date", "event"),
    (
        Column("country", "text", "country"),
        Column("date", "day", "day, new style", low=1914, high=1940),
        Column("kind", "text", "kind of event",
               allowed=("suspension", "restoration", "extension", "breakdown", "event")),
        Column("event", "text", "what happened"),
        *PROVENANCE,
    ),
    "B",
    FACTS,
    "how long a country's passage to peace took: threat.peace.passage of scenarios",
    (),
)

EUROPE = (COMPARATORS, COMPARATORS_EVENTS)
