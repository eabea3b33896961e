"""How Europe passed from war to peace: from the armistice to the last restoration of what the war had suspended."""

from __future__ import annotations

from collections.abc import Mapping

from sim.data.tables import load

ARMISTICE = "1918-11"
"""The month from which the notes of table comparators_events count."""
COUNTRIES: Mapping[str, str] = {"germany": "Germany", "britain": "United Kingdom", "france": "France", "italy": "Italy"}
"""As the table calls those whose passage a scenario may take."""


def passage(name: str) -> tuple[str, str]:
    """Return first and last month of a country's passage to peace (days of grade B)."""
    days = [
        str(row["date"]) for row in load("comparators_events")
        if row["country"] == COUNTRIES[name] and row["kind"] == "restoration"
    ]  # fmt: skip
    return ARMISTICE, max(days)[:7]
